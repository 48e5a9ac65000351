"""Questions of a mapping, asked on the terminal."""

import re
from functools import partial
from pathlib import Path

import pytest
from typer.testing import CliRunner

from cli.main import app
from cli.questions import ask_questions
from graph.errors import InvalidRequest
from graph.importing.inference.infer import infer_mapping
from graph.importing.mapping.model import Mapping, read_mapping

ORDERS = "order_id,customer_id,product_id,order_date,amount\n1,a,p,03/04/2024,1.5\n2,b,p,05/06/2024,2\n"


def test_answers_are_written_into_the_mapping(tmp_path: Path, monkeypatch) -> None:  # type: ignore[no-untyped-def]
    (tmp_path / "orders.csv").write_text(ORDERS)
    answers = iter(["9", "2"])
    monkeypatch.setattr("typer.prompt", lambda _text: next(answers))
    result = CliRunner().invoke(app, ["import", "init", str(tmp_path)])
    assert "1 question" not in result.output
    assert "In which order are day and month in order_date of orders.csv, like row 2: '03/04/2024'?" in (
        result.output.replace("\n", " ")
    )
    ask_questions(tmp_path / "groundswell.yaml")
    assert read_mapping(tmp_path / "groundswell.yaml").tables["behaviours"][0].times == ["%m/%d/%Y"]


def test_import_is_refused_while_a_question_is_open(tmp_path: Path) -> None:
    (tmp_path / "orders.csv").write_text(ORDERS)
    CliRunner().invoke(app, ["import", "init", str(tmp_path)])
    for command in (["import", "check"], ["import", "init", "--run"]):
        result = CliRunner().invoke(app, [*command, str(tmp_path)])
        assert result.exit_code != 0
        assert "day and month" in str(result.exception)


@pytest.mark.parametrize(
    ("question", "reason"),
    [
        ("{ask: Which, choose: 5, answer: }", "zone: choose: 5 is no list of possible answers"),
        ("{ask: Which, choose: true, answer: 5}", "zone: choose: True is no list"),
        ("{ask: Which, choose: UTC, answer: UTC}", "zone: choose: 'UTC' is no list"),
        ("{ask: [5], answer: }", "zone: write a question as text"),
        ("{ask: Which, answer: {a: b}}", "zone: write a question as text"),
        ("{ask: Which, choose: [a, b], answer: [a]}", "zone: the answer ['a'] is none of a, b"),
    ],
)
def test_question_of_a_wrong_form_is_refused(tmp_path: Path, question: str, reason: str) -> None:
    path = tmp_path / "groundswell.yaml"
    path.write_text(f"dataset: shop\nzone: {question}\ntables: {{}}\n")
    with pytest.raises(InvalidRequest, match=re.escape(reason)):
        read_mapping(path)


MAPPING = """\
dataset: shop
zone: UTC
tables:
  behaviours:
    - files: orders.csv
      constants: {kind: purchase}
      columns:
        user: user
        object: product
        at:
          column: time
          times:
            ask: Since when
            answer:
kinds:
  purchase: {type: PURCHASED, counts: any}
"""


def test_invalid_answer_about_a_column_is_asked_again(tmp_path: Path, monkeypatch) -> None:  # type: ignore[no-untyped-def]
    path = tmp_path / "groundswell.yaml"
    path.write_text(MAPPING)
    answers = iter(["1", "days since 2024-01-01"])
    monkeypatch.setattr("typer.prompt", lambda _text: next(answers))
    ask_questions(path)
    assert read_mapping(path).tables["behaviours"][0].formats["at"].times == ["days since 2024-01-01"]


def test_error_beside_an_answer_is_not_asked_about(tmp_path: Path, monkeypatch) -> None:  # type: ignore[no-untyped-def]
    path = tmp_path / "groundswell.yaml"
    path.write_text(MAPPING.replace("tables:\n", "tables:\n  iso: {files: orders.csv}\n"))
    answers = iter(["iso"])
    monkeypatch.setattr("typer.prompt", lambda _text: next(answers))
    with pytest.raises(InvalidRequest, match="there is no table 'iso'"):
        ask_questions(path)


def answers_to(folder: Path, monkeypatch: pytest.MonkeyPatch, *answers: str) -> tuple[Mapping, list[str]]:
    """Infer a mapping, answer its questions, and return it with the text of those asked."""
    remaining, asked = iter(answers), list[str]()
    monkeypatch.setattr("typer.prompt", lambda _text: next(remaining))
    monkeypatch.setattr("cli.console.out.print", lambda text, **_: asked.append(str(text)))
    path = folder / "groundswell.yaml"
    infer = partial(infer_mapping, folder, "shop", "UTC")
    path.write_text(infer())
    ask_questions(path, infer)
    assert not list(remaining)
    return read_mapping(path), [text for text in asked if not text.startswith("  ")]


@pytest.mark.parametrize(
    ("column", "more", "times"), [("f3", ["%m/%d/%Y"], "%m/%d/%Y"), ("f4", [], "%d.%m.%Y")]
)
def test_what_depends_on_an_answered_column_is_inferred_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, column: str, more: list[str], times: str
) -> None:
    days = [(1 + i % 12, 1 + i % 9, 1 + i % 28) for i in range(300)]
    rows = [f"{i % 40:03},S{i % 7},{a:02}/{b:02}/2024,{c:02}.03.2024" for i, (a, b, c) in enumerate(days)]
    (tmp_path / "log.csv").write_text("f1,f2,f3,f4\n" + "\n".join(rows) + "\n")
    mapping, asked = answers_to(tmp_path, monkeypatch, "f2", "f1", column, *more)
    (source,) = mapping.tables["behaviours"]
    assert [source.columns[name] for name in ("object", "user", "at")] == ["f2", "f1", column]
    # The order of day and month is a question of f3 alone.
    assert source.times == [times]
    assert len(asked) == len(set(asked)) == 3 + len(more)


def test_mapping_that_may_have_been_changed_is_not_inferred_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "groundswell.yaml"
    path.write_text(MAPPING.replace("        user: user\n", "        user: {ask: Who, answer: X}\n"))
    answers = iter(["days since 2024-01-01"])
    monkeypatch.setattr("typer.prompt", lambda _text: next(answers))
    ask_questions(path)
    assert read_mapping(path).tables["behaviours"][0].columns["user"] == "X"


def test_nothing_is_imported_without_a_terminal_and_consent(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "orders.csv").write_text("customer_id,sku,order_date\na,tea,2024-03-05\n")
    imported: list[Path] = []
    monkeypatch.setattr("cli.imports.run", lambda folder, _home: imported.append(folder))
    command = ["import", "init", str(tmp_path), "--run"]
    result = CliRunner().invoke(app, command)
    assert (result.exit_code != 0, imported) == (True, [])
    assert "Nothing was imported" in str(result.exception)
    assert CliRunner().invoke(app, [*command, "--yes"]).exit_code == 0
    assert imported == [tmp_path]
