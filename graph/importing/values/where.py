"""Selects rows by the rules of `where`."""

from collections import Counter
from collections.abc import Iterable, Mapping

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from graph.importing.mapping.formats import ValueFormat
from graph.importing.mapping.where import Rule
from graph.importing.values.convert import convert
from graph.importing.values.masks import is_true

Bools = NDArray[np.bool_]
EMPTY, NOT_EMPTY = "(empty)", "(not empty)"
_MAX_VALUES = 50
"""Different values of a column of statuses."""


def mask(
    columns: Mapping[str, pa.Array],
    rules: Mapping[str, Rule],
    value_format: ValueFormat,
    own_formats: Mapping[str, ValueFormat] | None = None,
) -> Bools:
    """Return for each row whether all `rules` hold.

    Parameters
    ----------
    columns
        The columns as read from the file, by name, of equal length.
    rules
        A rule by name of its column; at least one.
    value_format
        What is missing, and how numbers are written.
    own_formats
        The same of columns with their own format, by name.
    """
    formats = own_formats or {}
    holds = [_holds(columns[name], rule, formats.get(name, value_format)) for name, rule in rules.items()]
    return np.logical_and.reduce(holds)


def kept_values(
    columns: Mapping[str, pa.Array], names: Iterable[str], value_format: ValueFormat
) -> dict[str, Counter[str]]:
    """Return the number of rows by value, of those columns with a few values."""
    counts = {}
    for name in names:
        found = pc.value_counts(convert(columns[name], "text", value_format).values.drop_null())
        if len(found) <= _MAX_VALUES:
            values, numbers = found.field("values").to_pylist(), found.field("counts").to_pylist()
            counts[name] = Counter(dict(zip(values, numbers, strict=True)))
    return counts


def excluded_values(
    columns: Mapping[str, pa.Array],
    rules: Mapping[str, Rule],
    value_format: ValueFormat,
    own_formats: Mapping[str, ValueFormat] | None = None,
    *,
    unnamed: str = "",
) -> dict[str, Counter[str]]:
    """Return the number of rows by value for which the rule of a column does not hold; see ``mask``.

    Values that vary, like times and amounts, and those of the column `unnamed` are counted as `NOT_EMPTY`.
    """
    formats = own_formats or {}
    counts = {}
    for name, rule in rules.items():
        own = formats.get(name, value_format)
        fails = pa.array(~_holds(columns[name], rule, own))
        values = convert(columns[name].filter(fails), "text", own).values
        found = pc.value_counts(values)
        texts, numbers = found.field("values").to_pylist(), found.field("counts").to_pylist()
        if name == unnamed or rule.empty or rule.sign or len(texts) > _MAX_VALUES:
            counts[name] = Counter({NOT_EMPTY: len(values) - values.null_count, EMPTY: values.null_count})
        else:
            by_value = zip(texts, numbers, strict=True)
            counts[name] = Counter({EMPTY if text is None else text: rows for text, rows in by_value})
    return {name: +rows for name, rows in counts.items() if +rows}


def _holds(column: pa.Array, rule: Rule, value_format: ValueFormat) -> Bools:
    text = convert(column, "text", value_format).values
    present = text.is_valid().to_numpy(zero_copy_only=False)
    holds = np.ones(len(text), dtype=bool)
    # `is: ""` selects missing values.
    given = pc.fill_null(text, "")
    for listed, wanted in ((rule.is_, True), (rule.is_not, False)):
        if listed is not None:
            holds &= is_true(pc.is_in(given, value_set=pa.array(listed, pa.string()))) == wanted
    for listed, wanted in ((rule.starts_with, True), (rule.not_starts_with, False)):
        if listed is not None:
            starts = [is_true(pc.starts_with(given, pattern)) for pattern in listed]
            holds &= np.logical_or.reduce(starts) == wanted
    for expression, wanted in ((rule.matches, True), (rule.not_matches, False)):
        if expression is not None:
            holds &= is_true(pc.match_substring_regex(given, expression)) == wanted
    if rule.empty is not None:
        holds &= present != rule.empty
    if rule.sign is not None:
        holds &= _has_sign(column, rule.sign, value_format)
    return holds


def _has_sign(column: pa.Array, sign: str, value_format: ValueFormat) -> Bools:
    converted = convert(column, "number", value_format)
    numbers = converted.values.to_numpy(zero_copy_only=False)
    with np.errstate(invalid="ignore"):
        holds: Bools = {
            "positive": numbers > 0,
            "negative": numbers < 0,
            "zero": numbers == 0,
            "not_negative": ~(numbers < 0),
            "not_positive": ~(numbers > 0),
            "any": np.ones(len(numbers), dtype=bool),
        }[sign]
    return holds | converted.bad
