"""The end that messages propose for campaigns without one."""

from datetime import date

_YEARS = 5


def open_end() -> date:
    """Return the last day of the fifth year from now: later than any data."""
    return date(date.today().year + _YEARS, 12, 31)
