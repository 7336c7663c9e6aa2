"""The names of operations, as a fault and a rate limit use them: the names in the official SDK.

``sdk_names.json`` has the SDK's name for each method and path. ``make docs`` writes it from the installed SDK. Other
operations have the names of their function, after the name of the surface.
"""

import re
from collections.abc import Iterable
from functools import cache
from pathlib import Path

import msgspec

from mockstytch.faults.targets import Operation, Targets
from mockstytch.surfaces.endpoint import Endpoint
from mockstytch.surfaces.surface import Route

SDK_NAMES = Path(__file__).with_name("sdk_names.json")
_PREFIXES = {"management": "management", "oauth_server": "oauth_server", "browser": "browser"}
_TOOLS = ("control", "console")


@cache
def _sdk_names() -> dict[str, str]:
    return msgspec.json.decode(SDK_NAMES.read_bytes(), type=dict[str, str])


def endpoint_of(route: Route) -> Endpoint | None:
    """Return the operation of a route; None for a route that isn't an operation."""
    return getattr(route.handler, "endpoint", None)


def name_of(endpoint: Endpoint) -> str:
    """Return the name of an operation: ``organizations.members.create``."""
    if name := _sdk_names().get(f"{endpoint.method} {endpoint.path}"):
        return name
    package = endpoint.operation.__module__.split(".")[1]
    if package not in _PREFIXES:
        return endpoint.name
    return f"{_PREFIXES[package]}.{endpoint.name if package == 'management' else endpoint.name.partition('.')[2]}"


def name_of_route(route: Route) -> str:
    """Return the name of a route's operation, also of one that isn't implemented; "" for a route without one."""
    endpoint = endpoint_of(route)
    return name_of(endpoint) if endpoint else _sdk_names().get(f"{route.method} {route.path}", "")


def is_exempt(route: Route) -> bool:
    """Return whether faults don't apply to a route, so that a fault can always be removed."""
    return route.surface.name in _TOOLS


def targets(routes: Iterable[Route]) -> Targets:
    """Return what faults and rate limits can name."""
    served = [route for route in routes if not is_exempt(route)]
    endpoints = [endpoint for route in served if (endpoint := endpoint_of(route))]
    operations = [
        Operation(name=name_of(e), alias=e.name, fields=frozenset(e.request.__struct_fields__)) for e in endpoints
    ]
    return Targets(operations, [(route.method, re.sub(r"{[^}]*}", "*", route.path)) for route in served])
