"""Fields of requests to the OAuth endpoints."""

from tests.contract.oauth import CALLBACK, OPENID

OFFLINE = [*OPENID, "offline_access"]
POLICY = {  # no role grants the permission that the scope requires
    "resources": [{"resource_id": "documents", "actions": ["read"]}],
    "scopes": [{"scope": "read:documents", "permissions": [{"resource_id": "documents", "actions": ["read"]}]}],
}


def client_fields(app, **fields):
    """Return the client's credentials and further fields."""
    secret = getattr(app, "client_secret", None)
    return {"client_id": app.client_id, **({"client_secret": secret} if secret else {}), **fields}


def code_fields(app, code, **fields):
    """Return a token request for an authorization code."""
    grant = {"grant_type": "authorization_code", "code": code, "redirect_uri": CALLBACK}
    return client_fields(app, **{**grant, **fields})


def refresh_fields(app, token, **fields):
    """Return a token request for a refresh token."""
    return client_fields(app, grant_type="refresh_token", refresh_token=token, **fields)


def is_active(server, app, token):
    """Return whether introspection reports the token as active."""
    return server.post("introspect", client_fields(app, token=token)).json()["active"]
