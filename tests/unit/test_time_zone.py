"""The time zone: asked where times have a clock and no offset, stated by `--zone`, assumed nowhere else."""

from pathlib import Path

import pytest
from typer.testing import CliRunner

from cli.main import app
from cli.questions import ask_questions
from graph.importing.inference.infer import infer_mapping
from graph.importing.inference.infer_again import infer_with_answers
from graph.importing.mapping.model import parse_mapping, read_mapping
from graph.importing.mapping.questions import UnansweredQuestions, resolve_questions, write_answers
from graph.importing.mapping.yaml_text import load_yaml

HEADER = "order_id,customer_id,product_id,order_date,amount\n"


def write_orders(folder: Path, *times: str) -> None:
    rows = [f"{number},c{number},tea,{time},1.5\n" for number, time in enumerate(times)]
    (folder / "orders.csv").write_text(HEADER + "".join(rows))


def questions(folder: Path, zone: str | None = None) -> list[str]:
    content = load_yaml(infer_mapping(folder, "shop", zone))
    return [f"{question.path}: {question.ask}" for question in resolve_questions(content)[1]]


@pytest.mark.parametrize(
    ("times", "example"),
    [
        (["2024-03-05 00:00", "2024-03-06 10:00"], "2024-03-06 10:00"),
        (["2024-03-05T10:00:00+01:00", "2024-03-06T11:30:00"], "2024-03-06T11:30:00"),
        (["05.03.2024 15:05 Uhr", "16.03.2024 9:05 Uhr"], "05.03.2024 15:05 Uhr"),
        (["3/25/2024 3:05 PM", "3/26/2024 4 PM"], "3/25/2024 3:05 PM"),
        (["20240325100000", "20240326110000"], "20240325100000"),
    ],
)
def test_zone_of_times_without_an_offset_is_asked(tmp_path: Path, times: list[str], example: str) -> None:
    write_orders(tmp_path, *times)
    (question,) = questions(tmp_path)
    assert question.startswith(
        f"zone: In which time zone are times like {example} (order_date of orders.csv)"
    )
    assert questions(tmp_path, "Asia/Tokyo") == []


def test_times_of_all_rows_and_files_decide(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("graph.importing.reading.blocks.BLOCK_ROWS", 2)
    write_orders(tmp_path, *["2024-03-05"] * 4, "2024-03-09 10:30")
    assert "times like 2024-03-09 10:30" in questions(tmp_path)[0]
    (tmp_path / "orders.csv").rename(tmp_path / "orders_2.csv")
    write_orders(tmp_path, *["2024-03-05"] * 3)
    (tmp_path / "orders.csv").rename(tmp_path / "orders_1.csv")
    assert "times like 2024-03-09 10:30" in questions(tmp_path)[0]


@pytest.mark.parametrize(
    "times",
    [
        ["2024-03-05", "2024-03-06"],
        ["2024-03-05 00:00:00", "2024-03-06 00:00:00"],
        ["2024-03-05T10:00:00+01:00", "2024-03-06 09:00:01Z"],
        ["2024-03-05 10:00:00 UTC", "2024-03-06 11:00:00 UTC"],
        ["1710006000", "1710007000"],
    ],
)
def test_zone_of_days_and_of_moments_is_not_asked(tmp_path: Path, times: list[str]) -> None:
    write_orders(tmp_path, *times)
    assert questions(tmp_path) == []
    assert parse_mapping(load_yaml(infer_mapping(tmp_path)), "test").zone == "UTC"


@pytest.mark.parametrize(
    ("times", "stated", "suggested"),
    [
        (["2024-01-05T23:30:00+02:00", "2024-07-06T23:30:00+02:00"], "+02:00 in all rows", "Etc/GMT-2"),
        (["2024-01-05 23:30:00 -0500", "2024-07-06 23:30:00 -0500"], "-0500 in all rows", "Etc/GMT+5"),
        (["2024-01-05T23:30:00+01:00", "2024-07-06T23:30:00+02:00"], "+01:00 and +02:00", "America/New_York"),
    ],
)
def test_zone_of_days_is_asked_where_times_have_other_offsets(
    tmp_path: Path, times: list[str], stated: str, suggested: str
) -> None:
    write_orders(tmp_path, *times)
    (question,) = questions(tmp_path)
    assert f"Times like {times[0]} (order_date of orders.csv) have the offset {stated}" in question
    assert suggested in question
    assert questions(tmp_path, "Europe/Berlin") == []


def test_answer_that_is_no_zone_is_asked_again(tmp_path: Path, monkeypatch) -> None:  # type: ignore[no-untyped-def]
    write_orders(tmp_path, "2024-03-05 10:00")
    CliRunner().invoke(app, ["import", "init", str(tmp_path)])
    answers = iter(["Berlin", "Europe/Berlin"])
    monkeypatch.setattr("typer.prompt", lambda _text: next(answers))
    ask_questions(tmp_path / "groundswell.yaml")
    assert read_mapping(tmp_path / "groundswell.yaml").zone == "Europe/Berlin"
    assert next(answers, None) is None


def test_import_without_a_terminal_is_refused_until_the_zone_is_known(tmp_path: Path) -> None:
    write_orders(tmp_path, "2024-03-05 10:00")
    result = CliRunner().invoke(app, ["import", "init", str(tmp_path), "--run"])
    assert isinstance(result.exception, UnansweredQuestions)
    assert "time zone" in str(result.exception)


def test_zone_of_dates_and_times_in_two_columns_is_asked(tmp_path: Path) -> None:
    rows = "1,a,tea,2024-03-05,10:00,1\n2,b,tea,2024-03-06,11:30,2\n"
    (tmp_path / "orders.csv").write_text("order_id,customer_id,product_id,date,time,amount\n" + rows)
    (question,) = questions(tmp_path)
    assert "times like 2024-03-05 10:00 (date and time of orders.csv)" in question


def test_the_question_names_the_file_that_has_the_times(tmp_path: Path) -> None:
    rows = range(1, 6)
    orders = "".join(f"A-{i},c{i},2024-03-0{i} 10:00\n" for i in rows)
    (tmp_path / "orders.csv").write_text("order_id,customer_id,order_date\n" + orders)
    (tmp_path / "lines.csv").write_text("order_id,sku,quantity\n" + "".join(f"A-{i},tea,1\n" for i in rows))
    (question,) = questions(tmp_path)
    assert "(order_date of orders.csv)" in question


def write_trips(folder: Path, *zones: str) -> None:
    rows = [
        f"{number},c{number},tea,2024-03-0{number + 1}T01:30:00Z,1.5,{zone}\n"
        for number, zone in enumerate(zones)
    ]
    (folder / "trips.csv").write_text(HEADER.replace("\n", ",timezone\n") + "".join(rows))


def test_zone_that_a_column_has_in_all_rows_is_that_of_the_days(tmp_path: Path) -> None:
    write_trips(tmp_path, *["America/Sao_Paulo"] * 4, "")
    text = infer_mapping(tmp_path, "shop")
    assert "zone: America/Sao_Paulo  # defines the days; timezone of trips.csv has it in all rows\n" in text
    assert load_yaml(infer_mapping(tmp_path, "shop", "America/Sao_Paulo"))["zone"] == "America/Sao_Paulo"


def test_given_zone_that_a_column_contradicts_is_asked_about(tmp_path: Path) -> None:
    write_trips(tmp_path, *["America/Sao_Paulo"] * 4, "America/Manaus", "")
    text = infer_mapping(tmp_path, "shop", "Europe/Berlin")
    (question,) = resolve_questions(load_yaml(text))[1]
    assert question.choose == ("Europe/Berlin", "America/Sao_Paulo", "America/Manaus")
    assert question.ask.startswith(
        "The time zone is given as Europe/Berlin, but timezone of trips.csv states America/Sao_Paulo (4 rows)"
    )
    answered = write_answers(text, ["Europe/Berlin"])
    again = infer_with_answers(tmp_path, answered, zone="Europe/Berlin")
    assert resolve_questions(load_yaml(again))[0]["zone"] == "Europe/Berlin"  # type: ignore[index,call-overload]
    # One of several that the column states is an answer, and so is another name of the zone.
    assert load_yaml(infer_mapping(tmp_path, "shop", "America/Manaus"))["zone"] == "America/Manaus"
    assert load_yaml(infer_mapping(tmp_path, "shop", "Brazil/East"))["zone"] == "Brazil/East"


def test_several_zones_of_a_column_are_asked_about(tmp_path: Path) -> None:
    write_trips(tmp_path, *["America/Sao_Paulo"] * 4, "America/Manaus")
    (question,) = resolve_questions(load_yaml(infer_mapping(tmp_path, "shop")))[1]
    assert question.choose == ("America/Sao_Paulo", "America/Manaus", "UTC")
    assert "timezone of trips.csv states several time zones: America/Sao_Paulo (4 rows), " in question.ask


def test_places_that_are_no_zones_state_none(tmp_path: Path) -> None:
    write_trips(tmp_path, *["America/Sao_Paulo"] * 4, "South America/Brazil")
    assert load_yaml(infer_mapping(tmp_path, "shop"))["zone"] == "UTC"
