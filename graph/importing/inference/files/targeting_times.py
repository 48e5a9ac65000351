"""Decides which column states when a campaign reached a user, or asks: it may be what users did then."""

from typing import Any, NamedTuple

from graph.importing.inference.draft import Ask, Noted
from graph.importing.inference.files.column_values import examples
from graph.importing.inference.files.infer_table import is_time_of_sending
from graph.importing.inference.files.inspected_file import InspectedFile
from graph.importing.mapping.questions import NONE_OF_THEM

_FIELD = ("targetings", "at")


class TargetingTime(NamedTuple):
    """The time of targetings.

    Attributes
    ----------
    column
        Its column, or the question which one it is; None where no column states it.
    where
        The rule that leaves out rows without it.
    remark
        The comment on rows without it that stay.
    """

    column: str | Ask | None = None
    where: dict[str, Noted] = {}
    remark: str = ""


def targeting_time(file: InspectedFile, named: str | None) -> TargetingTime:
    """Return which column of a table of target users states when the campaign reached them.

    A column that is empty in some rows, and is not named as the time of sending, may state what only some of
    them did (`activated_at`).

    Parameters
    ----------
    file
        The file.
    named
        The column that is named like a time of a row, if any.
    """
    answer = file.answers.get(_FIELD)
    if answer == NONE_OF_THEM:
        return TargetingTime()
    times = [name for name in file.times if name not in file.day_of_clock]
    empty = _empty_rows(file, times)
    if answer is not None:
        return TargetingTime(answer, _left_out(answer, empty))
    sent = [name for name in times if is_time_of_sending(name)]
    if sent:
        column = named if named in sent else sent[0]
        return TargetingTime(column, remark=_remark(column, empty))
    if named is None and len(times) == 1:
        (named,) = times
    if named is not None and not empty.get(named):
        return TargetingTime(named)
    return TargetingTime(_ask(file, times, empty)) if times else TargetingTime(named)


def _empty_rows(file: InspectedFile, names: list[str]) -> dict[str, int]:
    """Return the number of rows without a value, by column."""
    counts = dict.fromkeys(names, 0)
    for frame in file.frames(names) if names else ():
        for name in names:
            counts[name] += int((frame[name] == "").sum())
    return counts


def _left_out(column: str, empty: dict[str, int]) -> dict[str, Any]:
    if not (rows := empty.get(column, 0)):
        return {}
    note = f"leaves out {rows:,} rows without it, whom the campaign did not reach"
    return {column: Noted({"empty": False}, note)}


def _remark(column: str, empty: dict[str, int]) -> str:
    if not (rows := empty.get(column, 0)):
        return ""
    return (
        f"{rows:,} rows have no {column}, and count from the start of their campaign; if it did not reach "
        f"these users, leave them out with `where: {{{column}: {{empty: false}}}}`"
    )


def _ask(file: InspectedFile, times: list[str], empty: dict[str, int]) -> Ask:
    rows = file.count_rows()
    shown = ", ".join(
        f"{name} is empty in {empty[name]:,} of {rows:,} rows" if empty[name] else f"{name} is in all rows"
        for name in times
    )
    return Ask(
        f"Which column of {file.name} states when the campaign reached a user ({shown})? Behaviours count "
        "from then on, and rows without it are left out. A column that states what users did then, like "
        f"activating an offer, is none: with {NONE_OF_THEM}, all count from the start of the campaign",
        {name: examples(file.values[name]) for name in times} | {NONE_OF_THEM: ""},
    )
