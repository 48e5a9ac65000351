"""The users whom a campaign can reach: their activity, and the spreading network among them.

A campaign with target users reaches these. One that is open to all reaches the users active so far, of whom
the `MAX_CANDIDATES` most relevant ones are kept. All values at an origin are computed from earlier days only.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Self

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import sparse

from forecasting.history.daily_values import DailyEvents, DailyMatrix, DailyValues
from forecasting.history.history import History
from forecasting.history.time_step import DAY, Step

NODE_FEATURES = 7
MAX_CANDIDATES = 20_000
"""Users of an open campaign: key users first, then members of groups, then those active last."""
_MAX_NODES = 2_000
"""Key users and members of groups of an open campaign in ``CampaignUsers.nodes``."""

Floats = NDArray[np.float32]


@dataclass(frozen=True)
class UserGraph:
    """Some users, with the spreading network among them.

    Attributes
    ----------
    ids
        Ids of the users; all arrays are in this order.
    influences
        Influence probability of each target (row) by each source (column).
    edge_index, edge_weight
        Edges among the users by position (sources and targets), shape (2, n_edges), sorted by target, and
        their influence probabilities.
    key_score
        Score of each key user, relative to the largest; 0 for other users.
    group, groups
        Number of each user's neighbour group, and the ids of the groups; users of no group share one more
        number.
    """

    ids: pd.Index
    influences: sparse.csr_array
    edge_index: NDArray[np.int64]
    edge_weight: Floats
    key_score: Floats
    group: NDArray[np.int64]
    groups: pd.Index

    @classmethod
    def of(cls, roles: pd.DataFrame, edges: pd.DataFrame) -> Self:
        """Build it from rows of ``History.roles`` and ``History.edges``."""
        ids = pd.Index(roles["user"])
        source, target = ids.get_indexer(edges["source"]), ids.get_indexer(edges["target"])
        inside = (source >= 0) & (target >= 0)
        weight = edges["probability"].to_numpy(np.float32)[inside]
        source, target = source[inside], target[inside]
        by_target = np.argsort(target, kind="stable")
        scores = roles["score"].to_numpy(np.float32)
        codes, groups = pd.factorize(roles["group"])
        return cls(
            ids=ids,
            influences=sparse.csr_array((weight, (target, source)), shape=(len(ids), len(ids))),
            edge_index=np.stack([source, target]).astype(np.int64)[:, by_target],
            edge_weight=weight[by_target],
            key_score=scores / max(float(scores.max(initial=0)), 1e-6),
            group=np.where(codes < 0, len(groups), codes).astype(np.int64),
            groups=groups,
        )


@dataclass(frozen=True, kw_only=True)
class CampaignUsers:
    """The users whom one campaign can reach.

    Attributes
    ----------
    graph
        The users, and the spreading network among them.
    start, step
        Number of the step of the launch, and the time step.
    y
        Days on which ``History.steps`` counts the user in y, before the launch too.
    took_part
        Days on which y counts the user, from the launch on.
    engaged
        Days on which the user took part, or bought the campaign's products before the launch.
    any_campaign
        Days on which the user took part in any campaign (``History.outcomes``).
    active
        Days with any activity.
    campaign_coupon, any_coupon
        Days with a purchase by coupon, of the campaign's products and of any product.
    campaign_spending, spending
        Money per day, on the campaign's products and in total.
    nodes
        Of a campaign open to all, the users that the graph encoder sees: key users and members of groups.
        None for a campaign with target users, all of whom it sees.
    """

    graph: UserGraph
    start: int
    step: Step = DAY
    y: DailyValues
    took_part: DailyValues
    engaged: DailyValues
    any_campaign: DailyValues
    active: DailyValues
    campaign_coupon: DailyValues
    any_coupon: DailyValues
    campaign_spending: DailyValues
    spending: DailyValues
    nodes: "CampaignUsers | None" = None

    @property
    def ids(self) -> pd.Index:
        """Ids of the users; all arrays are in this order."""
        return self.graph.ids

    def can_take_part(self, origin: int) -> NDArray[np.bool_]:
        """Whether each user is known at `origin`: one of an open campaign is from the first activity on."""
        if self.nodes is None:
            return np.ones(len(self.ids), dtype=bool)
        return self.active.sum_before(origin) > 0

    def node_features(self, origin: int) -> tuple[Floats, float]:
        """Features of the users at `origin`, and the mean exposure of the users at risk.

        A user is at risk before the first participation.

        Returns
        -------
        Features, shape (n_users, NODE_FEATURES), and the mean exposure.
        """
        at_risk = self.took_part.sum_before(origin) == 0
        exposure = self.exposure(origin)
        features = [
            self.graph.key_score > 0,
            self.graph.key_score,
            ~at_risk,
            np.log1p(self.took_part.sum_before(origin, self.step.recent)),
            np.log1p(self.active.sum_before(origin, self.step.recent)),
            np.log1p(self.active.sum_before(origin, self.step.lookback)),
            exposure * at_risk,
        ]
        mean = float(exposure[at_risk].mean()) if at_risk.any() else 0.0
        return np.stack(features, axis=1).astype(np.float32), mean

    def exposure(self, origin: int) -> Floats:
        """Sum of the influence probabilities of each user's recent participants, shape (n_users,)."""
        recent = self.took_part.sum_before(origin, self.step.recent) > 0
        return np.asarray(self.graph.influences @ recent.astype(np.float32))

    def table(self, origin: int) -> pd.DataFrame:
        """Columns user, group (missing for users of no group), key_user, took_part (before `origin`)."""
        group_ids = np.array([*self.graph.groups, None], dtype=object)
        return pd.DataFrame(
            {
                "user": self.ids,
                "group": group_ids[self.graph.group],
                "key_user": self.graph.key_score > 0,
                "took_part": self.took_part.sum_before(origin) > 0,
            }
        )


def campaign_users(history: History) -> dict[str, CampaignUsers]:
    """The users of every campaign that reaches users and whose steps were read, by campaign id."""
    campaigns = history.campaigns[history.campaigns["id"].isin(history.steps["unique_id"])]
    is_open = campaigns["open"].astype(bool)
    targeted = campaigns[~is_open & (campaigns["targeted"] > 0)]
    users_of = dict(_targeted_users(history, targeted))
    if is_open.any():
        users_of |= dict(_open_users(history, campaigns[is_open]))
    return users_of


def _targeted_users(history: History, campaigns: pd.DataFrame) -> Iterator[tuple[str, CampaignUsers]]:
    outcomes, participations, prelaunch, bought, roles = (
        dict(iter(frame.groupby("campaign")))
        for frame in (
            history.outcomes, history.participations, history.prelaunch, history.bought, history.roles
        )
    )  # fmt: skip
    by_coupon = history.activity[history.activity["by_coupon"].astype(bool)]
    in_any = history.outcomes.drop_duplicates(["user", "ds"])
    no_rows = history.participations.iloc[:0]
    for campaign, starts in zip(campaigns["id"], campaigns["starts"], strict=True):
        graph = UserGraph.of(roles.get(campaign, history.roles.iloc[:0]), history.edges)
        users = graph.ids
        took_part = _matrix(users, outcomes.get(campaign, no_rows), history)
        before = prelaunch.get(campaign, no_rows)[["user", "ds"]]
        since = participations.get(campaign, no_rows)[["user", "ds"]]
        engaged = _matrix(users, pd.concat([before, since]), history)
        purchases = bought.get(campaign, history.bought.iloc[:0])
        coupon_purchases = purchases[purchases["by_coupon"].astype(bool)]
        yield (
            campaign,
            CampaignUsers(
                graph=graph,
                start=history.number(starts),
                step=history.step,
                y=took_part if history.redemptions_only else engaged,
                took_part=took_part,
                engaged=engaged,
                any_campaign=_matrix(users, in_any, history),
                active=_matrix(users, history.activity, history),
                campaign_coupon=_matrix(users, coupon_purchases, history),
                any_coupon=_matrix(users, by_coupon, history),
                campaign_spending=_matrix(users, purchases, history, "value"),
                spending=_matrix(users, history.activity, history, "value"),
            ),
        )


def _matrix(users: pd.Index, rows: pd.DataFrame, history: History, column: str | None = None) -> DailyMatrix:
    """``_events`` as a matrix."""
    return _events(users, rows, history, column).matrix(history.n_steps)


def _events(users: pd.Index, rows: pd.DataFrame, history: History, column: str | None = None) -> DailyEvents:
    """Values of `column` (default: 1) in the rows of `users`, by user and step."""
    position = users.get_indexer(rows["user"])
    inside = position >= 0
    step = history.step.numbers(history.first_day, rows["ds"])[inside]
    values = np.ones(len(step)) if column is None else rows[column].to_numpy(float)[inside]
    return DailyEvents(position[inside].astype(np.int64), step, values.astype(np.float32), len(users))


def open_candidates(activity: pd.DataFrame, open_roles: pd.DataFrame) -> pd.DataFrame:
    """The users whom open campaigns can reach, at most MAX_CANDIDATES: columns user, score, group.

    Key users come first, then members of groups; within each, those active last. `activity` and `open_roles`
    are those of ``History``.
    """
    last = activity.groupby("user", observed=True)["ds"].max()
    users = open_roles.set_index("user").reindex(last.index.astype(object))
    users = users.fillna({"score": 0.0}).assign(last=last.to_numpy())
    order = {"key_user": users["score"] > 0, "member": users["group"].notna()}
    users = users.assign(**order).rename_axis("user").reset_index()
    users = users.sort_values([*order, "last", "user"], ascending=[False, False, False, True])
    return users[["user", "score", "group"]].head(MAX_CANDIDATES).reset_index(drop=True)


def others_share(history: History) -> float:
    """The share of participants in open campaigns who were no ``open_candidates`` beforehand, or 0.

    They are new users, or beyond the MAX_CANDIDATES. It is measured on the latest steps, as many as a
    forecast has.
    """
    before = history.n_steps - min(history.step.horizon, history.n_steps // 2)
    moment = history.step.start_of(history.first_day, before)
    outcomes, activity = history.outcomes, history.activity
    latest = outcomes[(outcomes["ds"] >= moment) & outcomes["campaign"].isin(history.open_ids)]
    if latest.empty:
        return 0.0
    candidates = open_candidates(activity[activity["ds"] < moment], history.open_roles)["user"]
    # One participant more, so that it stays below 1.
    return float((~latest["user"].isin(candidates)).sum() / (len(latest) + 1))


def _open_users(history: History, campaigns: pd.DataFrame) -> Iterator[tuple[str, CampaignUsers]]:
    """Open campaigns have the same users, so what does not depend on the campaign is built once."""
    # Not by their latest activity, which earlier origins do not know.
    nodes = history.open_roles.sort_values(["score", "user"], ascending=[False, True]).head(_MAX_NODES)
    users_of, nodes_of = (
        _OpenUsers.of(history, open_candidates(history.activity, history.open_roles)),
        _OpenUsers.of(history, nodes),
    )
    outcomes, participations = (
        dict(iter(frame.groupby("campaign"))) for frame in (history.outcomes, history.participations)
    )
    no_rows = history.participations.iloc[:0]
    for campaign, starts in zip(campaigns["id"], campaigns["starts"], strict=True):
        rows = outcomes.get(campaign, no_rows), participations.get(campaign, no_rows)
        yield campaign, users_of.campaign(starts, *rows, nodes_of.campaign(starts, *rows))


@dataclass(frozen=True)
class _OpenUsers:
    """What the open campaigns share; the attributes are those of ``CampaignUsers``."""

    history: History
    graph: UserGraph
    any_campaign: DailyEvents
    active: DailyEvents
    any_coupon: DailyEvents
    spending: DailyEvents

    @classmethod
    def of(cls, history: History, users: pd.DataFrame) -> Self:
        graph = UserGraph.of(users, history.edges)
        by_coupon = history.activity[history.activity["by_coupon"].astype(bool)]
        in_any = history.outcomes.drop_duplicates(["user", "ds"])
        return cls(
            history,
            graph,
            any_campaign=_events(graph.ids, in_any, history),
            active=_events(graph.ids, history.activity, history),
            any_coupon=_events(graph.ids, by_coupon, history),
            spending=_events(graph.ids, history.activity, history, "value"),
        )

    def campaign(
        self,
        starts: pd.Timestamp,
        outcomes: pd.DataFrame,
        participations: pd.DataFrame,
        nodes: CampaignUsers | None = None,
    ) -> CampaignUsers:
        ids, history = self.graph.ids, self.history
        took_part = _events(ids, outcomes, history)
        nothing = _events(ids, participations.iloc[:0], history)
        return CampaignUsers(
            graph=self.graph,
            start=history.number(starts),
            step=history.step,
            y=took_part,
            took_part=took_part,
            engaged=_events(ids, participations, history),
            any_campaign=self.any_campaign,
            active=self.active,
            # Purchases of a campaign's products are read for targeted users only.
            campaign_coupon=nothing,
            any_coupon=self.any_coupon,
            campaign_spending=nothing,
            spending=self.spending,
            nodes=nodes,
        )
