"""Dates whose years are those of an era: of a Japanese emperor, of the Republic of China, of the Buddha."""

import re

import pandas as pd

from graph.importing.mapping.time_formats import ERAS

_YEAR = r"([0-9]{1,4}|元)"
_FIRST = "元"
"""The first year of an era."""
_BUDDHIST_CENTURY = 2500


def in_western_years(text: pd.Series, era: str, layout: str) -> tuple[pd.Series, str]:
    """Return dates with the year of the common era, and their format.

    Parameters
    ----------
    text
        The texts; others than of this format become missing.
    era, layout
        The parts of a format like `reiwa: %y-%m-%d`.
    """
    before, after = (re.sub("%[a-zA-Z]", "[0-9]{1,2}", re.escape(part)) for part in re.split("%[yY]", layout))
    parts = text.str.extract(f"^({before}){_YEAR}({after})$")
    years = pd.to_numeric(parts[1].replace(_FIRST, "1"), errors="coerce")
    western = years.map(lambda year: str(western_year(era, int(year))), na_action="ignore")
    return parts[0] + western + parts[2], re.sub("%[yY]", "%Y", layout)


def western_year(era: str, year: int) -> int:
    """Return the year of the common era; of the Buddha, years below 100 are those of the century of 2500."""
    of_century = _BUDDHIST_CENTURY if era == "buddhist" and year < 100 else 0
    return ERAS[era] + year + of_century
