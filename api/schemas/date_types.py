"""The type of days in requests."""

import re
from datetime import date
from typing import Annotated

from pydantic import BeforeValidator

_ISO = re.compile(r"\d{4}-\d{2}-\d{2}")


def _check_iso_format(value: object) -> object:
    # Pydantic would read a number as seconds since 1970.
    if isinstance(value, date) or (isinstance(value, str) and _ISO.fullmatch(value)):
        return value
    raise ValueError("a day must be written as YYYY-MM-DD")


Day = Annotated[date, BeforeValidator(_check_iso_format)]
"""A date in the form YYYY-MM-DD; no other form is accepted."""
