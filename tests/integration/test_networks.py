"""The spreading network of a data set with real ties and open campaigns; what-if and next users on it."""

from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from fastapi.testclient import TestClient

from api.app import create_app
from forecasting.history.read_history import read_history
from forecasting.history.time_step import MONTH, STEPS, Step
from forecasting.klstm.forecaster import KLSTM
from forecasting.klstm.trainer import Configuration
from forecasting.next_users.job import next_users_runs, rank_next_users, train_next_users
from forecasting.next_users.next_user_model import Hyperparameters
from graph.connection import Graph, connect
from graph.datasets import describe_dataset
from graph.errors import InvalidRequest
from graph.importing.adapters.cascades import cascades
from graph.importing.job import import_prepared
from graph.progress import Silent
from graph.settings import Settings
from network import queries
from network.build import build_network
from network.incremental_update import update_network
from network.runs import NetworkRun, networks
from network.seeding.selection import METHODS
from network.what_if import CampaignReach, SeedRequest
from tests.command_line import database_environment, groundswell
from tests.data import query, remove_dataset, text_encoder

DATASET = "test-cascades"
USERS, CAMPAIGNS = 120, 40
DAY_SECONDS = 86_400


@pytest.fixture(scope="module")
def spread(
    graph: Graph, settings: Settings, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[NetworkRun]:
    """The network of simulated cascades: half of a participant's ties take part within two days."""
    folder = tmp_path_factory.mktemp("cascades")
    rng = np.random.default_rng(11)
    ties = {(user, (user + step) % USERS) for user in range(USERS) for step in (1, 7)}
    rows = []
    for campaign in range(CAMPAIGNS):
        first = rng.uniform(0, 60, USERS) + np.where(rng.random(USERS) < 0.7, 1000, 0)
        for user in np.argsort(first):
            for source, target in ties:
                if source == user and rng.random() < 0.5:
                    first[target] = min(first[target], first[source] + rng.uniform(0.1, 2))
        participants = np.flatnonzero(first < 60)
        start = first[participants].min()
        rows += [
            (f"c{campaign:02}", f"u{user}", int((first[user] - start) * DAY_SECONDS)) for user in participants
        ]
    users = pd.DataFrame({"user_id": [f"u{user}" for user in range(USERS)]})
    users.to_csv(folder / "users.csv", index=False)
    tie_rows = sorted((f"u{source}", f"u{target}") for source, target in ties)
    pd.DataFrame(tie_rows, columns=["source", "target"]).to_csv(folder / "ties.csv", index=False)
    participations = pd.DataFrame(rows, columns=["campaign_id", "user_id", "at"])
    participations.to_csv(folder / "participations.csv", index=False)
    offsets = pd.DataFrame({"campaign_id": participations["campaign_id"].unique()})
    offsets["offset_seconds"] = np.arange(len(offsets)) * 30 * DAY_SECONDS
    offsets.to_csv(folder / "clock_offsets.csv", index=False)
    import_prepared(graph, settings, cascades(settings.cache, Path(folder), DATASET), Silent())
    yield build_network(graph, DATASET, Silent(), encoder=text_encoder())
    remove_dataset(graph, DATASET)


def test_influence_follows_real_ties(graph: Graph, spread: NetworkRun) -> None:
    assert spread.ties == USERS * 2
    (row,) = query(
        graph,
        "MATCH (a:User {dataset: $d})-[:INFLUENCES {run: $run}]->(b) "
        "RETURN count(*) AS edges, sum(CASE WHEN (a)-[:KNOWS]-(b) THEN 1 ELSE 0 END) AS tied",
        d=DATASET, run=spread.id,
    )  # fmt: skip
    assert row["edges"] == row["tied"] == spread.influences


def test_influence_is_supported_where_users_follow_their_ties(spread: NetworkRun) -> None:
    assert spread.influence_test.verdict == "supported"
    assert spread.influence_test.matched
    assert spread.influence_test.matched.ratio > 1.2


def test_open_campaigns_have_key_users_and_groups(graph: Graph, spread: NetworkRun) -> None:
    for campaign in ("c00", "c39"):
        users = queries.key_users(graph, DATASET, campaign, spread.id)
        groups = queries.neighbour_groups(graph, DATASET, campaign, spread.id)
        assert [user["rank"] for user in users] == [1, 2, 3, 4, 5]
        assert {user["user"] for user in users} == {user for group in groups for user in group["key_users"]}


@pytest.fixture
def client(settings: Settings, spread: NetworkRun) -> Iterator[TestClient]:
    assert spread
    # The application closes its connection, so it needs one of its own.
    app = create_app(settings, connect(settings), keys=False)
    with TestClient(app, base_url="http://localhost") as client:
        client.params = {"dataset": DATASET}
        yield client


def test_api_serves_the_influence_test_of_a_network(client: TestClient, spread: NetworkRun) -> None:
    (network,) = client.get("/v1/networks").json()
    users = client.get("/v1/campaigns/c00/key-users").json()
    assert (network["id"], network["influence_test"]["verdict"]) == (spread.id, "supported")
    assert network["influence_test"]["matched"]["low"] > 1
    assert "times as often" in network["influence_test"]["summary"]
    assert {user["influence_verdict"] for user in users} == {"supported"}
    assert all(user["low"] <= user["score"] <= user["high"] for user in users)


def test_page_of_an_open_campaign_mentions_no_targeted_users(client: TestClient) -> None:
    page = client.get("/", params={"campaign": "c00"})
    assert page.status_code == 200
    assert "c00 (cascade) is open to all users" in page.text
    assert "targets 0 users" not in page.text
    assert " of 0 took part" not in page.text
    assert "traits of members who take part more or less often" in page.text


@pytest.mark.parametrize("method", METHODS)
def test_every_method_selects_seeds(graph: Graph, spread: NetworkRun, method: str) -> None:
    seeds = CampaignReach(graph, DATASET, "c00", spread, None).choose(SeedRequest(k=3, method=method))
    assert seeds["rank"].tolist() == [1, 2, 3]
    assert seeds["user"].nunique() == 3
    assert (seeds["low"] <= seeds["score"]).all()


def test_analyses_beyond_the_limit_are_refused_until_one_ends(client: TestClient) -> None:
    limit = client.app.state.context.settings.concurrent_analyses  # type: ignore[attr-defined]
    assert limit == 2
    request = {"k": 4, "days": 10, "method": "imm"}
    with ThreadPoolExecutor(8) as threads:
        responses = list(
            threads.map(lambda _: client.post("/v1/campaigns/c00/what-if", json=request), range(8))
        )
    statuses = Counter(response.status_code for response in responses)
    assert set(statuses) == {200, 503}
    assert statuses[200] >= limit
    assert client.post("/v1/campaigns/c00/what-if", json=request).status_code == 200


def test_what_if_forecasts_the_spread_from_selected_seeds(client: TestClient) -> None:
    request = {"k": 4, "days": 10}
    best = client.post("/v1/campaigns/c00/what-if", json=request).json()
    assert [seed["rank"] for seed in best["seeds"]] == [1, 2, 3, 4]
    means = [day["mean"] for day in best["days"]]
    assert means == sorted(means)
    assert 4 <= means[0] <= means[-1] <= best["total"]["high"]
    best_users = [seed["user"] for seed in best["seeds"]]
    given = client.post("/v1/campaigns/c00/what-if", json={"seeds": best_users, "days": 10}).json()
    assert given["days"] == best["days"]
    others = client.post("/v1/campaigns/c00/what-if", json={**request, "exclude": best_users}).json()
    assert not {seed["user"] for seed in others["seeds"]} & set(best_users)
    assert others["total"]["mean"] <= best["total"]["high"]


def test_seed_constraints_are_met(graph: Graph, spread: NetworkRun) -> None:
    reach = CampaignReach(graph, DATASET, "c00", spread, None)
    groups = query(
        graph,
        "MATCH (u:User {dataset: $d})-[:IN_GROUP {run: $run}]->(g)-[:OF]->(:Campaign {id: 'c00'}) "
        "RETURN u.id AS user, g.id AS group",
        d=DATASET, run=spread.id,
    )  # fmt: skip
    group_of = {row["user"]: row["group"] for row in groups}
    groups_of_seeds = reach.choose(SeedRequest(k=5, per_group=1))["user"].map(group_of)
    assert groups_of_seeds.value_counts(dropna=False).max() == 1
    best_user = reach.choose(SeedRequest(k=5))["user"].iloc[0]
    within_budget = reach.choose(SeedRequest(k=5, costs={best_user: 9.0}, budget=3.0))
    assert best_user not in set(within_budget["user"])
    assert len(within_budget) == 3


def test_what_if_excludes_users_first_seen_after_the_cutoff(graph: Graph, spread: NetworkRun) -> None:
    early = replace(spread, cutoff=describe_dataset(graph, DATASET).first_day + timedelta(days=12))
    (row,) = query(
        graph,
        "MATCH (u:User {dataset: $d})-[act]->(:Campaign) WHERE act.at < datetime($day) "
        "RETURN count(DISTINCT u) AS n",
        d=DATASET, day=f"{early.cutoff}T00:00:00Z",
    )  # fmt: skip
    assert 0 < row["n"] < USERS
    with pytest.raises(InvalidRequest, match=f"cannot be chosen among the {row['n']} users"):
        CampaignReach(graph, DATASET, "c00", early, None).choose(SeedRequest(k=USERS))


@pytest.mark.parametrize(
    ("request_body", "message"),
    [
        ({"seeds": ["nobody"]}, "cannot reach nobody"),
        ({"k": 999}, "999 seeds cannot be chosen among the 120"),
        ({"fair": "colour"}, "No user has a property 'colour'"),
        ({"costs": {"u1": -1.0}}, "must be above 0"),
    ],
)
def test_infeasible_seed_request_is_422(
    client: TestClient, request_body: dict[str, object], message: str
) -> None:
    response = client.post("/v1/campaigns/c00/what-if", json=request_body)
    assert response.status_code == 422
    assert response.headers["content-type"] == "application/problem+json"
    assert message in response.text


def test_what_if_command_prints_seeds_and_rejects_invalid_costs(
    settings: Settings, spread: NetworkRun, tmp_path: Path
) -> None:
    assert spread
    costs = tmp_path / "costs.csv"
    costs.write_text("user,cost\nu1,2.5\n")
    arguments = ["what-if", "c00", "--dataset", DATASET, "--k", "3", "--costs", str(costs), "--budget", "3"]
    result = groundswell(*arguments, "--days", "5", **database_environment(settings))
    assert result.returncode == 0, result.stderr
    assert "3 seeds" in result.stdout
    assert "users is supported by this data." in " ".join(result.stdout.split())
    costs.write_text("user,cost\nu1,dear\n")
    result = groundswell(*arguments, **database_environment(settings))
    assert result.returncode == 1
    assert "line 2, column \"cost\": 'dear' is not a number" in result.stderr


def test_updated_network_is_close_to_a_new_build(graph: Graph, spread: NetworkRun) -> None:
    later = spread.cutoff - timedelta(days=20)
    built = build_network(graph, DATASET, Silent(), encoder=text_encoder(), cutoff=later - timedelta(days=45))
    assert built.built == built.cutoff
    updated = update_network(graph, DATASET, Silent(), cutoff=later)
    assert (updated.cutoff, updated.built, updated.influence_test) == (
        later,
        built.cutoff,
        built.influence_test,
    )
    assert update_network(graph, DATASET, Silent(), cutoff=later) == updated

    def edges_and_key_users() -> tuple[pd.DataFrame, list[str]]:
        edges = query(
            graph,
            "MATCH (a:User {dataset: $d})-[edge:INFLUENCES {run: $run}]->(b) RETURN a.id AS source, "
            "b.id AS target, edge.trials AS trials, edge.probability AS probability",
            d=DATASET, run=updated.id,
        )  # fmt: skip
        users = queries.key_users(graph, DATASET, "c00", updated.id)
        return pd.DataFrame(edges).set_index(["source", "target"]), [user["user"] for user in users]

    updated_edges, updated_key_users = edges_and_key_users()
    groups = queries.neighbour_groups(graph, DATASET, "c00", updated.id)
    assert set(updated_key_users) == {user for group in groups for user in group["key_users"]}
    rebuilt = build_network(graph, DATASET, Silent(), encoder=text_encoder(), cutoff=later)
    assert rebuilt.built == later
    rebuilt_edges, rebuilt_key_users = edges_and_key_users()
    joined = updated_edges.join(rebuilt_edges, suffixes=("_updated", ""))
    assert len(joined) == len(updated_edges) == len(rebuilt_edges)
    assert joined["trials_updated"].equals(joined["trials"])
    assert (joined["probability_updated"] - joined["probability"]).abs().mean() < 0.01
    reach = CampaignReach(graph, DATASET, "c00", rebuilt, None)
    updated_spread, rebuilt_spread = (
        reach.spread(key_users, 30).total.mean for key_users in (updated_key_users, rebuilt_key_users)
    )
    assert updated_spread > 0.95 * rebuilt_spread


def test_networks_are_listed_and_removed(settings: Settings, graph: Graph, spread: NetworkRun) -> None:
    day = spread.cutoff - timedelta(days=30)
    run = build_network(graph, DATASET, Silent(), encoder=text_encoder(), cutoff=day)
    listed = groundswell("network", "list", "--dataset", DATASET, **database_environment(settings))
    assert str(day) in listed.stdout
    result = groundswell(
        "network", "remove", str(day), "--dataset", DATASET, **database_environment(settings)
    )
    assert result.returncode == 0, result.stderr
    assert run.id not in {network.id for network in networks(graph, DATASET)}
    (row,) = query(graph, "MATCH ()-[r {run: $run}]->() RETURN count(r) AS n", run=run.id)
    assert row["n"] == 0
    repeated = groundswell(
        "network", "remove", str(day), "--dataset", DATASET, **database_environment(settings)
    )
    assert repeated.returncode == 1
    assert "There is no spreading network" in repeated.stderr


def test_too_long_horizon_is_rejected(graph: Graph, spread: NetworkRun) -> None:
    with pytest.raises(InvalidRequest, match="91 days"):
        CampaignReach(graph, DATASET, "c00", spread, None).spread(["u1"], 91)


ORIGIN, RUNNING = date(2012, 10, 1), "c33"


@pytest.mark.parametrize("step", STEPS.values(), ids=STEPS)
def test_participants_of_open_campaigns_are_counted_in_steps(
    graph: Graph, spread: NetworkRun, step: Step
) -> None:
    history = read_history(graph, DATASET, spread, ORIGIN, Silent(), step=step)
    rows = query(
        graph,
        "MATCH (u:User {dataset: $d})-[p:PARTICIPATED_IN]->(c:Campaign {dataset: $d}) "
        "WHERE p.at < datetime($t) RETURN DISTINCT c.id AS unique_id, u.id AS user, "
        "toString(localdatetime.truncate($unit, p.at)) AS ds",
        d=DATASET, t=f"{ORIGIN}T00:00:00[UTC]", unit=step.name,
    )  # fmt: skip
    expected = pd.DataFrame(rows).assign(ds=lambda frame: pd.to_datetime(frame["ds"]))
    expected = expected[expected["ds"] >= step.start_of(history.first_day, 0)]  # Of hours, the latest weeks.
    expected = expected.groupby(["unique_id", "ds"]).size()
    y = history.steps.set_index(["unique_id", "ds"])["y"]
    assert y[y > 0].sort_index().to_dict() == expected.sort_index().to_dict()
    last = pd.DataFrame(
        {"step": history.steps.groupby("unique_id")["ds"].max(),
         "ends": history.campaigns.set_index("id")["ends"].clip(upper=pd.Timestamp(ORIGIN))}
    )  # fmt: skip
    assert (last["step"] < last["ends"]).all()
    longest = {"hour": "1h", "day": "1D", "week": "7D", "month": "31D"}[step.name]
    assert (last["ends"] <= last["step"] + pd.Timedelta(longest)).all()
    assert history.campaigns["open"].all()
    assert history.open_roles["score"].max() > 0
    assert (history.campaigns["targeted"] <= USERS).all()


def monthly_forecast(graph: Graph, network: NetworkRun) -> pd.DataFrame:
    """A forecast of three months from ORIGIN on."""
    history = read_history(graph, DATASET, network, ORIGIN, Silent(), step=MONTH)
    quick = Configuration(hidden=8, context=4, epochs=2, members=1)
    return KLSTM(quick).fit(history, Silent()).predict(history, 3)


def test_next_users_of_open_campaigns_are_ranked_without_later_data(
    graph: Graph, settings: Settings, spread: NetworkRun, tmp_path: Path
) -> None:
    network, scope = spread, ("--dataset", DATASET)
    environment = database_environment(settings)
    without_model = groundswell("who", RUNNING, "--next", *scope, **environment)
    assert without_model.returncode == 1
    assert "--next-users" in without_model.stderr
    too_few = groundswell("train", "--next-users", *scope, "--cutoff", "2010-06-01", **environment)
    assert too_few.returncode == 1
    assert "too few to train on" in too_few.stderr
    quick = Hyperparameters(members=1, epochs=1)
    run = train_next_users(graph, settings, DATASET, Silent(), ORIGIN, quick)
    file = tmp_path / "next.csv"
    ranked = groundswell(
        "who", RUNNING, "--next", *scope, "--origin", str(ORIGIN), "--to", str(file), **environment
    )
    assert ranked.returncode == 0, ranked.stderr
    assert "Likely to take part next, from 2012-10-01 on" in ranked.stdout
    assert "most frequent participants" in " ".join(ranked.stdout.split())
    rows = pd.read_csv(file)
    assert rows["probability"].sum() == pytest.approx(1, abs=1e-3)
    took_part = {
        row["user"]
        for row in query(
            graph, "MATCH (u:User)-[p:PARTICIPATED_IN]->(:Campaign {dataset: $d, id: $c}) "
            "WHERE p.at < datetime($t) RETURN u.id AS user",
            d=DATASET, c=RUNNING, t=f"{ORIGIN}T00:00:00[UTC]",
        )
    }  # fmt: skip
    assert took_part
    assert not took_part & set(rows["user"])
    no_participants = groundswell("who", "c39", "--next", *scope, "--origin", str(ORIGIN), **environment)
    assert no_participants.returncode == 1
    assert "has no participants" in no_participants.stderr

    # Corrupting all behaviours at or after the origin in the database changes no result.
    assert next_users_runs(graph, DATASET) == [run]
    forecast = monthly_forecast(graph, network)
    for corruption in (
        "MATCH (:User {dataset: $d})-[p:PARTICIPATED_IN|ADOPTED]->() WHERE p.at >= datetime($t) DELETE p",
        "MATCH (u:User {dataset: $d}), (c:Campaign {dataset: $d}) WITH u, c LIMIT 2000 "
        "CREATE (u)-[:PARTICIPATED_IN {at: datetime($t), behaviour: 'ADOPTED', weight: 1.0}]->(c) "
        "CREATE (u)-[:ADOPTED {at: datetime($t)}]->(c)",
    ):
        query(graph, corruption, d=DATASET, t=f"{ORIGIN}T00:00:00[UTC]")
    assert train_next_users(graph, settings, DATASET, Silent(), ORIGIN, quick) == run
    unchanged, _, _ = rank_next_users(graph, settings, DATASET, RUNNING, ORIGIN)
    assert unchanged["user"].tolist() == rows["user"].tolist()
    assert unchanged["probability"].tolist() == pytest.approx(rows["probability"].tolist(), rel=1e-4)
    pd.testing.assert_frame_equal(monthly_forecast(graph, network), forecast)
    # The ranking of a day later does change, so the test can fail.
    next_day, _, _ = rank_next_users(graph, settings, DATASET, RUNNING, ORIGIN + timedelta(days=1))
    assert next_day["user"].tolist() != rows["user"].tolist()
