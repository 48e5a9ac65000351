"""Stores uploaded files: each upload has its own folder until its import has ended."""

import errno
import shutil
import tempfile
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from graph.connection import Graph
from graph.errors import FolderUnusable, ImportFailed
from graph.importing.job import ImportJob
from graph.importing.mapping.model import Mapping
from graph.importing.reading.folders import UNPACKED
from graph.progress import Progress
from graph.settings import Settings

_MAPPING = ".mapping.json"
"""Uploaded files cannot have this name: names with a leading dot are rejected."""
_STALE_SECONDS = 86_400


@contextmanager
def receive(settings: Settings) -> Iterator[Path]:
    """Create a folder for an upload; delete it after an error. Raises FolderUnusable if the disk is full."""
    parent = settings.home / "imports"
    with _check_disk_full():
        parent.mkdir(parents=True, exist_ok=True)
        folder = Path(tempfile.mkdtemp(prefix="upload-", dir=parent))
        (folder / UNPACKED).mkdir()
        try:
            yield folder
        except BaseException:
            shutil.rmtree(folder, ignore_errors=True)
            raise


def store_mapping(folder: Path, mapping: Mapping) -> None:
    """Store the mapping with the uploaded files."""
    (folder / _MAPPING).write_text(mapping.model_dump_json(), encoding="utf-8")


def open_upload(
    graph: Graph, settings: Settings, name: str, progress: Progress, max_rejected: float | None = None
) -> ImportJob:
    """Open the import of the upload in folder `name`. Raises as ``ImportJob`` does."""
    folder = settings.home / "imports" / name
    try:
        mapping = Mapping.model_validate_json((folder / _MAPPING).read_text(encoding="utf-8"))
    except OSError as error:
        raise ImportFailed(
            f"The uploaded files are not on this machine ({error.strerror}).",
            "Run the worker on the machine of the API that received them, or upload them again.",
        ) from error
    # The bulk engine would stop the database while the API serves requests.
    return ImportJob(
        graph, settings, folder, mapping, progress,
        source="upload", engine="stream", max_rejected=max_rejected,
    )  # fmt: skip


def remove_upload(settings: Settings, name: str) -> None:
    """Delete an upload."""
    shutil.rmtree(settings.home / "imports" / name, ignore_errors=True)


def remove_stale_uploads(settings: Settings, keep: Iterable[str]) -> None:
    """Delete uploads older than a day, except those in `keep`."""
    for folder in set((settings.home / "imports").glob("upload-*")):
        if folder.name not in set(keep) and time.time() - folder.stat().st_mtime > _STALE_SECONDS:
            remove_upload(settings, folder.name)


@contextmanager
def _check_disk_full() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        if error.errno != errno.ENOSPC:
            raise
        raise FolderUnusable(
            "The disk for uploads is full.", "Free room there, then upload the files again."
        ) from error
