"""The record of network builds."""

from dataclasses import dataclass
from datetime import date

from graph.connection import Graph, Row
from graph.errors import NotReady


@dataclass(frozen=True)
class NetworkRun:
    """A finished network: what it was built from and what was found."""

    id: str
    cutoff: date
    fingerprint: str
    """Of the data and the way it was built from; the same means the same network."""
    users: int
    similar_pairs: int
    influences: int
    key_users: int
    groups: int
    trials: int
    window_days: int
    risk_ratio: float
    """How much more often users follow their similar users than the campaign's pace explains."""
    placebo_risk_ratio: float
    """The same for users matched at random: what is left once similarity is taken away."""


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
    figures = {key: value for key, value in row.items() if key != "cutoff"}
    return NetworkRun(cutoff=date.fromisoformat(row["cutoff"]), **figures)
