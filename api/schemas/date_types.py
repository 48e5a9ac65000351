"""Days as they are sent."""

import re
from datetime import date
from typing import Annotated

from pydantic import BeforeValidator

_ISO = re.compile(r"\d{4}-\d{2}-\d{2}")


def _written_out(given: object) -> object:
    # A number would be taken for seconds since 1970.
    if isinstance(given, date) or (isinstance(given, str) and _ISO.fullmatch(given)):
        return given
    raise ValueError("a day is written as YYYY-MM-DD")


Day = Annotated[date, BeforeValidator(_written_out)]
"""YYYY-MM-DD and nothing else."""
