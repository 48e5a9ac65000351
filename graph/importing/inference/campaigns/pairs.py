"""Makes promotions and targetings of ids of products or users in cells: of one, or of a list."""

from graph.importing.exports.fit import names_of
from graph.importing.inference.campaigns.cells import (
    distinct_values,
    find_separator,
    unused_by,
    without_unused,
)
from graph.importing.inference.draft import Ask, Draft, DraftSource, Noted, plain
from graph.importing.inference.files.column_values import is_identifier
from graph.importing.inference.files.inspected_file import InspectedFile, index_by_name
from graph.importing.mapping.formats import FIRST_OF
from graph.importing.vocabulary.names import COLUMNS, simplify, words_of

_PAIRS = {"promotions": ("product", "campaign"), "targetings": ("user", "campaign")}
"""Tables of pairs that a column of campaigns can fill, with their fields."""


def draft_pairs(draft: Draft, files: list[InspectedFile]) -> None:
    """Split lists of ids in cells, and make promotions and targetings of those in tables of campaigns."""
    by_name = index_by_name(files)
    ids_by_entity = {"campaign": set[str](), "product": set[str](), "user": set[str]()}
    for source in draft.sources:
        entity = {"campaigns": "campaign", "products": "product", "users": "user"}.get(source.table)
        fields = {entity: "id"} if entity else {"product": "object", "user": "user"}
        if entity or source.table == "behaviours":
            for name, field in fields.items():
                ids_by_entity[str(name)] |= _ids(source, field, by_name)
    for entity, field in (("product", "object"), ("user", "user")):
        ids_by_entity[entity] |= _ids_that_campaigns_list(draft, by_name, entity, field)
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


def _add_pairs(
    draft: Draft, source: DraftSource, file: InspectedFile, table: str, field: str, known: set[str]
) -> None:
    """Make promotions or targetings of the column of campaigns that has ids of products or users."""
    for column in unused_by(source, file):
        ids = distinct_values(file, column)
        mark = find_separator(ids, known)
        if mark is not None and (_is_named(column, field) or not _are_small_numbers(ids)):
            _add(draft, source, table, {field: column, "campaign": source.settings["columns"]["id"]}, mark)
            return


def answer_by_campaigns(draft: Draft, files: list[InspectedFile]) -> bool:
    """Answer which column of behaviours has the products, or users, where campaigns list those of all rows.

    Returns
    -------
    bool
        Whether a question was answered, so that its file has to be drafted again.
    """
    by_name = index_by_name(files)
    answered = False
    for source in (source for source in draft.sources if source.table == "behaviours"):
        file = by_name.get(str(source.settings["files"]))
        for entity, field in (("product", "object"), ("user", "user")):
            if file is None or not isinstance(source.settings["columns"].get(field), Ask):
                continue
            column, note = _listed_by_campaigns(draft, by_name, source, entity, field)
            if column and not _count_empty(file, column):
                file.answers[("behaviours", field)] = column
                file.comment = "\n".join(filter(None, [file.comment, note]))
                answered = True
    return answered


def _ids_that_campaigns_list(
    draft: Draft, by_name: dict[str, InspectedFile], entity: str, field: str
) -> set[str]:
    """Answer which column of behaviours has the products, or users, where a table of campaigns lists them.

    Returns
    -------
    set of str
        The ids in these columns.
    """
    ids = set[str]()
    for source in (source for source in draft.sources if source.table == "behaviours"):
        column, note = _listed_by_campaigns(draft, by_name, source, entity, field)
        if column:
            file = by_name[str(source.settings["files"])]
            _take(source, file, field, column)
            source.comment = "\n".join(filter(None, [source.comment, note]))
            ids |= set(file.distinct([column])[column])
    return ids


def _listed_by_campaigns(
    draft: Draft, by_name: dict[str, InspectedFile], source: DraftSource, entity: str, field: str
) -> tuple[str, str]:
    """Return the column of behaviours whose ids a table of campaigns lists, and a note; empty without one."""
    tables = [table for table in draft.sources if table.table == "campaigns" and not table.has_windows]
    file = by_name.get(str(source.settings["files"]))
    if file is None:
        return "", ""
    for column in _may_have(source, file, field):
        values = set(file.distinct([column])[column])
        listings = (_listing(table, by_name, entity, values) for table in tables)
        if listing := next(filter(None, listings), ""):
            return column, f"{column} has the {entity}s: {listing}"
    return "", ""


def _may_have(source: DraftSource, file: InspectedFile, field: str) -> list[str]:
    """Return the columns of behaviours that may have the products, or users, as long as none is known.

    Where rows have no product, their store may be what campaigns promote.
    """
    columns = source.settings["columns"]
    question = columns.get(field)
    names = [name for name in question.choose if name in file.names] if isinstance(question, Ask) else []
    is_open = isinstance(question, Ask) or (question is None and ("behaviours", field) not in file.answers)
    if field == "object" and is_open and isinstance(columns.get("store"), str):
        names.append(columns["store"])
    return names


def _take(source: DraftSource, file: InspectedFile, field: str, column: str) -> None:
    """Map a column to a field of behaviours; rows without a value have none of its objects."""
    settings = source.settings
    settings["columns"][field] = column
    constants = {name: value for name, value in settings.get("constants", {}).items() if name != field}
    settings.pop("constants", None)
    if constants:
        settings["constants"] = constants
    if empty := _count_empty(file, column):
        rule = Noted({"empty": False}, f"leaves out {empty:,} rows without a value")
        settings["where"] = {**settings.get("where", {}), column: rule}


def _count_empty(file: InspectedFile, column: str) -> int:
    return sum(int((frame[column] == "").sum()) for frame in file.frames([column]))


def _listing(table: DraftSource, by_name: dict[str, InspectedFile], entity: str, values: set[str]) -> str:
    """Return where a table of campaigns lists some of `values` in its cells; empty if nowhere."""
    file = by_name.get(str(table.settings["files"]))
    if file is None:
        return ""
    for column in unused_by(table, file):
        cells = distinct_values(file, column)
        named = _is_named(column, entity) or not _are_small_numbers(cells)
        if named and find_separator(cells, values) is not None:
            return f"campaigns list them in {column} of {file.name}"
    return ""


def _is_named(column: str, field: str) -> bool:
    return any(word in COLUMNS[field] for word in words_of(column))


def _are_small_numbers(texts: set[str]) -> bool:
    """Whether values may be ranks or budgets that are ids of something else by chance."""
    return not any(map(is_identifier, texts))


def _add_targetings(draft: Draft, source: DraftSource, file: InspectedFile, campaigns: set[str]) -> None:
    """Make targetings of the column of a table of users that names their campaigns."""
    for column in unused_by(source, file):
        named = simplify(column).removesuffix("s").removesuffix("_id") == "campaign"
        mark = find_separator(distinct_values(file, column), campaigns) if named else None
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
    # Campaigns that are left out have no pairs.
    rules = {name: plain(rule) for name, rule in source.settings.get("where", {}).items()}
    where = {"where": rules} if rules and source.table == "campaigns" else {}
    source.comment = without_unused(source.comment, listed)
    draft.sources.append(DraftSource(table, source.shared_settings | split | where | {"columns": columns}))


def _split_fields(source: DraftSource, file: InspectedFile, known: dict[str, set[str]]) -> None:
    """Split the lists in the columns of a table of pairs."""
    for field in _PAIRS[source.table]:
        column = source.settings["columns"].get(field)
        if isinstance(column, str):
            mark = find_separator(distinct_values(file, column), known[field])
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
