"""What the values of a file tell about it: columns of times, ids that repeat, and the table that it fills."""

import re
from collections.abc import Iterable, Mapping

from graph.importing.inference.files.inspected_file import InspectedFile
from graph.importing.inference.files.tables import (
    assign_columns,
    find_table,
    hinted_table,
    hinted_tables,
)
from graph.importing.vocabulary.behaviour_kinds import kind_of_file
from graph.importing.vocabulary.names import simplify

_NEARLY_UNIQUE = 0.9
"""Share of the rows that have an id of their own in a table of entities, which may have duplicates."""
_SINCE = re.compile(
    r"(?:^|_)(?:seconds?|minutes?|hours?|days?|weeks?|months?)_(?:since|after|from)_|(?:^|_)(?:tage|stunden)_seit_"
)
"""The name of a column whose numbers count from a moment of each user."""
_RESPONSES = {"response", "responded", "reaction", "reaktion", "respuesta", "réponse", "risposta", "reactie"}
"""Words of columns that state what target users did."""
_SENT = {
    "contact", "contacted", "sent", "send", "sending", "delivered", "dispatched", "mailed", "versendet",
    "gesendet", "versand",
    "zugestellt", "versanddatum", "envoyé", "envoi", "enviado", "envío", "inviato", "verzonden", "发送时间",
    "送信日時", "配信日時",
}  # fmt: skip
"""Words of times at which a campaign was sent."""
_ENTITIES = ("users", "products", "tags")
_ORDER_COLUMNS = {"quantity", "unit_price", "value", "basket"}
"""Columns of orders, which tables of what a campaign promotes and of whom it reached lack."""
_PAIRS = {
    "products": ("promotions", "product", "campaign"),
    "users": ("targetings", "user", "campaign"),
    "tags": ("user_tags", "tag", "user"),
}
"""The table of pairs that an entity and another are, with their columns, by table of the entity."""
_CAMPAIGN_TABLES = {"campaigns", "promotions", "targetings", "coupons"}


def infer_table(file: InspectedFile) -> str | None:
    """Return the table that a file fills by its names, unless its values contradict them; None if none.

    Answers about its columns hold for the table of which they were asked.
    """
    if file.answers:
        return next(table for table, _ in file.answers)
    if file.is_message_log:
        return "targetings"
    roles, times = file.roles, set(file.times)
    table = find_table(file.name, file.names, roles)
    table = _pairs(file, roles, table) or table
    if (
        not times
        and "at" not in roles
        and relative_times(file)
        and has_repeated_values(file, roles.get("user"))
    ):
        return None  # Behaviours without a time.
    if file.may_list_recipients and table not in ("campaigns", "promotions", "coupons"):
        return "targetings"
    if file.may_list_campaigns and table is None:
        return "campaigns"
    runs = states_campaigns(file)
    if runs and "user" not in roles and table not in ("campaigns", "promotions", "coupons"):
        return "campaigns"
    if runs and table == "promotions" and "product" not in roles:
        return "campaigns"
    is_unnamed = table in ("targetings", "promotions") and hinted_table(file.name) != table
    if is_unnamed and times and "user" in roles and _ORDER_COLUMNS & set(roles):
        return "behaviours"  # Orders that name their campaign.
    if table == "targetings" and _states_responses(file, roles):
        return "behaviours" if times else None
    if table == "targetings" and is_unnamed and "user" in file.shared_roles and not states_sendings(file):
        return "behaviours"
    if table == "behaviours" and _is_sending(file, roles):
        return "targetings"
    is_sent = any(map(is_time_of_sending, times))
    if (
        table in ("targetings", "coupons")
        and times
        and not is_sent
        and kind_of_file(file.name, file.times[0])
    ):
        return "behaviours"  # Opens and clicks, not whom a campaign reached.
    if table == "ties" and {roles.get("source"), roles.get("target")} & times:
        return None
    if table == "users" and times:
        orders = hinted_table(file.name) == "behaviours" or roles.get("product") is not None
        own = assign_columns(table, file.names).get("id")
        in_series = bool(_ORDER_COLUMNS & set(roles)) and own is not None and _repeats(file, own)
        if orders or in_series or has_repeated_values(file, own):
            return "behaviours"
    elif table in _ENTITIES and has_repeated_values(file, assign_columns(table, file.names).get("id")):
        if {"user", "product"} <= set(roles) or (times and {"user", "product", "basket"} & set(roles)):
            return "behaviours"
        # Lines of orders are no products.
        return None if table == "products" and {"basket", "quantity"} & set(roles) else table
    return table


def _pairs(file: InspectedFile, roles: Mapping[str, str], table: str | None) -> str | None:
    """Return the table of pairs that a file fills which is named like an entity (`promotion_items`), if any.

    It has the columns of both, and its name has words of both, or it has no columns that describe the entity.
    """
    if table not in _PAIRS:
        return None
    pairs, own, other = _PAIRS[table]
    if other not in roles or {"user", "product", "basket"} & set(roles) - {own, other}:
        return None
    if (_CAMPAIGN_TABLES if other == "campaign" else {"users"}) & set(hinted_tables(file.name)):
        return pairs
    further = set(file.names) - {roles.get(own), roles[other]}
    describing = further & {roles.get(role) for role in ("name", "category", *_ORDER_COLUMNS)}
    alone = not (describing if table == "products" else further)
    return pairs if alone and roles.get(own, roles[other]) != roles[other] else None


def _states_responses(file: InspectedFile, roles: Mapping[str, str]) -> bool:
    """Return whether a file states how users responded to a campaign, and not when it was sent to them."""
    words = [set(simplify(name).split("_")) for name in (*file.times, roles.get("kind", ""))]
    return any(each & _RESPONSES for each in words) and not any(each & _SENT for each in words)


def _is_sending(file: InspectedFile, roles: Mapping[str, str]) -> bool:
    """Return whether a file says when a campaign was sent to whom, and nothing of what they did."""
    # A message may have a price.
    others = set(roles) & {"quantity", "basket", "product", "coupon", "kind"}
    return {"user", "campaign"} <= set(roles) and not others and bool(file.times) and states_sendings(file)


def states_sendings(file: InspectedFile) -> bool:
    """Return whether a time of a file, if it has any, is that at which something was sent."""
    return not file.times or any(map(is_time_of_sending, file.times))


def is_time_of_sending(name: str) -> bool:
    """Return whether a column of times is named like that at which something was sent."""
    return bool(set(simplify(name).split("_")) & _SENT)


def states_campaigns(file: InspectedFile) -> bool:
    """Return whether the columns of a file state the start and the end of campaigns."""
    roles = file.roles
    return {roles.get("starts"), roles.get("ends")} <= set(file.times)


def has_repeated_values(file: InspectedFile, column: str | None) -> bool:
    """Return whether the values of a column repeat, as no ids of a table of entities do, within one file."""
    return column is not None and any(_repeats(part, column) for part in file.each_file())


def _repeats(file: InspectedFile, column: str) -> bool:
    rows, distinct = 0, set[str]()
    for frame in file.frames([column]):
        values = frame[column][frame[column] != ""]
        rows += len(values)
        distinct |= set(values)
    return len(distinct) < _NEARLY_UNIQUE * rows


def most_likely_behaviours(files: Iterable[InspectedFile]) -> InspectedFile | None:
    """Return the file that most probably holds behaviours: of those with a column of times, the longest."""
    with_times = [file for file in files if not file.problem and file.times]
    return max(with_times, key=InspectedFile.count_rows, default=None)


def relative_times(file: InspectedFile) -> str | None:
    """Return a column whose numbers count from a moment of each user, like `hours_since_install`, if any."""
    return next((name for name in file.names if _SINCE.search(simplify(name))), None)
