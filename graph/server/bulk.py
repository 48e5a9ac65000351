"""Replaces the (empty) database of the managed server with one that Neo4j's bulk importer built.

The importer builds the new store next to the old one while the server runs; then the server stops, the stores
are swapped, and the server starts again. A kill before the swap changes nothing; after a kill during the
swap, the next start completes it.
"""

import shutil
from pathlib import Path

from graph.errors import AdminFailed, ImportFailed
from graph.progress import Progress
from graph.server import local
from graph.server.admin import run_admin
from graph.server.folders import Folders
from graph.server.swap import DATABASE, finish_swap
from graph.settings import Settings


def build_store(settings: Settings, arguments: list[str], staging: Path, progress: Progress) -> None:
    """Build a store in `staging` with ``neo4j-admin database import full``; `arguments` name the CSV files.

    Raises ImportFailed with the importer's last lines.
    """
    shutil.rmtree(staging, ignore_errors=True)
    command = ["database", "import", "full", DATABASE, *arguments, "--overwrite-destination=true"]
    report = f"--report-file={staging / 'report.txt'}"
    try:
        run_admin(settings, staging, staging / "conf", [*command, report], progress)
    except AdminFailed as error:
        raise ImportFailed(
            f"Neo4j's bulk importer failed: {error}", "Import with --engine stream, and please report this."
        ) from error


def replace_store(settings: Settings, staging: Path, progress: Progress) -> None:
    """Replace the server's store with the one in `staging`, and start the server."""
    folders = Folders(settings.home.resolve())
    folders.prepare()
    local.down(settings.home)
    folders.swap_file.write_text(str(staging.resolve()), encoding="utf-8")
    finish_swap(folders)
    local.up(settings.home, settings.cache, progress=progress, mirror=settings.maven_mirror)
