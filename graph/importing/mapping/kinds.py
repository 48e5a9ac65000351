"""Kinds of behaviours, and which of them count as participation."""

from typing import Literal, Self

from pydantic import Field, model_validator

from graph.importing.mapping.formats import Strict

Object = Literal["product", "coupon", "campaign"]
ObjectTable = Literal["products", "coupons", "campaigns"]
_OBJECT_TABLES: dict[Object, ObjectTable] = {
    "product": "products",
    "coupon": "coupons",
    "campaign": "campaigns",
}
_TYPE = r"^[A-Z][A-Z0-9_]*$"
# Relationship types that Groundswell writes itself; behaviours must use others.
DERIVED = {
    "HAS_TAG", "TARGETED_BY", "PARTICIPATED_IN", "KNOWS", "SIMILAR_TO", "INFLUENCES", "KEY_USER_OF",
    "IN_GROUP", "OF", "DISCOUNTS", "PROMOTES", "IN_CATEGORY", "FOUND_KEY_TAG", "MADE_WITH", "USED", "BEFORE",
    "REPLACED",
}  # fmt: skip


class BehaviourKind(Strict):
    """A kind of behaviour: its relationship type, and when it counts as participation."""

    type: str = Field(description="Relationship type, like PURCHASED", pattern=_TYPE)
    object: Object = "product"
    weight: float = Field(1.0, ge=0, description="Contribution of one participation to the influence level")
    counts: Literal["promoted", "named", "any", "never"] = Field(
        "never",
        description="promoted: its product is promoted by the campaign. named: it names the campaign. "
        "any: whatever its object",
    )
    returns: str | None = Field(
        None,
        description="For returns, refunds and cancellations: name of the kind that they take back. "
        "They never count, and their quantity and value are subtracted from those of that kind",
    )

    @property
    def object_table(self) -> ObjectTable:
        """The table of its objects."""
        return _OBJECT_TABLES[self.object]

    @model_validator(mode="after")
    def _check_type(self) -> Self:
        if self.type in DERIVED:
            raise ValueError(f"{self.type} is reserved: Groundswell writes this type itself")
        if self.counts == "promoted" and self.object != "product":
            raise ValueError("counts: promoted needs object: product")
        if self.returns is not None and self.counts != "never":
            raise ValueError("a kind with `returns` never counts: remove `counts`")
        return self


class Participation(Strict):
    """Which behaviours of any kind count as participation."""

    targeted: bool | Literal["mixed"] = Field(
        True,
        description="Only users whom the campaign targeted, from then on; false: anyone; mixed: anyone where "
        "it targeted nobody",
    )
    window: bool = Field(True, description="Only between the campaign's start and end")
