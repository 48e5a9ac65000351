"""Features of every user as the next participant, given past campaigns and the participants so far."""

import numba
import numpy as np

from forecasting.next_users.cooccurrence import NEAR, Cooccurrence
from forecasting.next_users.event_sequence import Floats, Ints, log_median_gap

_STEP_DECAYS = (0.0, 0.6, 0.9, 1.0)
"""The weight of a participant is multiplied by this at each further participant."""
_TIME_CONSTANTS = (1.0, 10.0)
"""Time constants of exponential decay, in usual gaps."""
_SECOND_ORDER_DECAYS = (0.6, 0.9)
"""The same for transitions by two steps."""
_RECENT, _RECENT_DECAY = 30, 0.9
_WINDOW_COLUMNS = (
    *(f"window_{what}_{how}" for what in ("sum", "max") for how in (
        "after_by_step", "around_by_step", "after_by_time", "around_by_time"
    )),
    "window_similar_around", "window_similar_after",
)  # fmt: skip
COLUMNS = (
    *(f"{what}_step_{decay}" for what in ("together", "near") for decay in _STEP_DECAYS),
    *(f"{what}_time_{constant}" for what in ("timed", "near") for constant in _TIME_CONSTANTS),
    *(f"second_order_{decay}" for decay in _SECOND_ORDER_DECAYS),
    "similar_campaigns", "most_similar_campaigns", "recently_similar_campaigns",
    *_WINDOW_COLUMNS,
    "campaign_vector", "campaign_vector_recent",
    "context_vector", "context_vector_recent", "context_vector_by_time",
    "log_campaigns", "no_campaign", "log_campaigns_by_length",
    "user_gap", "user_gap_by_gap", "gap_difference", "gap", "length",
)  # fmt: skip
FEATURES = len(COLUMNS)
_WINDOWS = len(_WINDOW_COLUMNS)


class SequenceFeatures:
    """The features, updated with each participant.

    They count how often a user took part together with, near and shortly after the participants so far, with
    several decays; second-order transitions; participation in similar campaigns; windows of past campaigns
    that hold several of the recent participants; similarity of campaign and context vectors; the number of
    campaigns; and whether the user takes part in campaigns as slow as this one is now.

    Parameters
    ----------
    known
        Statistics of past campaigns.
    gap
        The usual gap between participants, in seconds.
    """

    def __init__(self, known: Cooccurrence, gap: float) -> None:
        n, campaigns = len(known.taken), known.member.shape[0]
        self._known, self._gap = known, gap
        self._users: list[int] = []
        self._seconds: list[float] = []
        self._kept = np.zeros((2, len(_STEP_DECAYS), n), dtype=np.float32)
        self._kept_sum = np.zeros((len(_STEP_DECAYS), 1), dtype=np.float32)
        self._faded = np.zeros((2, len(_TIME_CONSTANTS), n), dtype=np.float32)
        self._faded_sum = np.zeros((len(_TIME_CONSTANTS), 1), dtype=np.float32)
        self._second = np.zeros((2, n), dtype=np.float32)
        self._alike, self._alike_now = np.zeros((2, campaigns), dtype=np.float32)
        width = known.kinds.shape[1]
        self._kinds, self._contexts = np.zeros((2, width), np.float32), np.zeros((3, width), np.float32)

    def add(self, user: int, seconds: float) -> None:
        """Add the next participant."""
        known = self._known
        gap = (seconds - self._seconds[-1]) / self._gap if self._seconds else 0.0
        kept = np.array(_STEP_DECAYS, dtype=np.float32)[:, np.newaxis]
        fades = np.exp(-gap / np.array(_TIME_CONSTANTS, dtype=np.float32))[:, np.newaxis]
        self._kept = self._kept * kept + np.stack([known.together[user], known.near[user]])[:, np.newaxis]
        self._kept_sum = self._kept_sum * kept + 1
        self._faded = self._faded * fades + np.stack([known.timed[user], known.near[user]])[:, np.newaxis]
        self._faded_sum = self._faded_sum * fades + 1
        second_order = np.array(_SECOND_ORDER_DECAYS, dtype=np.float32)[:, np.newaxis]
        self._second = self._second * second_order + known.second[user]
        own = known.shared[:, [user]]
        rarity = 1 / np.log(2 + known.taken[user])
        self._alike *= 0.95
        self._alike_now *= 0.8
        self._alike[own.indices] += own.data
        self._alike_now[own.indices] += own.data * rarity
        self._kinds = self._kinds * np.array([[1.0], [0.7]], np.float32) + known.kinds[user]
        fading = np.array([[0.95], [0.6], [np.exp(-gap / 3)]], dtype=np.float32)
        self._contexts = self._contexts * fading + known.contexts[user]
        self._users.append(user)
        self._seconds.append(seconds)

    def matrix(self) -> Floats:
        """Features of each user as the next participant, shape (n_users, FEATURES)."""
        known, place = self._known, len(self._users)
        n, late = len(known.taken), np.log1p(place) / 5
        alike = self._alike / np.sqrt(place)
        seconds = np.array(self._seconds)
        now = log_median_gap(seconds, self._gap)
        taken = np.log1p(known.taken)
        kinds = self._kinds * np.array([[1 / np.sqrt(place)], [1.0]], np.float32)
        contexts = self._contexts / np.maximum(np.linalg.norm(self._contexts, axis=1, keepdims=True), 1e-6)
        columns = [
            *np.log(self._kept / self._kept_sum + 1e-4).reshape(-1, n),
            *np.log(self._faded / self._faded_sum + 1e-4).reshape(-1, n),
            *_against_mean(self._second, 1e-3),
            np.log(alike**2 @ known.member + 1e-5),
            np.log(alike**4 @ known.member + 1e-7),
            *_against_mean((self._alike_now**2 @ known.member)[np.newaxis], 1e-3),
            *_against_mean(self._windows(seconds), 1e-2),
            *(known.kinds @ kinds.T).T,
            *(known.contexts @ contexts.T).T,
            taken,
            known.taken == 0,
            taken * late,
            known.log_median_gap,
            known.log_median_gap * now,
            np.abs(known.log_median_gap - now),
            np.full(n, now),
            np.full(n, late),
        ]
        return np.stack(columns, axis=1).astype(np.float32)

    def _windows(self, seconds: Floats) -> Floats:
        known = self._known
        alike = self._alike_now / max(float(self._alike_now.max(initial=0)), 1e-9)
        return np.asarray(
            _windows(
                np.array(self._users[-_RECENT:]), seconds[-_RECENT:], self._gap, alike, known.users,
                known.seconds, known.campaigns, known.found, known.first, len(known.taken),
            )
        )  # fmt: skip


def _against_mean(rows: Floats, least: float) -> Floats:
    return np.asarray(np.log(rows / (rows.mean(axis=1, keepdims=True) + 1e-12) + least))


@numba.njit(cache=True)
def _windows(
    recent: Ints, at: Floats, gap: float, alike: Floats, users: Ints, seconds: Floats, campaigns: Ints,
    found: Ints, first: Ints, n: int,
) -> Floats:  # fmt: skip
    """The columns _WINDOW_COLUMNS, shape (_WINDOWS, n_users).

    Each past participation collects weights of the recent participants near it in its campaign, by distance
    or by time, before it or on both sides. A user gets the sum of squares and the maximum over its
    participations, and the sum weighted by similarity of the campaign. Squares favour several participants in
    one place.
    """
    collected = np.zeros((len(users), 4))
    touched = np.zeros(len(users), dtype=np.bool_)
    places = [0]
    places.pop()
    for i in range(len(recent)):
        user = recent[i]
        rarity = 1 / np.sqrt(first[user + 1] - first[user] + 1.0)
        by_step = _RECENT_DECAY ** (len(recent) - 1 - i) * rarity
        by_time = np.exp(-(at[-1] - at[i]) / (10 * gap)) * rarity
        for own in found[first[user] : first[user + 1]]:
            for place in range(max(0, own - NEAR), min(len(users), own + NEAR + 1)):
                if place == own or campaigns[place] != campaigns[own]:
                    continue
                if not touched[place]:
                    touched[place] = True
                    places.append(place)
                steps = abs(place - own) ** 0.5
                soon = np.exp(-abs(seconds[place] - seconds[own]) / (3 * gap))
                collected[place, 1] += by_step / steps
                collected[place, 3] += by_time * soon
                if place > own:
                    collected[place, 0] += by_step / steps
                    collected[place, 2] += by_time * soon
    result = np.zeros((_WINDOWS, n), dtype=np.float32)
    for place in places:
        user = users[place]
        for way in range(4):
            much = collected[place, way]
            result[way, user] += much * much
            result[4 + way, user] = max(result[4 + way, user], much)
        result[8, user] += collected[place, 1] * alike[campaigns[place]]
        result[9, user] += collected[place, 0] * alike[campaigns[place]]
    return result
