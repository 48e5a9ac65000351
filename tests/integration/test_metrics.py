"""Request ids, the request log, and metrics."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from prometheus_client.parser import text_string_to_metric_families

from api.app import create_app
from graph.connection import Graph, connect
from graph.importing.report import ImportReport
from graph.settings import Settings
from jobs import queue


@pytest.fixture
def client(settings: Settings, tmp_path: Path) -> Iterator[TestClient]:
    # Without its lifespan, the application has no worker.
    app = create_app(settings.model_copy(update={"home": tmp_path}), connect(settings), keys=False)
    yield TestClient(app, base_url="http://127.0.0.1", raise_server_exceptions=False)


def read_metrics(client: TestClient) -> dict[tuple[str, ...], float]:
    response = client.get("/metrics")
    assert response.headers["content-type"].startswith("text/plain")
    return {
        (sample.name, *sample.labels.values()): sample.value
        for family in text_string_to_metric_families(response.text)
        for sample in family.samples
    }


def test_every_request_has_an_id_and_is_logged_without_personal_data(
    settings: Settings, tmp_path: Path, sample: ImportReport
) -> None:
    app = create_app(settings.model_copy(update={"home": tmp_path}), connect(settings), keys=False)
    scope = {"dataset": sample.dataset}
    with TestClient(app, base_url="http://127.0.0.1", raise_server_exceptions=False) as client:
        first = client.get("/v1/campaigns/4711/forecast", params=scope, headers={"x-request-id": "request-1"})
        second = client.get("/nowhere", headers={"x-request-id": 'no "plain" id\u00e4'.encode()})
        third = client.get("/v1/campaigns", params=scope)
    assert first.headers["x-request-id"] == "request-1"
    lines = [json.loads(line) for line in (tmp_path / "logs" / "requests.jsonl").read_text().splitlines()]
    responses = (first, second, third)
    assert [line["request"] for line in lines] == [response.headers["x-request-id"] for response in responses]
    assert len(second.headers["x-request-id"]) == 16
    assert [line["route"] for line in lines] == [
        "/v1/campaigns/{campaign_id}/forecast",
        "(none)",
        "/v1/campaigns",
    ]
    assert [line["status"] for line in lines] == [404, 404, 200]
    assert "4711" not in json.dumps(lines)


def test_metrics_count_requests_statements_jobs_and_freshness(
    client: TestClient, graph: Graph, sample: ImportReport, dataset: str
) -> None:
    before = read_metrics(client)
    for _ in range(3):
        client.get("/v1/campaigns", params={"dataset": sample.dataset})
    job = queue.submit(graph, "network", dataset, {})
    after = read_metrics(client)
    queue.cancel(graph, job.id)
    requests = ("groundswell_requests_total", "GET", "/v1/campaigns", "200")
    assert after[requests] - before.get(requests, 0) == 3
    assert after["groundswell_request_seconds_count", "/v1/campaigns"] == 3
    assert (
        1 <= after["groundswell_query_seconds_count", "campaigns/list"] <= 3
    )  # Once computed, it is cached.
    assert after["groundswell_jobs", "network", "waiting"] == 1
    assert after["groundswell_database_up",] == 1
    assert after["groundswell_last_seconds", sample.dataset, "behaviour"] == pytest.approx(
        1514782800, abs=2e5
    )


def test_metrics_report_an_unreachable_database(settings: Settings, tmp_path: Path) -> None:
    closed = connect(settings)
    closed.close()
    app = create_app(settings.model_copy(update={"home": tmp_path}), closed, keys=False)
    metrics = read_metrics(TestClient(app, base_url="http://127.0.0.1"))
    assert metrics["groundswell_database_up",] == 0
