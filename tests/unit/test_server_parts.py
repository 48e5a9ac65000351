"""Parts of the managed server, without a running Neo4j: ports, memory, folders, state file, jars."""

import hashlib
import os
import socket
import subprocess
import threading
import time
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import psutil
import pytest

from graph.errors import FolderUnusable, PortInUse, RuntimeUnavailable
from graph.progress import Silent
from graph.server import runtime
from graph.server.configuration import Ports, choose_ports, size_memory
from graph.server.folders import Folders, make_writable
from graph.server.jars import Jar, locked_jars
from graph.server.process import ServerState, read_state, reap_at_its_end, stop, write_state

GIB = 1024**3


def test_port_in_use_is_rejected() -> None:
    with socket.socket() as occupant:
        occupant.bind(("127.0.0.1", 0))
        occupant.listen()
        port = occupant.getsockname()[1]
        with pytest.raises(PortInUse, match=str(port)) as error:
            choose_ports(port, None)
    assert "--bolt-port" in error.value.remedy


@pytest.mark.parametrize(
    ("total", "heap", "page_cache"), [(2, 1024, 512), (16, 4096, 4096), (256, 8192, 16384)]
)
def test_memory_settings_scale_with_the_machine(total: int, heap: int, page_cache: int) -> None:
    assert size_memory(total * GIB).heap == heap
    assert size_memory(total * GIB).page_cache == page_cache


def test_unwritable_folder_is_rejected(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(FolderUnusable, match="file/below"):
        make_writable(tmp_path / "file" / "below")


def test_full_disk_is_rejected(tmp_path: Path) -> None:
    with pytest.raises(FolderUnusable, match="is full"):
        make_writable(tmp_path, needed_bytes=2**62)


def test_password_is_generated_once_and_readable_only_by_its_owner(tmp_path: Path) -> None:
    folders = Folders(tmp_path / "home")
    password = folders.password()
    assert len(password) >= 24
    assert folders.password() == password
    assert folders.password_file.stat().st_mode & 0o777 == 0o600


def test_reused_pid_is_not_taken_for_the_server(tmp_path: Path) -> None:
    created = psutil.Process(os.getpid()).create_time()
    file = tmp_path / "server.json"
    write_state(file, ServerState(os.getpid(), created, Ports(1, 2)))
    assert read_state(file).process() is not None
    write_state(file, ServerState(os.getpid(), created - 3600, Ports(1, 2)))
    assert read_state(file).process() is None


@pytest.fixture
def child() -> ServerState:
    """A child process in place of a server."""
    process = subprocess.Popen(["sleep", "60"])
    reap_at_its_end(process)
    return ServerState(process.pid, psutil.Process(process.pid).create_time(), Ports(1, 2))


def is_reaped(pid: int) -> bool:
    """Whether the process disappears within five seconds; a zombie would remain."""
    for _ in range(50):
        if not psutil.pid_exists(pid):
            return True
        time.sleep(0.1)
    return False


def test_stopped_server_is_reaped(child: ServerState) -> None:
    assert stop(child)
    assert is_reaped(child.pid)


def test_server_ended_by_another_program_is_reaped(child: ServerState) -> None:
    subprocess.run(["kill", "-KILL", str(child.pid)], check=True)
    assert is_reaped(child.pid)
    assert child.process() is None


def test_server_that_ends_before_it_is_stopped_counts_as_stopped(
    child: ServerState, monkeypatch: pytest.MonkeyPatch
) -> None:
    terminate = psutil.Process.terminate

    def terminate_late(process: psutil.Process) -> None:
        subprocess.run(["kill", "-KILL", str(child.pid)], check=True)
        assert is_reaped(child.pid)
        terminate(process)

    monkeypatch.setattr(psutil.Process, "terminate", terminate_late)
    assert stop(child)


def test_missing_or_invalid_state_file_is_no_state(tmp_path: Path) -> None:
    file = tmp_path / "server.json"
    assert read_state(file) is None
    file.write_text("{")
    assert read_state(file) is None


def test_lock_file_lists_every_jar_once_with_its_checksum() -> None:
    jars = locked_jars()
    assert len({jar.filename for jar in jars}) == len(jars) > 300
    assert all(len(jar.sha256) == 64 for jar in jars)
    assert any(jar.holds_procedures for jar in jars)
    assert not any("://" in str(jar) for jar in jars)


@pytest.fixture
def repository(tmp_path: Path) -> Iterator[tuple[Path, str]]:
    """A Maven repository with one jar, served on loopback."""
    root = tmp_path / "repository"
    folder = root / "org" / "example" / "thing" / "1.0"
    folder.mkdir(parents=True)
    jar = folder / "thing-1.0.jar"
    jar.write_bytes(b"content")
    handler = partial(_RecordingHandler, directory=str(root))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield jar, f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


class _RecordingHandler(SimpleHTTPRequestHandler):
    """Records the paths of its requests instead of logging them."""

    requests: list[str] = []

    def log_message(self, *_: object) -> None:
        _RecordingHandler.requests.append(self.path)


def lock_one_jar(monkeypatch: pytest.MonkeyPatch, checksum: str) -> Jar:
    jar = Jar("org.example", "thing", "jar", "", "1.0", checksum)
    monkeypatch.setattr(runtime, "locked_jars", lambda: [jar])
    return jar


def test_jar_is_downloaded_verified_and_then_used_offline(
    repository: tuple[Path, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    jar = lock_one_jar(monkeypatch, hashlib.sha256(b"content").hexdigest())
    (jar_path, *_) = runtime.ensure_runtime(tmp_path / "cache", Silent(), repository[1]).class_path
    assert jar_path.name == jar.filename
    assert jar_path.read_bytes() == b"content"
    runtime.ensure_runtime(tmp_path / "cache", Silent(), "http://127.0.0.1:9/nobody-listens")


def test_damaged_jar_in_the_cache_is_downloaded_again(
    repository: tuple[Path, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    jar = lock_one_jar(monkeypatch, hashlib.sha256(b"content").hexdigest())
    cached = tmp_path / "cache" / "jars" / jar.filename
    cached.parent.mkdir(parents=True)
    cached.write_bytes(b"con")
    runtime.ensure_runtime(tmp_path / "cache", Silent(), repository[1])
    assert cached.read_bytes() == b"content"


def test_jar_with_a_wrong_checksum_is_rejected_after_two_downloads(
    repository: tuple[Path, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lock_one_jar(monkeypatch, "0" * 64)
    _RecordingHandler.requests.clear()
    with pytest.raises(RuntimeUnavailable, match=r"org.example:thing:1.0 .* wrong both times"):
        runtime.ensure_runtime(tmp_path / "cache", Silent(), repository[1])
    assert sum(path.endswith(".jar") for path in _RecordingHandler.requests) == 2
    assert not list((tmp_path / "cache" / "jars").iterdir())


def test_missing_jar_without_a_network_is_rejected(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lock_one_jar(monkeypatch, "0" * 64)
    with pytest.raises(RuntimeUnavailable, match="could not be downloaded") as error:
        runtime.ensure_runtime(tmp_path / "cache", Silent(), "http://127.0.0.1:9")
    assert "GROUNDSWELL_CACHE" in error.value.remedy
