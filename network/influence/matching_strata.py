"""Users who are comparable: as active lately, as long silent, and as often active at all."""

import numpy as np

from network.participation_history import DAY, Floats, Ints, ParticipationHistory


def matching_strata(history: ParticipationHistory, users: Ints, at: Floats, window: float) -> Ints:
    """Users of the same stratum were as active lately, as long silent, and as often active at all."""
    # Whole days before: of the day itself it is not known what was done before `at`.
    day = np.floor(at / DAY) * DAY
    ever = history.activity.until(users, day)
    lately = ever - history.activity.until(users, day - 4 * window)
    silent = np.digitize(history.activity.since_last(users, day), [window / 4, window, 4 * window])
    return _bin(lately) * 1000 + _bin(ever) * 10 + silent


def _bin(counts: Ints) -> Ints:
    """0, 1, 2-3, 4-7, 8-15, ..."""
    return np.frexp(np.maximum(counts, 0).astype(float))[1].astype(np.int64)
