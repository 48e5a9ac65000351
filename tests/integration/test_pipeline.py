"""Network, training and forecast on a sample of real data; nothing after the cut-off counts."""

from datetime import date, timedelta

import pandas as pd
import pytest

from forecasting.forecasts import forecast_campaign
from forecasting.klstm.forecaster import Configuration
from forecasting.records import (
    ModelRun,
    back_tests,
    likely_users,
    models,
    store_back_test,
    stored_forecasts,
)
from forecasting.training import back_test, train
from graph.connection import Graph
from graph.errors import InvalidRequest, NotFound, NotReady
from graph.importing.adapters.complete_journey import complete_journey
from graph.importing.job import ImportReport, import_prepared
from graph.progress import Silent
from graph.settings import Settings
from network import queries
from network.build import build_network
from network.incremental_update import update_network
from network.runs import NetworkRun, latest_network, remove_network
from tests.data import CAMPAIGN, CUTOFF, query

QUICK = Configuration(epochs=1, members=1)
ROUNDING = 1e-6
"""Single-precision sums come in an order that depends on where the machine put them: not every run rounds
alike.
"""


def edges(graph: Graph, dataset: str, run: str) -> pd.DataFrame:
    return graph.frame("influence/spreading_network", dataset=dataset, run=run).sort_values(
        ["source", "target"], ignore_index=True
    )


def test_key_users_are_reached_users_in_groups(
    graph: Graph, sample: ImportReport, network: NetworkRun
) -> None:
    users = queries.key_users(graph, sample.dataset, CAMPAIGN, network.id)
    assert [one["rank"] for one in users] == list(range(1, len(users) + 1))
    # Ranked in the order chosen; what each adds is then measured afresh.
    assert all(one["score"] <= 1.15 * users[0]["score"] for one in users)
    groups = queries.neighbour_groups(graph, sample.dataset, CAMPAIGN, network.id)
    assert {one["user"] for one in users} == {user for group in groups for user in group["key_users"]}
    assert all(group["participants"] <= group["size"] for group in groups)
    (row,) = query(
        graph,
        "MATCH (u)-[:KEY_USER_OF {run: $run}]->(c:Campaign {dataset: $d}) "
        "WHERE NOT (u)-[:TARGETED_BY]->(c) RETURN count(*) AS n",
        run=network.id,
        d=sample.dataset,
    )
    assert row["n"] == 0


def test_a_network_built_again_is_the_same(graph: Graph, sample: ImportReport, network: NetworkRun) -> None:
    assert build_network(graph, sample.dataset, Silent(), cutoff=CUTOFF) == network
    before = edges(graph, sample.dataset, network.id)
    rebuilt = build_network(graph, sample.dataset, Silent(), cutoff=CUTOFF, rebuild=True)
    assert rebuilt == network
    pd.testing.assert_frame_equal(edges(graph, sample.dataset, network.id), before)
    assert before["probability"].between(0, 1).all()


def test_a_cutoff_outside_the_data_is_refused(graph: Graph, sample: ImportReport) -> None:
    with pytest.raises(InvalidRequest, match="2019-01-01"):
        build_network(graph, sample.dataset, Silent(), cutoff=date(2019, 1, 1))
    with pytest.raises(NotFound, match="nowhere"):
        build_network(graph, "nowhere", Silent())
    with pytest.raises(NotReady, match="groundswell network build|no spreading network"):
        latest_network(graph, sample.dataset, date(2017, 1, 2))


def test_a_forecast_is_stored_and_read_back(
    graph: Graph, settings: Settings, sample: ImportReport, model: ModelRun
) -> None:
    made = forecast_campaign(graph, settings, sample.dataset, CAMPAIGN, 7, Silent())
    assert made.origin == CUTOFF
    assert made.steps["ds"].tolist() == list(pd.date_range(CUTOFF, periods=7))
    stored = stored_forecasts(graph, sample.dataset, CAMPAIGN)[0]
    pd.testing.assert_frame_equal(stored.steps, made.steps.reset_index(drop=True), check_dtype=False)
    assert stored.model == model.id
    again = forecast_campaign(graph, settings, sample.dataset, CAMPAIGN, 7, Silent())
    pd.testing.assert_frame_equal(again.steps, made.steps)
    assert len(stored_forecasts(graph, sample.dataset, CAMPAIGN)) == 1


def test_a_model_trained_before_is_found_again(
    graph: Graph, settings: Settings, sample: ImportReport, model: ModelRun
) -> None:
    configuration = Configuration(epochs=2, members=1)
    again = train(graph, settings, sample.dataset, Silent(), cutoff=CUTOFF, configuration=configuration)
    assert again == model == models(graph, sample.dataset)[0]
    assert model.names == ["KLSTM", "SeasonalNaive", "AutoETS"]
    assert model.backtest_from == CUTOFF - timedelta(days=28)


def test_a_back_test_on_days_of_choice_stores_no_model(
    graph: Graph, settings: Settings, sample: ImportReport, model: ModelRun
) -> None:
    first = model.backtest_from
    tested = back_test(
        graph, settings, sample.dataset, first, first + timedelta(days=8), Silent(), QUICK, 3, 4
    )
    assert (tested.horizon, tested.backtest_from, tested.names) == (3, first, model.names)
    assert 0 < tested.points < model.points
    assert tested.redeemers_scores is not None
    assert [one.id for one in models(graph, sample.dataset)] == [model.id]
    store_back_test(graph, sample.dataset, tested, first + timedelta(days=8), 4)
    (kept,) = [one for one in back_tests(graph, sample.dataset) if one.every == 4]
    assert (kept.until, kept.every, kept.mae) == (first + timedelta(days=8), 4, tested.mae)
    with pytest.raises(InvalidRequest, match="too few days"):
        back_test(graph, settings, sample.dataset, first, first, Silent(), QUICK)


def test_another_cutoff_on_the_same_network_is_another_model(
    graph: Graph, settings: Settings, sample: ImportReport, model: ModelRun
) -> None:
    later = CUTOFF + timedelta(days=7)
    other = train(graph, settings, sample.dataset, Silent(), cutoff=later, configuration=QUICK)
    assert (other.cutoff, other.network) == (later, model.network)
    assert other.id != model.id
    # On a network of its own, it uses that one and no longer the older.
    network = build_network(graph, sample.dataset, Silent(), cutoff=later)
    again = train(graph, settings, sample.dataset, Silent(), cutoff=later, configuration=QUICK)
    assert again.network == network.id
    assert [one.id for one in models(graph, sample.dataset)] == [again.id, model.id]
    query(
        graph, "MATCH (r:Run {dataset: $d}) WHERE r.id ENDS WITH $day DETACH DELETE r",
        d=sample.dataset, day=str(later),
    )  # fmt: skip
    graph.run("network/clear_run", dataset=sample.dataset, run=network.id)


def test_what_cannot_be_forecast_says_why(
    graph: Graph, settings: Settings, sample: ImportReport, model: ModelRun
) -> None:
    arguments = (graph, settings, sample.dataset)
    with pytest.raises(NotFound, match="'999'"):
        forecast_campaign(*arguments, "999", 7, Silent())
    with pytest.raises(InvalidRequest, match="nothing to forecast") as caught:
        forecast_campaign(*arguments, "13", 7, Silent())
    assert CAMPAIGN in caught.value.remedy
    with pytest.raises(InvalidRequest, match="horizon"):
        forecast_campaign(*arguments, CAMPAIGN, 99, Silent())
    with pytest.raises(NotReady, match="no model"):
        forecast_campaign(*arguments, CAMPAIGN, 7, Silent(), origin=model.cutoff - timedelta(days=1))


# Everything at or after the origin, made nonsense in the database itself: behaviours deleted and
# invented, targetings of later campaigns given to everybody, tags that users got later.
CORRUPTIONS = (
    "MATCH (:User {dataset: $d})-[r:PURCHASED|PARTICIPATED_IN|REDEEMED]->() WHERE r.at >= datetime($t) "
    "WITH r, rand() AS chance WHERE chance < 0.5 DELETE r",
    "MATCH (u:User {dataset: $d})-[:HAS_TAG|PURCHASED]->() WITH DISTINCT u MATCH (p:Product {dataset: $d}) "
    "WITH u, collect(p)[..40] AS products UNWIND products AS p "
    "CREATE (u)-[:PURCHASED {at: datetime($t), value: 1e6, coupon_discount: 9.0, basket: 'x'}]->(p)",
    "MATCH (u:User {dataset: $d})-[:TARGETED_BY]->(c:Campaign) WHERE c.starts_at < datetime($t) "
    "CREATE (u)-[:PARTICIPATED_IN {at: datetime($t), behaviour: 'REDEEMED', weight: 1000.0}]->(c)",
    "MATCH (c:Campaign {dataset: $d}), (u:User {dataset: $d}) WHERE c.starts_at >= datetime($t) "
    "CREATE (u)-[:TARGETED_BY {at: c.starts_at}]->(c)",
    "MATCH (u:User {dataset: $d}), (t:Tag {dataset: $d}) WITH u, t LIMIT 2000 "
    "CREATE (u)-[:HAS_TAG {source: 'stated', weight: 1.0, at: datetime($t)}]->(t)",
)


def test_nothing_at_or_after_the_origin_moves_a_forecast(
    graph: Graph, settings: Settings, dataset: str
) -> None:
    import_prepared(graph, settings, complete_journey(settings.cache, dataset, 100), Silent())

    def forecast() -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame, ModelRun]:
        run = build_network(graph, dataset, Silent(), cutoff=CUTOFF, rebuild=True)
        build_network(graph, dataset, Silent(), cutoff=CUTOFF - timedelta(days=28), rebuild=True)
        trained = train(graph, settings, dataset, Silent(), cutoff=CUTOFF, configuration=QUICK, retrain=True)
        made = forecast_campaign(graph, settings, dataset, CAMPAIGN, 7, Silent())
        users = pd.DataFrame(likely_users(graph, dataset, made.id, 10_000)).sort_values("user")
        users = users.drop(columns="rank").reset_index(drop=True)
        return made.steps, users, edges(graph, dataset, run.id), trained

    steps, users, network_edges, trained = forecast()
    for corruption in CORRUPTIONS:
        query(graph, corruption, d=dataset, t=f"{CUTOFF}T00:00:00[America/New_York]")
    corrupted_steps, corrupted_users, corrupted_edges, corrupted_model = forecast()
    pd.testing.assert_frame_equal(corrupted_edges, network_edges)
    pd.testing.assert_frame_equal(corrupted_steps, steps, rtol=ROUNDING)
    pd.testing.assert_frame_equal(corrupted_users, users, rtol=ROUNDING)
    assert corrupted_model.mae == pytest.approx(trained.mae, rel=ROUNDING)
    assert corrupted_model.redeemers_mae == pytest.approx(trained.redeemers_mae, rel=ROUNDING)

    # The same corruption one day earlier does move it: the test can fail.
    for corruption in CORRUPTIONS[:3]:
        query(graph, corruption, d=dataset, t=f"{CUTOFF - timedelta(days=1)}T00:00:00[America/New_York]")
    moved, moved_users, _, _ = forecast()
    assert abs(moved["mean"] / steps["mean"] - 1).max() > 1000 * ROUNDING
    assert abs(moved_users["days"] - users["days"]).max() > 1000 * ROUNDING


def test_nothing_at_or_after_its_cutoff_moves_a_network_carried_on(
    graph: Graph, settings: Settings, dataset: str
) -> None:
    import_prepared(graph, settings, complete_journey(settings.cache, dataset, 100), Silent())
    build_network(graph, dataset, Silent(), cutoff=CUTOFF - timedelta(days=14))

    def carried() -> tuple[pd.DataFrame, list[object]]:
        run = update_network(graph, dataset, Silent(), cutoff=CUTOFF)
        told: list[object] = []
        for row in query(graph, "MATCH (c:Campaign {dataset: $d}) RETURN c.id AS id ORDER BY id", d=dataset):
            told.append(queries.key_users(graph, dataset, str(row["id"]), run.id))
            told.append(queries.neighbour_groups(graph, dataset, str(row["id"]), run.id))
        learned = edges(graph, dataset, run.id)
        remove_network(graph, dataset, CUTOFF)
        return learned, told

    learned, told = carried()
    for corruption in CORRUPTIONS:
        query(graph, corruption, d=dataset, t=f"{CUTOFF}T00:00:00[America/New_York]")
    corrupted = carried()
    pd.testing.assert_frame_equal(corrupted[0], learned)
    assert corrupted[1] == told

    # The same corruption one day earlier does move it: the test can fail.
    for corruption in CORRUPTIONS[:3]:
        query(graph, corruption, d=dataset, t=f"{CUTOFF - timedelta(days=1)}T00:00:00[America/New_York]")
    assert not carried()[0].equals(learned)
