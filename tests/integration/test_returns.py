"""Returns, refunds and cancellations: kinds of their own that never count and are subtracted."""

from datetime import date
from pathlib import Path

import pytest

from graph.connection import Graph
from graph.datasets import describe_dataset
from graph.errors import InvalidRequest
from graph.importing.job import import_files
from graph.importing.runs.rules import standing_rules
from graph.progress import Silent
from graph.settings import Settings
from graph.users import profile
from network.inputs import read_inputs
from tests.data import query
from tests.shop import shop_mapping

KINDS = {
    "purchase": {"type": "PURCHASED", "counts": "promoted"},
    "return": {"type": "RETURNED", "returns": "purchase"},
}
ORDERS = (
    "status,user,product,at,quantity,amount\n"
    "paid,a,tea,2024-03-02 10:00,3,30\n"
    "cancelled,a,tea,2024-03-02 15:00,-1,10\n"
    "paid,b,tea,2024-03-03 10:00,1,10\n"
    "cancelled,b,tea,2024-03-05 10:00,-1,-10\n"
    "paid,c,mug,2024-03-06 10:00,1,8\n"
)


def load_orders(graph: Graph, settings: Settings, shop: Path, dataset: str) -> list[str]:
    (shop / "orders.csv").write_text(ORDERS)
    tables = shop_mapping(dataset).model_dump(exclude_unset=True, mode="json")["tables"]
    columns = {"user": "user", "object": "product", "at": "at", "quantity": "quantity", "value": "amount"}
    tables["behaviours"] = {
        "files": "orders.csv",
        "columns": columns,
        "constants": {"kind": "purchase"},
        "kinds": [{"kind": "return", "where": {"status": "cancelled"}}],
    }
    mapping = shop_mapping(dataset, tables=tables, kinds=KINDS)
    return import_files(graph, settings, shop, mapping, Silent(), engine="stream").tally


def test_returns_never_count_and_are_netted(
    graph: Graph, settings: Settings, shop: Path, dataset: str
) -> None:
    assert load_orders(graph, settings, shop, dataset) == [
        "purchase: 3 behaviours, 2 count; 1 inside one, but not of a promoted product.",
        "return: 2 behaviours; they never count, and are subtracted from those of purchase.",
    ]
    counts = query(
        graph,
        "MATCH (:User {dataset: $d})-[r:PURCHASED|RETURNED|PARTICIPATED_IN]->() "
        "RETURN type(r) AS type, count(*) AS rows ORDER BY type",
        d=dataset,
    )
    assert {row["type"]: row["rows"] for row in counts} == {
        "PARTICIPATED_IN": 2,
        "PURCHASED": 3,
        "RETURNED": 2,
    }
    assert standing_rules(graph, dataset).with_returns("PURCHASED") == ["PURCHASED", "RETURNED"]
    # In the profile,
    behaviours = {row["kind"]: row for row in profile(graph, dataset, "a", None)["behaviours"]}
    assert (behaviours["PURCHASED"]["value"], behaviours["PURCHASED"]["times"]) == (20.0, 1)
    assert behaviours["RETURNED"]["value"] == 10.0
    # in what a network learns from,
    described = describe_dataset(graph, dataset)
    activity = (
        read_inputs(graph, described, described.end).activity.groupby("user")[["behaviours", "value"]].sum()
    )
    assert activity.loc[["a", "b"]].to_numpy().tolist() == [[1.0, 20.0], [1.0, 0.0]]
    # in what a forecast learns from,
    scope = {"dataset": dataset, "before": described.moment(date(2024, 3, 10))}
    rows = graph.run("influence/products_bought", **scope, campaign="F1", types=["PURCHASED", "RETURNED"])
    assert {row["user"]: (row["step"], row["purchases"], row["value"]) for row in rows} == {
        "a": (["2024-03-02"], [1], [20.0]),
        "b": (["2024-03-03", "2024-03-05"], [1, 0], [10.0, -10.0]),
    }
    # and in questions.
    (row,) = graph.run("explore/top_promoted_products", dataset=dataset, campaign="F1", most=5)
    assert (row["participants"], row["quantity"], row["value"]) == (2, 2.0, 20.0)


@pytest.mark.parametrize(
    ("kind", "message"),
    [
        ({"returns": "nothing"}, "return returns 'nothing'; it can return purchase"),
        ({"returns": "return"}, "it can return purchase"),
        ({"returns": "purchase", "counts": "any"}, "never counts"),
        ({"returns": "purchase", "object": "campaign"}, "must have the same object"),
    ],
)
def test_an_impossible_return_is_refused(kind: dict[str, str], message: str) -> None:
    kinds = {"purchase": KINDS["purchase"], "return": {"type": "RETURNED", **kind}}
    with pytest.raises(InvalidRequest, match=message):
        shop_mapping("shop", kinds=kinds)


def test_a_kind_by_rule_must_exist() -> None:
    tables = shop_mapping("shop").model_dump(exclude_unset=True, mode="json")["tables"]
    tables["behaviours"][0]["kinds"] = [{"kind": "refund", "where": {"product": "tea"}}]
    with pytest.raises(InvalidRequest, match="refund is not under `kinds`"):
        shop_mapping("shop", tables=tables)
