"""The way of one request: read → project → actor → bind → validate → authorize → operate → commit → envelope.

One class takes every request the same way; ``answer`` is the way itself, synchronous on purpose: nothing else runs
until it commits.
"""

import logging
from time import perf_counter
from typing import Any
from urllib.parse import parse_qsl

import msgspec
from starlette.types import Receive, Scope, Send

from mockstytch import errors
from mockstytch.domain.rbac import permissions
from mockstytch.errors import StytchError
from mockstytch.outbound import FetchRequired, OutboundResponses
from mockstytch.runtime import Mock
from mockstytch.store.records.projects import Project
from mockstytch.surfaces.endpoint import Body, Endpoint
from mockstytch.surfaces.surface import Headers, Surface
from mockstytch.surfaces.validation import parse

MAX_BODY = 1_000_000

_decode = msgspec.json.Decoder(dict[str, Any]).decode
_encode_sorted = msgspec.json.Encoder(order="sorted").encode  # as production: keys sorted at every level …
_encode = msgspec.json.Encoder().encode  # … except in errors
log = logging.getLogger("mockstytch")


class Dispatch:
    """An endpoint behind a face, as an ASGI application."""

    def __init__(self, mock: Mock, endpoint: Endpoint, face: Surface, alias: str = "") -> None:
        self._mock, self._endpoint, self._face, self._alias = mock, endpoint, face, alias

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        body = await read(receive)
        path = {name: value.replace("%2F", "/") for name, value in scope["path_params"].items()}  # see app.py
        headers = dict(scope["headers"])
        if body is None:
            answer = too_large(self._mock)
        else:
            own = base_url(scope, headers)
            answer = await self._mock.run_with_fetches(
                lambda replies: self.answer(scope, headers, path, body, replies), own
            )
        await respond(send, *answer)

    def answer(
        self, scope: Scope, headers: Headers, path: dict[str, str], raw: bytes, replies: OutboundResponses
    ) -> tuple[int, bytes]:
        mock, endpoint, face = self._mock, self._endpoint, self._face
        request_id, started = mock.ids.new("request"), perf_counter()
        project, notes, error = None, [f"use {endpoint.path}"] if self._alias else [], None
        try:
            project = face.project(mock, headers, path)
            with mock.transaction(project, base_url(scope, headers), replies) as ctx:
                ctx.notes = notes
                ctx.actor = face.actor(ctx, headers)
                body = _json(raw)
                fields = {**_query(scope["query_string"]), **body, **path}
                req = parse(endpoint.request, fields, strict=bool(body))
                permissions.authorize(ctx, endpoint.resource, endpoint.permission, fields)
                result = endpoint.operation(ctx, req)
            success = {"status_code": 200, "request_id": request_id, **result}
            status, answer = 200, _encode_sorted(face.envelope(success))
        except StytchError as e:
            error, (status, answer) = e, rendered(e, request_id)
        except FetchRequired:
            raise
        except Exception:
            log.exception("%s %s", endpoint.method, endpoint.path)
            error = errors.internal_server_error()
            status, answer = rendered(error, request_id)
        self._log(project, scope, request_id, status, error, notes, perf_counter() - started)
        return status, answer

    def _log(
        self,
        project: Project | None,
        scope: Scope,
        request_id: str,
        status: int,
        error: StytchError | None,
        notes: list[str],
        seconds: float,
    ) -> None:
        for note in notes:
            log.info("%s %s: %s", self._endpoint.method, scope["path"], note)
        self._mock.log(
            project,
            request_id=request_id,
            method=scope["method"],
            path=scope["path"],
            status_code=status,
            error_type=error.kind.error_type if error else "",
            because="; ".join(filter(None, [error.because if error else "", *notes])),
            milliseconds=seconds * 1000,
        )


async def read(receive: Receive) -> bytes | None:
    """The request's body, or None if it is larger than ``MAX_BODY``."""
    message = await receive()
    body: bytes = message.get("body", b"")
    while message.get("more_body"):
        message = await receive()
        body = body + message.get("body", b"") if len(body) <= MAX_BODY else body
    return body if len(body) <= MAX_BODY else None


def base_url(scope: Scope, headers: Headers) -> str:
    """How the caller reached this server."""
    host = headers.get(b"host")
    return f"{scope['scheme']}://{host.decode('latin-1')}" if host else ""


def too_large(mock: Mock) -> tuple[int, bytes]:
    return rendered(errors.request_too_large(), mock.ids.new("request"))


def _query(raw: bytes) -> dict[str, str]:
    return dict(parse_qsl(raw.decode("latin-1"), keep_blank_values=True)) if raw else {}


def _json(raw: bytes) -> dict[str, Any]:
    """A JSON object; nothing at all, or ``null``, is an empty one."""
    try:
        return {} if raw.strip() in (b"", b"null") else _decode(raw)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):  # also "not an object"
        raise errors.bad_request(because="the body is not a JSON object") from None


def rendered(e: StytchError, request_id: str) -> tuple[int, bytes]:
    """An error as the API writes it: five keys in a fixed order, and a sixth where it has details."""
    body: Body = {
        "status_code": e.kind.status_code,
        "request_id": request_id,
        "error_type": e.kind.error_type,
        "error_message": e.kind.message,
        "error_url": e.kind.error_url,
    }
    if e.details:
        body["error_details"] = e.details
    return e.kind.status_code, _encode(body)


async def respond(send: Send, status: int, body: bytes) -> None:
    headers = [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
