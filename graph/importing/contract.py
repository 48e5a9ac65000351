"""The data contract: the tables that an import reads, and what each row becomes in the graph.

Adapters and mappings fill these tables; `docs/data-contract.md` is generated from them.
"""

from dataclasses import dataclass
from typing import Literal

Kind = Literal["id", "text", "number", "time"]


@dataclass(frozen=True)
class Field:
    """One column of a table."""

    name: str
    kind: Kind
    meaning: str
    required: bool = False
    refers: str | None = None
    """The table that this column references."""


@dataclass(frozen=True)
class TableSpec:
    """One table: `becomes` is the pattern that a row becomes, `key` identifies equal rows."""

    name: str
    becomes: str
    key: str
    fields: tuple[Field, ...]
    attributes: bool = False
    """Whether additional columns can become properties."""

    @property
    def reserved(self) -> frozenset[str]:
        """Properties of its nodes that additional columns cannot have as their name."""
        return frozenset({"id", "dataset", "import", "changed_by", *self.names})

    @property
    def names(self) -> tuple[str, ...]:
        """Names of all fields."""
        return tuple(field.name for field in self.fields)

    def field(self, name: str) -> Field:
        """Return the field of that name."""
        return next(field for field in self.fields if field.name == name)


def _id(meaning: str = "its key") -> Field:
    return Field("id", "id", meaning, required=True)


def _ref(name: str, table: str, meaning: str, *, required: bool = True) -> Field:
    return Field(name, "id", meaning, required, table)


_SPECS = (
    TableSpec("users", "(:User)", "id", (_id(), Field("name", "text", "display name")), attributes=True),
    TableSpec(
        "tags",
        "(:Tag)",
        "id",
        (_id(), Field("text", "text", "its meaning in words"), Field("kind", "text", "its type")),
    ),
    TableSpec(
        "products",
        "(:Product)-[:IN_CATEGORY]->(:Category)",
        "id",
        (_id(), Field("name", "text", "display name"), Field("category", "text", "its category")),
        attributes=True,
    ),
    TableSpec(
        "campaigns",
        "(:Campaign)",
        "id",
        (
            _id(),
            Field("name", "text", "display name"),
            Field("kind", "text", "its type"),
            Field("starts", "time", "first moment of its window", required=True),
            Field("ends", "time", "first moment after its window; or set `duration_days`", required=True),
        ),
    ),
    TableSpec(
        "coupons",
        "(:Coupon)-[:OF]->(:Campaign)",
        "id and campaign",
        (_id(), _ref("campaign", "campaigns", "its campaign")),
    ),
    TableSpec(
        "user_tags",
        "(:User)-[:HAS_TAG {source: 'stated'}]->(:Tag)",
        "user and tag",
        (
            _ref("user", "users", "the user"),
            _ref("tag", "tags", "the tag"),
            Field("weight", "number", "strength; default 1"),
            Field("at", "time", "since when; missing for tags that hold at any time"),
        ),
    ),
    TableSpec(
        "targetings",
        "(:User)-[:TARGETED_BY]->(:Campaign)",
        "user and campaign",
        (
            _ref("user", "users", "the targeted user"),
            _ref("campaign", "campaigns", "the campaign"),
            Field("at", "time", "when; after the start, behaviours count from then on; default: the start"),
        ),
    ),
    TableSpec(
        "promotions",
        "(:Campaign)-[:PROMOTES]->(:Product), with a coupon also (:Coupon)-[:DISCOUNTS]->(:Product)",
        "campaign, product and coupon",
        (
            _ref("campaign", "campaigns", "the campaign"),
            _ref("product", "products", "the promoted product"),
            _ref("coupon", "coupons", "the coupon, if any", required=False),
            Field("discount", "number", "price reduction in money"),
            Field("discount_rate", "number", "share of the price taken off, from 0 to 1"),
            Field("minimum_spend", "number", "amount of money from which the discount holds"),
        ),
    ),
    TableSpec(
        "ties",
        "(:User)-[:KNOWS]->(:User)",
        "source and target",
        (
            _ref("source", "users", "the user"),
            _ref("target", "users", "the other user"),
            Field("weight", "number", "closeness; default 1"),
        ),
    ),
    TableSpec(
        "behaviours",
        "(:User)-[:PURCHASED, ...]->(:Product, :Coupon or :Campaign)",
        "id where given, else all values",
        (
            _ref("user", "users", "the user"),
            Field("kind", "text", "the kind: a name under `kinds`", required=True),
            Field(
                "object",
                "id",
                "its object: a product, coupon or campaign, as the kind defines",
                required=True,
            ),
            Field("at", "time", "when", required=True),
            Field("quantity", "number", "number of units; stored as an integer where it is whole"),
            Field("value", "number", "amount of money"),
            Field("unit_price", "number", "price of one unit; gives the value where none is mapped"),
            Field("discount", "number", "price reduction in money"),
            Field("discount_rate", "number", "share of the price taken off, from 0 to 1"),
            Field("minimum_spend", "number", "amount of money from which the discount holds"),
            Field("coupon_discount", "number", "the part of the discount by coupon"),
            _ref("campaign", "campaigns", "the campaign it is attributed to", required=False),
            Field("basket", "text", "its basket, order or session"),
            Field("store", "text", "the store or channel"),
            Field("id", "id", "its id, if it has one"),
        ),
    ),
)

TABLES = {spec.name: spec for spec in _SPECS}
"""In loading order: referenced tables come first."""

ENTITIES = ("users", "tags", "products", "campaigns")
"""Tables whose rows describe one node each: a later row with the same id brings its newest values."""

LABELS = {
    "users": "User",
    "tags": "Tag",
    "products": "Product",
    "campaigns": "Campaign",
    "coupons": "Coupon",
}
"""Label of the nodes of each table."""

ADDABLE = ("users", "tags", "products", "coupons")
"""Tables to which rows can add unknown ids by referencing them; campaigns need their dates."""
