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

A file of a delivery is recognised if it has all of these `columns` (of JSON: paths). For files without a
header, `header` names the columns, and `values` gives a regular expression for each.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib import resources
from typing import Any

from graph.importing.mapping.yaml_text import load_yaml


@dataclass(frozen=True)
class KnownFile:
    """How one file of an export is recognised."""

    columns: frozenset[str] = frozenset()
    header: tuple[str, ...] = ()
    values: tuple[str, ...] = ()
    optional: bool = False

    def fits(self, names: Sequence[str], first_rows: Sequence[Sequence[str]]) -> bool:
        """Whether a file with these column names, or these first rows if it has no header, is this one."""
        if not self.header:
            # Columns of the record that holds a list begin with `^.` where its elements were inspected.
            return self.columns <= {name.removeprefix("^.") for name in names}
        return bool(first_rows) and all(
            len(row) == len(self.values)
            and all(re.fullmatch(pattern, value) for pattern, value in zip(self.values, row, strict=True))
            for row in first_rows
        )


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
    files = {
        key: KnownFile(
            frozenset(spec.get("columns", ())),
            tuple(spec.get("header", ())),
            tuple(spec.get("values", ())),
            bool(spec.get("optional", False)),
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
    exports: list[tuple[KnownExport, dict[str, list[str]]]] = []
    rest = dict(columns)
    for export in known_exports():
        found = {
            key: [name for name in rest if spec.fits(rest[name], first_rows.get(name, ()))]
            for key, spec in export.files.items()
        }
        if all(found[key] or spec.optional for key, spec in export.files.items()):
            exports.append((export, {key: names for key, names in found.items() if names}))
            rest = {name: rest[name] for name in rest if not any(name in names for names in found.values())}
    return exports
