"""Loads behaviours, by far the most rows of an import.

A batch goes over column by column; users, objects, campaigns and moments go once each, and rows name
them by position. Sorted by object, a batch writes each object's relationships in one go.
"""

from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from graph.connection import Row, Transaction
from graph.importing.ledger import Ledger
from graph.importing.lines import Damage
from graph.importing.loaders import Loaded, Target
from graph.importing.rows import Rows

VALUES = ("quantity", "value", "discount", "coupon_discount", "basket", "store")


def load_behaviours(transaction: Transaction, rows: Rows, target: Target, ledger: Ledger) -> Loaded:
    """Load the rows of one batch, kind by kind."""
    loaded = unchanged = 0
    rejected: list[Damage] = []
    kinds = pc.unique(rows.columns["kind"]).to_pylist()
    for kind in kinds:
        mine = rows
        if len(kinds) > 1:
            mine = rows.take(np.asarray(pc.equal(rows.columns["kind"], kind).to_numpy(zero_copy_only=False)))
        found = _load_kind(transaction, mine, kind, target, ledger)
        loaded += found.loaded
        unchanged += found.unchanged
        rejected += found.rejected
    return Loaded(loaded, unchanged, rejected)


def _load_kind(transaction: Transaction, rows: Rows, kind: str, target: Target, ledger: Ledger) -> Loaded:
    spec = target.mapping.kinds[kind]
    read, rows = len(rows), _ordered(rows)
    once = target.mapping.duplicates == "drop"
    if once or "id" in rows.columns:
        rows = rows.take(~_repeated(rows, once))
    parameters, positions = _parameters(rows)
    parameters |= {"zone": target.mapping.zone, "type": spec.type, "object": spec.object, **target.keys}
    span = pc.min_max(rows.columns["at"])
    if once or "id" in rows.columns or ledger.may_be_there(span["min"].as_py(), span["max"].as_py()):
        answer = transaction.run(
            "importing/behaviours_checked", **parameters, twice=once or "id" in rows.columns
        )
    else:
        answer = transaction.run("importing/behaviours", **parameters)
    rejected = _unknown(rows, answer.rows[0], positions, f"{spec.object}s")
    created = answer.relationships_created
    return Loaded(created, read - created - len(rejected), rejected)


def _ordered(rows: Rows) -> Rows:
    order = pc.sort_indices(rows.columns["object"])
    columns = {name: column.take(order) for name, column in rows.columns.items()}
    return Rows(rows.table, rows.numbers[np.asarray(order)], columns, [])


def _repeated(rows: Rows, whole: bool) -> Any:
    """Where a row repeats an earlier one of the batch: its id, or (`whole`) everything it says."""
    frame = pd.DataFrame({name: column.to_pandas() for name, column in rows.columns.items()})
    repeated = frame.duplicated().to_numpy() if whole else np.zeros(len(frame), dtype=bool)
    if "id" in frame:
        repeated |= frame.duplicated(["user", "object", "id"]).to_numpy() & frame["id"].notna().to_numpy()
    return repeated


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
        "key": _given(columns.get("id")),
    }
    return parameters | {name: _given(columns.get(name)) for name in VALUES}, positions


def _given(column: pa.Array | None) -> list[Any]:
    return column.to_pylist() if column is not None and column.null_count < len(column) else []


def _unknown(rows: Rows, answer: Row, positions: dict[str, pa.DictionaryArray], objects: str) -> list[Damage]:
    """The rows that name what is not there, each once."""
    rejected: dict[int, Damage] = {}
    for column, table in (("user", "users"), ("object", objects), ("campaign", "campaigns")):
        absent = answer[f"no_{column}s"]
        if not absent or column not in positions:
            continue
        named = pc.is_in(
            positions[column].indices, value_set=pa.array(absent, positions[column].indices.type)
        )
        for place in np.flatnonzero(named.to_numpy(zero_copy_only=False)):
            row = int(rows.numbers[place])
            value = str(rows.columns[column][int(place)].as_py())
            rejected.setdefault(row, Damage(row, column, value, f"is not among the {table}"))
    return list(rejected.values())
