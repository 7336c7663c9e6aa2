"""Rules of the OAuth authorization server: connected apps, consent, their tokens, and M2M clients.

``authorization`` decides whether an app may act for a member and issues the authorization code. ``oauth_tokens``
exchanges codes and refresh tokens, and reads and revokes tokens. ``connected_apps`` and ``m2m`` hold the two kinds of
client, ``client_secrets`` their secrets. The package doesn't read HTTP requests or render pages: ``api``,
``oauth_server`` and ``pages`` do. Start reading in ``authorization.authorize``.
"""
