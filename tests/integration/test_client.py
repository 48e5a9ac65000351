"""The API's Python client, and commands that run on another server."""

import csv
import inspect
import json
import re
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from pydantic import BaseModel, TypeAdapter

from api import client as client_module
from api.app import create_app
from api.client import Client
from api.schemas.requests import CampaignRequest, ForecastRequest, PlanRequest, WhatIfRequest
from examples import messy_shop
from forecasting.records import ModelRun
from graph.api_keys import make_key
from graph.connection import Graph, connect
from graph.errors import AccessDenied, InvalidRequest, JobEnded, NotFound, ServerRefused, ServerUnreachable
from graph.importing.inference.infer import infer_mapping
from graph.importing.report import ImportReport
from graph.settings import Settings
from tests.command_line import database_environment, groundswell
from tests.data import CAMPAIGN, CUTOFF, query
from tests.serving import running_server


@pytest.fixture(scope="module")
def address(settings: Settings, sample: ImportReport, model: ModelRun) -> Iterator[str]:
    assert sample
    assert model
    with running_server(settings) as address:
        yield address


@pytest.fixture
def client(address: str) -> Iterator[Client]:
    with Client(address) as client:
        yield client


def test_client_has_every_operation(settings: Settings, graph: Graph) -> None:
    assert graph
    app = create_app(settings, connect(settings), keys=False)
    with TestClient(app, base_url="http://127.0.0.1") as test_client:
        paths = test_client.get("/openapi.json").json()["paths"]
    documented = {f"{method.upper()} {path}" for path, methods in paths.items() for method in methods}
    called = set(re.findall(r'"((?:GET|POST|DELETE) /[^"]*)"', inspect.getsource(client_module)))
    assert called == documented


def test_responses_are_models(client: Client, sample: ImportReport, model: ModelRun) -> None:
    scope = sample.dataset
    assert client.health().status == "ok"
    assert client.ready().gds
    assert "groundswell_database_up 1.0" in client.metrics()
    assert scope in [dataset.id for dataset in client.datasets()]
    campaigns = client.campaigns(scope, kind="Type A", sort="-participants")
    assert client.campaign(campaigns[0].id, scope) == campaigns[0]
    steps = client.influence(CAMPAIGN, scope, since=CUTOFF - timedelta(days=3), until=CUTOFF)
    assert [step.step for step in steps] == [CUTOFF + timedelta(days=day) for day in (-3, -2, -1, 0)]
    assert client.influence_by_group(CAMPAIGN, scope, until=CUTOFF)
    users = client.key_users(CAMPAIGN, scope)
    assert client.neighbour_groups(CAMPAIGN, scope)
    assert client.network(CAMPAIGN, scope, most=5).users
    assert client.neighbourhood(users[0].user, scope).key_user_of
    assert client.user(users[0].user, scope).user == users[0].user
    assert client.tags(scope, limit=3)
    assert client.networks(scope)[0].id == model.network
    assert model.id in [run.id for run in client.models(scope)]
    latest = client.imports(scope)[0]
    assert client.get_import(latest.id) == latest
    spread = client.what_if(CAMPAIGN, WhatIfRequest(k=3, days=5), scope)
    assert len(spread.seeds) == 3
    assert len(spread.days) == 5
    plan = client.plan("22", PlanRequest(origin=CUTOFF, top=2), scope)
    assert len(plan.planned.users) == 2


def test_jobs_are_followed_to_their_end(client: Client, sample: ImportReport, model: ModelRun) -> None:
    request = ForecastRequest(dataset=sample.dataset, horizon=3, origin=model.cutoff)
    job = client.follow(client.make_forecast(CAMPAIGN, request))
    assert job.result == {"campaign": CAMPAIGN, "origin": str(model.cutoff), "model": model.id}
    assert job in client.jobs(dataset=sample.dataset)
    assert client.cancel(job.id) == client.job(job.id) == job
    forecast = client.forecast(CAMPAIGN, sample.dataset, model.cutoff)
    assert len(forecast.steps) == 3
    assert client.explanation(CAMPAIGN, sample.dataset, model.cutoff).attributions
    likely = client.likely_users(CAMPAIGN, sample.dataset, waiting=True, limit=2)
    file = client.likely_users_csv(CAMPAIGN, sample.dataset, waiting=True).decode()
    assert [row["user"] for row in csv.DictReader(file.splitlines())][:2] == [user.user for user in likely]
    before_cutoff = ForecastRequest(dataset=sample.dataset, origin=date(2017, 3, 1))
    with pytest.raises(JobEnded) as error:
        client.follow(client.make_forecast(CAMPAIGN, before_cutoff))
    assert "groundswell train" in error.value.remedy


def test_errors_of_the_server_are_raised(client: Client, address: str, sample: ImportReport) -> None:
    with pytest.raises(NotFound, match=r"no campaign 'a b\?c&d'"):
        client.campaign("a b?c&d", sample.dataset)
    with pytest.raises(InvalidRequest, match="limit"):
        client.campaigns(sample.dataset, limit=0)
    with pytest.raises(ServerRefused, match="Not Found"):
        client._send("GET /v1/nothing")
    with Client(f"{address}/static") as wrong_path, pytest.raises(ServerRefused):
        wrong_path.datasets()
    with Client("http://127.0.0.1:9") as no_server, pytest.raises(ServerUnreachable, match="No Groundswell"):
        no_server.health()
    for invalid_address in ("localhost", "ftp://host", "http://", "http://host:port"):
        with pytest.raises(InvalidRequest, match="not an HTTP address"):
            Client(invalid_address)


def test_client_imports_files_plans_a_campaign_and_erases_a_user(
    client: Client, dataset: str, tmp_path: Path
) -> None:
    messy_shop.write(tmp_path)
    files = sorted(tmp_path.iterdir())
    check = client.check_import(files, dataset=dataset, zone="Europe/Berlin")
    assert sum(counts.rejected for counts in check.tables.values()) == 21
    job = client.follow(client.start_import(check.mapping, files))
    assert job.result == {"import": f"{dataset}.1"}
    assert len(client.rejected(f"{dataset}.1").splitlines()) == 22
    days = {"starts": date(2030, 2, 1), "ends": date(2030, 2, 9)}
    campaign = client.create_campaign(CampaignRequest(dataset=dataset, id="later", users=["K0001"], **days))
    assert campaign.targeted == 1
    client.remove_campaign("later", dataset)
    assert "later" not in [campaign.id for campaign in client.campaigns(dataset)]
    assert client.erase_user("K0001", dataset).user == "K0001"
    with pytest.raises(NotFound):
        client.user("K0001", dataset)


def test_commands_run_on_another_server(address: str, sample: ImportReport, model: ModelRun) -> None:
    def output_of(*arguments: str) -> str:
        scope = () if arguments[0] in ("imports", "jobs") else ("--dataset", sample.dataset)
        result = groundswell("--server", address, *arguments, *scope, GROUNDSWELL_HOME="/nowhere")
        assert result.returncode == 0, result.stderr
        return " ".join(result.stdout.split())

    assert "Likely to take part within 4 days" in output_of("forecast", CAMPAIGN, "--horizon", "4")
    assert f"Campaign {CAMPAIGN}" in output_of("campaigns", "--state", "ended")
    days = ("--starts", "2030-02-01", "--ends", "2030-02-09")
    added = output_of("campaigns", "add", "later", *days, "--like", CAMPAIGN)
    assert added.startswith("Added the planned campaign later, 2030-02-01 to 2030-02-09:")
    assert "Removed the campaign later." in output_of("campaigns", "remove", "later")
    assert "not yet" in output_of("who", CAMPAIGN, "--waiting", "--top", "3")
    assert "What drives the forecast" in output_of("explain", CAMPAIGN, "--horizon", "4")
    assert "as planned" in output_of("plan", "22", "--origin", str(CUTOFF), "--top", "0")
    assert "3 seeds" in output_of("what-if", CAMPAIGN, "--k", "3")
    assert str(model.cutoff) in output_of("network", "list")
    assert "Spreading network with cut-off" in output_of("network", "build", "--cutoff", str(model.cutoff))
    assert sample.dataset[:12] in output_of("imports")
    assert "complete" in output_of("jobs", "list")


def test_json_of_commands_is_the_response_of_the_api(
    client: Client, address: str, settings: Settings, sample: ImportReport, model: ModelRun
) -> None:
    scope, environment = sample.dataset, database_environment(settings)
    client.follow(client.make_forecast(CAMPAIGN, ForecastRequest(dataset=scope, horizon=4)))
    forecast, explanation = client.forecast(CAMPAIGN, scope), client.explanation(CAMPAIGN, scope)
    responses: dict[str, BaseModel | Sequence[BaseModel]] = {
        "campaigns --state ended": client.campaigns(scope, state="ended"),
        "imports": client.imports(scope),
        f"forecast {CAMPAIGN} --horizon 4": forecast,
        f"who {CAMPAIGN} --top 3": client.likely_users(CAMPAIGN, scope, limit=3),
        "network list": client.networks(scope),
        f"network build --cutoff {model.cutoff}": client.networks(scope)[0],
        f"what-if {CAMPAIGN} --k 2": client.what_if(CAMPAIGN, WhatIfRequest(k=2), scope),
    }
    for command, response in responses.items():
        result = groundswell(*command.split(), "--dataset", scope, "--json", **environment)
        assert result.returncode == 0, result.stderr
        printed = json.loads(result.stdout)
        assert printed == TypeAdapter(object).dump_python(response, mode="json"), command
    command_line = ["explain", CAMPAIGN, "--horizon", "4", "--dataset", scope, "--json"]
    remote = groundswell("--server", address, *command_line)
    assert json.loads(remote.stdout) == explanation.model_dump(mode="json")
    local = json.loads(groundswell(*command_line, **environment).stdout)
    assert local["expected"] == pytest.approx(explanation.expected)
    assert (local["campaign"], local["origin"], local["model"]) == (
        CAMPAIGN, str(explanation.origin), explanation.model
    )  # fmt: skip


def test_import_uploads_a_folder(
    address: str, dataset: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    messy_shop.write(tmp_path)
    (tmp_path / "groundswell.yaml").write_text(
        infer_mapping(tmp_path, dataset, "Europe/Berlin"), encoding="utf-8"
    )
    monkeypatch.chdir(tmp_path)
    result = groundswell("import", "run", str(tmp_path), GROUNDSWELL_SERVER=address)
    assert result.returncode == 0, result.stderr
    assert "6,987 read" in result.stdout
    assert len((tmp_path / f"{dataset}.1-rejected.csv").read_text(encoding="utf-8").splitlines()) == 22


def test_local_commands_reject_another_server(address: str) -> None:
    for command in (["db", "status"], ["export", "network", "18", "--to", "x.html"], ["keys", "list"]):
        result = groundswell("--server", address, *command)
        assert result.returncode == 1
        assert "needs direct access to the database" in result.stderr
        assert "Traceback" not in result.stderr


def test_command_on_an_unreachable_server_fails() -> None:
    result = groundswell("--server", "http://127.0.0.1:9", "jobs", "list")
    assert result.returncode == 1
    assert "No Groundswell server answers" in result.stderr


def test_client_sends_its_key(graph: Graph, settings: Settings) -> None:
    key = make_key(graph, "reader", ["read"])[1]
    try:
        with running_server(settings, keys=True) as address:
            with Client(address, key) as client:
                assert client.jobs() is not None
            with Client(address) as without_key, pytest.raises(AccessDenied) as error:
                without_key.jobs()
        assert "GROUNDSWELL_SERVER_KEY" in error.value.remedy
    finally:
        query(graph, "MATCH (key:ApiKey) DELETE key")
