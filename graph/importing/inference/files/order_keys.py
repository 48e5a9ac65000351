"""Finds the key by which lines name their orders, over all rows of both files."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import combinations
from typing import NamedTuple

import pandas as pd
import pyarrow as pa

from graph.importing.inference.files.column_values import are_identifiers, examples
from graph.importing.inference.files.inspected_file import InspectedFile
from graph.importing.inference.files.tables import find_columns
from graph.importing.reading.ids import normalise
from graph.importing.vocabulary.names import simplify

_NEARLY_ALL = 0.95
"""Share of the lines whose order is in the file of orders, and of the orders whose key is their own."""
_MOST_SAMPLED = 0.8
_MOST_ORDERS = 0.5
"""Share of the orders that have lines, where names do not agree."""
_LINES_PER_ORDER = 50
"""Above this on average, the key is that of a shop or a region."""
_ENOUGH = 20
"""Keys below this number agree by chance."""
KEY_RULES = (
    ("lower_case",), ("whole_numbers", "no_leading_zeros"), ("no_leading_signs",),
    ("lower_case", "no_spaces", "no_leading_zeros", "whole_numbers", "nfkc"),
)  # fmt: skip
"""Rules that make keys equal, the fewest first."""
_GENERIC = {
    "id", "nr", "no", "number", "key", "pos", "position", "line", "line_no", "line_id", "row", "index",
    "nummer", "序号", "编号",
}  # fmt: skip
"""Names that any file has for keys of its own rows."""
_MOST_SHARED = 6
_OF_LINES = ("product", "quantity", "unit_price", "value", "discount")
"""Roles of columns that a line has of its own, so that they are no part of its order's key."""
_NUMBER = re.compile(r"(?<=..)(?:_(?:no|num|number|id|key)|_?s?(?:nummer|nr))$")


@dataclass(frozen=True)
class Link:
    """How a file of lines names the orders of another file.

    Attributes
    ----------
    lines, orders
        The files.
    own
        The column of the lines that holds the key.
    keys
        The columns of the orders that may be this key, the best first.
    is_named
        Whether the names of the columns agree.
    is_asked
        Whether only the user knows.
    is_repeated
        Whether some orders are in several rows.
    without_lines
        Number of orders that no line names.
    rules
        Rules that make their keys equal, where they are written in two ways.
    example
        A key as each file writes it, with such rules.
    """

    lines: InspectedFile
    orders: InspectedFile
    own: str
    keys: tuple[str, ...]
    is_named: bool
    is_asked: bool
    is_repeated: bool
    without_lines: int
    rules: tuple[str, ...] = ()
    example: str = ""
    beside: tuple[str, ...] = ()
    """Columns of both files that the key needs, as store and day where each numbers its bills anew."""

    @property
    def strength(self) -> tuple[bool, bool, bool]:
        """How sure it is, to be compared with other links of the same lines."""
        return self.is_named, not self.is_asked, "user" in find_columns(self.orders.names)


class _Match(NamedTuple):
    """Two columns whose values agree."""

    is_named: bool
    is_decided: bool
    coverage: float
    own: str
    key: str
    orders: int
    """Number of keys."""
    is_repeated: bool = False


def find_link(lines: InspectedFile, orders: InspectedFile) -> Link | None:
    """Return how a file of lines names the orders of another file; None if it does not.

    Keys may be written in two ways, like 00017 and 17.
    """
    if link := _find_link(lines, orders):
        several = link.is_repeated and _repeats_within_files(link) and _find_link_of_several(lines, orders)
        return several or link
    for rules in KEY_RULES:
        if link := _find_link(lines, orders, rules):
            return replace(link, rules=rules, example=example_of(link, rules))
    return _find_link_of_several(lines, orders)


def _find_link_of_several(lines: InspectedFile, orders: InspectedFile) -> Link | None:
    """Return how lines name their orders by a number and one or two columns that both files have."""
    of_lines = {column for role, column in find_columns(lines.names).items() if role in _OF_LINES}
    shared = [name for name in lines.names if name in orders.names and name not in of_lines]
    numbers = [
        (own, key)
        for key in key_columns(orders)
        for own in key_columns(lines)
        if names_agree(lines, own, orders, key)
    ]
    for own, key in numbers:
        others = [name for name in shared if name not in (own, key)][:_MOST_SHARED]
        for beside in [*combinations(others, 1), *combinations(others, 2)]:
            if link := _link_by(lines, orders, own, key, beside):
                return link
    return None


def _link_by(
    lines: InspectedFile, orders: InspectedFile, own: str, key: str, beside: tuple[str, ...]
) -> Link | None:
    """Return the link by a number and the columns `beside`; None where they do not name the orders."""
    of_files = [_combined(part, [key, *beside]) for part in orders.each_file()]
    distinct = pd.Index(pd.concat(of_files)).unique()
    rows, named = sum(map(len, of_files)), _combined(lines, [own, *beside])
    found = named[named.isin(distinct)]
    is_key = sum(part.nunique() for part in of_files) == rows
    names_lines = len(found) >= max(1, _NEARLY_ALL * len(named))
    if not (is_key and names_lines and found.nunique() >= _MOST_ORDERS * len(distinct)):
        return None
    unnamed, is_repeated = len(distinct) - found.nunique(), len(distinct) < rows
    return Link(lines, orders, own, (key,), True, False, is_repeated, unnamed, beside=beside)


def _repeats_within_files(link: Link) -> bool:
    """Whether one file has a key several times: two stores may use it, or an order was corrected."""
    of_files = (normalised(all_values(part, link.keys[0]), link.rules) for part in link.orders.each_file())
    return any(part[part != ""].duplicated().any() for part in of_files)


def _combined(file: InspectedFile, names: list[str]) -> "pd.Series[str]":
    first, *others = names
    frames = [frame[first].str.cat(frame[others], sep="\0") for frame in file.frames(names)]
    return pd.concat(frames or [pd.Series([], dtype=str)])


def partial_link(lines: InspectedFile, orders: InspectedFile) -> str:
    """Return how few rows of a file without users name an order of a file that has these; else empty."""
    roles, of_orders = find_columns(lines.names), find_columns(orders.names)
    own, key = roles.get("basket"), of_orders.get("basket")
    if own is None or key is None or "user" in roles or "user" not in of_orders:
        return ""
    keys, values = all_values(orders, key), all_values(lines, own)
    known = int(values.isin(keys[keys != ""]).sum())
    return (
        f"only {known:,} of its {len(values):,} rows have an order of {orders.name} ({own}: "
        f"{examples(lines.values[own])}; {key}: {examples(orders.values[key])})"
    )


def example_of(link: Link, rules: Sequence[str]) -> str:
    key = link.lines.values[link.own]
    own = next(value.strip() for value in key if value and value.strip())
    (same,) = normalise(pa.array([own]), rules).to_pylist()
    others = all_values(link.orders, link.keys[0])
    found = others[normalised(others, rules) == same]
    return f"{own} and {found.iloc[0]}" if len(found) else own


def normalised(values: "pd.Series[str]", rules: Sequence[str]) -> "pd.Series[str]":
    if not rules:
        return values
    return pd.Series(normalise(pa.array(values, pa.string()), rules).to_pylist(), dtype=str)


def _find_link(lines: InspectedFile, orders: InspectedFile, rules: Sequence[str] = ()) -> Link | None:
    matches: list[_Match] = []
    for key in key_columns(orders):
        values = normalised(all_values(orders, key), rules)
        distinct = pd.Index(values[values != ""]).unique()
        # A header of orders has no more rows than orders, but for a few corrections. A later export of a
        # series has orders of an earlier one again.
        of_files = (normalised(all_values(part, key), rules) for part in orders.each_file())
        if sum(part[part != ""].nunique() for part in of_files) >= max(1, _NEARLY_ALL * len(values)):
            compared = (_compare(lines, own, orders, key, distinct, rules) for own in key_columns(lines))
            matches += [
                match._replace(is_repeated=len(distinct) < int((values != "").sum()))
                for match in compared
                if match
            ]
    if not matches:
        return None
    best = max(matches, key=lambda match: match[:3])
    same = [match for match in matches if match[:2] == best[:2] and match.own == best.own]
    keys = tuple(match.key for match in sorted(same, key=lambda match: match.coverage, reverse=True))
    without_lines = round(best.orders * (1 - best.coverage))
    return Link(
        lines, orders, best.own, keys, best.is_named, not best.is_decided, best.is_repeated, without_lines
    )


def _compare(
    lines: InspectedFile, own: str, orders: InspectedFile, key: str, distinct: pd.Index, rules: Sequence[str]
) -> _Match | None:
    is_named = names_agree(lines, own, orders, key)
    if not is_named and "user" not in find_columns(orders.names):
        return None
    sampled = [value.strip() for value in lines.values[own] if value and value.strip()]
    if not sampled or normalised(pd.Series(sampled), rules).isin(distinct).mean() < _MOST_SAMPLED:
        return None
    values = normalised(all_values(lines, own), rules)
    found = values[values.isin(distinct)]
    if len(found) < _NEARLY_ALL * len(values) or len(values) > _LINES_PER_ORDER * len(distinct):
        return None
    used = found.nunique()
    coverage = used / len(distinct)
    # Small numbers, like quantities and the numbers of lines, are in any list of keys.
    is_decided = is_named or (coverage >= _MOST_ORDERS and are_identifiers(set(found.unique())))
    may_be_asked = coverage >= _NEARLY_ALL and _ENOUGH <= used < len(found)
    if not (is_decided or may_be_asked):
        return None
    return _Match(is_named, is_decided, coverage, own, key, len(distinct))


def key_columns(file: InspectedFile) -> list[str]:
    """Return the columns that may hold the key of an order: so named, or with a name that tells nothing."""
    others = {column for role, column in find_columns(file.names).items() if role not in ("id", "basket")}
    return [name for name in file.names if name not in (*others, *file.times, *file.day_of_clock)]


def names_agree(lines: InspectedFile, own: str, orders: InspectedFile, key: str) -> bool:
    """Whether the names of two columns say that they hold the same key."""
    if _bare(own) == _bare(key):
        return _bare(own) not in _GENERIC
    roles = find_columns(orders.names)
    return find_columns(lines.names).get("basket") == own and key in (roles.get("basket"), roles.get("id"))


def _bare(name: str) -> str:
    """Return a name without the word for a number: `bon` for `Bonnummer`, `Bon-Nr.` and `Bon`."""
    return _NUMBER.sub("", simplify(name))


def all_values(file: InspectedFile, column: str) -> "pd.Series[str]":
    return pd.concat([frame[column] for frame in file.frames([column])] or [pd.Series([], dtype=str)])
