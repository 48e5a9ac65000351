"""Stores uploaded files: each upload has its own folder until its import has ended.

Earlier versions stored uploads next to the folders of data sets, as ``imports/upload-*``.
"""

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
    parent = settings.home / "uploads"
    with _check_disk_full():
        parent.mkdir(parents=True, exist_ok=True)
        folder = Path(tempfile.mkdtemp(dir=parent))
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
    folder = _find(settings, name)
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
    shutil.rmtree(_find(settings, name), ignore_errors=True)


def remove_stale_uploads(settings: Settings, keep: Iterable[str]) -> None:
    """Delete uploads older than a day, except those in `keep`."""
    kept = set(keep)
    for folder in upload_folders(settings):
        if folder.name not in kept and time.time() - folder.stat().st_mtime > _STALE_SECONDS:
            remove_upload(settings, folder.name)


def upload_folders(settings: Settings) -> list[Path]:
    """Return the folders of all uploads."""
    earlier = (settings.home / "imports").glob("upload-*")
    return [*(settings.home / "uploads").glob("*"), *filter(_is_earlier_upload, earlier)]


def dataset_of_upload(folder: Path) -> str | None:
    """Return the data set that an upload is for; None while its files are still being received."""
    try:
        return Mapping.model_validate_json((folder / _MAPPING).read_text(encoding="utf-8")).dataset
    except (OSError, ValueError):
        return None


def _find(settings: Settings, name: str) -> Path:
    earlier = settings.home / "imports" / name
    return earlier if _is_earlier_upload(earlier) else settings.home / "uploads" / name


def _is_earlier_upload(folder: Path) -> bool:
    """Whether a folder of earlier versions holds an upload; the folder of a data set holds only folders."""
    is_named_so = folder.name.startswith("upload-") and folder.is_dir()
    return is_named_so and any(path.is_file() for path in folder.iterdir())


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
