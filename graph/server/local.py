"""up, down, status and reset of the managed local server."""

import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from filelock import FileLock, Timeout
from neo4j import Driver, GraphDatabase
from neo4j.exceptions import AuthError, Neo4jError, ServiceUnavailable

from graph.errors import FolderInUse, PortTaken, ServerDied
from graph.progress import Progress, Silent
from graph.server import browser_files, process
from graph.server.configuration import Ports, choose_ports, size_memory, write_configuration
from graph.server.folders import Folders, unusable
from graph.server.runtime import Runtime, ensure_runtime
from graph.server.swap import finish_swap

_USER = "neo4j"
_FACTORY_PASSWORD = "neo4j"
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

    Ready means that Bolt answers with the generated password and that ``gds.version()`` answers.
    Raises a ServerError, whose remedy says what to do.
    """
    progress = progress or Silent()
    folders = Folders(home.resolve())
    folders.prepare()
    with _exclusive(folders):
        running = _running(folders, bolt_port, http_port)
        if running is not None:
            return running
        _refuse_stranger(folders)
        finish_swap(folders)
        runtime = ensure_runtime(cache, progress, mirror)
        ports = _ports(folders, bolt_port, http_port)
        memory = size_memory()
        _lay_out(folders, runtime)
        write_configuration(folders.conf, folders.plugins, ports, memory)
        advance = progress.stage("Starting Neo4j", 1)
        state = process.start(folders, runtime, browser_files.lay_out(folders, runtime), memory.heap, ports)
        _wait_until_ready(folders, state)
        advance(1)
        return _describe(folders, state, already_running=False)


def down(home: Path) -> bool:
    """Stop the server of `home`; True where one was running."""
    folders = Folders(home.resolve())
    if process.read_state(folders.state_file) is None:
        return False
    with _exclusive(folders):
        return _stop(folders)


def status(home: Path) -> LocalServer | None:
    """The running server of `home`, or None (a killed process is recognised as not running)."""
    folders = Folders(home.resolve())
    state = process.read_state(folders.state_file)
    if state is None or state.process() is None:
        return None
    return _describe(folders, state, already_running=True)


def reset(home: Path) -> bool:
    """Stop the server and delete its data, logs and password; True where there was anything.

    Raises FolderInUse where a server that was not started from here uses the folder, and
    FolderUnusable where something cannot be deleted.
    """
    folders = Folders(home.resolve())
    if not folders.neo4j.exists():
        return False
    with _exclusive(folders):
        _stop(folders)
        _refuse_stranger(folders)
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
            "Wait for it, or end it and try again.",
        ) from error


def _running(folders: Folders, bolt: int | None, http: int | None) -> LocalServer | None:
    state = process.read_state(folders.state_file)
    if state is None or state.process() is None:
        return None
    server = _describe(folders, state, already_running=True)
    _refuse_other_ports(server, bolt, http)
    try:
        _wait_until_ready(folders, state)
    except ServerDied:
        if state.process() is None:
            return None  # It was on its way down: start it again.
        raise
    return server


def _refuse_other_ports(running: LocalServer, bolt: int | None, http: int | None) -> None:
    for wanted, address in ((bolt, running.bolt), (http, running.http)):
        if wanted is not None and not address.endswith(f":{wanted}"):
            raise PortTaken(
                f"The server already runs, at {running.bolt} and {running.http}.",
                "Run `groundswell db down` first to start it on other ports.",
            )


def _refuse_stranger(folders: Folders) -> None:
    stranger = process.find_stranger(folders)
    if stranger is not None:
        raise FolderInUse(
            f"Another server (process {stranger}) already runs on {folders.neo4j}.",
            f"Stop that process (kill {stranger}), or use another folder with --home.",
        )


def _ports(folders: Folders, bolt: int | None, http: int | None) -> Ports:
    """The chosen ports; where none is chosen those of last time, so that bookmarks stay good."""
    last = process.read_state(folders.state_file)
    if last is not None and bolt is None and http is None:
        try:
            return choose_ports(last.ports.bolt, last.ports.http)
        except PortTaken:
            pass
    return choose_ports(bolt, http)


def _lay_out(folders: Folders, runtime: Runtime) -> None:
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
    server = _describe(folders, state, already_running=False)
    deadline = time.monotonic() + _READY_SECONDS
    while time.monotonic() < deadline:
        if state.process() is None:
            raise _died(folders)
        try:
            if _answers(server):
                return
        except (ServiceUnavailable, OSError):
            pass
        time.sleep(0.25)
    process.stop(state)
    raise ServerDied(
        f"Neo4j did not get ready within {_READY_SECONDS} s.",
        f"The log is {folders.console}. Free memory or processor time and try again.",
    )


def _died(folders: Folders) -> Exception:
    lines = process.last_lines(folders)
    if "Lock file has been locked by another process" in lines:
        return FolderInUse(
            f"Another server already runs on {folders.data}.",
            "Stop it, or use another folder with --home.",
        )
    return ServerDied(
        f"Neo4j ended while it was starting. Its last lines:\n{lines}",
        f"The whole log is {folders.console}.",
    )


def _answers(server: LocalServer) -> bool:
    try:
        with _driver(server, server.password) as driver, driver.session(database="neo4j") as session:
            session.run("RETURN gds.version()").consume()
            return True
    except AuthError:
        return _set_password(server)
    except Neo4jError:
        return False  # Bolt answers before the database does.


def _set_password(server: LocalServer) -> bool:
    """Replace the password that a new database comes with."""
    try:
        with _driver(server, _FACTORY_PASSWORD) as driver, driver.session(database="system") as session:
            passwords = {"old": _FACTORY_PASSWORD, "new": server.password}
            session.run("ALTER CURRENT USER SET PASSWORD FROM $old TO $new", passwords).consume()
    except AuthError as error:
        raise ServerDied(
            "The database does not take the password in its password file.",
            "Put the right password into the file, or start over with `groundswell db reset`.",
        ) from error
    return False  # Ask again, now with the password of the file.


def _driver(server: LocalServer, password: str) -> Driver:
    return GraphDatabase.driver(
        server.bolt, auth=(server.user, password), connection_timeout=5, notifications_min_severity="OFF"
    )
