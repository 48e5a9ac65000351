"""The key of behaviours that a later file reads again: their user, and the fields that the source names."""

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from graph.importing.contract import TABLES, Field
from graph.importing.mapping.model import Mapping
from graph.importing.mapping.source import Source
from graph.importing.reading.ids import normalise
from graph.importing.reading.lines import Parsed
from graph.importing.values.convert import convert
from graph.importing.values.hashes import Hashes, row_hashes

SEPARATOR = "\x1f"


def raw_column(spec: Field, source: Source, raw: dict[str, pa.Array], length: int) -> pa.Array | None:
    """Return the column of a field as the file has it, or its constant; None where it has none."""
    if source.window:
        return raw.get(spec.name)
    if spec.name in source.columns:
        return raw[source.columns[spec.name]]
    if spec.name in source.constants:
        return pa.repeat(pa.scalar(source.constants[spec.name], pa.string()), length)
    return None


def key_columns(
    raw: dict[str, pa.Array], length: int, source: Source, mapping: Mapping, *more: str
) -> dict[str, pa.Array]:
    """Return users, key fields and `more` of behaviours as they are loaded, of columns of the file."""
    columns: dict[str, pa.Array] = {}
    for spec in TABLES["behaviours"].fields:
        if spec.name not in ("user", *source.key, *more):
            continue
        column = raw_column(spec, source, raw, length)
        if column is None:
            raise AssertionError(f"{spec.name} is not mapped")
        values = convert(column, spec.kind, mapping.value_format(source, spec.name)).values
        table = _table_of(spec.name, mapping)
        columns[spec.name] = normalise(values, mapping.ids.get(table, []), mapping.left_alone(table))  # type: ignore[call-overload]
    return columns


def _table_of(field: str, mapping: Mapping) -> str:
    """Return the table whose rules for ids hold for a field; "" where none does."""
    if field == "user":
        return "users"
    tables = {kind.object_table for kind in mapping.kinds.values()}
    return tables.pop() if field == "object" and len(tables) == 1 else ""


def key_texts(columns: dict[str, pa.Array], key: tuple[str, ...]) -> pa.Array:
    """Return the key fields of each row as one text; null where one is missing."""
    return pc.binary_join_element_wise(*(columns[name].cast(pa.string()) for name in key), SEPARATOR)


def key_hashes(parsed: Parsed, source: Source, mapping: Mapping) -> tuple[Hashes, NDArray[np.bool_]]:
    """Return a hash of user and key for each row, and which rows have both."""
    return hashes_of(key_columns(parsed.columns, len(parsed.numbers), source, mapping))


def hashes_of(columns: dict[str, pa.Array]) -> tuple[Hashes, NDArray[np.bool_]]:
    """Return a hash of each row of key columns, and which rows have all of them."""
    has_key = np.logical_and.reduce(
        [column.is_valid().to_numpy(zero_copy_only=False) for column in columns.values()]
    )
    # A missing time would make floating-point numbers of the others.
    times = {name: column.fill_null(0) for name, column in columns.items() if name == "at"}
    frame = pd.DataFrame(
        {place: column.to_pandas() for place, column in enumerate((columns | times).values())}
    )
    return row_hashes(frame), has_key
