"""Why a forecast is what it is.

Number of participants: the network corrects a baseline of traffic and the campaign's own rate, and its
forecast is averaged with those of the other members of the combination. Integrated
gradients (Sundararajan, Taly and Yan, ICML 2017) attribute the log ratio of forecast to baseline to the
network's inputs, along the straight line from inputs of zero (nothing out of the ordinary) to the actual
ones. Users: what goes with taking part, over all campaigns (``forecasting.user_shares.traits``).
"""

from copy import copy
from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd
import torch
from torch import Tensor

from forecasting.history.time_step import DAY
from forecasting.klstm.batches import Example, collate
from forecasting.klstm.campaign_forecasts import CampaignForecasts
from forecasting.klstm.network import KLSTMNetwork, Prediction
from forecasting.klstm.samples import BEHAVIOURS, FUTURE_COLUMNS, PAST_COLUMNS

_INPUTS = ("past", "future", "x")
_INTEGRATION_STEPS = 32
_MAX_NODES = 100_000
"""Users of the graph encoder in one batch of integration steps."""
_MIN_BASELINE = 1e-2
_CALENDAR = "calendar"
_PAST_FEATURES = {
    "recent participants, relative to what was expected": ("participants", "baseline", "in_window"),
    "recent traffic, relative to what was expected": ("traffic_shock",),
    "recent redeemers": ("redeemers",),
    "key users among recent participants": ("key_users",),
    "recent exposure and influence level": ("exposed", "reach", "level"),
}
_FUTURE_FEATURES = {
    "progress of the campaign": ("baseline", "in_window", "since_launch", "until_end", "steps_ahead"),
    "users exposed now": ("exposure",),
}
_BEHAVIOURS = "recent views, carts, orders, purchases and reviews"
_GRAPH = "activity of key users and groups"
_CONSTANT = "constant"
"""The effect that remains with all inputs at zero."""
_OTHER_MEMBERS = "forecasters other than the K-LSTM"


@dataclass(frozen=True)
class Explanation:
    """Why a forecast is what it is.

    Attributes
    ----------
    origin, unit, steps
        The first day or hour of the forecast, its time step, and the number of steps.
    expected
        Expected participants over the horizon; a user counts once per step.
    baseline
        What traffic and the campaign's own rate predict alone.
    attributions
        Columns feature, ratio; the ratios multiply to the geometric mean over days of expected / baseline.
    associations
        ``forecasting.user_shares.traits.Associations.table``; empty where steps are not days, as traits are
        defined in days.
    groups
        Columns group (missing for users of no group), mean, share.
    """

    origin: date
    unit: str
    steps: int
    expected: float
    baseline: float
    attributions: pd.DataFrame
    associations: pd.DataFrame
    groups: pd.DataFrame


def explain(members: list[KLSTMNetwork], forecasts: CampaignForecasts, campaign: str) -> Explanation:
    """Explain the forecast of `campaign`, which the networks `members` made."""
    rows, groups = (table[table["unique_id"] == campaign] for table in (forecasts.rows, forecasts.groups))
    by_group = groups.groupby("group", dropna=False, as_index=False)["mean"].sum()
    frame = next(frame for frame in forecasts.frames if frame.id == campaign)
    origin, days = len(frame.y), len(rows)
    history, associations = forecasts.history, forecasts.shares.associations.table()
    return Explanation(
        origin=history.as_of,
        unit=history.step.name,
        steps=days,
        expected=float(groups["mean"].sum()),
        baseline=float(frame.baseline[origin, :days].sum()),
        attributions=with_other_members(attributions(members, frame.sample(origin), days), rows),
        associations=associations if history.step == DAY else associations.iloc[:0],
        groups=by_group.assign(share=by_group["mean"] / by_group["mean"].sum()),
    )


def attributions(members: list[KLSTMNetwork], example: Example, days: int) -> pd.DataFrame:
    """Attribute the difference between a forecast and its baseline to the inputs of the network.

    Returns columns feature and ratio, the largest effect first; the ratios multiply to the geometric mean of
    forecast over baseline in the first `days` days.
    """
    log_ratios: dict[str, float] = {}
    for member in members:
        for feature, value in _integrated_gradients(member, example, days).items():
            log_ratios[feature] = log_ratios.get(feature, 0.0) + value / len(members)
    return _by_effect(pd.DataFrame({"feature": [*log_ratios], "ratio": np.exp([*log_ratios.values()])}))


def with_other_members(table: pd.DataFrame, forecast: pd.DataFrame) -> pd.DataFrame:
    """Add what the other members of the combination change.

    Parameters
    ----------
    table
        ``attributions``.
    forecast
        Columns mean (of the combination) and KLSTM, one row per day.
    """
    ratio = float(np.exp(np.log(forecast["mean"] / forecast["KLSTM"]).mean()))
    row = pd.DataFrame({"feature": [_OTHER_MEMBERS], "ratio": [ratio]})
    return _by_effect(pd.concat([table, row], ignore_index=True))


def _by_effect(table: pd.DataFrame) -> pd.DataFrame:
    """The table with the largest effect first."""
    order = (-np.abs(np.log(table["ratio"]))).argsort(kind="stable")
    return table.iloc[order].reset_index(drop=True)


def _integrated_gradients(member: KLSTMNetwork, example: Example, days: int) -> dict[str, float]:
    """The part of the log ratio of forecast to baseline that each group of inputs accounts for."""
    inputs: dict[str, Tensor] = {name: example[name] for name in _INPUTS}
    gradients = {name: torch.zeros_like(value) for name, value in inputs.items()}
    member.eval()
    fractions = (torch.arange(_INTEGRATION_STEPS) + 0.5) / _INTEGRATION_STEPS
    for part in fractions.split(max(1, _MAX_NODES // len(example.x))):
        batch = collate([example] * len(part))
        scaled = {name: (part.view(-1, 1, 1) * value).requires_grad_() for name, value in inputs.items()}
        log_ratios = _log_ratios(member, batch, scaled, days)
        slopes = torch.autograd.grad(log_ratios.sum(), [*scaled.values()], allow_unused=True)
        for name, slope in zip(inputs, slopes, strict=True):
            if slope is not None:
                gradients[name] += slope.sum(dim=0) / _INTEGRATION_STEPS
    past, future, nodes = ((inputs[name] * gradients[name]).sum(dim=0) for name in inputs)
    effects = _by_feature(past, _PAST_FEATURES, PAST_COLUMNS)
    effects |= _by_feature(future, _FUTURE_FEATURES, FUTURE_COLUMNS)
    past, behaviours = past.tensor_split([-len(BEHAVIOURS)])
    effects[_CALENDAR] = float(past[len(PAST_COLUMNS) :].sum() + future[len(FUTURE_COLUMNS) :].sum())
    if example.past[:, -len(BEHAVIOURS) :].any():  # Most data sets have none.
        effects[_BEHAVIOURS] = float(behaviours.sum())
    effects[_GRAPH] = float(nodes.sum())
    with torch.no_grad():
        zeros = {name: torch.zeros_like(value)[None] for name, value in inputs.items()}
        effects[_CONSTANT] = float(_log_ratios(member, collate([example]), zeros, days))
    return effects


def _by_feature(
    effects: Tensor, features: dict[str, tuple[str, ...]], columns: tuple[str, ...]
) -> dict[str, float]:
    return {
        feature: float(effects[[columns.index(name) for name in names]].sum())
        for feature, names in features.items()
    }


def _log_ratios(member: KLSTMNetwork, batch: Example, inputs: dict[str, Tensor], days: int) -> Tensor:
    """The mean log ratio of forecast to baseline of each example of `batch` with other inputs, stacked."""
    # The denominator stays fixed, so the baseline itself has no effect.
    changed = copy(batch)
    for name, value in inputs.items():
        changed[name] = value.flatten(0, 1) if name == "x" else value
    prediction: Prediction = member(changed)
    return (prediction.mean / batch.baseline.clamp_min(_MIN_BASELINE))[:, :days].log().mean(dim=1)
