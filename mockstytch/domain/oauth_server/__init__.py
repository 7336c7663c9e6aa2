"""Rules of the OAuth authorization server: connected apps, consent, their tokens, and M2M clients.

``authorization`` decides whether an app may act for a member and issues the authorization code. ``oauth_tokens``
exchanges codes and refresh tokens, and reads and revokes tokens. ``connected_apps`` and ``m2m`` hold the two kinds of
client, ``client_secrets`` their secrets. The package neither reads HTTP requests nor renders pages: that is the task of
``api``, ``oauth_server`` and ``pages``. Start reading in ``authorization.authorize``.
"""
