"""The surface and the routes of the SCIM server."""

from typing import Any

import msgspec
from starlette.responses import Response

from mockstytch import errors
from mockstytch.errors import Kind, StytchError
from mockstytch.runtime import Mock
from mockstytch.store.records.projects import Project
from mockstytch.store.records.scim import ScimConnection
from mockstytch.surfaces.request import HttpRequest
from mockstytch.surfaces.surface import AnyResponse, Handler, Route, Surface, render_error

# The parameter's name sorts after ``organization_id``, so the routes of the connections API are matched first.
_BASE = "/v1/b2b/scim/{scim_connection_id}"
_METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
MEDIA_TYPE = "application/scim+json"
_UNKNOWN_CONNECTION = Kind(404, "scim_404", "There is no SCIM connection with this id", "M", "b2b/api")
# Errors of the API that are ``uniqueness`` in SCIM (RFC 7644, section 3.12).
_UNIQUENESS = {
    "desired_email_updating_for_different_member",
    "duplicate_member_email",
    "duplicate_member_external_id",
    "duplicate_member_phone_number",
    "reactivation_email_belongs_to_another_member",
    "retired_member_email",
}


def _project_of_connection(mock: Mock, request: HttpRequest) -> Project:
    """Return the project of the SCIM connection in the path.

    Raises:
        route_not_found: if the path has no id of a SCIM connection, such as a mistyped path of the connections API.
        StytchError: if no project has this connection. The response is SCIM's error 404.
    """
    connection_id = request.path_params["scim_connection_id"]
    if not connection_id.startswith("scim-connection-"):
        raise errors.route_not_found()
    project = mock.projects.find_by(ScimConnection, connection_id=connection_id)
    if project is None:
        raise _UNKNOWN_CONNECTION(because=connection_id[:200])
    return project


def _scim_error(request: HttpRequest, error: StytchError) -> AnyResponse:
    """Render an error of the API in SCIM's format (RFC 7644, section 3.12)."""
    kind = error.kind
    if kind is errors.route_not_found:
        return render_error(request, error)
    status, scim_type = _status_and_type(error)
    body: dict[str, Any] = {"schemas": ["urn:ietf:params:scim:api:messages:2.0:Error"], "status": str(status)}
    if scim_type:
        body["scimType"] = scim_type
    body["detail"] = f"{error.message} ({error.because})" if error.because else error.message
    return Response(msgspec.json.encode(body), status, media_type=MEDIA_TYPE)


_HTTP_ERRORS = (
    errors.host_not_allowed,
    errors.internal_server_error,
    errors.request_too_large,
    errors.server_unavailable,
    _UNKNOWN_CONNECTION,
)


def _status_and_type(error: StytchError) -> tuple[int, str]:
    """Return the HTTP status and SCIM's error type, which is "" for errors that SCIM has no type for."""
    kind = error.kind
    if kind in _HTTP_ERRORS:
        return kind.status_code, ""
    status, scim_type = (409, "uniqueness") if kind.error_type in _UNIQUENESS else (400, "invalidValue")
    if error.is_fault and kind.status_code != status:
        return kind.status_code, ""
    return status, scim_type


def _scim_error_type(error: StytchError) -> str:
    """Return the error type for the request log."""
    if error.kind is errors.route_not_found:
        return error.kind.error_type
    status, scim_type = _status_and_type(error)
    return scim_type or f"scim_{status}"


SCIM = Surface(name="scim", authenticate=_project_of_connection, render_error=_scim_error, error_type=_scim_error_type)


def routes(mock: Mock) -> list[Route]:
    """Return the routes: every path below a connection's URL, with every method that SCIM uses."""
    handler = _handler(mock)
    return [Route(method, path, SCIM, handler) for path in (_BASE, f"{_BASE}/{{resource:path}}") for method in _METHODS]


def _handler(mock: Mock) -> Handler:
    async def handle(request: HttpRequest) -> Response:
        from mockstytch.scim_server import service  # a slow import that only SCIM requests need

        scim_request = service.ScimRequest(
            method=request.method,
            connection_id=request.path_params["scim_connection_id"],
            path=[part.replace("%2F", "/") for part in request.path_params.get("resource", "").split("/") if part],
            query=dict(request.query_params),
            authorization=request.headers.get("authorization", ""),
            body=request.content or b"",
        )
        response = service.handle(mock, request.project, request.server_url, scim_request)
        if response.scim_type:
            request.refuse(response.scim_type, response.because)
        return Response(response.content, response.status, response.headers, MEDIA_TYPE)

    return handle
