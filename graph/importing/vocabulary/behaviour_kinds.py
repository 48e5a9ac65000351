"""Kinds of behaviours that names of columns, values and files state."""

from itertools import pairwise
from pathlib import Path

from graph.importing.vocabulary.names import KINDS, simplify, words_of

SALES = ("PURCHASED", "ORDERED", "REDEEMED")
_OF_FILES = {
    "RETURNED", "UNSUBSCRIBED", "BOUNCED", "VIEWED", "CLICKED", "OPENED", "SEARCHED", "FAVOURED", "LIKED",
    "CARTED",
    "PRAISED", "SHARED",
}  # fmt: skip
"""Types of behaviours that a file, or its column of times, may state by its name."""


def known_type(name: str) -> str | None:
    """Return the relationship type of a kind of this name; None where no list has it."""
    plain = simplify(name)
    return next((type_ for type_, words in KINDS.items() if plain in words), None)


def kind_of_file(file: str, at: str | None) -> str | None:
    """Return the kind of all behaviours of a file (`view`, `return`, ...) by its name or its column of times.

    None where neither states one, or where the name is that of sales (`cart_orders.csv`). A name of sales and
    of returns means returns.
    """
    for words in (words_of(Path(file).name.partition(".")[0]), words_of(at or "")):
        pairs = ["_".join(pair) for pair in pairwise(words)]
        types = [type_ for type_, known in KINDS.items() if {*words, *pairs} & set(known)]
        found = [type_ for type_ in types if type_ in _OF_FILES]
        if "RETURNED" in found or (found and not set(types) & set(SALES)):
            return KINDS["RETURNED" if "RETURNED" in found else found[0]][0]
        if types:
            return None
    return None
