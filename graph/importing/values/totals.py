"""Recognises the totals below a table, which would otherwise become a user or product named Total."""

import re
from collections.abc import Iterable
from functools import lru_cache

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from graph.importing.reading.cells import texts
from graph.importing.values.masks import is_true
from graph.importing.vocabulary.month_names import ENGLISH, has_names
from graph.importing.vocabulary.names import FILES, words_of

_PARTIAL = (
    "subtotal", "sub total", "sub-total", "subtotals", "zwischensumme", "sous-total", "小计", "小計",
)  # fmt: skip
_WORDS = (
    *_PARTIAL, "total", "totals", "grand total", "overall total", "sum", "summe", "gesamt", "gesamtsumme",
    "gesamtergebnis", "insgesamt", "total général", "somme", "suma", "total general", "totale",
    "totale complessivo", "totaal", "eindtotaal", "razem", "celkem", "toplam", "genel toplam", "итого",
    "всего", "合计", "总计", "共计", "合計", "総計", "总和",
)  # fmt: skip
_ANY_WORD = "|".join(re.escape(word) for word in sorted(_WORDS, key=len, reverse=True))
_BEGINS = rf"(?i)^[\s\x{{a0}}:]*(?:{_ANY_WORD})(?:$|[^\pL])"
_ENDS = rf"(?i)(?:[^\pL]|年|月|日)(?:{_ANY_WORD})[\s\x{{a0}}:]*$"
_FIRST = re.compile(rf"(?i)({_ANY_WORD})(?![^\W\d_])(.*)")
_LAST = re.compile(rf"(?i)(.*?)(?<![^\W\d_年月日])({_ANY_WORD})")
_LINKS = frozenset(("for", "of", "in", "für", "im", "de", "del", "di", "van", "za", "за"))
_COUNTED = {
    *(word for table in ("users", "products", "behaviours") for word in FILES[table]),
    "row", "record", "entry", "line", "number", "count", "anzahl", "zeile",
}  # fmt: skip
"""What totals may count, in the singular."""
_PERIOD = re.compile(r"(?:19|20)\d\d|\d{1,4}(?:[./-]\d{1,4}){1,2}|q[1-4]|(?:\d+[年月日])+")
_WITHOUT_WORDS = r"^[^\pL]*$"
REASON = "reads as a total of other rows, no id; leave it out with `where`, or rename the id"


def are_totals(ids: pa.Array, others: Iterable[pa.Array]) -> NDArray[np.bool_]:
    """Return where an id names a total, and no other column of its row has letters.

    Parameters
    ----------
    ids
        Ids as texts.
    others
        The other columns that the mapping names, of equal length.
    """
    found = name_totals(ids)
    if not found.any():
        return found
    for column in others:
        found &= is_true(pc.match_substring_regex(pc.fill_null(texts(column), ""), _WITHOUT_WORDS))
    return found


def name_totals(ids: pa.Array) -> NDArray[np.bool_]:
    """Return where an id is a word for totals, alone or with a period: Subtotal March, Total 2024.

    So is one for their number: Total members: 400. `Total Immersion` and `Total 90` are names.
    """
    # Few blocks have any; each id is looked at once, not each row.
    unique = pc.unique(ids)
    found = [
        text
        for pattern in (_BEGINS, _ENDS)
        for text in unique.filter(pc.match_substring_regex(unique, pattern)).to_pylist()
        if text is not None and _is_total(text)
    ]
    if not found:
        return np.zeros(len(ids), dtype=bool)
    return is_true(pc.is_in(ids, value_set=pa.array(found, pa.string())))


@lru_cache
def _is_total(text: str) -> bool:
    text = text.strip(" :\u00a0")
    if first := _FIRST.fullmatch(text):
        word, rest = first.groups()
    elif last := _LAST.fullmatch(text):
        rest, word = last.groups()
    else:
        return False
    parts = [part for part in re.split(r"[\s:,()]+", rest.lower()) if part not in _LINKS | {""}]
    is_count = word.lower() in _PARTIAL or ":" in text or any(map(_is_counted, parts))
    return all(_is_period(part) or _is_counted(part) or (is_count and part.isdigit()) for part in parts)


def _is_counted(text: str) -> bool:
    return words_of(text)[0] in _COUNTED


def _is_period(text: str) -> bool:
    # Of three letters, only English abbreviations: `set` is September in Portuguese, and a set of things.
    long = len(text) > len("mar") or text.title() in ENGLISH
    return bool(_PERIOD.fullmatch(text)) or (text.isalpha() and long and has_names(text))
