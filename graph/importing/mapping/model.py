"""The mapping file: how the columns of a user's files fill the contract's tables.

It is YAML, validated here; `groundswell import schema` prints its JSON schema for editors.
"""

import hashlib
import json
from datetime import date, datetime
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal, Self

import yaml
from pydantic import BeforeValidator, Field, PrivateAttr, ValidationError, field_validator, model_validator

from graph.errors import InvalidRequest
from graph.importing.contract import ADDABLE, TABLES
from graph.importing.mapping.formats import PHONE_RULE, FormatSettings, Numbers, ValueFormat, as_list
from graph.importing.mapping.kinds import BehaviourKind, Participation
from graph.importing.mapping.questions import (
    InvalidAnswer,
    UnansweredQuestions,
    answered_paths,
    resolve_questions,
)
from graph.importing.mapping.source import Source, Sources, check_fields, leave_out_answered
from graph.importing.mapping.yaml_text import load_yaml

if TYPE_CHECKING:
    import pyarrow as pa

FILE_NAME = "groundswell.yaml"
_MAX_REJECTED = 0.05
EntityTable = Literal["users", "tags", "products", "campaigns", "coupons"]
IdRule = Literal[
    "lower_case", "no_spaces", "no_leading_zeros", "whole_numbers", "nfkc", "without_suffix", "as_written"
]  # fmt: skip
PhoneRule = Annotated[str, Field(pattern=f"^{PHONE_RULE}$")]
Share = Annotated[float, Field(ge=0, le=1)]


def _as_moment(value: Any) -> Any:
    """Return a text with a time of day as a moment: a moment at midnight is not a day."""
    return datetime.fromisoformat(value) if isinstance(value, str) and ":" in value else value


class Mapping(FormatSettings):
    """A mapping file."""

    version: Literal[1] = 1
    dataset: str = Field(description="Name of the data set in the graph", pattern=r"^[\w.-]{1,100}$")
    zone: str = Field(description="Time zone that defines the data's days, for example Europe/Berlin")
    country: str | None = Field(
        None,
        description="Country whose holidays the days have (ISO 3166: DE), or none. Default: that of the zone",
    )
    complete_until: Annotated[date | datetime | None, BeforeValidator(_as_moment)] = Field(
        None,
        description="Last day that the data covers to its end, or the moment to which it does. Later rows "
        "are loaded, but the data set ends before them. Default: a guess, with its reason",
    )
    max_rejected: Share | dict[str, Share] = Field(
        _MAX_REJECTED,
        description="Share of rejected rows of any table above which the import stops; or shares by table "
        "({behaviours: 0.3}; the others keep the default)",
    )
    duplicates: Literal["keep", "drop"] = Field(
        "keep", description="Keep or drop behaviours that are equal in all values"
    )
    unknown: dict[str, Literal["reject", "add", "keep"]] = Field(
        default_factory=dict, description="users, tags, products, coupons: reject rows that reference an "
        "unknown id, or add it. Default: add where the table is not mapped, else reject. campaigns: keep "
        "behaviours that name an unknown one (default), which count for it once it exists, or reject them",
    )  # fmt: skip
    ids: dict[EntityTable, Annotated[list[IdRule | PhoneRule], BeforeValidator(as_list)]] = Field(
        default_factory=dict,
        description="users, tags, products, campaigns, coupons: rules that make ids equal, for the table's "
        "own ids and all references to them: lower_case, no_spaces, no_leading_zeros (0012 is 12), "
        "whole_numbers (12.0 is 12), nfkc (compatible characters of Unicode, like full-width ones), "
        "without_suffix (SPRING-4F7A is SPRING, for codes of single use; codes of several users and ids that "
        "a table of campaigns states are left alone); 'phone +44' (07700 900123 and 0044 7700 900123 are "
        "+447700900123, where +44 is the country calling code of national numbers), 'phone +44 "
        "digits' (so are 7700900123 and 447700900123), phone (without national numbers); "
        "as_written changes nothing",
    )
    tables: dict[str, Sources]
    kinds: dict[str, BehaviourKind] = Field(
        default_factory=dict, description="Each kind of behaviour by its name; needed for behaviours"
    )
    participation: Participation = Participation()
    _left_alone: dict[str, "pa.Array"] = PrivateAttr(default_factory=dict)

    @field_validator("country")
    @classmethod
    def _country_exists(cls, country: str | None) -> str | None:
        if country not in (None, "none", *_countries()):
            raise ValueError(
                f"{country!r} is no country of ISO 3166; write two letters like DE or GB, or none"
            )
        return country

    @model_validator(mode="after")
    def _fits_the_contract(self) -> Self:
        if not self.tables:
            raise ValueError(f"tables: map at least one of {', '.join(TABLES)}")
        if "behaviours" in self.tables and not self.kinds:
            raise ValueError("kinds: name at least one kind of behaviour")
        for table, outcome in self.unknown.items():
            self._check_unknown(table, outcome)
        by_type: dict[str, BehaviourKind] = {}
        for kind in self.kinds.values():
            if by_type.setdefault(kind.type, kind) != kind:
                raise ValueError(f"kinds: two kinds of the type {kind.type} differ in other settings")
        if isinstance(self.max_rejected, dict):
            invalid = set(self.max_rejected) - set(TABLES)
            if invalid:
                raise ValueError(f"max_rejected: there is no table {', '.join(sorted(invalid))}")
        for name, kind in self.kinds.items():
            self._check_returns(name, kind)
        for name, sources in self.tables.items():
            for source in sources:
                check_fields(name, source)
                unknown = {rule.kind for rule in source.kinds} - set(self.kinds)
                if unknown:
                    raise ValueError(f"{name}: kinds: {', '.join(sorted(unknown))} is not under `kinds`")
        return self

    @staticmethod
    def _check_unknown(table: str, outcome: str) -> None:
        if table not in (*ADDABLE, "campaigns"):
            raise ValueError(f"unknown: {table}: choose among {', '.join(ADDABLE)}, campaigns")
        if table == "campaigns" and outcome == "add":
            raise ValueError("unknown: campaigns: they need dates and cannot be added; choose keep or reject")
        if table != "campaigns" and outcome == "keep":
            raise ValueError(f"unknown: {table}: choose add or reject")

    def _check_returns(self, name: str, kind: BehaviourKind) -> None:
        if kind.returns is None:
            return
        returned = self.kinds.get(kind.returns)
        if returned is None or returned.returns is not None:
            others = [other for other, spec in self.kinds.items() if spec.returns is None]
            raise ValueError(f"kinds: {name} returns {kind.returns!r}; it can return {', '.join(others)}")
        if returned.object != kind.object:
            raise ValueError(f"kinds: {name} and {kind.returns} must have the same object")

    def returned_type(self, kind: str) -> str | None:
        """Return the relationship type of the behaviours that those of `kind` take back, if any."""
        returns = self.kinds[kind].returns
        return self.kinds[returns].type if returns else None

    def types_of(self, source: Source) -> list[str]:
        """Return the relationship types of the behaviours that `source` can have."""
        names = {rule.kind for rule in source.kinds} | {source.constants.get("kind", "")}
        kinds = self.kinds if "kind" in source.columns else names & set(self.kinds)
        return sorted({self.kinds[name].type for name in kinds})

    def label_of(self, source: Source) -> str | None:
        """Return the label of `source` for its behaviours; None where no source replaces any."""
        replacing = any(other.key for other in self.tables.get("behaviours", []))
        return source.label if replacing else None

    def leave_alone(self, table: str, ids: "pa.Array") -> None:
        """Let `ids` of a table, as they are after its other rules, keep their suffix."""
        self._left_alone[table] = ids

    def left_alone(self, table: str) -> "pa.Array | None":
        """Return the ids of a table that keep their suffix."""
        return self._left_alone.get(table)

    def counts(self, source: Source) -> bool:
        """Return whether any kind of behaviour of `source` may count as participation."""
        types = self.types_of(source)
        return any(kind.type in types and kind.counts != "never" for kind in self.kinds.values())

    def adds(self, table: str) -> bool:
        """Return whether rows may add ids to `table` by referencing them."""
        default = "reject" if table in self.tables else "add"
        return table in ADDABLE and self.unknown.get(table, default) == "add"

    @property
    def keeps_unknown_campaigns(self) -> bool:
        """Whether a behaviour that names an unknown campaign is loaded."""
        return self.unknown.get("campaigns", "keep") == "keep"

    def limit(self, table: str) -> float:
        """Return the share of rejected rows of `table` above which the import stops."""
        if isinstance(self.max_rejected, dict):
            return self.max_rejected.get(table, _MAX_REJECTED)
        return self.max_rejected

    def value_format(self, source: Source, field: str = "") -> ValueFormat:
        """Return the format of the values of `source`, or of the column of its `field`.

        Settings of the column come first, then those of the source, of the mapping, and defaults.
        """
        own: list[FormatSettings] = [source.formats[field]] if field in source.formats else []
        settings = [*own, source, self]
        missing = [setting.missing for setting in settings if setting.missing is not None]
        return ValueFormat(
            times=tuple(next((setting.times for setting in settings if setting.times), ["iso"])),
            zone=next(setting.zone for setting in settings if setting.zone),
            numbers=next((setting.numbers for setting in settings if setting.numbers), Numbers()),
            missing=tuple(missing[0] if missing else [""]),
        )

    def own_formats(self, source: Source) -> dict[str, ValueFormat]:
        """Return the formats of the columns of `source` that have their own, by name of the column."""
        return {source.columns[field]: self.value_format(source, field) for field in source.formats}

    def digest(self) -> str:
        """Return a digest of the mapping, independent of comments and order."""
        return hashlib.sha256(self.model_dump_json().encode()).hexdigest()[:16]

    def digest_of(self, source: Source) -> str:
        """Return a digest of all settings that decide how the rows of `source` are read."""
        # Without defaults, so that a setting that a later version adds does not change the digest.
        settings = [
            source.model_dump_json(exclude={"files", "name", "statuses", "without"}, exclude_defaults=True),
            self.value_format(source).model_dump_json(exclude_defaults=True),
            json.dumps(self.ids, sort_keys=True),
        ]
        if "object" in {*source.columns, *source.constants}:
            kinds = {
                name: (kind.type, kind.object, *([kind.returns] if kind.returns else []))
                for name, kind in self.kinds.items()
            }
            settings.append(json.dumps(kinds, sort_keys=True))
            if self.duplicates != "keep" or not self.keeps_unknown_campaigns:
                settings.append(f"duplicates: {self.duplicates}, campaigns: {self.keeps_unknown_campaigns}")
        return hashlib.sha256("\n".join(settings).encode()).hexdigest()[:16]


@cache
def _countries() -> frozenset[str]:
    """The codes of ISO 3166, of two letters."""
    lines = (files("tzdata.zoneinfo") / "iso3166.tab").read_text(encoding="utf-8").splitlines()
    return frozenset(line.split("\t")[0] for line in lines if not line.startswith("#"))


def mapping_path(folder: Path) -> Path:
    """Return where the mapping of a folder is; beside a .zip archive, under its name."""
    return folder.with_suffix(".yaml") if folder.is_file() else folder / FILE_NAME


def read_mapping(path: Path) -> Mapping:
    """Read the mapping in `path`. Raises InvalidRequest, which names the field and the problem."""
    try:
        content = load_yaml(path.read_text(encoding="utf-8"))
    except (FileNotFoundError, NotADirectoryError) as error:
        raise InvalidRequest(
            f"The mapping {path} does not exist.",
            f"`groundswell import init {path.parent}` writes a first one.",
        ) from error
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise InvalidRequest(f"{path} is not valid YAML: {error}", "Correct the file.") from error
    return parse_mapping(content, str(path))


def parse_mapping(content: object, origin: str) -> Mapping:
    """Validate the content of a mapping file; `origin` names it in messages.

    Raises
    ------
    UnansweredQuestions
        The mapping has open questions.
    InvalidAnswer
        An answer makes it invalid.
    InvalidRequest
        It is invalid; the message names the field and the problem.
    """
    _check_texts(content, origin)
    try:
        answered, questions = resolve_questions(content)
    except ValueError as error:
        raise InvalidRequest(f"{origin}: {error}.", "Correct the answer.") from error
    if questions:
        raise UnansweredQuestions(origin, questions)
    try:
        return Mapping.model_validate(leave_out_answered(answered))
    except ValidationError as error:
        paths = [".".join(map(str, problem["loc"])) for problem in error.errors()]
        messages = [str(problem["msg"]).removeprefix("Value error, ") for problem in error.errors()]
        problems = [f"{path}: {text}".removeprefix(": ") for path, text in zip(paths, messages, strict=True)]
        text = f"{origin}: " + "; ".join(problems) + "."
        remedy = "Correct the mapping; docs/data-contract.md describes its fields."
        # The format of a column can stand under `columns`.
        places = {*paths, *(path.replace(".formats.", ".columns.") for path in paths)}
        if answers := sorted(places & answered_paths(content)):
            raise InvalidAnswer(text, remedy, answers) from error
        raise InvalidRequest(text, remedy) from error


def _check_texts(content: object, origin: str) -> None:
    """Raise InvalidRequest where a text has half of a surrogate pair, which no file or database can hold."""
    try:
        json.dumps(content, ensure_ascii=False, default=str, skipkeys=True).encode()
    except UnicodeEncodeError as error:
        half = ascii(error.object[error.start])
        raise InvalidRequest(f"{origin}: {half} is half of a character.", "Write the whole one.") from error
    except (ValueError, RecursionError):
        return  # No text: refused with the name of its field.
