"""Whom a command asks: the database of the settings, or another Groundswell."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from api.client import Client
from cli.console import bars
from cli.local_backend import Local
from cli.options import any_settings
from cli.remote_backend import Remote
from graph.connection import connect


@contextmanager
def asked(home: Path | None) -> Iterator[Local | Remote]:
    """With a bar of its progress. Raises what ``connect`` and ``Client`` do."""
    settings = any_settings(home)
    if settings.server:
        with Client(settings.server, settings.server_key.get_secret_value()) as client, bars() as progress:
            yield Remote(client, progress)
        return
    with connect(settings) as graph, bars() as progress:
        yield Local(graph, settings, progress)
