"""Replaces the (empty) database of the managed server by one that Neo4j's own bulk importer built.

The store is built beside the old one, while the server runs; then the server is stopped, the stores
change places, and the server starts again. Killed before the change, nothing has happened; killed within
it, the next start finishes it.
"""

import shutil
from pathlib import Path

from graph.errors import ImportFailed
from graph.progress import Progress
from graph.server import local
from graph.server.admin import AdminFailed, run_admin
from graph.server.folders import Folders
from graph.server.swap import DATABASE, finish_swap
from graph.settings import Settings


def build_store(settings: Settings, arguments: list[str], staging: Path, progress: Progress) -> None:
    """Let ``neo4j-admin database import full`` build a store in `staging`; `arguments` name the CSV files.

    Raises ImportFailed with the importer's last words.
    """
    shutil.rmtree(staging, ignore_errors=True)
    command = ["database", "import", "full", DATABASE, *arguments, "--overwrite-destination=true"]
    report = f"--report-file={staging / 'report.txt'}"
    try:
        run_admin(settings, staging, staging / "conf", [*command, report], progress)
    except AdminFailed as error:
        raise ImportFailed(
            f"Neo4j's bulk importer gave up: {error}", "Import with --engine stream, and please report this."
        ) from error


def take_store(settings: Settings, staging: Path, progress: Progress) -> None:
    """Put the store of `staging` in the place of the server's own, and start the server."""
    folders = Folders(settings.home.resolve())
    folders.prepare()
    local.down(settings.home)
    folders.swap_file.write_text(str(staging.resolve()), encoding="utf-8")
    finish_swap(folders)
    local.up(settings.home, settings.cache, progress=progress, mirror=settings.maven_mirror)
