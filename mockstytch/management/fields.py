"""Paths and field types that the requests of the management API share."""

from typing import Annotated

from msgspec import Meta

from mockstytch import errors
from mockstytch.surfaces.endpoint import Request
from mockstytch.surfaces.fields import CaseInsensitiveEnum, FieldError

PROJECT = "/pwa/v3/projects/{project_slug}"
ENVIRONMENT = PROJECT + "/environments/{environment_slug}"

Name = Annotated[str, Meta(min_length=1, max_length=128), FieldError(errors.invalid_project_name)]
# "" means no slug: the Terraform provider sends it. A project id isn't allowed, because it is already the slug of a
# project that was created by the first request that named it.
_PROJECT_ID = r"project-(test|live)-[0-9a-f-]{36}\Z"
Slug = Annotated[str, Meta(pattern=rf"\A(?!{_PROJECT_ID})([a-z0-9]([a-z0-9-]{{0,126}}[a-z0-9])?)?\Z")]


class ProjectPath(Request):
    """The project in the path."""

    project_slug: str


class EnvironmentPath(ProjectPath):
    """The environment in the path. The call runs in that environment: it is the context's project."""

    environment_slug: str


class Vertical(CaseInsensitiveEnum):
    B2B = "B2B"
    CONSUMER = "CONSUMER"


class EnvironmentType(CaseInsensitiveEnum):
    LIVE = "LIVE"
    TEST = "TEST"
