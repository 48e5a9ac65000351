"""The managed server: started, found again, killed, rejected and stopped."""

import os
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest
from neo4j import GraphDatabase

from graph.connection import connect
from graph.errors import FolderInUse, GdsMissing, PortInUse, ServerDied
from graph.progress import Silent
from graph.server import browser_files, local, process
from graph.server.configuration import Memory, Ports, choose_ports, size_memory, write_configuration
from graph.server.folders import Folders
from graph.server.readiness import set_password
from graph.server.runtime import ensure_runtime
from graph.settings import Settings


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Path]:
    yield tmp_path / "home"
    local.reset(tmp_path / "home")


def test_server_is_started_once_and_keeps_its_data_when_killed(home: Path, cache: Path) -> None:
    first = local.up(home, cache)
    assert not first.already_running
    with GraphDatabase.driver(first.bolt, auth=(first.user, first.password)) as driver:
        driver.execute_query("CREATE (:Kept {value: 42})")

    second = local.up(home, cache)
    assert second.already_running
    assert (second.pid, second.bolt) == (first.pid, first.bolt)
    with pytest.raises(PortInUse, match="already runs"):
        local.up(home, cache, bolt_port=7)

    connections = psutil.Process(first.pid).net_connections()
    listening = {connection.laddr.ip for connection in connections if connection.status == "LISTEN"}
    assert {ip.removeprefix("::ffff:") for ip in listening} == {"127.0.0.1"}

    os.kill(first.pid, signal.SIGKILL)
    while process.read_state(Folders(home).state_file).process() is not None:
        time.sleep(0.05)
    assert local.status(home) is None

    restarted = local.up(home, cache)
    assert restarted.pid != first.pid
    assert restarted.bolt == first.bolt
    with GraphDatabase.driver(restarted.bolt, auth=(restarted.user, restarted.password)) as driver:
        assert driver.execute_query("MATCH (n:Kept) RETURN n.value AS v").records[0]["v"] == 42

    # Without its state file, the server is recognised by the folder that it uses.
    Folders(home).state_file.unlink()
    with pytest.raises(FolderInUse, match=str(restarted.pid)):
        local.up(home, cache)
    created = psutil.Process(restarted.pid).create_time()
    process.stop(process.ServerState(restarted.pid, created, Ports(0, 0)))
    assert local.down(home) is False


def test_error_of_a_server_that_fails_to_start_shows_its_log(
    home: Path, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def write_invalid_configuration(folder: Path, plugins: Path, ports: Ports, memory: Memory) -> None:
        write_configuration(folder, plugins, ports, memory)
        file = folder / "neo4j.conf"
        file.write_text(file.read_text() + "server.bolt.enabled=nonsense\n")

    monkeypatch.setattr(local, "write_configuration", write_invalid_configuration)
    with pytest.raises(ServerDied, match="nonsense"):
        local.up(home, cache)


def test_server_without_gds_is_detected(home: Path, cache: Path) -> None:
    folders = Folders(home)
    folders.prepare()
    runtime, memory, ports = ensure_runtime(cache, Silent()), size_memory(), choose_ports(None, None)
    write_configuration(folders.conf, folders.plugins, ports, memory)
    state = process.start(folders, runtime, browser_files.install_files(folders, runtime), memory.heap, ports)
    server = local._describe(folders, state, already_running=False)
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        try:
            set_password(server.bolt, server.user, server.password)
            break
        except Exception:
            time.sleep(0.5)
    with (
        connect(Settings(GROUNDSWELL_HOME=home)) as graph,
        pytest.raises(GdsMissing, match="no Graph Data Science"),
    ):
        while time.monotonic() < deadline:
            graph.gds_version()
