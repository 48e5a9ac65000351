"""Reads what lists inside the rows of behaviours state: the campaign or coupon, and refunds."""

from dataclasses import dataclass, field

from graph.importing.inference.draft import Ask
from graph.importing.inference.files.column_values import are_identifiers, examples
from graph.importing.inference.files.inspected_file import InspectedFile
from graph.importing.inference.files.lists_in_rows import first_of, list_columns, unread_lists
from graph.importing.inference.files.tables import find_columns
from graph.importing.mapping.questions import NONE_OF_THEM
from graph.importing.reading.json_paths import ALL, DIVIDER, RECORD
from graph.importing.vocabulary.names import COLUMNS, simplify, words_of
from graph.importing.vocabulary.refund_columns import is_refund

_NAMING = ("campaign", "coupon")
_OF_ELEMENT = {"id", "code", "name"}
"""Keys of an element that mean what the name of its list says."""


@dataclass
class NestedLists:
    """What the lists inside the rows of a file state.

    Attributes
    ----------
    roles
        The column that names the campaign or coupon, by its role.
    campaign
        The question for it, where rows have several.
    read
        The columns that are read, or asked about.
    remarks
        Comments on lists.
    """

    roles: dict[str, str] = field(default_factory=dict)
    campaign: Ask | None = None
    read: list[str] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)


def read_lists(file: InspectedFile, campaigns: set[str] | None) -> NestedLists:
    """Add the columns of a campaign or coupon, and of refunds, that are in lists to `file`.

    Where rows have several campaigns, a table of `campaigns`, whose ids and codes these are, makes it a
    question which one counts; without it, each combination is a campaign of its own. Of several lists, that
    counts whose values are such ids, whatever it is called. Several refunds of a row are not read.
    """
    found = NestedLists()
    others = [set(list_columns(other)) for other in file.further_files]
    columns = [name for name in list_columns(file) if all(name in other for other in others)]
    if not set(_NAMING) & set(find_columns(file.names)):
        if chosen := file.answers.get(("behaviours", "campaign")):
            found.roles["campaign"] = chosen
            _add_column(found, file, chosen)
            columns = []
        naming = [(role, name) for role in _NAMING for name in columns if _names(name, role)]
        matching = [(role, name) for role, name in naming if _match(file, name, campaigns or set())]
        if campaigns and not matching:
            # A list of any name, like `applied_promos`, whose values are no numbers that agree by chance.
            others_matching = [name for name in columns if _match(file, name, campaigns, by_chance=False)]
            matching = [("campaign", name) for name in others_matching]
        if len(matching) > 1:
            found.campaign = _ask_which_list(file, [name for _, name in matching])
            found.read += [name for _, name in matching]
        else:
            for role, name in (matching or naming)[:1]:
                _read_campaign(found, file, role, name, campaigns is not None)
    if not any(map(is_refund, file.names)):
        refunds = [name for name in columns if is_refund(name) and not name.startswith(RECORD)]
        for name in refunds[:1]:
            if not _count(file, name, DIVIDER) and not _count(file, name, "-"):
                _add_column(found, file, name)
    found.remarks.append(unread_lists(file, found.read))
    return found


def _read_campaign(
    found: NestedLists, file: InspectedFile, role: str, column: str, has_campaigns: bool
) -> None:
    several, repeated = _count_several(file, column)
    if repeated and not several:
        found.read.append(column)
        column = first_of(column)
    have = (
        f"{several:,} {'row' if several == 1 else 'rows'} of {file.name} {'has' if several == 1 else 'have'}"
    )
    if several and has_campaigns:
        found.campaign = _ask(file, column, f"{have} several {column}")
        found.read.append(column)
        return
    if several:
        found.remarks.append(f"{have} several {column}: together, they are one campaign")
    found.roles[role] = column
    _add_column(found, file, column)


def _add_column(found: NestedLists, file: InspectedFile, column: str) -> None:
    found.read.append(column)
    if column not in file.names:
        file.names.append(column)
        file.values[column] = _first_values(file, column)


def _names(column: str, role: str) -> bool:
    """Return whether the values of a list are campaigns or coupons, by their name or that of their list."""
    *before, last = column.split(".")
    if not last.endswith(ALL) and simplify(last) in _OF_ELEMENT:
        last = before[-1]
    return ("_".join(words_of(last)) if last.endswith(ALL) else simplify(last)) in COLUMNS[role]


def _count(file: InspectedFile, column: str, text: str) -> int:
    """Return the number of rows whose value has a text in it."""
    return sum(int(frame[column].str.contains(text, regex=False).sum()) for frame in file.frames([column]))


def _count_several(file: InspectedFile, column: str) -> tuple[int, int]:
    """Return in how many rows a list has different values, and in how many one value several times.

    A value may have the text that divides several.
    """
    first = first_of(column)
    several = repeated = 0
    for frame in file.frames([column, first]):
        frame = frame[frame[column].str.contains(DIVIDER, regex=False) & (frame[column] != frame[first])]
        for values, value in zip(frame[column], frame[first], strict=True):
            if value and set(f"{values}{DIVIDER}".split(f"{value}{DIVIDER}")) == {""}:
                repeated += 1
            else:
                several += 1
    return several, repeated


def _first_values(file: InspectedFile, column: str) -> list[str | None]:
    return [value or None for value in next(file.frames([column]))[column]]


def _match(file: InspectedFile, column: str, ids: set[str], *, by_chance: bool = True) -> bool:
    """Return whether most values of a list are among `ids`, or most of these among its values."""
    values: set[str] = set()
    for frame in file.frames([column]):
        for text in frame[column].unique():
            values |= {text} if text in ids else {*text.split(DIVIDER)}
    common = len(values & ids)
    if not by_chance and not are_identifiers(values & ids):
        return False
    return common > 0 and 2 * common >= min(len(values - {""}), len(ids))


def _ask_which_list(file: InspectedFile, columns: list[str]) -> Ask:
    choices: list[str] = []
    for column in columns:
        several, repeated = _count_several(file, column)
        choices += [first_of(column)] if several or repeated else []
        choices += [column] if several or not repeated else []
    names = " and ".join(columns)
    return Ask(
        f"{names} of {file.name} have ids of the campaigns. Which names that of a behaviour ([0]: the "
        "first of a row, []: all together as a campaign of their own), or none",
        {name: examples(_first_values(file, name)) for name in choices} | {NONE_OF_THEM: ""},
    )


def _ask(file: InspectedFile, column: str, reason: str) -> Ask:
    return Ask(
        f"{reason}, and a behaviour names one campaign. Which does it name: the first ({first_of(column)}), "
        f"all together as a campaign of their own ({column}), or none",
        {name: examples(_first_values(file, name)) for name in (first_of(column), column)}
        | {NONE_OF_THEM: ""},
    )
