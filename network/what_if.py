"""What if: whom to seed a campaign with, on a person's own terms, and how far given seeds would carry."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from graph.connection import Graph
from graph.datasets import describe_dataset
from graph.errors import InvalidRequest
from graph.importing.mapping import DERIVED
from network.key_users import network_among
from network.runs import NetworkRun
from network.seeding.diffusion import Model, Spread, simulate, simulate_days
from network.seeding.selection import METHODS, Method, select
from network.seeding.weighted_network import Ints, Network, SeedConstraints, equal_quota, fair_quota

MOST_DAYS = 90
_RUNS = 2_000
_SEED = 7


@dataclass(frozen=True)
class SeedRequest:
    """How many seeds, chosen how, and which may be among them.

    costs: of each user (1 where none is said); with a budget, the seeds cost no more together.
    per_group: at most so many of a neighbour group. fair: a property of users or a kind of tag, each
    value of which gets its share of the seeds, rounded up.
    """

    k: int = 20
    method: Method = "imm"
    exclude: Sequence[str] = ()
    per_group: int | None = None
    fair: str | None = None
    costs: dict[str, float] = field(default_factory=dict)
    budget: float | None = None


@dataclass(frozen=True)
class SpreadForecast:
    """days: day, mean, p10, p90 of the users reached by its end, seeds included; `total` in the end."""

    seeds: list[str]
    days: pd.DataFrame
    total: Spread


class CampaignReach:
    """The users a campaign could reach, and the spreading network among them.

    A campaign open to all reaches those who had done something before the cut-off, as its key users have.
    """

    def __init__(self, graph: Graph, dataset: str, campaign: str, run: NetworkRun, fair: str | None) -> None:
        self._graph, self._run, self._campaign = graph, run, campaign
        self._rows = graph.frame(
            "campaigns/reach",
            dataset=dataset,
            campaign=campaign,
            run=run.id,
            before=describe_dataset(graph, dataset).moment(run.cutoff),
            derived=sorted(DERIVED),
            attribute=fair,
        ).drop_duplicates("user")
        self._users = pd.Index(self._rows["user"])
        edges = graph.frame("influence/spreading_network", dataset=dataset, run=run.id)
        self._network: Network = network_among(edges, self._users)

    def choose(self, wish: SeedRequest) -> pd.DataFrame:
        """user, rank, score, low, high. Raises InvalidRequest for a wish that cannot be met."""
        terms = self._terms(wish)
        found = select(self._network, terms, wish.method, graph=self._graph, seed=_SEED)
        return pd.DataFrame(
            {
                "user": self._users[found.seeds],
                "rank": np.arange(1, len(found.seeds) + 1),
                "score": found.marginal,
                "low": found.low,
                "high": found.high,
            }
        )

    def spread(self, seeds: Sequence[str], days: int, model: Model = "independent cascade") -> SpreadForecast:
        """How far `seeds` carry. Raises InvalidRequest where one cannot be reached, or for other days."""
        if not 1 <= days <= MOST_DAYS:
            raise InvalidRequest(f"{days} days cannot be looked ahead.", f"Ask for 1 to {MOST_DAYS}.")
        places = self._places(seeds)
        if not len(places):
            raise InvalidRequest("There are no seeds.", "Name at least one user.")
        daily = simulate_days(self._network, places, np.array(self._run.delays), days, _RUNS, _SEED)
        p10, p90 = np.quantile(daily, [0.1, 0.9], axis=0)
        frame = pd.DataFrame(
            {"day": np.arange(1, days + 1), "mean": daily.mean(axis=0), "p10": p10, "p90": p90}
        )
        total = Spread.of(simulate(self._network, places, _RUNS, _SEED, model))
        return SpreadForecast(list(seeds), frame, total)

    def _terms(self, wish: SeedRequest) -> SeedConstraints:
        if wish.method not in METHODS:
            raise InvalidRequest(f"There is no method {wish.method!r}.", f"There are {', '.join(METHODS)}.")
        n = len(self._users)
        if not 1 <= wish.k <= n:
            raise InvalidRequest(
                f"{wish.k} seeds cannot be chosen of {n:,} users that campaign {self._campaign} could reach.",
                f"Ask for 1 to {n:,}.",
            )
        allowed = np.ones(n, dtype=np.bool_)
        # Whoever cannot be reached need not be left out.
        allowed[self._known(wish.exclude)] = False
        costs = None
        if wish.costs or wish.budget is not None:
            costs = pd.Series(wish.costs, dtype=float).reindex(self._users).fillna(1.0).to_numpy()
            if not (costs > 0).all():
                raise InvalidRequest("A user's cost must be above 0.", "Correct the costs.")
        quotas: list[tuple[Ints, Ints]] = []
        if wish.per_group is not None:
            quotas.append(equal_quota(self._codes("group"), wish.per_group))
        if wish.fair is not None:
            if self._rows["value"].isna().all():
                raise InvalidRequest(
                    f"No user has a property {wish.fair!r} or a tag of that kind.",
                    "Name one that users have, as in the file they were imported from.",
                )
            quotas.append(fair_quota(self._codes("value"), wish.k))
        return SeedConstraints(wish.k, allowed, costs, np.inf if wish.budget is None else wish.budget, quotas)

    def _codes(self, column: str) -> Ints:
        """A number for each value; users without one have one together."""
        return pd.factorize(self._rows[column], use_na_sentinel=False)[0].astype(np.int64)

    def _known(self, users: Sequence[str]) -> Ints:
        places = self._users.get_indexer(pd.Index(users, dtype=object))
        return places[places >= 0].astype(np.int64)

    def _places(self, users: Sequence[str]) -> Ints:
        unknown = [user for user in users if user not in self._users]
        if unknown:
            raise InvalidRequest(
                f"{', '.join(unknown[:5])} cannot be seeds: campaign {self._campaign} reached no such users.",
                "Name users that the campaign reached.",
            )
        return self._users.get_indexer(pd.Index(users, dtype=object)).astype(np.int64)
