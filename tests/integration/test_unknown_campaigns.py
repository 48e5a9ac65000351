"""Behaviours that name a campaign before it exists: kept, and counted once it does."""

from datetime import date
from pathlib import Path
from urllib.parse import quote

import pytest
from fastapi.testclient import TestClient

from api.app import create_app
from api.schemas.requests import CampaignRequest
from cli.local_backend import LocalBackend
from forecasting.history.campaigns import campaign_list
from forecasting.plans.campaigns import NewCampaign, create_campaign, remove_planned
from graph.connection import Graph
from graph.errors import NotFound
from graph.importing.job import count
from graph.importing.report import ImportReport
from graph.importing.undo import undo_import
from graph.progress import Silent
from graph.settings import Settings
from tests.data import query
from tests.shop import HEADER, Import, shop_mapping

KINDS = {"order": {"type": "ORDERED", "counts": "named"}}
ANYONE = {"targeted": False}


def tables() -> dict[str, object]:
    """The tables of the shop, with orders that name their campaign."""
    named = shop_mapping("shop").model_dump(exclude_unset=True, mode="json")["tables"]
    named["behaviours"][0]["columns"]["campaign"] = "utm"
    return dict(named)


@pytest.fixture
def orders(shop: Path) -> Path:
    """Two orders by campaigns that the shop's table does not have, one by F1, and one by none."""
    path = shop / "orders.csv"
    path.write_text(
        HEADER.strip() + ",utm\n"
        "a,tea,2024-03-02 10:00,3.5,F1\n"
        "a,tea,2024-03-03 10:00,3.5,organic\n"
        "b,mug,2024-03-04 10:00,8,organic\n"
        "b,mug,2024-03-05 10:00,8,\n"
    )
    return path


def load_orders(load: Import, **changes: object) -> ImportReport:
    return load(tables=tables(), kinds=KINDS, participation=ANYONE, **changes)


def named_campaigns(graph: Graph, dataset: str) -> list[object]:
    rows = query(
        graph,
        "MATCH (:User {dataset: $d})-[o:ORDERED]->() RETURN o.campaign AS name ORDER BY o.at",
        d=dataset,
    )
    return [row["name"] for row in rows]


@pytest.mark.usefixtures("orders")
def test_campaign_of_a_later_delivery_gets_the_behaviours_that_named_it(
    graph: Graph, load: Import, shop: Path, dataset: str
) -> None:
    first = load_orders(load)
    assert (first.total.rejected, first.counts["ordered"], first.participations) == (0, 4, 1)
    assert [(each.code, each.count, each.examples) for each in first.warnings] == [
        ("unknown_campaigns", 2, ["organic: 2"])
    ]
    assert named_campaigns(graph, dataset) == ["F1", "organic", "organic", None]
    with (shop / "campaigns.csv").open("a") as file:
        file.write("organic,2024-03-01,2024-03-04\n")
    second = load_orders(load)
    # The order on 4 March is after its window.
    assert (second.total.loaded, second.participations, second.warnings) == (1, 1, [])
    # Its undo takes back the campaign and its participations, not the behaviours.
    assert undo_import(graph, dataset, 2, Silent()).participations == 1
    assert named_campaigns(graph, dataset) == ["F1", "organic", "organic", None]
    third = load_orders(load)
    assert (third.total.loaded, third.counts["participations"]) == (1, 2)


@pytest.mark.usefixtures("orders")
def test_undo_of_the_behaviours_removes_the_participations_in_a_campaign_added_later(
    graph: Graph, load: Import, shop: Path, dataset: str
) -> None:
    without_orders = {name: sources for name, sources in tables().items() if name != "behaviours"}
    load(tables=without_orders, kinds={})
    assert load_orders(load).participations == 1
    with (shop / "campaigns.csv").open("a") as file:
        file.write("organic,2024-03-01,2024-04-01\n")
    assert load_orders(load).counts["participations"] == 3
    assert undo_import(graph, dataset, 2, Silent()).participations == 0


def test_campaign_created_by_hand_gets_the_behaviours_that_named_it(
    graph: Graph, load: Import, orders: Path, dataset: str
) -> None:
    load_orders(load)
    days = {"starts": date(2024, 3, 1), "ends": date(2024, 3, 31)}
    create_campaign(graph, dataset, NewCampaign("organic", "Organic", **days))
    assert count(graph, dataset)["participations"] == 3
    with orders.open("a") as file:
        file.write("c,mug,2024-03-06 10:00,8,organic\n")
    report = load_orders(load)
    assert (report.participations, report.warnings) == (1, [])
    remove_planned(graph, dataset, "organic")
    assert count(graph, dataset)["participations"] == 1


@pytest.mark.parametrize("name", ["Spring Sale", "日本", "qq?b#c", "50% & more"])
def test_campaign_of_any_name_is_created_found_and_removed_over_http(
    settings: Settings, graph: Graph, load: Import, orders: Path, dataset: str, name: str
) -> None:
    orders.write_text(orders.read_text().replace("organic", name))
    load_orders(load)
    client = TestClient(create_app(settings, graph, keys=False), base_url="http://127.0.0.1")
    body = {"dataset": dataset, "id": name, "starts": "2024-03-01", "ends": "2024-03-31"}
    created = client.post("/v1/campaigns", json=body)
    assert (created.status_code, created.json()["participants"]) == (201, 2)
    address = created.headers["location"]
    assert address == f"/v1/campaigns/{quote(name, safe='')}?dataset={dataset}"
    assert client.get(address).json()["id"] == name
    page = client.get("/campaigns", params={"dataset": dataset}).text
    assert f'href="/?campaign={quote(name)}&amp;dataset={dataset}"' in page
    assert client.delete(address).status_code == 204
    assert client.get(address).status_code == 404


@pytest.mark.usefixtures("orders")
def test_corrected_reading_of_the_names_replaces_the_earlier_one(
    graph: Graph, load: Import, dataset: str
) -> None:
    load_orders(load)
    corrected = tables()
    corrected["behaviours"][0]["missing"] = ["", "organic"]  # type: ignore[index]
    report = load(tables=corrected, kinds=KINDS, participation=ANYONE)
    assert (report.reloaded_imports, report.warnings) == (["import/1"], [])
    assert named_campaigns(graph, dataset) == ["F1", None, None, None]


@pytest.mark.usefixtures("orders")
def test_rejected_behaviours_are_loaded_once_the_mapping_keeps_them(
    graph: Graph, load: Import, dataset: str
) -> None:
    strict = load_orders(load, unknown={"campaigns": "reject"})
    assert strict.reasons == {"orders.csv: utm is not among the campaigns": 2}
    assert named_campaigns(graph, dataset) == ["F1", None]
    report = load_orders(load)
    assert (report.reloaded_imports, report.total.rejected) == (["import/1"], 0)
    assert named_campaigns(graph, dataset) == ["F1", "organic", "organic", None]


@pytest.mark.usefixtures("orders")
def test_a_campaign_added_by_hand_belongs_to_the_table_that_delivers_it(
    graph: Graph, load: Import, shop: Path, dataset: str
) -> None:
    load_orders(load)
    days = {"starts": date(2024, 3, 1), "ends": date(2024, 3, 3)}
    create_campaign(graph, dataset, NewCampaign("organic", "organic", **days))
    with (shop / "campaigns.csv").open("a") as file:
        file.write("organic,2024-03-01,2024-03-04\n")
    assert load_orders(load).counts["participations"] == 2
    with pytest.raises(NotFound, match="no planned campaign 'organic'"):
        remove_planned(graph, dataset, "organic")
    undo_import(graph, dataset, 2, Silent())
    remove_planned(graph, dataset, "organic")


@pytest.mark.usefixtures("orders")
def test_a_campaign_added_by_hand_follows_the_rules_for_ids(
    graph: Graph, settings: Settings, load: Import, dataset: str
) -> None:
    load_orders(load, ids={"campaigns": ["lower_case", "no_spaces"], "users": ["lower_case"]})
    days = {"starts": date(2024, 3, 1), "ends": date(2024, 3, 3)}
    request = CampaignRequest(dataset=dataset, id="Org Anic", name="Organic", **days, users=["A"])
    added = LocalBackend(graph, settings, Silent()).create_campaign(request)
    assert (added.id, added.name) == ("organic", "Organic")
    participants = campaign_list(graph, dataset).set_index("id")["participants"]
    assert participants["organic"] == 1


@pytest.mark.usefixtures("orders")
def test_a_campaign_after_the_complete_data_counts_the_behaviours_there_are(
    graph: Graph, load: Import, dataset: str
) -> None:
    load_orders(load, complete_until="2024-03-02")
    days = {"starts": date(2024, 3, 3), "ends": date(2024, 3, 9)}
    create_campaign(graph, dataset, NewCampaign("organic", "Organic", **days))
    assert campaign_list(graph, dataset).set_index("id")["participants"]["organic"] == 2


@pytest.mark.usefixtures("orders")
def test_rejecting_unknown_campaigns_reads_the_rows_again(load: Import) -> None:
    assert load_orders(load).counts["ordered"] == 4
    report = load_orders(load, unknown={"campaigns": "reject"})
    assert (report.reloaded_imports, report.counts["ordered"], report.total.rejected) == (["import/1"], 2, 2)
