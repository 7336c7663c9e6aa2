"""``public_tokens``: tokens that identify an environment in browsers."""

from typing import Any

from mockstytch import errors, wire
from mockstytch.clock import position
from mockstytch.management import workspace
from mockstytch.management.fields import ENVIRONMENT, EnvironmentPath
from mockstytch.runtime import Context
from mockstytch.store.records.projects import PublicToken
from mockstytch.surfaces.endpoint import Body, Endpoints

api = Endpoints()

_MAX_TOKENS = 50


@api.post(ENVIRONMENT + "/public_tokens")
def create(ctx: Context, req: EnvironmentPath) -> Body:
    """Create a public token.

    Raises:
        too_many_public_tokens: if the environment has 50 public tokens.
    """
    workspace.require_room(ctx, len(_all_tokens(ctx)), _MAX_TOKENS, errors.too_many_public_tokens())
    value = f"public-token-{ctx.project.kind}-{ctx.ids.uuid()}"
    token = ctx.store.insert(PublicToken(public_token=value, created_at=ctx.now, position=position()))
    return {"public_token": _serialize(token)}


class TokenPath(EnvironmentPath):
    """The environment and the public token in the path."""

    public_token: str


@api.get(ENVIRONMENT + "/public_tokens/{public_token}")
def get(ctx: Context, req: TokenPath) -> Body:
    """Return a public token."""
    return {"public_token": _serialize(_get_token(_all_tokens(ctx), req.public_token))}


@api.get(ENVIRONMENT + "/public_tokens")
def get_all(ctx: Context, req: EnvironmentPath) -> Body:
    """Return all public tokens, oldest first."""
    return {"public_tokens": [_serialize(token) for token in _all_tokens(ctx)]}


@api.delete(ENVIRONMENT + "/public_tokens/{public_token}")
def delete(ctx: Context, req: TokenPath) -> Body:
    """Delete a public token. If links contained it, new links contain the oldest remaining one.

    Raises:
        unable_to_delete_last_public_token: if the environment has no other public token.
    """
    tokens = _all_tokens(ctx)
    deleted = _get_token(tokens, req.public_token)
    remaining = [token for token in tokens if token.public_token != deleted.public_token]
    if not remaining:
        raise errors.unable_to_delete_last_public_token()
    ctx.store.delete(deleted)  # does nothing for the first token, which has no row
    if ctx.project.public_token == deleted.public_token:
        ctx.update_project(other_public_token=remaining[0].public_token)
    return {}


def _all_tokens(ctx: Context) -> list[PublicToken]:
    """Return all public tokens, oldest first.

    The first one is derived from the project's id and has no row. It exists until another token has replaced it.
    """
    project = ctx.project
    tokens = sorted(ctx.store.all(PublicToken), key=lambda token: token.position)
    if project.other_public_token:
        return tokens
    first = PublicToken(
        public_token=project.first_public_token, created_at=project.created_at, position=project.position
    )
    return [first, *tokens]


def _get_token(tokens: list[PublicToken], public_token: str) -> PublicToken:
    """Return the public token with this value.

    Raises:
        public_token_not_found: if the environment has no such public token.
    """
    token = next((token for token in tokens if token.public_token == public_token), None)
    if token is None:
        raise errors.public_token_not_found()
    return token


def _serialize(token: PublicToken) -> dict[str, Any]:
    return {"public_token": token.public_token, "created_at": wire.time(token.created_at)}
