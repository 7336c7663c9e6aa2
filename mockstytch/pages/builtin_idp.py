"""The built-in identity provider on the web: pages, OpenID endpoints, metadata."""

import base64
from base64 import b64decode
from collections.abc import Awaitable, Callable
from hashlib import sha256
from html import escape
from urllib.parse import unquote, urlencode

import msgspec
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from mockstytch import errors, wire
from mockstytch.domain.shared import emails
from mockstytch.domain.sso import builtin_oidc, builtin_provider, builtin_saml, sso_connections
from mockstytch.errors import StytchError
from mockstytch.pages.forms import Fields, required_form
from mockstytch.pages.links import base_url
from mockstytch.pages.oauth import PAGE_HEADERS, provider_page
from mockstytch.protocols.saml.identity_provider import Binding
from mockstytch.runtime import Context, Mock
from mockstytch.store.record import Record
from mockstytch.store.records.organizations import Organization
from mockstytch.store.records.sso import OidcConnection, SamlConnection
from mockstytch.surfaces.dispatch import rendered

Connection = SamlConnection | OidcConnection
Handler = Callable[[Context, Connection, Request, Fields], Response]


class IdpPages:
    def __init__(self, mock: Mock) -> None:
        self._mock = mock

    def routes(self) -> list[Route]:
        table: list[tuple[str, list[str], Handler]] = [
            ("/.well-known/openid-configuration", ["GET"], _configuration),
            ("/authorize", ["GET", "POST"], _authorize),
            ("/token", ["POST"], _token),
            ("/userinfo", ["GET", "POST"], _userinfo),
            ("/jwks", ["GET"], _jwks),
            ("/metadata", ["GET"], _metadata),
            ("/sso", ["GET", "POST"], _sso),
        ]
        prefix = f"{builtin_provider.PATH}/{{connection_id}}"
        return [Route(prefix + path, self._answering(handler), methods=methods) for path, methods, handler in table]

    def _answering(self, handler: Handler) -> Callable[[Request], Awaitable[Response]]:
        async def answer(request: Request) -> Response:
            try:
                fields = dict(request.query_params) | await required_form(request)
                return self._answered(handler, request, fields)
            except builtin_oidc.TokenRequestRefused as e:
                headers = {"Cache-Control": "no-store", "WWW-Authenticate": "Bearer"}
                return JSONResponse({"error": e.error}, e.status, headers)
            except StytchError as e:
                status, body = rendered(e, self._mock.ids.new("request"))
                return Response(body, status, media_type="application/json")

        return answer

    def _answered(self, handler: Handler, request: Request, fields: Fields) -> Response:
        connection_id = request.path_params["connection_id"]
        kinds: tuple[type[Record], ...] = (SamlConnection, OidcConnection)
        found = (self._mock.projects.find_by(kind, connection_id=connection_id) for kind in kinds)
        project = next((project for project in found if project), None)
        if project is None:
            raise errors.sso_connection_not_found(because="no connection has this identity provider")
        with self._mock.transaction(project, base_url(request)) as ctx:
            connection = sso_connections.find(ctx, connection_id)
            if not isinstance(connection, Connection) or not builtin_provider.is_builtin(connection):
                raise errors.sso_connection_not_found(because="the connection leads to another identity provider")
            return handler(ctx, connection, request, fields)


def _saml(connection: Connection) -> SamlConnection:
    if isinstance(connection, SamlConnection):
        return connection
    raise errors.saml_connection_not_found(because="the connection speaks OpenID Connect")


def _oidc(connection: Connection) -> OidcConnection:
    if isinstance(connection, OidcConnection):
        return connection
    raise errors.oidc_connection_not_found(because="the connection speaks SAML")


def _configuration(_ctx: Context, connection: Connection, _request: Request, _fields: Fields) -> Response:
    return JSONResponse(builtin_oidc.openid_configuration(_oidc(connection)))


def _jwks(ctx: Context, connection: Connection, _request: Request, _fields: Fields) -> Response:
    return JSONResponse({"keys": [builtin_oidc.jwk(ctx, _oidc(connection))]})


def _metadata(ctx: Context, connection: Connection, _request: Request, _fields: Fields) -> Response:
    return Response(builtin_saml.metadata(ctx, _saml(connection)), media_type="application/samlmetadata+xml")


def _token(ctx: Context, connection: Connection, request: Request, fields: Fields) -> Response:
    client = fields.get("client_id", ""), fields.get("client_secret", "")
    scheme, _, value = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() == "basic":
        try:
            name, _, secret = b64decode(value, validate=True).decode().partition(":")
        except ValueError:  # no base64, not even ASCII, or no UTF-8 in it
            raise builtin_oidc.TokenRequestRefused("invalid_client", 401) from None
        client = unquote(name), unquote(secret)
    return JSONResponse(
        builtin_oidc.exchange_code(ctx, _oidc(connection), client, fields), headers={"Cache-Control": "no-store"}
    )


def _userinfo(ctx: Context, connection: Connection, request: Request, _fields: Fields) -> Response:
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    return JSONResponse(builtin_oidc.userinfo(ctx, _oidc(connection), token if scheme.lower() == "bearer" else ""))


def _authorize(ctx: Context, connection: Connection, request: Request, fields: Fields) -> Response:
    """Who signs in? Whoever was said to come next, or who says so on the page; then back with a code."""
    oidc, asked = _oidc(connection), request.query_params
    redirect_uri = asked.get("redirect_uri", "")
    builtin_oidc.require_valid_request(oidc, asked.get("client_id", ""), redirect_uri, asked.get("response_type", ""))
    coming, error = _coming(ctx, oidc, request, fields)
    if coming is None and not error:
        hint = asked.get("login_hint", "")
        return _page(ctx, oidc, hint, ())
    back = {"state": asked.get("state", "")}
    if error:
        back["error"] = error
    elif coming:
        scopes = asked.get("scope", "").split()
        back["code"] = builtin_oidc.issue_code(ctx, oidc, coming, redirect_uri, asked.get("nonce", ""), scopes)
    return RedirectResponse(f"{redirect_uri}?{urlencode(back)}", 303)


def _sso(ctx: Context, connection: Connection, request: Request, fields: Fields) -> Response:
    """The same by SAML: the answer is a form that sends itself off. Without a request the login begins here."""
    saml = _saml(connection)
    asked, relay_state = fields.get("SAMLRequest", ""), fields.get("RelayState", "")
    said = fields.get("binding", "post" if request.method == "POST" else "redirect")
    binding: Binding = "redirect" if said == "redirect" else "post"
    to = builtin_saml.parse_authn_request(saml, wire.sso_callback_url(ctx.base_url, saml.connection_id), asked, binding)
    coming, error = _coming(ctx, saml, request, fields)
    if coming is None and not error:
        hidden = (("SAMLRequest", asked), ("RelayState", relay_state), ("binding", binding))
        return _page(ctx, saml, "", hidden)
    response = builtin_saml.build_response(ctx, saml, to, coming)
    return _sent_by_form(to.acs_url, {"SAMLResponse": response, "RelayState": relay_state})


def _coming(
    ctx: Context, connection: Connection, request: Request, fields: Fields
) -> tuple[builtin_provider.Identity | None, str]:
    """Who signs in, or the provider's refusal; neither while nobody has said.

    Raises:
        invalid_email: what was typed is no address.
    """
    if request.method == "POST" and fields.get("action") == "decline":
        return None, "access_denied"
    if request.method == "POST" and "email" in fields:
        email = fields["email"].strip()
        if not emails.is_address(email):
            raise errors.invalid_email()
        known = next(
            (
                p
                for p in builtin_provider.known_people(ctx, connection)
                if p.subject and p.subject == fields.get("subject")
            ),
            None,
        )
        groups = [group.strip() for group in fields.get("groups", "").split(",") if group.strip()][:50]
        return known or builtin_provider.Identity(
            email=email, name=fields.get("name", "").strip()[:200], groups=groups
        ), ""
    coming = builtin_provider.pop_next_identity(ctx, connection)
    if coming is None:
        return None, ""
    if coming.get("error"):
        return None, str(coming["error"])
    return msgspec.convert(coming, builtin_provider.Identity), ""


def _page(ctx: Context, connection: Connection, hint: str, hidden: tuple[tuple[str, str], ...]) -> Response:
    organization = ctx.store.get(Organization, organization_id=connection.organization_id)
    known = [
        {"email_address": person.email, "name": person.name, "provider_subject": person.subject}
        for person in builtin_provider.known_people(ctx, connection)
    ]
    page = provider_page(
        title=connection.display_name or f"{organization.organization_name}'s identity provider",
        asks=f"{ctx.project.name} wants to know who is signing in to {organization.organization_name}.",
        known=known,
        hint=hint,
        has_groups=True,
        hidden=hidden,
    )
    return HTMLResponse(page, headers=PAGE_HEADERS)


_SUBMIT = "document.forms[0].submit()"
_SUBMIT_HASH = base64.b64encode(sha256(_SUBMIT.encode()).digest()).decode()
_FORM_HEADERS = {
    "Content-Security-Policy": f"default-src 'none'; script-src 'sha256-{_SUBMIT_HASH}'; frame-ancestors 'none'",
    "Cache-Control": "no-store",
}


def _sent_by_form(target: str, fields: Fields) -> Response:
    """The HTTP-POST binding (saml-bindings 3.5.4); without scripts there is a button."""
    inputs = "".join(
        f'<input type="hidden" name="{escape(name)}" value="{escape(value)}">'
        for name, value in fields.items()
        if value
    )
    form = (
        f'<form method="post" action="{escape(target)}">{inputs}<noscript><button>Continue</button></noscript></form>'
    )
    head = '<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Signing in</title></head>'
    return HTMLResponse(f"{head}<body>{form}<script>{_SUBMIT}</script></body></html>", headers=_FORM_HEADERS)
