"""Campaigns planned through the API: created, forecast, viewed and deleted."""

from collections.abc import Iterator

import pytest
from fastapi.testclient import TestClient

from api.app import create_app
from forecasting.records import ModelRun
from graph.connection import Graph, connect
from graph.importing.report import ImportReport
from graph.settings import Settings
from tests.data import CAMPAIGN, query

PLAN = {"id": "spring-2018", "name": "Spring", "starts": "2018-02-01", "ends": "2018-02-28", "like": CAMPAIGN}


@pytest.fixture
def client(settings: Settings, sample: ImportReport, model: ModelRun) -> Iterator[TestClient]:
    assert model
    app = create_app(settings, connect(settings), keys=False)
    client = TestClient(app, base_url="http://127.0.0.1")
    client.params = client.params.set("dataset", sample.dataset)
    yield client
    client.delete(f"/v1/campaigns/{PLAN['id']}")


def test_plan_is_created_forecast_and_deleted(client: TestClient, graph: Graph, sample: ImportReport) -> None:
    before = client.get("/v1/campaigns").json()
    created = client.post("/v1/campaigns", json={**PLAN, "dataset": sample.dataset})
    assert created.status_code == 201, created.text
    campaign = created.json()
    like = client.get(f"/v1/campaigns/{CAMPAIGN}").json()
    assert (campaign["state"], campaign["kind"], campaign["targeted"]) == (
        "planned",
        "Type A",
        like["targeted"],
    )
    assert (campaign["starts"], campaign["ends"]) == (PLAN["starts"], PLAN["ends"])
    assert client.get(created.headers["location"]).json() == campaign
    response = client.post(f"/v1/campaigns/{PLAN['id']}/plan", json={})
    assert response.status_code == 200, response.text
    planned = response.json()["planned"]["participants"]
    assert len(planned["steps"]) == 28
    assert planned["total"]["mean"] > 0
    # Other operations on campaigns include the plan.
    for address in ("", "/influence", "/key-users", "/neighbour-groups"):
        response = client.get(f"/v1/campaigns/{PLAN['id']}{address}")
        assert response.status_code == 200, (address, response.text)
    assert client.get("/", params={"campaign": PLAN["id"]}).status_code == 200
    assert client.delete(f"/v1/campaigns/{PLAN['id']}").status_code == 204
    assert client.get("/v1/campaigns").json() == before
    assert not query(graph, "MATCH (c:Campaign {planned: true}) RETURN c")


def test_plan_is_created_with_chosen_users_and_kind(
    client: TestClient, graph: Graph, sample: ImportReport
) -> None:
    users = [row["id"] for row in query(
        graph, "MATCH (u:User {dataset: $d})-[:TARGETED_BY]->(:Campaign {id: $c}) RETURN u.id AS id LIMIT 3",
        d=sample.dataset, c=CAMPAIGN,
    )]  # fmt: skip
    body = {**PLAN, "dataset": sample.dataset, "users": users, "products": [], "kind": "Type Z"}
    created = client.post("/v1/campaigns", json=body).json()
    assert (created["targeted"], created["kind"]) == (3, "Type Z")


@pytest.mark.parametrize(
    ("changes", "status", "message"),
    [
        ({"id": CAMPAIGN}, 409, "already"),
        ({"ends": "2018-01-31"}, 422, "is before its first"),
        ({"like": "nothing"}, 404, "to copy from"),
        ({"users": ["1", "nobody"]}, 422, "user 'nobody'"),
        ({"products": ["nothing"]}, 422, "product 'nothing'"),
        ({"id": "a/b"}, 422, "id"),
        ({"discount": 3}, 422, "discount"),
        ({"dataset": "nowhere"}, 422, "nowhere"),  # the query names another
    ],
)
def test_invalid_plan_is_rejected_and_changes_nothing(
    client: TestClient, sample: ImportReport, changes: dict[str, object], status: int, message: str
) -> None:
    before = client.get("/v1/campaigns").json()
    response = client.post("/v1/campaigns", json={**PLAN, "dataset": sample.dataset, **changes})
    assert response.status_code == status
    assert response.headers["content-type"] == "application/problem+json"
    assert message in response.text
    assert client.get("/v1/campaigns").json() == before


def test_imported_campaign_cannot_be_deleted(client: TestClient) -> None:
    response = client.delete(f"/v1/campaigns/{CAMPAIGN}")
    assert response.status_code == 404
    assert client.get(f"/v1/campaigns/{CAMPAIGN}").status_code == 200


def test_plan_without_users_is_rejected(client: TestClient, sample: ImportReport) -> None:
    plan = {**PLAN, "dataset": sample.dataset, "users": []}
    assert client.post("/v1/campaigns", json=plan).status_code == 201
    response = client.post(f"/v1/campaigns/{PLAN['id']}/plan", json={})
    assert response.status_code == 422
    assert "not planned to reach any users" in response.json()["detail"]
