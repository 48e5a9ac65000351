"""The mapping file: how the columns of a user's files fill the contract's tables.

It is YAML, validated here; `groundswell import schema` prints its JSON schema for editors.
"""

import codecs
import hashlib
from pathlib import Path
from typing import Annotated, Any, Literal, Self
from zoneinfo import ZoneInfo

import yaml
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, model_validator

from graph.errors import InvalidRequest
from graph.importing.contract import ADDABLE, TABLES

FILE_NAME = "groundswell.yaml"

_TYPE = r"^[A-Z][A-Z0-9_]*$"
# Relationship types that Groundswell writes itself; behaviours must use others.
DERIVED = {
    "HAS_TAG", "TARGETED_BY", "PARTICIPATED_IN", "KNOWS", "SIMILAR_TO", "INFLUENCES", "KEY_USER_OF",
    "IN_GROUP", "OF", "DISCOUNTS", "PROMOTES", "IN_CATEGORY", "FOUND_KEY_TAG", "MADE_WITH", "USED", "BEFORE",
}  # fmt: skip


def _as_list(value: Any) -> Any:
    return value if isinstance(value, list) else [value]


Texts = Annotated[list[str], BeforeValidator(_as_list)]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid")


class Numbers(_Strict):
    """The format of numbers."""

    decimal: Literal[".", ","] = "."
    thousands: Literal["", ",", ".", " ", "'"] = ""

    @model_validator(mode="after")
    def _differ(self) -> Self:
        if self.decimal == self.thousands:
            raise ValueError("decimal and thousands must differ")
        return self


class FormatSettings(_Strict):
    """The format of values; settings of a table override those of the mapping."""

    times: Texts | None = Field(
        None,
        description="Formats tried in this order: iso, epoch_s, epoch_ms, excel (serial days), or "
        "strptime's like '%d/%m/%Y %H:%M'",
    )
    zone: str | None = Field(None, description="Time zone of times without one, for example Europe/Berlin")
    numbers: Numbers | None = Field(None, description="Decimal sign and thousands separator")
    missing: list[str] | None = Field(None, description="Texts that stand for a missing value")

    @model_validator(mode="after")
    def _zone_exists(self) -> Self:
        if self.zone is not None:
            try:
                ZoneInfo(self.zone)
            except (KeyError, ValueError, OSError) as error:
                raise ValueError(f"{self.zone!r} is not a time zone; write it like Europe/Berlin") from error
        return self


class Source(FormatSettings):
    """The files of a table, and how to read them."""

    files: Texts = Field(description="File names or patterns (*.csv), relative to the folder")
    format: Literal["csv", "tsv", "jsonl", "parquet"] | None = Field(
        None, description="Default: by the file name; .gz and .zst are decompressed"
    )
    encoding: Texts = Field(
        ["utf-8"], description="With several encodings, each line uses the first that fits"
    )
    delimiter: str | None = Field(None, description="Delimiter between values", min_length=1, max_length=1)
    header: Literal[True] | list[str] = Field(
        True, description="Or a list of column names, for files without a header"
    )
    multiline: bool = Field(False, description="Quoted values contain line breaks (slower)")
    columns: dict[str, str] = Field(default_factory=dict, description="field: column of the file")
    constants: dict[str, str] = Field(default_factory=dict, description="field: one value for every row")
    attributes: dict[str, str] = Field(default_factory=dict, description="property: column of the file")
    end_is_last_day: bool = Field(
        False, description="campaigns: `ends` is the last day, not the first moment after it"
    )
    where: dict[str, Texts] = Field(default_factory=dict, description="column: values of the rows to keep")

    @model_validator(mode="after")
    def _encodings_exist(self) -> Self:
        for name in self.encoding:
            try:
                codecs.lookup(name)
            except LookupError as error:
                raise ValueError(f"{name!r} is not an encoding; write it like utf-8 or cp1252") from error
        return self


class BehaviourKind(_Strict):
    """A kind of behaviour: its relationship type, and when it counts as participation."""

    type: str = Field(description="Relationship type, like PURCHASED", pattern=_TYPE)
    object: Literal["product", "coupon", "campaign"] = "product"
    weight: float = Field(1.0, ge=0, description="Contribution of one participation to the influence level")
    counts: Literal["promoted", "named", "any", "never"] = Field(
        "never",
        description="promoted: its product is promoted by the campaign. named: it names the campaign. "
        "any: whatever its object",
    )

    @model_validator(mode="after")
    def _check_type(self) -> Self:
        if self.type in DERIVED:
            raise ValueError(f"{self.type} is reserved: Groundswell writes this type itself")
        if self.counts == "promoted" and self.object != "product":
            raise ValueError("counts: promoted needs object: product")
        return self


class Participation(_Strict):
    """Which behaviours of any kind count as participation."""

    targeted: bool = Field(True, description="Only users whom the campaign targeted")
    window: bool = Field(True, description="Only between the campaign's start and end")


Sources = Annotated[list[Source], BeforeValidator(_as_list)]


class Mapping(FormatSettings):
    """A mapping file."""

    version: Literal[1] = 1
    dataset: str = Field(description="Name of the data set in the graph", pattern=r"^[\w.-]{1,100}$")
    zone: str = Field(description="Time zone that defines the data's days, for example Europe/Berlin")
    max_rejected: float = Field(
        0.05, ge=0, le=1, description="Share of rejected rows above which the import stops"
    )
    duplicates: Literal["keep", "drop"] = Field(
        "keep", description="Keep or drop behaviours that are equal in all values"
    )
    unknown: dict[str, Literal["reject", "add"]] = Field(
        default_factory=dict, description="users, tags, products, coupons: reject rows that reference an "
        "unknown id, or add it. Default: add where the table is not mapped, else reject",
    )  # fmt: skip
    tables: dict[str, Sources]
    kinds: dict[str, BehaviourKind]
    participation: Participation = Participation()

    @model_validator(mode="after")
    def _fits_the_contract(self) -> Self:
        missing = [name for name, spec in TABLES.items() if spec.required and name not in self.tables]
        if missing:
            raise ValueError(f"tables: {', '.join(missing)} must be mapped")
        invalid = set(self.unknown) - set(ADDABLE)
        if invalid:
            raise ValueError(f"unknown: {', '.join(sorted(invalid))}: only {', '.join(ADDABLE)} can be added")
        types = [kind.type for kind in self.kinds.values()]
        if len(types) != len(set(types)):
            raise ValueError("kinds: two kinds have the same type")
        for name, sources in self.tables.items():
            for source in sources:
                _check_fields(name, source)
        return self

    def adds(self, table: str) -> bool:
        """Return whether rows may add ids to `table` by referencing them."""
        default = "reject" if table in self.tables else "add"
        return table in ADDABLE and self.unknown.get(table, default) == "add"

    def value_format(self, source: Source) -> "ValueFormat":
        """Return the format of the values of `source`: its settings, else the mapping's, else defaults."""
        return ValueFormat(
            times=tuple(source.times or self.times or ["iso"]),
            zone=source.zone or self.zone,
            numbers=source.numbers or self.numbers or Numbers(),
            missing=tuple((source.missing if source.missing is not None else self.missing) or [""]),
        )

    def digest(self) -> str:
        """Return a digest of the mapping, independent of comments and order."""
        return hashlib.sha256(self.model_dump_json().encode()).hexdigest()[:16]

    def digest_of(self, source: Source) -> str:
        """Return a digest of all settings that decide how the rows of `source` are read."""
        # Stored digests contain the first name of the class.
        value_format = repr(self.value_format(source)).replace("ValueFormat", "Resolved", 1)
        settings = [source.model_dump_json(exclude={"files"}), value_format, repr(self.kinds)]
        return hashlib.sha256("\n".join(settings).encode()).hexdigest()[:16]


class ValueFormat(BaseModel):
    """The complete format of the values of one source."""

    times: tuple[str, ...]
    zone: str
    numbers: Numbers
    missing: tuple[str, ...]


def _check_fields(table: str, source: Source) -> None:
    if table not in TABLES:
        raise ValueError(f"tables: there is no table {table!r}; there are {', '.join(TABLES)}")
    spec = TABLES[table]
    mapped = set(source.columns) | set(source.constants)
    unknown = mapped - set(spec.names)
    if unknown:
        raise ValueError(f"{table}: no field {', '.join(sorted(unknown))}; there are {', '.join(spec.names)}")
    missing = [field.name for field in spec.fields if field.required and field.name not in mapped]
    if missing:
        raise ValueError(f"{table}: {', '.join(missing)} must be mapped")
    if source.end_is_last_day and table != "campaigns":
        raise ValueError(f"{table}: end_is_last_day is for campaigns")
    if source.attributes and not spec.attributes:
        raise ValueError(f"{table}: this table has no attributes")
    reserved = {"id", "dataset", "import", "changed_by", *spec.names} & set(source.attributes)
    if reserved:
        raise ValueError(f"{table}: attributes cannot be named {', '.join(sorted(reserved))}")


def read_mapping(path: Path) -> Mapping:
    """Read the mapping in `path`. Raises InvalidRequest, which names the field and the problem."""
    try:
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (FileNotFoundError, NotADirectoryError) as error:
        raise InvalidRequest(
            f"The mapping {path} does not exist.",
            f"`groundswell import init {path.parent}` writes a first one.",
        ) from error
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise InvalidRequest(f"{path} is not valid YAML: {error}", "Correct the file.") from error
    return parse_mapping(content, str(path))


def parse_mapping(content: object, origin: str) -> Mapping:
    """Validate the content of a mapping file; `origin` names it in messages. Raises InvalidRequest."""
    try:
        return Mapping.model_validate(content)
    except ValidationError as error:
        problems = [f"{_path(problem['loc'])}{_message(problem)}" for problem in error.errors()]
        raise InvalidRequest(
            f"{origin}: " + "; ".join(problems) + ".",
            "Correct the mapping; docs/data-contract.md describes its fields.",
        ) from error


def _path(location: tuple[int | str, ...]) -> str:
    return f"{'.'.join(str(part) for part in location)}: " if location else ""


def _message(problem: Any) -> str:
    return str(problem["msg"]).removeprefix("Value error, ")
