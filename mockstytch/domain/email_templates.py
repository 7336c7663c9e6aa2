"""The e-mail templates that the management API makes: each belongs to a project, and so to all its environments."""

from mockstytch.mock import Context
from mockstytch.store.management import WORKSPACE, EmailTemplate


def find(ctx: Context, template_id: str) -> EmailTemplate | None:
    """The template with this id that an environment has by its project."""
    slug = ctx.project.project_slug or ctx.project.project_id
    return ctx.store.of(WORKSPACE.project_id).find(EmailTemplate, project_slug=slug, template_id=template_id)
