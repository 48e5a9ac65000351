"""The command line as a person meets it: exit codes, sentences, no tracebacks."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from cli.options import parse_date
from examples import careless_shop
from forecasting.records import ModelRun
from graph.connection import address
from graph.errors import InvalidRequest
from graph.importing.job import ImportReport
from graph.settings import Settings
from network.runs import NetworkRun
from tests.data import CAMPAIGN


def groundswell(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    inherited = {key: value for key, value in os.environ.items() if not key.startswith("NEO4J_")}
    return subprocess.run(
        [sys.executable, "-m", "cli.main", *arguments],
        env={**inherited, **environment}, capture_output=True, text=True, timeout=300,
    )  # fmt: skip


def reach(settings: Settings) -> dict[str, str]:
    found = {"GROUNDSWELL_HOME": str(settings.home)}
    if settings.neo4j_uri:
        password = settings.neo4j_password.get_secret_value()
        found |= {"NEO4J_URI": settings.neo4j_uri, "NEO4J_PASSWORD": password}
    return found


def test_status_of_a_database_that_is_not_there(tmp_path: Path) -> None:
    done = groundswell("db", "status", "--home", str(tmp_path))
    assert done.returncode == 3
    assert "groundswell db up" in done.stdout


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["train"], "not running"),
        (["forecast", "18"], "not running"),
        (["browser", "--no-open"], "not running"),
        (["network", "build", "--cutoff", "soon"], "'soon' is not a valid date"),
    ],
)
def test_errors_say_what_to_do_without_a_traceback(tmp_path: Path, arguments: list[str], said: str) -> None:
    done = groundswell(*arguments, GROUNDSWELL_HOME=str(tmp_path))
    assert done.returncode == 1
    assert said in done.stderr
    assert "Traceback" not in done.stderr


def test_an_address_where_no_neo4j_answers(tmp_path: Path) -> None:
    done = groundswell("train", NEO4J_URI="bolt://127.0.0.1:9", GROUNDSWELL_HOME=str(tmp_path))
    assert done.returncode == 1
    assert "No Neo4j answers at bolt://127.0.0.1:9" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("uri", ["localhost:7687", "bolt://localhost:notaport"])
def test_an_address_that_is_none(tmp_path: Path, uri: str) -> None:
    done = groundswell("train", NEO4J_URI=uri, GROUNDSWELL_HOME=str(tmp_path))
    assert done.returncode == 1
    assert "no address of a Neo4j" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_home_that_is_a_file(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    done = groundswell("db", "up", "--home", str(tmp_path / "file"))
    assert done.returncode == 1
    assert "cannot be written" in done.stderr
    assert groundswell("db", "status", "--home", str(tmp_path / "file")).returncode == 3


@pytest.mark.parametrize("command", [["reset", "--yes"], ["down"], ["status"]])
def test_commands_for_the_local_server_refuse_to_mean_another(tmp_path: Path, command: list[str]) -> None:
    done = groundswell("db", *command, NEO4J_URI="bolt://elsewhere:7687", GROUNDSWELL_HOME=str(tmp_path))
    assert done.returncode == 1
    assert "managed local server" in done.stderr


def test_a_text_model_that_is_not_there(settings: Settings, sample: ImportReport) -> None:
    arguments = ["network", "build", "--dataset", sample.dataset, "--cutoff", "2017-06-01"]
    done = groundswell(*arguments, **reach(settings), GROUNDSWELL_TEXT_MODEL="/no/such/folder")
    assert done.returncode == 1
    assert "/no/such/folder" in done.stderr


def test_a_forecast_is_printed_with_its_comparison(
    settings: Settings, sample: ImportReport, model: ModelRun
) -> None:
    done = groundswell("forecast", CAMPAIGN, "--dataset", sample.dataset, "--horizon", "3", **reach(settings))
    assert done.returncode == 0, done.stderr
    assert "Mon 27 Nov 2017" in done.stdout
    assert all(name in done.stdout for name in model.names)


def test_a_wrong_password(settings: Settings) -> None:
    done = groundswell("train", NEO4J_URI=address(settings)[0], NEO4J_PASSWORD="wrong")
    assert done.returncode == 1
    assert "refused the user or the password" in done.stderr


def test_build_prints_the_verdict(settings: Settings, sample: ImportReport, network: NetworkRun) -> None:
    done = groundswell(
        "network", "build", "--dataset", sample.dataset, "--cutoff", str(network.cutoff), **reach(settings)
    )
    assert done.returncode == 0, done.stderr
    assert f"{network.influences:,} influences" in done.stdout.replace("\n", " ")
    assert "Evidence that users influence one another" in done.stdout.replace("\n", " ")


def test_a_day_is_read_or_refused() -> None:
    assert parse_date(None) is None
    assert str(parse_date("2017-02-03")) == "2017-02-03"
    with pytest.raises(InvalidRequest, match="2017-02-30"):
        parse_date("2017-02-30")


def test_a_folder_from_first_look_to_undo(settings: Settings, tmp_path: Path, dataset: str) -> None:
    folder = tmp_path / "shop"
    careless_shop.write(folder)
    where = reach(settings)
    assert groundswell("import", "check", str(folder)).returncode == 1
    assert groundswell("import", "init", str(folder), "--dataset", dataset).returncode == 0
    again = groundswell("import", "init", str(folder))
    assert "exists already" in again.stderr
    checked = groundswell("import", "check", str(folder))
    assert checked.returncode == 0, checked.stderr
    assert "customer is not among the users" in checked.stdout
    stopped = groundswell("import", "run", str(folder), "--max-rejected", "0", **where)
    assert stopped.returncode == 1
    assert "import/1 has stopped" in stopped.stderr
    loaded = groundswell("import", "run", str(folder), **where)
    assert loaded.returncode == 0, loaded.stderr
    assert "6,987" in loaded.stdout
    assert "rejected.csv" in loaded.stdout
    assert "Nothing was new" in groundswell("import", "run", str(folder), **where).stdout
    listed = groundswell("imports", "--dataset", dataset, COLUMNS="160", **where)
    assert "import/2" in listed.stdout
    assert "complete" in listed.stdout
    undone = groundswell("import", "undo", "import/1", "--dataset", dataset, **where)
    assert "462 nodes" in undone.stdout
    assert groundswell("import", "undo", "one", "--dataset", dataset, **where).returncode == 1


def test_the_schema_of_mappings_is_json() -> None:
    assert json.loads(groundswell("import", "schema").stdout)["title"] == "Mapping"
