"""`groundswell serve`: the API and its page."""

import socket
from typing import Annotated

import typer
import uvicorn

from api.app import create_app
from cli.console import out
from cli.options import HomeOption, settings_for
from graph.connection import connect
from graph.errors import PortTaken
from graph.settings import Settings

DEFAULT_PORT = 8000
HostOption = Annotated[
    str, typer.Option(help="Address to listen on; others than loopback need GROUNDSWELL_API_TOKEN.")
]


def serve(
    home: HomeOption = None,
    host: HostOption = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65535, help="0 means a free port.")] = DEFAULT_PORT,
) -> None:
    """Serve the API and its page until Ctrl-C."""
    settings = settings_for(home)
    server, listening = prepare(settings, host, port)
    out.print(f"Groundswell is served at {page_url(listening)} (API docs at /docs). Ctrl-C ends it.")
    server.run(sockets=[listening])


def prepare(settings: Settings, host: str, port: int) -> tuple[uvicorn.Server, socket.socket]:
    """A server and the socket it is to run on. Raises PortTaken and what ``connect`` raises."""
    app = create_app(settings, connect(settings), host)
    config = uvicorn.Config(app, log_level="warning")
    listening = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((host, port))
    except OSError as error:
        listening.close()
        raise PortTaken(
            f"Port {port} on {host} cannot be used ({error.strerror}).", "Choose another with --port."
        ) from error
    listening.listen()  # From here on a connection waits instead of being refused.
    return uvicorn.Server(config), listening


def page_url(listening: socket.socket) -> str:
    """The address of the page served on `listening`."""
    host, port = listening.getsockname()[:2]
    return f"http://{f'[{host}]' if ':' in host else host}:{port}/"
