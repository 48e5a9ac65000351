"""Flash sales of a few hours: from the import to a forecast by hour and a back-test."""

import json
from datetime import date, datetime
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from fastapi.testclient import TestClient

from api.app import create_app
from forecasting.forecasts import forecast_campaign
from forecasting.history.read_history import read_history
from forecasting.history.step_choice import choose_step
from forecasting.history.time_step import HOUR, WEEK
from forecasting.klstm.trainer import Configuration
from forecasting.records import expected_groups, likely_users
from forecasting.training import train
from graph.connection import Graph, connect
from graph.datasets import describe_dataset
from graph.errors import InvalidRequest
from graph.importing.job import import_files
from graph.importing.mapping.model import Mapping
from graph.progress import Silent
from graph.settings import Settings
from network.build import build_network
from tests.command_line import database_environment, groundswell
from tests.data import text_encoder
from tests.event_platform import platform_mapping

QUICK = Configuration(hidden=8, context=4, epochs=1, members=1)
FIRST, DAYS = pd.Timestamp("2024-01-01"), 32
CUTOFF, NOW = date(2024, 2, 1), datetime(2024, 2, 1, 18)
"""The last sale begins on CUTOFF at noon, and NOW is as far as the data goes."""
PER_HOUR = 5.0


def write_sales(folder: Path) -> Mapping:
    """Write visits, and sales from noon to 23:00 on every third day, in which five users an hour buy."""
    rng = np.random.default_rng(3)
    users = [f"u{number:02}" for number in range(40)]
    starts = [FIRST + pd.Timedelta(days=day, hours=12) for day in range(1, DAYS, 3)]
    lines = [f"S{number},{start},{start + pd.Timedelta(hours=11)}" for number, start in enumerate(starts)]
    (folder / "targets.csv").write_text("user,campaign\n")  # The sales are open to all.
    (folder / "campaigns.csv").write_text("\n".join(["id,starts,ends", *lines]) + "\n")
    rows = []
    for hour in pd.date_range(FIRST, NOW, freq="h", inclusive="left"):
        awake = hour.hour >= 8
        visitors = rng.random(len(users)) < (0.2 if awake else 0.01)
        rows += [("visit", user, f"p{rng.integers(9)}", hour) for user in np.array(users)[visitors]]
        for number, start in enumerate(starts):
            if start <= hour < start + pd.Timedelta(hours=11):
                buyers = rng.random(len(users)) < PER_HOUR / len(users)
                rows += [("join", user, f"S{number}", hour) for user in np.array(users)[buyers]]
    frame = pd.DataFrame(rows, columns=["kind", "user", "object", "at"])
    frame["at"] += pd.to_timedelta(rng.integers(0, 60, len(frame)), unit="min")
    for kind, part in frame.groupby("kind"):
        part.drop(columns="kind").to_csv(folder / f"{kind}s.csv", index=False)
    mapping = platform_mapping("unused").model_dump(mode="json", exclude_unset=True)
    return Mapping.model_validate(mapping | {"complete_until": NOW.isoformat()})


@pytest.fixture
def sales(graph: Graph, settings: Settings, tmp_path: Path, dataset: str) -> str:
    """The id of a data set of flash sales, with its network."""
    mapping = write_sales(tmp_path).model_copy(update={"dataset": dataset})
    import_files(graph, settings, tmp_path, mapping, Silent())
    build_network(graph, dataset, Silent(), encoder=text_encoder(), cutoff=CUTOFF)
    return dataset


def test_flash_sale_is_forecast_by_hour_while_it_runs(graph: Graph, settings: Settings, sales: str) -> None:
    data = describe_dataset(graph, sales)
    assert (data.end, data.end_moment) == (CUTOFF, NOW)
    assert choose_step(graph, data, CUTOFF) is HOUR
    model = train(graph, settings, sales, Silent(), cutoff=CUTOFF, configuration=QUICK)
    tested = model.back_test
    assert tested is not None
    assert (model.step, tested.step, tested.horizon, tested.every) == ("hour", "hour", 6, 3)
    assert tested.points > 20
    assert dict(zip(tested.names, tested.mae, strict=True))["Combination"] < PER_HOUR

    forecast = forecast_campaign(graph, settings, sales, "S10", None, Silent())
    assert (forecast.origin, forecast.unit, forecast.days[0]) == (NOW, "hour", "2024-02-01T18:00")
    assert len(forecast.days) == 5  # Until 23:00.
    assert forecast.steps["mean"].mean() == pytest.approx(PER_HOUR, rel=0.5)
    users = pd.DataFrame(likely_users(graph, sales, forecast.id, 100))
    total = forecast.steps["mean"].sum()
    assert users["days"].sum() == pytest.approx(total * (1 - forecast.others_share), rel=1e-4)
    assert sum(sum(group["mean"]) for group in expected_groups(graph, sales, forecast.id)) <= total * 1.0001

    history = read_history(
        graph,
        sales,
        build_network(graph, sales, Silent(), encoder=text_encoder(), cutoff=CUTOFF),
        NOW,
        Silent(),
        step=HOUR,
    )
    running = history.steps[(history.steps["unique_id"] == "S10") & history.steps["in_window"]]
    assert running["ds"].tolist() == [*pd.date_range("2024-02-01 12:00", NOW, freq="h", inclusive="left")]
    assert running["y"].mean() == pytest.approx(PER_HOUR, rel=0.5)
    for problem in (datetime(2024, 2, 1, 12), datetime(2024, 2, 1, 20)):  # Not begun; not known yet.
        with pytest.raises(InvalidRequest):
            forecast_campaign(graph, settings, sales, "S10", None, Silent(), problem)
    earlier = forecast_campaign(graph, settings, sales, "S10", 3, Silent(), datetime(2024, 2, 1, 14))
    assert earlier.days == ["2024-02-01T14:00", "2024-02-01T15:00", "2024-02-01T16:00"]

    environment = database_environment(settings) | {"GROUNDSWELL_TRAINING_EPOCHS": "1"}
    command = ("forecast", "S10", "--origin", "2024-02-01T17:00", "--dataset", sales)
    shown = groundswell(*command, "--json", **environment)
    assert shown.returncode == 0, shown.stderr
    answer = json.loads(shown.stdout)
    assert (answer["unit"], answer["origin"]) == ("hour", "2024-02-01T17:00:00")
    app = create_app(settings, connect(settings), keys=False)
    with TestClient(app, base_url="http://localhost") as client:
        client.params = {"dataset": sales}
        stored = client.get("/v1/campaigns/S10/forecast", params={"origin": "2024-02-01T14:00"}).json()
        assert [step["step"] for step in stored["steps"]][:1] == ["2024-02-01T14:00:00"]
        assert client.get("/v1/models").json()[0]["step"] == "hour"
        page = client.get("/", params={"campaign": "S10"}).text
        assert "Participants per hour" in page
        assert "participants an hour" in page
        assert "Thu 01 Feb 18:00" in page

    weeks = train(graph, settings, sales, Silent(), cutoff=CUTOFF, configuration=QUICK, step=WEEK)
    assert (weeks.step, weeks.back_test, weeks.id) == ("week", None, f"model/{CUTOFF}/week")
