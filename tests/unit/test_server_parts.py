"""The managed server's parts that need no server."""

import hashlib
import os
import signal
import socket
import subprocess
import threading
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import psutil
import pytest

from graph.errors import FolderUnusable, PortTaken, RuntimeUnavailable
from graph.progress import Silent
from graph.server import runtime
from graph.server.configuration import Ports, choose_ports, size_memory
from graph.server.folders import Folders, make_writable
from graph.server.jars import Jar, locked_jars
from graph.server.process import ServerState, read_state, stop, write_state

GIB = 1024**3


def test_port_in_use_is_named() -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        taken = other.getsockname()[1]
        with pytest.raises(PortTaken, match=str(taken)) as caught:
            choose_ports(taken, None)
    assert "--bolt-port" in caught.value.remedy


@pytest.mark.parametrize(
    ("total", "heap", "page_cache"), [(2, 1024, 512), (16, 4096, 4096), (256, 8192, 16384)]
)
def test_memory_follows_the_machine(total: int, heap: int, page_cache: int) -> None:
    assert size_memory(total * GIB).heap == heap
    assert size_memory(total * GIB).page_cache == page_cache


def test_unwritable_folder_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(FolderUnusable, match="file/below"):
        make_writable(tmp_path / "file" / "below")


def test_full_disk_is_detected(tmp_path: Path) -> None:
    with pytest.raises(FolderUnusable, match="is full"):
        make_writable(tmp_path, needed_bytes=2**62)


def test_the_password_is_generated_once_and_readable_by_its_owner_alone(tmp_path: Path) -> None:
    folders = Folders(tmp_path / "home")
    first = folders.password()
    assert len(first) >= 24
    assert folders.password() == first
    assert folders.password_file.stat().st_mode & 0o777 == 0o600


def test_reused_pid_is_not_our_server(tmp_path: Path) -> None:
    ours = psutil.Process(os.getpid()).create_time()
    file = tmp_path / "server.json"
    write_state(file, ServerState(os.getpid(), ours, Ports(1, 2)))
    assert read_state(file).process() is not None
    write_state(file, ServerState(os.getpid(), ours - 3600, Ports(1, 2)))
    assert read_state(file).process() is None


@pytest.fixture
def child() -> ServerState:
    """A child process that nobody but the server's own functions waits for."""
    process = subprocess.Popen(["sleep", "60"])
    process.returncode = 0
    return ServerState(process.pid, psutil.Process(process.pid).create_time(), Ports(1, 2))


def test_a_stopped_server_is_reaped(child: ServerState) -> None:
    assert stop(child)
    assert not psutil.pid_exists(child.pid)


def test_a_killed_server_is_reaped_when_its_state_is_read(child: ServerState) -> None:
    os.kill(child.pid, signal.SIGKILL)
    os.waitid(os.P_PID, child.pid, os.WEXITED | os.WNOWAIT)
    assert psutil.Process(child.pid).status() == psutil.STATUS_ZOMBIE
    assert child.process() is None
    assert not psutil.pid_exists(child.pid)


def test_an_unreadable_state_file_counts_as_none(tmp_path: Path) -> None:
    file = tmp_path / "server.json"
    assert read_state(file) is None
    file.write_text("{")
    assert read_state(file) is None


def test_the_lock_lists_every_jar_once_with_its_checksum() -> None:
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
    handler = partial(_Quiet, directory=str(root))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield jar, f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


class _Quiet(SimpleHTTPRequestHandler):
    requests: list[str] = []

    def log_message(self, *_: object) -> None:
        _Quiet.requests.append(self.path)


def lock(monkeypatch: pytest.MonkeyPatch, checksum: str) -> Jar:
    jar = Jar("org.example", "thing", "jar", "", "1.0", checksum)
    monkeypatch.setattr(runtime, "locked_jars", lambda: [jar])
    return jar


def test_a_jar_is_fetched_verified_and_used_offline_afterwards(
    repository: tuple[Path, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    jar = lock(monkeypatch, hashlib.sha256(b"content").hexdigest())
    found = runtime.ensure_runtime(tmp_path / "cache", Silent(), repository[1])
    assert found.class_path[0].name == jar.filename
    assert found.class_path[0].read_bytes() == b"content"
    runtime.ensure_runtime(tmp_path / "cache", Silent(), "http://127.0.0.1:9/nobody-listens")


def test_a_damaged_jar_in_the_cache_is_fetched_again(
    repository: tuple[Path, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    jar = lock(monkeypatch, hashlib.sha256(b"content").hexdigest())
    cached = tmp_path / "cache" / "jars" / jar.filename
    cached.parent.mkdir(parents=True)
    cached.write_bytes(b"con")
    runtime.ensure_runtime(tmp_path / "cache", Silent(), repository[1])
    assert cached.read_bytes() == b"content"


def test_a_wrong_checksum_is_fetched_twice_and_then_named(
    repository: tuple[Path, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lock(monkeypatch, "0" * 64)
    _Quiet.requests.clear()
    with pytest.raises(RuntimeUnavailable, match=r"org.example:thing:1.0 .* wrong both times"):
        runtime.ensure_runtime(tmp_path / "cache", Silent(), repository[1])
    assert sum(path.endswith(".jar") for path in _Quiet.requests) == 2
    assert not list((tmp_path / "cache" / "jars").iterdir())


def test_no_network_and_nothing_cached_says_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lock(monkeypatch, "0" * 64)
    with pytest.raises(RuntimeUnavailable, match="could not be downloaded") as caught:
        runtime.ensure_runtime(tmp_path / "cache", Silent(), "http://127.0.0.1:9")
    assert "GROUNDSWELL_CACHE" in caught.value.remedy
