"""Cells that a file types one by one (JSON values, spreadsheet cells).

A column of texts only is a plain Arrow array of strings. Any other is an array of structs: every cell has its
text, and a number or a time where the file says that it is one, so that the mapping's format of numbers and
times is applied to texts alone.
"""

import math
from collections.abc import Iterable
from datetime import date, datetime
from decimal import Decimal

import pyarrow as pa
import pyarrow.compute as pc

CELLS = pa.struct([("text", pa.string()), ("number", pa.float64()), ("time", pa.timestamp("us"))])
_EXACT = 2**53
"""Whole numbers below this are exact as floats, and therefore written without a fraction."""
_LARGEST_INTEGER = 2.0**63
"""Arrow's integers are below this."""


def to_column(values: Iterable[object]) -> pa.Array:
    """Return `values` as a column: of strings where all are texts, else of cells.

    Raises
    ------
    UnicodeEncodeError
        A text contains half of a surrogate pair.
    """
    values = list(values)
    if all(value is None or isinstance(value, str) for value in values):
        return pa.array(values, pa.string())
    return pa.StructArray.from_arrays(
        [
            pa.array([text_of(value) for value in values], pa.string()),
            pa.array([_number_of(value) for value in values], pa.float64()),
            pa.array([_time_of(value) for value in values], pa.timestamp("us")),
        ],
        fields=list(CELLS),
    )


def text_of(value: object) -> str | None:
    """Return the text of a value: whole numbers without `.0`, times in ISO format, NaN as missing."""
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        if math.isnan(value):
            return None
        return str(int(value)) if abs(value) < _EXACT and value.is_integer() else repr(value)
    if isinstance(value, datetime):
        midnight = value.tzinfo is None and value.time() == value.time().min
        return value.date().isoformat() if midnight else value.isoformat(sep=" ")
    if isinstance(value, bytes):
        return value.decode("utf-8", errors="backslashreplace")
    return str(value)


def _number_of(value: object) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
        return None
    try:
        number = float(value)
    except OverflowError:
        return math.inf
    return None if math.isnan(number) else number


def _time_of(value: object) -> datetime | None:
    if isinstance(value, datetime):
        # One with a zone is a moment already, which its text says; the others are in the mapping's zone.
        return value if value.tzinfo is None else None
    return datetime(value.year, value.month, value.day) if isinstance(value, date) else None


def plain_array(column: pa.Array | pa.ChunkedArray) -> pa.Array:
    """Return a column as one array of plain values; each of Arrow's types of texts as strings."""
    if isinstance(column, pa.ChunkedArray):
        column = column.combine_chunks()
    if pa.types.is_dictionary(column.type):
        column = column.dictionary_decode()
    if pa.types.is_large_string(column.type) or pa.types.is_string_view(column.type):
        column = column.cast(pa.string())
    return column


def texts(column: pa.Array | pa.ChunkedArray) -> pa.Array:
    """Return the texts of a column of any type: whole numbers without `.0`, NaN as missing."""
    column = plain_array(column)
    if is_cells(column):
        return pc.struct_field(column, "text")
    if pa.types.is_floating(column.type):
        # pandas writes whole numbers with gaps as floats, and the gaps as NaN.
        column = pc.if_else(pc.is_nan(column), None, column)
        whole = pc.and_(pc.equal(column, pc.round(column)), pc.less(pc.abs(column), _LARGEST_INTEGER))
        integer = pc.cast(pc.if_else(whole, column, None), pa.int64(), safe=False).cast(pa.string())
        return pc.if_else(pc.fill_null(whole, False), integer, column.cast(pa.string()))
    return column if pa.types.is_string(column.type) else column.cast(pa.string())


def is_text(text: str) -> bool:
    """Return whether a text can be encoded: it has no half of a surrogate pair."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def is_cells(column: pa.Array) -> bool:
    """Return whether the cells of `column` have types of their own."""
    return bool(column.type == CELLS)


def concatenate(parts: list[pa.Array]) -> pa.Array:
    """Return `parts` as one column; cells where any part has them, texts where the types differ otherwise."""
    parts = [part.combine_chunks() if isinstance(part, pa.ChunkedArray) else part for part in parts]
    if len({part.type for part in parts}) > 1:
        mixed = any(is_cells(part) for part in parts)
        parts = [to_column(part.to_pylist()) if mixed and not is_cells(part) else part for part in parts]
        parts = [_as_cells(part) for part in parts] if mixed else [texts(part) for part in parts]
    return pa.concat_arrays(parts)


def _as_cells(column: pa.Array) -> pa.Array:
    if is_cells(column):
        return column
    empty = [pa.nulls(len(column), CELLS.field(name).type) for name in ("number", "time")]
    return pa.StructArray.from_arrays([texts(column), *empty], fields=list(CELLS))
