"""Breaking a connection off, so that the client sees what it sees if a network or a server fails.

The server puts the connection's transport into the ASGI scope (``remember``). An app that runs without a socket, such
as in ``httpx.ASGITransport``, or on another ASGI server, has none: then an exception is raised out of the app.
"""

import asyncio
import contextlib
import os
import socket
import struct
from typing import Any

from starlette.types import ASGIApp, Message, Receive, Scope, Send

_KEY = "mockstytch.transport"
_LINGER_NOT = struct.pack("hh" if os.name == "nt" else "ii", 1, 0)  # closing sends a reset, instead of an orderly end


def remember(state: dict[str, Any], transport: asyncio.BaseTransport) -> dict[str, Any]:
    """Return the state of a connection's scopes, with the connection's transport."""
    return {**state, _KEY: transport}


def _transport(scope: Scope) -> asyncio.Transport | None:
    transport: asyncio.Transport | None = scope.get("state", {}).get(_KEY)
    return transport


async def refuse(scope: Scope, receive: Receive) -> None:
    """Close the connection without a response.

    Raises:
        ConnectionRefusedError: if the app has no connection to close.
    """
    transport = _transport(scope)
    if transport is None:
        raise ConnectionRefusedError("a fault refused the connection")
    transport.close()
    await disconnected(receive)


async def reset(scope: Scope, receive: Receive) -> None:
    """Reset the connection (a TCP segment with RST).

    Raises:
        ConnectionResetError: if the app has no connection to reset.
    """
    transport = _transport(scope)
    if transport is None:
        raise ConnectionResetError("a fault reset the connection")
    with contextlib.suppress(OSError):  # the client has already closed it
        transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _LINGER_NOT)
    transport.abort()
    await disconnected(receive)


async def truncate(app: ASGIApp, scope: Scope, receive: Receive, send: Send) -> None:
    """Send the headers and half of the body of a response, then close the connection.

    A response without a body isn't sent at all.

    Args:
        app: the response.

    Raises:
        ConnectionResetError: if the app has no connection to close.
    """
    sent: list[Message] = []

    async def collect(message: Message) -> None:
        sent.append(message)

    await app(scope, receive, collect)
    body = b"".join(message.get("body", b"") for message in sent)
    if body:
        await send(sent[0])
        await send({"type": "http.response.body", "body": body[: len(body) // 2], "more_body": True})
    transport = _transport(scope)
    if transport is None:
        raise ConnectionResetError("a fault truncated the response")
    transport.close()
    await disconnected(receive)


async def disconnected(receive: Receive) -> None:
    """Wait until the client's connection has ended."""
    while (await receive())["type"] != "http.disconnect":
        pass
