"""Joins lines of orders to the file of orders that has their user and their time.

The key is found by values: nearly all keys of the lines occur in the file of orders, where each occurs once.
Where values may agree by chance, as small numbers do, the names of the columns must agree as well; otherwise,
the key is a question, or there is none.
"""

from collections.abc import Iterable
from dataclasses import replace
from typing import Any, Literal

from graph.importing.inference.draft import Ask, Noted
from graph.importing.inference.files.column_values import examples
from graph.importing.inference.files.infer_table import states_campaigns
from graph.importing.inference.files.inspected_file import InspectedFile
from graph.importing.inference.files.order_keys import Link, find_link, partial_link
from graph.importing.inference.files.tables import find_columns
from graph.importing.inference.files.user_lists import lists_users
from graph.importing.mapping.formats import as_list
from graph.importing.mapping.source import JOIN_SETTINGS, Join
from graph.importing.vocabulary.refund_columns import is_refund

_AMOUNTS = ("value", "unit_price", "quantity", "discount", "coupon_discount")
"""Amounts of a whole order, which none of its lines has."""


def join_orders(files: list[InspectedFile]) -> list[InspectedFile]:
    """Return `files` with lines of orders joined to their orders, which are then no files of their own."""
    links = [link for file in files if _may_be_lines(file) if (link := _best_link(file, files))]
    for orders in {link.orders.name for link in links}:
        of_orders = [link for link in links if link.orders.name == orders]
        first = max(of_orders, key=lambda link: (_rank(link.lines), link.lines.count_rows()))
        for link in of_orders:
            if link.lines.names != first.lines.names:
                link.lines.problem = (
                    f"its rows may be lines of {orders} by {link.own}, as those of {first.lines.name} are; "
                    "to use them as well, add a source with `join`"
                )
                links.remove(link)
    joined = {link.lines.name: _join(link) for link in links}
    orders_used = {link.orders.name for link in links}
    return [joined.get(file.name, file) for file in files if file.name not in orders_used]


def line_columns(file: InspectedFile) -> list[str]:
    """Return the columns by which rows are lines of orders without a user; empty if they are none."""
    roles = find_columns(file.names)
    is_line = not file.problem and "user" not in roles and {"basket", "quantity"} & set(roles)
    content = [roles[role] for role in ("product", "quantity", "unit_price", "value") if role in roles]
    return content if is_line and len(content) > 1 else []


def _may_be_lines(file: InspectedFile) -> bool:
    """Whether rows have a product or an amount, but not both a user and a time."""
    roles = find_columns(file.names)
    has_content = any(role in roles for role in ("product", "quantity", "unit_price"))
    is_complete = "user" in roles and bool(file.times)
    return not file.problem and has_content and not is_complete and not states_campaigns(file)


def _may_be_orders(file: InspectedFile) -> bool:
    """Whether rows have times and no product; a join cannot read a file without a header."""
    usable = not file.problem and "header" not in file.settings and bool(file.times)
    usable &= not file.may_list_recipients and "user" not in file.shared_roles
    return usable and "product" not in find_columns(file.names) and not states_campaigns(file)


def _rank(lines: InspectedFile) -> tuple[bool, bool, int]:
    """Return how much a file is like lines of orders: no times of its own, products, amounts."""
    roles = find_columns(lines.names)
    return not lines.times, "product" in roles, sum(role in roles for role in ("quantity", "unit_price"))


def _best_link(lines: InspectedFile, files: Iterable[InspectedFile]) -> Link | None:
    """Return the link of lines to their orders; none where two files may be these."""
    others = [
        file for file in files if file is not lines and _may_be_orders(file) and not lists_users(lines, file)
    ]
    links = [link for orders in others if (link := find_link(lines, orders))]
    best = [link for link in links if link.strength == max(other.strength for other in links)]
    if len(best) > 1:
        lines.problem = (
            f"its rows are lines of orders in {' or '.join(link.orders.name for link in best)}, and nothing "
            "tells in which; leave only one of these files in the folder, or write a source with `join`"
        )
        return None
    if not best:
        lines.problem = next(filter(None, (partial_link(lines, orders) for orders in others)), "")
    return best[0] if best else None


def _join(link: Link) -> InspectedFile:
    """Return the file of lines with the columns of its orders, which the mapping joins."""
    lines, orders = link.lines, link.orders
    names = _names_in_mapping(link)
    files = as_list(orders.settings["files"])
    reading = {name: getattr(orders.source, name) for name in JOIN_SETTINGS}
    also = {name: name for name in link.beside}
    on = {link.own: link.keys[0]} | also
    join = Join(files=files, on=on, repeats=_counting(link), ids=list(link.rules), **reading)
    stated = {name: orders.settings[name] for name in JOIN_SETTINGS if name in orders.settings}
    settings: dict[str, Any] = {
        "files": orders.settings["files"],
        **stated,
        "on": {link.own: _key(link)} | also,
    }
    if link.rules:
        settings["ids"] = Noted(list(link.rules), f"both files write the same order as {link.example}")
    if link.is_repeated:
        where = "in several of the files" if orders.further_files else "in several rows of"
        settings["repeats"] = Ask(
            f"Some orders are {where} {orders.settings['files']}, by {link.keys[0]}. Which of them counts? "
            "Files are read in the order of their names: last is the latest export where names have dates",
            ("first", "last"),
        )
    comment = f"{lines.name} has lines of the orders in {orders.name}"
    if link.without_lines:
        comment += f"; {link.without_lines:,} orders have no lines and are not loaded"
    missing = list(dict.fromkeys([*lines.missing, *orders.missing]))
    joined = replace(
        lines,
        names=[*lines.names, *names],
        typed=lines.typed | {name: orders.typed[own] for name, own in names.items() if own in orders.typed},
        missing=missing,
        comment="\n".join(filter(None, (comment, lines.comment, orders.comment))),
        origins={name: (orders, own) for name, own in names.items()},
        joined=[(join, [part.as_found_file for part in (orders, *orders.further_files)])],
        order_key=link.own,
        settings=lines.settings | ({"missing": missing} if missing != [""] else {}) | {"join": [settings]},
    )
    _, first = next(joined.columns(list(names)), (None, {}))
    length = max((len(values) for values in lines.values.values()), default=0)
    joined.values = lines.values | {name: column[:length].to_pylist() for name, column in first.items()}
    return joined


def _counting(link: Link) -> Literal["first", "last"]:
    """Return which row of an order is looked at: of several exports, the later one has its present status."""
    return "last" if link.orders.further_files else "first"


def _names_in_mapping(link: Link) -> dict[str, str]:
    """Return the columns of the orders but their key, by the name that the mapping gives them.

    A name that the lines have as well, or of an amount of the whole order, has the file's name before it.
    """
    amounts = {find_columns(link.orders.names).get(role) for role in _AMOUNTS}
    names = {}
    for name in link.orders.names:
        is_explicit = name in link.lines.names or name in amounts or is_refund(name)
        if name not in (link.keys[0], *link.beside):
            names[f"{orders_prefix(link.orders)}{name}" if is_explicit else name] = name
    return names


def orders_prefix(orders: InspectedFile) -> str:
    """Return what stands before a column of the orders where its name alone is that of another."""
    return f"{as_list(orders.settings['files'])[0]}:"


def _key(link: Link) -> Any:
    """Return the column of the orders that is their key, or the question which one is."""
    if not link.is_asked and len(link.keys) == 1:
        return link.keys[0]
    return Ask(
        f"Which column of {link.orders.name} has the orders that {link.own} of {link.lines.name} names "
        f"({examples(link.lines.values[link.own])})? By the values, it may be {' or '.join(link.keys)}; if "
        "it is none, remove this source",
        {key: examples(link.orders.values[key]) for key in link.keys},
    )
