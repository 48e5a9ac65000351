"""Features of every user as the next participant, given past campaigns and the participants so far."""

import numba
import numpy as np

from forecasting.next_users.cooccurrence import WINDOW, Cooccurrence
from forecasting.next_users.event_sequence import Floats, Ints, recent_log_gap

_STEP_DECAYS = (0.0, 0.6, 0.9, 1.0)
"""The weight of a participant is multiplied by this at each further participant."""
_TIME_CONSTANTS = (1.0, 10.0)
"""Time constants of exponential decay, in median gaps."""
_TWO_STEP_DECAYS = (0.6, 0.9)
"""As _STEP_DECAYS, for transitions in two steps."""
_SIMILARITY_DECAY, _RECENT_SIMILARITY_DECAY = 0.95, 0.8
"""As _STEP_DECAYS, for the similarity of past campaigns."""
_RECENT, _RECENT_DECAY = 30, 0.9
_WINDOW_COLUMNS = (
    *(f"window_{aggregate}_{weight}" for aggregate in ("sum", "max") for weight in (
        "after_by_step", "around_by_step", "after_by_time", "around_by_time"
    )),
    "window_similar_around", "window_similar_after",
)  # fmt: skip
COLUMNS = (
    *(f"{pairs}_by_step_{decay}" for pairs in ("same_campaign", "near_in_order") for decay in _STEP_DECAYS),
    *(f"{pairs}_by_time_{constant}" for pairs in ("near_in_time", "near_in_order")
      for constant in _TIME_CONSTANTS),
    *(f"two_step_{decay}" for decay in _TWO_STEP_DECAYS),
    "similar_campaigns", "most_similar_campaigns", "recently_similar_campaigns",
    *_WINDOW_COLUMNS,
    "svd_similarity", "svd_similarity_recent",
    "context_similarity", "context_similarity_recent", "context_similarity_by_time",
    "log_campaigns", "no_campaign", "log_campaigns_times_length",
    "user_gap", "user_gap_times_gap", "gap_difference", "gap", "length",
)  # fmt: skip
FEATURES = len(COLUMNS)
_WINDOW_FEATURES = len(_WINDOW_COLUMNS)


class SequenceFeatures:
    """The features, updated with each participant.

    They count how often a user took part together with, near and shortly after the participants so far, with
    several decays; transitions in two steps; participation in similar campaigns; windows of past campaigns
    that hold several of the recent participants; similarity of SVD and context vectors; the number of
    campaigns; and whether the user takes part in campaigns as slow as this one is now.

    Parameters
    ----------
    cooccurrence
        Statistics of past campaigns.
    gap
        The median gap between participants, in seconds.
    """

    def __init__(self, cooccurrence: Cooccurrence, gap: float) -> None:
        n_campaigns, n = cooccurrence.participation.shape
        self._cooccurrence, self._gap = cooccurrence, gap
        self._users: list[int] = []
        self._seconds: list[float] = []
        self._step_sums = np.zeros((2, len(_STEP_DECAYS), n), dtype=np.float32)
        self._step_weights = np.zeros((len(_STEP_DECAYS), 1), dtype=np.float32)
        self._time_sums = np.zeros((2, len(_TIME_CONSTANTS), n), dtype=np.float32)
        self._time_weights = np.zeros((len(_TIME_CONSTANTS), 1), dtype=np.float32)
        self._two_step_sums = np.zeros((len(_TWO_STEP_DECAYS), n), dtype=np.float32)
        self._similarity, self._recent_similarity = np.zeros((2, n_campaigns), dtype=np.float32)
        dimensions = cooccurrence.svd_vectors.shape[1]
        self._svd_sums = np.zeros((2, dimensions), np.float32)
        self._context_sums = np.zeros((3, dimensions), np.float32)

    def add(self, user: int, seconds: float) -> None:
        """Add the next participant."""
        past = self._cooccurrence
        gap = (seconds - self._seconds[-1]) / self._gap if self._seconds else 0.0
        step_decay = np.array(_STEP_DECAYS, dtype=np.float32)[:, np.newaxis]
        by_step = np.stack([past.same_campaign[user], past.near_in_order[user]])[:, np.newaxis]
        self._step_sums = self._step_sums * step_decay + by_step
        self._step_weights = self._step_weights * step_decay + 1
        time_decay = np.exp(-gap / np.array(_TIME_CONSTANTS, dtype=np.float32))[:, np.newaxis]
        by_time = np.stack([past.near_in_time[user], past.near_in_order[user]])[:, np.newaxis]
        self._time_sums = self._time_sums * time_decay + by_time
        self._time_weights = self._time_weights * time_decay + 1
        two_step_decay = np.array(_TWO_STEP_DECAYS, dtype=np.float32)[:, np.newaxis]
        self._two_step_sums = self._two_step_sums * two_step_decay + past.two_step_transitions[user]
        campaigns = past.scaled_participation[:, [user]]
        rarity = 1 / np.log(2 + past.campaign_counts[user])
        self._similarity *= _SIMILARITY_DECAY
        self._recent_similarity *= _RECENT_SIMILARITY_DECAY
        self._similarity[campaigns.indices] += campaigns.data
        self._recent_similarity[campaigns.indices] += campaigns.data * rarity
        self._svd_sums = self._svd_sums * np.array([[1.0], [0.7]], np.float32) + past.svd_vectors[user]
        context_decay = np.array([[0.95], [0.6], [np.exp(-gap / 3)]], dtype=np.float32)
        self._context_sums = self._context_sums * context_decay + past.context_vectors[user]
        self._users.append(user)
        self._seconds.append(seconds)

    def matrix(self) -> Floats:
        """Features of each user as the next participant, shape (n_users, FEATURES)."""
        past, length = self._cooccurrence, len(self._users)
        n, log_length = len(past.campaign_counts), np.log1p(length) / 5
        similarity = self._similarity / np.sqrt(length)
        seconds = np.array(self._seconds)
        gap = recent_log_gap(seconds, self._gap)
        log_campaigns = np.log1p(past.campaign_counts)
        svd_sums = self._svd_sums * np.array([[1 / np.sqrt(length)], [1.0]], np.float32)
        norms = np.linalg.norm(self._context_sums, axis=1, keepdims=True)
        context_sums = self._context_sums / np.maximum(norms, 1e-6)
        columns = [
            *np.log(self._step_sums / self._step_weights + 1e-4).reshape(-1, n),
            *np.log(self._time_sums / self._time_weights + 1e-4).reshape(-1, n),
            *_log_ratio_to_mean(self._two_step_sums, 1e-3),
            np.log(similarity**2 @ past.participation + 1e-5),
            np.log(similarity**4 @ past.participation + 1e-7),
            *_log_ratio_to_mean((self._recent_similarity**2 @ past.participation)[np.newaxis], 1e-3),
            *_log_ratio_to_mean(self._window_features(seconds), 1e-2),
            *(past.svd_vectors @ svd_sums.T).T,
            *(past.context_vectors @ context_sums.T).T,
            log_campaigns,
            past.campaign_counts == 0,
            log_campaigns * log_length,
            past.mean_log_gap,
            past.mean_log_gap * gap,
            np.abs(past.mean_log_gap - gap),
            np.full(n, gap),
            np.full(n, log_length),
        ]
        return np.stack(columns, axis=1).astype(np.float32)

    def _window_features(self, seconds: Floats) -> Floats:
        past = self._cooccurrence
        similarity = self._recent_similarity / max(float(self._recent_similarity.max(initial=0)), 1e-9)
        return np.asarray(
            _window_features(
                np.array(self._users[-_RECENT:]), seconds[-_RECENT:], self._gap, similarity, past.users,
                past.seconds, past.campaigns, past.rows_by_user, past.user_start, len(past.campaign_counts),
            )
        )  # fmt: skip


def _log_ratio_to_mean(rows: Floats, minimum: float) -> Floats:
    return np.asarray(np.log(rows / (rows.mean(axis=1, keepdims=True) + 1e-12) + minimum))


@numba.njit(cache=True)
def _window_features(
    recent_users: Ints, recent_seconds: Floats, gap: float, similarity: Floats, users: Ints, seconds: Floats,
    campaigns: Ints, rows_by_user: Ints, user_start: Ints, n_users: int,
) -> Floats:  # fmt: skip
    """The columns _WINDOW_COLUMNS, shape (_WINDOW_FEATURES, n_users).

    Each past participation collects weights of the recent participants near it in its campaign, by distance
    or by time, before it or on both sides. A user gets the sum of squares and the maximum over its
    participations, and the sum weighted by similarity of the campaign. Squares favour windows with several
    recent participants.
    """
    weights = np.zeros((len(users), 4))
    is_near = np.zeros(len(users), dtype=np.bool_)
    near_rows = [0]  # Not empty at first, so that numba can infer its type.
    near_rows.pop()
    for i in range(len(recent_users)):
        user = recent_users[i]
        rarity = 1 / np.sqrt(user_start[user + 1] - user_start[user] + 1.0)
        by_step = _RECENT_DECAY ** (len(recent_users) - 1 - i) * rarity
        by_time = np.exp(-(recent_seconds[-1] - recent_seconds[i]) / (10 * gap)) * rarity
        for row in rows_by_user[user_start[user] : user_start[user + 1]]:
            for near in range(max(0, row - WINDOW), min(len(users), row + WINDOW + 1)):
                if near == row or campaigns[near] != campaigns[row]:
                    continue
                if not is_near[near]:
                    is_near[near] = True
                    near_rows.append(near)
                root_distance = abs(near - row) ** 0.5
                time_weight = np.exp(-abs(seconds[near] - seconds[row]) / (3 * gap))
                weights[near, 1] += by_step / root_distance
                weights[near, 3] += by_time * time_weight
                if near > row:
                    weights[near, 0] += by_step / root_distance
                    weights[near, 2] += by_time * time_weight
    features = np.zeros((_WINDOW_FEATURES, n_users), dtype=np.float32)
    for near in near_rows:
        user = users[near]
        for column in range(4):
            weight = weights[near, column]
            features[column, user] += weight * weight
            features[4 + column, user] = max(features[4 + column, user], weight)
        features[8, user] += weights[near, 1] * similarity[campaigns[near]]
        features[9, user] += weights[near, 0] * similarity[campaigns[near]]
    return features
