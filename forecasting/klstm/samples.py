"""Cuts a history into (campaign, origin) examples for the K-LSTM.

The features of an example that is forecast from are computed from days before its origin, or are
known in advance (calendar, the campaign's own window). Training examples share one network, which
was built as of the model's cut-off and so knows of days after their own, earlier origins.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd
import torch
from numpy.typing import NDArray

from forecasting.baseline.baseline import Baseline, traffic_of
from forecasting.history.calendar import CALENDAR_FEATURES, calendar_features
from forecasting.history.campaign_users import CampaignUsers, campaign_users
from forecasting.history.series import History
from forecasting.history.time_step import Step
from forecasting.klstm.batches import Example

PAST_FEATURES = 9 + CALENDAR_FEATURES
FUTURE_FEATURES = 6 + CALENDAR_FEATURES

Floats = NDArray[np.float32]


@dataclass(frozen=True)
class CampaignFrame:
    """One campaign as arrays over steps; step 0 is the first of the data."""

    id: str
    step: Step
    start: int
    end: int
    targeted: int
    steps: pd.DataFrame
    calendar: Floats
    shocks: NDArray[np.float64]
    """Of each step, the logarithm of traffic over what was expected of it the step before."""
    base: NDArray[np.float64]
    """``expected_participants`` of the campaign, shape (known steps + 1, horizon)."""
    reached: CampaignUsers
    since_launch: bool
    """Whether y counts nothing before the launch."""

    @property
    def first(self) -> int:
        """The step from which on y counts anything."""
        return self.start if self.since_launch else 0

    @cached_property
    def y(self) -> NDArray[np.float64]:
        """Participants per step known so far."""
        return self.steps["y"].to_numpy(float)

    @cached_property
    def level(self) -> NDArray[np.float64]:
        """Influence level per step known so far."""
        return self.steps["level"].to_numpy(float)

    def level_ratio(self, origin: int) -> float:
        """Influence level per participant lately, in the campaign before `origin`."""
        recent = slice(max(self.start, origin - self.step.recent), origin)
        participants = self.y[recent].sum() if origin > self.start else 0.0
        return float((self.level[recent].sum() + 1.0) / (participants + 1.0)) if participants else 1.0

    def sample(self, origin: int) -> Example:
        """The example whose first forecast step is `origin`; unknown targets are masked."""
        past = np.arange(origin - self.step.lookback, origin)
        future = np.arange(origin, origin + self.step.horizon)
        base = self.base[origin]
        ratio = self.level_ratio(origin)
        known = (future < len(self.y)) & (future < self.end) & (future >= self.first)
        inside = np.minimum(future, len(self.y) - 1)
        x, exposure = self.reached.node_features(origin)
        return Example(
            users=self.reached.graph,
            x=torch.from_numpy(x),
            past=_tensor(self._past(origin, past)),
            future=_tensor(self._future(origin, future, exposure)),
            base=_tensor(base),
            level_base=_tensor(np.maximum(base, 0.05) * ratio),
            y=_tensor(np.where(known, self.y[inside], 0.0)),
            level=_tensor(np.where(known, self.level[inside], 0.0)),
            known=_tensor(known),
            level_known=_tensor(known & (future >= self.start)),
        )

    def _past(self, origin: int, days: NDArray[np.int_]) -> Floats:
        rows = self.steps.iloc[days[0] : origin]
        y = rows["y"].to_numpy(float)
        usual = self.base[days, 0]
        features = [
            np.log1p(y) - np.log1p(usual),
            np.log1p(usual) / 5,
            self.shocks[days],
            rows["in_window"].to_numpy(float),
            rows["redeemers"].to_numpy(float) / (y + 1),
            rows["key_users"].to_numpy(float) / (y + 1),
            rows["exposed"].to_numpy(float) / self.targeted,
            np.log1p(rows["reach"].to_numpy(float)) / 3,
            np.log1p(rows["level"].to_numpy(float)) / 5,
        ]
        return np.concatenate([np.stack(features, axis=1), self.calendar[days]], axis=1, dtype=np.float32)

    def _future(self, origin: int, days: NDArray[np.int_], exposure: float) -> Floats:
        features = [
            np.log1p(self.base[origin]) / 5,
            (days >= self.start).astype(float),
            (days - self.start) / 60,
            np.minimum(self.end - days, 60) / 60,
            (days - origin) / self.step.horizon,
            np.full(len(days), exposure),
        ]
        return np.concatenate([np.stack(features, axis=1), self.calendar[days]], axis=1, dtype=np.float32)


def campaign_frames(history: History, baseline: Baseline) -> list[CampaignFrame]:
    """One frame per campaign that has begun, with everything known before ``history.as_of``."""
    step, first = history.step, history.first_day
    calendar = calendar_features(step.range(first, 0, history.known + step.horizon), step)
    traffic = traffic_of(history, baseline.holidays)
    shocks = np.log((traffic.counts + 1) / (traffic.expected[:-1, 0] + 1))
    steps = dict(iter(history.steps.groupby("unique_id")))
    users, expected = campaign_users(history), baseline.expected(history, traffic)
    frames = []
    for campaign in history.campaigns.itertuples():
        if campaign.id not in expected:
            continue  # Not asked for; or it reached nobody, so there is nobody to forecast.
        own = steps[campaign.id].reset_index(drop=True)
        frame = CampaignFrame(
            id=campaign.id,
            step=step,
            start=step.number(first, campaign.starts),
            end=step.until(first, campaign.ends),
            targeted=campaign.targeted,
            steps=own,
            calendar=calendar,
            shocks=shocks,
            base=expected[campaign.id],
            reached=users[campaign.id],
            since_launch=history.redemptions_only,
        )
        frames.append(frame)
    return frames


def training_samples(
    frames: Iterable[CampaignFrame], before_launch_every: int = 7
) -> Iterator[tuple[int, Example]]:
    """(origin, example) of every step of each campaign's run so far, and of some before it."""
    for frame in frames:
        known, ahead = min(frame.end, len(frame.y)), frame.step.horizon
        for origin in range(2 * frame.step.lookback, known):
            early = (origin - frame.start) % before_launch_every == 0 and origin + ahead > frame.first
            if origin >= frame.start or early:
                yield origin, frame.sample(origin)


def _tensor(values: NDArray[np.generic]) -> torch.Tensor:
    return torch.from_numpy(np.asarray(values, dtype=np.float32))
