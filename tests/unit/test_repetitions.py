"""Rows that repeat an earlier one by their id, or by all values: they are counted as the graph has them."""

from pathlib import Path

import numpy as np
import pytest

from graph.importing.check import Check, check_files
from graph.importing.mapping.model import Mapping, parse_mapping
from graph.importing.reading.input_files import open_input_files
from graph.importing.values.erased_users import ErasedUsers
from graph.importing.values.observer import Observer
from graph.importing.values.repetitions import _SeenHashes
from graph.importing.values.row_reader import RowReader
from graph.progress import Silent
from tests.orders import check_orders, orders_mapping

HEADER = "user,product,at,amount,line\n"
ROWS = (
    "a,tea,2024-03-01,0,1\n"
    "a,tea,2024-03-01,0,1\n"
    "a,tea,2024-03-02,5,1\n"
    "a,mug,2024-03-02,5,1\n"
    "a,tea,2024-03-01,0,2\n"
    "a,tea,2024-03-01,0,\n"
    "a,tea,2024-03-01,0,\n"
)


def outcome(report: Check) -> tuple[int, int]:
    counts = report.tables["behaviours"]
    assert counts.read == counts.loaded + counts.unchanged
    assert report.tally.counts["order"].read == counts.loaded
    return counts.loaded, counts.unchanged


@pytest.mark.parametrize("size", [2, 40_000])
@pytest.mark.parametrize(
    ("columns", "changes", "expected"),
    [
        ({}, {}, (7, 0)),
        # The id decides; rows without one are all loaded.
        ({"id": "line"}, {}, (5, 2)),
        # Rows without an id that equal one before are dropped, too.
        ({"id": "line"}, {"duplicates": "drop"}, (3, 4)),
        ({}, {"duplicates": "drop"}, (3, 4)),
    ],
)
def test_repeated_rows_are_unchanged_and_do_not_count(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    columns: dict[str, object],
    changes: dict[str, object],
    expected: tuple[int, int],
    size: int,
) -> None:
    monkeypatch.setattr("graph.importing.reading.blocks.BLOCK_ROWS", size)
    assert outcome(check_orders(tmp_path, HEADER + ROWS, orders_mapping(columns, **changes))) == expected


@pytest.mark.parametrize("changes", [{}, {"duplicates": "drop"}], ids=["by id", "by values"])
@pytest.mark.parametrize("size", [1, 40_000])
def test_rejected_row_is_no_earlier_row(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, changes: dict[str, object], size: int
) -> None:
    monkeypatch.setattr("graph.importing.reading.blocks.BLOCK_ROWS", size)
    columns: dict[str, object] = {"campaign": "campaign"}
    if not changes:
        columns["id"] = "line"
    mapping = orders_mapping(columns, unknown={"users": "reject", "campaigns": "reject"}, **changes)
    rows = ["a,tea,2024-03-01,5,1,X", "b,tea,2024-03-01,5,1,F", "a,tea,2024-03-01,5,1,F"]
    header = HEADER.replace("\n", ",campaign\n")
    # The same rejected row again is rejected again.
    text = header + "\n".join([rows[0], *rows, rows[2]]) + "\n"
    counts = check_orders(tmp_path, text, mapping).tables["behaviours"]
    assert (counts.loaded, counts.rejected, counts.unchanged) == (1, 3, 1)


def test_warnings_count_rows_once(tmp_path: Path) -> None:
    report = check_orders(tmp_path, HEADER + ROWS, orders_mapping(duplicates="drop"))
    assert {warning.code: warning.count for warning in report.warnings}["zero_amounts"] == 1


def several(files: list[str], *, named: bool = False, **changes: object) -> Mapping:
    document = orders_mapping({"id": "line"}, **changes).model_dump(mode="json", exclude_unset=True)
    (source,) = document["tables"]["behaviours"]
    # Without `replaces`, a later file does not have the last word on the rows of an earlier one.
    source["replaces"] = []
    sources = [source | {"files": name} | ({"name": name} if named else {}) for name in files]
    if named:
        sources[0]["replaces"] = ["id"]
    document["tables"]["behaviours"] = sources
    return parse_mapping(document, "test")


@pytest.mark.parametrize(("named", "expected"), [(False, (2, 2)), (True, (4, 0))])
def test_rows_of_several_files_are_compared_unless_they_are_of_two_systems(
    tmp_path: Path, named: bool, expected: tuple[int, int]
) -> None:
    check_orders(tmp_path, HEADER, orders_mapping())
    (tmp_path / "june.csv").write_text(HEADER + "a,tea,2024-03-01,1,1\na,mug,2024-03-02,1,2\n")
    (tmp_path / "july.csv").write_text(HEADER + "a,tea,2024-03-01,1,1\na,mug,2024-03-09,1,2\n")
    assert (
        outcome(check_files(tmp_path, several(["june.csv", "july.csv"], named=named), Silent())) == expected
    )


@pytest.mark.parametrize("changes", [{}, {"duplicates": "drop"}], ids=["by id", "by values"])
def test_rows_that_repeat_some_of_blocks_loaded_before_are_not_observed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, changes: dict[str, object]
) -> None:
    monkeypatch.setattr("graph.importing.reading.blocks.BLOCK_ROWS", 2)
    mapping = orders_mapping({} if changes else {"id": "line"}, **changes)
    # The last two rows are new, and repeat a row of the first block and one of their own.
    rows = ["a,tea,2024-03-01,0,1", "a,tea,2024-03-02,0,2", "a,tea,2024-03-03,0,3"]
    check_orders(tmp_path, HEADER + "\n".join([*rows, rows[2], rows[0]]) + "\n", mapping)
    observer = Observer(mapping)
    reader = RowReader(mapping, observer, lambda _table, ids: ids[:0], ErasedUsers())
    (file,) = (
        file for file in open_input_files(tmp_path, mapping, Silent()).inputs if file.table == "behaviours"
    )
    first, second, third = file.blocks()
    reader.skip(file, first)
    assert len(reader.read(file, [file], second, [(5, 6)])) == 1
    assert len(reader.read(file, [file], third, [(6, 7)])) == 0
    assert "zero_amounts" not in [warning.code for warning in observer.warnings()]


def test_block_of_nothing_but_repetitions_is_accounted_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("graph.importing.reading.blocks.BLOCK_ROWS", 2)
    rows = "a,tea,2024-03-01,1,1\na,tea,2024-03-01,1,2\na,tea,2024-03-01,1,1\na,tea,2024-03-01,9,2\n"
    report = check_orders(tmp_path, HEADER + rows, orders_mapping({"id": "line"}))
    assert outcome(report) == (2, 2)
    (conflict,) = [warning for warning in report.warnings if warning.code == "conflicting_ids"]
    assert conflict.examples == ["rows 3 and 5"]


def test_hashes_are_known_whatever_the_sizes_of_blocks() -> None:
    random = np.random.default_rng(1)
    hashes = random.integers(0, 3_000, 5_000).astype(np.uint64)
    seen, known = _SeenHashes(), set[int]()
    for block in np.split(hashes, [1, 2, 40, 41, 1_000, 1_001, 3_000]):
        expected = []
        for value in block.tolist():
            expected.append(value in known)
            known.add(value)
        assert seen.add(block).tolist() == expected
