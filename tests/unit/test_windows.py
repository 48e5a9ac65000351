"""The ends of campaigns' windows: last days, and moments."""

from datetime import date

import pandas as pd
import pyarrow as pa
import pytest

from graph.importing.mapping.formats import Numbers, ValueFormat
from graph.importing.values.convert import after_last_day, convert


def epoch_milliseconds(utc: str) -> int:
    return int(pd.Timestamp(utc, tz="UTC").timestamp() * 1000)


BERLIN_MIDNIGHT = "2024-03-30T23:00"  # The day after the last one begins in Berlin, an hour before UTC.


@pytest.mark.parametrize(
    ("values", "layout", "ends"),
    [
        (["2024-03-30"], "iso", [BERLIN_MIDNIGHT]),
        (["30.03.2024", "31.03.2024"], "%d.%m.%Y", [BERLIN_MIDNIGHT, "2024-03-31T22:00"]),
        (["2024-03-30T21:00:00"], "iso", ["2024-03-30T20:00"]),
        (["2024-03-30 23:59:59"], "iso", ["2024-03-30T22:59:59"]),
        (["Mar 30, 2024 9 pm"], "%b %d, %Y %I %p", ["2024-03-30T20:00"]),
        # A column that is at midnight throughout states days.
        (["2024-03-30 00:00:00"], "iso", [BERLIN_MIDNIGHT]),
        # A midnight with an offset is a moment, in any zone.
        (["2024-03-30T00:00:00+01:00"], "iso", ["2024-03-29T23:00"]),
        (["2024-03-29T23:00:00.000Z", "2024-03-31T22:00Z"], "iso", ["2024-03-29T23:00", "2024-03-31T22:00"]),
        (["20240329T230000Z", "2024-03-30"], "iso", ["2024-03-29T23:00", BERLIN_MIDNIGHT]),
        (["00:00 30-03-2024"], "%H:%M %d-%m-%Y", [BERLIN_MIDNIGHT]),
        ([pd.Timestamp("2024-03-29T23:00", tz="UTC")], "iso", ["2024-03-29T23:00"]),
        (["2024-03-30 00:00", "2024-03-30 09:00"], "iso", ["2024-03-29T23:00", "2024-03-30T08:00"]),
        (["45381"], "excel", [BERLIN_MIDNIGHT]),
        (["45381.875"], "excel", ["2024-03-30T20:00"]),
        (["1711825200"], "epoch_s", ["2024-03-30T19:00"]),
        ([pd.Timestamp("2024-03-30")], "iso", [BERLIN_MIDNIGHT]),
        (
            [pd.Timestamp("2024-03-30"), pd.Timestamp("2024-03-30T21:00")],
            "iso",
            ["2024-03-29T23:00", "2024-03-30T20:00"],
        ),
        ([date(2024, 3, 30)], "iso", [BERLIN_MIDNIGHT]),
    ],
)
def test_a_last_day_ends_at_midnight_and_a_time_of_day_stays(
    values: list[object], layout: str, ends: list[str]
) -> None:
    value_format = ValueFormat(times=(layout,), zone="Europe/Berlin", numbers=Numbers(), missing=("",))
    given = pa.array(values)
    moments = convert(given, "time", value_format).values
    assert after_last_day(moments, given, "Europe/Berlin").to_pylist() == [
        epoch_milliseconds(end) for end in ends
    ]
