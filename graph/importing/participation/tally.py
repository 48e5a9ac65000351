"""Counts how many behaviours count as participation, and why the others do not.

The counts are of behaviours in the delivery; ``campaign_facts`` has what decides whether one counts.
"""

import math
from collections.abc import Iterable
from dataclasses import dataclass
from threading import Lock

import numpy as np
import pyarrow.compute as pc
from numpy.typing import NDArray

from graph.importing.mapping.kinds import BehaviourKind, Participation
from graph.importing.mapping.model import Mapping
from graph.importing.participation.campaign_facts import CampaignFacts
from graph.importing.participation.campaign_names import CampaignNames
from graph.importing.reading.lines import RowError
from graph.importing.values.masks import is_true
from graph.importing.values.references import unknown_id
from graph.importing.values.rows import Rows
from graph.importing.warnings import DataWarning

_OUTSIDE, _OTHER, _UNTARGETED, _COUNTS = range(4)
_NONE, _UNKNOWN = -1, -2
"""Instead of the position of a campaign: a row names none, or one that is not among the campaigns."""
_SHOWN = 5
Ints = NDArray[np.int64]


@dataclass
class KindCounts:
    """Numbers of behaviours of one kind.

    Attributes
    ----------
    read
        All of them.
    counting
        Those that count as participation.
    outside
        Those outside the windows of all campaigns.
    other
        Those inside a window whose object is not the campaign's: not promoted by it, or not naming it.
    untargeted
        Those of users whom the campaign did not target, or only later.
    """

    read: int = 0
    counting: int = 0
    outside: int = 0
    other: int = 0
    untargeted: int = 0


class Tally:
    """Counts behaviours block by block; blocks may come from several threads.

    Parameters
    ----------
    mapping
        Defines which behaviours count.

    Attributes
    ----------
    facts
        What decides whether a behaviour counts; complete before the first behaviour.
    counts
        The numbers by kind.
    names
        The campaigns that behaviours name.
    unknown_users
        Behaviours that were rejected because their user is unknown.
    skipped
        Behaviours that earlier imports loaded, and that were not read again.
    """

    def __init__(self, mapping: Mapping) -> None:
        self.kinds: dict[str, BehaviourKind] = mapping.kinds
        self.rule: Participation = mapping.participation
        self._has_targetings = "targetings" in mapping.tables
        self.facts = CampaignFacts(mapping.zone)
        self.counts: dict[str, KindCounts] = {}
        self.names = CampaignNames()
        self.unknown_users = 0
        self.skipped = 0
        self._rejected: frozenset[str | None] = frozenset()
        """Campaigns whose rows were rejected."""
        self._last = -math.inf
        """Moment of the last behaviour that could count."""
        self._per_campaign: Ints = np.zeros((2, 1), dtype=np.int64)
        """For each campaign, how many behaviours are inside its window, and how many count."""
        self._lock = Lock()

    def add(self, rows: Rows) -> None:
        """Count accepted behaviours."""
        with self._lock:
            self.facts.prepare()
        for name in pc.unique(rows.columns["kind"]).to_pylist():
            of_kind = is_true(pc.equal(rows.columns["kind"], name))
            part = rows if of_kind.all() else rows.filter(of_kind)
            kind = self.kinds[name]
            per_campaign = np.zeros((2, len(self.facts.campaigns)), dtype=np.int64)
            status = np.array([], dtype=np.int64)
            if kind.counts != "never":
                status = self._status(part, kind, per_campaign)
            numbers = np.bincount(status, minlength=4).tolist()
            last = pc.max(part.columns["at"]).as_py() if len(status) else -math.inf
            with self._lock:
                self._last = max(self._last, last)
                self._per_campaign = self._per_campaign + per_campaign
                counts = self.counts.setdefault(name, KindCounts())
                counts.read += len(part)
                counts.outside += numbers[_OUTSIDE]
                counts.other += numbers[_OTHER]
                counts.untargeted += numbers[_UNTARGETED]
                counts.counting += numbers[_COUNTS]

    def add_block(self, file: str, rows: Rows, rejected: Iterable[RowError]) -> None:
        """Count the outcome of one block of `file`, of any table."""
        if rows.table != "behaviours":
            self.facts.add(rows)
            self._rejected |= rows.rejected_ids
            return
        if len(rows):
            self.add(rows)
        unknown = sum(error.reason == unknown_id("users") for error in rejected)
        with self._lock:
            self.unknown_users += unknown
            if "campaign" in rows.columns:
                self.names.add(file, rows.columns["campaign"], self.facts.campaigns)

    def _status(self, rows: Rows, kind: BehaviourKind, per_campaign: Ints) -> Ints:
        """Return for each row how close it comes to counting, in the campaign where it comes closest.

        The rows inside the window of each campaign, and those that count, are written to `per_campaign`.
        """
        at = rows.columns["at"].to_numpy(zero_copy_only=False)
        order = np.argsort(at, kind="stable")
        ordered = at[order]
        users = self.facts.positions("users", rows.columns["user"])
        objects = self._objects(rows, kind)
        status = np.zeros(len(rows), dtype=np.int64)
        for campaign, (starts, ends) in enumerate(self.facts.windows()):
            inside = order
            if self.rule.window:
                first, last = np.searchsorted(ordered, [starts, ends])
                inside = order[first:last]
            if not len(inside):
                continue
            reached = np.full(len(inside), _OTHER)
            fits = self._fits(objects, kind, campaign, inside)
            eligible = np.ones(len(inside), dtype=bool)
            if self._is_limited(campaign):
                eligible = self.facts.targeted(campaign, users[inside], at[inside])
            reached[fits] = np.where(eligible, _COUNTS, _UNTARGETED)[fits]
            status[inside] = np.maximum(status[inside], reached)
            per_campaign[:, campaign] = len(inside), np.count_nonzero(reached == _COUNTS)
        return status

    def _is_limited(self, campaign: int) -> bool:
        """Return whether only users whom a campaign targeted take part in it."""
        if self.rule.targeted == "mixed":
            return self.facts.targets_users(campaign)
        return self.rule.targeted

    def _objects(self, rows: Rows, kind: BehaviourKind) -> tuple[Ints, Ints]:
        """Return the positions of the objects that decide, and of the campaigns that rows name."""
        facts = self.facts
        nobody = np.full(len(rows), _NONE, dtype=np.int64)
        named = nobody
        if "campaign" in rows.columns:
            campaign = rows.columns["campaign"]
            known = facts.campaigns.positions(campaign)
            named = np.where((known < 0) & is_true(campaign.is_valid()), _UNKNOWN, known)
        if kind.counts == "any":
            return nobody, named
        objects = rows.columns["object"]
        if kind.object == "campaign":
            return facts.campaigns.positions(objects), named
        return facts.positions(f"{kind.object}s", objects), named

    def _fits(
        self, objects: tuple[Ints, Ints], kind: BehaviourKind, campaign: int, inside: Ints
    ) -> NDArray[np.bool_]:
        """Mark the rows whose object is the campaign's."""
        own, named = objects[0][inside], objects[1][inside]
        if kind.counts == "any":
            return np.ones(len(inside), dtype=bool)
        if kind.counts == "promoted":
            return self.facts.belong("products", campaign, own)
        if kind.object == "product":
            return named == campaign
        if kind.object == "campaign":
            return own == campaign
        of_campaign = self.facts.belong("coupons", campaign, own)
        return of_campaign & ((named == _NONE) | (named == campaign))

    @property
    def counting(self) -> int:
        """Number of behaviours that count as participation."""
        return sum(counts.counting for counts in self.counts.values())

    def lines(self) -> list[str]:
        """Return a line for each kind of behaviour, and one for rejected ones."""
        lines = [_line(name, self.kinds[name], counts) for name, counts in sorted(self.counts.items())]
        if self.unknown_users:
            lines.append(f"Behaviours rejected because their user is unknown: {self.unknown_users:,}.")
        if self.skipped:
            lines.append(f"Behaviours loaded before, which are not counted here: {self.skipped:,}.")
        return lines

    def campaign_warnings(self) -> list[DataWarning]:
        """Return the warnings of campaigns that are unknown, open to all, or without products."""
        open_to_all = self._warn_of_open_campaigns()
        unpromoting = self._warn_of_campaigns_without_products()
        return [*self.names.warnings(self.facts.campaigns, self._rejected), *open_to_all, *unpromoting]

    def _warn_of_campaigns_without_products(self) -> list[DataWarning]:
        """Return the warning of campaigns that can have no participants, as they promote nothing."""
        counting = [self.kinds[name] for name in self.counts if self.kinds[name].counts != "never"]
        if not counting or any(kind.counts != "promoted" for kind in counting):
            return []
        self.facts.prepare()
        found = [name for i, name in enumerate(self.facts.campaigns) if not self.facts.promotes(i)]
        number = len(self.facts.campaigns)
        if not found or len(found) == number:
            return []
        shown = ", ".join(found[:_SHOWN]) + (", ..." if len(found) > _SHOWN else "")
        verb = "promotes" if len(found) == 1 else "promote"
        text = (
            f"{len(found):,} of {number:,} campaigns {verb} no product, so that nothing counts for them: "
            f"{shown}. Add their products under `promotions`; if any purchase counts for them, list all "
            "products."
        )
        return [DataWarning("campaigns_without_products", text, len(found))]

    def _warn_of_open_campaigns(self) -> list[DataWarning]:
        """Return the warning of campaigns that are open to all because no targeting names them."""
        if self.rule.targeted != "mixed" or not self.counts:
            return []
        self.facts.prepare()
        found = [name for i, name in enumerate(self.facts.campaigns) if not self.facts.targets_users(i)]
        number = len(self.facts.campaigns)
        if not found or (len(found) == number and not self._has_targetings):
            return []
        shown = ", ".join(found[:_SHOWN]) + (", ..." if len(found) > _SHOWN else "")
        verbs = "targets nobody and counts" if len(found) == 1 else "target nobody and count"
        text = (
            f"{len(found):,} of {number:,} campaigns {verbs} as open to all: {shown}. If their targetings "
            "are in another file, map it under `targetings`; if only targeted users can take part, set "
            "`targeted: true` under `participation`."
        )
        return [DataWarning("open_campaigns", text, len(found))]

    def explain_none(self) -> DataWarning | None:
        """Return why no behaviour counts as participation and what to change; None if any does."""
        if self.counting:
            return None
        return DataWarning("no_participations", f"Nothing counts as participation: {self._reason()}", 0)

    def explain_empty_campaigns(self) -> DataWarning | None:
        """Return which campaigns have behaviours inside their windows, but no participation."""
        inside, counting = self._per_campaign
        if not counting.any():
            return None  # `explain_none` says why nothing counts at all.
        idle = (inside > 0) & (counting == 0)
        empty = [name for name, is_idle in zip(self.facts.campaigns, idle, strict=True) if is_idle]
        if not empty:
            return None
        text = (
            f"{len(empty):,} of {len(idle):,} campaigns have behaviours inside their windows, but none that "
            "counts as participation. Compare their ids with those that behaviours, promotions and "
            "targetings name, or choose another `counts` for the kinds of behaviour."
        )
        return DataWarning("campaigns_without_participations", text, len(empty), empty[:5])

    def _reason(self) -> str:
        if not len(self.facts.campaigns):
            return (
                "the data set has no campaigns yet. Map a table of campaigns, or add campaigns later with "
                "POST /v1/campaigns or `groundswell campaigns add`."
            )
        counting = {name: kind for name, kind in self.kinds.items() if kind.counts != "never"}
        if not counting:
            return (
                "no kind of behaviour does. Set `counts` of a kind to promoted, named or any in the mapping."
            )
        counts = [self.counts[name] for name in counting if name in self.counts]
        if not sum(count.read for count in counts):
            return f"there are no behaviours of the kinds that do ({', '.join(counting)})."
        if any(count.untargeted for count in counts):
            return (
                "no behaviour inside a window is by a user whom its campaign had targeted by then. Compare "
                "the users and times in `targetings` and `behaviours`, or set `targeted: false` under "
                "`participation`."
            )
        if any(count.other for count in counts):
            return (
                "no behaviour inside a window is of a product that its campaign promotes, or names its "
                "campaign. Map `promotions`, or the column `campaign`, or set `counts: any`."
            )
        if all(starts > self._last for starts, _ in self.facts.windows()):
            return (
                "every campaign begins after the last behaviour. If they are all to come, nothing is wrong; "
                "otherwise, compare the times of both."
            )
        return (
            "every behaviour is outside the windows of all campaigns. Compare the times of both; "
            "`end_is_last_day` and `zone` decide how windows are read."
        )


NO_BEHAVIOURS = DataWarning(
    "no_behaviours",
    "The mapping has no table `behaviours`, without which nothing can be forecast. Map a file of purchases, "
    "redemptions or visits: each row with a user and a time.",
    0,
)
NO_PARTICIPATIONS = DataWarning(
    "no_participations",
    "Nothing counts as participation in the data set. Import its behaviours again to see why.",
    0,
)


def _line(name: str, kind: BehaviourKind, counts: KindCounts) -> str:
    line = f"{name}: {counts.read:,} behaviours"
    if kind.returns:
        return f"{line}; they never count, and are subtracted from those of {kind.returns}."
    if kind.counts == "never":
        return f"{line}; they never count."
    fitting = "of a promoted product" if kind.counts == "promoted" else "naming the campaign"
    parts = [
        (counts.outside, "outside every window"),
        (counts.other, f"inside one, but not {fitting}"),
        (counts.untargeted, "of users whom the campaign had not targeted by then"),
    ]
    rest = ", ".join(f"{number:,} {what}" for number, what in parts if number)
    return f"{line}, {counts.counting:,} count" + (f"; {rest}." if rest else ".")
