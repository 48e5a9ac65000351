"""Joins behaviours that name no user but a card, an account or a device to the list that has its user.

As with orders and their lines, values decide: nearly all that the rows name are in the list, where each
occurs once. Rows that name none are those of unknown users.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

import pandas as pd

from graph.importing.inference.draft import Noted
from graph.importing.inference.files.column_values import are_identifiers, examples
from graph.importing.inference.files.infer_table import states_campaigns
from graph.importing.inference.files.inspected_file import InspectedFile
from graph.importing.inference.files.order_keys import (
    KEY_RULES,
    all_values,
    key_columns,
    names_agree,
    normalised,
)
from graph.importing.mapping.formats import as_list
from graph.importing.mapping.source import JOIN_SETTINGS, Join
from graph.importing.vocabulary.names import COLUMNS, simplify

_NEARLY_ALL = 0.95
"""Share of the rows of the list with a key of their own, and of the keys of behaviours that are in it."""
_MOST_SAMPLED = 0.8
_ENOUGH = 20
"""Keys below this number may be those of shops or suppliers, which have addresses, too."""
_OF_NO_LIST = ("product", "campaign", "coupon", "basket", "quantity")
"""Roles of columns that a list of users lacks."""


@dataclass(frozen=True)
class _UserList:
    """How rows name a row of a list of users.

    Attributes
    ----------
    list
        The list.
    own, key
        The column of the behaviours, and that of the list, with the same values.
    rules
        Rules that make these equal, where they are written in two ways.
    is_named
        Whether their names agree, too.
    known, rows
        Numbers of rows whose key is in the list, and of all.
    """

    list: InspectedFile
    own: str
    key: str
    rules: tuple[str, ...]
    is_named: bool
    known: int
    rows: int


def join_users(files: list[InspectedFile]) -> list[InspectedFile]:
    """Return `files` with users joined to behaviours that name only a card or an account of theirs.

    A list with several rows of a user is then no file of its own; one with a row of each has users.
    """
    lists = [file for file in files if _may_list_users(file)]
    found = {
        file.name: link for file in files if _may_name_users(file) and (link := best_user_list(file, lists))
    }
    used = {link.list.name for link in found.values() if not _has_row_of_each(link)}
    return [
        _join(file, found[file.name]) if file.name in found else file
        for file in files
        if file.name not in used
    ]


def best_user_list(file: InspectedFile, lists: Iterable[InspectedFile]) -> _UserList | None:
    """Return the list that has the users of a file of behaviours; None where none has."""
    links = [
        link
        for other in lists
        if other is not file
        for key in key_columns(other)
        if key != other.roles["user"] and (keys := _keys(other, key)) is not None
        for own in key_columns(file)
        if (link := _find(file, own, other, key, keys))
    ]
    return max(links, key=lambda link: (link.is_named, link.known), default=None)


def lists_users(lines: InspectedFile, other: InspectedFile) -> bool:
    """Return whether `other` is a list of users that lines with times of their own name, not their orders."""
    return _may_name_users(lines) and _may_list_users(other) and best_user_list(lines, [other]) is not None


def _may_name_users(file: InspectedFile) -> bool:
    is_answered = any(field == "user" for _, field in file.answers)
    usable = not file.problem and bool(file.times) and "header" not in file.settings
    return usable and not is_answered and "user" not in file.roles and not states_campaigns(file)


def _may_list_users(file: InspectedFile) -> bool:
    roles = file.roles
    usable = not file.problem and "header" not in file.settings and not file.joined
    return usable and "user" in roles and not set(_OF_NO_LIST) & set(roles)


def _has_row_of_each(link: _UserList) -> bool:
    users = all_values(link.list, link.list.roles["user"])
    return users[users != ""].nunique() >= _NEARLY_ALL * len(users)


def _keys(other: InspectedFile, key: str) -> "pd.Series[str] | None":
    """Return the values of a column of a list of users of which each has one user; None if it is no key."""
    given = [value for value in other.values[key] if value]
    if len(set(given)) < _NEARLY_ALL * len(other.values[key]):
        return None
    keys = other.distinct([key, other.roles["user"]])[key]
    is_key = len(keys) >= max(_ENOUGH, _NEARLY_ALL * other.count_rows()) and not keys.duplicated().any()
    return keys if is_key else None


def _find(
    file: InspectedFile, own: str, other: InspectedFile, key: str, keys: "pd.Series[str]"
) -> _UserList | None:
    """Return how a column of behaviours names a row of a list by its column `key`; None if it does not."""
    sampled = pd.Series([value.strip() for value in file.values[own] if value and value.strip()], dtype=str)
    if sampled.empty:
        return None
    for rules in ((), *KEY_RULES):
        alike = normalised(keys, rules)
        if alike.duplicated().any() or normalised(sampled, rules).isin(alike).mean() < _MOST_SAMPLED:
            continue
        values = all_values(file, own)
        named = normalised(values[values != ""], rules)
        known = named[named.isin(alike)]
        is_named = names_agree(file, own, other, key)
        is_used = _ENOUGH <= known.nunique() < len(known) and len(known) >= _NEARLY_ALL * len(named)
        if is_used and (is_named or are_identifiers(set(known.unique()))):
            return _UserList(other, own, key, rules, is_named, len(known), len(values))
    return None


def _join(file: InspectedFile, link: _UserList) -> InspectedFile:
    """Return behaviours with the users of a list, which the mapping joins."""
    other = link.list
    files = as_list(other.settings["files"])
    # Of several columns named as users, the one that identifies them is chosen later.
    user = other.roles["user"]
    users = [user, *(name for name in other.names if simplify(name) in COLUMNS["user"] and name != user)]
    names = {name if name not in file.names else f"{files[0]}:{name}": name for name in users}
    reading = {setting: getattr(other.source, setting) for setting in JOIN_SETTINGS}
    join = Join(files=files, on={link.own: link.key}, ids=list(link.rules), **reading)
    stated = {setting: other.settings[setting] for setting in JOIN_SETTINGS if setting in other.settings}
    settings: dict[str, Any] = {"files": other.settings["files"], **stated, "on": {link.own: link.key}}
    if link.rules:
        settings["ids"] = Noted(
            list(link.rules), f"{file.name} and {other.name} write {link.own} in two ways"
        )
    missing = list(dict.fromkeys([*file.missing, *other.missing]))
    comment = (
        f"users are looked up in {other.name} by {link.own} ({examples(file.values[link.own])}): "
        f"{link.known:,} of {link.rows:,} rows have one"
    )
    joined = replace(
        file,
        names=[*file.names, *names],
        typed=file.typed | {name: other.typed[own] for name, own in names.items() if own in other.typed},
        missing=missing,
        comment="\n".join(filter(None, (comment, file.comment, other.comment))),
        origins=file.origins | {name: (other, own) for name, own in names.items()},
        joined=[*file.joined, (join, [part.as_found_file for part in (other, *other.further_files)])],
        settings=file.settings
        | ({"missing": missing} if missing != [""] else {})
        | {"join": [*file.settings.get("join", []), settings]},
        shared_roles=file.shared_roles | {"user": next(iter(names))},
    )
    _, first = next(joined.columns(list(names)), (None, {}))
    length = max((len(values) for values in file.values.values()), default=0)
    joined.values = file.values | {column: texts[:length].to_pylist() for column, texts in first.items()}
    return joined
