"""Years of an era, and years of two digits that may be such: read where they say so, else asked about."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from graph.errors import InvalidRequest
from graph.importing.check import check_files
from graph.importing.inference.infer import infer_mapping
from graph.importing.mapping.model import parse_mapping
from graph.importing.mapping.questions import Question, resolve_questions, write_answers
from graph.importing.mapping.yaml_text import load_yaml
from graph.progress import Silent

JAPANESE = "注文番号,会員番号,注文日,商品番号,金額\n"
ENGLISH = "order_id,customer,date,sku,amount\n"


def questions(folder: Path, header: str, *days: str) -> list[Question]:
    rows = [f"o{number},c{number},{day},tea,350\n" for number, day in enumerate(days)]
    (folder / "orders.csv").write_text(header + "".join(rows))
    return resolve_questions(load_yaml(infer_mapping(folder, "shop", "UTC")))[1]


def days(folder: Path, *answers: str, times: str = "") -> list[str]:
    content = load_yaml(write_answers(infer_mapping(folder, "shop", "UTC"), list(answers)))
    if times:
        content["tables"]["behaviours"][0]["times"] = times
    report = check_files(folder, parse_mapping(content, "test"), Silent())
    moments = [int(str(row["at"])) / 1000 for row in report.preview["behaviours"]]
    return [f"{datetime.fromtimestamp(moment, UTC):%Y-%m-%d}" for moment in moments]


@pytest.mark.parametrize("separator", ["-", "/", "."])
def test_two_digit_years_of_a_japanese_file_are_asked_about(tmp_path: Path, separator: str) -> None:
    texts = [separator.join(("05", "04", f"{day}")) for day in range(11, 30)]
    (question,) = questions(tmp_path, JAPANESE, *texts)
    answer = separator.join(("reiwa: %y", "%m", "%d"))
    assert dict(zip(question.choose, question.examples, strict=True))[answer] == "2023"
    assert days(tmp_path, answer)[:2] == ["2023-04-11", "2023-04-12"]


def test_open_order_of_a_japanese_file_offers_the_era_as_well(tmp_path: Path) -> None:
    (question,) = questions(tmp_path, JAPANESE, "05/04/12", "05/04/11")
    assert "reiwa: %y/%m/%d" in question.choose
    assert "reiwa: %d/%m/%y" not in question.choose


@pytest.mark.parametrize(
    "texts",
    [["R5.4.12", "R6.10.1"], ["令和5年4月12日", "令和6年10月1日"]],
)
def test_dates_that_state_their_era_are_read(tmp_path: Path, texts: list[str]) -> None:
    assert questions(tmp_path, JAPANESE, *texts) == []
    assert days(tmp_path) == ["2023-04-12", "2024-10-01"]


def test_first_year_of_an_era_is_read(tmp_path: Path) -> None:
    assert questions(tmp_path, JAPANESE, "令和元年5月1日", "令和2年5月1日") == []
    assert days(tmp_path) == ["2019-05-01", "2020-05-01"]


@pytest.mark.parametrize(
    ("texts", "times", "expected"),
    [
        (["112/04/12"], "minguo: %y/%m/%d", "2023-04-12"),
        (["12/04/2567"], "buddhist: %d/%m/%Y", "2024-04-12"),
        (["31.4.30"], "heisei: %y.%m.%d", "2019-04-30"),
    ],
)
def test_mapping_states_the_era(tmp_path: Path, texts: list[str], times: str, expected: str) -> None:
    questions(tmp_path, ENGLISH, *texts)
    assert days(tmp_path, times=times) == [expected]


@pytest.mark.parametrize(
    ("texts", "asked"),
    [
        (["14/04/24", "15/04/24", "16/04/24", "17/04/24"], False),
        (["14.04.99", "15.04.99"], False),
        (["14/04/67", "15/04/67"], True),
        (["14/04/85", "15/04/85"], True),
    ],
)
def test_years_of_another_century_are_asked_about(tmp_path: Path, texts: list[str], asked: bool) -> None:
    found = questions(tmp_path, ENGLISH, *texts)
    assert bool(found) == asked
    if texts[0].endswith("67"):
        assert found[0].choose == ("%d/%m/%y", "buddhist: %d/%m/%y")
        assert days(tmp_path, found[0].choose[1])[0] == "2024-04-14"


def test_recent_two_digit_years_of_an_east_asian_file_are_no_question(tmp_path: Path) -> None:
    assert questions(tmp_path, JAPANESE, *(f"24-04-{day}" for day in range(11, 30))) == []


def test_unknown_era_is_no_format(tmp_path: Path) -> None:
    questions(tmp_path, ENGLISH, "2024-04-12")
    with pytest.raises(InvalidRequest, match="meiji"):
        days(tmp_path, times="meiji: ")


@pytest.mark.parametrize("shape", ["24-Mar-{:02}", "24/Mar/{:02}", "24 Mar {:02}"])
def test_year_before_the_name_of_a_month_is_asked_about(tmp_path: Path, shape: str) -> None:
    (question,) = questions(tmp_path, ENGLISH, *(shape.format(day) for day in range(1, 29)))
    day_first, year_first = question.choose
    assert dict(zip(question.choose, question.examples, strict=True)) == {
        day_first: "2001 to 2028", year_first: "2024",
    }  # fmt: skip
    assert days(tmp_path, year_first)[:2] == ["2024-03-01", "2024-03-02"]


@pytest.mark.parametrize(
    "texts",
    [
        [f"{day:02}-Mar-{year}" for day in range(1, 4) for year in (23, 24)],
        ["24-Mar-23", "24-Mar-24"],
        [f"24-Mar-{year}" for year in range(40, 99)],
    ],
    ids=["more days than years", "a day of two years", "no days"],
)
def test_day_before_the_name_of_a_month_is_not_asked_about(tmp_path: Path, texts: list[str]) -> None:
    assert not questions(tmp_path, ENGLISH, *texts)
