"""Rules that select rows by the values of a column."""

from typing import Annotated, Any, Literal, Self

from pydantic import BeforeValidator, ConfigDict, Field, field_validator, model_validator

from graph.importing.mapping.formats import OR, Strict, Texts, as_list

Sign = Literal["positive", "negative", "zero", "not_negative", "not_positive", "any"]


def _as_texts(value: Any) -> Any:
    """Return a list of texts; refuse one text that may be meant as several."""
    if isinstance(value, str) and OR in value:
        several = "[" + ", ".join(value.split(OR)) + "]"
        raise ValueError(f"{value!r} may be one text or several: write {several}, or [{value!r}] for one")
    return as_list(value)


class Rule(Strict):
    """A rule for the values of a column; where it has several parts, all must hold.

    A missing value equals nothing and starts with nothing.
    """

    model_config = ConfigDict(extra="forbid", populate_by_name=True, serialize_by_alias=True)

    is_: Texts | None = Field(None, alias="is", description="Equals one of these texts")
    is_not: Annotated[list[str], BeforeValidator(_as_texts)] | None = Field(
        None, description="Equals none of these texts"
    )
    starts_with: Texts | None = Field(None, description="Starts with one of them")
    not_starts_with: Texts | None = Field(None, description="Starts with none of them")
    matches: str | None = Field(None, description="Contains a match of this regular expression (RE2)")
    not_matches: str | None = Field(None, description="Contains no match of it")
    empty: bool | None = Field(None, description="Whether the value is missing (empty, or under `missing`)")
    sign: Sign | None = Field(
        None,
        description="positive, negative, zero, not_negative, not_positive or any. A text that is no number "
        "is not left out, so that it is rejected with its reason where the column is mapped",
    )

    @field_validator("matches", "not_matches")
    @classmethod
    def _is_an_expression(cls, expression: str | None) -> str | None:
        import pyarrow as pa
        import pyarrow.compute as pc

        try:
            # The engine that reads the rows: Python's own has other expressions.
            pc.match_substring_regex(pa.array([""]), expression or "")
        except pa.ArrowInvalid as error:
            reason = str(error).removeprefix("Invalid regular expression: ")
            raise ValueError(f"{expression!r} is not a regular expression of RE2: {reason}") from error
        return expression

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        if not self.model_fields_set:
            raise ValueError("the rule is empty; write it like {is: paid} or {empty: false}")
        return self


def _as_rule(value: Any) -> Any:
    return value if isinstance(value, dict | Rule) else {"is": value}


RuleOrTexts = Annotated[Rule, BeforeValidator(_as_rule, json_schema_input_type=Rule | str | list[str])]
"""A rule; a text or a list of texts is short for `is`."""
