"""Operations of the OAuth server: token, introspection, revocation, UserInfo and client registration.

Requests are forms or JSON, and errors follow RFC 6749. The module ``routes`` reads the client's Basic credentials and
bearer tokens, and passes them on as fields.
"""

from typing import Any

import msgspec

from mockstytch import errors
from mockstytch.domain.oauth_server import client_metadata, client_secrets, connected_apps, m2m, oauth_tokens
from mockstytch.errors import Kind, StytchError
from mockstytch.runtime import Context
from mockstytch.store.records.oauth_server import ConnectedApp, M2MClient
from mockstytch.surfaces.endpoint import Body, Endpoints, Request

api = Endpoints()


class ClientPath(Request):
    """The project in the path and the credentials of the calling client. A public client sends no secret."""

    project_id: str
    client_id: str = ""
    client_secret: str = ""


def _authenticate_app(ctx: Context, req: ClientPath, invalid_client: Kind) -> ConnectedApp:
    """Authenticate the connected app that sends the request.

    Args:
        invalid_client: the error to raise if the client doesn't exist, or its secret is wrong.

    Raises:
        invalid_request: if the OAuth request has no client_id.
        invalid_client: if the client doesn't exist, or its secret is wrong.
    """
    if not req.client_id:
        raise errors.invalid_request(because="client_id is missing")
    app = client_metadata.find(ctx, req.client_id)
    if app is None or app.status != "active":
        raise invalid_client(because=f"no Connected App has the id {req.client_id}")
    if not app.is_public and not client_secrets.matches_secret(app, req.client_secret):
        raise invalid_client(because="wrong secret" if req.client_secret else "no secret")
    if app.is_public and req.client_secret:
        raise invalid_client(because="a public client has no secret")
    return app


class TokenRequest(ClientPath):
    grant_type: str = ""
    scope: str = ""
    scopes: str | list[str] = []
    code: str = ""
    redirect_uri: str = ""
    code_verifier: str = ""
    refresh_token: str = ""
    resource: str | list[str] = []


@api.post("/v1/public/{project_id}/oauth2/token", public=True)
def token(ctx: Context, req: TokenRequest) -> Body:
    """Issue tokens.

    The grant is the client's own credentials, an authorization code, or a refresh token.

    Raises:
        invalid_request: if grant_type, code or refresh_token is missing.
        unsupported_grant_type: if the server doesn't support the grant_type.
    """
    if req.grant_type == "client_credentials":
        scopes = req.scopes if isinstance(req.scopes, str) else " ".join(req.scopes)  # the Rust SDK sends a list
        return m2m.issue_token(ctx, _authenticate_machine(ctx, req), req.scope or scopes)
    if req.grant_type == "authorization_code":
        app = _authenticate_app(ctx, req, errors.invalid_client_in_token_request)
        if not req.code:
            raise errors.invalid_request(because="code is missing")
        resources = [req.resource] if isinstance(req.resource, str) else req.resource
        return oauth_tokens.exchange_code(ctx, app, req.code, req.redirect_uri, req.code_verifier, resources)
    if req.grant_type == "refresh_token":
        app = _authenticate_app(ctx, req, errors.invalid_client_in_token_request)
        if not req.refresh_token:
            raise errors.invalid_request(because="refresh_token is missing")
        return oauth_tokens.exchange_refresh_token(ctx, app, req.refresh_token, req.scope)
    if not req.grant_type:
        raise errors.invalid_request(because="grant_type is missing")
    raise errors.unsupported_grant_type(because=req.grant_type)


def _authenticate_machine(ctx: Context, req: TokenRequest) -> M2MClient:
    """Authenticate the M2M client that sends the request.

    Raises:
        invalid_client: if the client doesn't exist, or its secret is wrong.
        unauthorized_client: if a connected app uses client_credentials, which is only for M2M clients.
    """
    machine = ctx.store.find(M2MClient, client_id=req.client_id)
    if machine is None and client_metadata.find(ctx, req.client_id):
        _authenticate_app(ctx, req, errors.invalid_client_in_token_request)
        raise errors.unauthorized_client(because="only M2M clients may use client_credentials")
    if machine is None or not client_secrets.matches_secret(machine, req.client_secret):
        raise errors.invalid_client_in_token_request(
            because="wrong secret" if machine else f"no client has the id {req.client_id}"
        )
    return machine


class TokenParameter(ClientPath):
    """A token to introspect or to revoke."""

    token: str = ""
    token_type_hint: str = ""


@api.post("/v1/public/{project_id}/oauth2/introspect", public=True)
def introspect(ctx: Context, req: TokenParameter) -> Body:
    """Return the state and the claims of a token that was issued to the calling app.

    Raises:
        invalid_request: if the token is missing.
    """
    app = _authenticate_app(ctx, req, errors.invalid_client)
    if not req.token:
        raise errors.invalid_request(because="token is missing")
    return oauth_tokens.introspect(ctx, app, req.token)


@api.post("/v1/public/{project_id}/oauth2/revoke", public=True)
def revoke(ctx: Context, req: TokenParameter) -> Body:
    """Revoke a token. An unknown token is ignored.

    Raises:
        invalid_request: if the token is missing.
    """
    app = _authenticate_app(ctx, req, errors.invalid_client)
    if not req.token:
        raise errors.invalid_request(because="token is missing")
    oauth_tokens.revoke(ctx, app, req.token)
    return {}


class UserInfoRequest(Request):
    project_id: str
    access_token: str = ""


@api.get("/v1/public/{project_id}/oauth2/userinfo", public=True)
def user_info(ctx: Context, req: UserInfoRequest) -> Body:
    """Return the claims about the token's member that its scopes allow."""
    return oauth_tokens.user_info(ctx, req.access_token)


@api.post("/v1/public/{project_id}/oauth2/userinfo", public=True)
def post_user_info(ctx: Context, req: UserInfoRequest) -> Body:
    """Do the same as ``user_info``. OpenID Connect requires both methods."""
    return oauth_tokens.user_info(ctx, req.access_token)


class RegisterRequest(Request):
    """Client metadata (RFC 7591). Other metadata is ignored, as the RFC allows.

    By default the client is public, as in production. The RFC has other defaults.
    """

    project_id: str
    redirect_uris: list[str] = []
    client_name: str = ""
    token_endpoint_auth_method: str = "none"
    grant_types: list[str] = msgspec.field(default_factory=lambda: [*client_metadata.GRANT_TYPES])
    response_types: list[str] = msgspec.field(default_factory=lambda: ["code"])
    scope: str = ""
    logo_uri: str = ""
    client_uri: str = ""
    contacts: list[str] = []
    tos_uri: str = ""
    policy_uri: str = ""
    jwks_uri: str = ""
    software_id: str = ""
    software_version: str = ""


_AUTH_METHODS = ("client_secret_basic", "client_secret_post", "none")


@api.post("/v1/public/{project_id}/oauth2/register", public=True)
def register(ctx: Context, req: RegisterRequest) -> Body:
    """Register the calling client as a third-party app, public if it authenticates with ``none``.

    A public client that registers again with the same metadata gets the app that it has.

    Raises:
        dynamic_client_registration_not_enabled: if the project doesn't allow clients to register themselves.
        invalid_redirect_uri: if a redirect URI isn't valid.
    """
    if not ctx.project.settings.idp_dynamic_client_registration_enabled:
        raise errors.dynamic_client_registration_not_enabled()
    _require_supported_metadata(req)
    is_public = req.token_endpoint_auth_method == "none"
    key = client_metadata.registration_key(msgspec.structs.asdict(req)) if is_public else None
    registered = ctx.store.find(ConnectedApp, registration_key=key, status="active") if key else None
    if registered is not None:
        return {"status_code": 201, **_registration_response(registered, "", req)}
    columns: dict[str, Any] = {
        "client_type": "third_party_public" if is_public else "third_party",
        "client_name": req.client_name,
        "redirect_urls": req.redirect_uris,
        "logo_url": req.logo_uri,
        "registration_key": key,
        **client_metadata.of_project(ctx),
    }
    try:
        app, secret = connected_apps.create(ctx, columns)
    except StytchError as e:
        raise errors.invalid_redirect_uri(because=e.because or e.kind.error_type) from None
    return {"status_code": 201, **_registration_response(app, secret, req)}


def _require_supported_metadata(req: RegisterRequest) -> None:
    """Check the metadata of a client.

    Raises:
        invalid_client_metadata: if the server doesn't support a grant type, response type or authentication method.
        invalid_redirect_uri: if the list of redirect URIs is empty.
    """
    if req.token_endpoint_auth_method not in _AUTH_METHODS:
        raise errors.invalid_client_metadata(because=f"token_endpoint_auth_method {req.token_endpoint_auth_method}")
    if not set(req.grant_types) <= set(client_metadata.GRANT_TYPES):
        raise errors.invalid_client_metadata(because=f"grant_types {req.grant_types}")
    if not set(req.response_types) <= {"code"}:
        raise errors.invalid_client_metadata(because=f"response_types {req.response_types}")
    if not req.redirect_uris:
        raise errors.invalid_redirect_uri(because="redirect_uris is empty")


def _registration_response(app: ConnectedApp, secret: str, req: RegisterRequest) -> Body:
    body: Body = {
        "client_id": app.client_id,
        "client_name": app.client_name,
        "redirect_uris": req.redirect_uris,
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
