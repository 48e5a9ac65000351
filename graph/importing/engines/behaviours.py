"""Loads behaviours, by far the most rows of an import.

A batch is sent by column: distinct users, objects, campaigns and times once each, and rows refer to them by
position. Batches are sorted by object, so that Neo4j writes the relationships of an object together.
"""

from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from graph.connection import Row, Transaction
from graph.importing.engines import units
from graph.importing.engines.loaders import LoadResult, Target
from graph.importing.reading.lines import RowError
from graph.importing.runs.ledger import Ledger
from graph.importing.values.references import unknown_id
from graph.importing.values.rows import Rows

VALUES = (
    "quantity", "value", "discount", "discount_rate", "minimum_spend", "coupon_discount", "basket", "store",
)  # fmt: skip


def load_behaviours(
    transaction: Transaction, rows: Rows, target: Target, ledger: Ledger, label: str | None
) -> LoadResult:
    """Load the rows of one batch by kind; `label` is that of their source."""
    loaded = unchanged = 0
    rejected: list[RowError] = []
    kinds = pc.unique(rows.columns["kind"]).to_pylist()
    for kind in kinds:
        rows_of_kind = rows
        if len(kinds) > 1:
            rows_of_kind = rows.filter(
                np.asarray(pc.equal(rows.columns["kind"], kind).to_numpy(zero_copy_only=False))
            )
        result = _load_kind(transaction, rows_of_kind, kind, target, ledger, label)
        loaded += result.loaded
        unchanged += result.unchanged
        rejected += result.rejected
    return LoadResult(loaded, unchanged, rejected)


def _load_kind(
    transaction: Transaction, rows: Rows, kind: str, target: Target, ledger: Ledger, label: str | None
) -> LoadResult:
    spec = target.mapping.kinds[kind]
    read, rows = len(rows), _sort_by_object(rows)
    drop_duplicates = target.mapping.duplicates == "drop"
    has_ids = "id" in rows.columns
    parameters, positions = _parameters(rows)
    parameters |= {
        "zone": target.mapping.zone,
        "type": spec.type,
        "object": spec.object,
        "returns": target.mapping.returned_type(kind),
        "source": label,
        "keep_unknown": target.mapping.keeps_unknown_campaigns,
        **target.keys,
    }
    span = pc.min_max(rows.columns["at"])
    if has_ids or drop_duplicates or ledger.may_overlap(span["min"].as_py(), span["max"].as_py()):
        outcome = transaction.run("importing/behaviours_checked", **parameters, twice=drop_duplicates)
    else:
        outcome = transaction.run("importing/behaviours", **parameters)
    rejected = _unknown_references(rows, outcome.rows[0], positions, spec.object_table)
    created = outcome.relationships_created
    return LoadResult(created, read - created - len(rejected), rejected)


def _sort_by_object(rows: Rows) -> Rows:
    order = pc.sort_indices(rows.columns["object"])
    columns = {name: column.take(order) for name, column in rows.columns.items()}
    return Rows(rows.table, rows.numbers[np.asarray(order)], columns, [])


def _parameters(rows: Rows) -> tuple[Row, dict[str, pa.DictionaryArray]]:
    columns = rows.columns
    positions: dict[str, pa.DictionaryArray] = {
        name: columns[name].dictionary_encode() for name in ("user", "object", "campaign") if name in columns
    }
    moments = columns["at"].dictionary_encode()
    campaign = positions.get("campaign")
    parameters: Row = {
        "rows": len(rows),
        "users": positions["user"].dictionary.to_pylist(),
        "user": positions["user"].indices.to_pylist(),
        "objects": positions["object"].dictionary.to_pylist(),
        "what": positions["object"].indices.to_pylist(),
        "moments": moments.dictionary.to_pylist(),
        "at": moments.indices.to_pylist(),
        "campaigns": campaign.dictionary.to_pylist() if campaign is not None else [],
        "campaign": campaign.indices.to_pylist() if campaign is not None else [],
        "key": _values_or_empty(columns.get("id")),
    }
    values = {name: _values_or_empty(columns.get(name)) for name in VALUES}
    if values["quantity"]:
        values["quantity"] = units.to_values(columns["quantity"])
    return parameters | values, positions


def _values_or_empty(column: pa.Array | None) -> list[Any]:
    return column.to_pylist() if column is not None and column.null_count < len(column) else []


def _unknown_references(
    rows: Rows, missing: Row, positions: dict[str, pa.DictionaryArray], objects: str
) -> list[RowError]:
    """Return one error per row that references a missing user, object or campaign."""
    rejected: dict[int, RowError] = {}
    for column, table in (("user", "users"), ("object", objects), ("campaign", "campaigns")):
        absent = missing[f"no_{column}s"]
        if not absent or column not in positions:
            continue
        affected = pc.is_in(
            positions[column].indices, value_set=pa.array(absent, positions[column].indices.type)
        )
        for i in np.flatnonzero(affected.to_numpy(zero_copy_only=False)):
            row = int(rows.numbers[i])
            value = str(rows.columns[column][int(i)].as_py())
            rejected.setdefault(row, RowError(row, column, value, unknown_id(table)))
    return list(rejected.values())
