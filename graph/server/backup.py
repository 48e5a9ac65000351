"""Backs up the managed server, that is its database and the trained models, and restores it on any machine.

The server stops while its store is read. A backup is proved before it is used: a second server opens the copy
and counts its nodes and relationships. `back_up` records these numbers, and `restore` compares them before it
replaces an existing database.
"""

import json
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

from graph.connection import connect
from graph.errors import AdminFailed, FolderUnusable, InvalidRequest, NotFound, ServerDied
from graph.progress import Progress
from graph.server import local
from graph.server.admin import run_admin
from graph.server.bulk import replace_store
from graph.server.folders import Folders, make_writable
from graph.server.jars import sha256
from graph.server.swap import DATABASE
from graph.settings import Settings

_DUMP, _MODELS, _CONTENTS = f"{DATABASE}.dump", "checkpoints", "backup.json"

Counts = tuple[dict[str, int], dict[str, int]]
"""Numbers of nodes by label, and of relationships by type."""


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
    models
        Checksums of the models' files by name; None in backups of earlier versions.
    """

    at: str
    version: str
    nodes: dict[str, int]
    relationships: dict[str, int]
    sha256: str
    models: dict[str, str] | None = None


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
    # After a kill, the store is only complete once a server has opened it.
    local.up(settings.home, settings.cache, progress=progress, mirror=settings.maven_mirror)
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
    with _opened_copy(settings, folder, progress) as (_, counts):
        nodes, relationships = counts
    at = datetime.now(UTC).isoformat(timespec="seconds")
    checksum, models = sha256(folder / _DUMP), _checksums(folder / _MODELS)
    backup = Backup(at, version("groundswell"), nodes, relationships, checksum, models)
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
        The backup is damaged or incomplete; an existing database is unchanged.
    """
    backup = read_backup(folder)
    folders = Folders(settings.home.resolve())
    if (folders.data / "databases" / DATABASE).exists() and not replace:
        raise InvalidRequest(
            f"There is a database in {settings.home} already.",
            "Name another folder with --home, or overwrite the database with --replace.",
        )
    with _opened_copy(settings, folder, progress) as (data, counts):
        if counts != (backup.nodes, backup.relationships):
            raise FolderUnusable(
                f"The backup in {folder} is incomplete: some nodes or relationships are missing.",
                "Use another backup. The existing database is unchanged.",
            )
        models = settings.checkpoints.with_suffix(".restored")
        shutil.rmtree(models, ignore_errors=True)
        if (folder / _MODELS).exists():
            shutil.copytree(folder / _MODELS, models)
        replace_store(settings, data, progress)
    if models.exists():
        shutil.rmtree(settings.checkpoints, ignore_errors=True)
        models.rename(settings.checkpoints)
    return backup


def read_backup(folder: Path) -> Backup:
    """Read the description of a backup and verify its files. Raises NotFound and FolderUnusable."""
    try:
        backup = Backup(**json.loads((folder / _CONTENTS).read_text(encoding="utf-8")))
        checksum, models = sha256(folder / _DUMP), _checksums(folder / _MODELS)
    except (OSError, ValueError, TypeError) as error:
        raise NotFound(
            f"There is no backup in {folder}.", "Name a folder that `groundswell db backup` wrote."
        ) from error
    if checksum != backup.sha256:
        raise FolderUnusable(
            f"The backup in {folder} is damaged: the checksum of {_DUMP} is wrong.", "Use another backup."
        )
    if backup.models is not None and models != backup.models:
        names = sorted(name for name, _ in models.items() ^ backup.models.items())
        raise FolderUnusable(
            f"The backup in {folder} is damaged: {_MODELS}/{names[0]} is missing or differs.",
            "Use another backup.",
        )
    return backup


@contextmanager
def _opened_copy(settings: Settings, folder: Path, progress: Progress) -> Iterator[tuple[Path, Counts]]:
    """Load the dump in `folder` into a store of its own, let a server open it, and count its contents.

    Yields the data folder of the store, whose server has stopped, and the numbers of nodes and relationships.
    """
    home = settings.home.resolve() / "restored"
    copy = settings.model_copy(update={"home": home, "neo4j_uri": None})
    data = Folders(home).data
    local.reset(home)
    shutil.rmtree(home, ignore_errors=True)
    try:
        yield data, _load_and_count(copy, data, folder, progress)
    finally:
        local.down(home)
        shutil.rmtree(home, ignore_errors=True)


def _load_and_count(copy: Settings, data: Path, folder: Path, progress: Progress) -> Counts:
    try:
        advance = progress.stage("Reading the backup", 1)
        source = [f"--from-path={folder.resolve()}", "--overwrite-destination=true"]
        run_admin(copy, data, copy.home / "conf", ["database", "load", DATABASE, *source], progress)
        advance(1)
        local.up(copy.home, copy.cache, progress=progress, mirror=copy.maven_mirror)
        counts = _count(copy)
        local.down(copy.home)
    except (AdminFailed, ServerDied) as error:
        raise FolderUnusable(
            f"The backup in {folder} cannot be read: {error}", "Use another backup."
        ) from error
    return counts


def _count(settings: Settings) -> Counts:
    with connect(settings) as graph:
        rows = graph.run("server/contents")
    kinds: dict[str, dict[str, int]] = {"node": {}, "relationship": {}}
    for row in rows:
        kinds[row["kind"]][row["name"]] = row["number"]
    return kinds["node"], kinds["relationship"]


def _checksums(folder: Path) -> dict[str, str]:
    return {path.relative_to(folder).as_posix(): sha256(path) for path in folder.rglob("*") if path.is_file()}
