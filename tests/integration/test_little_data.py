"""Forecasts of campaigns with hardly any data: always an answer or a clear refusal."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from api.app import create_app
from graph.connection import Graph, connect
from graph.datasets import describe_dataset
from graph.importing.job import import_files
from graph.progress import Silent
from graph.settings import Settings
from tests.command_line import Completed, database_environment, groundswell
from tests.event_platform import FIRST, platform_mapping, write_platform

Run = Callable[..., Completed]


@pytest.fixture
def run(settings: Settings, dataset: str) -> Run:
    """Run a command on the data set."""

    def command(*arguments: str) -> Completed:
        environment = database_environment(settings) | {"GROUNDSWELL_TRAINING_EPOCHS": "1"}
        return groundswell(*arguments, "--dataset", dataset, **environment)

    return command


def load(graph: Graph, settings: Settings, folder: Path, dataset: str, campaigns: str | None = None) -> None:
    """Import three weeks of ten users; `campaigns` has rows of id, starts, ends."""
    write_platform(folder, days=21, users=10)
    if campaigns is not None:
        (folder / "campaigns.csv").write_text(f"id,starts,ends\n{campaigns}")
    import_files(graph, settings, folder, platform_mapping(dataset), Silent())


def test_three_weeks_of_ten_users_are_forecast_by_the_baseline(
    graph: Graph, settings: Settings, tmp_path: Path, dataset: str, run: Run
) -> None:
    load(graph, settings, tmp_path, dataset)
    assert run("network", "build").returncode == 0
    trained = run("train")
    assert trained.returncode == 0, trained.stderr
    words = " ".join(trained.stdout.split())
    assert "There is no back-test" in words
    assert "forecasts rest on traffic and the usual rate of campaigns" in words
    assert run("train").stdout == trained.stdout  # The stored model is returned.
    forecast = run("forecast", "C0", "--horizon", "7")
    assert forecast.returncode == 0, forecast.stderr
    assert "rest on traffic and the usual rate" in " ".join(forecast.stdout.split())
    for command in (("who", "C0"), ("explain", "C0")):
        assert run(*command).returncode == 0, run(*command).stderr
    backtest = run("backtest")
    assert backtest.returncode == 1
    assert "too few days" in backtest.stderr
    app = create_app(settings, connect(settings), keys=False)
    with TestClient(app, base_url="http://localhost") as client:
        client.params = {"dataset": dataset}
        stored = client.get("/v1/campaigns/C0/forecast").json()
        assert (stored["rests_on"], stored["verdict"]) == ("baseline", None)
        for step in stored["steps"]:
            assert 0 <= step["participants_p10"] < step["participants_p90"] <= 10
        (model,) = client.get("/v1/models").json()
        assert (model["is_trained"], model["back_test"]) == (False, None)
        page = client.get("/", params={"campaign": "C0"})
        assert page.status_code == 200
        assert "this forecast rests on traffic and the usual rate" in page.text
        assert "Back-test:" not in page.text


def test_campaigns_to_come_have_no_rate_to_be_planned_by(
    graph: Graph, settings: Settings, tmp_path: Path, dataset: str, run: Run
) -> None:
    load(graph, settings, tmp_path, dataset, "C0,2024-02-01,2024-03-01\n")
    assert run("network", "build").returncode == 0
    trained = run("train")
    assert trained.returncode == 0, trained.stderr
    for command, message in (
        (("forecast", "C0"), "groundswell plan C0"),
        (("plan", "C0"), "Nobody took part in any campaign before"),
    ):
        refused = run(*command)
        assert refused.returncode == 1
        assert message in " ".join(refused.stderr.split())


def test_campaigns_of_the_past_are_not_forecast(
    graph: Graph, settings: Settings, tmp_path: Path, dataset: str, run: Run
) -> None:
    past = FIRST + timedelta(days=10)
    load(graph, settings, tmp_path, dataset, f"C0,{past.date()},{(past + timedelta(days=5)).date()}\n")
    assert run("network", "build").returncode == 0
    assert run("train").returncode == 0
    refused = run("forecast", "C0")
    assert refused.returncode == 1
    assert "nothing to forecast" in " ".join(refused.stderr.split())
    end = describe_dataset(graph, dataset).end
    add = ("--starts", str(end), "--ends", str(end + timedelta(days=6)))
    assert run("campaigns", "add", "NEXT", *add).returncode == 0
    plan = run("plan", "NEXT")
    assert plan.returncode == 0, plan.stderr
