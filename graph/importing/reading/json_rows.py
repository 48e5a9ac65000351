"""Turns JSON records into rows: one row per record, or per element of a list in it (`rows`)."""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa

from graph.importing.reading.cells import to_column
from graph.importing.reading.json_paths import ABSENT, RECORD, getter, lookup
from graph.importing.reading.lines import Parsed, RowError, decode_line, encoding_error

_NOT_PLAIN = (
    "is not one plain value; name a part of it (a.b, a[0], a[]), or read a list's elements with `rows`"
)
_HALF_PAIR = "contains half of a surrogate pair, which is no character"


class _RepeatedKey(ValueError):
    """An object has a key twice, with different values."""


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Return an object by its keys. Raises _RepeatedKey where one has two values, of which none is right."""
    values = dict(pairs)
    if len(values) < len(pairs):
        for name, value in pairs:
            if values[name] != value:
                raise _RepeatedKey(
                    f"the key {json.dumps(name, ensure_ascii=False)} has two values in one object"
                )
    return values


_DECODER = json.JSONDecoder(object_pairs_hook=_object)


class Element(NamedTuple):
    """An element of a list that is a row, and the record that holds it."""

    record: dict[str, Any]
    value: Any


@dataclass
class Extraction:
    """What to read from each record.

    Attributes
    ----------
    selected
        Paths of the columns; with `rows`, those that begin with `^.` start at the record. Where `rows` leads
        through another list, its path names its element that holds the row: `^.visits.actions.id`.
    rows
        Path of the list whose elements are the rows; None: the record is the row.
    """

    selected: Sequence[str]
    rows: str | None = None
    _getters: list[tuple[bool, Any]] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        self._getters = [
            (name.startswith(RECORD), getter(name.removeprefix(RECORD))) for name in self.selected
        ]

    def elements(self, record: dict[str, Any]) -> list[Element] | None:
        """Return the elements that are rows; None where the record has nothing at `rows`."""
        return elements_of(record, self.rows) if self.rows else [Element(record, record)]

    def values(self, element: Element) -> list[Any]:
        """Return the value of each column, or ABSENT."""
        return [get(element.record if of_record else element.value) for of_record, get in self._getters]


def elements_of(record: dict[str, Any], path: str) -> list[Element] | None:
    """Return the elements of the list that `path` names, also inside each element of other lists on the way.

    Where `path` leads through another list, the record of an element has only its own element of that list in
    the list's place. An object in place of the list is its only element. None: `path` names nothing.
    """
    found = lookup(record, path)
    if found is not ABSENT:
        values = found if isinstance(found, list) else [] if found is None else [found]
        return [Element(record, value) for value in values]
    for dot in re.finditer(r"\.", path):
        head, rest = path[: dot.start()], path[dot.end() :]
        outer_list = lookup(record, head)
        if isinstance(outer_list, list):
            return [
                Element(record | {head: element.record}, element.value)
                for outer in outer_list
                if isinstance(outer, dict)
                for element in elements_of(outer, rest) or ()
            ]
    return None


class RowBuilder:
    """Collects rows and errors of records."""

    def __init__(self, extraction: Extraction) -> None:
        self._extraction = extraction
        self._numbers: list[int] = []
        self._rows: list[list[Any]] = []
        self.errors: list[RowError] = []

    def add(self, number: int, record: Any) -> None:
        """Add the rows of a record."""
        if not isinstance(record, dict):
            self._reject(number, "", record, "is not a JSON object")
            return
        for element in self._extraction.elements(record) or ():
            if isinstance(element.value, dict):
                self._add_row(number, self._extraction.values(element))
            else:
                rows = self._extraction.rows or ""
                self._reject(number, rows, element.value, "is not a list of JSON objects")

    def _add_row(self, number: int, values: list[Any]) -> None:
        for position, value in enumerate(values):
            if isinstance(value, dict | list):
                self._reject(number, self._extraction.selected[position], value, _NOT_PLAIN)
                return
            if value is ABSENT:
                values[position] = None
        self._numbers.append(number)
        self._rows.append(values)

    def _reject(self, number: int, column: str, value: Any, reason: str) -> None:
        text = value if isinstance(value, str) else json.dumps(value, default=str)
        self.errors.append(RowError(number, column, _printable(text[:200]), reason))

    def build(self) -> Parsed:
        """Return the rows as columns."""
        try:
            columns = self._columns()
        except UnicodeEncodeError:
            self._reject_half_pairs()
            columns = self._columns()
        return Parsed(np.array(self._numbers, dtype=np.int64), columns, sorted(self.errors))

    def _columns(self) -> dict[str, pa.Array]:
        return {
            name: to_column([row[position] for row in self._rows])
            for position, name in enumerate(self._extraction.selected)
        }

    def _reject_half_pairs(self) -> None:
        numbers, rows = self._numbers, self._rows
        self._numbers, self._rows = [], []
        for number, row in zip(numbers, rows, strict=True):
            position = next((i for i, value in enumerate(row) if not _is_unicode(value)), None)
            if position is None:
                self._numbers.append(number)
                self._rows.append(row)
            else:
                self._reject(number, self._extraction.selected[position], row[position], _HALF_PAIR)


def parse_json(
    raw: bytes,
    number: int,
    extraction: Extraction,
    encodings: Sequence[str],
    problems: Mapping[int, str] | None = None,
) -> Parsed:
    """Parse one JSON record per line; an absent key is a missing value.

    Parameters
    ----------
    raw
        The lines.
    number
        Number of the first.
    extraction
        The columns to read.
    encodings
        Each line uses the first that fits.
    problems
        Why a line cannot be read, by its position, where that is known already.
    """
    builder = RowBuilder(extraction)
    for offset, line in enumerate(raw.removesuffix(b"\n").split(b"\n")):
        problem = problems.get(offset) if problems else None
        if not line.strip() and not problem:
            continue
        text = decode_line(line, encodings)
        if text is None:
            builder.errors.append(encoding_error(number + offset, line, encodings, None))
            continue
        if problem is None:
            try:
                record = _DECODER.decode(text)
            except (ValueError, RecursionError) as error:
                problem = f"is not valid JSON: {_reason(error)}"
        if problem is None:
            builder.add(number + offset, record)
        else:
            builder.errors.append(RowError(number + offset, "", _printable(text[:200]), problem))
    return builder.build()


def _reason(error: Exception) -> str:
    """Return why a text is no JSON; Python words two of its own limits for programmers."""
    if isinstance(error, RecursionError):
        return "its values are nested too deeply"
    known = json.JSONDecodeError | _RepeatedKey
    return str(error) if isinstance(error, known) else "a number has too many digits"


def _is_unicode(value: object) -> bool:
    return not isinstance(value, str) or _printable(value) == value


def _printable(text: str) -> str:
    return text.encode("utf-8", errors="replace").decode("utf-8")
