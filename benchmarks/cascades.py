"""Ranking the next participant of open campaigns: the next-user model and alternatives.

Each test cascade is replayed (up to 199 participants). At each position, all users who have not taken
part are ranked, and the actual next participant is the target. Hits@k is the share of targets among the
first k; MAP@10, with a single target, is the mean reciprocal rank, 0 beyond the tenth. Models are
fitted to the training cascades; nothing is selected on the test cascades. Intervals are by bootstrap over
cascades. The co-occurrence counts are the best of 24 versions on the validation cascades. Published work scores the
end of a cascade as if it were a user; the last rows do so, too, with the end's probability estimated
from the lengths of training cascades.
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
    by_follows,
    by_matrix,
    by_model,
    hits,
    ranks,
    reciprocal_rank,
    times_taken,
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
    lengths = np.array([len(one) for one in split.train])
    ranked = []
    ranker = by_model(model, cooccurrence)
    for number, one in enumerate(split.test):
        longer = EventSequence(np.append(one.users, one.users[0]), np.append(one.seconds, one.seconds[-1]))
        for place, scores in enumerate(ranker(longer), start=1):
            end = np.log(_ending(lengths, place))
            others = scores + np.log1p(-np.exp(end))
            last = place == len(one)
            target = end if last else others[one.users[place]]
            rank = 1 + (others > target).sum() + (not last and end > target)
            ranked.append((number, place, rank))
    return pd.DataFrame(ranked, columns=["campaign", "position", "rank"])


def _ending(lengths: Floats, place: int) -> float:
    """Probability that a cascade of `place` participants ends: the share of cascades of similar length
    that did.
    """
    low, high = place / _NEAR, place * _NEAR
    ended = ((lengths >= low) & (lengths <= high)).sum()
    could = np.clip(np.minimum(lengths, high) - low, 0, None).sum()
    return float(np.clip(ended / max(could, 1), 1e-4, 0.5))


def measured(ranked: pd.DataFrame, name: str) -> pd.Series:
    """Hits@k or MAP@k of every position."""
    kind, _, k = name.partition("@")
    return (hits if kind == "Hits" else reciprocal_rank)(ranked, int(k))


def compared(name: str, own_ranks: pd.DataFrame, others: dict[str, pd.DataFrame]) -> list[Row]:
    """Compare the model with each alternative; the first has the target."""
    rows = []
    for what in ("Hits@10", "Hits@50", "Hits@100", "MAP@10"):
        for place, (peer, reference) in enumerate(others.items()):
            sums = own_ranks[["campaign"]].assign(a=measured(own_ranks, what), b=measured(reference, what))
            by_campaign = sums.groupby("campaign").sum()
            within = ratio_interval(by_campaign["a"].to_numpy(), by_campaign["b"].to_numpy())
            aim = _TARGETS.get(what) if place == 0 else None
            means = float(sums["a"].mean()), float(sums["b"].mean())
            note = f"{len(own_ranks):,} positions"
            rows.append(Row(f"{name}: {what}", *means, peer, "higher", aim, *within, note))
    return rows


def best_follows(split: Split) -> tuple[Ranker, str]:
    """Return the co-occurrence counts of the training cascades that rank best on the validation cascades."""
    users, valid = len(split.users), [(one, 1) for one in split.valid]
    rankers = {}
    for window, power, kept in product((1, 5, 20), (0.0, 0.5), (0.6, 0.8, 0.9, 1.0)):
        ranker = by_follows(split.train, users, window=window, power=power, kept=kept)
        score = float(reciprocal_rank(ranks(ranker, valid)).mean())
        rankers[score] = ranker, f"window {window}, power {power}, kept {kept}"
    return rankers[max(rankers)]


def of_folder(folder: Path, progress: Progress, seed: int = 1) -> list[Row]:
    """Run everything for one data set."""
    split = Split(folder)
    users = len(split.users)
    taken = times_taken(split.train, users)
    counted, how = best_follows(split)
    model = NextUserModel.fit(split.train, users, progress, seed)
    cooccurrence = Cooccurrence.of(split.train, users, model.gap)
    positions = [(one, 1) for one in split.test]
    own_ranks = ranks(by_model(model, cooccurrence), positions)
    popular = by_matrix(np.zeros((users, users)), 1.0, taken)
    exposed = by_matrix(split.ties * taken, 1.0, taken)
    others = {"co-occurrence counts": counted, "popularity": popular, "exposure along ties": exposed}
    rows = compared(folder.name, own_ranks, {name: ranks(one, positions) for name, one in others.items()})
    with_end = ranks_with_end(model, cooccurrence, split)
    for what, published in _PUBLISHED.items():
        name = f"{folder.name}, scoring the end as a user: {what}"
        mean = float(measured(with_end, what).mean())
        rows.append(Row(name, mean, published, "HyperIDP", "higher", note=_CAUTION))
    print(f"{folder.name}: co-occurrence counts: {how}")  # noqa: T201 (part of the record)
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
            rows += of_folder(folder, progress)
    write("cascades", rows, quick=arguments.quick)


if __name__ == "__main__":
    main()
