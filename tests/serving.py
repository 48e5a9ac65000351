"""A server for as long as a test asks it."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from cli.serve import page_url, prepare
from graph.settings import Settings


@contextmanager
def served(settings: Settings, *, keys: bool = False) -> Iterator[str]:
    """Its address, without a slash at the end."""
    server, listening = prepare(settings, "127.0.0.1", 0, keys=keys)
    serving = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
    serving.start()
    try:
        yield page_url(listening).rstrip("/")
    finally:
        server.should_exit = True
        serving.join(30)
