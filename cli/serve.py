"""`groundswell serve`: the API and its page."""

import socket
from contextlib import suppress
from typing import Annotated

import typer
import uvicorn

from api.header_timeout import PromptProtocol
from cli.console import out
from cli.options import HomeOption, settings_for
from graph.connection import Patience, connect
from graph.errors import PortTaken
from graph.schema import migrate
from graph.settings import Settings

DEFAULT_PORT = 8000
_END_SECONDS = 20
"""As long may requests take that are being answered when the server is told to end."""
_RETRY_SECONDS = 2.0
"""Who asks rather hears soon that the database is away, than waits until it may be back."""
HostOption = Annotated[
    str, typer.Option(help="Address to listen on; others than loopback cannot go without keys.")
]


def serve(
    home: HomeOption = None,
    host: HostOption = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65535, help="0 means a free port.")] = DEFAULT_PORT,
    keys: Annotated[
        bool,
        typer.Option("--keys/--no-keys", help="Ask for a key (`keys make`), or answer anybody here."),
    ] = True,
) -> None:
    """Serve the API and its page until Ctrl-C."""
    settings = settings_for(home)
    server, listening = prepare(settings, host, port, keys=keys)
    out.print(f"Groundswell is served at {page_url(listening)} (API docs at /docs). Ctrl-C ends it.")
    run(server, listening)


def run(server: uvicorn.Server, listening: socket.socket) -> None:
    """Serve until Ctrl-C, which is the way to end it and no error."""
    with suppress(KeyboardInterrupt):
        server.run(sockets=[listening])


def prepare(settings: Settings, host: str, port: int, *, keys: bool) -> tuple[uvicorn.Server, socket.socket]:
    """A server and the socket it is to run on. Raises PortTaken, as ``connect`` and ``create_app`` do."""
    # It imports what draws, which takes seconds: other commands need not wait for it.
    from api.app import create_app

    listening = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET)
    try:
        _listen(listening, host, port)
        graph = connect(
            settings, Patience(connect=5, acquire=10, retry=_RETRY_SECONDS, query=settings.query_seconds)
        )
        try:
            migrate(graph)
            app = create_app(settings, graph, host, keys=keys)
        except BaseException:
            graph.close()
            raise
    except BaseException:
        listening.close()
        raise
    config = uvicorn.Config(
        app,
        http=PromptProtocol,
        log_level="warning",
        timeout_graceful_shutdown=_END_SECONDS,
        server_header=False,
    )
    return uvicorn.Server(config), listening


def _listen(listening: socket.socket, host: str, port: int) -> None:
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((host, port))
        listening.listen()  # From here on a connection waits instead of being refused.
    except OSError as error:
        raise PortTaken(
            f"Port {port} on {host} cannot be used ({error.strerror}).", "Choose another with --port."
        ) from error


def page_url(listening: socket.socket) -> str:
    """The address of the page served on `listening`."""
    host, port = listening.getsockname()[:2]
    return f"http://{f'[{host}]' if ':' in host else host}:{port}/"
