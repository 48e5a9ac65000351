"""Finds times that are in two columns: a day, and its time of day."""

import re
from collections.abc import Collection, Iterable, Mapping, Sequence

from graph.importing.inference.files.column_values import Values
from graph.importing.vocabulary.names import simplify

_CLOCK = re.compile(
    r"(?:[0-9-/.]+[ T])?\d{1,2}:\d{2}(?::\d{2}(?:[.,]\d{1,6})?)?(?: ?[AaPp]\.?[Mm]\.?)?(?: ?h| Uhr)?"
)
_OTHER_CLOCK = re.compile(
    r"(?:[01]?\d|2[0-3])(?:[.h][0-5]\d(?:\.[0-5]\d)?|h)(?: ?[AaPp]\.?[Mm]\.?)?(?: Uhr)?"
    r"|\d{1,2} ?[AaPp]\.?[Mm]\.?"
)
"""14.30, 14.30.05, 14h30, 14h, 2.30 pm, 2 pm."""
_DIGITS = re.compile(r"\d{1,6}")
_PADDED = re.compile(r"(?:[01]\d|2[0-3])[0-5]\d(?:[0-5]\d)?")
"""1430 and 143005."""
_SHORTEST = 3
"""Digits that the longest time of day of a column has at least: 14 may be an hour."""
_HOURS = re.compile(r"(?:[01]?\d|2[0-3])(?:\.0+)?")
_HOUR = re.compile(
    r"(?:hour|stunde|hora|heure|\bora|uur|godzina|小时|小時|时|時)(?:_of_day)?$", re.IGNORECASE
)
_TIME_OF_DAY = re.compile(
    r"uhrzeit$|zeit$|time|clock|hour|hora|heure|\bora$|\borario$|tijd$|时间$|時間$|时刻$|時刻$", re.IGNORECASE
)
_WORDS = re.compile(
    r"(?:datum|date|day|tag|fecha|data|jour|dato|日期|日付|日|uhrzeit|zeit|time|clock|hour|stunde|hora|heure|orario|ora"
    r"|uur|godzina|tijd|小时|小時|时|時|时间|時間|时刻|時刻|pretty|local|of|at)$"
)
_HAS_CLOCK = re.compile(r"\d:\d\d|[ T]\d{1,2}[.h]\d\d\b")
_MIDNIGHT = re.compile(r"[ T]0?0:00(?::00(?:\.0+)?)?$|[ T]12:00(?::00)? ?am$", re.IGNORECASE)


def clock_columns(values: Mapping[str, Values], times: Sequence[str]) -> dict[str, str]:
    """Return the column of days that each column of times of day belongs to, by name of the latter.

    The names decide: `order_date` and `order_time` belong together, and so do the only column of days and a
    column that is called no more than `time`. Hours alone (14) are times of day where the name says `hour`.

    Parameters
    ----------
    values
        The first values of each column.
    times
        The columns whose values are times.
    """
    days = [name for name in times if not any(map(_has_clock, values[name]))]
    # As a date, 9.05.10 is in May 2010.
    days = [name for name in days if not (len(days) > 1 and _are_clocks(name, values[name], [_OTHER_CLOCK]))]
    clocks = [name for name in values if name not in days and _are_clocks(name, values[name])]
    clocks += [name for name in values if name not in clocks and has_hours(name, values[name])]
    found: dict[str, str] = {}
    for clock in clocks:
        alike = [day for day in days if _stem(day) == _stem(clock)]
        fitting = alike or (days if not _stem(clock) else [])
        if len(fitting) == 1 and fitting[0] not in found.values():
            found[clock] = fitting[0]
    return found


def unread_clock(
    values: Mapping[str, Values], days: Iterable[str], read: Collection[str]
) -> tuple[str, str] | None:
    """Return a column that has times of day by its name and most values, and a value that is none.

    Parameters
    ----------
    values
        The first values of each column.
    days
        The columns of days.
    read
        The columns that have a use.
    """
    stems = {"", *map(_stem, days)}
    for name in values:
        if name in read or not _TIME_OF_DAY.search(simplify(name)) or _stem(name) not in stems:
            continue
        present = [value.strip() for value in values[name] if value and value.strip()]
        others = [value for value in present if not _are_clocks(name, [value])]
        if others and 2 * len(others) < len(present):
            return name, others[0]
    return None


def has_hours(name: str, values: Iterable[str | None]) -> bool:
    """Return whether a column holds hours alone, from 0 to 23, by its name and all values."""
    present = [value.strip() for value in values if value and value.strip()]
    return bool(_HOUR.search(simplify(name))) and all(map(_HOURS.fullmatch, present))


def _has_clock(value: str | None) -> bool:
    return bool(value and _HAS_CLOCK.search(_MIDNIGHT.sub("", value)))


def _are_clocks(
    name: str, values: Values, forms: Sequence[re.Pattern[str]] = (_CLOCK, _OTHER_CLOCK, _DIGITS)
) -> bool:
    present = [value.strip() for value in values if value and value.strip()]
    if not present or not _TIME_OF_DAY.search(simplify(name)):
        return False
    are_digits = _DIGITS in forms and _are_digits_of_clocks(present)
    return are_digits or any(
        all(form.fullmatch(value) for value in present) for form in forms if form is not _DIGITS
    )


def _are_digits_of_clocks(values: Sequence[str]) -> bool:
    """Return whether values are times of day in digits, without leading zeros: 930, or 93005 and 5."""
    if not all(map(_DIGITS.fullmatch, values)):
        return False
    longest = max(map(len, values))
    width = 6 if longest > 4 else 4
    return longest >= _SHORTEST and all(_PADDED.fullmatch(value.zfill(width)) for value in values)


def _stem(name: str) -> str:
    """Return what a name says beyond a day or a time: `order` for `order_date` and `OrderTime`."""
    words = (_WORDS.sub("", word) for word in simplify(name).split("_"))
    return "_".join(filter(None, words))
