"""Columns that reference the ids of other tables."""

import pyarrow as pa
import pyarrow.compute as pc

from graph.importing.contract import TABLES
from graph.importing.mapping.model import Mapping
from graph.importing.values.rows import Rows

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
