"""The HTTP protocol of the server: uvicorn's, but most requests are answered without a task.

uvicorn starts a task for each request, which receives the body and sends the response through coroutines. That costs
more than many operations. An operation is a plain function that waits for nothing, so it can run as soon as the request
is complete, inside the callback that received it. Its response is written at once, or with others at the step's end.

    head received → uvicorn would start a task: hold it back
    body complete → ``respond_now`` returns a response: write it
                  → ``respond_now`` returns None: start the task

uvicorn still parses requests, queues pipelined ones, closes idle connections and counts requests. It also handles
everything unusual: what isn't certain to be a short request is never held back.
"""

import asyncio
import http
import re
from collections.abc import Callable
from functools import cache, lru_cache
from typing import Any

from starlette.types import ASGIApp, Receive, Scope, Send
from uvicorn.protocols.http.auto import AutoHTTPProtocol

from mockstytch.surfaces.faults import connections
from mockstytch.surfaces.surface import AnyResponse, Json

RespondNow = Callable[[Scope, bytes], "AnyResponse | None"]

_MOST_DIGITS = 4  # of the length of a body that is kept here until it is complete
# Requests with these headers need uvicorn's task: it confirms ``Expect``, and its middleware reads the proxy's headers.
_UNUSUAL = frozenset((b"expect", b"transfer-encoding", b"x-forwarded-for", b"x-forwarded-proto"))
_UPGRADE = re.compile(rb"\r\nupgrade:[^\r\n]*", re.IGNORECASE)
_JSON_HEAD = b"content-type: application/json\r\ncontent-length: %d\r\n\r\n"
_NOT_IN_HEADERS = re.compile(rb"[\x00-\x08\x0a-\x1f\x7f]")

_Http: Any = AutoHTTPProtocol  # a variable, too: it depends on the installed packages


class Protocol(_Http):  # type: ignore[misc]  # the base class is known at run time only
    """A connection.

    If the app has a method ``respond_now``, it is called with the scope and the body. It returns the response, or None
    if the app has to be called. Then the request mustn't be in the log yet.

    The app can reach the connection's transport, to break it off for a fault.
    """

    app_state: dict[str, Any]  # each request's ``scope["state"]`` is a copy of it

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self._respond_now: RespondNow | None = getattr(self.config.app, "respond_now", None)
        self._held: Any = None  # the request whose task wasn't started yet

    def connection_made(self, transport: asyncio.Transport) -> None:
        super().connection_made(JoinedWrites(transport))
        self.app_state = connections.remember(self.app_state, transport)

    def _start_asgi_task(self, cycle: Any, app: ASGIApp) -> None:
        """Hold the task back, if the request is short. uvicorn calls this when it has received the head.

        It also calls this for a pipelined request, when the one before was answered. If that is complete by then, it
        gets its task: maybe nothing else is received that would end the wait.
        """
        if self._respond_now is not None and app is self.app and cycle.more_body and _is_short(cycle):
            self._held = cycle
        else:
            super()._start_asgi_task(cycle, app)

    def data_received(self, data: bytes) -> None:
        if b"pgrade:" in data and (self.cycle is None or not self.cycle.more_body):
            data = _without_upgrade(data)
        super().data_received(data)
        cycle = self._held
        if cycle is not None and not cycle.more_body:
            self._held = None
            self._respond(cycle)

    def shutdown(self) -> None:
        if self._held is not None:  # the server waits for the end of an incomplete request, and then cancels its task
            super()._start_asgi_task(self._held, self.app)
            self._held = None
        super().shutdown()

    def _respond(self, cycle: Any) -> None:
        """Respond to a complete request at once, or start its task."""
        content, app = None, self.app
        # Without keep-alive, the connection has to be closed. A client that doesn't read its responses has to wait.
        if cycle.keep_alive and not self.flow.write_paused and not self.transport.is_closing():
            try:
                content = self._content(cycle)
            except Exception as error:
                app = _failed(error)
        if content is None:
            super()._start_asgi_task(cycle, app)
            return
        # A write wakes the client that waits for it, which takes longer than many operations. With several clients, the
        # responses of one step of the event loop are written at its end, so that it wakes the first client only.
        write = self.transport.write if len(self.connections) > 1 else self.transport.write_whole
        write(content)
        cycle.response_started = cycle.response_complete = True
        cycle.on_response = _nothing  # it refers to this object, and would keep it in memory
        self.on_response_complete()

    def _content(self, cycle: Any) -> bytes | None:
        """Return the response as it is sent, or None if it can't be given at once."""
        assert self._respond_now is not None
        response = self._respond_now(cycle.scope, bytes(cycle.body))
        if response is None:
            return None
        status, always = _status_line(response.status_code), _written(tuple(self.server_state.default_headers))
        if (
            isinstance(response, Json) and not response.headers
        ):  # almost every response: 1 µs faster, and more if caches are cold
            return status + always + _JSON_HEAD % len(response.body) + response.body
        return b"".join((status, always, *map(_line, response.raw_headers), b"\r\n", response.body))


def _is_short(cycle: Any) -> bool:
    """Return whether the body of a request is short, and nothing else about the request is unusual."""
    headers = dict(cycle.scope["headers"])
    is_short = len(headers.get(b"content-length", b"")) <= _MOST_DIGITS
    return is_short and cycle.scope["method"] != "HEAD" and _UNUSUAL.isdisjoint(headers)


def _without_upgrade(head: bytes) -> bytes:
    """Remove the header ``Upgrade`` from the beginning of a request. A server can ignore it (RFC 9110, 7.8).

    Java's HTTP client sends ``Upgrade: h2c`` with each request. httptools doesn't read the body of such a request.
    """
    head, end, body = head.partition(b"\r\n\r\n")
    return _UPGRADE.sub(b"", head) + end + body


def _line(header: tuple[bytes, bytes]) -> bytes:
    """Return the line of a header.

    Raises:
        RuntimeError: if the value has a control character.
    """
    if _NOT_IN_HEADERS.search(header[1]):
        raise RuntimeError("Invalid HTTP header value.")
    return b"%b: %b\r\n" % header


@lru_cache(4)
def _written(headers: tuple[tuple[bytes, bytes], ...]) -> bytes:
    """Return the lines of the headers that every response has. They change once a second."""
    return b"".join(map(_line, headers))


@cache
def _status_line(status_code: int) -> bytes:
    return f"HTTP/1.1 {status_code} {http.HTTPStatus(status_code).phrase}\r\n".encode()


def _failed(error: Exception) -> ASGIApp:
    """Return an app that raises an exception, so that uvicorn logs it and answers as for any app."""

    async def app(_scope: Scope, _receive: Receive, _send: Send) -> None:
        raise error

    return app


def _nothing() -> None:
    pass


class JoinedWrites:
    """A transport that sends the head of a response together with the beginning of its body: in one system call.

    uvicorn writes them one after the other. A head without a body is sent in the next step of the event loop.
    """

    def __init__(self, transport: asyncio.Transport) -> None:
        self._transport, self._head = transport, b""
        self.is_closing = transport.is_closing

    def __getattr__(self, name: str) -> Any:
        return getattr(self._transport, name)

    def write(self, data: bytes) -> None:
        if not self._head and data.startswith(b"HTTP/1.1 "):
            self._head = data
            asyncio.get_running_loop().call_soon(self._send_head)
        else:
            self.write_whole(data)

    def write_whole(self, data: bytes) -> None:
        """Write a whole response, or a part of one after its head."""
        self._transport.write(self._head + data)
        self._head = b""

    def close(self) -> None:
        self._send_head()
        self._transport.close()

    def _send_head(self) -> None:
        if self._head:
            self.write_whole(b"")
