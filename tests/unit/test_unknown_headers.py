"""Files whose names tell nothing: a question at its place, with examples, and never a mapping that fails."""

from pathlib import Path

import pytest

from graph.errors import InvalidRequest
from graph.importing.check import check_files
from graph.importing.inference.infer import infer_mapping
from graph.importing.mapping.model import Mapping, parse_mapping
from graph.importing.mapping.questions import Question, UnansweredQuestions, write_answers
from graph.importing.mapping.source import NO_BEHAVIOURS
from graph.importing.mapping.yaml_text import load_yaml
from graph.progress import Silent

_DAYS = [f"2024-03-{day:02}" for day in range(1, 21)]


def _write(folder: Path, name: str, header: str, rows: list[str]) -> None:
    (folder / name).write_text("\n".join([header, *rows, ""]), encoding="utf-8")


def _questions(text: str) -> list[Question]:
    with pytest.raises(UnansweredQuestions) as error:
        parse_mapping(load_yaml(text), "test")
    return error.value.questions


def _mapping(folder: Path, answers: list[str]) -> Mapping:
    return parse_mapping(load_yaml(write_answers(infer_mapping(folder, "shop", "UTC"), answers)), "test")


@pytest.mark.parametrize(("product", "objects"), [("p", {"P0", "P1"}), ("none of them", {"any product"})])
def test_columns_of_unknown_names_are_asked_about_with_examples(
    tmp_path: Path, product: str, objects: set[str]
) -> None:
    _write(tmp_path, "x.csv", "u,p,t", [f"c{i % 5},P{i % 2},{day}" for i, day in enumerate(_DAYS)])
    found = {
        question.path.rpartition(".")[2]: question.shown for question in _questions(infer_mapping(tmp_path))
    }
    assert found == {
        "object": ["u (c0, c1)", "p (P0, P1)", "none of them", NO_BEHAVIOURS],
        "user": ["u (c0, c1)", "p (P0, P1)", NO_BEHAVIOURS],
    }
    report = check_files(tmp_path, _mapping(tmp_path, [product, "u"]), Silent())
    assert report.total.rejected == 0
    assert {row["object"] for row in report.preview["behaviours"]} == objects


def test_products_are_asked_about_where_orders_name_their_campaign(tmp_path: Path) -> None:
    header = "order_id,customer_id,dish_ref,ordered_at,amount,promo"
    rows = [
        f"o{i},c{i % 7},D-{i % 23},2024-03-{i % 28 + 1:02},{i % 9}.5,{'' if i % 3 else 'PR-2'}"
        for i in range(300)
    ]
    _write(tmp_path, "orders.csv", header, rows)
    (question,) = _questions(infer_mapping(tmp_path))
    assert question.path.endswith("columns.object")
    assert [choice.partition(" ")[0] for choice in question.shown[:-2]] == ["dish_ref"]
    report = check_files(tmp_path, _mapping(tmp_path, ["dish_ref"]), Silent())
    assert {row["campaign"] for row in report.preview["behaviours"]} == {"PR-2", None}


def test_formats_are_those_of_the_columns_to_choose(tmp_path: Path) -> None:
    rows = [f"c{i % 5},P1,{i + 1:02}.03.2024,{i + 3:02}.03.2024" for i in range(20)]
    _write(tmp_path, "orders.csv", "email,sku,bought,delivered", rows)
    (question,) = _questions(infer_mapping(tmp_path))
    *choices, none = question.shown
    assert choices == ["bought (01.03.2024, 02.03.2024)", "delivered (03.03.2024, 04.03.2024)"]
    assert none == NO_BEHAVIOURS
    report = check_files(tmp_path, _mapping(tmp_path, ["bought"]), Silent())
    assert (report.total.read, report.total.rejected) == (20, 0)


@pytest.mark.parametrize(
    ("header", "columns"),
    [
        ("Kundenkarte,Datum,Artikelnr", {"user": "Kundenkarte", "at": "Datum", "object": "Artikelnr"}),
        ("E-mail client,Date de commande,sku", {"user": "E-mail client", "at": "Date de commande"}),
        ("会員番号,注文日時,sku", {"user": "会員番号", "at": "注文日時", "object": "sku"}),
        ("member_no,posting_date,sku", {"user": "member_no", "at": "posting_date"}),
        ("Guest ID,Booked On,sku", {"user": "Guest ID", "at": "Booked On"}),
        ("email,ordered,sku", {"user": "email", "at": "ordered", "object": "sku"}),
    ],
)
def test_orders_are_behaviours(tmp_path: Path, header: str, columns: dict[str, str]) -> None:
    _write(tmp_path, "data.csv", header, [f"c{i % 5},{day},P{i % 2}" for i, day in enumerate(_DAYS)])
    mapping = _mapping(tmp_path, [])
    assert list(mapping.tables) == ["behaviours"]
    assert columns.items() <= mapping.tables["behaviours"][0].columns.items()
    assert check_files(tmp_path, mapping, Silent()).total.rejected == 0


@pytest.mark.parametrize(
    ("file", "header"),
    [
        ("offers.csv", "offer,room,from,to"),
        ("Werbung.csv", "Kampagne,Name,Startdatum,Enddatum"),
        ("campaigns.csv", "id,name,begin,end (incl.)"),
    ],
)
def test_files_with_a_start_and_an_end_are_campaigns(tmp_path: Path, file: str, header: str) -> None:
    _write(tmp_path, file, header, [f"C{i},n{i},2024-03-0{i},2024-03-1{i}" for i in range(1, 6)])
    mapping = _mapping(tmp_path, [])
    (source,) = mapping.tables["campaigns"]
    assert list(mapping.tables) == ["campaigns"]
    assert (source.columns["ends"], source.end_is_last_day) == (header.rpartition(",")[2], True)


@pytest.mark.parametrize(("answer", "days"), [("stopp", 8), ("3", 3)])
def test_question_about_the_end_names_columns_of_times(tmp_path: Path, answer: str, days: int) -> None:
    _write(
        tmp_path, "campaigns.csv", "id,start,stopp", ["A,13.03.2024,20.03.2024", "B,01.04.2024,08.04.2024"]
    )
    (question,) = _questions(infer_mapping(tmp_path))
    assert "stopp (20.03.2024, 08.04.2024)" in question.ask
    first = check_files(tmp_path, _mapping(tmp_path, [answer]), Silent()).preview["campaigns"][0]
    assert first["ends"] - first["starts"] == days * 86_400_000


def test_without_times_no_mapping_is_written(tmp_path: Path) -> None:
    _write(tmp_path, "notes.csv", "a,b", ["1,2"])
    with pytest.raises(InvalidRequest, match=r"No file has a column of times.*notes\.csv.*\(a, b\)"):
        infer_mapping(tmp_path)


def test_promotions_with_starts_and_ends_give_their_campaigns(tmp_path: Path) -> None:
    rows = [f"C{i // 2},P{i},2024-03-0{i // 2},2024-03-1{i // 2}" for i in range(2, 8)]
    _write(tmp_path, "promos.csv", "promo,sku,start,end", rows)
    mapping = _mapping(tmp_path, [])
    assert set(mapping.tables) == {"campaigns", "promotions"}
    assert check_files(tmp_path, mapping, Silent()).total.rejected == 0


def test_lines_of_orders_are_no_products(tmp_path: Path) -> None:
    _write(
        tmp_path,
        "invoices.csv",
        "invoice_no,customer,date",
        [f"{i},c{i % 5},{d}" for i, d in enumerate(_DAYS)],
    )
    _write(tmp_path, "invoice_items.csv", "invoice_no,item_code", [f"{i},P{i % 2}" for i in range(20)])
    mapping = _mapping(tmp_path, [])
    assert list(mapping.tables) == ["behaviours"]
    (join,) = mapping.tables["behaviours"][0].join
    assert (join.files, join.on) == (["invoices.csv"], {"invoice_no": "invoice_no"})
