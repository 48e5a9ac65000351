"""Provide the images of docker-compose.yml; ``python docker/images.py`` prints the name of Neo4j's.

Builds use the host's network, since a container's own may not reach package indexes.
"""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
OFFICIAL_NEO4J = "neo4j:5.26-community"
OWN_NEO4J = "groundswell-neo4j"
API = "groundswell"


def provide_neo4j() -> str:
    """The official image where a registry is reachable, else one built from the verified jars."""
    if _succeeds("docker", "pull", "--quiet", OFFICIAL_NEO4J):
        return OFFICIAL_NEO4J
    sys.stderr.write(f"{OFFICIAL_NEO4J} cannot be pulled: building {OWN_NEO4J} from the verified jars.\n")
    base = {"BASE_IMAGE": os.environ["BASE_IMAGE"]} if "BASE_IMAGE" in os.environ else {}
    _build(OWN_NEO4J, ROOT / "docker" / "neo4j" / "Dockerfile", **base)
    return OWN_NEO4J


def provide_api() -> str:
    """The API's image with torch for CPUs, or with the locked wheels where PyTorch's index is out of reach.

    Returns which of the two torch is: ``cpu`` or ``locked``.
    """
    torch = os.environ.get("TORCH", "cpu")
    try:
        _build(API, ROOT / "Dockerfile", TORCH=torch)
    except subprocess.CalledProcessError:
        if torch != "cpu" or "TORCH" in os.environ:
            raise
        sys.stderr.write("The build with TORCH=cpu failed (see above): building with TORCH=locked.\n")
        torch = "locked"
        _build(API, ROOT / "Dockerfile", TORCH=torch)
    return torch


def _build(tag: str, dockerfile: Path, **arguments: str) -> None:
    options = [option for name, value in arguments.items() for option in ("--build-arg", f"{name}={value}")]
    command = ["docker", "build", "--quiet", "--network=host", "-f", str(dockerfile), "-t", tag, *options]
    subprocess.run([*command, str(ROOT)], check=True, stdout=sys.stderr)


def _succeeds(*command: str) -> bool:
    return subprocess.run(command, capture_output=True, check=False).returncode == 0


if __name__ == "__main__":
    sys.stdout.write(f"{provide_neo4j()}\n")
