"""Replaces the (empty) database of the managed server by one that Neo4j's own bulk importer built.

The store is built beside the old one, while the server runs; then the server is stopped, the stores
change places, and the server starts again. Killed before the change, nothing has happened; killed within
it, the next start finishes it.
"""

import os
import shutil
import subprocess
from pathlib import Path

from graph.errors import ImportFailed
from graph.progress import Progress
from graph.server import local
from graph.server.folders import Folders
from graph.server.process import java_command
from graph.server.runtime import ensure_runtime
from graph.server.swap import DATABASE, finish_swap
from graph.settings import Settings

_TOOL = "org.neo4j.cli.AdminTool"


def build_store(settings: Settings, arguments: list[str], staging: Path, progress: Progress) -> None:
    """Let ``neo4j-admin database import full`` build a store in `staging`; `arguments` name the CSV files.

    Raises ImportFailed with the importer's last words.
    """
    runtime = ensure_runtime(settings.cache, progress, settings.maven_mirror)
    shutil.rmtree(staging, ignore_errors=True)
    configuration = staging / "conf"
    configuration.mkdir(parents=True)
    (configuration / "neo4j.conf").write_text(
        f"server.directories.data={staging.resolve()}\n", encoding="utf-8"
    )
    java = java_command(runtime.java, configuration, list(runtime.class_path), ["-Xmx2g"], _TOOL)
    command = [*java, "database", "import", "full", DATABASE, *arguments]
    done = subprocess.run(
        [*command, "--overwrite-destination=true", f"--report-file={staging / 'report.txt'}"],
        env={**os.environ, "NEO4J_HOME": str(staging), "NEO4J_CONF": str(configuration)},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        said = "\n".join((done.stdout + done.stderr).strip().splitlines()[-8:])
        raise ImportFailed(
            f"Neo4j's bulk importer gave up: {said}", "Import with --engine stream, and please report this."
        )


def take_store(settings: Settings, staging: Path, progress: Progress) -> None:
    """Put the store of `staging` in the place of the server's own."""
    folders = Folders(settings.home.resolve())
    local.down(settings.home)
    folders.swap_file.write_text(str(staging.resolve()), encoding="utf-8")
    finish_swap(folders)
    local.up(settings.home, settings.cache, progress=progress, mirror=settings.maven_mirror)
