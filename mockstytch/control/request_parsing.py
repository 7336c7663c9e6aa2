"""Bodies and query parameters of control API calls."""

import reprlib
from collections.abc import Sequence
from typing import TypeVar

import msgspec

from mockstytch import errors
from mockstytch.nearest import nearest
from mockstytch.protocols import json_depth
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
        return msgspec.json.decode(json_depth.checked(request.content or b"{}"), type=model)
    except (msgspec.DecodeError, UnicodeDecodeError) as e:
        raise errors.bad_request(because=str(e)) from None


def flag(request: HttpRequest, name: str) -> bool:
    """Return whether a query parameter is ``true`` or ``1``."""
    return request.query_params.get(name, "").lower() in ("true", "1")


def wait(request: HttpRequest) -> float:
    """Return the query parameter ``wait``, in seconds."""
    return _number(request, "wait", 0, 0, MAX_WAIT)


def number(request: HttpRequest, name: str, default: int, minimum: int, maximum: int) -> int:
    """Return a number from the query, without its fraction.

    Raises:
        bad_request: if the parameter isn't a number between ``minimum`` and ``maximum``.
    """
    return int(_number(request, name, default, minimum, maximum))


def _number(request: HttpRequest, name: str, default: int, minimum: int, maximum: int) -> float:
    text = request.query_params.get(name)
    if text is None or text == "":
        return default
    try:
        value = float(text)
    except ValueError:
        raise errors.bad_request(because=f"{name} isn't a number") from None
    if not minimum <= value <= maximum:
        raise errors.bad_request(because=f"{name} must be between {minimum} and {maximum}")
    return value


def choice(request: HttpRequest, name: str, values: Sequence[str]) -> str:
    """Return a query parameter that has one of a few values, or "".

    Raises:
        bad_request: if the parameter has another value. The reason has the most similar valid one.
    """
    value = request.query_params.get(name, "")
    require_known(name, value, values)
    return value


def choices(request: HttpRequest, name: str, values: Sequence[str]) -> list[str]:
    """Return the values of a query parameter, which are separated by commas.

    Raises:
        bad_request: if one of them isn't valid. The reason has the most similar valid one.
    """
    given = [value for value in request.query_params.get(name, "").split(",") if value]
    for value in given:
        require_known(name, value, values)
    return given


def require_known(name: str, value: str, values: Sequence[str]) -> None:
    """Check that a value is valid. "" is accepted: it is the same as not sent.

    Raises:
        bad_request: if the value isn't one of the valid ones. The reason has the most similar one.
    """
    if value and value not in values:
        raise errors.bad_request(
            because=f"{name} {reprlib.repr(value)} doesn't exist. Did you mean {nearest(value, values)}? "
            f"Valid values: {', '.join(values)}"
        )
