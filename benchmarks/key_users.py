"""Do the users whom key users influence take part more, and earlier?

For each campaign that continues after the cut-off, key users are selected among the users it reached,
on the network at the cut-off. The alternatives are the same number of top spenders, of users with the
largest out-degree, and of random users (twenty draws). For each set of seeds, the reached users whom it
influences most are followed, equally many for all. Intervals are by bootstrap over campaigns.
"""

import argparse
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd

from benchmarks.own_server import own_server
from benchmarks.report import Row, write
from cli.console import progress_bars
from graph.connection import Graph, connect
from graph.datasets import describe_dataset
from graph.importing.adapters import Prepared
from graph.importing.adapters.complete_journey import complete_journey
from graph.importing.adapters.lastfm import lastfm
from graph.importing.job import import_prepared
from graph.progress import Progress
from graph.settings import Settings
from network.build import build_network
from network.inputs import NetworkInputs, read_inputs
from network.key_users import subnetwork
from network.participation_history import DAY, ParticipationHistory
from network.seeding.selection import select, top_k
from network.seeding.weighted_network import Floats, Ints, Network, SeedConstraints

_DRAWS = 20
_LABELS = {
    "share": "participation of the users they influence",
    "first_week": "participation of the users they influence in the first week",
}
_MIN_USERS = 30


@dataclass(frozen=True)
class Outcome:
    """The participation of the users influenced by one set of seeds in one campaign, after the cut-off and
    in the first week.
    """

    share: float
    first_week: float


def read_spending(prepared: Prepared, before: pd.Timestamp) -> pd.Series:
    """Each user's spending before the cut-off, or the number of behaviours if there are no prices."""
    parts = []
    for source in prepared.mapping.tables["behaviours"]:
        for name in source.files:
            frame = pd.read_parquet(prepared.folder / name)
            columns = source.columns
            value = frame[columns["value"]] if "value" in columns else pd.Series(1.0, frame.index)
            at = pd.to_datetime(
                frame[columns["at"]], unit="s" if frame[columns["at"]].dtype.kind in "iu" else None
            )
            past = at < before
            parts.append(value[past].groupby(frame.loc[past, columns["user"]].astype(str)).sum())
    return pd.concat(parts).groupby(level=0).sum()


def most_influenced(network: Network, seeds: Ints, at_risk: np.ndarray) -> Ints:
    """The users at risk whom `seeds` influence, the most likely first."""
    starts, targets, probabilities = network.outgoing
    inactive = np.ones(network.nodes)
    for seed in seeds:
        edges = slice(starts[seed], starts[seed + 1])
        inactive[targets[edges]] *= 1 - probabilities[edges]
    inactive[seeds] = 1.0
    order = np.argsort(inactive, kind="stable")
    return order[(inactive[order] < 1) & at_risk[order]]


def seed_outcomes(
    history: ParticipationHistory,
    inputs: NetworkInputs,
    edges: pd.DataFrame,
    spending: pd.Series,
    since: float,
) -> dict[str, list[Outcome]]:
    """The outcome of every campaign for each kind of seeds."""
    rng = np.random.default_rng(4)
    by_seeds: dict[str, list[Outcome]] = {}
    active = history.first_seen <= since
    for campaign in history.campaigns:
        reached = history.could_take_part(campaign)
        if campaign.reached is None:
            reached = reached[active[reached]]
        users = inputs.users[reached]
        first = np.full(len(history.users), np.inf)
        first[campaign.users] = campaign.times
        later = first[reached]
        start = max(since, float(campaign.times[0])) if len(campaign.times) else since
        if len(users) < _MIN_USERS or not ((later >= since) & np.isfinite(later)).any():
            continue
        network = subnetwork(edges, users)
        k = max(5, min(20, len(users) // 50))
        degree = np.bincount(network.sources, network.probabilities, network.nodes)
        spent = spending.reindex(users).fillna(0.0).to_numpy(float)
        selections: dict[str, Callable[[], Ints]] = {
            "key users": lambda n=network, k=k: select(n, SeedConstraints(k)).seeds,  # type: ignore[misc]
            "top spenders": lambda s=spent, k=k: top_k(s, SeedConstraints(k)),  # type: ignore[misc]
            "out-degree": lambda d=degree, k=k: top_k(d, SeedConstraints(k)),  # type: ignore[misc]
        }
        groups = {
            name: [most_influenced(network, select_seeds(), later >= since)]
            for name, select_seeds in selections.items()
        }
        groups["random users"] = [
            most_influenced(network, rng.choice(network.nodes, k, replace=False), later >= since)
            for _ in range(_DRAWS)
        ]
        size = min(len(group) for draws in groups.values() for group in draws)
        if size < 5:
            continue
        for name, draws in groups.items():
            outcomes = [_outcome(later[group[:size]], start) for group in draws]
            mean = Outcome(*np.mean([[outcome.share, outcome.first_week] for outcome in outcomes], axis=0))
            by_seeds.setdefault(name, []).append(mean)
    return by_seeds


def _outcome(first: Floats, start: float) -> Outcome:
    return Outcome(float(np.isfinite(first).mean()), float((first < start + 7 * DAY).mean()))


def compare_seeds(name: str, by_seeds: dict[str, list[Outcome]]) -> list[Row]:
    """Compare key users with the alternatives."""
    rng = np.random.default_rng(5)
    rows = []
    key_outcomes = by_seeds["key users"]
    resample = rng.integers(len(key_outcomes), size=(2000, len(key_outcomes)))
    for alternative, other_outcomes in by_seeds.items():
        if alternative == "key users":
            continue
        for field, label in _LABELS.items():
            values, references = (
                np.array([getattr(outcome, field) for outcome in outcomes])
                for outcomes in (key_outcomes, other_outcomes)
            )
            with np.errstate(divide="ignore", invalid="ignore"):
                ratios = values[resample].mean(axis=1) / references[resample].mean(axis=1)
            low, high = np.nanquantile(ratios[np.isfinite(ratios)], [0.025, 0.975])
            note = f"{len(key_outcomes)} campaigns"
            means = float(values.mean()), float(references.mean())
            what = f"{name}: {label}"
            rows.append(Row(what, *means, alternative, "higher", 1.0, float(low), float(high), note))
    return rows


def compare(graph: Graph, name: str, prepared: Prepared, cutoff: date, progress: Progress) -> list[Row]:
    """Import, build at the cut-off, and measure what happened after it."""
    dataset = describe_dataset(graph, prepared.mapping.dataset)
    run = build_network(graph, dataset.id, progress, cutoff=cutoff)
    edges = graph.frame("influence/spreading_network", dataset=dataset.id, run=run.id)
    inputs = read_inputs(graph, dataset, dataset.end)
    since = inputs.before(cutoff).seconds
    spending = read_spending(prepared, pd.Timestamp(since, unit="s"))
    return compare_seeds(name, seed_outcomes(inputs.history, inputs, edges, spending, since))


def main() -> None:
    """Run and record the benchmark."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="the Complete Journey alone; nothing is written")
    quick = parser.parse_args().quick
    cache = Settings().cache
    sources: list[tuple[str, Prepared, date]] = [
        ("Complete Journey", complete_journey(cache), date(2017, 7, 1))
    ]
    if not quick:
        sources.append(("Last.fm 2k", lastfm(cache), date(2009, 7, 1)))
    rows: list[Row] = []
    with own_server() as settings, connect(settings) as graph, progress_bars() as progress:
        for name, prepared, cutoff in sources:
            import_prepared(graph, settings, prepared, progress, "stream")
            rows += compare(graph, name, prepared, cutoff, progress)
    write("key-users", rows, quick=quick)


if __name__ == "__main__":
    main()
