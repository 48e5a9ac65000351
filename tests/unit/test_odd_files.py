"""Files and mappings that no program should write, and some do: each is read right, or refused by name."""

import gzip
import zipfile
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from graph.errors import ImportFailed, InvalidRequest
from graph.importing.check import Check, check_files
from graph.importing.inference.infer import infer_mapping
from graph.importing.mapping.model import parse_mapping
from graph.importing.mapping.yaml_text import load_yaml
from graph.progress import Silent

ROWS = "user,product,at,amount\nann,tea,2024-03-01,5\nbob,mug,2024-03-02,6\n"
COLUMNS = {"user": "user", "object": "product", "at": "at", "value": "amount"}


def mapping_text(**source: object) -> dict[str, Any]:
    """A mapping of `orders.csv`, with changes of its source."""
    orders = {"files": "orders.csv", "constants": {"kind": "order"}, "columns": COLUMNS}
    return {
        "dataset": "odd",
        "zone": "UTC",
        "max_rejected": 1,
        "tables": {"behaviours": orders | source},
        "kinds": {"order": {"type": "ORDERED", "counts": "any"}},
    }


def check(folder: Path, **source: object) -> Check:
    return check_files(folder, parse_mapping(mapping_text(**source), "mapping"), Silent())


def outcome(folder: Path, **source: object) -> tuple[int, int]:
    counts = check(folder, **source).tables["behaviours"]
    return counts.loaded, counts.rejected


def test_nan_in_a_column_of_ids_of_parquet_is_a_missing_value(tmp_path: Path) -> None:
    table = {
        "user": pa.array([1.0, float("nan"), None]),
        "product": ["tea"] * 3,
        "at": ["2024-03-01"] * 3,
        "amount": pa.array([1.0, 2.0, 3.0]),
    }
    pq.write_table(pa.table(table), tmp_path / "orders.parquet")
    assert outcome(tmp_path, files="orders.parquet") == (1, 2)


def test_key_that_occurs_twice_in_a_mapping_is_refused_with_its_lines() -> None:
    text = "dataset: x\nwhere: {a: 1}\nzone: UTC\nwhere: {b: 2}\n"
    with pytest.raises(Exception, match=r"'where' occurs twice; it is in line 2 already(.|\n)*line 4"):
        load_yaml(text)
    with pytest.raises(Exception, match="'status' occurs twice"):
        load_yaml('{"tables": {"where": {"status": {"is_not": "refunded"}, "status": {"empty": false}}}}')
    assert load_yaml("a: {x: 1}\nb: {x: 2}\n1: one\n'1': text\n") == {
        "a": {"x": 1}, "b": {"x": 2}, 1: "one", "1": "text",
    }  # fmt: skip


@pytest.mark.parametrize(
    "source",
    [
        {"header": []}, {"files": []}, {"encoding": []}, {"formats": ["at"]},
        {"join": [{"files": [], "on": {"user": "id"}}]},
        {"join": [{"files": "u.csv", "on": {"user": "id"}, "encoding": []}]},
        {"times": "%Q"}, {"times": "%"}, {"times": "%d.%m.%Y %"}, {"times": "reiwa: %y%"}, {"times": "%Y%Y"},
        {"sheet": "\ud800"}, {"where": {"user": ["\ud800"]}},
    ],
)  # fmt: skip
def test_invalid_setting_is_refused(source: dict[str, object]) -> None:
    with pytest.raises(InvalidRequest, match="^mapping: ") as error:
        parse_mapping(mapping_text(**source), "mapping")
    str(error.value).encode()


def test_names_of_a_headless_file_must_differ(tmp_path: Path) -> None:
    (tmp_path / "orders.csv").write_text("ann,tea,2024-03-01,5\n")
    assert outcome(tmp_path, header=["user", "product", "at", "amount"]) == (1, 0)
    with pytest.raises(ImportFailed, match=r"orders.csv: column name user occurs twice"):
        outcome(tmp_path, header=["user", "product", "at", "amount", "user"])


def test_archive_with_two_members_of_one_name_is_refused(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "orders.zip", "w") as archive:
        archive.writestr("orders.csv", ROWS)
        with pytest.warns(UserWarning, match="Duplicate name"):
            archive.writestr("orders.csv", ROWS)
    with pytest.raises(ImportFailed, match=r"orders.zip has several members named orders.csv"):
        outcome(tmp_path)


@pytest.mark.parametrize(
    "content",
    [gzip.compress(ROWS.encode(), mtime=0) + b"garbage", b"\x1f\x8b", b"\x28\xb5\x2f\xfd_not_zstd"],
    ids=["garbage after gzip", "gzip cut", "no zstd"],
)
def test_damaged_compressed_file_is_not_used(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "good.csv").write_text(ROWS)
    (tmp_path / "damaged.csv").write_bytes(content)
    assert "# Not used: damaged.csv" in infer_mapping(tmp_path, "odd", "UTC")
