"""Runs ``neo4j-admin`` on the files of a database that no server has open."""

import os
import subprocess
from pathlib import Path

from graph.errors import AdminFailed
from graph.progress import Progress
from graph.server.process import java_command
from graph.server.runtime import ensure_runtime
from graph.settings import Settings

_TOOL = "org.neo4j.cli.AdminTool"
_LAST_LINES = 8


def run_admin(
    settings: Settings, data: Path, configuration: Path, arguments: list[str], progress: Progress
) -> None:
    """Run ``neo4j-admin``.

    Parameters
    ----------
    settings
        Where the runtime is cached.
    data
        The folder of the database files.
    configuration
        A folder to write the tool's configuration to.
    arguments
        The command and its options.
    progress
        Receives the download of the runtime, if one is needed.

    Raises
    ------
    AdminFailed
        The tool failed; the message has its last lines.
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
        output = "\n".join((done.stdout + done.stderr).strip().splitlines()[-_LAST_LINES:])
        raise AdminFailed(f"neo4j-admin {' '.join(arguments[:2])} failed: {output}", "Please report this.")
