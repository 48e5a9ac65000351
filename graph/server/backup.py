"""Backups of the managed server: its database and the trained models, in a folder that restores anywhere.

The server is stopped while its store is read, and started again. What was in the database is counted before,
and again after a restore: a backup that lacks anything is no backup.
"""

import hashlib
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
from graph.server.bulk import take_store
from graph.server.folders import Folders, make_writable
from graph.server.swap import DATABASE
from graph.settings import Settings

_DUMP, _MODELS, _CONTENTS = f"{DATABASE}.dump", "checkpoints", "backup.json"
_CHUNK = 1 << 20


@dataclass(frozen=True)
class Backup:
    """What a backup holds: nodes by label, relationships by type, and the sum of the dump."""

    at: str
    version: str
    nodes: dict[str, int]
    relationships: dict[str, int]
    sha256: str


def back_up(settings: Settings, folder: Path, progress: Progress) -> Backup:
    """Write the database of the managed server and its models to `folder`, which must be new or empty.

    Raises InvalidRequest where something is there already, FolderUnusable and AdminFailed; whatever happens,
    a server that was running runs again.
    """
    if folder.exists() and any(folder.iterdir()):
        raise InvalidRequest(f"{folder} is not empty.", "Name a new folder: no backup takes another's place.")
    make_writable(folder)
    folders = Folders(settings.home.resolve())
    if not (folders.data / "databases" / DATABASE).exists():
        raise NotFound(f"There is no database in {settings.home}.", "Start one: `groundswell db up`.")
    running = local.status(settings.home) is not None
    local.up(settings.home, settings.cache, progress=progress, mirror=settings.maven_mirror)
    nodes, relationships = _counted(settings)
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
    made = Backup(at, version("groundswell"), nodes, relationships, _sum(folder / _DUMP))
    (folder / _CONTENTS).write_text(json.dumps(asdict(made), indent=1), encoding="utf-8")
    return made


def restore(settings: Settings, folder: Path, progress: Progress, *, replace: bool = False) -> Backup:
    """Make the backup in `folder` the database of the managed server, and start it.

    Raises NotFound where `folder` holds none, InvalidRequest where there is a database already that is not to
    be replaced, and FolderUnusable where the backup is damaged or not all of it came back.
    """
    told = read_backup(folder)
    folders = Folders(settings.home.resolve())
    if (folders.data / "databases" / DATABASE).exists() and not replace:
        raise InvalidRequest(
            f"There is a database in {settings.home} already.",
            "Name another folder with --home, or say --replace: what is there is then lost.",
        )
    staging = folders.home / "restored"
    shutil.rmtree(staging, ignore_errors=True)
    advance = progress.stage("Reading the backup", 1)
    load = ["database", "load", DATABASE, f"--from-path={folder.resolve()}", "--overwrite-destination=true"]
    run_admin(settings, staging, staging / "conf", load, progress)
    advance(1)
    take_store(settings, staging, progress)
    if (folder / _MODELS).exists():
        shutil.rmtree(settings.checkpoints, ignore_errors=True)
        shutil.copytree(folder / _MODELS, settings.checkpoints)
    if _counted(settings) != (told.nodes, told.relationships):
        raise FolderUnusable(
            f"Not everything came back from {folder}.", "Keep it, and please report this: it should not be."
        )
    return told


def read_backup(folder: Path) -> Backup:
    """What a backup says of itself, its dump being whole. Raises NotFound and FolderUnusable."""
    try:
        told = Backup(**json.loads((folder / _CONTENTS).read_text(encoding="utf-8")))
        found = _sum(folder / _DUMP)
    except (OSError, ValueError, TypeError) as error:
        raise NotFound(
            f"There is no backup in {folder}.", "Name a folder that `groundswell db backup` wrote."
        ) from error
    if found != told.sha256:
        raise FolderUnusable(f"The backup in {folder} is damaged: {_DUMP} has changed.", "Use another one.")
    return told


def _counted(settings: Settings) -> tuple[dict[str, int], dict[str, int]]:
    with connect(settings) as graph:
        rows = graph.run("server/contents")
    kinds: dict[str, dict[str, int]] = {"node": {}, "relationship": {}}
    for row in rows:
        kinds[row["kind"]][row["name"]] = row["number"]
    return kinds["node"], kinds["relationship"]


def _sum(file: Path) -> str:
    found = hashlib.sha256()
    with file.open("rb") as opened:
        while part := opened.read(_CHUNK):
            found.update(part)
    return found.hexdigest()
