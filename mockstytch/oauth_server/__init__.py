"""OAuth endpoints that OAuth clients call: token, introspection, revocation, UserInfo and registration.

``operations`` holds the operations, with the rules in ``domain.oauth_server``. ``routes`` is their HTTP surface: forms,
client credentials, OAuth errors and CORS, and the metadata documents. The page that asks a member for consent is in
``pages.consent``. Start reading in ``operations.token``.
"""
