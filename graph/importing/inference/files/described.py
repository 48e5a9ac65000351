"""Finds tables that describe what people buy or attend, like a calendar of events, by who names them."""

from collections.abc import Iterable

from graph.importing.inference.files.inspected_file import InspectedFile
from graph.importing.inference.files.tables import find_columns
from graph.importing.vocabulary.names import simplify

_NEARLY_ALL = 0.95
"""Share of the values of a column that must be in the table which it refers to."""
_GENERIC = {"id", "nr", "no", "number", "key", "name", "line", "row", "index", "序号", "编号"}
_OTHER_ENTITIES = ("user", "campaign", "coupon", "basket", "store")


def described_key(file: InspectedFile, files: Iterable[InspectedFile]) -> str | None:
    """Return the key by which behaviours name the rows of a table without users; None if none do.

    Parameters
    ----------
    file
        The table, whose rows have a time or what reads as a kind.
    files
        All tables, lines joined to their orders.
    """
    roles = find_columns(file.names)
    if "user" in roles or file.joined or file.problem:
        return None
    others = [other for other in files if other is not file and "user" in find_columns(other.names)]
    for key in file.names:
        known = [value for value in file.values[key] if value]
        is_key = len(known) == len(set(known)) and simplify(key) not in _GENERIC and key not in file.times
        is_key &= not any(roles.get(role) == key for role in _OTHER_ENTITIES)
        if is_key and any(_names(other, key, set(known)) for other in others if not other.problem):
            return key
    return None


def product_key(file: InspectedFile, keys: Iterable[str]) -> str | None:
    """Return the column of a file of behaviours that has one of the keys of described products."""
    return next((name for name in file.names if simplify(name) in {simplify(key) for key in keys}), None)


def _names(file: InspectedFile, key: str, known: set[str]) -> bool:
    """Return whether the rows of `file` name those of the table, of which some occur several times."""
    own = next((name for name in file.names if simplify(name) == simplify(key)), None)
    values = [value for value in file.values.get(own or "", []) if value]
    found = [value for value in values if value in known]
    return bool(values) and len(found) >= _NEARLY_ALL * len(values) and len(set(values)) < len(values)
