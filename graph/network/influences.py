"""Influence probabilities along the edges of the network."""

import numpy as np

from graph.network.following import Trials
from graph.network.past import Floats

_PRIOR_TRIALS = 10.0
_SMALLEST_RATE = 0.002


def influence_probabilities(trials: Trials, similarity: Floats) -> tuple[Floats, Floats]:
    """(P(target follows source) beyond the campaign's pace, trials), per edge.

    The edge's own excess (successes - expected) is shrunk towards the pooled excess rate times the
    edge's similarity, which counts as ten trials; an edge without history is that prior alone.
    """
    count = np.bincount(trials.edge, minlength=len(similarity)).astype(float)
    excess = np.bincount(trials.edge, trials.success - trials.expected, len(similarity))
    pooled = max(float(excess.sum()) / len(trials) if len(trials) else 0.0, _SMALLEST_RATE)
    prior = pooled * np.clip(similarity, 0.0, 1.0)
    shrunk = (excess + _PRIOR_TRIALS * prior) / (count + _PRIOR_TRIALS)
    # Four digits are more than the data knows, and what people can read.
    return np.clip(shrunk, 0.0, 1.0).round(4), count
