"""Reads discounts: amounts of money, rates, and amounts from a minimum of spending on."""

from collections.abc import Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from graph.importing.mapping.formats import DiscountReading, ValueFormat
from graph.importing.reading.cells import is_cells
from graph.importing.values.convert import Converted, convert

_THRESHOLD = r"^(?P<minimum>[^:]+):(?P<amount>[^:]+)$"
_EXPECTED = {
    "amount": "an amount",
    "rate": "a share taken off (0 to 1, or 5%)",
    "percent": "a percentage",
    "paid_rate": "a share paid (0 to 1)",
    "threshold": "a threshold like 300:30",
}
FIELDS = ("discount", "discount_rate", "minimum_spend")


def read_discounts(
    column: pa.Array, readings: Sequence[DiscountReading], value_format: ValueFormat
) -> dict[str, Converted]:
    """Return `discount`, `discount_rate` (share taken off) and `minimum_spend`; each value as it first fits.

    A value that fits no reading is bad in the column `discount`.
    """
    text = convert(column, "text", value_format).values
    typed = _typed_numbers(column, value_format)
    unread = text.is_valid().to_numpy(zero_copy_only=False)
    values = {name: np.full(len(text), np.nan) for name in FIELDS}
    for reading in readings:
        fitting = _read(text, typed, reading, value_format)
        fits = unread & np.logical_and.reduce([~np.isnan(part) for part in fitting.values()])
        for name, part in fitting.items():
            values[name][fits] = part[fits]
        unread &= ~fits
    reason = f"is not {' or '.join(_EXPECTED[reading] for reading in readings)}"
    none = np.zeros(len(text), dtype=bool)
    return {
        name: Converted(pa.array(part, mask=np.isnan(part)), unread if name == "discount" else none, reason)
        for name, part in values.items()
    }


def only_rates(converted: Converted, column: str) -> Converted:
    """Return numbers of `column` of which those that are no share from 0 to 1 are bad."""
    numbers = converted.values.to_numpy(zero_copy_only=False)
    bad = (numbers < 0) | (numbers > 1)
    if not bad.any():
        return converted
    reason = (
        "is no share of the price, a number from 0 to 1; map percentages as "
        f"`discount: {{column: {column}, as: percent}}`"
    )
    return converted._replace(bad=converted.bad | bad, reason=reason)


def _typed_numbers(column: pa.Array, value_format: ValueFormat) -> np.ndarray:
    """Return the numbers that the file types as such, NaN for texts."""
    if is_cells(column):
        column = pc.struct_field(column, "number")
    if not (pa.types.is_floating(column.type) or pa.types.is_integer(column.type)):
        return np.full(len(column), np.nan)
    return _numbers(column, value_format)


def _read(
    text: pa.Array, typed: np.ndarray, reading: str, value_format: ValueFormat
) -> dict[str, np.ndarray]:
    if reading == "threshold":
        parts = pc.extract_regex(text, _THRESHOLD)
        minimum, amount = (pc.struct_field(parts, name) for name in ("minimum", "amount"))
        return {"minimum_spend": _numbers(minimum, value_format), "discount": _numbers(amount, value_format)}
    percent = pc.fill_null(pc.ends_with(text, "%"), False).to_numpy(zero_copy_only=False)
    numbers = np.where(np.isnan(typed), _numbers(pc.utf8_rtrim(text, "% "), value_format), typed)
    if reading == "amount":
        return {"discount": np.where(percent, np.nan, numbers)}
    share = np.where(percent, numbers / 100, numbers) if reading != "percent" else numbers / 100
    share = np.where((share >= 0) & (share <= 1), share, np.nan)
    return {"discount_rate": np.round(1 - share, 12) if reading == "paid_rate" else share}


def _numbers(text: pa.Array, value_format: ValueFormat) -> np.ndarray:
    return np.asarray(convert(text, "number", value_format).values.to_numpy(zero_copy_only=False))
