"""Derives participations in the database: who took part in which campaign, by which behaviour.

Only what an import may have changed is looked at: campaigns that it touched anew, and elsewhere its own
behaviours. What is there already is not made again, so a derivation that was cut off is simply repeated.
"""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

from graph.connection import Graph, Row
from graph.importing.mapping import BehaviourKind, Participation
from graph.importing.runs import import_runs
from graph.progress import Progress

_THREADS = 2
"""Campaigns derived at once: each has its own participations, and locks are taken in order at the commit."""


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
    """Make what is missing, as of job `number`; the participations made.

    With `everything`, behaviours of every job are looked at in every campaign. Jobs that never came to
    their own derivation are made up for.
    """
    unfinished = [
        one.number for one in import_runs(graph, dataset) if one.state not in ("complete", "undone")
    ]
    fresh = 0 if everything else min([*unfinished, number])
    span = graph.single("importing/span", dataset=dataset, since=fresh)
    campaigns = graph.run(
        "importing/touched_campaigns",
        dataset=dataset,
        since=fresh,
        first=span["first"],
        last=span["last"],
        window=rule.window and not everything,
    )
    counting = {name: kind for name, kind in kinds.items() if kind.counts != "never"}
    advance = progress.stage("Deriving participations", len(campaigns) * len(counting))
    made = 0
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
        for derived, done in _derive_kind(graph, kind, campaigns, fresh, shared):
            made += derived
            advance(done)
    return made


def _derive_kind(
    graph: Graph, kind: BehaviourKind, campaigns: list[Row], fresh: int, shared: Row
) -> Iterator[tuple[int, int]]:
    """(participations made, campaigns done), as they come."""
    if kind.counts == "named" and kind.object == "product":
        since = 0 if any(one["anew"] for one in campaigns) else fresh
        (row,) = graph.run("importing/participations_attributed", **shared, since=since)
        yield row["rows"], len(campaigns)
        return

    def derive(one: Row) -> int:
        since = 0 if one["anew"] else fresh
        statement = f"importing/participations_{kind.counts}"
        return int(graph.single(statement, **shared, campaign=one["campaign"], since=since)["rows"])

    with ThreadPoolExecutor(_THREADS) as pool:
        for derived in pool.map(derive, campaigns):
            yield derived, 1
