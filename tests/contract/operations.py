"""Every operation of the official client: method, path, fields and response model, found by calling it."""

import enum
import inspect
import json
import re
from collections.abc import Iterator
from contextlib import suppress
from functools import cache
from types import UnionType
from typing import Any, NamedTuple, Union, get_args, get_origin, get_type_hints
from urllib.parse import parse_qsl, unquote

import jwt
import pydantic
import requests
import stytch
from stytch.core.response_base import StytchError

BASE = "http://127.0.0.1:1"  # nothing is ever sent there


class Operation(NamedTuple):
    """
    Attributes:
        name: the name in the client: ``organizations.members.create``.
        fields: the type of each field that it can send, by wire name. Fields in the path are included.
        model: the class of the response.
    """

    name: str
    method: str
    path: str
    fields: dict[str, Any]
    model: Any

    def __str__(self) -> str:
        return self.name


class Recording(requests.Session):
    """A session that sends nothing and returns an error. It keeps the request in ``sent``."""

    sent: requests.PreparedRequest | None = None

    def send(self, request: requests.PreparedRequest, **_: Any) -> requests.Response:
        self.sent = request
        answer = requests.Response()
        answer.status_code, answer.request = 500, request
        answer._content = b'{"status_code": 500, "request_id": "", "error_type": "recorded", "error_message": ""}'
        return answer


@cache
def operations() -> dict[str, Operation]:
    """Return the operations by name."""
    session = Recording()
    client = stytch.B2BClient(
        "{{project_id}}",
        "secret",
        environment=f"{BASE}/",
        fraud_environment=f"{BASE}/",
        suppress_warnings=True,
        sync_session=session,
    )
    found = (_operation(name, method, session) for name, method in _methods(client))
    return {operation.name: operation for operation in found if operation}


@cache
def _patterns() -> list[tuple[Operation, re.Pattern[str]]]:
    """Return the operations with the patterns of their paths. Paths with the fewest parameters come first."""
    known = sorted(operations().values(), key=lambda operation: operation.path.count("{"))
    return [(operation, re.compile(re.sub(r"{(\w+)}", r"(?P<\1>[^/]+)", operation.path))) for operation in known]


def find_operation(method: str, path: str) -> tuple[Operation, dict[str, str]]:
    """Return the operation of a request, and its parameters in the path.

    Raises:
        LookupError: if the client has no such operation.
    """
    for operation, pattern in _patterns():
        if operation.method == method and (found := pattern.fullmatch(path)):
            return operation, {name: unquote(value) for name, value in found.groupdict().items()}
    raise LookupError(path)


def _methods(resource: Any, prefix: str = "") -> Iterator[tuple[str, Any]]:
    """Find the public methods below a resource of the client, by their dotted names.

    Only methods with an ``_async`` twin can send a request.
    """
    for name, value in sorted(vars(resource).items()):
        if type(value).__module__.startswith(("stytch.b2b.api", "stytch.consumer.api")):
            yield from _methods(value, f"{prefix}{name}.")
    for name, method in inspect.getmembers(resource, inspect.ismethod):
        if hasattr(resource, f"{name}_async"):
            yield prefix + name, method


def _operation(name: str, method: Any, session: Recording) -> Operation | None:
    """Return None for a method that sends no request itself."""
    hints = _fields(method)
    session.sent = None
    with suppress(StytchError, jwt.PyJWTError):  # the recorded 500, or a dummy that isn't a JWT
        method(**{field: _dummy(field, hint) for field, hint in hints.items()})
    if session.sent is None:
        return None
    path, _, query = unquote(session.sent.url.removeprefix(BASE)).partition("?")
    sent = {*_body(session.sent), *dict(parse_qsl(query, keep_blank_values=True)), *re.findall(r"{(\w+)}", path)}
    return Operation(name, session.sent.method, path, {field: hints.get(field, Any) for field in sent}, _model(method))


def _fields(method: Any) -> dict[str, Any]:
    return {name: hint for name, hint in get_type_hints(method).items() if name not in ("return", "method_options")}


def _model(method: Any) -> Any:
    return get_type_hints(method)["return"]


def _body(request: requests.PreparedRequest) -> dict[str, Any]:
    if request.headers["Content-Type"] == "application/json":
        return json.loads(request.body or "{}")
    return dict(parse_qsl(request.body, keep_blank_values=True))


def _dummy(field: str, hint: Any) -> Any:
    """Return a value of the right type. A text has the name of its field, so that a path shows its parameters."""
    inner = plain(hint)
    origin = get_origin(inner) or inner
    if origin in (list, dict, bool, int):
        return origin()
    if issubclass(origin, enum.Enum):
        return next(iter(origin))
    return {} if issubclass(origin, pydantic.BaseModel) else f"{{{field}}}"


def plain(hint: Any) -> Any:
    """Return ``X`` for ``X | None``, and for ``X | str | dict`` if X is a class of the SDK."""
    if get_origin(hint) not in (Union, UnionType):
        return hint
    parts = [part for part in get_args(hint) if part is not type(None)]
    return next((p for p in parts if isinstance(p, type) and issubclass(p, pydantic.BaseModel | enum.Enum)), parts[0])
