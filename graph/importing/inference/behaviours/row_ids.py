"""Finds the column that identifies rows, where rows are repeated: an event exported twice."""

import re
from collections.abc import Iterable
from typing import NamedTuple

import pandas as pd

from graph.importing.inference.behaviours.order_ids import is_order_id, is_row_key
from graph.importing.inference.files.inspected_file import InspectedFile
from graph.importing.reading.json_paths import RECORD
from graph.importing.vocabulary.names import simplify, words_of

_NAMES = {
    "event_id", "event_uuid", "message_id", "insert_id", "hit_id", "activity_id", "interaction_id", "log_id",
    "row_id", "record_id", "entry_id", "line_id", "line_item_id", "order_line_id", "order_item_id",
    "item_line_id", "transaction_line_id", "uuid", "guid", "ereignis_id", "zeilen_id", "positions_id",
    "事件_id", "行为_id", "行_id",
}  # fmt: skip
"""Names of such columns; an `id` is often that of the order."""
_CODE = re.compile(r"[^\s.,:/@]*\d[^\s.,:/@]*")
"""A value that can be the number of a row: it has a digit, and is no decimal, time or address."""
_NAMED = {"id", "no", "nr", "number", "nummer", "num", "ref", "reference", "code", "key", "uuid", "guid"}
"""Words of names of ids."""
_LONG = 8
"""Digits of a number that is no amount."""
_MIN_ROWS = 10
"""Values that differ by chance, if there are fewer."""


class RowId(NamedTuple):
    """A column that identifies rows, and how many rows repeat an earlier value."""

    column: str
    repeated: int


def repeated_row_id(
    file: InspectedFile, names: Iterable[str], attributes: list[str], product: str | None = None
) -> RowId | None:
    """Return the first of `names` that identifies rows and has values in several; None without any.

    Parameters
    ----------
    file
        The file, or a series of files.
    names
        Columns without another use.
    attributes
        Its columns of the user and the time, which rows of one id have in common.
    product
        That of the product: rows of one id have it in common, too, unless the id is that of a JSON record.
    """
    for name in names:
        if simplify(name.removeprefix(RECORD).rpartition(".")[2]) not in _NAMES:
            continue
        if name.startswith(RECORD):
            if product and (repeated := _rows_of_repeated_records(file, name, attributes, product)):
                return RowId(name, repeated)
            continue
        filled = sum(int((frame[name] != "").sum()) for frame in file.frames([name]))
        repeated = filled - len(file.distinct([name]))
        if repeated and is_order_id(file, name, *attributes, *filter(None, [product])):
            return RowId(name, repeated)
    return None


def unique_row_id(file: InspectedFile, names: Iterable[str], user: str | None) -> str | None:
    """Return the first of `names` whose values are like numbers of rows, unique in each file, if any.

    Where several files have one, it is of the same user.

    Parameters
    ----------
    file, names
        The file, or a series of files, and its columns without another use.
    user
        Its column of users, if known.
    """
    for name in names:
        values = [value for value in file.values[name] if value]
        if len(values) < _MIN_ROWS or not all(map(_CODE.fullmatch, values)) or _may_be_amounts(name, values):
            continue
        is_filled = all((frame[name] != "").all() for frame in file.frames([name]))
        if is_filled and is_row_key(file, [name]) and is_order_id(file, name, *filter(None, [user])):
            return name
    return None


def _may_be_amounts(name: str, values: list[str]) -> bool:
    """Return whether whole numbers may be amounts: they are not named as ids, not long, and do not run."""
    if not all(map(str.isdecimal, values)) or _NAMED & set(words_of(name)):
        return False
    numbers = list(map(int, values))
    is_running = numbers in (sorted(numbers), sorted(numbers)[::-1])
    return not is_running and min(map(len, values)) < _LONG


def _rows_of_repeated_records(file: InspectedFile, name: str, attributes: list[str], product: str) -> int:
    """Return how many rows are of JSON records that repeat an earlier id; 0 if the id does not identify them.

    A record has a row for each product of its list. Where one has a product twice, both rows are its own, and
    the id with the product would drop one.
    """
    parts = []
    for position, own in enumerate(file.each_file()):
        for numbers, frame in own.numbered_frames([name, product]):
            rows = frame.set_axis(["id", "product"], axis="columns")
            parts.append(rows.assign(file=position, record=numbers)[rows["id"] != ""])
    if not parts:
        return 0
    rows = pd.concat(parts)
    if rows.duplicated().any() or not is_order_id(file, name, *attributes):
        return 0
    return int(rows.duplicated(["id", "product"]).sum())
