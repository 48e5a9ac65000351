"""Columns that reference the ids of other tables."""

from collections.abc import Callable

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from graph.importing.contract import TABLES
from graph.importing.mapping.model import Mapping
from graph.importing.values.masks import is_true
from graph.importing.values.rows import Rows

Unknown = Callable[[str, pa.Array], pa.Array]
"""Returns which of distinct ids a table does not have."""

REFERENCES = {field.name: field.refers for spec in TABLES.values() for field in spec.fields if field.refers}
"""The table that a column references; a name references the same one in all tables."""


def unknown_id(table: str) -> str:
    """Return the reason for rejecting an id that `table` does not contain."""
    return f"is not among the {table}"


def referenced_ids(rows: Rows, mapping: Mapping) -> dict[str, pa.Array]:
    """Return the distinct ids that `rows` reference, by table, where the mapping adds unknown ids."""
    columns: dict[str, list[pa.Array]] = {}
    for column, values in rows.columns.items():
        table = REFERENCES.get(column)
        if table and mapping.adds(table):
            columns.setdefault(table, []).append(values)
    if rows.table == "behaviours":
        for kind, spec in mapping.kinds.items():
            if mapping.adds(spec.object_table):
                of_kind = pc.equal(rows.columns["kind"], kind)
                columns.setdefault(spec.object_table, []).append(rows.columns["object"].filter(of_kind))
    return {
        table: pc.drop_null(pc.unique(pa.chunked_array(parts, pa.string())))
        for table, parts in columns.items()
    }


def references_of(rows: Rows, mapping: Mapping) -> list[tuple[str, str]]:
    """Return the columns of `rows` whose ids must be known or added, each with its table."""
    references = [(column, REFERENCES[column]) for column in rows.columns if column in REFERENCES]
    if rows.table == "behaviours":
        if mapping.keeps_unknown_campaigns:
            references = [reference for reference in references if reference[0] != "campaign"]
        references += [
            ("object", table) for table in sorted({kind.object_table for kind in mapping.kinds.values()})
        ]
    return references


def has_object_in(rows: Rows, table: str, mapping: Mapping) -> NDArray[np.bool_]:
    """Mark behaviours whose kind has objects of `table`."""
    kinds = [name for name, kind in mapping.kinds.items() if kind.object_table == table]
    return is_true(pc.is_in(rows.columns["kind"], value_set=pa.array(kinds, pa.string())))


def reference_unknown(rows: Rows, mapping: Mapping, unknown: Unknown) -> NDArray[np.bool_]:
    """Mark the rows that are rejected because they reference an unknown id."""
    found = np.zeros(len(rows), dtype=bool)
    for column, table in references_of(rows, mapping):
        if mapping.adds(table):
            continue
        values = rows.columns[column]
        if column == "object":
            values = pc.if_else(pa.array(has_object_in(rows, table, mapping)), values, None)
        ids = pc.drop_null(pc.unique(values))
        found |= is_true(pc.is_in(values, value_set=unknown(table, ids)))
    return found
