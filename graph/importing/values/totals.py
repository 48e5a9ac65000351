"""Recognises the totals below a table, which would otherwise become a user or product named Total."""

from collections.abc import Iterable

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from graph.importing.reading.cells import texts
from graph.importing.values.masks import is_true

_WORDS = (
    "total", "totals", "grand total", "overall total", "subtotal", "sub total", "sum", "summe", "gesamt",
    "gesamtsumme", "zwischensumme", "insgesamt", "total général", "somme", "suma", "total general", "totale",
    "totaal", "合计", "总计", "共计", "小计", "合計", "総計", "小計", "总和",
)  # fmt: skip
_WITHOUT_WORDS = r"^[^\pL]*$"
REASON = "is a total of other rows, no id; leave it out with `where`"


def are_totals(ids: pa.Array, others: Iterable[pa.Array]) -> NDArray[np.bool_]:
    """Return where an id is a word for totals, and no other column of its row has letters.

    Parameters
    ----------
    ids
        Ids as texts.
    others
        The other columns that the mapping names, of equal length.
    """
    plain = pc.utf8_lower(pc.utf8_trim(ids, " :\u00a0"))
    found = is_true(pc.is_in(plain, value_set=pa.array(_WORDS, pa.string())))
    if not found.any():
        return found
    for column in others:
        found &= is_true(pc.match_substring_regex(pc.fill_null(texts(column), ""), _WITHOUT_WORDS))
    return found
