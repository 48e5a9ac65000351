"""The backend of a command: the local database, or another Groundswell server over HTTP."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from cli.console import progress_bars
from cli.options import load_settings

if TYPE_CHECKING:
    from cli.local_backend import LocalBackend
    from cli.remote_backend import RemoteBackend


@contextmanager
def open_backend(home: Path | None) -> "Iterator[LocalBackend | RemoteBackend]":
    """Connect to the server of the settings if they name one, otherwise to the database.

    Progress bars are shown for the duration of the block.
    """
    settings = load_settings(home)
    if settings.server:
        from api.client import Client
        from cli.remote_backend import RemoteBackend

        key = settings.server_key.get_secret_value()
        with Client(settings.server, key) as client, progress_bars() as progress:
            yield RemoteBackend(client, settings, progress)
        return
    from cli.local_backend import LocalBackend
    from graph.connection import connect

    with connect(settings) as graph, progress_bars() as progress:
        yield LocalBackend(graph, settings, progress)
