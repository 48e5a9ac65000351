"""Limits on slow and large requests, tested over sockets against a real server."""

import socket
import threading
import time
from collections.abc import Iterator

import pytest
import uvicorn
from fastapi import FastAPI, Request
from starlette.responses import PlainTextResponse

from api.header_timeout import HeaderTimeoutProtocol
from api.middleware.body_limits import BodyLimits
from api.problems import add_problem_handlers
from graph.settings import Settings

TIMEOUT = 0.4
"""Seconds until the test server gives up on headers, or on a body that stalls."""
GET_SLOW = b"GET /slow HTTP/1.1\r\nHost: x\r\n"


class ShortHeaderTimeout(HeaderTimeoutProtocol):
    header_seconds = TIMEOUT


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    app = FastAPI()

    @app.post("/{path:path}")
    async def body_length(request: Request) -> PlainTextResponse:
        return PlainTextResponse(str(len(await request.body())))

    @app.get("/slow")
    async def slow() -> PlainTextResponse:
        time.sleep(3 * TIMEOUT)
        return PlainTextResponse("done")

    app.add_middleware(BodyLimits, settings=Settings(GROUNDSWELL_MAX_UPLOAD_MIB=1), stall_seconds=TIMEOUT)
    add_problem_handlers(app)
    server = uvicorn.Server(uvicorn.Config(app, http=ShortHeaderTimeout, log_level="warning"))
    listening = socket.create_server(("127.0.0.1", 0))
    serving = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
    serving.start()
    yield listening.getsockname()[1]
    server.should_exit = True
    serving.join()


def send(port: int, *parts: bytes, pause: float = 0.0) -> tuple[bytes, float]:
    """Send the parts of a request, with pauses between them.

    Returns what the server sent until the end of its headers or of the connection, and the seconds it took.
    """
    started = time.monotonic()
    with socket.create_connection(("127.0.0.1", port), timeout=20) as connection:
        for part in parts:
            try:
                connection.sendall(part)
            except OSError:
                break
            time.sleep(pause)
        response = b""
        try:
            while received := connection.recv(65_536):
                response += received
                if b"\r\n\r\n" in response:
                    break
        except OSError:
            pass
    return response, time.monotonic() - started


def test_connection_without_complete_headers_is_closed(port: int) -> None:
    response, seconds = send(port, GET_SLOW)
    assert (response, seconds < 10 * TIMEOUT) == (b"", True)
    response, seconds = send(port)
    assert (response, seconds < 10 * TIMEOUT) == (b"", True)


def test_slow_headers_do_not_extend_the_timeout(port: int) -> None:
    response, seconds = send(port, *[b"GET /slow HTTP/1.1\r\n"], *[b"X: y\r\n"] * 40, pause=TIMEOUT / 4)
    assert response == b""
    assert seconds > TIMEOUT


def test_header_timeout_applies_to_every_request_of_a_connection(port: int) -> None:
    started = time.monotonic()
    with socket.create_connection(("127.0.0.1", port), timeout=20) as connection:
        connection.sendall(b"POST /x HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\nab")
        assert b"200 OK" in connection.recv(65_536)
        connection.sendall(b"GET /slow HTTP/1.1\r\n")
        time.sleep(TIMEOUT / 2)
        assert connection.recv(65_536) == b""
    assert time.monotonic() - started < 10 * TIMEOUT


def test_slow_response_is_not_interrupted(port: int) -> None:
    response, seconds = send(port, GET_SLOW + b"Connection: close\r\n\r\n")
    assert b"200 OK" in response
    assert seconds > 2 * TIMEOUT


def test_stalled_body_is_408(port: int) -> None:
    response, _ = send(port, b"POST /x HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\nabc")
    assert b"408 Request Timeout" in response
    assert b"application/problem+json" in response


@pytest.mark.parametrize("path", [b"/v1/imports", b"/v1/campaigns/1/plan"])
def test_body_too_large_by_declared_or_received_size_is_413(port: int, path: bytes) -> None:
    headers = b"POST " + path + b" HTTP/1.1\r\nHost: x\r\n"
    response, _ = send(port, headers + b"Content-Length: 9999999999999999999\r\n\r\n")
    assert b" 413 " in response
    response, _ = send(port, headers + b"Content-Length: 2000000\r\n\r\n")
    assert b" 413 " in response
    chunk = b"10000\r\n" + b"x" * 0x10000 + b"\r\n"
    response, _ = send(port, headers + b"Transfer-Encoding: chunked\r\n\r\n", *[chunk] * 40)
    assert b" 413 " in response
    response, _ = send(port, headers + b"Transfer-Encoding: chunked\r\n\r\n", chunk, b"0\r\n\r\n")
    assert b" 200 " in response
