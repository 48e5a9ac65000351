"""Warnings of an import: outliers, currencies, discounts, rows left out, and ids that are alike."""

from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from graph.importing.check import check_files
from graph.importing.mapping.model import parse_mapping
from graph.importing.values.id_report import IdReport
from graph.importing.values.outliers import Outliers
from graph.importing.warnings import DataWarning
from graph.progress import Silent
from tests.orders import HEADER, check_orders, orders_mapping

Found = dict[str, DataWarning]


def warnings_of(folder: Path, orders: str, **changes: object) -> Found:
    report = check_orders(folder, orders, orders_mapping(**changes))
    return {warning.code: warning for warning in report.warnings}


def test_clean_rows_cause_no_warning(tmp_path: Path) -> None:
    rows = "".join(f"a,tea,2024-03-01,{amount}.5\n" for amount in range(1, 300))
    assert not warnings_of(tmp_path, HEADER + rows)


def test_odd_amounts_are_warnings_with_examples(tmp_path: Path) -> None:
    rows = "".join(f"a,tea,2024-03-01,{amount}.5\n" for amount in range(1, 300))
    odd = "a,tea,2024-03-01,9e9\na,tea,2024-03-01,0\na,tea,2024-03-01,-5\n"
    found = warnings_of(tmp_path, HEADER + rows + odd)
    assert {code: (each.count, each.examples) for code, each in found.items()} == {
        "far_figures": (1, ["row 301: 9,000,000,000"]),
        "zero_amounts": (1, ["row 302: 0"]),
        "negative_figures": (1, ["row 303: -5"]),
    }
    assert found["far_figures"].text.startswith("orders.csv, column 'amount': 1 row is beyond 1,000 times")


def test_negative_figures_of_returns_are_no_warning(tmp_path: Path) -> None:
    orders = HEADER + "a,tea,2024-03-01,5\na,C-tea,2024-03-01,-5\n"
    document = orders_mapping().model_dump(mode="json", exclude_unset=True)
    (source,) = document["tables"]["behaviours"]
    source["kinds"] = [{"kind": "return", "where": {"product": {"starts_with": "C-"}}}]
    document["kinds"]["return"] = {"type": "RETURNED", "returns": "order"}
    assert check_orders(tmp_path, orders, parse_mapping(document, "test")).warnings == []
    assert [warning.code for warning in check_orders(tmp_path, orders, orders_mapping()).warnings] == [
        "negative_figures"
    ]


@pytest.mark.parametrize(("factor", "far"), [(500, 0), (5000, 2)])
def test_far_figures_are_counted_over_all_blocks(factor: float, far: int) -> None:
    outliers = Outliers()
    for block in range(10):
        values = np.random.default_rng(block).lognormal(3, 0.5, 1000)
        if block in (2, 7):
            values[17] = factor * 64
        outliers.add(values, np.arange(1000) + 1000 * block)
    assert outliers.far == far
    assert [example.partition(":")[0] for example in outliers.far_examples] == ["row 7017", "row 2017"][:far]


def test_few_numbers_have_no_bulk_to_be_far_from() -> None:
    outliers = Outliers()
    outliers.add(np.array([1.0, 1e9, np.nan]), np.arange(3))
    assert (outliers.far, outliers.far_examples) == (0, [])


def test_several_currencies_in_a_column_are_reported(tmp_path: Path) -> None:
    orders = (
        HEADER + "a,tea,2024-03-01,$5\na,tea,2024-03-01,USD 5\na,tea,2024-03-01,5 €\na,tea,2024-03-01,5\n"
    )
    warning = warnings_of(tmp_path, orders)["several_currencies"]
    assert "USD (2 rows), EUR (1 rows)" in warning.text
    assert warning.count == 1


@pytest.mark.parametrize(
    ("texts", "count"),
    [(["0.95", "0.9"], 2), (["0.95", "300:30"], 2), (["5", "0.5"], None), (["0", ""], None)],
)
def test_rates_mapped_as_amounts_are_reported(tmp_path: Path, texts: list[str], count: int | None) -> None:
    lines = "".join(f"a,tea,2024-03-01,1,{text}\n" for text in texts)
    report = check_orders(tmp_path, HEADER.strip() + ",off\n" + lines, orders_mapping({"discount": "off"}))
    counts = [warning.count for warning in report.warnings if warning.code == "discount_rates"]
    assert counts == ([count] if count else [])


def test_where_that_leaves_out_every_row_is_reported(tmp_path: Path) -> None:
    found = warnings_of(tmp_path, HEADER + "a,tea,2024-03-01,1\n", where={"product": "mug"})
    assert found["all_left_out"].text.startswith("orders.csv (behaviours): all 1 rows were left out")


@pytest.mark.parametrize(
    ("ids", "rule", "examples"),
    [
        (["A@x", "a@x", "b@x"], "lower_case", ["'A@x' / 'a@x'"]),
        (["17850.0", "17850"], "whole_numbers", ["'17850.0' / '17850'"]),
        (["0012", "12", "012"], "no_leading_zeros", ["'0012' / '12'"]),
        (["Ann  Lee", "Ann Lee"], "no_spaces", ["'Ann  Lee' / 'Ann Lee'"]),
        (["\uff21\uff11", "A1"], "nfkc", ["'\uff21\uff11' / 'A1'"]),
        (["A@x", "B@x"], None, []),
        (["0012", "0013", "12.5"], None, []),
    ],
)
def test_ids_that_a_rule_would_make_equal_are_reported(
    ids: list[str], rule: str | None, examples: list[str]
) -> None:
    report = IdReport()
    for each in ids:  # In blocks of their own.
        report.add("users", pa.array([each, None, each]))
    found = report.warnings()
    assert [warning.examples for warning in found] == ([examples] if rule else [])
    if rule:
        assert found[0].count == len(set(ids)) - len({"a@x", "b@x"} if rule == "lower_case" else {"one"})
        assert f"`ids: {{users: [{rule}]}}`" in found[0].text


def test_ids_of_tables_and_references_are_compared(tmp_path: Path) -> None:
    (tmp_path / "users.csv").write_text("id\na@x\n")
    (tmp_path / "campaigns.csv").write_text("id,s,e\nF,2024-03-01,2024-04-01\n")
    (tmp_path / "orders.csv").write_text(HEADER + "A@x,tea,2024-03-01,1\na@x,Tea,2024-03-01,1\n")
    found = check_files(tmp_path, orders_mapping(unknown={}), Silent()).warnings
    assert sorted(example for warning in found for example in warning.examples) == [
        "'a@x' / 'A@x'",
        "'tea' / 'Tea'",
    ]
    ids = {"users": ["lower_case"], "products": ["lower_case"]}
    report = check_files(tmp_path, orders_mapping(unknown={}, ids=ids), Silent())
    assert (report.warnings, report.total.rejected) == ([], 0)
