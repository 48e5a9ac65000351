"""What the API's own description shows to be tried can be tried."""

from collections.abc import Iterator
from typing import Any

import pytest
from fastapi.testclient import TestClient

from api.app import create_app
from forecasting.forecasts import forecast_campaign
from forecasting.records import ModelRun
from graph.connection import Graph, connect
from graph.importing.adapters.complete_journey import DATASET
from graph.importing.job import ImportReport
from graph.progress import Silent
from graph.settings import Settings
from tests.data import CAMPAIGN

MADE_BY_OTHERS = {"/v1/jobs/{job_id}", "/v1/imports/{import_id}/rejected"}
"""What the example names is no longer, or not yet, there."""


@pytest.fixture(scope="module")
def client(graph: Graph, settings: Settings, sample: ImportReport, model: ModelRun) -> Iterator[TestClient]:
    forecast_campaign(graph, settings, sample.dataset, CAMPAIGN, 7, Silent(), model.cutoff)
    app = create_app(settings, connect(settings), keys=False)
    yield TestClient(app, base_url="http://127.0.0.1")  # Without its worker: nobody does what is asked for.


def operations(client: TestClient) -> Iterator[tuple[str, str, dict[str, Any]]]:
    for path, methods in client.get("/openapi.json").json()["paths"].items():
        for method, operation in methods.items():
            yield method, path, operation


def body(client: TestClient, operation: dict[str, Any]) -> dict[str, Any] | None:
    """The example of a JSON body; None where none is sent."""
    content = operation.get("requestBody", {}).get("content", {})
    if "application/json" not in content:
        return None
    name = content["application/json"]["schema"]["$ref"].rpartition("/")[2]
    example: dict[str, Any] = client.get("/openapi.json").json()["components"]["schemas"][name]["example"]
    return example


def test_every_operation_has_an_example_that_works(client: TestClient, sample: ImportReport) -> None:
    tried = 0
    for method, path, operation in operations(client):
        told = {one["name"]: one.get("example") for one in operation.get("parameters", [])}
        needed = {one["name"] for one in operation.get("parameters", []) if one.get("required")}
        assert all(told[name] is not None for name in needed), (path, told)
        wish = body(client, operation)
        files = "multipart/form-data" in operation.get("requestBody", {}).get("content", {})
        # What is erased or sent has an example, but others need the sample.
        if method == "delete" or files or path in MADE_BY_OTHERS:
            continue
        given = {name: str(value).replace(DATASET, sample.dataset) for name, value in told.items() if value}
        if wish and "dataset" in wish:
            wish["dataset"] = sample.dataset
        scope = {"dataset": sample.dataset} if "dataset" in told else {}
        answer = client.request(method, path.format(**given), json=wish, params=scope)
        assert answer.status_code < 300, (method, path, answer.text)
        if answer.status_code == 202:
            assert client.delete(answer.headers["location"]).json()["state"] == "cancelled"
        if answer.status_code == 201:
            assert client.delete(answer.headers["location"]).status_code == 204
        tried += 1
    assert tried > 25
