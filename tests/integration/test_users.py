"""Data sets, tags and persons over HTTP; what is forgotten is gone; pseudonyms in what leaves the house."""

import csv
import io
from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from pydantic import SecretStr

from api.app import create_app
from forecasting.forecasts import forecast_campaign
from forecasting.klstm.forecaster import Configuration
from forecasting.records import ModelRun
from forecasting.training import train
from graph.connection import Graph, connect
from graph.export import answer
from graph.importing.adapters.complete_journey import complete_journey
from graph.importing.job import ImportReport, import_prepared
from graph.progress import Silent
from graph.pseudonyms import Pseudonyms
from graph.settings import Settings
from network.build import build_network
from network.runs import NetworkRun
from tests.data import CAMPAIGN, CUTOFF, influence_supported, query

PERSON = "somebody-4711"
FEW_HOUSEHOLDS = 30
KEY = SecretStr("a key for the tests")


@pytest.fixture(scope="module")
def client(graph: Graph, settings: Settings, sample: ImportReport, model: ModelRun) -> Iterator[TestClient]:
    forecast_campaign(graph, settings, sample.dataset, CAMPAIGN, 7, Silent(), model.cutoff)
    app = create_app(settings.model_copy(update={"pseudonym_key": KEY}), connect(settings), keys=False)
    client = TestClient(app, base_url="http://127.0.0.1", raise_server_exceptions=False)
    client.params = {"dataset": sample.dataset}
    yield client


def test_data_sets(client: TestClient, sample: ImportReport) -> None:
    answer = TestClient(client.app, base_url="http://127.0.0.1").get("/v1/datasets")
    (dataset,) = (dataset for dataset in answer.json() if dataset["id"] == sample.dataset)
    assert (dataset["campaigns"], dataset["first"], dataset["last"]) == (27, "2017-01-01", "2017-12-31")
    assert dataset["users"] == sample.counts["users"]
    assert not dataset["running"]


def test_tags(client: TestClient, network: NetworkRun) -> None:
    assert network
    answered = client.get("/v1/tags", params={"limit": 5})
    tags = answered.json()
    total = int(answered.headers["x-total-count"])
    assert len(tags) == 5 < total
    assert tags[0]["users"] >= tags[1]["users"] > 0
    keys = client.get("/v1/tags", params={"key": True}).json()
    assert [one["key_rank"] for one in keys] == list(range(1, len(keys) + 1))
    assert all(one["risk_ratio"] >= 0 for one in keys)
    assert len({one["risk_ratio"] for one in keys}) > 3
    word = tags[0]["text"][:5].upper()
    found = client.get("/v1/tags", params={"text": word}).json()
    assert tags[0] in found
    assert all(word.lower() in (one["text"] or one["id"]).lower() for one in found)
    assert client.get("/v1/tags", params={"kind": "no such kind"}).json() == []


def test_user_profile(client: TestClient) -> None:
    user = client.get(f"/v1/campaigns/{CAMPAIGN}/key-users").json()[0]["user"]
    told = client.get(f"/v1/users/{user}").json()
    (bought,) = (one for one in told["behaviours"] if one["kind"] == "PURCHASED")
    assert bought["times"] > 10
    assert "2017-01-01" <= bought["first"] <= bought["last"] <= "2017-12-31"
    (part,) = (one for one in told["campaigns"] if one["campaign"] == CAMPAIGN)
    assert part["reached"]
    assert {one["source"] for one in told["tags"]} <= {"stated", "behaviour"}
    assert client.get("/v1/users/nobody").status_code == 404


def test_influence_by_group_and_by_period(client: TestClient) -> None:
    path = f"/v1/campaigns/{CAMPAIGN}/influence"
    days = {"since": "2017-11-06", "until": "2017-11-12"}
    week = client.get(path, params=days).json()
    assert [one["step"] for one in week] == [f"2017-11-{day:02}" for day in range(6, 13)]
    groups = client.get(f"{path}/groups", params=days).json()
    for step in week:
        of_day = [one for one in groups if one["step"] == step["step"]]
        assert sum(one["participants"] for one in of_day) == step["participants"]
        assert sum(one["redeemers"] for one in of_day) == step["redeemers"]
    known = {one["id"] for one in client.get(f"/v1/campaigns/{CAMPAIGN}/neighbour-groups").json()}
    assert {one["group"] for one in groups} - {None} <= known
    assert client.get(path, params={"since": "2018-01-01"}).json() == []


def test_network_for_drawing(
    client: TestClient, graph: Graph, sample: ImportReport, network: NetworkRun
) -> None:
    with influence_supported(graph, sample.dataset, network.id):
        whole = client.get(f"/v1/campaigns/{CAMPAIGN}/network").json()
        some = client.get(f"/v1/campaigns/{CAMPAIGN}/network", params={"most": 3}).json()
    assert whole["influence_verdict"] == "supported"
    assert whole["left_out"] == 0
    assert some["influences"] == whole["influences"][:3]
    assert some["left_out"] == len(whole["influences"]) - 3
    users = {one["user"] for one in some["users"]}
    assert all({link["source"], link["target"]} <= users for link in some["influences"])
    keys = {one["user"] for one in client.get(f"/v1/campaigns/{CAMPAIGN}/key-users").json()}
    assert {one["user"] for one in some["users"] if one["rank"]} == keys


def test_exported_users_are_pseudonymised(client: TestClient, graph: Graph, sample: ImportReport) -> None:
    told = client.get(f"/v1/campaigns/{CAMPAIGN}/likely-users", params={"limit": 1000}).json()
    exported = list(
        csv.DictReader(io.StringIO(client.get(f"/v1/campaigns/{CAMPAIGN}/likely-users.csv").text))
    )
    named = Pseudonyms(KEY, sample.dataset)
    assert [one["user"] for one in exported] == [named.of(one["user"]) for one in told]
    ids = {one["user"] for one in told}
    assert len({named.of(one) for one in ids}) == len(ids)
    assert named.of("1") != Pseudonyms(SecretStr("another"), sample.dataset).of("1")
    assert named.of("1") != Pseudonyms(KEY, "another").of("1")
    drawn = answer(graph, "key_users_and_groups", {"dataset": sample.dataset}, named)
    by_id = answer(graph, "key_users_and_groups", {"dataset": sample.dataset})
    users = by_id["from_label"] == "User"
    assert list(drawn.loc[users, "from"]) == [named.of(one) for one in by_id.loc[users, "from"]]
    for kept, shown in zip(by_id["targets"].dropna(), drawn["targets"].dropna(), strict=True):
        assert shown == ", ".join(named.of(one) for one in kept.split(", ") if one)


def everything(graph: Graph, dataset: str) -> str:
    """Every property of every node and relationship of a data set."""
    nodes = query(graph, "MATCH (n {dataset: $d}) RETURN properties(n) AS told", d=dataset)
    links = query(graph, "MATCH ({dataset: $d})-[r]-() RETURN DISTINCT properties(r) AS told", d=dataset)
    befores = query(graph, "MATCH (n:Change) RETURN properties(n) AS told")
    return repr(nodes) + repr(links) + repr(befores)


def test_erased_user_leaves_no_trace(graph: Graph, settings: Settings, dataset: str, tmp_path: Path) -> None:
    settings = settings.model_copy(update={"home": tmp_path})
    import_prepared(graph, settings, complete_journey(settings.cache, dataset, FEW_HOUSEHOLDS), Silent())
    (strong,) = query(
        graph,
        "MATCH (u:User {dataset: $d})-[:PARTICIPATED_IN]->(:Campaign {id: $c}) "
        "WITH u, count(*) AS n ORDER BY n DESC LIMIT 1 SET u.id = $p RETURN count(*) AS n",
        d=dataset, c=CAMPAIGN, p=PERSON,
    )  # fmt: skip
    assert strong["n"] == 1
    query(
        graph, "MATCH (u:User {dataset: $d, id: $p}) CREATE (:Change {dataset: $d, id: $p})-[:BEFORE]->(u)",
        d=dataset, p=PERSON,
    )  # fmt: skip
    build_network(graph, dataset, Silent(), cutoff=CUTOFF)
    train(graph, settings, dataset, Silent(), cutoff=CUTOFF, configuration=Configuration(epochs=1, members=1))
    forecast_campaign(graph, settings, dataset, CAMPAIGN, 7, Silent())
    rejected = tmp_path / "imports" / dataset / "1" / "rejected.csv"
    rejected.parent.mkdir(parents=True, exist_ok=True)
    rejected.write_text(
        f"file,row,column,value,reason\nx.csv,2,user,{PERSON},no moment\nx.csv,3,user,y,no moment\n"
    )
    assert everything(graph, dataset).count(PERSON) > 3  # Also where results name it.

    app = create_app(settings, graph, keys=False)
    client = TestClient(app, base_url="http://127.0.0.1", raise_server_exceptions=False)
    client.params = {"dataset": dataset}
    before = client.get(f"/v1/users/{PERSON}").json()
    erased = client.delete(f"/v1/users/{PERSON}")
    assert erased.status_code == 200, erased.text
    removed = erased.json()["removed"]
    assert removed["user"] == removed["earlier states"] == removed["values of rejected rows"] == 1
    assert removed["PURCHASED"] == before["behaviours"][0]["times"]
    assert removed["TARGETED_BY"] == sum(one["reached"] for one in before["campaigns"])
    assert removed["EXPECTS"] >= 1
    assert PERSON not in everything(graph, dataset)
    assert "x.csv,3,user,y,no moment" in rejected.read_text()
    for file in tmp_path.rglob("*"):
        assert file.is_dir() or PERSON.encode() not in file.read_bytes(), file
    assert client.get(f"/v1/users/{PERSON}").status_code == 404
    assert client.delete(f"/v1/users/{PERSON}").status_code == 404
    # What is shown of the rest still holds together.
    for part in ("key-users", "neighbour-groups", "network", "likely-users", "influence", "forecast"):
        assert client.get(f"/v1/campaigns/{CAMPAIGN}/{part}").status_code == 200
