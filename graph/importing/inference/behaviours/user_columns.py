"""Chooses the column of users: the one whose values identify them, not names of people or a few groups."""

import re

from graph.importing.inference.files.column_values import Values, are_numbers
from graph.importing.inference.files.inspected_file import InspectedFile
from graph.importing.inference.files.tables import find_columns
from graph.importing.vocabulary.names import COLUMNS, simplify

_WORD = r"[^\W\d_](?:[^\W\d_]|[.'’-])*"
_NAME_OF_PERSON = re.compile(rf"{_WORD}(?: +{_WORD})+,?")
_HONORIFICS = {
    "mr", "mrs", "ms", "miss", "mx", "dr", "prof", "sir", "lady", "rev", "herr", "frau", "prof_dr", "mme",
    "m", "mlle", "monsieur", "madame", "sr", "sra", "srta", "sig", "sig_ra", "dhr", "mevr", "pan", "pani",
}  # fmt: skip
_MOSTLY = 0.5
_FEW = 12
"""Values of which a column of users may have more, like the programs in which e-mails are opened."""
_ROWS_OF_ONE = 50
"""Rows for each value, on average, above which so few values are no users."""


def user_column(file: InspectedFile, named: str | None) -> str | None:
    """Return the column of users: `named`, unless its values identify nobody; None if another one may.

    Names of people may be shared; a few values in many rows are those of groups, as of `client` (the program
    in which an e-mail was opened).

    Parameters
    ----------
    file
        A file of behaviours or target users.
    named
        The column that its name makes the one of users.
    """
    if named is None or _identifies(file, named):
        return named
    others = [name for name in file.names if simplify(name.rpartition(".")[2]) in COLUMNS["user"]]
    other = next((name for name in others if _identifies(file, name)), None)
    is_doubtful = _are_groups(file, named) and any(_may_identify(file, name) for name in file.names)
    return other or (None if is_doubtful else named)


def are_honorifics(values: Values) -> bool:
    """Return whether all values are forms of address, like Mr and Dr., no names."""
    words = {simplify(value) for value in values if value}
    return bool(words) and words <= _HONORIFICS


def _may_identify(file: InspectedFile, column: str) -> bool:
    """Return whether a column whose name tells nothing has many values, and is neither times nor numbers."""
    known = {*find_columns(file.names).values(), *file.times, *file.day_of_clock}
    values = file.values.get(column, [])
    return column not in known and len({*values} - {None, ""}) > _FEW and not are_numbers(values)


def _identifies(file: InspectedFile, column: str) -> bool:
    return not (_has_names_of_people(file, column) or _are_groups(file, column))


def _are_groups(file: InspectedFile, column: str) -> bool:
    values = [value for value in file.values.get(column, []) if value]
    distinct = len(set(values))
    return distinct <= _FEW and len(values) > _ROWS_OF_ONE * distinct


def _has_names_of_people(file: InspectedFile, column: str) -> bool:
    values = [value for value in file.values.get(column, []) if value]
    return sum(bool(_NAME_OF_PERSON.fullmatch(value.strip())) for value in values) > _MOSTLY * len(values)
