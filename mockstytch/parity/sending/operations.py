"""From the name of an operation to its HTTP request."""

import json
import re
from functools import cache
from typing import Any, Literal, NamedTuple
from urllib.parse import quote, urlencode

from mockstytch.app import endpoints
from mockstytch.browser import sdk_operations
from mockstytch.browser.routes import PREFIX
from mockstytch.management import routes as management
from mockstytch.surfaces.faults.operation_names import name_of

Surface = Literal["backend", "browser", "management", "public"]
_PREFIXES: dict[str, Surface] = {"/sdk/": "browser", "/pwa/": "management"}
_PARAMETER = re.compile(r"{(\w+)}")


class Address(NamedTuple):
    """Where an operation is.

    Attributes:
        surface: the interface that it belongs to; ``public`` needs no credentials.
    """

    method: str
    path: str
    surface: Surface


class HttpRequest(NamedTuple):
    """A request without its host and its credentials."""

    method: str
    target: str
    headers: dict[str, str]
    content: bytes | None


@cache
def known_operations() -> dict[str, Address]:
    """Return the address of each operation, by the name that the SDK has for it.

    The browser API's calls have ``browser.`` before the name: ``browser.sessions.authenticate``.
    """
    found = dict[str, Address]()
    for each in [*endpoints(), *sdk_operations.api]:
        name = name_of(each)
        if each.sdk_calls:
            call, sdk_name = each.sdk_calls[0], f"browser.{name.removeprefix('browser.')}"
            found[sdk_name] = Address(call.method, PREFIX + call.path, "browser")
        if not name.startswith("browser."):
            found[name] = Address(each.method, each.path, "public" if each.public else "backend")
    return found | {name_of(each): Address(each.method, each.path, "management") for each in management.endpoints()}


def address_of(operation: str, request: str) -> Address:
    """Return where a call goes: to an operation, or to the method and path of a request."""
    if operation:
        return known_operations()[operation]
    method, _, path = request.partition(" ")
    for prefix, surface in _PREFIXES.items():
        if path.startswith(prefix):
            return Address(method, path, surface)
    return Address(method, path, "backend")


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
