"""The daily series of all campaigns in Nixtla's long format, for other forecasting libraries."""

from datetime import date
from typing import Literal

import pandas as pd

from forecasting.history.campaigns import campaign_list
from graph.connection import Graph
from graph.datasets import describe_dataset

SeriesOutcome = Literal["participants", "redeemers"]


def read_series(graph: Graph, dataset_id: str, outcome: SeriesOutcome = "participants") -> pd.DataFrame:
    """Read an outcome of all campaigns by day.

    Returns
    -------
    Columns unique_id (the campaign), ds (day) and y (number of users), in order of both; one row for each
    observed day of a campaign, with 0 where nobody took part. Days that the data does not cover are left out.

    Raises
    ------
    NotFound
        If there is no such data set.
    """
    data = describe_dataset(graph, dataset_id)
    counts = graph.frame("influence/daily_series", dataset=dataset_id, before=data.moment(data.end))
    counts = counts.assign(ds=pd.to_datetime(counts["step"])).set_index(["campaign", "ds"])[outcome]
    days = observed_days(campaign_list(graph, dataset_id), data.first_day, data.end)
    series = days.assign(y=counts.reindex(pd.MultiIndex.from_frame(days), fill_value=0).to_numpy(int))
    return series.sort_values(["unique_id", "ds"], ignore_index=True)


def observed_days(campaigns: pd.DataFrame, first_day: date, end: date) -> pd.DataFrame:
    """The days of each campaign that lie from `first_day` to `end` (exclusive): columns unique_id and ds."""
    starts = campaigns["starts"].clip(lower=pd.Timestamp(first_day))
    ends = campaigns["ends"].clip(upper=pd.Timestamp(end))
    days = [
        pd.date_range(start, finish, inclusive="left") for start, finish in zip(starts, ends, strict=True)
    ]
    frame = pd.DataFrame({"unique_id": campaigns["id"], "ds": days}).explode("ds").dropna(subset="ds")
    return frame.astype({"ds": "datetime64[us]"}).reset_index(drop=True)
