"""The pages in the OpenAPI document: what browsers open during a login, and the console."""

from typing import NamedTuple

from mockstytch.about.openapi import operations
from mockstytch.about.openapi.schemas import Schema
from mockstytch.surfaces.surface import Route

HTML = "text/html"
SAML_METADATA = "application/samlmetadata+xml"
_IDP = "/_mock/idp/{connection_id}"


class Page(NamedTuple):
    """A page, or a redirect.

    Attributes:
        name: the operation's id, without the surface.
        summary: what it does.
        query: the parameters of the query, or of the form of a ``POST``.
        media_type: the type of its successful response; "" if it always redirects.
    """

    name: str
    summary: str
    query: tuple[str, ...] = ()
    media_type: str = HTML


_OAUTH_START = (
    *("public_token", "organization_id", "slug", "login_redirect_url", "signup_redirect_url"),
    *("custom_scopes", "pkce_code_challenge"),
)
_OAUTH_DISCOVERY = ("public_token", "discovery_redirect_url", "custom_scopes", "pkce_code_challenge")
_SSO_START = (
    *("public_token", "connection_id", "organization_id", "slug", "login_redirect_url", "signup_redirect_url"),
    "pkce_code_challenge",
)
_AUTHORIZE = (
    *("client_id", "redirect_uri", "response_type", "scope", "state", "nonce", "prompt", "resource"),
    *("code_challenge", "code_challenge_method"),
)
_LOGOUT = ("client_id", "post_logout_redirect_uri", "id_token_hint", "state")

PAGES = {
    "/v1/magic_links/redirect": Page("links.follow", "Follow the link of an e-mail to the app", ("token",), ""),
    "/redirect-error": Page("links.error", "Show that a login ended with an error", ("error", "provider")),
    "/v1/b2b/public/oauth/{provider}/start": Page("oauth.start", "Begin an OAuth login", _OAUTH_START, ""),
    "/v1/b2b/public/oauth/{provider}/discovery/start": Page(
        "oauth.discovery_start", "Begin an OAuth login without an organization", _OAUTH_DISCOVERY, ""
    ),
    "/v1/b2b/oauth/callback/{callback_id}": Page(
        "oauth.callback", "Finish the login at an OAuth provider", ("code", "state", "error"), ""
    ),
    "/_mock/provider/{provider}/authorize": Page("oauth.provider", "Show the login page of the OAuth provider"),
    "/v1/public/sso/start": Page("sso.start", "Begin an SSO login", _SSO_START),
    "/v1/b2b/sso/callback/{connection_id}": Page("sso.callback", "Finish the login at an identity provider"),
    f"{_IDP}/.well-known/openid-configuration": Page(
        "idp.openid_configuration", "Return the metadata of an OIDC provider", (), operations.JSON
    ),
    f"{_IDP}/authorize": Page("idp.authorize", "Show the login page of an OIDC provider"),
    f"{_IDP}/token": Page("idp.token", "Return the tokens of an OIDC login", (), operations.JSON),
    f"{_IDP}/userinfo": Page("idp.userinfo", "Return the claims about a user of an OIDC provider", (), operations.JSON),
    f"{_IDP}/jwks": Page("idp.jwks", "Return the keys of an OIDC provider", (), operations.JSON),
    f"{_IDP}/metadata": Page("idp.metadata", "Return the metadata of a SAML provider", (), SAML_METADATA),
    f"{_IDP}/sso": Page("idp.sso", "Show the login page of a SAML provider", ("SAMLRequest", "RelayState")),
    "/v1/public/{project_id}/oauth2/authorize": Page("consent.authorize", "Show the consent page", _AUTHORIZE),
    "/v1/public/{project_id}/oauth2/logout": Page("consent.logout", "Log out of a connected app", _LOGOUT),
    "/v1/oauth2/authorize": Page("consent.authorize.at_domain", "Show the consent page", _AUTHORIZE),
    "/v1/oauth2/logout": Page("consent.logout.at_domain", "Log out of a connected app", _LOGOUT),
    "/clientside-services/index.html": Page("clientside_services.show", "Show the page that browser SDKs embed"),
    "/clientside-services/phone-number": Page(
        "clientside_services.phone_number", "Parse a phone number", ("phoneNumber", "regionCode"), operations.JSON
    ),
    "/clientside-services/example-phone-number": Page(
        "clientside_services.example_phone_number",
        "Return an example of a phone number",
        ("regionCode",),
        operations.JSON,
    ),
    "/_mock/": Page("inbox", "Show the inbox", ("q", "kind", "rows")),
    "/_mock/messages/{message_id}": Page("message", "Show a message"),
    "/_mock/messages/{message_id}/html": Page("message_html", "Show the HTML of an e-mail", (), "*/*"),
    "/_mock/messages/{message_id}/source": Page(
        "message_source", "Return the source of an e-mail", ("download",), "*/*"
    ),
    "/_mock/organizations": Page("organizations", "Show the organizations", ("q", "cursor", "rows")),
    "/_mock/organizations/{organization_id}": Page(
        "organization", "Show an organization with its members", ("q", "cursor", "rows")
    ),
    "/_mock/organizations/{organization_id}/connections": Page(
        "connections", "Show the SSO and SCIM connections of an organization"
    ),
    "/_mock/organizations/{organization_id}/members/{member_id}": Page("member", "Show a member"),
    "/_mock/webhooks": Page("webhooks", "Show the webhook deliveries"),
    "/_mock/webhooks/{event_id}": Page("webhook", "Show an event"),
    "/_mock/requests": Page("requests", "Show the request log", ("q", "status", "operation", "after", "rows")),
    "/_mock/requests/{request_id}": Page("request", "Show a request"),
    "/_mock/faults": Page("faults", "Show the faults", ("preset",)),
    "/_mock/snapshots": Page("snapshots", "Show the snapshots"),
    "/_mock/snapshots/{name}": Page("snapshot", "Show what has changed since a snapshot", ("type",)),
    "/_mock/seed": Page("seed", "Show how to seed and reset the project"),
    "/_mock/projects": Page(
        "projects", "Show the projects of this server", ("q", "run_id", "unused_minutes", "after", "rows", "to")
    ),
    "/_mock/settings": Page("settings", "Show the settings"),
    "/_mock/settings/{tab}": Page("settings_tab", "Show a tab of the settings"),
    "/_mock/settings/messages/{template_id}/preview": Page(
        "email_template_preview", "Show what an e-mail template looks like"
    ),
    "/_mock/docs": Page("docs", "Show how to use this server"),
    "/_mock/docs/errors/{status}": Page("errors", "Show the errors with a status"),
    "/_mock": Page("root", "Redirect to the inbox", (), ""),
    "/": Page("start", "Redirect browsers to the console", (), ""),
    "/favicon.ico": Page("favicon", "Redirect to the icon", (), ""),
    "/_mock/static/{name}": Page("static", "Return a file of the console", (), "*/*"),
}
# Older paths, and paths that the API's documentation shows.
ALIASES = {
    "/v1/b2b/magic_links/redirect": "/v1/magic_links/redirect",
    "/b2b/public/oauth/{provider}/start": "/v1/b2b/public/oauth/{provider}/start",
    "/b2b/public/oauth/{provider}/discovery/start": "/v1/b2b/public/oauth/{provider}/discovery/start",
    "/v1/b2b/public/sso/start": "/v1/public/sso/start",
    "/b2b/public/sso/start": "/v1/public/sso/start",
}


def operation(route: Route) -> Schema:
    """Return the operation of a page, without its id."""
    page = PAGES[ALIASES.get(route.path, route.path)]
    found: Schema = {"summary": page.summary, "tags": [_tag(route)], "security": [{}]}
    parameters = operations.path_parameters(route.path, {})
    if route.method == "GET":
        parameters += [{"name": name, "in": "query", "schema": {"type": "string"}} for name in page.query]
    else:
        form = {"type": "object", "additionalProperties": {"type": "string"}}
        found["requestBody"] = operations.body(form, False, "application/x-www-form-urlencoded")
    if parameters:
        found["parameters"] = parameters
    if route.path in ALIASES:
        found["deprecated"] = True
    found["responses"] = {
        **({"200": {"description": "Success", "content": {page.media_type: {}}}} if page.media_type else {}),
        "3XX": {"description": "A redirect"},
        "default": {
            "description": "An error: a page for browsers, or JSON",
            "content": {HTML: {}, operations.JSON: {"schema": {"type": "object"}}},
        },
    }
    return found


def base_id(route: Route) -> str:
    """Return the operation's id, if no other operation has it."""
    name = PAGES[ALIASES.get(route.path, route.path)].name
    return f"{_tag(route)}.{name}" + ("_form" if route.method == "POST" and route.path not in _ONLY_POST else "")


_ONLY_POST = (f"{_IDP}/token",)


def _tag(route: Route) -> str:
    return "console" if route.path in ("/", "/favicon.ico") else route.surface.name
