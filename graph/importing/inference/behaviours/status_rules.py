"""Rules for the statuses of orders: those of no purchase are left out, and unknown ones are a question."""

from collections import Counter
from itertools import combinations
from typing import Any

from graph.importing.inference.draft import Ask, Noted, choice_of
from graph.importing.mapping.questions import NONE_OF_THEM
from graph.importing.mapping.yaml_text import in_one_line
from graph.importing.vocabulary.order_statuses import Meaning, may_be_places, meaning_of

_MOST_SHOWN = 12
_MOST_COUNTING = 50
_MOST_COMBINED = 3
"""With more unknown statuses, the choices are none, each, and all of them."""


def counting_statuses(column: str, counts: Counter[str]) -> list[str]:
    """Return the statuses that are not those of orders taken back; none for places, or too many."""
    meanings = {status: meaning_of(status) for status in counts if status}
    is_place = may_be_places(column) and set(meanings.values()) <= {"unknown"}
    counting = [status for status, meaning in meanings.items() if meaning != "excluded"]
    return [] if is_place or len(counting) > _MOST_COUNTING else counting


def status_rule(file: str, column: str, counts: Counter[str]) -> dict[str, Any] | Noted | None:
    """Return the rule that leaves out the statuses of no purchase; it asks about those of unknown meaning.

    Parameters
    ----------
    file, column
        Where the statuses are.
    counts
        Rows by status.
    """
    by_meaning: dict[Meaning, dict[str, int]] = {"excluded": {}, "purchase": {}, "unknown": {}}
    for status, number in counts.most_common():
        if status:
            by_meaning[meaning_of(status)][status] = number
    excluded, kept, unknown = by_meaning["excluded"], by_meaning["purchase"], by_meaning["unknown"]
    if may_be_places(column) and not excluded and not kept:
        return None
    if not unknown:
        remark = f"leaves out: {_listed(excluded)}" + (f"; counts: {_listed(kept)}" if kept else "")
        return Noted({"is_not": list(excluded)}, remark) if excluded else None
    known = f" {_listed(kept)} count as purchases." if kept else ""
    if excluded:
        known = (
            f" {_listed(excluded)} are no purchases, unless they came later, as the end of a subscription."
            + known
        )
    question = f"Which statuses in {column} of {file} are no purchases? Unknown: {_listed(unknown)}."
    if len(unknown) <= _MOST_COMBINED:
        more = [part for size in range(len(unknown) + 1) for part in combinations(unknown, size)]
    else:
        more = [(), *((status,) for status in unknown), tuple(unknown)]
        known += f" Several can be left out: {in_one_line(list(unknown)[:2])}."
    choices = [choice_of([*excluded, *part]) for part in more]
    if excluded:
        choices += [choice_of(other for other in excluded if other != status) for status in excluded]
        choices += [NONE_OF_THEM]
    distinct = tuple(dict.fromkeys(choices))
    return {"is_not": Ask(f"{question}{known} Choose what is left out", distinct)}


def _listed(statuses: dict[str, int]) -> str:
    shown = [
        f"{status} {number:,}" if number else f"{status} 0 (a later file has these rows with another one)"
        for status, number in list(statuses.items())[:_MOST_SHOWN]
    ]
    others = len(statuses) - len(shown)
    return ", ".join(shown) + (f" and {others:,} others" if others else "")
