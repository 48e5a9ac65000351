"""Times are read in one way only: by formats that all rows decide."""

from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from graph.errors import ImportFailed, InvalidRequest
from graph.importing.check import check_files
from graph.importing.inference.infer import infer_mapping
from graph.importing.mapping.formats import Numbers, ValueFormat
from graph.importing.mapping.model import parse_mapping
from graph.importing.mapping.time_formats import contradiction
from graph.importing.mapping.yaml_text import load_yaml
from graph.importing.values.convert import convert
from graph.importing.values.time_profile import TimeProfile, profile_times
from graph.progress import Silent
from tests.orders import HEADER, check_orders, orders_mapping


def times_of(*texts: str | None) -> TimeProfile:
    return profile_times([(np.arange(2, 2 + len(texts)), pa.array(texts, pa.string()))])


@pytest.mark.parametrize(
    ("layouts", "refused"),
    [
        (["%d/%m/%Y", "%m/%d/%Y"], True),
        (["%m/%d/%Y %H:%M", "%d/%m/%Y"], True),
        (["%m/%d/%Y %I:%M %p", "%d/%m/%Y %H:%M:%S"], True),
        (["%d/%m/%y", "%m/%d/%y"], True),
        (["%y/%m/%d", "%d/%m/%y"], True),
        (["%Y-%d-%m", "iso"], True),
        (["epoch_s", "epoch_ms"], True),
        (["excel", "%d.%m.%Y", "iso"], False),
        (["%d/%m/%Y", "%d/%m/%Y %H:%M", "%Y/%m/%d"], False),
        (["%d.%m.%Y", "%m/%d/%Y"], False),
        (["%d %b %Y", "%b %d, %Y"], False),
        (["hours since 2018-01-01", "days since 2018-01-01"], True),
        (["hours since 2018-01-01", "iso"], False),
    ],
)
def test_formats_that_read_one_text_as_different_days_are_refused(layouts: list[str], refused: bool) -> None:
    assert (contradiction(layouts) is not None) is refused
    if refused:
        with pytest.raises(InvalidRequest, match="as different days; keep the one that is right"):
            orders_mapping(times=layouts)


def test_hour_of_24_beside_am_and_pm_is_refused() -> None:
    with pytest.raises(InvalidRequest, match=r"write %I, the hour of 12: '%d/%m/%Y %I:%M %p'"):
        orders_mapping(times="iso | %d/%m/%Y %H:%M %p")


def test_hours_above_12_with_pm_are_read_beside_others(tmp_path: Path) -> None:
    times = ["13/03/2024 01:30 PM", "13/03/2024 13:30 PM", "13/03/2024 13:30 AM"]
    lines = ["customer,sku,at", *(f"a,tea{i},{time}" for i, time in enumerate(times)), ""]
    (tmp_path / "orders.csv").write_text("\n".join(lines))
    mapping = parse_mapping(load_yaml(infer_mapping(tmp_path, "shop", "UTC")), "test")
    report = check_files(tmp_path, mapping, Silent())
    moments = [row["at"] for row in report.preview["behaviours"]]
    assert moments == [pd.Timestamp("2024-03-13T13:30").value // 10**6] * 2
    assert [error.value for _, error in report.examples] == [times[2]]


@pytest.mark.parametrize(
    ("texts", "formats"),
    [
        (["2024-01-12", "2024-01-12 10:15", "2024-01-12T10:15:00.25+01:00"], ["iso"]),
        (["2024-01-12 10:15:00 UTC", "20240112T1015"], ["iso"]),
        (["13/01/2024 10:15", "02/03/2024 10:15"], ["%d/%m/%Y %H:%M"]),
        (["1/13/24", "1/2/24"], ["%m/%d/%y"]),
        (["1/13/2024 2:05:00 PM", "2/3/2024 2:05:00 am"], ["%m/%d/%Y %I:%M:%S %p"]),
        (["03.04.2024 10:15:00"], ["%d.%m.%Y %H:%M:%S"]),
        (["13-01-2024", "02-03-2024"], ["%d-%m-%Y"]),
        (["2024/01/12 9:05"], ["%Y/%m/%d %H:%M"]),
        (["24/01/13", "24/01/14", "24/01/15", "24/01/16"], ["%y/%m/%d"]),
        (["13/01/24", "14/01/24", "15/01/24", "16/01/24"], ["%d/%m/%y"]),
        (["12 Jan 2024"], ["%d %b %Y"]),
        (["Jan 12, 2024, 10:15 AM"], ["%b %d, %Y, %I:%M %p"]),
        (["12-Jan-24"], ["%d-%b-%y"]),
        (["12 January 2024"], ["%d %B %Y"]),
        (["20240112"], ["%Y%m%d"]),
        (["1721039400"], ["epoch_s"]),
        (["1721039400250"], ["epoch_ms"]),
        (["1721039400250000"], ["epoch_us"]),
        (["45488", "15.07.2024", "16.07.2024"], ["%d.%m.%Y", "excel"]),
        (["2024年1月12日"], ["%Y年%m月%d日"]),
        (["2024年1月12日 下午3:05", "2024年1月12日 上午11:05"], ["%Y年%m月%d日 %p%I:%M"]),
        (["2024/1/13 下午3:05"], ["%Y/%m/%d %p%I:%M"]),
        (["2024년 3월 5일 오후 3:05"], ["%Y년 %m월 %d일 %p %I:%M"]),
        (["1/13/2024 3:05 p.m.", "1/2/2024 9:05 A.M.", "1/2/2024 9:05\u202fAM"], ["%m/%d/%Y %I:%M %p"]),
        (["13/1/2024 3:05 p. m."], ["%d/%m/%Y %I:%M %p"]),
        (["12. März 2024", "1. Mai 2024", "12. Dez. 2024", "12. Mrz 2024"], ["de: %d. %b %Y"]),
        (["12. März 24", "1. Mai 24"], ["de: %d. %b %y"]),
        (["12/Feb/24", "1/Mar/24"], ["%d/%b/%y"]),
        (["Feb 12, 24", "Mar 1, 24"], ["%b %d, %y"]),
        (["Di., 12. März 2024 um 15:05"], ["de: %d. %b %Y um %H:%M"]),
        (["12. März 2024, 15:05 Uhr"], ["de: %d. %b %Y, %H:%M Uhr"]),
        (["05.03.2024 15:05 Uhr", "16.03.2024 9:05 uhr"], ["%d.%m.%Y %H:%M Uhr"]),
        (["05.03.2024 15:05:10 Uhr"], ["%d.%m.%Y %H:%M:%S Uhr"]),
        (["mar. 12 mars 2024 à 15:05", "1er FÉVR. 2024 à 9:00"], ["fr: %d %b %Y à %H:%M"]),
        (["12 de marzo de 2024", "2 de enero de 2024"], ["es: %d de %b de %Y"]),
        (["12 марта 2024"], ["ru: %d %b %Y"]),
        (["Tuesday, March 12, 2024", "Sept. 5, 2024"], ["en: %b %d, %Y"]),
        (["12 April 2024", "12 März 2024"], ["de: %d %b %Y"]),
        (["5 listopad 2024", "5 czerwca 2024"], ["pl: %d %b %Y"]),
        (["01/01/2024", "02/02/2024"], ["%d/%m/%Y"]),  # Both orders read the same days.
    ],
)
def test_all_rows_decide_the_format_of_times(texts: list[str], formats: list[str]) -> None:
    profile = times_of(*texts, "", None)
    assert (profile.decided, profile.formats, profile.rows) == (True, formats, len(texts))
    # The formats that the profile states are those that the import reads.
    converted = convert(pa.array(texts), "time", ValueFormat(
        times=tuple(formats), zone="UTC", numbers=Numbers(), missing=("",)
    ))  # fmt: skip
    assert not converted.bad.any()
    assert {pd.Timestamp(value, unit="ms").year for value in converted.values.to_pylist()} == {2024}


@pytest.mark.parametrize(
    ("texts", "extremes"),
    [
        (["0", "132", "600"], ("0", "600")),
        (["1.5", "-3", "90000"], ("-3", "90000")),
        (["45488", "45488.52"], ("45488", "45488.52")),
        (["45488,5", "45489,25"], ("45488,5", "45489,25")),
        (["1", "19000101", "20240305"], ("1", "20240305")),
        (["1721039400", *["17"] * 9], ("17", "1721039400")),
    ],
)
def test_profile_leaves_open_what_numbers_count(texts: list[str], extremes: tuple[str, str]) -> None:
    profile = times_of(*texts)
    assert profile.counted
    assert tuple(example.text for example in profile.counted) == extremes
    assert not profile.decided


@pytest.mark.parametrize("formats", ["epoch_s", "%Y%m%d", "%d/%m/%Y"])
def test_stray_number_does_not_make_times_counts(formats: str) -> None:
    text = {"epoch_s": "1721039400", "%Y%m%d": "20240715"}.get(formats, "15/07/2024")
    profile = times_of(*[text] * 30, "0")
    assert (profile.formats, profile.unread, profile.counted) == ([formats], 1, None)


def test_profile_leaves_dates_open_that_no_row_decides() -> None:
    (open_order,) = times_of("01/03/2024 10:00", "02/03/2024", "04/04/2024").undecided
    assert open_order.choices == [["%d/%m/%Y", "%d/%m/%Y %H:%M"], ["%m/%d/%Y", "%m/%d/%Y %H:%M"]]
    assert [str(example) for example in open_order.examples] == [
        "row 2: '01/03/2024 10:00'",
        "row 3: '02/03/2024'",
    ]


def test_profile_leaves_months_open_that_two_languages_read_differently() -> None:
    profile = times_of("5 grudnia 2024", "5 listopad 2024")
    assert profile.formats == ["pl: %d %b %Y"]  # Only Polish has a grudzień.
    (open_order,) = times_of("1 2024", "5 listopad 2024").undecided
    assert open_order.choices == [["pl: %d %b %Y"], ["hr: %d %b %Y"]]
    assert [str(example) for example in open_order.examples] == ["row 3: '5 listopad 2024'"]


def test_profile_reads_the_months_of_a_column_in_one_language() -> None:
    profile = times_of("5 března 2024", "6 srpna 2024", "7 lokakuuta 2024")
    assert (profile.formats, profile.unread) == (["cs: %d %b %Y"], 1)


@pytest.mark.parametrize(
    ("text", "layout", "utc"),
    [
        ("5. März 2024", "de: %d. %B %Y", "2024-03-05"),
        ("Dienstag, 5. März 2024 21:05", "de: %A, %d. %B %Y %H:%M", "2024-03-05T21:05"),
        ("mar 5, 2024", "es: %b %d, %Y", "2024-03-05"),
        ("5 listopad 2024", "hr: %d %B %Y", "2024-10-05"),
        ("5 listopad 2024", "pl: %d %B %Y", "2024-11-05"),
        ("12/1/2024 12:05 a.m.", "%m/%d/%Y %I:%M %p", "2024-12-01T00:05"),
        ("12/1/2024 12:05PM", "%m/%d/%Y %I:%M%p", "2024-12-01T12:05"),
        ("2024年3月5日下午12:05", "%Y年%m月%d日%p%I:%M", "2024-03-05T12:05"),
        ("2024年3月5日下午13:05", "%Y年%m月%d日%p%I:%M", "2024-03-05T13:05"),
        ("12/1/2024 13:30 PM", "%m/%d/%Y %I:%M %p", "2024-12-01T13:30"),
        ("12/1/2024 23:30:15 p.m.", "%m/%d/%Y %I:%M:%S %p", "2024-12-01T23:30:15"),
        ("12/1/2024 00:30 AM", "%m/%d/%Y %I:%M %p", "2024-12-01T00:30"),
    ],
)
def test_names_of_months_and_halves_of_the_day_are_read(text: str, layout: str, utc: str) -> None:
    formats = ValueFormat(times=(layout,), zone="UTC", numbers=Numbers(), missing=("",))
    for texts in ([text], [text, "5 foo 2024", text]):
        converted = convert(pa.array(texts), "time", formats)
        assert converted.values[0].as_py() == converted.values[-1].as_py() == pd.Timestamp(utc).value // 10**6
        assert converted.bad.tolist() == [False, True, False][: len(texts)]


def test_profile_names_two_rows_that_contradict_each_other() -> None:
    profile = times_of("01/03/2024", "13/03/2024", "03/14/2024 10:00")
    (found,) = profile.contradictions
    assert not profile.formats
    assert found.choices == ("%d/%m/%Y", "%m/%d/%Y")
    assert [example.row for example in found.examples] == [3, 4]


def test_profile_counts_what_no_format_reads() -> None:
    profile = times_of("soon", "13/13/2024", "2024-03-01", "12345678901234567")
    assert (profile.formats, profile.unread) == (["iso"], 3)
    assert profile.unread_examples[0] == (2, "soon")


def test_profile_keeps_few_examples_of_a_long_column() -> None:
    block = pa.array(["01/02/2024"] * 40_000)
    profile = profile_times((np.arange(i * 40_000, (i + 1) * 40_000), block) for i in range(10))
    assert profile.rows == 400_000
    assert len(profile.undecided[0].examples) == 2


def test_opposite_dates_are_refused_with_two_rows(tmp_path: Path) -> None:
    orders = HEADER + "a,tea,25/03/2024 10:00,1\na,tea,03/04/2024 10:00,1\na,tea,03/28/2024 10:00,1\n"
    mapping = orders_mapping(times="%d/%m/%Y %H:%M")
    with pytest.raises(ImportFailed) as error:
        check_orders(tmp_path, orders, mapping)
    assert "orders.csv, column 'at' (behaviours): 1 row, as row 4: '03/28/2024 10:00'" in str(error.value)
    assert "which alone row 2: '25/03/2024 10:00'" in str(error.value)
    assert "where" in error.value.remedy
    # Without the other row, the column is read as the mapping says.
    assert check_orders(tmp_path, orders.rpartition("a,tea")[0], mapping).total.rejected == 0
    # `where` leaves the row out before the profile.
    without = orders_mapping(times="%d/%m/%Y %H:%M", where={"at": {"not_starts_with": "03/28"}})
    assert check_orders(tmp_path, orders, without).tables["behaviours"].left_out == 1


def test_wrong_order_of_dates_is_refused_with_the_right_one(tmp_path: Path) -> None:
    orders = HEADER + "a,tea,03/04/2024,1\na,tea,25/03/2024,1\n"
    with pytest.raises(ImportFailed, match="No row needs the mapping's order") as error:
        check_orders(tmp_path, orders, orders_mapping(times=["iso", "%m/%d/%Y"]))
    assert "'%d/%m/%Y'" in error.value.remedy


def test_dates_of_a_joined_file_are_checked(tmp_path: Path) -> None:
    document = orders_mapping({"at": {"column": "day", "times": "%d/%m/%Y"}}).model_dump(
        mode="json", exclude_unset=True
    )
    document["tables"]["behaviours"][0]["join"] = [{"files": "days.csv", "on": {"at": "no"}}]
    (tmp_path / "days.csv").write_text("no,day\n1,25/03/2024\n2,03/28/2024\n")
    mapping = parse_mapping(document, "test")
    orders = HEADER + "a,tea,1,1\na,tea,2,1\na,tea,3,1\n"
    with pytest.raises(ImportFailed, match="column 'day'.*row 3: '03/28/2024'"):
        check_orders(tmp_path, orders, mapping)
    (tmp_path / "days.csv").write_text("no,day\n1,25/03/2024\n2,02/03/2024\n")
    (warning,) = (
        found
        for found in check_orders(tmp_path, orders, mapping).warnings
        if found.code == "rows_without_partner"
    )
    assert warning.count == 1
