"""Runs Neo4j's own administration tool on a store that no server has open."""

import os
import subprocess
from pathlib import Path

from graph.errors import ServerError
from graph.progress import Progress
from graph.server.process import java_command
from graph.server.runtime import ensure_runtime
from graph.settings import Settings

_TOOL = "org.neo4j.cli.AdminTool"
_LAST_LINES = 8


class AdminFailed(ServerError):
    """The tool gave up; the message has its last words."""


def run_admin(
    settings: Settings, data: Path, configuration: Path, arguments: list[str], progress: Progress
) -> None:
    """Run ``neo4j-admin`` with these arguments on the store in `data`, its configuration in a folder of its
    own. Raises AdminFailed.
    """
    runtime = ensure_runtime(settings.cache, progress, settings.maven_mirror)
    configuration.mkdir(parents=True, exist_ok=True)
    (configuration / "neo4j.conf").write_text(f"server.directories.data={data.resolve()}\n", encoding="utf-8")
    java = java_command(runtime.java, configuration, list(runtime.class_path), ["-Xmx2g"], _TOOL)
    done = subprocess.run(
        [*java, *arguments],
        env={**os.environ, "NEO4J_HOME": str(configuration.parent), "NEO4J_CONF": str(configuration)},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        said = "\n".join((done.stdout + done.stderr).strip().splitlines()[-_LAST_LINES:])
        raise AdminFailed(f"Neo4j's {' '.join(arguments[:2])} gave up: {said}", "Please report this.")
