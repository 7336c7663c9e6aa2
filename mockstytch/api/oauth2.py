"""``oauth2``: what OAuth clients themselves call. Forms or JSON in, errors as RFC 6749 has them.

The edge of these is ``hosted.oauth_server``: it knows the client's Basic credentials and bearer tokens, and hands them
over as fields.
"""

from mockstytch import errors
from mockstytch.domain import clients, m2m
from mockstytch.http.endpoint import Body, Endpoints, Request
from mockstytch.mock import Context
from mockstytch.store.clients import M2MClient

api = Endpoints()


class Token(Request):
    project_id: str
    grant_type: str = ""
    client_id: str = ""
    client_secret: str = ""
    scope: str = ""


@api.post("/v1/public/{project_id}/oauth2/token", public=True)
def token(ctx: Context, req: Token) -> Body:
    """Tokens for a client: by its own credentials, for an authorization code, or for a refresh token."""
    if not req.grant_type:
        raise errors.invalid_request(because="grant_type is missing")
    if req.grant_type != "client_credentials":
        raise errors.unsupported_grant_type(because=req.grant_type)
    machine = ctx.store.find(M2MClient, client_id=req.client_id)
    if machine is None or not clients.fits(machine, req.client_secret):
        raise errors.invalid_client(because="wrong secret" if machine else f"no M2M client has the id {req.client_id}")
    return m2m.token(ctx, machine, req.scope)
