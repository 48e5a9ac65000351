"""Influence probabilities along the edges of the network, learned from who took part after whom."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.optimize import isotonic_regression
from scipy.stats import beta

from network.influence.trials import Edges, Trials, trials_of, window_of
from network.participation_history import DAY, Floats, Ints, ParticipationHistory

_EDGE_TRIALS = 10.0
_SOURCE_TRIALS = 30.0
"""How many trials what is known of all counts as, beside a source's, and that beside an edge's own."""
_SMALLEST_RATE = 0.002
_BINS = 20
_DELAYS = 20


@dataclass(frozen=True)
class Probabilities:
    """Of each edge: P(target follows source) beyond the campaign's pace, its 95% interval, and how often
    it could be seen.
    """

    probability: Floats
    low: Floats
    high: Floats
    trials: Ints


def influences_of(edges: pd.DataFrame, history: ParticipationHistory) -> tuple[pd.DataFrame, list[float]]:
    """source, target, similarity, probability, low, high, trials of every edge that carries anything; and how
    many days followers took: evenly spaced quantiles. `edges` has source, target, score.
    """
    sources, targets = (history.users.get_indexer(edges[side]) for side in ("source", "target"))
    order = np.lexsort((targets, sources))
    edges, sources, targets = edges.iloc[order], sources[order], targets[order]
    window = window_of(history)
    trials = trials_of(history, Edges.of(len(history.users), sources, targets), window)
    found = influence_probabilities(trials, sources, edges["score"].to_numpy(float))
    learned = edges.rename(columns={"score": "similarity"}).assign(**vars(found))
    even = (np.arange(_DELAYS) + 0.5) / _DELAYS
    seen = trials.delay[trials.success > 0]
    delays = np.quantile(seen, even) if len(seen) else even * window
    return learned[learned["probability"] > 0], (delays / DAY).round(3).tolist()


def influence_probabilities(trials: Trials, sources: Ints, similarity: Floats) -> Probabilities:
    """Of the edges that leave `sources` and whose ends are as similar as `similarity` says.

    Where p is the probability to follow and x what the campaign's pace explains, the target takes part
    with x + p - x p: the excess of successes over x, on as many trials as there are 1 - x, estimates p.
    An edge's own excess is shrunk towards what its source achieves on all its edges, and that towards
    what edges between users so similar achieve; an edge without any history is that alone.
    """
    edges = len(similarity)
    room = np.bincount(trials.edge, 1 - trials.expected, edges).astype(float)
    excess = np.bincount(trials.edge, trials.success - trials.expected, edges).astype(float)
    alike = _by_similarity(excess, room, similarity)
    whose = np.unique(sources, return_inverse=True)[1]
    achieved, possible = np.bincount(whose, excess), np.bincount(whose, room)
    usual = np.bincount(whose, room * alike)
    # How many times as often as usual the source is followed.
    spare = _SOURCE_TRIALS * np.bincount(whose, alike) / np.maximum(np.bincount(whose), 1)
    times = np.divide(
        np.maximum(achieved + spare, 0.0), usual + spare, out=np.ones(len(possible)), where=usual + spare > 0
    )
    prior = np.clip(alike * times[whose], 0.0, 1.0)
    weight = room + _EDGE_TRIALS
    probability = np.clip((excess + _EDGE_TRIALS * prior) / weight, 0.0, 1.0)
    spread = probability * weight, (1 - probability) * weight
    inside = (spread[0] > 0) & (spread[1] > 0)
    low, high = probability.copy(), probability.copy()
    for bound, share in ((low, 0.025), (high, 0.975)):
        bound[inside] = beta.ppf(share, spread[0][inside], spread[1][inside])
    count = np.bincount(trials.edge, minlength=edges)
    # Four digits are more than the data knows, and what people can read.
    return Probabilities(probability.round(4), low.round(4), high.round(4), count.astype(np.int64))


def _by_similarity(excess: Floats, room: Floats, similarity: Floats) -> Floats:
    """What edges achieve, as a function of similarity that never falls; at least 0.002."""
    if not len(similarity):
        return similarity
    cuts = np.unique(np.quantile(similarity, np.linspace(0, 1, _BINS + 1)[1:-1]))
    place = np.searchsorted(cuts, similarity, side="right")
    seen = np.bincount(place, room, len(cuts) + 1)
    rate = np.divide(np.bincount(place, excess, len(cuts) + 1), seen, out=np.zeros_like(seen), where=seen > 0)
    # A bin in which nothing could be seen counts almost nothing.
    rising = isotonic_regression(rate, weights=seen + 1e-6).x
    return np.maximum(rising, _SMALLEST_RATE)[place]
