"""The command line as a person meets it: exit codes, sentences, no tracebacks."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from cli.options import parse_day
from graph.connection import address
from graph.errors import InvalidRequest
from graph.importing.job import ImportReport
from graph.network.runs import NetworkRun
from graph.settings import Settings


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
        (["network", "build", "--cutoff", "soon"], "'soon' is no day"),
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
    assert "Do users follow each other here?" in done.stdout


def test_a_day_is_read_or_refused() -> None:
    assert parse_day(None) is None
    assert str(parse_day("2017-02-03")) == "2017-02-03"
    with pytest.raises(InvalidRequest, match="2017-02-30"):
        parse_day("2017-02-30")
