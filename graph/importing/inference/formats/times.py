"""Decides the formats of a file's times over all its rows, or asks."""

from collections.abc import Iterable
from itertools import chain
from typing import Any

import pandas as pd

from graph.importing.contract import TABLES
from graph.importing.inference.draft import Ask, Noted, plain
from graph.importing.inference.files.inspected_file import InspectedFile
from graph.importing.inference.formats.short_years import add_eras, ask_years
from graph.importing.inference.formats.texts import file_of, texts_of
from graph.importing.mapping.formats import OR
from graph.importing.mapping.time_formats import split_language
from graph.importing.values.counted_times import is_serial_day, time_of_count
from graph.importing.values.date_orders import Example
from graph.importing.values.time_profile import TimeProfile, profile_times

_SERIAL = "days since 1899-12-30"
_START = "hours since 2024-01-01 09:00"
_UNITS = "days, minutes or seconds since"
_UNITS_SINCE_1970 = {"epoch_s", "epoch_ms", "epoch_us", "epoch_ns"}


def decide_times(file: InspectedFile, columns: dict[str, str]) -> dict[str, Any]:
    """Return the formats of each field, None where ISO; fields without values are left out."""
    profiles = {field: profile_times(texts_of(file, column)) for field, column in columns.items()}
    profiles = {field: profile for field, profile in profiles.items() if profile.rows}
    decided: dict[str, Any] = {}
    counted = {columns[field]: profile.counted for field, profile in profiles.items() if profile.counted}
    for field, profile in profiles.items():
        formats: Any = profile.formats if len(profile.formats) != 1 else profile.formats[0]
        if profile.contradictions:
            decided[field] = _ask_to_correct(file, columns[field], profile)
        elif profile.undecided:
            decided[field] = _decide_together(file, columns, field) or _ask_order(
                file, columns[field], profile
            )
        elif len(set(profile.formats) & _UNITS_SINCE_1970) > 1:
            decided[field] = _ask_unit(file, columns[field], profile)
        elif profile.counted:
            decided[field] = _ask_start(file, counted, _common_dates(profiles.values()))
        elif question := ask_years(file, columns[field], profile):
            decided[field] = question
        elif not formats:
            decided[field] = Ask(
                f"How are the times of {columns[field]} in {file_of(file, columns[field])} written, like "
                f"{profile.unread_examples[0]}? Answer as strptime does, like %d/%m/%Y"
            )
        else:
            decided[field] = None if formats == "iso" else formats
    return decided


def decide_asked_times(table: str, file: InspectedFile, columns: dict[str, Any]) -> dict[str, Any]:
    """Return, for each field whose column is a question, the formats of all columns of times to choose."""
    asked: dict[str, Any] = {}
    for field in TABLES[table].fields:
        column = columns.get(field.name)
        if field.kind != "time" or not isinstance(column, Ask):
            continue
        texts = [name for name in file.times if name not in file.typed and name not in columns.values()]
        decided = list(decide_times(file, {name: name for name in texts}).values())
        question = next((value for value in decided if isinstance(value, Ask)), None)
        if question is None:
            formats = [form for value in decided for form in _as_list(plain(value) or "iso")]
            unique = list(dict.fromkeys(formats))
            asked[field.name] = None if unique in ([], ["iso"]) else unique if unique[1:] else unique[0]
        else:
            asked[field.name] = question
    return asked


def _as_list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _decide_together(file: InspectedFile, columns: dict[str, str], field: str) -> Noted | None:
    """Decide the order of a column's dates by the other columns of its file; None if they do not."""
    if len(columns) < 2:
        return None
    together = profile_times(chain.from_iterable(texts_of(file, column) for column in columns.values()))
    if together.undecided or together.contradictions or not together.formats:
        return None
    others = ", ".join(column for name, column in columns.items() if name != field)
    formats: Any = together.formats if len(together.formats) > 1 else together.formats[0]
    return Noted(formats, f"its own dates leave the order open; decided by {others}")


def _common_dates(profiles: Iterable[TimeProfile]) -> list[str]:
    """Return the formats of dates in digits that read all columns of numbers."""
    first, *others = [profile.dates_in_digits for profile in profiles if profile.counted]
    return [name for name in first if all(name in other for other in others)]


def _ask_start(file: InspectedFile, columns: dict[str, tuple[Example, Example]], dates: list[str]) -> Ask:
    """Ask once for all columns of a file what their numbers count since when, or which dates they are."""
    ranges = ", ".join(
        f"{name} from {low.text} (row {low.row}) to {high.text} (row {high.row})"
        for name, (low, high) in columns.items()
    )
    text = (
        f"The times in {file.name} are numbers: {ranges}. (Numbers that count from a moment of each user, "
        "like its installation or registration, cannot be loaded: add a column with the time itself.)"
    )
    example = next(high for _, high in columns.values())
    if all(is_serial_day(number.text) for extremes in columns.values() for number in extremes):
        day = time_of_count(example.text, _SERIAL)
        text += f" Are they serial dates of a spreadsheet? Then answer {_SERIAL} (row {example.row}: {day})."
        return Ask(f"{text} If they count from another start, answer with it, like {_START}; also {_UNITS}")
    if dates:
        days = " or ".join(f"{name} (row {example.row}: {_day(example.text, name)})" for name in dates)
        text += f" Are they dates? Then answer {days}."
        return Ask(f"{text} If they count from a start, answer with it, like {_START}; also {_UNITS}")
    time = time_of_count(example.text, _START)
    then = f" (row {example.row} is then {time})" if time else ""
    return Ask(f"{text} What do they count, and since when? Answer like {_START}{then}; also {_UNITS}")


def _day(text: str, layout: str) -> str:
    day = pd.to_datetime(text, format=layout, errors="coerce")
    return "no day" if pd.isna(day) else f"{day:%Y-%m-%d}"


def _ask_to_correct(file: InspectedFile, column: str, profile: TimeProfile) -> Ask:
    contradiction = profile.contradictions[0]
    first, second = contradiction.examples
    return Ask(
        f"The dates of {column} in {file_of(file, column)} contradict each other: {first} and {second} "
        "cannot have the same order of day and month. Correct the file, then choose the order of all its "
        "dates",
        tuple(OR.join([*profile.formats, choice]) for choice in contradiction.choices),
    )


def _ask_unit(file: InspectedFile, column: str, profile: TimeProfile) -> Ask:
    units = tuple(name for name in profile.formats if name in _UNITS_SINCE_1970)
    return Ask(
        f"The times of {column} in {file.name} count from 1970 in different units: {' and '.join(units)}. "
        "Correct the file, then choose the unit of all its times",
        units,
    )


def _ask_order(file: InspectedFile, column: str, profile: TimeProfile) -> Ask:
    order = profile.undecided[0]
    named = any(split_language(layout)[0] for choice in order.choices for layout in choice)
    what = "language are the months" if named else "order are day and month"
    choices = [OR.join([*profile.formats, *choice]) for choice in order.choices]
    return Ask(
        f"In which {what} in {column} of {file_of(file, column)}, like {order.examples[0]}? No row decides",
        tuple(add_eras(file, choices, profile)),
    )
