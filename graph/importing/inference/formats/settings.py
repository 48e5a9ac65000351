"""Decides the formats of a file's times, numbers and discounts over all its rows, or asks."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import chain
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from graph.importing.contract import TABLES, Kind
from graph.importing.inference.draft import Ask, Noted, plain
from graph.importing.inference.files.inspected_file import InspectedFile
from graph.importing.inference.formats.percentages import percent_or_money
from graph.importing.inference.formats.short_years import add_eras, ask_years
from graph.importing.mapping.formats import DATE_AND_TIME, OR, Numbers
from graph.importing.mapping.time_formats import split_language
from graph.importing.values.counted_times import is_serial_day, time_of_count
from graph.importing.values.date_orders import Example
from graph.importing.values.number_profile import NumberProfile, profile_numbers
from graph.importing.values.time_profile import TimeProfile, profile_times

_DISCOUNT_FORMS = (
    ("threshold", r"\d+(?:[.,]\d+)?\s*:\s*\d+(?:[.,]\d+)?"),
    ("percent", r"-?\d+(?:[.,]\d+)?\s*%"),
    ("share", r"0?[.,]\d+|0|1(?:[.,]0+)?"),
    ("amount", r".*\d.*"),
    ("missing", ""),
)
_MAX_WORDS = 5
_SERIAL = "days since 1899-12-30"
_START = "hours since 2024-01-01 09:00"
_UNITS = "days, minutes or seconds since"
_UNITS_SINCE_1970 = {"epoch_s", "epoch_ms", "epoch_us", "epoch_ns"}
_DISCOUNTS = ("discount", "coupon_discount")


def format_settings(table: str, file: InspectedFile, columns: dict[str, Any]) -> dict[str, Any]:
    """Return the settings `times` and `numbers` of a source.

    Columns that differ from the others of their kind get their own settings, in `columns`.
    """
    _set_discounts(table, file, columns)
    _add_clocks(table, file, columns)
    settings: dict[str, Any] = {}
    decided = (
        ("times", _times(file, _of_kind(table, file, columns, "time")) | _asked_times(table, file, columns)),
        (
            "numbers",
            _numbers(file, _of_kind(table, file, columns, "number") | _asked_numbers(table, file, columns)),
        ),
    )
    for name, by_field in decided:
        values = list(by_field.values())
        if values and all(plain(value) == plain(values[0]) for value in values):
            noted = next((value for value in values if isinstance(value, Noted)), values[0])
            settings |= {} if noted is None else {name: noted}
            continue
        for field, value in by_field.items():
            if value is not None:
                columns[field] = {"column": columns[field], name: value}
    return settings


def _add_clocks(table: str, file: InspectedFile, columns: dict[str, Any]) -> None:
    """Make a time of two columns where the time of day is in a column of its own."""
    by_day = {day: clock for clock, day in file.day_of_clock.items()}
    for field in TABLES[table].fields:
        column = columns.get(field.name)
        if field.kind == "time" and isinstance(column, str):
            day = file.day_of_clock.get(column, column)
            if day in by_day:
                columns[field.name] = f"{day}{DATE_AND_TIME}{by_day[day]}"


def _of_kind(table: str, file: InspectedFile, columns: dict[str, Any], kind: Kind) -> dict[str, str]:
    """Return the column of each field of `kind` whose values are texts."""
    fields = [field.name for field in TABLES[table].fields if field.kind == kind]
    mapped = {name: columns.get(name) for name in fields}
    return {
        name: column
        for name, column in mapped.items()
        if isinstance(column, str) and file.typed.get(column) != kind
    }


def _texts(file: InspectedFile, column: str) -> Iterator[tuple[NDArray[np.int64], pa.Array]]:
    """Yield row numbers and texts of a column of all rows of its file; missing values are null."""
    origin, own = file.origin(column)
    for numbers, columns in origin.columns([own]):
        text = columns[own]
        yield numbers, pc.if_else(pc.is_in(text, value_set=pa.array(file.missing, pa.string())), None, text)


def _file_of(file: InspectedFile, column: str) -> str:
    return file.origin(column)[0].name


def _times(file: InspectedFile, columns: dict[str, str]) -> dict[str, Any]:
    """Return the formats of each field, None where ISO; fields without values are left out."""
    profiles = {field: profile_times(_texts(file, column)) for field, column in columns.items()}
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
                f"How are the times of {columns[field]} in {_file_of(file, columns[field])} written, like "
                f"{profile.unread_examples[0]}? Answer as strptime does, like %d/%m/%Y"
            )
        else:
            decided[field] = None if formats == "iso" else formats
    return decided


def _asked_times(table: str, file: InspectedFile, columns: dict[str, Any]) -> dict[str, Any]:
    """Return, for each field whose column is a question, the formats of all columns of times to choose."""
    asked: dict[str, Any] = {}
    for field in TABLES[table].fields:
        column = columns.get(field.name)
        if field.kind != "time" or not isinstance(column, Ask):
            continue
        texts = [name for name in file.times if name not in file.typed and name not in columns.values()]
        decided = list(_times(file, {name: name for name in texts}).values())
        question = next((value for value in decided if isinstance(value, Ask)), None)
        if question is None:
            formats = [form for value in decided for form in _as_list(plain(value) or "iso")]
            unique = list(dict.fromkeys(formats))
            asked[field.name] = None if unique in ([], ["iso"]) else unique if unique[1:] else unique[0]
        else:
            asked[field.name] = question
    return asked


def _asked_numbers(table: str, file: InspectedFile, columns: dict[str, Any]) -> dict[str, str]:
    """Return the only column that may be the answer of each field of numbers whose column is a question."""
    asked = {
        field.name: [
            name for name in columns[field.name].choose if name in file.names and name not in file.typed
        ]
        for field in TABLES[table].fields
        if field.kind == "number" and isinstance(columns.get(field.name), Ask)
    }
    return {field: names[0] for field, names in asked.items() if len(names) == 1}


def _as_list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _decide_together(file: InspectedFile, columns: dict[str, str], field: str) -> Noted | None:
    """Decide the order of a column's dates by the other columns of its file; None if they do not."""
    if len(columns) < 2:
        return None
    together = profile_times(chain.from_iterable(_texts(file, column) for column in columns.values()))
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
        f"The dates of {column} in {_file_of(file, column)} contradict each other: {first} and {second} "
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
        f"In which {what} in {column} of {_file_of(file, column)}, like {order.examples[0]}? No row decides",
        tuple(add_eras(file, choices, profile)),
    )


def _numbers(file: InspectedFile, columns: dict[str, str]) -> dict[str, Any]:
    """Return the signs of each field, None for the default; fields that need none are left out."""
    decided: dict[str, Any] = {}
    for field, column in columns.items():
        profile = profile_numbers(_texts(file, column))
        if contradiction := profile.contradiction:
            first, second = contradiction
            decided[field] = Ask(
                f"The numbers of {column} in {_file_of(file, column)} contradict each other: {first} and "
                f"{second} cannot have the same decimal sign. Correct the file, then choose the form of all "
                "its numbers",
                ("1,234.56", "1.234,56"),
            )
        elif len(profile.formats) > 1:
            decided[field] = Ask(
                f"Is {profile.ambiguous_examples[0]} in {column} of {_file_of(file, column)} above a "
                "thousand, or a number with decimals? No row decides; choose how 1234.56 would be written",
                tuple(f"1{signs.thousands}234{signs.decimal}56" for signs in profile.formats),
            )
        elif profile.formats and _needs_signs(profile):
            decided[field] = None if profile.formats[0] == Numbers() else profile.formats[0].model_dump()
    return decided


def _needs_signs(profile: NumberProfile) -> bool:
    """Whether there are values beyond plain digits, which every format reads."""
    return bool(profile.only.total() or profile.ambiguous)


def _set_discounts(table: str, file: InspectedFile, columns: dict[str, Any]) -> None:
    """Tell rates and thresholds of discounts from amounts of money; ask which share a rate is."""
    for field in _DISCOUNTS:
        column = columns.get(field)
        if field not in TABLES[table].names or not isinstance(column, str):
            continue
        if field == "discount" and (reading := percent_or_money(file.name, column, _texts(file, column))):
            columns[field] = {"column": column, "as": reading}
            continue
        if column in file.typed:
            continue
        kinds: Counter[str] = Counter()
        words: Counter[str] = Counter()
        share = ""
        for _, text in _texts(file, column):
            for value, number in Counter(pc.utf8_trim_whitespace(text.drop_null()).to_pylist()).items():
                kind = next((kind for kind, form in _DISCOUNT_FORMS if re.fullmatch(form, value)), "word")
                kinds[kind] += number
                share = share or (value if kind == "share" and value.strip("01.,") else "")
                if kind == "word" and len(words) <= _MAX_WORDS:
                    words[value] += number
        setting: dict[str, Any] = {}
        first = ["threshold"] if kinds["threshold"] else []
        if share and not kinds["amount"]:
            setting["as"] = Ask(
                f"Does {share} in {column} of {file.name} mean the share of the price that is taken off "
                "(rate), or that is paid (paid_rate)?",
                tuple(OR.join([*first, reading]) for reading in ("rate", "paid_rate")),
            )
        elif kinds["threshold"] or kinds["percent"]:
            amounts = ["amount"] if kinds["amount"] or kinds["share"] else []
            setting["as"] = [*first, *(["rate"] if kinds["percent"] else []), *amounts]
        if 0 < len(words) <= _MAX_WORDS:
            found = ", ".join(f"{word} in {number:,} rows" for word, number in words.items())
            setting["missing"] = Noted([*file.missing, *words], f"states no discount: {found}")
        if setting:
            columns[field] = {"column": column, **setting}
