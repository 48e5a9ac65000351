"""Asks which column holds the amount of a row, where no name tells it and numbers vary as amounts do."""

import re
from collections.abc import Sequence

import numpy as np
import pyarrow as pa

from graph.importing.inference.draft import Ask
from graph.importing.inference.files.column_values import describes
from graph.importing.inference.files.inspected_file import InspectedFile, ask_column
from graph.importing.mapping.questions import NONE_OF_THEM
from graph.importing.reading.json_paths import ALL, RECORD
from graph.importing.values.number_profile import profile_numbers
from graph.importing.vocabulary.names import NO_AMOUNTS, simplify, without_tax_remark, words_of

_PLAIN, _DIGIT = re.compile(r"[-+]?\d+(?:[.,]\d+)?"), re.compile(r"\d")
_STRAY = 0.05
"""Share of the values of a column of numbers that may be none."""
_HAS_FRACTION = re.compile(r"\d[.,]\d")
_NO_NUMBER = re.compile(r"[^\d.,' +-]")
_LARGE, _FEW = 100, 3
"""Whole numbers up to this, or with fewer different values, are counts, ranks and codes."""
_ROUND, _MOST = 5, 0.9
"""Amounts that people choose, as of donations, are mostly multiples of this."""
_CODES = {
    "id", "no", "nr", "number", "num", "code", "key", "zip", "postcode", "plz", "phone", "year", "pos",
    "position", "line",
}  # fmt: skip
_RATIOS = {
    "percent",
    "pct",
    "rate",
    "discount",
    "rabatt",
    "lat",
    "latitude",
    "lon",
    "lng",
    "longitude",
    "quantity",
}


def ask_amount(file: InspectedFile, names: list[str], user: str | None) -> Ask | None:
    """Return the question which of the columns `names` holds the amount of a row; None if none may."""
    candidates = amount_columns(file, names, user)
    if not candidates:
        return None
    return ask_column(file, "the amount of money of a row", candidates, otherwise=(NONE_OF_THEM,))


def amount_columns(file: InspectedFile, names: list[str], user: str | None = None) -> list[str]:
    """Return the columns that may hold amounts of rows: numbers that vary, and are neither ids nor ratios.

    Parameters
    ----------
    file
        A file of behaviours.
    names
        Columns without another use.
    user
        Its column of users: what is the same in all rows of a user, like an age, is no amount.
    """
    return [name for name in names if _may_be_amount(file, name, user)]


def are_fractions(values: Sequence[str | None]) -> bool:
    """Return whether a column has numbers of which some have decimals or a currency."""
    given = [value for value in values if value]
    has_fractions = any(_HAS_FRACTION.search(value) or _NO_NUMBER.search(value) for value in given)
    return has_fractions and _are_numbers(given)


def _are_numbers(given: list[str]) -> bool:
    # Without a profile where the answer is plain: a table may have thousands of columns.
    if all(map(_PLAIN.fullmatch, given)):
        return True
    if sum(_DIGIT.search(value) is None for value in given) > _STRAY * len(given):
        return False
    profile = profile_numbers([(np.arange(len(given)), pa.array(given, pa.string()))])
    return profile.unread <= _STRAY * profile.rows


def _may_be_amount(file: InspectedFile, name: str, user: str | None) -> bool:
    given = [value for value in file.values.get(name, []) if value and value not in file.missing]
    of_orders = name.startswith(RECORD) or name in file.origins or ALL in name
    if of_orders or name in file.times or name in file.day_of_clock or len(set(given)) < 2:
        return False
    if {*words_of(without_tax_remark(simplify(name)))} & (NO_AMOUNTS | _CODES | _RATIOS) or not _are_numbers(
        given
    ):
        return False
    if not (are_fractions(given) or _are_large(given)):
        return False
    return user is None or not describes(file.values[user], file.values[name])


def _are_large(given: list[str]) -> bool:
    """Return whether whole numbers may be amounts: not counts, codes of one length, or a running number."""
    bare = [value.strip() for value in given]
    numbers = [int(value) for value in bare if value.lstrip("-").isdecimal()]
    if len(numbers) < len(bare) or len(set(numbers)) < _FEW:
        return False
    is_running = len(set(numbers)) == len(numbers) and numbers in (sorted(numbers), sorted(numbers)[::-1])
    are_round = np.mean([number % _ROUND == 0 for number in numbers]) > _MOST
    are_large = np.median(numbers) > _LARGE and len({len(value) for value in bare}) > 1
    return not is_running and bool(are_round or are_large)
