"""An HTTP client that does as little as possible, so that what is measured is the server.

Requests are bytes that were made beforehand; of an answer only its length is understood while the clock runs.
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
_STALE = 1.0  # seconds; servers close an idle connection after five


class Refused(Exception):
    """A server answered something else than success: the measurement would be of an error."""


class Connection:
    """One keep-alive connection. A server that closes it after each answer gets a new one, and pays for it."""

    def __init__(self, port: int, headers: dict[str, str] | None = None) -> None:
        self._port = port
        self._head = "".join(f"{k}: {v}\r\n" for k, v in {"Host": f"{HOST}:{port}", **(headers or {})}.items())
        self._socket: socket.socket | None = None
        self._used = 0.0

    def request(self, method: str, path: str, body: Any = None, headers: dict[str, str] | None = None) -> bytes:
        """The bytes of a request; ``body`` is sent as JSON."""
        raw = b"" if body is None else json.dumps(body).encode()
        more = {**({"Content-Type": "application/json"} if raw else {}), **(headers or {})}
        if method != "GET":
            more["Content-Length"] = str(len(raw))
        head = self._head + "".join(f"{k}: {v}\r\n" for k, v in more.items())
        return f"{method} {path} HTTP/1.1\r\n{head}\r\n".encode() + raw

    def send(self, request: bytes) -> bytes:
        """The answer's bytes, head and all, once they are complete."""
        if self._socket is None:
            self._socket = open_socket(self._port)
        self._socket.sendall(request)
        received = self._socket.recv(1 << 18)
        while not complete(received):
            more = self._socket.recv(1 << 18)
            if not more:
                raise Refused(f"the connection was closed after {received[:200]!r}")
            received += more
        if closes(received):
            self.close()
        return received

    def timed(self, request: bytes) -> tuple[float, bytes]:
        """Seconds until the answer was there, and the answer.

        Raises:
            Refused: any status but 2xx.
        """
        if perf_counter() - self._used > _STALE:  # while others had their turn, the server may have closed it
            self.close()
            self._socket = open_socket(self._port)
        started = perf_counter()
        answer = self.send(request)
        self._used = perf_counter()
        seconds = self._used - started
        check(answer)
        return seconds, answer

    def call(self, method: str, path: str, body: Any = None, headers: dict[str, str] | None = None) -> Any:
        """A request that isn't measured: its answer, decoded.

        Raises:
            Refused: any status but 2xx.
        """
        _, answer = self.timed(self.request(method, path, body, headers))
        return json.loads(body_of(answer) or b"{}")

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


def check(received: bytes) -> None:
    if received[9:10] != b"2":
        raise Refused(f"{received[:12].decode('latin-1')}: {body_of(received)[:300]!r}")


def at_once(port: int, requests: Iterable[bytes], connections: int = 16) -> tuple[int, float]:
    """Send requests over several connections, each as soon as its former answer is there.

    Returns:
        how many were answered, and in how many seconds.
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
                    raise Refused("no answer")
                for key, _ in ready:
                    at: socket.socket = key.fileobj  # type: ignore[assignment]
                    more = at.recv(1 << 18)
                    buffers[at] += more
                    if not complete(buffers[at]):
                        if not more:
                            raise Refused("the connection was closed")
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
