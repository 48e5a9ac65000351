"""Strata for matching: users as active lately, inactive for as long, and as active overall."""

import numpy as np

from network.participation_history import DAY, Floats, Ints, ParticipationHistory


def matching_strata(history: ParticipationHistory, users: Ints, at: Floats, window: float) -> Ints:
    """The stratum of each user at a moment; users in the same stratum are comparable.

    Parameters
    ----------
    history
        Provides the active days.
    users, at
        Positions of users and a moment for each (seconds since the epoch), same length.
    window
        The influence window in seconds; "lately" is four windows.

    Returns
    -------
    Ints
        Labels, same length as `users`: octaves of active days lately and overall, and four levels of the
        time since the last active day. A day that has not ended does not count.
    """
    overall = history.activity.until(users, at)
    lately = overall - history.activity.until(users, at - 4 * window)
    # 1 where the last active day was yesterday.
    days = np.floor(history.activity.since_last(users, at) / DAY) + 1
    inactive = np.digitize(days * DAY, [window / 4, window, 4 * window])
    return _octave(lately) * 1000 + _octave(overall) * 10 + inactive


def _octave(counts: Ints) -> Ints:
    """0, 1, 2-3, 4-7, 8-15, ... as 0, 1, 2, 3, 4, ..."""
    return np.frexp(np.maximum(counts, 0).astype(float))[1].astype(np.int64)
