"""Ids that are phone numbers: 07700 900123, 0044 7700 900123 and +44 7700 900123 are one.

Spreadsheets drop + and the leading 0: 447700900123 and 7700900123 are the same number, too.
"""

import re
from collections import Counter

import pyarrow as pa
import pyarrow.compute as pc

from graph.importing.mapping.formats import PHONE_RULE

_IS_PHONE = r"^[\s(]*(?:\+|0)[\d\s().\-/]{6,}$"
_IS_INTERNATIONAL = r"^[\s(]*\+[\d\s().\-/]{6,}$"
_IS_BARE = r"^[1-9]\d{6,14}$"
_MOST_NATIONAL = 10
"""Digits of a number without + or 0 that has no calling code, at most."""
_SEPARATORS = r"[\s().\-/]+"
_CODES_OF_TWO_DIGITS = {
    20, 27, *range(30, 35), 36, *range(39, 42), *range(43, 50), *range(51, 59), *range(60, 67), 81, 82, 84,
    86, *range(90, 96), 98,
}  # fmt: skip
"""Calling codes of the ITU: those of 1 and 7 have one digit, and all others three."""
_KEEP_ZERO = {"39", "378"}
"""Countries whose numbers keep their first 0 after the calling code."""


def unify_phones(ids: pa.Array, rule: str) -> pa.Array:
    """Write ids that look like phone numbers with their country calling code and without separators.

    Parameters
    ----------
    ids
        The ids; others than phone numbers that begin with + or 0 stay as they are.
    rule
        `phone +44`, or `phone` to leave national numbers as they are; with `phone +44 digits`, ids of 7 to
        15 digits without + or 0 are numbers, too.
    """
    match = re.fullmatch(PHONE_RULE, rule)
    code = match[1] if match else None
    numbers = _compact(ids)
    if code:
        zero = "0" if code in _KEEP_ZERO else ""
        numbers = pc.replace_substring_regex(numbers, r"^0(\d+)$", rf"+{code}{zero}\1")
    unified = pc.if_else(pc.match_substring_regex(ids, _IS_PHONE), numbers, ids)
    if not (match and match[2]):
        return unified
    has_code = pc.and_(pc.starts_with(ids, code), pc.greater(pc.utf8_length(ids), _MOST_NATIONAL))
    prefix = pc.if_else(has_code, "+", f"+{code}")
    bare = pc.binary_join_element_wise(prefix, ids, "")
    return pc.if_else(pc.match_substring_regex(ids, _IS_BARE), bare, unified)


def phone_rule(ids: pa.Array) -> str | None:
    """Return the rule by whose calling code most phone numbers among `ids` are others as well, if any are."""
    if not pc.any(pc.match_substring_regex(ids, _IS_INTERNATIONAL)).as_py():
        return None
    numbers = pc.unique(_compact(ids.filter(pc.match_substring_regex(ids, _IS_PHONE))))
    is_international = pc.starts_with(numbers, "+")
    national = pc.utf8_ltrim(numbers.filter(pc.invert(is_international)), "0")
    international = numbers.filter(is_international)
    bare = pc.unique(ids.filter(pc.match_substring_regex(ids, _IS_BARE)))
    codes, bare_codes = Counter[str](), Counter[str]()
    for end in (2, 3, 4):
        code = pc.utf8_slice_codeunits(international, 1, end)
        rest = pc.utf8_ltrim(pc.utf8_slice_codeunits(international, end), "0")
        codes.update(code.filter(pc.is_in(rest, value_set=national)).to_pylist())
        bare_codes.update(code.filter(pc.is_in(rest, value_set=bare)).to_pylist())
    with_code = international.filter(pc.is_in(pc.utf8_slice_codeunits(international, 1), value_set=bare))
    bare_codes.update(map(_calling_code, with_code.to_pylist()))
    if bare_codes:
        return f"phone +{(codes + bare_codes).most_common(1)[0][0]} digits"
    return f"phone +{codes.most_common(1)[0][0]}" if codes else "phone"


def _calling_code(number: str) -> str:
    """Return the country calling code with which an international number begins, without +."""
    digits = number.removeprefix("+")
    return digits[: 1 if digits[0] in "17" else 2 if int(digits[:2]) in _CODES_OF_TWO_DIGITS else 3]


def _compact(ids: pa.Array) -> pa.Array:
    """Return numbers without separators, and with + for 00."""
    without_trunk = pc.replace_substring_regex(ids, r"^(\s*(?:\+|00)[\d\s.\-/]+)\(0\)", r"\1")
    digits = pc.replace_substring_regex(without_trunk, _SEPARATORS, "")
    return pc.replace_substring_regex(digits, r"^00", "+")
