"""Kinds of behaviour: the relationship type of each, and which count as participation."""

import re
from collections.abc import Collection, Iterable
from typing import Any

from graph.importing.inference.draft import Ask, Noted
from graph.importing.vocabulary.behaviour_kinds import SALES, known_type
from graph.importing.vocabulary.names import simplify

_MOST_ASKED = 12
"""Kinds of unknown meaning that are asked about, each."""
_MOST_SPELLINGS = 4 * _MOST_ASKED
"""Different values of a column of such kinds, which may be written in several ways."""
_STATES = {"paid", "bought", "cancel", "取消", "退款", "支付", "成交"}
_EMAIL = {"CLICKED", "OPENED"}
_NEVER = {"DECLINED", "RETURNED", "RECEIVED", "UNSUBSCRIBED", "BOUNCED"}


def draft_kinds(names: dict[str, str], rule: str, naming: Collection[str] = ()) -> dict[str, Any]:
    """Return the kinds of a mapping.

    Parameters
    ----------
    names
        Kind of object (product, coupon, campaign) by name of the kind, as the data has it.
    rule
        When a kind with products counts: promoted, named or any.
    naming
        Kinds whose behaviours name a campaign: whether those of unknown meaning count is a question.
    """
    types = _distinct_types(names)
    counting = _counting(set(types.values()))
    purchases = [name for name, type_ in types.items() if type_ in ("PURCHASED", "ORDERED")]
    kinds: dict[str, Any] = {}
    asked = {name for name in names if name in naming and known_type(name) is None}
    asked = asked if 0 < len(asked) <= _MOST_ASKED and any(map(known_type, names)) else set()
    is_open = 1 < len(names) <= _MOST_ASKED and not any(map(known_type, names))
    for name, entity in names.items():
        spec: dict[str, Any] = {"type": types[name], "object": entity}
        if types[name] == "RETURNED" and purchases:
            spec["returns"] = purchases[0]
        elif types[name] in counting or (entity == "campaign" and types[name] in _EMAIL):
            spec["weight"] = 1
            spec["counts"] = rule if entity == "product" else "named"
        else:
            spec["counts"] = "never"
        if name in asked:
            spec["counts"] = Ask(
                f"Behaviours of the kind {name} name a campaign. Do they count as participation in it "
                "(named), or never?",
                ("named", "never"),
            )
        elif is_open:
            question = (
                f"Do behaviours of the kind {name} count as participation ({spec['counts']}), or never?"
            )
            spec["counts"] = Ask(question, (spec["counts"], "never"))
        unknown = known_type(name) is None
        kinds[name] = (
            Noted(spec, "of unknown meaning: choose its type, and whether it counts") if unknown else spec
        )
    return kinds


def are_document_kinds(values: Iterable[str | None]) -> bool:
    """Return whether all values of a column are kinds of documents, sales among them: invoice, credit note.

    Not paid and refunded, which are states of one.
    """
    distinct = {value for value in values if value}
    words = {simplify(value) for value in distinct} if len(distinct) <= _MOST_SPELLINGS else set()
    types = {known_type(word) for word in words if not word.endswith("ed") and word not in _STATES}
    return 1 < len(words) <= _MOST_ASKED and len(types) > 1 and None not in types and bool(types & set(SALES))


def _counting(types: set[str]) -> set[str]:
    """Return the types that count: sales and offers taken up, else reactions to a message, else all acts."""
    if sales := [type_ for type_ in SALES if type_ in types]:
        return {sales[0], *({"REDEEMED", "ACCEPTED"} & types)}
    if "ACCEPTED" in types:
        return {"ACCEPTED"}
    if types & _EMAIL:
        return _EMAIL
    return types - _NEVER


def _distinct_types(names: dict[str, str]) -> dict[str, str]:
    """Return a type for each kind: the same for kinds of the same meaning and object, else different ones."""
    types: dict[str, str] = {}
    used: dict[str, tuple[str, str]] = {}
    for name, entity in names.items():
        known = known_type(name)
        plain = known or re.sub(r"[^A-Z0-9]+", "_", simplify(name).upper()).strip("_")
        base = plain if plain[:1].isalpha() else f"KIND_{plain}".rstrip("_")
        type_, number, meaning = base, 1, (known or simplify(name), entity)
        while used.get(type_, meaning) != meaning:
            number += 1
            type_ = f"{base}_{number}"
        used[type_] = meaning
        types[name] = type_
    return types
