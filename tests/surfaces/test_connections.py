"""Connections: how long the server keeps an idle one, and how it writes to it."""

import asyncio

import httpx
import pytest

from mockstytch.http_protocol import JoinedWrites
from mockstytch.server import Server
from mockstytch.settings import Settings

LONGEST_IDLE_TIME_OF_CLIENTS = 90  # seconds: IdleConnTimeout of Go's http.DefaultTransport; most others have 60 or less


def test_idle_connection_outlives_the_pools_of_clients():
    """A client that sends on a connection just when the server closes it gets a reset instead of a response."""
    with Server() as server:
        assert server._listener.config.timeout_keep_alive > LONGEST_IDLE_TIME_OF_CLIENTS


def test_server_stops_at_the_end_of_its_block():
    with Server(Settings(port=0)) as server:
        url = f"{server.url}/_mock/api/health"
        assert httpx.get(url, trust_env=False).status_code == 200
    with pytest.raises(httpx.ConnectError):
        httpx.get(url, trust_env=False)


class Transport:
    """Notes what is written to it."""

    def __init__(self):
        self.written = []

    def write(self, data):
        self.written.append(data)

    def is_closing(self):
        return False

    def close(self):
        self.written.append("closed")


HEAD = b"HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\n"


def writes_of(*parts):
    """Return what reaches the transport at once, and one step of the event loop later."""

    async def write():
        transport = Transport()
        joined = JoinedWrites(transport)
        for part in parts:
            joined.close() if part == "close" else joined.write(part)
        at_once = transport.written.copy()
        await asyncio.sleep(0)
        return at_once, transport.written[len(at_once) :]

    return asyncio.run(write())


@pytest.mark.parametrize(
    ("parts", "at_once", "later"),
    [
        ((HEAD, b"hello"), [HEAD + b"hello"], []),
        ((HEAD, b"hel", b"lo"), [HEAD + b"hel", b"lo"], []),
        ((HEAD, b""), [HEAD], []),
        ((HEAD,), [], [HEAD]),
        ((HEAD, "close"), [HEAD, "closed"], []),
        ((HEAD, b"hello", HEAD, b"again"), [HEAD + b"hello", HEAD + b"again"], []),
        ((b"more of a stream",), [b"more of a stream"], []),
    ],
)
def test_head_is_sent_with_the_body_or_soon(parts, at_once, later):
    assert writes_of(*parts) == (at_once, later)
