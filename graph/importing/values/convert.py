"""Converts columns to ids, texts, numbers and times, and reports invalid values.

Times become milliseconds since the epoch (UTC); times without a zone are in the mapping's zone. An ambiguous
time (clocks go back) is the first of the two; a skipped one (clocks go forward) moves to the end of the gap.
"""

from collections import Counter
from datetime import date, timedelta
from typing import NamedTuple

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from graph.day_range import FIRST_DAY, LAST_DAY
from graph.importing.contract import Kind
from graph.importing.mapping.formats import ValueFormat
from graph.importing.mapping.time_formats import ERAS, is_counted, split_language
from graph.importing.reading.cells import is_cells, plain_array, texts
from graph.importing.values import numbers
from graph.importing.values.counted_times import counts_of, moments_of_counts
from graph.importing.values.day_ends import at_midnight, has_offset, is_day_end
from graph.importing.values.digits import with_plain_digits
from graph.importing.values.eras import in_western_years
from graph.importing.values.local_times import local_times, localised, milliseconds_of, next_midnight
from graph.importing.values.masks import is_true
from graph.importing.vocabulary.month_names import english_layout, translate, with_plain_halves

_FIRST_MS, _LAST_MS = (
    (day - date(1970, 1, 1)) // timedelta(milliseconds=1) for day in (FIRST_DAY, LAST_DAY + timedelta(days=1))
)
_DAY_MS = 86_400_000
_MAX_ID_LENGTH = 1_000
_ISO = r"\d{4}-?\d{2}-?\d{2}(?:[T ]\d{2}:?\d{2}(?::?\d{2}(?:[.,]\d{1,9})?)?)?"
_CLOCK = r"\d:\d\d|[Tt]\d\d|\d [0-2]?\d(?:h|[.h]\d\d)|\d \d{4}(?:\d\d)?$|\d ?[AaPp]\.?[Mm]\b"
_WITHOUT_ZEROS = r"(?<= )(\d{4})$"
"""A time of day in digits without leading zeros: 2038 is 00:20:38 where others have seconds, like 63135."""
_OFFSET = r" ?(?:[Zz]|[+-]\d{2}(?::?\d{2})?)"
_NAMED_UTC = r" ?(?:UTC|GMT)$"
_CLOCK_WITH_OFFSET = rf"(?::\d\d|[Tt]\d\d(?:\d\d)*)(?:[.,]\d+)?(?:{_OFFSET}|{_NAMED_UTC[:-1]})\s*$"
Bools = NDArray[np.bool_]


class Converted(NamedTuple):
    """A typed column (null: missing), where values are invalid, and why."""

    values: pa.Array
    bad: Bools
    reason: str
    currencies: Counter[str] | None = None
    """Of a number: how many values state each currency."""


def convert(column: pa.Array, kind: Kind, value_format: ValueFormat) -> Converted:
    """Convert `column` to the type of its field."""
    column = plain_array(column)
    if is_cells(column):
        return _cells(column, kind, value_format)
    if kind == "time" and not pa.types.is_string(column.type):
        return _typed_time(column, value_format)
    if kind == "number" and not pa.types.is_string(column.type):
        return _divided(_finite(pc.cast(column, pa.float64(), safe=False)), value_format)
    text = _text(column, value_format.missing)
    return {"id": _id, "text": _any_text, "number": _number, "time": _time}[kind](text, value_format)


def _cells(column: pa.Array, kind: Kind, value_format: ValueFormat) -> Converted:
    """Convert cells that have types of their own: the format applies only to those that are texts."""
    text = pc.struct_field(column, "text")
    if kind not in ("number", "time"):
        return convert(text, kind, value_format)
    typed = pc.struct_field(column, kind)
    as_text = convert(pc.if_else(typed.is_valid(), None, text), kind, value_format)
    as_typed = convert(typed, kind, value_format)
    values = pc.coalesce(as_typed.values, as_text.values)
    return Converted(values, as_typed.bad | as_text.bad, as_text.reason, as_text.currencies)


def _text(column: pa.Array, missing: tuple[str, ...]) -> pa.Array:
    text = pc.utf8_trim_whitespace(texts(column))
    absent = pc.is_in(text, value_set=pa.array(["", *missing], pa.string()))
    return pc.if_else(absent, None, text) if pc.any(absent).as_py() else text


def _any_text(text: pa.Array, _value_format: ValueFormat) -> Converted:
    return Converted(text, _all_false(text), "")


def _id(text: pa.Array, _value_format: ValueFormat) -> Converted:
    long = is_true(pc.greater(pc.utf8_length(text), _MAX_ID_LENGTH))
    return Converted(text, long, f"is longer than {_MAX_ID_LENGTH} characters")


def _number(text: pa.Array, value_format: ValueFormat) -> Converted:
    signs = value_format.numbers
    parsed = numbers.parse(text, signs)
    finite = _finite(parsed.values)
    other = "," if signs.decimal == "." else "."
    grouping = (
        f"thousands separator {signs.thousands!r}"
        if signs.thousands
        else f'no thousands separator: `thousands: "{other}"` of `numbers` allows one'
    )
    reason = f"is not a valid number (decimal sign {signs.decimal!r}, {grouping})"
    read = Converted(finite.values, parsed.bad | finite.bad, reason, parsed.currencies)
    return _divided(read, value_format)


def _divided(read: Converted, value_format: ValueFormat) -> Converted:
    """Return numbers as a whole of what the file counts: pounds for pence."""
    divisor = value_format.numbers.divide_by
    return read if divisor == 1 else read._replace(values=pc.divide(read.values, float(divisor)))


def _finite(values: pa.Array) -> Converted:
    values = pc.if_else(pc.is_nan(values), None, values)
    bad = is_true(pc.invert(pc.is_finite(values)))
    return Converted(
        pc.if_else(pa.array(~bad), values, None) if bad.any() else values, bad, "is not a finite number"
    )


def _typed_time(column: pa.Array, value_format: ValueFormat) -> Converted:
    if pa.types.is_timestamp(column.type) or pa.types.is_date(column.type):
        series = pd.Series(column.to_pandas(timestamp_as_object=False, date_as_object=False))
        moments = series if series.dt.tz is not None else localised(series, value_format.zone)
        return _in_range(milliseconds_of(moments), ~series.isna().to_numpy())
    every = np.asarray(pc.is_valid(column))
    if pa.types.is_time(column.type):
        reason = "is a time of day without a day; name the column of days, too: `at: {date: ..., time: ...}`"
        return Converted(pa.nulls(len(column), pa.int64()), every, reason)
    name = next((name for name in value_format.times if is_counted(name)), None)
    if name is not None:
        counts = pc.cast(column, pa.float64(), safe=False).to_numpy(zero_copy_only=False)
        return _in_range(moments_of_counts(counts, name, value_format.zone), ~np.isnan(counts))
    if any("%" in name for name in value_format.times):
        # A numeric date, like 20240305, that the file types as a number.
        return _time(texts(column), value_format)
    return Converted(
        pa.nulls(len(column), pa.int64()),
        every,
        "is a number; set `times` to epoch_s (_ms, _us, _ns), excel, or like 'hours since 2024-01-01'",
    )


def _time(text: pa.Array, value_format: ValueFormat) -> Converted:
    given = text.is_valid().to_numpy(zero_copy_only=False)
    milliseconds = _moments(text, value_format)
    unparsed = given & np.isnan(milliseconds)
    if unparsed.any():
        milliseconds[unparsed] = _unusual_moments(text.filter(pa.array(unparsed)), value_format)
    reason = f"is not a valid date from 1900 to 2199 (expected {' or '.join(value_format.times)})"
    return _in_range(milliseconds, given)._replace(reason=reason)


def _moments(text: pa.Array, value_format: ValueFormat) -> NDArray[np.float64]:
    """Return milliseconds since the epoch; NaN where missing, or no format matches."""
    given = text.is_valid().to_numpy(zero_copy_only=False)
    milliseconds = np.full(len(text), np.nan)
    series = pd.Series(text.to_pandas(), dtype=object)
    for name in value_format.times:
        unparsed = given & np.isnan(milliseconds)
        if not unparsed.any():
            break
        milliseconds[unparsed] = _parse(series[unparsed], name, value_format.zone)
    return milliseconds


def _unusual_moments(text: pa.Array, value_format: ValueFormat) -> NDArray[np.float64]:
    """Return milliseconds since the epoch of times with other digits, or like 24:00; NaN for others."""
    plain = with_plain_digits(text)
    milliseconds = np.full(len(text), np.nan) if plain is text else _moments(plain, value_format)
    start = _moments(at_midnight(plain), value_format)
    missing = np.isnan(start)
    if missing.all():
        return milliseconds
    moments = pa.array(np.where(missing, 0, start).astype(np.int64), mask=missing)
    next_day = pc.fill_null(next_midnight(moments, value_format.zone), 0).to_numpy()
    ends = np.where(has_offset(plain), start + _DAY_MS, next_day)
    return np.where(missing, milliseconds, ends)


def after_last_day(moments: pa.Array, given: pa.Array, zone: str) -> pa.Array:
    """Return the end of windows whose last days are given: the next midnight; a time of day stays.

    Midnight is a time of day where it has an offset from UTC, or where other values of the column are not at
    midnight.

    Parameters
    ----------
    moments
        The converted values, in milliseconds since the epoch.
    given
        The values as the file states them. A text has a time of day where it shows a clock.
    zone
        The time zone of the days.
    """
    local = local_times(moments, zone)
    given = plain_array(given)
    if is_cells(given):
        given = texts(given)
    is_text = pa.types.is_string(given.type)
    if pa.types.is_timestamp(given.type) and given.type.tz:
        return moments
    if (local.isna() | (local == local.dt.normalize())).all():
        days = next_midnight(moments, zone)
        if not is_text:
            return days
        given = with_plain_digits(given)
        with_offset = pc.fill_null(pc.match_substring_regex(given, _CLOCK_WITH_OFFSET), False)
        return pc.if_else(pc.or_(with_offset, pa.array(is_day_end(given))), moments, days)
    if not is_text:
        return moments
    given = with_plain_digits(given)
    has_clock = pc.fill_null(pc.match_substring_regex(given, _CLOCK), False)
    bare_number = pc.fill_null(pc.match_substring_regex(given, r"^\s*\d+([.,]\d+)?\s*$"), False)
    # A number is days or seconds since an epoch, or digits of a date: the moment tells whether it has a time.
    timed = pa.array((local != local.dt.normalize()).to_numpy())
    return pc.if_else(pc.or_(has_clock, pc.and_(bare_number, timed)), moments, next_midnight(moments, zone))


def _parse(text: pd.Series, name: str, zone: str) -> NDArray[np.float64]:
    """Return milliseconds since the epoch, NaN where `text` does not match the format."""
    if is_counted(name):
        return moments_of_counts(counts_of(text), name, zone)
    language, layout = split_language(name)
    if language in ERAS:
        western, layout = in_western_years(text, language, layout)
        return _parse(western, layout, zone)
    if language:
        codes, unique = pd.factorize(text)
        translated = pd.Series([translate(value, language) for value in unique], dtype=object)
        return _parse(translated, english_layout(layout), zone)[codes]
    milliseconds = _parse_written(text, name, zone)
    if "%p" in name and np.isnan(milliseconds).any():
        milliseconds = _parse_written(text.map(with_plain_halves), name, zone)
    return milliseconds


def _parse_written(text: pd.Series, name: str, zone: str) -> NDArray[np.float64]:
    if name.endswith(" %H%M%S"):
        text = text.str.replace(_WITHOUT_ZEROS, r"00\1", regex=True)
    milliseconds = np.full(len(text), np.nan)
    zoned = "%z" in name or "%Z" in name
    has_zone, local = np.full(len(text), zoned), np.full(len(text), not zoned)
    if name == "iso":
        name = "ISO8601"
        local = text.str.fullmatch(_ISO).to_numpy(dtype=bool)
        if not local.all():
            text = text.str.replace(_NAMED_UTC, "Z", regex=True)
            has_zone = text.str.fullmatch(_ISO + _OFFSET).to_numpy(dtype=bool)
    if has_zone.any():
        milliseconds[has_zone] = milliseconds_of(_to_utc(text[has_zone], name))
    if local.any():
        milliseconds[local] = milliseconds_of(
            localised(_to_utc(text[local], name).dt.tz_localize(None), zone)
        )
    return milliseconds


def _to_utc(text: pd.Series, layout: str) -> pd.Series:
    return pd.to_datetime(text, format=layout, errors="coerce", utc=True)


def _in_range(milliseconds: NDArray[np.float64], given: Bools) -> Converted:
    with np.errstate(invalid="ignore"):
        good = (milliseconds >= _FIRST_MS) & (milliseconds < _LAST_MS)
    whole = np.where(good, milliseconds, 0).astype(np.int64)
    return Converted(pa.array(whole, mask=~good), given & ~good, "is not a valid date from 1900 to 2199")


def _all_false(column: pa.Array) -> Bools:
    return np.zeros(len(column), dtype=bool)
