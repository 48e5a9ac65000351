"""A slow network between a program and a server, which can be stalled."""

import asyncio
import random
import threading
import time
from contextlib import suppress
from typing import Self

_DELAY, _JITTER = 0.05, 0.02
_CHUNK = 1 << 16
Delayed = asyncio.Queue[tuple[float, bytes]]
"""Bytes in transit, each with the time to forward them; empty bytes after the sender has closed."""


class SlowNetwork:
    """Forwards everything between its own `port` and the server's with 50 ms delay each way."""

    def __init__(self, server_port: int) -> None:
        self._server_port = server_port
        self._stopped_until = 0.0
        self._started = threading.Event()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._serve()), daemon=True)
        self.port = 0

    def __enter__(self) -> Self:
        self._thread.start()
        self._started.wait()
        return self

    def __exit__(self, *_: object) -> None:
        self._loop.call_soon_threadsafe(self._stopped.set)
        self._thread.join()

    def stop(self, seconds: float) -> None:
        """Stall for a time; bytes sent meanwhile arrive afterwards."""
        self._stopped_until = time.monotonic() + seconds
        time.sleep(seconds)

    async def _serve(self) -> None:
        self._loop, self._stopped = asyncio.get_running_loop(), asyncio.Event()
        server = await asyncio.start_server(self._connect, "127.0.0.1", 0)
        self.port = server.sockets[0].getsockname()[1]
        self._started.set()
        await self._stopped.wait()
        server.close()

    async def _connect(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            server_reader, server_writer = await asyncio.open_connection("127.0.0.1", self._server_port)
        except OSError:
            writer.close()
            return
        # A connection that is still open when the network ends is no error.
        with suppress(asyncio.CancelledError):
            await asyncio.gather(self._delay(reader, server_writer), self._delay(server_reader, writer))

    async def _delay(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        delayed: Delayed = asyncio.Queue()
        forwarding = asyncio.create_task(self._forward(delayed, writer))
        with suppress(OSError):
            while chunk := await reader.read(_CHUNK):
                delay = random.uniform(_DELAY - _JITTER, _DELAY + _JITTER)
                delayed.put_nowait((time.monotonic() + delay, chunk))
        delayed.put_nowait((time.monotonic(), b""))
        await forwarding

    async def _forward(self, delayed: Delayed, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError):
            while True:
                due, chunk = await delayed.get()
                while (left := max(due, self._stopped_until) - time.monotonic()) > 0:
                    await asyncio.sleep(left)
                if not chunk:
                    break
                writer.write(chunk)
                await writer.drain()
        writer.close()
