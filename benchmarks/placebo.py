"""Permutation of users for placebos."""

import numpy as np

from network.participation_history import Ints


def permute_within_strata(strata: Ints, seed: int) -> Ints:
    """Return a random permutation of the positions that keeps each in its stratum."""
    rng = np.random.default_rng(seed)
    other = np.arange(len(strata))
    for stratum in np.unique(strata):
        same = np.flatnonzero(strata == stratum)
        other[same] = rng.permutation(same)
    return other
