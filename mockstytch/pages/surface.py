"""The surfaces of the pages, and rendering.

The surfaces differ in how they find the project. Errors are pages for browsers, and JSON for other clients.
"""

from functools import cache
from pathlib import Path
from typing import Any

from msgspec.structs import replace
from starlette.responses import HTMLResponse, Response

from mockstytch.errors import StytchError
from mockstytch.runtime import Mock
from mockstytch.store.records.projects import Project
from mockstytch.surfaces import public_tokens
from mockstytch.surfaces.request import HttpRequest
from mockstytch.surfaces.surface import AnyResponse, Surface, render_error

_TEMPLATES = Path(__file__).with_name("templates")
# Without a form-action policy, because browsers apply it to the redirect to the app that follows a submitted form, too.
PAGE_HEADERS = {"Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'"}


def _project_of_link(mock: Mock, request: HttpRequest) -> Project | None:
    """Return the project whose public token a link carries, or None; without a token, the default project."""
    public_token = request.query_params.get("public_token", "")
    return public_tokens.find_project(mock, public_token) if public_token else mock.projects.default()


def _project_of_start_url(mock: Mock, request: HttpRequest) -> Project:
    """Return the project whose public token a start URL carries. See ``public_tokens.get_project`` for the errors."""
    return public_tokens.get_project(mock, request.query_params.get("public_token", ""))


def _render_error(request: HttpRequest, error: StytchError) -> AnyResponse:
    """Render an error as the API does; for a browser that opens the URL, as a page."""
    if "text/html" not in request.headers.get("accept", ""):
        return render_error(request, error)
    kind, title = error.kind, "There was an error logging you in"
    message = f"{kind.error_type}: {error.message}"
    return page("error.html", kind.status_code, title=title, message=message, because=error.because)


PAGES = Surface(name="pages", render_error=_render_error)
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
