"""What if: seeds for a campaign under a user's constraints, and how far given seeds would spread it."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from graph.connection import Graph
from graph.datasets import describe_dataset
from graph.errors import InvalidRequest
from graph.importing.mapping.kinds import DERIVED
from network.key_users import subnetwork
from network.runs import NetworkRun
from network.seeding.diffusion import Model, Spread, simulate, simulate_days
from network.seeding.selection import METHODS, Method, select
from network.seeding.weighted_network import Ints, Network, SeedConstraints, equal_quota, fair_quota

MAX_DAYS = 90
_RUNS = 2_000
_SEED = 7


@dataclass(frozen=True)
class SeedRequest:
    """How many seeds to choose, by which method, and under which constraints.

    Attributes
    ----------
    k
        The largest number of seeds.
    method
        A method of ``select``.
    exclude
        Users who must not be seeds.
    per_group
        The largest number of seeds per neighbour group.
    fair
        A user property or kind of tag; each value gets at most its share of the seeds, rounded up.
    costs
        The cost of each user; 1 for users not listed.
    budget
        The largest total cost of the seeds.
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
    """The simulated spread from given seeds.

    Attributes
    ----------
    seeds
        The seeds.
    days
        Columns day, mean, p10, p90: users reached by the end of each day, seeds included.
    total
        Users reached in the end, seeds included.
    """

    seeds: list[str]
    days: pd.DataFrame
    total: Spread


class CampaignReach:
    """The users whom a campaign can reach, and the spreading network among them.

    A campaign open to all can reach every user active before the network's cut-off.

    Parameters
    ----------
    graph, dataset, campaign
        The campaign.
    run
        The network to spread along.
    fair
        The user property or kind of tag that seeds are to be shared out by, if any.
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
        self._network: Network = subnetwork(edges, self._users)

    def choose(self, request: SeedRequest) -> pd.DataFrame:
        """Choose seeds.

        Returns
        -------
        pd.DataFrame
            Columns user, rank, score (users the seed adds to the expected spread), low, high (95% interval
            of the simulation).

        Raises
        ------
        InvalidRequest
            If the request cannot be met.
        """
        constraints = self._constraints(request)
        selection = select(self._network, constraints, request.method, graph=self._graph, seed=_SEED)
        return pd.DataFrame(
            {
                "user": self._users[selection.seeds],
                "rank": np.arange(1, len(selection.seeds) + 1),
                "score": selection.marginal,
                "low": selection.low,
                "high": selection.high,
            }
        )

    def spread(self, seeds: Sequence[str], days: int, model: Model = "independent cascade") -> SpreadForecast:
        """Simulate how far `seeds` would spread the campaign within `days` days, and in the end.

        Raises
        ------
        InvalidRequest
            If there are no seeds, the campaign cannot reach one of them, or `days` is not within 1 to 90.
        """
        if not 1 <= days <= MAX_DAYS:
            raise InvalidRequest(f"{days} days is outside 1 to {MAX_DAYS}.", f"Ask for 1 to {MAX_DAYS}.")
        places = self._seed_positions(seeds)
        if not len(places):
            raise InvalidRequest("There are no seeds.", "Name at least one user.")
        daily = simulate_days(self._network, places, np.array(self._run.delays), days, _RUNS, _SEED)
        p10, p90 = np.quantile(daily, [0.1, 0.9], axis=0)
        frame = pd.DataFrame(
            {"day": np.arange(1, days + 1), "mean": daily.mean(axis=0), "p10": p10, "p90": p90}
        )
        total = Spread.of(simulate(self._network, places, _RUNS, _SEED, model))
        return SpreadForecast(list(seeds), frame, total)

    def _constraints(self, request: SeedRequest) -> SeedConstraints:
        if request.method not in METHODS:
            raise InvalidRequest(f"There is no method {request.method!r}.", f"Methods: {', '.join(METHODS)}.")
        n = len(self._users)
        if not 1 <= request.k <= n:
            raise InvalidRequest(
                f"{request.k} seeds cannot be chosen among the {n:,} users that campaign {self._campaign} "
                "can reach.",
                f"Ask for 1 to {n:,}.",
            )
        allowed = np.ones(n, dtype=np.bool_)
        # An excluded user whom the campaign cannot reach is no error.
        positions = self._users.get_indexer(pd.Index(request.exclude, dtype=object))
        allowed[positions[positions >= 0]] = False
        costs = None
        if request.costs or request.budget is not None:
            costs = pd.Series(request.costs, dtype=float).reindex(self._users).fillna(1.0).to_numpy()
            if not (costs > 0).all():
                raise InvalidRequest("A user's cost must be above 0.", "Correct the costs.")
        quotas: list[tuple[Ints, Ints]] = []
        if request.per_group is not None:
            quotas.append(equal_quota(self._codes("group"), request.per_group))
        if request.fair is not None:
            if self._rows["value"].isna().all():
                raise InvalidRequest(
                    f"No user has a property {request.fair!r} or a tag of that kind.",
                    "Name a property of users, as in the file they were imported from.",
                )
            quotas.append(fair_quota(self._codes("value"), request.k))
        budget = np.inf if request.budget is None else request.budget
        return SeedConstraints(request.k, allowed, costs, budget, quotas)

    def _codes(self, column: str) -> Ints:
        """A code for each value; users without a value share one."""
        return pd.factorize(self._rows[column], use_na_sentinel=False)[0].astype(np.int64)

    def _seed_positions(self, users: Sequence[str]) -> Ints:
        unknown = [user for user in users if user not in self._users]
        if unknown:
            raise InvalidRequest(
                f"Campaign {self._campaign} cannot reach {', '.join(unknown[:5])}.",
                "Name users whom the campaign can reach.",
            )
        return self._users.get_indexer(pd.Index(users, dtype=object)).astype(np.int64)
