"""Counts the names of campaigns in behaviours that are not among the campaigns."""

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass, field

import pyarrow as pa
import pyarrow.compute as pc

from graph.importing.values.id_index import IdIndex
from graph.importing.warnings import DataWarning

_EXAMPLES = 3
_MAX_NAMES = 100_000
"""Distinct names that are counted one by one; coupon codes for a single use can be as many as rows."""


@dataclass
class _File:
    """The names in one file: the unknown ones with their numbers of rows, and the known ones."""

    rows: int = 0
    unknown: Counter[str] = field(default_factory=Counter)
    known: set[str] = field(default_factory=set)

    @property
    def names(self) -> int:
        return len(self.known) + len(self.unknown)


class CampaignNames:
    """Collects, block by block, the campaigns that behaviours name."""

    def __init__(self) -> None:
        self._files: dict[str, _File] = {}

    def add(self, file: str, names: pa.Array, campaigns: IdIndex) -> None:
        """Count the `names` in rows of `file`; nulls do not count."""
        counts = pc.value_counts(names.drop_null())
        distinct, rows = counts.field(0), counts.field(1).to_numpy()
        is_unknown = campaigns.positions(distinct) < 0
        of_file = self._files.setdefault(file, _File())
        of_file.known.update(distinct.filter(pa.array(~is_unknown)).to_pylist())
        of_file.rows += int(rows[is_unknown].sum())
        for name, number in zip(
            distinct.filter(pa.array(is_unknown)).to_pylist(), rows[is_unknown].tolist(), strict=True
        ):
            if name in of_file.unknown or len(of_file.unknown) < _MAX_NAMES:
                of_file.unknown[name] += number

    def warnings(
        self, campaigns: IdIndex, rejected: Collection[str | None] = frozenset()
    ) -> list[DataWarning]:
        """Return how many behaviours name unknown campaigns, and the files that name hardly any known one.

        Those that name a campaign whose row was `rejected` are counted apart.
        """
        names = Counter[str]()
        for of_file in self._files.values():
            names.update(of_file.unknown)
        of_rejected = Counter({name: number for name, number in names.items() if name in rejected})
        others = Counter({name: number for name, number in names.items() if name not in rejected})
        found = []
        if of_rejected:
            text = (
                f"Behaviours that name a campaign whose row was rejected: {of_rejected.total():,}. They are "
                "loaded, and count once the campaign is: correct its row, or add it with POST /v1/campaigns "
                "or `groundswell campaigns add`."
            )
            found.append(
                DataWarning("rejected_campaigns", text, of_rejected.total(), _most_frequent(of_rejected))
            )
        if rows := sum(of_file.rows for of_file in self._files.values()) - of_rejected.total():
            text = (
                f"Behaviours that name a campaign that is not among the campaigns: {rows:,}. They are "
                "loaded, and count for a campaign of that name once it is added: in a table, with POST "
                "/v1/campaigns or with `groundswell campaigns add`."
            )
            if any("/" in name for name in others):
                text += " Campaigns whose names contain `/` can only be added in a table."
            found.append(DataWarning("unknown_campaigns", text, rows, _most_frequent(others)))
        return [*found, *self._other_names(campaigns)] if names else []

    def _other_names(self, campaigns: IdIndex) -> list[DataWarning]:
        """Return a warning of the files whose names of campaigns seem to be of another kind than the ids."""
        found = {
            file: of_file
            for file, of_file in sorted(self._files.items())
            if overlap_is_little(len(of_file.known), of_file.names, len(campaigns))
        }
        if not found:
            return []
        overlaps = [f"{len(each.known)} of {each.names:,} in {file}" for file, each in found.items()]
        more = len(overlaps) - _EXAMPLES
        listed = ", ".join(overlaps[:_EXAMPLES]) + (f" and few in {more} more files" if more > 0 else "")
        ids = ", ".join(list(campaigns)[:_EXAMPLES])
        text = (
            f"Few campaign names in behaviours are ids of campaigns ({ids}, ...): {listed}. If both mean the "
            "same campaigns, add a column with these names to the table of campaigns and find the ids with "
            "`join`, or map another column to `campaign`."
        )
        rows = sum(of_file.rows for of_file in found.values())
        unknown = Counter[str]()
        for of_file in found.values():
            unknown.update(of_file.unknown)
        examples = [text.rpartition(": ")[0] for text in _most_frequent(unknown)]
        return [DataWarning("other_campaign_names", text, rows, examples)]


def _most_frequent(names: Counter[str]) -> list[str]:
    """Return the most frequent names with their numbers of rows."""
    ordered = sorted(names.items(), key=lambda item: (-item[1], item[0]))[:_EXAMPLES]
    return [f"{name}: {number:,}" for name, number in ordered]


def overlap_is_little(known: int, names: int, campaigns: int) -> bool:
    """Whether so few of `names` names are `known` ids of `campaigns` that they seem to be of another kind."""
    return campaigns > 0 and names > known and 10 * known <= min(names, campaigns)
