"""Requests to other servers: an identity provider's token endpoint, its metadata, a UserInfo endpoint.

An operation is a plain function that runs inside a transaction and never waits. To call another server, it uses
``response = ctx.fetch(outbound.get(url))``. If the response isn't known yet, this ends the transaction before anything
is written (``FetchRequired``). ``run_with_fetches`` sends the request outside of the transaction, and then runs the
operation again with the response.

An operation that changes or counts many rows also runs several times: see ``MoreToDo``.
"""

import asyncio
import logging
import ssl
import threading
from collections.abc import Awaitable, Callable
from typing import Any, Protocol, TypeVar
from urllib.parse import urlencode, urlsplit

import msgspec

from mockstytch.protocols import json_depth

log = logging.getLogger("mockstytch")
T = TypeVar("T")

TIMEOUT_SECONDS = 5.0  # for the whole request
MAX_RESPONSE_BYTES = 1_000_000
_MAX_REDIRECTS = 3
_MAX_FETCHES = 10  # for each operation; more indicate a defect


class OutboundRequest(msgspec.Struct, frozen=True):
    """A request to another server.

    Attributes:
        max_bytes: a longer response is rejected.
        follow_redirects: whether a GET request follows redirects.
    """

    method: str
    url: str
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b""
    max_bytes: int = MAX_RESPONSE_BYTES
    follow_redirects: bool = True


class OutboundResponse(msgspec.Struct, frozen=True):
    """The response to a request, or the reason why there is none.

    Attributes:
        status: the HTTP status; 0 if there was no response.
        problem: why there was no response, or why it was rejected.
    """

    status: int = 0
    body: bytes = b""
    problem: str = ""

    @property
    def ok(self) -> bool:
        return 200 <= self.status < 300

    def json(self) -> dict[str, Any]:
        """Return the JSON object in the body, or an empty one if there is none."""
        try:
            return msgspec.json.decode(json_depth.checked(self.body), type=dict[str, Any])
        except (msgspec.DecodeError, UnicodeDecodeError):
            return {}


OutboundResponses = dict[OutboundRequest, OutboundResponse]


class Transport(Protocol):
    """Sends a request of this server to another one, or to itself if it serves the URL."""

    async def __call__(self, request: OutboundRequest, *, own_urls: tuple[str, ...] = ()) -> OutboundResponse: ...


class FetchRequired(Exception):
    """An operation needs a response that wasn't fetched yet. Clients never see this error."""

    def __init__(self, request: OutboundRequest) -> None:
        super().__init__(f"{request.method} {request.url}")
        self.request = request


class MoreToDo(Exception):
    """An operation did a part of its work: the part is committed, and the operation runs again after other requests.

    An operation that changes or counts many rows raises it, so that other requests don't have to wait for all of them.
    Each run must find less to do than the one before. Clients never see this error.

    Attributes:
        keeps_writes: see ``StytchError``.
    """

    keeps_writes = True


def get(url: str, **headers: str) -> OutboundRequest:
    """Return a GET request."""
    return OutboundRequest("GET", url, tuple(sorted(headers.items())))


def post_form(url: str, fields: dict[str, str], **headers: str) -> OutboundRequest:
    """Return a POST request with a form."""
    headers["Content-Type"] = "application/x-www-form-urlencoded"
    return OutboundRequest("POST", url, tuple(sorted(headers.items())), urlencode(fields).encode())


async def run_with_fetches(
    attempt: Callable[[OutboundResponses], T], send: Callable[[OutboundRequest], Awaitable[OutboundResponse]]
) -> T:
    """Run an operation, again after each response that it needs and each part of its work, and return its result.

    Args:
        attempt: runs the operation in a transaction, with the responses so far.
        send: sends a request, outside of the transaction.
    """
    responses: OutboundResponses = {}
    while True:
        try:
            return attempt(responses)
        except FetchRequired as required:
            if len(responses) >= _MAX_FETCHES:
                raise RuntimeError(f"an operation needs more than {_MAX_FETCHES} fetches") from required
            responses[required.request] = await send(required.request)
        except MoreToDo:
            await asyncio.sleep(0)  # other requests run now


async def fetch(request: OutboundRequest, app: Any = None, own_urls: tuple[str, ...] = ()) -> OutboundResponse:
    """Send a request. Any failure becomes a response with a ``problem``.

    Args:
        app: this server as an ASGI app, for requests to itself without a socket.
        own_urls: the URLs of this server.
    """
    try:
        async with asyncio.timeout(TIMEOUT_SECONDS):  # httpx's own timeout restarts with each byte
            return await _send(request, app, own_urls)
    except TimeoutError:
        return OutboundResponse(problem=f"no response within {TIMEOUT_SECONDS:g} s")
    except Exception as e:  # the URL comes from a user, the response from any server: anything can be wrong
        log.info("%s %s: %s", request.method, request.url, e)
        return OutboundResponse(problem=str(e) or type(e).__name__)


async def _send(request: OutboundRequest, app: Any, own_urls: tuple[str, ...]) -> OutboundResponse:
    if urlsplit(request.url).scheme not in ("http", "https"):
        return OutboundResponse(problem="not an http or https URL")
    ssl_context = _ssl_context
    if ssl_context is None:
        # In a thread: importing httpx and loading the CA certificates would block the event loop for up to a second.
        ssl_context = await asyncio.to_thread(shared_ssl_context)

    import httpx

    is_own = app is not None and any(url and request.url.startswith(url.rstrip("/") + "/") for url in own_urls)
    transport = httpx.ASGITransport(app=app, raise_app_exceptions=False) if is_own else None
    async with (
        httpx.AsyncClient(
            transport=transport,
            verify=ssl_context,
            timeout=TIMEOUT_SECONDS,
            trust_env=False,
            max_redirects=_MAX_REDIRECTS,
        ) as client,
        client.stream(
            request.method,
            request.url,
            headers=dict(request.headers),
            content=request.body,
            follow_redirects=request.follow_redirects and request.method == "GET",
        ) as response,
    ):
        body = b""
        async for chunk in response.aiter_bytes():
            body += chunk
            if len(body) > request.max_bytes:
                return OutboundResponse(response.status_code, problem="the response is too long")
        return OutboundResponse(response.status_code, body)


_ssl_context: ssl.SSLContext | None = None
_ssl_context_lock = threading.Lock()


def shared_ssl_context() -> ssl.SSLContext:
    """Return the SSL context of all outbound requests. Creating it takes 40 to 700 ms, so this happens once."""
    global _ssl_context
    with _ssl_context_lock:
        if _ssl_context is None:
            import httpx

            _ssl_context = httpx.create_ssl_context(trust_env=False)
        return _ssl_context
