"""Views of which some have no product: of a category or a page, or left out with their number."""

from pathlib import Path

import pytest

from graph.importing.check import Check, check_files
from graph.importing.inference.infer import infer_mapping
from graph.importing.mapping.model import parse_mapping
from graph.importing.mapping.yaml_text import load_yaml
from graph.progress import Silent

ORDERS = "order_id,customer,date,sku,amount\no1,c1,2024-03-11,tea,3.5\n"


def check(folder: Path, views: str, **files: str) -> Check:
    for name, text in {"orders": ORDERS, "views": views, **files}.items():
        (folder / f"{name}.csv").write_text(text)
    mapping = parse_mapping(load_yaml(infer_mapping(folder, "shop", "UTC")), "test")
    return check_files(folder, mapping, Silent())


def views(column: str, filled: int) -> str:
    rows = [f"c{n},2024-03-1{n},{'tea' if n < filled else ''},/hot\n" for n in range(8)]
    return f"customer,viewed_at,product,{column}\n" + "".join(rows)


def viewed(report: Check) -> list[object]:
    return [row["object"] for row in report.preview["behaviours"] if row["kind"] == "view"]


@pytest.mark.parametrize("column", ["category", "Page URL"])
@pytest.mark.parametrize("filled", [1, 3])
def test_views_without_a_product_are_of_their_category_or_page(
    tmp_path: Path, column: str, filled: int
) -> None:
    report = check(tmp_path, views(column, filled))
    assert viewed(report) == ["tea"] * filled + ["/hot"] * (4 - filled)
    assert report.total.rejected == 0
    assert f"{8 - filled} views without product are of their {column}" in infer_mapping(tmp_path)


def test_without_either_they_are_left_out_and_counted(tmp_path: Path) -> None:
    report = check(tmp_path, views("device", 3))
    assert (report.tally.counts["view"].read, report.total.left_out, report.total.rejected) == (3, 5, 0)
    assert "leaves out 5 views without a product" in infer_mapping(tmp_path)


def test_categories_are_none_of_the_products_that_a_table_lists(tmp_path: Path) -> None:
    report = check(tmp_path, views("category", 3), products="product_id,name\ntea,Tea\nmug,Mug\n")
    assert (report.tally.counts["view"].read, report.total.left_out, report.total.rejected) == (3, 5, 0)


def test_kinds_without_a_product_are_read_by_their_page(tmp_path: Path) -> None:
    rows = [
        f"c{n},2024-03-1{n},{'view' if n < 2 else 'browse'},{'tea' if n < 2 else ''},/hot\n" for n in range(4)
    ]
    report = check(tmp_path, "customer,at,event,product,url\n" + "".join(rows))
    assert {name: counts.read for name, counts in report.tally.counts.items()} == {
        "browse": 2,
        "purchase": 1,
        "view": 2,
    }


def test_a_kind_that_never_has_a_product_is_left_out_and_does_not_spoil_views(tmp_path: Path) -> None:
    kinds = [("app_open", ""), ("view", "tea"), ("view", ""), ("purchase", "tea")]
    rows = [f"c{n},2024-03-1{n},{kind},{sku},{n % 2 * 'SPRING'}\n" for n in range(4) for kind, sku in kinds]
    report = check(tmp_path, "customer,at,event,product,campaign\n" + "".join(rows))
    assert {name: counts.read for name, counts in report.tally.counts.items()} == {"view": 4, "purchase": 5}
    assert (report.total.left_out, report.total.rejected) == (8, 0)
    text = infer_mapping(tmp_path)
    assert "event: {is_not: [app_open]}  # leaves out 4 rows without an object" in text
    assert "leaves out 4 views without a product" in text
