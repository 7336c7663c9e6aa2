"""``secrets``: what opens an environment beside its ``project_id``."""

from typing import Any

from mockstytch import errors, wire
from mockstytch.clock import position
from mockstytch.management.fields import ENVIRONMENT, EnvironmentPath
from mockstytch.runtime import Context
from mockstytch.store.records.projects import Project, Secret
from mockstytch.surfaces.endpoint import Body, Endpoints

api = Endpoints()


class Create(EnvironmentPath):
    pass


@api.post(ENVIRONMENT + "/secrets")
def create(ctx: Context, req: Create) -> Body:
    """A further secret, shown this one time."""
    made = ctx.store.insert(
        Secret(
            secret_id=f"secret-{ctx.project.kind}-{ctx.ids.uuid()}",
            secret=f"secret-{ctx.project.kind}-{ctx.ids.token()}",
            created_at=ctx.now,
            position=position(),
        )
    )
    shown = {"secret_id": made.secret_id, "secret": made.secret, "created_at": wire.time(made.created_at)}
    return {"secret": shown}


class Get(EnvironmentPath):
    secret_id: str


@api.get(ENVIRONMENT + "/secrets/{secret_id}")
def get(ctx: Context, req: Get) -> Body:
    """
    Raises:
        secret_not_found: the environment has no such secret.
    """
    return {"secret": _masked(_find(ctx, req.secret_id))}


class GetAll(EnvironmentPath):
    pass


@api.get(ENVIRONMENT + "/secrets")
def get_all(ctx: Context, req: GetAll) -> Body:
    """Every secret, oldest first: the one that the project was registered with among them."""
    own = [_own(ctx.project)] if ctx.project.secret else []
    further = sorted(ctx.store.all(Secret), key=lambda s: s.position)
    return {"secrets": [_masked(secret) for secret in own + further]}


class Delete(EnvironmentPath):
    secret_id: str


@api.delete(ENVIRONMENT + "/secrets/{secret_id}")
def delete(ctx: Context, req: Delete) -> Body:
    """It opens nothing any more.

    Raises:
        secret_not_found: the environment has no such secret.
    """
    gone = _find(ctx, req.secret_id)
    if ctx.project.secret and gone.secret_id == _own(ctx.project).secret_id:
        ctx.update_project(secret="")
    else:
        ctx.store.delete(gone)
    return {}


def _find(ctx: Context, secret_id: str) -> Secret:
    own = _own(ctx.project)
    if ctx.project.secret and own.secret_id == secret_id:
        return own
    found = ctx.store.find(Secret, secret_id=secret_id)
    if found is None:
        raise errors.secret_not_found()
    return found


def _own(project: Project) -> Secret:
    """The secret that a project was registered with. When it was used is not noted: that would be every request."""
    return Secret(
        secret_id=project.project_id.replace("project-", "secret-", 1),
        secret=project.secret,
        created_at=project.created_at,
        position=project.position,
    )


def _masked(secret: Secret) -> dict[str, Any]:
    return {
        "secret_id": secret.secret_id,
        "last_four": secret.secret[-4:],
        "created_at": wire.time(secret.created_at),
        "used_at": wire.time(secret.used_at) if secret.used_at else None,
    }
