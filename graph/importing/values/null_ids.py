"""Counts ids that read as missing values, like NULL, which would be one user with the rows of many."""

from collections import Counter

import pyarrow as pa
import pyarrow.compute as pc

from graph.importing.contract import TABLES
from graph.importing.mapping.yaml_text import in_one_line
from graph.importing.reading.input_files import InputFile
from graph.importing.values.rows import Rows
from graph.importing.vocabulary.missing_values import READ_AS_MISSING
from graph.importing.warnings import DataWarning

_TEXTS = pa.array(READ_AS_MISSING, pa.string())


class NullIds:
    """Ids like NULL by file and column, added block by block."""

    def __init__(self) -> None:
        self._rows: dict[tuple[str, str], Counter[str]] = {}

    def add(self, file: InputFile, rows: Rows) -> None:
        """Add the rows of one block of `file`."""
        for spec in TABLES[file.table].fields:
            column = file.source.columns.get(spec.name)
            is_id = spec.refers or spec.name in ("id", "object")
            if column is None or not is_id or spec.name not in rows.columns:
                continue
            ids = rows.columns[spec.name]
            found = ids.filter(pc.is_in(ids, value_set=_TEXTS))
            if len(found):
                counts = Counter(
                    {str(part["values"]): part["counts"] for part in found.value_counts().to_pylist()}
                )
                self._rows.setdefault((file.name, column), Counter()).update(counts)

    def warnings(self) -> list[DataWarning]:
        """Return a warning for each column with such ids."""
        return [_warning(*place, counts) for place, counts in self._rows.items()]


def _warning(file: str, column: str, counts: "Counter[str]") -> DataWarning:
    texts = [text for text, _ in counts.most_common()]
    listed = ", ".join(f"{text}: {counts[text]:,}" for text in texts)
    missing = in_one_line(["", *texts])
    return DataWarning(
        "null_ids",
        f"{file}, column {column!r}: {counts.total():,} rows are loaded with an id that reads as a missing "
        f"value ({listed}). If it is no id, write `missing: {missing}` in the source.",
        counts.total(),
        texts,
    )
