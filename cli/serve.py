"""`groundswell serve`: the API server and its web page."""

import gc
import socket
from contextlib import suppress
from typing import TYPE_CHECKING, Annotated

import typer

from cli.options import HomeOption, load_local_settings
from graph.errors import PortInUse

if TYPE_CHECKING:
    import uvicorn

    from graph.settings import Settings

DEFAULT_PORT = 8000
_SHUTDOWN_SECONDS = 20
"""How long requests in progress may take to finish after Ctrl-C."""
_RETRY_SECONDS = 2.0
"""How long a request retries while the database is unavailable; longer waits would only delay the 503."""
HostOption = Annotated[
    str, typer.Option(help="The address to listen on; any other than loopback requires API keys.")
]


def serve(
    home: HomeOption = None,
    host: HostOption = "127.0.0.1",
    port: Annotated[
        int, typer.Option(min=0, max=65535, help="The port to listen on; 0 means a free port.")
    ] = DEFAULT_PORT,
    keys: Annotated[
        bool,
        typer.Option(
            "--keys/--no-keys",
            help="Require an API key (`keys make`), or accept local requests without one.",
        ),
    ] = True,
) -> None:
    """Serve the API and its web page until Ctrl-C."""
    from cli.console import out

    settings = load_local_settings(home)
    server, listener = prepare(settings, host, port, keys=keys)
    out.print(f"Groundswell is at {page_url(listener)} (API docs at /docs). Stop it with Ctrl-C.")
    run(server, listener)


def run(server: "uvicorn.Server", listener: socket.socket) -> None:
    """Serve until Ctrl-C."""
    with suppress(KeyboardInterrupt):
        server.run(sockets=[listener])


def prepare(
    settings: "Settings", host: str, port: int, *, keys: bool
) -> "tuple[uvicorn.Server, socket.socket]":
    """Create the server and the listening socket to run it on.

    Raises
    ------
    PortInUse
        If the port cannot be used.
    GroundswellError
        Whatever ``connect`` and ``create_app`` raise.
    """
    import uvicorn

    from api.app import create_app
    from api.header_timeout import HeaderTimeoutProtocol
    from graph.connection import connect
    from graph.database import Timeouts
    from graph.schema import migrate

    listener = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET)
    try:
        _listen(listener, host, port)
        graph = connect(
            settings, Timeouts(connect=5, acquire=10, retry=_RETRY_SECONDS, query=settings.query_seconds)
        )
        try:
            migrate(graph)
            app = create_app(settings, graph, host, keys=keys)
        except BaseException:
            graph.close()
            raise
    except BaseException:
        listener.close()
        raise
    # What is loaded by now stays as long as the server: the garbage collector need not walk through it again.
    gc.collect()
    gc.freeze()
    config = uvicorn.Config(
        app,
        http=HeaderTimeoutProtocol,
        log_level="warning",
        timeout_graceful_shutdown=_SHUTDOWN_SECONDS,
        server_header=False,
    )
    return uvicorn.Server(config), listener


def _listen(listener: socket.socket, host: str, port: int) -> None:
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
        listener.listen()  # From here on a connection waits instead of being refused.
    except OSError as error:
        raise PortInUse(
            f"Port {port} on {host} cannot be used ({error.strerror}).", "Choose another with --port."
        ) from error


def page_url(listener: socket.socket) -> str:
    """Return the address of the web page served on `listener`."""
    host, port = listener.getsockname()[:2]
    return f"http://{f'[{host}]' if ':' in host else host}:{port}/"
