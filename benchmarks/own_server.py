"""A temporary managed server for a benchmark."""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from graph.server import local
from graph.settings import Settings


@contextmanager
def own_server() -> Iterator[Settings]:
    """Settings of a temporary server with an empty database, removed at the end."""
    home = Path(tempfile.mkdtemp())
    settings = Settings(GROUNDSWELL_HOME=home)
    try:
        local.up(settings.home, settings.cache)
        yield settings
    finally:
        local.reset(settings.home)
        shutil.rmtree(home, ignore_errors=True)
