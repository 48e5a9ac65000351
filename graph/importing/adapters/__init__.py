"""Adapters: known data sets, prepared as files of the contract with a mapping.

An adapter only writes files and a mapping; they are imported like anybody's own.
"""

import shutil
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from graph.importing.mapping import Mapping
from graph.server.folders import make_writable

Frames = dict[str, pd.DataFrame]


@dataclass(frozen=True)
class Prepared:
    """Files that fit the contract, and the mapping that says so."""

    name: str
    folder: Path
    mapping: Mapping


def prepare(
    cache: Path, name: str, checksum: str, frames: Callable[[], Frames], mapping: Mapping
) -> Prepared:
    """Write `frames` as Parquet files into the cache, once for each checksum."""
    folder = cache / "prepared" / f"{name}-{checksum}"
    if not folder.exists():
        make_writable(folder.parent)
        draft = Path(tempfile.mkdtemp(dir=folder.parent))
        for table, frame in frames().items():
            pq.write_table(pa.Table.from_pandas(frame, preserve_index=False), draft / f"{table}.parquet")
        try:
            draft.rename(folder)
        except OSError:  # Another process was faster.
            shutil.rmtree(draft)
    return Prepared(name, folder, mapping)
