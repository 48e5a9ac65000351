"""Holidays of a country, by kind: people prepare for a feast otherwise than for a day off.

feast  family and religious feasts, for which people shop before and close their shops: Christmas, Easter,
       Thanksgiving, New Year, Lunar New Year, Eid, Diwali, ...
civic  other public holidays
minor  days that are observed or celebrated without a day off: Valentine's Day, Halloween, ...
sale   days of sales: Black Friday and Cyber Monday; 6.18, 11.11 and 12.12 in Asia

Dates are those of the package ``holidays``. The country is that of the mapping, or of the time zone.
"""

import re
from functools import cache
from importlib.resources import files

import pandas as pd

from graph.datasets import Dataset

KINDS = ("feast", "civic", "minor", "sale")

_FEASTS = re.compile(
    r"christmas|easter|(?<!labor )thanksgiving day|new year|universal fraternization|spring festival|seollal|"
    r"chuseok|mid-autumn|\beid\b|ramadan|sacrifice feast|diwali|deepavali|pesach|passover|rosh hashanah|"
    r"hanukkah|songkran|nowruz",
    re.IGNORECASE,
)
_DAYS_OFF = re.compile(r"^(?:day off|substitute|bank holiday)", re.IGNORECASE)
"""Days off that move a holiday, and are none themselves."""
_UNUSED_CATEGORIES = frozenset({"school", "workday", "government"})
"""Neither days off for all nor celebrated."""
_SALES_OF_ASIA = ((6, 18), (11, 11), (12, 12))
_ASIA = frozenset({"CN", "HK", "ID", "MY", "PH", "SG", "TH", "TW", "VN"})


def country_of(dataset: Dataset) -> str | None:
    """Return the country whose holidays the days of a data set have; None for none."""
    if dataset.country is None:
        return country_of_zone(dataset.zone)
    return None if dataset.country == "none" else dataset.country


def country_of_zone(zone: str) -> str | None:
    """Return the country of a time zone (ISO 3166, two letters); None for zones of no country, like UTC."""
    return _countries().get(zone)


@cache
def _countries() -> dict[str, str]:
    lines = (files("tzdata.zoneinfo") / "zone.tab").read_text(encoding="utf-8").splitlines()
    rows = (line.split("\t") for line in lines if not line.startswith("#"))
    return {zone: country for country, _, zone, *_ in rows}


def holiday_dates(country: str | None, days: pd.DatetimeIndex) -> dict[str, pd.DatetimeIndex]:
    """Dates of each kind of holiday, from the year before `days` to the year after; none without a country.

    Parameters
    ----------
    country
        ISO 3166 code of two letters; countries that ``holidays`` does not have have only days of sales.
    days
        Days in order.
    """
    if country is None:
        return dict.fromkeys(KINDS, pd.DatetimeIndex([]))
    return _dates(country, _years_around(days))


def named_holidays(country: str, days: pd.DatetimeIndex) -> list[tuple[pd.Timestamp, str]]:
    """Dates and names of feasts and other public holidays, from the year before `days` to the year after."""
    return sorted({(day, name) for day, name, _ in _named(country, _years_around(days))})


def _years_around(days: pd.DatetimeIndex) -> tuple[int, ...]:
    return tuple(range(int(days[0].year) - 1, int(days[-1].year) + 2))


@cache
def _dates(country: str, years: tuple[int, ...]) -> dict[str, pd.DatetimeIndex]:
    dates: dict[str, set[pd.Timestamp]] = {kind: set() for kind in KINDS}
    for day, name, category in _named(country, years):
        if not _DAYS_OFF.search(name):
            dates[_kind(name, category)].add(day)
    for year in years:
        dates["sale"] |= _sales(country, year)
    dates["civic"] -= dates["feast"]
    dates["minor"] -= dates["feast"] | dates["civic"]
    return {kind: pd.DatetimeIndex(sorted(found)) for kind, found in dates.items()}


@cache
def _named(country: str, years: tuple[int, ...]) -> list[tuple[pd.Timestamp, str, str]]:
    """Return days of a country, with their names in English where the package has them, and categories."""
    # Imported here because commands that only read would load it, too.
    import holidays

    if country not in holidays.list_supported_countries():
        return []
    supported = holidays.country_holidays(country)
    english = next((name for name in supported.supported_languages if name.startswith("en")), None)
    named = []
    for category in supported.supported_categories:
        if category not in _UNUSED_CATEGORIES:
            calendar = holidays.country_holidays(
                country, years=list(years), categories=(category,), observed=False, language=english
            )
            for day, names in calendar.items():
                named += [(pd.Timestamp(day), name, category) for name in names.split("; ")]
    return named


def _kind(name: str, category: str) -> str:
    if _FEASTS.search(name):
        return "feast"
    return "civic" if category == "public" else "minor"


def _sales(country: str, year: int) -> set[pd.Timestamp]:
    first = pd.Timestamp(year, 11, 1)
    thanksgiving = first + pd.Timedelta(days=(3 - first.day_of_week) % 7 + 21)
    sales = {thanksgiving + pd.Timedelta(days=1), thanksgiving + pd.Timedelta(days=4)}
    if country in _ASIA:
        sales |= {pd.Timestamp(year, month, day) for month, day in _SALES_OF_ASIA}
    return sales
