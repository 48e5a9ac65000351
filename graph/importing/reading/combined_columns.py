"""Columns that are made of several: the first with a value, or a day and its time of day."""

from collections.abc import Sequence

import pyarrow as pa
import pyarrow.compute as pc

from graph.importing.reading.cells import texts

_MIDNIGHT = r"(?i)[ T](?:0?0:00(?::00(?:\.0+)?)?|12:00(?::00)? ?am)$"
"""A day as programs write it that know only moments: 2024-03-01 00:00:00."""
_NO_DAY = r"^(?:1899-12-3[01]|1900-01-0[01]|1970-01-01|0001-01-01|30[./]12[./]1899|12/30/1899)[ T]"
"""A time of day as they write it: 1899-12-30 14:05:00."""
_SHORT = ((r"^\d{1,3}$", 4), (r"^\d{5}$", 6))
"""Times of day in digits without leading zeros, like 930 and 93005, and their number of digits with them."""
_ZEROS = r"(\d[:.]\d\d[:.]\d\d|^\d{3,6}|^0)\.0+$"
"""Zeros after seconds (9:05:10.000) or digits (930.0); those of 8.00 are minutes."""

_HOUR = r"^\s*(\d{1,2})(?:\.0+)?\s*$"
"""An hour, also as a program writes it that knows no whole numbers (14.0)."""


def first_values(columns: Sequence[pa.Array], missing: Sequence[str]) -> pa.Array:
    """Return for each row the first text of `columns` that is not missing."""
    return pc.coalesce(*(_present(texts(column), missing) for column in columns))


def date_and_time(columns: Sequence[pa.Array], missing: Sequence[str]) -> pa.Array:
    """Return the texts of a column of days, each with the time of day of the second column, if it has one."""
    day, clock = (pc.utf8_trim_whitespace(_present(texts(column), missing)) for column in columns)
    day = pc.replace_substring_regex(day, _MIDNIGHT, "")
    clock = pc.replace_substring_regex(pc.replace_substring_regex(clock, _NO_DAY, ""), _ZEROS, r"\1")
    for short, digits in _SHORT:
        is_short = pc.match_substring_regex(clock, short)
        clock = pc.if_else(is_short, pc.utf8_lpad(clock, digits, "0"), clock)
    return pc.coalesce(pc.binary_join_element_wise(day, clock, " "), day)


def date_and_hour(columns: Sequence[pa.Array], missing: Sequence[str]) -> pa.Array:
    """Return the texts of a column of days, each with the hour of the second column, if it has one."""
    day, hour = columns
    return date_and_time([day, pc.replace_substring_regex(texts(hour), _HOUR, r"\1:00")], missing)


def _present(text: pa.Array, missing: Sequence[str]) -> pa.Array:
    absent = pc.is_in(pc.utf8_trim_whitespace(text), value_set=pa.array(["", *missing], pa.string()))
    return pc.if_else(absent, pa.scalar(None, text.type), text)
