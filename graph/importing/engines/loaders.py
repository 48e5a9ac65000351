"""Loads the rows of each table, behaviours excepted, with the statement of that table."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

from graph.connection import Row, Transaction
from graph.importing.mapping.model import Mapping
from graph.importing.reading.lines import RowError
from graph.importing.values.discounts import FIELDS as DISCOUNT_FIELDS
from graph.importing.values.references import REFERENCES, unknown_id
from graph.importing.values.rows import Rows


class LoadResult(NamedTuple):
    """Numbers of loaded and unchanged rows of a batch, and the errors of rejected ones."""

    loaded: int
    unchanged: int
    rejected: list[RowError]


@dataclass(frozen=True)
class Target:
    """The mapping and the number of the import job that rows are loaded for."""

    mapping: Mapping
    number: int

    @property
    def keys(self) -> Row:
        """The parameters that all statements share."""
        return {"dataset": self.mapping.dataset, "import": self.number}


Load = Callable[[Transaction, Rows, Target], LoadResult]


def records(rows: Rows, names: tuple[str, ...]) -> list[Row]:
    """Return rows as dictionaries of `row` (its number) and `names`; None for missing values."""
    columns = [
        rows.columns[name].to_pylist() if name in rows.columns else [None] * len(rows) for name in names
    ]
    return [
        dict(zip(("row", *names), values, strict=True))
        for values in zip(rows.numbers.tolist(), *columns, strict=True)
    ]


def load_entities(transaction: Transaction, rows: Rows, target: Target) -> LoadResult:
    """Load users, tags, products or campaigns; a known id gets the newest values."""
    distinct, unchanged, rejected = _distinct(_entities(rows))
    zone = {"zone": target.mapping.zone} if rows.table == "campaigns" else {}
    result = transaction.run(f"importing/{rows.table}", **target.keys, rows=distinct, **zone)
    by_row = {row["row"]: row["id"] for row in distinct}
    outcomes = {row["outcome"]: row["rows"] for row in result.rows}
    if rows.table == "products" and any("category" in row["properties"] for row in distinct):
        changed = [by_row[row] for row in (*outcomes.get("new", []), *outcomes.get("changed", []))]
        transaction.run("importing/categories", **target.keys, ids=changed)
    rejected += [RowError(row, "id", by_row[row], CONTRADICTION) for row in outcomes.get("twice", [])]
    if rows.keep_first:
        unchanged, rejected = unchanged + len(rejected), []
    loaded = len(outcomes.get("new", [])) + len(outcomes.get("changed", []))
    return LoadResult(loaded, unchanged + len(outcomes.get("same", [])), rejected)


CONTRADICTION = "occurs twice with different values; the first row was loaded"


def _entities(rows: Rows) -> list[Row]:
    if rows.table == "campaigns":
        return records(rows, ("id", "name", "kind", "starts", "ends"))
    names = tuple(name for name in rows.columns if name != "id")
    return [
        {
            "row": row["row"],
            "id": row["id"],
            "properties": {
                name.removeprefix("attributes."): row[name] for name in names if row[name] is not None
            },
        }
        for row in records(rows, ("id", *names))
    ]


def _distinct(rows: list[Row]) -> tuple[list[Row], int, list[RowError]]:
    """Return the first row of each id, the number of exact repetitions, and errors for contradictions."""
    first: dict[str, Row] = {}
    unchanged, rejected = 0, []
    for row in rows:
        earlier = first.setdefault(row["id"], row)
        if earlier is row:
            continue
        if {**earlier, "row": 0} == {**row, "row": 0}:
            unchanged += 1
        else:
            rejected.append(RowError(row["row"], "id", row["id"], CONTRADICTION))
    return list(first.values()), unchanged, rejected


def load_links(transaction: Transaction, rows: Rows, target: Target) -> LoadResult:
    """Load coupons, tags of users, targetings or ties."""
    names, zoned = _LINKS[rows.table]
    zone = {"zone": target.mapping.zone} if zoned else {}
    links = records(rows, names)
    result = transaction.run(f"importing/{rows.table}", **target.keys, rows=links, **zone)
    return _link_result(links, result.relationships_created, result.rows)


_LINKS: dict[str, tuple[tuple[str, ...], bool]] = {
    "coupons": (("id", "campaign"), False),
    "user_tags": (("user", "tag", "weight", "at"), True),
    "targetings": (("user", "campaign", "at"), True),
    "ties": (("source", "target", "weight"), False),
}


def load_promotions(transaction: Transaction, rows: Rows, target: Target) -> LoadResult:
    """Load promotions; a row with a coupon becomes a discount and a promotion."""
    links = records(rows, ("campaign", "product", "coupon", *DISCOUNT_FIELDS))
    by_coupon = [row for row in links if row["coupon"] is not None]
    plain = [row for row in links if row["coupon"] is None]
    discounts = transaction.run("importing/discounts", **target.keys, rows=by_coupon)
    rejected = {row["row"] for row in discounts.rows}
    # With a coupon, the discount is a property of the coupon, not of the promotion.
    without_discount = dict.fromkeys(DISCOUNT_FIELDS)
    promoted = [row | without_discount for row in by_coupon if row["row"] not in rejected]
    transaction.run("importing/promotions", **target.keys, rows=promoted)
    promotions = transaction.run("importing/promotions", **target.keys, rows=plain)
    created = discounts.relationships_created + promotions.relationships_created
    return _link_result(links, created, discounts.rows + promotions.rows)


def _link_result(links: list[Row], created: int, exceptions: list[Row]) -> LoadResult:
    """Build the result; `exceptions` are rows whose `column` has an unknown id, or that change a link."""
    by_row = {link["row"]: link for link in links}
    rejected = []
    for exception in exceptions:
        row, column = exception["row"], exception["column"]
        if column is not None:
            rejected.append(RowError(row, column, str(by_row[row][column]), unknown_id(REFERENCES[column])))
    loaded = created + len(exceptions) - len(rejected)
    return LoadResult(loaded, len(links) - loaded - len(rejected), rejected)
