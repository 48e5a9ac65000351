"""What goes with a discount: how much more was bought of what a campaign promotes when it was cheaper.

Of each product, purchases in the weeks so far follow

    purchases(p, w) ~ Poisson(a(p) x n(w) x exp(b x depth(p, w)))

where n is how many users did anything on how many days, and depth the share of the regular price that was off
on the shelf. Given how often a product was bought in all, a(p) falls out (conditional Poisson; Hausman, Hall
and Griliches 1984). The interval of b takes the weeks of a product as hanging together (Huber's sandwich).
Only products bought in at least a quarter of the weeks count: of others, nobody saw what they cost.

Whoever buys one more of the products may be counted already. With a share s of active days on which a reached
user buys any, more purchases by a factor f make it 1 - (1 - s)^f, as if they fell on these days at random.
"""

from dataclasses import dataclass
from datetime import date
from typing import Self

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from forecasting.history.series import History
from graph.connection import Graph
from graph.datasets import describe_dataset
from graph.errors import InvalidRequest

Floats = NDArray[np.float64]

RECENT_WEEKS = 8
"""Weeks that define the usual depth."""
_NORMAL_P975 = 1.96
_BOUGHT_IN = 0.25
"""Of the weeks, as many must know a purchase of a product."""
_FEWEST = 10
"""Products without which nothing is told."""
_REMEDY = (
    "Leave the discount out. It is told where purchases carry `discount` and some were cheaper than others."
)


@dataclass(frozen=True)
class Weeks:
    """`purchases` and `depth`, shape (products, weeks), the earliest week first; `traffic`, an entry a week:
    days on which users did anything, all users together.
    """

    purchases: Floats
    depth: Floats
    traffic: Floats

    def within(self, begin: int, end: int) -> Self:
        """Some of the weeks."""
        return type(self)(self.purchases[:, begin:end], self.depth[:, begin:end], self.traffic[begin:end])


@dataclass(frozen=True)
class Uplift:
    """Ratio of participants with a discount to participants of the plan, with its 95% interval."""

    ratio: float
    low: float
    high: float

    @property
    def dispersion(self) -> float:
        """Variance of the log ratio, which adds to the dispersion of a count."""
        return float(np.log(self.high / self.low) / (2 * _NORMAL_P975)) ** 2


@dataclass(frozen=True)
class DiscountEffect:
    """The estimated effect of discounts on a campaign's products.

    Attributes
    ----------
    exponent, error
        b and its standard error.
    recent_depth
        Mean depth of the last RECENT_WEEKS, weighted by purchases.
    deepest
        95th percentile of the depth over products and weeks.
    products
        Number of products in the estimate.
    deviance_explained
        Share of the deviance of the last RECENT_WEEKS that b explains when estimated on earlier weeks.
    active_share
        s, the share of active days with a purchase of the campaign's products.
    """

    exponent: float
    error: float
    recent_depth: float
    deepest: float
    products: int
    deviance_explained: float
    active_share: float

    def uplift(self, depth: float) -> Uplift:
        """What goes with the products being cheaper by `depth`. Raises InvalidRequest where they hardly ever
        were.
        """
        if depth > (most := max(self.deepest, self.recent_depth)):
            raise InvalidRequest(
                f"What goes with a discount of {depth:.0%} is not known: these products hardly ever had it.",
                f"Ask for at most {most:.0%}; lately it was {self.recent_depth:.0%}.",
            )
        step = depth - self.recent_depth
        ends = sorted(self.exponent * step + sign * _NORMAL_P975 * self.error * abs(step) for sign in (-1, 1))
        return Uplift(*(self._participants(np.exp(one)) for one in (self.exponent * step, *ends)))

    def _participants(self, purchases: float) -> float:
        return float((1 - (1 - self.active_share) ** purchases) / self.active_share)


def read_discount_effect(graph: Graph, history: History, campaign: str) -> DiscountEffect:
    """What goes with discounts on what a `campaign` of `history` promotes, by what came before
    ``history.as_of``. Raises InvalidRequest where too little is known to tell.
    """
    weeks = read_weeks(graph, history.dataset, campaign, history.as_of, history.activity)
    return discount_effect(weeks, active_share(history, campaign))


def read_weeks(graph: Graph, dataset_id: str, campaign: str, as_of: date, activity: pd.DataFrame) -> Weeks:
    """The whole weeks up to `as_of`; `activity` has user and ds of whoever did anything on a day before."""
    dataset = describe_dataset(graph, dataset_id)
    scope = {"dataset": dataset_id, "campaign": campaign, "before": dataset.moment(as_of)}
    frame = graph.frame("influence/discounts_by_week", **scope)
    rows = frame.explode(["week", "purchases", "value", "discount"], ignore_index=True)
    days = activity.drop_duplicates(["user", "ds"])["ds"]
    ago = (pd.Timestamp(as_of) - days).dt.days.to_numpy(np.int64) - 1
    whole = (as_of - dataset.first_day).days // 7
    return by_week(rows, np.bincount(ago // 7)[:whole][::-1].astype(float))


def by_week(rows: pd.DataFrame, traffic: Floats) -> Weeks:
    """`rows` has product, week (0 is the last one), purchases, value and discount; only products of which
    enough weeks are known come in. A week without a purchase costs what the week before did.
    """
    weeks = range(len(traffic))
    rows = rows[rows["week"].isin(weeks)]
    rows = rows[rows.groupby("product")["week"].transform("size") >= _BOUGHT_IN * len(traffic)]
    regular = (rows["value"] + rows["discount"]).astype(float)
    depth = (rows["discount"].astype(float) / regular.where(regular > 0)).clip(0, 1)
    rows, order = rows.assign(depth=depth), [*reversed(weeks)]
    # One by one: of no rows at all, a pivot of both would have no columns.
    purchases, depths = (
        rows.pivot(index="product", columns="week", values=name).reindex(columns=order)
        for name in ("purchases", "depth")
    )
    filled = depths.ffill(axis=1).bfill(axis=1).fillna(0.0)
    return Weeks(purchases.fillna(0).to_numpy(float), filled.to_numpy(float), traffic)


def active_share(history: History, campaign: str) -> float:
    """Of the active days of users whom a campaign reaches, lately, those with any of its products."""
    users = history.roles[history.roles["campaign"] == campaign]["user"]
    since = pd.Timestamp(history.as_of) - pd.Timedelta(weeks=RECENT_WEEKS)
    own = (history.activity, history.bought[history.bought["campaign"] == campaign])
    active, bought = (
        len(one[(one["ds"] >= since) & one["user"].isin(users)].drop_duplicates(["user", "ds"]))
        for one in own
    )
    return min(bought / active, 0.999) if active and bought else 0.001


def discount_effect(weeks: Weeks, active: float) -> DiscountEffect:
    """Raises InvalidRequest where too little was bought, or nothing was ever cheaper than at other times."""
    products, known = weeks.depth.shape
    if products < _FEWEST or known <= 2 * RECENT_WEEKS:
        raise InvalidRequest(
            f"Only {products} products of the campaign were bought in a quarter of the {known} weeks so far: "
            "too little to tell what goes with a discount.",
            _REMEDY,
        )
    found = exponent(weeks)
    earlier = exponent(weeks.within(0, known - RECENT_WEEKS))
    late = weeks.within(known - RECENT_WEEKS, known)
    if found is None or earlier is None:
        raise InvalidRequest("What the campaign promotes was never cheaper than at other times.", _REMEDY)
    if not late.purchases.any():
        raise InvalidRequest("What the campaign promotes was not bought lately.", _REMEDY)
    weights = late.purchases + 1e-9
    return DiscountEffect(
        *found,
        recent_depth=float(np.average(late.depth, weights=weights)),
        deepest=float(np.quantile(weeks.depth, 0.95)),
        products=products,
        deviance_explained=1 - deviance(late, earlier[0]) / deviance(late, 0.0),
        active_share=active,
    )


def exponent(weeks: Weeks) -> tuple[float, float] | None:
    """b and its standard error (Newton's method); None where nothing varies."""
    totals = weeks.purchases.sum(axis=1)
    b = 0.0
    for _ in range(50):
        shares = _shares(weeks, b)
        mean = (shares * weeks.depth).sum(axis=1)
        scores = (weeks.purchases * weeks.depth).sum(axis=1) - totals * mean
        information = (totals * ((shares * weeks.depth**2).sum(axis=1) - mean**2)).sum()
        if information < 1e-9:
            return None
        b += (step := scores.sum() / information)
        if abs(step) < 1e-9:
            break
    return float(b), float(np.sqrt((scores**2).sum()) / information)


def deviance(weeks: Weeks, b: float) -> float:
    """Of how each product's purchases fall on the weeks."""
    came = weeks.purchases
    totals = np.maximum(came.sum(axis=1, keepdims=True), 1)
    ratio = np.where(came > 0, came, 1) / np.where(came > 0, totals * _shares(weeks, b), 1)
    return float(2 * (came * np.log(ratio)).sum())


def _shares(weeks: Weeks, b: float) -> Floats:
    weight = weeks.traffic * np.exp(b * weeks.depth)
    return np.asarray(weight / weight.sum(axis=1, keepdims=True))
