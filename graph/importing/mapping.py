"""The mapping file: how the columns of somebody's own files fill the contract's tables.

YAML, validated here; `groundswell import schema` prints the JSON schema for editors.
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
# What the project itself writes between users and the rest; behaviours must not mix with it.
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
    """How numbers are written."""

    decimal: Literal[".", ","] = "."
    thousands: Literal["", ",", ".", " ", "'"] = ""

    @model_validator(mode="after")
    def _differ(self) -> Self:
        if self.decimal == self.thousands:
            raise ValueError("decimal and thousands must differ")
        return self


class Reading(_Strict):
    """How the values of a file are written; a table's own win over the mapping's."""

    times: Texts | None = Field(
        None,
        description="Formats tried in this order: iso, epoch_s, epoch_ms, excel (serial days), or "
        "strptime's like '%d/%m/%Y %H:%M'",
    )
    zone: str | None = Field(None, description="Zone of times that do not say theirs, like Europe/Berlin")
    numbers: Numbers | None = Field(None, description="Decimal and thousands signs")
    missing: list[str] | None = Field(None, description="Values that mean: not given")

    @model_validator(mode="after")
    def _zone_exists(self) -> Self:
        if self.zone is not None:
            try:
                ZoneInfo(self.zone)
            except (KeyError, ValueError, OSError) as error:
                raise ValueError(f"{self.zone!r} is no time zone; write it like Europe/Berlin") from error
        return self


class Source(Reading):
    """Where a table's rows come from."""

    files: Texts = Field(description="File names or patterns (*.csv), relative to the folder")
    format: Literal["csv", "tsv", "jsonl", "parquet"] | None = Field(
        None, description="Default: by the name; .gz and .zst are unpacked"
    )
    encoding: Texts = Field(["utf-8"], description="With several, each line is read by the first that fits")
    delimiter: str | None = Field(
        None, description="Between the values of a line", min_length=1, max_length=1
    )
    header: Literal[True] | list[str] = Field(
        True, description="Or the columns' names, where no line has them"
    )
    multiline: bool = Field(False, description="Quoted values hold line breaks (slower)")
    columns: dict[str, str] = Field(default_factory=dict, description="field: column of the file")
    constants: dict[str, str] = Field(default_factory=dict, description="field: one value for every row")
    attributes: dict[str, str] = Field(default_factory=dict, description="property: column of the file")
    end_is_last_day: bool = Field(
        False, description="campaigns: `ends` names the last day, not the moment after"
    )
    where: dict[str, Texts] = Field(default_factory=dict, description="column: values of the rows to keep")

    @model_validator(mode="after")
    def _encodings_exist(self) -> Self:
        for name in self.encoding:
            try:
                codecs.lookup(name)
            except LookupError as error:
                raise ValueError(f"{name!r} is no encoding; write it like utf-8 or cp1252") from error
        return self


class BehaviourKind(_Strict):
    """What a kind of behaviour is in the graph, and when it counts as participation."""

    type: str = Field(description="Relationship type, like PURCHASED", pattern=_TYPE)
    object: Literal["product", "coupon", "campaign"] = "product"
    weight: float = Field(1.0, ge=0, description="What one participation by it adds to the influence level")
    counts: Literal["promoted", "named", "any", "never"] = Field(
        "never",
        description="promoted: its product is promoted by the campaign. named: it names the campaign. "
        "any: whatever its object",
    )

    @model_validator(mode="after")
    def _own_type(self) -> Self:
        if self.type in DERIVED:
            raise ValueError(f"{self.type} is a type that Groundswell uses itself")
        if self.counts == "promoted" and self.object != "product":
            raise ValueError("counts: promoted needs object: product")
        return self


class Participation(_Strict):
    """Which behaviours count, whatever their kind."""

    targeted: bool = Field(True, description="Only users whom the campaign reached")
    window: bool = Field(True, description="Only from the campaign's start to its end")


Sources = Annotated[list[Source], BeforeValidator(_as_list)]


class Mapping(Reading):
    """A whole mapping file."""

    version: Literal[1] = 1
    dataset: str = Field(description="The name of the data set in the graph", pattern=r"^[\w.-]{1,100}$")
    zone: str = Field(description="The zone of the data's own days, like Europe/Berlin")
    max_rejected: float = Field(0.05, ge=0, le=1, description="Share of rejected rows that stops the job")
    duplicates: Literal["keep", "drop"] = Field(
        "keep", description="Behaviours of one delivery that are equal in everything"
    )
    unknown: dict[str, Literal["reject", "add"]] = Field(
        default_factory=dict, description="users, tags, products, coupons: what to do where a row names one "
        "that is not there. Default: add where the table is not mapped, else reject",
    )  # fmt: skip
    tables: dict[str, Sources]
    kinds: dict[str, BehaviourKind]
    participation: Participation = Participation()

    @model_validator(mode="after")
    def _fits_the_contract(self) -> Self:
        missing = [name for name, spec in TABLES.items() if spec.required and name not in self.tables]
        if missing:
            raise ValueError(f"tables: {', '.join(missing)} must be mapped")
        odd = set(self.unknown) - set(ADDABLE)
        if odd:
            raise ValueError(f"unknown: {', '.join(sorted(odd))}: only {', '.join(ADDABLE)} can be added")
        types = [kind.type for kind in self.kinds.values()]
        if len(types) != len(set(types)):
            raise ValueError("kinds: two kinds have the same type")
        for name, sources in self.tables.items():
            for source in sources:
                _check_fields(name, source)
        return self

    def adds(self, table: str) -> bool:
        """Whether a row may bring in what it refers to in `table`."""
        default = "reject" if table in self.tables else "add"
        return table in ADDABLE and self.unknown.get(table, default) == "add"

    def reading(self, source: Source) -> "Resolved":
        """How the values of `source` are written: its own settings before the mapping's."""
        return Resolved(
            times=tuple(source.times or self.times or ["iso"]),
            zone=source.zone or self.zone,
            numbers=source.numbers or self.numbers or Numbers(),
            missing=tuple((source.missing if source.missing is not None else self.missing) or [""]),
        )

    def digest(self) -> str:
        """Identifies what the mapping says; its comments and its order do not matter."""
        return hashlib.sha256(self.model_dump_json().encode()).hexdigest()[:16]

    def digest_of(self, source: Source) -> str:
        """Identifies all that decides how the rows of one source are read."""
        said = [source.model_dump_json(exclude={"files"}), repr(self.reading(source)), repr(self.kinds)]
        return hashlib.sha256("\n".join(said).encode()).hexdigest()[:16]


class Resolved(BaseModel):
    """How the values of one source are written, nothing left open."""

    times: tuple[str, ...]
    zone: str
    numbers: Numbers
    missing: tuple[str, ...]


def _check_fields(table: str, source: Source) -> None:
    if table not in TABLES:
        raise ValueError(f"tables: there is no table {table!r}; there are {', '.join(TABLES)}")
    spec = TABLES[table]
    given = set(source.columns) | set(source.constants)
    odd = given - set(spec.names)
    if odd:
        raise ValueError(f"{table}: no field {', '.join(sorted(odd))}; there are {', '.join(spec.names)}")
    lacking = [one.name for one in spec.fields if one.required and one.name not in given]
    if lacking:
        raise ValueError(f"{table}: {', '.join(lacking)} must be mapped")
    if source.end_is_last_day and table != "campaigns":
        raise ValueError(f"{table}: end_is_last_day is for campaigns")
    if source.attributes and not spec.attributes:
        raise ValueError(f"{table}: this table keeps no further attributes")
    reserved = {"id", "dataset", "import", "changed_by", *spec.names} & set(source.attributes)
    if reserved:
        raise ValueError(f"{table}: attributes cannot be called {', '.join(sorted(reserved))}")


def read_mapping(path: Path) -> Mapping:
    """The mapping in `path`. Raises InvalidRequest, with the place and what is wrong there."""
    try:
        said = yaml.safe_load(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise InvalidRequest(
            f"There is no mapping {path}.", f"`groundswell import init {path.parent}` writes a first one."
        ) from error
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise InvalidRequest(f"{path} cannot be read as YAML: {error}", "Correct the file.") from error
    return parse_mapping(said, str(path))


def parse_mapping(said: object, where: str) -> Mapping:
    """The mapping that `said` describes. Raises InvalidRequest."""
    try:
        return Mapping.model_validate(said)
    except ValidationError as error:
        problems = [f"{_place(one['loc'])}{_sentence(one)}" for one in error.errors()]
        raise InvalidRequest(
            f"{where}: " + "; ".join(problems) + ".",
            "Correct the mapping; docs/data-contract.md tells what it may say.",
        ) from error


def _place(location: tuple[int | str, ...]) -> str:
    return f"{'.'.join(str(one) for one in location)}: " if location else ""


def _sentence(problem: Any) -> str:
    return str(problem["msg"]).removeprefix("Value error, ")
