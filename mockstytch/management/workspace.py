"""The workspace: which projects there are, and which environments they hold.

A project of this server that the management API did not make is a project with one environment there: the slug of the
one is its ``project_id``, that of the other ``test``. Rows for it come into being when something needs them.
"""

import re
from collections.abc import Iterator
from typing import Any

from mockstytch import errors, wire
from mockstytch.errors import StytchError
from mockstytch.runtime import Context
from mockstytch.store.records.projects import (
    WORKSPACE,
    DefaultEmailTemplate,
    EmailTemplate,
    Environment,
    ManagementProject,
    Project,
)
from mockstytch.store.store import Store

ONLY_ENVIRONMENT = "test"


def rows(ctx: Context) -> Store:
    """The workspace's own rows."""
    return ctx.store.for_project(WORKSPACE.project_id)


def project(ctx: Context, project_slug: str) -> ManagementProject:
    """
    Raises:
        project_not_found: there is no such project.
    """
    made = rows(ctx).find(ManagementProject, project_slug=project_slug)
    return made or _as_project(_world(ctx, project_slug))


def written(ctx: Context, project_slug: str) -> ManagementProject:
    """``project``, with rows for it and its only environment where it had none.

    Raises:
        project_not_found: there is no such project.
    """
    found = project(ctx, project_slug)
    if rows(ctx).find(ManagementProject, project_slug=project_slug) is None:
        rows(ctx).insert(found)
        rows(ctx).insert(
            Environment(
                project_slug=project_slug,
                environment_slug=ONLY_ENVIRONMENT,
                environment_project_id=project_slug,
                position=found.position,
            )
        )
    return found


def projects(ctx: Context) -> list[ManagementProject]:
    """All of them, in the order in which they came into being."""
    made = rows(ctx).all(ManagementProject)
    slugs = {p.project_slug for p in made}
    worlds = ctx.store.all_projects(Project)
    others = [_as_project(w) for w in worlds if _stands_alone(w) and w.project_id not in slugs]
    return sorted([*made, *others], key=lambda p: p.position)


def environment(ctx: Context, project_slug: str, environment_slug: str) -> Project:
    """The project of this server that an environment is.

    Raises:
        project_not_found: there is no such project, or it has no such environment.
    """
    for slug, found in environments(ctx, project_slug):
        if slug == environment_slug:
            return found
    raise errors.project_not_found(because=f"project {project_slug} has no environment {environment_slug}")


def environments(ctx: Context, project_slug: str) -> Iterator[tuple[str, Project]]:
    """Slug and project of each environment, in the order in which they came into being.

    Raises:
        project_not_found: there is no such project.
    """
    if rows(ctx).find(ManagementProject, project_slug=project_slug) is None:
        yield ONLY_ENVIRONMENT, _world(ctx, project_slug)
        return
    for row in sorted(rows(ctx).all(Environment, project_slug=project_slug), key=lambda e: e.position):
        yield row.environment_slug, ctx.store.for_project(row.environment_project_id).get(Project)


def remove(ctx: Context, gone: Project) -> None:
    """Delete an environment, with all that it holds. Its row stays behind, so that its credentials open nothing.

    Raises:
        bad_request: this server's default project has to stay.
    """
    if gone.project_id == ctx.default_project_id:
        raise errors.bad_request(because="the default project of the server stays; POST /_mock/api/reset empties it")
    store = ctx.store.for_project(gone.project_id)
    ctx.changed_projects.add(gone.project_id)
    rows(ctx).delete_all(Environment, environment_project_id=gone.project_id)
    store.clear(Project)
    store.update(gone, secret="", deleted=True)


def remove_project(ctx: Context, project_slug: str) -> None:
    """Delete a project: its environments, its templates.

    Raises:
        project_not_found: there is no such project.
        bad_request: see ``remove``.
    """
    for _, gone in list(environments(ctx, project_slug)):
        remove(ctx, gone)
    for record in (DefaultEmailTemplate, EmailTemplate, ManagementProject):
        rows(ctx).delete_all(record, project_slug=project_slug)


def free_slug(ctx: Context, name: str, taken: set[str]) -> str:
    """A slug made of a name."""
    slug = re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")[:100].strip("-") or "project"
    return f"{slug}-{ctx.ids.suffix()}" if slug in taken else slug


def slug_taken(slug: str) -> StytchError:
    return errors.bad_request(because=f"the slug {slug} is taken")


def shown_project(p: ManagementProject) -> dict[str, Any]:
    return {
        "project_slug": p.project_slug,
        "name": p.name,
        "vertical": p.vertical,
        "created_at": wire.time(p.created_at),
    }


def _stands_alone(world: Project) -> bool:
    return not world.project_slug and not world.deleted


def _world(ctx: Context, project_id: str) -> Project:
    """The project of this server with this id, if it is a project here by itself.

    Raises:
        project_not_found: it isn't.
    """
    found = ctx.store.for_project(project_id).find(Project)
    if found is None or not _stands_alone(found):
        raise errors.project_not_found(because=f"no project {project_id}")
    return found


def _as_project(world: Project) -> ManagementProject:
    return ManagementProject(
        project_slug=world.project_id,
        name=world.name,
        vertical=world.vertical,
        created_at=world.created_at,
        position=world.position,
    )
