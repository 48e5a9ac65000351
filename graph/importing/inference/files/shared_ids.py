"""Tells what columns are whose names tell nothing, by ids that files have in common.

A column with the ids that another file has for its users holds users; one whose values are the keys of a
table of campaigns names campaigns. A table with a key that other files use, and two times of which one is
never before the other, states campaigns.
"""

from collections.abc import Sequence
from itertools import combinations
from typing import Any

import pandas as pd

from graph.importing.inference.files.column_values import are_identifiers
from graph.importing.inference.files.infer_table import states_sendings
from graph.importing.inference.files.inspected_file import InspectedFile
from graph.importing.inference.files.message_logs import find_message_log
from graph.importing.inference.files.tables import find_columns
from graph.importing.vocabulary.names import simplify

_MOST, _NEARLY_ALL = 0.5, 0.9
"""Shares of the values of a column that are ids: some users never buy, and all campaigns are known."""
_MOST_CAMPAIGNS = 2_000
_ROWS_OF_ONE = 5
"""Rows that name each campaign, on average, where its times alone tell a table of campaigns."""
_ENOUGH = 20
"""Small numbers that are users' of so many are no chance."""
_ORDERS = ("basket", "quantity", "product")
"""Roles of columns that neither a list of recipients has nor a table of campaigns."""
_LEAST_SHARED, _MORE_THAN = 0.25, 10
"""The least share of the ids of two columns that are the same, and more ids than which a column must have."""
_GENERIC = {"id", "nr", "no", "number", "key", "name", "line", "row", "index"}


def find_shared_ids(files: Sequence[InspectedFile]) -> None:
    """Let `files` know the roles of columns that ids of other files tell."""
    usable = [file for file in files if not file.problem]
    for file in usable:
        _drop_ties(file)
    for file in usable:
        _find_campaigns(file, [other for other in usable if other is not file])
    users = _known_users(usable)
    for file in usable:
        _find_messages(file, users)
    users = _known_users(usable)
    for file in usable:
        answered = any(field == "user" for _, field in file.answers)
        if answered or "user" in file.roles or {"starts", "ends"} <= set(file.roles):
            continue
        others = [other for other in usable if other is not file]
        if column := _column_of_users(file, users):
            _share(file, "user", column, "has the ids of users of another file")
        elif "campaign" in file.roles and states_sendings(file) and not set(_ORDERS) & set(file.roles):
            file.may_list_recipients = any(
                _are_shared(file, name, other, same)
                for other in others
                if "user" not in other.roles and other.times and "starts" not in other.roles
                for name in _free(file)
                for same in _free(other)
            )


def _share(file: InspectedFile, role: str, column: str, why: str) -> None:
    file.shared_roles[role] = column
    file.comment = "\n".join(filter(None, [file.comment, f"{column} of {file.name} {why}"]))


def _drop_ties(file: InspectedFile) -> None:
    """A file in which one side has nearly always the same value states no ties: it is a sender."""
    roles = find_columns(file.names)
    for role in ("source", "target"):
        given = pd.Series([value for value in file.values.get(roles.get(role, ""), []) if value], dtype=str)
        if len(given) > 1 and given.value_counts(normalize=True).iloc[0] >= _NEARLY_ALL:
            sides = {roles.get("source"), roles.get("target")}
            file.no_roles |= {"source", "target"}
            file.no_roles |= {
                name for name in ("starts", "ends") if roles.get(name) in sides - set(file.times)
            }


def _find_messages(file: InspectedFile, users: set[str]) -> None:
    """The user of a log of messages is the recipient."""
    is_another_table = any(table != "targetings" for table, _ in file.answers)
    if (log := find_message_log(file, users)) and not is_another_table:
        file.is_message_log = True
        file.no_roles |= {"source", "target", "starts", "ends"}
        if ("targetings", "user") not in file.answers:
            _share(file, "user", log.recipient, f"has the users to whom {log.sender} sent a message")


def _find_campaigns(file: InspectedFile, others: list[InspectedFile]) -> None:
    """Find the key of a table of campaigns that others use, its window, and the columns that use it.

    Where neither names nor an answer tell the window, and only a few rows name each campaign or there are
    more than two times, it is a question whether the table states campaigns.
    """
    for field in ("starts", "ends"):
        answer = file.answers.get(("campaigns", field), "")
        if answer in file.names:
            file.shared_roles[field] = answer
    roles = file.roles
    is_known = {roles.get("starts"), roles.get("ends")} <= set(file.times)
    is_known |= any(table == "campaigns" for table, _ in file.answers)
    windows = [] if is_known else _windows(file)
    if "user" in roles or set(_ORDERS) & set(roles) or not (is_known or windows):
        return
    for key in _keys(file):
        ids = set(file.distinct([key])[key])
        using = [
            (other, name)
            for other in others
            for name in _may_name_campaigns(other)
            if _use(other, name, ids, named_alike=simplify(name) == simplify(key))
        ]
        if not using or len(ids) > _MOST_CAMPAIGNS:
            continue
        rows = max(sum(map(bool, other.values[name])) for other, name in using)
        # Orders, which may have a time of delivery, have fewer lines each.
        if not is_known and (len(file.times) > 2 or rows < _ROWS_OF_ONE * len(ids)):
            file.may_list_campaigns = True
            return
        if windows:
            ((starts, ends),) = windows
            _share(
                file, "starts", starts, f"is never after {ends}: they are taken for the window of campaigns"
            )
            file.shared_roles["ends"] = ends
        if roles.get("campaign", key) == key or "campaign" not in roles:
            file.shared_roles["campaign"] = key
        for other, name in using:
            if "campaign" not in other.roles and ("coupon" not in other.roles):
                _share(other, "campaign", name, f"has ids of {file.name} ({key})")
        return


def _keys(file: InspectedFile) -> list[str]:
    """Return the columns that differ in each row, that of campaigns by its name first."""
    named = file.roles.get("campaign")
    keys = [
        name
        for name in file.names
        if name not in file.times
        and simplify(name) not in {"name", "title"}
        and (given := [value for value in file.values[name] if value])
        and len(set(given)) == len(given) == len(file.values[name])
    ]
    return sorted(keys, key=lambda name: name != named)


def _may_name_campaigns(file: InspectedFile) -> list[str]:
    known = {
        column
        for role, column in file.roles.items()
        if role not in ("campaign", "coupon", "tag", "id", "text")
    }
    return [name for name in file.names if name not in known and name not in file.times]


def _use(file: InspectedFile, name: str, ids: set[str], *, named_alike: bool) -> bool:
    """Return whether the values of a column are ids, several of them in more than one row."""
    given = [value.strip() for value in file.values[name] if value and value.strip()]
    distinct = set(given)
    repeats = len(distinct) < len(given)
    known = distinct & ids
    return (
        bool(known)
        and repeats
        and len(known) >= _MOST * min(len(distinct), len(ids))
        and (
            named_alike
            or (len(known) >= _NEARLY_ALL * len(distinct) and are_identifiers(known))
            or file.roles.get("coupon") == name
        )
    )


def _windows(file: InspectedFile) -> list[tuple[str, str]]:
    """Return the pairs of columns of times of which the first is never after the second."""
    pairs = (_window(file, first, second) for first, second in combinations(file.times, 2))
    return [pair for pair in pairs if pair]


def _window(file: InspectedFile, first: str, second: str) -> tuple[str, str] | None:
    """Return two columns of times in their order, if one is never before the other."""
    for form in ({"format": "ISO8601"}, {"format": "mixed", "dayfirst": True}, {"format": "mixed"}):
        times = pd.DataFrame({name: _as_times(file.values[name], form) for name in (first, second)}).dropna()
        if len(times) < max(1, _NEARLY_ALL * len(file.values[first])):
            continue
        length = times[second] - times[first]
        if (length >= 0).all() or (length <= 0).all():
            return (first, second) if length.sum() > 0 else (second, first) if length.sum() < 0 else None
    return None


def _as_times(values: list[str | None], form: dict[str, Any]) -> "pd.Series[float]":
    """Return times as numbers that have their order."""
    given = pd.Series(values, dtype=object)
    numbers = pd.to_numeric(given, errors="coerce")
    if numbers.notna().any():
        return numbers
    times = pd.to_datetime(given, errors="coerce", utc=True, **form)
    return times.astype("int64").where(times.notna())


def _known_users(files: list[InspectedFile]) -> set[str]:
    users = set[str]()
    for file in files:
        answered = [column for (_, field), column in file.answers.items() if field == "user"]
        named = file.roles.get("user")
        for column in answered or ([named] if named else []):
            if column in file.names:
                users |= set(file.distinct([column])[column])
    return users


def _column_of_users(file: InspectedFile, users: set[str]) -> str | None:
    """Return the column without another use whose values are mostly ids of users."""
    shares = {}
    for name in _free(file):
        given = {value.strip() for value in file.values[name] if value and value.strip()}
        known = given & users
        if given and len(known) >= _MOST * len(given) and (are_identifiers(known) or _are_all(file, known)):
            shares[name] = len(known) / len(given)
    return max(shares, key=lambda name: shares[name]) if shares else None


def _are_all(file: InspectedFile, known: set[str]) -> bool:
    """Return whether small numbers are too many to be users by chance: as a rank or a quantity may be."""
    return len(known) > _ENOUGH and "campaign" in file.roles


def _free(file: InspectedFile) -> list[str]:
    """Return the columns that may hold users: no times, and of no other role but those of a pair."""
    taken = {column for role, column in file.roles.items() if role not in ("source", "target", "id")}
    return [name for name in file.names if name not in taken and name not in file.times]


def _are_shared(file: InspectedFile, name: str, other: InspectedFile, same: str) -> bool:
    """Return whether two columns have ids in common that are no chance: of one name, or long ones.

    In the first rows, at least a quarter of the ids of the column with fewer of them are in the other one,
    and the column itself has more than ten.
    """
    own, others = (
        {value for value in part.values[column] if value} for part, column in ((file, name), (other, same))
    )
    common = own & others
    named_alike = simplify(name) == simplify(same) and simplify(name) not in _GENERIC
    enough = len(common) > 1 and len(common) >= _LEAST_SHARED * min(len(own), len(others))
    return enough and len(own) > _MORE_THAN and (named_alike or are_identifiers(common))
