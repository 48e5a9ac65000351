"""The spreading network of data with real ties and campaigns open to all."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from fastapi.testclient import TestClient

from api.app import create_app
from forecasting.history.open_campaigns import read_open_history
from forecasting.history.time_step import DAY, MONTH, Step
from forecasting.klstm.forecaster import KLSTM
from forecasting.klstm.trainer import Configuration
from forecasting.next_users.job import next_users_runs, train_next_users, who_is_next
from forecasting.next_users.next_user_model import Fitting
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
from tests.command_line import groundswell, reach
from tests.data import query, remove_dataset

DATASET = "test-cascades"
PEOPLE, CAMPAIGNS = 120, 40
_DAY = 86_400


@pytest.fixture(scope="module")
def spread(
    graph: Graph, settings: Settings, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[NetworkRun]:
    """Cascades in which people follow their ties, half of the time within two days."""
    folder = tmp_path_factory.mktemp("cascades")
    rng = np.random.default_rng(11)
    ties = {(a, (a + step) % PEOPLE) for a in range(PEOPLE) for step in (1, 7)}
    rows = []
    for campaign in range(CAMPAIGNS):
        first = rng.uniform(0, 60, PEOPLE) + np.where(rng.random(PEOPLE) < 0.7, 1000, 0)
        for user in np.argsort(first):
            for a, b in ties:
                if a == user and rng.random() < 0.5:
                    first[b] = min(first[b], first[a] + rng.uniform(0.1, 2))
        took_part = np.flatnonzero(first < 60)
        begin = first[took_part].min()
        rows += [(f"c{campaign:02}", f"u{user}", int((first[user] - begin) * _DAY)) for user in took_part]
    pd.DataFrame({"user_id": [f"u{one}" for one in range(PEOPLE)]}).to_csv(folder / "users.csv", index=False)
    named = pd.DataFrame(sorted((f"u{a}", f"u{b}") for a, b in ties), columns=["source", "target"])
    named.to_csv(folder / "ties.csv", index=False)
    acts = pd.DataFrame(rows, columns=["campaign_id", "user_id", "at"])
    acts.to_csv(folder / "participations.csv", index=False)
    clock = pd.DataFrame({"campaign_id": acts["campaign_id"].unique()})
    clock["offset_seconds"] = np.arange(len(clock)) * 30 * _DAY
    clock.to_csv(folder / "clock_offsets.csv", index=False)
    import_prepared(graph, settings, cascades(settings.cache, Path(folder), DATASET), Silent())
    yield build_network(graph, DATASET, Silent())
    remove_dataset(graph, DATASET)


def test_influence_follows_real_ties(graph: Graph, spread: NetworkRun) -> None:
    assert spread.ties == PEOPLE * 2
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
        assert [one["rank"] for one in users] == [1, 2, 3, 4, 5]
        assert {one["user"] for one in users} == {user for group in groups for user in group["key_users"]}


@pytest.fixture
def client(settings: Settings, spread: NetworkRun) -> Iterator[TestClient]:
    assert spread
    # A connection of its own: the application closes it.
    with TestClient(create_app(settings, connect(settings), keys=False), base_url="http://localhost") as one:
        one.params = {"dataset": DATASET}
        yield one


def test_api_serves_the_influence_test_of_a_network(client: TestClient, spread: NetworkRun) -> None:
    (told,) = client.get("/v1/networks").json()
    users = client.get("/v1/campaigns/c00/key-users").json()
    assert (told["id"], told["influence_test"]["verdict"]) == (spread.id, "supported")
    assert told["influence_test"]["matched"]["low"] > 1
    assert "times as often" in told["influence_test"]["summary"]
    assert {one["influence_verdict"] for one in users} == {"supported"}
    assert all(one["low"] <= one["score"] <= one["high"] for one in users)


def test_page_of_an_open_campaign_mentions_no_targeted_users(client: TestClient) -> None:
    page = client.get("/", params={"campaign": "c00"})
    assert page.status_code == 200
    assert "c00 (cascade) is open to all users" in page.text
    assert "targets 0 users" not in page.text
    assert " of 0 took part" not in page.text
    assert "traits of members who take part more or less often" in page.text


@pytest.mark.parametrize("method", METHODS)
def test_every_method_selects_seeds(graph: Graph, spread: NetworkRun, method: str) -> None:
    found = CampaignReach(graph, DATASET, "c00", spread, None).choose(SeedRequest(k=3, method=method))
    assert found["rank"].tolist() == [1, 2, 3]
    assert found["user"].nunique() == 3
    assert (found["low"] <= found["score"]).all()


def test_what_if_forecasts_the_spread_from_selected_seeds(client: TestClient) -> None:
    asked = {"k": 4, "days": 10}
    best = client.post("/v1/campaigns/c00/what-if", json=asked).json()
    assert [one["rank"] for one in best["seeds"]] == [1, 2, 3, 4]
    means = [day["mean"] for day in best["days"]]
    assert means == sorted(means)
    assert 4 <= means[0] <= means[-1] <= best["total"]["high"]
    named = [one["user"] for one in best["seeds"]]
    again = client.post("/v1/campaigns/c00/what-if", json={"seeds": named, "days": 10}).json()
    assert again["days"] == best["days"]
    others = client.post("/v1/campaigns/c00/what-if", json={**asked, "exclude": named}).json()
    assert not {one["user"] for one in others["seeds"]} & set(named)
    assert others["total"]["mean"] <= best["total"]["high"]


def test_seed_constraints_are_met(graph: Graph, spread: NetworkRun) -> None:
    chooser = CampaignReach(graph, DATASET, "c00", spread, None)
    groups = query(
        graph,
        "MATCH (u:User {dataset: $d})-[:IN_GROUP {run: $run}]->(g)-[:OF]->(:Campaign {id: 'c00'}) "
        "RETURN u.id AS user, g.id AS group",
        d=DATASET, run=spread.id,
    )  # fmt: skip
    group_of = {row["user"]: row["group"] for row in groups}
    found = chooser.choose(SeedRequest(k=5, per_group=1))["user"].map(group_of)
    assert found.value_counts(dropna=False).max() == 1
    first = chooser.choose(SeedRequest(k=5))["user"].iloc[0]
    dear = chooser.choose(SeedRequest(k=5, costs={first: 9.0}, budget=3.0))
    assert first not in set(dear["user"])
    assert len(dear) == 3


def test_what_if_excludes_users_first_seen_after_the_cutoff(graph: Graph, spread: NetworkRun) -> None:
    early = replace(spread, cutoff=describe_dataset(graph, DATASET).first_day + timedelta(days=12))
    (row,) = query(
        graph,
        "MATCH (u:User {dataset: $d})-[act]->(:Campaign) WHERE act.at < datetime($day) "
        "RETURN count(DISTINCT u) AS n",
        d=DATASET, day=f"{early.cutoff}T00:00:00Z",
    )  # fmt: skip
    assert 0 < row["n"] < PEOPLE
    with pytest.raises(InvalidRequest, match=f"cannot be chosen among the {row['n']} users"):
        CampaignReach(graph, DATASET, "c00", early, None).choose(SeedRequest(k=PEOPLE))


@pytest.mark.parametrize(
    ("wish", "said"),
    [
        ({"seeds": ["nobody"]}, "cannot reach nobody"),
        ({"k": 999}, "999 seeds cannot be chosen among the 120"),
        ({"fair": "colour"}, "No user has a property 'colour'"),
        ({"costs": {"u1": -1.0}}, "must be above 0"),
    ],
)
def test_infeasible_seed_request_states_the_reason(
    client: TestClient, wish: dict[str, object], said: str
) -> None:
    answer = client.post("/v1/campaigns/c00/what-if", json=wish)
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"
    assert said in answer.text


def test_what_if_on_the_command_line(settings: Settings, spread: NetworkRun, tmp_path: Path) -> None:
    assert spread
    costs = tmp_path / "costs.csv"
    costs.write_text("user,cost\nu1,2.5\n")
    arguments = ["what-if", "c00", "--dataset", DATASET, "--k", "3", "--costs", str(costs), "--budget", "3"]
    done = groundswell(*arguments, "--days", "5", **reach(settings))
    assert done.returncode == 0, done.stderr
    assert "3 seeds" in done.stdout
    assert "users is supported by this data." in " ".join(done.stdout.split())
    costs.write_text("user,cost\nu1,dear\n")
    done = groundswell(*arguments, **reach(settings))
    assert done.returncode == 1
    assert "line 2, column \"cost\": 'dear' is not a number" in done.stderr


def test_updated_network_is_close_to_a_new_build(graph: Graph, spread: NetworkRun) -> None:
    later = spread.cutoff - timedelta(days=20)
    built = build_network(graph, DATASET, Silent(), cutoff=later - timedelta(days=45))
    assert built.built == built.cutoff
    updated = update_network(graph, DATASET, Silent(), cutoff=later)
    assert (updated.cutoff, updated.built, updated.influence_test) == (
        later,
        built.cutoff,
        built.influence_test,
    )
    assert update_network(graph, DATASET, Silent(), cutoff=later) == updated

    def found() -> tuple[pd.DataFrame, list[str]]:
        edges = query(
            graph,
            "MATCH (a:User {dataset: $d})-[edge:INFLUENCES {run: $run}]->(b) RETURN a.id AS source, "
            "b.id AS target, edge.trials AS trials, edge.probability AS probability",
            d=DATASET, run=updated.id,
        )  # fmt: skip
        users = queries.key_users(graph, DATASET, "c00", updated.id)
        return pd.DataFrame(edges).set_index(["source", "target"]), [one["user"] for one in users]

    edges, seeds = found()
    groups = queries.neighbour_groups(graph, DATASET, "c00", updated.id)
    assert set(seeds) == {user for group in groups for user in group["key_users"]}
    anew = build_network(graph, DATASET, Silent(), cutoff=later)
    assert anew.built == later
    expected, best = found()
    both = edges.join(expected, suffixes=("_updated", ""))
    assert len(both) == len(edges) == len(expected)
    assert both["trials_updated"].equals(both["trials"])
    assert (both["probability_updated"] - both["probability"]).abs().mean() < 0.01
    reach = CampaignReach(graph, DATASET, "c00", anew, None)
    assert reach.spread(seeds, 30).total.mean > 0.95 * reach.spread(best, 30).total.mean


def test_networks_are_listed_and_removed(settings: Settings, graph: Graph, spread: NetworkRun) -> None:
    day = spread.cutoff - timedelta(days=30)
    run = build_network(graph, DATASET, Silent(), cutoff=day)
    listed = groundswell("network", "list", "--dataset", DATASET, **reach(settings))
    assert str(day) in listed.stdout
    done = groundswell("network", "remove", str(day), "--dataset", DATASET, **reach(settings))
    assert done.returncode == 0, done.stderr
    assert run.id not in {one.id for one in networks(graph, DATASET)}
    (row,) = query(graph, "MATCH ()-[r {run: $run}]->() RETURN count(r) AS n", run=run.id)
    assert row["n"] == 0
    again = groundswell("network", "remove", str(day), "--dataset", DATASET, **reach(settings))
    assert again.returncode == 1
    assert "There is no spreading network" in again.stderr


def test_too_long_horizon_is_rejected(graph: Graph, spread: NetworkRun) -> None:
    with pytest.raises(InvalidRequest, match="91 days"):
        CampaignReach(graph, DATASET, "c00", spread, None).spread(["u1"], 91)


ORIGIN, RUNNING = date(2012, 10, 1), "c33"


@pytest.mark.parametrize("step", [DAY, MONTH])
def test_participants_of_open_campaigns_are_counted_in_steps(
    graph: Graph, spread: NetworkRun, step: Step
) -> None:
    history = read_open_history(graph, DATASET, spread, ORIGIN, step, Silent())
    rows = query(
        graph,
        "MATCH (u:User {dataset: $d})-[p:PARTICIPATED_IN]->(c:Campaign {dataset: $d}) "
        "WHERE p.at < datetime($t) RETURN DISTINCT c.id AS unique_id, u.id AS user, "
        "toString(date.truncate($unit, p.at)) AS ds",
        d=DATASET, t=f"{ORIGIN}T00:00:00[UTC]", unit=step.name,
    )  # fmt: skip
    came = pd.DataFrame(rows).assign(ds=lambda told: pd.to_datetime(told["ds"]))
    came = came.groupby(["unique_id", "ds"]).size()
    told = history.steps.set_index(["unique_id", "ds"])["y"]
    assert told[told > 0].sort_index().to_dict() == came.sort_index().to_dict()
    assert told.index.get_level_values("ds").nunique() == history.n_steps
    assert set(history.roles["campaign"]) <= set(history.campaigns["id"])
    assert (history.roles.groupby("campaign")["score"].max() > 0).all()
    assert (history.campaigns["targeted"] <= PEOPLE).all()


def how_many(graph: Graph, network: NetworkRun) -> pd.DataFrame:
    """A forecast of months from ORIGIN on."""
    history = read_open_history(graph, DATASET, network, ORIGIN, MONTH, Silent())
    quick = Configuration(hidden=8, context=4, epochs=2, members=1)
    return KLSTM(quick).fit(history, Silent()).predict(history, 3)


def test_next_users_of_open_campaigns(
    graph: Graph, settings: Settings, spread: NetworkRun, tmp_path: Path
) -> None:
    network, scope = spread, ("--dataset", DATASET)
    asked = groundswell("forecast", RUNNING, *scope, **reach(settings))
    assert asked.returncode == 1
    assert f"groundswell who {RUNNING}" in asked.stderr
    early = groundswell("who", RUNNING, *scope, **reach(settings))
    assert early.returncode == 1
    assert "groundswell train" in early.stderr
    few = groundswell("train", *scope, "--cutoff", "2010-06-01", **reach(settings))
    assert few.returncode == 1
    assert "too few to train on" in few.stderr
    quick = Fitting(members=1, epochs=1)
    run = train_next_users(graph, settings, DATASET, Silent(), ORIGIN, quick)
    file = tmp_path / "next.csv"
    told = groundswell("who", RUNNING, *scope, "--origin", str(ORIGIN), "--to", str(file), **reach(settings))
    assert told.returncode == 0, told.stderr
    assert "Likely to take part next, from 2012-10-01 on" in told.stdout
    assert "who takes part most" in " ".join(told.stdout.split())
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
    before = groundswell("who", "c39", *scope, "--origin", str(ORIGIN), **reach(settings))
    assert before.returncode == 1
    assert "has no participants" in before.stderr

    # Nothing at or after the origin moves it: everything there made nonsense in the database itself.
    assert next_users_runs(graph, DATASET) == [run]
    months = how_many(graph, network)
    for corruption in (
        "MATCH (:User {dataset: $d})-[p:PARTICIPATED_IN|ADOPTED]->() WHERE p.at >= datetime($t) DELETE p",
        "MATCH (u:User {dataset: $d}), (c:Campaign {dataset: $d}) WITH u, c LIMIT 2000 "
        "CREATE (u)-[:PARTICIPATED_IN {at: datetime($t), behaviour: 'ADOPTED', weight: 1.0}]->(c) "
        "CREATE (u)-[:ADOPTED {at: datetime($t)}]->(c)",
    ):
        query(graph, corruption, d=DATASET, t=f"{ORIGIN}T00:00:00[UTC]")
    again = train_next_users(graph, settings, DATASET, Silent(), ORIGIN, quick)
    assert again == run
    unmoved, _, _ = who_is_next(graph, settings, DATASET, RUNNING, ORIGIN)
    assert unmoved["user"].tolist() == rows["user"].tolist()
    assert unmoved["probability"].tolist() == pytest.approx(rows["probability"].tolist(), rel=1e-4)
    pd.testing.assert_frame_equal(how_many(graph, network), months)
    # A day later it does move: the test can fail.
    moved, _, _ = who_is_next(graph, settings, DATASET, RUNNING, ORIGIN + timedelta(days=1))
    assert moved["user"].tolist() != rows["user"].tolist()
