"""The API and the page on a sample of real data, over HTTP."""

import io
import re
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import httpx
import pandas as pd
import pytest
from fastapi.testclient import TestClient

from api.app import create_app, is_loopback
from api.deps import Context
from api.page.rendering import standalone_page
from forecasting.forecasts import forecast_campaign
from forecasting.records import ModelRun
from graph.connection import Graph, connect
from graph.importing.job import import_files
from graph.importing.mapping.model import parse_mapping
from graph.importing.report import ImportReport
from graph.progress import Silent
from graph.settings import Settings
from network.runs import NetworkRun
from tests.command_line import database_environment, groundswell
from tests.data import CAMPAIGN, CUTOFF, influence_supported, query
from tests.serving import running_server


@pytest.fixture(scope="module")
def client(graph: Graph, settings: Settings, sample: ImportReport, model: ModelRun) -> Iterator[TestClient]:
    forecast_campaign(graph, settings, sample.dataset, CAMPAIGN, 7, Silent(), model.cutoff)
    app = create_app(settings, connect(settings), keys=False)
    with TestClient(app, base_url="http://127.0.0.1", raise_server_exceptions=False) as client:
        client.params = {"dataset": sample.dataset}
        yield client


def test_running_server_is_healthy_and_ready(client: TestClient) -> None:
    probe = TestClient(client.app, base_url="http://127.0.0.1")
    assert probe.get("/health").json()["status"] == "ok"
    response = probe.get("/ready")
    assert response.status_code == 200
    assert response.json()["gds"].startswith("2.")


def test_campaign_has_its_days_and_counts(client: TestClient) -> None:
    campaigns = client.get("/v1/campaigns").json()
    assert len(campaigns) == 27
    campaign = client.get(f"/v1/campaigns/{CAMPAIGN}").json()
    assert campaign in campaigns
    assert (campaign["starts"], campaign["ends"]) == ("2017-10-30", "2017-12-24")
    assert 0 < campaign["participants"] <= campaign["targeted"]


def test_influence_covers_every_day_of_the_campaign(client: TestClient) -> None:
    steps = client.get(f"/v1/campaigns/{CAMPAIGN}/influence").json()
    assert (steps[0]["step"], steps[-1]["step"], len(steps)) == ("2017-10-30", "2017-12-24", 56)
    assert all(step["level"] >= step["reach"] for step in steps)
    assert sum(step["participants"] for step in steps) > 0


def test_key_users_are_in_the_neighbour_groups(client: TestClient) -> None:
    users = client.get(f"/v1/campaigns/{CAMPAIGN}/key-users").json()
    groups = client.get(f"/v1/campaigns/{CAMPAIGN}/neighbour-groups").json()
    assert users[0]["rank"] == 1
    assert {user["group"] for user in users} == {group["rank"] for group in groups}


def test_groups_have_activity_and_participation_factors(client: TestClient) -> None:
    groups = client.get(f"/v1/campaigns/{CAMPAIGN}/neighbour-groups").json()
    active_groups = [group for group in groups if group["activity"]]
    assert active_groups
    for group in active_groups:
        activity = group["activity"]
        assert {series["behaviour"] for series in activity} <= {"PURCHASED", "REDEEMED"}
        (steps,) = {len(series["users"]) for series in activity}
        assert steps * group["step_days"] == (CUTOFF - date(2017, 10, 30)).days
        assert max(max(series["users"]) for series in activity) <= group["participants"]
        assert all(series["users"][-1] is not None for series in activity)
    factors = [factor for group in groups for factor in group["factors"]]
    assert factors
    assert all(factor["low"] <= factor["risk_ratio"] <= factor["high"] for factor in factors)


def test_steps_before_the_data_are_null_and_days_before_it_left_out(client: TestClient) -> None:
    # Campaign 26 begins four days before the data.
    groups = client.get("/v1/campaigns/26/neighbour-groups").json()
    counts = [series["users"] for group in groups for series in group["activity"]]
    assert counts
    assert all(users[:4] == [None] * 4 and None not in users[4:] for users in counts)
    assert client.get("/v1/campaigns/26/influence").json()[0]["step"] == "2017-01-01"


def test_series_are_in_the_long_format_of_nixtla(client: TestClient) -> None:
    series = client.get("/v1/series").json()
    steps = [row for row in series if row["unique_id"] == CAMPAIGN]
    influence = client.get(f"/v1/campaigns/{CAMPAIGN}/influence").json()
    assert [(row["ds"], row["y"]) for row in steps] == [
        (step["step"], step["participants"]) for step in influence
    ]
    redeemers = client.get("/v1/series", params={"outcome": "redeemers"}).json()
    assert [row["y"] for row in redeemers if row["unique_id"] == CAMPAIGN] == [
        step["redeemers"] for step in influence
    ]
    assert min(row["ds"] for row in series) == "2017-01-01"
    assert client.get("/v1/series", params={"outcome": "level"}).status_code == 422


def test_lists_are_served_as_json_and_csv_from_the_cache(client: TestClient) -> None:
    served = client.get("/v1/campaigns").json()
    for options in ({"params": {"format": "csv"}}, {"headers": {"Accept": "text/csv"}}):
        response = client.get("/v1/campaigns", **options)  # type: ignore[arg-type]
        assert response.headers["content-type"].startswith("text/csv")
        assert response.headers["x-total-count"] == str(len(served))
        frame = pd.read_csv(io.StringIO(response.text), dtype={"id": str}, parse_dates=["starts", "ends"])
        assert frame["id"].tolist() == [campaign["id"] for campaign in served]
        assert frame["starts"].dt.strftime("%Y-%m-%d").tolist() == [row["starts"] for row in served]
    assert client.get("/v1/campaigns").json() == served


def test_neighbourhood_has_the_strongest_influences_of_a_user(client: TestClient) -> None:
    key_user = client.get(f"/v1/campaigns/{CAMPAIGN}/key-users").json()[0]
    neighbourhood = client.get(f"/v1/users/{key_user['user']}/neighbourhood", params={"most": 3}).json()
    assert {"campaign": CAMPAIGN, "rank": 1, "score": key_user["score"]} in neighbourhood["key_user_of"]
    assert len(neighbourhood["groups"]) >= 1
    influences = neighbourhood["influences"]
    assert 0 < len(influences) <= 3
    probabilities = [edge["probability"] for edge in influences]
    assert probabilities == sorted(probabilities, reverse=True)
    assert all(edge["low"] <= edge["probability"] <= edge["high"] for edge in influences)
    response = client.get("/v1/users/nobody/neighbourhood")
    assert response.status_code == 404
    assert "nobody" in response.json()["detail"]


def test_forecast_has_its_origin_and_ordered_quantiles(client: TestClient) -> None:
    forecast = client.get(f"/v1/campaigns/{CAMPAIGN}/forecast").json()
    assert forecast["origin"] == str(CUTOFF)
    assert len(forecast["steps"]) == 7
    for step in forecast["steps"]:
        assert step["participants_p10"] <= step["participants_p50"] <= step["participants_p90"]


@pytest.mark.parametrize(
    ("path", "origin", "status", "kind"),
    [
        ("/v1/campaigns/999", None, 404, "NotFound"),
        ("/v1/campaigns/1/forecast", None, 404, "NotFound"),
        (f"/v1/campaigns/{CAMPAIGN}/forecast", "2017-01-05", 404, "NotFound"),
        (f"/v1/campaigns/{CAMPAIGN}/forecast", "yesterday", 422, "InvalidRequest"),
        ("/v1/nothing", None, 404, "HttpError"),
        ("/v1/campaigns/x%27%7D)%20DETACH%20DELETE%20(n)", None, 404, "NotFound"),
    ],
)
def test_errors_are_problems(
    client: TestClient, path: str, origin: str | None, status: int, kind: str
) -> None:
    response = client.get(path, params={"origin": origin} if origin else {})
    assert response.status_code == status
    assert response.headers["content-type"] == "application/problem+json"
    assert response.json()["type"] == f"urn:groundswell:problem:{kind}"
    assert response.json()["detail"]


def test_unreachable_database_is_503_with_retry_after(settings: Settings) -> None:
    unreachable = connect(settings)
    unreachable.close()
    # The asyncio driver connects there.
    unreachable.database = replace(unreachable.database, uri="bolt://127.0.0.1:1")
    with TestClient(create_app(settings, unreachable, keys=False), base_url="http://127.0.0.1") as client:
        response = client.get("/v1/campaigns")
    assert response.status_code == 503
    assert response.headers["retry-after"] == "5"


def test_foreign_host_header_is_rejected(client: TestClient) -> None:
    assert client.get("/health", headers={"host": "evil.example"}).status_code == 400


def test_page_elsewhere_cannot_write_to_a_running_server(settings: Settings) -> None:
    upload = {"files": [("files", ("users.csv", b"id\n1\n"))], "data": {"mapping": "{}"}}
    with running_server(settings) as address, httpx.Client(base_url=address) as client:
        foreign = {"origin": "https://evil.example"}
        for path in ("/v1/imports", "/v1/imports/check", "/v1/networks"):
            assert client.post(path, **upload, headers=foreign).status_code == 403
        for headers in ({}, {"origin": address, "sec-fetch-site": "same-origin"}):
            # The route's own answer: the mapping is empty.
            assert client.post("/v1/imports", **upload, headers=headers).status_code == 422


def test_every_operation_is_documented(client: TestClient) -> None:
    paths = client.get("/openapi.json").json()["paths"]
    assert len(paths) == 31
    assert all(operation["description"] for path in paths.values() for operation in path.values())


def test_server_accepts_every_loopback_address(settings: Settings) -> None:
    app = create_app(settings, connect(settings), "127.0.0.2", keys=False)
    with TestClient(app, base_url="http://127.0.0.2") as client:
        assert client.get("/health").status_code == 200


def test_page_of_an_unknown_data_set_states_the_remedy(client: TestClient, sample: ImportReport) -> None:
    response = client.get("/", params={"dataset": "nowhere"})
    assert response.status_code == 404
    assert response.headers["content-type"].startswith("text/html")
    assert "There is no data set" in response.text
    assert sample.dataset in response.text


def test_markup_in_data_is_escaped_on_every_page(
    client: TestClient, graph: Graph, sample: ImportReport, model: ModelRun
) -> None:
    assert model
    name = "<script>alert(1)</script>"
    rename = "MATCH (c:Campaign {dataset: $d, id: '18'}) SET c.name = $n"
    query(graph, rename, d=sample.dataset, n=name)
    try:
        for path in ("/", "/campaigns", "/what-if"):
            chosen = {} if path == "/campaigns" else {"campaign": "18"}
            page = client.get(path, params={**chosen, "lang": "zh-Hans"}).text
            assert name not in page
            assert "&lt;script&gt;alert(1)" in page
        page = client.get("/imports", params={"dataset": name}).text
        assert name not in page
    finally:
        client.cookies.clear()
        query(graph, rename, d=sample.dataset, n="Campaign 18")


def test_page_uses_the_chosen_language(client: TestClient) -> None:
    english = client.get("/campaigns")
    chinese = client.get("/campaigns", params={"lang": "zh-Hans"})
    assert '<html lang="en">' in english.text
    assert '<html lang="zh-Hans">' in chinese.text
    assert "营销活动" in chinese.text
    assert '<html lang="zh-Hans">' in client.get("/imports").text  # A cookie stores the choice.
    client.cookies.clear()
    preferred = client.get("/imports", headers={"accept-language": "zh-CN,zh;q=0.9,en;q=0.8"})
    assert '<html lang="zh-Hans">' in preferred.text
    assert preferred.headers["vary"].startswith("Accept-Language")
    client.cookies.clear()


def test_standalone_page_needs_no_server(
    graph: Graph, settings: Settings, sample: ImportReport, model: ModelRun, network: NetworkRun
) -> None:
    forecast_campaign(graph, settings, sample.dataset, CAMPAIGN, 7, Silent(), model.cutoff)
    context = Context.of(settings, graph)
    with influence_supported(graph, sample.dataset, network.id):
        page = standalone_page(context, sample.dataset, CAMPAIGN)
    assert not re.search(r"""(src|href)=["']/""", page)
    assert "Forecast from 27 Nov 2017" in page
    assert len(page) > 5_000_000  # It contains its scripts and the drawing of the network.


def test_loopback_is_recognised() -> None:
    assert is_loopback("127.0.0.1")
    assert is_loopback("::1")
    assert is_loopback("localhost")
    assert not is_loopback("0.0.0.0")
    assert not is_loopback("example.org")


def test_security_headers_restrict_browsers(client: TestClient) -> None:
    for path, frames in (
        ("/", "'none'"),
        ("/docs", "'none'"),
        ("/network", "'self'"),
        ("/v1/nothing", "'none'"),
    ):
        headers = client.get(path, params={"campaign": CAMPAIGN}).headers
        policy = headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert f"frame-ancestors {frames}" in policy
        assert headers["x-content-type-options"] == "nosniff"
    policy = client.get("/").headers["content-security-policy"]
    (scripts,) = [directive for directive in policy.split("; ") if directive.startswith("script-src")]
    assert scripts == "script-src 'self'"


def list_operations(client: TestClient) -> dict[str, dict[str, Any]]:
    """The documented operations that return a list, by path."""
    paths = client.get("/openapi.json").json()["paths"]
    answers = {path: methods["get"] for path, methods in paths.items() if "get" in methods}
    return {
        path: operation
        for path, operation in answers.items()
        if operation["responses"]["200"]
        .get("content", {})
        .get("application/json", {})
        .get("schema", {})
        .get("type")
        == "array"
    }


def test_every_list_is_counted_and_paged_alike(
    client: TestClient, sample: ImportReport, monkeypatch: pytest.MonkeyPatch
) -> None:
    operations = list_operations(client)
    monkeypatch.setattr(client, "_params", httpx.QueryParams())  # /v1/datasets has no data set.
    assert len(operations) == 15
    for path, operation in operations.items():
        assert "X-Total-Count" in operation["responses"]["200"]["headers"], path
        address, parameters = path.format(campaign_id=CAMPAIGN), {}
        if path != "/v1/datasets":
            parameters = {"dataset": sample.dataset}
        everything = client.get(address, params=parameters)
        assert everything.status_code == 200, path
        total = int(everything.headers["x-total-count"])
        if re.search("/influence|/v1/series|/funnel", path):  # A series is whole, and so are stages.
            assert len(everything.json()) == total, path
            continue
        assert len(everything.json()) == min(total, 1000), path
        documented = {parameter["name"]: parameter for parameter in operation["parameters"]}
        assert documented["limit"]["schema"] == {
            "type": "integer", "minimum": 1, "maximum": 1000, "default": 1000, "title": "Limit",
            "description": documented["limit"]["description"],
        }  # fmt: skip
        page = client.get(address, params={**parameters, "limit": 1, "offset": 1})
        assert page.json() == everything.json()[1:2], path
        beyond = client.get(address, params={**parameters, "offset": 1_000_000})
        assert (beyond.json(), beyond.headers["x-total-count"]) == ([], str(total)), path


def test_unknown_data_set_is_404_everywhere_and_names_the_others(
    client: TestClient, sample: ImportReport
) -> None:
    paths = client.get("/openapi.json").json()["paths"]
    addresses = [
        ("GET", path)
        for path, methods in paths.items()
        if any(parameter["name"] == "dataset" for parameter in methods.get("get", {}).get("parameters", []))
    ]
    addresses += [("POST", "/v1/campaigns/18/plan"), ("POST", "/v1/networks"), ("DELETE", "/v1/users/1")]
    assert len(addresses) > 18
    for method, path in addresses:
        address = re.sub(r"\{\w+\}", CAMPAIGN, path)
        body = {"json": {}} if method == "POST" else {}
        response = client.request(method, address, params={"dataset": "typo"}, **body)
        assert response.status_code == 404, (path, response.text)
        assert response.json()["detail"] == "There is no data set 'typo' in this database."
        assert sample.dataset in response.json()["remedy"]


def test_imported_data_set_without_behaviours_is_not_missing(
    client: TestClient, graph: Graph, settings: Settings, dataset: str, tmp_path: Path
) -> None:
    (tmp_path / "users.csv").write_text("id\n1\n2\n")
    (tmp_path / "campaigns.csv").write_text("id,starts,ends\nF1,2024-03-01,2024-04-01\n")
    (tmp_path / "orders.csv").write_text("user,product,at\n")
    tables = {
        "users": {"files": "users.csv", "columns": {"id": "id"}},
        "campaigns": {"files": "campaigns.csv", "columns": {"id": "id", "starts": "starts", "ends": "ends"}},
        "behaviours": {
            "files": "orders.csv",
            "columns": {"user": "user", "object": "product", "at": "at"},
            "constants": {"kind": "order"},
        },
    }
    kinds = {"order": {"type": "ORDERED", "counts": "promoted"}}
    content = {"dataset": dataset, "zone": "UTC", "tables": tables, "kinds": kinds}
    mapping = parse_mapping(content, "mapping")
    import_files(graph, settings, tmp_path, mapping, Silent())
    time.sleep(0.6)  # A response may be half a second old.
    for path in ("/v1/networks", "/v1/models", "/v1/jobs", "/v1/tags"):
        response = client.get(path, params={"dataset": dataset})
        assert (response.status_code, response.json()) == (200, []), path
    assert len(client.get("/v1/imports", params={"dataset": dataset}).json()) == 1
    assert client.get("/v1/users/1", params={"dataset": dataset}).status_code == 200
    response = client.get("/v1/campaigns", params={"dataset": dataset})
    assert response.status_code == 409
    assert response.json()["detail"] == f"The data set {dataset!r} has no behaviours yet."
    assert "POST /v1/imports" in response.json()["remedy"]
    for path in ("/", "/campaigns", "/what-if"):
        page = client.get(path, params={"dataset": dataset})
        assert page.status_code == 409
        assert "has no behaviours yet" in page.text
        assert "Upload its files under Imports." in page.text
        assert "groundswell " not in page.text
    environment = database_environment(settings)
    listed = groundswell("campaigns", "--dataset", dataset, **environment)
    assert listed.returncode == 1
    assert "has no behaviours yet" in listed.stderr
    assert "groundswell import run" in listed.stderr
    misspelt = groundswell("network", "list", "--dataset", "typo", **environment)
    assert misspelt.returncode == 1
    assert dataset in misspelt.stderr


def test_campaigns_are_filtered_sorted_and_paged(client: TestClient) -> None:
    campaigns = client.get("/v1/campaigns").json()
    assert {campaign["state"] for campaign in campaigns} == {"running", "ended"}
    ended = client.get("/v1/campaigns", params={"state": "ended", "kind": "Type A"})
    assert {campaign["id"] for campaign in ended.json()} == {
        campaign["id"]
        for campaign in campaigns
        if campaign["state"] == "ended" and campaign["kind"] == "Type A"
    }
    page = client.get("/v1/campaigns", params={"sort": "-participants", "limit": 3, "offset": 2})
    assert page.headers["x-total-count"] == str(len(campaigns))
    counts = sorted((campaign["participants"] for campaign in campaigns), reverse=True)
    assert [campaign["participants"] for campaign in page.json()] == counts[2:5]
    assert client.get("/v1/campaigns", params={"state": "planned"}).json() == []
    for invalid in ({"sort": "magic"}, {"limit": 0}, {"limit": 1001}, {"offset": -1}, {"state": "gone"}):
        assert client.get("/v1/campaigns", params=invalid).status_code == 422


def test_campaign_without_a_kind_is_served(client: TestClient, graph: Graph, sample: ImportReport) -> None:
    campaign = {"d": sample.dataset, "c": "13"}
    query(graph, "MATCH (c:Campaign {dataset: $d, id: $c}) REMOVE c.kind", **campaign)
    try:
        time.sleep(0.6)  # A response may be half a second old.
        assert client.get("/v1/campaigns/13").json()["kind"] is None
        assert None in {campaign["kind"] for campaign in client.get("/v1/campaigns").json()}
    finally:
        query(graph, "MATCH (c:Campaign {dataset: $d, id: $c}) SET c.kind = 'Type A'", **campaign)
