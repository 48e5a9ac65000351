"""Chooses the column of users where one has names of people, and another identifies them."""

import re

from graph.importing.inference.inspect import InspectedFile
from graph.importing.inference.names import COLUMNS, simplify

_NAME_OF_PERSON = re.compile(r"[^\W\d_]+(?:[.'’-]*[^\W\d_]*)*(?: +[^\W\d_]+(?:[.'’-]*[^\W\d_]*)*)+,?")
_MOSTLY = 0.5


def user_column(file: InspectedFile, named: str | None) -> str | None:
    """Return the column of users: `named`, unless it has names of people, which may share them.

    Parameters
    ----------
    file
        A file of behaviours.
    named
        The column that its name makes the one of users.
    """
    if named is None or not _has_names_of_people(file, named):
        return named
    others = [name for name in file.names if simplify(name.rpartition(".")[2]) in COLUMNS["user"]]
    return next((name for name in others if not _has_names_of_people(file, name)), named)


def _has_names_of_people(file: InspectedFile, column: str) -> bool:
    values = [value for value in file.values.get(column, []) if value]
    return sum(bool(_NAME_OF_PERSON.fullmatch(value.strip())) for value in values) > _MOSTLY * len(values)
