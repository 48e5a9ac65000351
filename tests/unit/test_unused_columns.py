"""The check lists the columns of files that no table uses, and warns of amounts and states among them."""

from pathlib import Path
from typing import Any

import pytest

from graph.importing.check import check_files
from graph.importing.inference.infer import infer_mapping
from graph.importing.inference.infer_again import infer_again
from graph.importing.mapping.model import Mapping, parse_mapping
from graph.importing.mapping.questions import write_answers
from graph.importing.mapping.yaml_text import load_yaml
from graph.importing.warnings import DataWarning
from graph.progress import Silent
from tests.known_exports import write_sample


def test_columns_that_no_table_uses_are_listed_by_file(tmp_path: Path) -> None:
    (tmp_path / "customers.csv").write_text("id,email,city,phone\n1,a,Ulm,0\n")
    (tmp_path / "orders.csv").write_text("customer,product,at,note,state\n1,tea,2024-03-01,x,ok\n")
    (tmp_path / "events.jsonl").write_text('{"user": "a", "item": "tea", "at": "2024-03-01", "x": 1}\n')
    columns = {"user": "email", "object": "product", "at": "at"}
    join = {"files": "customers.csv", "on": {"customer": "id"}}
    orders = {"files": "orders.csv", "join": [join], "columns": columns, "where": {"state": ["ok"]}}
    events = {"files": "events.jsonl", "columns": {"user": "user", "object": "item", "at": "at"}}
    constants = {"constants": {"kind": "order"}}
    document = {
        "dataset": "x",
        "zone": "UTC",
        "tables": {
            "users": {"files": "customers.csv", "columns": {"id": "phone"}},
            "behaviours": [orders | constants, events | constants],
        },
        "kinds": {"order": {"type": "ORDERED"}},
        "unknown": {"users": "add"},
    }
    check = check_files(tmp_path, parse_mapping(document, "test"), Silent())
    assert check.unused == {"customers.csv": ["city"], "orders.csv": ["note"]}


AMOUNT, STATE = "unmapped_amounts", "unmapped_states"


def write_gifts(folder: Path, column: str = "Gift Amount", state: str = "Gift Type") -> None:
    rows = "".join(
        f"{number},c{number % 7},F{number % 3},2024-03-{number % 28 + 1:02},{number * 3}.50,"
        f"{('Cash', 'Cash', 'Pledge', 'Write Off')[number % 4]}\n"
        for number in range(40)
    )
    (folder / "gifts.csv").write_text(f"Gift ID,Donor,Fund,Date,{column},{state}\n{rows}")


def gifts_mapping(kind: str = "PURCHASED", value: str | None = None, **source: object) -> Mapping:
    columns = {"user": "Donor", "object": "Fund", "at": "Date", "basket": "Gift ID"}
    columns |= {"value": value} if value else {}
    gifts = {"files": "gifts.csv", "columns": columns, "constants": {"kind": "gift"}} | source
    content = {
        "dataset": "x", "zone": "UTC",
        "tables": {"behaviours": gifts},
        "kinds": {"gift": {"type": kind, "counts": "any"}},
    }  # fmt: skip
    return parse_mapping(content, "test")


def unmapped(folder: Path, mapping: Mapping) -> dict[str, DataWarning]:
    found = check_files(folder, mapping, Silent()).warnings
    return {warning.code: warning for warning in found if warning.code in (AMOUNT, STATE)}


def test_amounts_and_states_that_a_mapping_leaves_out_are_warned_of(tmp_path: Path) -> None:
    write_gifts(tmp_path)
    warnings = unmapped(tmp_path, gifts_mapping())
    assert (warnings[AMOUNT].count, warnings[AMOUNT].examples) == (40, ["Gift Amount"])
    assert "Gift Amount (0.50, 3.50) (in 40 of the first 40 rows)" in warnings[AMOUNT].text
    assert warnings[STATE].count == 40
    assert "'Gift Type'" in warnings[STATE].text
    assert "(Cash 20, Pledge 10, Write Off 10, of the first 40 rows)" in warnings[STATE].text


@pytest.mark.parametrize(
    ("source", "codes"),
    [
        ({"value": "Gift Amount"}, {STATE}),
        ({"without": ["value"]}, {STATE}),
        ({"where": {"Gift Type": {"is_not": ["Pledge", "Write Off"]}}}, {AMOUNT}),
        ({"statuses": {"Gift Type": ["Cash", "Pledge", "Write Off"]}}, {AMOUNT}),
        ({"kind": "VIEWED"}, {STATE}),
    ],
)
def test_mapped_and_declined_columns_are_not_warned_of(
    tmp_path: Path, source: dict[str, Any], codes: set[str]
) -> None:
    write_gifts(tmp_path)
    assert set(unmapped(tmp_path, gifts_mapping(**source))) == codes


def test_amount_that_an_answer_declines_is_not_warned_of(tmp_path: Path) -> None:
    write_gifts(tmp_path, state="Note")
    text = infer_mapping(tmp_path, "x", "UTC")
    again = infer_again(tmp_path, write_answers(text, ["Fund", "none of them", "Donor"]))
    assert again is not None
    assert "without: [value]" in again.text
    assert unmapped(tmp_path, parse_mapping(load_yaml(again.text), "test")) == {}


def test_columns_that_a_known_export_leaves_out_are_not_warned_of(tmp_path: Path) -> None:
    write_sample("Shopify: orders", tmp_path)
    mapping = parse_mapping(load_yaml(infer_mapping(tmp_path, "x", "UTC")), "test")
    assert unmapped(tmp_path, mapping) == {}


def test_state_that_only_a_later_file_has_is_warned_of(tmp_path: Path) -> None:
    write_gifts(tmp_path)
    (tmp_path / "gifts.csv").rename(tmp_path / "gifts_2.csv")
    rows = "".join(f"{n},c{n % 7},F{n % 3},2024-02-{n % 28 + 1:02},{n}.50,Cash\n" for n in range(900, 940))
    (tmp_path / "gifts_1.csv").write_text(f"Gift ID,Donor,Fund,Date,Gift Amount,Gift Type\n{rows}")
    warnings = unmapped(tmp_path, gifts_mapping(files="gifts_*.csv", value="Gift Amount"))
    assert list(warnings) == [STATE]
    assert warnings[STATE].text.startswith("gifts_2.csv, column 'Gift Type': ")


def test_state_in_a_joined_file_is_warned_of_by_the_name_that_a_rule_needs(tmp_path: Path) -> None:
    write_gifts(tmp_path)
    names = ("Regular", "Regular", "Pledge", "Write Off")
    heads = "".join(f"{n},{names[n % 4]},{n}.5\n" for n in range(40))
    (tmp_path / "heads.csv").write_text(f"Gift ID,Booking Status,Total\n{heads}")
    join = [{"files": "heads.csv", "on": {"Gift ID": "Gift ID"}}]
    common = {
        "join": join,
        "value": "Gift Amount",
        "statuses": {"Gift Type": ["Cash", "Pledge", "Write Off"]},
    }
    warnings = unmapped(tmp_path, gifts_mapping(**common))
    assert list(warnings) == [STATE]
    assert warnings[STATE].text.startswith("heads.csv, column 'Booking Status': ")
    assert "`where: {heads.csv:Booking Status: {is_not: [...]}}`" in warnings[STATE].text
    rule = {"heads.csv:Booking Status": {"is_not": ["Pledge", "Write Off"]}}
    assert unmapped(tmp_path, gifts_mapping(**common, where=rule)) == {}
