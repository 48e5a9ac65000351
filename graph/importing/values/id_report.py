"""Reports ids that differ only in their writing, like A@x and a@x; memory holds each id once."""

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from graph.importing.reading.ids import normalise
from graph.importing.reading.phone_ids import phone_rule
from graph.importing.warnings import DataWarning

_DIFFERENCES = {
    "lower_case": "in upper and lower case",
    "no_spaces": "in blanks",
    "whole_numbers": "by a .0 at the end",
    "no_leading_zeros": "in leading zeros",
    "nfkc": "in compatible characters of Unicode",
}
_EXAMPLES = 2
_MERGE_AT = 1 << 17


class IdReport:
    """Collects the ids of each entity table, from the table itself and from references to it."""

    def __init__(self) -> None:
        self._ids: dict[str, pa.Array] = {}
        self._pending: dict[str, list[pa.Array]] = {}

    def add(self, table: str, ids: pa.Array) -> None:
        """Add the ids of one block; nulls do not count."""
        pending = self._pending.setdefault(table, [])
        pending.append(pc.unique(ids))
        known = len(self._ids.get(table, ()))
        if sum(map(len, pending)) > max(_MERGE_AT, known):
            self._merge(table)

    def warnings(self) -> list[DataWarning]:
        """Return a warning per table and rule that would make ids equal."""
        found = []
        for table in list(self._pending):
            self._merge(table)
            ids = self._ids[table]
            differences = dict(_DIFFERENCES)
            if phones := phone_rule(ids):
                differences[phones] = "in how a phone number is written"
            found += [
                warning
                for rule, difference in differences.items()
                if (warning := _warning(table, rule, difference, ids)) is not None
            ]
        return found

    def _merge(self, table: str) -> None:
        chunks = [*self._pending[table], self._ids.get(table, pa.array([], pa.string()))]
        self._ids[table] = pc.drop_null(pc.unique(pa.chunked_array(chunks, pa.string())))
        self._pending[table] = []


def _warning(table: str, rule: str, difference: str, ids: pa.Array) -> DataWarning | None:
    equal = normalise(ids, [rule])
    if not pc.any(pc.not_equal(equal, ids)).as_py():
        return None
    codes = equal.dictionary_encode().indices.to_numpy(zero_copy_only=False)
    sizes = np.bincount(codes)
    groups = np.flatnonzero(sizes > 1)
    if not len(groups):
        return None
    members = [np.flatnonzero(codes == group)[:2] for group in groups[:_EXAMPLES]]
    count = int(sizes[groups].sum())
    left = "they are one" if len(groups) == 1 else f"only {len(groups):,} are left"
    return DataWarning(
        "similar_ids",
        f"{table}: {count:,} ids differ from another one only {difference}; without that difference, "
        f"{left}. If they are the same, add `ids: {{{table}: [{rule}]}}` to the mapping.",
        count - len(groups),
        [" / ".join(repr(ids[int(i)].as_py()) for i in pair) for pair in members],
    )
