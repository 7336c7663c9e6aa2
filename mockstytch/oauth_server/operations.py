"""``oauth2``: what OAuth clients themselves call. Forms or JSON in, errors as RFC 6749 has them.

The edge of these is ``hosted.oauth_server``: it knows the client's Basic credentials and bearer tokens, and hands them
over as fields.
"""

from typing import Any

import msgspec

from mockstytch import errors
from mockstytch.domain.oauth_server import client_secrets, connected_apps, m2m, oauth_tokens
from mockstytch.errors import StytchError
from mockstytch.runtime import Context
from mockstytch.store.records.oauth_server import ConnectedApp, M2MClient
from mockstytch.surfaces.endpoint import Body, Endpoints, Request

api = Endpoints()


class OfClient(Request):
    """A client's own request: with its secret, unless it is a public one."""

    project_id: str
    client_id: str = ""
    client_secret: str = ""


def _app(ctx: Context, req: OfClient) -> ConnectedApp:
    """The app that asks.

    Raises:
        invalid_request: no client_id.
        invalid_client: no such app, or not its secret.
    """
    if not req.client_id:
        raise errors.invalid_request(because="client_id is missing")
    app = ctx.store.find(ConnectedApp, client_id=req.client_id)
    if app is None or app.status != "active":
        raise errors.invalid_client(because=f"no Connected App has the id {req.client_id}")
    if not app.is_public and not client_secrets.matches_secret(app, req.client_secret):
        raise errors.invalid_client(because="wrong secret" if req.client_secret else "no secret")
    if app.is_public and req.client_secret:
        raise errors.invalid_client(because="a public client has no secret")
    return app


class Token(OfClient):
    grant_type: str = ""
    scope: str = ""
    code: str = ""
    redirect_uri: str = ""
    code_verifier: str = ""
    refresh_token: str = ""
    resource: str | list[str] = []


@api.post("/v1/public/{project_id}/oauth2/token", public=True)
def token(ctx: Context, req: Token) -> Body:
    """Tokens for a client: by its own credentials, for an authorization code, or for a refresh token."""
    if req.grant_type == "client_credentials":
        return m2m.token(ctx, _machine(ctx, req), req.scope)
    if req.grant_type == "authorization_code":
        app = _app(ctx, req)
        if not req.code:
            raise errors.invalid_request(because="code is missing")
        resources = [req.resource] if isinstance(req.resource, str) else req.resource
        return oauth_tokens.exchange_code(ctx, app, req.code, req.redirect_uri, req.code_verifier, resources)
    if req.grant_type == "refresh_token":
        app = _app(ctx, req)
        if not req.refresh_token:
            raise errors.invalid_request(because="refresh_token is missing")
        return oauth_tokens.exchange_refresh_token(ctx, app, req.refresh_token, req.scope)
    if not req.grant_type:
        raise errors.invalid_request(because="grant_type is missing")
    raise errors.unsupported_grant_type(because=req.grant_type)


def _machine(ctx: Context, req: Token) -> M2MClient:
    """
    Raises:
        invalid_client: no such client, or not its secret.
        unauthorized_client: an app that acts for members; it has nothing of its own to act on.
    """
    machine = ctx.store.find(M2MClient, client_id=req.client_id)
    if machine is None and ctx.store.find(ConnectedApp, client_id=req.client_id):
        _app(ctx, req)
        raise errors.unauthorized_client(because="only M2M clients may use client_credentials")
    if machine is None or not client_secrets.matches_secret(machine, req.client_secret):
        raise errors.invalid_client(because="wrong secret" if machine else f"no client has the id {req.client_id}")
    return machine


class OfToken(OfClient):
    token: str = ""
    token_type_hint: str = ""


@api.post("/v1/public/{project_id}/oauth2/introspect", public=True)
def introspect(ctx: Context, req: OfToken) -> Body:
    """What a token is good for, told to the app that has it."""
    app = _app(ctx, req)
    if not req.token:
        raise errors.invalid_request(because="token is missing")
    return oauth_tokens.introspect(ctx, app, req.token)


@api.post("/v1/public/{project_id}/oauth2/revoke", public=True)
def revoke(ctx: Context, req: OfToken) -> Body:
    """End a token. One that isn't there is ended already."""
    app = _app(ctx, req)
    if not req.token:
        raise errors.invalid_request(because="token is missing")
    oauth_tokens.revoke(ctx, app, req.token)
    return {}


class UserInfo(Request):
    project_id: str
    access_token: str = ""


@api.get("/v1/public/{project_id}/oauth2/userinfo", public=True)
def user_info(ctx: Context, req: UserInfo) -> Body:
    """The member that an access token speaks of, as far as its scopes go."""
    return oauth_tokens.user_info(ctx, req.access_token)


@api.post("/v1/public/{project_id}/oauth2/userinfo", public=True)
def post_user_info(ctx: Context, req: UserInfo) -> Body:
    return oauth_tokens.user_info(ctx, req.access_token)


class Register(Request):
    """RFC 7591. What isn't here is ignored, as that allows."""

    project_id: str
    redirect_uris: list[str] = []
    client_name: str = ""
    token_endpoint_auth_method: str = "client_secret_basic"
    grant_types: list[str] = msgspec.field(default_factory=lambda: ["authorization_code"])
    response_types: list[str] = msgspec.field(default_factory=lambda: ["code"])
    scope: str = ""
    logo_uri: str = ""


_GRANTS = ("authorization_code", "refresh_token")
_METHODS = ("client_secret_basic", "client_secret_post", "none")


@api.post("/v1/public/{project_id}/oauth2/register", public=True)
def register(ctx: Context, req: Register) -> Body:
    """A client registers itself, as a third party's app. Without a secret it is a public one."""
    settings = ctx.project.settings
    if not settings.idp_dynamic_client_registration_enabled:
        raise errors.dynamic_client_registration_not_enabled()
    _check_metadata(req)
    columns: dict[str, Any] = {
        "client_type": "third_party_public" if req.token_endpoint_auth_method == "none" else "third_party",
        "client_name": req.client_name,
        "redirect_urls": req.redirect_uris,
        "logo_url": req.logo_uri,
        "creation_method": "dynamic",
        "access_token_template_content": settings.idp_dynamic_client_registration_access_token_template_content,
    }
    try:
        app, secret = connected_apps.create(ctx, columns)
    except StytchError as e:
        raise errors.invalid_redirect_uri(because=e.because or e.kind.error_type) from None
    return {"status_code": 201, **_registered(app, secret, req)}


def _check_metadata(req: Register) -> None:
    """
    Raises:
        invalid_client_metadata: a grant, a response type or a way to authenticate that isn't served here.
        invalid_redirect_uri: no redirect URI at all.
    """
    if req.token_endpoint_auth_method not in _METHODS:
        raise errors.invalid_client_metadata(because=f"token_endpoint_auth_method {req.token_endpoint_auth_method}")
    if not set(req.grant_types) <= set(_GRANTS):
        raise errors.invalid_client_metadata(because=f"grant_types {req.grant_types}")
    if not set(req.response_types) <= {"code"}:
        raise errors.invalid_client_metadata(because=f"response_types {req.response_types}")
    if not req.redirect_uris:
        raise errors.invalid_redirect_uri(because="there is none")


def _registered(app: ConnectedApp, secret: str, req: Register) -> Body:
    body: Body = {
        "client_id": app.client_id,
        "client_id_issued_at": int(app.created_at.timestamp()),
        "client_name": app.client_name,
        "redirect_uris": app.redirect_urls,
        "token_endpoint_auth_method": req.token_endpoint_auth_method,
        "grant_types": req.grant_types,
        "response_types": req.response_types,
    }
    if secret:
        body |= {"client_secret": secret, "client_secret_expires_at": 0}
    if req.scope:
        body["scope"] = req.scope
    if app.logo_url:
        body["logo_uri"] = app.logo_url
    return body
