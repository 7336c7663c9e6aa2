"""The surface of the authorization server (RFC 6749, 6750), with CORS for clients that are web pages."""

from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from typing import Any
from urllib.parse import parse_qsl, unquote_plus

import msgspec
from starlette.responses import Response

from mockstytch import errors
from mockstytch.domain.oauth_server import authorization
from mockstytch.domain.sessions import jwt
from mockstytch.errors import StytchError
from mockstytch.oauth_server import operations
from mockstytch.protocols import json_depth
from mockstytch.runtime import Context, Mock
from mockstytch.store.records.projects import Project
from mockstytch.surfaces import project_domain
from mockstytch.surfaces.dispatch import EndpointHandler
from mockstytch.surfaces.endpoint import Body
from mockstytch.surfaces.request import Fields, HttpRequest, basic_credentials
from mockstytch.surfaces.surface import AnyResponse, Handler, ParsedFields, Route, Surface, project_in_path

_encode_sorted = msgspec.json.Encoder(order="sorted").encode
_encode = msgspec.json.Encoder().encode

CORS = {"access-control-allow-origin": "*"}
_PREFLIGHT = {
    **CORS,
    "access-control-allow-methods": "GET, POST",
    "access-control-allow-headers": "authorization, content-type, mcp-protocol-version",
    "access-control-max-age": "600",
}
_NO_STORE = {"cache-control": "no-store", "pragma": "no-cache"}
_REPEATABLE = {"resource", "audience"}  # RFC 8707, RFC 8693
# OAuth's names of the API's general errors
_NAMES = {
    "bad_request": "invalid_request",
    "internal_server_error": "server_error",
    "server_unavailable": "temporarily_unavailable",
}
_METADATA = ("/.well-known/oauth-authorization-server", "/.well-known/openid-configuration")
_JWKS = "/.well-known/jwks.json"


def _find_project(mock: Mock, request: HttpRequest) -> Project:
    """Return the project of the request.

    The Ruby SDK introspects tokens at ``/v1/oauth2/introspect`` of the API's host, where only the credentials name the
    project.

    Raises:
        invalid_project_id: if the project id isn't well-formed.
        project_not_found: if the server doesn't have the project.
    """
    if request.path.startswith("/v1/oauth2/") and not project_domain.named_project(request):
        with suppress(StytchError):  # no credentials, or not a project
            user, _ = basic_credentials(request.header_bytes)
            if user.startswith("project-") and (project := mock.projects.find(user)) and not project.deleted:
                return project
    return project_in_path(mock, request)


def _read_fields(request: HttpRequest) -> ParsedFields:
    """Read the fields of the body, a form or JSON, and the credentials or token of the Authorization header.

    Raises:
        invalid_request: if the body is malformed, or a token or credentials were sent in two places.
        invalid_client: if the Basic credentials can't be decoded.
    """
    fields = _body(request)
    scheme = request.headers.get("authorization", "").partition(" ")[0].lower()
    if scheme == "basic":
        fields = _with_basic_credentials(fields, request, request.project)
    elif scheme == "bearer":
        if "access_token" in fields:
            raise errors.invalid_request(because="a token in the header and one in the body")
        fields["access_token"] = request.headers["authorization"].partition(" ")[2].strip()
    return ParsedFields({**fields, "project_id": request.project.project_id})


def _body(request: HttpRequest) -> Fields:
    """Return the fields in the body.

    Raises:
        invalid_request: if the body isn't a form or a JSON object, or repeats a parameter.
    """
    raw = request.content or b""
    media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media_type == "application/x-www-form-urlencoded":
        return _form(raw)
    try:
        if raw.strip() in (b"", b"null"):
            return {}
        return msgspec.json.decode(json_depth.checked(raw), type=dict[str, Any])
    except (msgspec.DecodeError, UnicodeDecodeError):
        raise errors.invalid_request(because="the body isn't a form or a JSON object") from None


def _form(raw: bytes) -> Fields:
    try:
        pairs = parse_qsl(raw.decode(), keep_blank_values=True, errors="strict")
    except ValueError:
        raise errors.invalid_request(because="the body isn't a valid form") from None
    fields: Fields = {name: value for name, value in pairs if name not in _REPEATABLE}
    times = Counter(name for name, _ in pairs if name not in _REPEATABLE)
    if repeated := [name for name, count in times.items() if count > 1]:
        raise errors.invalid_request(because=f"sent more than once: {', '.join(repeated)}")
    for name in _REPEATABLE:
        if values := [value for key, value in pairs if key == name and value]:
            fields[name] = values
    return fields


def _with_basic_credentials(fields: Fields, request: HttpRequest, project: Project) -> Fields:
    """Add the client's credentials from a Basic header (RFC 6749, 2.3.1).

    Official SDKs send the project's credentials in the header, and the client's in the body.

    Raises:
        invalid_client: if the header can't be decoded.
        invalid_request: if there are client credentials in the body, too.
    """
    try:
        user, secret = basic_credentials(request.header_bytes)
    except StytchError as e:
        raise errors.invalid_client(because=e.because) from None
    if user == project.project_id:
        return fields
    client_id = unquote_plus(user)
    if fields.get("client_secret") or fields.get("client_id", client_id) != client_id:
        raise errors.invalid_request(because="client credentials both in the header and in the body")
    return {**fields, "client_id": client_id, "client_secret": unquote_plus(secret)}


def _render_success(request: HttpRequest, body: Body) -> AnyResponse:
    status = body.get("status_code", 200)
    content = _encode_sorted({**body, "status_code": status, "request_id": request.request_id})
    return Response(content, status, CORS | _NO_STORE, "application/json")


def _render_metadata(request: HttpRequest, body: Body) -> AnyResponse:
    content = _encode_sorted({"status_code": 200, "request_id": request.request_id, **body})
    return Response(content, 200, CORS, "application/json")


def _render_error(request: HttpRequest, error: StytchError) -> AnyResponse:
    """Render an error as RFC 6749 does, with the keys that every response of the API has."""
    name, kind = _error_name(error), error.kind
    status = 401 if kind is errors.invalid_client_in_token_request and _has_client_header(request) else kind.status_code
    body = {
        "status_code": status,
        "request_id": request.request_id,
        "error": name,
        "error_description": error.message,
        "error_uri": request.error_url(kind).replace(f"#{kind.error_type}", f"#{name}"),
    }
    headers = CORS | _NO_STORE
    if status == 401:
        scheme = request.headers.get("authorization", "").partition(" ")[0].lower()
        headers["www-authenticate"] = 'Basic realm="oauth2"' if scheme == "basic" else f'Bearer error="{name}"'
    return Response(_encode(body), status, headers, "application/json")


def _has_client_header(request: HttpRequest) -> bool:
    """Return whether the client sent its credentials in the header. RFC 6749, 5.2, then requires the status 401."""
    try:
        user, _ = basic_credentials(request.header_bytes)
    except StytchError:
        return request.headers.get("authorization", "").lower().startswith("basic")
    return user != request.project.project_id


def _error_name(error: StytchError) -> str:
    return _NAMES.get(error.kind.error_type, error.kind.error_type)


OAUTH_SERVER = Surface(
    name="oauth_server",
    authenticate=_find_project,
    read_fields=_read_fields,
    render_success=_render_success,
    render_error=_render_error,
    error_type=_error_name,
)
METADATA = msgspec.structs.replace(OAUTH_SERVER, render_success=_render_metadata)
_PREFLIGHTS = Surface(name="oauth_server", render_error=_render_error, error_type=_error_name)  # no credentials


def routes(mock: Mock) -> list[Route]:
    metadata = _document(mock, authorization.metadata)
    jwks = _document(mock, lambda ctx: {"keys": jwt.jwks(ctx)})
    endpoints = [
        Route(endpoint.method, path, OAUTH_SERVER, EndpointHandler(mock, OAUTH_SERVER, endpoint))
        for endpoint in operations.api
        for path in (endpoint.path, _path_at_domain(endpoint.path))
    ]
    crossed = (*_METADATA, _JWKS, *dict.fromkeys(route.path for route in endpoints))
    return [
        *endpoints,
        *(Route("GET", path, METADATA, metadata) for path in _METADATA),
        Route("GET", _JWKS, METADATA, jwks),
        *(Route("OPTIONS", path, _PREFLIGHTS, _preflight) for path in crossed),
    ]


def _path_at_domain(path: str) -> str:
    """Return the path below the project's domain that corresponds to a path at the API's host."""
    return path.replace("/v1/public/{project_id}/", "/v1/")


def _document(mock: Mock, show: Callable[[Context], Body]) -> Handler:
    async def handle(request: HttpRequest) -> Body:
        with mock.transaction(request.project, request.server_url) as ctx:
            ctx.domain = project_domain.url(request, ctx.project, ctx.base_url)
            return show(ctx)

    return handle


async def _preflight(_request: HttpRequest) -> Response:
    return Response(status_code=204, headers=_PREFLIGHT)
