"""The SSO flow of a browser: the start URL, the identity provider, and the callback.

``pages/sso.py`` reads the browser's request, calls one of these functions, and redirects to the URL that it returns.
The page also keeps the cookie with the states of the flows that the browser has started (``browser_states`` below).
"""

from collections.abc import Sequence
from datetime import timedelta
from urllib.parse import urlencode

import msgspec

from mockstytch import errors, keys, wire
from mockstytch.domain.credentials import one_time_tokens
from mockstytch.domain.shared import lookup, redirects, single_use
from mockstytch.domain.sso import oidc, sso_accounts, sso_connections, sso_login
from mockstytch.domain.sso.sso_connections import Connection, DirectConnection
from mockstytch.errors import Kind
from mockstytch.protocols import pkce
from mockstytch.protocols.saml import saml_response as saml
from mockstytch.protocols.saml import service_provider
from mockstytch.runtime import Context
from mockstytch.store.records.organizations import Organization
from mockstytch.store.records.sso import OidcConnection, SamlConnection, SsoAccount, SsoFlow
from mockstytch.values import Frozen

_FLOW_MINUTES = 60
_TOKEN_MINUTES = 10
_DEFAULT_SCOPES = "openid email profile"


class StartOptions(Frozen):
    """The optional query parameters of an SSO start URL, unchecked.

    Attributes:
        login_redirect_url: the app's URL for members; "" means the project's default URL.
        signup_redirect_url: the app's URL for accounts without a member; "" means the project's default URL.
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

    Also raises what ``lookup.organization`` and ``sso_connections.default_connection`` raise.

    Raises:
        missing_sso_connection_locator: if the request names no connection and no organization.
        too_many_sso_connection_locators: if both a connection and an organization are given.
        sso_connection_not_found: if no connection has this id.
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

    Also raises what ``sso_connections.resolve_external`` and ``redirects.resolve`` raise.

    Raises:
        invalid_pkce_code_challenge: if the PKCE challenge isn't a SHA-256 hash in base64url.
    """
    direct = sso_connections.resolve_external(ctx, connection)
    login_url = redirects.resolve(ctx, "login", options.login_redirect_url, "sso")
    signup_url = redirects.resolve(ctx, "signup", options.signup_redirect_url, "sso")
    if options.pkce_code_challenge and not pkce.is_challenge(options.pkce_code_challenge):
        raise errors.invalid_pkce_code_challenge()
    callback_url = wire.sso_callback_url(ctx.base_url, direct.connection_id)
    if isinstance(direct, SamlConnection):
        acs_url, scopes = direct.alternative_acs_url or callback_url, []
    else:
        acs_url, scopes = callback_url, _scopes(direct, options.custom_scopes)
    flow = ctx.store.insert(
        SsoFlow(
            state=ctx.ids.token(),
            connection_id=connection.connection_id,
            idp_connection_id=direct.connection_id,
            organization_id=connection.organization_id,
            login_url=login_url,
            signup_url=signup_url,
            pkce_code_challenge=options.pkce_code_challenge,
            request_id=f"_{ctx.ids.uuid()}",
            acs_url=acs_url,
            scopes=scopes,
            expires_at=ctx.now + timedelta(minutes=_FLOW_MINUTES),
        )
    )
    if isinstance(direct, OidcConnection):
        return flow, _oidc_authorization_url(direct, flow, options.login_hint)
    return flow, _saml_request_url(ctx, direct, flow)


def _scopes(connection: OidcConnection, custom_scopes: str) -> list[str]:
    scopes = (connection.custom_scopes or _DEFAULT_SCOPES).split() + custom_scopes.split()
    return list(dict.fromkeys(scopes))


def _oidc_authorization_url(connection: OidcConnection, flow: SsoFlow, login_hint: str) -> str:
    query = {
        "client_id": connection.client_id,
        "nonce": flow.request_id,
        "redirect_uri": flow.acs_url,
        "response_type": "code",
        "scope": " ".join(flow.scopes),
        "state": flow.state,
    }
    if login_hint:
        query["login_hint"] = login_hint
    url = connection.authorization_url
    return f"{url}{'&' if '?' in url else '?'}{urlencode(query)}"


def _saml_request_url(ctx: Context, connection: SamlConnection, flow: SsoFlow) -> str:
    request = service_provider.build_authn_request(
        request_id=flow.request_id,
        issuer=wire.sso_callback_url(ctx.base_url, connection.connection_id),
        acs_url=flow.acs_url,
        destination=connection.idp_sso_url,
        nameid_format=connection.nameid_format,
        now=ctx.now,
    )
    key = connection.signing_private_key or keys.built_in_private_key()
    return service_provider.build_redirect_url(connection.idp_sso_url, request, flow.state, key)


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

    Also raises what ``sso_accounts.account_from_saml`` raises.

    Raises:
        saml_idp_initiated_auth_disabled: if the identity provider started the login and the connection forbids it.
        missing_saml_relay_state: if the response is to a request and comes without a relay state.
        unsolicited_saml_response: if the connection has no flow with this relay state.
        missing_saml_csrf_cookie: if the browser has started no flow.
        saml_csrf_cookie_mismatch: if another browser started the flow.
        duplicate_saml_response: if the flow is finished.
        expired_saml_response: if the flow started more than an hour ago.
    """
    _, request_id = saml.parse_unverified(saml_response)
    if not request_id:
        if connection.idp_initiated_auth_disabled:
            raise errors.saml_idp_initiated_auth_disabled()
        sso_connections.resolve_external(ctx, connection)
        account = sso_accounts.account_from_saml(ctx, connection, None, saml_response)
        return _finish(ctx, connection, None, account)
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
    account = sso_accounts.account_from_saml(ctx, connection, flow, saml_response)
    return _finish(ctx, connection, flow, account)


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

    Also raises what ``oidc`` and ``sso_accounts.account_from_claims`` raise.

    Raises:
        missing_oidc_state_param: if the response has no state and no error.
        unsolicited_oidc_response: if the connection has no unfinished flow with this state.
        missing_oidc_csrf_cookie: if the browser has started no flow.
        oidc_csrf_cookie_mismatch: if another browser started the flow.
        expired_oidc_response: if the flow started more than an hour ago.
        oidc_invalid_callback_request: if the response has no code and no error.
    """
    if not state and error:
        return _error_page(error)  # some providers omit the state then, so the flow can't be found
    if not state:
        raise errors.missing_oidc_state_param()
    flow = ctx.store.find(SsoFlow, state=state, idp_connection_id=connection.connection_id)
    if flow is None or flow.used_at:
        because = "the flow is finished" if flow else "this connection has no flow with this state"
        raise errors.unsolicited_oidc_response(because=because)
    _require_same_browser(flow, browser_states, errors.missing_oidc_csrf_cookie, errors.oidc_csrf_cookie_mismatch)
    if flow.expires_at <= ctx.now:
        raise errors.expired_oidc_response(because="the flow started more than an hour ago")
    if error:
        single_use.consume(ctx, flow, errors.unsolicited_oidc_response)
        return _error_page(error)
    if not code:
        raise errors.oidc_invalid_callback_request()
    return _finish(ctx, connection, flow, _fetch_account(ctx, connection, flow, code))


def _fetch_account(ctx: Context, connection: OidcConnection, flow: SsoFlow, code: str) -> SsoAccount:
    tokens = oidc.exchange_code(ctx, connection, flow, code)
    claims = oidc.fetch_claims(ctx, connection, tokens, flow.request_id)
    return msgspec.structs.replace(
        sso_accounts.account_from_claims(connection, claims),
        scopes=flow.scopes,
        id_token=tokens.id_token,
        access_token=tokens.access_token,
        access_token_expires_at=tokens.expires_at,
        refresh_token=tokens.refresh_token,
    )


def _finish(ctx: Context, connection: DirectConnection, flow: SsoFlow | None, account: SsoAccount) -> str:
    """Store the account, create a one-time token for the app and return the app's URL with the token.

    Args:
        flow: the flow to mark as used; None if the identity provider started the login.
    """
    is_saml = isinstance(connection, SamlConnection)
    used = errors.duplicate_saml_response if is_saml else errors.unsolicited_oidc_response
    if flow:
        single_use.consume(ctx, flow, used)
    account = sso_accounts.save_account(ctx, account)
    connection_id = flow.connection_id if flow else connection.connection_id
    organization_id = flow.organization_id if flow else connection.organization_id
    organization = ctx.store.get(Organization, organization_id=organization_id)
    member = sso_login.match_member(ctx, organization, connection_id, account)
    if flow:
        landing_url = flow.login_url if member else flow.signup_url
    else:
        landing_url = redirects.resolve(ctx, "login" if member else "signup", "", "sso")
    challenge = flow.pkce_code_challenge if flow else ""
    token = one_time_tokens.create_sso_token(
        ctx, organization, account, connection_id, landing_url, _TOKEN_MINUTES, challenge
    )
    return token.landing_url


def _error_page(error: str) -> str:
    return redirects.landing("/redirect-error", error=error[:100], provider="the identity provider")


def _require_same_browser(flow: SsoFlow, browser_states: Sequence[str], missing: Kind, mismatch: Kind) -> None:
    if not browser_states:
        raise missing()
    if flow.state not in browser_states:
        raise mismatch()
