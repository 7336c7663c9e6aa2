"""The OAuth 2.0 authorization server: what OAuth clients call.

``operations`` has the endpoints (token, revoke, introspect, registration, userinfo). ``routes`` declares their surface:
forms, client credentials, errors as RFC 6749 has them, CORS; and the metadata documents. The rules are in
``domain.oauth_server``; the consent page, which a browser visits, is in ``pages.consent``.
"""
