"""Single sign-on: an organization's connections, the login through them, and the built-in identity provider.

Start with ``sso_flow``, the way of a browser to the identity provider and back. The pages call these functions::

    sso_flow.connection_for_start(ctx, connection_id, organization_id) -> Connection
    sso_flow.start(ctx, connection, sso_flow.StartOptions(login_redirect_url=…, …)) -> tuple[SsoFlow, str]
    sso_flow.finish_saml(ctx, connection, saml_response, relay_state, browser_states) -> str
    sso_flow.finish_oidc(ctx, connection, state, code, error, browser_states) -> str

The last two return the URL to redirect to; ``start`` also returns the flow, whose state goes into the browser's cookie.

``sso_connections`` reads and writes connections. ``sso_login`` turns an account at an identity provider into a member.
``oidc`` calls an OpenID provider; SAML documents are read and written by ``mockstytch.protocols.saml``.
``builtin_provider`` plays the identity provider in tests. The package does not read HTTP requests, and it starts no
session: ``sso.authenticate`` does.
"""
