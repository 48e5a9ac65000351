"""The record of network builds."""

from dataclasses import dataclass
from datetime import date
from typing import Literal

from graph.connection import Graph, Row
from graph.errors import NotReady

Verdict = Literal["supported", "weak", "not supported"]

_WORLDS = ("random", "matched", "shuffled", "key_users")
_CLEAR = 1.1
"""The least that counts as more than a trace: a tenth above users who are alike but not joined."""


@dataclass(frozen=True)
class RiskRatio:
    """How much more often than in a world without influence; with its 95% interval."""

    ratio: float
    low: float
    high: float

    def __str__(self) -> str:
        return f"{self.ratio:.2f} [{self.low:.2f}, {self.high:.2f}]"


@dataclass(frozen=True)
class Premise:
    """Whether users follow those around them here, as ``premise`` tested it."""

    window_days: int
    trials: int
    followed: int
    matched_share: float
    """Of the trials, those for which a user alike but not joined was found."""
    random: RiskRatio | None
    """Each None where too little happened to tell."""
    matched: RiskRatio | None
    shuffled: RiskRatio | None
    key_users: RiskRatio | None
    """Of trials that began with a key user, against matched users."""

    @property
    def verdict(self) -> Verdict:
        """Supported: at least a tenth more than matched users, and more than with shuffled times, beyond
        chance. Weak: more than matched users beyond chance. Not supported: anything else.
        """
        if self.matched is None or self.matched.low <= 1:
            return "not supported"
        in_order = self.shuffled is not None and self.shuffled.low > 1
        return "supported" if in_order and self.matched.low >= _CLEAR else "weak"

    def figures(self) -> Row:
        """As properties of a `Run`; what is not known is left out."""
        said = {
            f"premise_{name}": list(vars(value).values()) if isinstance(value, RiskRatio) else value
            for name, value in vars(self).items()
            if value is not None
        }
        return {**said, "premise": self.verdict}

    @classmethod
    def of(cls, figures: Row) -> "Premise":
        """What `figures` made."""
        said: Row = {name: figures.get(f"premise_{name}") for name in cls.__dataclass_fields__}
        ratios = {name: RiskRatio(*said[name]) for name in _WORLDS if said[name] is not None}
        return cls(**{**said, **ratios})


@dataclass(frozen=True)
class NetworkRun:
    """A finished network: what it was built from and what was found."""

    id: str
    cutoff: date
    fingerprint: str
    """Of the data and the way it was built from; the same means the same network."""
    users: int
    similar_pairs: int
    ties: int
    influences: int
    key_users: int
    groups: int
    delays: list[float]
    """Days from a participation to a follower's: quantiles of those seen, evenly spaced."""
    premise: Premise


def networks(graph: Graph, dataset: str) -> list[NetworkRun]:
    """Every finished network of a data set, the latest cut-off first."""
    rows = graph.run("runs/networks", dataset=dataset)
    return [network_run(row) for row in rows]


def latest_network(graph: Graph, dataset: str, not_after: date | None = None) -> NetworkRun:
    """The finished network with the latest cut-off, at `not_after` at the latest.

    Raises NotReady where there is none.
    """
    for run in networks(graph, dataset):
        if not_after is None or run.cutoff <= not_after:
            return run
    when = f" with a cut-off at or before {not_after}" if not_after else ""
    option = f" --cutoff {not_after}" if not_after else ""
    raise NotReady(
        f"There is no spreading network of {dataset!r}{when}.",
        f"Build one: `groundswell network build{option}`.",
    )


def network_run(row: Row) -> NetworkRun:
    """The run that a row of ``runs/networks`` describes."""
    figures = row["figures"]
    said = {
        name: figures[name] for name in NetworkRun.__dataclass_fields__ if name not in ("cutoff", "premise")
    }
    return NetworkRun(cutoff=date.fromisoformat(figures["cutoff"]), premise=Premise.of(figures), **said)
