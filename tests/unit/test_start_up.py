"""Commands start without importing libraries that they do not use."""

import json
import subprocess
import sys

import pytest

HEAVY = {
    "babel", "fastapi", "holidays", "networkx", "neo4j_viz", "numba", "plotly", "scipy",
    "sentence_transformers", "sklearn", "statsforecast", "statsmodels", "torch", "torch_geometric",
    "transformers", "uvicorn",
}  # fmt: skip
DRIVER = {"neo4j", "numpy", "pandas", "pyarrow"}
"""The driver and what it imports itself: commands that read the database load them."""

SCRIPT = """
import json, sys
from cli.main import app
try:
    app(sys.argv[1:])
except SystemExit:
    pass
except Exception as error:
    assert type(error).__name__ == "DatabaseUnreachable", error
print("MODULES", json.dumps(sorted({name.partition(".")[0] for name in sys.modules})))
"""


def imported_packages(*arguments: str, home: str) -> set[str]:
    """The top-level packages that a command has loaded in a fresh interpreter."""
    environment = {"GROUNDSWELL_HOME": home, "NEO4J_URI": "bolt://127.0.0.1:9"}
    if arguments[0] == "db":
        del environment["NEO4J_URI"]
    result = subprocess.run(
        [sys.executable, "-c", SCRIPT, *arguments],
        env=environment,
        capture_output=True,
        text=True,
        check=True,
        timeout=120,
    )
    return set(json.loads(result.stdout.rpartition("MODULES")[2]))


@pytest.mark.parametrize(
    "command",
    ["--help", "--version", "forecast --help", "import --help", "import schema", "serve --help"],
)
def test_help_and_schema_load_neither_the_database_driver_nor_heavy_libraries(
    command: str, tmp_path: object
) -> None:
    assert not imported_packages(*command.split(), home=str(tmp_path)) & (HEAVY | DRIVER)


@pytest.mark.parametrize(
    "command", ["db status", "imports", "jobs list", "keys list", "network list", "campaigns"]
)
def test_reading_commands_load_no_heavy_libraries(command: str, tmp_path: object) -> None:
    assert not imported_packages(*command.split(), home=str(tmp_path)) & HEAVY


def test_client_loads_neither_the_database_driver_nor_heavy_libraries() -> None:
    script = "import sys, api.client; print(*{name.partition('.')[0] for name in sys.modules})"
    result = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert not set(result.stdout.split()) & (HEAVY | DRIVER)
