"""Exports of one shop whose periods overlap: the later file has the last word on an order."""

from pathlib import Path

import openpyxl
import pytest

from graph.errors import ImportFailed, InvalidRequest
from graph.importing.check import Check, check_files
from graph.importing.engines.loaders import Target
from graph.importing.engines.rows_elsewhere import RowsElsewhere
from graph.importing.inference.infer import infer_mapping
from graph.importing.mapping.model import Mapping, parse_mapping
from graph.importing.mapping.yaml_text import load_yaml
from graph.importing.reading.input_files import open_input_files
from graph.progress import Silent
from tests.known_exports import write_sample

HEADER = "order,status,customer,sku,date,amount\n"
# Their names are not in the order of time.
JUNE = (
    HEADER
    + "16,completed,a,tea,2024-06-01,5\n17,completed,b,tea,2024-06-20,7\n18,completed,b,mug,2024-06-28,9\n"
)
JULY = (
    HEADER
    + "17,refunded,B,tea,2024-06-20,7\n18,completed,b,mug,2024-06-28,9\n19,completed,a,mug,2024-07-03,9\n"
)


def orders_mapping(**source: object) -> Mapping:
    columns = {"user": "customer", "object": "sku", "at": "date", "value": "amount", "basket": "order"}
    content = {
        "dataset": "shop", "zone": "UTC", "ids": {"users": ["lower_case"]},
        "tables": {
            "behaviours": {
                "files": "orders-*.csv", "columns": columns, "constants": {"kind": "purchase"},
                "where": {"status": {"is_not": "refunded"}}, "replaces": ["basket", "object"],
            }
            | source
        },
        "kinds": {"purchase": {"type": "PURCHASED", "counts": "any"}},
    }  # fmt: skip
    return parse_mapping(content, "test")


def check(folder: Path, files: dict[str, str], **source: object) -> Check:
    for name, text in files.items():
        (folder / f"orders-{name}.csv").write_text(text)
    return check_files(folder, orders_mapping(**source), Silent())


def loaded(report: Check) -> int:
    return report.tables["behaviours"].loaded


def test_order_counts_as_the_later_file_has_it(tmp_path: Path) -> None:
    report = check(tmp_path, {"june": JUNE, "july": JULY})
    assert sorted(str(row["basket"]) for row in report.preview["behaviours"]) == ["16", "18", "19"]
    warnings = {warning.code: warning for warning in report.warnings}
    assert warnings["rows_in_later_file"].text.startswith(
        "orders-june.csv: 2 rows are left out: orders-july.csv ends later and has"
    )
    assert "repeated_rows" not in warnings


def test_without_a_key_rows_of_all_files_count(tmp_path: Path) -> None:
    report = check(tmp_path, {"june": JUNE, "july": JULY}, replaces=[])
    assert loaded(report) == 5


def test_order_of_another_user_or_product_is_another_one(tmp_path: Path) -> None:
    other = HEADER + "17,refunded,c,tea,2024-07-20,7\n17,refunded,b,mug,2024-07-20,7\n"
    assert loaded(check(tmp_path, {"june": JUNE, "july": other})) == 3


def test_whole_order_is_replaced_where_the_key_is_the_order(tmp_path: Path) -> None:
    later = HEADER + "17,completed,b,mug,2024-07-20,7\n"
    report = check(tmp_path, {"june": JUNE, "july": later}, replaces=["basket"])
    rows = [(row["basket"], row["object"]) for row in report.preview["behaviours"]]
    assert sorted(rows) == [("16", "tea"), ("17", "mug"), ("18", "mug")]


def test_order_that_is_cut_between_two_files_keeps_its_lines(tmp_path: Path) -> None:
    second = HEADER + "18,completed,b,cup,2024-06-28,2\n17,completed,b,tea,2024-07-20,7\n"
    report = check(tmp_path, {"1": JUNE, "2": second}, replaces=["basket"])
    rows = sorted((row["basket"], row["object"]) for row in report.preview["behaviours"])
    assert rows == [("16", "tea"), ("17", "tea"), ("18", "cup"), ("18", "mug")]


def test_last_order_that_the_next_file_begins_with_is_no_cut_one(tmp_path: Path) -> None:
    june = JUNE + "18,completed,b,cup,2024-06-28,2\n"
    second = HEADER + "18,completed,b,mug,2024-06-28,9\n19,completed,b,tea,2024-07-20,7\n"
    report = check(tmp_path, {"1": june, "2": second}, replaces=["basket"])
    assert [row["object"] for row in report.preview["behaviours"] if row["basket"] == "18"] == ["mug"]


def test_rows_without_a_partner_are_counted_once(tmp_path: Path) -> None:
    (tmp_path / "people.csv").write_text("id,mail\na,a@x.org\nb,b@x.org\n")
    later = JULY.replace(",B,", ",b,") + "20,completed,c,mug,2024-07-04,9\n"
    columns = {"user": ["mail", "customer"], "object": "sku", "at": "date", "basket": "order"}
    join = {"files": "people.csv", "on": {"customer": "id"}}
    report = check(tmp_path, {"june": JUNE, "july": later}, columns=columns, join=[join])
    (warning,) = [warning for warning in report.warnings if warning.code == "rows_without_partner"]
    assert "orders-july.csv: 1 of 4 rows have no partner" in warning.text


def test_look_for_orders_in_several_blocks_counts_no_rows(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("graph.importing.reading.blocks.BLOCK_ROWS", 2)
    (tmp_path / "people.csv").write_text("id,mail\na,a@x.org\n")
    (tmp_path / "orders.csv").write_text(JUNE + "17,completed,b,cup,2024-06-20,7\n")
    columns = {"user": ["mail", "customer"], "object": "sku", "at": "date", "basket": "order"}
    join = {"files": "people.csv", "on": {"customer": "id"}}
    mapping = orders_mapping(files="orders.csv", columns=columns, join=[join], replaces=["basket"])
    files = open_input_files(tmp_path, mapping, Silent())
    (file,) = files.inputs
    elsewhere = RowsElsewhere(file, files.inputs, Target(mapping, 1))
    assert [len(elsewhere.of_block(block)) for block in range(2)] == [1, 1]
    assert files.warnings() == []


def test_stamp_in_the_future_makes_no_file_the_later_one(tmp_path: Path) -> None:
    stray = JUNE + "20,completed,a,tea,2137-01-01,5\n"
    assert loaded(check(tmp_path, {"june": stray, "july": JULY})) == 4


def test_files_that_contradict_each_other_are_refused_where_neither_is_later(tmp_path: Path) -> None:
    again = JUNE.replace("17,completed", "17,refunded")
    with pytest.raises(ImportFailed, match="different values, for example 17, tea, and both end"):
        check(tmp_path, {"june": JUNE, "june-again": again})


def test_equal_files_count_once(tmp_path: Path) -> None:
    lines = JUNE.splitlines(keepends=True)
    assert loaded(check(tmp_path, {"june": JUNE, "copy": "".join([lines[0], *reversed(lines[1:])])})) == 3


def test_three_files_leave_the_last_word_to_the_last(tmp_path: Path) -> None:
    august = (
        HEADER
        + "17,completed,b,tea,2024-06-20,7\n19,refunded,a,mug,2024-07-03,9\n21,completed,a,tea,2024-08-03,9\n"
    )
    report = check(tmp_path, {"june": JUNE, "july": JULY, "august": august})
    assert sorted(str(row["basket"]) for row in report.preview["behaviours"]) == ["16", "17", "18", "21"]


@pytest.mark.parametrize(
    ("source", "reason"),
    [
        ({"replaces": ["store"]}, "behaviours: replaces: map store"),
        ({"replaces": ["value"]}, "replaces"),
    ],
)
def test_key_of_fields_that_are_not_mapped_is_refused(source: dict[str, object], reason: str) -> None:
    with pytest.raises(InvalidRequest, match=reason):
        orders_mapping(**source)


def test_orders_with_a_status_are_replaced_in_an_inferred_mapping(tmp_path: Path) -> None:
    (tmp_path / "orders-06.csv").write_text(JUNE)
    (tmp_path / "orders-07.csv").write_text(JULY.replace(",B,", ",b,"))
    mapping = parse_mapping(load_yaml(infer_mapping(tmp_path)), "test")
    (source,) = mapping.tables["behaviours"]
    assert (source.files, source.key, mapping.duplicates) == (["orders-*.csv"], ("basket",), "keep")
    assert loaded(check_files(tmp_path, mapping, Silent())) == 3


def without_number(text: str) -> str:
    return "".join(line.partition(",")[2] for line in text.replace(",B,", ",b,").splitlines(keepends=True))


def test_orders_without_a_number_are_replaced_by_user_product_and_time(tmp_path: Path) -> None:
    (tmp_path / "orders-06.csv").write_text(without_number(JUNE))
    (tmp_path / "orders-07.csv").write_text(without_number(JULY))
    mapping = parse_mapping(load_yaml(infer_mapping(tmp_path)), "test")
    (source,) = mapping.tables["behaviours"]
    assert (source.key, mapping.duplicates) == (("object", "at"), "keep")
    report = check_files(tmp_path, mapping, Silent())
    assert loaded(report) == 3
    assert "rows_in_later_file" in {warning.code for warning in report.warnings}


def test_rows_of_one_user_product_and_time_identify_no_orders(tmp_path: Path) -> None:
    twice = JUNE + "19,completed,b,mug,2024-06-28,3\n"
    (tmp_path / "orders-06.csv").write_text(without_number(twice))
    (tmp_path / "orders-07.csv").write_text(without_number(JULY))
    text = infer_mapping(tmp_path)
    mapping = parse_mapping(load_yaml(text), "test")
    assert (mapping.tables["behaviours"][0].key, mapping.duplicates) == ((), "drop")
    assert "replaces: []  # a later file replaces no orders" in text


@pytest.mark.parametrize("second", ["17,completed,c,mug,2024-06-20,7", "17,refunded,b,tea,2024-06-21,7"])
def test_numbers_that_repeat_within_a_file_identify_no_orders(tmp_path: Path, second: str) -> None:
    (tmp_path / "orders.csv").write_text(f"{JUNE}{second}\n")
    mapping = parse_mapping(load_yaml(infer_mapping(tmp_path)), "test")
    assert mapping.tables["behaviours"][0].key == ("object", "at")


def test_status_of_a_shopify_order_is_that_of_its_own_file(tmp_path: Path) -> None:
    (first,) = write_sample("Shopify: orders", tmp_path)
    header, *lines = first.read_text().splitlines()
    order = lines[:2]  # Only the first line of an order has its status.
    assert ",paid," in order[0]
    refunded = [line.replace(",paid,", ",refunded,") for line in order]
    number = order[0].partition(",")[0]
    new = [line.replace(number, "#9999").replace("2024-", "2025-") for line in order]
    (tmp_path / "orders_export_2.csv").write_text("\n".join([header, *new, *refunded]) + "\n")
    mapping = parse_mapping(load_yaml(infer_mapping(tmp_path, "shop", "UTC")), "test")
    report = check_files(tmp_path, mapping, Silent())
    kinds = {kind: counts.read for kind, counts in report.tally.counts.items()}
    before = check_files(tmp_path, infer_alone(tmp_path, first.name), Silent())
    assert kinds == {
        kind: counts.read + 2 * (kind == "refunded") for kind, counts in before.tally.counts.items()
    }


def infer_alone(folder: Path, name: str) -> Mapping:
    """Return the mapping of one file of a folder."""
    alone = folder / "alone"
    alone.mkdir()
    (alone / name).write_bytes((folder / name).read_bytes())
    content = infer_mapping(alone, "shop", "UTC")
    return parse_mapping(load_yaml(content), "test")


@pytest.mark.parametrize(("listed", "expected"), [("cancelled", [1]), (["cancelled", "refunded"], [])])
def test_statuses_that_only_a_later_file_has_are_warned_of(
    tmp_path: Path, listed: object, expected: list[int]
) -> None:
    (tmp_path / "orders-july.csv").write_text(JULY)
    report = check_files(tmp_path, orders_mapping(where={"status": {"is_not": listed}}), Silent())
    warnings = [warning for warning in report.warnings if warning.code == "unlisted_statuses"]
    assert [warning.count for warning in warnings] == expected
    assert all("refunded: 1" in warning.text for warning in warnings)


def late(report: Check) -> dict[str, tuple[int, list[str]]]:
    return {w.code: (w.count, w.examples) for w in report.warnings if w.code.endswith("_statuses")}


def test_statuses_that_the_first_file_did_not_have_are_compared(tmp_path: Path) -> None:
    (tmp_path / "orders-1.csv").write_text(JUNE)
    mapping = infer_alone(tmp_path, "orders-1.csv")
    (source,) = mapping.tables["behaviours"]
    assert (source.where, source.statuses) == ({}, {"status": ["completed"]})
    (tmp_path / "orders-1.csv").write_text(
        JULY + "20,escalated,a,mug,2024-07-04,9\n21,paid,a,mug,2024-07-05,9\n"
    )
    report = check_files(tmp_path, mapping, Silent())
    assert late(report) == {"unlisted_statuses": (1, ["refunded"]), "new_statuses": (1, ["escalated"])}


@pytest.mark.parametrize("counts", ["any", "never"])
def test_orders_taken_back_are_warned_of_where_the_mapping_does_not_name_their_status(
    tmp_path: Path, counts: str
) -> None:
    mapping = orders_mapping(where={}).model_copy(deep=True)
    mapping.kinds["purchase"] = mapping.kinds["purchase"].model_copy(update={"counts": counts})
    (tmp_path / "orders-july.csv").write_text(JULY)
    report = check_files(tmp_path, mapping, Silent())
    assert late(report) == ({"unlisted_statuses": (1, ["refunded"])} if counts == "any" else {})
    assert report.unused == {"orders-july.csv": ["status"]}


@pytest.mark.parametrize(
    "header",
    [HEADER.replace("status", "Status"), HEADER.replace("amount", "amount,channel")],
    ids=["case", "new"],
)
def test_later_file_of_a_series_may_have_other_columns(tmp_path: Path, header: str) -> None:
    (tmp_path / "orders-2024-06.csv").write_text(JUNE)
    rows = JULY.removeprefix(HEADER).replace("B,", "b,")
    if "channel" in header:
        rows = rows.replace("\n", ",web\n")
    (tmp_path / "orders-2024-07.csv").write_text(header + rows)
    mapping = parse_mapping(load_yaml(infer_mapping(tmp_path, "shop", "UTC")), "test")
    assert [source.name for source in mapping.tables["behaviours"]] == ["orders-*.csv"] * 2
    report = check_files(tmp_path, mapping, Silent())
    assert sorted(str(row["basket"]) for row in report.preview["behaviours"]) == ["16", "18", "19"]
    assert "rows_in_later_file" in {warning.code for warning in report.warnings}


def test_sheets_of_one_source_are_compared_as_files_are(tmp_path: Path) -> None:
    workbook = openpyxl.Workbook()
    for name, text in (("Orders 2024-06", JUNE), ("Orders 2024-07", JULY)):
        sheet = workbook.create_sheet(name)
        for line in text.splitlines():
            sheet.append(line.split(","))
    workbook.save(tmp_path / "shop.xlsx")
    report = check_files(tmp_path, orders_mapping(files="shop.xlsx/Orders *"), Silent())
    assert sorted(str(row["basket"]) for row in report.preview["behaviours"]) == ["16", "18", "19"]


def test_known_export_in_two_encodings_is_of_one_system(tmp_path: Path) -> None:
    (first,) = write_sample("Shopify: orders", tmp_path)
    header, *lines = first.read_text().splitlines()
    number = lines[0].partition(",")[0]
    later = [line.replace(",paid,", ",refunded,") for line in lines[:2]]
    later += [line.replace(number, "#9999").replace("2024-", "2025-") for line in lines[:2]]
    text = "\n".join([header, *later]) + "\n"
    (tmp_path / "orders_export_2.csv").write_bytes(text.encode("cp1252"))
    mapping = parse_mapping(load_yaml(infer_mapping(tmp_path, "shop", "UTC")), "test")
    sources = mapping.tables["behaviours"]
    assert {tuple(source.encoding) for source in sources} == {("utf-8",), ("cp1252",)}
    assert {source.label for source in sources} == {"orders_export_*.csv"}
    warnings = [warning.text for warning in check_files(tmp_path, mapping, Silent()).warnings]
    assert any("2 rows are left out: orders_export_2.csv ends later" in text for text in warnings)
