"""Files and mappings that no program should write, and some do: each is read right, or refused by name."""

import datetime
import gzip
import os
import subprocess
import sys
import zipfile
from pathlib import Path
from time import process_time
from typing import Any

import numpy as np
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


@pytest.mark.parametrize(
    "name",
    ["c\x00", "c\x89PNG\x1a", "c\x85user: x", "c\u2028d", "c\ufeffd"],
    ids=["nul", "png", "nel", "ls", "bom"],
)
def test_inferred_mapping_can_be_read_whatever_the_columns_are_called(tmp_path: Path, name: str) -> None:
    header, *rows = ROWS.splitlines()
    lines = [f"{header},{name}", *(f"{row},x" for row in rows)]
    (tmp_path / "orders.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    assert load_yaml(infer_mapping(tmp_path, "odd", "UTC"))["dataset"] == "odd"  # type: ignore[index]


def test_key_of_json_with_half_a_character_is_no_column(tmp_path: Path) -> None:
    row = '{"user": "ann", "product": "tea", "at": "2024-03-01", "amount": 5, "\\ud800": 1}\n'
    (tmp_path / "orders.jsonl").write_text(row)
    assert load_yaml(infer_mapping(tmp_path, "odd", "UTC"))
    assert outcome(tmp_path, files="orders.jsonl") == (1, 0)


def test_file_whose_name_is_not_utf8_is_named_and_can_be_read_by_a_pattern(tmp_path: Path) -> None:
    (tmp_path / "orders.csv").write_text(ROWS)
    (tmp_path / os.fsdecode(b"orders-\xff.csv")).write_text(ROWS)
    text = infer_mapping(tmp_path, "odd", "UTC")
    assert "# Not used: orders-\\xff.csv: its name is not valid UTF-8: rename it" in text
    assert load_yaml(text)
    assert outcome(tmp_path, files="orders*.csv") == (4, 0)
    assert [warning.text for warning in check(tmp_path).warnings if warning.code == "unread_files"]


def test_parquet_of_half_precision_is_read_and_equal_names_are_refused(tmp_path: Path) -> None:
    columns = {"user": ["ann"], "product": ["tea"], "at": ["2024-03-01"]}
    halves = pa.array(np.array([1.5], dtype=np.float16))
    pq.write_table(pa.table(columns | {"amount": halves}), tmp_path / "orders.parquet")
    assert "orders.parquet" in infer_mapping(tmp_path, "odd", "UTC")
    preview = check(tmp_path, files="orders.parquet").preview["behaviours"]
    assert [row["value"] for row in preview] == [1.5]
    twice = pa.Table.from_arrays([*map(pa.array, columns.values()), halves, halves], [*columns, "a", "a"])
    pq.write_table(twice, tmp_path / "orders.parquet")
    with pytest.raises(ImportFailed, match="orders.parquet: column name a occurs twice"):
        outcome(tmp_path, files="orders.parquet")
    with pytest.raises(InvalidRequest, match="orders.parquet: column name a occurs twice"):
        infer_mapping(tmp_path, "odd", "UTC")


def test_reasons_are_words_of_the_file_not_of_python(tmp_path: Path) -> None:
    def reason(name: str, content: str) -> str:
        (tmp_path / name).write_bytes(content.encode())
        (error,) = (error for _, error in check(tmp_path, files=name).examples)
        return error.reason

    header, first, second = ROWS.splitlines()
    mixed = f"{header}\r\n{first}\r\n{second}\r{first}\r"
    assert "end in a carriage return alone" in reason("mixed.csv", mixed)
    deep = '{"user": ' + "[" * 100_000 + "]" * 100_000 + "}\n"
    valid = '{"user": "ann", "product": "tea", "at": "2024-03-01", "amount": 5}\n'
    assert reason("deep.jsonl", valid + deep) == "is not valid JSON: its values are nested too deeply"
    digits = '{"user": ' + "9" * 5000 + "}\n"
    assert reason("digits.jsonl", valid + digits) == "is not valid JSON: a number has too many digits"
    at = pa.array([datetime.time(10, 30)])
    table = pa.table({"user": ["ann"], "product": ["tea"], "at": at, "amount": [1]})
    pq.write_table(table, tmp_path / "time.parquet")
    (error,) = (error for _, error in check(tmp_path, files="time.parquet").examples)
    assert error.reason.startswith("is a time of day without a day")
    (tmp_path / "old.csv").write_bytes(ROWS.replace("\n", "\r").encode())
    with pytest.raises(ImportFailed, match=r"old.csv line 1: the header has lines that end in a"):
        outcome(tmp_path, files="old.csv")


def test_driver_of_the_database_prints_nothing_to_the_terminal() -> None:
    code = (
        "import logging, graph.connection; "
        "logging.getLogger('neo4j.pool').error('Failed to establish connection')"
    )
    printed = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert printed.stderr == ""


def test_table_with_thousands_of_columns_is_inferred_in_seconds(tmp_path: Path) -> None:
    names = [f"attribute_{n}" for n in range(2_000)]
    rows = [
        f"c{n % 20},2024-03-{1 + n % 28:02},s{n % 9},{n}.5,"
        + ",".join(("abc"[n // 7 % 3], f"{n % 7}.{n % 3}", str(n // 7 % 5))[i % 3] for i in range(len(names)))
        for n in range(100)
    ]
    header = ",".join(["customer_id", "order_date", "product", "amount", *names])
    (tmp_path / "orders.csv").write_text("\n".join([header, *rows, ""]))
    before = process_time()
    text = infer_mapping(tmp_path, zone="UTC")
    assert process_time() - before < 20  # Minutes, where each column was compared and read by itself.
    assert "attribute_0 is used by no rule (a 35, b 35, c 30)" in text
    assert "other columns of a few codes are used by no rule either" in text
