"""Counts behaviours by day."""

from collections.abc import Iterable
from dataclasses import dataclass, field

import numpy as np
import pandas as pd
import pyarrow as pa

_DAY_MS = 86_400_000


@dataclass
class DayCounts:
    """Per local day, counted from 1970-01-01: number of behaviours, and time of the last in milliseconds."""

    rows: dict[int, float] = field(default_factory=dict)
    last: dict[int, int] = field(default_factory=dict)

    def add(self, at: pa.Array, zone: str) -> None:
        """Count moments, in milliseconds since the epoch."""
        if not len(at):
            return
        utc = pd.Series(at.to_numpy(zero_copy_only=False)).astype("datetime64[ms]").dt.tz_localize("UTC")
        local = utc.dt.tz_convert(zone).dt.tz_localize(None).astype("int64").to_numpy()
        days, time = np.divmod(local, _DAY_MS)
        distinct, place = np.unique(days, return_inverse=True)
        counts = np.bincount(place)
        last = np.zeros(len(distinct), dtype=np.int64)
        np.maximum.at(last, place, time)
        self._merge(distinct.tolist(), counts.tolist(), last.tolist())

    def add_text(self, text: str, share: float = 1.0) -> None:
        """Add counts that `as_text` wrote, multiplied by `share`."""
        entries = [[int(part) for part in entry.split(":")] for entry in text.split(",")]
        days, rows, last = zip(*entries, strict=True)
        self._merge(days, [count * share for count in rows], last)

    def as_text(self) -> str:
        """Return the counts as a text for the ledger."""
        return ",".join(f"{day}:{rows:.0f}:{self.last[day]}" for day, rows in self.rows.items())

    def _merge(self, days: Iterable[int], rows: Iterable[float], last: Iterable[int]) -> None:
        for day, count, time in zip(days, rows, last, strict=True):
            self.rows[day] = self.rows.get(day, 0) + count
            self.last[day] = max(self.last.get(day, 0), time)
