"""Which columns may hold users, and which products, by their values: the choices of a question."""

from graph.importing.inference.behaviours.amounts import are_fractions
from graph.importing.inference.behaviours.currencies import currency_column
from graph.importing.inference.files.inspected_file import InspectedFile
from graph.importing.vocabulary.names import COLUMNS, MICROS, MINOR_UNITS, simplify, words_of

_FEW, _ROWS_OF_ONE = 12, 20
"""Values of groups, not of users: so few, in so many rows each on average."""


def may_be_users(file: InspectedFile, names: list[str]) -> list[str]:
    """Return those of the columns `names` that may hold users; all of them where none may."""
    named = {name for name in names if simplify(name.rpartition(".")[2]) in COLUMNS["user"]}
    others = {name for name in names if not _is_money(file, name) and not _has_few_values(file, name)}
    return [name for name in names if name in named | others] or names


def are_products(file: InspectedFile, names: list[str]) -> list[str]:
    """Return those of the columns `names` whose values are many, or texts, as ids of products are."""
    return [
        name
        for name in names
        if not _is_money(file, name) and not _has_few_values(file, name) and _are_ids(file, name)
    ]


def _are_ids(file: InspectedFile, name: str) -> bool:
    values = {value for value in file.values.get(name, []) if value} - {*file.missing}
    return len(values) > _FEW or not all(map(str.isdigit, values))


def may_be_products(file: InspectedFile, names: list[str]) -> list[str]:
    """Return those of the columns `names` that may hold products, also a single one; all where none may."""
    return [name for name in names if not _is_money(file, name) and any(file.values.get(name, []))] or names


def _is_money(file: InspectedFile, name: str) -> bool:
    """Return whether a column has amounts, or their currency."""
    is_minor = bool((MICROS | MINOR_UNITS) & set(words_of(name)))
    return is_minor or currency_column([name]) is not None or are_fractions(file.values.get(name, []))


def _has_few_values(file: InspectedFile, name: str) -> bool:
    values = [value for value in file.values.get(name, []) if value]
    distinct = len(set(values))
    is_constant = distinct < 2 and len(file.values.get(name, [])) > 1
    return is_constant or (distinct <= _FEW and len(values) > _ROWS_OF_ONE * distinct)
