"""The data of a data set before a forecast's origin."""

from dataclasses import dataclass, field, replace
from datetime import date

import pandas as pd

from forecasting.history.behaviours import NO_BEHAVIOURS
from forecasting.history.campaigns import with_reach
from forecasting.history.time_step import DAY, Step
from graph.errors import InvalidRequest
from network.funnel import in_stage_order
from network.runs import NetworkRun


@dataclass(frozen=True)
class History:
    """The data of a data set before the beginning of the step `as_of`.

    Attributes
    ----------
    dataset, network
        Id of the data set, and the run of the spreading network.
    as_of, first_day
        The origin, whose data is not included (a date, or a datetime of local time where steps are hours),
        and the first day of the data.
    steps
        One row per campaign and step, columns unique_id (the campaign), ds, y (participants; before the
        launch, users targeted up to the launch who bought the promoted products; none of an open campaign),
        in_window (from the launch on), redeemers, purchases and redemptions that count as participation,
        key_users (among the participants), weight (of the participations), exposed (users targeted so far
        and exposed who have not taken part), reach (the exposure term of the influence level) and level (the
        influence level). Open campaigns have no exposure, nor have any but by day.
    campaigns
        Campaigns that began before `as_of`, even if `steps` covers only one of them, and plans; columns id,
        name, kind, starts, ends (exclusive), open (whether it is open to all), targeted (number of users; of
        an open campaign, those active before the network's cut-off).
    roles
        The target users: columns campaign, user, targeted (the day of the targeting), score (key user score,
        0 for other users), group.
    open_roles
        The key users and members of groups that all open campaigns share: columns user, score, group.
    edges
        Spreading network, columns source, target, probability.
    participations
        One row per campaign, user and step, columns campaign, user, ds, redeemed (whether by redeeming a
        coupon), purchases, redemptions, weight (of the participations).
    bought
        Purchases of promoted products by targeted users, before and after the launch, columns campaign, user,
        ds, purchases (0 on days of returns alone), value (less returns), by_coupon; none by hour.
    activity
        One row per user and active step, columns user, ds, value (money, less returns), by_coupon (any
        purchase by coupon).
    behaviours
        Users by kind of behaviour from the launch of each campaign on, columns campaign, ds, kind (the type),
        users; steps without any are left out. Kinds whose users are the participants or redeemers are none
        of them, and there are none where every kind counts as participation.
    redemptions_only
        Whether y counts redeemers instead of all participants.
    kind
        The kind of behaviour whose users y counts instead of participants; None for participants.
    step
        Time step of `steps`.
    opens_untargeted
        Whether a campaign without target users is open to all: the rule of the data set.
    country
        The country whose holidays the days have (ISO 3166, two letters); None for none.
    """

    dataset: str
    network: NetworkRun
    as_of: date
    first_day: date
    steps: pd.DataFrame
    campaigns: pd.DataFrame
    roles: pd.DataFrame
    edges: pd.DataFrame
    participations: pd.DataFrame
    bought: pd.DataFrame
    activity: pd.DataFrame
    open_roles: pd.DataFrame = field(default_factory=lambda: pd.DataFrame(columns=["user", "score", "group"]))
    behaviours: pd.DataFrame = field(default_factory=NO_BEHAVIOURS.copy)
    redemptions_only: bool = False
    kind: str | None = None
    step: Step = DAY
    opens_untargeted: bool = False
    country: str | None = None

    @property
    def n_steps(self) -> int:
        """Number of steps from `first_day` to `as_of`."""
        return self.step.number(self.first_day, self.as_of)

    def number(self, moment: pd.Timestamp | date) -> int:
        """Number of the step of `moment`; the step of `first_day` is 0."""
        return self.step.number(self.first_day, moment)

    @property
    def open_ids(self) -> frozenset[str]:
        """Ids of the campaigns that are open to all."""
        return frozenset(self.campaigns.loc[self.campaigns["open"].astype(bool), "id"])

    @property
    def from_launch_ids(self) -> frozenset[str]:
        """Ids of the campaigns whose y counts users from the launch on: open ones; all by hour, and of a kind
        of behaviour.
        """
        from_launch = self.step.has_clock or self.kind is not None
        return frozenset(self.campaigns["id"]) if from_launch else self.open_ids

    def with_campaigns(self, plans: pd.DataFrame) -> "History":
        """The history with `plans`, rows of `campaigns`, added or replaced by id."""
        others = self.campaigns[~self.campaigns["id"].isin(plans["id"])]
        return replace(self, campaigns=pd.concat([others, plans], ignore_index=True))

    @property
    def outcomes(self) -> pd.DataFrame:
        """The participations that y counts from the launch on: all, or only those with a redeemed coupon."""
        return (
            self.participations[self.participations["redeemed"]]
            if self.redemptions_only
            else self.participations
        )

    @property
    def counted(self) -> pd.DataFrame:
        """The users that y counts from the launch on: columns campaign, ds, users."""
        if self.kind is None:
            return self.outcomes[["campaign", "ds"]].assign(users=1.0)
        return self.behaviours[self.behaviours["kind"] == self.kind]

    @property
    def prelaunch(self) -> pd.DataFrame:
        """The purchases in `bought` before a campaign's launch, which y counts unless `redemptions_only`."""
        bought = self.bought[self.bought["purchases"] > 0]
        starts = self.step.floor(self.campaigns.set_index("id")["starts"]).reindex(bought["campaign"])
        return bought[(bought["ds"] < starts.to_numpy()).to_numpy()]

    @property
    def has_redemptions(self) -> bool:
        """Whether any user redeemed a coupon late enough to follow the steps that training needs."""
        return bool((self.steps["redeemers"] > 0)[self.steps["ds"] >= self._first_training_step].any())

    @property
    def forecast_kinds(self) -> list[str]:
        """The kinds in `behaviours` that users showed late enough, as for ``has_redemptions``; in order."""
        late = self.behaviours[self.behaviours["ds"] >= self._first_training_step]
        return in_stage_order(late["kind"].unique())

    @property
    def _first_training_step(self) -> pd.Timestamp:
        """The first step that follows the steps that training needs."""
        return self.step.start_of(self.first_day, 2 * self.step.lookback)

    def reach_grows(self, since: date) -> bool:
        """Whether any campaign targets users at `since` or later, and after its first step."""
        starts = self.roles["campaign"].map(self.campaigns.set_index("id")["starts"])
        targeted = self.roles["targeted"]
        return bool(((targeted >= pd.Timestamp(since)) & (targeted > starts)).any())

    def redeemers(self) -> "History":
        """The history whose y counts redeemers: the participants who redeem coupons."""
        return replace(self, steps=self.steps.assign(y=self.steps["redeemers"]), redemptions_only=True)

    def of_kind(self, kind: str) -> "History":
        """The history whose y counts the users with a kind of behaviour, from each campaign's launch on."""
        of_kind = self.behaviours[self.behaviours["kind"] == kind]
        users = of_kind.set_index(["campaign", "ds"])["users"]
        steps = pd.MultiIndex.from_frame(self.steps[["unique_id", "ds"]])
        y = users.reindex(steps, fill_value=0.0).to_numpy(float)
        return replace(self, steps=self.steps.assign(y=y), kind=kind)

    def before(self, origin: date, planned: str | None = None) -> "History":
        """The history before the beginning of the step of `origin`.

        The campaign `planned` stays as a plan: with its window, and with the users whom it targets up to its
        first step.

        Raises
        ------
        InvalidRequest
            If `origin` is after `as_of`.
        """
        moment = self.step.start_of(origin, 0)
        if moment > pd.Timestamp(self.as_of):
            raise InvalidRequest(
                f"The origin {origin} is after {self.as_of}, the end of this history.",
                f"Choose an origin up to {self.as_of}, or read a history with a later end.",
            )
        is_planned = self.campaigns["id"] == planned
        campaigns = self.campaigns[(self.campaigns["starts"] < moment) | is_planned]
        plans = self.campaigns.loc[is_planned, "starts"]
        in_plan = (self.roles["campaign"] == planned) & (self.roles["targeted"] <= plans.max())
        roles = self.roles[(self.roles["targeted"] < moment) | in_plan]
        activity = self.activity[self.activity["ds"] < moment]
        steps = self.steps[self.steps["unique_id"].isin(campaigns["id"])]
        reached = roles.loc[roles["campaign"].isin(campaigns["id"]), ["campaign", "user"]].drop_duplicates()
        bought = self.bought[self.bought["ds"] < moment].merge(reached)
        return replace(
            self,
            as_of=self.step.origin(moment),
            steps=steps[steps["ds"] < moment],
            campaigns=with_reach(campaigns, roles, activity, self.network, self.opens_untargeted),
            roles=roles,
            participations=self.participations[self.participations["ds"] < moment],
            bought=bought,
            activity=activity,
            behaviours=self.behaviours[
                (self.behaviours["ds"] < moment) & self.behaviours["campaign"].isin(campaigns["id"])
            ],
        )
