"""The Java process of the managed server: start it, know whether it is alive, stop it."""

import json
import os
import subprocess
import time
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path

import psutil

from graph.server.configuration import Ports
from graph.server.folders import Folders
from graph.server.runtime import Runtime

ENTRY_POINT = "org.neo4j.server.CommunityEntryPoint"
_OPENED = ("java.nio", "java.io", "sun.nio.ch", "java.lang", "java.util.concurrent")
ADD_OPENS = [f"--add-opens=java.base/{package}=ALL-UNNAMED" for package in _OPENED]
_STOP_SECONDS = 60
_LOOK_SECONDS = 0.5


@dataclass(frozen=True)
class ServerState:
    """Which process was started for a home, and where it listens.

    `started` is the process's creation time: a pid alone may have been given to another program.
    """

    pid: int
    started: float
    ports: Ports

    def process(self) -> psutil.Process | None:
        """The process, or None where it has ended (or the pid is another program's now)."""
        try:
            process = psutil.Process(self.pid)
            if abs(process.create_time() - self.started) >= 1:
                return None
            if process.status() == psutil.STATUS_ZOMBIE:
                _reap(self.pid)
                return None
            return process
        except psutil.NoSuchProcess:
            return None


def read_state(file: Path) -> ServerState | None:
    """What was last recorded, or None where nothing readable was."""
    try:
        record = json.loads(file.read_text(encoding="utf-8"))
        return ServerState(record["pid"], record["started"], Ports(**record["ports"]))
    except (OSError, ValueError, KeyError, TypeError):
        return None


def write_state(file: Path, state: ServerState) -> None:
    """Record `state`, whole or not at all."""
    draft = file.with_suffix(".new")
    draft.write_text(json.dumps(asdict(state)), encoding="utf-8")
    draft.replace(file)


def start(
    folders: Folders, runtime: Runtime, browser_files: Path, heap_mib: int, ports: Ports
) -> ServerState:
    """Start the server as a process of its own session; it outlives the caller."""
    # The jars first: a folder before them would keep the JVM from using a class-data archive of theirs.
    class_path = [*runtime.class_path, browser_files]
    options = [f"-Xmx{heap_mib}m", "-XX:+UseG1GC"]
    java = java_command(runtime.java, folders.conf, class_path, options, ENTRY_POINT)
    command = [*java, _home_argument(folders)]
    with folders.console.open("wb") as console:
        child = subprocess.Popen(
            [*command, f"--config-dir={folders.conf}"],
            stdin=subprocess.DEVNULL,
            stdout=console,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    state = ServerState(child.pid, psutil.Process(child.pid).create_time(), ports)
    write_state(folders.state_file, state)
    # The server may outlive this process; `ServerState.process` reaps it if it ends earlier.
    child.returncode = 0
    return state


def java_command(
    java: Path, folder: Path, class_path: list[Path], options: list[str], main: str
) -> list[str]:
    """How to run a class of Neo4j; its long class path goes into a file in `folder`."""
    jars = ":".join(str(path) for path in class_path)
    file = folder / "java.args"
    file.write_text("\n".join([f'-cp "{jars}"', *options, *ADD_OPENS, main]), encoding="utf-8")
    return [str(java), f"@{file}"]


def stop(state: ServerState) -> bool:
    """Stop the server cleanly (SIGTERM); True where it was running."""
    process = state.process()
    if process is None:
        return False
    process.terminate()
    if not _ended(state):
        # The transaction log makes this safe: what was committed is recovered at the next start.
        process.kill()
        _ended(state)
    return True


def _ended(state: ServerState) -> bool:
    """Whether the server ended within _STOP_SECONDS."""
    deadline = time.monotonic() + _STOP_SECONDS
    while (process := state.process()) is not None and time.monotonic() < deadline:
        with suppress(psutil.TimeoutExpired):
            process.wait(_LOOK_SECONDS)
    return process is None


def _reap(pid: int) -> None:
    """Remove an ended child from the list of processes; another program's child is left to that program."""
    with suppress(ChildProcessError):
        os.waitpid(pid, os.WNOHANG)


def find_stranger(folders: Folders) -> int | None:
    """The pid of a server on this home that no state file knows of, or None."""
    wanted = _home_argument(folders)
    for process in psutil.process_iter(["pid", "cmdline", "status"]):
        if wanted in (process.info["cmdline"] or ()):
            return int(process.info["pid"])
    return None


def last_lines(folders: Folders, count: int = 12) -> str:
    """The end of what the server printed."""
    try:
        text = folders.console.read_text(encoding="utf-8", errors="replace")
    except FileNotFoundError:
        return ""
    return "\n".join(text.rstrip().splitlines()[-count:])


def _home_argument(folders: Folders) -> str:
    return f"--home-dir={folders.neo4j}"
