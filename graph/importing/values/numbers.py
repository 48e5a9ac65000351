"""Reads texts as numbers: decimal and grouping signs, minus signs, currencies.

A grouping sign stands only ahead of the decimal sign and before exactly three digits (in the Indian form,
1,23,456.78, before two and at last three), and no zero precedes it. So 34.40 is no number where "." groups.
"""

import re
from collections import Counter
from functools import cache
from typing import NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from graph.importing.mapping.formats import Numbers
from graph.importing.reading.compatible_text import nfkc
from graph.importing.values.digits import with_plain_digits
from graph.importing.values.masks import is_true

_CODES = (
    "AED|ARS|AUD|BDT|BGN|BHD|BRL|CAD|CHF|CLP|CNY|COP|CZK|DKK|EGP|EUR|GBP|GHS|HKD|HUF|IDR|ILS|INR|ISK|JOD|JPY|"
    "KES|KRW|KWD|KZT|LKR|MAD|MXN|MYR|NGN|NOK|NZD|OMR|PEN|PHP|PKR|PLN|QAR|RMB|RON|RSD|RUB|SAR|SEK|SGD|THB|TND|"
    "TRY|TWD|TZS|UAH|UGX|USD|UYU|VND|ZAR|AZN|BAM|BYN|GEL|HRK|MDL|MKD|UZS"
)
_NAMES = (
    r"[Kk]r\.?|zł|Kč|Ft|lei|Fr\.|Rs\.?|[元円]|TL|Lei|Lt|Ls|Lek|KM|[Kk]n|RM|Rp\.?|Bs\.?|S/\.?|NIS|K[Ss]h|[TU]Sh|Euro|EURO"
    r"|лв\.?|руб\.?|р\.?|₽\.?|грн\.?|ден\.?|дин\.?|din\.?|тг\.?|сом|сум|đ|VNĐ|ريال|ریال|ر\.س\.?|د\.إ\.?|د\.ك\.?|ج\.م\.?|درهم|جنيه"
)
"""Short names of currencies that are no codes."""
_CURRENCY = rf"(?:{_CODES}|(?:US|CA|A|C|NZ|HK|S|R|NT|MX)\$|\p{{Sc}}|{_NAMES})"
_SAME = {"$": "USD", "US$": "USD", "€": "EUR", "£": "GBP", "₹": "INR", "Rs": "INR", "Rs.": "INR", "zł": "PLN",
         "R$": "BRL", "Kč": "CZK", "Ft": "HUF", "lei": "RON", "₽": "RUB", "₩": "KRW", "₺": "TRY", "₴": "UAH",
         "₪": "ILS", "元": "CNY", "RMB": "CNY", "円": "JPY", "kr.": "kr", "Kr": "kr", "TL": "TRY",
         "Lei": "RON", "Euro": "EUR", "EURO": "EUR", "руб.": "RUB", "руб": "RUB", "р.": "RUB", "р": "RUB",
         "грн": "UAH", "грн.": "UAH", "лв": "BGN", "лв.": "BGN", "RM": "MYR", "Rp": "IDR", "Rp.": "IDR",
         "đ": "VND", "VNĐ": "VND", "₫": "VND", "NIS": "ILS", "S/": "PEN", "S/.": "PEN", "د.إ": "AED",
         "د.إ.": "AED"}  # fmt: skip


_ANY_NUMBER = r"[\d.,' ]*\d[\d.,]*"


class Parsed(NamedTuple):
    """Numbers (null: missing or bad), where a text is no number, and the rows with each currency."""

    values: pa.Array
    bad: NDArray[np.bool_]
    currencies: Counter[str]


def parse(text: pa.Array, signs: Numbers) -> Parsed:
    """Read `text` as numbers written with `signs`."""
    fits = pc.match_substring_regex(text, f"^{_plain(signs.decimal)}$")
    odd = is_true(pc.invert(fits))
    currencies: Counter[str] = Counter()
    if odd.any():
        rows = pa.array(odd)
        plain, currencies = _plain_texts(text.filter(rows), signs)
        text = pc.replace_with_mask(text, rows, plain)
    if signs.decimal == ",":
        text = pc.replace_substring(text, ",", ".")
    bad = odd & ~text.is_valid().to_numpy(zero_copy_only=False)
    return Parsed(text.cast(pa.float64()), bad, currencies)


def readable(text: pa.Array, signs: Numbers) -> pa.Array:
    """Return for each text whether it is a number written with `signs`, without currency and sign."""
    return pc.match_substring_regex(text, f"^{_unsigned(signs)}$")


def bare(text: pa.Array) -> pa.Array:
    """Return texts without signs, currencies and full-width characters; a text of another form is null."""
    return pc.struct_field(pc.extract_regex(_normal(text), _around(_ANY_NUMBER)), "number")


def currencies(text: pa.Array) -> Counter[str]:
    """Return the number of texts in each currency."""
    parts = pc.extract_regex(_normal(text), _around(_ANY_NUMBER))
    return _count_currencies(pc.struct_field(parts, "before"), pc.struct_field(parts, "after"))


def _count_currencies(before: pa.Array, after: pa.Array) -> Counter[str]:
    counts: Counter[str] = Counter()
    for found in pc.value_counts(pc.binary_join_element_wise(before, after, "")).to_pylist():
        if found["values"]:
            counts[_SAME.get(found["values"], found["values"])] += found["counts"]
    return counts


def _plain_texts(text: pa.Array, signs: Numbers) -> tuple[pa.Array, Counter[str]]:
    """Return `text` without grouping and with a leading minus sign, null where it is no number."""
    parts = pc.extract_regex(_normal(text), _around(_unsigned(signs)))
    part = {name: pc.struct_field(parts, name) for name in _PARTS}
    given = {name: pc.not_equal(part[name], "") for name in _PARTS}
    opened = pc.xor(given["open"], given["inner"])
    wrong = pc.or_(pc.xor(opened, given["close"]), pc.and_(given["before"], given["after"]))
    wrong = pc.or_(wrong, pc.and_(given["open"], given["inner"]))
    signed = [given["sign"], given["inner_sign"], given["minus"], opened]
    wrong = pc.or_(wrong, pc.greater(_count(signed), 1))
    negative = pc.or_(opened, given["minus"])
    negative = pc.or_(negative, pc.or_(pc.equal(part["sign"], "-"), pc.equal(part["inner_sign"], "-")))
    number = part["number"]
    if signs.thousands:
        number = pc.replace_substring(number, signs.thousands, "")
    plain = pc.binary_join_element_wise(pc.if_else(negative, "-", ""), number, "")
    plain = pc.if_else(wrong, None, plain)
    return plain, _count_currencies(
        part["before"].filter(plain.is_valid()), part["after"].filter(plain.is_valid())
    )


def _count(masks: list[pa.Array]) -> pa.Array:
    total = masks[0].cast(pa.int8())
    for mask in masks[1:]:
        total = pc.add(total, mask.cast(pa.int8()))
    return total


def _normal(text: pa.Array) -> pa.Array:
    """Make digits, blanks, apostrophes, minus and Arabic signs plain (NFKC: full-width, no-break, thin)."""
    text = with_plain_digits(nfkc(text))
    text = pc.replace_substring(pc.replace_substring(text, "٫", "."), "٬", ",")
    text = pc.replace_substring_regex(text, "[\u200e\u200f\u061c]", "")  # Marks of direction.
    return pc.replace_substring_regex(pc.replace_substring_regex(text, "[−‒–﹣]", "-"), "[’ʼ]", "'")


_PARTS = ("sign", "open", "before", "inner", "inner_sign", "number", "after", "minus", "close")


@cache
def _around(number: str) -> str:
    return (
        rf"^(?P<sign>[+-]?) ?(?P<open>\(?) ?(?P<before>{_CURRENCY}?) ?(?P<inner>\(?)(?P<inner_sign>[+-]?) ?"
        rf"(?P<number>{number}) ?(?P<after>{_CURRENCY}?) ?(?P<minus>-?)(?P<close>\)?)$"
    )


def _plain(decimal: str) -> str:
    sign = re.escape(decimal)
    return rf"[+-]?(?:\d+(?:{sign}\d*)?|{sign}\d+)(?:[eE][+-]?\d+)?"


def _unsigned(signs: Numbers) -> str:
    plain = _plain(signs.decimal).removeprefix("[+-]?")
    if not signs.thousands:
        return plain
    mark, decimal = re.escape(signs.thousands), re.escape(signs.decimal)
    groups = rf"[1-9]\d{{0,2}}(?:{mark}\d{{3}})+"
    if signs.thousands == ",":
        groups += r"|[1-9]\d?(?:,\d{2})+,\d{3}"
    return rf"(?:(?:{groups})(?:{decimal}\d*)?|{plain})"
