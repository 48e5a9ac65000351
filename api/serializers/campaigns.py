"""The states of campaigns."""

from typing import Literal

import pandas as pd

from graph.datasets import Dataset

State = Literal["planned", "running", "ended"]


def campaign_states(campaigns: pd.DataFrame, dataset: Dataset) -> list[State]:
    """Return the state of each row of a ``campaign_list`` at the end of the data."""
    now = pd.Timestamp(dataset.now)
    return [
        "planned" if campaign.starts >= now else "running" if campaign.ends > now else "ended"
        for campaign in campaigns.itertuples()
    ]
