"""Limits of imports: decompression bombs, unclosed quotation marks and full disks."""

import errno
import gzip
from pathlib import Path

import pytest

from api.problems import status_of
from graph.errors import FolderUnusable, ImportFailed, InvalidRequest
from graph.importing.check import check_files
from graph.importing.mapping.model import Mapping, parse_mapping
from graph.importing.mapping.source import Source
from graph.importing.reading import blocks
from graph.importing.runs.limits import exceeded
from graph.importing.runs.row_counts import RowCounts
from graph.importing.uploads import receive
from graph.importing.warnings import DataWarning, from_json, to_json
from graph.progress import Silent
from graph.settings import Settings


def test_decompression_bomb_is_rejected_before_it_fills_memory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(blocks, "_MAX_LINE_BYTES", 1 << 20)
    monkeypatch.setattr(blocks, "_MAX_BLOCK_BYTES", 4 << 20)
    one_line, many_lines = tmp_path / "one.csv.gz", tmp_path / "many.csv.gz"
    with gzip.open(one_line, "wb") as file:
        file.write(b"\0" * (64 << 20))
    with gzip.open(many_lines, "wb") as file:
        file.write(b"a\n" + (b"x" * 99_999 + b"\n") * 300)
    for path, message in ((one_line, "no line break"), (many_lines, "more than 4 MiB")):
        with pytest.raises(ImportFailed, match=message):
            list(blocks.read_blocks(path, Source(files=[path.name]), ["a"]))


def test_unclosed_quotation_mark_is_rejected(tmp_path: Path) -> None:
    file = tmp_path / "x.csv"
    file.write_text('a\n1\n"' + "2\n" * 100_000)
    with pytest.raises(ImportFailed, match="quotation mark|field larger"):
        list(blocks.read_blocks(file, Source(files=["x.csv"], multiline=True), ["a"]))


def test_upload_to_a_full_disk_is_503_and_leaves_no_files(tmp_path: Path) -> None:
    with pytest.raises(FolderUnusable, match="full") as error, receive(Settings(GROUNDSWELL_HOME=tmp_path)):
        raise OSError(errno.ENOSPC, "No space left on device")
    assert status_of(error.value) == 503
    assert not list((tmp_path / "uploads").iterdir())
    # Other errors of the file system pass through.
    with pytest.raises(PermissionError), receive(Settings(GROUNDSWELL_HOME=tmp_path)):
        raise PermissionError(errno.EACCES, "Permission denied")


def orders_mapping(**changes: object) -> Mapping:
    columns = {"user": "user", "object": "product", "at": "at"}
    content = {
        "dataset": "x",
        "zone": "UTC",
        "tables": {
            "users": {"files": "users.csv", "columns": {"id": "id"}},
            "campaigns": {"files": "campaigns.csv", "columns": {"id": "id", "starts": "s", "ends": "e"}},
            "behaviours": {"files": "orders.csv", "columns": columns, "constants": {"kind": "order"}},
        },
        "kinds": {"order": {"type": "ORDERED"}},
    }
    return parse_mapping(content | changes, "test")


def write_orders(folder: Path, invalid_users: int) -> None:
    users = "".join(f"u{number}\n" for number in range(100))
    (folder / "users.csv").write_text("id\n" + users + "\n".join([","] * invalid_users) + "\n")
    (folder / "campaigns.csv").write_text("id,s,e\nF,2024-03-01,2024-04-01\n")
    (folder / "orders.csv").write_text("user,product,at\n" + "u1,tea,2024-03-02\n" * 10_000)


def test_limit_of_rejected_rows_holds_for_each_table(tmp_path: Path) -> None:
    write_orders(tmp_path, invalid_users=20)
    stopped = check_files(tmp_path, orders_mapping(), Silent()).stopped
    assert stopped is not None
    assert "20 of 120 rows were rejected in table users, more than the 5% allowed" in str(stopped)
    assert "(20 rows) is: users.csv: has 2 values for 1 columns" in str(stopped)
    allowed = orders_mapping(max_rejected={"users": 0.2})
    assert check_files(tmp_path, allowed, Silent()).stopped is None
    assert check_files(tmp_path, orders_mapping(), Silent(), max_rejected=0.2).stopped is None
    assert check_files(tmp_path, allowed, Silent(), max_rejected=0).stopped is not None


def test_unknown_table_has_no_limit() -> None:
    with pytest.raises(InvalidRequest, match="max_rejected: there is no table orders"):
        orders_mapping(max_rejected={"orders": 0.2})


@pytest.mark.parametrize(
    ("read", "rejected", "limit", "expected", "stops"),
    [
        (3, 1, 0.05, 0, False),  # One of three campaigns.
        (3, 2, 0.05, 0, True),
        (3, 1, 0.0, 0, True),
        (19, 9, 0.05, 0, False),
        (20, 2, 0.05, 0, True),
        (1000, 51, 0.05, 0, True),
        # While rows are being read: the bad ones may all be in one block.
        (1000, 51, 0.05, 2000, False),
        (1000, 101, 0.05, 2000, True),
        (1000, 51, 0.05, 900, True),
    ],
)
def test_imports_stop_where_the_share_of_all_rows_exceeds_the_limit(
    read: int, rejected: int, limit: float, expected: int, stops: bool
) -> None:
    tables = {"campaigns": RowCounts(read, read - rejected, rejected)}
    found = exceeded(tables, lambda _table: limit, {"campaigns": expected})
    assert found == ("campaigns" if stops else None)


def test_warnings_are_stored_as_text() -> None:
    warnings = [DataWarning("zero_prices", "3 rows of orders.csv: the price is 0.", 3, ["row 2: 0 €"])]
    assert from_json(to_json(warnings)) == warnings
    assert from_json(None) == []
