"""Requests that come slowly, or are too large, do not keep the server busy; a real server, over sockets."""

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

SECONDS = 0.4


class Hasty(HeaderTimeoutProtocol):
    header_seconds = SECONDS


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    app = FastAPI()

    @app.post("/{path:path}")
    async def length(request: Request) -> PlainTextResponse:
        return PlainTextResponse(str(len(await request.body())))

    @app.get("/slow")
    async def slow() -> PlainTextResponse:
        time.sleep(3 * SECONDS)
        return PlainTextResponse("done")

    app.add_middleware(BodyLimits, settings=Settings(GROUNDSWELL_MAX_UPLOAD_MIB=1), stall_seconds=SECONDS)
    add_problem_handlers(app)
    server = uvicorn.Server(uvicorn.Config(app, http=Hasty, log_level="warning"))
    listening = socket.create_server(("127.0.0.1", 0))
    serving = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
    serving.start()
    yield listening.getsockname()[1]
    server.should_exit = True
    serving.join()


def answer(port: int, *parts: bytes, pause: float = 0.0) -> tuple[bytes, float]:
    """What came back until the connection was closed, or one answer was there; and after how long."""
    began = time.monotonic()
    with socket.create_connection(("127.0.0.1", port), timeout=20) as connection:
        for part in parts:
            try:
                connection.sendall(part)
            except OSError:
                break
            time.sleep(pause)
        told = b""
        try:
            while part := connection.recv(65_536):
                told += part
                if b"\r\n\r\n" in told:
                    break
        except OSError:
            pass
    return told, time.monotonic() - began


def test_headers_that_do_not_come_end_the_connection(port: int) -> None:
    told, took = answer(port, b"GET /slow HTTP/1.1\r\nHost: x\r\n")
    assert (told, took < 10 * SECONDS) == (b"", True)
    told, took = answer(port)
    assert (told, took < 10 * SECONDS) == (b"", True)


def test_a_byte_now_and_then_does_not_keep_a_connection(port: int) -> None:
    told, took = answer(port, *[b"GET /slow HTTP/1.1\r\n"], *[b"X: y\r\n"] * 40, pause=SECONDS / 4)
    assert told == b""
    assert took > SECONDS


def test_the_next_request_of_a_connection_has_to_come_whole_as_well(port: int) -> None:
    whole = b"POST /x HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\nab"
    began = time.monotonic()
    with socket.create_connection(("127.0.0.1", port), timeout=20) as connection:
        connection.sendall(whole)
        assert b"200 OK" in connection.recv(65_536)
        connection.sendall(b"GET /slow HTTP/1.1\r\n")
        time.sleep(SECONDS / 2)
        assert connection.recv(65_536) == b""
    assert time.monotonic() - began < 10 * SECONDS


def test_an_answer_may_take_its_time(port: int) -> None:
    told, took = answer(port, b"GET /slow HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
    assert b"200 OK" in told
    assert took > 2 * SECONDS


def test_a_body_that_stops_is_answered(port: int) -> None:
    told, _ = answer(port, b"POST /x HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\nabc")
    assert b"408 Request Timeout" in told
    assert b"application/problem+json" in told


@pytest.mark.parametrize("path", [b"/v1/imports", b"/v1/campaigns/1/plan"])
def test_a_body_that_is_too_large_is_refused_by_its_length_and_by_what_comes(port: int, path: bytes) -> None:
    start = b"POST " + path + b" HTTP/1.1\r\nHost: x\r\n"
    told, _ = answer(port, start + b"Content-Length: 9999999999999999999\r\n\r\n")
    assert b" 413 " in told
    told, _ = answer(port, start + b"Content-Length: 2000000\r\n\r\n")
    assert b" 413 " in told
    part = b"10000\r\n" + b"x" * 0x10000 + b"\r\n"
    told, _ = answer(port, start + b"Transfer-Encoding: chunked\r\n\r\n", *[part] * 40)
    assert b" 413 " in told
    told, _ = answer(port, start + b"Transfer-Encoding: chunked\r\n\r\n", part, b"0\r\n\r\n")
    assert b" 200 " in told
