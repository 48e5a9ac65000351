"""The client of the API, and the command line on another server."""

import inspect
import re
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from api import client as module
from api.app import create_app
from api.client import Client
from api.schemas import forecasts, requests
from examples import messy_shop
from forecasting.records import ModelRun
from graph.api_keys import make_key
from graph.connection import Graph, connect
from graph.errors import AccessDenied, InvalidRequest, JobEnded, NotFound, ServerRefused, ServerUnreachable
from graph.importing.infer_mapping import infer_mapping
from graph.importing.job import ImportReport
from graph.settings import Settings
from tests.command_line import groundswell
from tests.data import CAMPAIGN, CUTOFF, query
from tests.serving import served


@pytest.fixture(scope="module")
def address(settings: Settings, sample: ImportReport, model: ModelRun) -> Iterator[str]:
    assert sample
    assert model
    with served(settings) as one:
        yield one


@pytest.fixture
def ask(address: str) -> Iterator[Client]:
    with Client(address) as one:
        yield one


def test_client_has_every_operation(settings: Settings, graph: Graph) -> None:
    assert graph
    with TestClient(create_app(settings, connect(settings), keys=False), base_url="http://127.0.0.1") as one:
        paths = one.get("/openapi.json").json()["paths"]
    described = {f"{method.upper()} {path}" for path, methods in paths.items() for method in methods}
    known = set(re.findall(r'"((?:GET|POST|DELETE) /[^"]*)"', inspect.getsource(module)))
    assert known == described


def test_answers_are_models(ask: Client, sample: ImportReport, model: ModelRun) -> None:
    scope = sample.dataset
    assert ask.health().status == "ok"
    assert ask.ready().gds
    assert "groundswell_database_up 1.0" in ask.metrics()
    assert scope in [one.id for one in ask.datasets()]
    found = ask.campaigns(scope, kind="Type A", sort="-participants")
    assert ask.campaign(found[0].id, scope) == found[0]
    steps = ask.influence(CAMPAIGN, scope, since=CUTOFF - timedelta(days=3), until=CUTOFF)
    assert [one.step for one in steps] == [CUTOFF + timedelta(days=day) for day in (-3, -2, -1, 0)]
    assert ask.influence_by_group(CAMPAIGN, scope, until=CUTOFF)
    users = ask.key_users(CAMPAIGN, scope)
    assert ask.neighbour_groups(CAMPAIGN, scope)
    assert ask.network(CAMPAIGN, scope, most=5).users
    assert ask.neighbourhood(users[0].user, scope).key_user_of
    assert ask.user(users[0].user, scope).user == users[0].user
    assert ask.tags(scope, limit=3)
    assert ask.networks(scope)[0].id == model.network
    assert model.id in [one.id for one in ask.models(scope)]
    latest = ask.imports(scope)[0]
    assert ask.get_import(latest.id) == latest
    told = ask.what_if(CAMPAIGN, forecasts.WhatIf(k=3, days=5), scope)
    assert len(told.seeds) == 3
    assert len(told.days) == 5
    plan = ask.plan("22", forecasts.Plan(origin=CUTOFF, top=2), scope)
    assert len(plan.planned.users) == 2


def test_jobs_are_followed_to_their_end(ask: Client, sample: ImportReport, model: ModelRun) -> None:
    wish = requests.Forecast(dataset=sample.dataset, horizon=3, origin=model.cutoff)
    done = ask.follow(ask.make_forecast(CAMPAIGN, wish))
    assert done.result == {"campaign": CAMPAIGN, "origin": str(model.cutoff), "model": model.id}
    assert done in ask.jobs(dataset=sample.dataset)
    assert ask.cancel(done.id) == ask.job(done.id) == done
    forecast = ask.forecast(CAMPAIGN, sample.dataset, model.cutoff)
    assert len(forecast.steps) == 3
    assert ask.explanation(CAMPAIGN, sample.dataset, model.cutoff).attributions
    likely = ask.likely_users(CAMPAIGN, sample.dataset, waiting=True, limit=2)
    rows = ask.likely_users_csv(CAMPAIGN, sample.dataset, waiting=True).decode().splitlines()
    assert rows[1].split(",")[1] == likely[0].user
    early = requests.Forecast(dataset=sample.dataset, origin=date(2017, 3, 1))
    with pytest.raises(JobEnded) as refused:
        ask.follow(ask.make_forecast(CAMPAIGN, early))
    assert "groundswell train" in refused.value.remedy


def test_errors_of_the_server_are_raised(ask: Client, address: str, sample: ImportReport) -> None:
    with pytest.raises(NotFound, match=r"no campaign 'a b\?c&d'"):
        ask.campaign("a b?c&d", sample.dataset)
    with pytest.raises(InvalidRequest, match="limit"):
        ask.campaigns(sample.dataset, limit=0)
    with pytest.raises(ServerRefused, match="Not Found"):
        ask._send("GET /v1/nothing")
    with Client(f"{address}/static") as astray, pytest.raises(ServerRefused):
        astray.datasets()
    with Client("http://127.0.0.1:9") as nobody, pytest.raises(ServerUnreachable, match="No Groundswell"):
        nobody.health()
    for wrong in ("localhost", "ftp://host", "http://", "http://host:port"):
        with pytest.raises(InvalidRequest, match="not an HTTP address"):
            Client(wrong)


def test_files_are_imported_campaigns_planned_users_erased(ask: Client, dataset: str, tmp_path: Path) -> None:
    messy_shop.write(tmp_path)
    files = sorted(tmp_path.iterdir())
    checked = ask.check_import(files, dataset=dataset, zone="Europe/Berlin")
    assert sum(one.rejected for one in checked.tables.values()) == 21
    job = ask.follow(ask.start_import(checked.mapping, files))
    assert job.result == {"import": f"{dataset}.1"}
    assert len(ask.rejected(f"{dataset}.1").splitlines()) == 22
    days = {"starts": date(2030, 2, 1), "ends": date(2030, 2, 9)}
    made = ask.create_campaign(requests.Campaign(dataset=dataset, id="later", users=["K0001"], **days))
    assert made.targeted == 1
    ask.remove_campaign("later", dataset)
    assert "later" not in [one.id for one in ask.campaigns(dataset)]
    assert ask.erase_user("K0001", dataset).user == "K0001"
    with pytest.raises(NotFound):
        ask.user("K0001", dataset)


def test_commands_run_on_another_server(address: str, sample: ImportReport, model: ModelRun) -> None:
    def there(*arguments: str) -> str:
        told = arguments if arguments[0] in ("imports", "jobs") else (*arguments, "--dataset", sample.dataset)
        done = groundswell("--server", address, *told, GROUNDSWELL_HOME="/nowhere")
        assert done.returncode == 0, done.stderr
        return " ".join(done.stdout.split())

    assert "Likely to take part within 4 days" in there("forecast", CAMPAIGN, "--horizon", "4")
    assert f"Campaign {CAMPAIGN}" in there("campaigns", "--state", "ended")
    assert "not yet" in there("who", CAMPAIGN, "--new", "--top", "3")
    assert "What drives the forecast" in there("explain", CAMPAIGN, "--horizon", "4")
    assert "as planned" in there("plan", "22", "--origin", str(CUTOFF), "--top", "0")
    assert "3 seeds" in there("what-if", CAMPAIGN, "--k", "3")
    assert str(model.cutoff) in there("network", "list")
    assert "Spreading network with cut-off" in there("network", "build", "--cutoff", str(model.cutoff))
    assert sample.dataset[:12] in there("imports")
    assert "complete" in there("jobs", "list")


def test_import_uploads_a_folder(
    address: str, dataset: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    messy_shop.write(tmp_path)
    (tmp_path / "groundswell.yaml").write_text(
        infer_mapping(tmp_path, dataset, "Europe/Berlin"), encoding="utf-8"
    )
    monkeypatch.chdir(tmp_path)
    done = groundswell("import", "run", str(tmp_path), GROUNDSWELL_SERVER=address)
    assert done.returncode == 0, done.stderr
    assert "6,987 read" in done.stdout
    assert len((tmp_path / f"{dataset}.1-rejected.csv").read_text(encoding="utf-8").splitlines()) == 22


def test_local_commands_reject_another_server(address: str) -> None:
    for command in (["db", "status"], ["export", "network", "18", "--to", "x.html"], ["keys", "list"]):
        done = groundswell("--server", address, *command)
        assert done.returncode == 1
        assert "needs direct access to the database" in done.stderr
        assert "Traceback" not in done.stderr
    nobody = groundswell("--server", "http://127.0.0.1:9", "jobs", "list")
    assert nobody.returncode == 1
    assert "No Groundswell server answers" in nobody.stderr


def test_key_grants_access(graph: Graph, settings: Settings) -> None:
    text = make_key(graph, "reader", ["read"])[1]
    try:
        with served(settings, keys=True) as address:
            with Client(address, text) as ask:
                assert ask.jobs() is not None
            with Client(address) as stranger, pytest.raises(AccessDenied) as refused:
                stranger.jobs()
        assert "GROUNDSWELL_SERVER_KEY" in refused.value.remedy
    finally:
        query(graph, "MATCH (key:ApiKey) DELETE key")
