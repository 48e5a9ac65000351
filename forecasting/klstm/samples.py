"""Examples of a history for the K-LSTM: one per campaign and forecast origin.

The features of an example are computed from days before its origin or known in advance (the calendar, the
campaign's window). All training examples share one spreading network, built up to the model's cut-off, which
has seen the days after their earlier origins.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd
import torch
from numpy.typing import NDArray

from forecasting.baseline.baseline import Baseline, traffic_of
from forecasting.baseline.rate_model import Traffic
from forecasting.history.calendar import CALENDAR_FEATURES, calendar_features
from forecasting.history.campaign_users import CampaignUsers, campaign_users
from forecasting.history.history import History
from forecasting.history.time_step import Step
from forecasting.klstm.batches import Example

PAST_COLUMNS = (
    "participants", "baseline", "traffic_shock", "in_window", "redeemers", "key_users", "exposed", "reach",
    "level",
)  # fmt: skip
"""Features of a past step; ``calendar_features`` follow, then the users of BEHAVIOURS."""
FUTURE_COLUMNS = ("baseline", "in_window", "since_launch", "until_end", "steps_ahead", "exposure")
"""Features of a step to forecast; ``calendar_features`` follow."""
BEHAVIOURS = ("VIEWED", "CARTED", "ORDERED", "PURCHASED", "PRAISED")
"""Kinds in ``History.behaviours`` that are features of a past step, 0 where a data set has none."""
PAST_FEATURES = len(PAST_COLUMNS) + CALENDAR_FEATURES + len(BEHAVIOURS)
FUTURE_FEATURES = len(FUTURE_COLUMNS) + CALENDAR_FEATURES

# Divisors that bring the features to a common scale.
_LOG_COUNT_SCALE = 5
_LOG_REACH_SCALE = 3
_STEPS_SCALE = 60
_MIN_LEVEL_BASELINE = 0.05
_BEFORE_LAUNCH_EVERY = 7
"""Before a campaign's launch, every seventh step is the origin of a training example."""

_MAX_NODE_ROWS, _MAX_EXAMPLES = 20_000_000, 10_000
"""Training examples, and rows of user features of all of them: half a gigabyte."""

Floats = NDArray[np.float32]


@dataclass(frozen=True)
class CampaignFrame:
    """One campaign as arrays over time steps; step 0 is the first of the data.

    Attributes
    ----------
    start, end
        First step of the campaign, and the step after its last one.
    targeted
        Number of users it can reach.
    steps
        Its rows of ``History.steps``.
    calendar
        ``calendar_features`` of all steps and the horizon after them.
    traffic
        Traffic, its forecasts and the effects of holidays and seasons.
    baseline
        Baseline from each origin, shape (n_steps + 1, horizon).
    users
        The users it can reach.
    open
        Whether it is open to all.
    counts_from_launch
        Whether participation counts only from the launch on.
    behaviours
        Users with each of BEHAVIOURS per step, shape (n_steps, len(BEHAVIOURS)).
    """

    id: str
    step: Step
    start: int
    end: int
    targeted: int
    steps: pd.DataFrame
    calendar: Floats
    traffic: Traffic
    baseline: NDArray[np.float64]
    users: CampaignUsers
    open: bool
    counts_from_launch: bool
    behaviours: NDArray[np.float64]

    @property
    def n_nodes(self) -> int:
        """Number of users that the graph encoder sees."""
        return len(self._nodes.ids)

    @property
    def first_counted(self) -> int:
        """The first step whose participants count."""
        return max(self.start, 0) if self.counts_from_launch else 0

    @cached_property
    def y(self) -> NDArray[np.float64]:
        """Participants per step, shape (n_steps,)."""
        return self.steps["y"].to_numpy(float)

    @cached_property
    def traffic_shocks(self) -> NDArray[np.float64]:
        """Log ratio of traffic to its one-step-ahead forecast, shape (n_steps,)."""
        return np.asarray(np.log((self.traffic.counts + 1) / (self.traffic.expected[:-1, 0] + 1)))

    @cached_property
    def level(self) -> NDArray[np.float64]:
        """Influence level per step, shape (n_steps,)."""
        return self.steps["level"].to_numpy(float)

    def level_ratio(self, origin: int) -> float:
        """Influence level per participant over the recent steps of the campaign before `origin`."""
        recent = slice(max(self.start, origin - self.step.recent), origin)
        participants = self.y[recent].sum() if origin > self.start else 0.0
        return float((self.level[recent].sum() + 1.0) / (participants + 1.0)) if participants else 1.0

    def sample(self, origin: int) -> Example:
        """The example whose first forecast step is `origin`; unknown targets are masked."""
        past = np.arange(max(origin - self.step.lookback, 0), origin)
        future = np.arange(origin, origin + self.step.horizon)
        baseline = self.baseline[origin]
        ratio = self.level_ratio(origin)
        known = (future < len(self.y)) & (future < self.end) & (future >= self.first_counted)
        clipped = np.minimum(future, len(self.y) - 1)
        x, exposure = self._nodes.node_features(origin)
        return Example(
            **self._graph,
            x=torch.from_numpy(x),
            # Steps before the data are as ordinary as can be: zero.
            past=_tensor(np.pad(self._past(origin, past), ((self.step.lookback - len(past), 0), (0, 0)))),
            future=_tensor(self._future(origin, future, exposure)),
            baseline=_tensor(baseline),
            level_baseline=_tensor(np.maximum(baseline, _MIN_LEVEL_BASELINE) * ratio),
            participants=_tensor(np.where(known, self.y[clipped], 0.0)),
            level=_tensor(np.where(known, self.level[clipped], 0.0)),
            known=_tensor(known),
            level_known=_tensor(known & (future >= self.start)),
        )

    @property
    def _nodes(self) -> CampaignUsers:
        """The users that the graph encoder sees."""
        return self.users.nodes or self.users

    @cached_property
    def _graph(self) -> dict[str, torch.Tensor]:
        """The part of an Example that all origins share."""
        graph = self._nodes.graph
        arrays = {
            "edge_index": graph.edge_index,
            "edge_weight": graph.edge_weight,
            "key_score": graph.key_score,
            "group": graph.group,
        }
        return {name: torch.from_numpy(array) for name, array in arrays.items()}

    def _past(self, origin: int, steps: NDArray[np.int_]) -> Floats:
        """Shape (len(steps), PAST_FEATURES)."""
        rows = self.steps.iloc[steps[0] : origin]
        y = rows["y"].to_numpy(float)
        expected = self.baseline[steps, 0]
        columns = {
            "participants": np.log1p(y) - np.log1p(expected),
            "baseline": np.log1p(expected) / _LOG_COUNT_SCALE,
            "traffic_shock": self.traffic_shocks[steps],
            "in_window": rows["in_window"].to_numpy(float),
            "redeemers": rows["redeemers"].to_numpy(float) / (y + 1),
            "key_users": rows["key_users"].to_numpy(float) / (y + 1),
            "exposed": rows["exposed"].to_numpy(float) / self.targeted,
            "reach": np.log1p(rows["reach"].to_numpy(float)) / _LOG_REACH_SCALE,
            "level": np.log1p(rows["level"].to_numpy(float)) / _LOG_COUNT_SCALE,
        }
        behaviours = np.log1p(self.behaviours[steps]) / _LOG_COUNT_SCALE
        past = self._with_calendar([columns[name] for name in PAST_COLUMNS], steps)
        return np.concatenate([past, behaviours], axis=1, dtype=np.float32)

    def _future(self, origin: int, steps: NDArray[np.int_], exposure: float) -> Floats:
        """Shape (horizon, FUTURE_FEATURES)."""
        columns = {
            "baseline": np.log1p(self.baseline[origin]) / _LOG_COUNT_SCALE,
            "in_window": (steps >= self.start).astype(float),
            "since_launch": (steps - self.start) / _STEPS_SCALE,
            "until_end": np.minimum(self.end - steps, _STEPS_SCALE) / _STEPS_SCALE,
            "steps_ahead": (steps - origin) / self.step.horizon,
            "exposure": np.full(len(steps), exposure),
        }
        return self._with_calendar([columns[name] for name in FUTURE_COLUMNS], steps)

    def _with_calendar(self, columns: list[NDArray[np.float64]], steps: NDArray[np.int_]) -> Floats:
        return np.concatenate([np.stack(columns, axis=1), self.calendar[steps]], axis=1, dtype=np.float32)


def campaign_frames(history: History, baseline: Baseline) -> list[CampaignFrame]:
    """One frame per campaign of `history` that reaches users and whose steps were read."""
    step, first = history.step, history.first_day
    calendar = calendar_features(step.range(first, 0, history.n_steps + step.horizon), step, history.country)
    traffic = traffic_of(history, baseline.holidays)
    steps = dict(iter(history.steps.groupby("unique_id")))
    from_launch = history.from_launch_ids
    users, expected = campaign_users(history), baseline.expected(history, traffic)
    behaviours, no_behaviours = _behaviours(history), np.zeros((history.n_steps, len(BEHAVIOURS)))
    frames = []
    for campaign in history.campaigns.itertuples():
        if campaign.id not in expected:
            continue
        frame = CampaignFrame(
            id=campaign.id,
            step=step,
            start=step.number(first, campaign.starts),
            end=step.until(first, campaign.ends),
            targeted=campaign.targeted,
            steps=steps[campaign.id].reset_index(drop=True),
            calendar=calendar,
            traffic=traffic,
            baseline=expected[campaign.id],
            users=users[campaign.id],
            open=campaign.open,
            counts_from_launch=history.redemptions_only or campaign.id in from_launch,
            behaviours=behaviours.get(campaign.id, no_behaviours)[: len(steps[campaign.id])],
        )
        frames.append(frame)
    return frames


def _behaviours(history: History) -> dict[str, NDArray[np.float64]]:
    """``CampaignFrame.behaviours`` of each campaign that has some, shape (history.n_steps, ...)."""
    rows = history.behaviours[history.behaviours["kind"].isin(BEHAVIOURS)]
    users_of = {}
    for campaign, part in rows.groupby("campaign"):
        steps = history.step.numbers(history.first_day, part["ds"])
        users = np.zeros((history.n_steps, len(BEHAVIOURS)))
        users[steps, pd.Index(BEHAVIOURS).get_indexer(part["kind"])] = part["users"]
        users_of[campaign] = users
    return users_of


@dataclass(frozen=True)
class Sample:
    """An example of a campaign at an origin."""

    frame: CampaignFrame
    origin: int
    example: Example


def training_samples(frames: Iterable[CampaignFrame]) -> Iterator[Sample]:
    """A sample of every step of each campaign's run so far, and of every seventh step before it.

    An open campaign has none before its launch, from when on it is forecast. Of more than _MAX_EXAMPLES
    examples, or _MAX_NODE_ROWS rows of user features, every second, third, ... example is taken.
    """
    origins = [(frame, origin) for frame in frames for origin in _training_origins(frame)]
    rows = sum(frame.n_nodes for frame, _ in origins)
    for frame, origin in origins[:: 1 + max(rows // _MAX_NODE_ROWS, len(origins) // _MAX_EXAMPLES)]:
        yield Sample(frame, origin, frame.sample(origin))


def _training_origins(frame: CampaignFrame) -> Iterator[int]:
    for origin in range(2 * frame.step.lookback, min(frame.end, len(frame.y))):
        age = origin - frame.start
        has_targets = origin + frame.step.horizon > frame.first_counted
        before_launch = age % _BEFORE_LAUNCH_EVERY == 0 and has_targets and not frame.open
        if age >= 0 or before_launch:
            yield origin


def _tensor(values: NDArray[np.generic]) -> torch.Tensor:
    return torch.from_numpy(np.asarray(values, dtype=np.float32))
