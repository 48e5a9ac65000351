"""What goes with taking part: groups of features in words, and how often users with each took part.

Features of one group depend on each other (a user with many active days was active lately), so a single
weight says little. The effect of a group is that of all its features together: by how much the model's log
odds differ, on average, between users with and without the trait, the other groups equal (the sum of the
contributions ``weight * feature``, which are the SHAP values of a linear model; Lundberg and Lee 2017).
Intervals leave out each campaign in turn (jackknife), as campaigns are the independent units and are few;
the model is refitted by one Newton step each time.
"""

from dataclasses import dataclass, field
from typing import NamedTuple, Self

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.stats import t as student_t

from forecasting.user_shares.conditional_logit import ConditionalLogit
from forecasting.user_shares.features import FEATURES

Floats = NDArray[np.float64]

_MIN_CAMPAIGNS = 5
"""With fewer, a jackknife over campaigns gives no reliable interval."""
_MIN_USERS = 20
"""Cases with and cases without a trait that its row needs."""
_COLUMNS = ("took_part_with", "took_part_without", "ratio", "low", "high")


class Trait(NamedTuple):
    """A group of features, and the one that decides who has the trait.

    Attributes
    ----------
    name
        Completes "users who ...".
    decided_by
        Users have the trait where this feature is positive or, with `above_median`, above the median.
    features
        All features of the group.
    """

    name: str
    decided_by: str
    features: tuple[str, ...]
    above_median: bool = False

    def users(self, x: Floats, stands_for: Floats) -> NDArray[np.bool_]:
        """Whether each user has the trait.

        Parameters
        ----------
        x
            Features of one origin, shape (n_users, len(FEATURES)).
        stands_for
            How many users each row stands for, shape (n_users,).
        """
        values = x[:, FEATURES.index(self.decided_by)]
        return np.asarray(values > (_weighted_median(values, stands_for) if self.above_median else 0))


TRAITS = (
    Trait(
        "took part, or bought its products, in the last four weeks",
        "days with its products in four weeks",
        (
            "took part before", "took part before, by age of the campaign",
            "days with participation this week", "days with participation in four weeks",
            "days with participation ever", "days since participation",
            "days with its products in four weeks", "days with its products since the launch",
            "days with its products ever", "days since its products", "its products, of all active days",
            "spent on its products in eight weeks", "spent on its products ever",
        ),
    ),
    Trait(
        "took part in any campaign in the last four weeks",
        "days with any campaign in four weeks",
        ("days with any campaign in four weeks", "days with any campaign ever", "days since any campaign"),
    ),
    Trait(
        "redeemed a coupon in the last four weeks",
        "coupons used in four weeks",
        (
            "coupons used in four weeks", "coupons used ever", "days since a coupon",
            "coupons used, of all active days", "coupons on its products in eight weeks",
            "coupons on its products ever",
        ),
    ),
    Trait(
        "were active on more days of the last four weeks than half of the users",
        "active days in four weeks",
        (
            "active days this week", "active days in four weeks", "active days ever", "days since active",
            "more active than usual",
        ),
        above_median=True,
    ),
    Trait("spent more so far than half of the users", "spent ever", ("spent ever",), above_median=True),
    Trait("are key users", "key user", ("key user", "key user's score")),
    Trait(
        "are exposed to a participant of the last week",
        "exposed to participants of this week",
        ("exposed to participants of this week",),
    ),
    Trait(
        "are in a group that took part more often in the last week than that of half of the users",
        "participation of its group this week",
        ("participation of its group this week",),
        above_median=True,
    ),
)  # fmt: skip
_WITH_RATE = 0
"""The trait that the usual rate belongs to."""


@dataclass(frozen=True)
class Associations:
    """What goes with taking part.

    Attributes
    ----------
    values
        Shape (len(TRAITS), 5): the columns of `table` after the trait, NaN where there are too few users.
    """

    values: Floats

    @classmethod
    def none(cls) -> Self:
        """Nothing is known."""
        return cls(np.full((len(TRAITS), len(_COLUMNS)), np.nan))

    def table(self) -> pd.DataFrame:
        """The traits that are known, the largest effect first.

        Returns
        -------
        Columns trait, took_part_with and took_part_without (share of the users with and without it who took
        part within the target's days), ratio (of the odds by the model, the other traits equal), low, high
        (95% interval; NaN with fewer than 5 campaigns). Observational: no trait is shown to be a cause.
        """
        table = pd.DataFrame(self.values, columns=[*_COLUMNS])
        table.insert(0, "trait", [trait.name for trait in TRAITS])
        table = table.dropna(subset=["ratio"])
        order = (-np.abs(np.log(table["ratio"]))).argsort(kind="stable")
        return table.iloc[order].reset_index(drop=True)


@dataclass
class TraitContrasts:
    """Collects, from each choice set, what users with and without each trait have in the features."""

    _counts: list[Floats] = field(default_factory=list)
    """Of each set, shape (4, len(TRAITS)): users with, users without, participants with and without."""
    _differences: list[Floats] = field(default_factory=list)
    """Of each set, mean with less mean without, shape (len(TRAITS), len(FEATURES) + 1), the last the rate."""
    _clusters: list[int] = field(default_factory=list)

    def add(
        self, x: Floats, log_rate: Floats, took_part: NDArray[np.bool_], stands_for: Floats, cluster: int
    ) -> None:
        """Add the users of one campaign at one origin.

        Parameters
        ----------
        x, log_rate
            Features, shape (n_users, len(FEATURES)), and log of the usual rates.
        took_part, stands_for
            Whether each took part afterwards, and how many users it stands for.
        cluster
            Number of the campaign.
        """
        values = np.column_stack([x, log_rate])
        counts = np.zeros((4, len(TRAITS)))
        difference = np.zeros((len(TRAITS), values.shape[1]))
        for number, trait in enumerate(TRAITS):
            with_trait = trait.users(x, stands_for)
            weights = np.stack([stands_for * with_trait, stands_for * ~with_trait])
            counts[:2, number], counts[2:, number] = weights.sum(axis=1), weights @ took_part
            if counts[:2, number].all():
                means = weights @ values / weights.sum(axis=1, keepdims=True)
                difference[number] = means[0] - means[1]
        self._counts.append(counts)
        self._differences.append(difference)
        self._clusters.append(cluster)

    def associations(
        self, logit: ConditionalLogit, weights: Floats, scale: Floats, clusters: NDArray[np.int_]
    ) -> Associations:
        """Compute the associations by a fitted model.

        Parameters
        ----------
        logit, weights
            The model of standardised features, and its weights.
        scale
            Standard deviation of each feature.
        clusters
            Campaign of each choice set of the model.
        """
        if not self._counts:
            return Associations.none()
        campaigns = np.unique(self._clusters)
        effects = self._effects(weights / scale, np.full(len(self._clusters), True))
        low, high = np.full((2, len(TRAITS)), np.nan)
        if len(campaigns) >= _MIN_CAMPAIGNS:
            without = [
                self._effects(refitted / scale, np.not_equal(self._clusters, campaign))
                for campaign, refitted in logit.leave_out(weights, clusters)
                if campaign in campaigns
            ]
            deviation = np.stack(without) - np.mean(without, axis=0)
            k = len(campaigns)
            margin = student_t.ppf(0.975, k - 1) * np.sqrt((k - 1) / k * (deviation**2).sum(axis=0))
            low, high = np.exp(effects - margin), np.exp(effects + margin)
        counts = np.sum(self._counts, axis=0)
        few = counts[:2].min(axis=0) < _MIN_USERS
        with np.errstate(invalid="ignore"):
            shares = counts[2:] / counts[:2]
        table = np.column_stack([shares[0], shares[1], np.exp(effects), low, high])
        table[few] = np.nan
        return Associations(table)

    def _effects(self, weights: Floats, chosen: NDArray[np.bool_]) -> Floats:
        """Log odds ratio of each trait in the chosen choice sets, shape (len(TRAITS),)."""
        counts, differences = np.stack(self._counts)[chosen], np.stack(self._differences)[chosen]
        users = np.where(counts[:, :2].all(axis=1), counts[:, 0], 0.0)
        mean = (users[:, :, np.newaxis] * differences).sum(axis=0)
        mean /= np.maximum(users.sum(axis=0), 1)[:, np.newaxis]
        return np.asarray((mean * _membership() * np.append(weights, 1.0)).sum(axis=1))


def _weighted_median(values: Floats, weights: Floats) -> float:
    order = np.argsort(values, kind="stable")
    cumulative = np.cumsum(weights[order])
    return float(values[order][np.searchsorted(cumulative, cumulative[-1] / 2)])


def _membership() -> Floats:
    """Whether each feature, and at last the usual rate, belongs to each trait."""
    inside = np.zeros((len(TRAITS), len(FEATURES) + 1))
    for number, trait in enumerate(TRAITS):
        inside[number, [FEATURES.index(feature) for feature in trait.features]] = 1
    inside[_WITH_RATE, -1] = 1
    return inside
