"""Why a forecast is what it is.

Number of participants: the network corrects a baseline of traffic and the campaign's own rate. Integrated
gradients (Sundararajan, Taly and Yan, ICML 2017) attribute the log ratio of forecast to baseline to the
network's inputs, along the straight line from inputs of zero (nothing out of the ordinary) to the actual
ones. Users: the odds ratios of the conditional logit over all campaigns (``UserShares.odds_ratios``).
"""

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
import torch
from torch import Tensor

from forecasting.klstm.batches import Batch, Example
from forecasting.klstm.network import KLSTMNetwork
from forecasting.klstm.samples import PAST_FEATURES

_STEPS = 32
_CALENDAR = "the calendar"
_PAST = {
    "participants lately, against what was expected": [0, 1, 3],
    "traffic lately, against what was expected": [2],
    "redeemers lately": [4],
    "key users among participants lately": [5],
    "exposure and influence level lately": [6, 7, 8],
    _CALENDAR: [*range(9, PAST_FEATURES)],
}
_PLAN = "how far the campaign is"
_PLANNED = 5
"""The first so many inputs of a day to come are the campaign's; the next is who is exposed now; then the
calendar."""
_EXPOSED = "who is exposed now"
_GRAPH = "what key users and groups do"
_ALWAYS = "whatever the inputs"


@dataclass(frozen=True)
class Explanation:
    """Why a forecast is what it is.

    Attributes
    ----------
    expected
        Expected participants over the horizon; a user counts once per day.
    baseline
        What traffic and the campaign's own rate predict alone.
    attributions
        Columns feature, ratio; the ratios multiply to the geometric mean over days of expected / baseline.
    odds_ratios
        ``UserShares.odds_ratios``.
    groups
        Columns group (missing for users of no group), mean, share.
    """

    expected: float
    baseline: float
    attributions: pd.DataFrame
    odds_ratios: pd.DataFrame
    groups: pd.DataFrame


def attributions(members: list[KLSTMNetwork], example: Example, days: int) -> pd.DataFrame:
    """Attribute the difference between a forecast and its baseline to the inputs of the network.

    Returns columns feature and ratio, the largest effect first; the ratios multiply to the geometric mean of
    forecast over baseline in the first `days` days.
    """
    batch = Batch.of([example])
    shares: dict[str, float] = {}
    for member in members:
        for factor, value in _attributed(member, batch, days).items():
            shares[factor] = shares.get(factor, 0.0) + value / len(members)
    found = pd.DataFrame({"feature": [*shares], "ratio": np.exp([*shares.values()])})
    order = (-np.abs(np.log(found["ratio"]))).argsort(kind="stable")
    return found.iloc[order].reset_index(drop=True)


def _attributed(member: KLSTMNetwork, batch: Batch, days: int) -> dict[str, float]:
    inputs = {"past": batch.past, "future": batch.future, "x": batch.x}
    slopes = {name: torch.zeros_like(one) for name, one in inputs.items()}
    member.eval()
    for step in range(_STEPS):
        part = (step + 0.5) / _STEPS
        scaled = {name: (part * one).requires_grad_() for name, one in inputs.items()}
        found = torch.autograd.grad(_move(member, batch, scaled, days), [*scaled.values()], allow_unused=True)
        for name, slope in zip(inputs, found, strict=True):
            if slope is not None:
                slopes[name] += slope / _STEPS
    past, future, nodes = ((inputs[name] * slopes[name]).sum(dim=-2) for name in inputs)
    shares = {factor: float(past[0, columns].sum()) for factor, columns in _PAST.items()}
    shares[_PLAN] = float(future[0, :_PLANNED].sum())
    shares[_EXPOSED] = float(future[0, _PLANNED])
    shares[_CALENDAR] += float(future[0, _PLANNED + 1 :].sum())
    shares[_GRAPH] = float(nodes.sum())
    with torch.no_grad():
        nothing = {name: torch.zeros_like(one) for name, one in inputs.items()}
        shares[_ALWAYS] = float(_move(member, batch, nothing, days))
    return shares


def _move(member: KLSTMNetwork, batch: Batch, inputs: dict[str, Tensor], days: int) -> Tensor:
    # Against its own baseline, so that the baseline itself counts nothing.
    return (member(replace(batch, **inputs)).mean / batch.base.clamp_min(1e-2))[0, :days].log().mean()
