"""Forecasts, likely users, plans and explanations: stored, served over HTTP, and printed by commands."""

import csv
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from api.app import create_app
from forecasting.forecasts import explain_campaign, forecast_campaign
from forecasting.plans.job import PlanChange, plan_campaign
from forecasting.records import (
    Forecast,
    expected_groups,
    likely_users,
    models,
    store_backtest,
    stored_forecasts,
)
from graph.connection import Graph, connect
from graph.errors import InvalidRequest
from graph.importing.report import ImportReport
from graph.progress import Silent
from graph.settings import Settings
from tests.command_line import database_environment, groundswell
from tests.data import CAMPAIGN, CUTOFF, query

PLANNED = "22"  # Begins nine days after the cut-off.


@pytest.fixture(scope="module")
def forecast(graph: Graph, settings: Settings, sample: ImportReport, model: object) -> Forecast:
    del model  # It has to exist.
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
    assert [user["rank"] for user in users] == list(range(1, len(users) + 1))
    probabilities = [user["probability"] for user in users]
    assert probabilities == sorted(probabilities, reverse=True)
    assert sum(user["days"] for user in users) == pytest.approx(forecast.steps["mean"].sum(), rel=1e-5)
    groups = expected_groups(graph, sample.dataset, forecast.id)
    for group in groups:
        days = sum(user["days"] for user in users if user["group"] == group["rank"])
        assert sum(group["mean"]) == pytest.approx(days, rel=1e-5)
        assert all(low <= high for low, high in zip(group["p10"], group["p90"], strict=True))
    page = likely_users(graph, sample.dataset, forecast.id, 5, skip=3)
    assert page == users[3:8]
    at_risk = likely_users(graph, sample.dataset, forecast.id, 10_000, waiting=True)
    assert at_risk == [user for user in users if not user["took_part"]]
    assert 0 < len(at_risk) < len(users)


def test_forecast_has_fewer_redeemers_than_participants(
    graph: Graph, sample: ImportReport, forecast: Forecast
) -> None:
    assert (forecast.steps["redeemers_mean"] < forecast.steps["mean"]).all()
    users = likely_users(graph, sample.dataset, forecast.id, 10_000)
    assert all(0 <= user["redeems"] <= 1 for user in users)
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
    assert [user["rank"] for user in page] == [3, 4, 5, 6]
    assert client.get(f"{address}/likely-users", params={**scope, "limit": 0}).status_code == 422
    file = client.get(f"{address}/likely-users.csv", params=scope)
    assert file.headers["content-type"].startswith("text/csv")
    assert file.text.startswith('"rank","user","probability"')
    rows = list(csv.DictReader(file.text.splitlines()))
    assert [row["user"] for row in rows[2:6]] == [user["user"] for user in page]
    served = client.get(f"{address}/forecast", params=scope).json()
    assert len(served["groups"]) == len(expected_groups(graph, sample.dataset, forecast.id))
    assert served["steps"][0]["redeemers_p10"] is not None
    missing = client.get("/v1/campaigns/1/likely-users", params=scope)
    assert (missing.status_code, missing.json()["type"]) == (404, "urn:groundswell:problem:NotFound")
    html = client.get("/", params={**scope, "campaign": CAMPAIGN}).text
    assert "Users most likely to take part" in html
    assert f"likely-users.csv?dataset={sample.dataset}" in html


@pytest.mark.usefixtures("forecast")
def test_plan_is_forecast_unchanged_and_changed(
    graph: Graph, settings: Settings, sample: ImportReport
) -> None:
    changes = [PlanChange(), PlanChange(ends=CUTOFF + timedelta(days=15))]
    planned, shorter = plan_campaign(graph, settings, sample.dataset, PLANNED, changes, Silent(), CUTOFF)
    assert planned.origin == CUTOFF
    assert planned.redeemers is not None
    assert 0 < planned.redeemers.total.mean < planned.participants.total.mean
    assert len(shorter.participants.steps) < len(planned.participants.steps)
    assert shorter.participants.total.mean < planned.participants.total.mean
    with pytest.raises(InvalidRequest, match="has been running since"):
        plan_campaign(graph, settings, sample.dataset, CAMPAIGN, [PlanChange()], Silent(), CUTOFF)


@pytest.mark.usefixtures("forecast")
def test_forecast_of_a_plan_uses_nothing_after_the_origin(
    graph: Graph, settings: Settings, sample: ImportReport
) -> None:
    """It knows the plan's target users and products, and not what they do after the origin."""
    changes = [PlanChange(), PlanChange(discount=0.2)]

    def plan_forecasts() -> list[object]:
        forecasts = plan_campaign(graph, settings, sample.dataset, PLANNED, changes, Silent(), CUTOFF)
        return [(plan.participants.steps["mean"].tolist(), plan.effect, plan.uplift) for plan in forecasts]

    before = plan_forecasts()
    parameters = {"d": sample.dataset, "c": PLANNED, "t": f"{CUTOFF}T00:00:00[America/New_York]"}
    query(
        graph, "MATCH (u:User {dataset: $d})-[:TARGETED_BY]->(c:Campaign {id: $c})-[:PROMOTES]->(p) "
        "WITH u, c, p LIMIT 400 "
        "CREATE (u)-[:PURCHASED {at: datetime($t), simulated: true, value: 1.0, discount: 9.0}]->(p) "
        "CREATE (u)-[:PARTICIPATED_IN {at: datetime($t), simulated: true, behaviour: 'REDEEMED', "
        "weight: 9.0}]->(c)",
        **parameters,
    )  # fmt: skip
    try:
        assert plan_forecasts() == before
    finally:
        query(
            graph, "MATCH (:User {dataset: $d})-[r:PURCHASED|PARTICIPATED_IN {simulated: true}]->() DELETE r",
            d=sample.dataset,
        )  # fmt: skip


@pytest.mark.usefixtures("forecast")
def test_api_forecasts_a_plan_with_other_target_users(client: TestClient, sample: ImportReport) -> None:
    address, scope = f"/v1/campaigns/{PLANNED}/plan", {"dataset": sample.dataset}
    request = {"origin": str(CUTOFF), "top": 3}
    plan = client.post(address, params=scope, json=request).json()
    assert len(plan["planned"]["users"]) == 3
    assert plan["changed"] is None
    user = plan["planned"]["users"][0]["user"]
    one_target = client.post(address, params=scope, json={**request, "targets": [user]}).json()
    assert [row["user"] for row in one_target["changed"]["users"]] == [user]
    unknown_target = client.post(address, params=scope, json={**request, "targets": ["nobody"]})
    assert unknown_target.status_code == 422
    assert "'nobody'" in unknown_target.json()["detail"]


@pytest.mark.usefixtures("forecast")
def test_plan_with_a_discount_is_compared_with_the_plan(
    client: TestClient, settings: Settings, sample: ImportReport
) -> None:
    address, scope = f"/v1/campaigns/{PLANNED}/plan", {"dataset": sample.dataset}
    request = {"origin": str(CUTOFF), "discount": 0.3}
    plan = client.post(address, params=scope, json=request).json()
    discount, planned, changed = plan["discount"], plan["planned"], plan["changed"]
    assert discount["low"] <= discount["ratio"] <= discount["high"]
    assert discount["recent_depth"] < 0.3
    assert discount["products"] >= 10
    assert changed["participants"]["total"]["mean"] == pytest.approx(
        discount["ratio"] * planned["participants"]["total"]["mean"]
    )
    # The effect of a discount on redemptions is not estimated.
    assert planned["redeemers"] is not None
    assert changed["redeemers"] is None
    recent = client.post(address, params=scope, json={**request, "discount": discount["recent_depth"]}).json()
    assert recent["changed"]["participants"] == planned["participants"]
    too_deep = client.post(address, params=scope, json={**request, "discount": 0.99})
    assert too_deep.status_code == 422
    assert "Choose at most" in too_deep.json()["remedy"]
    arguments = ("plan", PLANNED, "--dataset", sample.dataset, "--origin", str(CUTOFF))
    result = groundswell(*arguments, "--discount", "30", **database_environment(settings))
    assert result.returncode == 0, result.stderr
    assert "At 30%" in " ".join(result.stdout.split())


@pytest.mark.usefixtures("forecast")
def test_who_command_prints_and_exports_likely_users(
    settings: Settings, sample: ImportReport, tmp_path: Path
) -> None:
    file = tmp_path / "who.csv"
    arguments = ("who", CAMPAIGN, "--dataset", sample.dataset, "--top", "3", "--to", str(file))
    result = groundswell(*arguments, **database_environment(settings))
    assert result.returncode == 0, result.stderr
    assert "Likely to take part within 7 days" in result.stdout
    rows = list(csv.DictReader(file.read_text(encoding="utf-8").splitlines()))
    assert rows[0]["rank"] == "1"
    assert len(rows) > 3


@pytest.mark.usefixtures("forecast")
def test_plan_command_compares_plan_and_change(
    settings: Settings, sample: ImportReport, tmp_path: Path
) -> None:
    targets = tmp_path / "targets.txt"
    targets.write_text("nobody\n", encoding="utf-8")
    arguments = ("plan", PLANNED, "--dataset", sample.dataset, "--origin", str(CUTOFF))
    result = groundswell(*arguments, "--ends", "2017-12-20", **database_environment(settings))
    assert result.returncode == 0, result.stderr
    assert "as planned" in result.stdout
    assert "with changes" in result.stdout
    result = groundswell(*arguments, "--targets", str(targets), **database_environment(settings))
    assert result.returncode == 1
    assert "'nobody'" in result.stderr
    assert "Traceback" not in result.stderr


def test_explain_command_prints_expected_participants_and_factors(
    settings: Settings, sample: ImportReport, forecast: Forecast
) -> None:
    result = groundswell("explain", CAMPAIGN, "--dataset", sample.dataset, **database_environment(settings))
    assert result.returncode == 0, result.stderr
    assert f"{forecast.steps['mean'].sum():,.0f} participants in 7 days" in " ".join(result.stdout.split())
    assert "activity of key users and groups" in " ".join(result.stdout.split())
    assert "Who takes part more often" in " ".join(result.stdout.split())
    ended = groundswell("explain", "13", "--dataset", sample.dataset, **database_environment(settings))
    assert ended.returncode == 1
    assert "nothing to forecast" in ended.stderr


def test_explanation_is_stored_with_the_forecast(
    client: TestClient, graph: Graph, settings: Settings, sample: ImportReport, forecast: Forecast
) -> None:
    address = f"/v1/campaigns/{CAMPAIGN}/explanation"
    served = client.get(address, params={"dataset": sample.dataset}).json()
    assert served["expected"] == pytest.approx(forecast.steps["mean"].sum())
    explanation, _ = explain_campaign(graph, settings, sample.dataset, CAMPAIGN, 7, Silent())
    assert served["baseline"] == pytest.approx(explanation.baseline)
    attributions, associations = served["attributions"], served["associations"]
    assert [row["feature"] for row in attributions] == explanation.attributions["feature"].tolist()
    assert [row["ratio"] for row in associations] == pytest.approx(explanation.associations["ratio"].tolist())
    assert all(row["low"] is None or row["low"] <= row["ratio"] <= row["high"] for row in associations)
    page = client.get("/", params={"dataset": sample.dataset, "campaign": CAMPAIGN}).text
    assert "Who takes part more often" in page
    # A forecast of an earlier version has no explanation, and the page leaves the section out.
    query(
        graph, "MATCH (f:Forecast {dataset: $d, id: $id}) REMOVE f.baseline",
        d=sample.dataset, id=forecast.id,
    )  # fmt: skip
    missing = client.get(address, params={"dataset": sample.dataset})
    assert missing.status_code == 404
    assert f"POST /v1/campaigns/{CAMPAIGN}/forecast with" in missing.json()["remedy"]
    assert sample.dataset in missing.json()["remedy"]
    page = client.get("/", params={"dataset": sample.dataset, "campaign": CAMPAIGN})
    assert page.status_code == 200
    assert "Who takes part more often" not in page.text


def test_models_and_backtests_are_served(
    client: TestClient, graph: Graph, sample: ImportReport, forecast: Forecast
) -> None:
    scope = {"dataset": sample.dataset}
    run = next(run for run in models(graph, sample.dataset) if run.id == forecast.model)
    (model,) = [model for model in client.get("/v1/models", params=scope).json() if model["id"] == run.id]
    tested = run.back_test
    assert tested is not None
    scores = [{name: score[name] for name in tested.scores} for score in model["back_test"]["participants"]]
    assert scores == tested.scores.to_dict("records")
    assert [score["mase"] for score in model["back_test"]["redeemers"]] == [None] * len(tested.names)
    summary = model["back_test"]["verdict"]["summary"]
    assert "The 80% interval of the influence level" in summary
    served = client.get(f"/v1/campaigns/{CAMPAIGN}/forecast", params=scope).json()
    assert served["verdict"] == model["back_test"]["verdict"]
    html = client.get("/", params={**scope, "campaign": CAMPAIGN}).text
    assert summary.partition(". ")[0] in html
    # The model's own back-test is stored as a separate one; storing it twice has no effect.
    for _ in range(2):
        store_backtest(graph, sample.dataset, tested, CUTOFF)
    backtests = client.get("/v1/back-tests", params=scope).json()
    (stored,) = [run for run in backtests if run["until"] == str(CUTOFF)]
    assert (stored["until"], stored["every"]) == (str(CUTOFF), 3)
    assert {name: stored[name] for name in model["back_test"]} == model["back_test"]
