"""The examples run as a person runs them."""

import os
import subprocess
import sys
from pathlib import Path

from examples import messy_shop
from forecasting.records import ModelRun
from graph.importing.job import ImportReport
from graph.settings import Settings
from tests.command_line import reach
from tests.serving import served


def run(settings: Settings, *arguments: str) -> str:
    done = subprocess.run(
        [sys.executable, "-m", *arguments], env={**os.environ, **reach(settings)},
        capture_output=True, text=True, timeout=120,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_import_files(settings: Settings, tmp_path: Path, dataset: str) -> None:
    subprocess.run([sys.executable, messy_shop.__file__, str(tmp_path)], check=True)
    said = run(settings, "examples.import_files", str(tmp_path), dataset)
    assert "behaviours: 5,992 of 6,000 rows loaded, 8 rejected" in said


def test_query_graph(settings: Settings, sample: ImportReport, model: ModelRun) -> None:
    assert model
    said = run(settings, "examples.query_graph", sample.dataset)
    assert "Campaign 18" in said
    assert "share_of_campaign" in said


def test_query_api(settings: Settings, sample: ImportReport, model: ModelRun) -> None:
    assert model
    with served(settings) as address:
        said = run(settings, "examples.query_api", address, sample.dataset)
    assert "took part" in said
    assert "key user" in said
