"""Settings of a source for the formats of its times, numbers and discounts."""

from typing import Any

from graph.importing.contract import TABLES, Kind
from graph.importing.inference.draft import Noted, plain
from graph.importing.inference.files.inspected_file import InspectedFile
from graph.importing.inference.formats.discounts import set_discounts
from graph.importing.inference.formats.minor_units import divide_minor_units
from graph.importing.inference.formats.numbers import asked_numbers, decide_numbers
from graph.importing.inference.formats.times import decide_asked_times, decide_times
from graph.importing.mapping.formats import DATE_AND_HOUR, DATE_AND_TIME


def format_settings(table: str, file: InspectedFile, columns: dict[str, Any]) -> dict[str, Any]:
    """Return the settings `times` and `numbers` of a source.

    Columns that differ from the others of their kind get their own settings, in `columns`.
    """
    set_discounts(table, file, columns)
    _add_clocks(table, file, columns)
    settings: dict[str, Any] = {}
    times = decide_times(file, _of_kind(table, file, columns, "time"))
    numbers = _of_kind(table, file, columns, "number") | asked_numbers(table, file, columns)
    decided = (
        ("times", times | decide_asked_times(table, file, columns)),
        ("numbers", decide_numbers(file, numbers)),
    )
    for name, by_field in decided:
        values = list(by_field.values())
        if values and all(plain(value) == plain(values[0]) for value in values):
            noted = next((value for value in values if isinstance(value, Noted)), values[0])
            settings |= {} if noted is None else {name: noted}
            continue
        for field, value in by_field.items():
            if value is not None:
                column = columns[field]
                columns[field] = (column if isinstance(column, dict) else {"column": column}) | {name: value}
    divide_minor_units(table, file, columns, plain(settings.get("numbers")))
    return settings


def _add_clocks(table: str, file: InspectedFile, columns: dict[str, Any]) -> None:
    """Make a time of two columns where the time of day is in a column of its own."""
    by_day = {day: clock for clock, day in file.day_of_clock.items()}
    for field in TABLES[table].fields:
        column = columns.get(field.name)
        if field.kind == "time" and isinstance(column, str):
            day = file.day_of_clock.get(column, column)
            if day in by_day:
                divider = DATE_AND_HOUR if file.has_hours(by_day[day]) else DATE_AND_TIME
                columns[field.name] = f"{day}{divider}{by_day[day]}"


def _of_kind(table: str, file: InspectedFile, columns: dict[str, Any], kind: Kind) -> dict[str, str]:
    """Return the column of each field of `kind` whose values are texts."""
    fields = [field.name for field in TABLES[table].fields if field.kind == kind]
    mapped = {name: columns.get(name) for name in fields}
    # A discount of which it is known, or asked, whether it is a share.
    mapped |= {name: column["column"] for name, column in mapped.items() if isinstance(column, dict)}
    return {
        name: column
        for name, column in mapped.items()
        if isinstance(column, str) and file.typed.get(column) != kind
    }
