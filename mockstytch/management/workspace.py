"""The workspace: its projects and their environments.

An environment is a project of this server (a ``Project`` row). A ``Project`` that was created by the first request that
named it appears in the management API as a project with one environment: the project's slug is the ``project_id``, the
environment's is ``test``. It has no rows in the workspace until a change needs them; see ``editable_project``.
"""

import re
from collections.abc import Iterator
from typing import Any

from mockstytch import errors, wire
from mockstytch.errors import StytchError
from mockstytch.runtime import Context
from mockstytch.store.record import new_data_key
from mockstytch.store.records.projects import (
    WORKSPACE,
    DefaultEmailTemplate,
    EmailTemplate,
    Environment,
    ManagementProject,
    Project,
)
from mockstytch.store.records.snapshots import Snapshot
from mockstytch.store.store import Store

ONLY_ENVIRONMENT = "test"


def workspace_store(ctx: Context) -> Store:
    """Return the store of the workspace's own rows."""
    return ctx.store.for_project(WORKSPACE.project_id)


def project(ctx: Context, project_slug: str) -> ManagementProject:
    """Return a project.

    Raises:
        project_not_found: if the project doesn't exist.
    """
    row = workspace_store(ctx).find(ManagementProject, project_slug=project_slug)
    return row or _as_management_project(_standalone_project(ctx, project_slug))


def editable_project(ctx: Context, project_slug: str) -> ManagementProject:
    """Return a project that can be changed: one with rows in the workspace. Adds the rows if there are none.

    Raises:
        project_not_found: if the project doesn't exist.
    """
    store = workspace_store(ctx)
    row = store.find(ManagementProject, project_slug=project_slug)
    if row is None:
        row = store.insert(project(ctx, project_slug))
        store.insert(
            Environment(
                project_slug=project_slug,
                environment_slug=ONLY_ENVIRONMENT,
                environment_project_id=project_slug,
                position=row.position,
            )
        )
    return row


def projects(ctx: Context) -> list[ManagementProject]:
    """Return all projects, oldest first."""
    rows = workspace_store(ctx).all(ManagementProject)
    slugs = {row.project_slug for row in rows}
    columns = (
        "project_id",
        "name",
        "vertical",
        "project_slug",
        "deleted",
        "position",
    )  # not the settings: they are large
    values = ctx.store.values_of_all_projects(Project, *columns)
    found = (Project(secret="", **dict(zip(columns, row, strict=True))) for row in values)
    standalone = [p for p in found if _is_standalone(p) and p.project_id not in slugs]
    return sorted([*rows, *map(_as_management_project, standalone)], key=lambda p: p.position)


def environment(ctx: Context, project_slug: str, environment_slug: str) -> Project:
    """Return an environment.

    Raises:
        project_not_found: if the project doesn't exist or has no environment with this slug.
    """
    for slug, found in environments(ctx, project_slug):
        if slug == environment_slug:
            return found
    raise errors.project_not_found(because=f"project {project_slug} has no environment {environment_slug}")


def environments(ctx: Context, project_slug: str) -> Iterator[tuple[str, Project]]:
    """Yield the slug and the ``Project`` row of each environment, oldest first.

    Raises:
        project_not_found: if the project doesn't exist.
    """
    store = workspace_store(ctx)
    if store.find(ManagementProject, project_slug=project_slug) is None:
        yield ONLY_ENVIRONMENT, _standalone_project(ctx, project_slug)
        return
    for row in sorted(store.all(Environment, project_slug=project_slug), key=lambda e: e.position):
        yield row.environment_slug, ctx.store.for_project(row.environment_project_id).get(Project)


def require_room(ctx: Context, count: int, maximum: int, error: StytchError) -> None:
    """Raise ``error`` if there are already ``maximum`` objects of a kind, unless the limits are turned off.

    Args:
        count: how many objects there are.
    """
    default = ctx.store.for_project(ctx.default_project_id).find(Project)
    if count >= maximum and (default is None or default.settings.management_limits):
        error.because = f"at most {maximum}; the default project's setting management_limits turns the limits off"
        raise error


def delete_environment(ctx: Context, environment: Project) -> None:
    """Delete an environment with all of its data.

    Its ``Project`` row stays, marked as deleted: otherwise a request with the old credentials would create it again.

    Raises:
        bad_request: if the environment is the default project of this server.
    """
    if environment.project_id == ctx.default_project_id:
        because = "the server's default project can't be deleted; POST /_mock/api/reset empties it"
        raise errors.bad_request(because=because)
    store = ctx.store.for_project(environment.project_id, lock=True)
    ctx.changed_projects.add(environment.project_id)
    workspace_store(ctx).delete_all(Environment, environment_project_id=environment.project_id)
    for snapshot in store.all(Snapshot):
        store.discard(snapshot.data_key)
    store.clear(Project)
    data_key = new_data_key()
    store.move_to(data_key)
    store.update(environment, secret="", deleted=True, data_key=data_key)


def delete_project(ctx: Context, project_slug: str) -> None:
    """Delete a project with its environments and e-mail templates.

    Raises:
        project_not_found: if the project doesn't exist.
        bad_request: if it contains the default project of this server.
    """
    for _, deleted in list(environments(ctx, project_slug)):
        delete_environment(ctx, deleted)
    for record in (DefaultEmailTemplate, EmailTemplate, ManagementProject):
        workspace_store(ctx).delete_all(record, project_slug=project_slug)


def unique_slug(ctx: Context, name: str, taken: set[str]) -> str:
    """Return a slug that is derived from a name and isn't taken."""
    slug = re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")[:100].strip("-") or "project"
    return f"{slug}-{ctx.ids.suffix()}" if slug in taken else slug


def slug_taken(slug: str) -> StytchError:
    """Return the error for a slug that is in use."""
    return errors.bad_request(because=f"the slug {slug} is taken")


def serialize_project(p: ManagementProject) -> dict[str, Any]:
    """Return a project as the management API shows it."""
    return {
        "project_slug": p.project_slug,
        "name": p.name,
        "vertical": p.vertical,
        "created_at": wire.time(p.created_at),
    }


def _is_standalone(p: Project) -> bool:
    """Return whether a ``Project`` is its own project, not an environment of a project in the workspace."""
    return not p.project_slug and not p.deleted


def _standalone_project(ctx: Context, project_id: str) -> Project:
    found = ctx.store.for_project(project_id).find(Project)
    if found is None or not _is_standalone(found):
        raise errors.project_not_found(because=f"no project {project_id}")
    return found


def _as_management_project(p: Project) -> ManagementProject:
    return ManagementProject(
        project_slug=p.project_id,
        name=p.name,
        vertical=p.vertical,
        created_at=p.created_at,
        position=p.position,
    )
