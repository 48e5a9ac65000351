"""Which columns may hold users, and which products, by their values: the choices of a question."""

from graph.importing.inference.behaviours.amounts import are_fractions
from graph.importing.inference.files.inspected_file import InspectedFile
from graph.importing.vocabulary.names import COLUMNS, MICROS, MINOR_UNITS, simplify, words_of

_FEW, _ROWS_OF_ONE = 12, 20
"""Values of groups, not of users: so few, in so many rows each on average."""


def may_be_users(file: InspectedFile, names: list[str]) -> list[str]:
    """Return those of the columns `names` that may hold users; all of them where none may."""
    named = {name for name in names if simplify(name.rpartition(".")[2]) in COLUMNS["user"]}
    others = {name for name in names if _may_identify(file, name) and not _has_few_values(file, name)}
    return [name for name in names if name in named | others] or names


def may_be_products(file: InspectedFile, names: list[str]) -> list[str]:
    """Return those of the columns `names` that may hold products; all of them where none may."""
    return [name for name in names if _may_identify(file, name)] or names


def _may_identify(file: InspectedFile, name: str) -> bool:
    """Return whether a column has several values that are no amounts."""
    values = [value for value in file.values.get(name, []) if value]
    is_constant = len(set(values)) < 2 and len(file.values.get(name, [])) > 1
    is_amount = are_fractions(values) or bool((MICROS | MINOR_UNITS) & set(words_of(name)))
    return not is_constant and not is_amount


def _has_few_values(file: InspectedFile, name: str) -> bool:
    values = [value for value in file.values.get(name, []) if value]
    distinct = len(set(values))
    return distinct <= _FEW and len(values) > _ROWS_OF_ONE * distinct
