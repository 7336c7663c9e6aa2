"""``projects``: what holds environments."""

from mockstytch.clock import position
from mockstytch.management import workspace
from mockstytch.management.fields import PROJECT, Name, ProjectPath, Slug, Vertical
from mockstytch.runtime import Context
from mockstytch.store.records.projects import ManagementProject
from mockstytch.surfaces.endpoint import Body, Endpoints, Request
from mockstytch.surfaces.fields import UNSET, Maybe

api = Endpoints()


class Create(Request):
    name: Name
    vertical: Vertical = Vertical.B2B
    project_slug: Slug = ""


@api.post("/pwa/v3/projects")
def create(ctx: Context, req: Create) -> Body:
    """A project without environments.

    Raises:
        bad_request: the slug is taken.
    """
    taken = {p.project_slug for p in workspace.projects(ctx)}
    slug = req.project_slug or workspace.free_slug(ctx, req.name, taken)
    if slug in taken:
        raise workspace.slug_taken(slug)
    made = ManagementProject(
        project_slug=slug, name=req.name, vertical=req.vertical.value, created_at=ctx.now, position=position()
    )
    return {"project": workspace.shown_project(ctx.store.insert(made, project_slug=workspace.slug_taken(slug)))}


class Get(ProjectPath):
    pass


@api.get(PROJECT)
def get(ctx: Context, req: Get) -> Body:
    return {"project": workspace.shown_project(workspace.project(ctx, req.project_slug))}


class GetAll(Request):
    pass


@api.get("/pwa/v3/projects")
def get_all(ctx: Context, req: GetAll) -> Body:
    return {"projects": [workspace.shown_project(p) for p in workspace.projects(ctx)]}


class Update(ProjectPath):
    name: Maybe[Name] = UNSET


@api.patch(PROJECT)
def update(ctx: Context, req: Update) -> Body:
    project = workspace.written(ctx, req.project_slug)
    project = workspace.rows(ctx).update(project, **req.changes())
    return {"project": workspace.shown_project(project)}


class Delete(ProjectPath):
    pass


@api.delete(PROJECT)
def delete(ctx: Context, req: Delete) -> Body:
    """The project goes, with all its environments and whoever is in them."""
    workspace.remove_project(ctx, req.project_slug)
    return {}
