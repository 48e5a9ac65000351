"""Campaigns whose windows begin or end within a day: participations, days, influence and their response."""

from datetime import date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pandas as pd
import pytest

from api.serializers.campaigns import serialize_campaign
from forecasting.history.campaigns import campaign_list
from forecasting.history.series import read_influence
from graph.connection import Graph
from tests.data import query
from tests.shop import HEADER, Import

CAMPAIGNS = "id,starts,ends\n"
ORDERS = "a,tea,{0} 08:59,1\na,tea,{0} 09:00,1\nb,tea,{0} 20:59,1\nb,tea,{0} 21:00,1\n"


def test_a_campaign_of_hours_has_one_day(graph: Graph, load: Import, shop: Path, dataset: str) -> None:
    (shop / "campaigns.csv").write_text(CAMPAIGNS + "F1,2024-07-03T09:00:00,2024-07-03T21:00:00\n")
    (shop / "orders.csv").write_text(
        HEADER + ORDERS.format("2024-07-03") + "c,tea,2024-07-01,1\nc,tea,2024-07-09,1\n"
    )
    assert load().participations == 2
    campaign = campaign_list(graph, dataset).iloc[0]
    response = serialize_campaign(pd.Series({**campaign, "state": "ended"}))
    assert (response.starts, response.ends) == (date(2024, 7, 3), date(2024, 7, 3))
    influence = read_influence(graph, dataset, campaign, "none")
    assert influence["ds"].dt.date.tolist() == [date(2024, 7, 3)]
    assert influence["y"].tolist() == [2.0]
    (row,) = graph.run("explore/campaigns_compared", dataset=dataset)
    assert (row["days"], row["participants_per_day"]) == (1, 2.0)


def test_a_last_day_with_a_clock_is_not_lost(graph: Graph, load: Import, shop: Path, dataset: str) -> None:
    (shop / "campaigns.csv").write_text(CAMPAIGNS + "F1,2024-07-02T00:00:00,2024-07-03T23:59:59\n")
    (shop / "orders.csv").write_text(
        HEADER + "c,tea,2024-07-01,1\n" + ORDERS.format("2024-07-03") + "c,tea,2024-07-09,1\n"
    )
    assert load().participations == 4  # Also on the last day.
    campaign = campaign_list(graph, dataset).iloc[0]
    assert read_influence(graph, dataset, campaign, "none")["y"].tolist() == [0.0, 2.0]


@pytest.mark.parametrize("zone", ["Europe/Berlin", "America/New_York", "Asia/Kathmandu", "America/Sao_Paulo"])
def test_the_days_of_a_window_reach_to_that_of_its_last_moment(graph: Graph, dataset: str, zone: str) -> None:
    clock = ZoneInfo(zone)
    # Around changes of the clocks, at and beside midnight and noon.
    days = [date(2017, 10, 14), date(2017, 10, 15), date(2017, 10, 28), date(2024, 3, 9), date(2024, 3, 30)]
    moments = [
        datetime(day.year, day.month, day.day, tzinfo=clock).timestamp() + offset
        for day in days
        for offset in (-1, 0, 0.001, 1, 43_200, 86_399.999)
    ]
    rows = [{"id": str(place), "at": round(moment * 1000)} for place, moment in enumerate(moments)]
    query(
        graph,
        "UNWIND $rows AS row CREATE (:Campaign {dataset: $d, id: row.id, "
        "starts_at: datetime({epochMillis: row.at - 1, timezone: $z}), "
        "ends_at: datetime({epochMillis: row.at, timezone: $z})})",
        d=dataset, z=zone, rows=rows,
    )  # fmt: skip
    ends = campaign_list(graph, dataset).set_index("id")["ends"]
    for row in rows:
        last = datetime.fromtimestamp((row["at"] - 1) / 1000, clock).date()
        assert ends[row["id"]].date() == last + timedelta(days=1)
