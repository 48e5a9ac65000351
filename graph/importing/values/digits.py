"""Digits of other scripts, like the Eastern Arabic ones, as those of ASCII."""

import unicodedata
from collections import defaultdict

import pyarrow as pa
import pyarrow.compute as pc

_SIGNS: dict[int, str] = defaultdict(str)
"""The signs of each digit in Unicode's first plane beyond ASCII, full-width ones included."""
for _sign in map(chr, range(0x80, 0x10000)):
    if (_digit := unicodedata.decimal(_sign, None)) is not None:
        _SIGNS[_digit] += _sign
_ANY = f"[{''.join(_SIGNS.values())}]"


def with_plain_digits(text: pa.Array) -> pa.Array:
    """Return texts with digits of ASCII in place of those of other scripts."""
    if not pc.any(pc.match_substring_regex(text, _ANY)).as_py():
        return text
    for digit, signs in _SIGNS.items():
        text = pc.replace_substring_regex(text, f"[{signs}]", str(digit))
    return text
