"""Damaged files of every format: each row is loaded or rejected, or one clear error names the file."""

import gzip
import io
import itertools
import json
import random
import zipfile
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from openpyxl import Workbook

from graph.errors import GroundswellError, ImportFailed
from graph.importing.check import check_files
from graph.importing.mapping.model import Mapping, parse_mapping
from graph.progress import Silent

ROWS = 60
_JUNK = [
    b'"',
    b",",
    b"\xff",
    b"\x00",
    b"\r",
    b"\n",
    b"}",
    b"{",
    b"[",
    b"]",
    b"\\",
    b"9",
    b"\xc3\xa9",
    b":",
    b" ",
]


@pytest.fixture(autouse=True)
def _cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GROUNDSWELL_CACHE", str(tmp_path / "cache"))


def _records() -> list[dict[str, object]]:
    return [
        {"user": f"u{row % 9}", "item": f"p{row % 5}", "at": f"2024-03-{row % 28 + 1:02}", "amount": row / 4}
        for row in range(ROWS)
    ]


def _csv(delimiter: str = ",") -> bytes:
    lines = [delimiter.join(map(str, record.values())) for record in _records()]
    return "\n".join([delimiter.join(_records()[0]), *lines, ""]).encode()


def _xlsx() -> bytes:
    book, content = Workbook(), io.BytesIO()
    sheet = book.worksheets[0]
    for row in [list(_records()[0]), *(list(record.values()) for record in _records())]:
        sheet.append(row)
    book.save(content)
    return content.getvalue()


def _parquet() -> bytes:
    content = io.BytesIO()
    pq.write_table(pa.Table.from_pylist(_records()), content)
    return content.getvalue()


def _zip() -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("b.csv", _csv())
    return content.getvalue()


_LINES = "\n".join(json.dumps(record) for record in _records()).encode() + b"\n"
FORMATS: dict[str, bytes] = {
    "b.csv": _csv(),
    "b.tsv": _csv("\t"),
    "b.jsonl": _LINES,
    "array.json": json.dumps(_records()).encode(),
    "indented.json": json.dumps(_records(), indent=1).encode(),
    "holder.json": json.dumps({"count": ROWS, "orders": _records()}).encode(),
    "b.xlsx": _xlsx(),
    "b.parquet": _parquet(),
    "b.csv.gz": gzip.compress(_csv()),
    "b.jsonl.zst": pa.compress(_LINES, "zstd", asbytes=True),
    "b.zip/b.csv": _zip(),
}
TEXTS = ("b.csv", "b.tsv", "b.jsonl", "array.json", "indented.json", "holder.json")


def _mapping(name: str, **source: object) -> Mapping:
    columns = {"user": "user", "object": "item", "at": "at", "value": "amount"}
    behaviours = {"files": name, "columns": columns, "constants": {"kind": "order"}}
    return parse_mapping(
        {
            "dataset": "x",
            "zone": "UTC",
            "max_rejected": 1,
            "unknown": {"users": "add"},
            "tables": {
                "users": {"files": "u.csv", "columns": {"id": "id"}},
                "campaigns": {"files": "c.csv", "columns": {"id": "id", "starts": "s", "ends": "e"}},
                "behaviours": behaviours | source,
            },
            "kinds": {"order": {"type": "ORDERED"}},
        },
        "test",
    )


def _outcome(folder: Path, name: str, content: bytes, **source: object) -> tuple[int, int] | str:
    """Loaded and rejected rows, or the message of the error; any other exception is a failure."""
    (folder / "u.csv").write_text("id\n")
    (folder / "c.csv").write_text("id,s,e\nF,2024-03-01,2024-04-01\n")
    (folder / name.partition("/")[0]).write_bytes(content)
    try:
        counts = check_files(folder, _mapping(name, **source), Silent()).tables.get("behaviours")
    except GroundswellError as error:
        assert isinstance(error, ImportFailed)
        assert name.partition("/")[0] in str(error) or name.rpartition("/")[2] in str(error)
        assert error.remedy
        return str(error)
    if counts is None:
        return 0, 0
    assert counts.read == counts.loaded + counts.rejected + counts.unchanged
    return counts.loaded, counts.rejected


@pytest.mark.parametrize("name", FORMATS)
def test_undamaged_file_is_loaded(tmp_path: Path, name: str) -> None:
    assert _outcome(tmp_path, name, FORMATS[name]) == (ROWS, 0)


@pytest.mark.parametrize("name", FORMATS)
def test_mutated_file_is_loaded_rejected_or_refused(tmp_path: Path, name: str) -> None:
    rng = random.Random(name)
    whole = FORMATS[name]
    for _ in range(60 if name in TEXTS else 25):
        content = bytearray(whole)
        for _ in range(rng.randint(1, 4)):
            position = rng.randrange(len(content) + 1)
            content[position : position + rng.randint(0, 3)] = rng.choice(_JUNK)
        _outcome(tmp_path, name, bytes(content))


@pytest.mark.parametrize("name", TEXTS)
def test_one_edit_in_a_text_rejects_few_rows(tmp_path: Path, name: str) -> None:
    """An edit of one byte after the first rows costs at most the records that it touches."""
    rng = random.Random(name)
    whole = FORMATS[name]
    for _ in range(60):
        content = bytearray(whole)
        position = rng.randrange(len(whole) // 4, len(whole) - 60)
        content[position : position + 1] = rng.choice(_JUNK)
        outcome = _outcome(tmp_path, name, bytes(content))
        assert isinstance(outcome, tuple), (outcome, bytes(content[position - 80 : position + 40]))
        assert outcome[0] >= ROWS - 2, (outcome, bytes(content[position - 80 : position + 40]))


@pytest.mark.parametrize("name", FORMATS)
def test_cut_file_is_loaded_to_the_cut_or_refused(tmp_path: Path, name: str) -> None:
    whole = FORMATS[name]
    for cut in range(0, len(whole), max(1, len(whole) // 15)):
        outcome = _outcome(tmp_path, name, whole[:cut])
        # A text that is cut behind its header loads the rows before the cut.
        if name in TEXTS and cut > len(whole) // 3:
            assert isinstance(outcome, tuple)
            assert outcome[0] > ROWS // 4
            assert outcome[1] <= 1


@pytest.mark.parametrize("name", FORMATS)
@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\n\n",
        b"user,item,at,amount\n",
        b"\0" * 5_000,
        random.Random(1).randbytes(5_000),
        b"\xff\xfe" + "user,item,at,amount\na,b,2024-01-01,1\n".encode("utf-16-le"),
        "user,item,at,amount\na,b,2024-01-01,1\n".encode("utf-16-be"),
        b"[" * 50_000,
        b'{"a":' * 50_000,
        b"[1, 2, 3]",
        b'"text"',
        b"{}",
        b"[]",
        b'{"orders": []}',
        b"<html><table><tr><td>1</td></tr></table></html>",
        *FORMATS.values(),
    ],
    # Not from the content: archives hold the time at which they were made.
    ids=(f"content-{number}" for number in itertools.count()),
)
def test_any_content_under_any_name_ends_in_rows_or_a_clear_error(
    tmp_path: Path, name: str, content: bytes
) -> None:
    _outcome(tmp_path, name, content)


def test_folder_in_place_of_a_file_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "b.csv").mkdir()
    (tmp_path / "u.csv").write_text("id\n")
    (tmp_path / "c.csv").write_text("id,s,e\nF,2024-03-01,2024-04-01\n")
    with pytest.raises(ImportFailed, match="no file matches 'b.csv'"):
        check_files(tmp_path, _mapping("b.csv"), Silent())


@pytest.mark.parametrize("name", ["b.csv", "b.jsonl", "array.json"])
def test_file_in_utf_16_names_the_setting_and_is_read_with_it(tmp_path: Path, name: str) -> None:
    content = FORMATS[name].decode().encode("utf-16")
    outcome = _outcome(tmp_path, name, content)
    assert isinstance(outcome, str)
    assert "UTF-16" in outcome
    assert _outcome(tmp_path, name, content, encoding="utf-16") == (ROWS, 0)
