"""24:00 and leap seconds are the first moment of the next day, and digits may be of another script."""

from datetime import UTC, datetime

import pyarrow as pa
import pytest

from graph.importing.mapping.formats import Numbers, ValueFormat
from graph.importing.values.convert import after_last_day, convert
from graph.importing.values.number_profile import profile_numbers
from graph.importing.values.time_profile import profile_times

ZONE = "Europe/Berlin"


def moments(text: list[str], *times: str) -> list[str | None]:
    form = ValueFormat(times=times, zone=ZONE, numbers=Numbers(), missing=("",))
    found = convert(pa.array(text), "time", form)
    assert found.bad.tolist() == [value is None for value in found.values.to_pylist()]
    return [
        None if value is None else f"{datetime.fromtimestamp(value / 1000, UTC):%Y-%m-%d %H:%M}"
        for value in found.values.to_pylist()
    ]


@pytest.mark.parametrize(
    ("text", "layout", "expected"),
    [
        ("2024-02-29 24:00", "iso", "2024-02-29 23:00"),
        ("2024-03-31 24:00:00", "iso", "2024-03-31 22:00"),  # The day of 23 hours.
        ("2024-03-31T24:00:00Z", "iso", "2024-04-01 00:00"),
        ("2024-03-31T24:00:00+02:00", "iso", "2024-03-31 22:00"),
        ("20240331T240000", "iso", "2024-03-31 22:00"),
        ("2024-06-30 23:59:60", "iso", "2024-06-30 22:00"),
        ("31.12.2024 24:00", "%d.%m.%Y %H:%M", "2024-12-31 23:00"),
        ("31.12.2024 24.00 Uhr", "%d.%m.%Y %H.%M Uhr", "2024-12-31 23:00"),
        ("31/12/2024 24h00", "%d/%m/%Y %Hh%M", "2024-12-31 23:00"),
        ("202412312400", "%Y%m%d%H%M", "2024-12-31 23:00"),
        ("31 Dez 2024 24:00", "de: %d %b %Y %H:%M", "2024-12-31 23:00"),
    ],
)
def test_end_of_a_day_is_the_next_midnight(text: str, layout: str, expected: str) -> None:
    assert moments([text], layout) == [expected]


def test_other_hours_beyond_the_day_are_invalid() -> None:
    given = ["2024-03-31 24:01", "2024-03-31 25:00", "2024-03-32 24:00", "2024-03-31 24:00:01", "24.00.2024"]
    assert moments(given, "iso", "%d.%m.%Y") == [None] * 5


def test_campaign_that_ends_at_24_ends_at_that_midnight() -> None:
    for text in (["2024-03-31 24:00"], ["2024-03-31 24:00", "2024-04-02 12:00"]):
        given = pa.array(text)
        form = ValueFormat(times=("iso",), zone=ZONE, numbers=Numbers(), missing=("",))
        converted = convert(given, "time", form).values
        assert after_last_day(converted, given, ZONE).to_pylist() == converted.to_pylist()


def test_digits_of_other_scripts_are_read() -> None:
    assert moments(["٢٠٢٤-٠٣-٣١ ١٠:٠٠", "2024-03-31 10:00"], "iso") == ["2024-03-31 08:00"] * 2
    form = ValueFormat(times=("iso",), zone=ZONE, numbers=Numbers(), missing=("",))
    found = convert(pa.array(["١٢٫٥٠", "12.5", "۱۲٬۳۴۵", "१२"]), "number", form)
    assert found.values.to_pylist() == [12.5, 12.5, None, 12]  # No grouping sign is set.


def test_profiles_know_digits_of_other_scripts() -> None:
    numbers = profile_numbers([(pa.array([1, 2, 3]).to_numpy(), pa.array(["١٢٫٥٠", "12.50", "7.25"]))])
    assert (numbers.unread, numbers.formats) == (0, [Numbers()])
    times = profile_times([(pa.array([1, 2]).to_numpy(), pa.array(["٢٠٢٤-٠٣-٣١", "2024-04-01"]))])
    assert (times.unread, times.formats) == (0, ["iso"])
