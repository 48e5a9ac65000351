"""Reading import files: formats, encodings, values, mappings, and rows that are rejected with a reason."""

import gzip
import random
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pytest

from graph.errors import ImportFailed, InvalidRequest
from graph.importing.check import check_files
from graph.importing.inference.infer import infer_mapping
from graph.importing.mapping.formats import ValueFormat
from graph.importing.mapping.model import FILE_NAME, Mapping, parse_mapping, read_mapping
from graph.importing.mapping.source import Source
from graph.importing.reading import blocks
from graph.importing.reading.blocks import digest_and_count, read_blocks
from graph.importing.values.convert import convert
from graph.importing.values.local_times import next_midnight
from graph.importing.values.rows import Rows
from graph.importing.values.validate import validate
from graph.progress import Silent

HEADER = "user,product,at,amount\n"
VALID_ROW = "a,tea,2024-03-02 10:00,3.5\n"


def mapping(**source: object) -> Mapping:
    behaviours = {
        "files": "*",
        "columns": {"user": "user", "object": "product", "at": "at", "value": "amount"},
        "constants": {"kind": "order"},
    }
    return parse_mapping(
        {
            "dataset": "x",
            "zone": "Europe/Berlin",
            "tables": {
                "users": {"files": "users.csv", "columns": {"id": "id"}},
                "campaigns": {"files": "c.csv", "columns": {"id": "id", "starts": "s", "ends": "e"}},
                "behaviours": behaviours | source,
            },
            "kinds": {"order": {"type": "ORDERED"}},
        },
        "test",
    )


def read(path: Path, **options: object) -> list[Rows]:
    behaviour_mapping = mapping(**options)
    source = behaviour_mapping.tables["behaviours"][0]
    return [
        validate(block, "behaviours", source, behaviour_mapping)
        for block in read_blocks(path, source, source.mapped_columns)
    ]


NO_NUMBER = (
    "is not a valid number (decimal sign '.', no thousands separator: `thousands: \",\"` of `numbers` "
    "allows one)"
)


def row_errors(rows: Rows) -> list[tuple[int, str, str]]:
    """Row, column and reason of each rejected row."""
    return [(error.row, error.column, error.reason.partition(";")[0]) for error in rows.rejected]


@pytest.mark.parametrize(
    ("line", "error"),
    [
        (b"a,tea,2024-03-02 10:00", (2, "", "has 3 values for 4 columns")),
        (b"a,tea,2024-03-02 10:00,1,2", (2, "", "has 5 values for 4 columns")),
        (b'"a,tea,2024-03-02 10:00,1', (2, "", "has an unclosed quote or text after a quote")),
        (b"\xe4,tea,2024-03-02 10:00,1", (2, "", "is not valid utf-8")),
        (b"a,te\x00a,2024-03-02 10:00,1", (2, "", "contains a NUL byte")),
        (b",tea,2024-03-02 10:00,1", (2, "user", "is missing")),
        (b"  ,tea,2024-03-02 10:00,1", (2, "user", "is missing")),
        (b"a,tea,soon,1", (2, "at", "is not a valid date from 1900 to 2199 (expected iso)")),
        (b"a,tea,1224-03-02,1", (2, "at", "is not a valid date from 1900 to 2199 (expected iso)")),
        (b'a,tea,2024-03-02,"1,5"', (2, "amount", NO_NUMBER)),
        (b"a,tea,2024-03-02,inf", (2, "amount", NO_NUMBER)),
        (b"x" * 1001 + b",tea,2024-03-02,1", (2, "user", "is longer than 1000 characters")),
    ],
)
def test_only_the_invalid_line_is_rejected(tmp_path: Path, line: bytes, error: tuple[int, str, str]) -> None:
    (tmp_path / "x.csv").write_bytes(HEADER.encode() + line + b"\n\n" + VALID_ROW.encode())
    (rows,) = read(tmp_path / "x.csv")
    assert row_errors(rows) == [error]
    assert rows.numbers.tolist() == [4]


@pytest.mark.parametrize(
    "write",
    [
        lambda path, text: path.write_text(text),
        lambda path, text: path.write_text(text, encoding="utf-8-sig"),
        lambda path, text: path.write_bytes(text.replace("\n", "\r\n").encode()),
        lambda path, text: path.write_bytes(gzip.compress(text.encode())),
        lambda path, text: path.write_bytes(pa.compress(text.encode(), "zstd", asbytes=True)),
        lambda path, text: path.write_text(text.rstrip("\n")),
    ],
)
def test_line_ends_byte_order_mark_and_compression_are_recognised(
    tmp_path: Path, write: Callable[[Path, str], None]
) -> None:
    write(tmp_path / "x.csv", HEADER + VALID_ROW * 3)
    (rows,) = read(tmp_path / "x.csv")
    assert len(rows) == 3
    assert not rows.rejected
    assert digest_and_count(tmp_path / "x.csv", Source(files=["x"]))[1] == 3


@pytest.mark.parametrize("encoding", ["cp1252", "utf-16", "utf-16-le", "latin-1"])
def test_declared_encoding_is_used(tmp_path: Path, encoding: str) -> None:
    (tmp_path / "x.csv").write_text(HEADER + VALID_ROW.replace("tea", "café"), encoding=encoding)
    (rows,) = read(tmp_path / "x.csv", encoding=encoding)
    assert rows.columns["object"].to_pylist() == ["café"]


def test_each_line_uses_the_first_encoding_that_fits(tmp_path: Path) -> None:
    line = VALID_ROW.replace("tea", "café")
    (tmp_path / "x.csv").write_bytes(HEADER.encode() + line.encode("utf-8") + line.encode("cp1252"))
    (rows,) = read(tmp_path / "x.csv", encoding=["utf-8", "cp1252"])
    assert rows.columns["object"].to_pylist() == ["café", "café"]


def test_multiline_values_are_read(tmp_path: Path) -> None:
    (tmp_path / "x.csv").write_text(HEADER + 'a,"te\na",2024-03-02,1\n' + VALID_ROW)
    (rows,) = read(tmp_path / "x.csv", multiline=True)
    assert rows.columns["object"].to_pylist() == ["te\na", "tea"]


def test_json_lines_are_read_and_invalid_ones_rejected(tmp_path: Path) -> None:
    (tmp_path / "x.jsonl").write_text(
        '{"user": 7, "product": "tea", "at": "2024-03-02T10:00:00Z", "amount": 1.5}\n'
        '{"user": 7, "product": ["tea"], "at": "2024-03-02", "amount": 1.5}\n'
        '{"user": 7\n[1]\n{"product": "tea"}\n'
    )
    (rows,) = read(tmp_path / "x.jsonl")
    assert rows.columns["user"].to_pylist() == ["7"]
    assert [(row, column) for row, column, _ in row_errors(rows)] == [
        (2, "product"),
        (3, ""),
        (4, ""),
        (5, "user"),
    ]


def test_parquet_types_are_converted(tmp_path: Path) -> None:
    frame = pd.DataFrame(
        {
            "user": [1.0, 2.0, None],
            "product": pd.Categorical(["tea", "mug", "tea"]),
            "at": pd.to_datetime(["2024-07-01 10:00", None, "2024-07-01 10:00"]),
            "amount": [1, 2, 3],
        }
    )
    frame.to_parquet(tmp_path / "x.parquet")
    (rows,) = read(tmp_path / "x.parquet")
    assert rows.columns["user"].to_pylist() == ["1"]
    assert rows.columns["at"].to_pylist() == [1_719_820_800_000]  # 08:00 UTC: summer time in Berlin.
    assert [(row, column) for row, column, _ in row_errors(rows)] == [(2, "at"), (3, "user")]


def test_where_selects_rows(tmp_path: Path) -> None:
    (tmp_path / "x.csv").write_text(HEADER + VALID_ROW + VALID_ROW.replace("tea", "mug"))
    (rows,) = read(tmp_path / "x.csv", where={"product": ["tea"]})
    assert (len(rows), rows.left_out, rows.read) == (1, 1, 1)


def test_empty_files_have_no_blocks_and_damaged_ones_are_rejected(tmp_path: Path) -> None:
    (tmp_path / "empty.csv").touch()
    (tmp_path / "header.csv").write_text(HEADER)
    assert read(tmp_path / "empty.csv") == read(tmp_path / "header.csv") == []
    (tmp_path / "x.parquet").write_text("no")
    with pytest.raises(ImportFailed, match="not a valid Parquet file"):
        read(tmp_path / "x.parquet")
    (tmp_path / "x.csv").write_bytes(gzip.compress(HEADER.encode() + VALID_ROW.encode() * 10_000)[:-20])
    with pytest.raises(ImportFailed, match="cannot be read to the end"):
        read(tmp_path / "x.csv")


def test_file_without_line_breaks_is_not_read_into_memory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(blocks, "_MAX_LINE_BYTES", 1000)
    (tmp_path / "x.csv").write_text(HEADER + "a" * 3_000_000)
    with pytest.raises(ImportFailed, match="no line break"):
        read(tmp_path / "x.csv")


def test_blocks_keep_their_digests_when_the_file_grows(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(blocks, "BLOCK_ROWS", 10)
    path, source = tmp_path / "x.csv", Source(files=["x"])
    lines = [f"u{number},tea,2024-01-01,1\n" for number in range(36)]
    path.write_text(HEADER + "".join(lines[:25]).rstrip("\n"))
    before = [(block.index, block.length, block.digest()) for block in read_blocks(path, source, ["user"])]
    path.write_text(HEADER + "".join(lines))
    after = list(read_blocks(path, source, ["user"]))
    assert [block.length for block in after] == [10, 10, 10, 6]
    assert [block.first for block in after] == [2, 12, 22, 32]
    assert [
        (block.index, length, block.digest(length))
        for block, (_, length, _) in zip(after, before, strict=False)
    ] == before


@pytest.mark.parametrize(
    ("change", "same"),
    [
        ({"counts": "any"}, True),
        ({"weight": 2.0}, True),
        ({"type": "BOUGHT"}, False),
        ({"object": "campaign"}, False),
    ],
)
def test_digest_of_a_source_changes_with_how_its_rows_are_read(change: dict[str, object], same: bool) -> None:
    before = mapping()
    (name, kind), *_ = before.kinds.items()
    after = before.model_copy(update={"kinds": before.kinds | {name: kind.model_copy(update=change)}})
    source = before.tables["behaviours"][0]
    assert (before.digest_of(source) == after.digest_of(source)) is same


def test_memory_does_not_grow_with_the_file(tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    path.write_text(HEADER + VALID_ROW * 300_000)
    behaviour_mapping = mapping()
    source = behaviour_mapping.tables["behaviours"][0]
    pool = pa.default_memory_pool()
    allocated = []
    for block in read_blocks(path, source, source.mapped_columns):
        rows = validate(block, "behaviours", source, behaviour_mapping)
        allocated.append(pool.bytes_allocated())
        assert len(rows) <= blocks.BLOCK_ROWS
    assert allocated[-1] < 2 * allocated[1]


def epoch_milliseconds(utc: str) -> int:
    return int(pd.Timestamp(utc).value // 1_000_000)


def value_format(**changes: object) -> ValueFormat:
    defaults = {"times": ("iso",), "zone": "Europe/Berlin", "numbers": {}, "missing": ("", "NA")}
    return ValueFormat.model_validate(defaults | changes)


@pytest.mark.parametrize(
    ("text", "numbers", "value"),
    [
        ("1234.5", {}, 1234.5),
        ("-1e3", {}, -1000.0),
        ("1.234,50", {"decimal": ",", "thousands": "."}, 1234.5),
        ("1\u00a0234,5", {"decimal": ",", "thousands": " "}, 1234.5),
        ("1'234.5", {"thousands": "'"}, 1234.5),
        ("NA", {}, None),
    ],
)
def test_number_formats_are_parsed(text: str, numbers: dict[str, str], value: float | None) -> None:
    converted = convert(pa.array([text]), "number", value_format(numbers=numbers))
    assert (converted.values.to_pylist(), converted.bad.tolist()) == ([value], [False])


@pytest.mark.parametrize(
    ("text", "formats", "utc"),
    [
        ("2024-01-15", ["iso"], "2024-01-14T23:00:00"),
        ("2024-07-15T12:30:00.250", ["iso"], "2024-07-15T10:30:00.250"),
        ("2024-07-15T12:30:00+09:00", ["iso"], "2024-07-15T03:30:00"),
        ("2024-07-15 12:30:00Z", ["iso"], "2024-07-15T12:30:00"),
        ("15.07.2024 12:30", ["iso", "%d.%m.%Y %H:%M"], "2024-07-15T10:30:00"),
        ("1721039400", ["epoch_s"], "2024-07-15T10:30:00"),
        ("1721039400250", ["epoch_ms"], "2024-07-15T10:30:00.250"),
        ("45488", ["excel"], "2024-07-14T22:00:00"),
        ("45488.520833333", ["excel"], "2024-07-15T10:30:00"),
        ("45488,520833333", ["excel"], "2024-07-15T10:30:00"),
        ("45488.5", ["days since 1899-12-30"], "2024-07-15T10:00:00"),
        ("132", ["hours since 2018-01-01"], "2018-01-06T11:00:00"),
        ("-1.5", ["hours since 2018-01-01 09:00"], "2018-01-01T06:30:00"),
        ("90", ["minutes since 2018-01-01 09:00:30"], "2018-01-01T09:30:30"),
        ("0.25", ["seconds since 2018-01-01"], "2017-12-31T23:00:00.250"),
        # Hours elapse when clocks go forward; days are those of the calendar.
        ("24", ["hours since 2024-03-31"], "2024-03-31T23:00:00"),
        ("1", ["days since 2024-03-31"], "2024-03-31T22:00:00"),
        # The hour that is repeated when summer time ends, and the one that is skipped when it begins.
        ("2024-10-27 02:30:00", ["iso"], "2024-10-27T00:30:00"),
        ("2024-03-31 02:30:00", ["iso"], "2024-03-31T01:00:00"),
    ],
)
def test_time_formats_are_parsed(text: str, formats: list[str], utc: str) -> None:
    converted = convert(pa.array([text]), "time", value_format(times=formats))
    assert not converted.bad.any()
    assert converted.values[0].as_py() == epoch_milliseconds(utc)


@pytest.mark.parametrize("text", ["132,500", "12h", "1e9", "2018-01-02"])
def test_text_that_is_no_count_is_rejected(text: str) -> None:
    converted = convert(pa.array([text]), "time", value_format(times=["hours since 2018-01-01"]))
    assert converted.bad.all()
    assert converted.reason.endswith("(expected hours since 2018-01-01)")


def test_numbers_that_a_file_types_are_counts_or_dates() -> None:
    hours = convert(pa.array([132.0, None]), "time", value_format(times=["hours since 2018-01-01"]))
    assert hours.values.to_pylist() == [epoch_milliseconds("2018-01-06T11:00"), None]
    days = convert(pa.array([20240715, 20241315]), "time", value_format(times=["%Y%m%d"]))
    assert days.values.to_pylist() == [epoch_milliseconds("2024-07-14T22:00"), None]
    assert days.bad.tolist() == [False, True]


def test_end_on_the_last_day_becomes_the_next_midnight() -> None:
    noon = pa.array([epoch_milliseconds("2024-03-30T11:00")])
    assert next_midnight(noon, "Europe/Berlin")[0].as_py() == epoch_milliseconds("2024-03-30T23:00")


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"zone": "Berlin"}, "'Berlin' is not a time zone"),
        ({"country": "UK"}, "'UK' is no country of ISO 3166; write two letters like DE or GB"),
        ({"times": "hours since 1.1.2018"}, "times: 'hours since 1.1.2018' is no format of times; write"),
        ({"times": "hours since 2018-02-30"}, "is no format of times"),
        ({"times": "xx: %d. %B %Y"}, "times: 'xx: %d. %B %Y' is no format of times"),
        ({"tables": {}}, "tables: map at least one of users, tags"),
        ({"kinds": {}}, "kinds: name at least one kind"),
        (
            {"kinds": {"order": {"type": "KNOWS"}}},
            "kinds.order: KNOWS is reserved",
        ),
        ({"kinds": {"order": {"type": "bad type"}}}, "kinds.order.type"),
        ({"unknown": {"campaigns": "add"}}, "campaigns: they need dates and cannot be added"),
        ({"surprise": 1}, "surprise: Extra inputs are not permitted"),
        ({"numbers": {"decimal": ",", "thousands": ","}}, "must differ"),
    ],
)
def test_error_in_a_mapping_names_its_place(change: dict[str, object], message: str) -> None:
    valid_mapping = mapping().model_dump(exclude_unset=True, mode="json")
    with pytest.raises(InvalidRequest, match=message):
        parse_mapping(valid_mapping | change, "file.yaml")


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ({"columns": {"user": "u"}}, "behaviours: object, at must be mapped"),
        ({"columns": {"who": "u"}}, "behaviours: no field who; there are user, kind"),
        ({"attributes": {"x": "y"}}, "this table has no attributes"),
        ({"encoding": "utf-9"}, "'utf-9' is not an encoding"),
    ],
)
def test_error_in_a_table_names_the_valid_fields(source: dict[str, object], message: str) -> None:
    with pytest.raises(InvalidRequest, match=message):
        mapping(**source)


def test_invalid_or_missing_mapping_file_is_rejected(tmp_path: Path) -> None:
    (tmp_path / FILE_NAME).write_text("a: [")
    with pytest.raises(InvalidRequest, match="is not valid YAML"):
        read_mapping(tmp_path / FILE_NAME)
    with pytest.raises(InvalidRequest) as error:
        read_mapping(tmp_path / "other.yaml")
    assert "import init" in error.value.remedy


def test_words_of_yaml_are_texts_except_true_and_false(tmp_path: Path) -> None:
    (tmp_path / FILE_NAME).write_text(
        "dataset: x\nzone: UTC\ntables:\n  users: {files: u.csv, columns: {id: id}}\n"
        "  campaigns: {files: c.csv, columns: {id: id, starts: s, ends: e}, end_is_last_day: true}\n"
        "  behaviours:\n    files: o.csv\n    columns: {user: u, object: o, at: a}\n"
        "    constants: {kind: no}\n    where: {country: [NO, SE]}\n"
        "    join: [{files: p.csv, on: {order: nr}}]\nkinds: {no: {type: BOUGHT}}\n"
    )
    rules = read_mapping(tmp_path / FILE_NAME)
    (source,) = rules.tables["behaviours"]
    assert source.join[0].on == {"order": "nr"}
    assert source.where["country"].is_ == ["NO", "SE"]
    assert (source.constants, list(rules.kinds)) == ({"kind": "no"}, ["no"])
    assert rules.tables["campaigns"][0].end_is_last_day is True


def test_inferred_mapping_of_a_simple_folder_is_complete(tmp_path: Path) -> None:
    (tmp_path / "customers.csv").write_text("customer_id;city\n1;Ulm\n2;Bonn\n")
    (tmp_path / "campaigns.csv").write_text("id,name,start_date,end_date\nF,Spring,2024-03-01,2024-03-31\n")
    (tmp_path / "events.jsonl").write_text(
        '{"user_id": 1, "event_type": "view", "sku": "tea", "timestamp": 1709370000}\n'
        '{"user_id": 2, "event_type": "order", "sku": "tea", "timestamp": 1709370000}\n'
    )
    pd.DataFrame({"source": ["1"], "target": ["2"]}).to_parquet(tmp_path / "net.parquet")
    (tmp_path / FILE_NAME).write_text(infer_mapping(tmp_path, "tidy", "Europe/Berlin"))
    inferred = read_mapping(tmp_path / FILE_NAME)
    types = {name: kind.type for name, kind in inferred.kinds.items()}
    assert types == {"view": "VIEWED", "order": "ORDERED"}
    report = check_files(tmp_path, inferred, Silent())
    assert report.total.rejected == 0
    assert {table: counts.loaded for table, counts in report.tables.items()} == {
        "users": 2, "campaigns": 1, "ties": 1, "behaviours": 2,
    }  # fmt: skip


def test_mapping_of_an_empty_folder_cannot_be_inferred(tmp_path: Path) -> None:
    with pytest.raises(InvalidRequest, match="no data files"):
        infer_mapping(tmp_path)


def test_every_corrupt_row_is_loaded_rejected_or_unchanged(tmp_path: Path) -> None:
    """100,000 rows, each with up to three random edits of its bytes."""
    rng = random.Random(11)
    junk = [b'"', b",", b"\xff", b"\x00", b"\r", b";", b"-", b"9", b"\xc3\xa9", b"e", b" "]
    lines = []
    for row in range(100_000):
        line = bytearray(f"u{row % 50},p{row % 9},2024-03-{row % 31 + 1:02} 10:00,{row % 7}.5".encode())
        for _ in range(rng.randint(0, 3)):
            position = rng.randrange(len(line) + 1)
            line[position : position + rng.randint(0, 2)] = rng.choice(junk)
        lines.append(bytes(line))
    (tmp_path / "b.csv").write_bytes(HEADER.encode() + b"\n".join(lines) + b"\n")
    (tmp_path / "users.csv").write_text("id\n" + "".join(f"u{user}\n" for user in range(50)))
    (tmp_path / "c.csv").write_text("id,s,e\nF,2024-03-01,2024-04-01\n")
    counts = check_files(tmp_path, mapping(files="b.csv"), Silent()).tables["behaviours"]
    not_empty = sum(bool(line.strip(b"\r")) for line in lines)
    assert counts.read == not_empty == counts.loaded + counts.rejected + counts.unchanged
    assert min(counts.loaded, counts.rejected) > 20_000


def test_campaign_without_an_end_runs_as_many_days_as_stated(tmp_path: Path) -> None:
    (tmp_path / "mailings.csv").write_text("id,sent\nA,2024-03-29\nB,2024-03-30 10:00\nC,\n")
    source = Source(files=["mailings.csv"], columns={"id": "id", "starts": "sent"}, duration_days=2)
    (block,) = read_blocks(tmp_path / "mailings.csv", source, source.mapped_columns)
    rows = validate(block, "campaigns", source, mapping())
    ends = [epoch_milliseconds("2024-03-30 23:00"), epoch_milliseconds("2024-04-01 08:00")]
    assert rows.columns["ends"].to_pylist() == ends
    assert [(error.row, error.reason) for error in rows.rejected] == [(4, "is missing")]


def test_unit_price_times_quantity_is_the_value(tmp_path: Path) -> None:
    (tmp_path / "x.csv").write_text(
        "u,p,t,n,price\n1,a,2024-01-01,3,2.5\n1,a,2024-01-01,,4\n1,a,2024-01-01,2,\n"
    )
    columns = {"user": "u", "object": "p", "at": "t", "quantity": "n", "unit_price": "price"}
    source = Source(files=["x.csv"], columns=columns, constants={"kind": "order"})
    (block,) = read_blocks(tmp_path / "x.csv", source, source.mapped_columns)
    rows = validate(block, "behaviours", source, mapping())
    assert rows.columns["value"].to_pylist() == [7.5, 4.0, None]
    assert "unit_price" not in rows.columns
