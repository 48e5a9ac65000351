"""Known exports: the mapping of each in one YAML file, recognised by the columns of its files.

A file states its `title`, what identifies its `users`, its `files` by name, and `tables`, `kinds` and
`participation` as in a mapping, whose `files` are those names::

    title: UCI Online Retail
    users: CustomerID
    files:
      orders: {columns: [InvoiceNo, StockCode, Quantity, InvoiceDate, UnitPrice, CustomerID]}
    tables:
      behaviours:
        - files: orders
          ...

A file of a delivery is recognised if it has all of these `columns` (of JSON: paths), but for a few on which
no user, time, amount or rule of the mapping depends. For files without a header, `header` names the columns,
and `values` gives a regular expression for each.
"""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib import resources
from typing import Any, NamedTuple

from graph.importing.exports.fit import needed_columns
from graph.importing.mapping.yaml_text import load_yaml

_LEAST_COLUMNS = 4
"""Columns that a file has to be recognised by, at least, to be recognised without one of them."""
_LACKING = 5
"""Columns to recognise a file by for each that it may lack."""


@dataclass(frozen=True)
class KnownFile:
    """How one file of an export is recognised."""

    columns: frozenset[str] = frozenset()
    header: tuple[str, ...] = ()
    values: tuple[str, ...] = ()
    optional: bool = False
    needed: frozenset[str] = frozenset()
    """Those of its columns on which users, times, amounts or rules of the mapping depend."""

    def fits(self, names: Collection[str], first_rows: Sequence[Sequence[str]]) -> bool:
        """Whether a file with these column names, or these first rows if it has no header, is this one."""
        if not self.header:
            return not self.lacking(names)
        return bool(first_rows) and all(
            len(row) == len(self.values)
            and all(re.fullmatch(pattern, value) for pattern, value in zip(self.values, row, strict=True))
            for row in first_rows
        )

    def nearly_fits(self, names: Collection[str]) -> bool:
        """Whether a file with these column names lacks only a few of this one's."""
        few = max(1, len(self.columns) // _LACKING) if len(self.columns) >= _LEAST_COLUMNS else 0
        return not self.header and len(self.lacking(names)) <= few

    def lacking(self, names: Collection[str]) -> frozenset[str]:
        """Return the columns of this file that are not among `names`."""
        # Columns of the record that holds a list begin with `^.` where its elements were inspected.
        return self.columns - {name.removeprefix("^.") for name in names}


@dataclass(frozen=True)
class KnownExport:
    """One known export and its mapping."""

    name: str
    title: str
    users: str
    files: Mapping[str, KnownFile]
    tables: Mapping[str, list[dict[str, Any]]]
    settings: Mapping[str, Any] = field(default_factory=dict)
    kinds: Mapping[str, dict[str, Any]] = field(default_factory=dict)
    participation: Mapping[str, Any] | None = None


@cache
def known_exports() -> tuple[KnownExport, ...]:
    """Return all known exports, those with the most columns to recognise first."""
    folder = resources.files(__package__)
    paths = sorted((path for path in folder.iterdir() if path.name.endswith(".yaml")), key=lambda p: p.name)
    exports = [_read(path.name, path.read_text(encoding="utf-8")) for path in paths]
    return tuple(sorted(exports, key=lambda export: -sum(len(f.columns) for f in export.files.values())))


def _read(name: str, text: str) -> KnownExport:
    content: Any = load_yaml(text)
    tables = content["tables"]
    files = {
        key: KnownFile(
            frozenset(spec.get("columns", ())),
            tuple(spec.get("header", ())),
            tuple(spec.get("values", ())),
            bool(spec.get("optional", False)),
            needed_columns(tables, key),
        )
        for key, spec in content.pop("files").items()
    }
    return KnownExport(
        name.removesuffix(".yaml"),
        content.pop("title"),
        content.pop("users"),
        files,
        content.pop("tables"),
        kinds=content.pop("kinds", {}),
        participation=content.pop("participation", None),
        settings=content,
    )


def find_exports(
    columns: Mapping[str, Sequence[str]], first_rows: Mapping[str, Sequence[Sequence[str]]]
) -> list[tuple[KnownExport, dict[str, list[str]]]]:
    """Return the exports that a delivery contains, each with its files by their name in the export.

    Parameters
    ----------
    columns
        Column names by file.
    first_rows
        The first rows as texts, by file.
    """
    exact = {name: is_known_file(own, first_rows.get(name, ())) for name, own in columns.items()}
    exports: list[tuple[KnownExport, dict[str, list[str]]]] = []
    rest = dict(columns)
    for export in known_exports():
        found = {
            key: [
                name
                for name in rest
                if spec.fits(rest[name], first_rows.get(name, ()))
                or (not exact[name] and spec.nearly_fits(rest[name]) and not _lacks_needed(spec, rest[name]))
            ]
            for key, spec in export.files.items()
        }
        if all(found[key] or spec.optional for key, spec in export.files.items()):
            exports.append((export, {key: names for key, names in found.items() if names}))
            rest = {name: rest[name] for name in rest if not any(name in names for names in found.values())}
    return exports


def is_known_file(names: Collection[str], first_rows: Sequence[Sequence[str]] = ()) -> bool:
    """Return whether a file with these columns, or first rows, is one of a known export."""
    return any(spec.fits(names, first_rows) for export in known_exports() for spec in export.files.values())


class NearFile(NamedTuple):
    """A file of a known export, and the columns that a file of a delivery lacks to be this one."""

    export: KnownExport
    key: str
    lacking: list[str]


def nearest_file(names: Collection[str]) -> NearFile | None:
    """Return the file of a known export of which a file with these columns lacks the fewest; None if many."""
    near = [
        NearFile(export, key, sorted(spec.lacking(names)))
        for export in known_exports()
        for key, spec in export.files.items()
        if len(spec.columns) > _LEAST_COLUMNS and spec.nearly_fits(names)
    ]
    return min(near, key=lambda file: len(file.lacking), default=None)


def _lacks_needed(spec: KnownFile, names: Collection[str]) -> bool:
    return bool(spec.lacking(names) & spec.needed)
