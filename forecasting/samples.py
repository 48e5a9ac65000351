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
from scipy import sparse

from forecasting.calendar import CALENDAR_FEATURES, calendar_features
from forecasting.encoder import Data
from forecasting.pace import Traffic, expected_participants, pace_weights
from forecasting.series import History
from forecasting.traffic import expected_traffic

LOOKBACK = 28
HORIZON = 14
PAST_FEATURES = 9 + CALENDAR_FEATURES
FUTURE_FEATURES = 5 + CALENDAR_FEATURES
NODE_FEATURES = 7

Floats = NDArray[np.float32]


@dataclass(frozen=True)
class CampaignFrame:
    """One campaign as arrays over days; day 0 is the first day of the data."""

    id: str
    start: int
    end: int
    targeted: int
    steps: pd.DataFrame
    calendar: Floats
    shocks: NDArray[np.float64]
    """Of each day, the logarithm of traffic over what was expected of it the day before."""
    base: NDArray[np.float64]
    """``expected_participants`` of the campaign, shape (known days + 1, HORIZON)."""
    network: "CampaignNetwork"

    @cached_property
    def y(self) -> NDArray[np.float64]:
        """Participants per day known so far."""
        return self.steps["y"].to_numpy(float)

    @cached_property
    def level(self) -> NDArray[np.float64]:
        """Influence level per day known so far."""
        return self.steps["level"].to_numpy(float)

    def level_ratio(self, origin: int) -> float:
        """Influence level per participant over the last week of the campaign before `origin`."""
        recent = slice(max(self.start, origin - 7), origin)
        participants = self.y[recent].sum() if origin > self.start else 0.0
        return float((self.level[recent].sum() + 1.0) / (participants + 1.0)) if participants else 1.0

    def sample(self, origin: int) -> Data:
        """The example whose first forecast day is `origin`; unknown targets are masked."""
        past = np.arange(origin - LOOKBACK, origin)
        future = np.arange(origin, origin + HORIZON)
        base = self.base[origin]
        ratio = self.level_ratio(origin)
        known = (future < len(self.y)) & (future < self.end)
        inside = np.minimum(future, len(self.y) - 1)
        x, exposure = self.network.node_features(origin)
        return Data(
            x=torch.from_numpy(x),
            edge_index=self.network.edge_index,
            edge_weight=self.network.edge_weight,
            key_score=self.network.key_score,
            group_index=self.network.group,
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
            (days - origin) / HORIZON,
            np.full(len(days), exposure),
        ]
        return np.concatenate([np.stack(features, axis=1), self.calendar[days]], axis=1, dtype=np.float32)


class CampaignNetwork:
    """The spreading network among the users one campaign reached, with their days of activity."""

    def __init__(self, roles: pd.DataFrame, edges: pd.DataFrame, took_part: Floats, active: Floats) -> None:
        """`took_part` and `active` have shape (n_users, n_days), in the order of `roles`."""
        users = pd.Index(roles["user"])
        source, target = users.get_indexer(edges["source"]), users.get_indexer(edges["target"])
        inside = (source >= 0) & (target >= 0)
        weight = edges["probability"].to_numpy(np.float32)[inside]
        self.edge_index = torch.from_numpy(np.stack([source[inside], target[inside]]).astype(np.int64))
        self.edge_weight = torch.from_numpy(weight)
        self._into = sparse.csr_array(
            (weight, (target[inside], source[inside])), shape=(len(users), len(users))
        )
        score = roles["score"].to_numpy(np.float32)
        self.key_score = torch.from_numpy(score / max(float(score.max(initial=0)), 1e-6))
        # Users outside every group are pooled together, under one more number.
        codes = pd.factorize(roles["group"])[0]
        outside = int(codes.max(initial=-1)) + 1
        self.group = torch.from_numpy(np.where(codes < 0, outside, codes).astype(np.int64))
        self._took_part = np.pad(took_part.cumsum(axis=1, dtype=np.float32), ((0, 0), (1, 0)))
        self._active = np.pad(active.cumsum(axis=1, dtype=np.float32), ((0, 0), (1, 0)))

    def node_features(self, origin: int) -> tuple[Floats, float]:
        """Shape (n_users, 7) as of `origin`, and the mean exposure of those still to take part."""
        so_far, week = (self._since(self._took_part, origin, days) for days in (origin, 7))
        exposure = self._into @ (week > 0).astype(np.float32)
        waiting = so_far == 0
        features = [
            (self.key_score.numpy() > 0).astype(np.float32),
            self.key_score.numpy(),
            (~waiting).astype(np.float32),
            np.log1p(week),
            np.log1p(self._since(self._active, origin, 7)),
            np.log1p(self._since(self._active, origin, 28)),
            exposure * waiting,
        ]
        mean = float(exposure[waiting].mean()) if waiting.any() else 0.0
        return np.stack(features, axis=1).astype(np.float32), mean

    @staticmethod
    def _since(cumulative: Floats, origin: int, days: int) -> Floats:
        return np.asarray(cumulative[:, origin] - cumulative[:, max(0, origin - days)])


@dataclass(frozen=True)
class Ground:
    """What the base of every forecast rests on: `holidays`, a declared prior (``shapes``), and `weights`, the
    ``pace_weights`` learned when the model was fitted.
    """

    holidays: str | None
    weights: NDArray[np.float64]

    @classmethod
    def of(cls, history: History, holidays: str | None) -> "Ground":
        """As learned from `history`."""
        series = [part["y"].to_numpy(float) for _, part in history.steps.groupby("unique_id")]
        return cls(holidays, pace_weights(series, _traffic(history, holidays)))


def campaign_frames(history: History, ground: Ground) -> list[CampaignFrame]:
    """One frame per campaign that has begun, with everything known before ``history.as_of``."""
    first = pd.Timestamp(history.first_day)
    days = (pd.Timestamp(history.as_of) - first).days
    calendar = calendar_features(pd.date_range(first, periods=days + HORIZON))
    traffic = _traffic(history, ground.holidays)
    shocks = np.log((traffic.counts + 1) / (traffic.expected[:-1, 0] + 1))
    steps = dict(iter(history.steps.groupby("unique_id")))
    frames = []
    for campaign in history.campaigns.itertuples():
        if not campaign.targeted:
            continue  # A campaign that reached nobody has nobody to forecast.
        own = steps[campaign.id].reset_index(drop=True)
        frame = CampaignFrame(
            id=campaign.id,
            start=(campaign.starts - first).days,
            end=(campaign.ends - first).days,
            targeted=campaign.targeted,
            steps=own,
            calendar=calendar,
            shocks=shocks,
            base=expected_participants(own["y"].to_numpy(float), traffic, ground.weights),
            network=_network(history, campaign.id, first, days),
        )
        frames.append(frame)
    return frames


def _traffic(history: History, holidays: str | None) -> Traffic:
    first = pd.Timestamp(history.first_day)
    days = (pd.Timestamp(history.as_of) - first).days
    active = history.activity.drop_duplicates()
    counts = np.bincount((active["ds"] - first).dt.days, minlength=days).astype(float)
    return Traffic(counts, expected_traffic(counts, first, HORIZON, holidays), first.day_of_week)


def _network(history: History, campaign: str, first: pd.Timestamp, days: int) -> CampaignNetwork:
    roles = history.roles[history.roles["campaign"] == campaign]
    users = pd.Index(roles["user"])
    own = history.participations[history.participations["campaign"] == campaign]
    return CampaignNetwork(
        roles,
        history.edges,
        _day_matrix(users, own, first, days),
        _day_matrix(users, history.activity, first, days),
    )


def _day_matrix(users: pd.Index, rows: pd.DataFrame, first: pd.Timestamp, days: int) -> Floats:
    matrix = np.zeros((len(users), days), dtype=np.float32)
    rows = rows[rows["user"].isin(users)]
    matrix[users.get_indexer(rows["user"]), (rows["ds"] - first).dt.days] = 1.0
    return matrix


def training_samples(
    frames: Iterable[CampaignFrame], before_launch_every: int = 7
) -> Iterator[tuple[int, Data]]:
    """(origin, example) of every day of each campaign's run so far, and of some days before it."""
    for frame in frames:
        known = min(frame.end, len(frame.y))
        for origin in range(2 * LOOKBACK, known):
            if origin >= frame.start or (origin - frame.start) % before_launch_every == 0:
                yield origin, frame.sample(origin)


def _tensor(values: NDArray[np.generic]) -> torch.Tensor:
    """As float32 with a leading dimension of one, along which examples are put together."""
    return torch.from_numpy(np.asarray(values, dtype=np.float32)).unsqueeze(0)
