"""Holidays of a country by kind, and what traffic learns from them."""

from datetime import date

import numpy as np
import pandas as pd
import pytest

from forecasting.baseline.traffic import forecast_traffic
from forecasting.history.calendar import calendar_features, holiday_indicators
from forecasting.history.holiday_calendar import KINDS, country_of, country_of_zone, holiday_dates
from graph.datasets import Dataset

YEAR = pd.date_range("2017-01-01", "2017-12-31")


@pytest.mark.parametrize(
    ("zone", "country"),
    [("America/New_York", "US"), ("Europe/Berlin", "DE"), ("Asia/Shanghai", "CN"), ("UTC", None)],
)
def test_country_is_that_of_the_time_zone(zone: str, country: str | None) -> None:
    assert country_of_zone(zone) == country


@pytest.mark.parametrize(
    ("country", "kind", "day"),
    [
        ("US", "feast", "2017-11-23"),
        ("US", "civic", "2017-07-04"),
        ("US", "minor", "2017-02-14"),
        ("US", "sale", "2017-11-24"),
        ("DE", "feast", "2017-12-26"),
        ("DE", "civic", "2017-10-03"),
        ("CN", "feast", "2017-01-28"),
        ("CN", "civic", "2017-10-01"),
        ("CN", "sale", "2017-11-11"),
        ("TR", "feast", "2017-06-25"),
        ("IN", "feast", "2017-10-18"),
        ("JP", "civic", "2017-11-23"),
        ("BR", "feast", "2017-12-25"),
    ],
)
def test_kind_of_a_holiday(country: str, kind: str, day: str) -> None:
    of_kind = holiday_dates(country, YEAR)
    assert [name for name in KINDS if pd.Timestamp(day) in of_kind[name]] == [kind]


def test_days_that_move_a_holiday_are_none() -> None:
    feasts = holiday_dates("CN", pd.date_range("2024-02-01", "2024-02-28"))["feast"]
    assert pd.Timestamp("2024-02-15") not in feasts  # A day off, for which 4 February was a working day.


@pytest.mark.parametrize(("stated", "country"), [(None, "DE"), ("AT", "AT"), ("none", None)])
def test_country_of_the_mapping_comes_first(stated: str | None, country: str | None) -> None:
    day = date(2024, 1, 1)
    dataset = Dataset("shop", "import/1", "Europe/Berlin", day, day, country=stated)
    assert country_of(dataset) == country


def test_without_a_country_there_are_no_holidays() -> None:
    assert not holiday_indicators(YEAR, None).any()
    assert not calendar_features(YEAR)[:, 2:].any()


def test_calendar_features_cover_holidays_and_the_days_around_them() -> None:
    days = pd.date_range("2017-11-20", "2017-11-25")  # Thanksgiving is the 23rd.
    today, tomorrow, soon, recently = calendar_features(days, country="US")[:, 2:].T
    assert today.tolist() == [0, 0, 0, 1, 0, 0]
    assert tomorrow.tolist() == [0, 0, 1, 0, 0, 0]
    assert soon.tolist() == [1, 1, 0, 0, 0, 0]
    assert recently.tolist() == [0, 0, 0, 0, 1, 1]


def test_what_one_feast_taught_is_expected_of_the_next_and_not_of_other_holidays() -> None:
    days = pd.date_range("2017-01-01", "2017-12-14")
    counts = np.full(len(YEAR) - 31, 400.0)
    easter_eve = (pd.Timestamp("2017-04-15") - days[0]).days
    counts[easter_eve] = 500
    expected, _ = forecast_traffic(counts, days, country="US")

    def forecast(day: str) -> float:
        """The forecast for `day`, a day ahead."""
        return float(expected[(pd.Timestamp(day) - days[0]).days, 0])

    assert forecast("2017-11-22") > 1.04 * forecast("2017-11-15")
    assert forecast("2017-07-03") == pytest.approx(forecast("2017-06-26"), rel=0.02)
