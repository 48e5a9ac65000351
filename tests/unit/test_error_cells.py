"""Cells with errors, like #N/A, reject their rows where their column is read."""

from pathlib import Path

import openpyxl
import pytest

from graph.importing.mapping.source import Source
from graph.importing.reading.blocks import read_blocks
from graph.importing.reading.kept_sheets import keep_sheets
from graph.importing.reading.lines import Parsed

ROWS = [["user", "amount", "note"], ["a", 1, None], ["b", "#N/A", None], ["c", 2, "#DIV/0!"], [None, 3, "x"]]


def read(path: Path, *selected: str) -> list[Parsed]:
    return [block.parse() for block in read_blocks(path, Source(files=["x"]), list(selected))]


def outcome(parts: list[Parsed]) -> tuple[list[int], list[tuple[int, str, str]]]:
    numbers = [int(number) for part in parts for number in part.numbers]
    return numbers, [(error.row, error.column, error.value) for part in parts for error in part.errors]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    workbook = openpyxl.Workbook()
    for row in ROWS:
        workbook.active.append(row)  # type: ignore[union-attr]
    workbook.save(tmp_path / "x.xlsx")
    return tmp_path / "x.xlsx"


@pytest.mark.parametrize("size", [1, 40_000])
@pytest.mark.parametrize(
    ("selected", "expected"),
    [
        (["user"], ([2, 3, 4, 5], [])),
        (["user", "amount"], ([2, 4, 5], [(3, "amount", "#N/A")])),
        (["note", "amount"], ([2, 5], [(3, "amount", "#N/A"), (4, "note", "#DIV/0!")])),
    ],
)
def test_only_errors_in_columns_that_are_read_reject_rows(
    path: Path,
    monkeypatch: pytest.MonkeyPatch,
    selected: list[str],
    expected: tuple[list[int], list[tuple[int, str, str]]],
    size: int,
) -> None:
    monkeypatch.setattr("graph.importing.reading.blocks.BLOCK_ROWS", size)
    assert outcome(read(path, *selected)) == expected
    with keep_sheets():
        assert outcome(read(path, *selected)) == expected
        assert outcome(read(path, *selected)) == expected
