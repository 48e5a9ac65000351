"""The saved questions return, on real data, the columns that their headers declare."""

import os
import subprocess
import sys
from pathlib import Path

import networkx as nx
import pandas as pd
import pytest
from neo4j.graph import Node, Relationship
from neo4j.graph import Path as GraphPath

import cypher
from forecasting.forecasts import forecast_campaign
from forecasting.records import ModelRun
from graph.connection import Graph
from graph.export import run_question
from graph.importing.report import ImportReport
from graph.progress import Silent
from graph.settings import Settings
from tests.command_line import database_environment, groundswell
from tests.data import CAMPAIGN

# A sample of 200 households may have no rows for these questions.
MAY_BE_EMPTY = {
    "chains_of_influence",
    "unpopular_promoted_categories",
    "shared_key_users",
    "inactive_key_users",
    "participant_purchases",
}


@pytest.fixture(scope="module")
def sample_with_forecast(graph: Graph, settings: Settings, sample: ImportReport, model: ModelRun) -> str:
    """The name of the sample, with a stored forecast."""
    forecast_campaign(graph, settings, sample.dataset, CAMPAIGN, 7, Silent(), model.cutoff)
    return sample.dataset


def test_twenty_questions_are_saved() -> None:
    assert len(cypher.questions()) >= 20


@pytest.mark.parametrize(
    "question", cypher.questions(), ids=lambda question: question.name.rpartition("/")[2]
)
def test_question_returns_its_declared_columns(
    graph: Graph, sample_with_forecast: str, question: cypher.Statement
) -> None:
    assert set(question.defaults) == set(question.parameters)
    assert question.title.endswith("?")
    with graph.driver.session(database=graph.database.name) as session:
        rows = list(session.run(question.text, {**question.defaults, "dataset": sample_with_forecast}))
    assert rows or question.name.rpartition("/")[2] in MAY_BE_EMPTY
    if question.returns.startswith("graph:"):
        assert all(
            isinstance(value, Node | GraphPath | Relationship) for row in rows for value in row.values()
        )
    else:
        columns = [column.partition(" (")[0].strip() for column in question.returns.split(", ")]
        assert not rows or columns[0] in rows[0].keys()  # noqa: SIM118 (a record is no mapping)


@pytest.mark.parametrize("suffix", ["csv", "parquet"])
def test_result_is_exported_to_a_file(
    settings: Settings, sample_with_forecast: str, tmp_path: Path, suffix: str
) -> None:
    file = tmp_path / f"x.{suffix}"
    arguments = [
        "export",
        "question",
        "group_contributions",
        "--to",
        str(file),
        "--dataset",
        sample_with_forecast,
    ]
    result = groundswell(*arguments, "-p", f"campaign={CAMPAIGN}", **database_environment(settings))
    assert result.returncode == 0, result.stderr
    frame = pd.read_csv(file) if suffix == "csv" else pd.read_parquet(file)
    assert frame["participants"].sum() > 0


def test_series_are_exported_in_the_long_format_of_nixtla(
    settings: Settings, sample_with_forecast: str, tmp_path: Path
) -> None:
    file = tmp_path / "series.csv"
    arguments = ["export", "series", "--to", str(file), "--dataset", sample_with_forecast]
    result = groundswell(*arguments, **database_environment(settings))
    assert result.returncode == 0, result.stderr
    assert file.read_text(encoding="utf-8").startswith('"unique_id","ds","y"')
    frame = pd.read_csv(file, dtype={"unique_id": str}, parse_dates=["ds"])
    assert CAMPAIGN in set(frame["unique_id"])
    assert frame["ds"].min() >= pd.Timestamp("2017-01-01")


def test_export_without_a_result_names_the_parameters(
    settings: Settings, sample_with_forecast: str, tmp_path: Path
) -> None:
    arguments = ["export", "question", "day_by_day", "--to", str(tmp_path / "x.csv"), "-p", "campaign=none"]
    result = groundswell(*arguments, "--dataset", sample_with_forecast, **database_environment(settings))
    assert result.returncode == 0, result.stderr
    assert "campaign=none" in result.stdout


def test_graph_result_is_converted_to_rows(graph: Graph, sample_with_forecast: str) -> None:
    frame = run_question(graph, "key_users_and_groups", {"dataset": sample_with_forecast})
    assert {"KEY_USER_OF", "IN_GROUP", "OF"} == set(frame["type"])
    roles = frame[frame["type"] == "KEY_USER_OF"]
    assert set(roles["to"]) == {CAMPAIGN}
    assert roles["tags"].str.split(", ").str.len().between(1, 4).all()


def test_network_is_exported_as_graphml_and_html(
    settings: Settings, sample_with_forecast: str, tmp_path: Path
) -> None:
    for name in ("x.graphml", "x.html"):
        command = [
            "export",
            "network",
            CAMPAIGN,
            "--to",
            str(tmp_path / name),
            "--dataset",
            sample_with_forecast,
        ]
        assert groundswell(*command, **database_environment(settings)).returncode == 0
    network = nx.read_graphml(tmp_path / "x.graphml")
    assert 0 < min(data["probability"] for _, _, data in network.edges(data=True)) <= 1
    assert "<script" in (tmp_path / "x.html").read_text()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["question", "nothing", "--to", "x.csv"], "no saved question 'nothing'"),
        (["question", "day_by_day", "--to", "x.xls"], "x.xls does not end in .csv or .parquet"),
        (["question", "first_participants", "--to", "x.csv", "-p", "most=many"], "is not a whole number"),
        (["question", "day_by_day", "--to", "x.csv", "-p", "user=1"], "has no parameter user"),
        (["network", "999", "--to", "x.html"], "no key users of campaign '999'"),
    ],
)
def test_invalid_exports_are_rejected(
    settings: Settings, sample_with_forecast: str, arguments: list[str], message: str
) -> None:
    result = groundswell(
        "export", *arguments, "--dataset", sample_with_forecast, **database_environment(settings)
    )
    assert result.returncode == 1
    assert message in result.stderr
    assert "Traceback" not in result.stderr


_NOTEBOOK = """
from graph.connection import connect
from graph.settings import Settings
with connect(Settings()) as graph:
    py2neo_graph = graph.py2neo_graph()
    print(len(py2neo_graph.run("MATCH (c:Campaign {dataset: $d}) RETURN c.id AS id", d=%r).to_data_frame()))
"""


def test_py2neo_graph_reads_the_database(settings: Settings, sample_with_forecast: str) -> None:
    # Runs in a process of its own, because py2neo (of 2021) does not close its sockets.
    result = subprocess.run(
        [sys.executable, "-c", _NOTEBOOK % sample_with_forecast],
        env={**os.environ, **database_environment(settings)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert result.stdout.strip() == "27"
