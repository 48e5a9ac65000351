"""How the rows of each table enter the graph: which statement, and what its answer means."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NamedTuple

import pyarrow as pa
import pyarrow.compute as pc

from graph.connection import Row, Transaction
from graph.importing.lines import Damage
from graph.importing.mapping import Mapping
from graph.importing.rows import Rows

REFERS = {"user": "users", "source": "users", "target": "users", "tag": "tags", "campaign": "campaigns",
           "product": "products", "coupon": "coupons"}  # fmt: skip


class Loaded(NamedTuple):
    """What became of the rows of a batch."""

    loaded: int
    unchanged: int
    rejected: list[Damage]


@dataclass(frozen=True)
class Target:
    """Where rows go: which data set, by which job, read how."""

    mapping: Mapping
    number: int

    @property
    def keys(self) -> Row:
        """The parameters that every statement takes."""
        return {"dataset": self.mapping.dataset, "import": self.number}


Load = Callable[[Transaction, Rows, Target], Loaded]


def records(rows: Rows, names: tuple[str, ...]) -> list[Row]:
    """The rows as maps of `row` and `names`; None where a value is not given."""
    columns = [
        rows.columns[name].to_pylist() if name in rows.columns else [None] * len(rows) for name in names
    ]
    return [
        dict(zip(("row", *names), values, strict=True))
        for values in zip(rows.numbers.tolist(), *columns, strict=True)
    ]


def load_entities(transaction: Transaction, rows: Rows, target: Target) -> Loaded:
    """Users, tags, products and campaigns: known by their id, their newest values win."""
    sent, unchanged, rejected = _distinct(_entities(rows))
    zone = {"zone": target.mapping.zone} if rows.table == "campaigns" else {}
    answer = transaction.run(f"importing/{rows.table}", **target.keys, rows=sent, **zone)
    found = {row["outcome"]: row["rows"] for row in answer.rows}
    if rows.table == "products" and any("category" in row["properties"] for row in sent):
        ids = {row["row"]: row["id"] for row in sent}
        changed = [ids[one] for one in (*found.get("new", []), *found.get("changed", []))]
        transaction.run("importing/categories", **target.keys, ids=changed)
    by_row = {row["row"]: row["id"] for row in sent}
    rejected += [Damage(row, "id", by_row[row], TWICE) for row in found.get("twice", [])]
    loaded = len(found.get("new", [])) + len(found.get("changed", []))
    return Loaded(loaded, unchanged + len(found.get("same", [])), rejected)


TWICE = "is there twice with different values; the first one stands"


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


def _distinct(sent: list[Row]) -> tuple[list[Row], int, list[Damage]]:
    """Each id once; how many rows repeat it exactly, and those that contradict it."""
    first: dict[str, Row] = {}
    unchanged, rejected = 0, []
    for row in sent:
        known = first.setdefault(row["id"], row)
        if known is row:
            continue
        if {**known, "row": 0} == {**row, "row": 0}:
            unchanged += 1
        else:
            rejected.append(Damage(row["row"], "id", row["id"], TWICE))
    return list(first.values()), unchanged, rejected


def load_links(transaction: Transaction, rows: Rows, target: Target) -> Loaded:
    """Everything between users, tags, campaigns, coupons and products but behaviours."""
    names, zoned = _LINKS[rows.table]
    zone = {"zone": target.mapping.zone} if zoned else {}
    sent = records(rows, names)
    answer = transaction.run(f"importing/{rows.table}", **target.keys, rows=sent, **zone)
    return _answered(sent, answer.relationships_created, answer.rows)


_LINKS: dict[str, tuple[tuple[str, ...], bool]] = {
    "coupons": (("id", "campaign"), False),
    "user_tags": (("user", "tag", "weight", "at"), True),
    "targetings": (("user", "campaign", "at"), True),
    "ties": (("source", "target", "weight"), False),
}


def load_promotions(transaction: Transaction, rows: Rows, target: Target) -> Loaded:
    """A row with a coupon is what that coupon discounts, and a promotion besides."""
    sent = records(rows, ("campaign", "product", "coupon", "discount"))
    by_coupon = [row for row in sent if row["coupon"] is not None]
    plain = [row for row in sent if row["coupon"] is None]
    discounts = transaction.run("importing/discounts", **target.keys, rows=by_coupon)
    refused = {row["row"] for row in discounts.rows}
    promoted = [row for row in by_coupon if row["row"] not in refused]
    transaction.run("importing/promotions", **target.keys, rows=promoted)
    promotions = transaction.run("importing/promotions", **target.keys, rows=plain)
    created = discounts.relationships_created + promotions.relationships_created
    return _answered(sent, created, discounts.rows + promotions.rows)


def _answered(sent: list[Row], created: int, refused: list[Row]) -> Loaded:
    by_row = {row["row"]: row for row in sent}
    rejected = [unknown(one["row"], one["column"], by_row[one["row"]][one["column"]]) for one in refused]
    return Loaded(created, len(sent) - created - len(rejected), rejected)


def unknown(row: int, column: str, value: Any) -> Damage:
    """A row that names something that is not there."""
    return Damage(row, column, str(value), f"is not among the {REFERS[column]}")


def referred(rows: Rows, mapping: Mapping) -> dict[str, pa.Array]:
    """The distinct ids that `rows` name in each table that may be added to."""
    found: dict[str, list[pa.Array]] = {}
    for column, values in rows.columns.items():
        table = REFERS.get(column)
        if table and mapping.adds(table):
            found.setdefault(table, []).append(values)
    if rows.table == "behaviours":
        for kind, spec in mapping.kinds.items():
            table = f"{spec.object}s"
            if mapping.adds(table):
                mine = pc.equal(rows.columns["kind"], kind)
                found.setdefault(table, []).append(rows.columns["object"].filter(mine))
    return {
        table: pc.drop_null(pc.unique(pa.chunked_array(parts, pa.string()))) for table, parts in found.items()
    }
