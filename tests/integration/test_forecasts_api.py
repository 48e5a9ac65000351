"""Who is likely next, in which groups, and what is planned: stored, served, and on the command line."""

import csv
from collections.abc import Iterator
from dataclasses import fields
from datetime import timedelta
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from api.app import create_app
from forecasting.forecasts import explain_campaign, forecast_campaign
from forecasting.plans.job import PlanChange, plan_campaign
from forecasting.records import (
    BackTest,
    Forecast,
    expected_groups,
    likely_users,
    models,
    store_back_test,
    stored_forecasts,
)
from graph.connection import Graph, connect
from graph.errors import InvalidRequest
from graph.importing.job import ImportReport
from graph.progress import Silent
from graph.settings import Settings
from tests.command_line import groundswell, reach
from tests.data import CAMPAIGN, CUTOFF, query

PLANNED = "22"  # Begins nine days after the cut-off.


@pytest.fixture(scope="module")
def forecast(graph: Graph, settings: Settings, sample: ImportReport, model: object) -> Forecast:
    del model  # It must only be there.
    return forecast_campaign(graph, settings, sample.dataset, CAMPAIGN, 7, Silent())


@pytest.fixture(scope="module")
def client(settings: Settings) -> Iterator[TestClient]:
    app = create_app(settings, connect(settings), keys=False)
    with TestClient(app, base_url="http://127.0.0.1") as client:
        yield client


def test_users_and_groups_sum_to_the_forecast(graph: Graph, sample: ImportReport, forecast: Forecast) -> None:
    users = likely_users(graph, sample.dataset, forecast.id, 10_000)
    (reached,) = query(
        graph, "MATCH (u)-[:TARGETED_BY]->(:Campaign {dataset: $d, id: $c}) RETURN count(u) AS n",
        d=sample.dataset, c=CAMPAIGN,
    )  # fmt: skip
    assert len(users) == reached["n"]
    assert [one["rank"] for one in users] == list(range(1, len(users) + 1))
    chances = [one["probability"] for one in users]
    assert chances == sorted(chances, reverse=True)
    assert sum(one["days"] for one in users) == pytest.approx(forecast.steps["mean"].sum(), rel=1e-5)
    groups = expected_groups(graph, sample.dataset, forecast.id)
    for group in groups:
        own = sum(one["days"] for one in users if one["group"] == group["rank"])
        assert sum(group["mean"]) == pytest.approx(own, rel=1e-5)
        assert all(low <= high for low, high in zip(group["p10"], group["p90"], strict=True))
    again = likely_users(graph, sample.dataset, forecast.id, 5, skip=3)
    assert again == users[3:8]
    waiting = likely_users(graph, sample.dataset, forecast.id, 10_000, waiting=True)
    assert waiting == [one for one in users if not one["took_part"]]
    assert 0 < len(waiting) < len(users)


def test_redeemers_are_forecast_and_fewer(graph: Graph, sample: ImportReport, forecast: Forecast) -> None:
    assert (forecast.steps["redeemers_mean"] < forecast.steps["mean"]).all()
    users = likely_users(graph, sample.dataset, forecast.id, 10_000)
    assert all(0 <= one["redeems"] <= 1 for one in users)
    stored = stored_forecasts(graph, sample.dataset, CAMPAIGN)[0]
    assert stored.steps["redeemers_p50"].tolist() == forecast.steps["redeemers_p50"].tolist()


def test_repeated_forecast_does_not_duplicate_users(
    graph: Graph, settings: Settings, sample: ImportReport, forecast: Forecast
) -> None:
    before = likely_users(graph, sample.dataset, forecast.id, 10_000)
    forecast_campaign(graph, settings, sample.dataset, CAMPAIGN, 7, Silent())
    assert likely_users(graph, sample.dataset, forecast.id, 10_000) == before


def test_likely_users_are_paged_and_downloaded(
    client: TestClient, graph: Graph, sample: ImportReport, forecast: Forecast
) -> None:
    address, scope = f"/v1/campaigns/{CAMPAIGN}", {"dataset": sample.dataset}
    page = client.get(f"{address}/likely-users", params={**scope, "limit": 4, "offset": 2}).json()
    assert [one["rank"] for one in page] == [3, 4, 5, 6]
    assert client.get(f"{address}/likely-users", params={**scope, "limit": 0}).status_code == 422
    file = client.get(f"{address}/likely-users.csv", params=scope)
    assert file.headers["content-type"].startswith("text/csv")
    rows = list(csv.DictReader(file.text.splitlines()))
    assert [row["user"] for row in rows[2:6]] == [one["user"] for one in page]
    told = client.get(f"{address}/forecast", params=scope).json()
    assert len(told["groups"]) == len(expected_groups(graph, sample.dataset, forecast.id))
    assert told["steps"][0]["redeemers_p10"] is not None
    missing = client.get("/v1/campaigns/1/likely-users", params=scope)
    assert (missing.status_code, missing.json()["type"]) == (404, "urn:groundswell:problem:NotFound")
    shown = client.get("/", params={**scope, "campaign": CAMPAIGN}).text
    assert "Users most likely to take part" in shown
    assert f"likely-users.csv?dataset={sample.dataset}" in shown


def test_plan_is_forecast_unchanged_and_changed(
    graph: Graph, settings: Settings, sample: ImportReport, forecast: Forecast
) -> None:
    del forecast
    wished = PlanChange(ends=CUTOFF + timedelta(days=15))
    whole, shorter = plan_campaign(
        graph, settings, sample.dataset, PLANNED, [PlanChange(), wished], Silent(), CUTOFF
    )
    assert whole.origin == CUTOFF
    assert whole.redeemers is not None
    assert 0 < whole.redeemers.total.mean < whole.participants.total.mean
    assert len(shorter.participants.steps) < len(whole.participants.steps)
    assert shorter.participants.total.mean < whole.participants.total.mean
    with pytest.raises(InvalidRequest, match="has been running since"):
        plan_campaign(graph, settings, sample.dataset, CAMPAIGN, [PlanChange()], Silent(), CUTOFF)


def test_events_after_the_origin_do_not_change_a_plan(
    graph: Graph, settings: Settings, sample: ImportReport, forecast: Forecast
) -> None:
    """What is known in advance is whom the campaign is to reach and with what, not what they did then."""
    del forecast

    changes = [PlanChange(), PlanChange(discount=0.2)]

    def planned() -> list[object]:
        made = plan_campaign(graph, settings, sample.dataset, PLANNED, changes, Silent(), CUTOFF)
        return [(one.participants.steps["mean"].tolist(), one.effect, one.uplift) for one in made]

    before = planned()
    moment = {"d": sample.dataset, "c": PLANNED, "t": f"{CUTOFF}T00:00:00[America/New_York]"}
    query(
        graph, "MATCH (u:User {dataset: $d})-[:TARGETED_BY]->(c:Campaign {id: $c})-[:PROMOTES]->(p) "
        "WITH u, c, p LIMIT 400 "
        "CREATE (u)-[:PURCHASED {at: datetime($t), made: 'up', value: 1.0, discount: 9.0}]->(p) "
        "CREATE (u)-[:PARTICIPATED_IN {at: datetime($t), made: 'up', behaviour: 'REDEEMED', weight: 9.0}]"
        "->(c)",
        **moment,
    )  # fmt: skip
    try:
        assert planned() == before
    finally:
        query(
            graph, "MATCH (:User {dataset: $d})-[act:PURCHASED|PARTICIPATED_IN {made: 'up'}]->() DELETE act",
            d=sample.dataset,
        )  # fmt: skip


def test_plans_over_the_api(client: TestClient, sample: ImportReport, forecast: Forecast) -> None:
    del forecast
    scope, wish = {"dataset": sample.dataset}, {"origin": str(CUTOFF), "top": 3}
    told = client.post(f"/v1/campaigns/{PLANNED}/plan", params=scope, json=wish).json()
    assert len(told["planned"]["users"]) == 3
    assert told["changed"] is None
    one = told["planned"]["users"][0]["user"]
    other = client.post(f"/v1/campaigns/{PLANNED}/plan", params=scope, json={**wish, "targets": [one]}).json()
    assert [row["user"] for row in other["changed"]["users"]] == [one]
    wrong = client.post(f"/v1/campaigns/{PLANNED}/plan", params=scope, json={**wish, "targets": ["nobody"]})
    assert wrong.status_code == 422
    assert "'nobody'" in wrong.json()["detail"]


def test_discount_is_forecast_beside_the_plan(
    client: TestClient, settings: Settings, sample: ImportReport, forecast: Forecast
) -> None:
    del forecast
    address, scope = f"/v1/campaigns/{PLANNED}/plan", {"dataset": sample.dataset}
    wish = {"origin": str(CUTOFF), "discount": 0.3}
    told = client.post(address, params=scope, json=wish).json()
    discount, planned, changed = told["discount"], told["planned"], told["changed"]
    assert discount["low"] <= discount["ratio"] <= discount["high"]
    assert discount["recent_depth"] < 0.3
    assert discount["products"] >= 10
    assert changed["participants"]["total"]["mean"] == pytest.approx(
        discount["ratio"] * planned["participants"]["total"]["mean"]
    )
    # More on the shelf says nothing of coupons.
    assert planned["redeemers"] is not None
    assert changed["redeemers"] is None
    same = client.post(address, params=scope, json={**wish, "discount": discount["recent_depth"]}).json()
    assert same["changed"]["participants"] == planned["participants"]
    beyond = client.post(address, params=scope, json={**wish, "discount": 0.99})
    assert beyond.status_code == 422
    assert "Choose at most" in beyond.json()["remedy"]
    arguments = ("plan", PLANNED, "--dataset", sample.dataset, "--origin", str(CUTOFF))
    done = groundswell(*arguments, "--discount", "30", **reach(settings))
    assert done.returncode == 0, done.stderr
    assert "At 30%" in " ".join(done.stdout.split())


def test_who_and_plan_on_the_command_line(
    settings: Settings, sample: ImportReport, forecast: Forecast, tmp_path: Path
) -> None:
    del forecast
    to, scope = tmp_path / "who.csv", ("--dataset", sample.dataset)
    done = groundswell("who", CAMPAIGN, *scope, "--top", "3", "--to", str(to), **reach(settings))
    assert done.returncode == 0, done.stderr
    assert "Likely to take part within 7 days" in done.stdout
    rows = list(csv.DictReader(to.read_text(encoding="utf-8").splitlines()))
    assert rows[0]["rank"] == "1"
    assert len(rows) > 3
    targets = tmp_path / "targets.txt"
    targets.write_text("nobody\n", encoding="utf-8")
    arguments = ("plan", PLANNED, *scope, "--origin", str(CUTOFF))
    done = groundswell(*arguments, "--ends", "2017-12-20", **reach(settings))
    assert done.returncode == 0, done.stderr
    assert "as planned" in done.stdout
    assert "changed" in done.stdout
    done = groundswell(*arguments, "--targets", str(targets), **reach(settings))
    assert done.returncode == 1
    assert "'nobody'" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_forecast_is_explained_on_the_command_line(
    settings: Settings, sample: ImportReport, forecast: Forecast
) -> None:
    done = groundswell("explain", CAMPAIGN, "--dataset", sample.dataset, **reach(settings))
    assert done.returncode == 0, done.stderr
    assert f"{forecast.steps['mean'].sum():,.0f} participants over" in " ".join(done.stdout.split())
    assert "activity of key users and groups" in " ".join(done.stdout.split())
    assert "took part before" in done.stdout
    wrong = groundswell("explain", "13", "--dataset", sample.dataset, **reach(settings))
    assert wrong.returncode == 1
    assert "nothing to forecast" in wrong.stderr


def test_explanation_is_stored_with_the_forecast(
    client: TestClient, graph: Graph, settings: Settings, sample: ImportReport, forecast: Forecast
) -> None:
    address = f"/v1/campaigns/{CAMPAIGN}/explanation"
    told = client.get(address, params={"dataset": sample.dataset}).json()
    assert told["expected"] == pytest.approx(forecast.steps["mean"].sum())
    made, _ = explain_campaign(graph, settings, sample.dataset, CAMPAIGN, 7, Silent())
    assert told["baseline"] == pytest.approx(made.baseline)
    assert [one["feature"] for one in told["attributions"]] == made.attributions["feature"].tolist()
    assert [one["ratio"] for one in told["odds_ratios"]] == pytest.approx(made.odds_ratios["ratio"].tolist())
    assert all(one["low"] <= one["ratio"] <= one["high"] for one in told["odds_ratios"])
    page = client.get("/", params={"dataset": sample.dataset, "campaign": CAMPAIGN}).text
    assert "Who takes part more often" in page
    # A forecast of an earlier version tells none, and the page goes without.
    query(
        graph, "MATCH (f:Forecast {dataset: $d, id: $id}) REMOVE f.baseline",
        d=sample.dataset, id=forecast.id,
    )  # fmt: skip
    missing = client.get(address, params={"dataset": sample.dataset})
    assert missing.status_code == 404
    assert "groundswell forecast" in missing.json()["remedy"]
    page = client.get("/", params={"dataset": sample.dataset, "campaign": CAMPAIGN})
    assert page.status_code == 200
    assert "Who takes part more often" not in page.text


def test_models_and_back_tests_are_served(
    client: TestClient, graph: Graph, sample: ImportReport, forecast: Forecast
) -> None:
    scope = {"dataset": sample.dataset}
    run = next(one for one in models(graph, sample.dataset) if one.id == forecast.model)
    (told,) = [one for one in client.get("/v1/models", params=scope).json() if one["id"] == run.id]
    assert told["back_test"]["participants"] == run.scores.to_dict("records")
    assert told["back_test"]["redeemers"] is not None
    # What was compared before the model was kept, kept once more as one of days of choice.
    tested = BackTest(**{field.name: getattr(run, field.name) for field in fields(BackTest)})
    for _ in range(2):
        store_back_test(graph, sample.dataset, tested, CUTOFF, 3)
    kept_ones = client.get("/v1/back-tests", params=scope).json()
    (kept,) = [one for one in kept_ones if one["until"] == str(CUTOFF)]
    assert (kept["until"], kept["every"]) == (str(CUTOFF), 3)
    assert {name: kept[name] for name in told["back_test"]} == told["back_test"]
