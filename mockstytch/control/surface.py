"""The surface of the control API: JSON in and out, for callers on this machine."""

from collections.abc import Awaitable, Callable
from typing import Any

import msgspec
from msgspec.structs import replace

from mockstytch.errors import StytchError
from mockstytch.runtime import Mock
from mockstytch.store.records.projects import Project
from mockstytch.surfaces import origin
from mockstytch.surfaces.request import HttpRequest
from mockstytch.surfaces.surface import AnyResponse, Json, Route, Surface

PREFIX = "/_mock/api"


def _trusted_caller(mock: Mock, request: HttpRequest) -> None:
    origin.require_trusted_origin(mock, request)


def _project(mock: Mock, request: HttpRequest) -> Project:
    """Return the project. Only calls that set something register an unknown one: reading never does."""
    origin.require_trusted_origin(mock, request)
    return origin.project(mock, request, create=request.method in ("POST", "PUT", "PATCH"))


def _render_success(_request: HttpRequest, body: Any) -> AnyResponse:
    return Json(200, msgspec.json.encode(body))


def _render_error(request: HttpRequest, error: StytchError) -> AnyResponse:
    """Render the API's five keys. In the control API, the message includes the reason."""
    kind = error.kind
    body = {
        "status_code": kind.status_code,
        "request_id": request.request_id,
        "error_type": kind.error_type,
        "error_message": f"{error.message} ({error.because})" if error.because else error.message,
        "error_url": request.error_url(kind),
    }
    return Json(kind.status_code, msgspec.json.encode(body))


CONTROL = Surface(name="control", authenticate=_project, render_success=_render_success, render_error=_render_error)
SERVER_WIDE = replace(CONTROL, authenticate=_trusted_caller)  # calls that need no project
LARGE_BODY = replace(CONTROL, max_body=64_000_000)  # calls that take the data of a whole project
WITHOUT_WAITING = replace(SERVER_WIDE, waits=False)


def route(
    method: str, path: str, handler: Callable[[HttpRequest], Awaitable[Any]], surface: Surface = CONTROL
) -> Route:
    """Return the route of a call.

    Args:
        path: without ``/_mock/api``.
    """
    return Route(method, PREFIX + path, surface, handler)
