"""Stored homes of managed servers with a database, in the user's cache folder.

A store is created once. Its folder is named by a checksum of the code and the locked packages that create it,
so a change to either creates a new store.
"""

import hashlib
import os
import pickle
import shutil
import sys
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

from filelock import FileLock, Timeout

from forecasting.klstm.forecaster import Configuration
from forecasting.training import train
from graph.connection import connect
from graph.importing.adapters.complete_journey import complete_journey
from graph.importing.job import import_prepared
from graph.importing.report import ImportReport
from graph.progress import Silent
from graph.schema import migrate
from graph.server import local
from graph.settings import Settings
from network.build import build_network
from tests.class_archive import use_class_archive
from tests.data import CUTOFF, HOUSEHOLDS, text_encoder

SAMPLE = "test-sample"
QUICK = Configuration(epochs=2, members=1)

_ROOT = Path(__file__).parents[1]
_REPORT = "report.pickle"
_EMPTY_SOURCES = ("cypher/schema", "graph", "requirements", "tests/stores.py")
_SAMPLE_SOURCES = ("cypher", "graph", "network", "forecasting", "requirements", "tests/stores.py")
_MAX_STORES = 6
_ZEROS = bytes(1 << 20)


def restore_empty(home: Path, cache: Path) -> None:
    """Fill `home` with a database that holds the schema and no data."""
    _restore(f"empty-{_fingerprint(_EMPTY_SOURCES)}", _create_empty, home, cache)


def restore_sample(home: Path, cache: Path) -> None:
    """Fill `home` with the sample, its network and a briefly trained model."""
    _restore(f"sample-{_fingerprint(_SAMPLE_SOURCES)}", _create_sample, home, cache)


def create_stores(cache: Path) -> None:
    """Create the stores that are missing."""
    with TemporaryDirectory() as folder:
        restore_empty(Path(folder) / "empty", cache)
        restore_sample(Path(folder) / "sample", cache)


def sample_report(home: Path) -> ImportReport:
    """The report of the import that loaded the sample of a restored home."""
    report: ImportReport = pickle.loads((home / _REPORT).read_bytes())
    return report


def _create_empty(settings: Settings) -> None:
    with connect(settings) as graph:
        migrate(graph)


def _create_sample(settings: Settings) -> None:
    with connect(settings) as graph:
        prepared = complete_journey(settings.cache, SAMPLE, HOUSEHOLDS)
        report = import_prepared(graph, settings, prepared, Silent())
        build_network(graph, SAMPLE, Silent(), encoder=text_encoder(), cutoff=CUTOFF)
        train(graph, settings, SAMPLE, Silent(), cutoff=CUTOFF, configuration=QUICK)
    (settings.home / _REPORT).write_bytes(pickle.dumps(report))


def _restore(name: str, create: Callable[[Settings], None], home: Path, cache: Path) -> None:
    stores = cache / "tests"
    stores.mkdir(parents=True, exist_ok=True)
    use_class_archive(cache)
    # Of sessions that start at the same time, the first creates the store and the others wait.
    with _lock(stores / name):
        if not (stores / name).exists():
            _create_store(stores / name, create, cache)
        (stores / name).touch()
        shutil.copytree(stores / name, home, dirs_exist_ok=True, copy_function=_copy_sparse)
    _remove_least_recently_used(stores)


def _create_store(store: Path, create: Callable[[Settings], None], cache: Path) -> None:
    unfinished = store.with_suffix(".unfinished")
    home, copy = unfinished / "home", unfinished / "copy"
    local.reset(home)
    shutil.rmtree(unfinished, ignore_errors=True)
    try:
        local.up(home, cache)
        create(Settings(GROUNDSWELL_HOME=home, GROUNDSWELL_CACHE=cache, NEO4J_URI=None))
        local.down(home)
        for folder in home.glob("neo4j/*"):
            if folder.name != "data":
                shutil.rmtree(folder)
        unused = shutil.ignore_patterns("server.*")
        shutil.copytree(home, copy, ignore=unused, copy_function=_copy_sparse)
        copy.rename(store)
    finally:
        local.reset(home)
        shutil.rmtree(unfinished, ignore_errors=True)


def _copy_sparse(source: str, target: str) -> None:
    """Copy a file and its mode, as a sparse file: a transaction log holds 256 MB of zeros."""
    with Path(source).open("rb") as original, Path(target).open("wb") as copy:
        while block := original.read(len(_ZEROS)):
            if block == _ZEROS:
                copy.seek(len(block), os.SEEK_CUR)
            else:
                copy.write(block)
        copy.truncate()
    shutil.copymode(source, target)


def _lock(store: Path, timeout: float = -1) -> FileLock:
    return FileLock(store.with_suffix(".lock"), timeout=timeout)


def _remove_least_recently_used(stores: Path) -> None:
    complete = [path for path in stores.iterdir() if path.is_dir() and not path.suffix]
    for store in sorted(complete, key=lambda path: path.stat().st_mtime, reverse=True)[_MAX_STORES:]:
        try:
            with _lock(store, timeout=0):
                shutil.rmtree(store)
        except (Timeout, FileNotFoundError):
            continue  # Another session uses it, or has removed it.


def _fingerprint(sources: tuple[str, ...]) -> str:
    digest = hashlib.sha256(repr((sys.version_info[:2], HOUSEHOLDS, CUTOFF)).encode())
    for source in sources:
        path = _ROOT / source
        for file in [path] if path.is_file() else sorted(path.rglob("*")):
            # Python and numba keep compiled code there, which running the code changes.
            if file.is_file() and "__pycache__" not in file.parts:
                digest.update(file.relative_to(_ROOT).as_posix().encode())
                digest.update(file.read_bytes())
    return digest.hexdigest()[:16]


if __name__ == "__main__":
    create_stores(Settings().cache)
