"""Answers about columns that are written into the mapping have the effect that they have on a terminal."""

from functools import partial
from pathlib import Path

import pytest
from typer.testing import CliRunner

from cli.main import app
from cli.questions import ask_questions
from graph.errors import InvalidRequest
from graph.importing.check import check_files
from graph.importing.inference.answer_record import settle_columns
from graph.importing.inference.infer import infer_mapping
from graph.importing.inference.infer_again import infer_again
from graph.importing.mapping.model import read_mapping
from graph.importing.mapping.questions import (
    NONE_OF_THEM,
    UnansweredQuestions,
    find_questions,
    resolve_questions,
    write_answers,
)
from graph.importing.mapping.source import NO_BEHAVIOURS
from graph.importing.mapping.yaml_text import load_yaml
from graph.progress import Silent

_PROMOTIONS = (
    "Ref,Blurb,Start,End\nP-77,Spring tea,2024-04-05,2024-04-20\nP-78,Golden week,2024-04-10,2024-04-30\n"
)


def _write_shop(folder: Path) -> Path:
    """Write orders whose column Deal has the ids of campaigns, if Ref is their key; return the mapping.

    It also has an id that the campaigns lack, so that only the answer tells the key.
    """
    deals = ["", "P-77", "P-78", "P-00"]
    rows = [
        f"{1000 + i},c{i % 40},2024-04-{1 + i % 30:02},s{i % 6},{1 + i % 7}.5,{deals[i % 4]}"
        for i in range(240)
    ]
    header = "order_id,customer_id,order_date,sku,amount,Deal"
    (folder / "orders.csv").write_text("\n".join([header, *rows]) + "\n")
    (folder / "promos.csv").write_text(_PROMOTIONS)
    path = folder / "groundswell.yaml"
    path.write_text(infer_mapping(folder, "shop"))
    return path


def _check(folder: Path) -> str:
    result = CliRunner().invoke(app, ["import", "check", str(folder)])
    if result.exception and not isinstance(result.exception, SystemExit):
        raise result.exception
    return " ".join(result.output.split())


def _answer(path: Path, *answers: str | None) -> None:
    path.write_text(write_answers(path.read_text(), answers))


def _open_questions(path: Path) -> list[str]:
    return [question.path for question in resolve_questions(load_yaml(path.read_text()))[1]]


def test_answer_in_file_gives_the_mapping_of_the_terminal(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = _write_shop(tmp_path)
    monkeypatch.setattr("typer.prompt", lambda _text: "Ref")
    ask_questions(path, partial(infer_mapping, tmp_path, "shop", None))
    on_terminal = path.read_text()
    path.write_text(infer_mapping(tmp_path, "shop"))
    _answer(path, "Ref")
    output = _check(tmp_path)
    assert path.read_text() == on_terminal
    assert 'tables.behaviours.0.columns.campaign is "Deal" kinds.purchase.counts is "named"' in output
    assert "but not naming the campaign" in output
    assert "inferred again" not in _check(tmp_path)


def test_question_that_follows_from_an_answer_comes_up(tmp_path: Path) -> None:
    rows = [
        f"{i % 40:03},S{i % 7},{1 + i % 12:02}/{1 + i % 9:02}/2024,{1 + i % 28:02}.03.2024 10:00"
        for i in range(300)
    ]
    (tmp_path / "log.csv").write_text("f1,f2,f3,f4\n" + "\n".join(rows) + "\n")
    path = tmp_path / "groundswell.yaml"
    path.write_text(infer_mapping(tmp_path, "shop"))
    answers = {"object": "f2", "user": "f1", "at": "f3"}
    assert _open_questions(path)[-3:] == [f"tables.behaviours.0.columns.{field}" for field in answers]
    _answer(path, *[answers.get(place.rpartition(".")[2]) for place in _open_questions(path)])
    with pytest.raises(UnansweredQuestions):
        _check(tmp_path)
    # f3 has days alone, in an order that no row tells.
    assert _open_questions(path) == ["tables.behaviours.0.times"]
    _answer(path, "%m/%d/%Y")
    _check(tmp_path)
    (source,) = read_mapping(path).tables["behaviours"]
    assert [source.columns[name] for name in ("object", "user", "at")] == ["f2", "f1", "f3"]


def test_other_changes_are_never_lost_silently(tmp_path: Path) -> None:
    path = _write_shop(tmp_path)
    _answer(path, "Ref")
    rule = "files: orders.csv\n      where: {amount: {empty: false}}"
    changed = path.read_text().replace("files: orders.csv", rule)
    path.write_text(changed)
    with pytest.raises(
        InvalidRequest, match=r'columns\.campaign is "Deal"; kinds\.purchase\.counts is "named"'
    ):
        _check(tmp_path)
    assert path.read_text() == changed
    result = CliRunner().invoke(app, ["import", "init", str(tmp_path), "--force", "--dataset", "shop"])
    assert result.exit_code == 0
    (source,) = read_mapping(path).tables["behaviours"]
    assert (source.columns["campaign"], source.where) == ("Deal", {})


def test_name_of_data_set_and_zone_may_be_changed_beside_answers(tmp_path: Path) -> None:
    path = _write_shop(tmp_path)
    _answer(path, "Ref")
    path.write_text(
        path.read_text().replace("dataset: shop", "dataset: tea").replace("zone: UTC", "zone: Asia/Tokyo")
    )
    _check(tmp_path)
    mapping = read_mapping(path)
    assert (mapping.dataset, mapping.zone, mapping.kinds["purchase"].counts) == ("tea", "Asia/Tokyo", "named")


def test_column_in_place_of_a_question_leaves_the_rest(tmp_path: Path) -> None:
    path = _write_shop(tmp_path)
    _answer(path, "Ref")
    path.write_text(settle_columns(path.read_text(), {}).replace("counts: any", "counts: never"))
    assert infer_again(tmp_path, path.read_text()) is None
    assert "kinds.purchase" not in _check(tmp_path)


def test_answers_without_consequences_are_settled_once(tmp_path: Path) -> None:
    rows = [f"c{i % 5},P{i % 2},2024-03-{i + 1:02}" for i in range(20)]
    (tmp_path / "x.csv").write_text("\n".join(["u,p,t", *rows]) + "\n")
    path = tmp_path / "groundswell.yaml"
    path.write_text(infer_mapping(tmp_path, "shop"))
    _answer(path, NONE_OF_THEM, "u")
    _check(tmp_path)
    text = path.read_text()
    assert infer_again(tmp_path, text) is None
    report = check_files(tmp_path, read_mapping(path), Silent())
    assert {row["object"] for row in report.preview["behaviours"]} == {"any product"}


def test_file_without_behaviours_decides_nothing_else(tmp_path: Path) -> None:
    path = _write_shop(tmp_path)
    rows = [f"K{i},{i % 9},2024-0{1 + i % 3}-05" for i in range(500)]
    (tmp_path / "views.csv").write_text("\n".join(["K,Level,viewed_at", *rows]) + "\n")
    path.write_text(infer_mapping(tmp_path, "shop"))
    assert "view:" in path.read_text()
    answers = {"id": "Ref", "object": NO_BEHAVIOURS}
    _answer(path, *[answers.get(place.rpartition(".")[2]) for place in _open_questions(path)])
    _check(tmp_path)
    mapping = read_mapping(path)
    assert (list(mapping.kinds), len(mapping.tables["behaviours"])) == (["purchase"], 1)
    assert "views.csv: by your answer, its rows are no behaviours" in path.read_text()


def test_table_whose_columns_fit_no_field_can_be_left_out(tmp_path: Path) -> None:
    path = _write_shop(tmp_path)
    (none,) = [
        name for name in find_questions(load_yaml(path.read_text())).popitem()[1]["choose"] if ":" in name
    ]
    assert none == "none of them: its rows are no campaigns"
    _answer(path, none)
    as_written = read_mapping(path)
    assert "campaigns" not in as_written.tables
    _check(tmp_path)
    assert "promos.csv: by your answer, its rows are no campaigns" in path.read_text()
    assert read_mapping(path).tables.keys() == as_written.tables.keys()
