"""Finds what a table of campaigns states beside its windows: products, users, or part of the range.

Ids of products or users in the cells of a column, one or a list, make promotions or targetings. A category or
a store cannot be mapped, so it is asked when behaviours count.
"""

from collections.abc import Iterable

from graph.importing.exports.fit import names_of
from graph.importing.inference.campaigns.windows import shared_settings
from graph.importing.inference.draft import Ask, Draft, DraftSource, Noted, plain
from graph.importing.inference.files.column_values import is_identifier
from graph.importing.inference.files.inspected_file import InspectedFile, index_by_name
from graph.importing.mapping.formats import FIRST_OF
from graph.importing.vocabulary.names import COLUMNS, simplify, words_of

_SEPARATORS = (";", "|", ",", "/", " ")
_NEARLY_ALL = 0.9
"""Share of the elements that must be known ids."""
_FEW = 2
"""Different ids that a column must have for it not to be chance."""
_EXAMPLES = 3
_PAIRS = {"promotions": ("product", "campaign"), "targetings": ("user", "campaign")}
"""Tables of pairs that a column of campaigns can fill, with their fields."""


def draft_lists(draft: Draft, files: list[InspectedFile]) -> None:
    """Split lists of ids in cells, and make promotions and targetings of those in tables of campaigns."""
    by_name = index_by_name(files)
    ids_by_entity = {"campaign": set[str](), "product": set[str](), "user": set[str]()}
    for source in draft.sources:
        entity = {"campaigns": "campaign", "products": "product", "users": "user"}.get(source.table)
        fields = {entity: "id"} if entity else {"product": "object", "user": "user"}
        if entity or source.table == "behaviours":
            for name, field in fields.items():
                ids_by_entity[str(name)] |= _ids(source, field, by_name)
    present = {source.table for source in draft.sources}
    for source in list(draft.sources):
        file = by_name.get(str(source.settings["files"]))
        if file is None or source.has_windows:
            continue
        if source.table in _PAIRS:
            _split_fields(source, file, ids_by_entity)
        elif source.table == "campaigns":
            for table, (field, _) in _PAIRS.items():
                if table not in present:
                    _add_pairs(draft, source, file, table, field, ids_by_entity[field])
        elif source.table == "users" and "targetings" not in present:
            _add_targetings(draft, source, file, ids_by_entity["campaign"])


def ask_about_scope(draft: Draft, files: list[InspectedFile]) -> None:
    """Ask when behaviours count where campaigns state a category, a store or the like, as other files do."""
    by_name = index_by_name(files)
    for source in draft.sources:
        file = by_name.get(str(source.settings["files"]))
        if source.table != "campaigns" or file is None or source.has_windows:
            continue
        for column in _unused(source, file):
            ids = _values(file, column)
            others = [
                other
                for other in by_name.values()
                if other is not file and len(ids) >= _FEW and _has_column_with(other, column, ids)
            ]
            if others:
                _ask(draft, file, column, ids, others[0])
                return


def _has_column_with(file: InspectedFile, column: str, values: set[str]) -> bool:
    """Return whether a file has a column of that name with nearly all these values."""
    same = [name for name in file.names if words_of(name) == words_of(column)]
    return any(_find_separator(values, _values(file, name)) is not None for name in same)


def _values(file: InspectedFile, column: str) -> set[str]:
    """Return the different values in the first rows of a column."""
    return {value for value in file.values.get(column, []) if value}


def _ask(draft: Draft, file: InspectedFile, column: str, values: set[str], other: InspectedFile) -> None:
    examples = ", ".join(sorted(values)[:_EXAMPLES])
    for name, kind in draft.kinds.items():
        if plain(kind).get("counts") != "any":
            continue
        question = Ask(
            f"{file.name} states the {column} of each campaign ({examples}), as {other.name} does for its "
            "rows, and no mapping limits a campaign to that. Deliver a file with a row for each campaign and "
            "product (or user), and run `import init` again; or choose whether any behaviour of the kind "
            f"{name} within the window counts (any), or none does (never)",
            ("any", "never"),
        )
        asked = plain(kind) | {"counts": question}
        draft.kinds[name] = Noted(asked, kind.comment) if isinstance(kind, Noted) else asked


def _add_pairs(
    draft: Draft, source: DraftSource, file: InspectedFile, table: str, field: str, known: set[str]
) -> None:
    """Make promotions or targetings of the column of campaigns that has ids of products or users."""
    for column in _unused(source, file):
        ids = _values(file, column)
        mark = _find_separator(ids, known)
        if mark is not None and (_is_named(column, field) or not _are_small_numbers(ids)):
            _add(draft, source, table, {field: column, "campaign": source.settings["columns"]["id"]}, mark)
            return


def _is_named(column: str, field: str) -> bool:
    return any(word in COLUMNS[field] for word in words_of(column))


def _are_small_numbers(texts: set[str]) -> bool:
    """Whether values may be ranks or budgets that are ids of something else by chance."""
    return not any(map(is_identifier, texts))


def _add_targetings(draft: Draft, source: DraftSource, file: InspectedFile, campaigns: set[str]) -> None:
    """Make targetings of the column of a table of users that names their campaigns."""
    for column in _unused(source, file):
        named = simplify(column).removesuffix("s").removesuffix("_id") == "campaign"
        mark = _find_separator(_values(file, column), campaigns) if named else None
        if mark is not None:
            _add(
                draft,
                source,
                "targetings",
                {"user": source.settings["columns"]["id"], "campaign": column},
                mark,
            )
            if set(source.settings.get("attributes", {}).values()) == {column}:
                draft.sources.remove(source)
            return


def _add(draft: Draft, source: DraftSource, table: str, columns: dict[str, str], mark: str) -> None:
    listed = next(name for name in columns.values() if name != source.settings["columns"]["id"])
    split = {"split": {listed: mark}} if mark else {}
    draft.sources.append(DraftSource(table, shared_settings(source) | split | {"columns": columns}))


def _split_fields(source: DraftSource, file: InspectedFile, known: dict[str, set[str]]) -> None:
    """Split the lists in the columns of a table of pairs."""
    for field in _PAIRS[source.table]:
        column = source.settings["columns"].get(field)
        if isinstance(column, str):
            mark = _find_separator(_values(file, column), known[field])
            if mark:
                source.settings["split"] = {**source.settings.get("split", {}), column: mark}


def _ids(source: DraftSource, field: str, by_name: dict[str, InspectedFile]) -> set[str]:
    column = source.settings["columns"].get(field)
    file = by_name.get(str(source.settings["files"]))
    if column is None or isinstance(column, Ask) or file is None:
        return set()
    names = [name for name in names_of(column) if name in file.names and FIRST_OF not in name]
    return (
        {value for frame in file.frames(names) for name in names for value in frame[name]} - {""}
        if names
        else set()
    )


def _unused(source: DraftSource, file: InspectedFile) -> list[str]:
    columns = source.settings["columns"].values()
    used = {name for column in columns if not isinstance(column, Ask) for name in names_of(column)}
    return [name for name in file.names if name not in used and name not in file.times]


def _find_separator(cells: Iterable[str], known: set[str]) -> str | None:
    """Return what divides cells into known ids: empty where each is one, None where they are none."""
    cells = list(cells)
    for mark in ("", *_SEPARATORS):
        parts = [part.strip() for cell in cells for part in (cell.split(mark) if mark else [cell])]
        found = [part for part in parts if part in known]
        if len(set(found)) >= _FEW and len(found) >= _NEARLY_ALL * sum(map(bool, parts)):
            return mark
    return None
