"""The examples run as documented."""

import os
import subprocess
import sys
from pathlib import Path

from examples import messy_shop
from forecasting.records import ModelRun
from graph.importing.report import ImportReport
from graph.settings import Settings
from tests.command_line import database_environment
from tests.serving import running_server


def run(settings: Settings, *arguments: str) -> str:
    result = subprocess.run(
        [sys.executable, "-m", *arguments], env={**os.environ, **database_environment(settings)},
        capture_output=True, text=True, timeout=120,
    )  # fmt: skip
    assert result.returncode == 0, result.stderr
    return result.stdout


def test_example_imports_files(settings: Settings, tmp_path: Path, dataset: str) -> None:
    subprocess.run([sys.executable, messy_shop.__file__, str(tmp_path)], check=True)
    output = run(settings, "examples.import_files", str(tmp_path), dataset)
    assert "behaviours: 5,992 of 6,000 rows loaded, 8 rejected" in output


def test_example_queries_the_graph(settings: Settings, sample: ImportReport, model: ModelRun) -> None:
    assert model
    output = run(settings, "examples.query_graph", sample.dataset)
    assert "Campaign 18" in output
    assert "share_of_campaign" in output


def test_example_queries_the_api(settings: Settings, sample: ImportReport, model: ModelRun) -> None:
    assert model
    with running_server(settings) as address:
        output = run(settings, "examples.query_api", address, sample.dataset)
    assert "took part" in output
    assert "key user" in output
