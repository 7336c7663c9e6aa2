"""The surfaces of the pages, and rendering.

The surfaces differ in how they find the project. Errors are JSON, as in production.
"""

import re
from functools import cache
from pathlib import Path
from typing import Any

from msgspec.structs import replace
from starlette.responses import HTMLResponse, Response

from mockstytch import errors
from mockstytch.errors import StytchError
from mockstytch.runtime import Mock
from mockstytch.store.records.projects import Project, PublicToken
from mockstytch.surfaces.request import HttpRequest
from mockstytch.surfaces.surface import Surface

_TEMPLATES = Path(__file__).with_name("templates")
# Without a form-action policy, because browsers apply it to the redirect to the app that follows a submitted form, too.
PAGE_HEADERS = {"Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'"}


def project_of_public_token(mock: Mock, public_token: str) -> Project | None:
    """Return the project with this public token; without a token, the default project."""
    if not public_token:
        return mock.projects.default()
    try:
        project = mock.projects.find(public_token.replace("public-token-", "project-", 1))
    except StytchError:
        return None
    if project and not project.other_public_token:
        return None if project.deleted else project
    return mock.projects.find_by(PublicToken, public_token=public_token)


def _project_of_link(mock: Mock, request: HttpRequest) -> Project | None:
    return project_of_public_token(mock, request.query_params.get("public_token", ""))


def _project_of_start_url(mock: Mock, request: HttpRequest) -> Project:
    """Return the project whose public token a start URL carries.

    Raises:
        public_token_required: if the URL has no public token.
        invalid_public_token_id: if the public token isn't well-formed.
        public_token_not_found: if no project has this public token.
    """
    public_token = request.query_params.get("public_token", "")
    if not public_token:
        raise errors.public_token_required()
    if not re.fullmatch(r"public-token-(test|live)-[0-9a-f-]{36}", public_token):
        raise errors.invalid_public_token_id()
    project = project_of_public_token(mock, public_token)
    if project is None:
        raise errors.public_token_not_found()
    return project


PAGES = Surface(name="pages")
LINKS = replace(PAGES, authenticate=_project_of_link)
START_URLS = replace(PAGES, authenticate=_project_of_start_url)


def page(template: str, status: int = 200, headers: dict[str, str] | None = None, **values: Any) -> Response:
    """Render a template of this package."""
    html = _environment().get_template(template).render(values)
    return HTMLResponse(html, status, {**PAGE_HEADERS, **(headers or {})})


def provider_name(provider: str) -> str:
    """Return a provider's name for a page."""
    return {"github": "GitHub", "hubspot": "HubSpot"}.get(provider, provider.capitalize())


@cache
def _environment() -> Any:
    from jinja2 import Environment, FunctionLoader  # imported by the first page, not at start

    def load(name: str) -> str:
        return _TEMPLATES.joinpath(name).read_text(encoding="utf-8")

    return Environment(autoescape=True, trim_blocks=True, lstrip_blocks=True, loader=FunctionLoader(load))
