"""Lines of vouchers, discounts and shipping are no products, and negative ones no returns."""

from pathlib import Path

import pytest

from graph.importing.check import Check, check_files
from graph.importing.inference.infer import infer_mapping
from graph.importing.mapping.model import parse_mapping
from graph.importing.mapping.yaml_text import load_yaml
from graph.progress import Silent

HEADER = "order_id,customer,date,sku,name,qty,amount\n"


def check(folder: Path, *rows: str) -> Check:
    lines = [f"o{number},c{number},2024-03-01,{row}\n" for number, row in enumerate(rows)]
    (folder / "orders.csv").write_text(HEADER + "".join(lines))
    mapping = parse_mapping(load_yaml(infer_mapping(folder, "shop", "UTC")), "test")
    return check_files(folder, mapping, Silent())


def loaded(report: Check) -> list[tuple[object, ...]]:
    return [(row["kind"], row["object"]) for row in report.preview["behaviours"]]


@pytest.mark.parametrize(
    "charge",
    [
        "VOUCHER-7,SPRING,1,-1.5",
        "4711,Gutschein Frühling,1,-1.5",
        "4712,10% discount,-1,1.5",
        "SHIP,Shipping DHL,1,-4.5",
        ",SPRING,1,-1.5",
    ],
)
def test_negative_line_of_a_charge_is_no_return(tmp_path: Path, charge: str) -> None:
    report = check(tmp_path, "tea,Tea,1,3.5", charge, "mug,Mug,1,4", "tea,Tea,1,3.5")
    assert loaded(report) == [("purchase", "tea"), ("purchase", "mug"), ("purchase", "tea")]
    assert (report.total.left_out, report.total.rejected) == (1, 0)
    assert "returns: purchase" not in infer_mapping(tmp_path, "shop", "UTC")


@pytest.mark.parametrize(
    "name",
    [
        "Shipping DHL", "Standard shipping", "Versandkosten (Inland)", "Porto und Verpackung",
        "Versand bis 5 kg", "Livraison express", "Frais de port", "Gastos de envío",
        "Spese di spedizione", "送料",
    ],
)  # fmt: skip
def test_shipping_is_no_product_whatever_its_sign(tmp_path: Path, name: str) -> None:
    report = check(tmp_path, "tea,Tea,1,3.5", f"4712,{name},1,4.9", "mug,Mug,1,4")
    assert loaded(report) == [("purchase", "tea"), ("purchase", "mug")]
    assert (report.total.left_out, report.total.rejected) == (1, 0)


@pytest.mark.parametrize(
    "name",
    [
        "Shipping box",
        "Versandtasche A4",
        "Porto Tawny",
        "Delivery note pad",
        "Free express mail",
        "Kargo hose",
    ],
)
def test_products_for_shipping_stay_products(tmp_path: Path, name: str) -> None:
    report = check(tmp_path, "tea,Tea,1,3.5", f"4712,{name},1,4.9", "mug,Mug,1,4")
    assert loaded(report)[1] == ("purchase", "4712")


def test_returns_beside_charges_stay_returns(tmp_path: Path) -> None:
    report = check(tmp_path, "tea,Tea,1,3.5", "R1,Rabatt Mai,1,-1", "tea,Tea,-1,-3.5", "mug,Mug,1,4")
    assert loaded(report) == [("purchase", "tea"), ("return", "tea"), ("purchase", "mug")]
    assert "leaves out 1 rows of charges" in infer_mapping(tmp_path, "shop", "UTC")


def test_vouchers_that_are_sold_are_products(tmp_path: Path) -> None:
    report = check(tmp_path, "GV,Gift voucher,1,20", "tea,Tea,1,3.5", "GV,Gift voucher,-1,-20", "mug,Mug,1,4")
    assert loaded(report)[::2] == [("purchase", "GV"), ("return", "GV")]


def test_voucher_of_another_name_in_a_later_row_is_left_out_by_the_same_rule(tmp_path: Path) -> None:
    rows = ["tea,Tea,1,3.5", *(f"V{n},Voucher {n},1,-1" for n in range(60)), *["mug,Mug,1,4"] * 70]
    assert check(tmp_path, *rows).total.left_out == 60
    assert 'name: {not_matches: "(?i)voucher"}' in infer_mapping(tmp_path, "shop", "UTC")


def test_missing_products_of_positive_lines_are_rejected(tmp_path: Path) -> None:
    report = check(tmp_path, "tea,Tea,1,3.5", ",,1,3.5", ",,1,-1", "mug,Mug,1,4", "mug,Mug,1,4")
    assert report.total.rejected == 2
