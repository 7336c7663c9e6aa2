"""Bodies and query parameters of control API calls."""

from typing import TypeVar

import msgspec

from mockstytch import errors
from mockstytch.surfaces.request import HttpRequest

MAX_WAIT = 60  # seconds

T = TypeVar("T")


def body(request: HttpRequest, model: type[T]) -> T:
    """Decode the JSON body. An empty body is read as an empty object.

    Args:
        model: the type to decode into.

    Raises:
        bad_request: if the body isn't JSON, or has a field that isn't valid.
    """
    try:
        return msgspec.json.decode(request.content or b"{}", type=model)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as e:
        raise errors.bad_request(because=str(e)) from None


def flag(request: HttpRequest, name: str) -> bool:
    """Return whether a query parameter is ``true`` or ``1``."""
    return request.query_params.get(name, "").lower() in ("true", "1")


def wait(request: HttpRequest) -> float:
    """Return the query parameter ``wait``, in seconds."""
    return float(number(request, "wait", 0, 0, MAX_WAIT))


def number(request: HttpRequest, name: str, default: int, minimum: int, maximum: int) -> int:
    """Return a whole number from the query.

    Raises:
        bad_request: if the parameter isn't a number between ``minimum`` and ``maximum``.
    """
    text = request.query_params.get(name)
    if text is None or text == "":
        return default
    try:
        value = int(float(text))
    except (ValueError, OverflowError):
        raise errors.bad_request(because=f"{name} isn't a number") from None
    if not minimum <= value <= maximum:
        raise errors.bad_request(because=f"{name} must be between {minimum} and {maximum}")
    return value
