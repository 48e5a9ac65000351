"""Rows of the orders of a block that are outside of it: in other blocks, sources and files."""

from pathlib import Path

import pytest

from graph.errors import ImportFailed
from graph.importing.engines.loaders import Target
from graph.importing.engines.rows_elsewhere import _LATER, RowsElsewhere
from graph.importing.mapping.model import Mapping
from graph.importing.reading.input_files import open_input_files
from graph.importing.values.later_files import leave_out_superseded
from graph.progress import Silent
from tests.order_exports import HEADER, orders_mapping
from tests.shop import shop_mapping

ROWS = [
    "17,completed,b,tea,2024-03-03 11:00,8",
    "18,voided,a,tea,2024-03-04 11:00,",
    "19,completed,a,mug,2024-03-05 11:00,1",
    "17,completed,b,mug,2024-03-03 11:00,2",
    "18,voided,a,cup,2024-03-04 11:00,3",
]


def mapping_of(*sources: dict[str, object]) -> Mapping:
    document = orders_mapping("x").model_dump(exclude_unset=True, mode="json")
    (orders,) = document["tables"]["behaviours"]
    return shop_mapping("x", tables={"behaviours": [orders | source for source in sources]})


def elsewhere(folder: Path, mapping: Mapping, **files: str) -> list[RowsElsewhere]:
    for name, rows in files.items():
        (folder / f"orders-{name}.csv").write_text(HEADER + rows)
    opened = open_input_files(folder, mapping, Silent())
    leave_out_superseded(opened, Silent())
    (inputs,) = dict(opened.tables()).values()
    return [RowsElsewhere(file, inputs, Target(mapping, 1)) for file in inputs if file.source.key]


def shown(rows: RowsElsewhere, block: int) -> list[tuple[object, ...]]:
    frame = rows.of_block(block)[["key", "object", "value", "number"]].fillna(0)
    return sorted(frame.itertuples(index=False, name=None))


@pytest.mark.parametrize("key", [["basket"], ["object", "basket"], ["at", "basket"]])
def test_rows_of_an_order_in_several_blocks_are_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, key: list[str]
) -> None:
    monkeypatch.setattr("graph.importing.reading.blocks.BLOCK_ROWS", 2)
    (rows,) = elsewhere(tmp_path, mapping_of({"replaces": key}), june="\n".join(ROWS) + "\n")
    # Block 0 has lines 2 and 3, block 1 lines 4 and 5, block 2 line 6.
    assert [sorted(row[1:] for row in shown(rows, block)) for block in range(3)] == [
        [("cup", 3, 6), ("mug", 2, 5)], [("tea", 8, 2)], [("tea", 0, 3)],
    ]  # fmt: skip
    assert len(rows.at_edges) == 2
    rows.close()


@pytest.mark.parametrize("second", [{}, {"replaces": ["basket", "object"]}, {"replaces": []}])
def test_rows_of_another_source_of_the_file_are_found_by_block(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, second: dict[str, object]
) -> None:
    monkeypatch.setattr("graph.importing.reading.blocks.BLOCK_ROWS", 2)
    voided = second | {"where": {"status": "voided"}}
    rows, *_ = elsewhere(
        tmp_path, mapping_of({"where": {"status": "completed"}}, voided), june="\n".join(ROWS)
    )
    voided_rows = [("18", "cup", 3, _LATER), ("18", "tea", 0, _LATER)]
    assert shown(rows, 0)[1:] == voided_rows
    assert shown(rows, 1) == [("17", "tea", 8, 2)]
    assert shown(rows, 2) == voided_rows


def test_rows_of_a_source_that_is_loaded_before_come_first(tmp_path: Path) -> None:
    both = mapping_of({"where": {"status": "completed"}}, {"where": {"status": {"is_not": "refunded"}}})
    first, second = elsewhere(tmp_path, both, june=ROWS[0])
    assert shown(first, 0) == [("17", "tea", 8, _LATER)]
    assert shown(second, 0) == [("17", "tea", 8, -1)]


@pytest.mark.parametrize("change", [{"name": "till", "where": {}}, {"constants": {"kind": "other"}}])
def test_rows_of_another_system_or_type_are_others(tmp_path: Path, change: dict[str, object]) -> None:
    document = mapping_of({}, change).model_dump(exclude_unset=True, mode="json")
    document["kinds"]["other"] = {"type": "OTHER"}
    first, _ = elsewhere(tmp_path, shop_mapping(**document), june=ROWS[0])
    assert shown(first, 0) == []


@pytest.mark.parametrize("again", [{}, {"files": "orders-june.csv"}, {"name": "till"}])
def test_file_that_two_sources_read_in_the_same_way_is_refused(
    tmp_path: Path, again: dict[str, object]
) -> None:
    with pytest.raises(ImportFailed, match="table behaviours: two sources read orders-june.csv in the same"):
        elsewhere(tmp_path, mapping_of({}, again), june=ROWS[0])


def test_rest_of_an_order_is_found_in_another_file_of_its_system(tmp_path: Path) -> None:
    rows = elsewhere(
        tmp_path,
        mapping_of({"files": "orders-1.csv", "name": "web"}, {"files": "orders-2.csv", "name": "web"}),
        **{"1": "\n".join([ROWS[1], ROWS[0]]), "2": "\n".join([ROWS[3], ROWS[2]])},
    )
    assert [shown(part, 0) for part in rows] == [[("17", "mug", 2, _LATER)], [("17", "tea", 8, -1)]]


def test_rows_of_another_file_with_another_key_are_found(tmp_path: Path) -> None:
    sources = [{"files": f"orders-{i}.csv", "name": "web"} for i in (1, 2)]
    mapping = mapping_of(sources[0], sources[1] | {"replaces": []})
    (first,) = elsewhere(tmp_path, mapping, **{"1": ROWS[0], "2": ROWS[0]})
    assert shown(first, 0) == [("17", "tea", 8, _LATER)]
