"""Which time step suits a data set, where nobody asks for one."""

from datetime import date

import pandas as pd

from forecasting.history.campaigns import campaign_list
from forecasting.history.time_step import DAY, HOUR, MONTH, WEEK, Step
from graph.connection import Graph
from graph.datasets import Dataset

_SHORT = pd.Timedelta(days=3)
"""Campaigns shorter than this, in the middle, are counted by hour."""
_MIN_PARTICIPATIONS = 50
"""Fewer do not show that they are all on one day of the week or month."""


def choose_step(graph: Graph, dataset: Dataset, cutoff: date) -> Step:
    """Choose the time step by the campaigns and participations before `cutoff`.

    Hours where participations have clock times and half of the campaigns are shorter than three days; months
    where all participations are on the same day of the month; weeks where all are on the same weekday;
    otherwise days.
    """
    before = dataset.moment(cutoff)
    row = graph.single("influence/time_profile", dataset=dataset.id, before=before)
    if row["with_clock"]:
        campaigns = campaign_list(graph, dataset.id, before, HOUR)
        lengths = (campaigns["ends"] - campaigns["starts"])[campaigns["starts"] < pd.Timestamp(cutoff)]
        return HOUR if lengths.median() < _SHORT else DAY
    if row["participations"] < _MIN_PARTICIPATIONS:
        return DAY
    if row["month_days"] == 1:
        return MONTH
    return WEEK if row["weekdays"] == 1 else DAY
