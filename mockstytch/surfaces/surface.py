"""``Surface``: one public interface of the server. Also the surfaces of the API itself.

Surfaces differ in how a caller authenticates, how a request's fields are read, and how a success and an error are
rendered. Everything else is in ``dispatch``, the same for all surfaces.

``BACKEND``, ``FRAUD`` and ``PUBLIC`` are declared here. The others are declared where their routes are: ``BROWSER``,
``MANAGEMENT``, ``OAUTH_SERVER``, ``SCIM``, ``PAGES`` with its variants, ``CONTROL`` and ``CONSOLE``.
"""

from collections.abc import Awaitable, Callable, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

import msgspec
from starlette.types import Receive, Scope, Send

from mockstytch import errors
from mockstytch.errors import StytchError
from mockstytch.protocols import json_depth
from mockstytch.runtime import Actor, Context, Mock
from mockstytch.store.records.projects import Project
from mockstytch.surfaces import project_domain
from mockstytch.surfaces.request import MAX_BODY, Fields, HttpRequest, basic_credentials
from mockstytch.wire.values import with_json_made_once

if TYPE_CHECKING:
    from starlette.responses import Response

_decode = msgspec.json.Decoder(dict[str, Any]).decode
encode_sorted = msgspec.json.Encoder(order="sorted").encode  # production sorts keys at every level …
_encode = msgspec.json.Encoder().encode  # … except in errors


class Json:
    """A JSON response. Faster than Starlette's, because almost every request returns one."""

    def __init__(self, status_code: int, body: bytes, headers: Sequence[tuple[bytes, bytes]] = ()) -> None:
        self.status_code, self.body, self.headers = status_code, body, headers

    @property
    def raw_headers(self) -> list[tuple[bytes, bytes]]:
        length = b"%d" % len(self.body)
        return [(b"content-type", b"application/json"), (b"content-length", length), *self.headers]

    async def __call__(self, _scope: Scope, _receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
        await send({"type": "http.response.body", "body": self.body})


AnyResponse: TypeAlias = "Json | Response"  # Starlette's are for pages and redirects


class ParsedFields(msgspec.Struct):
    """The fields of a request.

    Attributes:
        values: fields by name.
        strict: False if the values are text that has to be converted: ``?limit=10.0&include_deleted=True``.
        body: the JSON text from which the values come.
    """

    values: Fields
    strict: bool = True
    body: bytes = b""


def _no_project(_mock: Mock, _request: HttpRequest) -> Project | None:
    return None


def _project_itself(ctx: Context, _request: HttpRequest) -> Actor:
    return ctx.actor


def read_json(request: HttpRequest) -> ParsedFields:
    """Read query, JSON body and path parameters. Path parameters win over the body, and the body over the query.

    Raises:
        bad_request: if the body isn't a JSON object.
    """
    content = request.content or b""
    body = json_object(content)
    return ParsedFields({**request.query_fields(), **body, **request.path_params}, strict=bool(body), body=content)


def json_object(raw: bytes) -> Fields:
    """Decode a JSON object. An empty text or ``null`` is read as an empty object.

    Raises:
        bad_request: if the text isn't a JSON object.
    """
    try:
        return {} if not raw or raw.strip() in (b"", b"null") else _decode(json_depth.checked(raw))
    except (msgspec.DecodeError, UnicodeDecodeError):  # also if it isn't an object
        raise errors.bad_request(because="the body isn't a JSON object") from None


def render_body(request: HttpRequest, body: Fields) -> AnyResponse:
    """Render an operation's result with status code and request id. Keys are sorted."""
    content = {"status_code": 200, "request_id": request.request_id, **body}
    return Json(200, encode_sorted(with_json_made_once(content)))


def render_error(request: HttpRequest, error: StytchError) -> AnyResponse:
    """Render an error as the API does: five keys in a fixed order, and ``error_details`` if there are any."""
    return Json(error.kind.status_code, encode_error(request, error))


def encode_error(request: HttpRequest, error: StytchError) -> bytes:
    """Return the JSON text of an error."""
    return _encode(_error_body(request, error))


def _render_fraud_error(request: HttpRequest, error: StytchError) -> AnyResponse:
    """Render an error as the fraud product's host does: the request id comes first."""
    body = {"request_id": request.request_id, **_error_body(request, error)}
    return Json(error.kind.status_code, _encode(body))


def _error_body(request: HttpRequest, error: StytchError) -> Fields:
    kind = error.kind
    body: Fields = {
        "status_code": kind.status_code,
        "request_id": request.request_id,
        "error_type": kind.error_type,
        "error_message": error.message,
        "error_url": request.error_url(kind),
    }
    if error.details:
        body["error_details"] = error.details
    return body


def render_response(_request: HttpRequest, response: Any) -> AnyResponse:
    """Return the handler's response unchanged, for surfaces whose handlers build responses themselves."""
    found: AnyResponse = response
    return found


class Surface(msgspec.Struct, frozen=True, kw_only=True):
    """One public interface of the server.

    Attributes:
        name: the name in the request log.
        request_id: the kind of a request's id, a key of ``ids.PREFIXES``.
        authenticate: returns the caller's project, or None if the route needs no project.
        actor: returns the actor of an operation: a member, or the project itself.
        read_fields: returns the fields from which an operation's request is built.
        render_success: builds the response from the handler's result.
        render_error: builds the response for an error.
        error_type: returns the error's name for the request log.
        refuses_unknown_fields: whether the project's setting ``unknown_fields`` applies. False if the SDKs add
            fields that the API doesn't have.
        max_body: the largest body that is read, in bytes.
        waits: whether requests wait while the server empties a project. False if they don't use the database.
        first_lock: id of a project that operations may change besides their own: see ``Mock.transaction``.
    """

    name: str
    request_id: str = "request"
    authenticate: Callable[[Mock, HttpRequest], Project | None] = _no_project
    actor: Callable[[Context, HttpRequest], Actor] = _project_itself
    read_fields: Callable[[HttpRequest], ParsedFields] = read_json
    render_success: Callable[[HttpRequest, Any], AnyResponse] = render_response
    render_error: Callable[[HttpRequest, StytchError], AnyResponse] = render_error
    error_type: Callable[[StytchError], str] = lambda error: error.kind.error_type
    refuses_unknown_fields: bool = True
    max_body: int = MAX_BODY
    waits: bool = True
    first_lock: str = ""


Handler = Callable[[HttpRequest], Awaitable[Any]]


class Route(NamedTuple):
    """The handler of one method and path.

    Attributes:
        path: the path, with parameters in braces; ``{resource:path}`` matches the rest of a path.
        handler: returns the argument of the surface's ``render_success``, or raises a ``StytchError``.
    """

    method: str
    path: str
    surface: Surface
    handler: Handler


def _project_of_credentials(mock: Mock, request: HttpRequest) -> Project:
    """Return the project with these Basic credentials.

    Raises:
        invalid_b2b_endpoint: if it is a Consumer project.
    """
    project = mock.projects.authenticate(*basic_credentials(request.header_bytes))
    if project.vertical == "CONSUMER":
        raise errors.invalid_b2b_endpoint()
    return project


def _project_of_fraud_credentials(mock: Mock, request: HttpRequest) -> Project:
    """Return the project with these Basic credentials.

    Raises:
        unauthorized_credentials_error: if the secret is wrong, or the project is unknown to a closed server.
    """
    try:
        return _project_of_credentials(mock, request)
    except StytchError as e:
        if e.kind is errors.unauthorized_credentials:
            raise errors.unauthorized_credentials_error(because=e.because) from None
        raise


def _acting_member(ctx: Context, request: HttpRequest) -> Actor:
    """Return the member whose session is in the headers, or the project itself.

    The Ruby SDK sends these headers in the query of GET and DELETE requests. They count there, too: otherwise, the
    member would have the project's rights.
    """
    headers = request.header_bytes
    token = headers.get(b"x-stytch-member-session", b"").decode("latin-1")
    jwt = headers.get(b"x-stytch-member-sessionjwt", b"").decode("latin-1")
    if not token and not jwt and b"stytch" in request.scope["query_string"].lower():
        query = {name.lower(): value for name, value in request.query_fields().items()}
        token, jwt = query.get("x-stytch-member-session", ""), query.get("x-stytch-member-sessionjwt", "")
        if token or jwt:
            ctx.note("the member's session is in the query; send it in a header")
    if not token and not jwt:
        return ctx.actor
    from mockstytch.domain.sessions import actors  # imported late: most callers are the project itself

    return actors.actor_from_session(ctx, token, jwt)


def project_in_path(mock: Mock, request: HttpRequest) -> Project:
    """Return the project in the path or of the domain, or the default project.

    Raises:
        invalid_project_id: if the project id isn't well-formed.
        project_not_found: if the server doesn't have the project.
    """
    project = _find_named_project(mock, request)
    if project is None or project.deleted:
        raise errors.project_not_found(because="The first API request of a project creates it.")
    return project


def _find_named_project(mock: Mock, request: HttpRequest) -> Project | None:
    try:
        return mock.projects.find(_named_project_id(mock, request))
    except StytchError:
        raise errors.invalid_project_id() from None


def _named_project_id(mock: Mock, request: HttpRequest) -> str:
    return request.path_params.get("project_id") or project_domain.named_project(request) or mock.settings.project_id


def _project_of_keys(mock: Mock, request: HttpRequest) -> Project:
    """Return the project in the path or of the domain. One that doesn't exist yet has keys, too, but isn't registered.

    The Go SDK fetches the keys when the client is constructed, before the request that creates the project.

    Raises:
        invalid_project_id: if the project id isn't well-formed.
        project_not_found: if the server is closed and doesn't have the project.
    """
    if mock.settings.closed:
        return project_in_path(mock, request)
    found = _find_named_project(mock, request)
    return found or Project(project_id=_named_project_id(mock, request), secret="")  # it has no rows


BACKEND = Surface(
    name="backend", authenticate=_project_of_credentials, actor=_acting_member, render_success=render_body
)
# In production, the fraud product has its own host.
FRAUD = msgspec.structs.replace(
    BACKEND, request_id="fraud_request", authenticate=_project_of_fraud_credentials, render_error=_render_fraud_error
)
PUBLIC = Surface(name="public", authenticate=_project_of_keys, render_success=render_body)
