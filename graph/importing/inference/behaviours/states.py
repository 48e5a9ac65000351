"""Columns of few values that no rule uses: what they may state of a row is a question, or a comment."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd

from graph.importing.inference.behaviours.rows_again import frames_once
from graph.importing.inference.behaviours.status_rules import counting_statuses, status_rule
from graph.importing.inference.files.all_rows import MOST_VALUES
from graph.importing.inference.files.column_values import count_values, describes
from graph.importing.inference.files.inspected_file import InspectedFile
from graph.importing.reading.json_paths import ALL
from graph.importing.vocabulary.state_columns import are_codes, may_state_what_rows_are

_MOST_KEYS = 1_000
"""Users or products with a value that the first rows do not have, whose rows are looked at."""
_ROWS_OF_ONE = 4
"""Rows for each value, on average, that a column of few values has at least."""
_SHOWN = 6
_MOST_REMARKS = 20
_AT_ONCE = 500
"""Columns that are read together: a table may have thousands."""


@dataclass(frozen=True)
class States:
    """Columns without a known name or word that may state what a row is.

    Attributes
    ----------
    rules
        A rule of `where` by column, or a question.
    statuses
        The values of each such column that are not known to be those of orders taken back.
    remarks
        Comments on other columns of few values.
    """

    rules: dict[str, Any] = field(default_factory=dict)
    statuses: dict[str, list[str]] = field(default_factory=dict)
    remarks: list[str] = field(default_factory=list)


def state_columns(
    file: InspectedFile, names: list[str], keys: list[str], of_rows: list[str], identity: list[str]
) -> States:
    """Return the rules and questions about columns that may state what a row is.

    Parameters
    ----------
    file
        A file of behaviours.
    names
        Columns without another use.
    keys
        Columns of users and products: what describes these states nothing of a row.
    of_rows
        Names of columns that a row has of its own, like its time and its id.
    identity
        Columns by which a row is recognised that a later file has again.
    """
    states = States()
    stating = [name for name in names if is_state_column(file, name, keys, of_rows)]
    codes = [
        name
        for name in names
        if name not in stating and are_codes(_given(file, name)) and may_be_state(file, name, keys)
    ]
    for name, counts in _count_rows(file, [*stating, *codes], identity):
        if name in codes:
            if len(states.remarks) == _MOST_REMARKS:
                others = len(codes) - _MOST_REMARKS
                states.remarks.append(f"{others:,} other columns of a few codes are used by no rule either")
            if len(states.remarks) > _MOST_REMARKS:
                continue
            shown = ", ".join(f"{value or 'empty'} {rows:,}" for value, rows in counts.most_common(_SHOWN))
            states.remarks.append(
                f"{name} is used by no rule ({shown}): if it states returns or rows that do not count, leave "
                f"these out with `where: {{{name}: {{is_not: [...]}}}}`"
            )
        elif len(counts) <= MOST_VALUES + 1:
            if rule := status_rule(file.name, name, counts):
                states.rules[name] = rule
            if counting := counting_statuses(name, counts):
                states.statuses[name] = counting
    return states


def _count_rows(
    file: InspectedFile, names: list[str], identity: list[str]
) -> Iterator[tuple[str, "Counter[str]"]]:
    """Yield the number of rows by value of each of the columns `names`, reading many of them at once."""
    for first in range(0, len(names), _AT_ONCE):
        some = names[first : first + _AT_ONCE]
        counts = {name: Counter[str]() for name in some}
        for frame, again in frames_once(file, some, identity):
            for name in some:
                counts[name].update(count_values(frame[name], again))
        yield from counts.items()


def is_state_column(file: InspectedFile, name: str, keys: list[str], of_rows: list[str]) -> bool:
    """Return whether a column of a few values states what a row is by its name; see ``state_columns``."""
    names = [Path(file.name).name.partition(".")[0], *of_rows]
    return may_state_what_rows_are(name, _given(file, name), names) and may_be_state(file, name, keys)


def may_be_state(file: InspectedFile, name: str, keys: list[str]) -> bool:
    """Return whether a column has a few values, none of which describes a user or product."""
    few = _are_few(file, name, _given(file, name))
    return few and not any(_describes(file, key, name) for key in keys)


def _given(file: InspectedFile, name: str) -> set[str]:
    return set(file.count_values(name))


def _are_few(file: InspectedFile, name: str, given: set[str]) -> bool:
    rows = file.count_values(name).total()
    is_time = name in file.times or name in file.day_of_clock or ALL in name
    return not is_time and 2 <= len(given) <= MOST_VALUES and rows >= _ROWS_OF_ONE * len(given)


def _describes(file: InspectedFile, key: str, name: str) -> bool:
    if key not in file.values:
        return False
    late = set(file.count_values(name)) - set(file.values[name])
    if not late:
        return describes(file.values[key], file.values[name])
    # The first rows have not all of the values: the rows of some keys that have the others decide.
    keys = set[str]()
    for frame in file.frames([key, name]):
        keys |= set(frame.loc[frame[name].isin(late), key].unique()[: _MOST_KEYS - len(keys)])
    rows = pd.concat([frame[frame[key].isin(keys)] for frame in file.frames([key, name])])
    (usual, _), *_ = file.count_values(name).most_common(1)
    return describes(list(rows[key]), list(rows[name]), usual)
