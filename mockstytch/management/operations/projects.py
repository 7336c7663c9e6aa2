"""``projects``: create, list, rename and delete projects."""

from mockstytch import errors
from mockstytch.clock import position
from mockstytch.management import workspace
from mockstytch.management.fields import PROJECT, Name, ProjectPath, Slug, Vertical
from mockstytch.runtime import Context
from mockstytch.store.records.projects import ManagementProject
from mockstytch.surfaces.endpoint import Body, Endpoints, Request
from mockstytch.surfaces.fields import UNSET, Maybe

api = Endpoints()

_MAX_PROJECTS = 50


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
    project = ctx.store.insert(project, project_slug=workspace.slug_taken(slug))
    return {"project": workspace.serialize_project(project)}


@api.get(PROJECT)
def get(ctx: Context, req: ProjectPath) -> Body:
    """Return a project."""
    return {"project": workspace.serialize_project(workspace.project(ctx, req.project_slug))}


class GetAll(Request):
    pass


@api.get("/pwa/v3/projects")
def get_all(ctx: Context, req: GetAll) -> Body:
    """Return all projects, oldest first."""
    return {"projects": [workspace.serialize_project(p) for p in workspace.projects(ctx)]}


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
