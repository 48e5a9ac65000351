"""Adapters prepare known data sets as files of the contract with a mapping.

The files are then imported like a user's own.
"""

import shutil
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from graph.importing.mapping.model import Mapping
from graph.server.folders import make_writable

Frames = dict[str, pd.DataFrame]


@dataclass(frozen=True)
class Prepared:
    """Prepared files and their mapping."""

    name: str
    folder: Path
    mapping: Mapping


def prepare(
    cache: Path, name: str, checksum: str, frames: Callable[[], Frames], mapping: Mapping
) -> Prepared:
    """Write `frames` as Parquet files into the cache, once per checksum."""
    folder = cache / "prepared" / f"{name}-{checksum}"
    if not folder.exists():
        make_writable(folder.parent)
        temporary = Path(tempfile.mkdtemp(dir=folder.parent))
        for table, frame in frames().items():
            pq.write_table(pa.Table.from_pandas(frame, preserve_index=False), temporary / f"{table}.parquet")
        try:
            temporary.rename(folder)
        except OSError:  # Another process has created it.
            shutil.rmtree(temporary)
    return Prepared(name, folder, mapping)
