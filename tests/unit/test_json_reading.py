"""JSON in the forms of real exports: nested events, arrays, holders of an array, lists as rows, damage."""

import json
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from graph.errors import ImportFailed
from graph.importing.check import check_files
from graph.importing.mapping.model import Mapping, parse_mapping
from graph.importing.mapping.source import Source
from graph.importing.reading import blocks, json_files
from graph.importing.reading.blocks import digest_and_count, read_blocks
from graph.importing.reading.cells import texts
from graph.importing.reading.column_check import check_columns
from graph.importing.reading.json_paths import ABSENT, lookup
from graph.importing.reading.json_stream import JsonStream
from graph.importing.reading.lines import Parsed
from graph.importing.reading.sample import sample
from graph.progress import Silent

EVENT = {
    "userId": "7",
    "event": "view",
    "properties": {"product_id": "tea", "revenue": 3.5, "tags": ["a", "b"]},
}
ORDER = {
    "id": 1001,
    "customer": {"id": 7},
    "line_items": [{"sku": "tea", "price": "3.50"}, {"sku": "mug", "price": "8.00"}],
}


def parse(path: Path, columns: list[str], **options: Any) -> list[Parsed]:
    source = Source(files=[path.name], **options)
    check_columns(path, source, columns)
    return [block.parse() for block in read_blocks(path, source, columns)]


def rows_of(path: Path, columns: list[str], **options: Any) -> list[tuple[str | None, ...]]:
    return [
        row
        for parsed in parse(path, columns, **options)
        for row in zip(*(texts(parsed.columns[name]).to_pylist() for name in columns), strict=True)
    ]


def events(count: int) -> list[dict[str, Any]]:
    return [EVENT | {"userId": str(number)} for number in range(count)]


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("properties.product_id", "tea"),
        ("value.offer id", 5),
        ("a.b.c", 1),
        ("a.b", 2),
        ("items[1].sku", "mug"),
        ("params[key=campaign].value.text", "spring"),
        ("items[2].sku", ABSENT),
        ("params[key=other].value.text", ABSENT),
        ("properties.missing", ABSENT),
        ("a.b.c.d", ABSENT),
    ],
)
def test_path_finds_nested_values_and_prefers_a_key_of_its_name(path: str, value: object) -> None:
    record = {
        "properties": {"product_id": "tea"},
        "value": {"offer id": 5},
        "a.b": {"c": 1},
        "a": {"b": 3},
        "items": [{"sku": "tea"}, {"sku": "mug"}],
        "params": [{"key": "page"}, {"key": "campaign", "value": {"text": "spring"}}],
    }
    found = lookup(record, path)
    assert found == (record["a.b"] if path == "a.b" else value)


@pytest.mark.parametrize("name", ["events.json", "events.jsonl"])
@pytest.mark.parametrize(
    "write",
    [
        lambda records: "\n".join(json.dumps(record) for record in records) + "\n",
        lambda records: json.dumps(records),
        lambda records: json.dumps(records, indent=1),
        lambda records: "[\n" + ",\n".join(json.dumps(record) for record in records) + "\n]\n",
        lambda records: "\n".join(json.dumps(record, indent=2) for record in records),
        lambda records: json.dumps(records[:2]) + "\n" + json.dumps(records[2:]),
        lambda records: "\ufeff" + json.dumps(records),
    ],
)
def test_every_layout_of_records_gives_the_same_rows(tmp_path: Path, name: str, write: Any) -> None:
    (tmp_path / name).write_text(write(events(5)), encoding="utf-8")
    rows = rows_of(tmp_path / name, ["userId", "properties.product_id", "properties.revenue"])
    assert rows == [(str(number), "tea", "3.5") for number in range(5)]


@pytest.mark.parametrize(
    ("content", "rows"),
    [
        ({"count": 3, "next": None, "orders": events(3)}, None),
        ({"data": {"page": [1, 2], "orders": events(3)}}, "data.orders"),
        ({"ignored": [{"x": 1}], "orders": events(3)}, "orders"),
        ({"orders": [{"of": "a", "events": events(2)}, {"events": [events(3)[2]]}]}, "orders.events"),
    ],
)
@pytest.mark.parametrize("peek", [20, 1 << 20])
def test_object_that_holds_the_array_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, content: object, rows: str | None, peek: int
) -> None:
    monkeypatch.setattr(json_files, "_PEEK", peek)
    (tmp_path / "x.json").write_text(json.dumps(content, indent=1))
    assert rows_of(tmp_path / "x.json", ["userId"], rows=rows) == [("0",), ("1",), ("2",)]


def test_one_order_per_file_is_one_record(tmp_path: Path) -> None:
    (tmp_path / "x.json").write_text(json.dumps(ORDER, indent=1))
    assert rows_of(tmp_path / "x.json", ["id", "customer.id"]) == [("1001", "7")]
    columns = ["sku", "^.customer.id"]
    assert rows_of(tmp_path / "x.json", columns, rows="line_items") == [("tea", "7"), ("mug", "7")]


def test_holder_without_records_has_no_rows(tmp_path: Path) -> None:
    (tmp_path / "x.json").write_text('{"orders": [], "count": 0}')
    assert rows_of(tmp_path / "x.json", ["id"]) == []


def test_elements_of_a_list_are_rows_with_the_number_of_their_record(tmp_path: Path) -> None:
    without, scalar = {"id": 1002}, {"id": 1003, "line_items": "none"}
    (tmp_path / "x.jsonl").write_text("\n".join(map(json.dumps, [ORDER, without, scalar, ORDER])))
    (parsed,) = parse(tmp_path / "x.jsonl", ["sku", "price", "^.id"], rows="line_items")
    assert parsed.numbers.tolist() == [1, 1, 4, 4]
    assert texts(parsed.columns["^.id"]).to_pylist() == ["1001"] * 4
    assert [(error.row, error.column, error.reason) for error in parsed.errors] == [
        (3, "line_items", "is not a list of JSON objects")
    ]


def test_lists_inside_records_of_a_holder_are_rows(tmp_path: Path) -> None:
    (tmp_path / "x.json").write_text(json.dumps({"orders": [ORDER, ORDER | {"id": 1002}]}))
    rows = rows_of(tmp_path / "x.json", ["^.id", "^.customer.id", "sku"], rows="orders.line_items")
    assert rows == [(order, "7", sku) for order in ("1001", "1002") for sku in ("tea", "mug")]


def test_records_that_repeat_a_key_of_their_holder_are_the_records(tmp_path: Path) -> None:
    report = {"campaign": "c1", "emails": [{"to": "a", "campaign": "c1", "activity": [{"action": "open"}]}]}
    (tmp_path / "x.json").write_text(json.dumps(report))
    rows = rows_of(tmp_path / "x.json", ["^.to", "^.campaign", "action"], rows="emails.activity")
    assert rows == [("a", "c1", "open")]


def test_columns_can_name_the_elements_of_lists_on_the_way(tmp_path: Path) -> None:
    visit = {"id": 7, "log": {"actions": [
        {"at": 1, "items": [{"sku": "tea"}, {"sku": "mug"}]}, {"at": 2}, {"at": 3, "items": [{"sku": "jar"}]},
    ]}}  # fmt: skip
    (tmp_path / "x.json").write_text(json.dumps([visit, {"id": 8, "log": {}}]))
    rows = rows_of(tmp_path / "x.json", ["^.id", "^.log.actions.at", "sku"], rows="log.actions.items")
    assert rows == [("7", "1", "tea"), ("7", "1", "mug"), ("7", "3", "jar")]
    check_columns(tmp_path / "x.json", Source(files=["x"], rows="log.actions.items"), ["^.log.actions.at"])


def test_alternatives_of_a_path_take_the_first_value(tmp_path: Path) -> None:
    records = [{"value": {"offer id": "a"}}, {"value": {"offer_id": "b"}}, {"value": {}}]
    (tmp_path / "x.json").write_text(json.dumps(records))
    column = "value.offer id | value.offer_id"
    assert rows_of(tmp_path / "x.json", [column]) == [("a",), ("b",), (None,)]
    with pytest.raises(ImportFailed, match="has no column value.offerid"):
        rows_of(tmp_path / "x.json", ["value.offer id | value.offerid"])


CUTS = {
    "lines": "\n".join(json.dumps(event) for event in events(5)),
    "one line": json.dumps(events(5)),
    "a record per line": "[\n" + ",\n".join(json.dumps(event) for event in events(5)) + "\n]",
    "indented": json.dumps(events(5), indent=1),
    "in an object": json.dumps({"count": 5, "orders": events(5)}, indent=1),
}


@pytest.mark.parametrize("form", CUTS)
def test_file_that_is_cut_loads_the_records_before_the_cut(tmp_path: Path, form: str) -> None:
    whole = CUTS[form]
    start = whole.rindex('"userId"')
    for cut in range(start + 3, whole.rindex('"tags"') + 5):
        (tmp_path / "x.json").write_text(whole[:cut])
        (parsed,) = parse(tmp_path / "x.json", ["userId"])
        assert texts(parsed.columns["userId"]).to_pylist() == ["0", "1", "2", "3"]
        assert [error.row for error in parsed.errors] == [5]


def test_array_without_its_end_is_reported_as_incomplete(tmp_path: Path) -> None:
    text = json.dumps(events(3))
    (tmp_path / "x.json").write_text(text[: text.rindex(", {")])
    (parsed,) = parse(tmp_path / "x.json", ["userId"])
    assert len(parsed.numbers) == 2
    assert "incomplete" in parsed.errors[0].reason


@pytest.mark.parametrize("form", ["one line", "a record per line", "indented", "in an object"])
@pytest.mark.parametrize(
    ("valid", "damaged"),
    [
        ('"revenue": 3.5', '"revenue": '),
        ('"product_id": "tea"', '"product_id": "tea'),
        ("}", "]"),
        ('"view"', "view"),
    ],
)
def test_invalid_record_in_an_array_is_the_only_one_rejected(
    tmp_path: Path, form: str, valid: str, damaged: str
) -> None:
    text = CUTS[form]
    third = text.index('"userId": "2"')
    at = text.index(valid, third)
    (tmp_path / "x.json").write_text(text[:at] + damaged + text[at + len(valid) :])
    (parsed,) = parse(tmp_path / "x.json", ["userId"])
    assert texts(parsed.columns["userId"]).to_pylist() == ["0", "1", "3", "4"]
    assert [error.row for error in parsed.errors] == [3]


def test_rest_without_a_readable_record_is_an_error_after_the_rows_before_it(tmp_path: Path) -> None:
    text = json.dumps(events(2))[:-1] + ', {"userId": [1}, {"other": [2}, {"more": [3}]'
    (tmp_path / "x.json").write_text(text)
    reading = read_blocks(tmp_path / "x.json", Source(files=["x"]), ["userId"])
    assert len(next(reading).parse().numbers) == 2
    with pytest.raises(ImportFailed, match="record 3 is not valid JSON"):
        next(reading)


def test_array_is_read_in_parts_of_any_size() -> None:
    text = json.dumps([event | {"note": 'é "[{,}]" \\u00e9\n' * 20} for event in events(40)], indent=1)
    whole = [json.loads(record.text) for record in JsonStream(_reader(text, 1 << 20), 1 << 20).records()]
    for size in (1, 7, 100, 1000):
        parts = [json.loads(record.text) for record in JsonStream(_reader(text, size), 1 << 20).records()]
        assert parts == whole
    assert len(whole) == 40


def _reader(text: str, size: int) -> Any:
    position = 0

    def read(_wanted: int) -> str:
        nonlocal position
        part = text[position : position + size]
        position += size
        return part

    return read


def test_array_is_streamed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(blocks, "BLOCK_ROWS", 100)
    monkeypatch.setattr(json_files, "_PEEK", 1000)
    path = tmp_path / "x.json"
    path.write_text(json.dumps(events(1050), indent=1))
    sizes = [(block.first, block.length) for block in read_blocks(path, Source(files=["x"]), ["userId"])]
    assert sizes == [(100 * index + 1, 100) for index in range(10)] + [(1001, 50)]
    assert 1000 < digest_and_count(path, Source(files=["x"]))[1] < 1100


def test_array_that_grows_keeps_its_earlier_digests(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(blocks, "BLOCK_ROWS", 10)
    path, source = tmp_path / "x.json", Source(files=["x"])
    path.write_text(json.dumps(events(25)))
    before = [(block.length, block.digest()) for block in read_blocks(path, source, ["userId"])]
    path.write_text(json.dumps(events(33)))
    after = list(read_blocks(path, source, ["userId"]))
    pairs = zip(after, before, strict=False)
    assert [(length, block.digest(length)) for block, (length, _) in pairs] == before


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ('{"userId": "\\ud800"}', "half of a surrogate pair"),
        ('{"userId": ' + "[" * 100_000, "is not valid JSON"),
        ('{"userId": ' + "9" * 5_000 + "}", "is not valid JSON"),
        ('{"userId": "u1", "userId": "u2"}', 'the key "userId" has two values in one object'),
        ('{"userId": {"a": 1}}', "is not one plain value"),
        ("17", "is not a JSON object"),
    ],
)
@pytest.mark.parametrize("array", [False, True])
def test_unusual_json_is_one_rejected_row(tmp_path: Path, text: str, reason: str, array: bool) -> None:
    valid = json.dumps(EVENT)
    whole = f"[{valid},\n{text},\n{valid}]" if array else f"{valid}\n{text}\n{valid}\n"
    (tmp_path / "x.json").write_text(whole)
    (parsed,) = parse(tmp_path / "x.json", ["userId"])
    assert parsed.numbers.tolist() == [1, 3]
    assert [(error.row, reason in error.reason) for error in parsed.errors] == [(2, True)]


def test_invalid_bytes_in_an_array_reject_their_record(tmp_path: Path) -> None:
    content = '[{"userId": "é"},\n{"userId": "ä"},\n{"userId": "b"}]'.encode()
    (tmp_path / "x.json").write_bytes(content.replace("ä".encode(), "ä".encode("cp1252")))
    (parsed,) = parse(tmp_path / "x.json", ["userId"])
    assert [(error.row, error.reason.partition(";")[0]) for error in parsed.errors] == [
        (2, "is not valid utf-8")
    ]
    assert rows_of(tmp_path / "x.json", ["userId"], encoding=["utf-8", "cp1252"]) == [("é",), ("ä",), ("b",)]


@pytest.mark.parametrize("encoding", ["utf-16", "gb18030"])
def test_array_in_another_encoding_is_read(tmp_path: Path, encoding: str) -> None:
    (tmp_path / "x.json").write_bytes(json.dumps([{"u": "浏览"}], ensure_ascii=False).encode(encoding))
    assert rows_of(tmp_path / "x.json", ["u"], encoding=encoding) == [("浏览",)]


def test_numbers_of_json_do_not_use_the_decimal_sign_of_the_mapping(tmp_path: Path) -> None:
    rows = [
        {"user": 12345678901234567, "item": "tea", "at": 1709370000, "amount": 1234.5},
        {"user": 17850.0, "item": "tea", "at": "02.03.2024", "amount": "1.234,50"},
        {"user": "x", "item": "tea", "at": 1709370000, "amount": float("nan")},
        {"user": "x", "item": "tea", "at": "soon", "amount": True},
    ]
    (tmp_path / "b.json").write_text(json.dumps(rows))
    (tmp_path / "users.csv").write_text("id\n")
    (tmp_path / "c.csv").write_text("id,s,e\nF,2024-03-01,2024-04-01\n")
    report = check_files(
        tmp_path,
        _mapping(times=["epoch_s", "%d.%m.%Y"], numbers={"decimal": ",", "thousands": "."}),
        Silent(),
    )
    preview = report.preview["behaviours"]
    assert [row["user"] for row in preview] == ["12345678901234567", "17850", "x"]
    assert [row["value"] for row in preview] == [1234.5, 1234.5, None]
    assert [(error.row, error.column, error.value) for _, error in report.examples] == [(4, "at", "soon")]


def _mapping(**source: object) -> Mapping:
    behaviours: dict[str, object] = {
        "files": "b.*",
        "columns": {"user": "user", "object": "item", "at": "at", "value": "amount"},
        "constants": {"kind": "order"},
    }
    return parse_mapping(
        {
            "dataset": "x",
            "zone": "UTC",
            "unknown": {"users": "add"},
            "tables": {
                "users": {"files": "users.csv", "columns": {"id": "id"}},
                "campaigns": {"files": "c.csv", "columns": {"id": "id", "starts": "s", "ends": "e"}},
                "behaviours": behaviours | source,
            },
            "kinds": {"order": {"type": "ORDERED"}},
        },
        "test",
    )


@pytest.mark.parametrize(
    ("columns", "hint"),
    [
        (["userId", "properties.revenu"], "did you mean properties.revenue?"),
        (["userid"], "did you mean userId?"),
        (["product_id"], "did you mean properties.product_id?"),
    ],
)
@pytest.mark.parametrize("form", ["lines", "indented"])
def test_column_that_no_record_has_is_an_error_before_reading(
    tmp_path: Path, form: str, columns: list[str], hint: str
) -> None:
    (tmp_path / "x.json").write_text(CUTS[form])
    with pytest.raises(ImportFailed) as error:
        check_columns(tmp_path / "x.json", Source(files=["x"]), columns)
    assert hint in str(error.value)
    assert "its columns are userId, event, properties.product_id" in str(error.value)


def test_column_of_a_late_record_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(blocks, "BLOCK_ROWS", 1000)
    records = [*events(5000), {"userId": "x", "coupon": None}]
    (tmp_path / "x.jsonl").write_text("\n".join(map(json.dumps, records)))
    check_columns(tmp_path / "x.jsonl", Source(files=["x"]), ["userId", "coupon"])
    with pytest.raises(ImportFailed, match="no column coupons"):
        check_columns(tmp_path / "x.jsonl", Source(files=["x"]), ["userId", "coupons"])


def test_mistyped_list_of_rows_names_the_lists(tmp_path: Path) -> None:
    (tmp_path / "x.jsonl").write_text(json.dumps(ORDER) + "\n" + json.dumps(ORDER))
    with pytest.raises(ImportFailed, match=r"no list lineitems \(did you mean line_items\?\)"):
        check_columns(tmp_path / "x.jsonl", Source(files=["x"], rows="lineitems"), ["sku"])


def test_mistyped_column_stops_a_job_before_it_begins(tmp_path: Path) -> None:
    (tmp_path / "users.csv").write_text("id\n")
    (tmp_path / "c.csv").write_text("id,s,e\nF,2024-03-01,2024-04-01\n")
    (tmp_path / "b.jsonl").write_text('{"user": "1", "item": "p", "at": "2024-01-01", "amuont": 1}\n')
    stages: list[str] = []

    class Recording(Silent):
        def stage(self, name: str, total: int) -> Any:
            stages.append(name)
            return super().stage(name, total)

    with pytest.raises(ImportFailed, match="no column amount .did you mean amuont"):
        check_files(tmp_path, _mapping(), Recording())
    assert stages == ["Reading files"]


def test_nested_parquet_columns_are_read_by_path(tmp_path: Path) -> None:
    records = [
        {"u": "a", "p": {"sku": "tea", "price": {"amount": 3.5}}, "items": [{"n": 1}, {"n": 2}]},
        {"u": "b", "p": None, "items": []},
        {"u": "c", "p": {"sku": "mug", "price": None}, "items": [{"n": 3}]},
    ]
    path = tmp_path / "x.parquet"
    pq.write_table(pa.Table.from_pylist(records), path)
    assert rows_of(path, ["u", "p.sku", "p.price.amount"]) == [
        ("a", "tea", "3.5"),
        ("b", None, None),
        ("c", "mug", None),
    ]
    assert rows_of(path, ["u", "items[0].n"]) == [("a", "1"), ("b", None), ("c", "3")]
    assert rows_of(path, ["n", "^.p.sku"], rows="items") == [("1", "tea"), ("2", "tea"), ("3", "mug")]
    with pytest.raises(ImportFailed, match=r"no column p.skuu \(did you mean p.sku\?\)"):
        rows_of(path, ["p.skuu"])
    (parsed,) = parse(path, ["items"])
    assert {error.reason.partition(";")[0] for error in parsed.errors} == {"is not one plain value"}


def test_sample_flattens_records_and_names_lists(tmp_path: Path) -> None:
    (tmp_path / "x.json").write_text(json.dumps([EVENT, ORDER]))
    found = sample(tmp_path / "x.json", Source(files=["x"]))
    assert found.columns["properties.product_id"] == ["tea", None]
    assert found.columns["properties.tags[]"] == ["a, b", None]
    assert found.typed == {"properties.revenue": "number", "id": "number", "customer.id": "number"}
    assert found.row_lists == ["line_items"]
    assert found.lists_in_rows == {"line_items": ["line_items[].sku", "line_items[].price"]}
    items = sample(tmp_path / "x.json", Source(files=["x"], rows="line_items"))
    assert items.columns["sku"] == ["tea", "mug"]
    assert items.columns["^.customer.id"] == ["7", "7"]
