"""Serializes networks."""

from dataclasses import asdict

from api.schemas.networks import Network
from network.queries import describe_influence_test
from network.runs import NetworkRun


def serialize_network(run: NetworkRun) -> Network:
    """Return the response for a network, with the verdict of its influence test."""
    test = run.influence_test
    verdict = {"verdict": test.verdict, "summary": describe_influence_test(test)}
    return Network.model_validate({**asdict(run), "influence_test": {**asdict(test), **verdict}})
