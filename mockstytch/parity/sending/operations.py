"""From the name of an operation to its HTTP request."""

import json
import re
from functools import cache
from typing import Any, NamedTuple
from urllib.parse import quote, urlencode

from mockstytch.app import endpoints
from mockstytch.management import routes as management
from mockstytch.surfaces.faults.operation_names import name_of

_PARAMETER = re.compile(r"{(\w+)}")


class Address(NamedTuple):
    """Where an operation is.

    Attributes:
        public: whether it needs no credentials.
    """

    method: str
    path: str
    public: bool


class HttpRequest(NamedTuple):
    """A request without its host and its credentials."""

    method: str
    target: str
    headers: dict[str, str]
    content: bytes | None


@cache
def known_operations() -> dict[str, Address]:
    """Return the address of each operation, by the name that the SDK has for it."""
    found = {name_of(each): Address(each.method, each.path, each.public) for each in endpoints()}
    return found | {name_of(each): Address(each.method, each.path, False) for each in management.endpoints()}


def address_of(operation: str, request: str) -> Address:
    """Return where a call goes: to an operation, or to the method and path of a request."""
    if operation:
        return known_operations()[operation]
    method, _, path = request.partition(" ")
    return Address(method, path, False)


def build(address: Address, fields: dict[str, Any], body: str | None, *, form: bool = False) -> HttpRequest:
    """Return the request.

    Args:
        fields: the parameters of the path, and the fields of the query or the body.
        body: the exact text of the body; None makes it from the fields.
    """
    parameters = set(_PARAMETER.findall(address.path))
    path = _PARAMETER.sub(lambda match: quote(str(fields.get(match[1], "")), safe=""), address.path)
    rest = {name: value for name, value in fields.items() if name not in parameters}
    if body is not None:
        return HttpRequest(address.method, path, {"Content-Type": "application/json"}, body.encode())
    if address.method in ("GET", "DELETE", "HEAD", "OPTIONS"):
        query = urlencode({name: _in_query(value) for name, value in rest.items()}, doseq=True)
        return HttpRequest(address.method, f"{path}?{query}" if query else path, {}, None)
    if form:
        content_type = "application/x-www-form-urlencoded"
        return HttpRequest(address.method, path, {"Content-Type": content_type}, urlencode(rest, doseq=True).encode())
    return HttpRequest(address.method, path, {"Content-Type": "application/json"}, json.dumps(rest).encode())


def _in_query(value: Any) -> Any:
    return str(value).lower() if isinstance(value, bool) else value
