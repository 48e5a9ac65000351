"""Derives participations in the database: which user took part in which campaign, by which behaviour.

A campaign is derived anew where its window, its target users, its products or the rules have changed since
its participations were derived; of all other campaigns, only the behaviours of new imports are considered.
An interrupted derivation can be repeated.
"""

import hashlib
import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from graph.connection import Graph, Row
from graph.importing.mapping.kinds import BehaviourKind
from graph.importing.runs.records import import_runs
from graph.importing.runs.rules import Rules, standing_rules
from graph.progress import Progress, Silent

_STATEMENTS = 2
"""Version of the rules in the statements; with another one, all participations are derived anew."""
_THREADS = 2
"""Campaigns derived in parallel; safe, because each has its own participations."""


@dataclass(frozen=True)
class Changes:
    """Numbers of participations that a derivation added and removed."""

    added: int = 0
    removed: int = 0

    def __add__(self, other: "Changes") -> "Changes":
        return Changes(self.added + other.added, self.removed + other.removed)


def derive_participations(graph: Graph, dataset: str, number: int, progress: Progress) -> Changes:
    """Create missing participations, and remove those that no behaviour supports any more.

    Parameters
    ----------
    graph, dataset
        The database and the data set.
    number
        The import that new participations belong to; data of unfinished earlier imports is included.
    progress
        Receives one unit per campaign and kind.
    """
    rules = standing_rules(graph, dataset)
    runs = import_runs(graph, dataset)
    unfinished = [run.number for run in runs if run.state not in ("complete", "undone")]
    since = min([*unfinished, number])
    span = graph.single("importing/span", dataset=dataset, since=since)
    campaigns = graph.run(
        "importing/touched_campaigns",
        dataset=dataset,
        rules=_identify(rules),
        first=span["first"],
        last=span["last"],
        window=rules.participation.window,
    )
    return _derive(graph, dataset, number, rules, campaigns, since, progress)


def derive_for_campaign(graph: Graph, dataset: str, campaign: str) -> Changes:
    """Derive the participations of one campaign from all behaviours; for one that was not imported."""
    rules = standing_rules(graph, dataset)
    number = max((run.number for run in import_runs(graph, dataset)), default=0)
    span = {"first": 0, "last": -1, "window": True}  # No campaign is touched by new behaviours.
    touched = graph.run("importing/touched_campaigns", dataset=dataset, rules=_identify(rules), **span)
    campaigns = [row for row in touched if row["campaign"] == campaign]
    return _derive(graph, dataset, number, rules, campaigns, number, Silent())


def _derive(
    graph: Graph,
    dataset: str,
    number: int,
    rules: Rules,
    campaigns: list[Row],
    since: int,
    progress: Progress,
) -> Changes:
    anew = [campaign for campaign in campaigns if campaign["anew"]]
    counting = [kind for kind in rules.kinds.values() if kind.counts != "never"]
    advance = progress.stage("Deriving participations", len(campaigns) * len(counting))
    total = Changes()
    if anew:
        removed = graph.run(
            "importing/participations_by_kind",
            dataset=dataset,
            campaigns=[campaign["campaign"] for campaign in anew],
            weights={kind.type: kind.weight for kind in counting},
        )
        total += Changes(0, removed[0]["removed"])
    for kind in counting:
        shared: Row = {
            "dataset": dataset,
            "type": kind.type,
            "weight": kind.weight,
            "import": number,
            "window": rules.participation.window,
        }
        for changes, done in _derive_kind(graph, kind, rules, campaigns, since, shared):
            total += changes
            advance(done)
    # Last, so that an interrupted derivation is repeated.
    rows = [{"campaign": campaign["campaign"], "state": campaign["state"]} for campaign in anew]
    graph.run("importing/campaigns_derived", dataset=dataset, rows=rows)
    return total


def _identify(rules: Rules) -> str:
    """Return a digest of the rules that decide which behaviours count, and how much."""
    counting = [kind.model_dump() for kind in rules.kinds.values() if kind.counts != "never"]
    counting.sort(key=lambda kind: str(kind["type"]))
    text = json.dumps([_STATEMENTS, counting, rules.participation.model_dump()], sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _derive_kind(
    graph: Graph, kind: BehaviourKind, rules: Rules, campaigns: list[Row], since: int, shared: Row
) -> Iterator[tuple[Changes, int]]:
    """Yield the changes, and the number of campaigns done."""
    only_targeted = bool(rules.participation.targeted)
    is_mixed = rules.participation.targeted == "mixed"
    campaigns = [
        campaign | {"open": not only_targeted or (is_mixed and campaign["open"])} for campaign in campaigns
    ]
    anew = any(campaign["anew"] for campaign in campaigns)
    if kind.counts == "named" and kind.object == "product":
        since = 0 if anew else since
        (row,) = graph.run(
            "importing/participations_attributed",
            **shared,
            targeted=only_targeted,
            mixed=is_mixed,
            since=since,
            anew=anew,
        )
        yield Changes(**row), len(campaigns)
        return
    if kind.counts == "any":
        unlimited = [campaign for campaign in campaigns if campaign["open"]]
        campaigns = [campaign for campaign in campaigns if not campaign["open"]]
        for is_anew in (True, False):
            names = [campaign["campaign"] for campaign in unlimited if campaign["anew"] is is_anew]
            if names:
                (row,) = graph.run(
                    "importing/participations_untargeted",
                    **shared,
                    campaigns=names,
                    since=0 if is_anew else since,
                    anew=is_anew,
                )
                yield Changes(**row), len(names)

    def derive(campaign: Row) -> Changes:
        targeted = {} if kind.counts == "any" else {"targeted": not campaign["open"]}
        return _derive_campaign(
            graph, f"importing/participations_{kind.counts}", shared | targeted, since, campaign
        )

    with ThreadPoolExecutor(_THREADS) as pool:
        for changes in pool.map(derive, campaigns):
            yield changes, 1


def _derive_campaign(graph: Graph, statement: str, parameters: Row, since: int, campaign: Row) -> Changes:
    anew = campaign["anew"]
    row = graph.single(
        statement, **parameters, campaign=campaign["campaign"], since=0 if anew else since, anew=anew
    )
    return Changes(**row)
