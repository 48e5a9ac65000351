"""What the shares of users are computed from: recent and overall activity, purchases, and the network."""

import numpy as np
from numpy.typing import NDArray

from forecasting.history.campaign_users import CampaignUsers

Floats = NDArray[np.float64]

FEATURES = (
    "key user",
    "key user's score",
    "exposed to participants of this week",
    "participation of its group this week",
    "took part before",
    "took part before, by age of the campaign",
    "days with participation this week",
    "days with participation in four weeks",
    "days with participation ever",
    "days since participation",
    "days with its products in four weeks",
    "days with its products since the launch",
    "days with its products ever",
    "days since its products",
    "its products, of all active days",
    "active days this week",
    "active days in four weeks",
    "active days ever",
    "days since active",
    "more active than usual",
    "days with any campaign in four weeks",
    "days with any campaign ever",
    "days since any campaign",
    "coupons used in four weeks",
    "coupons used ever",
    "days since a coupon",
    "coupons used, of all active days",
    "coupons on its products in eight weeks",
    "coupons on its products ever",
    "spent on its products in eight weeks",
    "spent on its products ever",
    "spent ever",
)
NETWORK_FEATURES = slice(0, 4)
"""The features that depend on the spreading network."""


def features(users: CampaignUsers, origin: int) -> Floats:
    """Features of the users that a campaign reached, from days before `origin`.

    Returns
    -------
    Shape (n_users, len(FEATURES)); "its" in FEATURES refers to the campaign. A week in FEATURES is one of
    days: ``Step.recent`` steps take its place where they are not days.
    """
    week = users.step.recent
    four_weeks, eight_weeks = 4 * week, 8 * week
    took_part = users.took_part.sum_before(origin) > 0
    age = np.log1p(max(origin - users.start, 0))
    active, engaged, y = users.active, users.engaged, users.y
    this_week = users.took_part.sum_before(origin, week)
    group = users.graph.group
    group_mean = np.bincount(group, this_week) / np.maximum(np.bincount(group), 1)
    in_group = group < len(users.graph.groups)
    columns = [
        users.graph.key_score > 0,
        users.graph.key_score,
        users.exposure(origin) * ~took_part,
        group_mean[group] * in_group,
        took_part,
        took_part * age,
        np.log1p(y.sum_before(origin, week)),
        np.log1p(y.sum_before(origin, four_weeks)),
        np.log1p(y.sum_before(origin)),
        np.log1p(y.recency(origin)),
        np.log1p(engaged.sum_before(origin, four_weeks)),
        np.log1p(engaged.sum_before(origin, max(origin - users.start, 0))),
        np.log1p(engaged.sum_before(origin)),
        np.log1p(engaged.recency(origin)),
        _log_share(engaged.sum_before(origin), active.sum_before(origin)),
        np.log1p(active.sum_before(origin, week)),
        np.log1p(active.sum_before(origin, four_weeks)),
        np.log1p(active.sum_before(origin)),
        np.log1p(active.recency(origin)),
        np.log((active.sum_before(origin, week) + 0.5) / (active.sum_before(origin, eight_weeks) / 8 + 0.5)),
        np.log1p(users.any_campaign.sum_before(origin, four_weeks)),
        np.log1p(users.any_campaign.sum_before(origin)),
        np.log1p(users.any_campaign.recency(origin)),
        np.log1p(users.any_coupon.sum_before(origin, four_weeks)),
        np.log1p(users.any_coupon.sum_before(origin)),
        np.log1p(users.any_coupon.recency(origin)),
        _log_share(users.any_coupon.sum_before(origin), active.sum_before(origin)),
        np.log1p(users.campaign_coupon.sum_before(origin, eight_weeks)),
        np.log1p(users.campaign_coupon.sum_before(origin)),
        _log_spending(users.campaign_spending.sum_before(origin, eight_weeks)),
        _log_spending(users.campaign_spending.sum_before(origin)),
        _log_spending(users.spending.sum_before(origin)),
    ]
    return np.stack(columns, axis=1).astype(float)


def _log_share(days: np.ndarray, active: np.ndarray) -> np.ndarray:
    return np.asarray(np.log((days + 0.5) / (active + 5)))


def _log_spending(spending: np.ndarray) -> np.ndarray:
    # Refunds can make the sum negative.
    return np.asarray(np.log1p(np.maximum(spending, 0.0)))
