"""Starts, stops, inspects and deletes the managed local server."""

import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from filelock import FileLock, Timeout

from graph.errors import FolderInUse, PortInUse, ServerDied
from graph.progress import Progress, Silent
from graph.server import browser_files, process
from graph.server.configuration import Ports, choose_ports, size_memory, write_configuration
from graph.server.folders import Folders, unusable
from graph.server.runtime import Runtime, ensure_runtime
from graph.server.swap import finish_swap

_USER = "neo4j"
_READY_SECONDS = 180
_LOCK_SECONDS = 300


@dataclass(frozen=True)
class LocalServer:
    """A running managed server."""

    pid: int
    bolt: str
    http: str
    user: str
    password: str
    already_running: bool

    @property
    def browser(self) -> str:
        """The address of Neo4j Browser."""
        return f"{self.http}/browser/"


def up(
    home: Path,
    cache: Path,
    *,
    bolt_port: int | None = None,
    http_port: int | None = None,
    progress: Progress | None = None,
    mirror: str | None = None,
) -> LocalServer:
    """Start the server of `home` if it is not running, and wait until it is ready.

    Parameters
    ----------
    home
        Folder of the database, its password and its logs.
    cache
        Folder of the downloaded runtime.
    bolt_port, http_port
        Ports on loopback; where neither is given, the last ones, else free ones.
    progress
        Receives the stages.
    mirror
        Address of a Maven repository to use instead of Maven Central.

    Returns
    -------
    LocalServer
        The server, which accepts the generated password and has Graph Data Science.

    Raises
    ------
    ServerError
        Its subclasses name the reason, its remedy what to do.
    """
    progress = progress or Silent()
    folders = Folders(home.resolve())
    folders.prepare()
    with _exclusive(folders):
        running = _find_running(folders, bolt_port, http_port)
        if running is not None:
            return running
        _check_no_unmanaged_process(folders)
        finish_swap(folders)
        runtime = ensure_runtime(cache, progress, mirror)
        ports = _choose_ports(folders, bolt_port, http_port)
        memory = size_memory()
        _install_plugins(folders, runtime)
        write_configuration(folders.conf, folders.plugins, ports, memory)
        advance = progress.stage("Starting Neo4j", 1)
        files = browser_files.install_files(folders, runtime)
        state = process.start(folders, runtime, files, memory.heap, ports)
        _wait_until_ready(folders, state)
        advance(1)
        return _describe(folders, state, already_running=False)


def down(home: Path) -> bool:
    """Stop the server of `home`; return whether one was running."""
    folders = Folders(home.resolve())
    if process.read_state(folders.state_file) is None:
        return False
    with _exclusive(folders):
        return _stop(folders)


def status(home: Path) -> LocalServer | None:
    """Return the running server of `home`, or None. Checks the process, not whether Bolt answers."""
    folders = Folders(home.resolve())
    state = process.read_state(folders.state_file)
    if state is None or state.process() is None:
        return None
    return _describe(folders, state, already_running=True)


def reset(home: Path) -> bool:
    """Stop the server and delete its data, logs and password; return whether there was anything to delete.

    Raises
    ------
    FolderInUse
        A server that Groundswell did not start uses the folder.
    FolderUnusable
        A file cannot be deleted.
    """
    folders = Folders(home.resolve())
    if not folders.neo4j.exists():
        return False
    with _exclusive(folders):
        _stop(folders)
        _check_no_unmanaged_process(folders)
        try:
            shutil.rmtree(folders.neo4j)
        except OSError as error:
            raise unusable(folders.neo4j, error) from error
        folders.password_file.unlink(missing_ok=True)
        folders.state_file.unlink(missing_ok=True)
    return True


def _stop(folders: Folders) -> bool:
    state = process.read_state(folders.state_file)
    return state is not None and process.stop(state)


@contextmanager
def _exclusive(folders: Folders) -> Iterator[None]:
    lock = FileLock(folders.lock_file, timeout=_LOCK_SECONDS)
    try:
        with lock:
            yield
    except Timeout as error:
        raise FolderInUse(
            f"Another command has been starting or stopping the server of {folders.home} for "
            f"{_LOCK_SECONDS} s.",
            "Wait for that command to finish, or end it, and try again.",
        ) from error


def _find_running(folders: Folders, bolt: int | None, http: int | None) -> LocalServer | None:
    state = process.read_state(folders.state_file)
    if state is None or state.process() is None:
        return None
    server = _describe(folders, state, already_running=True)
    _check_ports(server, bolt, http)
    try:
        _wait_until_ready(folders, state)
    except ServerDied:
        if state.process() is None:
            return None  # It was shutting down: start it again.
        raise
    return server


def _check_ports(running: LocalServer, bolt: int | None, http: int | None) -> None:
    for port, address in ((bolt, running.bolt), (http, running.http)):
        if port is not None and not address.endswith(f":{port}"):
            raise PortInUse(
                f"The server already runs, at {running.bolt} and {running.http}.",
                "Run `groundswell db down` first to start it on other ports.",
            )


def _check_no_unmanaged_process(folders: Folders) -> None:
    pid = process.find_unmanaged_process(folders)
    if pid is not None:
        raise FolderInUse(
            f"Another server (process {pid}) already runs on {folders.neo4j}.",
            f"Stop that process (kill {pid}), or use another folder with --home.",
        )


def _choose_ports(folders: Folders, bolt: int | None, http: int | None) -> Ports:
    """Reuse the last ports where none is requested, so that bookmarks in browsers stay valid."""
    last = process.read_state(folders.state_file)
    if last is not None and bolt is None and http is None:
        try:
            return choose_ports(last.ports.bolt, last.ports.http)
        except PortInUse:
            pass
    return choose_ports(bolt, http)


def _install_plugins(folders: Folders, runtime: Runtime) -> None:
    shutil.rmtree(folders.plugins)
    folders.plugins.mkdir()
    for jar in runtime.procedure_jars:
        shutil.copy(jar, folders.plugins / jar.name)


def _describe(folders: Folders, state: process.ServerState, *, already_running: bool) -> LocalServer:
    return LocalServer(
        pid=state.pid,
        bolt=f"bolt://127.0.0.1:{state.ports.bolt}",
        http=f"http://127.0.0.1:{state.ports.http}",
        user=_USER,
        password=folders.password(),
        already_running=already_running,
    )


def _wait_until_ready(folders: Folders, state: process.ServerState) -> None:
    from graph.server.readiness import is_ready

    server = _describe(folders, state, already_running=False)
    deadline = time.monotonic() + _READY_SECONDS
    while time.monotonic() < deadline:
        if state.process() is None:
            raise _death_error(folders)
        if is_ready(server.bolt, server.user, server.password):
            return
        time.sleep(0.25)
    process.stop(state)
    raise ServerDied(
        f"Neo4j was not ready within {_READY_SECONDS} s.",
        f"The log is {folders.console}. Free memory or processor time and try again.",
    )


def _death_error(folders: Folders) -> Exception:
    lines = process.last_lines(folders)
    if "Lock file has been locked by another process" in lines:
        return FolderInUse(
            f"Another server already runs on {folders.data}.",
            "Stop it, or use another folder with --home.",
        )
    return ServerDied(
        f"Neo4j stopped during startup. Its last lines:\n{lines}",
        f"The whole log is {folders.console}.",
    )
