"""The contract of tables: what an import reads, and what each row becomes in the graph.

Every adapter and every mapping ends here; `docs/data-contract.md` is written from it.
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
    """The table whose ids this column holds."""


@dataclass(frozen=True)
class TableSpec:
    """One table: `becomes` says what a row is in the graph, `key` what makes two rows the same."""

    name: str
    becomes: str
    key: str
    fields: tuple[Field, ...]
    required: bool = False
    attributes: bool = False
    """Whether further columns may be kept as properties."""

    @property
    def names(self) -> tuple[str, ...]:
        """The names of all fields."""
        return tuple(one.name for one in self.fields)


def _id(meaning: str = "its key") -> Field:
    return Field("id", "id", meaning, required=True)


def _ref(name: str, table: str, meaning: str, *, required: bool = True) -> Field:
    return Field(name, "id", meaning, required, table)


_SPECS = (
    TableSpec("users", "(:User)", "id", (_id(), Field("name", "text", "to show")), True, attributes=True),
    TableSpec(
        "tags",
        "(:Tag)",
        "id",
        (_id(), Field("text", "text", "what it says, in words"), Field("kind", "text", "what it is about")),
    ),
    TableSpec(
        "products",
        "(:Product)-[:IN_CATEGORY]->(:Category)",
        "id",
        (_id(), Field("name", "text", "to show"), Field("category", "text", "its category")),
        attributes=True,
    ),
    TableSpec(
        "campaigns",
        "(:Campaign)",
        "id",
        (
            _id(),
            Field("name", "text", "to show"),
            Field("kind", "text", "its type"),
            Field("starts", "time", "first moment of its window", required=True),
            Field("ends", "time", "first moment after its window", required=True),
        ),
        True,
    ),
    TableSpec(
        "coupons",
        "(:Coupon)-[:OF]->(:Campaign)",
        "id and campaign",
        (_id(), _ref("campaign", "campaigns", "the campaign it belongs to")),
    ),
    TableSpec(
        "user_tags",
        "(:User)-[:HAS_TAG {source: 'stated'}]->(:Tag)",
        "user and tag",
        (
            _ref("user", "users", "who"),
            _ref("tag", "tags", "which tag"),
            Field("weight", "number", "how strongly; 1 where not given"),
            Field("at", "time", "since when; a profile's tag, known at any time, has none"),
        ),
    ),
    TableSpec(
        "targetings",
        "(:User)-[:TARGETED_BY]->(:Campaign)",
        "user and campaign",
        (
            _ref("user", "users", "who was reached"),
            _ref("campaign", "campaigns", "by which campaign"),
            Field("at", "time", "when; the campaign's start where not given"),
        ),
    ),
    TableSpec(
        "promotions",
        "(:Campaign)-[:PROMOTES]->(:Product), with a coupon also (:Coupon)-[:DISCOUNTS]->(:Product)",
        "campaign, product and coupon",
        (
            _ref("campaign", "campaigns", "which campaign"),
            _ref("product", "products", "promotes which product"),
            _ref("coupon", "coupons", "by which coupon", required=False),
            Field("discount", "number", "how much cheaper, in money"),
        ),
    ),
    TableSpec(
        "ties",
        "(:User)-[:KNOWS]->(:User)",
        "source and target",
        (
            _ref("source", "users", "who"),
            _ref("target", "users", "knows whom"),
            Field("weight", "number", "how closely; 1 where not given"),
        ),
    ),
    TableSpec(
        "behaviours",
        "(:User)-[:PURCHASED, ...]->(:Product, :Coupon or :Campaign)",
        "id where given, else all values",
        (
            _ref("user", "users", "who"),
            Field("kind", "text", "did what: a name under `kinds`", required=True),
            Field(
                "object", "id", "with what: a product, coupon or campaign, as the kind says", required=True
            ),
            Field("at", "time", "when", required=True),
            Field("quantity", "number", "how many"),
            Field("value", "number", "money"),
            Field("discount", "number", "money less"),
            Field("coupon_discount", "number", "money less by coupon, a part of the discount"),
            _ref("campaign", "campaigns", "on account of which campaign", required=False),
            Field("basket", "text", "the basket, order or session it belongs to"),
            Field("store", "text", "the store or channel"),
            Field("id", "id", "its own key, where it has one"),
        ),
        True,
    ),
)

TABLES = {spec.name: spec for spec in _SPECS}
"""In the order of loading: each table finds what it refers to."""

ADDABLE = ("users", "tags", "products", "coupons")
"""What may be added by its id alone when a row refers to it; a campaign needs its window."""
