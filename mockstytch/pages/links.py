"""Where the link in an e-mail leads: on to the app, or to a page that says why not."""

import re
from html import escape

from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

from mockstytch import errors
from mockstytch.domain.shared.messages import REDIRECT_PATH
from mockstytch.errors import StytchError
from mockstytch.runtime import Mock
from mockstytch.store.records.messages import OneTimeToken
from mockstytch.store.records.projects import Project, PublicToken

# production's e-mails have the first; the second is how the documentation's paths would make one expect it
_PATHS = (REDIRECT_PATH, "/v1/b2b/magic_links/redirect")


def routes(mock: Mock) -> list[Route]:
    async def follow(request: Request) -> Response:
        """Send the browser on to the app. The token is not used up by this: the app redeems it, and is told there
        that it was used before or has expired."""
        landing = _landing(mock, request.query_params.get("public_token", ""), request.query_params.get("token", ""))
        return RedirectResponse(landing, 302) if landing else RedirectResponse("/redirect-error", 302)

    async def error(request: Request) -> Response:
        said, provider = request.query_params.get("error", ""), request.query_params.get("provider", "")
        why = f"{provider.capitalize() or 'The provider'} answered: {said}." if said else _UNKNOWN_LINK
        return HTMLResponse(_ERROR_PAGE.replace("{why}", escape(why[:200])), 400, {"Content-Security-Policy": _CSP})

    return [*(Route(path, follow) for path in _PATHS), Route("/redirect-error", error)]


def project_of_public_token(mock: Mock, public_token: str) -> Project | None:
    """The project with this public token; without any, the default one."""
    if not public_token:
        return mock.projects.default()
    try:
        project = mock.projects.find(public_token.replace("public-token-", "project-", 1))
    except StytchError:
        return None
    if project and not project.other_public_token:
        return None if project.deleted else project
    return mock.projects.find_by(PublicToken, public_token=public_token)


def required_project(mock: Mock, request: Request) -> Project:
    """The project whose public token a start URL carries.

    Raises:
        public_token_required, invalid_public_token_id, public_token_not_found: it carries none that is one.
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


def base_url(request: Request) -> str:
    """How the browser reached this server."""
    host = request.headers.get("host")
    return f"{request.url.scheme}://{host}" if host else ""


def _landing(mock: Mock, public_token: str, token: str) -> str:
    project = project_of_public_token(mock, public_token)
    if project is None:
        return ""
    with mock.transaction(project) as ctx:
        found = ctx.store.find(OneTimeToken, token=token)
        return found.landing_url if found else ""


_CSP = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'"
_UNKNOWN_LINK = "This server knows nothing of the link that you followed."
_ERROR_PAGE = """<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>There was an error logging you in</title>
<style>
:root { color-scheme: light dark; --back: #f4f4f7; --card: #fff; --text: #1d1d29; --line: #dedee8; }
@media (prefers-color-scheme: dark) { :root { --back: #14141b; --card: #1e1e28; --text: #ececf4; --line: #34343f; } }
body { margin: 0; padding: 10vh 16px; background: var(--back); color: var(--text); }
body { font: 16px/1.5 system-ui, sans-serif; }
main { max-width: 440px; margin: 0 auto; padding: 28px; background: var(--card); }
main { border: 1px solid var(--line); border-radius: 10px; overflow-wrap: anywhere; }
h1 { margin: 0 0 12px; font-size: 20px; } p { margin: 0; }
</style></head>
<body><main><h1>There was an error logging you in</h1>
<p>{why} Go back to the app, and start again.</p>
</main></body></html>
"""
