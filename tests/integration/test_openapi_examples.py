"""The examples in the OpenAPI document are valid requests."""

from collections.abc import Iterator
from typing import Any

import pytest
from fastapi.testclient import TestClient

from api.app import create_app
from forecasting.forecasts import forecast_campaign
from forecasting.records import ModelRun
from graph.connection import Graph, connect
from graph.importing.adapters.complete_journey import DATASET
from graph.importing.report import ImportReport
from graph.progress import Silent
from graph.settings import Settings
from tests.data import CAMPAIGN

NEED_OTHER_IDS = {"/v1/jobs/{job_id}", "/v1/imports/{import_id}/rejected"}
"""Paths whose example names a job or a file that does not exist."""


@pytest.fixture(scope="module")
def client(graph: Graph, settings: Settings, sample: ImportReport, model: ModelRun) -> Iterator[TestClient]:
    forecast_campaign(graph, settings, sample.dataset, CAMPAIGN, 7, Silent(), model.cutoff)
    app = create_app(settings, connect(settings), keys=False)
    yield TestClient(app, base_url="http://127.0.0.1")  # Without its lifespan there is no worker.


def operations(client: TestClient) -> Iterator[tuple[str, str, dict[str, Any]]]:
    for path, methods in client.get("/openapi.json").json()["paths"].items():
        for method, operation in methods.items():
            yield method, path, operation


def example_body(client: TestClient, operation: dict[str, Any]) -> dict[str, Any] | None:
    """The example of a JSON body; None for an operation without one."""
    content = operation.get("requestBody", {}).get("content", {})
    if "application/json" not in content:
        return None
    name = content["application/json"]["schema"]["$ref"].rpartition("/")[2]
    example: dict[str, Any] = client.get("/openapi.json").json()["components"]["schemas"][name]["example"]
    return example


def test_every_operation_has_a_valid_example(client: TestClient, sample: ImportReport) -> None:
    tested = 0
    for method, path, operation in operations(client):
        parameters = operation.get("parameters", [])
        examples = {parameter["name"]: parameter.get("example") for parameter in parameters}
        required = {parameter["name"] for parameter in parameters if parameter.get("required")}
        assert all(examples[name] is not None for name in required), (path, examples)
        body = example_body(client, operation)
        is_upload = "multipart/form-data" in operation.get("requestBody", {}).get("content", {})
        # Deletions would change the sample for other tests, and uploads need files.
        if method == "delete" or is_upload or path in NEED_OTHER_IDS:
            continue
        values = {
            name: str(example).replace(DATASET, sample.dataset)
            for name, example in examples.items()
            if example
        }
        if body and "dataset" in body:
            body["dataset"] = sample.dataset
        scope = {"dataset": sample.dataset} if "dataset" in examples else {}
        response = client.request(method, path.format(**values), json=body, params=scope)
        assert response.status_code < 300, (method, path, response.text)
        if response.status_code == 202:
            assert client.delete(response.headers["location"]).json()["state"] == "cancelled"
        if response.status_code == 201:
            assert client.delete(response.headers["location"]).status_code == 204
        tested += 1
    assert tested > 25
