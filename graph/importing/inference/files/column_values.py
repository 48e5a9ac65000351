"""What the values of a column are: times or names, and a few of them as examples in questions."""

import re
from collections import Counter
from collections.abc import Iterable

import numpy as np
import pandas as pd
import pyarrow as pa
from numpy.typing import NDArray

from graph.importing.values.time_profile import profile_times

_STRAY = 0.05
"""Share of the values of a column of times that may be none."""
_NUMERIC = {"excel", "epoch_s", "epoch_ms", "epoch_us", "epoch_ns"}
"""Formats of plain numbers, which may as well be amounts or keys."""
_NUMBER = re.compile(r"[-+]?\d[\d.,]*")
_UNIX_TIME = re.compile(r"(?:1\d|20|21)\d{11}(?:\d{3})?")
_NO_TIME = re.compile(r"[-+]?\d{0,5}|[-+]?\d{1,3}[.,]\d{1,2}|[^\W\d]{1,2}")
"""A small number, or a code of letters."""
_EXAMPLES = 2
_SHOWN = 30

_ENOUGH_KEYS, _NEARLY_ALL = 3, 0.9
"""Keys with several rows, and the share of them with one value, for the value to belong to the key."""
_ENOUGH = 2
"""Names that two columns have in common, for the one to be looked up by the other."""
_LONG_NAME = 8
"""Characters of a name that no two columns have in common by chance."""
_LONG_NUMBER = 5
"""Digits of a number that is an id, no priority or rank."""

Values = list[str | None]


def are_times(values: Values) -> bool:
    """Return whether the texts of a column are times; plain numbers are not, except dates like 20240301."""
    given = [value for value in values if value]
    if not given or all(map(_NO_TIME.fullmatch, given)):
        return False  # The profile takes far longer, which adds up in tables with thousands of columns.
    profile = profile_times([(np.arange(len(values)), pa.array(values, pa.string()))])
    read = profile.formats or profile.undecided or profile.contradictions
    if not read or profile.unread > _STRAY * profile.rows:
        return False
    written = bool(set(profile.formats) - _NUMERIC) or bool(profile.undecided or profile.contradictions)
    return written or are_unix_times(values)


def are_unix_times(values: Values) -> bool:
    """Return whether all values are Unix times in milliseconds or microseconds, from 2001 to 2039.

    Seconds may be numbers of orders or phones, and nanoseconds ids.
    """
    given = [value for value in values if value]
    return bool(given) and all(_UNIX_TIME.fullmatch(value) for value in given)


def are_numbers(values: Values) -> bool:
    """Return whether all values are numbers, by either decimal sign."""
    given = [value for value in values if value]
    return bool(given) and all(_NUMBER.fullmatch(value) for value in given)


def describes(keys: Values, values: Values, usual: str | None = None) -> bool:
    """Return whether values belong to a key, as an age to a user: each key has the same in all of its rows.

    Keys that have the `usual` value alone say nothing; default: the most frequent one.
    """
    pairs = [(key, value) for key, value in zip(keys, values, strict=True) if key and value]
    if not pairs:
        return False
    counts = Counter(value for _, value in pairs)
    usual = usual or min(value for value, rows in counts.items() if rows == max(counts.values()))
    sizes = Counter(key for key, _ in pairs)
    by_key: dict[str, set[str]] = {}
    for key, value in pairs:
        by_key.setdefault(key, set()).add(value)
    telling = [given for key, given in by_key.items() if sizes[key] > 1 and given != {usual}]
    alike = sum(len(given) == 1 for given in telling)
    return len(telling) >= _ENOUGH_KEYS and alike >= _NEARLY_ALL * len(telling)


def examples(values: Values) -> str:
    """Return the first different values, as a question shows them."""
    found: dict[str, None] = {}
    for value in values:
        text = " ".join((value or "").split())
        if text:
            found[text if len(text) <= _SHOWN else f"{text[:_SHOWN]}..."] = None
        if len(found) == _EXAMPLES:
            break
    return ", ".join(found) or "empty"


def is_identifier(text: str) -> bool:
    """Return whether a text is an id: it has a letter or many digits, as a rank or a budget has not."""
    return re.search(rf"[^\W\d_]|\d{{{_LONG_NUMBER},}}", text) is not None


def count_values(column: "pd.Series[str]", again: NDArray[np.bool_] | None = None) -> "Counter[str]":
    """Return the number of rows by value; rows that are there `again` have a value, but do not count."""
    counts = Counter({str(value): int(rows) for value, rows in column.value_counts().items()})
    if again is not None and again.any():
        counts.subtract({str(value): int(rows) for value, rows in column[again].value_counts().items()})
    return counts


def are_identifiers(common: Iterable[str]) -> bool:
    """Return whether values that two columns have in common are names.

    Enough of them or long ones are, small numbers like a priority are not.
    """
    names = list(filter(is_identifier, common))
    return len(names) >= _ENOUGH or any(len(name) >= _LONG_NAME for name in names)
