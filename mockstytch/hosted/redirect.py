"""Where the link in an e-mail leads: on to the app, or to a page that says why not."""

from html import escape

from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from mockstytch.domain.messages import REDIRECT_PATH
from mockstytch.errors import StytchError
from mockstytch.mock import Mock
from mockstytch.store.messages import OneTimeToken
from mockstytch.store.projects import Project

# production's e-mails have the first; the second is how the documentation's paths would make one expect it
_PATHS = (REDIRECT_PATH, "/v1/b2b/magic_links/redirect")


def routes(mock: Mock) -> list[BaseRoute]:
    async def follow(request: Request) -> Response:
        """Send the browser on to the app. The token is not used up by this: the app redeems it, and is told there
        that it was used before or has expired."""
        landing = _landing(mock, request.query_params.get("public_token", ""), request.query_params.get("token", ""))
        return RedirectResponse(landing, 302) if landing else RedirectResponse("/redirect-error", 302)

    async def error(_request: Request) -> Response:
        return HTMLResponse(_ERROR_PAGE, 400)

    return [*(Route(path, follow) for path in _PATHS), Route("/redirect-error", error)]


def project_of_public_token(mock: Mock, public_token: str) -> Project | None:
    """The project with this public token; without any, the default one."""
    project_id = public_token.replace("public-token-", "project-", 1) or mock.settings.project_id
    try:
        return mock.known(project_id)
    except StytchError:
        return None


def _landing(mock: Mock, public_token: str, token: str) -> str:
    project = project_of_public_token(mock, public_token)
    if project is None:
        return ""
    with mock.transaction(project) as ctx:
        found = ctx.store.find(OneTimeToken, token=token)
        return found.landing_url if found else ""


_ERROR_PAGE = f"""<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>{escape("This link can't be followed")}</title>
<style>
body {{ margin: 0; padding: 10vh 24px; background: #f4f4f7; color: #1d1d29; font: 16px/1.5 system-ui, sans-serif; }}
main {{ max-width: 440px; margin: 0 auto; padding: 32px; background: #fff; }}
main {{ border: 1px solid #e3e3ea; border-radius: 8px; }}
h1 {{ margin: 0 0 12px; font-size: 20px; }} p {{ margin: 0; }}
</style></head>
<body><main><h1>{escape("There was an error logging you in")}</h1>
<p>{escape("This server knows nothing of the link that you followed. Ask for a new one in the app that sent it.")}</p>
</main></body></html>
"""
