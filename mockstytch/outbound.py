"""Other servers: an identity provider's token endpoint, its metadata, a user-info URL.

An operation is a plain function that runs inside a transaction, and never waits. One that needs another server's word
says so: ``reply = ctx.fetch(outside.get(url))``. At the first try that ends the transaction (nothing was written), the
question is put where nothing is held up, and the operation runs once more, with the reply at hand.
"""

import asyncio
import logging
from collections.abc import Callable
from typing import Any, TypeVar
from urllib.parse import urlencode, urlsplit

import msgspec

log = logging.getLogger("mockstytch")
T = TypeVar("T")

SECONDS = 5.0  # for an answer in all
MOST_BYTES = 1_000_000
_MOST_QUESTIONS = 10  # of one request; a limit on mistakes, not on users


class OutboundRequest(msgspec.Struct, frozen=True):
    """A request to another server."""

    method: str
    url: str
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b""


class OutboundResponse(msgspec.Struct, frozen=True):
    """What came back.

    Attributes:
        status: the HTTP status; 0 where no answer came.
        problem: why none did, or why it was not taken.
    """

    status: int = 0
    body: bytes = b""
    problem: str = ""

    @property
    def ok(self) -> bool:
        return 200 <= self.status < 300

    def json(self) -> dict[str, Any]:
        """The JSON object that came back; an empty one where none did."""
        try:
            return msgspec.json.decode(self.body, type=dict[str, Any])
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            return {}


OutboundResponses = dict[OutboundRequest, OutboundResponse]


class FetchRequired(Exception):
    """The operation can't go on without this reply. Never reaches a client."""

    def __init__(self, ask: OutboundRequest) -> None:
        super().__init__(f"{ask.method} {ask.url}")
        self.ask = ask


def get(url: str, **headers: str) -> OutboundRequest:
    return OutboundRequest("GET", url, tuple(sorted(headers.items())))


def post_form(url: str, fields: dict[str, str], **headers: str) -> OutboundRequest:
    headers["Content-Type"] = "application/x-www-form-urlencoded"
    return OutboundRequest("POST", url, tuple(sorted(headers.items())), urlencode(fields).encode())


async def run_with_fetches(attempt: Callable[[OutboundResponses], T], app: Any, own_urls: tuple[str, ...]) -> T:
    """The result of an operation, tried again after each question that it has.

    Args:
        attempt: runs it in a transaction, with the replies so far.
        app: this server, which answers questions to itself without a socket.
        own_urls: by what addresses it is known.
    """
    replies: OutboundResponses = {}
    while True:
        try:
            return attempt(replies)
        except FetchRequired as need:
            if len(replies) >= _MOST_QUESTIONS:
                raise RuntimeError("an operation asks without end") from need
            replies[need.ask] = await fetch(need.ask, app, own_urls)


async def fetch(ask: OutboundRequest, app: Any = None, own_urls: tuple[str, ...] = ()) -> OutboundResponse:
    """Ask, and take the reply for what it is: whatever goes wrong is one, too."""
    try:
        async with asyncio.timeout(SECONDS):  # in all: httpx counts anew with each byte that drips in
            return await _put(ask, app, own_urls)
    except TimeoutError:
        return OutboundResponse(problem=f"no answer within {SECONDS:g} s")
    except Exception as e:  # an address comes from a user, an answer from a stranger: anything may be wrong with them
        log.info("%s %s: %s", ask.method, ask.url, e)
        return OutboundResponse(problem=str(e) or type(e).__name__)


async def _put(ask: OutboundRequest, app: Any, own_urls: tuple[str, ...]) -> OutboundResponse:
    import httpx  # who never asks doesn't pay for it

    if urlsplit(ask.url).scheme not in ("http", "https"):
        return OutboundResponse(problem="not a web address")
    own = app is not None and any(url and ask.url.startswith(url.rstrip("/") + "/") for url in own_urls)
    transport = httpx.ASGITransport(app=app, raise_app_exceptions=False) if own else None
    async with (
        httpx.AsyncClient(transport=transport, timeout=SECONDS, trust_env=False, max_redirects=3) as client,
        client.stream(
            ask.method, ask.url, headers=dict(ask.headers), content=ask.body, follow_redirects=ask.method == "GET"
        ) as answer,
    ):
        body = b""
        async for chunk in answer.aiter_bytes():
            body += chunk
            if len(body) > MOST_BYTES:
                return OutboundResponse(answer.status_code, problem="the answer is too long")
        return OutboundResponse(answer.status_code, body)
