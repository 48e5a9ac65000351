"""Excel workbooks: typed cells, sheets, formulas, empty rows, and files that are none."""

import zipfile
from datetime import date, datetime, time
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook

from graph.errors import ImportFailed
from graph.importing.check import check_files
from graph.importing.mapping.model import Mapping, parse_mapping
from graph.importing.mapping.source import Source
from graph.importing.reading import archives, blocks
from graph.importing.reading.blocks import digest_and_count, read_blocks
from graph.importing.reading.cells import texts
from graph.importing.reading.column_check import check_columns
from graph.importing.reading.lines import Parsed
from graph.importing.reading.sample import sample
from graph.progress import Silent

HEADER = ["user", "item", "at", "amount"]
ROW = [17850, "tea", datetime(2024, 3, 2, 10, 30), 3.5]


def write(path: Path, *sheets: list[list[Any]]) -> Path:
    book = Workbook()
    book.remove(book.active)  # type: ignore[arg-type]
    for number, rows in enumerate(sheets):
        sheet = book.create_sheet(f"Sheet {number + 1}")
        for row in rows:
            sheet.append(row)
    book.save(path)
    return path


def parse(path: Path, columns: list[str], **options: Any) -> Parsed:
    source = Source(files=[path.name], **options)
    check_columns(path, source, columns)
    (parsed,) = (block.parse() for block in read_blocks(path, source, columns))
    return parsed


def mapping(**changes: object) -> Mapping:
    columns = {"user": "user", "object": "item", "at": "at", "value": "amount"}
    return parse_mapping(
        {
            "dataset": "x",
            "zone": "Europe/Berlin",
            "unknown": {"users": "add"},
            "tables": {
                "users": {"files": "users.csv", "columns": {"id": "id"}},
                "campaigns": {"files": "c.csv", "columns": {"id": "id", "starts": "s", "ends": "e"}},
                "behaviours": {"files": "b.xlsx", "columns": columns, "constants": {"kind": "order"}},
            },
            "kinds": {"order": {"type": "ORDERED"}},
            **changes,
        },
        "test",
    )


def test_typed_cells_are_not_read_by_the_format_of_texts(tmp_path: Path) -> None:
    rows = [
        HEADER,
        ROW,
        ["x", "tea", "02.03.2024 10:30", "1.234,50"],
        ["x", "tea", date(2024, 3, 2), 1234.5],
        ["x", "tea", "2024-03-02", 12],
        ["x", "tea", datetime(2024, 3, 2), "12x"],
    ]
    write(tmp_path / "b.xlsx", rows)
    (tmp_path / "users.csv").write_text("id\n")
    (tmp_path / "c.csv").write_text("id,s,e\nF,01.03.2024 00:00,01.04.2024 00:00\n")
    german = mapping(times=["%d.%m.%Y %H:%M"], numbers={"decimal": ",", "thousands": "."})
    report = check_files(tmp_path, german, Silent())
    preview = report.preview["behaviours"]
    assert [row["user"] for row in preview] == ["17850", "x", "x"]
    assert [row["value"] for row in preview] == [3.5, 1234.5, 1234.5]
    assert preview[0]["at"] == preview[1]["at"] == 1_709_371_800_000  # 09:30 UTC: winter time in Berlin.
    assert [(error.row, error.column) for _, error in report.examples] == [(5, "at"), (6, "amount")]


def test_cells_have_texts_without_fractions_of_whole_numbers(tmp_path: Path) -> None:
    values = [1, 2.0, 2.5, True, time(10, 30), "=x", " a ", 12345678901234.0]
    path = write(tmp_path / "x.xlsx", [["a"], *([value] for value in values)])
    # A text that begins like a formula is stored as one, and has no value.
    with pytest.raises(ImportFailed, match="row 7, column a: the formula =x has no stored value"):
        parse(path, ["a"])
    values.remove("=x")
    path = write(tmp_path / "x.xlsx", [["a"], *([value] for value in values)])
    assert texts(parse(path, ["a"]).columns["a"]).to_pylist() == [
        "1", "2", "2.5", "true", "10:30:00", " a ", "12345678901234",
    ]  # fmt: skip


def test_stored_values_of_formulas_are_read(tmp_path: Path) -> None:
    write(tmp_path / "x.xlsx", [["a"], ["=1+2"]])
    with (
        zipfile.ZipFile(tmp_path / "x.xlsx") as before,
        zipfile.ZipFile(tmp_path / "y.xlsx", "w", zipfile.ZIP_DEFLATED) as after,
    ):
        for name in before.namelist():
            content = before.read(name)
            after.writestr(name, content.replace(b"<v />", b"<v>3</v>").replace(b"<v></v>", b"<v>3</v>"))
    assert texts(parse(tmp_path / "y.xlsx", ["a"]).columns["a"]).to_pylist() == ["3"]


def test_empty_rows_and_columns_do_not_count_and_rows_keep_their_numbers(tmp_path: Path) -> None:
    table = [[None, "user", None, "item"], [None, "a", None, "tea"], [], [None, "b", "note", "mug"]]
    rows = [[], *table, [], [None]]
    parsed = parse(write(tmp_path / "x.xlsx", rows), ["user", "item"])
    assert parsed.numbers.tolist() == [3, 5]
    assert parsed.columns["user"].to_pylist() == ["a", "b"]


def test_sheet_is_chosen_by_name(tmp_path: Path) -> None:
    path = write(tmp_path / "x.xlsx", [["a"], [1]], [["b"], [2]])
    assert texts(parse(path, ["b"], sheet="Sheet 2").columns["b"]).to_pylist() == ["2"]
    with pytest.raises(ImportFailed, match=r"no sheet 'sheet2' \(did you mean Sheet 2\?\); its sheets"):
        parse(path, ["b"], sheet="sheet2")
    with pytest.raises(ImportFailed, match="no column bb; its columns are a"):
        parse(path, ["bb"])


def test_error_value_rejects_its_row(tmp_path: Path) -> None:
    parsed = parse(write(tmp_path / "x.xlsx", [["a", "b"], ["#N/A", 1], ["x", 2]]), ["a", "b"])
    assert parsed.numbers.tolist() == [3]
    assert [(error.row, error.column, error.value) for error in parsed.errors] == [(2, "a", "#N/A")]


def test_blocks_of_a_sheet_keep_their_digests_when_it_grows(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(blocks, "BLOCK_ROWS", 10)
    rows = [[f"u{number}"] if number != 15 else [] for number in range(36)]
    path, source = tmp_path / "x.xlsx", Source(files=["x"])
    write(path, [["a"], *rows[:25]])
    before = [(block.length, block.digest()) for block in read_blocks(path, source, ["a"])]
    write(path, [["a"], *rows])
    after = list(read_blocks(path, source, ["a"]))
    assert [(block.first, block.length) for block in after] == [(2, 10), (12, 10), (22, 10), (32, 6)]
    pairs = zip(after, before, strict=False)
    assert [(length, block.digest(length)) for block, (length, _) in pairs] == before
    assert digest_and_count(path, source)[1] == 37


def test_header_only_and_empty_sheet_have_no_rows(tmp_path: Path) -> None:
    for rows in ([], [["a"]]):
        path = write(tmp_path / "x.xlsx", rows)
        check_columns(path, Source(files=["x"]), ["a"])
        assert list(read_blocks(path, Source(files=["x"]), ["a"])) == []


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "not an Excel workbook"),
        (b"user,item\n1,2\n", "not an Excel workbook"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "an old Excel file"),
        (
            b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600 + "EncryptedPackage".encode("utf-16-le"),
            "protected by a password",
        ),
        (b"PK\x03\x04" + b"\0" * 600, "cannot be unpacked"),
    ],
)
def test_file_that_is_no_workbook_is_an_error(tmp_path: Path, content: bytes, message: str) -> None:
    (tmp_path / "x.xlsx").write_bytes(content)
    for read in (digest_and_count, lambda path, source: check_columns(path, source, ["a"])):
        with pytest.raises(ImportFailed, match=message):
            read(tmp_path / "x.xlsx", Source(files=["x"]))


def test_workbook_named_csv_is_an_error_with_its_remedy(tmp_path: Path) -> None:
    write(tmp_path / "x.csv", [["a"], [1]])
    with pytest.raises(ImportFailed, match="is an Excel workbook or a .zip file, not text"):
        parse(tmp_path / "x.csv", ["a"])
    assert len(parse(tmp_path / "x.csv", ["a"], format="xlsx").numbers) == 1


def test_workbook_that_unpacks_to_too_much_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(archives, "_SMALL", 1000)
    monkeypatch.setattr(archives, "MAX_RATIO", 5)
    path = write(tmp_path / "x.xlsx", [["a"], *(["same"] for _ in range(20_000))])
    with pytest.raises(ImportFailed, match="times its size"):
        parse(path, ["a"])


def test_sample_of_a_sheet_has_texts_and_types(tmp_path: Path) -> None:
    found = sample(write(tmp_path / "x.xlsx", [HEADER, ROW, ["a", "b", None, 2]]), Source(files=["x"]))
    assert found.columns == {
        "user": ["17850", "a"],
        "item": ["tea", "b"],
        "at": ["2024-03-02 10:30:00", None],
        "amount": ["3.5", "2"],
    }
    assert found.typed == {"at": "time", "amount": "number"}
