"""The API on a sample of real data, over HTTP."""

import re
import time
from collections.abc import Iterator
from datetime import date

import pytest
from fastapi.testclient import TestClient

from api.app import create_app, is_loopback
from api.deps import Context
from api.page.rendering import standalone_page
from forecasting.forecasts import forecast_campaign
from forecasting.records import ModelRun
from graph.connection import Graph, connect
from graph.importing.job import ImportReport
from graph.progress import Silent
from graph.settings import Settings
from network.runs import NetworkRun
from tests.data import CAMPAIGN, CUTOFF, influence_supported, query


@pytest.fixture(scope="module")
def client(graph: Graph, settings: Settings, sample: ImportReport, model: ModelRun) -> Iterator[TestClient]:
    forecast_campaign(graph, settings, sample.dataset, CAMPAIGN, 7, Silent(), model.cutoff)
    app = create_app(settings, connect(settings), keys=False)
    with TestClient(app, base_url="http://127.0.0.1", raise_server_exceptions=False) as one:
        one.params = {"dataset": sample.dataset}
        yield one


def test_health(client: TestClient) -> None:
    assert client.get("/health").json()["status"] == "ok"
    answer = client.get("/ready")
    assert answer.status_code == 200
    assert answer.json()["gds"].startswith("2.")


def test_campaigns(client: TestClient) -> None:
    campaigns = client.get("/v1/campaigns").json()
    assert len(campaigns) == 27
    one = client.get(f"/v1/campaigns/{CAMPAIGN}").json()
    assert one in campaigns
    assert (one["starts"], one["ends"]) == ("2017-10-30", "2017-12-24")
    assert 0 < one["participants"] <= one["targeted"]


def test_influence_covers_the_campaign_day_by_day(client: TestClient) -> None:
    steps = client.get(f"/v1/campaigns/{CAMPAIGN}/influence").json()
    assert (steps[0]["step"], steps[-1]["step"], len(steps)) == ("2017-10-30", "2017-12-24", 56)
    assert all(step["level"] >= step["reach"] for step in steps)
    assert sum(step["participants"] for step in steps) > 0


def test_key_users_and_groups(client: TestClient) -> None:
    users = client.get(f"/v1/campaigns/{CAMPAIGN}/key-users").json()
    groups = client.get(f"/v1/campaigns/{CAMPAIGN}/neighbour-groups").json()
    assert users[0]["rank"] == 1
    assert {one["group"] for one in users} == {group["rank"] for group in groups}


def test_groups_have_activity_and_participation_factors(client: TestClient) -> None:
    groups = client.get(f"/v1/campaigns/{CAMPAIGN}/neighbour-groups").json()
    told = [group for group in groups if group["activity"]]
    assert told
    for group in told:
        assert {one["behaviour"] for one in group["activity"]} <= {"PURCHASED", "REDEEMED"}
        (steps,) = {len(one["users"]) for one in group["activity"]}
        assert steps * group["step_days"] >= (CUTOFF - date(2017, 10, 30)).days
        assert max(max(one["users"]) for one in group["activity"]) <= group["participants"]
    factors = [factor for group in groups for factor in group["factors"]]
    assert factors
    assert all(one["low"] <= one["risk_ratio"] <= one["high"] for one in factors)


def test_neighbourhood_of_a_user(client: TestClient) -> None:
    key_user = client.get(f"/v1/campaigns/{CAMPAIGN}/key-users").json()[0]
    found = client.get(f"/v1/users/{key_user['user']}/neighbourhood", params={"most": 3}).json()
    assert {"campaign": CAMPAIGN, "rank": 1, "score": key_user["score"]} in found["key_user_of"]
    assert len(found["groups"]) >= 1
    assert 0 < len(found["influences"]) <= 3
    chances = [one["probability"] for one in found["influences"]]
    assert chances == sorted(chances, reverse=True)
    assert all(one["low"] <= one["probability"] <= one["high"] for one in found["influences"])
    answer = client.get("/v1/users/nobody/neighbourhood")
    assert answer.status_code == 404
    assert "nobody" in answer.json()["detail"]


def test_forecast(client: TestClient) -> None:
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
    answer = client.get(path, params={"origin": origin} if origin else {})
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["type"] == f"urn:groundswell:problem:{kind}"
    assert answer.json()["detail"]


def test_unreachable_database_is_503_with_retry_after(settings: Settings) -> None:
    gone = connect(settings)
    gone.close()
    _, user, password = gone._address
    gone._address = "bolt://127.0.0.1:1", user, password  # Reads connect there.
    with TestClient(create_app(settings, gone, keys=False), base_url="http://127.0.0.1") as client:
        answer = client.get("/v1/campaigns")
    assert answer.status_code == 503
    assert answer.headers["retry-after"] == "5"


def test_foreign_host_header_is_rejected(client: TestClient) -> None:
    assert client.get("/health", headers={"host": "evil.example"}).status_code == 400


def test_every_operation_is_documented(client: TestClient) -> None:
    operations = client.get("/openapi.json").json()["paths"]
    assert len(operations) == 29
    assert all(one["description"] for operation in operations.values() for one in operation.values())


def test_every_loopback_address_can_be_served(settings: Settings) -> None:
    app = create_app(settings, connect(settings), "127.0.0.2", keys=False)
    with TestClient(app, base_url="http://127.0.0.2") as client:
        assert client.get("/health").status_code == 200


def test_page_of_an_unknown_data_set_states_the_remedy(client: TestClient) -> None:
    answer = client.get("/", params={"dataset": "nowhere"})
    assert answer.status_code == 404
    assert answer.headers["content-type"].startswith("text/html")
    assert "groundswell import" in answer.text


def test_markup_in_data_is_escaped_on_every_page(
    client: TestClient, graph: Graph, sample: ImportReport, model: ModelRun
) -> None:
    assert model
    name = "<script>alert(1)</script>"
    change = "MATCH (c:Campaign {dataset: $d, id: '18'}) SET c.name = $n"
    query(graph, change, d=sample.dataset, n=name)
    try:
        for path in ("/", "/campaigns", "/what-if"):
            told = client.get(path, params={"campaign": "18", "lang": "zh-Hans"}).text
            assert name not in told
            assert "&lt;script&gt;alert(1)" in told
        told = client.get("/imports", params={"dataset": name}).text
        assert name not in told
    finally:
        client.cookies.clear()
        query(graph, change, d=sample.dataset, n="Campaign 18")


def test_page_uses_the_chosen_language(client: TestClient) -> None:
    english = client.get("/campaigns")
    chinese = client.get("/campaigns", params={"lang": "zh-Hans"})
    assert '<html lang="en">' in english.text
    assert '<html lang="zh-Hans">' in chinese.text
    assert "营销活动" in chinese.text
    assert '<html lang="zh-Hans">' in client.get("/imports").text  # It is kept.
    client.cookies.clear()
    liked = client.get("/imports", headers={"accept-language": "zh-CN,zh;q=0.9,en;q=0.8"})
    assert '<html lang="zh-Hans">' in liked.text
    assert liked.headers["vary"].startswith("Accept-Language")
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
    assert len(page) > 5_000_000  # The drawing and the scripts are inside.


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
    own = client.get("/").headers["content-security-policy"]
    (scripts,) = [one for one in own.split("; ") if one.startswith("script-src")]
    assert scripts == "script-src 'self'"


def test_campaigns_are_filtered_sorted_and_paged(
    client: TestClient, graph: Graph, sample: ImportReport
) -> None:
    every = client.get("/v1/campaigns").json()
    assert {one["state"] for one in every} == {"running", "ended"}
    ended = client.get("/v1/campaigns", params={"state": "ended", "kind": "Type A"})
    assert {one["id"] for one in ended.json()} == {
        one["id"] for one in every if one["state"] == "ended" and one["kind"] == "Type A"
    }
    page = client.get("/v1/campaigns", params={"sort": "-participants", "limit": 3, "offset": 2})
    assert page.headers["x-total-count"] == str(len(every))
    counts = sorted((one["participants"] for one in every), reverse=True)
    assert [one["participants"] for one in page.json()] == counts[2:5]
    assert client.get("/v1/campaigns", params={"state": "planned"}).json() == []
    for wrong in ({"sort": "magic"}, {"limit": 0}, {"limit": 1001}, {"offset": -1}, {"state": "gone"}):
        assert client.get("/v1/campaigns", params=wrong).status_code == 422
    known = {"d": sample.dataset, "c": "13"}
    query(graph, "MATCH (c:Campaign {dataset: $d, id: $c}) REMOVE c.kind", **known)
    try:
        time.sleep(0.6)  # An answer may be half a second old.
        assert client.get("/v1/campaigns/13").json()["kind"] is None
        assert None in {one["kind"] for one in client.get("/v1/campaigns").json()}
    finally:
        query(graph, "MATCH (c:Campaign {dataset: $d, id: $c}) SET c.kind = 'Type A'", **known)
