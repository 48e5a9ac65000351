"""The format of values: times, numbers and missing values."""

import re
from typing import Annotated, Any, Literal, Self
from zoneinfo import ZoneInfo

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, field_validator, model_validator

from graph.importing.mapping.time_formats import contradiction, is_known


def as_list(value: Any) -> Any:
    """Return `value` as a list of one, unless it is a list."""
    return value if isinstance(value, list) else [value]


OR = " | "
"""Between formats in one text, and between paths of JSON that are alternatives; never between values."""
FIRST_OF = " || "
"""Between the names of several columns of which the first with a value counts."""
DATE_AND_TIME = " && "
"""Between the names of a column of days and one of times of day, which together state a time."""
DATE_AND_HOUR = " &hour& "
"""The same for a column of hours, from 0 to 23."""


PHONE_RULE = r"phone(?: \+([1-9]\d{0,2})( digits)?)?"
"""A rule for ids that are phone numbers, with the calling code of national ones; also for digits alone."""


def divider_of(name: str) -> str:
    """Return what stands between the columns of the file that `name` is made of, if it is of several."""
    return next((divider for divider in (DATE_AND_TIME, DATE_AND_HOUR) if divider in name), FIRST_OF)


def parts_of(name: str) -> list[str]:
    """Return the columns of the file that `name` is made of: several where it names them, else itself."""
    return name.split(divider_of(name))


def _split_formats(value: Any) -> Any:
    return value.split(OR) if isinstance(value, str) else value


Texts = Annotated[list[str], BeforeValidator(as_list)]
Formats = Annotated[list[str], BeforeValidator(_split_formats)]


class Strict(BaseModel):
    """Refuses unknown fields."""

    model_config = ConfigDict(extra="forbid")


_NUMBER_EXAMPLE = re.compile(r"1([,. ']?)234([.,])56")


class Numbers(Strict):
    """The format of numbers; in a mapping also as an example: 1,234.56 or 1.234,56 or 1234.56."""

    decimal: Literal[".", ","] = "."
    thousands: Literal["", ",", ".", " ", "'"] = ""
    divide_by: Literal[1, 10, 100, 1000, 1_000_000] = 1

    @model_validator(mode="before")
    @classmethod
    def _of_example(cls, value: Any) -> Any:
        if isinstance(value, str | float):
            match = _NUMBER_EXAMPLE.fullmatch(str(value))
            if not match:
                raise ValueError(
                    "write it as one of 1234.56, 1,234.56, 1234,56, 1.234,56, 1 234,56, 1'234.56"
                )
            return {"decimal": match[2], "thousands": match[1]}
        return value

    @model_validator(mode="after")
    def _differ(self) -> Self:
        if self.decimal == self.thousands:
            raise ValueError("decimal and thousands must differ")
        return self


class FormatSettings(Strict):
    """The format of values; settings of a table override those of the mapping."""

    times: Formats | None = Field(
        None,
        description="Formats, tried in this order: iso, epoch_s, epoch_ms, epoch_us, epoch_ns, excel (serial "
        "days), a count from a start like 'hours since 2018-01-01 09:00' (also days, minutes, seconds), or "
        "strptime's like '%d/%m/%Y %H:%M' or '%m/%d/%Y %I:%M %p'. Month names in another language have its "
        "code before the format: 'de: %d. %B %Y'. No two formats may read one text as different days",
    )
    zone: str | None = Field(None, description="Time zone of times without one, for example Europe/Berlin")
    numbers: Numbers | None = Field(
        None,
        description="Decimal sign and thousands separator; `divide_by: 100` for amounts in pence or cents",
    )
    missing: list[str] | None = Field(None, description="Texts that stand for a missing value")

    @field_validator("times")
    @classmethod
    def _times_agree(cls, times: list[str] | None) -> list[str] | None:
        unknown = next((layout for layout in times or [] if not is_known(layout)), None)
        if unknown is not None:
            raise ValueError(
                f"{unknown!r} is no format of times; write iso, epoch_s (_ms, _us, _ns), excel, a "
                "count like 'hours since 2018-01-01' (also days, minutes, seconds; 'hours since 2018-01-01 "
                "09:00'), or strptime's like '%d/%m/%Y' or, with German names of months, 'de: %d. %B %Y'"
            )
        mixed = next((layout for layout in times or [] if "%H" in layout and "%p" in layout), None)
        if mixed is not None:
            right = mixed.replace("%H", "%I")
            raise ValueError(
                f"{mixed!r} would ignore AM and PM, as %H is an hour of 24; write %I, the hour of 12: "
                f"{right!r}"
            )
        both = contradiction(times or [])
        if both:
            first, second, text = both
            raise ValueError(
                f"{first!r} and {second!r} read {text} as different days; keep the one that is right, "
                "and give another column its own: columns: {at: {column: Date, times: ...}}"
            )
        return times

    @field_validator("zone")
    @classmethod
    def _zone_exists(cls, zone: str | None) -> str | None:
        if zone is not None:
            try:
                ZoneInfo(zone)
            except (KeyError, ValueError, OSError) as error:
                raise ValueError(f"{zone!r} is not a time zone; write it like Europe/Berlin") from error
        return zone


DiscountReading = Literal["amount", "rate", "percent", "paid_rate", "threshold"]


class ColumnFormat(FormatSettings):
    """The format of one column; its settings override those of the table."""

    model_config = ConfigDict(extra="forbid", populate_by_name=True, serialize_by_alias=True)

    discount: Annotated[list[DiscountReading], BeforeValidator(_split_formats)] | None = Field(
        None,
        alias="as",
        description="discount: what the values state, tried in this order. amount (default): money taken "
        "off; rate: share taken off (0.05 or 5%); percent: 5; paid_rate: share paid (0.95); threshold: "
        "`300:30`, 30 off from 300. Fills discount, discount_rate and minimum_spend",
    )


class ValueFormat(BaseModel):
    """The complete format of the values of one source."""

    times: tuple[str, ...]
    zone: str
    numbers: Numbers
    missing: tuple[str, ...]
