"""A file of pairs, like promotions of products, is one by its columns, whatever entity its name ends with."""

from pathlib import Path

import pytest

from graph.importing.inference.infer import infer_mapping
from graph.importing.mapping.yaml_text import load_yaml

ORDERS = "order_id,customer_id,product_id,date,amount\n" + "".join(
    f"o{number},c{number},P{number},2024-03-1{number},3.5\n" for number in range(6)
)
PRODUCTS = "product_id,title,category\n" + "".join(f"P{number},T,K\n" for number in range(6))
CAMPAIGNS = "promotion_id,name,start,end\nS1,Spring,2024-03-01,2024-03-31\nS2,Easter,2024-03-20,2024-04-02\n"
PROMOTED = "promotion_id,product_id,discount\nS1,P0,2.50\nS1,P1,2.50\nS2,P4,1.00\n"


def tables(folder: Path, **files: str) -> dict[str, list[dict[str, object]]]:
    for name, text in ({"orders": ORDERS, "promotions": CAMPAIGNS} | files).items():
        (folder / f"{name}.csv").write_text(text)
    mapping = load_yaml(infer_mapping(folder, "shop", "UTC"))
    assert isinstance(mapping, dict)
    return {
        table: [source for source in sources if source["files"] != "promotions.csv"]
        for table, sources in mapping["tables"].items()
    } | {"kinds": mapping["kinds"]}


@pytest.mark.parametrize(
    "name",
    ["promotion_products", "promotion_items", "promotion_skus", "offer_items", "promo_articles", "items"],
)
def test_products_of_promotions_are_no_products(tmp_path: Path, name: str) -> None:
    found = tables(tmp_path, products=PRODUCTS, **{name: PROMOTED})
    assert [source["files"] for source in found["products"]] == ["products.csv"]
    (pairs,) = found["promotions"]
    assert pairs["columns"] == {"campaign": "promotion_id", "product": "product_id", "discount": "discount"}
    assert found["kinds"]["purchase"]["counts"] == "promoted"  # type: ignore[call-overload]


def test_products_with_a_name_and_a_campaign_are_products(tmp_path: Path) -> None:
    rows = "".join(f"P{number},Tea {number},S1\n" for number in range(6))
    found = tables(tmp_path, products="product_id,title,promotion_id\n" + rows)
    assert found["products"][0]["columns"] == {"id": "product_id", "name": "title"}
    assert "promotions" not in found


def test_lines_of_orders_with_a_campaign_are_no_promotions(tmp_path: Path) -> None:
    rows = "".join(f"o{number},P{number},1,S1\n" for number in range(6))
    found = tables(
        tmp_path,
        orders="order_id,customer_id,date\n" + "".join(f"o{n},c{n},2024-03-1{n}\n" for n in range(6)),
        order_items="order_id,product_id,quantity,promotion_id\n" + rows,
    )
    assert "promotions" not in found
    assert found["behaviours"][0]["columns"]["campaign"] == "promotion_id"  # type: ignore[index]


@pytest.mark.parametrize("name", ["promotion_customers", "customers"])
def test_customers_of_promotions_are_targeted(tmp_path: Path, name: str) -> None:
    rows = "".join(f"S1,c{number}\nS2,c{number}\n" for number in range(4))
    found = tables(tmp_path, **{name: "promotion_id,customer_id\n" + rows})
    assert found["targetings"][0]["columns"] == {"user": "customer_id", "campaign": "promotion_id"}


def test_customers_with_the_campaign_that_won_them_are_users(tmp_path: Path) -> None:
    rows = "".join(f"c{number},S1,Ulm\n" for number in range(6))
    found = tables(tmp_path, customers="customer_id,utm_campaign,city\n" + rows)
    assert "targetings" not in found
    assert found["users"][0]["columns"] == {"id": "customer_id"}


def test_tags_of_customers_are_no_tags(tmp_path: Path) -> None:
    found = tables(tmp_path, customer_tags="customer_id,tag\nc1,vip\nc2,vip\nc2,new\n")
    assert found["user_tags"][0]["columns"] == {"user": "customer_id", "tag": "tag"}


def test_the_code_of_a_campaign_is_its_id_beside_its_name(tmp_path: Path) -> None:
    campaigns = "campaign_code,campaign_name,start,end\nC1,Spring,2024-03-01,2024-03-31\n"
    sends = "campaign_code,customer_id\nC1,c1\nC1,c2\n"
    (tmp_path / "campaigns.csv").write_text(campaigns)
    (tmp_path / "sends.csv").write_text(sends)
    (tmp_path / "orders.csv").write_text(ORDERS)
    mapping = load_yaml(infer_mapping(tmp_path, "shop", "UTC"))
    assert isinstance(mapping, dict)
    columns = mapping["tables"]["campaigns"][0]["columns"]
    assert (columns["id"], columns["name"]) == ("campaign_code", "campaign_name")
    assert mapping["tables"]["targetings"][0]["columns"]["campaign"] == "campaign_code"
