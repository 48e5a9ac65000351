"""A small disk for Neo4j's data that can be filled and freed, and an import that does not fit on it."""

import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pandas as pd

from benchmarks import generated
from graph.importing.mapping.model import Mapping

_SPARE_BYTES = 3 << 30
"""`db up` needs 300 MB, Neo4j reserves 256 MiB per log file, and the imported files must fit at the end."""
_FILES, _USERS, _TEXT_BYTES = 24, 1024, 1 << 14
"""384 MiB, in transactions of 16: more than the log of transactions that Neo4j has set room aside for."""


def may_mount() -> bool:
    """Whether this user may mount a file system."""
    with tempfile.TemporaryDirectory() as folder:
        with suppress(OSError, subprocess.CalledProcessError), _mounted(Path(folder), 1 << 20):
            return True
        return False


@contextmanager
def small_disk(folder: Path) -> Iterator[None]:
    """Move `folder` to a disk of its own, removed at the end; no server may be running on it."""
    original = folder.with_name(f"{folder.name}-kept")
    folder.rename(original)
    folder.mkdir()
    needed = sum(file.stat().st_size for file in original.rglob("*"))
    with _mounted(folder, needed + _SPARE_BYTES):
        shutil.copytree(original, folder, dirs_exist_ok=True)
        yield


@contextmanager
def filled(folder: Path) -> Iterator[None]:
    """Fill the disk of `folder`."""
    filler = folder / "filler"
    try:
        with suppress(OSError), filler.open("wb", buffering=0) as file:
            while True:
                file.write(bytes(1 << 20))
        yield
    finally:
        filler.unlink()


def write_import_files(folder: Path) -> Mapping:
    """Write users with long texts and the other tables of an import; return the mapping."""
    mapping = generated.write(folder, users=_FILES * _USERS, behaviours=1_000)
    (folder / "users.parquet").unlink()
    for part in range(_FILES):
        ids = [f"u{user}" for user in range(part * _USERS, (part + 1) * _USERS)]
        users = pd.DataFrame({"id": ids, "city": "x" * _TEXT_BYTES})
        users.to_parquet(folder / f"users-{part}.parquet", index=False)
    mapping.tables["users"][0].files = ["users-*.parquet"]
    return mapping


@contextmanager
def _mounted(folder: Path, size: int) -> Iterator[None]:
    mount = ["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(folder)]
    subprocess.run(mount, check=True, capture_output=True)
    try:
        yield
    finally:
        # Lazily: whatever still has a file open there must not keep the disk.
        subprocess.run(["umount", "--lazy", str(folder)], check=True)
