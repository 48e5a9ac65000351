"""Drafts the mapping of known exports."""

from itertools import combinations
from typing import Any

from graph.errors import ImportFailed, InvalidRequest
from graph.importing.exports import KnownExport, find_exports, nearest_file
from graph.importing.exports.fit import fit_source, named_columns, names_of
from graph.importing.inference.draft import Draft, DraftSource, Noted, plain
from graph.importing.inference.files.all_rows import find_missing
from graph.importing.inference.files.inspected_file import InspectedFile
from graph.importing.inference.formats.settings import format_settings
from graph.importing.reading.blocks import JSON, format_of
from graph.importing.reading.column_check import absent_columns
from graph.importing.vocabulary.missing_values import NULLS_OF_FILES

_OF_THE_FILE = ("encoding", "delimiter", "skip_rows", "multiline", "missing")
"""Settings that an export does not decide."""
_IDS = ("user", "id", "object", "basket", "campaign", "coupon")
"""Fields whose columns are looked at in all rows for texts like NULL."""


def use_known_exports(draft: Draft, files: list[InspectedFile]) -> list[InspectedFile]:
    """Add the sources of known exports to the draft, and return the files that are not part of any.

    Raises
    ------
    InvalidRequest
        One mapping cannot hold all of them.
    """
    found = find_exports({file.name: file.names for file in files}, {file.name: file.rows for file in files})
    _refuse_unlike_exports(found)
    for export, names in found:
        by_key = {key: [file for file in files if file.name in group] for key, group in names.items()}
        settings = dict(export.settings)
        zone = settings.pop("zone", None)
        if zone and draft.zone is None:
            draft.zone = Noted(zone, f"the zone of {export.title}")
        draft.settings |= settings
        for table, sources in export.tables.items():
            for source in sources:
                draft.sources += _sources(export, table, source, by_key)
        draft.kinds |= export.kinds
        draft.participation = export.participation or draft.participation
    taken = {name for _, names in found for group in names.values() for name in group}
    rest = [file for file in files if file.name not in taken]
    for file in rest:
        _look_for_near_export(file, found)
    return rest


def _look_for_near_export(file: InspectedFile, found: list[tuple[KnownExport, dict[str, list[str]]]]) -> None:
    """Say that a file is nearly one of a known export; refuse it beside others that are.

    Its rows would be read in another way than those of the same export.
    """
    near = None if file.problem else nearest_file(file.names)
    if near is None:
        return
    title, lacking = near.export.title, ", ".join(near.lacking)
    beside = next((names.get(near.key) for export, names in found if export is near.export), None)
    if beside:
        raise InvalidRequest(
            f"{file.name} is nearly an export of {title}, like {', '.join(beside)}, but lacks {lacking}.",
            f"Export it again with {'this column' if len(near.lacking) == 1 else 'these columns'}, or put it "
            "into a folder of its own.",
        )
    remark = (
        f"{file.name} is nearly an export of {title}, but lacks {lacking}: it is mapped by the names and "
        "values of its columns, not as that export"
    )
    file.comment = "\n".join(filter(None, [file.comment, remark]))


def _refuse_unlike_exports(found: list[tuple[KnownExport, dict[str, list[str]]]]) -> None:
    """Refuse exports that identify users in different ways, or of which two may have the same orders."""
    for (export, names), (other, others) in combinations(found, 2):
        common = [kind for kind in export.kinds if kind in other.kinds]
        if export.users != other.users:
            why = (
                f"{export.title} identifies users by {export.users}, {other.title} by {other.users}, so that "
                "each person in both would be two users"
            )
        elif common:
            why = f"both have behaviours of the kind {common[0]}, which may be the same orders twice"
        else:
            continue
        both = f"{export.title} ({_listed(names)}) and {other.title} ({_listed(others)})"
        raise InvalidRequest(
            f"The folder has two known exports, {both}, which fit into no common mapping: {why}.",
            "Put the files of each into a folder of its own, and import each as a data set of its own; or "
            "write a mapping by hand that reads both, with one column that identifies users in all files.",
        )


def _listed(names: dict[str, list[str]]) -> str:
    return ", ".join(dict.fromkeys(name for group in names.values() for name in group))


def _sources(
    export: KnownExport, table: str, source: dict[str, Any], by_key: dict[str, list[InspectedFile]]
) -> list[DraftSource]:
    """Return a source for all files with the same columns and the same way of reading."""
    own = dict(source)
    joins, joined = [], set[str]()
    for join in own.pop("join", ()):
        key, files = join["files"], by_key.get(join["files"], ())
        if not files:
            continue
        # `orders:Status` names a column of the joined file.
        own = _renamed(own, f"{key}:", f"{files[0].name}:")
        names = named_columns(own)
        for file in files:
            prefix = f"{files[0].name}:"
            present = _present(file, join, [name.removeprefix(prefix) for name in names])
            # Joined to itself, a file gives columns of another row with the prefix alone.
            is_itself = (key, join.get("rows")) == (source["files"], source.get("rows"))
            own_names = [name for name in names if name.startswith(prefix)] if is_itself else names
            joined |= {name for name in own_names if name.removeprefix(prefix) in present}
        reading = {name: plain(value) for name, value in _reading(files[0]).items() if name != "missing"}
        joins.append(join | reading | {"files": [file.name for file in files]})
    if joins:
        own["join"] = joins
    drafted: list[dict[str, Any]] = []
    lacking: dict[str, str] = {}
    for file in by_key.get(source["files"], ()):
        settings = _settings(table, own, file, joined)
        if settings is None:
            continue
        if "missing" in settings:
            own_texts = source.get("missing", export.settings.get("missing", ()))
            settings["missing"] = list(dict.fromkeys([*settings["missing"], *own_texts]))
        if format_of(file.path, file.source) not in JSON:  # A key without a value may be in no record.
            absent = {*named_columns(own)} - {*named_columns(settings), *joined}
            absent |= export.files[source["files"]].lacking(file.names)
            lacking[file.name] = ", ".join(sorted(absent))
        same = next((other for other in drafted if other | {"files": 0} == settings | {"files": 0}), None)
        if same is None:
            drafted.append(settings)
        else:
            same["files"] = [*same["files"], file.name]
    return [
        DraftSource(table, settings, f"{export.title}: a known export{_remark(settings['files'], lacking)}")
        for settings in drafted
    ]


def _remark(names: list[str], lacking: dict[str, str]) -> str:
    return "".join(f"; {name} lacks {lacking[name]}" for name in names if lacking.get(name))


def _renamed(value: Any, prefix: str, new: str) -> Any:
    """Replace the prefix of columns in all parts of a source."""
    if isinstance(value, dict):
        return {_renamed(name, prefix, new): _renamed(part, prefix, new) for name, part in value.items()}
    if isinstance(value, list):
        return [_renamed(part, prefix, new) for part in value]
    return new + value.removeprefix(prefix) if isinstance(value, str) and value.startswith(prefix) else value


def _settings(
    table: str, source: dict[str, Any], file: InspectedFile, joined: set[str]
) -> dict[str, Any] | None:
    """Return the settings of the source for one file; None where it has no rows for it.

    `joined` are the columns of the files that it joins.
    """
    names = named_columns(source)
    present = _present(file, source, names)
    fitted = fit_source(table, source, set(names) - present - joined) if present else None
    if fitted is None:
        return None
    columns = dict(fitted["columns"])
    if not fitted.get("rows"):
        ids = [name for field in _IDS if field in columns for name in names_of(columns[field])]
        find_missing(file, ids, NULLS_OF_FILES)
    formats: dict[str, Any] = {}
    if not fitted.get("rows") and "times" not in fitted:
        own = {field: column for field, column in columns.items() if column in file.names}
        formats = format_settings(table, file, own)
        columns |= own
    return {**fitted, "files": [file.name], **_reading(file), **formats, "columns": columns}


def _reading(file: InspectedFile) -> dict[str, Any]:
    return {name: file.settings[name] for name in _OF_THE_FILE if name in file.settings}


def _present(file: InspectedFile, source: dict[str, Any], names: list[str]) -> set[str]:
    """Return which of the columns `names` a file has, read as `source` says."""
    header = source.get("header", file.source.header)
    reading = file.source.model_copy(update={"rows": source.get("rows"), "header": header})
    try:
        absent, _ = absent_columns(file.path, reading, names)
    except ImportFailed:
        return set()  # No record has the list that `rows` names.
    return set(names) - set(absent)
