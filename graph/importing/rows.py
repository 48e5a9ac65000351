"""Turns a block into rows of the contract, and keeps every value that is refused with its reason."""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from graph.importing import values
from graph.importing.blocks import Block
from graph.importing.contract import TABLES, Field
from graph.importing.lines import Damage, Parsed
from graph.importing.mapping import Mapping, Source


@dataclass
class Rows:
    """Rows of one table: typed columns of one length, and the line each came from."""

    table: str
    numbers: NDArray[np.int64]
    columns: dict[str, pa.Array]
    rejected: list[Damage]
    left_out: int = 0
    """Rows that the mapping's `where` does not want."""

    def __len__(self) -> int:
        return len(self.numbers)

    @property
    def read(self) -> int:
        """Rows good and bad."""
        return len(self.numbers) + len(self.rejected)

    def between(self, first: int, end: int) -> "Rows":
        """The rows whose numbers lie in [first, end), refused ones too."""
        part = self.take((self.numbers >= first) & (self.numbers < end))
        part.rejected = [one for one in self.rejected if first <= one.row < end]
        return part

    def take(self, keep: NDArray[np.bool_]) -> "Rows":
        """The rows where `keep`; nothing of what was rejected."""
        mask = pa.array(keep)
        columns = {name: column.filter(mask) for name, column in self.columns.items()}
        return Rows(self.table, self.numbers[keep], columns, [])


def wanted_columns(source: Source) -> list[str]:
    """The columns of the file that the mapping uses."""
    return list(dict.fromkeys([*source.columns.values(), *source.attributes.values(), *source.where]))


def validate(block: Block, table: str, source: Source, mapping: Mapping) -> Rows:
    """The rows of `block`; a row with several bad values is rejected for the first."""
    reading = mapping.reading(source)
    parsed = block.parse()
    keep = _wanted(parsed, source)
    left_out = int((~keep).sum())
    numbers, raw = parsed.numbers[keep], parsed.columns
    if left_out:
        raw = {name: column.filter(pa.array(keep)) for name, column in raw.items()}
    ok = np.ones(len(numbers), dtype=bool)
    refused: list[Damage] = []
    columns: dict[str, pa.Array] = {}
    for field in TABLES[table].fields:
        written = _written(field, source, raw, len(numbers))
        if written is None:
            continue
        found = values.convert(written, field.kind, reading)
        columns[field.name] = found.values
        place = source.columns.get(field.name, field.name)
        refused += _refuse(ok, found.bad, numbers, place, written, found.reason)
        if field.required:
            absent = ~found.values.is_valid().to_numpy(zero_copy_only=False)
            refused += _refuse(ok, absent, numbers, place, written, "is missing")
    if table == "behaviours":
        known = pc.is_in(columns["kind"], value_set=pa.array(list(mapping.kinds), pa.string()))
        strange = ~np.asarray(known.to_numpy(zero_copy_only=False), dtype=bool)
        said = f"is none of the mapping's kinds ({', '.join(mapping.kinds)})"
        refused += _refuse(ok, strange, numbers, source.columns.get("kind", "kind"), columns["kind"], said)
    if table == "campaigns":
        if source.end_is_last_day:
            columns["ends"] = values.after_the_day(columns["ends"], reading.zone)
        late = pc.fill_null(pc.greater_equal(columns["starts"], columns["ends"]), False)
        ends = source.columns.get("ends", "ends")
        backwards = np.asarray(late.to_numpy(zero_copy_only=False), dtype=bool)
        refused += _refuse(
            ok, backwards, numbers, ends, raw.get(ends, columns["ends"]), "is not after its start"
        )
    for name, column in source.attributes.items():
        columns[f"attributes.{name}"] = values.convert(raw[column], "text", reading).values
    good = Rows(table, numbers, columns, []) if ok.all() else Rows(table, numbers, columns, []).take(ok)
    good.rejected = sorted([*parsed.damaged, *refused])
    good.left_out = left_out
    return good


def in_file(refused: list[Damage], source: Source) -> list[Damage]:
    """What was refused of the contract's fields, by the columns' names in the file."""
    return [one._replace(column=source.columns.get(one.column, one.column)) for one in refused]


def _wanted(parsed: Parsed, source: Source) -> NDArray[np.bool_]:
    keep = np.ones(len(parsed.numbers), dtype=bool)
    for column, texts in source.where.items():
        said = pc.utf8_trim_whitespace(parsed.columns[column].cast(pa.string()))
        keep &= np.asarray(
            pc.is_in(said, value_set=pa.array(texts)).to_numpy(zero_copy_only=False), dtype=bool
        )
    return keep


def _written(field: Field, source: Source, raw: dict[str, pa.Array], length: int) -> pa.Array | None:
    if field.name in source.columns:
        return raw[source.columns[field.name]]
    if field.name in source.constants:
        return pa.repeat(pa.scalar(source.constants[field.name], pa.string()), length)
    return None


def _refuse(
    ok: NDArray[np.bool_],
    bad: NDArray[np.bool_],
    numbers: NDArray[np.int64],
    column: str,
    written: pa.Array,
    reason: str,
) -> list[Damage]:
    """Take the bad rows out of `ok`, and say why; a row that is out already is left as it is."""
    places = np.flatnonzero(bad & ok)
    ok[places] = False
    return [
        Damage(int(numbers[place]), column, str(written[int(place)].as_py() or "")[:200], reason)
        for place in places
    ]
