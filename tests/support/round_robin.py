"""A load balancer that sends each request to another server than the request before."""

import asyncio
import contextlib
import threading
from collections.abc import Iterator
from itertools import count
from urllib.parse import urlsplit

_LIMIT = 10_000_000  # bytes of a request


class RoundRobin:
    """Forwards requests to several servers in turn. Each request has new connections.

    Attributes:
        url: where it listens.
        forwarded: how many requests each server got.
    """

    def __init__(self, urls: list[str]) -> None:
        self._servers = [(parts.hostname or "", parts.port or 80) for parts in map(urlsplit, urls)]
        self._numbers = count()
        self.forwarded = [0] * len(urls)
        self.url = ""
        self._ready = threading.Event()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._run()), daemon=True)

    def start(self) -> None:
        self._thread.start()
        assert self._ready.wait(60)

    def stop(self) -> None:
        self._loop.call_soon_threadsafe(self._end.set)
        self._thread.join(60)

    async def _run(self) -> None:
        self._loop, self._end = asyncio.get_running_loop(), asyncio.Event()
        async with await asyncio.start_server(self._forward, "127.0.0.1", 0, limit=_LIMIT) as server:
            self.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
            self._ready.set()
            await self._end.wait()

    async def _forward(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(asyncio.IncompleteReadError, ConnectionError):
            head = await reader.readuntil(b"\r\n\r\n")
            lines = head[:-4].split(b"\r\n")
            headers = [line for line in lines[1:] if not line.lower().startswith(b"connection:")]
            length = next(
                (int(line.split(b":")[1]) for line in headers if line.lower().startswith(b"content-length:")), 0
            )
            body = await reader.readexactly(length)
            number = next(self._numbers) % len(self._servers)
            self.forwarded[number] += 1
            their_reader, their_writer = await asyncio.open_connection(*self._servers[number])
            their_writer.write(b"\r\n".join([lines[0], *headers, b"connection: close", b"", b""]) + body)
            while chunk := await their_reader.read(65536):
                writer.write(chunk)
                await writer.drain()
            their_writer.close()
        writer.close()


@contextlib.contextmanager
def balanced(urls: list[str]) -> Iterator[RoundRobin]:
    """Forward requests to these servers in turn."""
    forwarder = RoundRobin(urls)
    forwarder.start()
    try:
        yield forwarder
    finally:
        forwarder.stop()
