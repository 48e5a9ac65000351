"""Results of the statistical tests behind a network: ratios with intervals, and the two tests' outcomes."""

from dataclasses import dataclass

from graph.connection import Row
from network.verdict import Verdict

_MAX_SHOWN = 1000
"""Larger ratios mean only that the interval has no useful end."""
_RATIOS = ("random", "matched", "shuffled", "key_users")
_SUPPORTED_FROM = 1.1
"""Lower end of the matched ratio's interval from which influence counts as supported."""


@dataclass(frozen=True)
class RiskRatio:
    """A ratio of risks, network over comparison, with the ends of its 95% interval."""

    ratio: float
    low: float
    high: float

    def __str__(self) -> str:
        ratio, low, high = (
            f"{value:.2f}" if value <= _MAX_SHOWN else f">{_MAX_SHOWN}" for value in vars(self).values()
        )
        return f"{ratio} [{low}, {high}]"


@dataclass(frozen=True)
class InfluenceTest:
    """The outcome of ``influence_test``: do users follow those around them in this data set?

    Attributes
    ----------
    window_days
        Days within which a participation counts as following another.
    trials, followed
        The number of trials, and of those that were followed within the window.
    matched_share
        The share of trials for which a matched control was drawn.
    random, matched, shuffled
        Risk ratios against a random network, matched controls and shuffled times; None without enough data.
    key_users
        The ratio against matched controls for trials that began with a key user; None without enough data.
    """

    window_days: int
    trials: int
    followed: int
    matched_share: float
    random: RiskRatio | None
    matched: RiskRatio | None
    shuffled: RiskRatio | None
    key_users: RiskRatio | None

    @property
    def verdict(self) -> Verdict:
        """Whether the data support influence along the edges.

        "not supported" unless the intervals of both the matched and the shuffled ratio lie above 1: users who
        are merely alike take part at the same time, but not one after the other. "supported" if, in addition,
        the matched ratio's interval lies at or above 1.1; otherwise "weak". "not tested" if a ratio is
        missing and the other does not decide.
        """
        if any(ratio is not None and ratio.low <= 1 for ratio in (self.matched, self.shuffled)):
            return "not supported"
        if self.matched is None or self.shuffled is None:
            return "not tested"
        return "supported" if self.matched.low >= _SUPPORTED_FROM else "weak"

    def figures(self) -> Row:
        """The test as properties of a `Run`, without the missing ratios."""
        properties = {
            f"influence_test_{name}": list(vars(value).values()) if isinstance(value, RiskRatio) else value
            for name, value in vars(self).items()
            if value is not None
        }
        return {**properties, "influence_verdict": self.verdict}

    @classmethod
    def of(cls, figures: Row) -> "InfluenceTest":
        """Read the test back from the properties of a `Run`."""
        fields: Row = {name: figures.get(f"influence_test_{name}") for name in cls.__dataclass_fields__}
        ratios = {name: RiskRatio(*fields[name]) for name in _RATIOS if fields[name] is not None}
        return cls(**{**fields, **ratios})


@dataclass(frozen=True)
class SimilarityValidation:
    """How well learned similarity and tag text, both from before a day, rank participation after it.

    Attributes
    ----------
    learned_auc, text_auc
        Mean over campaigns of the AUC: how often a pair of users who took part together is more similar than
        a comparable pair who did not (1/2 by chance).
    campaigns
        The number of campaigns averaged over.
    """

    learned_auc: float
    text_auc: float
    campaigns: int

    @property
    def learned_is_better(self) -> bool:
        """Whether learned similarity ranks better than tag text."""
        return self.learned_auc > self.text_auc

    def figures(self) -> Row:
        """The validation as properties of a `Run`."""
        return {f"similarity_validation_{name}": value for name, value in vars(self).items()}

    @classmethod
    def of(cls, figures: Row) -> "SimilarityValidation | None":
        """Read the validation back from the properties of a `Run`; None if there was too little data."""
        if "similarity_validation_learned_auc" not in figures:
            return None
        return cls(**{name: figures[f"similarity_validation_{name}"] for name in cls.__dataclass_fields__})
