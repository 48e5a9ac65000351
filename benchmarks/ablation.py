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
_MIN_PARTICIPANTS = 5
_MAX_NEGATIVES = 400
_SEQUENCE = ("text", "recent", "cooccurrence", "temporal")
_NONE, _LEARNED, _PLACEBO = "no network", "learned probabilities", "placebo"

Links = dict[str, sparse.csr_array]
"""Weight of the edge from the user of a column to the user of a row, shape (n_users, n_users)."""


def links_of(graph: Graph, dataset: str, split: Split, seed: int) -> Links:
    """Edge weights of every step at the cut-off of `split`."""
    inputs = split.inputs
    names = [name for name, block in split.blocks.items() if block.any()]
    sequence_blocks = [name for name in names if name in _SEQUENCE]

    def similarity_edges(vectors: Floats) -> pd.DataFrame:
        if len(inputs.ties):
            return symmetrise(ties_with_similarity(inputs, vectors))
        return symmetrise(similar_users(graph, dataset, inputs.users, vectors, seed))

    def matrix(edges: pd.DataFrame, weight: str) -> sparse.csr_array:
        source, target = (inputs.users.get_indexer(edges[side]) for side in ("source", "target"))
        size = len(inputs.users)
        weights = np.maximum(edges[weight].to_numpy(float), 0.0)
        return sparse.csr_array((weights, (target, source)), shape=(size, size))

    edges = similarity_edges(split.learned(names, seed))
    learned = matrix(learn_influences(edges, inputs.history)[0], "probability")
    return {
        "tag text": matrix(similarity_edges(split.blocks["text"]), "score"),
        "text and sequence": matrix(similarity_edges(split.learned(sequence_blocks, seed)), "score"),
        "learned similarity": matrix(edges, "score"),
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
        self.outcomes: list[np.ndarray] = []
        self.campaigns: list[np.ndarray] = []
        usual_rates = _usual_rates(history, since)
        for at in np.linspace(since, until - window, _MOMENTS):
            for number, campaign in enumerate(history.campaigns):
                self._add(history, number, campaign, float(at), window, usual_rates, rng)

    def _add(
        self,
        history: ParticipationHistory,
        number: int,
        campaign: CampaignHistory,
        at: float,
        window: float,
        usual_rates: Floats,
        rng: np.random.Generator,
    ) -> None:
        before = campaign.times < at
        if not before.any():
            return  # Nobody has taken part yet, so nobody is exposed.
        at_risk = np.setdiff1d(history.could_take_part(campaign), campaign.users[before])
        at_risk = at_risk[history.first_seen[at_risk] <= at]
        next_users = campaign.users[~before & (campaign.times < at + window)]
        outcome = np.isin(at_risk, next_users)
        if not outcome.any():
            return
        others = np.flatnonzero(~outcome)
        negatives = rng.choice(others, min(len(others), _MAX_NEGATIVES), replace=False)
        selected = np.concatenate([np.flatnonzero(outcome), negatives])
        users, times = at_risk[selected], np.full(len(selected), at)
        recently = before & (campaign.times >= at - window)
        n = len(history.users)
        so_far, recent = (
            np.bincount(campaign.users[mask], minlength=n).astype(float) for mask in (before, recently)
        )
        ever = history.activity.until(users, times)
        since = history.activity.since_last(users, times)
        of_user = [
            ever,
            ever - history.activity.until(users, times - 4 * window),
            np.minimum(since / DAY, 1000),
            usual_rates[users],
        ]
        of_campaign = [before.sum(), recently.sum(), len(at_risk), (at - campaign.times[0]) / DAY]
        rows = np.column_stack([*of_user, *(np.full(len(users), float(value)) for value in of_campaign)])
        self.features.append(rows.astype(float))
        self.exposed.append((users, so_far, recent))
        self.outcomes.append(outcome[selected])
        self.campaigns.append(np.full(len(selected), number))

    def table(self, links: sparse.csr_array | None) -> Floats:
        """Return the features, with the participation of connected users if `links` is given."""
        if links is None:
            return np.vstack(self.features)
        exposures = [
            np.column_stack([(links @ participants)[users] for participants in (so_far, recent)])
            for users, so_far, recent in self.exposed
        ]
        return np.hstack([np.vstack(self.features), np.vstack(exposures)])


def _usual_rates(history: ParticipationHistory, since: float) -> Floats:
    """Each user's participation rate in the campaigns open to it before `since`, shrunk to the mean."""
    campaigns, participations = np.zeros(len(history.users)), np.zeros(len(history.users))
    for campaign in history.campaigns:
        if len(campaign.times) and campaign.times[0] < since:
            campaigns[history.could_take_part(campaign)] += 1
            participations[campaign.users[campaign.times < since]] += 1
    mean = participations.sum() / max(campaigns.sum(), 1.0)
    return (participations + 5 * mean) / (campaigns + 5)


def average_precision(
    train: Cases,
    train_links: sparse.csr_array | None,
    test: Cases,
    test_links: sparse.csr_array | None,
    seed: int,
) -> pd.Series:
    """Average precision of each campaign."""
    model = HistGradientBoostingClassifier(
        learning_rate=0.05, max_iter=200, min_samples_leaf=50, l2_regularization=1.0, random_state=seed
    )
    model.fit(train.table(train_links), np.concatenate(train.outcomes))
    score = model.predict_proba(test.table(test_links))[:, 1]
    rows = pd.DataFrame(
        {
            "campaign": np.concatenate(test.campaigns),
            "outcome": np.concatenate(test.outcomes),
            "score": score,
        }
    )
    return pd.Series(
        {
            campaign: average_precision_score(part["outcome"], part["score"])
            for campaign, part in rows.groupby("campaign")
            if part["outcome"].sum() >= _MIN_PARTICIPANTS
        }
    )


def compare(graph: Graph, name: str, dataset: str, cutoff: date, encoder: TextEncoder) -> list[Row]:
    """Compare each step with the model without a network, and the last with its placebo."""
    described = describe_dataset(graph, dataset)
    inputs = read_inputs(graph, described, described.end)
    test_split = Split(inputs, cutoff, encoder)
    train_split = Split(test_split.inputs, test_split.inputs.middle(), encoder)
    scores: dict[str, list[pd.Series]] = {}
    for seed in range(_SEEDS):
        train = Cases(test_split.inputs.history, train_split.inputs.seconds, test_split.inputs.seconds, seed)
        test = Cases(inputs.history, test_split.inputs.seconds, inputs.seconds, seed)
        train_links, test_links = (
            links_of(graph, dataset, split, seed) for split in (train_split, test_split)
        )
        scores.setdefault(_NONE, []).append(average_precision(train, None, test, None, seed))
        for step, links in train_links.items():
            scores.setdefault(step, []).append(average_precision(train, links, test, test_links[step], seed))
    means = {step: pd.concat(parts, axis=1).mean(axis=1) for step, parts in scores.items()}
    rows = [_row(name, f"with {step}", means[step], means[_NONE], _NONE) for step in means if step != _NONE]
    rows.append(_row(name, f"with {_LEARNED}", means[_LEARNED], means[_PLACEBO], _PLACEBO))
    return rows


def _row(name: str, what: str, values: pd.Series, references: pd.Series, alternative: str) -> Row:
    means = float(values.mean()), float(references.mean())
    interval = ratio_interval(values.to_numpy(), references.to_numpy())
    return Row(
        f"{name}: next participants, {what}",
        *means,
        alternative,
        "higher",
        None,
        *interval,
        f"{len(values)} campaigns",
    )


if __name__ == "__main__":
    on_two_sources("ablation", __doc__, compare)
