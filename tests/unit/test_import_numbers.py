"""Numbers are read in one way only: by decimal and grouping signs that all rows decide."""

import json
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from graph.errors import ImportFailed
from graph.importing.check import check_files
from graph.importing.inference.infer import infer_mapping
from graph.importing.mapping.formats import Numbers, ValueFormat
from graph.importing.mapping.model import parse_mapping
from graph.importing.mapping.yaml_text import load_yaml
from graph.importing.values.convert import convert
from graph.importing.values.number_profile import NumberProfile, profile_numbers
from graph.progress import Silent
from tests.orders import HEADER, check_orders, orders_mapping


def numbers_of(*texts: str) -> NumberProfile:
    return profile_numbers([(np.arange(2, 2 + len(texts)), pa.array(texts, pa.string()))])


@pytest.mark.parametrize(
    ("texts", "decimal", "thousands"),
    [
        (["34.40", "3"], ".", ""),
        (["1.234", "1.234,5"], ",", "."),
        (["1,234", "0.5"], ".", ","),
        (["1.234.567"], ",", "."),
        (["1,23,456.78"], ".", ","),
        (["1\u202f234,5"], ",", " "),
        (["1'234.5"], ".", "'"),
        (["$1,234.50", "($5.00)"], ".", ","),
        (["7", "-3"], ".", ""),
    ],
)
def test_all_rows_decide_the_signs_of_numbers(texts: list[str], decimal: str, thousands: str) -> None:
    (numbers,) = numbers_of(*texts).formats
    assert (numbers.decimal, numbers.thousands) == (decimal, thousands)


def test_profile_leaves_numbers_open_or_names_their_contradiction() -> None:
    profile = numbers_of("1.234", "5")
    assert [(each.decimal, each.thousands) for each in profile.formats] == [(".", ""), (",", ".")]
    assert profile.ambiguous_examples == [(2, "1.234")]
    profile = numbers_of("34.40", "1.234", "34,40")
    assert (profile.formats, profile.contradiction) == ([], ((2, "34.40"), (4, "34,40")))


@pytest.mark.parametrize(
    ("text", "numbers", "value"),
    [
        ("34.40", {"decimal": ",", "thousands": "."}, None),
        ("0.125", {"decimal": ",", "thousands": "."}, None),
        ("12,34", {"thousands": ","}, None),
        ("1,2345", {"thousands": ","}, None),
        ("1234,567", {"thousands": ","}, None),
        ("1.2,345", {"thousands": ","}, None),
        ("1,23,456.78", {"thousands": ","}, 123456.78),
        ("$1,234.50", {"thousands": ","}, 1234.5),
        ("($5.00)", {}, -5),
        ("5.00-", {}, -5),
        ("\u22125.00", {}, -5),
        ("EUR 5", {}, 5),
        ("5,00 zł", {"decimal": ","}, 5),
        ("1\u2009234 kr", {"thousands": " "}, 1234),
        ("１，２３４．５", {"thousands": ","}, 1234.5),
        ("1.234,50 TL", {"decimal": ",", "thousands": "."}, 1234.5),
        ("1 250,00\u00a0Kč", {"decimal": ",", "thousands": " "}, 1250),
        ("12,50 Kc\u030c", {"decimal": ","}, 12.5),
        ("12,50 руб.", {"decimal": ","}, 12.5),
        ("12,50 р.", {"decimal": ","}, 12.5),
        ("12,50 грн", {"decimal": ","}, 12.5),
        ("12,50 лв", {"decimal": ","}, 12.5),
        ("1.250 đ", {"decimal": ",", "thousands": "."}, 1250),
        ("RM12.50", {}, 12.5),
        ("Rp 12.500", {"decimal": ",", "thousands": "."}, 12500),
        ("S/ 12.50", {}, 12.5),
        ("12.50 د.إ", {}, 12.5),
        ("\u200f12.50 ريال", {}, 12.5),
        ("(5", {}, None),
        ("-(5)", {}, None),
        ("$5 EUR", {}, None),
        ("5 pcs", {}, None),
    ],
)
def test_number_is_read_as_written_or_rejected(
    text: str, numbers: dict[str, str], value: float | None
) -> None:
    value_format = ValueFormat(
        times=("iso",), zone="UTC", numbers=Numbers.model_validate(numbers), missing=("",)
    )
    converted = convert(pa.array([text]), "number", value_format)
    assert (converted.values.to_pylist(), converted.bad.tolist()) == ([value], [value is None])


def test_decimal_signs_that_contradict_each_other_are_refused_only_if_a_value_could_be_either(
    tmp_path: Path,
) -> None:
    comma = orders_mapping(numbers={"decimal": ",", "thousands": "."})
    orders = HEADER + 'a,tea,2024-03-01,34.40\na,tea,2024-03-01,"34,40"\n'
    report = check_orders(tmp_path, orders, comma)
    assert report.reasons == {
        "orders.csv: amount is not a valid number (decimal sign ',', thousands separator '.')": 1
    }
    with pytest.raises(ImportFailed, match=r"row 2: '34\.40'.*row 4: '1\.234', could be read in two ways"):
        check_orders(tmp_path, orders + "a,tea,2024-03-01,1.234\n", comma)
    # A grouping that the mapping does not know makes a rejected row, nothing else.
    report = check_orders(
        tmp_path, HEADER + 'a,tea,2024-03-01,"1,234"\na,tea,2024-03-01,2.500\n', orders_mapping()
    )
    assert report.total.rejected == 1


@pytest.mark.parametrize("suffix", ["csv", "jsonl"])
def test_amounts_in_pence_are_divided(tmp_path: Path, suffix: str) -> None:
    rows = [(f"c{number}", "tea", f"2024-03-0{number + 1}", number + 1, 250 + number) for number in range(2)]
    names = ("customer_id", "product_id", "order_date", "quantity", "price_pence")
    if suffix == "csv":
        text = "\n".join(",".join(map(str, row)) for row in [names, *rows]) + "\n"
    else:
        text = "".join(json.dumps(dict(zip(names, row, strict=True))) + "\n" for row in rows)
    (tmp_path / f"orders.{suffix}").write_text(text)
    mapping = parse_mapping(load_yaml(infer_mapping(tmp_path, "shop", "UTC")), "test")
    report = check_files(tmp_path, mapping, Silent())
    assert [(row["quantity"], row["value"]) for row in report.preview["behaviours"]] == [
        (1, 2.5),
        (2, 5.02),
    ]


def test_prices_in_cents_with_decimals_are_not_divided(tmp_path: Path) -> None:
    (tmp_path / "orders.csv").write_text(
        "customer_id,product_id,order_date,price_cents\na,tea,2024-03-01,2.50\n"
    )
    assert "divide_by" not in infer_mapping(tmp_path, "shop", "UTC")
