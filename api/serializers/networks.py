"""Serializes networks."""

from dataclasses import asdict

from api.schemas import resources
from network.queries import describe_influence_test
from network.runs import NetworkRun


def serialize_network(run: NetworkRun) -> resources.Network:
    """Return the response for a network, with the verdict of its influence test."""
    test = run.influence_test
    verdict = {"verdict": test.verdict, "summary": describe_influence_test(test)}
    return resources.Network.model_validate({**asdict(run), "influence_test": {**asdict(test), **verdict}})
