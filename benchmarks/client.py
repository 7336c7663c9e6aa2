"""A minimal HTTP client, so that the measurements are mostly about the server.

Requests are prepared as bytes. While a request is timed, the client parses only the length of the response.
"""

import json
import selectors
import socket
from collections import deque
from collections.abc import Iterable
from time import perf_counter
from typing import Any

HOST = "127.0.0.1"
_TIMEOUT = 30
_STALE = 1.0  # seconds; servers close an idle connection after five seconds


class RequestFailed(Exception):
    """A response that isn't 2xx, or a server that doesn't respond. Its time must not be counted."""


class Connection:
    """A keep-alive connection. If the server closes it, the next request opens a new one, and that time counts."""

    def __init__(self, port: int, headers: dict[str, str] | None = None) -> None:
        self._port = port
        self._head = "".join(f"{k}: {v}\r\n" for k, v in {"Host": f"{HOST}:{port}", **(headers or {})}.items())
        self._socket: socket.socket | None = None
        self._used = 0.0

    def request(self, method: str, path: str, body: Any = None, headers: dict[str, str] | None = None) -> bytes:
        """Build the bytes of a request. ``body`` is sent as JSON, or as it is if it is bytes."""
        raw = b"" if body is None else body if isinstance(body, bytes) else json.dumps(body).encode()
        more = {**({"Content-Type": "application/json"} if raw else {}), **(headers or {})}
        if method != "GET":
            more["Content-Length"] = str(len(raw))
        head = self._head + "".join(f"{k}: {v}\r\n" for k, v in more.items())
        return f"{method} {path} HTTP/1.1\r\n{head}\r\n".encode() + raw

    def send(self, request: bytes) -> bytes:
        """Send a request and return the whole response, headers included."""
        if self._socket is None:
            self._socket = open_socket(self._port)
        self._socket.sendall(request)
        received = self._socket.recv(1 << 18)
        while not complete(received):
            more = self._socket.recv(1 << 18)
            if not more:
                raise RequestFailed(f"The server closed the connection after {received[:200]!r}.")
            received += more
        if closes(received):
            self.close()
        return received

    def timed(self, request: bytes) -> tuple[float, bytes]:
        """Send a request and return its time in seconds, and the response.

        Raises:
            RequestFailed: if the status isn't 2xx.
        """
        seconds, response = self.exchange(request)
        check(response)
        return seconds, response

    def exchange(self, request: bytes) -> tuple[float, bytes]:
        """Send a request and return its time in seconds, and the response, whatever its status."""
        if perf_counter() - self._used > _STALE:  # the server may have closed it meanwhile
            self.close()
            self._socket = open_socket(self._port)
        started = perf_counter()
        response = self.send(request)
        self._used = perf_counter()
        return self._used - started, response

    def call(self, method: str, path: str, body: Any = None, headers: dict[str, str] | None = None) -> Any:
        """Send a request that isn't measured, and return the decoded response.

        Raises:
            RequestFailed: if the status isn't 2xx.
        """
        _, response = self.timed(self.request(method, path, body, headers))
        return json.loads(body_of(response) or b"{}")

    def close(self) -> None:
        if self._socket is not None:
            self._socket.close()
            self._socket = None


def open_socket(port: int) -> socket.socket:
    opened = socket.create_connection((HOST, port), timeout=_TIMEOUT)
    opened.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return opened


def complete(received: bytes) -> bool:
    end = received.find(b"\r\n\r\n")
    if end < 0:
        return False
    head = received[:end].lower()
    at = head.find(b"\r\ncontent-length:")
    if at >= 0:
        return len(received) >= end + 4 + int(head[at + 17 :].split(b"\r\n", 1)[0])
    return received.endswith(b"\r\n0\r\n\r\n")  # chunked


def closes(received: bytes) -> bool:
    head = received.partition(b"\r\n\r\n")[0].lower()
    return b"\r\nconnection: close" in head or head.startswith(b"http/1.0")


def body_of(received: bytes) -> bytes:
    head, _, rest = received.partition(b"\r\n\r\n")
    if b"\r\ntransfer-encoding: chunked" not in head.lower():
        return rest
    body = b""
    while rest:
        size, _, rest = rest.partition(b"\r\n")
        body, rest = body + rest[: int(size, 16)], rest[int(size, 16) + 2 :]
    return body


def status_of(received: bytes) -> int:
    return int(received[9:12])


def check(received: bytes) -> None:
    if received[9:10] != b"2":
        raise RequestFailed(f"{received[:12].decode('latin-1')}: {body_of(received)[:300]!r}")


def send_in_parallel(port: int, requests: Iterable[bytes], connections: int = 16) -> tuple[int, float]:
    """Send requests over several connections in parallel, without pauses.

    Returns:
        The number of responses, and the time in seconds.
    """
    waiting, done = deque(requests), 0
    buffers: dict[socket.socket, bytes] = {}
    with selectors.DefaultSelector() as selector:

        def open_one() -> None:
            if waiting:
                opened = open_socket(port)
                selector.register(opened, selectors.EVENT_READ)
                buffers[opened] = b""
                opened.sendall(waiting.popleft())

        started = perf_counter()
        try:
            for _ in range(connections):
                open_one()
            while buffers:
                ready = selector.select(_TIMEOUT)
                if not ready:
                    raise RequestFailed(f"No response within {_TIMEOUT} seconds.")
                for key, _ in ready:
                    at: socket.socket = key.fileobj  # type: ignore[assignment]
                    more = at.recv(1 << 18)
                    buffers[at] += more
                    if not complete(buffers[at]):
                        if not more:
                            raise RequestFailed("The server closed the connection during a response.")
                        continue
                    check(buffers[at])
                    done += 1
                    if waiting and not closes(buffers[at]):
                        buffers[at] = b""
                        at.sendall(waiting.popleft())
                    else:
                        del buffers[at]
                        selector.unregister(at)
                        at.close()
                        open_one()
            return done, perf_counter() - started
        finally:
            for at in buffers:
                at.close()
