"""Leaves out whom a campaign did not reach, and so did not target: the control group, failed messages."""

import re
from collections import Counter
from collections.abc import Iterable
from itertools import combinations
from typing import Any

from graph.importing.inference.draft import Ask, Noted
from graph.importing.inference.files.column_values import count_values
from graph.importing.inference.files.inspected_file import InspectedFile
from graph.importing.mapping.formats import OR
from graph.importing.vocabulary.flags import NO, YES
from graph.importing.vocabulary.names import simplify

NO_GROUP = "(none)"
"""The answer that all groups were reached."""
_MOST_STATUSES = 20
_MOST_GROUPS = 5
_UNDELIVERED = {
    "bounce", "bounced", "hard_bounce", "hard_bounced", "soft_bounce", "soft_bounced", "undelivered",
    "undeliverable", "not_delivered", "not_sent", "unsent", "delivery_failed", "delivery_failure",
    "send_failed", "failed", "suppressed", "failure", "blocked", "dropped",
    "unzustellbar", "nicht_zugestellt", "zustellung_fehlgeschlagen", "fehlgeschlagen", "退信", "未送达",
    "发送失败",
}  # fmt: skip
_UNDELIVERED_IN_STATUS = {
    "rejected",
    "error",
    "expired",
    "invalid",
    "unreachable",
    "unknown_recipient",
    "fehler",
}
"""What may mean something else, like an offer declined, unless the column says that it is of sending."""
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
    failing = _UNDELIVERED | (_UNDELIVERED_IN_STATUS if _OF_SENDING & set(plain.split("_")) else set())
    failed = [value for value in counts if simplify(value) in failing]
    if failed and len(failed) < len(counts):
        return _leave_out(counts, failed, "that reached nobody")
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


def _leave_out(counts: "Counter[str]", values: list[str], which: str) -> Noted:
    return Noted({"is_not": values}, f"leaves out {sum(counts[value] for value in values):,} rows {which}")


def _ask(file: InspectedFile, name: str, counts: "Counter[str]") -> dict[str, Any]:
    shown = ", ".join(f"{value} ({number:,} rows)" for value, number in counts.most_common())
    groups = [part for size in range(1, min(3, len(counts))) for part in combinations(counts, size)]
    return {
        "is_not": Ask(
            f"{file.name} has target users in groups ({name}): {shown}. Which of them is a control "
            "group, whom the campaign did not reach?",
            (NO_GROUP, *(OR.join(group) for group in groups)),
        )
    }
