"""The OpenAPI document of everything that the server serves."""

from collections.abc import Iterable
from typing import Any

import msgspec

from mockstytch.about import control, operations
from mockstytch.about.control_calls import CALLS
from mockstytch.about.harness_shapes import Fault
from mockstytch.about.schemas import Components, Schema
from mockstytch.surfaces.surface import Route
from mockstytch.values import Frozen
from mockstytch.version import __version__

VERSION = "3.1.1"

_ABOUT = "A local server for Stytch's B2B API, for development and tests. Not affiliated with Stytch, Inc."

_TAGS = {
    "control": "Test controls that the real API doesn't have.",
}


class Error(Frozen):
    """An error of the API.

    Attributes:
        error_details: more about the error; only a few types have it.
    """

    status_code: int
    request_id: str
    error_type: str
    error_message: str
    error_url: str
    error_details: dict[str, Any] | msgspec.UnsetType = msgspec.UNSET


def servers(url: str) -> list[Schema]:
    """Return the servers of the document.

    Args:
        url: the server's URL.
    """
    return [{"url": url or "/", "description": "This server"}]


def build(routes: Iterable[Route], url: str = "") -> Schema:
    """Return the document.

    Args:
        url: the server's URL.
    """
    components = Components([Error, *(call.returns for call in CALLS.values())], partial={Fault})
    components.response(Error)
    paths: dict[str, Schema] = {}
    for route in routes:
        if route.surface.name == "control":
            path = operations.openapi_path(route.path)
            paths.setdefault(path, {})[route.method.lower()] = control.operation(components, route)
    return {
        "openapi": VERSION,
        "info": {
            "title": "mockstytch",
            "version": __version__,
            "description": _ABOUT,
            "license": {"name": "MIT", "identifier": "MIT"},
        },
        "servers": servers(url),
        "tags": [{"name": name, "description": about} for name, about in _TAGS.items()],
        "paths": dict(sorted(paths.items())),
        "components": {
            "schemas": dict(sorted(components.schemas.items())),
            "parameters": {"ControlProjectId": control.PROJECT_ID},
            "securitySchemes": {
                "project": {
                    "type": "http",
                    "scheme": "basic",
                    "description": "The project's id and secret.",
                },
            },
        },
    }
