"""Days that the data does not cover are unknown, not days without participants."""

from dataclasses import replace
from datetime import date, datetime
from pathlib import Path

import pandas as pd

from api.page.campaign_view import source_queries
from api.page.campaigns_view import CampaignsView, _campaign_row
from api.page.charts import group_activity_chart
from api.page.i18n import ENGLISH
from api.page.rendering import PageContext, render
from api.page.source_query import SourceQuery
from api.page.summary import summarise_campaign
from forecasting.history.long_format import observed_days
from forecasting.history.time_step import DAY, HOUR
from forecasting.records import Forecast
from graph.datasets import Dataset
from graph.settings import Settings
from network.group_activity import observed_counts

DATA = Dataset("shop", "import/1", "UTC", date(2024, 1, 3), date(2024, 1, 9))
STARTS, ENDS = date(2024, 1, 1), date(2024, 1, 15)


def test_steps_before_the_data_are_unknown_and_those_after_it_do_not_exist() -> None:
    counts = [0, 0, 5, 4, 0, 6, 7, 8, 9, 0]
    observed = observed_counts(counts, 1, STARTS, ENDS, DATA.first_day, DATA.end)
    assert observed == [None, None, 5, 4, 0, 6, 7, 8, 9]


def test_steps_that_the_data_covers_in_part_are_unknown() -> None:
    # Steps of four days from 1 January; the data is from the 3rd to the 9th.
    assert observed_counts([2, 7, 1, 0], 4, STARTS, ENDS, DATA.first_day, DATA.end) == [None, 7, None]


def test_last_step_may_be_cut_by_the_end_of_the_campaign() -> None:
    ends = date(2024, 1, 7)
    assert observed_counts([2, 7, 0], 4, STARTS, ends, STARTS, DATA.end) == [2, 7]


def test_sparkline_has_only_observed_days() -> None:
    campaign = {"starts": pd.Timestamp(STARTS), "ends": pd.Timestamp(ENDS), "state": "running"}
    series = {"steps": ["2024-01-03", "2024-01-09"], "participants": [4, 2], "expected": None, "origin": None,
              "unit": "day"}  # fmt: skip
    points = _campaign_row(campaign, series, DATA).sparkline.split()
    assert len(points) == 7  # The 3rd to the 9th.
    assert (points[0], points[-1]) == ("0.0,2.0", "120.0,14.0")


def test_group_chart_has_only_observed_steps() -> None:
    activity = [{"behaviour": "PURCHASED", "users": [None, 5, 0]}]
    group = {"rank": 1, "size": 10, "step_days": 1, "activity": activity}
    figure = group_activity_chart([group], STARTS, lambda _rank: "#000", ENGLISH)
    assert figure is not None
    assert list(figure.data[0].x) == [date(2024, 1, 2), date(2024, 1, 3)]
    assert list(figure.data[0].y) == [0.5, 0.0]


def test_summary_says_that_the_data_begins_later_than_the_campaign() -> None:
    campaign = pd.Series(
        {
            "name": "Spring", "kind": None, "targeted": 9, "starts": pd.Timestamp(STARTS),
            "ends": pd.Timestamp(ENDS),
        }
    )  # fmt: skip
    steps = pd.DataFrame({"ds": [datetime(2024, 1, 3)], "participants": [4]})
    sentence = "The data begins on 03 Jan 2024; what happened earlier is not known."
    for first_day, expected in ((DATA.first_day, True), (STARTS, False)):
        sentences = summarise_campaign(ENGLISH, campaign, first_day, steps, None, [], [])
        assert (sentence in sentences) == expected


def test_series_have_only_observed_days_of_each_campaign() -> None:
    campaigns = pd.DataFrame(
        {
            "id": ["a", "b", "c"],
            "starts": pd.to_datetime(["2024-01-01", "2024-01-08", "2024-02-01"]),
            "ends": pd.to_datetime(["2024-01-05", "2024-01-15", "2024-02-09"]),
        }
    )
    days = observed_days(campaigns, DATA.first_day, DATA.end)
    assert [(row.unique_id, row.ds.day) for row in days.itertuples()] == [
        ("a", 3), ("a", 4), ("b", 8), ("b", 9)
    ]  # fmt: skip
    assert observed_days(campaigns.iloc[:0], DATA.first_day, DATA.end).empty


def test_list_names_the_unit_of_a_forecast_by_hour() -> None:
    campaign = {
        "id": "s", "name": "Sale", "kind": None, "targeted": 0, "participants": 9, "state": "running",
        "starts": pd.Timestamp(STARTS), "ends": pd.Timestamp(ENDS), "last": pd.Timestamp(2024, 1, 14),
    }  # fmt: skip
    series = {"steps": [], "participants": [], "expected": [4.0, 6.0], "origin": "2024-01-09T18:00",
              "unit": "hour"}  # fmt: skip
    row = _campaign_row(campaign, series, DATA)
    view = CampaignsView("shop", ["shop"], DATA.last_day, None, [row], SourceQuery("MATCH ...", None))
    assert "5 an hour from 9 Jan 18:00" in render(PageContext(), "campaigns", "shop", view=view)


def test_summary_names_the_last_hour_before_a_forecast_by_hour() -> None:
    campaign = pd.Series(
        {
            "name": "Sale", "kind": None, "targeted": 9, "starts": pd.Timestamp(STARTS),
            "ends": pd.Timestamp(ENDS),
        }
    )  # fmt: skip
    hours = pd.date_range("2024-01-09 16:00", periods=3, freq="h")
    steps = pd.DataFrame({"ds": hours, "participants": [4, 6, 8]})
    quantiles = {f"participants_{name}": [5.0] for name in ("p10", "p50", "p90")}
    forecast = Forecast(
        "f", "s", datetime(2024, 1, 9, 18), "m", "n", ["2024-01-09T18:00"], quantiles, unit="hour"
    )
    sentences = summarise_campaign(ENGLISH, campaign, STARTS, steps, forecast, [], [])
    assert "Participants: 5 an hour (average of 2 hours up to 9 Jan 17:00)." in sentences


def test_query_of_the_curves_is_that_of_the_time_step(tmp_path: Path) -> None:
    data = replace(DATA, complete_until="2024-01-10T18:00")
    curves = {
        step.name: source_queries(Settings(home=tmp_path), data, "s", "run", step)["curves"].text
        for step in (DAY, HOUR)
    }
    assert "2024-01-10T00:00:00[UTC]" in curves["day"]
    assert "2024-01-10T18:00:00[UTC]" in curves["hour"]
    assert ('truncate("hour"' in curves["hour"], "exposed" in curves["day"]) == (True, True)
