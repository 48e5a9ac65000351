"""The types of days and moments."""

import re
from datetime import date, datetime
from typing import Annotated

from pydantic import AfterValidator, BeforeValidator

from graph.day_range import FIRST_DAY, LAST_DAY

_ISO = re.compile(r"\d{4}-\d{2}-\d{2}")
_MOMENT = re.compile(r"\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}(:\d{2})?")


def _check_iso_format(value: object) -> object:
    # Pydantic would read a number as seconds since 1970.
    if isinstance(value, date) or (isinstance(value, str) and _ISO.fullmatch(value)):
        return value
    raise ValueError("a day must be written as YYYY-MM-DD")


def _check_range(day: date) -> date:
    if not FIRST_DAY <= day <= LAST_DAY:
        raise ValueError(f"a day must be from {FIRST_DAY} to {LAST_DAY}")
    return day


def _read_moment(value: object) -> object:
    if isinstance(value, str) and _MOMENT.fullmatch(value):
        return datetime.fromisoformat(value)
    if isinstance(value, str) and _ISO.fullmatch(value):
        return date.fromisoformat(value)
    if isinstance(value, date):
        return value
    raise ValueError("a day must be written as YYYY-MM-DD, a moment as YYYY-MM-DDTHH:MM, without a zone")


def _check_moment_range(moment: date) -> date:
    _check_range(moment.date() if isinstance(moment, datetime) else moment)
    return moment


Day = Annotated[date, BeforeValidator(_check_iso_format), AfterValidator(_check_range)]
"""A date in the form YYYY-MM-DD from 1900 to 2199; no other form is accepted."""
Moment = Annotated[datetime | date, BeforeValidator(_read_moment), AfterValidator(_check_moment_range)]
"""A day, or a moment of the data set's local time in the form YYYY-MM-DDTHH:MM, where steps are hours."""
