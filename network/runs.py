"""Records of network builds in the graph."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date

from graph.connection import Graph, Row
from graph.dataset_lock import locks_dataset
from graph.errors import NotFound, NotReady
from graph.remedies import Remedy
from network.statistics import InfluenceTest, SimilarityValidation

SEED = 7
"""The random seed of every run."""


@dataclass(frozen=True)
class NetworkRun:
    """A finished network build or update.

    Attributes
    ----------
    id
        The `Run`'s id.
    cutoff
        Nothing at or after this day was read.
    built
        The cut-off of the latest full build; earlier than `cutoff` if the network was updated since.
    fingerprint
        Hash of the data and the method: equal fingerprints mean equal networks.
    users, similar_pairs, ties, influences, key_users, groups
        Counts; users of whom anything is known before the cut-off, key users and groups over all campaigns.
    delays
        Evenly spaced quantiles of the days from a participation to that of a follower.
    seconds
        Duration of each stage.
    similarity_learned
        Whether similarity was learned; otherwise it is that of the tags' texts.
    similarity_validation
        How well similarity predicted later participation; None without enough data.
    influence_test
        Whether the data support influence.
    """

    id: str
    cutoff: date
    built: date
    fingerprint: str
    users: int
    similar_pairs: int
    ties: int
    influences: int
    key_users: int
    groups: int
    delays: list[float]
    seconds: dict[str, float] = field(compare=False)
    similarity_learned: bool
    similarity_validation: SimilarityValidation | None
    influence_test: InfluenceTest


class Stages:
    """Measures the stages of a run and advances its progress bar."""

    def __init__(self, advance: Callable[[int], None]) -> None:
        self._advance = advance
        self._seconds: dict[str, float] = {}

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        """Measure the enclosed block as the stage `name`."""
        began = time.monotonic()
        yield
        self._seconds[name] = round(time.monotonic() - began, 2)
        self._advance(1)

    def figures(self) -> Row:
        """The durations as properties of a `Run`."""
        return {"stages": list(self._seconds), "seconds": list(self._seconds.values())}


def networks(graph: Graph, dataset: str) -> list[NetworkRun]:
    """All finished networks of a data set, the latest cut-off first."""
    rows = graph.run("runs/networks", dataset=dataset)
    return [network_run(row) for row in rows]


def latest_network(graph: Graph, dataset: str, not_after: date | None = None) -> NetworkRun:
    """The finished network with the latest cut-off, if given at or before `not_after`.

    Raises
    ------
    NotReady
        If there is no such network.
    """
    for run in networks(graph, dataset):
        if not_after is None or run.cutoff <= not_after:
            return run
    when = f" with a cut-off at or before {not_after}" if not_after else ""
    raise NotReady(
        f"There is no spreading network of {dataset!r}{when}.",
        Remedy("Build one", "build network", cutoff=not_after, dataset=dataset),
    )


@locks_dataset("removal of a network")
def remove_network(graph: Graph, dataset: str, cutoff: date) -> None:
    """Remove the network with this cut-off and everything it wrote.

    Raises
    ------
    NotFound
        If there is no such network.
    DatasetLocked
        If another process changes the data set.
    """
    for run in networks(graph, dataset):
        if run.cutoff == cutoff:
            graph.run("network/clear_run", dataset=dataset, run=run.id)
            graph.run("network/remove_run", dataset=dataset, run=run.id)
            return
    raise NotFound(
        f"There is no spreading network of {dataset!r} with cut-off {cutoff}.",
        Remedy("List the networks", "list networks", dataset=dataset),
    )


def remove_unfinished(graph: Graph, dataset: str) -> None:
    """Remove what killed builds and updates left behind. The caller holds the lock of the data set."""
    for row in graph.run("network/unfinished_runs", dataset=dataset):
        graph.run("network/clear_run", dataset=dataset, run=row["run"])
        graph.run("network/remove_run", dataset=dataset, run=row["run"])


def network_run(row: Row) -> NetworkRun:
    """The run in a row of ``runs/networks``."""
    figures = row["figures"]
    parsed = ("cutoff", "built", "seconds", "similarity_validation", "influence_test")
    copied = {name: figures[name] for name in NetworkRun.__dataclass_fields__ if name not in parsed}
    return NetworkRun(
        cutoff=date.fromisoformat(figures["cutoff"]),
        built=date.fromisoformat(figures.get("built", figures["cutoff"])),
        seconds=dict(zip(figures["stages"], figures["seconds"], strict=True)),
        similarity_validation=SimilarityValidation.of(figures),
        influence_test=InfluenceTest.of(figures),
        **copied,
    )
