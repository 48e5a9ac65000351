"""Runs `groundswell` commands, in this process (a fraction of a second) or in a process of their own."""

import os
import subprocess
import sys
from unittest import mock

from typer.testing import CliRunner

import cli.console  # noqa: F401 (before a command sets COLUMNS, which would fix the width of its consoles)
from cli.main import main
from graph.settings import Settings

Completed = subprocess.CompletedProcess[str]


def groundswell(*arguments: str, **environment: str) -> Completed:
    """Run a command in this process, with the entry point's error handling."""
    runner = CliRunner()
    with (
        mock.patch.dict(os.environ, _without_neo4j() | {"COLUMNS": "80"} | environment, clear=True),
        mock.patch.object(sys, "argv", ["groundswell", *arguments]),
        runner.isolation() as (stdout, stderr, _),
    ):
        code: int | str | None = 0
        try:
            main()
        except SystemExit as error:
            code = error.code
        sys.stdout.flush()
        sys.stderr.flush()
        outputs = (stream.getvalue().decode(runner.charset) for stream in (stdout, stderr))
        return Completed(sys.argv, int(code or 0), *outputs)


def groundswell_process(*arguments: str, **environment: str) -> Completed:
    """Run a command in a process of its own, with the installed entry point."""
    return subprocess.run(
        [f"{sys.prefix}/bin/groundswell", *arguments],
        env=_without_neo4j() | environment, capture_output=True, text=True, timeout=300,
    )  # fmt: skip


def database_environment(settings: Settings) -> dict[str, str]:
    """The environment variables with which a command uses the database of these settings."""
    environment = {"GROUNDSWELL_HOME": str(settings.home)}
    if settings.neo4j_uri:
        password = settings.neo4j_password.get_secret_value()
        environment |= {"NEO4J_URI": settings.neo4j_uri, "NEO4J_PASSWORD": password}
    return environment


def _without_neo4j() -> dict[str, str]:
    return {key: value for key, value in os.environ.items() if not key.startswith("NEO4J_")}
