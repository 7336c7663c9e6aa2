"""The SSO flow of a browser: the start URL, the identity provider, and the callback.

``pages/sso.py`` reads the browser's request, calls one of these functions, and redirects to the URL that it returns.
The page also keeps the cookie with the states of the flows that the browser has started (``browser_states`` below).
"""

import re
from collections.abc import Sequence

import msgspec

from mockstytch import errors
from mockstytch.domain.shared import lookup, redirects
from mockstytch.domain.sso import oidc, sso_connections, sso_login
from mockstytch.domain.sso.sso_connections import Connection
from mockstytch.errors import Kind
from mockstytch.protocols.saml import service_provider
from mockstytch.runtime import Context
from mockstytch.store.records.sso import OidcConnection, SamlConnection, SsoFlow
from mockstytch.values import Frozen

_PKCE_CHALLENGE = re.compile(r"[A-Za-z0-9_-]{43}")


class StartOptions(Frozen):
    """The optional query parameters of an SSO start URL, unchecked.

    Attributes:
        login_redirect_url: the app's URL for members; "" means the project's default one.
        signup_redirect_url: the app's URL for accounts without a member; "" means the project's default one.
        pkce_code_challenge: the S256 challenge of the app; "" means no PKCE.
        custom_scopes: more OIDC scopes, separated by spaces.
        login_hint: the user name or e-mail address to suggest to an OIDC provider.
    """

    login_redirect_url: str = ""
    signup_redirect_url: str = ""
    pkce_code_challenge: str = ""
    custom_scopes: str = ""
    login_hint: str = ""


def connection_for_start(ctx: Context, connection_id: str, organization_id: str) -> Connection:
    """Return the connection that a start URL names, directly or as the default one of an organization.

    Args:
        connection_id: the id of a connection; "" if the URL has none.
        organization_id: the id, slug or external id of an organization; "" if the URL has none.

    Raises:
        missing_sso_connection_locator: if neither a connection nor an organization is given.
        too_many_sso_connection_locators: if both a connection and an organization are given.
        sso_connection_not_found: if there is no connection with this id.
        organization_not_found: if there is no such organization.
        no_sso_connection_exists_for_organization: if the organization has no active connection.
        indeterminate_sso_connection_for_organization: if the organization has several connections and no default.
    """
    if connection_id and organization_id:
        raise errors.too_many_sso_connection_locators()
    if not connection_id and not organization_id:
        raise errors.missing_sso_connection_locator()
    if organization_id:
        return sso_connections.default_connection(ctx, lookup.organization(ctx, organization_id))
    connection = sso_connections.find(ctx, connection_id)
    if connection is None:
        raise errors.sso_connection_not_found(because=f"no connection {connection_id[:200]}")
    return connection


def start(ctx: Context, connection: Connection, options: StartOptions) -> tuple[SsoFlow, str]:
    """Start an SSO flow.

    Returns:
        The flow, whose ``state`` belongs in the browser's cookie, and the URL of the identity provider to redirect to.

    Raises:
        requires_active_sso_connection: if the connection isn't active.
        external_connection_not_active: if the connection is external and the connection behind it isn't active.
        no_match_for_provided_redirect_url: if the project has no such redirect URL.
        invalid_pkce_code_challenge: if the PKCE challenge isn't a SHA-256 hash in base64url.
    """
    idp = sso_connections.resolve_external(ctx, connection)
    urls = (
        redirects.resolve(ctx, "login", options.login_redirect_url, "sso"),
        redirects.resolve(ctx, "signup", options.signup_redirect_url, "sso"),
    )
    challenge = options.pkce_code_challenge
    if challenge and not _PKCE_CHALLENGE.fullmatch(challenge):
        raise errors.invalid_pkce_code_challenge()
    flow = sso_login.start_flow(ctx, connection, idp, urls, challenge, options.custom_scopes.split())
    return flow, sso_login.authorization_url(ctx, idp, flow, options.login_hint)


def finish_saml(
    ctx: Context, connection: SamlConnection, saml_response: str, relay_state: str, browser_states: Sequence[str]
) -> str:
    """Finish an SSO flow with the identity provider's SAML response.

    Args:
        saml_response: the form field ``SAMLResponse``, base64.
        relay_state: the form field ``RelayState``: the state of the flow, or "" in a login that the identity provider
            started.
        browser_states: the states of the flows that this browser has started, from its cookie.

    Returns:
        The app's URL to redirect to. It carries a one-time token.

    Raises:
        saml_idp_initiated_auth_disabled: if the identity provider started the login and the connection forbids it.
        requires_active_sso_connection: if the identity provider started the login and the connection isn't active.
        missing_saml_relay_state: if the response is to a request and comes without a relay state.
        unsolicited_saml_response: if the connection has no flow with this relay state, or the response is to another
            request.
        missing_saml_csrf_cookie: if the browser has started no flow.
        saml_csrf_cookie_mismatch: if another browser started the flow.
        duplicate_saml_response: if the flow is finished, or the assertion was used before.
        expired_saml_response: if the flow started more than an hour ago, or the response is expired.
        missing_saml_response: if the response is empty.
        invalid_xml_saml_response: if the response isn't XML in base64.
        invalid_saml_response: if the response isn't one for this connection.
    """
    _, request_id = service_provider.peek(saml_response)
    if not request_id:
        if connection.idp_initiated_auth_disabled:
            raise errors.saml_idp_initiated_auth_disabled()
        sso_connections.resolve_external(ctx, connection)
        account = sso_login.account_from_saml(ctx, connection, None, saml_response)
        return sso_login.finish_flow(ctx, connection, None, account)
    if not relay_state:
        raise errors.missing_saml_relay_state()
    flow = ctx.store.find(SsoFlow, state=relay_state, idp_connection_id=connection.connection_id)
    if flow is None:
        raise errors.unsolicited_saml_response(because="this connection has no flow with this relay state")
    _require_same_browser(flow, browser_states, errors.missing_saml_csrf_cookie, errors.saml_csrf_cookie_mismatch)
    if flow.used_at:
        raise errors.duplicate_saml_response(because="the flow is finished")
    if flow.expires_at <= ctx.now:
        raise errors.expired_saml_response(because="the flow started more than an hour ago")
    account = sso_login.account_from_saml(ctx, connection, flow, saml_response)
    return sso_login.finish_flow(ctx, connection, flow, account)


def finish_oidc(
    ctx: Context, connection: OidcConnection, state: str, code: str, error: str, browser_states: Sequence[str]
) -> str:
    """Finish an SSO flow with the OpenID provider's authorization response.

    Args:
        state: the query parameter ``state``: the state of the flow.
        code: the authorization code; "" if the provider refused.
        error: the provider's error; "" if it sent a code.
        browser_states: the states of the flows that this browser has started, from its cookie.

    Returns:
        The URL to redirect to: the app's, with a one-time token, or an error page if the provider refused.

    Raises:
        missing_oidc_state_param: if the response has neither a state nor an error.
        unsolicited_oidc_response: if the connection has no unfinished flow with this state.
        missing_oidc_csrf_cookie: if the browser has started no flow.
        oidc_csrf_cookie_mismatch: if another browser started the flow.
        expired_oidc_response: if the flow started more than an hour ago.
        oidc_invalid_callback_request: if the response has neither a code nor an error.
        oidc_auth_code_error: if the provider doesn't exchange the code for tokens.
    """
    if not state and error:
        return _error_page(error)  # some providers omit the state then; there is no flow to finish
    if not state:
        raise errors.missing_oidc_state_param()
    flow = ctx.store.find(SsoFlow, state=state, idp_connection_id=connection.connection_id)
    if flow is None or flow.used_at:
        because = "the flow is finished" if flow else "this connection has no flow with this state"
        raise errors.unsolicited_oidc_response(because=because)
    _require_same_browser(flow, browser_states, errors.missing_oidc_csrf_cookie, errors.oidc_csrf_cookie_mismatch)
    if flow.expires_at <= ctx.now:
        raise errors.expired_oidc_response(because="the flow started more than an hour ago")
    if error and ctx.store.update_if_unchanged(flow, used_at=ctx.now):
        return _error_page(error)
    if not code:
        raise errors.oidc_invalid_callback_request()
    tokens = oidc.exchange_code(ctx, connection, flow, code)
    account = sso_login.account_from_claims(connection, oidc.fetch_claims(ctx, connection, tokens, flow.request_id))
    account = msgspec.structs.replace(
        account,
        scopes=flow.scopes,
        id_token=tokens.id_token,
        access_token=tokens.access_token,
        access_token_expires_at=tokens.expires_at,
        refresh_token=tokens.refresh_token,
    )
    return sso_login.finish_flow(ctx, connection, flow, account)


def _error_page(error: str) -> str:
    return redirects.landing("/redirect-error", error=error[:100], provider="the identity provider")


def _require_same_browser(flow: SsoFlow, browser_states: Sequence[str], missing: Kind, mismatch: Kind) -> None:
    if not browser_states:
        raise missing()
    if flow.state not in browser_states:
        raise mismatch()
