"""The baseline of every forecast: expected participants from traffic, the campaign's own rate and the usual
rate of campaigns.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from forecasting.baseline.campaign_rate import CampaignCounts, usual_participants
from forecasting.baseline.rate_model import Series, Traffic, expected_participants, rate_weights
from forecasting.baseline.traffic import forecast_traffic
from forecasting.history.history import History

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Baseline:
    """The statistical forecast of participants, which the K-LSTM corrects.

    Attributes
    ----------
    holidays
        Name of the declared holiday prior (``holiday_priors``), or None.
    weights
        Weight of each rate model at each step ahead (``rate_weights``), shape (N_RATE_MODELS, ahead).
    """

    holidays: str | None
    weights: Floats

    @classmethod
    def fit(cls, history: History, holidays: str | None, traffic: Traffic | None = None) -> "Baseline":
        """Learn the weights of the rate models from all campaigns of `history`.

        `traffic` is ``traffic_of`` the history, where it is known already.
        """
        traffic = traffic or traffic_of(history, holidays)
        return cls(holidays, rate_weights([*_campaign_series(history, traffic).values()], traffic))

    def expected(self, history: History, traffic: Traffic) -> dict[str, Floats]:
        """``expected_participants`` of every campaign that reaches users and whose steps were read.

        Parameters
        ----------
        history
            The data.
        traffic
            Traffic and its forecast (``traffic_of``), which sets the number of steps ahead.

        Returns
        -------
        By campaign id, shape (n_steps + 1, ahead).
        """
        ahead = np.minimum(np.arange(traffic.expected.shape[1]), self.weights.shape[1] - 1)
        return {
            campaign: expected_participants(series, traffic, self.weights[:, ahead])
            for campaign, series in _campaign_series(history, traffic).items()
        }


def traffic_of(history: History, holidays: str | None, ahead: int | None = None) -> Traffic:
    """Active users of each step, and their forecast `ahead` steps ahead (default: the horizon)."""
    step, first = history.step, history.first_day
    ahead = ahead or step.horizon
    days = history.activity["ds"]
    counts = np.bincount(step.numbers(first, days), minlength=history.n_steps).astype(float)
    calendar = step.range(first, 0, len(counts) + ahead)
    expected, effects = forecast_traffic(counts, calendar, step, country=history.country, holidays=holidays)
    return Traffic(counts, expected, effects, int(step.season_positions(calendar)[0]), step)


def usual_without_traffic(history: History, traffic: Traffic) -> dict[str, Floats]:
    """``usual_participants`` of every campaign that reaches users, if each step had the same traffic."""
    return _usual_of_all(_campaign_counts(history, traffic), traffic.constant())


def _usual_of_all(campaigns: dict[str, CampaignCounts], traffic: Traffic) -> dict[str, Floats]:
    return dict(zip(campaigns, usual_participants([*campaigns.values()], traffic), strict=True))


def _campaign_counts(history: History, traffic: Traffic) -> dict[str, CampaignCounts]:
    step, first = history.step, history.first_day
    counted = {
        campaign: (step.numbers(first, rows["ds"]), rows["users"].to_numpy(float))
        for campaign, rows in history.counted.groupby("campaign")
    }
    nobody = np.empty(0, dtype=np.int64), np.empty(0)
    campaigns = {}
    for campaign in history.campaigns[history.campaigns["targeted"] > 0].itertuples():
        until = min(step.until(first, campaign.ends), len(traffic.counts))
        steps, users = counted.get(campaign.id, nobody)
        y = np.bincount(steps[steps < until], users[steps < until], minlength=until).astype(float)
        launch = max(step.number(first, campaign.starts), 0)
        kind = campaign.kind if isinstance(campaign.kind, str) else ""
        campaigns[campaign.id] = CampaignCounts(kind, launch, campaign.targeted, y)
    return campaigns


def _campaign_series(history: History, traffic: Traffic) -> dict[str, Series]:
    campaigns = _campaign_counts(history, traffic)
    usual, from_launch = _usual_of_all(campaigns, traffic), history.from_launch_ids
    rows = history.steps[history.steps["unique_id"].isin(campaigns.keys())].groupby("unique_id")
    return {
        campaign: Series(
            part["y"].to_numpy(float), campaigns[campaign].launch, usual[campaign], campaign in from_launch
        )
        for campaign, part in rows
    }
