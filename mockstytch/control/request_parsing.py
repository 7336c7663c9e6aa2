"""What a call of the control API says: its body, its numbers, how long it would wait."""

from collections.abc import Awaitable, Callable
from typing import Any, Literal

import msgspec
from starlette.requests import Request

from mockstytch import errors
from mockstytch.surfaces.dispatch import MAX_BODY

LONGEST_WAIT = 60

Handler = Callable[[Request], Awaitable[Any]]
Row = tuple[Literal["GET", "POST", "PUT", "PATCH", "DELETE"], str, Handler]


async def body(request: Request, kind: Any) -> Any:
    """
    Args:
        kind: what the JSON is read into.

    Raises:
        request_too_large: it is.
        bad_request: it is no JSON, or of another kind.
    """
    raw = await request.body()
    if len(raw) > MAX_BODY:
        raise errors.request_too_large()
    try:
        return msgspec.json.decode(raw or b"{}", type=kind)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as e:
        raise errors.bad_request(because=str(e)) from None


def wait(request: Request) -> float:
    return float(number(request, "wait", 0, 0, LONGEST_WAIT))


def number(request: Request, name: str, default: int, least: int, most: int) -> int:
    """
    Raises:
        bad_request: the parameter is no number between ``least`` and ``most``.
    """
    text = request.query_params.get(name)
    if text is None or text == "":
        return default
    try:
        found = int(float(text))
    except (ValueError, OverflowError):
        raise errors.bad_request(because=f"{name} is not a number") from None
    if not least <= found <= most:
        raise errors.bad_request(because=f"{name} must be between {least} and {most}")
    return found
