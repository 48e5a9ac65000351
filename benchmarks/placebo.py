"""Permutation of users for placebos."""

import numpy as np

from network.participation_history import Ints


def others_alike(strata: Ints, seed: int) -> Ints:
    """For each position, another of the same stratum at random."""
    rng = np.random.default_rng(seed)
    other = np.arange(len(strata))
    for stratum in np.unique(strata):
        same = np.flatnonzero(strata == stratum)
        other[same] = rng.permutation(same)
    return other
