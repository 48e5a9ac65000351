"""The response cache: computed once, revalidated by ETag, and invalidated by every write."""

import threading
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from fastapi.testclient import TestClient

from api.app import create_app
from graph.connection import Graph, connect
from graph.importing.report import ImportReport
from graph.settings import Settings
from jobs import queue
from network.runs import NetworkRun
from tests.data import CAMPAIGN, query


@pytest.fixture
def statement_counts() -> Counter[str]:
    """The number of times that each statement ran."""
    return Counter()


@pytest.fixture
def client(
    settings: Settings, sample: ImportReport, network: NetworkRun, statement_counts: Counter[str]
) -> Iterator[TestClient]:
    assert network
    graph = connect(settings)
    app = create_app(settings, graph, keys=False)
    on_statement = graph.on_statement

    def count(statement: str, seconds: float) -> None:
        statement_counts[statement] += 1
        on_statement(statement, seconds)

    graph.on_statement = count
    with TestClient(app, base_url="http://127.0.0.1", raise_server_exceptions=False) as client:
        client.params = {"dataset": sample.dataset}
        yield client


PATH = f"/v1/campaigns/{CAMPAIGN}/key-users"


def test_response_is_computed_once_and_revalidated_by_its_etag(
    client: TestClient, statement_counts: Counter[str]
) -> None:
    first, second = client.get(PATH), client.get(PATH)
    assert first.content == second.content
    assert first.headers["etag"] == second.headers["etag"]
    assert statement_counts["campaigns/key_users"] == 1
    for etags in (first.headers["etag"], f'"x", {first.headers["etag"]}', "*"):
        unchanged = client.get(PATH, headers={"if-none-match": etags})
        assert (unchanged.status_code, unchanged.content) == (304, b"")
        assert unchanged.headers["etag"] == first.headers["etag"]
    assert client.get(PATH, headers={"if-none-match": '"x"'}).status_code == 200
    # Other parameters give another response, and errors are not cached.
    assert client.get(PATH, params={"dataset": "nowhere"}).status_code == 404
    assert "etag" not in client.get(PATH, params={"dataset": "nowhere"}).headers


def test_writes_of_other_clients_are_visible_within_a_second(
    client: TestClient, graph: Graph, sample: ImportReport
) -> None:
    path = f"/v1/campaigns/{CAMPAIGN}"
    rename = "MATCH (c:Campaign {dataset: $d, id: $c}) SET c.name = $name RETURN c.name AS name"
    original_name = client.get(path).json()["name"]
    try:
        query(graph, rename, d=sample.dataset, c=CAMPAIGN, name="Renamed")
        threading.Event().wait(0.6)
        assert client.get(path).json()["name"] == "Renamed"
    finally:
        query(graph, rename, d=sample.dataset, c=CAMPAIGN, name=original_name)


def test_heartbeats_of_a_job_do_not_invalidate_the_cache(
    client: TestClient, graph: Graph, sample: ImportReport, statement_counts: Counter[str]
) -> None:
    job_id = queue.submit(graph, "network", sample.dataset, {"cutoff": "none"}).id
    job = queue.claim(graph, "this test")
    assert job is not None
    assert job.id == job_id
    path = f"/v1/campaigns/{CAMPAIGN}"
    rename = "MATCH (c:Campaign {dataset: $d, id: $c}) SET c.name = $name RETURN c.name AS name"
    try:
        # The first heartbeat in a database creates the name of its property, in an additional transaction.
        assert queue.heartbeat(graph, job, "this test", "Sleeping", 0, 6)
        threading.Event().wait(0.6)
        original_name = client.get(path).json()["name"]
        statement_counts.clear()
        for step in range(6):
            assert queue.heartbeat(graph, job, "this test", "Sleeping", step, 6)
            threading.Event().wait(0.3)
            assert client.get(path).status_code == 200
        assert statement_counts["server/revision"] >= 3
        assert statement_counts["campaigns/list"] == 0
        for name in ("Renamed", original_name):
            query(graph, rename, d=sample.dataset, c=CAMPAIGN, name=name)
            assert queue.heartbeat(graph, job, "this test", "Sleeping", 6, 6)
            threading.Event().wait(0.6)
            assert client.get(path).json()["name"] == name
    finally:
        queue.finish(graph, job, "this test", "cancelled")


def test_writes_through_the_api_are_visible_at_once(client: TestClient, sample: ImportReport) -> None:
    plan = {
        "dataset": sample.dataset, "id": "soon", "starts": "2018-02-01", "ends": "2018-02-07",
        "like": CAMPAIGN,
    }  # fmt: skip
    for _ in range(3):
        count = len(client.get("/v1/campaigns").json())
        assert client.post("/v1/campaigns", json=plan).status_code == 201
        assert len(client.get("/v1/campaigns").json()) == count + 1
        assert client.delete("/v1/campaigns/soon").status_code == 204
        assert len(client.get("/v1/campaigns").json()) == count


def test_concurrent_requests_share_one_computation(
    client: TestClient, statement_counts: Counter[str]
) -> None:
    with ThreadPoolExecutor(20) as pool:
        contents = list(pool.map(lambda _: client.get(PATH).content, range(40)))
    assert len(set(contents)) == 1
    # The revision may be read again in between, which starts a second computation.
    assert statement_counts["campaigns/key_users"] <= 2


def test_cache_is_not_used_without_the_database(
    settings: Settings, sample: ImportReport, network: NetworkRun
) -> None:
    assert network
    graph = connect(settings)
    app = create_app(settings, graph, keys=False)
    client = TestClient(app, base_url="http://127.0.0.1", raise_server_exceptions=False)
    named = {"dataset": sample.dataset}
    assert client.get(PATH, params=named).status_code == 200
    graph.close()
    threading.Event().wait(0.6)
    assert client.get(PATH, params=named).status_code == 503
    assert client.get("/ready").status_code == 503
    assert client.get("/health").status_code == 200
