"""What the management API adds: projects that hold environments, and their e-mail templates.

Their rows belong to no project of the server: they stand in a scope of their own, the workspace.
"""

from datetime import datetime
from typing import Any, Literal

from mockstytch.store.projects import Project
from mockstytch.store.record import Key, Record, Unique, table

WORKSPACE = Project(project_id="workspace", secret="")


@table("management_projects")
class ManagementProject(Record):
    project_slug: Key
    name: str
    vertical: Literal["B2B", "CONSUMER"]
    created_at: datetime
    position: int


@table("environments", Unique("environment_project_id"))
class Environment(Record):
    """Which project of this server an environment is."""

    project_slug: Key
    environment_slug: Key
    environment_project_id: str
    position: int


@table("email_templates")
class EmailTemplate(Record):
    """A template of a whole project: every environment of it has it."""

    project_slug: Key
    template_id: Key
    name: str | None = None
    sender_information: dict[str, Any] | None = None
    prebuilt_customization: dict[str, Any] | None = None
    custom_html_customization: dict[str, Any] | None = None
    position: int


@table("default_email_templates")
class DefaultEmailTemplate(Record):
    project_slug: Key
    template_type: Key
    template_id: str
