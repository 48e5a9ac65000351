"""Serves the API during a test."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from cli.serve import page_url, prepare
from graph.settings import Settings


@contextmanager
def running_server(settings: Settings, *, keys: bool = False) -> Iterator[str]:
    """Serve on a free port; yields the address, without a slash at the end."""
    server, listener = prepare(settings, "127.0.0.1", 0, keys=keys)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
    thread.start()
    try:
        yield page_url(listener).rstrip("/")
    finally:
        server.should_exit = True
        thread.join(30)
