"""Large bodies: a request is refused as soon as its body is known to be too large."""

import socket
import time

import pytest

from mockstytch import MockStytch

PATHS = [
    "/_mock/api/reset",
    "/v1/b2b/organizations",
    "/pwa/v3/projects",
    "/_mock/empty",
    "/v1/nowhere",
    "/v1/oauth2/token",
]


@pytest.fixture(scope="module")
def server():
    with MockStytch() as mock:
        yield mock


def connect(server, path, header):
    host, port = server.url.removeprefix("http://").split(":")
    connection = socket.create_connection((host, int(port)), timeout=30)
    connection.sendall(f"POST {path} HTTP/1.1\r\nHost: localhost\r\n{header}\r\n\r\n".encode())
    return connection


@pytest.mark.parametrize("path", PATHS)
def test_announced_body_is_not_awaited(server, path):
    with connect(server, path, "Content-Length: 200000000") as connection:
        assert connection.recv(20).startswith(b"HTTP/1.1 413 ")


def test_client_that_waits_for_permission_gets_none(server):
    with connect(server, PATHS[0], "Content-Length: 200000000\r\nExpect: 100-continue") as connection:
        assert connection.recv(20).startswith(b"HTTP/1.1 413 ")


@pytest.mark.parametrize("path", PATHS)
def test_chunked_body_is_refused_at_the_limit(server, path):
    with connect(server, path, "Transfer-Encoding: chunked") as connection:
        for _ in range(21):
            connection.sendall(b"c350\r\n" + b" " * 50_000 + b"\r\n")
        assert connection.recv(20).startswith(b"HTTP/1.1 413 ")


def test_rest_of_a_refused_body_is_skipped(server):
    with connect(server, PATHS[0], "Content-Length: 3000000") as connection:
        connection.sendall(b" " * 3_000_000 + b"GET /_mock/api/health HTTP/1.1\r\nHost: localhost\r\n\r\n")
        received = b""
        while b'"status":"ok"' not in received:
            part = connection.recv(10_000)
            assert part, received
            received += part
        assert received.startswith(b"HTTP/1.1 413 ")


@pytest.mark.parametrize("length", ["9" * 19, "9" * 5000])
def test_absurd_length_is_refused(server, length):
    with connect(server, PATHS[0], f"Content-Length: {length}") as connection:
        assert connection.recv(20)[:12] in (b"HTTP/1.1 413", b"HTTP/1.1 400")


def test_body_at_the_limit_is_read(server):
    with connect(server, "/_mock/api/clock/advance", "Content-Length: 1000000") as connection:
        connection.sendall(b'{"days":1}' + b" " * (1_000_000 - 10))
        assert connection.recv(20).startswith(b"HTTP/1.1 200 ")


def test_many_small_parts_take_linear_time():
    """A body in parts of one byte."""
    import asyncio

    from mockstytch.surfaces.request import HttpRequest, read_body

    def seconds(count):
        parts = iter([{"type": "http.request", "body": b"x", "more_body": True}] * count)
        last = {"type": "http.request", "body": b"x"}

        async def receive():
            return next(parts, last)

        start = time.thread_time()  # other tests' servers run in this process
        scope = {
            "type": "http",
            "method": "POST",
            "path": "/",
            "query_string": b"",
            "headers": [(b"transfer-encoding", b"chunked")],
        }
        assert len(asyncio.run(read_body(HttpRequest(scope, receive)))) == count + 1
        return time.thread_time() - start

    assert seconds(900_000) < 30 * seconds(90_000)


@pytest.mark.parametrize(
    ("version", "headers", "expected"),
    [
        ("1.1", [], b""),
        ("1.1", [(b"content-length", b"1")], b"x"),
        ("1.1", [(b"transfer-encoding", b"chunked")], b"x"),
        ("2", [], b"x"),  # a body that nothing announces
    ],
)
def test_body_is_awaited_only_if_there_can_be_one(version, headers, expected):
    import asyncio

    from mockstytch.surfaces.request import HttpRequest, read_body

    async def receive():
        return {"type": "http.request", "body": b"x"}

    scope = {
        "type": "http",
        "method": "POST",
        "http_version": version,
        "path": "/",
        "query_string": b"",
        "headers": headers,
    }
    assert asyncio.run(read_body(HttpRequest(scope, receive))) == expected
