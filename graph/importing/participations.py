"""Derives participations in the database: which user took part in which campaign, by which behaviour.

It considers only data that an import may have changed: campaigns that it touched, and its own behaviours.
Existing participations are kept, so an interrupted derivation can be repeated.
"""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

from graph.connection import Graph, Row
from graph.importing.mapping.kinds import BehaviourKind, Participation
from graph.importing.runs import import_runs
from graph.progress import Progress

_THREADS = 2
"""Campaigns derived in parallel; safe, because each has its own participations."""


def derive_participations(
    graph: Graph,
    dataset: str,
    number: int,
    kinds: dict[str, BehaviourKind],
    rule: Participation,
    progress: Progress,
    *,
    everything: bool = False,
) -> int:
    """Create missing participations after an import.

    Parameters
    ----------
    graph, dataset
        The database and the data set.
    number
        The import; data of unfinished earlier imports is included.
    kinds
        Kinds of behaviours by name.
    rule
        Which behaviours count as participation.
    progress
        Receives one unit per campaign and kind.
    everything
        Consider behaviours of all imports in all campaigns.

    Returns
    -------
    int
        The number of participations created.
    """
    runs = import_runs(graph, dataset)
    unfinished = [run.number for run in runs if run.state not in ("complete", "undone")]
    since = 0 if everything else min([*unfinished, number])
    span = graph.single("importing/span", dataset=dataset, since=since)
    campaigns = graph.run(
        "importing/touched_campaigns",
        dataset=dataset,
        since=since,
        first=span["first"],
        last=span["last"],
        window=rule.window and not everything,
    )
    counting = {name: kind for name, kind in kinds.items() if kind.counts != "never"}
    advance = progress.stage("Deriving participations", len(campaigns) * len(counting))
    total = 0
    for kind in counting.values():
        shared: Row = {
            "dataset": dataset,
            "type": kind.type,
            "weight": kind.weight,
            "import": number,
            "window": rule.window,
        }
        if kind.counts != "any":
            shared["targeted"] = rule.targeted
        for created, done in _derive_kind(graph, kind, campaigns, since, shared):
            total += created
            advance(done)
    return total


def _derive_kind(
    graph: Graph, kind: BehaviourKind, campaigns: list[Row], since: int, shared: Row
) -> Iterator[tuple[int, int]]:
    """Yield (participations created, campaigns done)."""
    if kind.counts == "named" and kind.object == "product":
        start = 0 if any(campaign["anew"] for campaign in campaigns) else since
        (row,) = graph.run("importing/participations_attributed", **shared, since=start)
        yield row["rows"], len(campaigns)
        return

    def derive(campaign: Row) -> int:
        start = 0 if campaign["anew"] else since
        statement = f"importing/participations_{kind.counts}"
        return int(graph.single(statement, **shared, campaign=campaign["campaign"], since=start)["rows"])

    with ThreadPoolExecutor(_THREADS) as pool:
        for created in pool.map(derive, campaigns):
            yield created, 1
