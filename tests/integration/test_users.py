"""Data sets, tags and users over HTTP, the erasure of a user, and pseudonyms in exports."""

import csv
import io
import os
import re
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
from graph.export import run_question
from graph.importing.adapters.complete_journey import complete_journey
from graph.importing.job import import_files, import_prepared
from graph.importing.mapping.model import read_mapping
from graph.importing.report import ImportReport
from graph.importing.warnings import DataWarning, to_json
from graph.progress import Silent
from graph.pseudonyms import Pseudonyms
from graph.settings import Settings
from network.build import build_network
from network.runs import NetworkRun
from tests.data import CAMPAIGN, CUTOFF, influence_supported, query, text_encoder

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


def test_data_set_has_its_counts_and_days(client: TestClient, sample: ImportReport) -> None:
    response = TestClient(client.app, base_url="http://127.0.0.1").get("/v1/datasets")
    (dataset,) = (dataset for dataset in response.json() if dataset["id"] == sample.dataset)
    assert (dataset["campaigns"], dataset["first"], dataset["last"]) == (27, "2017-01-01", "2017-12-31")
    assert dataset["users"] == sample.counts["users"]
    assert not dataset["running"]


def test_tags_are_paged_filtered_and_searched(client: TestClient, network: NetworkRun) -> None:
    assert network
    response = client.get("/v1/tags", params={"limit": 5})
    tags = response.json()
    total = int(response.headers["x-total-count"])
    assert len(tags) == 5 < total
    assert tags[0]["users"] >= tags[1]["users"] > 0
    key_tags = client.get("/v1/tags", params={"key": True}).json()
    assert [tag["key_rank"] for tag in key_tags] == list(range(1, len(key_tags) + 1))
    assert all(tag["risk_ratio"] >= 0 for tag in key_tags)
    assert len({tag["risk_ratio"] for tag in key_tags}) > 3
    word = tags[0]["text"][:5].upper()
    with_word = client.get("/v1/tags", params={"text": word}).json()
    assert tags[0] in with_word
    assert all(word.lower() in (tag["text"] or tag["id"]).lower() for tag in with_word)
    assert client.get("/v1/tags", params={"kind": "no such kind"}).json() == []


def test_user_has_behaviours_campaigns_and_tags(client: TestClient) -> None:
    user_id = client.get(f"/v1/campaigns/{CAMPAIGN}/key-users").json()[0]["user"]
    user = client.get(f"/v1/users/{user_id}").json()
    (purchases,) = (behaviour for behaviour in user["behaviours"] if behaviour["kind"] == "PURCHASED")
    assert purchases["times"] > 10
    assert "2017-01-01" <= purchases["first"] <= purchases["last"] <= "2017-12-31"
    (campaign,) = (campaign for campaign in user["campaigns"] if campaign["campaign"] == CAMPAIGN)
    assert campaign["reached"]
    assert {tag["source"] for tag in user["tags"]} <= {"stated", "behaviour"}
    assert client.get("/v1/users/nobody").status_code == 404


def test_influence_is_filtered_by_days_and_divided_by_group(client: TestClient) -> None:
    path = f"/v1/campaigns/{CAMPAIGN}/influence"
    days = {"since": "2017-11-06", "until": "2017-11-12"}
    steps = client.get(path, params=days).json()
    assert [step["step"] for step in steps] == [f"2017-11-{day:02}" for day in range(6, 13)]
    group_steps = client.get(f"{path}/groups", params=days).json()
    for step in steps:
        of_day = [group_step for group_step in group_steps if group_step["step"] == step["step"]]
        assert sum(group_step["participants"] for group_step in of_day) == step["participants"]
        assert sum(group_step["redeemers"] for group_step in of_day) == step["redeemers"]
    groups = client.get(f"/v1/campaigns/{CAMPAIGN}/neighbour-groups").json()
    group_ids = {group["id"] for group in groups}
    assert {group_step["group"] for group_step in group_steps} - {None} <= group_ids
    assert client.get(path, params={"since": "2018-01-01"}).json() == []


def test_network_is_limited_to_the_strongest_influences(
    client: TestClient, graph: Graph, sample: ImportReport, network: NetworkRun
) -> None:
    with influence_supported(graph, sample.dataset, network.id):
        whole = client.get(f"/v1/campaigns/{CAMPAIGN}/network").json()
        limited = client.get(f"/v1/campaigns/{CAMPAIGN}/network", params={"most": 3}).json()
    assert whole["influence_verdict"] == "supported"
    assert whole["left_out"] == 0
    assert limited["influences"] == whole["influences"][:3]
    assert limited["left_out"] == len(whole["influences"]) - 3
    users = {user["user"] for user in limited["users"]}
    assert all({edge["source"], edge["target"]} <= users for edge in limited["influences"])
    key_users = {user["user"] for user in client.get(f"/v1/campaigns/{CAMPAIGN}/key-users").json()}
    assert {user["user"] for user in limited["users"] if user["rank"]} == key_users


def test_exported_users_are_pseudonymised(client: TestClient, sample: ImportReport) -> None:
    users = client.get(f"/v1/campaigns/{CAMPAIGN}/likely-users", params={"limit": 1000}).json()
    file = client.get(f"/v1/campaigns/{CAMPAIGN}/likely-users.csv").text
    exported = list(csv.DictReader(io.StringIO(file)))
    pseudonyms = Pseudonyms(KEY, sample.dataset)
    assert [row["user"] for row in exported] == [pseudonyms.of(user["user"]) for user in users]
    ids = {user["user"] for user in users}
    assert len({pseudonyms.of(user_id) for user_id in ids}) == len(ids)
    assert pseudonyms.of("1") != Pseudonyms(SecretStr("another"), sample.dataset).of("1")
    assert pseudonyms.of("1") != Pseudonyms(KEY, "another").of("1")


@pytest.mark.usefixtures("client")
def test_results_of_saved_questions_are_pseudonymised(graph: Graph, sample: ImportReport) -> None:
    pseudonyms = Pseudonyms(KEY, sample.dataset)
    scope = {"dataset": sample.dataset}
    with_pseudonyms = run_question(graph, "key_users_and_groups", scope, pseudonyms)
    with_ids = run_question(graph, "key_users_and_groups", scope)
    is_user = with_ids["from_label"] == "User"
    assert list(with_pseudonyms.loc[is_user, "from"]) == [
        pseudonyms.of(user_id) for user_id in with_ids.loc[is_user, "from"]
    ]
    for ids, exported in zip(with_ids["targets"].dropna(), with_pseudonyms["targets"].dropna(), strict=True):
        assert exported == ", ".join(pseudonyms.of(user_id) for user_id in ids.split(", ") if user_id)


def all_properties(graph: Graph, dataset: str) -> str:
    """Every property of every node and relationship of a data set."""
    nodes = query(graph, "MATCH (n {dataset: $d}) RETURN properties(n) AS properties", d=dataset)
    relationships = query(
        graph, "MATCH ({dataset: $d})-[r]-() RETURN DISTINCT properties(r) AS properties", d=dataset
    )
    changes = query(graph, "MATCH (n:Change) RETURN properties(n) AS properties")
    return repr(nodes) + repr(relationships) + repr(changes)


REJECTED_ROWS = {
    "campaigns.csv": "id,start,end\nMay,2017-05-01,2017-05-31\n",  # Unlike the others, it has no kind.
    "targets.csv": f"user,campaign\n{PERSON},May\n{PERSON}0,May\n",
    "users.csv": f"id,city\n{PERSON},Bonn\n{PERSON},Berlin\n{PERSON}0,Bonn\n{PERSON}0,Berlin\n",
    "orders.csv": (
        f"user;product;at\n{PERSON};x\n{PERSON}0;x\n{PERSON};x;soon\nunknown {PERSON};x;2017-05-01\n"
    ),
}
"""Rows about the user and about another one, whose id begins with the same letters; most are rejected."""


def import_rejected_rows(graph: Graph, settings: Settings, dataset: str, folder: Path) -> Path:
    """Import rows of which most are rejected, and return the file of the rejected ones."""
    folder.mkdir()
    for name, text in REJECTED_ROWS.items():
        (folder / name).write_text(text)
    (folder / "groundswell.yaml").write_text(rejecting_mapping(dataset))
    mapping = read_mapping(folder / "groundswell.yaml")
    report = import_files(graph, settings, folder, mapping, Silent(), engine="stream", max_rejected=1)
    assert report.total.rejected == 6
    assert report.rejects is not None
    return report.rejects


def rejecting_mapping(dataset: str) -> str:
    return f"""
dataset: {dataset}
zone: UTC
tables:
  users: [{{files: users.csv, columns: {{id: id}}, attributes: {{city: city}}}}]
  campaigns: [{{files: campaigns.csv, columns: {{id: id, starts: start, ends: end}}}}]
  targetings: [{{files: targets.csv, columns: {{user: user, campaign: campaign}}}}]
  behaviours:
    - files: orders.csv
      delimiter: ";"
      columns: {{user: user, object: product, at: at}}
      constants: {{kind: purchase}}
kinds:
  purchase: {{type: PURCHASED, object: product, counts: promoted}}
"""


def test_erased_user_leaves_no_trace(graph: Graph, settings: Settings, dataset: str, tmp_path: Path) -> None:
    home = tmp_path / "home"
    settings = settings.model_copy(update={"home": home, "api_token": KEY})
    import_prepared(graph, settings, complete_journey(settings.cache, dataset, FEW_HOUSEHOLDS), Silent())
    # The user with the most participations gets the id that must disappear.
    (row,) = query(
        graph,
        "MATCH (u:User {dataset: $d})-[:PARTICIPATED_IN]->(:Campaign {id: $c}) "
        "WITH u, count(*) AS n ORDER BY n DESC LIMIT 1 SET u.id = $p RETURN count(*) AS n",
        d=dataset, c=CAMPAIGN, p=PERSON,
    )  # fmt: skip
    assert row["n"] == 1
    rejected = import_rejected_rows(graph, settings, dataset, tmp_path / "files")
    assert rejected.read_text().count(PERSON) > rejected.read_text().count(f"{PERSON}0") > 0
    build_network(graph, dataset, Silent(), encoder=text_encoder(), cutoff=CUTOFF)
    train(graph, settings, dataset, Silent(), cutoff=CUTOFF, configuration=Configuration(epochs=1, members=1))
    forecast_campaign(graph, settings, dataset, CAMPAIGN, 7, Silent())
    app = create_app(settings, graph)
    client, of_all = (
        TestClient(
            app,
            base_url="http://127.0.0.1",
            raise_server_exceptions=False,
            headers={"Authorization": f"Bearer {KEY.get_secret_value()}"},
        )
        for _ in range(2)
    )
    client.params = {"dataset": dataset}
    files = [("files", (name, text.encode())) for name, text in REJECTED_ROWS.items()]
    upload = of_all.post("/v1/imports", data={"mapping": rejecting_mapping(dataset)}, files=files)
    assert upload.status_code == 202, upload.text
    job = upload.json()["id"]
    warning = DataWarning("similar_ids", f"'{PERSON}' looks like others.", 2, [f"{PERSON}, {PERSON}0"])
    query(
        graph, "MATCH (r:Run {dataset: $d, id: 'import/2'}) SET r.warnings = $w",
        d=dataset, w=to_json([warning]),
    )  # fmt: skip
    log = home / "logs" / "worker.log"
    log.write_text(f"12:00:00 ERROR Failed\nKeyError: '{PERSON}'\nKeyError: '{PERSON}0'\n")
    assert all_properties(graph, dataset).count(PERSON) > 3  # Results contain the id, too.

    before = client.get(f"/v1/users/{PERSON}").json()
    erased = client.delete(f"/v1/users/{PERSON}")
    assert erased.status_code == 200, erased.text
    removed, remains = erased.json()["removed"], erased.json()["remains"]
    assert removed["user"] == removed["earlier states"] == removed["lines of logs"] == 1
    assert removed["messages of imports and jobs"] == 1
    assert removed["values of rejected rows"] == 2 * 3  # In the parts and in the file of the whole import.
    assert removed["PURCHASED"] == before["behaviours"][0]["times"]
    assert removed["TARGETED_BY"] == sum(campaign["reached"] for campaign in before["campaigns"])
    assert removed["EXPECTS"] >= 1
    assert f"import job {job}" in remains[0]
    assert any("Backups" in place for place in remains)
    assert any("Imports leave these rows out" in place for place in remains)

    # The uploaded files go with their job.
    assert of_all.delete(f"/v1/jobs/{job}").json()["state"] == "cancelled"
    (folder,) = (home / "uploads").iterdir()
    os.utime(folder, (0, 0))
    assert client.delete(f"/v1/users/{PERSON}").json()["removed"] == {"uploads": 1}
    assert client.get(f"/v1/users/{PERSON}").status_code == 404
    assert client.delete(f"/v1/users/{PERSON}").status_code == 404

    word = re.compile(rf"{PERSON}(?!0)")
    assert not word.search(all_properties(graph, dataset))
    read = [file for file in home.rglob("*") if file.is_file()]
    assert {"rejected.csv", "worker.log", "audit.jsonl"} < {file.name for file in read}
    for file in read:
        assert not word.search(file.read_bytes().decode(errors="replace")), file
    # The other user stays.
    assert f"{PERSON}0" in all_properties(graph, dataset)
    assert f"{PERSON}0" in rejected.read_text()
    assert f"'{PERSON}0'" in log.read_text()
    for part in ("key-users", "neighbour-groups", "network", "likely-users", "influence", "forecast"):
        assert client.get(f"/v1/campaigns/{CAMPAIGN}/{part}").status_code == 200
