"""Leaves out whom a campaign did not reach, and so did not target: the control group, failed messages."""

import re
from collections import Counter
from collections.abc import Iterable
from itertools import combinations
from typing import Any

from graph.importing.inference.draft import Ask, Noted, choice_of
from graph.importing.inference.files.column_values import count_values
from graph.importing.inference.files.inspected_file import InspectedFile
from graph.importing.mapping.questions import NONE_OF_THEM
from graph.importing.vocabulary.flags import NO, YES
from graph.importing.vocabulary.message_logs import (
    DELIVERY_STATUSES,
    DIRECTIONS,
    INBOUND,
    UNDELIVERED,
    UNDELIVERED_IN_STATUS,
    UNSENT,
)
from graph.importing.vocabulary.names import simplify

_MOST_STATUSES = 20
_MOST_GROUPS = 5
_MOST_COMBINED = 3
"""With more unknown statuses, the choices are none, each, and all of them."""
_OF_SENDING = {
    "status", "delivery", "delivered", "dlr", "send", "sent", "sending", "state", "versand", "zustellung",
    "versandstatus", "zustellstatus", "lieferstatus",
}  # fmt: skip
_CONTROL = re.compile(
    r"(?:universal|global|local)?_?(?:control|ctrl|holdout|hold_out|held_out)(?:_?(?:group|grp|cell|arm))?"
    r"|(?:control|test)_?control|ucg|gcg|kontroll?gruppe|kontrolle|groupe_(?:de_)?controle|(?:grupo_(?:de_)?)?control"
    r"|untreated|not_treated|not_contacted|no_contact|对照组|コントロール"
)
_TREATED = re.compile(r"(?:is_|was_)?(?:treatment|treated|exposed|contacted|reached)(?:_(?:flag|ind|group))?")
_HELD_OUT = re.compile(r"(?:is_|in_)?(?:control|holdout|hold_out|ctrl)(?:_(?:flag|ind|group|grp))?")
_GROUP = re.compile(
    r"(?:(?:test|treatment|experiment|exp|ab|campaign|target)_)?(?:arm|cell|group|grp|treatment)(?:_(?:flag|cd|code))?"
)


def not_reached(file: InspectedFile, names: Iterable[str]) -> dict[str, Any]:
    """Return the rules that leave out rows with a status like `bounced`, and those of a control group.

    Parameters
    ----------
    file
        A table of target users.
    names
        Columns without another use.
    """
    rules: dict[str, Any] = {}
    for name in names:
        if len(set(file.values[name])) > _MOST_STATUSES:
            continue
        counts = sum((count_values(frame[name]) for frame in file.frames([name])), Counter[str]())
        if len(counts) <= _MOST_STATUSES and (rule := _rule(file, name, counts)):
            rules[name] = rule
    return rules


def _rule(file: InspectedFile, name: str, counts: "Counter[str]") -> Any:
    plain = simplify(name)
    if plain in DIRECTIONS:
        by_users = [value for value in counts if simplify(value) in INBOUND]
        return _leave_out(counts, by_users, "that users sent") if by_users else None
    is_of_sending = bool(_OF_SENDING & set(plain.split("_")))
    failing = UNDELIVERED | (UNDELIVERED_IN_STATUS if is_of_sending else set())
    failing |= UNSENT if file.is_message_log else set()
    failed = [value for value in counts if simplify(value) in failing]
    if file.is_message_log and is_of_sending and (unknown := _unknown_statuses(counts)):
        return _ask_about_statuses(file, name, counts, failed, unknown)
    if failed and len(failed) < len(counts):
        which = f"that reached nobody; reached: {_listed(counts, [*filter(None, counts.keys() - {*failed})])}"
        return _leave_out(counts, failed, which)
    held_out = [value for value in counts if _CONTROL.fullmatch(simplify(value))]
    flags = {value.lower() for value in counts if value}
    if not held_out and flags <= YES | NO:
        unreached = NO if _TREATED.fullmatch(plain) else YES if _HELD_OUT.fullmatch(plain) else set()
        held_out = [value for value in counts if value.lower() in unreached]
    if not held_out and flags == {"t", "c"} and _GROUP.fullmatch(plain):
        held_out = [value for value in counts if value.lower() == "c"]
    if held_out:
        return _leave_out(counts, held_out, "of a control group, which the campaign did not reach")
    groups = Counter({value: number for value, number in counts.items() if value})
    return _ask(file, name, groups) if _GROUP.fullmatch(plain) and 1 < len(groups) <= _MOST_GROUPS else None


def _unknown_statuses(counts: "Counter[str]") -> list[str]:
    return [value for value in counts if value and simplify(value) not in DELIVERY_STATUSES]


def _ask_about_statuses(
    file: InspectedFile, name: str, counts: "Counter[str]", failed: list[str], unknown: list[str]
) -> dict[str, Any]:
    """Return the question which statuses of messages are those of messages that reached nobody."""
    reached = [value for value in counts if value and value not in (*failed, *unknown)]
    known = [f"{_listed(counts, failed)} reached nobody." if failed else ""]
    known += [f"{_listed(counts, reached)} reached users." if reached else ""]
    few = len(unknown) <= _MOST_COMBINED
    sizes = range(len(unknown) + 1) if few else (0, 1, len(unknown))
    parts = [part for size in sizes for part in combinations(unknown, size)]
    question = (
        f"Which statuses in {name} of {file.name} are those of messages that reached nobody? Unknown: "
        f"{_listed(counts, unknown)}."
    )
    choices = tuple(choice_of([*failed, *part]) for part in parts)
    return {"is_not": Ask(" ".join(filter(None, [question, *known, "Choose what is left out"])), choices)}


def _listed(counts: "Counter[str]", values: list[str]) -> str:
    given = Counter({value: counts[value] for value in values})
    return ", ".join(f"{value} {rows:,}" for value, rows in given.most_common())


def _leave_out(counts: "Counter[str]", values: list[str], which: str) -> Noted:
    return Noted({"is_not": values}, f"leaves out {sum(counts[value] for value in values):,} rows {which}")


def _ask(file: InspectedFile, name: str, counts: "Counter[str]") -> dict[str, Any]:
    shown = ", ".join(f"{value} ({number:,} rows)" for value, number in counts.most_common())
    groups = [part for size in range(1, min(3, len(counts))) for part in combinations(counts, size)]
    return {
        "is_not": Ask(
            f"{file.name} has target users in groups ({name}): {shown}. Which of them is a control "
            "group, whom the campaign did not reach?",
            (NONE_OF_THEM, *map(choice_of, groups)),
        )
    }
