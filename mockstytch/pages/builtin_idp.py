"""The built-in identity provider: login page, OpenID Connect endpoints, SAML metadata."""

import base64
from collections.abc import Awaitable, Callable
from hashlib import sha256
from urllib.parse import unquote, urlencode

import msgspec
from starlette.responses import JSONResponse, RedirectResponse, Response

from mockstytch import errors
from mockstytch.domain.shared import emails
from mockstytch.domain.sso import builtin_oidc, builtin_provider, builtin_saml, sso_connections
from mockstytch.errors import StytchError
from mockstytch.pages.sso import CONNECTION_URLS
from mockstytch.pages.surface import page
from mockstytch.protocols.saml.identity_provider import Binding
from mockstytch.runtime import Context, Mock
from mockstytch.store.records.organizations import Organization
from mockstytch.store.records.sso import OidcConnection, SamlConnection
from mockstytch.surfaces.request import HttpRequest, basic_credentials
from mockstytch.surfaces.surface import Route

Connection = SamlConnection | OidcConnection
Fields = dict[str, str]
Page = Callable[[Context, Connection, HttpRequest, Fields], Response]

_NO_STORE = {"Cache-Control": "no-store"}
# The page with the SAML response submits itself: the policy allows this script by its hash.
_SUBMIT = "document.forms[0].submit()"
_SUBMIT_HASH = base64.b64encode(sha256(_SUBMIT.encode()).digest()).decode()
_METADATA = ("/.well-known/openid-configuration", "/metadata")
_FORM_HEADERS = {
    "Content-Security-Policy": f"default-src 'none'; script-src 'sha256-{_SUBMIT_HASH}'; frame-ancestors 'none'",
    **_NO_STORE,
}


def routes(mock: Mock) -> list[Route]:
    def handler(path: str, show: Page) -> Callable[[HttpRequest], Awaitable[Response]]:
        async def handle(request: HttpRequest) -> Response:
            fields = dict(request.query_params) | request.form_fields()
            try:
                with mock.transaction(request.project, request.server_url) as ctx:
                    connection = _connection(ctx, request.path_params["connection_id"], path in _METADATA)
                    return show(ctx, connection, request, fields)
            except builtin_oidc.TokenRequestRefused as e:
                request.refuse(e.error, e.because)
                return JSONResponse({"error": e.error}, e.status, {**_NO_STORE, "WWW-Authenticate": "Bearer"})

        return handle

    table: list[tuple[str, list[str], Page]] = [
        ("/.well-known/openid-configuration", ["GET"], _configuration),
        ("/authorize", ["GET", "POST"], _authorize),
        ("/token", ["POST"], _token),
        ("/userinfo", ["GET", "POST"], _userinfo),
        ("/jwks", ["GET"], _jwks),
        ("/metadata", ["GET"], _metadata),
        ("/sso", ["GET", "POST"], _sso),
    ]
    prefix = f"{builtin_provider.PATH}/{{connection_id}}"
    return [
        Route(method, prefix + path, CONNECTION_URLS, handler(path, show))
        for path, methods, show in table
        for method in methods
    ]


def _connection(ctx: Context, connection_id: str, is_metadata: bool) -> Connection:
    """Return a connection that uses the built-in provider.

    A connection without a provider has the metadata, too, so that the URL of the metadata can connect it.

    Raises:
        sso_connection_not_found: if the connection doesn't exist, or it doesn't use the built-in provider.
    """
    connection = sso_connections.find(ctx, connection_id)
    if is_metadata and isinstance(connection, Connection):
        connection = builtin_provider.with_issuer(ctx, connection)
    if not isinstance(connection, Connection) or not builtin_provider.is_builtin(connection):
        raise errors.sso_connection_not_found(because="unknown connection, or it uses another identity provider")
    return connection


def _saml_connection(connection: Connection) -> SamlConnection:
    if isinstance(connection, SamlConnection):
        return connection
    raise errors.saml_connection_not_found(because="this is an OIDC connection")


def _oidc_connection(connection: Connection) -> OidcConnection:
    if isinstance(connection, OidcConnection):
        return connection
    raise errors.oidc_connection_not_found(because="this is a SAML connection")


def _configuration(_ctx: Context, connection: Connection, _request: HttpRequest, _fields: Fields) -> Response:
    return JSONResponse(builtin_oidc.openid_configuration(_oidc_connection(connection)))


def _jwks(ctx: Context, connection: Connection, _request: HttpRequest, _fields: Fields) -> Response:
    return JSONResponse({"keys": [builtin_oidc.jwk(ctx, _oidc_connection(connection))]})


def _metadata(ctx: Context, connection: Connection, _request: HttpRequest, _fields: Fields) -> Response:
    metadata = builtin_saml.metadata(ctx, _saml_connection(connection))
    return Response(metadata, media_type="application/samlmetadata+xml")


def _token(ctx: Context, connection: Connection, request: HttpRequest, fields: Fields) -> Response:
    client = fields.get("client_id", ""), fields.get("client_secret", "")
    if request.headers.get("authorization", "").partition(" ")[0].lower() == "basic":
        try:
            name, secret = basic_credentials(request.header_bytes)
        except StytchError as e:
            raise builtin_oidc.TokenRequestRefused("invalid_client", 401, because=e.because) from None
        client = unquote(name), unquote(secret)
    tokens = builtin_oidc.exchange_code(ctx, _oidc_connection(connection), client, fields)
    return JSONResponse(tokens, headers=_NO_STORE)


def _userinfo(ctx: Context, connection: Connection, request: HttpRequest, _fields: Fields) -> Response:
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    access_token = token if scheme.lower() == "bearer" else ""
    return JSONResponse(builtin_oidc.userinfo(ctx, _oidc_connection(connection), access_token))


def _authorize(ctx: Context, connection: Connection, request: HttpRequest, fields: Fields) -> Response:
    """Handle the OpenID authorization endpoint: show the login page, or redirect back with a code."""
    oidc, query = _oidc_connection(connection), request.query_params
    redirect_uri = query.get("redirect_uri", "")
    builtin_oidc.require_valid_request(ctx, oidc, query)
    identity, error = _identity(ctx, oidc, request, fields)
    if identity is None and not error:
        return _page(ctx, oidc, query.get("login_hint", ""), ())
    parameters = {"state": query.get("state", "")}
    if error:
        parameters["error"] = error
    elif identity:
        scopes = query.get("scope", "").split()
        parameters["code"] = builtin_oidc.issue_code(ctx, oidc, identity, redirect_uri, query.get("nonce", ""), scopes)
    return RedirectResponse(f"{redirect_uri}?{urlencode(parameters)}", 303)


def _sso(ctx: Context, connection: Connection, request: HttpRequest, fields: Fields) -> Response:
    """Handle the SAML SSO endpoint: show the login page, or post the response.

    Without a ``SAMLRequest``, this is a login that the identity provider starts.
    """
    saml = _saml_connection(connection)
    saml_request, relay_state = fields.get("SAMLRequest", ""), fields.get("RelayState", "")
    received = fields.get("binding", "post" if request.method == "POST" else "redirect")
    binding: Binding = "redirect" if received == "redirect" else "post"
    recipient = builtin_saml.parse_authn_request(ctx, saml, saml_request, relay_state, binding)
    identity, error = _identity(ctx, saml, request, fields)
    if identity is None and not error:
        hidden = (("SAMLRequest", saml_request), ("RelayState", relay_state), ("binding", binding))
        return _page(ctx, saml, "", hidden)
    saml_response = builtin_saml.build_response(ctx, saml, recipient, identity)
    form = {"SAMLResponse": saml_response, "RelayState": relay_state}
    return page("post_form.html", headers=_FORM_HEADERS, target=recipient.acs_url, fields=form, script=_SUBMIT)


def _identity(
    ctx: Context, connection: Connection, request: HttpRequest, fields: Fields
) -> tuple[builtin_provider.Identity | None, str]:
    """Return the identity that signs in, or the provider's error; (None, "") if the login page has to be shown.

    Raises:
        invalid_email: if the submitted address isn't valid.
    """
    if request.method == "POST" and fields.get("action") == "decline":
        return None, "access_denied"
    if request.method == "POST" and "email" in fields:
        email = fields["email"].strip()
        if not emails.is_address(email):
            raise errors.invalid_email()
        people = builtin_provider.known_people(ctx, connection)
        known = next((p for p in people if p.subject and p.subject == fields.get("subject")), None)
        groups = [group.strip() for group in fields.get("groups", "").split(",") if group.strip()][:50]
        name = fields.get("name", "").strip()[:200]
        return known or builtin_provider.Identity(email=email, name=name, groups=groups), ""
    identity = builtin_provider.pop_next_identity(ctx, connection)
    if identity is None:
        return None, ""
    if identity.get("error"):
        return None, str(identity["error"])
    return msgspec.convert(identity, builtin_provider.Identity), ""


def _page(ctx: Context, connection: Connection, login_hint: str, hidden: tuple[tuple[str, str], ...]) -> Response:
    organization = ctx.store.get(Organization, organization_id=connection.organization_id)
    accounts = [
        {"email_address": person.email, "name": person.name, "provider_subject": person.subject}
        for person in builtin_provider.accounts(ctx, connection, organization)
    ]
    provider = connection.display_name or f"{organization.organization_name} identity provider"
    return page(
        "provider.html",
        title=f"Sign in with {provider}",
        provider=provider,
        purpose=f"{ctx.project.name} requests a login to {organization.organization_name}.",
        accounts=accounts,
        login_hint=login_hint,
        has_groups=True,
        hidden=hidden,
    )
