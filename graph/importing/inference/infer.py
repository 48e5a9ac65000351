"""Writes a first mapping for a folder of files: what the data tells, and questions for the rest."""

import re
from copy import deepcopy
from pathlib import Path
from typing import Any

import pandas as pd

from graph.errors import InvalidRequest
from graph.importing.contract import TABLES
from graph.importing.exports.fit import names_of
from graph.importing.inference.answer_record import with_record
from graph.importing.inference.answers import Place, give_answers
from graph.importing.inference.behaviours.candidates import may_be_users
from graph.importing.inference.behaviours.kinds import draft_kinds
from graph.importing.inference.behaviours.sendings import add_sendings
from graph.importing.inference.behaviours.source import draft_behaviours
from graph.importing.inference.behaviours.user_columns import are_honorifics, user_column
from graph.importing.inference.campaigns.coupons import add_coupons, name_coupons, redeems_only
from graph.importing.inference.campaigns.hours import decide_hours
from graph.importing.inference.campaigns.links import (
    ask_about_any,
    ask_what_counts,
    is_code,
    link_campaigns,
)
from graph.importing.inference.campaigns.pairs import answer_by_campaigns, draft_pairs
from graph.importing.inference.campaigns.scope import ask_about_scope
from graph.importing.inference.campaigns.segments import draft_segments
from graph.importing.inference.campaigns.single_use import resolve_single_use_codes
from graph.importing.inference.campaigns.statuses import campaign_status_rules
from graph.importing.inference.campaigns.windows import add_campaigns, prefer_own_campaigns
from graph.importing.inference.draft import Ask, Draft, DraftSource, Noted, plain, unused_columns
from graph.importing.inference.files.all_rows import look_at_all_rows
from graph.importing.inference.files.column_values import examples
from graph.importing.inference.files.described import described_key, product_key
from graph.importing.inference.files.infer_table import (
    has_repeated_values,
    infer_table,
    most_likely_behaviours,
    relative_times,
    states_campaigns,
)
from graph.importing.inference.files.inspect import inspect_files
from graph.importing.inference.files.inspected_file import InspectedFile, ask_column, index_by_name
from graph.importing.inference.files.lists_in_rows import unread_lists
from graph.importing.inference.files.message_logs import may_be_campaigns
from graph.importing.inference.files.not_reached import not_reached
from graph.importing.inference.files.order_lines import join_orders, line_columns
from graph.importing.inference.files.series import join_series, name_changed_series, shared_rows
from graph.importing.inference.files.shared_ids import find_shared_ids
from graph.importing.inference.files.tables import assign_columns, is_exclusive
from graph.importing.inference.files.targeting_times import TargetingTime, targeting_time
from graph.importing.inference.files.user_lists import join_users
from graph.importing.inference.formats.settings import format_settings
from graph.importing.inference.formats.zone_columns import contradicted_zone
from graph.importing.inference.formats.zones import decide_zone
from graph.importing.inference.known import use_known_exports
from graph.importing.mapping.open_ends import open_end
from graph.importing.mapping.source import no_rows_of
from graph.importing.reading.kept_sheets import keep_sheets
from graph.importing.vocabulary.names import simplify

_COUNTING = {
    "named": "behaviours that name the campaign",
    "promoted": "behaviours with a product that the campaign promotes",
    "any": "any behaviour of these kinds: no file says which belong to a campaign",
}
"""What counts as participation, in words."""
_ANY_BESIDE_LISTS = (
    "any behaviour of these kinds: no column says which belong to a campaign, but lists that are not read may"
)


def infer_mapping(
    folder: Path,
    dataset: str | None = None,
    zone: str | None = None,
    answers: dict[Place, str] | None = None,
) -> str:
    """Return the text of a first mapping.

    Parameters
    ----------
    folder
        The delivery.
    dataset
        Name of the data set; default: the folder's name.
    zone
        Time zone of the data's days, a question if a column states another one; default: that of a known
        export or a column, a question where times have a clock and no offset, else UTC.
    answers
        Columns that the user named when asked.

    Raises
    ------
    InvalidRequest
        The folder has no data files, or none with anything to import.
    """
    with keep_sheets():
        return _infer_mapping(folder, dataset, zone, answers or {})


def _infer_mapping(folder: Path, dataset: str | None, zone: str | None, answers: dict[Place, str]) -> str:
    files = inspect_files(folder)
    draft = Draft(dataset or _name_of(folder), zone)
    series = join_series(use_known_exports(draft, files))
    give_answers(series, answers)
    find_shared_ids(series)
    rest = join_users(join_orders(series))
    give_answers(rest, answers)
    files = [*rest, *files]
    tables = {
        file.name: None if file.problem else "behaviours" if file.order_key else infer_table(file)
        for file in rest
    }
    described = {
        file.name: key
        for file in rest
        if tables[file.name] == "behaviours" and (key := described_key(file, rest))
    }
    tables |= dict.fromkeys(described, "products")
    if not draft.sources and "behaviours" not in tables.values():
        _guess_behaviours(rest, tables)
    campaigns = [_campaign_ids(file) for file in rest if tables[file.name] == "campaigns"]
    ids = set[str]().union(*campaigns) if campaigns else None
    draft, objects = _draft_files(draft, rest, tables, described, ids)
    name_changed_series(draft)
    _complete(draft, objects, files)
    if draft.zone is None:
        draft.zone = decide_zone(draft, files) or Noted(
            "UTC", "defines the days; another one is like Europe/Berlin"
        )
    elif zone is not None:
        draft.zone = contradicted_zone(draft, index_by_name(files), zone) or zone
    return with_record(draft.render(), answers, zone)


def _draft_files(
    known: Draft,
    files: list[InspectedFile],
    tables: dict[str, str | None],
    described: dict[str, str],
    campaign_ids: set[str] | None,
) -> tuple[Draft, dict[str, str]]:
    """Return the draft with the sources of all files, and the kind of object by kind of behaviour.

    Where campaigns list what a question asks for, it is answered, and all files are drafted again: whether a
    column has the kinds of behaviour, for example, depends on the product.
    """
    for _ in range(2):
        draft, objects = deepcopy(known), dict[str, str]()
        for file in files:
            objects |= _draft_file(draft, file, tables, described, campaign_ids)
        if not answer_by_campaigns(draft, files):
            break
    return draft, objects


def _draft_file(
    draft: Draft,
    file: InspectedFile,
    tables: dict[str, str | None],
    described: dict[str, str],
    campaign_ids: set[str] | None,
) -> dict[str, str]:
    """Add the sources of a file to the draft; return the kind of object by kind of behaviour.

    `described` has the keys of the tables of products that behaviours refer to, by name of the file, and
    `campaign_ids` those of campaigns, if a table has them.
    """
    table = tables[file.name]
    if table is not None:
        look_at_all_rows(file)
    if table is None:
        draft.unused.append(f"{file.name}: {file.problem or _no_table(file)}")
        return {}
    if table == "behaviours":
        has_products, product = "products" in tables.values(), product_key(file, described.values())
        objects = draft_behaviours(
            draft, file, has_products=has_products, campaigns=campaign_ids, product=product
        )
        if _may_repeat_rows(draft, draft.sources[-1], file) and (shared := shared_rows(file)):
            note = f"{shared:,} rows of {file.name} are in an earlier file, too; equal rows count once"
            draft.settings["duplicates"] = Noted("drop", note)
        return objects
    if table == "promotions" and "campaigns" not in tables.values() and states_campaigns(file):
        campaigns = _source("campaigns", file)
        campaigns.settings["repeats"] = "first"
        draft.sources.append(campaigns)
    draft.sources.append(_source(table, file, described.get(file.name)))
    return {}


def _campaign_ids(file: InspectedFile) -> set[str]:
    """Return the ids and codes in a table of campaigns."""
    own = assign_columns("campaigns", file.names, file.shared_roles).get("id")
    columns = [name for name in file.names if name == own or is_code(name)]
    return {value for frame in file.frames(columns) for name in columns for value in frame[name]} - {""}


def _name_of(folder: Path) -> str:
    """Return the name of a data set, by that of its folder."""
    return re.sub(r"[^\w.-]+", "-", folder.resolve().name.removesuffix(".zip")).strip("-") or "my-data"


def _may_repeat_rows(draft: Draft, source: DraftSource, file: InspectedFile) -> bool:
    """Return whether several files of a series may have the same rows, and nothing is decided about them."""
    decided = "duplicates" in draft.settings or source.replaces or "id" in source.settings["columns"]
    return bool(file.further_files) and not decided


def _guess_behaviours(files: list[InspectedFile], tables: dict[str, str | None]) -> None:
    """Take the file that most probably holds behaviours as such. Raises InvalidRequest where none may."""
    unknown = [file for file in files if tables[file.name] is None and not file.problem]
    likely = most_likely_behaviours(unknown)
    known = any(tables.values())
    if likely and not (known and not any(has_repeated_values(likely, name) for name in likely.names)):
        tables[likely.name] = "behaviours"
    elif not known:
        reasons = "; ".join(f"{file.name}: {file.problem or _no_table(file)}" for file in files)
        raise InvalidRequest(
            f"No file has a column of times, and none fills a table: {reasons}.",
            "Deliver a file that states for each behaviour, like an order, its user and its time.",
        )


def _no_table(file: InspectedFile) -> str:
    if content := line_columns(file):
        return (
            f"it has lines of orders ({', '.join(content)}) without their user, and no column joins them to "
            "another file: deliver the number of the order in both files, or write a source with `join`"
        )
    names = ", ".join(file.names[:8]) + (", ..." if len(file.names) > 8 else "")
    relative = relative_times(file)
    more = f"; {relative} counts from a moment of each user: deliver the time itself" if relative else ""
    return f"no table has its columns ({names}){more}"


def _source(table: str, file: InspectedFile, key: str | None = None) -> DraftSource:
    """Draft the source of any table but behaviours; `key` is the column of its ids, if known."""
    columns: dict[str, Any] = dict(assign_columns(table, file.names, file.shared_roles))
    if key:
        columns = {"id": key} | {name: column for name, column in columns.items() if column != key}
        named_alike = f"{simplify(key).removesuffix('_id')}_name"
        if name := next((name for name in file.names if simplify(name) == named_alike), None):
            columns.setdefault("name", name)
    settings: dict[str, Any] = dict(file.settings)
    spec = TABLES[table]
    if (
        table == "users"
        and columns.get("name") in file.names
        and are_honorifics(file.values[columns["name"]])
    ):
        del columns["name"]
    if "user" in columns and (user := user_column(file, columns["user"])):
        columns["user"] = user
    if table == "campaigns":
        _add_end(settings, columns, file)
    named_start = columns.get("starts")
    columns |= {field: column for (of_table, field), column in file.answers.items() if of_table == table}
    if table == "campaigns":
        decide_hours(file, columns, named_start)
    time = targeting_time(file, columns.pop("at", None)) if table == "targetings" else TargetingTime()
    if time.column is not None:
        columns["at"] = time.column
    for field in spec.fields:
        if (
            field.required
            and field.name not in columns
            and not (field.name == "ends" and table == "campaigns")
        ):
            names = [name for name in file.names if (name in file.times) == (field.kind == "time")]
            if field.name == "user":
                names = may_be_users(file, [name for name in names if name not in columns.values()])
            elif file.is_message_log:
                names = may_be_campaigns(file, [name for name in names if name not in columns.values()])
            what = f"{table.replace('_', ' ')}: {field.meaning}"
            columns[field.name] = ask_column(file, what, names or None, otherwise=(no_rows_of(table),))
    settings |= format_settings(table, file, columns)
    unused = unused_columns(file.names, columns)
    no_users = unused_columns(
        file.names, {name: column for name, column in columns.items() if name != "user"}
    )
    where = time.where | not_reached(file, no_users) if table == "targetings" else {}
    if table == "campaigns":
        where = campaign_status_rules(file, [name for name in unused if name not in file.times])
    if where:
        settings["where"] = where
        unused = [name for name in unused if name not in where]
    settings["columns"] = columns
    if unused and spec.attributes:
        settings["attributes"] = {_property(name, spec.reserved): name for name in unused}
    remarks = [file.comment, unread_lists(file), time.remark]
    if unused and not spec.attributes:
        remarks.append(f"not used of {file.name}: {', '.join(unused[:20])}")
    if table == "campaigns":
        remarks.append(_without_end(file, columns))
    return DraftSource(table, settings, "\n".join(filter(None, remarks)))


def _without_end(file: InspectedFile, columns: dict[str, Any]) -> str:
    """Return how many campaigns have no end, with examples; empty if all have one."""
    own, ends = (
        names_of(columns[name])[0] if name in columns and _is_column(columns[name]) else ""
        for name in ("id", "ends")
    )
    if not {own, ends} <= set(file.names):
        return ""
    frames = pd.concat([frame[frame[ends] == ""] for frame in file.frames([own, ends])])
    if frames.empty:
        return ""
    rules = [f"`where: {{{ends}: {{empty: {empty}}}}}`" for empty in ("true", "false")]
    shown = ", ".join(frames[own][:3])
    return (
        f"{len(frames):,} campaigns of {file.name} have no {ends} ({shown}) and are rejected, "
        "so that orders which name them do not count: give them an end, in a second source of this file with "
        f"{rules[0]} and `constants: {{ends: {open_end()}}}`, and leave them out here with {rules[1]}"
    )


def _is_column(value: Any) -> bool:
    return not isinstance(value, Ask)


def _add_end(settings: dict[str, Any], columns: dict[str, Any], file: InspectedFile) -> None:
    """Add how the end of campaigns is read, or ask for it, or for their duration."""
    last_day = Noted(True, "an end without a time of day is the last day")
    if "ends" in columns:
        if not is_exclusive(str(columns["ends"])):
            settings["end_is_last_day"] = last_day
    elif dates := [name for name in file.times if name not in columns.values()]:
        shown = ", ".join(f"{name} ({examples(file.values[name])})" for name in dates)
        columns["ends"] = Ask(
            f"Which column of {file.name} holds the end of its campaigns: {shown}? Or how many days does "
            "each run from its start? Answer with the name of a column, or a number"
        )
        settings["end_is_last_day"] = last_day
    else:
        settings["duration_days"] = Ask(
            f"{file.name} has no end of its campaigns. How many days does a campaign run from its start?"
        )


def _property(name: str, reserved: frozenset[str]) -> str:
    plain = simplify(name) or "column"
    return f"{plain}_" if plain in reserved else plain


def _complete(draft: Draft, objects: dict[str, str], files: list[InspectedFile]) -> None:
    """Add what depends on all files: campaigns from orders, when a kind counts, who can take part."""
    name_coupons(draft)
    resolve_single_use_codes(draft, files)
    add_campaigns(draft)
    prefer_own_campaigns(draft)
    add_sendings(draft)
    draft_pairs(draft, files)
    unlinked = link_campaigns(draft, files)
    of_segments = draft_segments(draft, files)
    add_coupons(draft)
    tables = {source.table for source in draft.sources}
    attributed = any(
        "campaign" in source.settings["columns"] and not redeems_only(draft, source)
        for source in _behaviours(draft)
    )
    rule = "named" if attributed else "promoted" if "promotions" in tables else "any"
    draft.kinds |= draft_kinds(objects, rule, draft.naming_kinds)
    for name, kind in draft.kinds.items():
        if not isinstance(kind, Noted) and kind.get("counts") == "any":
            draft.kinds[name] = kind | {"counts": rule}
    ask_what_counts(draft, unlinked)
    if of_segments is None:
        ask_about_scope(draft, files)
    ask_about_any(draft, files)
    if draft.participation is None and draft.kinds:
        targeted = "targetings" in tables
        who = (
            "only users whom the campaign targeted, anyone where it targeted nobody"
            if targeted
            else "any user: no file says whom one targeted"
        )
        counts = {plain(kind).get("counts") for kind in draft.kinds.values()}
        counting = _COUNTING | (
            {"any": _ANY_BESIDE_LISTS} if any(file.lists_in_rows for file in files) else {}
        )
        known = [text for name, text in counting.items() if name in counts]
        what = " or ".join(known) or "what counts is a question above"
        draft.participation = Noted(
            {"targeted": of_segments or ("mixed" if targeted else False), "window": True}, f"{who}; {what}"
        )


def _behaviours(draft: Draft) -> list[DraftSource]:
    return [source for source in draft.sources if source.table == "behaviours"]
