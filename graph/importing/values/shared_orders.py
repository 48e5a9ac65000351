"""Finds orders that files of several sources have, as two systems or two exports in two formats do.

Each source loads its own rows, and `replaces` compares the files of one source alone: an order in
`orders.csv` and in `orders_2024.xlsx` counts twice. Orders are compared by a hash of their user and number,
with the day, because tills begin anew with their numbers.
"""

from collections import defaultdict
from collections.abc import Collection
from itertools import combinations

import numpy as np
import pandas as pd

from graph.importing.reading.input_files import InputFile
from graph.importing.values.hashes import row_hashes
from graph.importing.values.rows import Rows
from graph.importing.warnings import DataWarning

_MAX_ROWS = 5_000_000
"""Later rows are not compared: each takes some 40 bytes."""
_DAY_MS = 86_400_000
_DAYS_APART = 3
"""Days between the times of one order in two systems, at most: when it was placed, paid or sent."""
_EXAMPLES = 2
_ORDER = ["key", "day"]


class SharedOrders:
    """Compares the numbers of orders of several sources, added block by block.

    Parameters
    ----------
    labels
        The sources to compare; none or one: nothing is.
    """

    def __init__(self, labels: Collection[str]) -> None:
        self._labels = labels if len(labels) > 1 else ()
        self._blocks: dict[str, list[pd.DataFrame]] = defaultdict(list)
        self._rows = 0

    def add(self, file: InputFile, rows: Rows) -> None:
        """Add behaviours of one block of `file` that are loaded."""
        label = file.source.label
        if label not in self._labels or "basket" not in rows.columns or self._rows >= _MAX_ROWS:
            return
        frame = pd.DataFrame({name: rows.columns[name].to_pandas() for name in ("user", "basket", "kind")})
        frame = frame.assign(day=rows.columns["at"].to_numpy(zero_copy_only=False) // _DAY_MS)
        frame = frame.assign(row=rows.numbers, file=file.name).dropna(subset=["user", "basket"])
        key = row_hashes(frame[["user", "basket", "kind"]])
        orders = frame.assign(key=key)[[*_ORDER, "row", "file", "basket"]].drop_duplicates(_ORDER)
        self._blocks[label].append(orders.astype({"file": "category"}))
        self._rows += len(orders)

    def warnings(self) -> list[DataWarning]:
        """Return a warning for each two sources that have orders in common."""
        orders = {
            label: pd.concat(block.astype({"file": str}) for block in blocks).drop_duplicates(_ORDER)
            for label, blocks in self._blocks.items()
        }
        pairs = combinations(orders, 2)
        found = (self._warning(first, second, orders[first], orders[second]) for first, second in pairs)
        return [warning for warning in found if warning]

    def _warning(
        self, first: str, second: str, orders: pd.DataFrame, others: pd.DataFrame
    ) -> DataWarning | None:
        shared = orders.merge(others, on="key", suffixes=("", "_other"))
        is_near = np.abs(shared["day"] - shared["day_other"]) <= _DAYS_APART
        shared = shared[is_near & (shared["file"] != shared["file_other"])].drop_duplicates("key")
        if shared.empty:
            return None
        among = f" (among the first {_MAX_ROWS:,} rows)" if self._rows >= _MAX_ROWS else ""
        number = "1 order is" if len(shared) == 1 else f"{len(shared):,} orders are"
        return DataWarning(
            "orders_in_several_sources",
            f"{number} in {first} and in {second}{among}, with the same number, user and kind within "
            f"{_DAYS_APART} days, and load and count twice. If they are the same orders, leave one of the "
            "files out, or the rows that the other has with `where`.",
            len(shared),
            [
                f"order {pair.basket}: {pair.file} row {pair.row}, {pair.file_other} row {pair.row_other}"
                for pair in shared[:_EXAMPLES].itertuples()
            ],
        )
