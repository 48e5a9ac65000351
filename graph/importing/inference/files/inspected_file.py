"""A file of a delivery: how it is read, and what its first rows have."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
from numpy.typing import NDArray

from graph.importing.inference.draft import Ask
from graph.importing.inference.files.clock_columns import clock_columns, has_hours
from graph.importing.inference.files.column_values import Values, are_times, are_unix_times, examples
from graph.importing.inference.files.tables import find_columns
from graph.importing.mapping.formats import divider_of, parts_of
from graph.importing.mapping.source import Join, Source
from graph.importing.reading.cells import texts
from graph.importing.reading.folders import FoundFile
from graph.importing.reading.numbered_columns import read_numbered_columns
from graph.importing.reading.sample import Typed

_MAX_CHOICES = 30


@dataclass
class InspectedFile:
    """One file of a delivery.

    Attributes
    ----------
    name, path
        The path relative to the folder (and the sheet of a workbook with several), and the file.
    source
        How it is read.
    settings
        The same as the mapping states it: `files`, and what differs from the defaults; may have questions.
    names
        Its columns; of JSON, the paths.
    rows
        Its first rows as texts, the header included where it is text.
    values
        The values of each column in its first rows.
    lists_in_rows
        Lists of objects in its rows, with the paths of their values, which are no columns by themselves.
    typed
        Columns that the file itself types as numbers or times.
    few_values
        Rows by value, over all rows, of the columns with a few values; see ``look_at_all_rows``.
    missing
        Texts that stand for a missing value in it.
    problem
        Why it cannot be used, or empty.
    further_files
        The further files of its series, which are read after it.
    joined
        Other files with further columns of its rows, see ``order_lines`` and ``user_lists``.
    order_key
        Its column that names the order of a line, whose columns are joined; empty without one.
    comment
        What the mapping says of them.
    origins
        The file, and the name in it, of each column of these.
    answers
        Its columns that the user named, by table and field.
    shared_roles
        Its columns that ids of other files tell, by role, see ``shared_ids``.
    no_roles
        Roles that its values contradict.
    may_list_campaigns
        Whether others use its key, and it has times that are ordered, but only the user knows its window.
    may_list_recipients
        Whether it names campaigns beside ids that a file of behaviours has, too, whose users are unknown.
    is_message_log
        Whether a few senders sent its messages to many users.
    """

    name: str
    path: Path
    source: Source
    settings: dict[str, Any]
    names: list[str] = field(default_factory=list)
    rows: list[list[str]] = field(default_factory=list)
    values: dict[str, Values] = field(default_factory=dict)
    lists_in_rows: dict[str, list[str]] = field(default_factory=dict)
    typed: dict[str, Typed] = field(default_factory=dict)
    few_values: dict[str, Counter[str]] = field(default_factory=dict)
    missing: list[str] = field(default_factory=lambda: [""])
    problem: str = ""
    further_files: list["InspectedFile"] = field(default_factory=list)
    joined: list[tuple[Join, list[FoundFile]]] = field(default_factory=list)
    order_key: str = ""
    comment: str = ""
    origins: dict[str, tuple["InspectedFile", str]] = field(default_factory=dict)
    answers: dict[tuple[str, str], str] = field(default_factory=dict)
    shared_roles: dict[str, str] = field(default_factory=dict)
    no_roles: set[str] = field(default_factory=set)
    may_list_campaigns: bool = False
    may_list_recipients: bool = False
    is_message_log: bool = False

    @property
    def roles(self) -> dict[str, str]:
        """The column of each role, by names and by ids that other files have as well."""
        named = find_columns(self.names)
        shared = set(self.shared_roles.values())
        kept = {
            role: name for role, name in named.items() if name not in shared and role not in self.no_roles
        }
        return kept | self.shared_roles

    @cached_property
    def times(self) -> list[str]:
        """The columns whose values are times."""
        return [
            name
            for name, values in self.values.items()
            if self.typed.get(name) == "time"
            or (are_times if name not in self.typed else are_unix_times)(
                [None if value in self.missing else value for value in values]
            )
        ]

    @cached_property
    def day_of_clock(self) -> dict[str, str]:
        """The columns of days whose time of day is in a column of its own, by the name of that column."""
        found = clock_columns(self.values, self.times)
        hours = [clock for clock in found if self.has_hours(clock)]
        # Later rows may have times of day, like 930, or more hours than a day.
        others = [
            name for name in hours if not all(has_hours(name, part[name]) for part in self.frames([name]))
        ]
        return {clock: day for clock, day in found.items() if clock not in others}

    def count_values(self, column: str) -> "Counter[str]":
        """Return the rows by value: over all rows of a column of a few values, else in the first rows."""
        if column in self.few_values:
            return self.few_values[column]
        given = self.values.get(column, [])
        return Counter(value for value in given if value and value not in self.missing)

    def has_hours(self, clock: str) -> bool:
        """Return whether a column of times of day holds hours alone."""
        return has_hours(clock, self.values[clock])

    @property
    def as_found_file(self) -> FoundFile:
        """The file, or the first of a series."""
        return FoundFile(self.name, self.path, self.path, self.source.sheet)

    def origin(self, column: str) -> tuple["InspectedFile", str]:
        """Return the file that holds a column, and its name there; a joined file may have more rows."""
        found = [self.origins.get(part) for part in parts_of(column)]
        files = [each[0] for each in found if each]
        if len(files) < len(found) or any(file is not files[0] for file in files):
            return self, column
        names = [each[1] for each in found if each]
        return files[0], divider_of(column).join(names)

    def each_file(self) -> "list[InspectedFile]":
        """Return the files of the series, each alone, with the columns that are joined to all of them."""
        parts = [self, *self.further_files]
        return [replace(self, path=part.path, source=part.source, further_files=[]) for part in parts]

    def count_rows(self) -> int:
        """Return the number of rows."""
        return sum(len(frame) for frame in self.frames(self.names[:1]))

    def columns(self, names: list[str]) -> Iterator[tuple[NDArray[np.int64], dict[str, pa.Array]]]:
        """Yield row numbers and the texts of `names` of all rows, block by block."""
        for file in [self, *self.further_files]:
            parts = read_numbered_columns(file.as_found_file, file.source, names, self.joined, self.missing)
            for numbers, columns in parts:
                yield numbers, {name: texts(column) for name, column in columns.items()}

    def frames(self, names: list[str]) -> Iterator[pd.DataFrame]:
        """Yield `names` of all rows, block by block: trimmed texts, empty where missing."""
        yield from (frame for _, frame in self.numbered_frames(names))

    def numbered_frames(self, names: list[str]) -> Iterator[tuple[NDArray[np.int64], pd.DataFrame]]:
        """Yield row numbers and `frames`; rows of one JSON record have its number."""
        for numbers, columns in self.columns(names):
            frame = {name: column.fill_null("").to_pandas() for name, column in columns.items()}
            trimmed = pd.DataFrame(frame, dtype=str).apply(lambda column: column.str.strip())
            yield numbers, trimmed.mask(trimmed.isin(self.missing), "")

    def distinct(self, names: list[str]) -> pd.DataFrame:
        """Return the different combinations of values of `names` over all rows that have all of them."""
        parts = [frame[(frame != "").all(axis="columns")].drop_duplicates() for frame in self.frames(names)]
        return pd.concat(parts).drop_duplicates() if parts else pd.DataFrame({name: [] for name in names})


def index_by_name(files: Sequence[InspectedFile]) -> dict[str, InspectedFile]:
    """Return files by name; of two with the same name, the first: it has the joined columns."""
    return {file.name: file for file in reversed(files)}


def ask_column(
    file: InspectedFile, what: str, names: Iterable[str] | None = None, *, otherwise: Sequence[str] = ()
) -> Ask:
    """Return the question which column of a file holds `what`.

    Parameters
    ----------
    file
        The file.
    what
        What the column holds, in words.
    names
        The columns to choose among; default: all.
    otherwise
        The answers that no column holds it; empty if one must.
    """
    chosen = list(file.names if names is None else names)[:_MAX_CHOICES]
    choices = {name: examples(file.values.get(name, [])) for name in chosen}
    return Ask(f"Which column of {file.name} holds {what}?", choices | dict.fromkeys(otherwise, ""))
