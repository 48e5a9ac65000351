"""Starts, checks and stops the Java process of the managed server."""

import json
import subprocess
import threading
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
_POLL_SECONDS = 0.5


@dataclass(frozen=True)
class ServerState:
    """The process started for a home, and its ports.

    `started` is the process's creation time in seconds since the epoch, because the system may reuse a pid.
    """

    pid: int
    started: float
    ports: Ports

    def process(self) -> psutil.Process | None:
        """Return the process, or None where it has ended (also if another program now has its pid)."""
        try:
            process = psutil.Process(self.pid)
            if abs(process.create_time() - self.started) >= 1:
                return None
            return None if process.status() == psutil.STATUS_ZOMBIE else process
        except psutil.NoSuchProcess:
            return None


def read_state(file: Path) -> ServerState | None:
    """Return the recorded state, or None where the file is missing or unreadable."""
    try:
        record = json.loads(file.read_text(encoding="utf-8"))
        return ServerState(record["pid"], record["started"], Ports(**record["ports"]))
    except (OSError, ValueError, KeyError, TypeError):
        return None


def write_state(file: Path, state: ServerState) -> None:
    """Write `state` to `file` atomically."""
    temporary = file.with_suffix(".new")
    temporary.write_text(json.dumps(asdict(state)), encoding="utf-8")
    temporary.replace(file)


def start(
    folders: Folders, runtime: Runtime, browser_files: Path, heap_mib: int, ports: Ports
) -> ServerState:
    """Start the server in its own session, so that it outlives the caller.

    Parameters
    ----------
    folders, runtime
        Where the server's files are, and the Java runtime with its jars.
    browser_files
        A folder to put on the class path.
    heap_mib
        Maximum heap size in MiB.
    ports
        Ports to record in the state file.

    Returns
    -------
    ServerState
        The state, also written to the state file.
    """
    # Jars come first: the JVM ignores its class-data archive if a folder precedes them.
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
    reap_at_its_end(child)
    return state


def reap_at_its_end(child: subprocess.Popen[bytes]) -> None:
    """Reap `child` when it ends, whoever ends it; this process need not wait for that."""
    threading.Thread(target=child.wait, name=f"reaper of {child.pid}", daemon=True).start()


def java_command(
    java: Path, folder: Path, class_path: list[Path], options: list[str], main: str
) -> list[str]:
    """Return the command that runs a Java class; the long class path goes into a file in `folder`."""
    jars = ":".join(str(path) for path in class_path)
    file = folder / "java.args"
    file.write_text("\n".join([f'-cp "{jars}"', *options, *ADD_OPENS, main]), encoding="utf-8")
    return [str(java), f"@{file}"]


def stop(state: ServerState) -> bool:
    """Stop the server cleanly (SIGTERM, then SIGKILL); return whether it was running."""
    process = state.process()
    if process is None:
        return False
    with suppress(psutil.NoSuchProcess):  # It may end by itself meanwhile.
        process.terminate()
        if not _wait_for_end(state):
            # Safe: the next start recovers committed transactions from the log.
            process.kill()
            _wait_for_end(state)
    return True


def _wait_for_end(state: ServerState) -> bool:
    """Return whether the server ended within _STOP_SECONDS."""
    deadline = time.monotonic() + _STOP_SECONDS
    while (process := state.process()) is not None and time.monotonic() < deadline:
        with suppress(psutil.TimeoutExpired):
            process.wait(_POLL_SECONDS)
    return process is None


def find_unmanaged_process(folders: Folders) -> int | None:
    """Return the pid of a server on this home that no state file records, or None."""
    argument = _home_argument(folders)
    for process in psutil.process_iter(["pid", "cmdline"]):
        if argument in (process.info["cmdline"] or ()):
            return int(process.info["pid"])
    return None


def last_lines(folders: Folders, count: int = 12) -> str:
    """Return the last `count` lines of the server's console log."""
    try:
        text = folders.console.read_text(encoding="utf-8", errors="replace")
    except FileNotFoundError:
        return ""
    return "\n".join(text.rstrip().splitlines()[-count:])


def _home_argument(folders: Folders) -> str:
    return f"--home-dir={folders.neo4j}"
