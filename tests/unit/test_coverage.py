"""The days that behaviours cover: stray stamps, unfinished last days, and what the mapping states."""

from datetime import UTC, date, datetime

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from graph.importing.runs.coverage import find_coverage
from graph.importing.values.day_counts import DayCounts
from tests.shop import shop_mapping

ZONE = "Europe/Berlin"


def days_of(*moments: object) -> DayCounts:
    times = pd.DatetimeIndex(moments).tz_localize(ZONE).as_unit("ms").astype("int64")
    days = DayCounts()
    days.add(pa.array(times.to_numpy()), ZONE)
    return days


def two_months(*more: object, hour: int = 21) -> DayCounts:
    """Twenty orders a day from January to February 2024, from 8:00 until some time after `hour`."""
    rng = np.random.default_rng(7)
    moments: list[object] = []
    for day in pd.date_range("2024-01-01", "2024-02-29"):
        minutes = rng.integers(0, 60, size=20)
        moments += [day + pd.Timedelta(hours=8 + place * (hour - 8) // 19, minutes=int(minute))
                    for place, minute in enumerate(minutes)]  # fmt: skip
    return days_of(*moments, *more)


def test_stray_stamps_are_reported_and_set_neither_end() -> None:
    coverage = find_coverage(two_months("1969-12-31 23:00", "2037-02-01 00:00"), None, ZONE)
    assert coverage is not None
    # One row on each side, of 1,200, is at most 0.1%.
    assert (coverage.first, coverage.last) == (date(2024, 1, 1), date(2024, 2, 29))
    (warning,) = coverage.warnings
    assert (warning.code, warning.count) == ("stray_times", 2)
    assert warning.examples == ["1969-12-31", "2037-02-01"]


def test_behaviours_in_the_future_are_reported() -> None:
    # 05/03/67 is in 2567 of the Buddhist calendar, and was read as 2067.
    coverage = find_coverage(days_of("2067-03-05", "2067-03-06"), None, ZONE)
    assert coverage is not None
    (warning,) = coverage.warnings
    assert (warning.code, warning.count) == ("future_times", 2)


@pytest.mark.parametrize(
    "more",
    [
        ["2023-06-01 10:00"],  # Less than a year away.
        [f"2021-06-{day:02} 10:00" for day in range(1, 20)],  # Too many.
    ],
)
def test_early_and_numerous_behaviours_are_part_of_the_data(more: list[str]) -> None:
    coverage = find_coverage(two_months(*more), None, ZONE)
    assert coverage is not None
    assert str(coverage.first) == more[0][:10]
    assert coverage.warnings == ()


def test_a_year_long_gap_in_long_data_is_no_stray() -> None:
    moments = pd.date_range("2010-01-01", "2020-01-01", freq="D")
    coverage = find_coverage(days_of(*moments, "2022-03-01"), None, ZONE)
    assert coverage is not None
    assert coverage.last == date(2022, 3, 1)


def test_a_last_day_cut_in_the_night_is_unfinished() -> None:
    coverage = find_coverage(two_months("2024-03-01 00:05"), None, ZONE)
    assert coverage is not None
    assert coverage.last == date(2024, 2, 29)
    assert coverage.reason is not None
    assert coverage.reason.startswith("2024-03-01 seems unfinished: it has 1 behaviour, the last at 00:05")
    assert [warning.code for warning in coverage.warnings] == ["unfinished_day"]


@pytest.mark.parametrize(
    "days",
    [
        two_months(),
        two_months(*["2024-03-01 09:00"] * 12),  # Early, but not few.
        two_months("2024-03-01 23:00"),  # Few, but late.
        days_of(*pd.date_range("2024-01-01", "2024-02-29").repeat(9), "2024-03-01"),  # Dates cannot tell.
        days_of("2024-01-01 10:00", "2024-01-02 11:00", "2024-01-03 00:01"),  # Too few days to compare with.
    ],
    ids=["whole", "many", "late", "dates", "short"],
)
def test_other_last_days_are_complete(days: DayCounts) -> None:
    coverage = find_coverage(days, None, ZONE)
    assert coverage is not None
    assert coverage.last == max(date.fromordinal(719_163 + day) for day in days.rows)
    assert coverage.reason is None


@pytest.mark.parametrize(
    ("stated", "last"),
    [
        (date(2024, 2, 20), date(2024, 2, 20)),
        (date(2024, 3, 10), date(2024, 3, 10)),  # The data is known to have nothing until then.
        (datetime(2024, 2, 20), date(2024, 2, 19)),
        (datetime(2024, 2, 20, 23, 59, 59), date(2024, 2, 20)),
        (datetime(2024, 2, 20, 23, 30, tzinfo=UTC), date(2024, 2, 20)),
        (datetime(2024, 2, 20, 22, 30, tzinfo=UTC), date(2024, 2, 19)),
    ],
)
def test_the_mapping_states_the_end(stated: date | datetime, last: date) -> None:
    coverage = find_coverage(two_months("2024-03-01 00:05"), stated, ZONE)
    assert coverage is not None
    assert coverage.last == last
    later = [warning for warning in coverage.warnings if warning.code == "after_complete_until"]
    assert bool(later) == (last < date(2024, 3, 1))
    assert all(("by hour" in warning.text) == isinstance(stated, datetime) for warning in later)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("2024-06-30", date(2024, 6, 30)),
        ("2024-06-30T00:00", datetime(2024, 6, 30)),
        (date(2024, 6, 30), date(2024, 6, 30)),
        (datetime(2024, 6, 30, 12), datetime(2024, 6, 30, 12)),
    ],
)
def test_a_mapping_reads_a_day_or_a_moment(text: object, value: date) -> None:
    mapping = shop_mapping("shop", complete_until=text)
    assert mapping.complete_until == value
    assert type(mapping.complete_until) is type(value)
    assert type(mapping.model_validate_json(mapping.model_dump_json()).complete_until) is type(value)


def test_counts_survive_as_text_and_add_up() -> None:
    days = two_months("2024-03-01 00:05")
    again = DayCounts()
    again.add_text(days.as_text(), 0.5)
    again.add_text(days.as_text(), 0.5)
    assert again == days
