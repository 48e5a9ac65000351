"""Links the campaigns that behaviours name to the user's own table of campaigns.

An export names campaigns as a tool does (`spring_sale` in a UTM parameter), and the user's table has ids of
its own (`SPRING24`). Where hardly any name is an id, they are linked by a rule that makes ids equal, or by
another column of the table; otherwise, it is a question when behaviours count.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

import pyarrow as pa

from graph.importing.exports.fit import names_of
from graph.importing.inference.campaigns.cells import unused_by, without_unused
from graph.importing.inference.campaigns.references import Reference, campaign_names, files_of, naming_sources
from graph.importing.inference.draft import Ask, Draft, DraftSource, Noted, named_columns, plain
from graph.importing.inference.files.column_values import are_identifiers
from graph.importing.inference.files.inspected_file import InspectedFile, index_by_name
from graph.importing.mapping.source import JOIN_SETTINGS
from graph.importing.participation.campaign_names import overlap_is_little
from graph.importing.reading.ids import RULES, normalise
from graph.importing.vocabulary.behaviour_kinds import SALES
from graph.importing.vocabulary.names import COLUMNS, simplify, words_of

_EXAMPLES = 3
_NAMING = {
    "campaign", "promo", "promotion", "coupon", "voucher", "offer", "deal", "kampagne", "aktion", "gutschein",
}  # fmt: skip
_OF_LISTS = {"discount", "code"}
"""Words of columns that may name campaigns, and further ones of lists."""
_NAMES_OF_CAMPAIGNS = {*COLUMNS["campaign"], *COLUMNS["coupon"], *COLUMNS["name"], "id"}


@dataclass(frozen=True)
class _Table:
    """A file in which ids of campaigns stand beside other names of them.

    Attributes
    ----------
    source, id
        The source, and its column with the ids of campaigns.
    others
        Values of the columns in which the names may stand.
    """

    source: DraftSource
    id: str
    others: dict[str, list[str]]


def link_campaigns(draft: Draft, files: list[InspectedFile]) -> list[Reference]:
    """Link names of campaigns to the ids of the user's table.

    Returns
    -------
    list of Reference
        Sources whose names cannot be linked; empty if any other source names campaigns of the table.
    """
    by_name = index_by_name(files)
    own, ids = _own_campaigns(draft, by_name)
    if not ids:
        return []
    _find_naming_columns(draft, by_name, own, ids)
    tables = [*own, *_coupon_tables(draft, by_name)]
    _link_pairs(draft, by_name, tables, ids)
    unlinked: list[Reference] = []
    linked = False
    for source, field in naming_sources(draft):
        by_column = campaign_names(draft, source, field, by_name)
        names = set[str]().union(*by_column.values())
        known = len(_normalised(draft, names) & _normalised(draft, ids))
        file = by_name[files_of(source)[0]]
        reference = Reference(source, field, file, by_column, known, tuple(sorted(ids)[:_EXAMPLES]))
        if not overlap_is_little(known, len(names), len(ids)):
            linked |= bool(names)
        elif _add_rule(draft, reference, ids) or _add_join(draft, reference, tables):
            linked = True
        else:
            unlinked.append(reference)
    return [] if linked else unlinked


def _find_naming_columns(
    draft: Draft, by_name: dict[str, InspectedFile], own: list[_Table], ids: set[str]
) -> None:
    """Take a column of behaviours whose values are ids or codes of campaigns for that which names them."""
    codes = [
        ids, *(set(values) - {""} for table in own for name, values in table.others.items() if is_code(name))
    ]  # fmt: skip
    naming = [source for source, _ in naming_sources(draft)]
    for source in draft.sources:
        file = by_name.get(files_of(source)[0])
        if source.table != "behaviours" or source in naming or "campaign" in source.settings["columns"]:
            continue
        if file is None or source.settings.get("rows") != file.source.rows:
            continue  # A known export, whose columns are those of other rows.
        for column in unused_by(source, file):
            values = set(file.distinct([column])[column])
            common = next((names & values for names in codes if _are_names(values, names)), None)
            if common:
                source.settings["columns"]["campaign"] = column
                draft.campaign_columns.append((source, column))
                note = f"{column} names the campaign: {', '.join(sorted(common)[:_EXAMPLES])}"
                source.comment = "\n".join(filter(None, [without_unused(source.comment, column), note]))
                break


def _are_names(values: set[str], names: set[str]) -> bool:
    """Return whether so many values are names of campaigns that it cannot be chance."""
    return are_identifiers(values & names) and _most(len(values & names), len(values), len(names))


def is_code(column: str) -> bool:
    """Return whether a column of campaigns has names or codes of them, not their store or category."""
    name = simplify(column)
    return name in _NAMES_OF_CAMPAIGNS or bool({"code", "utm"} & set(name.split("_")))


def _link_pairs(draft: Draft, by_name: dict[str, InspectedFile], tables: list[_Table], ids: set[str]) -> None:
    """Link the names of campaigns in tables of promotions and of target users, as those in behaviours."""
    for source in draft.sources:
        column = source.settings["columns"].get("campaign")
        if source.table not in ("promotions", "targetings") or not isinstance(column, str):
            continue
        file = by_name.get(files_of(source)[0])
        if file is None or column not in file.names or column in source.settings.get("split", {}):
            continue
        names = campaign_names(draft, source, "campaign", by_name)
        known = len(_normalised(draft, names[column]) & _normalised(draft, ids))
        reference = Reference(source, "campaign", file, names, known, tuple(sorted(ids)[:_EXAMPLES]))
        if overlap_is_little(known, len(names[column]), len(ids)) and not _add_rule(draft, reference, ids):
            _add_join(draft, reference, tables)


def ask_what_counts(draft: Draft, unlinked: list[Reference]) -> None:
    """Ask when behaviours count for the campaigns of a table whose ids none of them names."""
    named = {
        name: plain(kind)
        for name, kind in draft.kinds.items()
        if plain(kind).get("counts") == "named" and plain(kind).get("object", "product") == "product"
    }
    if not named or not unlinked:
        return
    reference = unlinked[0]
    table = _own_tables(draft)[0]
    tables = {source.table for source in draft.sources}
    choices = {"named": "it names the id of the campaign"}
    if "promotions" in tables:
        choices["promoted"] = "the campaign promotes its product"
    choices["any"] = "it is within the window of the campaign"
    meanings = ", ".join(f"{choice} ({meaning})" for choice, meaning in choices.items())
    examples = ", ".join(sorted(reference.names)[:_EXAMPLES])
    sales = [name for name, kind in named.items() if kind["type"] in SALES]
    for name in sales or named:
        question = Ask(
            f"{reference.known} of {len(reference.names):,} campaign names in {reference.column} of "
            f"{reference.file.name} ({examples}) are ids in {files_of(table)[0]} "
            f"({', '.join(reference.ids)}). Add a column with these names to it and run `import init` again, "
            f"or choose when a behaviour of the kind {name} counts for a campaign: {meanings}",
            tuple(choices),
        )
        asked = named[name] | {"counts": question}
        kind = draft.kinds[name]
        draft.kinds[name] = Noted(asked, kind.comment) if isinstance(kind, Noted) else asked


def ask_about_any(draft: Draft, files: list[InspectedFile]) -> None:
    """Ask whether any behaviour counts where what may name the campaigns of a table has none of their ids."""
    own = _own_tables(draft)
    if not own or {source.table for source in draft.sources} & {"promotions", "targetings", "coupons"}:
        return
    by_name = index_by_name(files)
    behaviours = [source for source in draft.sources if source.table == "behaviours"]
    hints = [hint for source in behaviours for hint in _may_name_campaigns(source, by_name)]
    for name, kind in draft.kinds.items():
        if plain(kind).get("counts") == "any" and hints:
            question = Ask(
                f"{', '.join(hints)} may name campaigns, but has no id or code of those in "
                f"{files_of(own[0])[0]}. Does each behaviour of the kind {name} count for a campaign that "
                "runs at its time (any), or none (never)? To count those that name it, add a column with "
                "their names to the campaigns, or map the column to `campaign`, and `counts: named`",
                ("any", "never"),
            )
            asked = plain(kind) | {"counts": question}
            draft.kinds[name] = Noted(asked, kind.comment) if isinstance(kind, Noted) else asked


def _may_name_campaigns(source: DraftSource, by_name: dict[str, InspectedFile]) -> list[str]:
    """Return the lists, and the columns by their names, that may name campaigns and are not read."""
    file = by_name.get(files_of(source)[0])
    if file is None:
        return []
    read = named_columns(source.settings["columns"])
    lists = [
        f"the list {name}"
        for name, columns in file.lists_in_rows.items()
        if not read & set(columns) and (_NAMING | _OF_LISTS) & set(words_of(name.rpartition(".")[2]))
    ]
    columns = [name for name in unused_by(source, file) if _NAMING & set(words_of(name)) and "[" not in name]
    return [f"{name} of {file.name}" for name in [*lists, *columns]]


def _own_tables(draft: Draft) -> list[DraftSource]:
    return [
        source
        for source in draft.sources
        if source.table == "campaigns"
        and not source.has_windows
        and isinstance(source.settings["columns"].get("id"), str)
    ]


def _own_campaigns(draft: Draft, by_name: dict[str, InspectedFile]) -> tuple[list[_Table], set[str]]:
    """Return the user's tables of campaigns, and their ids."""
    tables, ids = [], set[str]()
    for source in _own_tables(draft):
        for name in files_of(source):
            values = _values(by_name[name], by_name[name].names)
            own = values.pop(source.settings["columns"]["id"], [])
            ids |= set(own)
            tables.append(_Table(source, source.settings["columns"]["id"], values))
    return tables, ids - {""}


def _coupon_tables(draft: Draft, by_name: dict[str, InspectedFile]) -> list[_Table]:
    """Return the tables that state the campaign of each coupon code."""
    tables = []
    for source in draft.sources:
        columns = source.settings["columns"]
        code, campaign = columns.get("id"), columns.get("campaign")
        separate = isinstance(code, str) and isinstance(campaign, str) and code != campaign
        if source.table == "coupons" and separate:
            values = _values(by_name[files_of(source)[0]], [code])
            tables.append(_Table(source, campaign, values))
    return tables


def _values(file: InspectedFile, names: list[str]) -> dict[str, list[str]]:
    values: dict[str, list[str]] = {name: [] for name in names}
    for frame in file.frames(names):
        for name in names:
            values[name] += frame[name].tolist()
    return values


def _rules(draft: Draft) -> list[str]:
    return list(plain(draft.settings.get("ids", {}).get("campaigns", [])))


def _normalised(draft: Draft, names: Iterable[str]) -> set[str]:
    return _apply(_rules(draft), names)


def _apply(rules: list[str], names: Iterable[str]) -> set[str]:
    return set(normalise(pa.array(sorted(names), pa.string()), rules).to_pylist())


def _add_rule(draft: Draft, reference: Reference, ids: set[str]) -> bool:
    """Add the rule that makes names and ids equal, and return whether there is one."""
    # A common part is a guess: single_use asks about it.
    for rule in (name for name in RULES if name != "without_suffix"):
        rules = [*_rules(draft), rule]
        if len(_apply(rules, ids)) < len(ids):
            continue  # It would make two campaigns the same.
        known = len(_apply(rules, reference.names) & _apply(rules, ids))
        if _most(known, len(reference.names), len(ids)):
            comment = f"so that the campaigns that {reference.file.name} names are those of the table"
            draft.settings["ids"] = {**draft.settings.get("ids", {}), "campaigns": Noted(rules, comment)}
            return True
    return False


def _add_join(draft: Draft, reference: Reference, tables: list[_Table]) -> bool:
    """Look the ids up by the column of a table that has the names, and return whether there is one."""
    settings = reference.source.settings
    column = settings["columns"][reference.field]
    if isinstance(column, dict):
        return False
    # Codes are typed in upper and lower case.
    exact, in_lower_case = _lookups(reference, tables), _lookups(reference, tables, str.lower)
    if not in_lower_case:
        return False
    common, key, other, table = max([*exact, *in_lower_case], key=lambda link: link[0])
    ignore_case = {} if common in [link[0] for link in exact] else {"ignore_case": True}
    lookup = table.source.settings
    reading = {name: plain(lookup[name]) for name in JOIN_SETTINGS if name in lookup}
    if any(isinstance(value, Ask) for value in reading.values()) or "header" in lookup:
        return False
    file = files_of(table.source)[0]
    join = {"files": file, **reading, "on": {key: other}, **ignore_case}
    settings["join"] = [*settings.get("join", []), join]
    settings["columns"][reference.field] = [f"{file}:{table.id}", *names_of(column)]
    note = f"campaigns are looked up in {file}: {common} of {len(reference.names):,} names are in its {other}"
    reference.source.comment = "\n".join(filter(None, [reference.source.comment, note]))
    _drop_windows(draft, reference)
    return True


def _lookups(
    reference: Reference, tables: list[_Table], form: Callable[[str], str] = str
) -> list[tuple[int, str, str, _Table]]:
    """Return the columns of tables that have the names: how many of them, and both columns.

    Names are compared in the `form` that a function gives them.
    """
    all_names = set(map(form, reference.names))
    found = []
    for table in tables:
        for other, texts_of_column in table.others.items():
            values = list(map(form, texts_of_column))
            distinct = set(values)
            if not _is_key(values):
                continue
            for key, names in reference.by_column.items():
                known = {name for name in names if form(name) in distinct}
                common = set(map(form, known))
                named_alike = key.lower() == other.lower()
                if _most(len(common), len(all_names), len(values)) and (
                    named_alike or are_identifiers(common)
                ):
                    found.append((len(known), key, other, table))
    return found


def _drop_windows(draft: Draft, reference: Reference) -> None:
    """Make no campaigns of names that stand for the campaigns of a table."""
    files = set(files_of(reference.source))
    draft.sources = [
        source for source in draft.sources if not source.has_windows or not set(files_of(source)) <= files
    ]


def _is_key(values: list[str]) -> bool:
    present = [value for value in values if value]
    return len(present) == len(set(present)) > 0


def _most(common: int, names: int, others: int) -> bool:
    """Whether enough of the names are found for the two lists to mean the same."""
    return common > 0 and 2 * common >= min(names, others)
