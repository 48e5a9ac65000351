"""A first mapping and its text: commented YAML, with questions where only the user knows."""

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from graph.importing.contract import TABLES
from graph.importing.exports.fit import names_of
from graph.importing.mapping.formats import DATE_AND_HOUR, DATE_AND_TIME, OR, divider_of, parts_of
from graph.importing.mapping.questions import NONE_OF_THEM, Choice
from graph.importing.mapping.source import LINE_SETTINGS
from graph.importing.mapping.yaml_text import in_one_line

_SHARED = ("files", *LINE_SETTINGS, "sheet", "rows", "times", "missing", "join")
_NOT_IN_YAML = re.compile(
    "[^\t\n\x20-\x7e\xa0-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]"
)
"""Control characters and other line breaks: in a quoted text, YAML reads them as escapes only."""
_HEAD = """\
# Maps the files of this folder to Groundswell's tables. Inferred: review and correct it, then run
#   groundswell import check .     to validate every row
#   groundswell import run .       to import
"""
_KINDS = """\
# Kinds of behaviours: relationship type, object (product, coupon, campaign), weight in the
# influence level, and when one counts as participation: promoted (the campaign promotes its
# product), named (it names the campaign), any, never.
"""
_CLOCKS = {DATE_AND_TIME: "time", DATE_AND_HOUR: "hour"}


@dataclass(frozen=True)
class Ask:
    """A question in place of a value: its text, and the possible answers (empty: any), with examples."""

    ask: str
    choose: tuple[Choice, ...] | dict[str, str] = ()


@dataclass(frozen=True)
class Noted:
    """A value, and the comment beside it."""

    value: Any
    comment: str


def choice_of(values: Iterable[str]) -> Choice:
    """Return the choice of some values of a column: a list, so that no text has to be divided."""
    chosen = tuple(values)
    if not chosen:
        return NONE_OF_THEM
    return chosen[0] if len(chosen) == 1 and OR not in chosen[0] else chosen


def plain(value: Any) -> Any:
    """Return a value without its note."""
    return value.value if isinstance(value, Noted) else value


def question_of(column: Any) -> Ask | None:
    """Return the question that stands in place of a field's column, which may have a format of its own."""
    name = column.get("column") if isinstance(column, dict) else column
    return name if isinstance(name, Ask) else None


def named_columns(columns: dict[str, Any]) -> set[str]:
    """Return the columns of the file that a draft's `columns` name."""
    names = [name for column in columns.values() if not question_of(column) for name in names_of(column)]
    return {path for name in names for part in parts_of(name) for path in part.split(OR)}


def unused_columns(names: Iterable[str], columns: dict[str, Any], where: Iterable[str] = ()) -> list[str]:
    """Return the columns of a file that its source uses nowhere, nor a question or rule."""
    asks = [ask for column in columns.values() if (ask := question_of(column))]
    used = named_columns(columns) | {name for ask in asks for name in ask.choose} | set(where)
    return [name for name in names if name not in used]


def _written(column: Any) -> Any:
    """Return a field's entry under `columns` as the mapping states it: a time in two columns as such."""
    if isinstance(column, dict) and not question_of(column) and divider_of(column["column"]) in _CLOCKS:
        return plain(_written(column["column"])) | {name: column[name] for name in column if name != "column"}
    if isinstance(column, str) and (clock := _CLOCKS.get(divider_of(column))):
        both = dict(zip(("date", clock), parts_of(column), strict=True))
        return Noted(both, f"{both['hour']} has hours from 0 to 23") if clock == "hour" else both
    return column


@dataclass
class DraftSource:
    """One source of a table: its settings as the mapping has them, and a comment above it."""

    table: str
    settings: dict[str, Any]
    comment: str = ""

    @property
    def replaces(self) -> list[str]:
        """The fields that identify an order which a later file has again."""
        return list(plain(self.settings.get("replaces", [])))

    @property
    def shared_settings(self) -> dict[str, Any]:
        """The settings that all sources of the same files have in common."""
        return {name: self.settings[name] for name in _SHARED if name in self.settings}

    @property
    def has_windows(self) -> bool:
        """Whether it makes campaigns of the rows that name them."""
        return "window" in self.settings


class SendingLog(NamedTuple):
    """A source of behaviours some kinds of which state to whom a campaign was sent.

    Attributes
    ----------
    source, campaign
        The source, and its column of campaigns.
    kinds
        These kinds, with their rows.
    failed
        Kinds of messages that reached nobody, with their rows.
    """

    source: DraftSource
    campaign: str
    kinds: dict[str, int]
    failed: dict[str, int]


@dataclass
class Draft:
    """A whole mapping: values may be `Ask` or `Noted` at any depth."""

    dataset: str
    zone: Any
    sources: list[DraftSource] = field(default_factory=list)
    settings: dict[str, Any] = field(default_factory=dict)
    kinds: dict[str, Any] = field(default_factory=dict)
    participation: Any = None
    unused: list[str] = field(default_factory=list)
    """Files that fill no table, each with the reason."""
    campaign_columns: list[tuple[DraftSource, str]] = field(default_factory=list)
    """Sources of behaviours that name campaigns, and the column that does."""
    campaign_rules: dict[str, Noted] = field(default_factory=dict)
    """Which values of a column that names campaigns are campaigns, where not all are."""
    naming_kinds: set[str] = field(default_factory=set)
    """Kinds of behaviours of which nearly all name a campaign."""
    coupon_columns: list[tuple[DraftSource, str]] = field(default_factory=list)
    """Sources of behaviours whose objects are coupons, and their column."""
    sending_logs: list[SendingLog] = field(default_factory=list)
    """Sources of behaviours that also state to whom campaigns were sent."""

    def render(self) -> str:
        """Return the text of the mapping file."""
        lines = ["version: 1", *_entry("dataset", self.dataset, 0), *_entry("zone", self.zone, 0)]
        for name, value in self.settings.items():
            lines += _entry(name, value, 0)
        lines.append("tables:")
        for table in TABLES:
            sources = [source for source in self.sources if source.table == table]
            if sources:
                lines.append(f"  {table}:  # {TABLES[table].becomes}")
            for source in sources:
                lines += [f"    # {line}" for line in source.comment.splitlines()]
                columns = {field: _written(column) for field, column in source.settings["columns"].items()}
                settings = source.settings | {"columns": columns}
                entries = [line for name, value in settings.items() for line in _entry(name, value, 6)]
                lines += ["    - " + entries[0].lstrip(), *entries[1:]]
        lines += [f"# Not used: {reason}" for reason in self.unused]
        text = _HEAD + "\n".join(lines) + "\n"
        if self.kinds:
            kinds = [line for name, value in self.kinds.items() for line in _entry(name, value, 2)]
            text += _KINDS + "\n".join(["kinds:", *kinds]) + "\n"
        if self.participation is not None:
            text += "\n".join(_entry("participation", self.participation, 0)) + "\n"
        return _NOT_IN_YAML.sub(lambda match: f"\\u{ord(match[0]):04x}", text)


def _entry(name: str, value: Any, indent: int) -> list[str]:
    """Return the lines of `name: value`, in one line unless the value has questions or notes inside."""
    blank = " " * indent
    comment = ""
    if isinstance(value, Noted):
        value, comment = value.value, f"  # {value.comment}"
    key = f"{blank}{in_one_line(name)}:"
    if isinstance(value, Ask):
        lines = [f"{key}{comment}", f"{blank}  ask: {json.dumps(value.ask, ensure_ascii=False)}"]
        if isinstance(value.choose, dict):
            shown = [
                f"{blank}    {in_one_line(name)}: {in_one_line(example)}"
                for name, example in value.choose.items()
            ]
            lines += [f"{blank}  choose:  # with examples of their values", *shown]
        elif value.choose:
            lines.append(f"{blank}  choose: {in_one_line(list(value.choose))}")
        return [*lines, f"{blank}  answer:"]
    if isinstance(value, dict) and (name == "columns" or _has_remarks(value)):
        inner = [line for key_, item in value.items() for line in _entry(key_, item, indent + 2)]
        return [f"{key}{comment}", *inner]
    if isinstance(value, list) and _has_remarks(value):
        items = [
            [line for key_, item in part.items() for line in _entry(key_, item, indent + 4)] for part in value
        ]
        lines = [f"{blank}  - {first.lstrip()}" for first, *_ in items]
        return [
            f"{key}{comment}",
            *(line for first, rest in zip(lines, items, strict=True) for line in (first, *rest[1:])),
        ]
    return [f"{key} {in_one_line(value)}{comment}"]


def _has_remarks(value: Any) -> bool:
    if isinstance(value, dict):
        return any(_has_remarks(item) for item in value.values())
    if isinstance(value, list):
        return any(_has_remarks(item) for item in value)
    return isinstance(value, Ask | Noted)
