"""Requests with unknown query parameters or body fields are rejected, and the problem names them."""

from collections import Counter
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import cast

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from api.app import create_app
from api.schemas.requests import CampaignRequest
from graph.connection import Graph
from graph.settings import Settings


class UnusedGraph:
    """A graph without methods: any use of it fails."""


@pytest.fixture
def client(tmp_path: Path) -> Iterator[TestClient]:
    app = create_app(Settings(GROUNDSWELL_HOME=tmp_path), cast(Graph, UnusedGraph()), keys=False)
    # The response cache would read the graph's revision.
    app.user_middleware = [layer for layer in app.user_middleware if layer.cls.__name__ != "ResponseCache"]
    app.state.context.known_datasets.add("shop")
    yield TestClient(app, base_url="http://127.0.0.1")


@pytest.mark.parametrize("path", ["/v1/campaigns", "/v1/campaigns/18/forecast", "/v1/imports", "/v1/jobs"])
def test_unknown_query_parameter_is_422(client: TestClient, path: str) -> None:
    response = client.get(path, params={"dataset": "shop", "limt": "5"})
    assert response.status_code == 422
    assert response.headers["content-type"] == "application/problem+json"
    assert response.json()["detail"] == "Unknown query parameter: limt."
    assert "dataset" in response.json()["remedy"]


@pytest.mark.parametrize("path", ["/health", "/metrics", "/v1/datasets"])
def test_parameter_of_a_route_without_parameters_is_422(client: TestClient, path: str) -> None:
    assert client.get(path, params={"unknown": "1"}).status_code == 422


@pytest.mark.parametrize("path", ["/", "/campaigns", "/what-if", "/imports", "/network"])
def test_unknown_parameter_of_a_page_is_a_page_with_the_problem(client: TestClient, path: str) -> None:
    response = client.get(path, params={"campaing": "18", "lang": "zh-Hans"})
    assert response.status_code == 422
    assert response.headers["content-type"].startswith("text/html")
    assert "Unknown query parameter: campaing" in response.text
    assert 'lang="zh-Hans"' in response.text


def test_repeated_query_parameter_is_422(client: TestClient) -> None:
    response = client.get("/v1/campaigns", params={"limit": ["1", "2"]})
    assert response.status_code == 422
    assert response.json()["detail"] == "Repeated query parameter: limit."


@pytest.mark.parametrize("path", ["/v1/imports", "/v1/imports/check"])
@pytest.mark.parametrize(
    ("fields", "detail"),
    [
        ({"mapping": "{}", "max_rejectd": "0.1"}, "Unknown form field: max_rejectd."),
        ({"mapping": ["{}", "{}"]}, "Repeated form field: mapping."),
    ],
)
def test_unknown_and_repeated_form_fields_are_422(
    client: TestClient, path: str, fields: dict[str, object], detail: str
) -> None:
    files = [("files", ("a.csv", b"id\n1\n")), ("files", ("b.csv", b"id\n2\n"))]
    response = client.post(path, data=fields, files=files)
    assert (response.status_code, response.json()["detail"]) == (422, detail)


def test_two_data_sets_in_one_request_are_422(client: TestClient) -> None:
    response = client.post("/v1/networks", params={"dataset": "shop"}, json={"dataset": "store"})
    assert response.status_code == 422
    assert "'shop'" in response.json()["detail"]


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/v1/networks", {}),
        ("/v1/campaigns/18/plan", {}),
        ("/v1/campaigns/18/what-if", {"k": 3}),
        ("/v1/campaigns", {"id": "soon", "starts": "2018-01-01", "ends": "2018-01-02"}),
    ],
)
def test_unknown_body_field_is_422(client: TestClient, path: str, body: dict[str, object]) -> None:
    response = client.post(path, params={"dataset": "shop"}, json={**body, "cutof": "2018-01-01"})
    assert response.status_code == 422
    assert response.json()["detail"] == "body.cutof: unknown field"


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("HEAD", "/v1/campaigns", "GET, POST"),
        ("PUT", "/v1/campaigns/18", "DELETE, GET"),
        ("DELETE", "/v1/jobs", "GET"),
        ("POST", "/campaigns", "GET"),
    ],
)
def test_method_not_allowed_lists_the_allowed_methods(
    client: TestClient, method: str, path: str, allowed: str
) -> None:
    response = client.request(method, path)
    assert (response.status_code, response.headers["allow"]) == (405, allowed)


@pytest.mark.parametrize("path", ["/v1/campaigns/18/plan", "/v1/campaigns/18/what-if"])
def test_analyses_beyond_the_limit_are_503_with_retry_after(client: TestClient, path: str) -> None:
    context = cast(FastAPI, client.app).state.context
    context.analyses = context.settings.concurrent_analyses
    response = client.post(path, params={"dataset": "shop"}, json={})
    assert (response.status_code, response.json()["title"]) == (503, "ServerBusy")
    assert int(response.headers["retry-after"]) > 0
    context.analyses = 0
    for _ in range(5):  # An analysis that fails is counted no longer.
        assert client.post(path, params={"dataset": "shop"}, json={"unknown": 1}).status_code == 422
    assert context.analyses == 0


def test_operations_are_named_after_their_endpoints(client: TestClient) -> None:
    paths = client.get("/openapi.json").json()["paths"]
    names = Counter(operation["operationId"] for path in paths.values() for operation in path.values())
    assert {"get_forecast", "make_forecast", "list_campaigns"} < set(names)
    assert max(names.values()) == 1


@pytest.mark.parametrize(
    ("change", "detail"),
    [
        ({"id": "a\u0000b"}, "must not contain control characters"),
        ({"id": "a\nb"}, "must not contain control characters"),
        ({"id": "a\u2028b"}, "must not contain control characters or line breaks"),
        ({"id": " a"}, "must not begin or end with a blank"),
        ({"id": "a\u3000"}, "must not begin or end with a blank"),
        ({"id": "a/b"}, "must not contain /"),
        ({"id": ".."}, "must not contain /"),
        ({"id": ""}, "at least 1 character"),
        ({"id": "a" * 201}, "at most 200 characters"),
        ({"ends": "9999-12-31"}, "body.ends: Value error, a day must be from 1900-01-01 to 2199-12-31"),
        ({"starts": "0001-01-01"}, "body.starts: Value error, a day must be from 1900-01-01"),
        ({"starts": "1500-01-01"}, "body.starts: Value error, a day must be from 1900-01-01"),
    ],
)
def test_campaign_with_an_invalid_id_or_day_is_422(
    client: TestClient, change: dict[str, str], detail: str
) -> None:
    body = {"id": "soon", "starts": "2018-01-01", "ends": "2018-01-02", **change}
    response = client.post("/v1/campaigns", params={"dataset": "shop"}, json=body)
    assert response.status_code == 422
    assert detail in response.json()["detail"]


@pytest.mark.parametrize(
    "text", ["Spring Sale", "日本", "qq?b#c", "50% off; a&b=c", "\U0001f468\u200d\U0001f469"]
)
def test_campaign_ids_are_texts_with_blanks_inside(text: str) -> None:
    days = {"starts": date(1900, 1, 1), "ends": date(2199, 12, 31)}
    assert CampaignRequest(id=text, **days).id == text
