"""The edge of the OAuth authorization server: what its clients send, and how it answers them.

Operations are in ``api.oauth2``; here are their forms, credentials, errors and headers (RFC 6749, 6750), and CORS, for
clients that are web pages.
"""

import logging
from collections import Counter
from collections.abc import Awaitable, Callable
from time import perf_counter
from typing import Any
from urllib.parse import parse_qsl, unquote_plus

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from mockstytch import errors
from mockstytch.domain.oauth_server import authorization
from mockstytch.domain.sessions import jwt
from mockstytch.errors import StytchError
from mockstytch.oauth_server import operations as oauth2
from mockstytch.runtime import Context, Mock
from mockstytch.store.records.projects import Project
from mockstytch.surfaces.dispatch import base_url, read
from mockstytch.surfaces.endpoint import Endpoint
from mockstytch.surfaces.surface import PUBLIC, basic_credentials
from mockstytch.surfaces.validation import parse

log = logging.getLogger("mockstytch")
_encode_sorted = msgspec.json.Encoder(order="sorted").encode
_encode = msgspec.json.Encoder().encode

CORS = {"access-control-allow-origin": "*"}
_NO_STORE = {"cache-control": "no-store", "pragma": "no-cache"}
_REPEATABLE = {"resource", "audience"}  # RFC 8707, RFC 8693
# what the general errors are called in OAuth
_NAMES = {"bad_request": "invalid_request", "internal_server_error": "server_error"}


class OAuth2:
    """An operation that OAuth clients call, as an ASGI application."""

    def __init__(self, mock: Mock, endpoint: Endpoint) -> None:
        self._mock, self._endpoint = mock, endpoint

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        raw = await read(receive)
        await self._answered(Request(scope), raw)(scope, receive, send)

    def _answered(self, request: Request, raw: bytes | None) -> Response:
        request_id, started = self._mock.ids.new("request"), perf_counter()
        project, error = None, None
        headers = dict(request.scope["headers"])
        try:
            if raw is None:
                raise errors.request_too_large()
            project = PUBLIC.project(self._mock, headers, request.path_params)
            fields = self._fields(request, raw, project)
            with self._mock.transaction(project, base_url(request.scope, headers)) as ctx:
                result = self._endpoint.operation(ctx, parse(self._endpoint.request, fields))
            status = result.pop("status_code", 200)
            body = _encode_sorted({"status_code": status, "request_id": request_id, **result})
            answer = Response(body, status, CORS | _NO_STORE, "application/json")
        except StytchError as e:
            error, answer = e, refused(e, request_id, request)
        except Exception:
            log.exception("%s %s", self._endpoint.method, self._endpoint.path)
            error = errors.internal_server_error()
            answer = refused(error, request_id, request)
        self._mock.log(
            project,
            request_id=request_id,
            method=request.method,
            path=request.url.path,
            status_code=answer.status_code,
            error_type=name_of(error) if error else "",
            because=error.because if error else "",
            milliseconds=(perf_counter() - started) * 1000,
        )
        return answer

    def _fields(self, request: Request, raw: bytes, project: Project) -> dict[str, Any]:
        """What the client sent, wherever it did: in the body, as a form or as JSON, and in the header."""
        fields = _body(request, raw)
        scheme = request.headers.get("authorization", "").partition(" ")[0].lower()
        if scheme == "basic":
            fields = _with_basic(fields, request, project)
        elif scheme == "bearer":
            if "access_token" in fields:
                raise errors.invalid_request(because="a token in the header, and one in the body")
            fields["access_token"] = request.headers["authorization"].partition(" ")[2].strip()
        return {**fields, **request.path_params}


def _body(request: Request, raw: bytes) -> dict[str, Any]:
    """
    Raises:
        invalid_request: neither a form nor a JSON object, or a parameter is there twice.
    """
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind == "application/x-www-form-urlencoded":
        return _form(raw)
    try:
        return msgspec.json.decode(raw, type=dict[str, Any]) if raw.strip() not in (b"", b"null") else {}
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise errors.invalid_request(because="the body is neither a form nor a JSON object") from None


def _form(raw: bytes) -> dict[str, Any]:
    try:
        pairs = parse_qsl(raw.decode(), keep_blank_values=True, errors="strict")
    except ValueError:
        raise errors.invalid_request(because="the body is no form") from None
    fields: dict[str, Any] = {name: value for name, value in pairs if name not in _REPEATABLE}
    times = Counter(name for name, _ in pairs if name not in _REPEATABLE)
    if twice := [name for name, count in times.items() if count > 1]:
        raise errors.invalid_request(because=f"sent more than once: {', '.join(twice)}")
    for name in _REPEATABLE:
        if values := [value for key, value in pairs if key == name and value]:
            fields[name] = values
    return fields


def _with_basic(fields: dict[str, Any], request: Request, project: Project) -> dict[str, Any]:
    """The client's credentials may come as Basic ones (RFC 6749, 2.3.1). Official SDKs send the project's own there,
    with those of the client in the body.

    Raises:
        invalid_client: the header can't be read.
        invalid_request: credentials in both places.
    """
    try:
        user, secret = basic_credentials({b"authorization": request.headers["authorization"].encode("latin-1")})
    except StytchError as e:
        raise errors.invalid_client(because=e.because) from None
    if user == project.project_id:
        return fields
    client_id = unquote_plus(user)
    if fields.get("client_secret") or fields.get("client_id", client_id) != client_id:
        raise errors.invalid_request(because="client credentials both in the header and in the body")
    return {**fields, "client_id": client_id, "client_secret": unquote_plus(secret)}


# RFC 8414 puts the well-known part before the issuer's path, OpenID Connect after it; clients try both, of both names
_METADATA = ("oauth-authorization-server", "openid-configuration")
_ISSUER = "/v1/public/{project_id}"


def routes(mock: Mock) -> list[Route]:
    """What clients find out beforehand, and what browsers ask before a web page's client may ask."""

    def of_project(shown: Callable[[Context], dict[str, Any]]) -> Callable[[Request], Awaitable[Response]]:
        async def answer(request: Request) -> Response:
            request_id, headers = mock.ids.new("request"), dict(request.scope["headers"])
            try:
                path = {"project_id": mock.settings.project_id, **request.path_params}
                project = PUBLIC.project(mock, headers, path)
                with mock.transaction(project, base_url(request.scope, headers)) as ctx:
                    body = {"status_code": 200, "request_id": request_id, **shown(ctx)}
                return Response(_encode_sorted(body), 200, CORS, "application/json")
            except StytchError as e:
                return refused(e, request_id, request)

        return answer

    async def preflight(_request: Request) -> Response:
        asked = "authorization, content-type, mcp-protocol-version"
        allowed = {"access-control-allow-methods": "GET, POST", "access-control-allow-headers": asked}
        return Response(status_code=204, headers=CORS | allowed | {"access-control-max-age": "600"})

    paths = [f"/.well-known/{name}{issuer}" for name in _METADATA for issuer in (_ISSUER, "")]
    paths += [f"{_ISSUER}/.well-known/{name}" for name in _METADATA]
    jwks = f"{_ISSUER}/.well-known/jwks.json"
    found = [Route(path, of_project(authorization.metadata), methods=["GET"]) for path in paths]
    found.append(Route(jwks, of_project(lambda ctx: {"keys": jwt.jwks(ctx)}), methods=["GET"]))
    operations = dict.fromkeys(endpoint.path for endpoint in oauth2.api)
    return found + [Route(path, preflight, methods=["OPTIONS"]) for path in (*paths, jwks, *operations)]


def name_of(e: StytchError) -> str:
    return _NAMES.get(e.kind.error_type, e.kind.error_type)


def refused(e: StytchError, request_id: str, request: Request) -> Response:
    """An error as RFC 6749 has it, with the keys that every answer of the API has."""
    error = name_of(e)
    body = {
        "status_code": e.kind.status_code,
        "request_id": request_id,
        "error": error,
        "error_description": e.kind.message,
        "error_uri": e.kind.error_url.replace(f"#{e.kind.error_type}", f"#{error}"),
    }
    headers = CORS | _NO_STORE
    if e.kind.status_code == 401:
        tried = request.headers.get("authorization", "").partition(" ")[0].lower()
        challenge = 'Basic realm="oauth2"' if tried == "basic" else f'Bearer error="{error}"'
        headers["www-authenticate"] = challenge
    return Response(_encode(body), e.kind.status_code, headers, "application/json")
