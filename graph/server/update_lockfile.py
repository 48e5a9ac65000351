"""Writes ``runtime.lock``, and the lock of the container's cypher-shell, from top-level coordinates:
``python -m graph.server.update_lockfile``.
"""

import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import jgo
from jgo.maven import Artifact

from graph.server.jars import sha256

SERVER = "org.neo4j:neo4j:5.26.30+org.neo4j.app:neo4j-server:5.26.30+org.neo4j.client:neo4j-browser:5.24.0"
GDS = "org.neo4j.gds:proc:2.13.9+org.neo4j.gds:opengds-extension:2.13.9"
CYPHER_SHELL = "org.neo4j:cypher-shell:5.26.30"
LOCK = Path(__file__).with_name("runtime.lock")
CYPHER_SHELL_LOCK = Path(__file__).with_name("cypher-shell.lock")


def _project(artifact: Artifact) -> tuple[str, str]:
    return (artifact.groupId, artifact.artifactId)


def resolve_runtime() -> list[Artifact]:
    """Return every jar of the server, then those that Graph Data Science adds."""
    server = jgo.resolve(SERVER)
    # Two versions of one library, or a second kernel, would clash on the class path.
    added = [artifact for artifact in _without(server, GDS) if artifact.groupId != "org.neo4j"]
    return [*server, *added]


def _without(present: list[Artifact], coordinates: str) -> list[Artifact]:
    """Resolve `coordinates` to the jars whose projects `present` lacks."""
    projects = {_project(artifact) for artifact in present}
    return [artifact for artifact in jgo.resolve(coordinates) if _project(artifact) not in projects]


def write_lock(file: Path, artifacts: list[Artifact], sources: list[str]) -> int:
    """Write a lock file and return its number of jars."""
    with ThreadPoolExecutor(16) as pool:
        checksums = pool.map(lambda artifact: sha256(artifact.resolve()), artifacts)
        lines = [f"{artifact} sha256={digest}" for artifact, digest in zip(artifacts, checksums, strict=True)]
    header = ["# Made by python -m graph.server.update_lockfile from"]
    header += [f"#   {source}" for source in sources]
    file.write_text("\n".join([*header, *lines]) + "\n", encoding="ascii")
    return len(lines)


def update_lockfiles() -> int:
    """Write both lock files and return their number of jars."""
    runtime = resolve_runtime()
    shell = _without(runtime, CYPHER_SHELL)
    return write_lock(LOCK, runtime, [SERVER, GDS]) + write_lock(CYPHER_SHELL_LOCK, shell, [CYPHER_SHELL])


if __name__ == "__main__":
    sys.stdout.write(f"{update_lockfiles()} jars locked\n")
