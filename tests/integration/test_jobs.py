"""Jobs in the graph: claimed once, monitored, cancelled, and run again if their worker is killed."""

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
from graph.importing.report import ImportReport
from graph.settings import Settings
from jobs import queue, registry, worker
from tests.command_line import database_environment, groundswell
from tests.data import CAMPAIGN, query

WORKER = "test:1"
MAX_SECONDS = 180


@pytest.fixture
def client(settings: Settings, graph: Graph) -> Iterator[TestClient]:
    assert graph
    app = create_app(settings, connect(settings), keys=False)
    with TestClient(app, base_url="http://127.0.0.1") as client:
        yield client


def wait_for(condition: Callable[[], object]) -> object:
    """Wait until `condition` returns a true value, and return that."""
    deadline = time.monotonic() + MAX_SECONDS
    while time.monotonic() < deadline:
        if value := condition():
            return value
        time.sleep(0.2)
    raise AssertionError(f"the condition was not met within {MAX_SECONDS} seconds")


def wait_for_end(client: TestClient, address: str) -> dict[str, object]:
    """Wait until the job at an address has ended, and return it."""

    def ended_job() -> object:
        job = client.get(address).json()
        return job if job["state"] not in ("waiting", "running") else None

    return dict(wait_for(ended_job))  # type: ignore[call-overload]


def wait_for_worker(graph: Graph, job: str) -> int:
    """Wait until a worker runs a job, and return the id of its process."""

    def worker_name() -> object:
        (row,) = query(
            graph,
            "MATCH (j:Job {id: $id}) "
            "RETURN CASE WHEN j.state = 'running' AND j.stage IS NOT NULL THEN j.worker END AS worker",
            id=job,
        )
        return row["worker"]

    return int(str(wait_for(worker_name)).rpartition(":")[2])


def test_jobs_are_claimed_once_and_in_order(graph: Graph, dataset: str) -> None:
    first = queue.submit(graph, "network", dataset, {"cutoff": None})
    assert queue.submit(graph, "network", dataset, {"cutoff": None}).id == first.id
    second = queue.submit(graph, "network", dataset, {"cutoff": "2017-11-01"})
    assert second.id != first.id
    assert [job.id for job in queue.list_jobs(graph, dataset)] == [second.id, first.id]
    claimed = queue.claim(graph, WORKER)
    assert claimed is not None
    assert (claimed.id, claimed.state, claimed.attempts) == (first.id, "running", 1)
    assert queue.claim(graph, "test:2") is None  # Another job of the data set is running.
    assert queue.heartbeat(graph, claimed, WORKER, "Counting", 3, 9)
    running = queue.get_job(graph, claimed.id)
    assert (running.stage, running.done, running.total) == ("Counting", 3, 9)
    queue.finish(graph, claimed, "test:2", "failed", problem="not its own")
    assert queue.get_job(graph, claimed.id).state == "running"
    queue.finish(graph, claimed, WORKER, "complete", result={"network": "network/x"})
    assert queue.get_job(graph, claimed.id).result == {"network": "network/x"}
    assert queue.cancel(graph, claimed.id).state == "complete"
    assert queue.cancel(graph, second.id).state == "cancelled"
    assert not queue.has_open_jobs(graph)
    with pytest.raises(NotFound):
        queue.cancel(graph, "nothing")


def test_database_outage_does_not_count_as_an_attempt(
    graph: Graph, settings: Settings, dataset: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    submitted = queue.submit(graph, "network", dataset, {})
    failures = iter([True] * (queue.MAX_ATTEMPTS + 2))

    def work(*_: object) -> dict[str, str]:
        if next(failures, False):
            raise DatabaseUnreachable("No Neo4j answers.", "Wait.")
        return {"network": "network/x"}

    monkeypatch.setitem(registry._kinds, "network", registry.JobKind(work))
    worker.work(graph, settings)
    job = queue.get_job(graph, submitted.id)
    assert (job.state, job.attempts, job.result) == ("complete", 1, {"network": "network/x"})


def test_worker_runs_job_kinds_of_modules_named_in_its_environment(
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


def test_job_without_heartbeats_is_run_at_most_three_times(graph: Graph, dataset: str) -> None:
    job = queue.submit(graph, "network", dataset, {})
    for attempt in range(1, queue.MAX_ATTEMPTS + 1):
        claimed = queue.claim(graph, f"test:{attempt}")
        assert claimed is not None
        assert claimed.attempts == attempt
        query(graph, "MATCH (j:Job {id: $id}) SET j.heartbeat_at = datetime() - duration('PT1M')", id=job.id)
        assert queue.has_open_jobs(graph)
    assert queue.claim(graph, WORKER) is None
    lost = queue.get_job(graph, job.id)
    assert lost.state == "failed"
    assert lost.problem
    assert "3 times" in lost.problem
    assert not queue.heartbeat(graph, lost, "test:3", None, None, None)


def test_ended_job_is_never_read_without_its_outcome(graph: Graph, settings: Settings, dataset: str) -> None:
    """Concurrent readers see all changes of `finish` or none."""
    job_ids: list[str] = []
    stop = threading.Event()
    incomplete = []

    def read_latest_job() -> None:
        with connect(settings) as reader_graph:
            while not stop.is_set():
                for job_id in job_ids[-1:]:
                    job = queue.get_job(reader_graph, job_id)
                    if job.state == "failed" and not (job.problem and job.remedy and job.finished_at):
                        incomplete.append(job)

    readers = [threading.Thread(target=read_latest_job) for _ in range(4)]
    for reader in readers:
        reader.start()
    for number in range(100):
        job_ids.append(queue.submit(graph, "network", dataset, {"number": number}).id)
        claimed = queue.claim(graph, WORKER)
        assert claimed is not None
        assert queue.heartbeat(graph, claimed, WORKER, "Counting", 3, 9)
        problem, remedy = "There is no model.", "Train one first."
        queue.finish(graph, claimed, WORKER, "failed", problem=problem, remedy=remedy)
    stop.set()
    for reader in readers:
        reader.join()
    assert not incomplete


def test_heartbeat_reports_a_cancellation(graph: Graph, dataset: str) -> None:
    queue.submit(graph, "network", dataset, {})
    claimed = queue.claim(graph, WORKER)
    assert claimed is not None
    assert queue.cancel(graph, claimed.id).state == "running"
    assert not queue.heartbeat(graph, claimed, WORKER, None, None, None)


def test_forecast_job_is_submitted_and_its_result_read(
    client: TestClient, sample: ImportReport, model: ModelRun
) -> None:
    address, scope = f"/v1/campaigns/{CAMPAIGN}/forecast", {"dataset": sample.dataset}
    response = client.post(address, json={**scope, "horizon": 3, "origin": str(model.cutoff)})
    assert response.status_code == 202, response.text
    complete = wait_for_end(client, response.headers["location"])
    assert complete["state"] == "complete", complete
    assert complete["result"] == {"campaign": CAMPAIGN, "origin": str(model.cutoff), "model": model.id}
    assert len(client.get(address, params=scope).json()["steps"]) == 3
    response = client.post(address, json={**scope, "origin": "2017-03-01"})
    failed = wait_for_end(client, response.headers["location"])
    assert failed["state"] == "failed"
    request = f'{{"cutoff": "2017-03-01", "dataset": "{sample.dataset}"}}'
    assert failed["remedy"] == f"Train one: POST /v1/models with {request}."
    assert dict(failed["action"])["name"] == "train model"
    assert failed in client.get("/v1/jobs", params={**scope, "state": "failed"}).json()


def test_invalid_job_is_rejected_when_submitted(client: TestClient, sample: ImportReport) -> None:
    scope = {"dataset": sample.dataset}
    for address, body, status in (
        ("/v1/networks", {"dataset": "nothing"}, 404),
        ("/v1/networks", {**scope, "cutoff": "1999-01-01"}, 422),
        ("/v1/networks", {**scope, "cutof": "2017-11-01"}, 422),
        ("/v1/networks", {**scope, "rebuild": 0}, 422),
        ("/v1/models", {**scope, "retrain": "no"}, 422),
        ("/v1/models", {**scope, "holidays": "mars"}, 422),
        ("/v1/back-tests", {**scope, "since": "2017-11-01", "until": "2030-01-01"}, 422),
        ("/v1/campaigns/nothing/forecast", scope, 404),
        ("/v1/campaigns/18/forecast", {**scope, "horizon": 25}, 422),
    ):
        response = client.post(address, json=body)
        assert response.status_code == status, response.text
        assert response.headers["content-type"] == "application/problem+json"
    assert client.get("/v1/jobs/nothing").status_code == 404
    assert client.delete("/v1/jobs/nothing").status_code == 404
    assert client.get("/v1/jobs", params=scope | {"state": "bored"}).status_code == 422


def test_network_job_is_submitted_once_and_returns_its_network(
    client: TestClient, sample: ImportReport, model: ModelRun
) -> None:
    body = {"dataset": sample.dataset, "cutoff": str(model.cutoff)}
    job = client.post("/v1/networks", json=body).json()["id"]
    assert client.post("/v1/networks", json=body).json()["id"] == job
    complete = wait_for_end(client, f"/v1/jobs/{job}")
    assert (complete["state"], complete["result"]) == ("complete", {"network": model.network})


@pytest.fixture
def sleep_jobs(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the workers of the API run jobs that sleep, and start them without delay."""
    monkeypatch.setenv("GROUNDSWELL_JOB_MODULES", "tests.job_kinds")
    monkeypatch.setattr("api.worker_process._POLL_SECONDS", 0.2)


@pytest.mark.usefixtures("sleep_jobs")
def test_running_job_is_cancelled(graph: Graph, client: TestClient, dataset: str) -> None:
    job = queue.submit(graph, "sleep", dataset, {"seconds": 600}).id
    wait_for_worker(graph, job)
    assert client.delete(f"/v1/jobs/{job}").json()["cancel_requested"]
    assert wait_for_end(client, f"/v1/jobs/{job}")["state"] == "cancelled"


@pytest.mark.usefixtures("sleep_jobs")
def test_job_of_a_killed_worker_runs_again(
    graph: Graph, client: TestClient, settings: Settings, dataset: str
) -> None:
    job = queue.submit(graph, "sleep", dataset, {"seconds": 2}).id
    os.kill(wait_for_worker(graph, job), signal.SIGKILL)
    query(graph, "MATCH (j:Job {id: $id}) SET j.heartbeat_at = datetime() - duration('PT1M')", id=job)
    complete = wait_for_end(client, f"/v1/jobs/{job}")
    assert (complete["state"], complete["attempts"]) == ("complete", 2)
    assert complete["result"] == {"slept": "2"}
    listed = groundswell("jobs", "list", **database_environment(settings)).stdout
    assert "complete" in listed
    assert job in listed
    cancelled = groundswell("jobs", "cancel", job, **database_environment(settings))
    assert f"Job {job} is complete" in cancelled.stdout


@pytest.mark.usefixtures("sleep_jobs")
@pytest.mark.parametrize("frozen", [False, True])
def test_job_is_requeued_when_the_api_stops(
    graph: Graph, settings: Settings, dataset: str, frozen: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A frozen worker does not react to SIGTERM and is killed."""
    if frozen:
        monkeypatch.setattr("api.worker_process._STOP_SECONDS", 0.5)

    def new_client() -> TestClient:
        return TestClient(create_app(settings, connect(settings), keys=False), base_url="http://127.0.0.1")

    with new_client():
        job = queue.submit(graph, "sleep", dataset, {"seconds": 2}).id
        process = wait_for_worker(graph, job)
        if frozen:
            os.kill(process, signal.SIGSTOP)
    assert queue.get_job(graph, job).state == "waiting"
    with new_client() as client:
        complete = wait_for_end(client, f"/v1/jobs/{job}")
    assert (complete["state"], complete["attempts"]) == ("complete", 1)
