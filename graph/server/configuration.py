"""Writes neo4j.conf for the managed server: loopback only, authentication on, memory sized to the machine."""

import socket
from dataclasses import dataclass
from pathlib import Path

import psutil

from graph.errors import PortInUse

_LOOPBACK = "127.0.0.1"
_GIB = 1024**3


@dataclass(frozen=True)
class Ports:
    """The server's ports on loopback."""

    bolt: int
    http: int


@dataclass(frozen=True)
class Memory:
    """Sizes in MiB."""

    heap: int
    page_cache: int


def choose_ports(bolt: int | None, http: int | None) -> Ports:
    """Return the requested ports, or free ones for None. Raises PortInUse."""
    return Ports(_free_port("Bolt", bolt, "--bolt-port"), _free_port("HTTP", http, "--http-port"))


def _free_port(protocol: str, port: int | None, option: str) -> int:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((_LOOPBACK, port or 0))
        except OSError as error:
            raise PortInUse(
                f"{protocol} port {port} on {_LOOPBACK} is taken by another program ({error.strerror}).",
                f"Choose another with {option}, or omit the option to get a free one.",
            ) from error
        return int(probe.getsockname()[1])


def size_memory(total_bytes: int | None = None) -> Memory:
    """Give the heap (1 to 8 GiB) and the page cache (0.5 to 16 GiB) a quarter of the memory each."""
    total = total_bytes or psutil.virtual_memory().total
    heap = min(max(total // 4, _GIB), 8 * _GIB)
    page_cache = min(max(total // 4, _GIB // 2), 16 * _GIB)
    return Memory(heap // 1024**2, page_cache // 1024**2)


def write_configuration(folder: Path, plugins: Path, ports: Ports, memory: Memory) -> None:
    """Write neo4j.conf into `folder`."""
    settings = {
        "server.default_listen_address": _LOOPBACK,
        "server.bolt.listen_address": f"{_LOOPBACK}:{ports.bolt}",
        "server.bolt.advertised_address": f"localhost:{ports.bolt}",
        "server.http.listen_address": f"{_LOOPBACK}:{ports.http}",
        "server.https.enabled": "false",
        "server.directories.plugins": plugins.as_posix(),
        "server.memory.heap.initial_size": f"{memory.heap // 4}m",
        "server.memory.heap.max_size": f"{memory.heap}m",
        "server.memory.pagecache.size": f"{memory.page_cache}m",
        "dbms.security.auth_enabled": "true",
        "dbms.security.procedures.unrestricted": "gds.*",
        "dbms.usage_report.enabled": "false",
        # By default, each stop of the server waits twice for this period, ten seconds in all.
        "internal.dbms.bolt.netty_server_shutdown_quiet_period": "0",
        "db.tx_log.rotation.retention_policy": "2 files",
    }
    lines = [f"{key}={value}" for key, value in settings.items()]
    (folder / "neo4j.conf").write_text("\n".join(lines) + "\n", encoding="utf-8")
