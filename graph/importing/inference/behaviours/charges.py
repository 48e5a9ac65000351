"""Tells lines of charges (shipping, vouchers, discounts) in files of order lines from lines of products."""

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from graph.importing.inference.draft import Noted
from graph.importing.vocabulary.names import CHARGES, COLUMNS, simplify
from graph.importing.vocabulary.shipping import is_shipping

_NAMES = {
    "item_name", "product_title", "item_title", "lineitem_name", "item_description", "product_description",
    "artikelname", "artikelbezeichnung", "produktname", "produktbezeichnung", "nom_du_produit", "nom_produit",
    "designation", "libellé", "nombre", "descripción", "nome", "descrizione", "商品名", "商品名称", "상품명",
    *COLUMNS["name"],
}  # fmt: skip
_REDUCTION = re.compile(
    r"voucher|coupon|discount|gift ?card|store credit|gutschein|rabatt|nachlass|remise|réduction|bon d.achat"
    r"|descuento|cup[óo]n|cupom|desconto|korting|kortingsbon|sconto|buono|kupon|rabat|indirim|скидка|купон"
    r"|割引|クーポン|优惠|折扣|할인|쿠폰",
    re.IGNORECASE,
)
"""In names of lines that lower the amount of an order; a gift voucher that is sold is a product."""
_SHIPPING = re.compile(
    r"^(?:shipping(?! (?:box|bag|label|carton|tape))|postage|freight|delivery fee|versand|porto\b"
    r"|frais de port|livraison|gastos de env|verzend|spedizione|frete|运费|送料|배송비)"
    r"|(?:\bshipping|\bpostage|versand|versandkosten|运费|送料|배송비)$",
    re.IGNORECASE,
)
"""Names of lines that are shipping if one of them is negative; those of `is_shipping` need no sign."""
_MAX_NAMES = 1_000
"""Different names of one column that are counted."""
_ROWS, _BY_QUANTITY, _BY_VALUE = range(3)
Ints = NDArray[np.int64]


@dataclass
class Charges:
    """Counts the lines of charges, over all rows of a file.

    Attributes
    ----------
    product
        The column of the product.
    name
        The column with the name of the product, if there is one.
    """

    product: str
    name: str | None
    _names: dict[str, dict[str, Ints]] = field(default_factory=dict)
    """Numbers of rows, of those with a negative quantity and of others with a negative amount, by column and
    name that has a word of charges."""
    _words: dict[str, dict[str, Ints]] = field(default_factory=dict)
    """The same by word of reductions."""
    _without: Ints = field(default_factory=lambda: np.zeros(3, dtype=np.int64))
    """The same of rows without a product, whose name says nothing."""

    @classmethod
    def find(cls, product: str, names: Iterable[str], used: Collection[str]) -> "Charges":
        """Return a count for a file with these columns, of which some are `used` otherwise."""
        others = [name for name in names if simplify(name.rpartition(":")[2]) in _NAMES and name not in used]
        return cls(product, others[0] if others else None)

    @property
    def columns(self) -> list[str]:
        """The columns that `add` needs."""
        return [self.product, *([self.name] if self.name else [])]

    def add(self, rows: pd.DataFrame, by_quantity: pd.Series, by_value: pd.Series) -> None:
        """Count `rows`: trimmed texts, empty where missing; the others mark those that are negative."""
        rows = pd.DataFrame({name: rows[name] for name in self.columns})
        rows = rows.assign(**{"": 1, " quantity": by_quantity, " value": by_value})
        numbers = ["", " quantity", " value"]
        for column in self.columns:
            counts = rows.groupby(column, sort=False)[numbers].sum()
            charged = {str(name): kind for name in counts.index if (kind := _kind(str(name)))}
            for name, kind in charged.items():
                number = counts.loc[name].to_numpy(dtype=np.int64)
                names = self._names.setdefault(column, {})
                if name in names or len(names) < _MAX_NAMES:
                    names[name] = names.get(name, 0) + number
                if kind not in (_LISTED, _SHIPPING_NAME):
                    words = self._words.setdefault(column, {})
                    words[kind] = words.get(kind, 0) + number
            rows = rows[~rows[column].isin(list(charged))]
        self._without += rows.loc[rows[self.product] == "", numbers].sum().to_numpy(dtype=np.int64)

    @property
    def negative(self) -> tuple[int, int]:
        """Number of rows of charges with a negative quantity, and of others with a negative amount."""
        found = [number for numbers in self._charged().values() for number in numbers.values()]
        total = sum(found, np.zeros(3, dtype=np.int64)) + (self._without if self.has_nameless else 0)
        return int(total[_BY_QUANTITY]), int(total[_BY_VALUE])

    @property
    def has_nameless(self) -> bool:
        """Whether the rows without a product are charges: all of them are negative."""
        return 0 < self._without[_ROWS] == _negative(self._without)

    def rules(self) -> dict[str, Noted]:
        """Return the rules that leave charges out, by column."""
        rules: dict[str, Noted] = {}
        for column, names in self._charged().items():
            words = [word for word, number in self._words.get(column, {}).items() if _is_reduction(number)]
            listed = [name for name in names if _kind(name) not in words]
            rule: dict[str, Any] = {"is_not": listed} if listed else {}
            rule |= {"not_matches": "(?i)" + "|".join(sorted(words))} if words else {}
            rows = sum(int(number[_ROWS]) for number in names.values())
            rules[column] = Noted(rule, f"leaves out {rows:,} rows of charges, which are no products")
        if self.has_nameless:
            rule = rules[self.product].value if self.product in rules else {}
            rows = int(self._without[_ROWS]) + sum(
                int(number[_ROWS]) for number in self._charged().get(self.product, {}).values()
            )
            note = f"leaves out {rows:,} rows of charges, which are or name no products"
            rules[self.product] = Noted(rule | {"empty": False}, note)
        return rules

    def _charged(self) -> dict[str, dict[str, Ints]]:
        """Return the numbers of rows of charges, by column and name."""
        found: dict[str, dict[str, Ints]] = {}
        for column, names in self._names.items():
            for name, number in names.items():
                kind = _kind(name)
                is_shipping = kind == _SHIPPING_NAME and _negative(number) > 0
                if kind == _LISTED or is_shipping or (kind != _SHIPPING_NAME and _is_reduction(number)):
                    found.setdefault(column, {})[name] = number
        return found


_LISTED, _SHIPPING_NAME = "listed", "shipping"


def _kind(name: str) -> str:
    """Return the word of a reduction in a name, `listed` or `shipping` for other charges, empty for none."""
    if simplify(name) in CHARGES or is_shipping(name):
        return _LISTED
    if _SHIPPING.search(name):
        return _SHIPPING_NAME
    found = _REDUCTION.search(name)
    return found.group().lower() if found else ""


def _negative(number: Ints) -> int:
    return int(number[_BY_QUANTITY] + number[_BY_VALUE])


def _is_reduction(number: Ints) -> bool:
    return 0 < number[_ROWS] == _negative(number)
