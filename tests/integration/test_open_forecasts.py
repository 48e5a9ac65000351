"""Daily forecasts of campaigns that are open to all, alone and beside targeted ones."""

import json
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pandas as pd
import pytest
from fastapi.testclient import TestClient

from api.app import create_app
from forecasting.forecasts import explain_campaign, forecast_campaign
from forecasting.history.read_history import read_history
from forecasting.history.series import read_influence
from forecasting.klstm.trainer import Configuration
from forecasting.plans.campaigns import NewCampaign, create_campaign
from forecasting.plans.job import PlanChange, plan_campaign
from forecasting.records import (
    ModelRun,
    campaign_list,
    campaign_row,
    expected_groups,
    find_forecast,
    likely_users,
)
from forecasting.training import train
from graph.connection import Graph, connect
from graph.datasets import describe_dataset
from graph.importing.job import import_files
from graph.progress import Silent
from graph.settings import Settings
from network.build import build_network
from network.runs import NetworkRun, networks
from tests.command_line import database_environment, groundswell
from tests.data import query, remove_dataset, text_encoder
from tests.event_platform import FIRST, platform_mapping, write_platform

QUICK = Configuration(hidden=8, context=4, epochs=1, members=1)
DAYS, CUTOFF = 160, date(2024, 6, 1)
OPEN, TARGETED = "C6", "C7"
"""Campaigns that run at the cut-off, of which the second has target users in the mixed set."""


@pytest.fixture(scope="module", params=["open", "mixed"])
def trained(
    request: pytest.FixtureRequest, graph: Graph, settings: Settings, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[str, ModelRun]]:
    """The id of a data set, and its model."""
    folder, dataset = tmp_path_factory.mktemp("platform"), f"test-{request.param}-platform"
    mixed = request.param == "mixed"
    write_platform(folder, days=DAYS, targets=mixed)
    import_files(graph, settings, folder, platform_mapping(dataset, "mixed" if mixed else False), Silent())
    build_network(graph, dataset, Silent(), encoder=text_encoder(), cutoff=CUTOFF)
    yield dataset, train(graph, settings, dataset, Silent(), cutoff=CUTOFF, configuration=QUICK)
    remove_dataset(graph, dataset)


def network_of(graph: Graph, dataset: str) -> NetworkRun:
    return next(run for run in networks(graph, dataset) if run.cutoff == CUTOFF)


def test_history_of_open_campaigns_counts_participants_from_the_launch_on(
    graph: Graph, trained: tuple[str, ModelRun]
) -> None:
    dataset, _ = trained
    history = read_history(graph, dataset, network_of(graph, dataset), CUTOFF, Silent())
    campaigns = history.campaigns.set_index("id")
    assert campaigns.loc[OPEN, "open"]
    assert campaigns["open"].all() == ("mixed" not in dataset)
    known = history.activity[history.activity["ds"] < pd.Timestamp(CUTOFF)]["user"].nunique()
    assert campaigns.loc[OPEN, "targeted"] == known
    steps = history.steps[history.steps["unique_id"] == OPEN].set_index("ds")
    assert steps.index.min() == FIRST
    before_launch = steps[~steps["in_window"]]
    assert (before_launch.index < campaigns.loc[OPEN, "starts"]).all()
    assert before_launch[["y", "level", "weight"]].to_numpy().sum() == 0
    assert steps["y"].sum() > 30
    assert (steps["level"] == 2.0 * steps["y"]).all()  # Each joined once a day, with a weight of 2.
    assert (steps[["exposed", "reach"]] == 0).all(axis=None)
    row = campaign_row(campaign_list(graph, dataset), dataset, OPEN)
    influence = read_influence(graph, dataset, row, network_of(graph, dataset).id).set_index("ds")
    for column in ("y", "weight", "level", "key_users"):
        since = influence.loc[: pd.Timestamp(CUTOFF) - pd.Timedelta(days=1), column]
        pd.testing.assert_series_equal(since, steps[steps["in_window"]][column], check_index_type=False)


def test_back_test_covers_open_campaigns(trained: tuple[str, ModelRun]) -> None:
    tested = trained[1].back_test
    assert tested is not None
    errors = dict(zip(tested.names, tested.mae, strict=True))
    assert set(errors) >= {"KLSTM", "SeasonalNaive", "AutoETS"}
    assert errors["KLSTM"] < errors["SeasonalNaive"]
    assert tested.points > 20


def test_users_and_groups_of_an_open_campaign_agree_with_its_forecast(
    graph: Graph, settings: Settings, trained: tuple[str, ModelRun]
) -> None:
    dataset, _ = trained
    forecast = forecast_campaign(graph, settings, dataset, OPEN, 7, Silent())
    total = forecast.steps["mean"].sum()
    actual = read_history(graph, dataset, network_of(graph, dataset), CUTOFF, Silent(), only=OPEN)
    assert total / 7 == pytest.approx(actual.steps["y"].tail(7).mean(), rel=0.6)
    assert (forecast.steps["level_p50"] > forecast.steps["participants_p50"]).any()
    users = pd.DataFrame(likely_users(graph, dataset, forecast.id, 10_000))
    assert 0 < forecast.others_share < 0.5  # Some users arrived in the last days.
    assert users["days"].sum() == pytest.approx(total * (1 - forecast.others_share), rel=1e-4)
    assert users["took_part"].any()
    assert not users["took_part"].all()
    groups = expected_groups(graph, dataset, forecast.id)
    assert groups
    assert 0 < sum(sum(group["mean"]) for group in groups) <= total * 1.0001
    explanation, _ = explain_campaign(graph, settings, dataset, OPEN, 7, Silent())
    assert explanation.groups["mean"].sum() == pytest.approx(total, rel=1e-4)
    assert explanation.associations["ratio"].between(0.01, 100).all()


def test_targeted_campaigns_beside_open_ones_keep_to_their_users(
    graph: Graph, settings: Settings, trained: tuple[str, ModelRun]
) -> None:
    dataset, _ = trained
    forecast = forecast_campaign(graph, settings, dataset, TARGETED, 7, Silent())
    users = likely_users(graph, dataset, forecast.id, 10_000)
    mixed = "mixed" in dataset
    assert (len(users) == 25) == mixed
    assert (forecast.others_share == 0) == mixed


def test_open_campaign_is_planned_from_the_usual_rate(
    graph: Graph, settings: Settings, trained: tuple[str, ModelRun]
) -> None:
    dataset, _ = trained
    end = describe_dataset(graph, dataset).end
    plan = NewCampaign("PLAN", "Plan", end + timedelta(days=2), end + timedelta(days=15))
    create_campaign(graph, dataset, plan)
    try:
        (forecast,) = plan_campaign(graph, settings, dataset, "PLAN", [PlanChange()], Silent(), end)
    finally:
        query(graph, "MATCH (c:Campaign {dataset: $d, id: 'PLAN'}) DETACH DELETE c", d=dataset)
    launches = read_history(graph, dataset, network_of(graph, dataset), CUTOFF, Silent()).steps
    launches = launches[launches["in_window"]].groupby("unique_id").head(14)
    usual = launches.groupby("unique_id")["y"].sum()[["C2", "C4"]].mean()  # Both are open.
    assert forecast.participants.total.mean == pytest.approx(usual, rel=0.5)
    assert len(forecast.participants.users) > 40


def test_forecast_of_an_open_campaign_uses_nothing_at_or_after_the_origin(
    graph: Graph, settings: Settings, tmp_path: Path, dataset: str
) -> None:
    write_platform(tmp_path, days=DAYS, targets=True)
    import_files(graph, settings, tmp_path, platform_mapping(dataset, "mixed"), Silent())

    def results() -> list[pd.DataFrame]:
        build_network(graph, dataset, Silent(), encoder=text_encoder(), cutoff=CUTOFF, rebuild=True)
        model = train(graph, settings, dataset, Silent(), cutoff=CUTOFF, configuration=QUICK, retrain=True)
        forecast = forecast_campaign(graph, settings, dataset, OPEN, 7, Silent())
        users = pd.DataFrame(likely_users(graph, dataset, forecast.id, 10_000)).sort_values("user")
        assert model.back_test is not None
        of_target_users = forecast_campaign(graph, settings, dataset, TARGETED, 7, Silent())
        assert list(of_target_users.behaviours) == ["VISITED"]
        return [
            pd.DataFrame({"mae": model.back_test.mae}),
            forecast.steps.assign(others=forecast.others_share),
            users,
            of_target_users.steps,
            pd.DataFrame(of_target_users.behaviours["VISITED"]),
        ]

    before = results()
    corrupt(graph, dataset, CUTOFF)
    for corrupted, frame in zip(results(), before, strict=True):
        pd.testing.assert_frame_equal(corrupted, frame, rtol=1e-5)
    corrupt(graph, dataset, CUTOFF - timedelta(days=1))
    corrupted = results()
    assert not corrupted[1].equals(before[1])
    assert not corrupted[4].equals(before[4])


def corrupt(graph: Graph, dataset: str, day: date) -> None:
    """Remove and add behaviours and users at and after a day, and target all users by all campaigns."""
    for statement in (
        "MATCH (:User {dataset: $d})-[r:VISITED|JOINED|PARTICIPATED_IN]->() WHERE r.at >= datetime($t) "
        "DELETE r",
        "UNWIND range(1, 30) AS i CREATE (u:User {dataset: $d, id: 'new ' + i + $t}) "
        "WITH u MATCH (c:Campaign {dataset: $d}) WHERE c.starts_at < datetime($t) "
        "CREATE (u)-[:JOINED {at: datetime($t)}]->(c), (u)-[:VISITED {at: datetime($t)}]->(c), "
        "(u)-[:PARTICIPATED_IN {at: datetime($t), behaviour: 'JOINED', weight: 2.0}]->(c)",
        "MATCH (u:User {dataset: $d}), (c:Campaign {dataset: $d}) "
        "WHERE NOT EXISTS { (u)-[:TARGETED_BY]->(c) } CREATE (u)-[:TARGETED_BY {at: datetime($t)}]->(c)",
    ):
        query(graph, statement, d=dataset, t=f"{day}T00:00:00[Europe/Berlin]")


def test_commands_forecast_open_campaigns(settings: Settings, trained: tuple[str, ModelRun]) -> None:
    dataset, _ = trained
    environment = database_environment(settings) | {"GROUNDSWELL_TRAINING_EPOCHS": "1"}
    scope = ("--dataset", dataset)
    forecast = groundswell("forecast", OPEN, *scope, "--json", **environment)
    assert forecast.returncode == 0, forecast.stderr
    assert 0 < json.loads(forecast.stdout)["others_share"] < 0.5
    who = groundswell("who", OPEN, *scope, **environment)
    assert who.returncode == 0, who.stderr
    assert "of the participants are expected to be users who are not listed" in " ".join(who.stdout.split())
    explained = groundswell("explain", OPEN, *scope, **environment)
    assert explained.returncode == 0, explained.stderr


def test_visits_of_target_users_are_forecast_beside_participants(
    graph: Graph, settings: Settings, trained: tuple[str, ModelRun]
) -> None:
    """A campaign that promotes nothing has all behaviours of its 25 target users, whose rates are known."""
    dataset, _ = trained
    forecast = forecast_campaign(graph, settings, dataset, TARGETED, 7, Silent())
    assert find_forecast(graph, dataset, TARGETED).behaviours == forecast.behaviours
    printed = groundswell("forecast", TARGETED, "--dataset", dataset, **database_environment(settings))
    assert printed.returncode == 0, printed.stderr
    assert ("VISITED" in printed.stdout) == ("mixed" in dataset)
    app = create_app(settings, connect(settings), keys=False)
    with TestClient(app, base_url="http://localhost") as client:
        served = client.get(f"/v1/campaigns/{TARGETED}/forecast", params={"dataset": dataset}).json()
    steps = [step["behaviours"] for step in served["steps"]]
    if "mixed" not in dataset:
        assert steps == [{}] * 7
        return
    weekdays = [date.fromisoformat(step["step"]).weekday() for step in served["steps"]]
    expected = [25 * (0.5 if weekday >= 5 else 0.3) for weekday in weekdays]
    assert [step["VISITED"]["mean"] for step in steps] == pytest.approx(expected, rel=0.3)
    assert all(step["VISITED"]["p10"] < step["VISITED"]["p90"] for step in steps)


def test_api_and_page_serve_forecasts_of_open_campaigns(
    graph: Graph, settings: Settings, trained: tuple[str, ModelRun]
) -> None:
    dataset, _ = trained
    stored = forecast_campaign(graph, settings, dataset, OPEN, 7, Silent())
    app = create_app(settings, connect(settings), keys=False)
    with TestClient(app, base_url="http://localhost") as client:
        client.params = {"dataset": dataset}
        forecast = client.get(f"/v1/campaigns/{OPEN}/forecast").json()
        assert all(step["behaviours"] == {} for step in forecast["steps"])  # Nobody visits what it offers.
        assert forecast["others_share"] == pytest.approx(stored.others_share)
        assert len(client.get(f"/v1/campaigns/{OPEN}/likely-users").json()) > 10
        page = client.get("/", params={"campaign": OPEN}).text
        assert "Users most likely to take part" in page
        assert f"About {stored.others_share:.0%} of the participants" in page
        waiting = client.get("/", params={"campaign": "C1"}).text
        assert "is not forecast" not in waiting
