"""Decides which table a file fills, and which column which field, by their names."""

import re
from pathlib import Path

from graph.importing.contract import TABLES
from graph.importing.mapping.formats import OR
from graph.importing.reading.json_paths import ALL, RECORD
from graph.importing.vocabulary.names import (
    COLUMNS,
    ENTITY_OF,
    FILES,
    MINOR_UNITS,
    NO_AMOUNTS,
    simplify,
    without_tax_remark,
    words_of,
)

_INCLUSIVE = re.compile(
    r"(?<=.)_(?:incl|inclusive|included|inkl|inklusive|einschl|einschließlich|inclus|incluse)$"
)
"""Said of an end that is the last day: `end (incl.)`."""
_EXCLUSIVE = re.compile(
    r"(?<=.)_(?:excl|exclusive|excluded|exkl|exklusive|ausschl|ausschließlich|non_inclus|not_incl|not_inclusive|not_including)$|(?<=.)_before$"
)
"""Said of an end that is the first moment after a window: `end (excl.)`, `ends before`."""
_CURRENCY = re.compile(
    rf"(?<=.)_(?:in_)?(?:{'|'.join(sorted(MINOR_UNITS))}|minor_units?|eur|euro|usd|gbp|chf|pln|sek|nok|dkk|czk|huf|try|brl|inr|jpy|krw|cny|rmb|aud|cad)$"
)
"""Said of an amount: `Total (EUR)`."""
_SHORT = (
    (re.compile(r"(?<=.)_cd$"), "_code"),
    (re.compile(r"(?<=.)_(?:dt|dttm|dtm)$"), "_date"),
    (re.compile(r"(?<=.)_(?:nbr|num)$"), "_no"),
)
"""Short forms at the end of names, as of data warehouses: `CAMPAIGN_CD`, `START_DT`."""
_AMOUNTS = {"amount", "value"}
"""Parts of nested names that leave open of what they are the amount."""
_AMOUNT_ROLES = ("quantity", "value", "unit_price", "discount")
_OF_LINES = {name for role in _AMOUNT_ROLES for name in COLUMNS[role]} - _AMOUNTS
_PRICE = re.compile(
    r"^(?!.*(?:list|original|old|regular|compare|shipping|delivery|cost|tax|total|uvp|listen))"
    r".*_?(?:price|preis|prix|precio|prezzo|prijs)$"
)
"""The only price in a line of an order: `Ticket price`."""
_OBJECTS = ("product", "coupon", "campaign")
_NEEDS: dict[str, tuple[tuple[str, ...], ...]] = {
    "ties": (("source",), ("target",)),
    "campaigns": (("campaign", "id", "coupon", "name"), ("starts",)),
    "behaviours": (("user",), ("at",)),
    "promotions": (("campaign",), ("product",)),
    "targetings": (("user",), ("campaign",)),
    "user_tags": (("user",), ("tag",)),
    "coupons": (("coupon", "id"), ("campaign",)),
    "users": (("user", "id"),),
    "products": (("product", "id"),),
    "tags": (("tag", "id"),),
}
"""What each table needs: one column of each group. The most particular table comes first."""


def find_table(file: str, names: list[str], roles: dict[str, str] | None = None) -> str | None:
    """Return the table that a file fills, or None.

    Its columns decide, by the known `roles` or else their names; where they suit several tables, the words of
    its name.
    """
    columns = find_columns(names) if roles is None else roles
    hint = hinted_table(file)
    if hint and _suits(hint, columns, by_name=True):
        return hint
    return next((table for table in _NEEDS if _suits(table, columns, by_name=False)), hint)


def hinted_table(file: str) -> str | None:
    """Return the table whose word is in the file's name; of several, the one whose word comes last."""
    return next(iter(hinted_tables(file)), None)


def hinted_tables(file: str) -> list[str]:
    """Return the tables whose words are in the file's name, the one whose word comes last first."""
    words = words_of(Path(file).name.partition(".")[0])
    found: list[tuple[int, int, str]] = []
    for table, hints in FILES.items():
        for hint in hints:
            parts = hint.split("_")
            starts = [i for i in range(len(words)) if words[i : i + len(parts)] == parts]
            found += [(i + len(parts), len(parts), table) for i in starts]
    return [table for *_, table in sorted(found, reverse=True)]


def _suits(table: str, columns: dict[str, str], *, by_name: bool) -> bool:
    """Whether a file with these columns can fill `table`; without its name as a hint, `id` means nothing."""
    groups = _NEEDS[table]
    if not by_name:
        groups = tuple(tuple(role for role in group if role != "id") for group in groups)
    if not all(any(role in columns for role in group) for group in groups):
        return False
    if table == "campaigns" and not by_name:
        return "user" not in columns
    if table == "coupons" and not by_name:
        return "user" not in columns and "product" not in columns
    if table == "behaviours" and not by_name:
        return any(role in columns for role in (*_OBJECTS, "kind", "value", "basket"))
    if table in ("users", "products", "tags") and not by_name:
        return not {"at", "starts"} & set(columns)
    return True


def find_columns(names: list[str]) -> dict[str, str]:
    """Return the column for each role of ``names.COLUMNS``, and for `id`.

    Of a nested name, the last part counts, unless the whole name is known, or a part before says of what it
    is the amount (`price.amount`). Nested names that differ only in their writing (`value.offer_id`,
    `value.offer id`) are alternatives: a record has one of them. Where the rows are the elements of a list,
    their own amounts come before those of the record that holds them (`^.total`).
    """
    found = _find_columns(names)
    own = _find_columns([name for name in names if not name.startswith(RECORD)])
    found |= {role: own[role] for role in _AMOUNT_ROLES if role in own}
    if "basket" in found and not {"value", "unit_price"} & set(found):
        prices = [name for name in names if _PRICE.search(_bare(name)) and name not in found.values()]
        found |= {"unit_price": prices[0]} if len(prices) == 1 else {}
    return found


def _find_columns(names: list[str]) -> dict[str, str]:
    # Lists have several values.
    names = [name for name in names if ALL not in name]
    bare = {_bare(name): name for name in reversed(names)}
    plain = {_in_full(name): column for name, column in bare.items()} | bare
    last: dict[str, str] = {}
    for name in names:
        if "." in name and (word := _last_word(name)):
            alike = word in last and simplify(last[word].partition(OR)[0]) == simplify(name)
            last[word] = OR.join([last[word], name]) if alike else last.get(word, name)
    found: dict[str, str] = {"id": plain["id"]} if "id" in plain else {}
    for role, words in COLUMNS.items():
        column = next((known[word] for known in (plain, last) for word in words if word in known), None)
        if column is not None:
            found[role] = column
    if {"opens", "closes"} <= set(plain):  # Alone, they may be numbers of e-mails.
        found = {"starts": plain["opens"], "ends": plain["closes"]} | found
    return found


def _in_full(name: str) -> str:
    for short, word in _SHORT:
        name = short.sub(word, name)
    return name


def _last_word(name: str) -> str:
    """Return what a nested name says: the last part, of `price.amount` the price, of `tax.amount` nothing."""
    *before, last = (simplify(part) for part in name.split("."))
    if last not in _AMOUNTS:
        return last
    for part in reversed(before):
        if part.removesuffix("_set") in _OF_LINES:
            return part.removesuffix("_set")
        if NO_AMOUNTS & set(words_of(part)):
            return ""
    return last


def _bare(name: str) -> str:
    """Return a name without what it says of an end, or of the currency or taxes of an amount."""
    bare = simplify(name)
    for remark in (_INCLUSIVE, _EXCLUSIVE, _CURRENCY):
        bare = remark.sub("", bare)
    return without_tax_remark(bare)


def is_exclusive(column: str) -> bool:
    """Return whether the name of an end states that its day does not belong to the window."""
    return _EXCLUSIVE.search(simplify(column)) is not None


def assign_columns(table: str, names: list[str], roles: dict[str, str] | None = None) -> dict[str, str]:
    """Return the column for each field of `table`, as far as the names tell, or else the known `roles`."""
    roles = find_columns(names) | (roles or {})
    chosen: dict[str, str] = {}
    for field in TABLES[table].fields:
        column = _column_for(table, field.name, roles)
        if column is not None and column not in chosen.values():
            chosen[field.name] = column
    return chosen


def _column_for(table: str, field: str, roles: dict[str, str]) -> str | None:
    if table == "behaviours":
        if field == "object":
            return next((roles[role] for role in _OBJECTS if role in roles), None)
        if field == "id":
            return None
        if field == "campaign":
            # Without a product, a campaign or coupon is the object.
            return roles.get("campaign") or (roles.get("coupon") if "product" in roles else None)
    if field == "id":
        return (
            roles.get(ENTITY_OF.get(table, ""))
            or roles.get("id")
            or (roles.get("coupon") or roles.get("name") if table == "campaigns" else None)
        )
    return roles.get(field)
