"""Reads the texts of a column, for decisions about its format."""

from collections.abc import Iterator

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from graph.importing.inference.files.inspected_file import InspectedFile


def texts_of(file: InspectedFile, column: str) -> Iterator[tuple[NDArray[np.int64], pa.Array]]:
    """Yield row numbers and texts of a column of all rows of its file; missing values are null."""
    origin, own = file.origin(column)
    for numbers, columns in origin.columns([own]):
        text = columns[own]
        yield numbers, pc.if_else(pc.is_in(text, value_set=pa.array(file.missing, pa.string())), None, text)


def file_of(file: InspectedFile, column: str) -> str:
    """Return the name of the file that holds a column."""
    return file.origin(column)[0].name
