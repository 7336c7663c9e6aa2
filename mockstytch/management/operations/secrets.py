"""``secrets``: secrets that authenticate an environment, together with its ``project_id``."""

from typing import Any

from mockstytch import errors, wire
from mockstytch.clock import position
from mockstytch.management import workspace
from mockstytch.management.fields import ENVIRONMENT, EnvironmentPath
from mockstytch.runtime import Context
from mockstytch.store.records.projects import Project, Secret
from mockstytch.surfaces.endpoint import Body, Endpoints

api = Endpoints()

_MAX_SECRETS = 50


@api.post(ENVIRONMENT + "/secrets")
def create(ctx: Context, req: EnvironmentPath) -> Body:
    """Create a secret. Its full value is returned only here.

    Raises:
        too_many_secrets: if the environment has 50 secrets.
    """
    workspace.require_room(ctx, len(_all_secrets(ctx)), _MAX_SECRETS, errors.too_many_secrets())
    secret = ctx.store.insert(
        Secret(
            secret_id=f"secret-{ctx.project.kind}-{ctx.ids.uuid()}",
            secret=f"secret-{ctx.project.kind}-{ctx.ids.token()}",
            created_at=ctx.now,
            position=position(),
        )
    )
    body = {"secret_id": secret.secret_id, "secret": secret.secret, "created_at": wire.time(secret.created_at)}
    return {"secret": body}


class SecretPath(EnvironmentPath):
    """The environment and the secret in the path."""

    secret_id: str


@api.get(ENVIRONMENT + "/secrets/{secret_id}")
def get(ctx: Context, req: SecretPath) -> Body:
    """Return a secret, masked."""
    return {"secret": _serialize_masked(_get_secret(ctx, req.secret_id))}


@api.get(ENVIRONMENT + "/secrets")
def get_all(ctx: Context, req: EnvironmentPath) -> Body:
    """Return all secrets, masked, oldest first. The secret that the project was registered with is one of them."""
    return {"secrets": [_serialize_masked(secret) for secret in _all_secrets(ctx)]}


@api.delete(ENVIRONMENT + "/secrets/{secret_id}")
def delete(ctx: Context, req: SecretPath) -> Body:
    """Delete a secret. Requests with it are refused from now on."""
    secret = _get_secret(ctx, req.secret_id)
    if ctx.project.secret and secret.secret_id == _registered_secret(ctx.project).secret_id:
        ctx.update_project(secret="")
    else:
        ctx.store.delete(secret)
    return {}


def _all_secrets(ctx: Context) -> list[Secret]:
    registered = [_registered_secret(ctx.project)] if ctx.project.secret else []
    return registered + sorted(ctx.store.all(Secret), key=lambda secret: secret.position)


def _get_secret(ctx: Context, secret_id: str) -> Secret:
    """Return a secret.

    Raises:
        secret_not_found: if the environment has no secret with this id.
    """
    registered = _registered_secret(ctx.project)
    if ctx.project.secret and registered.secret_id == secret_id:
        return registered
    secret = ctx.store.find(Secret, secret_id=secret_id)
    if secret is None:
        raise errors.secret_not_found()
    return secret


def _registered_secret(project: Project) -> Secret:
    """Return the secret that a project was registered with.

    Its last use isn't recorded: that would be a write in every request.
    """
    return Secret(
        secret_id=project.project_id.replace("project-", "secret-", 1),
        secret=project.secret,
        created_at=project.created_at,
        position=project.position,
    )


def _serialize_masked(secret: Secret) -> dict[str, Any]:
    return {
        "secret_id": secret.secret_id,
        "last_four": secret.secret[-4:],
        "created_at": wire.time(secret.created_at),
        "used_at": wire.time(secret.used_at) if secret.used_at else None,
    }
