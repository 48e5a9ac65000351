"""Deliveries that came over the network: each is kept in a folder of its own until its import is over."""

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
from graph.importing.mapping import Mapping
from graph.progress import Progress
from graph.settings import Settings

_MAPPING = ".mapping.json"
"""No file of a delivery has a name that begins with a dot."""
_FORGOTTEN_SECONDS = 86_400


@contextmanager
def receive(settings: Settings) -> Iterator[Path]:
    """A folder for a delivery; it is deleted where something goes wrong. Raises FolderUnusable where the disk
    is full.
    """
    parent = settings.home / "imports"
    with _room():
        parent.mkdir(parents=True, exist_ok=True)
        folder = Path(tempfile.mkdtemp(prefix="upload-", dir=parent))
        try:
            yield folder
        except BaseException:
            shutil.rmtree(folder, ignore_errors=True)
            raise


def keep_mapping(folder: Path, mapping: Mapping) -> None:
    """Beside the files that it names."""
    (folder / _MAPPING).write_text(mapping.model_dump_json(), encoding="utf-8")


def open_upload(
    graph: Graph, settings: Settings, name: str, progress: Progress, max_rejected: float | None = None
) -> ImportJob:
    """The import of the delivery in the folder `name`. Raises what ``ImportJob`` does."""
    folder = settings.home / "imports" / name
    try:
        mapping = Mapping.model_validate_json((folder / _MAPPING).read_text(encoding="utf-8"))
    except OSError as error:
        raise ImportFailed(
            f"The files that were sent are not here ({error.strerror}).",
            "They lie with the API that took them: work on its jobs there, or send them again.",
        ) from error
    # A live database: the bulk engine would stop the server under everybody's feet.
    return ImportJob(
        graph, settings, folder, mapping, progress,
        source="upload", engine="stream", max_rejected=max_rejected,
    )  # fmt: skip


def remove_upload(settings: Settings, name: str) -> None:
    """Delete a delivery whose import is over."""
    shutil.rmtree(settings.home / "imports" / name, ignore_errors=True)


def remove_forgotten(settings: Settings, wanted: Iterable[str]) -> None:
    """Delete the deliveries of yesterday and before that no import waits for."""
    for folder in set((settings.home / "imports").glob("upload-*")):
        if folder.name not in set(wanted) and time.time() - folder.stat().st_mtime > _FORGOTTEN_SECONDS:
            remove_upload(settings, folder.name)


@contextmanager
def _room() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        if error.errno != errno.ENOSPC:
            raise
        raise FolderUnusable(
            "The disk that deliveries are kept on is full.", "Free room there, then send the files again."
        ) from error
