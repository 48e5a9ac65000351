"""Behaviours that name a card, an account or a device: the user is looked up in the list that has it."""

from pathlib import Path

from graph.importing.check import Check, check_files
from graph.importing.inference.infer import infer_mapping
from graph.importing.mapping.model import Mapping, parse_mapping
from graph.importing.mapping.yaml_text import load_yaml
from graph.progress import Silent

CARDS = 60
"""Each household has two."""


def card(number: int) -> str:
    return f"2{number * 7919 % 100_000:05}"


def write(folder: Path, *, key: str = "Card No", issued: bool = True, unknown: int = 0) -> None:
    """Write receipts of which each fourth has no card, and the list of cards."""
    head = f"{key},Household ID" + (",Issued" if issued else "")
    cards = [f"{card(n)},H{n // 2:03}" + (",2022-05-01" if issued else "") for n in range(CARDS)]
    (folder / "cards.csv").write_text("\n".join([head, *cards]) + "\n")
    numbers = ["" if n % 4 == 0 else card(n % CARDS) for n in range(400)]
    numbers[1 : 1 + unknown] = ["999999"] * unknown
    receipts = [
        f"{n // 2},2024-01-{n % 28 + 1:02} {9 + n % 2}:00,{number},p{n % 7},{n % 3 + 1},{n % 9 + 0.99:.2f}"
        for n, number in enumerate(numbers)
    ]
    header = "Receipt No,Date,Card No,Article,Qty,Total incl VAT"
    (folder / "receipts.csv").write_text("\n".join([header, *receipts]) + "\n")


def inferred(folder: Path) -> Mapping:
    return parse_mapping(load_yaml(infer_mapping(folder, "shop", "UTC")), "test")


def check(folder: Path) -> Check:
    return check_files(folder, inferred(folder), Silent())


def joins(mapping: Mapping) -> list[tuple[list[str], dict[str, str]]]:
    return [(join.files, join.on) for source in mapping.tables["behaviours"] for join in source.join]


def test_users_are_looked_up_by_the_card_that_rows_name(tmp_path: Path) -> None:
    write(tmp_path)
    mapping = inferred(tmp_path)
    assert joins(mapping) == [(["cards.csv"], {"Card No": "Card No"})]
    (source,) = mapping.tables["behaviours"]
    assert source.files == ["receipts.csv"]
    report = check(tmp_path)
    # Rows without a card are those of unknown users; the list of cards is no behaviours.
    assert (report.total.loaded, report.total.rejected) == (300, 0)
    rows = report.preview["behaviours"]
    assert [row["user"] for row in rows[:3]] == ["H000", "H001", "H001"]
    assert (rows[0]["basket"], rows[0]["value"]) == ("0", 1.99)
    text = infer_mapping(tmp_path)
    assert "users are looked up in cards.csv by Card No" in text
    assert "300 of 400 rows have one" in text


def test_list_of_cards_needs_no_time_and_no_name_in_common(tmp_path: Path) -> None:
    write(tmp_path, key="Kartennummer", issued=False)
    assert joins(inferred(tmp_path)) == [(["cards.csv"], {"Card No": "Kartennummer"})]
    assert check(tmp_path).total.loaded == 300


def test_few_unknown_cards_are_unknown_users(tmp_path: Path) -> None:
    write(tmp_path, unknown=3)
    assert check(tmp_path).total.loaded == 297


def test_list_with_a_row_of_each_user_stays_a_table_of_users(tmp_path: Path) -> None:
    write(tmp_path)
    lines = [f"{card(n)},M{n:03},{'NW'[n % 2]}" for n in range(CARDS)]
    (tmp_path / "cards.csv").unlink()
    (tmp_path / "members.csv").write_text("\n".join(["Card No,Member ID,Region", *lines]) + "\n")
    mapping = inferred(tmp_path)
    assert joins(mapping) == [(["members.csv"], {"Card No": "Card No"})]
    assert [source.files for source in mapping.tables["users"]] == [["members.csv"]]
    report = check(tmp_path)
    assert (report.tables["users"].loaded, report.tables["behaviours"].loaded) == (CARDS, 300)


def test_addresses_of_shops_are_no_users(tmp_path: Path) -> None:
    write(tmp_path)
    shops = "\n".join(["Card No,email", *(f"{card(n)},shop{n}@example.com" for n in range(8))])
    (tmp_path / "cards.csv").write_text(shops + "\n")
    receipts = (tmp_path / "receipts.csv").read_text().splitlines()
    rows = [
        ",".join([*line.split(",")[:2], card(n % 8), *line.split(",")[3:]]) for n, line in enumerate(receipts)
    ]
    (tmp_path / "receipts.csv").write_text("\n".join([receipts[0], *rows[1:]]) + "\n")
    assert "join:" not in infer_mapping(tmp_path, "shop", "UTC")
