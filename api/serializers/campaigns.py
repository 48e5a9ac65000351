"""Serializes campaigns."""

from typing import Literal

import pandas as pd

from api.schemas.campaigns import Campaign
from graph.datasets import Dataset

State = Literal["planned", "running", "ended"]


def campaign_states(campaigns: pd.DataFrame, dataset: Dataset) -> list[State]:
    """Return the state of each row of a ``campaign_list`` at the end of the data."""
    now = pd.Timestamp(dataset.end)
    return [
        "planned" if campaign.starts >= now else "running" if campaign.ends > now else "ended"
        for campaign in campaigns.itertuples()
    ]


def serialize_campaign(row: pd.Series) -> Campaign:
    """Return the response for a row of a ``campaign_list`` with its `state`."""
    fields = {**row.to_dict(), "kind": None if pd.isna(row["kind"]) else row["kind"]}
    last = row["ends"] - pd.Timedelta(days=1)
    return Campaign(**{**fields, "starts": row["starts"].date(), "ends": last.date()})
