"""Times whose day and time of day are in two columns."""

from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from openpyxl import Workbook

from graph.errors import ImportFailed, InvalidRequest
from graph.importing.check import Check, check_files
from graph.importing.inference.files.clock_columns import clock_columns
from graph.importing.inference.infer import infer_mapping
from graph.importing.mapping.model import Mapping, parse_mapping
from graph.importing.mapping.questions import UnansweredQuestions
from graph.importing.mapping.yaml_text import load_yaml
from graph.importing.reading.combined_columns import date_and_time
from graph.progress import Silent

TILL = "Datum;Uhrzeit;Kundennr;Artikel;Betrag\n"


def inferred(folder: Path) -> Mapping:
    return parse_mapping(load_yaml(infer_mapping(folder, "till", "UTC")), "test")


def moments(report: Check, field: str = "at", table: str = "behaviours") -> list[str]:
    found = [row[field] for row in report.preview[table]]
    return [f"{datetime.fromtimestamp(int(str(at)) / 1000, UTC):%Y-%m-%d %H:%M:%S}" for at in found]


def check(folder: Path, mapping: Mapping) -> Check:
    return check_files(folder, mapping, Silent())


def mapped(columns: dict[str, Any], **settings: Any) -> Mapping:
    source = {"files": "till.csv", "columns": columns, "constants": {"kind": "purchase"}, **settings}
    kinds = {"purchase": {"type": "PURCHASED", "counts": "any"}}
    content = {"dataset": "x", "zone": "UTC", "tables": {"behaviours": source}, "kinds": kinds}
    return parse_mapping(content, "test")


def test_day_and_time_of_day_are_recognised_and_loaded(tmp_path: Path) -> None:
    (tmp_path / "till.csv").write_text(
        TILL + "13.02.2024;9:05;7;TEE;3,50\n14.02.2024;14:30;8;TEE;3,50\n15.02.2024;;8;TEE;3,50\n"
    )
    text = infer_mapping(tmp_path)
    assert "at: {date: Datum, time: Uhrzeit}" in text
    assert 'times: ["%d.%m.%Y %H:%M", "%d.%m.%Y"]' in text
    assert "Uhrzeit" not in text.partition("not used of")[2]
    report = check(tmp_path, inferred(tmp_path))
    assert report.tables["behaviours"].rejected == 0
    assert moments(report) == ["2024-02-13 09:05:00", "2024-02-14 14:30:00", "2024-02-15 00:00:00"]
    assert report.unused == {}


def test_columns_called_date_and_time_belong_together(tmp_path: Path) -> None:
    # The name `time` stands before `date` among the names of times.
    (tmp_path / "till.csv").write_text("date,time,customer_id,sku\n2024-02-13,09:05:10,a,tea\n")
    assert moments(check(tmp_path, inferred(tmp_path))) == ["2024-02-13 09:05:10"]


def test_records_of_visits_have_both(tmp_path: Path) -> None:
    (tmp_path / "visits.jsonl").write_text(
        '{"userId": "a", "serverDate": "2024-02-13", "serverTimePretty": "09:05:10", "sku": "tea"}\n'
    )
    assert "{date: serverDate, time: serverTimePretty}" in infer_mapping(tmp_path)
    assert moments(check(tmp_path, inferred(tmp_path))) == ["2024-02-13 09:05:10"]


@pytest.mark.parametrize(
    ("clocks", "expected"),
    [
        (["14.30", "9.05"], ["14:30:00", "09:05:00"]),
        (["14.30.10", "9.05.10"], ["14:30:10", "09:05:10"]),
        (["9.05.10", "9.06.11"], ["09:05:10", "09:06:11"]),
        (["8.00", "0.00", "14.30"], ["08:00:00", "00:00:00", "14:30:00"]),
        (["08.00.00", "10.00.05"], ["08:00:00", "10:00:05"]),
        (["14h30", "9h05"], ["14:30:00", "09:05:00"]),
        (["14:30 h", "9:05 h"], ["14:30:00", "09:05:00"]),
        (["14.30 Uhr", "9.05 Uhr"], ["14:30:00", "09:05:00"]),
        (["2.30 pm", "9.05 a.m."], ["14:30:00", "09:05:00"]),
        (["1430", "905"], ["14:30:00", "09:05:00"]),
        (["143010", "90510"], ["14:30:10", "09:05:10"]),
        (["2038", "63135", "3418", "5"], ["00:20:38", "06:31:35", "00:34:18", "00:00:05"]),
        (["1430", "38", "5"], ["14:30:00", "00:38:00", "00:05:00"]),
        (["0", "5"], []),
    ],
)
def test_clock_without_colons_belongs_to_the_day(
    tmp_path: Path, clocks: list[str], expected: list[str]
) -> None:
    rows = "".join(f"2024-02-13,{clock},a,tea\n" for clock in clocks)
    (tmp_path / "till.csv").write_text("date,time,customer_id,sku\n" + rows)
    if not expected:
        assert "time: time}" not in infer_mapping(tmp_path)
        return
    assert moments(check(tmp_path, inferred(tmp_path))) == [f"2024-02-13 {clock}" for clock in expected]
    assert "In which time zone are times like 2024-02-13 " in infer_mapping(tmp_path)


@pytest.mark.parametrize("column", ["hour", "Stunde", "order_hour", "小时"])
def test_hour_alone_belongs_to_the_day(tmp_path: Path, column: str) -> None:
    rows = "2024-02-13,14,a,tea\n2024-02-14,0,a,tea\n2024-02-15,9,b,tea\n2024-02-16,,b,tea\n"
    (tmp_path / "till.csv").write_text(f"date,{column},customer_id,sku\n{rows}", encoding="utf-8")
    if column == "order_hour":
        (tmp_path / "till.csv").write_text(f"order_date,{column},customer_id,sku\n{rows}")
    text = infer_mapping(tmp_path, "till", "UTC")
    name = column if column.isascii() else f'"{column}"'
    assert f"hour: {name}}}  # {column} has hours from 0 to 23" in text
    report = check(tmp_path, parse_mapping(load_yaml(text), "test"))
    expected = ["2024-02-13 14:00:00", "2024-02-14 00:00:00", "2024-02-15 09:00:00", "2024-02-16 00:00:00"]
    assert moments(report) == expected


@pytest.mark.parametrize(
    ("day", "column", "hour"),
    [
        ("2024-02-13", "hour", "24"),
        ("2024-02-13", "hours", "9"),
        ("2024-02-13", "business_hour", "9"),
        ("2024-02-13", "time", "9"),
        ("2024-02-13 10:30", "hour", "10"),
    ],
)
def test_number_that_is_no_hour_of_the_day_is_left_alone(
    tmp_path: Path, day: str, column: str, hour: str
) -> None:
    rows = [f"2024-02-12{day[10:]},8,a,tea"] * 200 + [f"{day},{hour},a,tea"]
    (tmp_path / "till.csv").write_text(f"date,{column},customer_id,sku\n" + "\n".join(rows) + "\n")
    assert "{date:" not in infer_mapping(tmp_path, zone="UTC")


def test_hour_can_have_its_own_formats() -> None:
    columns = {"user": "who", "object": "what", "at": {"date": "day", "hour": "h", "times": "%d.%m.%Y %H:%M"}}
    source = mapped(columns).tables["behaviours"][0]
    assert (source.columns["at"], source.formats["at"].times) == ("day &hour& h", ["%d.%m.%Y %H:%M"])
    with pytest.raises(InvalidRequest, match="write both columns, `date` and `time`"):
        mapped(columns | {"at": {"hour": "h"}})
    with pytest.raises(
        InvalidRequest, match="value is no time, and has no columns `date` and `time` or `hour`"
    ):
        mapped(columns | {"value": {"date": "day", "hour": "h"}})


def test_campaigns_start_and_end_at_a_time_of_day(tmp_path: Path) -> None:
    (tmp_path / "log.csv").write_text("customer_id,sku,order_date\na,tea,2024-03-02\n")
    (tmp_path / "campaigns.csv").write_text(
        "campaign_id,start_date,start_time,end_date,end_time\nFLASH,2024-03-02,09:00,2024-03-02,21:00\n"
    )
    report = check(tmp_path, inferred(tmp_path))
    assert moments(report, "starts", "campaigns") == ["2024-03-02 09:00:00"]
    assert moments(report, "ends", "campaigns") == ["2024-03-02 21:00:00"]


def test_open_order_of_day_and_month_is_a_question(tmp_path: Path) -> None:
    (tmp_path / "till.csv").write_text("date,time,customer_id,sku\n03/04/2024,09:05,a,tea\n")
    with pytest.raises(UnansweredQuestions, match="In which order are day and month in date"):
        inferred(tmp_path)


def test_contradicting_orders_are_refused_as_in_one_column(tmp_path: Path) -> None:
    (tmp_path / "till.csv").write_text(
        "date,time,who,sku\n13/04/2024,09:05,a,tea\n03/04/2024,09:05,a,tea\n04/13/2024,10:05,b,tea\n"
    )
    columns = {"user": "who", "object": "sku", "at": {"date": "date", "time": "time"}}
    with pytest.raises(ImportFailed, match="row 4.* can only be read as '%m/%d/%Y %H:%M'"):
        check(tmp_path, mapped(columns, times="%d/%m/%Y %H:%M"))


def test_invalid_time_of_day_is_rejected(tmp_path: Path) -> None:
    (tmp_path / "till.csv").write_text("date,time,who,sku\n2024-04-13,09:05,a,tea\n2024-04-13,25:61,b,tea\n")
    columns = {"user": "who", "object": "sku", "at": {"date": "date", "time": "time"}}
    report = check(tmp_path, mapped(columns))
    assert [(error.row, error.value) for _, error in report.examples] == [(3, "2024-04-13 25:61")]


def test_cells_of_a_workbook(tmp_path: Path) -> None:
    book = Workbook()
    sheet = book.worksheets[0]
    sheet.append(["date", "time", "customer_id", "sku"])
    sheet.append([date(2024, 2, 13), time(9, 5), "a", "tea"])
    sheet.append([datetime(2024, 2, 14), time(14, 30, 5), "b", "tea"])
    book.save(tmp_path / "till.xlsx")
    found = moments(check(tmp_path, inferred(tmp_path)))
    assert found == ["2024-02-13 09:05:00", "2024-02-14 14:30:05"]


@pytest.mark.parametrize(
    ("day", "clock", "expected"),
    [
        ("2024-02-13 00:00:00.000", "14:05:00.0000000", "2024-02-13 14:05:00"),
        ("2/13/2024 12:00:00 AM", "1899-12-30 14:05:00", "2/13/2024 14:05:00"),
        (" 13.02.2024 ", " 14:05 ", "13.02.2024 14:05"),
        ("13.02.2024", "", "13.02.2024"),
        ("13.02.2024", "null", "13.02.2024"),
        ("", "14:05", None),
    ],
)
def test_programs_that_know_only_moments(day: str, clock: str, expected: str | None) -> None:
    assert date_and_time([pa.array([day]), pa.array([clock])], ["null"]).to_pylist() == [expected]


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({"order_date": "2024-02-13", "delivery_time": "14:00"}, {}),
        ({"order_date": "2024-02-13", "delivery_date": "2024-02-14", "time": "14:00"}, {}),
        (
            {"order_date": "2024-02-13", "delivery_date": "2024-02-14", "OrderTime": "14:00"},
            {"OrderTime": "order_date"},
        ),
        ({"Bestelldatum": "13.02.2024", "Bestellzeit": "14:00"}, {"Bestellzeit": "Bestelldatum"}),
        ({"日期": "2024-02-13", "时间": "14:00:01"}, {"时间": "日期"}),
        ({"date": "20240213", "time": "140001"}, {"time": "date"}),
        ({"date": "2024-02-13 10:00", "time": "14:00"}, {}),
        ({"date": "2024-02-13", "price": "14.00"}, {}),
        ({"date": "2024-02-13", "time": "14.75"}, {}),
        ({"date": "13.02.2024", "time": "9.05.10"}, {"time": "date"}),
    ],
)
def test_names_decide_which_columns_belong_together(values: dict[str, str], expected: dict[str, str]) -> None:
    times = [name for name, value in values.items() if value.startswith(("20", "13"))]
    assert clock_columns({name: [value] for name, value in values.items()}, times) == expected


def test_mapping_names_both_columns() -> None:
    columns = {"user": "u", "object": "o"}
    with pytest.raises(InvalidRequest, match="write both columns, `date` and `time`"):
        mapped({**columns, "at": {"date": "d"}})
    with pytest.raises(InvalidRequest, match="value is no time"):
        mapped({**columns, "at": "d", "value": {"date": "d", "time": "t"}})


def test_column_that_the_file_lacks_is_named(tmp_path: Path) -> None:
    (tmp_path / "till.csv").write_text("date,time,who,sku\n2024-04-13,09:05,a,tea\n")
    columns = {"user": "who", "object": "sku", "at": {"date": "date", "time": "tine"}}
    with pytest.raises(ImportFailed, match=r"has no column tine \(did you mean time\?\)"):
        check(tmp_path, mapped(columns))


@pytest.mark.parametrize(("day", "layout"), [("20240213", "%Y%m%d"), ("13/02/2024", "%d/%m/%Y")])
def test_later_rows_decide_whether_a_clock_in_digits_has_seconds(
    tmp_path: Path, day: str, layout: str
) -> None:
    """No row of the first thousands has seconds by its own digits."""
    rows = "".join(f"{day},{clock},a,tea\n" for clock in [*["2038"] * 12_000, "63135"])
    (tmp_path / "till.csv").write_text("date,time,customer_id,sku\n" + rows)
    mapping = inferred(tmp_path)
    assert mapping.tables["behaviours"][0].times == [f"{layout} %H%M%S"]
    assert moments(check(tmp_path, mapping))[0] == "2024-02-13 00:20:38"


def test_a_clock_that_is_not_read_is_named(tmp_path: Path) -> None:
    rows = "".join(f"2024-02-13,{clock},a,tea\n" for clock in ("14:30", "9:05", "late"))
    (tmp_path / "till.csv").write_text("order_date,order_time,customer_id,sku\n" + rows)
    text = infer_mapping(tmp_path)
    assert "order_time is not read: its values are not all times of day (late)" in text
