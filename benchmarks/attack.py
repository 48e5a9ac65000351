"""Send 20,000 generated requests to the API and check every response.

Schemathesis generates valid and invalid requests from the OpenAPI description. With a key for all
scopes, no response may be a 5xx or differ from the description. Without a key, and with a read-only
key, every operation beyond the scope must be rejected. Jobs are submitted but not run.
"""

import argparse
import json
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any
from unittest.mock import patch

import schemathesis
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings

from api.middleware import auth
from api.middleware.auth import OPEN_PATHS, needed_scope
from api.worker_process import WorkerProcess
from benchmarks.own_server import own_server
from benchmarks.report import Row, write
from cli.serve import page_url, prepare
from forecasting.forecasts import forecast_campaign
from forecasting.klstm.trainer import Configuration
from forecasting.training import train
from graph.api_keys import make_key
from graph.connection import connect
from graph.importing.adapters.complete_journey import DATASET, complete_journey
from graph.importing.job import import_prepared
from graph.progress import Silent
from graph.settings import Settings
from network.build import build_network

_CUTOFF = date(2017, 11, 27)
_CASES = 20_000
_OPERATIONS = 38
# A request that the schema allows can still be invalid, such as a campaign that ends before it starts.
_EXCLUDED_CHECKS = "positive_data_acceptance,ignored_auth"


def fill(settings: Settings) -> dict[str, str]:
    """Import a sample with an instance of every resource; return a key for each scope."""
    with connect(settings) as graph:
        import_prepared(graph, settings, complete_journey(settings.cache, DATASET, 200), Silent())
        build_network(graph, DATASET, Silent(), cutoff=_CUTOFF)
        quick = Configuration(epochs=2, members=1)
        train(graph, settings, DATASET, Silent(), cutoff=_CUTOFF, configuration=quick)
        forecast_campaign(graph, settings, DATASET, "18", 7, Silent())
        return {scope: make_key(graph, scope, [scope])[1] for scope in ("read", "admin")}


@contextmanager
def served(settings: Settings) -> Iterator[str]:
    """The address of a server that requires keys."""
    # Late answers to its many wrong keys would take hours.
    with patch.object(WorkerProcess, "_watch", lambda _: None), patch.object(auth, "FAILURE_SECONDS", 0.0):
        server, listening = prepare(settings, "127.0.0.1", 0, keys=True)
        serving = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
        serving.start()
        try:
            yield page_url(listening)
        finally:
            server.should_exit = True
            serving.join()


def attack(address: str, key: str, cases: int) -> dict[str, int]:
    """Return how many requests were sent and how many failed a check; print the failures."""
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "report.json"
        subprocess.run(
            [
                str(Path(sys.executable).with_name("schemathesis")), "run", f"{address}openapi.json",
                "--header", f"Authorization: Bearer {key}", "--exclude-checks", _EXCLUDED_CHECKS,
                "--phases", "examples,coverage,fuzzing", "--max-examples", str(cases // _OPERATIONS),
                "--continue-on-failure", "--no-shrink", "--request-timeout", "120", "--seed", "7",
                "--report", "json", "--report-json-path", str(report), "--output-sanitize", "true",
            ],
            check=False,
        )  # fmt: skip
        counts: dict[str, int] = json.loads(report.read_text())["test_cases"]
        return counts


def reached(schema: Any, key: str | None, scopes: tuple[str, ...], examples: int) -> tuple[int, int]:
    """Return how many requests needed more than `scopes`, and how many of them were accepted."""
    headers = {"Authorization": f"Bearer {key}"} if key else {}
    refused = {401, 403, 429}  # 429: so many wrong keys among the cases.
    tried = through = 0
    for result in schema.get_all_operations():
        operation = result.ok()
        method = operation.method.upper()
        if operation.path in OPEN_PATHS or needed_scope(method, operation.path) in scopes:
            continue

        @given(case=operation.as_strategy())
        @hypothesis_settings(
            max_examples=examples, deadline=None, database=None, suppress_health_check=list(HealthCheck)
        )
        def send(case: Any) -> None:
            nonlocal tried, through
            tried += 1
            through += case.call(headers=headers).status_code not in refused

        send()
    return tried, through


def main() -> None:
    """Run and record the benchmark."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true")
    quick = parser.parse_args().quick
    cases, examples = (1_000, 5) if quick else (_CASES, 100)
    with own_server() as own:
        settings = own.model_copy(update={"rate_per_minute": 0})
        keys = fill(settings)
        with served(settings) as address:
            counts = attack(address, keys["admin"], cases)
            described = schemathesis.openapi.from_url(
                f"{address}openapi.json", headers={"Authorization": f"Bearer {keys['admin']}"}
            )
            reading = reached(described, keys["read"], ("read",), examples)
            without = reached(described, None, (), examples)
    failed = counts["with_failures"] + counts.get("errored", 0)
    rows = [
        Row("responses without a 5xx that match the description", counts["generated"] - failed,
            counts["generated"], "requests", "higher", target=1.0),
        Row("requests without a key that are rejected", without[0] - without[1], without[0], "requests",
            "higher", target=1.0),
        Row("requests beyond the scope of a read key that are rejected", reading[0] - reading[1],
            reading[0], "requests", "higher", target=1.0),
    ]  # fmt: skip
    write("attack", rows, quick=quick)


if __name__ == "__main__":
    main()
