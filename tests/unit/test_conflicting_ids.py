"""Behaviours of one file with the same id and other values: only the first is loaded, and that is said."""

from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from graph.importing.values.conflicting_ids import ConflictingIds
from graph.importing.values.rows import Rows
from graph.importing.warnings import DataWarning
from tests.orders import check_orders, orders_mapping

HEADER = "user,product,at,amount,line\n"


def warnings_of(folder: Path, rows: str) -> list[DataWarning]:
    found = check_orders(folder, HEADER + rows, orders_mapping({"id": "line"})).warnings
    return [warning for warning in found if warning.code == "conflicting_ids"]


def test_rows_of_one_id_with_other_values_are_named(tmp_path: Path) -> None:
    rows = "a,tea,2024-03-01,1,7\nb,tea,2024-03-01,1,7\na,tea,2024-03-02,1,8\na,tea,2024-03-01,5,7\n"
    (warning,) = warnings_of(tmp_path, rows)
    assert warning.count == 1
    assert warning.examples == ["rows 2 and 5"]
    assert "1 behaviour has the `id` of an earlier row of the same user and object" in warning.text


def test_only_rows_that_are_new_are_named() -> None:
    def rows(amounts: list[float], first: int) -> Rows:
        texts = {name: pa.array(["x"] * len(amounts)) for name in ("kind", "user", "object", "id")}
        return Rows(
            "behaviours", np.arange(first, first + len(amounts)), texts | {"value": pa.array(amounts)}, []
        )

    conflicting = ConflictingIds()
    conflicting.add("log.csv", rows([1, 2], 2), known=True)
    assert conflicting.warnings() == []
    conflicting.add("log.csv", rows([1, 3], 4))
    (warning,) = conflicting.warnings()
    assert (warning.count, warning.examples) == (1, ["rows 2 and 5"])


def test_number_of_compared_rows_is_limited_and_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("graph.importing.values.conflicting_ids._MAX_ROWS", 2)
    monkeypatch.setattr("graph.importing.reading.blocks.BLOCK_ROWS", 2)
    (warning,) = warnings_of(tmp_path, "a,tea,2024-03-01,1,7\na,tea,2024-03-01,2,7\na,tea,2024-03-01,3,7\n")
    assert warning.count == 1
    assert warning.text.startswith("orders.csv (among the first 2 rows with an `id`): 1 behaviour has the")


@pytest.mark.parametrize(
    "second", ["a,tea,2024-03-01,1,7", "a,mug,2024-03-01,5,7", "b,tea,2024-03-01,5,7", "a,tea,2024-03-01,5,"]
)
def test_equal_rows_and_rows_of_another_key_are_no_conflict(tmp_path: Path, second: str) -> None:
    assert warnings_of(tmp_path, f"a,tea,2024-03-01,1,7\n{second}\na,tea,2024-03-01,1,\n") == []
