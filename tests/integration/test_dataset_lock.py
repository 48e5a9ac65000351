"""One process at a time changes a data set, and a lock whose owner is gone is taken over."""

import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from api.app import create_app
from forecasting.evaluation.job import run_backtest
from forecasting.training import train
from graph import dataset_lock as locks
from graph.connection import Graph, Row, connect
from graph.dataset_lock import dataset_lock, lock_owners
from graph.errors import DatasetLocked, LockLost, NotFound
from graph.importing.adapters.complete_journey import complete_journey
from graph.importing.job import import_prepared
from graph.importing.report import ImportReport
from graph.importing.runs.ledger import Ledger
from graph.importing.runs.records import import_runs
from graph.importing.undo import undo_import
from graph.progress import Progress, Silent
from graph.settings import Settings
from jobs import queue, registry, worker
from jobs.queue import Job
from network.build import build_network
from network.incremental_update import update_network
from network.runs import NetworkRun, remove_network
from tests.command_line import database_environment, groundswell
from tests.data import CUTOFF, query, text_encoder

MAX_SECONDS = 120


@contextmanager
def locked_elsewhere(graph: Graph, dataset: str, purpose: str = "import") -> Iterator[None]:
    """Hold the lock of a data set in another thread, which excludes this one as another process would."""
    taken, done = threading.Event(), threading.Event()

    def hold() -> None:
        with dataset_lock(graph, dataset, purpose):
            taken.set()
            done.wait(MAX_SECONDS)

    thread = threading.Thread(target=hold)
    thread.start()
    assert taken.wait(MAX_SECONDS)
    try:
        yield
    finally:
        done.set()
        thread.join()


def wait_until(condition: Callable[[], object]) -> None:
    deadline = time.monotonic() + MAX_SECONDS
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def test_every_change_of_a_locked_data_set_is_refused(
    graph: Graph, settings: Settings, sample: ImportReport, network: NetworkRun
) -> None:
    dataset = sample.dataset
    app = create_app(settings, connect(settings), keys=False)
    client = TestClient(app, base_url="http://127.0.0.1", raise_server_exceptions=False)
    actions: list[Callable[[], object]] = [
        lambda: build_network(graph, dataset, Silent(), cutoff=CUTOFF),
        lambda: update_network(graph, dataset, Silent()),
        lambda: remove_network(graph, dataset, network.cutoff),
        lambda: train(graph, settings, dataset, Silent()),
        lambda: run_backtest(graph, settings, dataset, CUTOFF, CUTOFF, Silent()),
        lambda: undo_import(graph, dataset, 1, Silent()),
        lambda: import_prepared(graph, settings, complete_journey(settings.cache, dataset, 30), Silent()),
    ]
    with locked_elsewhere(graph, dataset, "network build"):
        for action in actions:
            with pytest.raises(
                DatasetLocked, match=r"in use: the network build of process \d+ on .* since 20"
            ):
                action()
        response = client.delete("/v1/users/1", params={"dataset": dataset})
        assert (response.status_code, response.json()["title"]) == (409, "DatasetLocked")
        assert "Wait for it to end" in response.json()["remedy"]
        command = groundswell(
            "network", "build", "--dataset", dataset, "--rebuild", **database_environment(settings)
        )
        assert command.returncode != 0
        assert "is in use" in command.stderr
    assert build_network(graph, dataset, Silent(), cutoff=CUTOFF) == network


def test_two_rebuilds_at_the_same_time_do_not_double_the_network(
    graph: Graph, sample: ImportReport, network: NetworkRun
) -> None:
    rebuild = threading.Thread(
        target=build_network,
        args=(graph, sample.dataset, Silent()),
        kwargs={"cutoff": CUTOFF, "encoder": text_encoder(), "rebuild": True},
    )
    rebuild.start()
    wait_until(lambda: sample.dataset in lock_owners(graph))
    with pytest.raises(DatasetLocked):
        build_network(graph, sample.dataset, Silent(), cutoff=CUTOFF, rebuild=True)
    rebuild.join()
    (edges,) = query(
        graph,
        "MATCH (:User {dataset: $d})-[r:INFLUENCES {run: $r}]->() RETURN count(r) AS number",
        d=sample.dataset, r=network.id,
    )  # fmt: skip
    assert edges["number"] == network.influences


def test_other_data_sets_stay_free(graph: Graph, dataset: str) -> None:
    with locked_elsewhere(graph, dataset), dataset_lock(graph, f"{dataset}-other", "import"):
        pass


def test_owner_can_take_its_lock_again(graph: Graph, dataset: str) -> None:
    with dataset_lock(graph, dataset, "training") as outer:
        with dataset_lock(graph, dataset, "network build") as inner:
            assert inner is outer
        assert lock_owners(graph)[dataset].purpose == "training"
    assert dataset not in lock_owners(graph)


def test_lock_is_released_after_an_error(graph: Graph, dataset: str) -> None:
    with pytest.raises(NotFound):
        build_network(graph, dataset, Silent())
    assert query(graph, "MATCH (l:Lock {dataset: $d}) RETURN l", d=dataset) == []


def test_lock_of_a_killed_process_is_taken_over_at_once(
    graph: Graph, settings: Settings, dataset: str, tmp_path: Path
) -> None:
    script = tmp_path / "hold_lock.py"
    script.write_text(
        "import sys, time\n"
        "from graph.connection import connect\n"
        "from graph.dataset_lock import dataset_lock\n"
        "from graph.settings import Settings\n"
        "with connect(Settings()) as graph, dataset_lock(graph, sys.argv[1], 'import'):\n"
        "    print('locked', flush=True)\n"
        "    time.sleep(600)\n"
    )
    owner = subprocess.Popen(
        [sys.executable, str(script), dataset],
        env={**settings.environment(), **database_environment(settings), "PYTHONPATH": str(Path.cwd())},
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert owner.stdout is not None
        assert owner.stdout.readline() == "locked\n"
        with (
            pytest.raises(DatasetLocked, match=f"process {owner.pid} "),
            dataset_lock(graph, dataset, "undo"),
        ):
            pass
    finally:
        owner.kill()
        owner.communicate()
    with dataset_lock(graph, dataset, "undo"):
        assert lock_owners(graph)[dataset].purpose == "undo"


def test_lock_of_another_machine_is_taken_over_after_its_lease(graph: Graph, dataset: str) -> None:
    query(
        graph,
        "CREATE (:Lock {dataset: $d, token: 'x', purpose: 'import', host: 'far', machine: 'far', "
        "process: '1 1', heartbeats: 3, since: datetime(), expires_at: datetime() + duration('PT10S')})",
        d=dataset,
    )
    with pytest.raises(DatasetLocked, match="process 1 on far"), dataset_lock(graph, dataset, "undo"):
        pass
    query(graph, "MATCH (l:Lock {dataset: $d}) SET l.expires_at = datetime() - duration('PT1S')", d=dataset)
    assert dataset not in lock_owners(graph)
    with dataset_lock(graph, dataset, "undo"):
        assert lock_owners(graph)[dataset].purpose == "undo"


def test_owner_that_lost_its_lock_stops_before_it_writes(
    graph: Graph, dataset: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(locks, "HEARTBEAT_SECONDS", 0.05)
    with dataset_lock(graph, dataset, "import") as lock:
        advance = lock.guard(Silent()).stage("Loading", 2)
        advance(1)
        query(graph, "MATCH (l:Lock {dataset: $d}) SET l.token = 'another'", d=dataset)
        wait_until(lambda: lock._is_lost)
        with pytest.raises(LockLost, match="has lost the lock"):
            advance(1)
    # The lock of the new owner stays.
    assert query(graph, "MATCH (l:Lock {dataset: $d}) RETURN l.token AS t", d=dataset) == [{"t": "another"}]


def test_import_that_lost_its_lock_writes_nothing_more(
    graph: Graph, settings: Settings, dataset: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def lose_lock(*_: object) -> None:
        query(graph, "MATCH (l:Lock {dataset: $d}) SET l.token = 'another'", d=dataset)
        time.sleep(1)

    monkeypatch.setattr(locks, "HEARTBEAT_SECONDS", 0.05)
    monkeypatch.setattr("graph.importing.job.Ledger", lambda *_: lose_lock() or Ledger(*_))
    with pytest.raises(LockLost):
        import_prepared(graph, settings, complete_journey(settings.cache, dataset, 30), Silent())
    assert query(graph, "MATCH (u:User {dataset: $d}) RETURN u", d=dataset) == []
    (run,) = query(graph, "MATCH (r:Run {dataset: $d}) RETURN r.state AS state", d=dataset)
    assert run["state"] == "running"  # The record belongs to the new owner.


def test_owner_that_was_suspended_checks_its_lock_before_it_goes_on(graph: Graph, dataset: str) -> None:
    with dataset_lock(graph, dataset, "import") as lock:
        query(graph, "MATCH (l:Lock {dataset: $d}) SET l.token = 'another'", d=dataset)
        lock.check()  # The latest heartbeat is recent.
        lock._confirmed -= locks.LEASE_SECONDS
        with pytest.raises(LockLost):
            lock.check()


def test_locks_do_not_change_the_revision(
    graph: Graph, dataset: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(locks, "HEARTBEAT_SECONDS", 0.05)
    with dataset_lock(graph, dataset, "import"):
        before = graph.revision()
        heartbeats = "MATCH (l:Lock {dataset: $d}) RETURN l.heartbeats AS n"
        wait_until(lambda: query(graph, heartbeats, d=dataset)[0]["n"] > 5)
        with pytest.raises(DatasetLocked), locked_thread(graph, dataset):
            pass
        assert graph.revision() == before
        query(graph, "CREATE (:User {dataset: $d, id: 'x'})", d=dataset)
        assert graph.revision() != before


@contextmanager
def locked_thread(graph: Graph, dataset: str) -> Iterator[None]:
    """Try to take the lock in another thread; raise what it raised."""
    errors: list[BaseException] = []

    def take() -> None:
        try:
            with dataset_lock(graph, dataset, "undo"):
                pass
        except DatasetLocked as error:
            errors.append(error)

    thread = threading.Thread(target=take)
    thread.start()
    thread.join()
    if errors:
        raise errors[0]
    yield


def test_import_is_running_only_while_it_holds_the_lock(
    graph: Graph, settings: Settings, dataset: str
) -> None:
    import_prepared(graph, settings, complete_journey(settings.cache, dataset, 30), Silent())
    query(graph, "MATCH (r:Run {dataset: $d}) SET r.state = 'running'", d=dataset)
    assert [run.state for run in import_runs(graph, dataset)] == ["interrupted"]
    with locked_elsewhere(graph, dataset, "network build"):
        assert [run.state for run in import_runs(graph, dataset)] == ["interrupted"]
    with locked_elsewhere(graph, dataset):
        assert [run.state for run in import_runs(graph, dataset)] == ["running"]


def test_job_waits_for_the_lock_of_its_data_set(
    graph: Graph, settings: Settings, dataset: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def change(graph: Graph, _settings: Settings, job: Job, _progress: Progress) -> Row:
        with dataset_lock(graph, job.dataset, "job"):
            return {"changed": True}

    monkeypatch.setattr(worker, "_LOCK_POLL_SECONDS", 0.05)
    monkeypatch.setitem(registry._kinds, "network", registry.JobKind(change))
    job = queue.submit(graph, "network", dataset, {})
    thread = threading.Thread(target=worker.work, args=(graph, settings))
    with locked_elsewhere(graph, dataset):
        thread.start()
        wait_until(lambda: "Waiting" in (queue.get_job(graph, job.id).stage or ""))
    thread.join()
    assert queue.get_job(graph, job.id).result == {"changed": True}
