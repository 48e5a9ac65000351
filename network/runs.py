"""The record of network builds."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date

from graph.connection import Graph, Row
from graph.errors import NotFound, NotReady
from network.verdict import Verdict

SEED = 7
"""What every random step of a run begins with."""


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
class InfluenceTest:
    """Whether users follow those around them here, as ``influence_test`` tested it."""

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
        """Not supported unless, beyond chance, users follow both more often than matched users would and more
        often than with shuffled times: without the latter, users joined take part together, but none of
        them after the other, as people do who are merely alike. Supported where they follow at least a tenth
        more often than matched users, else weak.
        """
        if self.matched is None or self.shuffled is None or min(self.matched.low, self.shuffled.low) <= 1:
            return "not supported"
        return "supported" if self.matched.low >= _CLEAR else "weak"

    def figures(self) -> Row:
        """As properties of a `Run`; what is not known is left out."""
        said = {
            f"influence_test_{name}": list(vars(value).values()) if isinstance(value, RiskRatio) else value
            for name, value in vars(self).items()
            if value is not None
        }
        return {**said, "influence_verdict": self.verdict}

    @classmethod
    def of(cls, figures: Row) -> "InfluenceTest":
        """What `figures` made."""
        said: Row = {name: figures.get(f"influence_test_{name}") for name in cls.__dataclass_fields__}
        ratios = {name: RiskRatio(*said[name]) for name in _WORLDS if said[name] is not None}
        return cls(**{**said, **ratios})


@dataclass(frozen=True)
class SimilarityValidation:
    """Of those who took part together and comparable ones who did not, how often the former were the more
    similar (AUC, 1/2 by chance; the mean over campaigns): by learned similarity and by tag text alone, both
    as of the middle of the data and tried on what came after it.
    """

    learned_auc: float
    text_auc: float
    campaigns: int

    @property
    def learned_is_better(self) -> bool:
        """Whether what was learned is better than tag text."""
        return self.learned_auc > self.text_auc

    def figures(self) -> Row:
        """As properties of a `Run`."""
        return {f"similarity_validation_{name}": value for name, value in vars(self).items()}

    @classmethod
    def of(cls, figures: Row) -> "SimilarityValidation | None":
        """What `figures` made; None where too little happened to tell."""
        if "similarity_validation_learned_auc" not in figures:
            return None
        return cls(**{name: figures[f"similarity_validation_{name}"] for name in cls.__dataclass_fields__})


@dataclass(frozen=True)
class NetworkRun:
    """A finished network: what it was built from and what was found."""

    id: str
    cutoff: date
    built: date
    """The cut-off of the full build behind it: earlier than `cutoff` where it was updated since."""
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
    seconds: dict[str, float] = field(compare=False)
    """What each stage of the build took."""
    similarity_learned: bool
    """Whether similarity was learned; else, for want of evidence, it is that of the tags' texts."""
    similarity_validation: SimilarityValidation | None
    influence_test: InfluenceTest


class Stages:
    """Times the stages of a run and tells its progress."""

    def __init__(self, advance: Callable[[int], None]) -> None:
        self._advance = advance
        self._seconds: dict[str, float] = {}

    @contextmanager
    def one(self, name: str) -> Iterator[None]:
        """Around the stage `name`."""
        began = time.monotonic()
        yield
        self._seconds[name] = round(time.monotonic() - began, 2)
        self._advance(1)

    def figures(self) -> Row:
        """As properties of a `Run`."""
        return {"stages": list(self._seconds), "seconds": list(self._seconds.values())}


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


def remove_network(graph: Graph, dataset: str, cutoff: date) -> None:
    """Remove the network as of `cutoff` and everything it wrote. Raises NotFound where there is none."""
    for run in networks(graph, dataset):
        if run.cutoff == cutoff:
            graph.run("network/clear_run", dataset=dataset, run=run.id)
            graph.run("network/remove_run", dataset=dataset, run=run.id)
            return
    raise NotFound(
        f"There is no spreading network of {dataset!r} as of {cutoff}.",
        f"See which there are: `groundswell network list --dataset {dataset}`.",
    )


def network_run(row: Row) -> NetworkRun:
    """The run that a row of ``runs/networks`` describes."""
    figures = row["figures"]
    own = ("cutoff", "built", "seconds", "similarity_validation", "influence_test")
    said = {name: figures[name] for name in NetworkRun.__dataclass_fields__ if name not in own}
    return NetworkRun(
        cutoff=date.fromisoformat(figures["cutoff"]),
        built=date.fromisoformat(figures.get("built", figures["cutoff"])),
        seconds=dict(zip(figures["stages"], figures["seconds"], strict=True)),
        similarity_validation=SimilarityValidation.of(figures),
        influence_test=InfluenceTest.of(figures),
        **said,
    )
