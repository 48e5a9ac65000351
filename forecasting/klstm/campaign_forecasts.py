"""The forecasts of the campaigns that run at an origin: of their totals, users and neighbour groups."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from forecasting.history.campaign_users import others_share
from forecasting.history.history import History
from forecasting.klstm.samples import CampaignFrame
from forecasting.negative_binomial import with_bands
from forecasting.records import FORECAST_VALUES
from forecasting.user_shares.shares import UserShares, step_probabilities

Floats = NDArray[np.float64]

COLUMNS = ["unique_id", "ds", *FORECAST_VALUES]
USER_COLUMNS = ["unique_id", "user", "group", "key_user", "took_part", "probability", "days"]
GROUP_COLUMNS = [
    "unique_id", "group", "ds", "mean", "participants_p10", "participants_p50", "participants_p90",
]  # fmt: skip


@dataclass(frozen=True)
class CampaignForecasts:
    """Forecasts from one origin. What is computed for users is computed once.

    Attributes
    ----------
    history
        The data before the origin.
    frames
        The running campaigns.
    rows
        Columns unique_id, ds, mean, dispersion, level_p10/p50/p90, and the means of ``MEMBERS``.
    shares
        The users' shares of the participants.
    """

    history: History
    frames: list[CampaignFrame]
    rows: pd.DataFrame
    shares: UserShares

    @cached_property
    def steps(self) -> pd.DataFrame:
        """The totals: columns unique_id, ds, mean, participants_p10/p50/p90, level_p10/p50/p90."""
        return with_bands(self.rows, self.rows["dispersion"].to_numpy(float))[COLUMNS]

    def others_share(self, campaign: str) -> float:
        """``others_share`` of a campaign that is open to all; 0 for one with target users."""
        return self._others_share if campaign in self.history.open_ids else 0.0

    @cached_property
    def users(self) -> pd.DataFrame:
        """Which users take part within the steps.

        Columns unique_id, user, group (missing for users of no group), key_user, took_part (so far),
        probability (of at least one step) and days (expected number; the sum over users equals that of the
        means, less `others_share` of it), the most likely users of each campaign first.
        """
        tables = [
            frame.users.table(len(frame.y)).assign(
                unique_id=frame.id, probability=1 - np.prod(1 - by_step, axis=0), days=by_step.sum(axis=0)
            )
            for frame, _, by_step in self._of_campaigns
        ]
        if not tables:
            return pd.DataFrame(columns=USER_COLUMNS)
        order = ["unique_id", "probability", "user"]
        users = pd.concat(tables, ignore_index=True)
        return users.sort_values(order, ascending=[True, False, True], ignore_index=True)[USER_COLUMNS]

    @cached_property
    def groups(self) -> pd.DataFrame:
        """Participants by neighbour group.

        Columns unique_id, group (missing for users of no group), ds, mean, participants_p10/p50/p90; the
        means sum to those of `steps`.
        """
        tables = []
        for frame, rows, by_step in self._of_campaigns:
            groups = frame.users.table(len(frame.y))["group"].fillna("")
            mean = pd.DataFrame(by_step.T, columns=rows["ds"]).groupby(groups).sum().rename_axis("group")
            if frame.open:  # Other users than those of `users` are in no group.
                others = rows["mean"].to_numpy(float) - by_step.sum(axis=1)
                mean.loc[""] = mean.reindex([""]).fillna(0.0).to_numpy()[0] + others
            long = mean.melt(var_name="ds", value_name="mean", ignore_index=False).reset_index()
            tables.append(long.merge(rows[["ds", "dispersion"]], on="ds").assign(unique_id=frame.id))
        if not tables:
            return pd.DataFrame(columns=GROUP_COLUMNS)
        by_group = pd.concat(tables, ignore_index=True)
        by_group = with_bands(by_group, by_group["dispersion"].to_numpy(float))
        return by_group.assign(group=by_group["group"].where(by_group["group"] != "", None))[GROUP_COLUMNS]

    @cached_property
    def _others_share(self) -> float:
        return others_share(self.history)

    @cached_property
    def _of_campaigns(self) -> list[tuple[CampaignFrame, pd.DataFrame, Floats]]:
        """Frame, rows and ``step_probabilities`` of each campaign."""
        return [*self._probabilities_by_step()]

    def _probabilities_by_step(self) -> Iterator[tuple[CampaignFrame, pd.DataFrame, Floats]]:
        rows_of = dict(iter(self.rows.groupby("unique_id")))
        for frame in self.frames:
            rows = rows_of[frame.id].reset_index(drop=True)
            of_users = rows["mean"].to_numpy(float) * (1 - self.others_share(frame.id))
            yield frame, rows, step_probabilities(of_users, self.shares.of(frame.users, len(frame.y)))
