"""``HttpRequest``: a request, in the form that all surfaces use."""

import binascii
from base64 import b64decode
from datetime import datetime
from functools import cached_property, lru_cache
from time import perf_counter
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl

from starlette.types import Message as AsgiMessage
from starlette.types import Receive, Scope

from mockstytch import errors
from mockstytch.protocols import host_names
from mockstytch.protocols.query_strings import with_plus_in_addresses
from mockstytch.runtime import Actor
from mockstytch.store.records.messages import Message
from mockstytch.store.records.projects import Project
from mockstytch.store.records.webhooks import Event

if TYPE_CHECKING:
    from starlette.datastructures import URL, QueryParams
    from starlette.datastructures import Headers as TextHeaders
    from starlette.requests import Request

MAX_BODY = 1_000_000  # bytes
OWN_ERRORS = "/_mock/docs/errors"  # the console's pages of the errors that only this server has
_MAX_FORM_FIELDS = 50
_SDK_USER_AGENTS = (b"Stytch ", b"stytch-")  # "Stytch Python v15.3.0", "stytch-rust 10.3.0"

Headers = dict[bytes, bytes]
_PROJECT = Actor()


class ClientLeft(Exception):
    """The client disconnected before its request was complete."""


async def _receive_nothing() -> AsgiMessage:
    return {"type": "http.disconnect"}


class HttpRequest:
    """A request whose body was read completely.

    Most operations read ``header_bytes`` and ``query_fields`` only. Starlette's ``Request`` is made for the others: its
    modules take longer to import than a start may.

    Attributes:
        header_bytes: the headers, by lower-case name. If one is repeated, the last value counts.
        path: the path, without the path of the project's domain.
        domain_project_id: the project id that ``Application`` took from that path, or "".
        content: the body; None if it is larger than its surface allows.
        request_id: the id in the response.
        notes: remarks for the request log.
        messages, events: what the operation sent and emitted; nothing of it exists if the operation failed.
        earlier_events: what earlier runs of the operation emitted, which is committed: see ``outbound.MoreToDo``.
        refusal: error type and reason, if a handler returned an error response itself (SCIM, OAuth).
        now: the time of the operation's transaction; None if there was none.
        found_project: the project that the surface authenticated; None before that, and if the route has none.
        actor: the caller of an operation, once the surface has found it; before, the project.
        session_token: the token of the caller's session, if the caller is a browser or a mobile app.
        fault: what a fault did to the request, for the request log; "" for most requests.
    """

    request_id = session_token = fault = ""
    refusal: tuple[str, str] | None = None
    found_project: Project | None = None
    now: datetime | None = None
    actor = _PROJECT

    def __init__(self, scope: Scope, receive: Receive = _receive_nothing, content: bytes | None = b"") -> None:
        query: bytes = scope["query_string"]
        if b"+" in query or b"%20" in query:
            scope = {**scope, "query_string": with_plus_in_addresses(query)}
        self.scope, self.receive = scope, receive
        self.method: str = scope["method"]
        self.header_bytes: Headers = dict(scope["headers"])
        self.path: str = scope["path"]
        self.domain_project_id: str = scope.get("domain_project_id", "")
        self.content = content
        self.notes: list[str] = []
        self.messages: list[Message] = []
        self.events: list[Event] = []  # ``list[Event]()`` would take 1 µs
        self.earlier_events: list[Event] = []
        self.started = perf_counter()

    @cached_property
    def _parsed(self) -> "Request":
        from starlette.requests import Request

        return Request(self.scope, self.receive)

    @property
    def headers(self) -> "TextHeaders":
        return self._parsed.headers

    @property
    def query_params(self) -> "QueryParams":
        return self._parsed.query_params

    @property
    def cookies(self) -> dict[str, str]:
        return self._parsed.cookies

    @property
    def url(self) -> "URL":
        return self._parsed.url

    @property
    def path_params(self) -> dict[str, Any]:
        """The parameters of the path, by name."""
        found: dict[str, Any] = self.scope.get("path_params", {})
        return found

    async def is_disconnected(self) -> bool:
        """Return whether the client has disconnected."""
        return await self._parsed.is_disconnected()

    @property
    def project(self) -> Project:
        """The project that the surface authenticated. Only for surfaces that require one."""
        assert self.found_project is not None, "this surface has no project"
        return self.found_project

    @property
    def full_path(self) -> str:
        """The path with the path of the project's domain, for the request log."""
        return f"/v1/public/{self.domain_project_id}{self.path}" if self.domain_project_id else self.path

    @property
    def host_name(self) -> str:
        """The name or address in the Host header; "" if there is none, or it isn't valid."""
        return host_names.host_name(self.header_bytes.get(b"host", b""))

    @property
    def server_url(self) -> str:
        """The URL at which the caller reached this server, without a trailing slash; "" without a Host header."""
        host = self.header_bytes.get(b"host")
        return f"{self.scope['scheme']}://{host.decode('latin-1')}" if host else ""

    @property
    def from_sdk(self) -> bool:
        """Whether an official SDK sent the request, according to its User-Agent."""
        return self.header_bytes.get(b"user-agent", b"").startswith(_SDK_USER_AGENTS)

    def error_url(self, kind: errors.Kind) -> str:
        """Return the URL of an error's description: Stytch's, or this server's for errors that only it has."""
        if kind.confidence != "M":
            return kind.error_url
        return f"{self.server_url}{OWN_ERRORS}/{kind.status_code}#{kind.error_type}"

    def query_fields(self) -> dict[str, str]:
        """Return the query parameters. If one is repeated, the last value counts."""
        raw = self.scope["query_string"]
        return dict(parse_qsl(raw.decode("latin-1"), keep_blank_values=True)) if raw else {}

    def form_fields(self) -> dict[str, str]:
        """Return the fields of a posted form. If one is repeated, the last value counts.

        Raises:
            request_too_large: if the form has more than 50 fields.
        """
        if self.method != "POST":
            return {}
        try:
            text = (self.content or b"").decode("latin-1")
            return dict(parse_qsl(text, keep_blank_values=True, max_num_fields=_MAX_FORM_FIELDS))
        except ValueError:
            raise errors.request_too_large() from None

    def refuse(self, error_type: str, because: str) -> None:
        """Set the error for the request log, if the handler returns an error response instead of raising."""
        self.refusal = (error_type, because)


async def read_body(request: HttpRequest, largest: int = MAX_BODY) -> bytes | None:
    """Return the request's body, or None if it is too large. The rest of a body that is too large isn't awaited.

    Args:
        largest: the number of bytes that are allowed.

    Raises:
        ClientLeft: if the client disconnected before the body was complete (RFC 9112, 8).
    """
    headers, receive = request.header_bytes, request.receive
    announced = headers.get(b"content-length", b"")
    if announced.isdigit() and len(announced) < 20 and int(announced) > largest:
        return None
    if not announced and b"transfer-encoding" not in headers and request.scope.get("http_version") == "1.1":
        return b""  # without these headers, there is no body (RFC 9112, 6.3): don't wait for it
    parts: list[bytes] = []
    length = 0
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise ClientLeft
        parts.append(message.get("body", b""))
        length += len(parts[-1])
        if length > largest:
            return None
        if not message.get("more_body"):
            return b"".join(parts)


def basic_credentials(headers: Headers) -> tuple[str, str]:
    """Return the user and password of an HTTP Basic header.

    Raises:
        invalid_authorization_header: if the request has no Basic header, or it can't be decoded.
    """
    return _basic_credentials(headers.get(b"authorization", b""))


@lru_cache(256)
def _basic_credentials(authorization: bytes) -> tuple[str, str]:
    scheme, _, value = authorization.partition(b" ")
    if scheme.lower() != b"basic":
        raise errors.invalid_authorization_header(because="no Basic credentials")
    try:
        user, colon, password = b64decode(value, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        raise errors.invalid_authorization_header(because="not base64") from None
    if not colon:
        raise errors.invalid_authorization_header(because="no colon between user and password")
    return user, password


Fields = dict[str, Any]
