"""The effect of discounts: how purchases of a campaign's products depend on the discount on the shelf.

The purchases of each product follow

    purchases(p, w) ~ Poisson(a(p) x n(w) x exp(b x depth(p, w)))

where n(w) is the number of active user days and depth(p, w) the discount as a share of the regular price.
Conditional on the total of a product, a(p) cancels (conditional Poisson regression; Hausman, Hall and
Griliches 1984). The standard error of b is clustered by product (sandwich estimator). Only products bought in
at least a quarter of the weeks enter: the prices of the others are unknown in most weeks.

More purchases are not as many more participants: a user may buy several products on one day. If reached users
buy any of the products on a share s of their active days, purchases times f turn it into 1 - (1 - s)^f, as if
purchases fell on these days at random.
"""

from dataclasses import dataclass
from datetime import date
from typing import Self

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from forecasting.history.history import History
from graph.connection import Graph
from graph.datasets import describe_dataset
from graph.errors import InvalidRequest

Floats = NDArray[np.float64]

RECENT_WEEKS = 8
"""Weeks that define the usual depth."""
_NORMAL_P975 = 1.96
_MIN_WEEK_SHARE = 0.25
"""Smallest share of weeks with a purchase of a product."""
_MIN_PRODUCTS = 10
_MAX_ACTIVE_SHARE, _MIN_ACTIVE_SHARE = 0.999, 0.001
_TOLERANCE = 1e-9
_REMEDY = "Leave the discount out. Its effect needs purchases with different values of `discount`."


@dataclass(frozen=True)
class Weeks:
    """Purchases by product and week, the earliest week first.

    Attributes
    ----------
    purchases, depth
        Number of purchases, and the discount as a share of the regular price; shape (n_products, n_weeks).
    traffic
        Active user days, shape (n_weeks,).
    """

    purchases: Floats
    depth: Floats
    traffic: Floats

    def within(self, begin: int, end: int) -> Self:
        """The weeks from `begin` to `end` (exclusive)."""
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
    exponent, standard_error
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
    standard_error: float
    recent_depth: float
    deepest: float
    products: int
    deviance_explained: float
    active_share: float

    def uplift(self, depth: float) -> Uplift:
        """The effect of a discount on participants. Raises InvalidRequest beyond the observed discounts."""
        if depth > (limit := max(self.deepest, self.recent_depth)):
            raise InvalidRequest(
                f"The effect of a discount of {depth:.0%} is unknown: these products hardly ever had it.",
                f"Choose at most {limit:.0%}; the recent discount was {self.recent_depth:.0%}.",
            )
        change = depth - self.recent_depth
        effect, margin = self.exponent * change, _NORMAL_P975 * self.standard_error * abs(change)
        log_ratios = (effect, effect - margin, effect + margin)
        return Uplift(*(self._participant_ratio(np.exp(log_ratio)) for log_ratio in log_ratios))

    def _participant_ratio(self, purchase_ratio: float) -> float:
        return float((1 - (1 - self.active_share) ** purchase_ratio) / self.active_share)


def read_discount_effect(graph: Graph, history: History, campaign: str) -> DiscountEffect:
    """Estimate the effect of discounts on a campaign's products from data before ``history.as_of``.

    Raises InvalidRequest if there is too little data.
    """
    weeks = read_weeks(graph, history.dataset, campaign, history.as_of, history.activity)
    return discount_effect(weeks, active_share(history, campaign))


def read_weeks(graph: Graph, dataset_id: str, campaign: str, as_of: date, activity: pd.DataFrame) -> Weeks:
    """Purchases of a campaign's products in the complete weeks up to `as_of`; `activity` has user, ds."""
    dataset = describe_dataset(graph, dataset_id)
    scope = {"dataset": dataset_id, "campaign": campaign, "before": dataset.moment(as_of)}
    frame = graph.frame("influence/discounts_by_week", **scope)
    rows = frame.explode(["week", "purchases", "value", "discount"], ignore_index=True)
    user_days = activity.drop_duplicates(["user", "ds"])["ds"]
    days_before = (pd.Timestamp(as_of) - user_days).dt.days.to_numpy(np.int64) - 1
    complete_weeks = (as_of - dataset.first_day).days // 7
    return by_week(rows, np.bincount(days_before // 7)[:complete_weeks][::-1].astype(float))


def by_week(rows: pd.DataFrame, traffic: Floats) -> Weeks:
    """Arrange purchases by product and week; products with too few weeks are left out.

    Parameters
    ----------
    rows
        Columns product, week (0 is the last one), purchases, value, discount.
    traffic
        Active user days, shape (n_weeks,), the earliest week first.

    Notes
    -----
    In a week without a purchase, the discount is that of the week before.
    """
    weeks = range(len(traffic))
    rows = rows[rows["week"].isin(weeks)]
    rows = rows[rows.groupby("product")["week"].transform("size") >= _MIN_WEEK_SHARE * len(traffic)]
    regular = (rows["value"] + rows["discount"]).astype(float)
    depth = (rows["discount"].astype(float) / regular.where(regular > 0)).clip(0, 1)
    rows, order = rows.assign(depth=depth), [*reversed(weeks)]
    # Separately, because a pivot of both columns fails without rows.
    purchases, depths = (
        rows.pivot(index="product", columns="week", values=name).reindex(columns=order)
        for name in ("purchases", "depth")
    )
    filled = depths.ffill(axis=1).bfill(axis=1).fillna(0.0)
    return Weeks(purchases.fillna(0).to_numpy(float), filled.to_numpy(float), traffic)


def active_share(history: History, campaign: str) -> float:
    """Share of the recent active days of a campaign's users with any of its products."""
    users = history.roles[history.roles["campaign"] == campaign]["user"]
    since = pd.Timestamp(history.as_of) - pd.Timedelta(weeks=RECENT_WEEKS)
    bought = history.bought[(history.bought["campaign"] == campaign) & (history.bought["purchases"] > 0)]

    def count_days(rows: pd.DataFrame) -> int:
        recent = rows[(rows["ds"] >= since) & rows["user"].isin(users)]
        return len(recent.drop_duplicates(["user", "ds"]))

    active_days, days_bought = count_days(history.activity), count_days(bought)
    if not (active_days and days_bought):
        return _MIN_ACTIVE_SHARE
    return min(days_bought / active_days, _MAX_ACTIVE_SHARE)


def discount_effect(weeks: Weeks, active_share: float) -> DiscountEffect:
    """Estimate the effect of discounts from `weeks`.

    Raises InvalidRequest for too few purchases, or if the discounts never varied.
    """
    products, n_weeks = weeks.depth.shape
    if products < _MIN_PRODUCTS or n_weeks <= 2 * RECENT_WEEKS:
        raise InvalidRequest(
            f"Only {products} products of the campaign were bought in a quarter of the {n_weeks} weeks: "
            "too few to estimate the effect of a discount.",
            _REMEDY,
        )
    estimate = exponent(weeks)
    earlier_estimate = exponent(weeks.within(0, n_weeks - RECENT_WEEKS))
    recent = weeks.within(n_weeks - RECENT_WEEKS, n_weeks)
    if estimate is None or earlier_estimate is None:
        raise InvalidRequest("The discounts on the campaign's products never varied.", _REMEDY)
    if not recent.purchases.any():
        raise InvalidRequest("The campaign's products were not bought recently.", _REMEDY)
    weights = recent.purchases + 1e-9
    return DiscountEffect(
        *estimate,
        recent_depth=float(np.average(recent.depth, weights=weights)),
        deepest=float(np.quantile(weeks.depth, 0.95)),
        products=products,
        deviance_explained=1 - deviance(recent, earlier_estimate[0]) / deviance(recent, 0.0),
        active_share=active_share,
    )


def exponent(weeks: Weeks) -> tuple[float, float] | None:
    """b and its standard error, by Newton's method; None without variation."""
    totals = weeks.purchases.sum(axis=1)
    b = 0.0
    for _ in range(50):
        shares = _shares(weeks, b)
        mean = (shares * weeks.depth).sum(axis=1)
        scores = (weeks.purchases * weeks.depth).sum(axis=1) - totals * mean
        information = (totals * ((shares * weeks.depth**2).sum(axis=1) - mean**2)).sum()
        if information < _TOLERANCE:
            return None
        b += (step := scores.sum() / information)
        if abs(step) < _TOLERANCE:
            break
    return float(b), float(np.sqrt((scores**2).sum()) / information)


def deviance(weeks: Weeks, b: float) -> float:
    """Deviance of the distribution of each product's purchases over the weeks."""
    observed = weeks.purchases
    totals = np.maximum(observed.sum(axis=1, keepdims=True), 1)
    ratio = np.where(observed > 0, observed, 1) / np.where(observed > 0, totals * _shares(weeks, b), 1)
    return float(2 * (observed * np.log(ratio)).sum())


def _shares(weeks: Weeks, b: float) -> Floats:
    weight = weeks.traffic * np.exp(b * weeks.depth)
    return np.asarray(weight / weight.sum(axis=1, keepdims=True))
