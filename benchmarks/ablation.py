"""What each step of the network adds to predicting the next participants.

At regular times, for every user at risk in a campaign, a gradient boosting classifier predicts
participation within the influence window from the user's activity, past participations and the
campaign's progress. It is compared with classifiers that also know how many connected users have
participated, along edges by tag text, by tag text and sequence features, by learned similarity, by
influence probabilities, and by influence probabilities with users permuted within activity (placebo).
Edges and probabilities have a cut-off; the model is fitted to the period before it, with edges from the
start of that period. The measure is average precision, the mean over campaigns and three seeds, with
intervals by bootstrap over campaigns.
"""

from datetime import date

import numpy as np
import pandas as pd
from scipy import sparse
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.metrics import average_precision_score

from benchmarks.report import Row, ratio_interval
from benchmarks.similarity import Split
from benchmarks.two_sources import on_two_sources
from graph.connection import Graph
from graph.datasets import describe_dataset
from network.influence.probabilities import learn_influences
from network.influence.trials import influence_window
from network.inputs import read_inputs
from network.participation_history import DAY, CampaignHistory, Floats, Ints, ParticipationHistory
from network.similarity.build_similarity import similar_users, symmetrise, ties_with_similarity
from network.tags.text_encoder import TextEncoder

_SEEDS = 3
_MOMENTS = 20
_FEWEST = 5
_MOST_WAITING = 400
_SEQUENCE = ("text", "recent", "cooccurrence", "temporal")
_NONE, _LEARNED, _PLACEBO = "no network", "learned probabilities", "placebo"

Links = dict[str, sparse.csr_array]
"""Users x users: how much whoever stands in a column counts for whoever stands in a row."""


def links_of(graph: Graph, dataset: str, split: Split, seed: int) -> Links:
    """Edge weights of every step at the cut-off of `split`."""
    inputs = split.now
    names = [one for one, block in split.blocks.items() if block.any()]
    sequence_blocks = [one for one in names if one in _SEQUENCE]

    def joined(vectors: Floats) -> pd.DataFrame:
        if len(inputs.ties):
            return symmetrise(ties_with_similarity(inputs, vectors))
        return symmetrise(similar_users(graph, dataset, inputs.users, vectors, seed))

    def table(edges: pd.DataFrame, weight: str) -> sparse.csr_array:
        source, target = (inputs.users.get_indexer(edges[side]) for side in ("source", "target"))
        size = len(inputs.users)
        weights = np.maximum(edges[weight].to_numpy(float), 0.0)
        return sparse.csr_array((weights, (target, source)), shape=(size, size))

    everything = joined(split.learned(names, seed))
    learned = table(learn_influences(everything, inputs.history)[0], "probability")
    return {
        "tag text": table(joined(split.blocks["text"]), "score"),
        "text and sequence": table(joined(split.learned(sequence_blocks, seed)), "score"),
        "learned similarity": table(everything, "score"),
        _LEARNED: learned,
        _PLACEBO: learned[:, split.others(seed)],
    }


class Cases:
    """(user, campaign, time): users at risk at times between two days."""

    def __init__(self, history: ParticipationHistory, since: float, until: float, seed: int) -> None:
        rng = np.random.default_rng(seed)
        window = influence_window(history)
        self.features: list[Floats] = []
        self.exposed: list[tuple[Ints, Floats, Floats]] = []
        self.outcome: list[np.ndarray] = []
        self.campaigns: list[np.ndarray] = []
        usual_rate = _usual(history, since)
        for at in np.linspace(since, until - window, _MOMENTS):
            for place, campaign in enumerate(history.campaigns):
                self._add(history, place, campaign, float(at), window, usual_rate, rng)

    def _add(
        self,
        history: ParticipationHistory,
        place: int,
        campaign: CampaignHistory,
        at: float,
        window: float,
        usual_rate: Floats,
        rng: np.random.Generator,
    ) -> None:
        before = campaign.times < at
        if not before.any():
            return  # Nobody has taken part yet: there is nobody to follow.
        waiting = np.setdiff1d(history.could_take_part(campaign), campaign.users[before])
        waiting = waiting[history.first_seen[waiting] <= at]
        coming = campaign.users[~before & (campaign.times < at + window)]
        comes = np.isin(waiting, coming)
        if not comes.any():
            return
        others = np.flatnonzero(~comes)
        sampled = rng.choice(others, min(len(others), _MOST_WAITING), replace=False)
        kept = np.concatenate([np.flatnonzero(comes), sampled])
        users, when = waiting[kept], np.full(len(kept), at)
        recently = before & (campaign.times >= at - window)
        n = len(history.users)
        so_far, recent = (
            np.bincount(campaign.users[one], minlength=n).astype(float) for one in (before, recently)
        )
        ever = history.activity.until(users, when)
        since = history.activity.since_last(users, when)
        own = [
            ever,
            ever - history.activity.until(users, when - 4 * window),
            np.minimum(since / DAY, 1000),
            usual_rate[users],
        ]
        shared = [before.sum(), recently.sum(), len(waiting), (at - campaign.times[0]) / DAY]
        rows = np.column_stack([*own, *(np.full(len(users), float(one)) for one in shared)])
        self.features.append(rows.astype(float))
        self.exposed.append((users, so_far, recent))
        self.outcome.append(comes[kept])
        self.campaigns.append(np.full(len(kept), place))

    def table(self, links: sparse.csr_array | None) -> Floats:
        """Return the features, with the participation of connected users if `links` is given."""
        if links is None:
            return np.vstack(self.features)
        carried = [
            np.column_stack([(links @ part)[users] for part in (so_far, recent)])
            for users, so_far, recent in self.exposed
        ]
        return np.hstack([np.vstack(self.features), np.vstack(carried)])


def _usual(history: ParticipationHistory, since: float) -> Floats:
    """Each user's participation rate in the campaigns open to it before `since`, shrunk to the mean."""
    chances, taken = np.zeros(len(history.users)), np.zeros(len(history.users))
    for campaign in history.campaigns:
        if len(campaign.times) and campaign.times[0] < since:
            chances[history.could_take_part(campaign)] += 1
            taken[campaign.users[campaign.times < since]] += 1
    mean = taken.sum() / max(chances.sum(), 1.0)
    return (taken + 5 * mean) / (chances + 5)


def precision(
    train: Cases, then: sparse.csr_array | None, test: Cases, now: sparse.csr_array | None, seed: int
) -> pd.Series:
    """Average precision of each campaign."""
    model = HistGradientBoostingClassifier(
        learning_rate=0.05, max_iter=200, min_samples_leaf=50, l2_regularization=1.0, random_state=seed
    )
    model.fit(train.table(then), np.concatenate(train.outcome))
    score = model.predict_proba(test.table(now))[:, 1]
    rows = pd.DataFrame(
        {
            "campaign": np.concatenate(test.campaigns),
            "comes": np.concatenate(test.outcome),
            "score": score,
        }
    )
    return pd.Series(
        {
            campaign: average_precision_score(part["comes"], part["score"])
            for campaign, part in rows.groupby("campaign")
            if part["comes"].sum() >= _FEWEST
        }
    )


def compare(graph: Graph, name: str, dataset: str, cutoff: date, encoder: TextEncoder) -> list[Row]:
    """Compare each step with the model without a network, and the last with its placebo."""
    described = describe_dataset(graph, dataset)
    inputs = read_inputs(graph, described, described.end)
    now = Split(inputs, cutoff, encoder)
    earlier = now.now.middle()
    then = Split(now.now, earlier, encoder)
    scores: dict[str, list[pd.Series]] = {}
    for seed in range(_SEEDS):
        train = Cases(now.now.history, then.now.seconds, now.now.seconds, seed)
        test = Cases(inputs.history, now.now.seconds, inputs.seconds, seed)
        before, after = (links_of(graph, dataset, one, seed) for one in (then, now))
        scores.setdefault(_NONE, []).append(precision(train, None, test, None, seed))
        for step, links in before.items():
            scores.setdefault(step, []).append(precision(train, links, test, after[step], seed))
    means = {step: pd.concat(parts, axis=1).mean(axis=1) for step, parts in scores.items()}
    rows = [_row(name, f"with {step}", means[step], means[_NONE], _NONE) for step in means if step != _NONE]
    rows.append(_row(name, f"with {_LEARNED}", means[_LEARNED], means[_PLACEBO], _PLACEBO))
    return rows


def _row(name: str, what: str, values: pd.Series, references: pd.Series, peer: str) -> Row:
    one, other = values.to_numpy(), references.to_numpy()
    means = float(one.mean()), float(other.mean())
    within = ratio_interval(one, other)
    return Row(
        f"{name}: next participants, {what}",
        *means,
        peer,
        "higher",
        None,
        *within,
        f"{len(values)} campaigns",
    )


if __name__ == "__main__":
    on_two_sources("ablation", __doc__, compare)
