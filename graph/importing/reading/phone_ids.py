"""Ids that are phone numbers: 07700 900123, 0044 7700 900123 and +44 7700 900123 are one."""

import re
from collections import Counter

import pyarrow as pa
import pyarrow.compute as pc

from graph.importing.mapping.formats import PHONE_RULE

_IS_PHONE = r"^[\s(]*(?:\+|0)[\d\s().\-/]{6,}$"
_IS_INTERNATIONAL = r"^[\s(]*\+[\d\s().\-/]{6,}$"
_SEPARATORS = r"[\s().\-/]+"
_KEEP_ZERO = {"39", "378"}
"""Countries whose numbers keep their first 0 after the calling code."""


def unify_phones(ids: pa.Array, rule: str) -> pa.Array:
    """Write ids that look like phone numbers with their country calling code and without separators.

    Parameters
    ----------
    ids
        The ids; others than phone numbers that begin with + or 0 stay as they are.
    rule
        `phone +44`, or `phone` to leave national numbers as they are.
    """
    match = re.fullmatch(PHONE_RULE, rule)
    code = match[1] if match else None
    numbers = _compact(ids)
    if code:
        zero = "0" if code in _KEEP_ZERO else ""
        numbers = pc.replace_substring_regex(numbers, r"^0(\d+)$", rf"+{code}{zero}\1")
    return pc.if_else(pc.match_substring_regex(ids, _IS_PHONE), numbers, ids)


def phone_rule(ids: pa.Array) -> str | None:
    """Return the rule by whose calling code most phone numbers among `ids` are others as well, if any are."""
    if not pc.any(pc.match_substring_regex(ids, _IS_INTERNATIONAL)).as_py():
        return None
    numbers = pc.unique(_compact(ids.filter(pc.match_substring_regex(ids, _IS_PHONE))))
    is_international = pc.starts_with(numbers, "+")
    national = pc.utf8_ltrim(numbers.filter(pc.invert(is_international)), "0")
    international = numbers.filter(is_international)
    codes: Counter[str] = Counter()
    for end in (2, 3, 4):
        is_both = pc.is_in(
            pc.utf8_ltrim(pc.utf8_slice_codeunits(international, end), "0"), value_set=national
        )
        codes.update(pc.utf8_slice_codeunits(international, 1, end).filter(is_both).to_pylist())
    return f"phone +{codes.most_common(1)[0][0]}" if codes else "phone"


def _compact(ids: pa.Array) -> pa.Array:
    """Return numbers without separators, and with + for 00."""
    without_trunk = pc.replace_substring_regex(ids, r"^(\s*(?:\+|00)[\d\s.\-/]+)\(0\)", r"\1")
    digits = pc.replace_substring_regex(without_trunk, _SEPARATORS, "")
    return pc.replace_substring_regex(digits, r"^00", "+")
