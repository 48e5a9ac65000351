"""Times that are counts from a start: Unix times, serial days of spreadsheets, hours since a day."""

from collections.abc import Callable
from datetime import UTC, datetime

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from graph.importing.mapping.time_formats import Since, since
from graph.importing.values.date_orders import Example
from graph.importing.values.local_times import localised, milliseconds_of

Floats = NDArray[np.float64]
_EXCEL = Since("days", pd.Timestamp("1899-12-30"))
_UNIT_MS = {"seconds": 1_000, "minutes": 60_000, "hours": 3_600_000}
_MAX_DAYS = 200_000
_DECIMAL_COMMA = r"-?(?:\d{4,},\d+|\d+,(?:\d{1,2}|\d{4,}))"
"""Not 132,500, whose comma could separate thousands."""


_DAY, _MONTH = "(?:0[1-9]|[12][0-9]|3[01])", "(?:0[1-9]|1[0-2])"
_DATES_IN_DIGITS = {
    "%Y%m%d": f"^(?:19|20|21)[0-9]{{2}}{_MONTH}{_DAY}$",
    "%d%m%Y": f"^{_DAY}{_MONTH}(?:19|20|21)[0-9]{{2}}$",
    "%m%d%Y": f"^{_MONTH}{_DAY}(?:19|20|21)[0-9]{{2}}$",
    "%y%m%d": f"^[0-9]{{2}}{_MONTH}{_DAY}$",
    "%d%m%y": f"^{_DAY}{_MONTH}[0-9]{{2}}$",
    "%m%d%y": f"^{_MONTH}{_DAY}[0-9]{{2}}$",
}
"""What the texts of each format match."""


class CountRange:
    """The lowest and the highest number of a column of texts, and the dates in digits that they can be.

    Attributes
    ----------
    rows
        How many there are.
    dates
        Formats of dates in digits, like `%y%m%d`, that read all texts of the column.
    """

    def __init__(self) -> None:
        self.rows = 0
        self.dates = list(_DATES_IN_DIGITS)
        self._lowest: tuple[float, Example] | None = None
        self._highest: tuple[float, Example] | None = None

    def add(self, numbers: NDArray[np.int64], text: pa.Array) -> None:
        """Take the numbers among `text`, whose row numbers are `numbers`."""
        counts = counts_of(pd.Series(text.to_pandas(), dtype=object))
        if np.isnan(counts).all():
            return
        self.rows += int((~np.isnan(counts)).sum())
        self.dates = [
            name
            for name in self.dates
            if pc.all(pc.match_substring_regex(text, _DATES_IN_DIGITS[name])).as_py()
        ]
        found = [
            (float(counts[row]), Example(int(numbers[row]), str(text[int(row)])))
            for row in (np.nanargmin(counts), np.nanargmax(counts))
        ]
        self._lowest = min(filter(None, (self._lowest, found[0])))
        self._highest = max(filter(None, (self._highest, found[1])), key=lambda item: item[0])

    @property
    def extremes(self) -> tuple[Example, Example] | None:
        """Both, with the numbers of their rows; None without any number."""
        return (self._lowest[1], self._highest[1]) if self._lowest and self._highest else None


def is_serial_day(text: str) -> bool:
    """Return whether a number is probably a day as spreadsheets count them: from 1954 to 2119."""
    return bool(20_000 <= counts_of(pd.Series([text]))[0] <= 80_000)


def time_of_count(text: str, name: str) -> str:
    """Return the local time that a number is in a format, to the minute; empty where it is too far off."""
    (moment,) = moments_of_counts(counts_of(pd.Series([text])), name, "UTC")
    if not abs(moment) < _MAX_DAYS * 86_400_000:
        return ""
    return str(datetime.fromtimestamp(moment / 1000, UTC).strftime("%Y-%m-%d %H:%M"))


def counts_of(text: pd.Series) -> Floats:
    """Return the numbers of `text`, NaN where it is none."""
    counts = pd.to_numeric(text, errors="coerce").to_numpy(dtype=float, copy=True)
    unread = np.isnan(counts)
    if unread.any():
        with_comma = text[unread].where(text[unread].str.fullmatch(_DECIMAL_COMMA))
        counts[unread] = pd.to_numeric(with_comma.str.replace(",", "."), errors="coerce")
    return counts


def moments_of_counts(counts: Floats, name: str, zone: str) -> Floats:
    """Return milliseconds since the epoch; NaN where `counts` are missing or far out of range.

    Parameters
    ----------
    counts
        The numbers as the file states them.
    name
        The format, for which `time_formats.is_counted` holds.
    zone
        The time zone of the start.
    """
    if name in _EPOCHS:
        return _EPOCHS[name](counts)
    unit, start = since(name) or _EXCEL
    if unit != "days":
        (start_ms,) = milliseconds_of(localised(pd.Series([start]), zone))
        return np.round(start_ms + counts * _UNIT_MS[unit])
    if name == "excel":
        # Excel counts 29 February 1900, which did not exist, so earlier dates are ambiguous.
        counts = np.where(counts >= 61, counts, np.nan)
    days = np.where(np.abs(counts) < _MAX_DAYS, counts, np.nan)
    local = pd.Series(start + pd.to_timedelta(np.round(days * 86_400), unit="s"))
    return milliseconds_of(localised(local.dt.as_unit("ms"), zone))


_EPOCHS: dict[str, Callable[[Floats], Floats]] = {
    "epoch_s": lambda numbers: np.round(numbers * 1000),
    "epoch_ms": lambda numbers: np.round(numbers),
    "epoch_us": lambda numbers: np.round(numbers / 1000),
    "epoch_ns": lambda numbers: np.round(numbers / 1_000_000),
}
