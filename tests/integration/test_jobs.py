"""Jobs in the graph: taken once, told how far they are, ended, and done though their worker is killed."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator

import pytest
from fastapi.testclient import TestClient

from api.app import create_app
from forecasting.records import ModelRun
from graph.connection import Graph, connect
from graph.errors import DatabaseUnreachable, NotFound
from graph.importing.job import ImportReport
from graph.settings import Settings
from jobs import queue, registry, worker
from tests.command_line import groundswell, reach
from tests.data import CAMPAIGN, query

WORKER = "test:1"
PATIENCE = 180


@pytest.fixture
def client(settings: Settings, graph: Graph) -> Iterator[TestClient]:
    assert graph
    with TestClient(create_app(settings, connect(settings), keys=False), base_url="http://127.0.0.1") as one:
        yield one


def eventually(look: Callable[[], object], seconds: float = PATIENCE) -> object:
    """What `look` says, once it says something."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if found := look():
            return found
        time.sleep(0.2)
    raise AssertionError("it did not happen in time")


def ended(client: TestClient, address: str) -> dict[str, object]:
    def over() -> object:
        job = client.get(address).json()
        return job if job["state"] not in ("waiting", "running") else None

    return dict(eventually(over))  # type: ignore[call-overload]


def working(graph: Graph, job: str) -> int:
    """The process that works on a job, once it is at it."""

    def process() -> object:
        (row,) = query(
            graph,
            "MATCH (j:Job {id: $id}) "
            "RETURN CASE WHEN j.state = 'running' AND j.stage IS NOT NULL THEN j.worker END AS worker",
            id=job,
        )
        return row["worker"]

    return int(str(eventually(process)).rpartition(":")[2])


def test_job_is_claimed_once_and_in_order(graph: Graph, dataset: str) -> None:
    first = queue.submit(graph, "network", dataset, {"cutoff": None})
    assert queue.submit(graph, "network", dataset, {"cutoff": None}).id == first.id
    second = queue.submit(graph, "network", dataset, {"cutoff": "2017-11-01"})
    assert second.id != first.id
    assert [one.id for one in queue.list_jobs(graph, dataset)] == [second.id, first.id]
    taken = queue.claim(graph, WORKER)
    assert taken is not None
    assert (taken.id, taken.state, taken.attempts) == (first.id, "running", 1)
    assert queue.claim(graph, "test:2") is None  # Its data set is being worked on.
    assert queue.heartbeat(graph, taken, WORKER, "Counting", 3, 9)
    told = queue.get_job(graph, taken.id)
    assert (told.stage, told.done, told.total) == ("Counting", 3, 9)
    queue.finish(graph, taken, "test:2", "failed", problem="not its own")
    assert queue.get_job(graph, taken.id).state == "running"
    queue.finish(graph, taken, WORKER, "complete", result={"network": "network/x"})
    assert queue.get_job(graph, taken.id).result == {"network": "network/x"}
    assert queue.cancel(graph, taken.id).state == "complete"
    assert queue.cancel(graph, second.id).state == "cancelled"
    assert not queue.has_open_jobs(graph)
    with pytest.raises(NotFound):
        queue.cancel(graph, "nothing")


def test_database_outage_costs_no_attempt(
    graph: Graph, settings: Settings, dataset: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = queue.submit(graph, "network", dataset, {})
    away = iter([True] * (queue.MAX_ATTEMPTS + 2))

    def work(*_: object) -> dict[str, str]:
        if next(away, False):
            raise DatabaseUnreachable("No Neo4j answers.", "Wait.")
        return {"network": "network/x"}

    monkeypatch.setitem(registry._kinds, "network", registry.JobKind(work))
    worker.work(graph, settings)
    done = queue.get_job(graph, made.id)
    assert (done.state, done.attempts, done.result) == ("complete", 1, {"network": "network/x"})


def test_worker_process_runs_a_job_of_a_module_named_in_its_environment(
    graph: Graph, settings: Settings, dataset: str
) -> None:
    job = queue.submit(graph, "sleep", dataset, {"seconds": 0.1})
    environment = {**settings.environment(), "GROUNDSWELL_JOB_MODULES": "tests.job_kinds"}
    subprocess.run([sys.executable, "-m", "jobs.worker"], env=environment, check=True, timeout=60)
    assert queue.get_job(graph, job.id).result == {"slept": "0.1"}


def test_job_of_an_unknown_kind_fails_with_a_remedy(graph: Graph, settings: Settings, dataset: str) -> None:
    job = queue.submit(graph, "unknown", dataset, {})
    assert worker.work(graph, settings) == 1
    failed = queue.get_job(graph, job.id)
    assert (failed.state, failed.problem) == ("failed", "This worker cannot run jobs of kind 'unknown'.")
    assert failed.remedy


def test_lost_job_is_requeued_at_most_three_times(graph: Graph, dataset: str) -> None:
    made = queue.submit(graph, "network", dataset, {})
    for attempt in range(1, queue.MAX_ATTEMPTS + 1):
        taken = queue.claim(graph, f"test:{attempt}")
        assert taken is not None
        assert taken.attempts == attempt
        query(graph, "MATCH (j:Job {id: $id}) SET j.heartbeat_at = datetime() - duration('PT1M')", id=made.id)
        assert queue.has_open_jobs(graph)
    assert queue.claim(graph, WORKER) is None
    lost = queue.get_job(graph, made.id)
    assert lost.state == "failed"
    assert lost.problem
    assert "3 times" in lost.problem
    assert not queue.heartbeat(graph, lost, "test:3", None, None, None)


def test_ended_job_is_never_read_without_its_outcome(graph: Graph, settings: Settings, dataset: str) -> None:
    """Whoever asks while the end is being committed sees none of it or all of it."""
    watched: list[str] = []
    over = threading.Event()
    halves = []

    def watch() -> None:
        with connect(settings) as another:
            while not over.is_set():
                for job in watched[-1:]:
                    told = queue.get_job(another, job)
                    if told.state == "failed" and not (told.problem and told.remedy and told.finished_at):
                        halves.append(told)

    readers = [threading.Thread(target=watch) for _ in range(4)]
    for reader in readers:
        reader.start()
    for number in range(100):
        watched.append(queue.submit(graph, "network", dataset, {"number": number}).id)
        taken = queue.claim(graph, WORKER)
        assert taken is not None
        assert queue.heartbeat(graph, taken, WORKER, "Counting", 3, 9)
        queue.finish(graph, taken, WORKER, "failed", problem="There is no model.", remedy="Train one first.")
    over.set()
    for reader in readers:
        reader.join()
    assert not halves


def test_running_job_is_notified_of_its_cancellation(graph: Graph, dataset: str) -> None:
    queue.submit(graph, "network", dataset, {})
    taken = queue.claim(graph, WORKER)
    assert taken is not None
    assert queue.cancel(graph, taken.id).state == "running"
    assert not queue.heartbeat(graph, taken, WORKER, None, None, None)


def test_forecast_is_submitted_and_fetched(client: TestClient, sample: ImportReport, model: ModelRun) -> None:
    address, scope = f"/v1/campaigns/{CAMPAIGN}/forecast", {"dataset": sample.dataset}
    answer = client.post(address, json={**scope, "horizon": 3, "origin": str(model.cutoff)})
    assert answer.status_code == 202, answer.text
    done = ended(client, answer.headers["location"])
    assert done["state"] == "complete", done
    assert done["result"] == {"campaign": CAMPAIGN, "origin": str(model.cutoff), "model": model.id}
    assert len(client.get(address, params=scope).json()["steps"]) == 3
    failed = client.post(address, json={**scope, "origin": "2017-03-01"})
    told = ended(client, failed.headers["location"])
    assert told["state"] == "failed"
    assert "groundswell train" in str(told["remedy"])
    assert told in client.get("/v1/jobs", params={**scope, "state": "failed"}).json()


def test_invalid_job_is_rejected_at_once(client: TestClient, sample: ImportReport) -> None:
    scope = {"dataset": sample.dataset}
    for address, wish, status in (
        ("/v1/networks", {"dataset": "nothing"}, 404),
        ("/v1/networks", {**scope, "cutoff": "1999-01-01"}, 422),
        ("/v1/networks", {**scope, "cutof": "2017-11-01"}, 422),
        ("/v1/networks", {**scope, "rebuild": 0}, 422),
        ("/v1/models", {**scope, "retrain": "no"}, 422),
        ("/v1/models", {**scope, "holidays": "mars"}, 422),
        ("/v1/back-tests", {**scope, "since": "2017-11-01", "until": "2030-01-01"}, 422),
        ("/v1/campaigns/nothing/forecast", scope, 404),
        ("/v1/campaigns/18/forecast", {**scope, "horizon": 15}, 422),
    ):
        answer = client.post(address, json=wish)
        assert answer.status_code == status, answer.text
        assert answer.headers["content-type"] == "application/problem+json"
    assert client.get("/v1/jobs/nothing").status_code == 404
    assert client.delete("/v1/jobs/nothing").status_code == 404
    assert client.get("/v1/jobs", params=scope | {"state": "bored"}).status_code == 422


def test_network_is_submitted_once_and_named_by_the_result(
    client: TestClient, sample: ImportReport, model: ModelRun
) -> None:
    body = {"dataset": sample.dataset, "cutoff": str(model.cutoff)}
    job = client.post("/v1/networks", json=body).json()["id"]
    assert client.post("/v1/networks", json=body).json()["id"] == job
    complete = ended(client, f"/v1/jobs/{job}")
    assert (complete["state"], complete["result"]) == ("complete", {"network": model.network})


@pytest.fixture
def sleep_jobs(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the workers of the API run jobs that sleep, and look for them often."""
    monkeypatch.setenv("GROUNDSWELL_JOB_MODULES", "tests.job_kinds")
    monkeypatch.setattr("api.worker_process._POLL_SECONDS", 0.2)


@pytest.mark.usefixtures("sleep_jobs")
def test_cancelled_job_ends_midway(graph: Graph, client: TestClient, dataset: str) -> None:
    job = queue.submit(graph, "sleep", dataset, {"seconds": 600}).id
    working(graph, job)
    assert client.delete(f"/v1/jobs/{job}").json()["cancel_requested"]
    assert ended(client, f"/v1/jobs/{job}")["state"] == "cancelled"


@pytest.mark.usefixtures("sleep_jobs")
def test_job_of_a_killed_worker_runs_again(
    graph: Graph, client: TestClient, settings: Settings, dataset: str
) -> None:
    job = queue.submit(graph, "sleep", dataset, {"seconds": 2}).id
    os.kill(working(graph, job), signal.SIGKILL)
    query(graph, "MATCH (j:Job {id: $id}) SET j.heartbeat_at = datetime() - duration('PT1M')", id=job)
    complete = ended(client, f"/v1/jobs/{job}")
    assert (complete["state"], complete["attempts"]) == ("complete", 2)
    assert complete["result"] == {"slept": "2"}
    listed = groundswell("jobs", "list", **reach(settings)).stdout
    assert "complete" in listed
    assert job in listed
    cancelled = groundswell("jobs", "cancel", job, **reach(settings))
    assert f"Job {job} is complete" in cancelled.stdout


@pytest.mark.usefixtures("sleep_jobs")
@pytest.mark.parametrize("frozen", [False, True])
def test_job_goes_back_into_the_queue_when_the_api_stops(
    graph: Graph, settings: Settings, dataset: str, frozen: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also if its worker does not react to SIGTERM and is killed."""
    if frozen:
        monkeypatch.setattr("api.worker_process._STOP_SECONDS", 0.5)

    def api() -> TestClient:
        return TestClient(create_app(settings, connect(settings), keys=False), base_url="http://127.0.0.1")

    with api():
        job = queue.submit(graph, "sleep", dataset, {"seconds": 2}).id
        process = working(graph, job)
        if frozen:
            os.kill(process, signal.SIGSTOP)
    assert queue.get_job(graph, job).state == "waiting"
    with api() as client:
        complete = ended(client, f"/v1/jobs/{job}")
    assert (complete["state"], complete["attempts"]) == ("complete", 1)
