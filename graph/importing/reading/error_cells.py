"""Rejects the rows of a spreadsheet that have an error, like #N/A, in one of their cells."""

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from graph.importing.reading.cells import texts
from graph.importing.reading.lines import Parsed, RowError

_ERRORS = pa.array(["#N/A", "#REF!", "#NAME?", "#VALUE!", "#DIV/0!", "#NUM!", "#NULL!"])
_REASON = "is an error value of the spreadsheet"


def without_error_cells(parsed: Parsed) -> Parsed:
    """Return `parsed` without the rows that have an error in a column, which become its errors."""
    errors: dict[int, RowError] = {}
    for name, column in parsed.columns.items():
        text = texts(column)
        for position in np.flatnonzero(pc.is_in(text, value_set=_ERRORS).to_numpy(zero_copy_only=False)):
            error = RowError(int(parsed.numbers[position]), name, str(text[int(position)]), _REASON)
            errors.setdefault(int(position), error)
    if not errors:
        return parsed
    valid = np.ones(len(parsed.numbers), dtype=bool)
    valid[list(errors)] = False
    columns = {name: column.filter(pa.array(valid)) for name, column in parsed.columns.items()}
    return Parsed(parsed.numbers[valid], columns, sorted([*parsed.errors, *errors.values()]))
