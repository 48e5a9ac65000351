"""Columns of refunds and of returned units, by their names."""

import re

from graph.importing.vocabulary.names import simplify

_COLUMNS = {
    "refunded_amount", "refund_amount", "amount_refunded", "total_refunded", "total_refund", "refund_total",
    "refunded", "refund", "refunds", "refund_value", "refunded_value", "returned_amount", "returned_value",
    "erstattet", "erstattungsbetrag", "erstatteter_betrag", "rückerstattet",
    "montant_remboursé",
    "montant_rembourse", "importe_reembolsado", "terugbetaald_bedrag", "importo_rimborsato", "退款金额",
}  # fmt: skip
_UNITS = {
    "returned_quantity", "returned_qty", "returned_units", "quantity_returned", "qty_returned",
    "units_returned",
    "refunded_quantity", "refunded_qty", "quantity_refunded", "qty_refunded", "cancelled_quantity",
    "cancelled_qty",
    "canceled_quantity", "quantity_cancelled", "quantity_canceled", "qty_canceled", "retourmenge",
    "stornomenge",
    "退货数量",
}  # fmt: skip


_IN_LIST = re.compile(
    r"(?:^|\.)refunds?\[\]\.(?:refund_?)?(?:amount|total|value)(?:\.(?:value|amount))?", re.IGNORECASE
)
"""Amounts of the elements of a list of refunds: `refunds[].amount.value`."""


def is_refund(name: str) -> bool:
    """Return whether a column holds refunds, by its name."""
    return simplify(name) in _COLUMNS or _IN_LIST.fullmatch(name) is not None


def is_of_returned_units(name: str) -> bool:
    """Return whether a column holds numbers of returned units, by its name."""
    return simplify(name) in _UNITS
