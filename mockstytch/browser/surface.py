"""``BROWSER``: the surface of the browser API, and the variant of it for each call.

The caller authenticates with Basic credentials: the project's public token as the user, and the session token as the
password. Before a login, the password is the public token again.
"""

import re
from functools import partial

from msgspec.structs import replace

from mockstytch import errors
from mockstytch.browser import cookies, cors, sdk_configuration
from mockstytch.domain.sessions import actors, sessions
from mockstytch.errors import StytchError
from mockstytch.runtime import Actor, Context, Mock
from mockstytch.store.records.projects import Project
from mockstytch.store.records.sessions import MemberSession
from mockstytch.surfaces import public_tokens
from mockstytch.surfaces.endpoint import Endpoint, SdkCall
from mockstytch.surfaces.fields import TOKEN
from mockstytch.surfaces.request import Fields, HttpRequest, basic_credentials
from mockstytch.surfaces.surface import (
    AnyResponse,
    Json,
    ParsedFields,
    Surface,
    encode_error,
    encode_sorted,
    read_json,
)
from mockstytch.wire.values import with_json_made_once

_VISITOR = Actor("visitor")
SESSION_FIELDS = ("session_token", "session_jwt", "session_custom_claims")  # not for browsers


def _authenticate(mock: Mock, request: HttpRequest) -> Project:
    """Return the project of the public token, and remember the session token.

    Raises:
        bad_vertical_for_stytch_sdk: if it is a Consumer project.
    """
    public_token, password = basic_credentials(request.header_bytes)
    project = public_tokens.get_project(mock, public_token)
    if project.vertical == "CONSUMER":
        raise errors.bad_vertical_for_stytch_sdk(
            because="the public token belongs to a Consumer project",
            message="The SDK is for B2B projects, and the public token belongs to a Consumer project.",
        )
    if password != public_token:
        request.session_token = password
    elif cookies.are_http_only(project, request):
        request.session_token = request.cookies.get(cookies.SESSION, "")
    return project


def _actor(endpoint: Endpoint, call: SdkCall, ctx: Context, request: HttpRequest) -> Actor:
    """Return the member of the session, or a visitor. Check first that the project allows the call.

    Raises:
        user_unauthenticated: if the call requires a session, and the caller has none.
        session_not_found: if the caller's session token is malformed, unknown, expired or revoked.
    """
    config = ctx.project.settings.b2b_sdk_config
    cookies.require_allowed_host(ctx.project, request)
    cors.require_allowed_caller(request, config.basic.domains, config.basic.bundle_ids)
    sdk_configuration.require_enabled(config, endpoint, call)
    token = request.session_token
    if call.session in ("required", "token"):
        if not token:
            raise errors.user_unauthenticated(because="no session token in the credentials")
        if not re.fullmatch(TOKEN, token):
            raise errors.session_not_found(because="malformed session token")
        return actors.actor_from_session(ctx, token, "") if call.session == "required" else _VISITOR
    if token and call.session != "none" and not _is_active(ctx, token):
        ctx.note("the session in the credentials has ended, and is ignored")
        request.session_token = ""
    return _VISITOR


def _is_active(ctx: Context, token: str) -> bool:
    session = ctx.store.find(MemberSession, session_token=token)
    return session is not None and sessions.is_active(ctx, session)


def _read_fields(endpoint: Endpoint, call: SdkCall, request: HttpRequest) -> ParsedFields:
    """Read the fields, and add the fields that come from the session: others than the session's can't be sent.

    Raises:
        user_unauthenticated: if the call requires a session or an intermediate session, and the caller has none.
        cannot_update_trusted_metadata: if the request has trusted metadata, which only the backend can set.
    """
    parsed = read_json(request)
    values = {name: value for name, value in parsed.values.items() if name not in SESSION_FIELDS}
    names = endpoint.request.__struct_fields__
    if values.get("trusted_metadata") and "trusted_metadata" in names and endpoint.changes is None:
        raise errors.cannot_update_trusted_metadata()
    if "origin" in names:
        values["origin"] = cors.origin_of(request)
    _add_own(call, request.actor, values)
    _add_session(endpoint, call, request, values)
    config = request.project.settings.b2b_sdk_config
    sdk_configuration.require_pkce(config, endpoint, call, values)
    sdk_configuration.require_session_duration(config, values)
    return replace(parsed, values=values)


def _add_own(call: SdkCall, actor: Actor, values: Fields) -> None:
    own = {
        "organization_id": actor.organization_id,
        "organization_ids": [actor.organization_id],
        "member_id": actor.member_id,
    }
    values.update({name: own[name] for name in call.own})


def _add_session(endpoint: Endpoint, call: SdkCall, request: HttpRequest, values: Fields) -> None:
    """Add the session or the intermediate session to the fields. An intermediate session wins, as in the SDK.

    Raises:
        user_unauthenticated: if the call requires a session or an intermediate session, and the caller has none.
    """
    names = endpoint.request.__struct_fields__
    if "intermediate_session_token" in names and cookies.are_http_only(request.project, request):
        values.setdefault("intermediate_session_token", request.cookies.get(cookies.INTERMEDIATE_SESSION, ""))
    if values.get("intermediate_session_token") and call.session in ("optional", "any"):
        return
    if call.session == "any" and not request.session_token:
        raise errors.user_unauthenticated(because="no session and no intermediate session")
    names_another = "member_id" in request.path_params
    if "session_token" in names and call.session != "none" and not names_another:
        values["session_token"] = request.session_token


def _render_success(request: HttpRequest, body: Fields) -> AnyResponse:
    """Render the result in ``data``, with CORS headers, and with the session's cookies if they are HTTP-only."""
    headers = cors.headers(request)
    if request.found_project is not None and cookies.are_http_only(request.project, request):
        headers += [(b"set-cookie", cookie.encode()) for cookie in cookies.set_cookies(request, body)]
        body = cookies.without_tokens(body)
    data = with_json_made_once({"status_code": 200, "request_id": request.request_id, **body})
    return Json(200, encode_sorted({"data": data}), headers)


def _render_logout(request: HttpRequest, body: Fields) -> AnyResponse:
    response = _render_success(request, body)
    assert isinstance(response, Json)
    if cookies.are_http_only(request.project, request):
        deleted = [(b"set-cookie", cookie.encode()) for cookie in cookies.delete_cookies(request)]
        response.headers = [*response.headers, *deleted]
    return response


def _render_empty(request: HttpRequest, _body: Fields) -> AnyResponse:
    return _render_success(request, {})


def _render_error(request: HttpRequest, error: StytchError) -> AnyResponse:
    """Render an error as the backend API does, with CORS headers. The keys aren't wrapped."""
    return Json(error.kind.status_code, encode_error(request, error), cors.headers(request))


BROWSER = Surface(
    name="browser",
    authenticate=_authenticate,
    render_success=_render_success,
    render_error=_render_error,
    refuses_unknown_fields=False,
)


def surface_of(endpoint: Endpoint, call: SdkCall) -> Surface:
    """Return the surface of one call, with what it needs of a session and of the SDK configuration."""
    is_logout = call.path == "/b2b/sessions/revoke"
    return replace(
        BROWSER,
        actor=partial(_actor, endpoint, call),
        read_fields=partial(_read_fields, endpoint, call),
        render_success=_render_logout if is_logout else _render_empty if call.empty else _render_success,
    )
