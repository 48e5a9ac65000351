"""Says which JSON records have no row, where rows are the elements of a list: other kinds of events."""

from collections import Counter
from dataclasses import replace

import numpy as np

from graph.importing.inference.files.column_values import count_values
from graph.importing.inference.files.inspected_file import InspectedFile
from graph.importing.reading.blocks import JSON
from graph.importing.reading.json_files import list_of_records
from graph.importing.reading.json_paths import RECORD
from graph.importing.reading.opening import format_of

_SHOWN = 5


def records_without_rows(file: InspectedFile, kind: str | None) -> str:
    """Return the comment on records without the list that holds the rows; empty if each has it.

    Parameters
    ----------
    file
        The file, or a series of files.
    kind
        Its column of the kinds of behaviour.
    """
    of_records = [name for name in file.names if name.startswith(RECORD)]
    if not file.source.rows or not of_records:
        return ""
    name = kind if kind in of_records else of_records[0]
    missing: Counter[str] = Counter()
    for own in file.each_file():
        with_rows = [np.unique(numbers) for numbers, _ in own.columns([name])]
        known = np.concatenate([*with_rows, np.empty(0, dtype=np.int64)])
        whole = own.source.model_copy(update={"rows": None})
        holder = list_of_records(own.path, whole) if format_of(own.path, whole) in JSON else None
        records = replace(own, source=whole.model_copy(update={"rows": holder}), joined=[])
        for numbers, frame in records.numbered_frames([name.removeprefix(RECORD)]):
            missing += count_values(frame[~np.isin(numbers, known)].iloc[:, 0])
    if not missing:
        return ""
    number = "1 record" if missing.total() == 1 else f"{missing.total():,} records"
    kinds = [f"{value or 'none'} {number:,}" for value, number in missing.most_common(_SHOWN)]
    shown = f" ({', '.join(kinds)}{', ...' if len(missing) > _SHOWN else ''})" if kind == name else ""
    return (
        f"not read of {file.name}: {number} without {file.source.rows}{shown}; "
        "a second source of the file without `rows` reads them"
    )
