"""The sources of a table: its files, how to read them, and the columns that fill its fields."""

import codecs
from typing import Annotated, Any, Literal, Self

from pydantic import BeforeValidator, Field, model_validator

from graph.importing.contract import ENTITIES, TABLES
from graph.importing.mapping.formats import (
    DATE_AND_HOUR,
    DATE_AND_TIME,
    FIRST_OF,
    ColumnFormat,
    FormatSettings,
    Strict,
    Texts,
    as_list,
    divider_of,
)
from graph.importing.mapping.questions import NONE_OF_THEM
from graph.importing.mapping.where import RuleOrTexts

MAX_SKIPPED = 1_000
DIVIDER = ", "
"""Between the files that are the label of a source without a name."""
NO_BEHAVIOURS = f"{NONE_OF_THEM}: its rows are no behaviours"
"""The answer that a file has no user or no time, and so no behaviours: its source is left out."""
ANY_PRODUCT = "any product"
"""The product of behaviours that name none."""
KeyRule = Literal["lower_case", "no_spaces", "no_leading_signs", "no_leading_zeros", "whole_numbers", "nfkc"]
KeyField = Literal["basket", "object", "at", "store", "id"]
_PAIRS = ("user_tags", "targetings", "promotions", "coupons")
"""Tables whose rows are pairs of ids, of which a cell may list several."""
FileFormat = Literal["csv", "tsv", "json", "jsonl", "parquet", "xlsx"]


LINE_SETTINGS = ("format", "encoding", "delimiter", "header", "skip_rows", "multiline")
"""Settings of a source that decide what the lines of a file are."""
JOIN_SETTINGS = ("format", "rows", "encoding", "delimiter", "sheet", "skip_rows", "multiline")
"""Settings of reading that a join has as well."""


class Join(Strict):
    """Columns of another file, found by key for each row."""

    files: Texts = Field(description="File names or patterns, relative to the folder", min_length=1)
    on: dict[str, str] = Field(description="column of the row: column of the joined file", min_length=1)
    repeats: Literal["reject", "first", "last"] = Field(
        "reject",
        description="A key that occurs twice with different values: reject stops the import; or the first or "
        "last row counts",
    )
    ignore_case: bool = Field(False, description="Whether keys that differ only in letter case are equal")
    ids: list[KeyRule] = Field(
        [],
        description="Rules that make keys equal, as under the mapping's `ids`: whole_numbers (17.0 is 17), "
        "no_leading_zeros (00017 is 17), no_leading_signs (#17 is 17), lower_case, no_spaces, nfkc",
    )
    format: FileFormat | None = Field(None, description="As for a source")
    rows: str | None = Field(None, description="As for a source", min_length=1)
    encoding: Texts = Field(["utf-8"], description="As for a source", min_length=1)
    delimiter: str | None = Field(None, description="As for a source", min_length=1, max_length=1)
    sheet: str | None = Field(None, description="As for a source")
    skip_rows: int = Field(0, ge=0, le=MAX_SKIPPED, description="As for a source")
    multiline: bool = Field(False, description="As for a source")


class ColumnSettings(ColumnFormat):
    """A column of the file with its own format."""

    column: str | list[str] = Field(description="Name of the column, or of several, as in `columns`")


class DateAndTime(ColumnFormat):
    """A time whose day and time of day are in two columns."""

    date: str = Field(description="Name of the column with the day")
    time: str = Field(
        description="Name of the column with the time of day; where it is missing, the day alone"
    )


class DateAndHour(ColumnFormat):
    """A time whose day and hour are in two columns."""

    date: str = Field(description="Name of the column with the day")
    hour: str = Field(description="Name of the column with the hour, from 0 to 23")


Columns = Annotated[
    dict[str, str],
    BeforeValidator(
        lambda columns: columns,
        json_schema_input_type=dict[str, str | list[str] | ColumnSettings | DateAndTime | DateAndHour],
    ),
]


class KindRule(Strict):
    """The kind of the behaviours for which a rule holds."""

    kind: str = Field(description="A name under `kinds`")
    where: dict[str, RuleOrTexts] = Field(description="column: values or a rule", min_length=1)


class Source(FormatSettings):
    """The files of a table, and how to read them."""

    files: Texts = Field(
        description="File names or patterns (*.csv), relative to the folder. A sheet of a workbook is named "
        "like a file in an archive: shop.xlsx/Orders",
        min_length=1,
    )
    name: str | None = Field(
        None,
        description="behaviours: the system that they are of, where `replaces` applies: two systems can have "
        "an order of the same number. Default: `files`",
        min_length=1,
        max_length=200,
    )
    format: FileFormat | None = Field(
        None, description="Default: by the file name; .gz and .zst are decompressed"
    )
    encoding: Texts = Field(
        ["utf-8"], description="With several encodings, each line uses the first that fits", min_length=1
    )
    delimiter: str | None = Field(None, description="Delimiter between values", min_length=1, max_length=1)
    header: Literal[True] | Annotated[list[str], Field(min_length=1)] = Field(
        True, description="Or a list of column names, for files without a header"
    )
    skip_rows: int = Field(
        0,
        ge=0,
        le=MAX_SKIPPED,
        description="CSV, TSV, Excel: rows above the header, like a title and its date, empty ones included",
    )
    multiline: bool = Field(False, description="Quoted values contain line breaks (slower)")
    columns: Columns = Field(
        default_factory=dict,
        description="field: column of the file; or with its own format: `at: {column: Date, times: ...}` "
        "(times, zone, numbers, missing, as). Of a list of columns, the first that has a value. A time in "
        "two columns: `at: {date: Date, time: Time}`, or `hour` for 0 to 23, also with `times`",
    )
    formats: dict[str, ColumnFormat] = Field(
        default_factory=dict, description="field: the format of its column, where `columns` does not hold it"
    )
    constants: dict[str, str] = Field(default_factory=dict, description="field: one value for every row")
    attributes: dict[str, str] = Field(default_factory=dict, description="property: column of the file")
    end_is_last_day: bool = Field(
        False,
        description="campaigns: `ends` is the last day, not the first moment after it; an end with a time of "
        "day is that moment",
    )
    duration_days: int | None = Field(
        None, ge=1, description="campaigns without `ends`: each runs this many days from its start"
    )
    window: Literal["uses"] | None = Field(
        None,
        description="campaigns named by the rows of an order log: each row is a use, by `id` and `at`, and a "
        "campaign runs from the first day of its use to the last; with `duration_days`, that many days from "
        "its first use",
    )
    repeats: Literal["reject", "first"] = Field(
        "reject",
        description="users, tags, products, campaigns: of rows with the same id and different values, reject "
        "all but the first, or keep the first and count the others as unchanged",
    )
    replaces: list[KeyField] | None = Field(
        None,
        description="behaviours: fields that identify a row of a user, like [basket] (the whole order) for "
        "orders that are exported again with another status, or [object, at] where orders have no number: "
        "rows of a later file replace earlier behaviours with the same values, also where `where` then "
        "leaves them out. Default: [object, id] where `id` is mapped; []: none",
    )
    where: dict[str, RuleOrTexts] = Field(
        default_factory=dict,
        description="column: values of the rows to keep, or a rule (below). All must hold; other rows are "
        "left out and counted",
    )
    statuses: dict[str, Texts] = Field(
        default_factory=dict,
        description="behaviours: column: statuses of orders that count. `import check` and `import run` warn "
        "of others, as only a later file may have them",
    )
    without: list[Literal["value"]] = Field(
        default_factory=list,
        description="behaviours: [value] where no column holds an amount, so that `import check` and `import "
        "run` warn of none",
    )
    sheet: str | None = Field(
        None, description="Excel: name of the sheet, where `files` does not have it; default: the first"
    )
    rows: str | None = Field(
        None,
        description="JSON, Parquet: path of a list whose elements are the rows. Columns are then named from "
        "the element, as `^.id` from the record that holds the list, and as `^.actions.at` from the element "
        "of a list on the way",
        min_length=1,
    )
    join: list[Join] = Field(
        default_factory=list,
        description="Columns of other files, by key. A column that the row's own file lacks is looked up in "
        "them; `customers.csv:name` names one of them explicitly",
    )
    split: dict[str, str] = Field(
        default_factory=dict,
        description="user_tags, targetings, promotions, coupons: column: what divides the ids that a cell "
        'lists, as in `products: ";"`. Each becomes a row',
    )
    kinds: list[KindRule] = Field(
        default_factory=list,
        description="behaviours: kinds by rule; the first whose `where` holds, else that of `columns` or "
        "`constants`",
    )

    @model_validator(mode="before")
    @classmethod
    def _divide_columns(cls, source: Any) -> Any:
        """Divide `columns` into the names of columns and the formats of those that have their own."""
        columns = source.get("columns") if isinstance(source, dict) else None
        if not isinstance(columns, dict):
            return source
        source, columns = _answered(source, columns)
        own = {field: dict(column) for field, column in columns.items() if isinstance(column, dict)}
        names = {field: _named_column(field, column) for field, column in own.items()}
        joined = {
            field: FIRST_OF.join(map(str, column)) if isinstance(column, list) else column
            for field, column in (columns | names).items()
        }
        own = {field: column for field, column in own.items() if column}
        formats = source.get("formats", {})
        # Anything else than a mapping is refused where it is validated.
        return {
            **source,
            "columns": joined,
            "formats": formats | own if isinstance(formats, dict) else formats,
        }

    @model_validator(mode="after")
    def _encodings_exist(self) -> Self:
        for name in self.encoding:
            try:
                codecs.lookup(name)
            except LookupError as error:
                raise ValueError(f"{name!r} is not an encoding; write it like utf-8 or cp1252") from error
        return self

    @property
    def key(self) -> tuple[str, ...]:
        """The fields that, with the user, identify behaviours that a later file reads again."""
        if self.replaces is not None:
            return tuple(self.replaces)
        return ("object", "id") if {"user", "id"} <= set(self.columns) else ()

    @property
    def keeps_stale_orders(self) -> bool:
        """Whether nothing identifies an order that a later file may have with another status."""
        return bool(self.statuses) and not self.key

    @property
    def may_leave_out_orders(self) -> bool:
        """Whether rows that `where` leaves out may be orders that another file has in another state."""
        used = set(self.columns.values())
        rules = [rule for column, rule in self.where.items() if column not in used]
        by_state = any(rule.is_ or rule.is_not or rule.empty for rule in rules)
        return bool(self.key or self.statuses or by_state)

    @property
    def label(self) -> str:
        """The name that its behaviours carry in the graph."""
        return self.name or DIVIDER.join(self.files)

    @property
    def mapped_columns(self) -> list[str]:
        """The columns of the file that the mapping uses."""
        by_rule = [column for rule in self.kinds for column in rule.where]
        fields = [*self.columns.values(), *self.attributes.values()]
        return list(dict.fromkeys([*fields, *self.where, *by_rule, *self.statuses]))


def _named_column(field: str, settings: dict[str, Any]) -> Any:
    """Take the names of the columns out of the `settings` of a field, and return them."""
    if "column" in settings or not {"date", "time", "hour"} & set(settings):
        return settings.pop("column", None)
    clock, divider = ("hour", DATE_AND_HOUR) if "hour" in settings else ("time", DATE_AND_TIME)
    both = [settings.pop(name, None) for name in ("date", clock)]
    if not all(isinstance(name, str) for name in both):
        raise ValueError(f"columns: {field}: write both columns, `date` and `time` (or `hour`)")
    return divider.join(both)


def _answered(source: dict[str, Any], columns: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Leave out columns that an answer says do not exist, and take an end in days as the duration."""
    absent = [
        field
        for field, column in columns.items()
        if (column.get("column") if isinstance(column, dict) else column) == NONE_OF_THEM
    ]
    if "object" in absent:
        source = {**source, "constants": {"object": ANY_PRODUCT} | source.get("constants", {})}
    if "value" in absent:
        source = {**source, "without": ["value"]}
    columns = {field: column for field, column in columns.items() if field not in absent}
    ends = columns.get("ends")
    days = ends.get("column") if isinstance(ends, dict) else ends
    if str(days).isdecimal():
        source = {**source, "duration_days": days}
        del columns["ends"]
    return source, columns


def no_rows_of(table: str) -> str:
    """Return the answer that the rows of a file are none of `table`: its source is left out."""
    return f"{NONE_OF_THEM}: its rows are no {table.replace('_', ' ')}"


def leave_out_answered(content: object) -> object:
    """Leave out the sources of a parsed mapping that have no rows of their table, as an answer says."""
    tables = content.get("tables") if isinstance(content, dict) else None
    if not isinstance(content, dict) or not isinstance(tables, dict):
        return content
    kept = {
        table: [source for source in as_list(sources) if not _has_no_rows(source, str(table))]
        for table, sources in tables.items()
    }
    changed = {table: kept[table] for table in tables if len(kept[table]) < len(as_list(tables[table]))}
    rest = {
        table: sources for table, sources in (tables | changed).items() if table not in changed or sources
    }
    return content | {"tables": rest} if changed else content


def _has_no_rows(source: object, table: str) -> bool:
    columns = source.get("columns") if isinstance(source, dict) else None
    return isinstance(columns, dict) and any(
        (column.get("column") if isinstance(column, dict) else column) == no_rows_of(table)
        for column in columns.values()
    )


Sources = Annotated[list[Source], BeforeValidator(as_list)]


def check_fields(table: str, source: Source) -> None:
    """Raise ValueError where `source` does not fit `table`."""
    if table not in TABLES:
        raise ValueError(f"tables: there is no table {table!r}; there are {', '.join(TABLES)}")
    spec = TABLES[table]
    mapped = set(source.columns) | set(source.constants) | ({"kind"} if source.kinds else set())
    if source.window:
        if table != "campaigns" or mapped != {"id", "at"}:
            raise ValueError(f"{table}: window: uses is for campaigns, with `id` and `at` alone")
        return
    if source.repeats != "reject" and table not in ENTITIES:
        raise ValueError(f"{table}: repeats is for {', '.join(ENTITIES)}")
    unknown = mapped - set(spec.names)
    if unknown:
        raise ValueError(f"{table}: no field {', '.join(sorted(unknown))}; there are {', '.join(spec.names)}")
    if source.duration_days:
        if table != "campaigns" or "ends" in mapped:
            raise ValueError(f"{table}: duration_days is for campaigns without `ends`")
        mapped.add("ends")
    missing = [field.name for field in spec.fields if field.required and field.name not in mapped]
    if missing:
        raise ValueError(f"{table}: {', '.join(missing)} must be mapped")
    composed = [
        field.name
        for field in spec.fields
        if divider_of(source.columns.get(field.name, "")) != FIRST_OF and field.kind != "time"
    ]
    if composed:
        raise ValueError(
            f"{table}: {', '.join(composed)} is no time, and has no columns `date` and `time` or `hour`"
        )
    without = set(source.formats) - set(source.columns)
    if without:
        raise ValueError(f"{table}: formats: {', '.join(sorted(without))} is not among `columns`")
    readings = {field: column.discount for field, column in source.formats.items() if column.discount}
    if set(readings) - {"discount"}:
        raise ValueError(f"{table}: `as` is for the field discount")
    if readings.get("discount", ["amount"]) != ["amount"]:
        both = {"discount_rate", "minimum_spend"} & mapped
        if both:
            raise ValueError(f"{table}: {', '.join(sorted(both))} is filled by `as` of discount already")
    if source.replaces:
        absent = set(source.replaces) - mapped
        if table != "behaviours" or absent:
            where = "is for behaviours" if table != "behaviours" else f"map {', '.join(sorted(absent))}"
            raise ValueError(f"{table}: replaces: {where}")
    if source.split and table not in _PAIRS:
        raise ValueError(f"{table}: split is for {', '.join(_PAIRS)}")
    if stray := sorted(set(source.split) - set(source.columns.values())):
        raise ValueError(f"{table}: split: {', '.join(stray)} is not among the columns mapped")
    for name in ("kinds", "name", "statuses", "without"):
        if getattr(source, name) and table != "behaviours":
            raise ValueError(f"{table}: {name} is for behaviours")
    if source.end_is_last_day and table != "campaigns":
        raise ValueError(f"{table}: end_is_last_day is for campaigns")
    if source.attributes and not spec.attributes:
        raise ValueError(f"{table}: this table has no attributes")
    reserved = spec.reserved & set(source.attributes)
    if reserved:
        raise ValueError(f"{table}: attributes cannot be named {', '.join(sorted(reserved))}")
