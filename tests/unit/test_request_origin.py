"""Web pages of other origins cannot change anything, and foreign host names are refused without keys."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast

import pytest
from fastapi.testclient import TestClient
from pydantic import SecretStr

from api.app import create_app
from graph.connection import Graph
from graph.settings import Settings


class UnusedGraph:
    """A graph without methods: any use of it fails."""


HOST = "127.0.0.1:8000"
OWN_PAGE = {"origin": f"http://{HOST}", "sec-fetch-site": "same-origin"}
PARTNER = "https://partner.example"
FOREIGN = [
    {"origin": "https://evil.example", "sec-fetch-site": "cross-site"},
    {"origin": "https://evil.example"},
    {"origin": "http://127.0.0.1:3000", "sec-fetch-site": "same-site"},
    {"origin": "http://127.0.0.1:3000"},
    {"origin": "null"},
    {"sec-fetch-site": "cross-site"},
]
WRITES: list[tuple[str, str, dict[str, Any]]] = [
    ("POST", "/v1/networks", {"json": {"cutof": "2017-11-27"}}),
    ("POST", "/v1/networks", {"content": '{"cutof": 1}', "headers": {"content-type": "text/plain"}}),
    ("POST", "/v1/imports", {"files": [("files", ("users.csv", b"id\n1\n"))]}),
    ("POST", "/v1/campaigns/18/plan", {"json": {"discont": 0.3}, "params": {"dataset": "shop"}}),
    ("DELETE", "/v1/users/1", {"params": {"dataset": "shop", "unknown": "1"}}),
    ("PUT", "/v1/campaigns/18", {}),
    ("PATCH", "/v1/campaigns/18", {}),
]


@pytest.fixture
def client(tmp_path: Path) -> Iterator[TestClient]:
    settings = Settings(GROUNDSWELL_HOME=tmp_path, GROUNDSWELL_CORS_ORIGINS=PARTNER)
    app = create_app(settings, cast(Graph, UnusedGraph()), keys=False)
    app.state.context.known_datasets.add("shop")
    yield TestClient(app, base_url=f"http://{HOST}")


@pytest.mark.parametrize(("method", "path", "content"), WRITES)
@pytest.mark.parametrize("headers", FOREIGN)
def test_write_of_another_sites_page_is_403(
    client: TestClient, method: str, path: str, content: dict[str, Any], headers: dict[str, str]
) -> None:
    all_headers = {**content.get("headers", {}), **headers}
    response = client.request(method, path, **{**content, "headers": all_headers})
    assert response.status_code == 403
    assert response.headers["content-type"] == "application/problem+json"
    assert response.json()["title"] == "CrossSiteRequest"
    assert "GROUNDSWELL_CORS_ORIGINS" in response.json()["remedy"]


@pytest.mark.parametrize(("method", "path", "content"), WRITES)
@pytest.mark.parametrize(
    "headers",
    [{}, OWN_PAGE, {"origin": f"http://{HOST}"}, {"origin": PARTNER, "sec-fetch-site": "cross-site"}],
)
def test_write_of_a_program_or_the_own_page_reaches_its_route(
    client: TestClient, method: str, path: str, content: dict[str, Any], headers: dict[str, str]
) -> None:
    all_headers = {**content.get("headers", {}), **headers}
    response = client.request(method, path, **{**content, "headers": all_headers})
    assert response.status_code in {405, 422}  # The route's own answer to these invalid requests.


def test_keys_do_not_replace_the_check(tmp_path: Path) -> None:
    settings = Settings(GROUNDSWELL_HOME=tmp_path).model_copy(update={"api_token": SecretStr("s3cret")})
    client = TestClient(create_app(settings, cast(Graph, UnusedGraph()), "0.0.0.0"))
    headers = {"authorization": "Bearer s3cret", "sec-fetch-site": "cross-site"}
    assert client.post("/v1/networks", json={"cutof": 1}, headers=headers).status_code == 403
    del headers["sec-fetch-site"]
    assert client.post("/v1/networks", json={"cutof": 1}, headers=headers).status_code == 422


def test_page_elsewhere_may_link_to_a_page(client: TestClient) -> None:
    assert client.get("/health", headers=FOREIGN[0]).status_code == 200


@pytest.mark.parametrize("host", ["evil.example", "evil.example:8000", "127.0.0.1.evil.example", "[::1", ""])
def test_foreign_host_is_400_without_keys(client: TestClient, host: str) -> None:
    response = client.get("/health", headers={"host": host})
    assert response.status_code == 400
    assert response.json()["title"] == "InvalidHost"


@pytest.mark.parametrize("host", ["localhost", "LOCALHOST:8000", "127.0.0.1:1", "[::1]:8000"])
def test_loopback_host_is_served_without_keys(client: TestClient, host: str) -> None:
    assert client.get("/health", headers={"host": host}).status_code == 200
