"""The end of a day written as 24:00, and leap seconds: both are the first moment of the next day."""

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from graph.importing.values.masks import is_true

_BEFORE, _AFTER = r"(?i)(^|[^0-9]|^[0-9]{8})", r"($|[^0-9:.,])"
_DAY_END = rf"{_BEFORE}24([:.h]00(?:[:.]00(?:[.,]0+)?)?|00(?:00)?|h){_AFTER}"
_LEAP_SECOND = rf"{_BEFORE}23([:.]?)59([:.]?)60(?:[.,][0-9]+)?{_AFTER}"
_OFFSET = r"(?i)(?:z|utc|gmt|[0-9] ?[+-][0-9]{2}(?::?[0-9]{2})?)$"


def at_midnight(text: pa.Array) -> pa.Array:
    """Return the first moment of the day that each text ends, as a text of the same form; null for others."""
    midnight = pc.replace_substring_regex(text, _DAY_END, r"\100\2\3")
    midnight = pc.replace_substring_regex(midnight, _LEAP_SECOND, r"\100\200\300\4")
    return pc.if_else(pc.equal(midnight, text), None, midnight)


def is_day_end(text: pa.Array) -> NDArray[np.bool_]:
    """Return whether each text is the end of a day."""
    found = pc.or_(pc.match_substring_regex(text, _DAY_END), pc.match_substring_regex(text, _LEAP_SECOND))
    return is_true(found)


def has_offset(text: pa.Array) -> NDArray[np.bool_]:
    """Return whether each text states its offset."""
    return is_true(pc.match_substring_regex(text, _OFFSET))
