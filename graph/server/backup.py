"""Backs up the managed server, that is its database and the trained models, and restores it on any machine.

The server stops while its store is read. Nodes and relationships are counted before the backup and compared
after a restore, so that an incomplete one is an error.
"""

import json
import shutil
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

from graph.connection import connect
from graph.errors import FolderUnusable, InvalidRequest, NotFound
from graph.progress import Progress
from graph.server import local
from graph.server.admin import run_admin
from graph.server.bulk import replace_store
from graph.server.folders import Folders, make_writable
from graph.server.jars import sha256
from graph.server.swap import DATABASE
from graph.settings import Settings

_DUMP, _MODELS, _CONTENTS = f"{DATABASE}.dump", "checkpoints", "backup.json"


@dataclass(frozen=True)
class Backup:
    """Description of a backup.

    Attributes
    ----------
    at
        When it was made, in ISO format.
    version
        The version of Groundswell that made it.
    nodes, relationships
        Counts by label and by type.
    sha256
        Checksum of the dump.
    """

    at: str
    version: str
    nodes: dict[str, int]
    relationships: dict[str, int]
    sha256: str


def back_up(settings: Settings, folder: Path, progress: Progress) -> Backup:
    """Write the database of the managed server and its models to `folder`, which must be new or empty.

    A server that was running runs again afterwards, also after an error.

    Raises
    ------
    InvalidRequest
        `folder` is not empty.
    NotFound
        There is no database.
    FolderUnusable, AdminFailed
        The backup cannot be written.
    """
    if folder.exists() and any(folder.iterdir()):
        raise InvalidRequest(f"{folder} is not empty.", "Name a new folder: backups are never overwritten.")
    make_writable(folder)
    folders = Folders(settings.home.resolve())
    if not (folders.data / "databases" / DATABASE).exists():
        raise NotFound(f"There is no database in {settings.home}.", "Start one: `groundswell db up`.")
    running = local.status(settings.home) is not None
    local.up(settings.home, settings.cache, progress=progress, mirror=settings.maven_mirror)
    nodes, relationships = _count(settings)
    local.down(settings.home)
    try:
        advance = progress.stage("Writing the backup", 1)
        dump = ["database", "dump", DATABASE, f"--to-path={folder.resolve()}"]
        run_admin(settings, folders.data, folders.home / "backup" / "conf", dump, progress)
        advance(1)
    finally:
        shutil.rmtree(folders.home / "backup", ignore_errors=True)
        if running:
            local.up(settings.home, settings.cache, progress=progress, mirror=settings.maven_mirror)
    if settings.checkpoints.exists():
        shutil.copytree(settings.checkpoints, folder / _MODELS)
    at = datetime.now(UTC).isoformat(timespec="seconds")
    backup = Backup(at, version("groundswell"), nodes, relationships, sha256(folder / _DUMP))
    (folder / _CONTENTS).write_text(json.dumps(asdict(backup), indent=1), encoding="utf-8")
    return backup


def restore(settings: Settings, folder: Path, progress: Progress, *, replace: bool = False) -> Backup:
    """Restore the backup in `folder` into the managed server, and start the server.

    Parameters
    ----------
    settings
        Where the server's files are.
    folder
        A folder that `back_up` wrote.
    progress
        Receives the stages.
    replace
        Overwrite an existing database.

    Raises
    ------
    NotFound
        `folder` has no backup.
    InvalidRequest
        There is a database already, and `replace` is False.
    FolderUnusable
        The backup is damaged, or the restored counts differ.
    """
    backup = read_backup(folder)
    folders = Folders(settings.home.resolve())
    if (folders.data / "databases" / DATABASE).exists() and not replace:
        raise InvalidRequest(
            f"There is a database in {settings.home} already.",
            "Name another folder with --home, or overwrite the database with --replace.",
        )
    staging = folders.home / "restored"
    shutil.rmtree(staging, ignore_errors=True)
    advance = progress.stage("Reading the backup", 1)
    load = ["database", "load", DATABASE, f"--from-path={folder.resolve()}", "--overwrite-destination=true"]
    run_admin(settings, staging, staging / "conf", load, progress)
    advance(1)
    replace_store(settings, staging, progress)
    if (folder / _MODELS).exists():
        shutil.rmtree(settings.checkpoints, ignore_errors=True)
        shutil.copytree(folder / _MODELS, settings.checkpoints)
    if _count(settings) != (backup.nodes, backup.relationships):
        raise FolderUnusable(
            f"The restored database differs from the backup in {folder}: some nodes or relationships are "
            "missing.",
            "Keep the backup, and please report this.",
        )
    return backup


def read_backup(folder: Path) -> Backup:
    """Read the description of a backup and verify its dump. Raises NotFound and FolderUnusable."""
    try:
        backup = Backup(**json.loads((folder / _CONTENTS).read_text(encoding="utf-8")))
        checksum = sha256(folder / _DUMP)
    except (OSError, ValueError, TypeError) as error:
        raise NotFound(
            f"There is no backup in {folder}.", "Name a folder that `groundswell db backup` wrote."
        ) from error
    if checksum != backup.sha256:
        raise FolderUnusable(
            f"The backup in {folder} is damaged: the checksum of {_DUMP} is wrong.", "Use another backup."
        )
    return backup


def _count(settings: Settings) -> tuple[dict[str, int], dict[str, int]]:
    with connect(settings) as graph:
        rows = graph.run("server/contents")
    kinds: dict[str, dict[str, int]] = {"node": {}, "relationship": {}}
    for row in rows:
        kinds[row["kind"]][row["name"]] = row["number"]
    return kinds["node"], kinds["relationship"]
