"""Fits the source of a known export to a delivery: what its files lack is left out of the mapping.

An export has a column only where its shop uses it (a discount code, a user's id), and JSON leaves out keys
without a value. A column that is absent in a whole file is a column whose values are all missing.
"""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

import pyarrow as pa

from graph.importing.contract import TABLES
from graph.importing.mapping.formats import OR, Numbers, ValueFormat
from graph.importing.mapping.where import Rule
from graph.importing.values.where import mask

_PARENT = "^."
_OPTIONAL = ("where", "attributes", "constants", "kinds")
_DESCRIBING = ("name", "text", "category", "discount")
"""Fields without which rows are the same."""
Settings = dict[str, Any]
_FORMAT = ValueFormat(times=("iso",), zone="UTC", numbers=Numbers(), missing=("",))


def named_columns(source: Mapping[str, Any]) -> list[str]:
    """Return all columns of its own file that a source names."""
    names: list[str] = []
    for column in source.get("columns", {}).values():
        names += names_of(column)
    names += source.get("attributes", {}).values()
    for where in (source.get("where", {}), *(kind.get("where", {}) for kind in source.get("kinds", ()))):
        names += [path for column in where for path in _paths(column)]
    for join in source.get("join", ()):
        names += join["on"]
    return list(dict.fromkeys(names))


def needed_columns(tables: Mapping[str, Sequence[Mapping[str, Any]]], key: str) -> frozenset[str]:
    """Return the columns of a file that the sources of an export cannot do without.

    Without a name, a discount or an attribute, rows are the same; without a user, an amount or a status they
    are others.

    Parameters
    ----------
    tables
        The sources of each table.
    key
        The file's name in them; columns of a joined file begin with it (`orders:Status`).
    """
    needed = set[str]()
    for table, sources in tables.items():
        for source in sources:
            columns = {
                field: column
                for field, column in source["columns"].items()
                if field not in _DESCRIBING and (table, field) != ("campaigns", "kind")
            }
            if key in (source["files"], *(join["files"] for join in source.get("join", ()))):
                names = named_columns({**source, "columns": columns, "attributes": {}})
                needed |= {name.removeprefix(f"{key}:").removeprefix(_PARENT) for name in names}
    return frozenset(needed)


def fit_source(table: str, source: Mapping[str, Any], absent: Collection[str]) -> Settings | None:
    """Return `source` without the `absent` columns; None where it then has no rows.

    Parameters
    ----------
    table
        The table that it fills.
    source
        The source as the export states it.
    absent
        Columns that its file lacks.
    """
    fitted = dict(source)
    columns = {field: _present(column, absent) for field, column in source["columns"].items()}
    fitted["columns"] = {field: column for field, column in columns.items() if column is not None}
    if any(field in source["columns"] and field not in fitted["columns"] for field in _required(table)):
        return None
    where = _remaining(source.get("where", {}), absent)
    if where is None:
        return None
    attributes = {
        name: column for name, column in source.get("attributes", {}).items() if column not in absent
    }
    kinds, constants = [], dict(source.get("constants", {}))
    for rule in source.get("kinds", ()):
        remaining = _remaining(rule["where"], absent)
        if remaining == {}:
            constants["kind"] = rule["kind"]
            break
        if remaining is not None:
            kinds.append({"kind": rule["kind"], "where": remaining})
    fitted |= {"where": where, "attributes": attributes, "constants": constants, "kinds": kinds}
    return {name: value for name, value in fitted.items() if value or name not in _OPTIONAL}


def _required(table: str) -> list[str]:
    return [field.name for field in TABLES[table].fields if field.required]


def names_of(column: Any) -> list[str]:
    """Return the names in a field's entry under `columns`: one, several, or with their own format."""
    if isinstance(column, Mapping):
        return names_of(column["column"])
    return list(column) if isinstance(column, list) else [column]


def _present(column: Any, absent: Collection[str]) -> Any:
    """Return a column, or several of which the first with a value counts, without the absent ones."""
    if isinstance(column, Mapping):
        inner = _present(column["column"], absent)
        return None if inner is None else {**column, "column": inner}
    present = [name for name in names_of(column) if name not in absent]
    return present if len(present) > 1 else present[0] if present else None


def _remaining(where: Mapping[str, Any], absent: Collection[str]) -> dict[str, Any] | None:
    """Return the rules for columns that are present; None if one for an absent column holds for no row."""
    remaining: dict[str, Any] = {}
    for column, rule in where.items():
        present = [path for path in _paths(column) if path not in absent]
        if present:
            remaining[OR.join([present[0], *(path.removeprefix(_PARENT) for path in present[1:])])] = rule
        elif not _holds_for_missing(Rule.model_validate(rule if isinstance(rule, dict) else {"is": rule})):
            return None
    return remaining


def _paths(column: str) -> list[str]:
    """Return the alternatives of `^.user_id | user_pseudo_id`, each with the path to its parent."""
    parent = _PARENT if column.startswith(_PARENT) else ""
    return [parent + path for path in column.removeprefix(parent).split(OR)]


def _holds_for_missing(rule: Rule) -> bool:
    return bool(mask({"": pa.nulls(1, pa.string())}, {"": rule}, _FORMAT)[0])
