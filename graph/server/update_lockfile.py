"""Makes ``runtime.lock`` anew from the top-level coordinates: ``python -m graph.server.relock``."""

import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import jgo
from jgo.maven import Artifact

from graph.server.jars import sha256

SERVER = "org.neo4j:neo4j:5.26.30+org.neo4j.app:neo4j-server:5.26.30+org.neo4j.client:neo4j-browser:5.24.0"
GDS = "org.neo4j.gds:proc:2.13.9+org.neo4j.gds:opengds-extension:2.13.9"
LOCK = Path(__file__).with_name("runtime.lock")


def _project(artifact: Artifact) -> tuple[str, str]:
    return (artifact.groupId, artifact.artifactId)


def resolve() -> list[Artifact]:
    """Every jar of the server, then those that Graph Data Science adds to it."""
    server = jgo.resolve(SERVER)
    present = {_project(artifact) for artifact in server}
    added = [
        artifact
        for artifact in jgo.resolve(GDS)
        # Two versions of one library, or a second kernel, would clash on the class path.
        if _project(artifact) not in present and artifact.groupId != "org.neo4j"
    ]
    return [*server, *added]


def relock() -> int:
    """Write the lock file and return the number of jars in it."""
    artifacts = resolve()
    with ThreadPoolExecutor(16) as pool:
        checksums = pool.map(lambda artifact: sha256(artifact.resolve()), artifacts)
        lines = [f"{one} sha256={digest}" for one, digest in zip(artifacts, checksums, strict=True)]
    header = f"# Made by python -m graph.server.relock from\n#   {SERVER}\n#   {GDS}\n"
    LOCK.write_text(header + "\n".join(lines) + "\n", encoding="ascii")
    return len(lines)


if __name__ == "__main__":
    sys.stdout.write(f"{relock()} jars locked\n")
