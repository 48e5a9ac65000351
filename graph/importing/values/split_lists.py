"""Makes a row of each element of the lists in a column's cells: `TEA;MILK`."""

from collections.abc import Mapping

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from graph.importing.reading.cells import texts


def split_lists(
    numbers: NDArray[np.int64], columns: Mapping[str, pa.Array], marks: Mapping[str, str]
) -> tuple[NDArray[np.int64], dict[str, pa.Array]]:
    """Return row numbers and columns with a row for each element; rows of one cell share their number.

    Parameters
    ----------
    numbers, columns
        Rows as read from the file.
    marks
        What divides the elements, by column. Empty elements are dropped; an empty cell stays one row.
    """
    columns = dict(columns)
    for name, mark in marks.items():
        parts = pc.split_pattern(pc.fill_null(texts(columns[name]), ""), mark)
        rows, values = pc.list_parent_indices(parts), pc.list_flatten(parts)
        given = pc.not_equal(pc.utf8_trim_whitespace(values), "")
        first = np.r_[True, np.diff(rows.to_numpy()) > 0][: len(rows)]
        without = ~np.isin(rows.to_numpy(), rows.filter(given).to_numpy())
        keep = pa.array(given.to_numpy(zero_copy_only=False) | (first & without))
        rows, values = rows.filter(keep), values.filter(keep)
        numbers = numbers[rows.to_numpy()]
        columns = {other: column.take(rows) for other, column in columns.items()} | {name: values}
    return numbers, columns
