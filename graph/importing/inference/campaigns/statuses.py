"""Rules for statuses of campaigns: cancelled ones and drafts are left out, unknown ones are a question."""

from collections import Counter
from itertools import combinations
from typing import Any

from graph.importing.inference.draft import Ask, Noted, choice_of
from graph.importing.inference.files.column_values import count_values
from graph.importing.inference.files.inspected_file import InspectedFile
from graph.importing.mapping.questions import NONE_OF_THEM
from graph.importing.vocabulary.campaign_statuses import Meaning, campaign_meaning, is_campaign_status

_MOST_STATUSES = 12
_MOST_COMBINED = 3
"""With more unknown statuses, the choices are none, each, and all of them."""


def campaign_status_rules(file: InspectedFile, names: list[str]) -> dict[str, Any]:
    """Return the rules, or questions, that leave out campaigns which did not run.

    Parameters
    ----------
    file
        A table of campaigns.
    names
        Its columns without another use.
    """
    rules: dict[str, Any] = {}
    for name in names:
        counts = sum((count_values(frame[name]) for frame in file.frames([name])), Counter[str]())
        given = {value: rows for value, rows in counts.most_common() if value}
        if 0 < len(given) <= _MOST_STATUSES and (rule := _rule(file.name, name, given)):
            rules[name] = rule
    return rules


def _rule(file: str, column: str, counts: dict[str, int]) -> Any:
    """Return the rule of one column; None where it leaves out nothing, or states no status."""
    by_meaning: dict[Meaning, dict[str, int]] = {"not_run": {}, "ran": {}, "unknown": {}}
    for status, rows in counts.items():
        by_meaning[campaign_meaning(status)][status] = rows
    left_out, kept, unknown = by_meaning["not_run"], by_meaning["ran"], by_meaning["unknown"]
    is_named = is_campaign_status(column) and bool(left_out or kept)
    if not is_named and (unknown or not left_out):
        return None
    if not unknown:
        loaded = f"; loads: {_listed(kept)}" if kept else ""
        return (
            Noted({"is_not": list(left_out)}, f"leaves out: {_listed(left_out)}{loaded}")
            if left_out
            else None
        )
    known = f" {_listed(left_out)} did not run." if left_out else ""
    known += f" {_listed(kept)} are loaded." if kept else ""
    sizes = range(len(unknown) + 1) if len(unknown) <= _MOST_COMBINED else (0, 1, len(unknown))
    choices = [choice_of([*left_out, *part]) for size in sizes for part in combinations(unknown, size)]
    question = (
        f"Which statuses in {column} of {file} are those of campaigns that did not run? Unknown: "
        f"{_listed(unknown)}.{known} Choose what is left out"
    )
    return {"is_not": Ask(question, tuple(dict.fromkeys([*choices, NONE_OF_THEM])))}


def _listed(statuses: dict[str, int]) -> str:
    return ", ".join(f"{status} {rows:,}" for status, rows in statuses.items())
