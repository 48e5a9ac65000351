"""How campaigns stand."""

from typing import Literal

import pandas as pd

from graph.datasets import Dataset

State = Literal["planned", "running", "ended"]


def states(campaigns: pd.DataFrame, dataset: Dataset) -> list[State]:
    """Of each row of a ``campaign_list``, by the end of the data."""
    now = pd.Timestamp(dataset.now)
    return [
        "planned" if one.starts >= now else "running" if one.ends > now else "ended"
        for one in campaigns.itertuples()
    ]
