"""Names of columns that may state what a row is: its status, type or kind, in several languages."""

import re
from collections.abc import Iterable

from graph.importing.vocabulary.names import words_of
from graph.importing.vocabulary.order_statuses import may_be_places

_STATUS = re.compile(
    r"^(?:state|statut|estado|stato|situacao|situação|durum|stav|tila|stan|состояние|الحالة)$"
    r"|(?:status|state|状态|狀態|ステータス|状況|상태|статус)$"
)
_TYPE = re.compile(
    r"^(?:kind|tipo|soort|tyyppi|tür|rodzaj|نوع)$|(?:type|typ|тип|类型|類型|種別|区分|區分|유형|구분)$|^.{4,}art$"
)
"""Words, and the ends of words that are written as one: `orderstatus`, `Belegart`."""
_ROWS = {
    "transaction", "txn", "trans", "order", "record", "entry", "row", "line", "movement", "document", "doc",
    "purchase", "sale", "invoice", "booking", "beleg", "buchung", "vorgang", "bewegung", "umsatz", "bestell",
    "取引", "注文", "订单", "交易", "주문", "거래",
}  # fmt: skip
"""Words for a row; the type of anything else, like a room, says nothing of it."""
_LONGEST = 2
"""Characters of a code."""
_PLACE = re.compile(r"[A-Z]{2}|[A-Z][a-zà-ÿ]+(?: [A-Z][a-zà-ÿ]+)*")
_SHORTEST = 4
"""Letters that two words for the same thing begin with."""


def may_state_what_rows_are(column: str, values: set[str], others: Iterable[str]) -> bool:
    """Return whether a column has statuses of its rows by its name, or their types.

    Parameters
    ----------
    column, values
        The column, and its few values.
    others
        Names in which words for a row may be: of the file, of its times and of its ids.
    """
    words = words_of(_last(column))
    stating = [word for word in words if _STATUS.search(word)]
    if stating:
        is_place = all(map(may_be_places, stating)) and all(_PLACE.fullmatch(value) for value in values)
        return not is_place
    if not any(_TYPE.search(word) for word in words):
        return False
    rest = {
        stem for word in words if (stem := _TYPE.sub("", word) if not word.endswith("art") else word[:-3])
    }
    rows = _ROWS | {word for name in others for word in words_of(_last(name))}
    return not rest or any(_are_alike(word, row) for word in rest for row in rows)


def are_codes(values: set[str]) -> bool:
    """Return whether values are codes that say nothing by themselves, like 0, 1 and 2, or DR and CR."""
    return all(len(value) <= _LONGEST for value in values)


def _last(name: str) -> str:
    return name.rpartition(":")[2].rpartition(".")[2]


def _are_alike(word: str, row: str) -> bool:
    return word == row or (
        min(len(word), len(row)) >= _SHORTEST and (word.startswith(row) or row.startswith(word))
    )
