"""What decides whether a behaviour counts: windows, target users, products and coupons of campaigns.

The facts come from the files themselves (`CampaignFacts.add`) or, where rows are loaded into a live database,
from the graph (`CampaignFacts.of_graph`).
"""

from collections import defaultdict
from typing import NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from graph.connection import Graph, Row
from graph.importing.values.id_index import FixedIdIndex, IdIndex
from graph.importing.values.local_times import first_midnight
from graph.importing.values.rows import Rows

Ints = NDArray[np.int64]
_LINKED = ("users", "products", "coupons")
_LINKS = {
    "targetings": ("users", "user"),
    "promotions": ("products", "product"),
    "coupons": ("coupons", "id"),
}


class _LateTargets(NamedTuple):
    """The users whom a campaign targeted after its start, ordered by position, and when."""

    users: Ints
    at: Ints
    midnight: Ints
    """The beginning of the day of `at`, which is the moment of behaviours without a time of day."""


class CampaignFacts:
    """What decides whether a behaviour counts: windows, target users, products and coupons of campaigns.

    Parameters
    ----------
    zone
        The time zone of the data's days.
    """

    def __init__(self, zone: str) -> None:
        self._zone = zone
        self.campaigns = IdIndex()
        self._ids: dict[str, FixedIdIndex] = {}
        self._windows: list[tuple[int, int]] = []
        self._links: dict[str, dict[str, list[pa.Array]]] = defaultdict(lambda: defaultdict(list))
        self._reached: dict[str, list[pa.Array]] = defaultdict(list)
        """When a campaign targeted each of its users, in milliseconds; null: from its start."""
        self._positions: dict[str, list[Ints]] | None = None
        self._late: list[_LateTargets] = []

    @classmethod
    def of_graph(cls, graph: Graph, dataset: str, zone: str) -> "CampaignFacts":
        """Read the facts of all campaigns of a data set."""
        facts = cls(zone)

        def read(row: Row) -> Row:
            # Millions of target users take a tenth of the memory as Arrow texts.
            return (
                row
                | {what: pa.array(row[what], pa.string()) for what in _LINKED}
                | {"reached": pa.array(row["reached"], pa.int64())}
            )

        # A statement that is retried converts its rows again: they are added when all have arrived.
        for row in graph.each("importing/campaign_facts", read, dataset=dataset):
            facts._add_campaign(row["campaign"], row["starts"], row["ends"])
            for what in _LINKED:
                facts._links[what][row["campaign"]].append(row[what])
            facts._reached[row["campaign"]].append(row["reached"])
        return facts

    def add(self, rows: Rows) -> None:
        """Add accepted rows of campaigns, targetings, promotions or coupons; others are ignored."""
        columns = rows.columns
        if rows.table == "campaigns":
            windows = (columns[name].to_pylist() for name in ("id", "starts", "ends"))
            for campaign, starts, ends in zip(*windows, strict=True):
                self._add_campaign(campaign, starts, ends)
        elif rows.table in _LINKS and len(rows):
            what, column = _LINKS[rows.table]
            at = columns.get("at", pa.nulls(len(rows), pa.int64()))
            pairs = pa.table({"campaign": columns["campaign"], "id": columns[column], "at": at})
            grouped = pairs.group_by("campaign").aggregate([("id", "list"), ("at", "list")])
            lists = (grouped["campaign"].to_pylist(), grouped["id_list"], grouped["at_list"])
            for campaign, ids, reached in zip(*lists, strict=True):
                self._links[what][campaign].append(ids.values.cast(pa.string()))
                if what == "users":
                    self._reached[campaign].append(reached.values)
            self._positions = None

    def _add_campaign(self, campaign: str, starts: int, ends: int) -> None:
        self.campaigns.add(campaign)
        self._windows.append((starts, ends))
        self._positions = None

    def windows(self) -> list[tuple[int, int]]:
        """Return start and end of each campaign, in milliseconds since the epoch."""
        return self._windows

    def prepare(self) -> None:
        """Number all ids; needed before the first use of `positions`, and after each addition."""
        if self._positions is None:
            self._positions = {what: self._locate(what) for what in _LINKED}
            windows = zip(self.campaigns, self._windows, strict=True)
            self._late = [self._late_targets(campaign, starts) for campaign, (starts, _) in windows]

    def positions(self, what: str, ids: pa.Array) -> Ints:
        """Return the positions of ids among `users`, `products` or `coupons` of campaigns; -1: unknown."""
        return self._ids[what].positions(ids)

    def targets_users(self, campaign: int) -> bool:
        """Return whether a campaign has target users; one without is open to all."""
        return bool(len((self._positions or {})["users"][campaign]))

    def promotes(self, campaign: int) -> bool:
        """Return whether a campaign promotes any product."""
        return bool(len((self._positions or {})["products"][campaign]))

    def targeted(self, campaign: int, users: Ints, at: Ints) -> NDArray[np.bool_]:
        """Mark the behaviours, by positions of their users and times, of users whom a campaign had targeted.

        Those of a user whom it targeted by its start count at any time.
        """
        targeted = self.belong("users", campaign, users)
        late = self._late[campaign]
        if len(late.users):
            place = np.minimum(np.searchsorted(late.users, users), len(late.users) - 1)
            too_early = (late.at[place] > at) & (late.midnight[place] != at)
            targeted &= (late.users[place] != users) | ~too_early
        return targeted

    def belong(self, what: str, campaign: int, positions: Ints) -> NDArray[np.bool_]:
        """Mark the positions (-1: unknown) that are of `users`, `products` or `coupons` of a campaign."""
        of_campaign = np.zeros(len(self._ids[what]) + 1, dtype=bool)
        of_campaign[(self._positions or {})[what][campaign]] = True
        return of_campaign[positions]

    def _locate(self, what: str) -> list[Ints]:
        links = self._links[what]
        self._ids[what] = ids = FixedIdIndex([part for parts in links.values() for part in parts])
        empty = np.array([], dtype=np.int64)
        return [
            np.unique(ids.positions(pa.chunked_array(links[campaign]).combine_chunks()))
            if campaign in links
            else empty
            for campaign in self.campaigns
        ]

    def _late_targets(self, campaign: str, starts: int) -> _LateTargets:
        if campaign not in self._reached:
            nobody = np.array([], dtype=np.int64)
            return _LateTargets(nobody, nobody, nobody)
        reached = pa.chunked_array(self._reached[campaign]).combine_chunks()
        late = pc.fill_null(pc.greater(reached, starts), False)
        at = reached.filter(late)
        ids = pa.chunked_array(self._links["users"][campaign]).combine_chunks().filter(late)
        users, first = np.unique(self._ids["users"].positions(ids), return_index=True)
        moments = (at.to_numpy(), first_midnight(at, self._zone).to_numpy())
        return _LateTargets(users, *(column[first] for column in moments))
