"""Writes the CSV files for Neo4j's bulk importer, one per label or type and set of columns."""

from pathlib import Path
from types import TracebackType
from typing import Any, Self

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv
from numpy.typing import NDArray

from graph.connection import Row

Ints = NDArray[np.int64]
End = tuple[str, Ints]
"""A table and positions in it: the start or end nodes of relationships."""

_ARRAYS = ("files", "checksums")
_TIMES = ("at", "starts_at", "ends_at", "started_at", "since", "expires_at")
_INTEGERS = ("import", "block", "start", "length", "part", "parts", "loaded", "rejected", "unchanged",
          "left_out", "replaced", "first_at", "last_at", "number", "heartbeats")  # fmt: skip


def moments(milliseconds: pa.Array, zone: str) -> pa.Array:
    """Format milliseconds since the epoch for the importer: local time, offset and zone."""
    utc = pd.Series(milliseconds.to_pandas()).astype("Int64").astype("datetime64[ms]")
    local = utc.dt.tz_localize("UTC").dt.tz_convert(zone).dt.tz_localize(None)
    offsets = (local - utc).dt.total_seconds()
    names = {offset: _offset(int(offset)) for offset in offsets.dropna().unique()}
    text = pc.replace_substring(pa.array(local, pa.timestamp("ms")).cast(pa.string()), " ", "T")
    return pc.binary_join_element_wise(text, pa.array(offsets.map(names), pa.string()), f"[{zone}]", "")


def _offset(seconds: int) -> str:
    sign, seconds = ("-" if seconds < 0 else "+"), abs(seconds)
    text = f"{sign}{seconds // 3600:02}:{seconds % 3600 // 60:02}"
    return f"{text}:{seconds % 60:02}" if seconds % 60 else text


def _to_arrow(column: pd.Series, name: str) -> pa.Array:
    if name in _ARRAYS:
        return pa.array(["\t".join(items) for items in column])
    return pa.array(column.astype("Int64") if name in _INTEGERS else column.astype(str))


class CsvFiles:
    """Writes rows to the files of their labels, types and columns."""

    def __init__(self, folder: Path, dataset: str, number: int) -> None:
        self._folder = folder
        self._dataset = dataset
        self._number = number
        self._writers: dict[tuple[str, ...], Any] = {}
        self._arguments: list[str] = []
        self._seen: dict[str, set[int]] = {}
        self._batches: list[Row] = []
        self._has_line_breaks = False

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        for writer in self._writers.values():
            writer.close()

    def arguments(self) -> list[str]:
        """Return the importer's command-line arguments."""
        lines = ["--multiline-fields=true"] if self._has_line_breaks else []
        return [*self._arguments, "--id-type=integer", "--array-delimiter=TAB", *lines]

    def is_first(self, table: str, positions: Ints) -> NDArray[np.bool_]:
        """Mark the first occurrence of each position."""
        seen = self._seen.setdefault(table, set())
        first = np.zeros(len(positions), dtype=bool)
        for i, position in enumerate(positions.tolist()):
            first[i] = position not in seen
            seen.add(position)
        return first

    def nodes(self, label: str, table: str, positions: Ints, columns: dict[str, pa.Array]) -> None:
        """Write nodes; a null in `columns` omits the property."""
        properties = {name.removeprefix("attributes."): column for name, column in columns.items()}
        self._write(
            "nodes",
            label,
            {f":ID({table})": pa.array(positions), **self._typed(properties), **self._common()},
        )

    def links(
        self, kind: str, start: End, end: End, columns: dict[str, pa.Array], *, counted: bool = True
    ) -> None:
        """Write relationships; only `counted` ones are marked with the number of the import."""
        ends = {f":START_ID({start[0]})": pa.array(start[1]), f":END_ID({end[0]})": pa.array(end[1])}
        own = {"import:long": self._number} if counted else {}
        if len(start[1]):
            self._write("relationships", kind, {**ends, **self._typed(columns), **own})

    def batch(self, name: str, properties: Row) -> None:
        """Add an entry of the ledger."""
        self._batches.append({"id": name, **properties})

    def write_run(self, run: Row, lock: Row) -> None:
        """Write the job, its ledger, and the lock that it holds; call this last."""
        for label, rows in (("Batch", self._batches), ("Run", [run]), ("Lock", [lock])):
            frame = pd.DataFrame(rows)
            columns = {name: _to_arrow(frame[name], name) for name in frame.columns if name != "dataset"}
            positions = np.arange(len(frame))
            common = {"dataset": self._dataset}
            if label == "Batch":
                columns["at"] = pa.repeat(pa.scalar(run["started_at"]), len(frame))
            self._write(
                "nodes", label, {f":ID({label})": pa.array(positions), **self._typed(columns), **common}
            )

    def _common(self) -> dict[str, Any]:
        return {"dataset": self._dataset, "import:long": self._number}

    def _typed(self, columns: dict[str, pa.Array]) -> dict[str, pa.Array]:
        return {f"{name}:{self._type(name, column)}": column for name, column in columns.items()}

    def _type(self, name: str, column: pa.Array) -> str:
        if name in _ARRAYS:
            return "string[]"
        if name in _TIMES:
            return "datetime"
        if pa.types.is_integer(column.type):
            return "long"
        if pa.types.is_floating(column.type):
            return "double"
        if pa.types.is_boolean(column.type):
            return "boolean"
        self._has_line_breaks = self._has_line_breaks or bool(
            pc.any(pc.match_substring_regex(column, "[\r\n]")).as_py()
        )
        return "string"

    def _write(self, what: str, name: str, columns: dict[str, Any]) -> None:
        length = len(next(iter(columns.values())))
        arrays = [
            pa.repeat(pa.scalar(column), length) if isinstance(column, str | int) else column
            for column in columns.values()
        ]
        batch = pa.record_batch(arrays, names=list(columns))
        shape = (what, name, *columns)
        if shape not in self._writers:
            data = self._folder / f"{what}-{len(self._writers):03}.csv"
            header = data.with_suffix(".header.csv")
            header.write_text(",".join(columns) + "\n", encoding="utf-8")
            options = pyarrow.csv.WriteOptions(include_header=False)
            self._writers[shape] = pyarrow.csv.CSVWriter(data, batch.schema, write_options=options)
            self._arguments.append(f"--{what}={name}={header},{data}")
        self._writers[shape].write_batch(batch)
