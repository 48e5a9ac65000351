"""One lock for each data set: while a process changes a data set, no other process does.

The lock is a `:Lock` node, so that it holds for all processes that use the database, on any machine. Its
owner extends the lease of the lock by heartbeats. A lock is free when its lease has expired, or as soon as
its owner's process has ended, which other processes of the same machine notice.
"""

import inspect
import os
import secrets
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from dataclasses import dataclass
from functools import cache, wraps
from pathlib import Path
from typing import ParamSpec, TypeVar

import psutil

from graph.connection import Graph, Row
from graph.errors import DatabaseError, DatasetLocked, LockLost
from graph.progress import Progress
from graph.schema import apply_migration

LEASE_SECONDS = 30
"""How long a lock outlives the last heartbeat of its owner."""
HEARTBEAT_SECONDS = 5.0
_MIGRATION = "schema/V006__locks"
_JOIN_SECONDS = 1.0

P = ParamSpec("P")
R = TypeVar("R")

_held: ContextVar["dict[tuple[object, str], DatasetLock]"] = ContextVar("_held", default={})  # noqa: B039 (never changed)
"""The locks that the calling thread holds, by database and data set."""
_tokens: set[str] = set()
"""The tokens of all locks that this process holds."""


@dataclass(frozen=True)
class LockOwner:
    """The owner of a lock.

    Attributes
    ----------
    token
        Identifies this acquisition of the lock.
    purpose
        What the owner does, for example "network build".
    host
        Name of the owner's machine.
    machine
        Identifies the machine, more reliably than its name.
    process
        Process id and start time.
    since
        When the owner took the lock, in ISO format.
    """

    token: str
    purpose: str
    host: str
    machine: str
    process: str
    since: str

    @property
    def pid(self) -> str:
        """The process id."""
        return self.process.partition(" ")[0]

    def has_ended(self) -> bool:
        """Whether the owner's process has certainly ended: False for processes of other machines."""
        if self.machine != _machine():
            return False
        if self.process == _process():
            return self.token not in _tokens
        pid, _, started = self.process.partition(" ")
        try:
            process = psutil.Process(int(pid))
            return (
                abs(process.create_time() - float(started)) >= 1 or process.status() == psutil.STATUS_ZOMBIE
            )
        except (psutil.NoSuchProcess, ValueError):
            return True


class DatasetLock:
    """A lock that this process holds."""

    def __init__(self, graph: Graph, dataset: str, owner: LockOwner) -> None:
        self._graph, self.dataset, self._owner = graph, dataset, owner
        self._is_lost = False
        self._confirmed = time.time()
        self._closed = threading.Event()
        self._thread = threading.Thread(target=self._send_heartbeats, name=f"lock of {dataset}", daemon=True)

    def check(self) -> None:
        """Raise LockLost if another process has taken the lock, for example after this one was suspended."""
        if not self._is_lost and abs(time.time() - self._confirmed) > LEASE_SECONDS / 2:
            with suppress(DatabaseError):  # Without a database, nothing can be written either.
                self._send_heartbeat()
        if self._is_lost:
            raise LockLost(
                f"The {self._owner.purpose} has lost the lock of data set {self.dataset!r}: it did not reach "
                f"the database for {LEASE_SECONDS} s, and another process may have changed the data.",
                "Run the same command again.",
            )

    def guard(self, progress: Progress) -> Progress:
        """Return a Progress that checks the lock at every report, and passes the report on."""
        return _GuardedProgress(progress, self)

    def start(self) -> None:
        """Begin to send heartbeats."""
        _tokens.add(self._owner.token)
        self._thread.start()

    def release(self) -> None:
        """Stop the heartbeats and release the lock; if the database does not answer, its lease expires."""
        self._closed.set()
        self._thread.join(_JOIN_SECONDS)
        _tokens.discard(self._owner.token)
        with suppress(DatabaseError):
            self._graph.run_once("locks/release", dataset=self.dataset, token=self._owner.token)

    def _send_heartbeats(self) -> None:
        while not self._closed.wait(HEARTBEAT_SECONDS) and not self._is_lost:
            with suppress(DatabaseError):  # The database may be restarting; the next heartbeat tries again.
                self._send_heartbeat()

    def _send_heartbeat(self) -> None:
        scope = {"dataset": self.dataset, "token": self._owner.token}
        rows = self._graph.run_once("locks/heartbeat", **scope, lease=LEASE_SECONDS)
        if [row["token"] for row in rows] == [self._owner.token]:
            self._confirmed = time.time()
        else:
            self._is_lost = True


class _GuardedProgress:
    def __init__(self, progress: Progress, lock: DatasetLock) -> None:
        self._progress, self._lock = progress, lock

    def stage(self, name: str, total: int | None = None) -> Callable[[int], None]:
        self._lock.check()
        advance = self._progress.stage(name, total)

        def checked(units: int) -> None:
            self._lock.check()
            advance(units)

        return checked


@contextmanager
def dataset_lock(graph: Graph, dataset: str, purpose: str) -> Iterator[DatasetLock]:
    """Hold the lock of a data set within the context. The holder can take it again.

    Parameters
    ----------
    graph, dataset
        The database and the data set, which need not exist yet.
    purpose
        What the caller does, for messages: "import", "network build".

    Yields
    ------
    DatasetLock
        The lock. Check it before each stage that writes.

    Raises
    ------
    DatasetLocked
        Another process, or another thread of this one, holds the lock.
    LockLost
        The caller has held the lock and lost it.
    """
    key, held = (graph.database, dataset), _held.get()
    if key in held:
        held[key].check()
        yield held[key]
        return
    apply_migration(graph, _MIGRATION)
    lock = DatasetLock(graph, dataset, _take(graph, dataset, purpose))
    lock.start()
    reset = _held.set({**held, key: lock})
    try:
        yield lock
    finally:
        _held.reset(reset)
        lock.release()


def locks_dataset(purpose: str) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Decorate a function to run it with the lock of its data set; see `dataset_lock`.

    The function has the parameters `graph`, and `dataset` or `dataset_id`. If it has a parameter `progress`,
    each of its reports checks the lock.
    """

    def decorate(function: Callable[P, R]) -> Callable[P, R]:
        signature = inspect.signature(function)
        name = next(name for name in ("dataset", "dataset_id") if name in signature.parameters)

        @wraps(function)
        def locked(*args: P.args, **kwargs: P.kwargs) -> R:
            bound = signature.bind(*args, **kwargs)
            with dataset_lock(bound.arguments["graph"], bound.arguments[name], purpose) as lock:
                if "progress" in bound.arguments:
                    bound.arguments["progress"] = lock.guard(bound.arguments["progress"])
                return function(*bound.args, **bound.kwargs)

        return locked

    return decorate


def lock_owners(graph: Graph) -> dict[str, LockOwner]:
    """Return the owners of all locks by data set, without those whose processes have ended."""
    owners = {row.pop("dataset"): LockOwner(**row) for row in graph.run("locks/list")}
    return {dataset: owner for dataset, owner in owners.items() if not owner.has_ended()}


def _take(graph: Graph, dataset: str, purpose: str) -> LockOwner:
    request = {
        "dataset": dataset,
        "token": secrets.token_hex(8),
        "purpose": purpose,
        "host": socket.gethostname(),
        "machine": _machine(),
        "process": _process(),
        "lease": LEASE_SECONDS,
    }
    owner = _request(graph, request, dead=None)
    if owner.token != request["token"] and owner.has_ended():
        owner = _request(graph, request, dead=owner.token)
    if owner.token == request["token"]:
        return owner
    raise DatasetLocked(
        f"Data set {dataset!r} is in use: the {owner.purpose} of process {owner.pid} on {owner.host} has run "
        f"since {owner.since[:19].replace('T', ' ')} UTC.",
        f"Wait for it to end, or stop process {owner.pid} on {owner.host}. If that machine is off, the data "
        f"set is free {LEASE_SECONDS} s after its last sign of life.",
    )


def _request(graph: Graph, request: Row, dead: str | None) -> LockOwner:
    """Take the lock if it is free, and return its owner from then on."""
    while True:
        owner = graph.single("locks/take", **request, dead=dead)
        # Without a token, the lock was released and deleted while the statement waited for it.
        if owner["token"] is not None:
            return LockOwner(**owner)


@cache
def _machine() -> str:
    """Host name, boot and process namespace: containers may share a host name, but not their processes."""
    parts = [socket.gethostname()]
    with suppress(OSError):
        parts += [Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()]
        parts += [os.readlink("/proc/self/ns/pid")]  # noqa: PTH115 (not a path)
    return " ".join(parts)


def _process() -> str:
    return f"{os.getpid()} {psutil.Process().create_time()}"
