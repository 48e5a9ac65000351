"""Ranking the next participant of open campaigns: the next-user model and alternatives.

Each test cascade is replayed (up to 199 participants). At each position, all users who have not taken
part are ranked, and the actual next participant is the target. Hits@k is the share of targets among the
first k; MAP@10, with a single target, is the mean reciprocal rank, 0 beyond the tenth. Models are
fitted to the training cascades; nothing is selected on the test cascades. Intervals are by bootstrap over
cascades. The co-occurrence counts are the best of 24 versions on the validation cascades. Published work
scores the end of a cascade as if it were a user; the last rows do so, too, with the end's probability
estimated from the lengths of training cascades.
"""

import argparse
from itertools import product
from pathlib import Path

import numpy as np
import pandas as pd

from benchmarks.report import Row, ratio_interval, write
from cli.console import progress_bars
from forecasting.next_users.backtest import (
    Ranker,
    campaign_counts,
    cooccurrence_ranker,
    hits,
    matrix_ranker,
    model_ranker,
    popularity_ranker,
    ranks,
    reciprocal_rank,
)
from forecasting.next_users.cooccurrence import Cooccurrence
from forecasting.next_users.event_sequence import EventSequence, Floats, event_sequences
from forecasting.next_users.next_user_model import NextUserModel
from graph.progress import Progress

_NEAR = 1.35
_PUBLISHED = {"Hits@10": 0.139, "MAP@10": 0.069}
_CAUTION = "published on another split, epoch chosen on the test set; not comparable"
_TARGETS = {"Hits@10": 1.5, "MAP@10": 1.7}


class Split:
    """The cascades of a folder by split, and its ties."""

    def __init__(self, folder: Path) -> None:
        rows = pd.read_csv(folder / "participations.csv", dtype={"user_id": str, "campaign_id": str})
        rows = rows.rename(columns={"user_id": "user", "campaign_id": "campaign"})
        self.users = pd.Index(sorted(rows["user"].unique()))
        self.train, self.valid, self.test = (
            list(event_sequences(rows[rows["split"] == name], self.users).values())
            for name in ("train", "valid", "test")
        )
        ties = pd.read_csv(folder / "ties.csv", dtype=str)
        ends = self.users.get_indexer(ties["source"]), self.users.get_indexer(ties["target"])
        valid = (ends[0] >= 0) & (ends[1] >= 0)
        self.ties = np.zeros((len(self.users), len(self.users)), dtype=np.float32)
        self.ties[ends[0][valid], ends[1][valid]] = 1.0


def ranks_with_end(model: NextUserModel, cooccurrence: Cooccurrence, split: Split) -> pd.DataFrame:
    """Rank with the next-user model, with the end of the cascade as another candidate."""
    lengths = np.array([len(cascade) for cascade in split.train])
    ranked = []
    ranker = model_ranker(model, cooccurrence)
    for number, cascade in enumerate(split.test):
        extended = EventSequence(
            np.append(cascade.users, cascade.users[0]), np.append(cascade.seconds, cascade.seconds[-1])
        )
        for position, scores in enumerate(ranker(extended), start=1):
            end = np.log(_end_probability(lengths, position))
            others = scores + np.log1p(-np.exp(end))
            last = position == len(cascade)
            target = end if last else others[cascade.users[position]]
            rank = 1 + (others > target).sum() + (not last and end > target)
            ranked.append((number, position, rank))
    return pd.DataFrame(ranked, columns=["campaign", "position", "rank"])


def _end_probability(lengths: Floats, length: int) -> float:
    """Probability that a cascade of `length` participants ends: the share of cascades of similar length
    that did.
    """
    low, high = length / _NEAR, length * _NEAR
    ended = ((lengths >= low) & (lengths <= high)).sum()
    at_risk = np.clip(np.minimum(lengths, high) - low, 0, None).sum()
    return float(np.clip(ended / max(at_risk, 1), 1e-4, 0.5))


def measure(ranked: pd.DataFrame, name: str) -> pd.Series:
    """Hits@k or MAP@k of every position."""
    kind, _, k = name.partition("@")
    return (hits if kind == "Hits" else reciprocal_rank)(ranked, int(k))


def compare(name: str, own_ranks: pd.DataFrame, others: dict[str, pd.DataFrame]) -> list[Row]:
    """Compare the model with each alternative; the first has the target."""
    rows = []
    for what in ("Hits@10", "Hits@50", "Hits@100", "MAP@10"):
        for position, (alternative, reference) in enumerate(others.items()):
            sums = own_ranks[["campaign"]].assign(a=measure(own_ranks, what), b=measure(reference, what))
            by_campaign = sums.groupby("campaign").sum()
            interval = ratio_interval(by_campaign["a"].to_numpy(), by_campaign["b"].to_numpy())
            target = _TARGETS.get(what) if position == 0 else None
            means = float(sums["a"].mean()), float(sums["b"].mean())
            note = f"{len(own_ranks):,} positions"
            rows.append(Row(f"{name}: {what}", *means, alternative, "higher", target, *interval, note))
    return rows


def best_cooccurrence(split: Split) -> tuple[Ranker, str]:
    """Return the co-occurrence counts of the training cascades that rank best on the validation cascades."""
    n_users, validation = len(split.users), [(cascade, 1) for cascade in split.valid]
    rankers = {}
    for window, power, decay in product((1, 5, 20), (0.0, 0.5), (0.6, 0.8, 0.9, 1.0)):
        ranker = cooccurrence_ranker(split.train, n_users, window=window, power=power, decay=decay)
        score = float(reciprocal_rank(ranks(ranker, validation)).mean())
        rankers[score] = ranker, f"window {window}, power {power}, decay {decay}"
    return rankers[max(rankers)]


def evaluate(folder: Path, progress: Progress, seed: int = 1) -> list[Row]:
    """Compare the model with all alternatives on the data set of a folder."""
    split = Split(folder)
    n_users = len(split.users)
    campaigns = campaign_counts(split.train, n_users)
    cooccurrence_counts, settings = best_cooccurrence(split)
    model = NextUserModel.fit(split.train, n_users, progress, seed)
    cooccurrence = Cooccurrence.of(split.train, n_users, model.gap)
    test = [(cascade, 1) for cascade in split.test]
    own_ranks = ranks(model_ranker(model, cooccurrence), test)
    rankers = {
        "co-occurrence counts": cooccurrence_counts,
        "popularity": popularity_ranker(campaigns),
        "exposure along ties": matrix_ranker(split.ties * campaigns, 1.0, campaigns),
    }
    others = {name: ranks(ranker, test) for name, ranker in rankers.items()}
    rows = compare(folder.name, own_ranks, others)
    with_end = ranks_with_end(model, cooccurrence, split)
    for what, published in _PUBLISHED.items():
        name = f"{folder.name}, scoring the end as a user: {what}"
        mean = float(measure(with_end, what).mean())
        rows.append(Row(name, mean, published, "HyperIDP", "higher", note=_CAUTION))
    print(f"{folder.name}: co-occurrence counts: {settings}")  # noqa: T201 (part of the record)
    return rows


def main() -> None:
    """Run and record the benchmark."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cascades", type=Path, nargs="+", required=True, help="folders of cascades")
    parser.add_argument("--quick", action="store_true", help="nothing is written")
    arguments = parser.parse_args()
    rows = []
    with progress_bars() as progress:
        for folder in arguments.cascades:
            rows += evaluate(folder, progress)
    write("cascades", rows, quick=arguments.quick)


if __name__ == "__main__":
    main()
