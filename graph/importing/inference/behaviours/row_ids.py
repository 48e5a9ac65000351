"""Finds the column that identifies rows, where rows are repeated: an event exported twice."""

from collections.abc import Iterable
from typing import NamedTuple

from graph.importing.inference.behaviours.order_ids import is_order_id
from graph.importing.inference.files.inspected_file import InspectedFile
from graph.importing.reading.json_paths import RECORD
from graph.importing.vocabulary.names import simplify

_NAMES = {
    "event_id", "event_uuid", "message_id", "insert_id", "hit_id", "activity_id", "interaction_id", "log_id",
    "row_id", "record_id", "entry_id", "line_id", "line_item_id", "order_line_id", "order_item_id",
    "item_line_id", "transaction_line_id", "uuid", "guid", "ereignis_id", "zeilen_id", "positions_id",
    "事件_id", "行为_id", "行_id",
}  # fmt: skip
"""Names of such columns; an `id` is often that of the order."""


class RowId(NamedTuple):
    """A column that identifies rows, and how many rows repeat an earlier value."""

    column: str
    repeated: int


def repeated_row_id(file: InspectedFile, names: Iterable[str], attributes: list[str]) -> RowId | None:
    """Return the first of `names` that identifies rows and has values in several; None without any.

    Parameters
    ----------
    file
        The file, or a series of files.
    names
        Columns without another use.
    attributes
        Its columns of the user, the time and the product, which rows of one id have in common.
    """
    for name in names:
        if name.startswith(RECORD) or simplify(name.rpartition(".")[2]) not in _NAMES:
            continue
        filled = sum(int((frame[name] != "").sum()) for frame in file.frames([name]))
        repeated = filled - len(file.distinct([name]))
        if repeated and is_order_id(file, name, *attributes):
            return RowId(name, repeated)
    return None
