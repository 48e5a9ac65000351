"""The command line: exit codes, output, and error messages without tracebacks."""

import json
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from cli.options import parse_date
from examples import messy_shop
from forecasting.records import ModelRun
from graph.connection import Graph
from graph.database import Database
from graph.errors import InvalidRequest
from graph.importing.report import ImportReport
from graph.settings import Settings
from network.runs import NetworkRun
from tests.command_line import database_environment, groundswell, groundswell_process
from tests.data import CAMPAIGN

# These tests run processes of their own: the entry point, exit codes, a closed pipe, a signal, an error.


def test_help_of_the_installed_command_lists_every_command() -> None:
    result = groundswell_process("--help")
    assert result.returncode == 0, result.stderr
    assert all(command in result.stdout for command in ("demo", "import", "network", "train", "serve"))


def test_unknown_command_ends_with_exit_code_2() -> None:
    result = groundswell_process("nothing")
    assert result.returncode == 2
    assert "No such command" in result.stderr


def test_status_without_a_database_ends_with_exit_code_3(tmp_path: Path) -> None:
    result = groundswell_process("db", "status", "--home", str(tmp_path))
    assert result.returncode == 3
    assert "groundswell db up" in result.stdout


def test_error_is_printed_with_its_remedy_and_without_a_traceback(tmp_path: Path) -> None:
    result = groundswell_process("train", GROUNDSWELL_HOME=str(tmp_path))
    assert result.returncode == 1
    assert "not running" in result.stderr
    assert "groundswell db up" in result.stderr
    assert "Traceback" not in result.stderr


def test_closed_pipe_ends_a_command_without_a_traceback() -> None:
    command = f"{sys.prefix}/bin/groundswell import schema | true"
    result = subprocess.run(["bash", "-c", command], capture_output=True, text=True, timeout=60)
    assert "Traceback" not in result.stderr


def test_interrupted_server_ends_cleanly(settings: Settings, graph: Graph) -> None:
    assert graph
    command = [f"{sys.prefix}/bin/groundswell", "serve", "--no-keys", "--port", "0"]
    environment = {"PATH": "", "PYTHONUNBUFFERED": "1", "COLUMNS": "200", **database_environment(settings)}
    with subprocess.Popen(
        command,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        # Processes inherit that SIGINT is ignored, as it is in tests that run in the background.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    ) as server:
        try:
            assert server.stdout is not None
            assert "Groundswell is at" in server.stdout.readline()
            server.send_signal(signal.SIGINT)
            _, errors = server.communicate(timeout=60)
        finally:
            server.kill()
    # 130: the signal arrived before the server had installed its handler, and ended the command.
    assert server.returncode in (0, 130), errors
    assert "Traceback" not in errors


# All others run in this process.


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["forecast", "18"], "not running"),
        (["browser", "--no-open"], "not running"),
        (["network", "build", "--cutoff", "soon"], "'soon' is not a valid date"),
    ],
)
def test_failing_command_prints_a_message(tmp_path: Path, arguments: list[str], message: str) -> None:
    result = groundswell(*arguments, GROUNDSWELL_HOME=str(tmp_path))
    assert result.returncode == 1
    assert message in result.stderr
    assert "Traceback" not in result.stderr


def test_unreachable_neo4j_is_an_error(tmp_path: Path) -> None:
    result = groundswell("train", NEO4J_URI="bolt://127.0.0.1:9", GROUNDSWELL_HOME=str(tmp_path))
    assert result.returncode == 1
    assert "No Neo4j answers at bolt://127.0.0.1:9" in result.stderr
    assert "Traceback" not in result.stderr


@pytest.mark.parametrize("uri", ["localhost:7687", "bolt://localhost:notaport"])
def test_malformed_address_is_rejected(tmp_path: Path, uri: str) -> None:
    result = groundswell("train", NEO4J_URI=uri, GROUNDSWELL_HOME=str(tmp_path))
    assert result.returncode == 1
    assert "is not a valid Neo4j address" in result.stderr
    assert "Traceback" not in result.stderr


def test_home_that_is_a_file_is_rejected(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    result = groundswell("db", "up", "--home", str(tmp_path / "file"))
    assert result.returncode == 1
    assert "cannot be written" in result.stderr
    assert groundswell("db", "status", "--home", str(tmp_path / "file")).returncode == 3


@pytest.mark.parametrize("command", [["reset", "--yes"], ["down"], ["status"]])
def test_local_server_commands_reject_another_database(tmp_path: Path, command: list[str]) -> None:
    result = groundswell("db", *command, NEO4J_URI="bolt://elsewhere:7687", GROUNDSWELL_HOME=str(tmp_path))
    assert result.returncode == 1
    assert "managed local server" in result.stderr


def test_missing_text_model_is_an_error(settings: Settings, sample: ImportReport) -> None:
    arguments = ["network", "build", "--dataset", sample.dataset, "--cutoff", "2017-06-01"]
    result = groundswell(
        *arguments, **database_environment(settings), GROUNDSWELL_TEXT_MODEL="/no/such/folder"
    )
    assert result.returncode == 1
    assert "/no/such/folder" in result.stderr


def test_forecast_is_printed_with_its_comparison(
    settings: Settings, sample: ImportReport, model: ModelRun
) -> None:
    result = groundswell(
        "forecast", CAMPAIGN, "--dataset", sample.dataset, "--horizon", "3", **database_environment(settings)
    )
    assert result.returncode == 0, result.stderr
    assert "Mon 27 Nov 2017" in result.stdout
    assert model.back_test is not None
    assert all(name in result.stdout for name in model.back_test.names)


def test_wrong_password_is_an_error(settings: Settings) -> None:
    result = groundswell("train", NEO4J_URI=Database.of(settings).uri, NEO4J_PASSWORD="wrong")
    assert result.returncode == 1
    assert "rejected the user or the password" in result.stderr


def test_network_build_prints_the_verdict(
    settings: Settings, sample: ImportReport, network: NetworkRun
) -> None:
    result = groundswell(
        "network",
        "build",
        "--dataset",
        sample.dataset,
        "--cutoff",
        str(network.cutoff),
        **database_environment(settings),
    )
    assert result.returncode == 0, result.stderr
    assert f"{network.influences:,} influences" in result.stdout.replace("\n", " ")
    assert "Influence between users" in result.stdout.replace("\n", " ")


def test_day_is_parsed_or_rejected() -> None:
    assert parse_date(None) is None
    assert str(parse_date("2017-02-03")) == "2017-02-03"
    with pytest.raises(InvalidRequest, match="2017-02-30"):
        parse_date("2017-02-30")


def test_folder_is_checked_imported_and_undone(settings: Settings, tmp_path: Path, dataset: str) -> None:
    folder = tmp_path / "shop"
    messy_shop.write(folder)
    database = database_environment(settings)
    assert groundswell("import", "check", str(folder)).returncode == 1
    assert groundswell("import", "init", str(folder), "--zone", "UTC", "--dataset", dataset).returncode == 0
    repeated = groundswell("import", "init", str(folder))
    assert "exists already" in repeated.stderr
    checked = groundswell("import", "check", str(folder))
    assert checked.returncode == 0, checked.stderr
    assert "customer is not among the users" in checked.stdout
    assert "ends before" in checked.stdout
    strict = groundswell("import", "check", str(folder), "--max-rejected", "0")
    assert strict.returncode == 1
    assert "An import would stop: 2 of 404 rows" in strict.stderr
    stopped = groundswell("import", "run", str(folder), "--max-rejected", "0", **database)
    assert stopped.returncode == 1
    assert "import/1 stopped" in stopped.stderr
    loaded = groundswell("import", "run", str(folder), **database)
    assert loaded.returncode == 0, loaded.stderr
    assert "6,987" in loaded.stdout
    assert "rejected.csv" in loaded.stdout
    assert "Nothing was new" in groundswell("import", "run", str(folder), **database).stdout
    listed = groundswell("imports", "--dataset", dataset, COLUMNS="160", **database)
    assert "import/2" in listed.stdout
    assert "complete" in listed.stdout
    undone = groundswell("import", "undo", "import/1", "--dataset", dataset, **database)
    assert "462 nodes" in undone.stdout
    assert groundswell("import", "undo", "one", "--dataset", dataset, **database).returncode == 1


def test_mapping_schema_is_json() -> None:
    assert json.loads(groundswell("import", "schema").stdout)["title"] == "Mapping"
