"""Formats of times: the order of numeric dates, and formats that contradict each other."""

import re
from collections.abc import Iterable, Iterator
from datetime import datetime
from functools import lru_cache
from itertools import combinations
from typing import NamedTuple

_NUMERIC_DATE = re.compile(r"%([dmyY])([^%\w]?)%([dmyY])\2%([dmyY])")
_CLOCK = re.compile(r"[ T]?%[HIMSpfzZ].*")
# Day, month and year of two digits can be exchanged in both dates, which are no palindromes.
_DATES = (datetime(2001, 2, 3), datetime(2003, 12, 11))
_LANGUAGE = re.compile("[a-z]{2,3}(?:_[A-Z]{2})?")
_COUNTED = ("excel", "epoch_s", "epoch_ms", "epoch_us", "epoch_ns")
_SINCE = re.compile(r"(seconds|minutes|hours|days) since (\d{4}-\d\d-\d\d(?:[ T]\d\d:\d\d(?::\d\d)?)?)")


ERAS = {"reiwa": 2018, "heisei": 1988, "showa": 1925, "minguo": 1911, "buddhist": -543}
"""The year before the first one of each era; a format like `reiwa: %y-%m-%d` counts its years from there."""


class Since(NamedTuple):
    """A count of time since a local start: days of the calendar, or elapsed hours, minutes or seconds."""

    unit: str
    start: datetime


@lru_cache
def since(layout: str) -> Since | None:
    """Return the meaning of a format like `hours since 2018-01-01`; None for any other.

    Such units are those of the CF conventions (https://cfconventions.org, section 4.4).
    """
    match = _SINCE.fullmatch(layout)
    try:
        return Since(match[1], datetime.fromisoformat(match[2])) if match else None
    except ValueError:
        return None


def is_counted(layout: str) -> bool:
    """Return whether a format reads numbers: counts from a start."""
    return layout in _COUNTED or since(layout) is not None


def split_language(layout: str) -> tuple[str, str]:
    """Return the language or era of a format like `de: %d. %B %Y` (or an empty text), and the rest."""
    prefix, separator, rest = layout.partition(": ")
    known = prefix in ERAS or _LANGUAGE.fullmatch(prefix)
    return (prefix, rest) if separator and known else ("", layout)


def is_known(layout: str) -> bool:
    """Return whether `layout` is a format of times."""
    language, layout = split_language(layout)
    if language in ERAS:
        return len(re.findall("%[yY]", layout)) == 1 and _has_known_codes(layout)
    if language:
        from babel import localedata

        if not localedata.exists(language):
            return False
    return layout == "iso" or is_counted(layout) or ("%" in layout and _has_known_codes(layout))


def _has_known_codes(layout: str) -> bool:
    """Return whether strptime knows all codes of a format."""
    try:
        datetime.strptime("", layout)
    except re.error:
        return False  # A code that occurs twice.
    except ValueError as error:
        # That the empty text does not match is its only error for a valid format.
        return str(error).startswith("time data")
    return True


class DateOrder(NamedTuple):
    """The order of a numeric date, like `dmy`; its separator, and the digits of its year."""

    order: str
    separator: str
    year_digits: int


def date_order(layout: str) -> DateOrder | None:
    """Return the order of the date in a strptime format; None where it is not numeric, or states its era."""
    if split_language(layout)[0] in ERAS:
        return None
    match = _NUMERIC_DATE.search(layout)
    parts = match.group(1) + match.group(3) + match.group(4) if match else ""
    if match is None or sorted(parts.lower()) != ["d", "m", "y"]:
        return None
    return DateOrder(parts.lower(), match.group(2), 4 if "Y" in parts else 2)


def reordered(layout: str, order: str) -> str:
    """Return `layout` with its numeric date in another order, like `mdy`."""
    year = "Y" if "%Y" in layout else "y"
    parts = ["%" + part.replace("y", year) for part in order]
    return _NUMERIC_DATE.sub(lambda match: match.group(2).join(parts), layout, count=1)


def contradiction(layouts: Iterable[str]) -> tuple[str, str, str] | None:
    """Return two formats that read one text as different days, and that text; None without such formats."""
    for first, second in combinations(dict.fromkeys(layouts), 2):
        if is_counted(first) and is_counted(second):
            return first, second, "45000"
        for text in _texts(_without_clock(first)):
            days = [_parse(text, _without_clock(layout)) for layout in (first, second)]
            if None not in days and days[0] != days[1]:
                return first, second, text
    return None


def _without_clock(layout: str) -> str:
    """A contradiction of days stays one where only one of the formats has a clock."""
    return _CLOCK.sub("", layout) or layout


def _texts(layout: str) -> Iterator[str]:
    if "%" in layout:
        yield from (date.strftime(layout) for date in _DATES)


def _parse(text: str, layout: str) -> datetime | None:
    try:
        return datetime.strptime(text, "%Y-%m-%d" if layout == "iso" else layout)
    except ValueError:
        return None
