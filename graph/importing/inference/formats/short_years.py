"""Asks which years two digits mean, where they may be those of an era, or of another century."""

import re
from datetime import UTC, datetime

import pandas as pd

from graph.importing.inference.draft import Ask
from graph.importing.inference.files.inspected_file import InspectedFile
from graph.importing.inference.formats.texts import texts_of
from graph.importing.mapping.formats import OR
from graph.importing.mapping.time_formats import ERAS, date_order, reordered, split_language
from graph.importing.values.eras import western_year
from graph.importing.values.time_profile import TimeProfile

_EAST_ASIAN = re.compile("[\u3040-\u30ff\u3400-\u9fff]")
_THAI = re.compile("[\u0e00-\u0e7f]")
_EARLIEST = 1990
"""Behaviours of earlier years are hardly delivered."""
_LAST_DAY = 31
_FEW_YEARS = 3
"""Up to so many years may be those of one day, such as a yearly sale."""
_CENTURY = 69
"""The first two-digit year of the last century."""


def ask_years(file: InspectedFile, column: str, profile: TimeProfile) -> Ask | None:
    """Return the question which years a column's years of two digits mean; None where that is clear."""
    forms = [form for name in profile.formats if (form := date_order(name)) and form.year_digits == 2]
    if not forms:
        return _ask_named(file, column, profile.formats)
    order, separator, _ = forms[0]
    choices = _choices(file, profile.formats, order, profile.short_years[order])
    latest = max(profile.short_years["ymd"])
    if separator == "." and latest <= _this_year() - ERAS["reiwa"] and _has(file, _EAST_ASIAN):
        # With dots, nobody else writes the year first.
        first = [reordered(name, "ymd") for name in profile.formats]
        choices |= _choices(file, first, "ymd", profile.short_years["ymd"])
    (own, *others) = choices
    if not others and _is_plausible([_western(year) for year in profile.short_years[order]]):
        return None
    years = sorted(profile.short_years[order])
    return Ask(
        f"Which years are those of {column} in {file.origin(column)[0].name}, written with two digits like "
        f"{years[0]:02}? As years of the common era, they are {choices[own]}",
        choices,
    )


def _ask_named(file: InspectedFile, column: str, formats: list[str]) -> Ask | None:
    """Return the question whether the year comes first in 24-Mar-05; None where it hardly does.

    Files have few years and many days: with more years than days, they are read in the wrong order.
    """
    if not any(split_language(name)[1].startswith("%d") and "%y" in name for name in formats):
        return None
    parts = [
        text.drop_null().to_pandas().str.extract(r"^\s*(\d{1,2})\D+(\d\d)\b").dropna().drop_duplicates()
        for _, text in texts_of(file, column)
    ]
    found = pd.concat(parts).drop_duplicates()
    if found.empty:
        return None
    first, last = found.astype(int).to_numpy().T
    western = [_western(year) for year in last.tolist()]
    may_be_days = len(set(last)) > len(set(first)) and last.min() > 0 and last.max() <= _LAST_DAY
    if not may_be_days or (_is_plausible(western) and len(set(last)) <= _FEW_YEARS):
        return None
    swapped = [re.sub("%[dy]", lambda part: {"%d": "%y", "%y": "%d"}[part.group()], name) for name in formats]
    example = next(filter(None, file.values.get(column, [])), "24-Mar-05")
    return Ask(
        f"Does {column} in {file.origin(column)[0].name} begin with the day or with the year, as in "
        f"{example}? With the day first, the years are {_range(western)}",
        {
            OR.join(formats): _range(western),
            OR.join(swapped): _range([_western(year) for year in first.tolist()]),
        },
    )


def add_eras(file: InspectedFile, choices: list[str], profile: TimeProfile) -> list[str]:
    """Return formats to choose among, and the same with years of an era where the year may come first."""
    of_eras = [
        name
        for choice in choices
        if choice.startswith("%y")
        for name in list(_choices(file, choice.split(OR), "ymd", profile.short_years.get("ymd", set())))[1:]
    ]
    return [*choices, *of_eras]


def _choices(file: InspectedFile, formats: list[str], order: str, years: set[int]) -> dict[str, str]:
    """Return the possible answers, with the years that they mean."""
    western = [_western(year) for year in years]
    choices = {OR.join(formats): _range(western)}
    east_asian = _has(file, _EAST_ASIAN)
    if not (
        _is_plausible(western) and not (order == "ymd" and east_asian and _may_be(years, "reiwa"))
    ) or _has(file, _THAI):
        eras = ("reiwa", "heisei", "minguo") if east_asian else ("buddhist",)
        for era in eras:
            if _may_be(years, era):
                name = OR.join(f"{era}: {name}" if "%y" in name else name for name in formats)
                choices[name] = _range([western_year(era, year) for year in years])
    return choices


def _western(year: int) -> int:
    return year + (1900 if year >= _CENTURY else 2000)


def _may_be(years: set[int], era: str) -> bool:
    return bool(years) and min(years) > 0 and _is_plausible([western_year(era, year) for year in years])


def _is_plausible(years: list[int]) -> bool:
    return min(years, default=0) >= _EARLIEST and max(years, default=0) <= _this_year() + 1


def _this_year() -> int:
    return datetime.now(UTC).year


def _range(years: list[int]) -> str:
    first, last = min(years, default=0), max(years, default=0)
    return f"{first}" if first == last else f"{first} to {last}"


def _has(file: InspectedFile, letters: re.Pattern[str]) -> bool:
    """Whether a file has letters of a script in the names or first values of its columns."""
    return any(
        letters.search(text or "") for name, values in file.values.items() for text in (name, *values[:50])
    )
