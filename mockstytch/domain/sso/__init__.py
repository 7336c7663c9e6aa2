"""Single sign-on: an organization's connections, the login through them, and the built-in provider.

Start with ``sso_flow``, the way of a browser to the identity provider and back. The pages call these functions::

    sso_flow.connection_for_start(ctx, connection_id, organization_id) -> Connection
    sso_flow.start(ctx, connection, sso_flow.StartOptions(login_redirect_url=…, …)) -> tuple[SsoFlow, str]
    sso_flow.finish_saml(ctx, connection, saml_response, relay_state, browser_states) -> str
    sso_flow.finish_oidc(ctx, connection, state, code, error, browser_states) -> str

The last two return the URL to redirect to; ``start`` also returns the flow, whose state goes into the browser's cookie.

``sso_connections`` reads and writes connections. ``sso_accounts`` reads a user's account from a SAML response or from
OpenID Connect claims, and ``sso_login`` finds or creates the member of an account. ``oidc`` calls an OpenID provider;
``mockstytch.protocols.saml`` reads and writes SAML documents. The built-in provider is the identity provider of tests:
``builtin_provider`` (settings, keys, users), ``builtin_oidc`` and ``builtin_saml`` (its two protocols).

The package doesn't read HTTP requests, and it starts no session: ``api/sso.py`` does, through ``domain/login``.
"""
