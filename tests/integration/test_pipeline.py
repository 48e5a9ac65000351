"""Network, training and forecast on a sample of real data."""

from datetime import date, timedelta

import pandas as pd
import pytest

from forecasting.combination.members import MEMBERS
from forecasting.evaluation.job import run_backtest
from forecasting.forecasts import forecast_campaign
from forecasting.klstm.forecaster import Configuration
from forecasting.records import (
    ModelRun,
    backtests,
    models,
    store_backtest,
    stored_forecasts,
)
from forecasting.training import train
from graph.connection import Graph
from graph.errors import InvalidRequest, NotFound, NotReady
from graph.importing.report import ImportReport
from graph.progress import Silent
from graph.settings import Settings
from network import queries
from network.build import build_network
from network.runs import NetworkRun, latest_network
from tests.data import CAMPAIGN, CUTOFF, query, text_encoder

QUICK = Configuration(epochs=1, members=1)


def edges(graph: Graph, dataset: str, run: str) -> pd.DataFrame:
    return graph.frame("influence/spreading_network", dataset=dataset, run=run).sort_values(
        ["source", "target"], ignore_index=True
    )


def test_key_users_are_reached_users_in_groups(
    graph: Graph, sample: ImportReport, network: NetworkRun
) -> None:
    users = queries.key_users(graph, sample.dataset, CAMPAIGN, network.id)
    assert [user["rank"] for user in users] == list(range(1, len(users) + 1))
    # Scores are estimated after the selection, so they may rise a little with the rank.
    assert all(user["score"] <= 1.15 * users[0]["score"] for user in users)
    groups = queries.neighbour_groups(graph, sample.dataset, CAMPAIGN, network.id)
    assert {user["user"] for user in users} == {user for group in groups for user in group["key_users"]}
    assert all(group["participants"] <= group["size"] for group in groups)
    (row,) = query(
        graph,
        "MATCH (u)-[:KEY_USER_OF {run: $run}]->(c:Campaign {dataset: $d}) "
        "WHERE NOT (u)-[:TARGETED_BY]->(c) RETURN count(*) AS n",
        run=network.id,
        d=sample.dataset,
    )
    assert row["n"] == 0


def test_rebuilt_network_is_the_same(graph: Graph, sample: ImportReport, network: NetworkRun) -> None:
    assert build_network(graph, sample.dataset, Silent(), cutoff=CUTOFF) == network
    before = edges(graph, sample.dataset, network.id)
    rebuilt = build_network(
        graph, sample.dataset, Silent(), encoder=text_encoder(), cutoff=CUTOFF, rebuild=True
    )
    assert rebuilt == network
    pd.testing.assert_frame_equal(edges(graph, sample.dataset, network.id), before)
    assert before["probability"].between(0, 1).all()


def test_cutoff_outside_the_data_is_rejected(graph: Graph, sample: ImportReport) -> None:
    with pytest.raises(InvalidRequest, match="2019-01-01"):
        build_network(graph, sample.dataset, Silent(), cutoff=date(2019, 1, 1))
    with pytest.raises(NotFound, match="nowhere"):
        build_network(graph, "nowhere", Silent())
    with pytest.raises(NotReady, match="groundswell network build|no spreading network"):
        latest_network(graph, sample.dataset, date(2017, 1, 2))


def test_forecast_is_stored_once(
    graph: Graph, settings: Settings, sample: ImportReport, model: ModelRun
) -> None:
    forecast = forecast_campaign(graph, settings, sample.dataset, CAMPAIGN, 7, Silent())
    assert forecast.origin == CUTOFF
    assert forecast.steps["ds"].tolist() == list(pd.date_range(CUTOFF, periods=7))
    stored = stored_forecasts(graph, sample.dataset, CAMPAIGN)[0]
    pd.testing.assert_frame_equal(stored.steps, forecast.steps.reset_index(drop=True), check_dtype=False)
    assert stored.model == model.id
    repeated = forecast_campaign(graph, settings, sample.dataset, CAMPAIGN, 7, Silent())
    pd.testing.assert_frame_equal(repeated.steps, forecast.steps)
    assert len(stored_forecasts(graph, sample.dataset, CAMPAIGN)) == 1


def test_unchanged_training_returns_the_stored_model(
    graph: Graph, settings: Settings, sample: ImportReport, model: ModelRun
) -> None:
    configuration = Configuration(epochs=2, members=1)
    trained = train(graph, settings, sample.dataset, Silent(), cutoff=CUTOFF, configuration=configuration)
    assert trained == model == models(graph, sample.dataset)[0]
    assert model.back_test is not None
    assert model.back_test.names == ["Combination", *MEMBERS, "SeasonalNaive"]
    assert model.back_test.backtest_from == CUTOFF - timedelta(days=28)


def test_backtest_on_given_days_stores_no_model(
    graph: Graph, settings: Settings, sample: ImportReport, model: ModelRun
) -> None:
    assert model.back_test is not None
    first, names = model.back_test.backtest_from, model.back_test.names
    last = first + timedelta(days=8)
    result = run_backtest(graph, settings, sample.dataset, first, last, Silent(), QUICK, 3, 4)
    assert (result.horizon, result.backtest_from, result.names) == (3, first, names)
    assert 0 < result.points < model.back_test.points
    assert result.redeemers_mae is not None
    assert len(result.redeemers_mae) == len(names)
    assert [run.id for run in models(graph, sample.dataset)] == [model.id]
    store_backtest(graph, sample.dataset, result, last)
    (stored,) = [run for run in backtests(graph, sample.dataset) if run.every == 4]
    assert (stored.until, stored.every, stored.mae) == (last, 4, result.mae)
    with pytest.raises(InvalidRequest, match="too few days"):
        run_backtest(graph, settings, sample.dataset, first, first, Silent(), QUICK)


def test_later_cutoff_trains_another_model_on_the_same_network(
    graph: Graph, settings: Settings, sample: ImportReport, model: ModelRun
) -> None:
    later = CUTOFF + timedelta(days=7)
    later_model = train(graph, settings, sample.dataset, Silent(), cutoff=later, configuration=QUICK)
    assert (later_model.cutoff, later_model.network) == (later, model.network)
    assert later_model.id != model.id
    assert [run.id for run in models(graph, sample.dataset)] == [later_model.id, model.id]
    query(
        graph, "MATCH (r:Run {dataset: $d}) WHERE r.id ENDS WITH $day DETACH DELETE r",
        d=sample.dataset, day=str(later),
    )  # fmt: skip


def test_invalid_forecast_requests_are_rejected(
    graph: Graph, settings: Settings, sample: ImportReport, model: ModelRun
) -> None:
    arguments = (graph, settings, sample.dataset)
    with pytest.raises(NotFound, match="'999'"):
        forecast_campaign(*arguments, "999", 7, Silent())
    with pytest.raises(InvalidRequest, match="nothing to forecast") as error:
        forecast_campaign(*arguments, "13", 7, Silent())
    assert CAMPAIGN in error.value.remedy
    with pytest.raises(InvalidRequest, match="horizon"):
        forecast_campaign(*arguments, CAMPAIGN, 99, Silent())
    with pytest.raises(NotReady, match="no model"):
        forecast_campaign(*arguments, CAMPAIGN, 7, Silent(), origin=model.cutoff - timedelta(days=1))
