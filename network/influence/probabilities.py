"""Influence probabilities of the edges, estimated from who took part after whom."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.optimize import isotonic_regression
from scipy.stats import beta

from network.influence.trials import Edges, Trials, influence_trials, influence_window
from network.participation_history import DAY, Floats, Ints, ParticipationHistory

_SOURCE_PRIOR_TRIALS = 30.0
"""Weight, in trials, of the similarity prior in the estimate of a source."""
_EDGE_PRIOR_TRIALS = 10.0
"""Weight, in trials, of the source's prior in the estimate of an edge."""
_SMALLEST_RATE = 0.002
_BINS = 20
_DELAY_QUANTILES = 20


@dataclass(frozen=True)
class Probabilities:
    """Influence probabilities, arrays of shape (n_edges,).

    Attributes
    ----------
    probability
        Probability that the target follows the source, beyond the campaign's own participation rate.
    low, high
        The ends of its 95% credible interval.
    trials
        The number of trials of the edge.
    """

    probability: Floats
    low: Floats
    high: Floats
    trials: Ints


def learn_influences(edges: pd.DataFrame, history: ParticipationHistory) -> tuple[pd.DataFrame, list[float]]:
    """Estimate the influence probability of every edge.

    Parameters
    ----------
    edges
        Columns source, target, score (similarity).
    history
        The participations to learn from.

    Returns
    -------
    influences
        Columns source, target, similarity, probability, low, high, trials: the edges with a probability
        above 0.
    delays
        Twenty evenly spaced quantiles of the days from a participation to that of a follower.
    """
    sources, targets = (history.users.get_indexer(edges[side]) for side in ("source", "target"))
    order = np.lexsort((targets, sources))
    edges, sources, targets = edges.iloc[order], sources[order], targets[order]
    window = influence_window(history)
    trials = influence_trials(history, Edges.of(len(history.users), sources, targets), window)
    estimates = influence_probabilities(trials, sources, edges["score"].to_numpy(float))
    influences = edges.rename(columns={"score": "similarity"}).assign(**vars(estimates))
    quantiles = (np.arange(_DELAY_QUANTILES) + 0.5) / _DELAY_QUANTILES
    observed = trials.delay[trials.success > 0]
    delays = np.quantile(observed, quantiles) if len(observed) else quantiles * window
    return influences[influences["probability"] > 0], (delays / DAY).round(3).tolist()


def influence_probabilities(trials: Trials, sources: Ints, similarity: Floats) -> Probabilities:
    """Estimate influence probabilities by shrinkage: similarity, then source, then edge.

    With p the probability of following and x the expected success of a trial, the target takes part with
    probability x + p - x p. So the excess of successes over x, divided by the sum of 1 - x, estimates p. The
    estimate of an edge is shrunk towards that of its source over all its edges, and this towards that of
    edges of equal similarity; an edge without trials gets the prior.

    Parameters
    ----------
    trials
        Trials whose `edge` is a position in `sources`.
    sources, similarity
        The source and the similarity of the ends of each edge, shape (n_edges,).
    """
    edges = len(similarity)
    exposure = np.bincount(trials.edge, 1 - trials.expected, edges).astype(float)
    excess = np.bincount(trials.edge, trials.success - trials.expected, edges).astype(float)
    by_similarity = _rate_by_similarity(excess, exposure, similarity)
    source = np.unique(sources, return_inverse=True)[1]
    source_excess, source_exposure = np.bincount(source, excess), np.bincount(source, exposure)
    source_expected = np.bincount(source, exposure * by_similarity)
    edges_of_source = np.maximum(np.bincount(source), 1)
    prior_successes = _SOURCE_PRIOR_TRIALS * np.bincount(source, by_similarity) / edges_of_source
    # How many times as often the source is followed as edges of the same similarity on average.
    factor = np.divide(
        np.maximum(source_excess + prior_successes, 0.0),
        source_expected + prior_successes,
        out=np.ones(len(source_exposure)),
        where=source_expected + prior_successes > 0,
    )
    prior = np.clip(by_similarity * factor[source], 0.0, 1.0)
    weight = exposure + _EDGE_PRIOR_TRIALS
    probability = np.clip((excess + _EDGE_PRIOR_TRIALS * prior) / weight, 0.0, 1.0)
    successes, failures = probability * weight, (1 - probability) * weight
    inside = (successes > 0) & (failures > 0)
    low, high = probability.copy(), probability.copy()
    for bound, share in ((low, 0.025), (high, 0.975)):
        bound[inside] = beta.ppf(share, successes[inside], failures[inside])
    count = np.bincount(trials.edge, minlength=edges)
    # Four digits are more than the data support.
    return Probabilities(probability.round(4), low.round(4), high.round(4), count.astype(np.int64))


def _rate_by_similarity(excess: Floats, exposure: Floats, similarity: Floats) -> Floats:
    """Excess per exposure of each edge as an isotonic function of its similarity; at least 0.002."""
    if not len(similarity):
        return similarity
    cuts = np.unique(np.quantile(similarity, np.linspace(0, 1, _BINS + 1)[1:-1]))
    place = np.searchsorted(cuts, similarity, side="right")
    total = np.bincount(place, exposure, len(cuts) + 1)
    rate = np.divide(
        np.bincount(place, excess, len(cuts) + 1), total, out=np.zeros_like(total), where=total > 0
    )
    # A bin without exposure gets almost no weight.
    isotonic = isotonic_regression(rate, weights=total + 1e-6).x
    return np.maximum(isotonic, _SMALLEST_RATE)[place]
