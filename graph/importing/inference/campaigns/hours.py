"""Asks whether days with times of day are one window of a campaign, or its hours of each day."""

from typing import Any, NamedTuple

from graph.importing.inference.draft import Ask
from graph.importing.inference.files.inspected_file import InspectedFile
from graph.importing.mapping.source import no_rows_of

ONE_PERIOD, WHOLE_DAYS = "one period", "whole days"
"""The answers to how campaigns run whose days and times of day are in columns of their own."""
_WHOLE_DAY_ENDS = ("2359", "2400")
_FIELD = ("campaigns", "starts")


def decide_hours(file: InspectedFile, columns: dict[str, Any], named_start: str | None) -> None:
    """Ask how campaigns run whose start and end have a time of day in a column of its own.

    `start_date`, `end_date`, `start_time` and `end_time` may state a moment of the first day and one of the
    last, or the hours of each day between them, which no window can hold.

    Parameters
    ----------
    file
        A table of campaigns.
    columns
        Its columns by field; that of the start may become the question, or both those of days alone.
    named_start
        The column of the start without regard to an answer.
    """
    answer = file.answers.get(_FIELD)
    if answer in (ONE_PERIOD, WHOLE_DAYS):
        columns["starts"] = named_start
    starts, ends = columns.get("starts"), columns.get("ends")
    clocks = {day: clock for clock, day in file.day_of_clock.items()}
    start, end = (file.day_of_clock.get(str(column), str(column)) for column in (starts, ends))
    if answer == ONE_PERIOD or start not in clocks or end not in clocks or start == end:
        return
    if answer == WHOLE_DAYS:
        columns |= {"starts": {"column": start}, "ends": {"column": end}}
    elif example := _example(file, start, clocks[start], end, clocks[end]):
        own = columns.get("id")
        key = file.values[own][example.row] if isinstance(own, str) and own in file.values else None
        columns["starts"] = Ask(
            f"{file.name} states the days of its campaigns in {start} and {end}, and times of day in "
            f"{clocks[start]} and {clocks[end]}{f' ({key}: ' if key else ' ('}{example.text}). If each runs "
            f"without a break from the first moment to the last, choose {ONE_PERIOD}. Hours of each day, "
            "as of a happy hour, cannot be mapped, because a campaign has one window: with "
            f"{WHOLE_DAYS}, it runs from the first day to the last, and behaviours at other hours count, "
            "too; to count those within the hours alone, leave out the others in the file of behaviours",
            dict.fromkeys((ONE_PERIOD, WHOLE_DAYS, no_rows_of("campaigns")), ""),
        )


class _Example(NamedTuple):
    """A row whose times may be hours of each day, and its window in words."""

    row: int
    text: str


def _example(file: InspectedFile, start: str, from_: str, end: str, to: str) -> _Example | None:
    """Return the first row of several days whose times of day are not the whole day; None without one."""
    rows = zip(*(file.values[name] for name in (start, from_, end, to)), strict=True)
    for row, values in enumerate(rows):
        first, opens, last, closes = (value.strip() if value else "" for value in values)
        if all((first, opens, last, closes)) and first != last and not _is_whole_day(opens, closes):
            return _Example(row, f"{first} {opens} to {last} {closes}")
    return None


def _is_whole_day(opens: str, closes: str) -> bool:
    first, last = ("".join(filter(str.isdigit, clock)) for clock in (opens, closes))
    return set(first) <= {"0"} and (set(last) <= {"0"} or last.startswith(_WHOLE_DAY_ENDS))
