"""``projects``: create, list, rename and delete projects."""

from typing import Annotated

from msgspec import Meta

from mockstytch import errors
from mockstytch.clock import position
from mockstytch.domain.shared import cursors
from mockstytch.management import workspace
from mockstytch.management.fields import PROJECT, Name, ProjectPath, Slug, Vertical
from mockstytch.runtime import Context
from mockstytch.store.records.projects import ManagementProject
from mockstytch.surfaces.endpoint import Body, Endpoints, Request
from mockstytch.surfaces.fields import UNSET, FieldError, Maybe

api = Endpoints()

_MAX_PROJECTS = 50
_CURSOR_KIND = "after"


class Create(Request):
    name: Name
    vertical: Vertical = Vertical.B2B
    project_slug: Slug = ""


@api.post("/pwa/v3/projects")
def create(ctx: Context, req: Create) -> Body:
    """Create a project without environments.

    Raises:
        bad_request: if the project_slug is taken.
        too_many_projects: if the workspace has 50 projects.
    """
    count = len(workspace.workspace_store(ctx).all(ManagementProject))
    workspace.require_room(ctx, count, _MAX_PROJECTS, errors.too_many_projects())
    taken = {p.project_slug for p in workspace.projects(ctx)}
    slug = req.project_slug or workspace.unique_slug(ctx, req.name, taken)
    if slug in taken:
        raise workspace.slug_taken(slug)
    project = ManagementProject(
        project_slug=slug, name=req.name, vertical=req.vertical.value, created_at=ctx.now, position=position()
    )
    project = ctx.store.insert(project, project_slug=lambda: workspace.slug_taken(slug))
    return {"project": workspace.serialize_project(project)}


@api.get(PROJECT)
def get(ctx: Context, req: ProjectPath) -> Body:
    """Return a project."""
    return {"project": workspace.serialize_project(workspace.project(ctx, req.project_slug))}


class GetAll(Request):
    limit: Annotated[int, Meta(ge=0, le=1000), FieldError(errors.bad_request)] = 0
    cursor: str = ""


@api.get("/pwa/v3/projects")
def get_all(ctx: Context, req: GetAll) -> Body:
    """Return all projects, oldest first; with ``limit`` or ``cursor``, a page of them and the ``next_cursor``.

    In production all are returned: a workspace has few. Here each test can have one.

    Raises:
        bad_request: if the limit isn't from 0 to 1,000, or the cursor wasn't returned by this operation.
    """
    projects = workspace.projects(ctx)
    if not req.limit and not req.cursor:
        return {"projects": [workspace.serialize_project(p) for p in projects]}
    last = cursors.decode(_CURSOR_KIND, req.cursor) if req.cursor else 0
    if last is None:
        raise errors.bad_request(because="cursor isn't the next_cursor of another page")
    newer = [p for p in projects if p.position > last]
    page = newer[: req.limit or 100]
    next_cursor = cursors.encode(_CURSOR_KIND, page[-1].position) if len(newer) > len(page) else ""
    return {"projects": [workspace.serialize_project(p) for p in page], "next_cursor": next_cursor}


class Update(ProjectPath):
    name: Maybe[Name] = UNSET


@api.patch(PROJECT)
def update(ctx: Context, req: Update) -> Body:
    """Rename a project."""
    project = workspace.editable_project(ctx, req.project_slug)
    project = workspace.workspace_store(ctx).update(project, **req.changes())
    return {"project": workspace.serialize_project(project)}


@api.delete(PROJECT)
def delete(ctx: Context, req: ProjectPath) -> Body:
    """Delete a project, its environments and all of their data."""
    workspace.delete_project(ctx, req.project_slug)
    return {}
