"""``public_tokens``: what browsers name an environment by."""

from typing import Any

from mockstytch import errors, wire
from mockstytch.clock import position
from mockstytch.management.fields import ENVIRONMENT, EnvironmentPath
from mockstytch.runtime import Context
from mockstytch.store.records.projects import PublicToken
from mockstytch.surfaces.endpoint import Body, Endpoints

api = Endpoints()


class Create(EnvironmentPath):
    pass


@api.post(ENVIRONMENT + "/public_tokens")
def create(ctx: Context, req: Create) -> Body:
    token = f"public-token-{ctx.project.kind}-{ctx.ids.uuid()}"
    made = ctx.store.insert(PublicToken(public_token=token, created_at=ctx.now, position=position()))
    return {"public_token": _shown(made)}


class Get(EnvironmentPath):
    public_token: str


@api.get(ENVIRONMENT + "/public_tokens/{public_token}")
def get(ctx: Context, req: Get) -> Body:
    """
    Raises:
        public_token_not_found: the environment has no such token.
    """
    return {"public_token": _shown(_find(_all(ctx), req.public_token))}


class GetAll(EnvironmentPath):
    pass


@api.get(ENVIRONMENT + "/public_tokens")
def get_all(ctx: Context, req: GetAll) -> Body:
    """Every token, oldest first."""
    return {"public_tokens": [_shown(token) for token in _all(ctx)]}


class Delete(EnvironmentPath):
    public_token: str


@api.delete(ENVIRONMENT + "/public_tokens/{public_token}")
def delete(ctx: Context, req: Delete) -> Body:
    """It names nothing any more; links that are sent from now on have the oldest of those that are left.

    Raises:
        public_token_not_found: the environment has no such token.
        unable_to_delete_last_public_token: it has no other one.
    """
    present = _all(ctx)
    gone = _find(present, req.public_token)
    left = [token for token in present if token.public_token != gone.public_token]
    if not left:
        raise errors.unable_to_delete_last_public_token()
    ctx.store.delete(gone)  # the first one, made of the project's id, has no row: it is known by not being replaced
    if ctx.project.public_token == gone.public_token:
        ctx.update_project(other_public_token=left[0].public_token)
    return {}


def _all(ctx: Context) -> list[PublicToken]:
    p = ctx.project
    first = PublicToken(public_token=p.first_public_token, created_at=p.created_at, position=p.position)
    further = sorted(ctx.store.all(PublicToken), key=lambda token: token.position)
    return further if p.other_public_token else [first, *further]


def _find(present: list[PublicToken], public_token: str) -> PublicToken:
    found = next((token for token in present if token.public_token == public_token), None)
    if found is None:
        raise errors.public_token_not_found()
    return found


def _shown(token: PublicToken) -> dict[str, Any]:
    return {"public_token": token.public_token, "created_at": wire.time(token.created_at)}
