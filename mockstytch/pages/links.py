"""The redirect behind a link in an e-mail, and the error page for browsers."""

from starlette.responses import RedirectResponse, Response

from mockstytch.domain.shared.messages import REDIRECT_PATH
from mockstytch.pages.surface import LINKS, PAGES, page
from mockstytch.runtime import Mock
from mockstytch.store.records.messages import OneTimeToken
from mockstytch.surfaces.request import HttpRequest
from mockstytch.surfaces.surface import Route

# production's e-mails have the first; the documentation's paths suggest the second
_PATHS = (REDIRECT_PATH, "/v1/b2b/magic_links/redirect")
_UNKNOWN_LINK = "This link is unknown to the server."


def routes(mock: Mock) -> list[Route]:
    async def follow(request: HttpRequest) -> Response:
        """Redirect the browser to the app. The token isn't consumed: the app redeems it."""
        landing_url = ""
        if request.found_project is not None:
            with mock.transaction(request.project) as ctx:
                token = ctx.store.find(OneTimeToken, token=request.query_params.get("token", ""))
                landing_url = token.landing_url if token else ""
        if not landing_url:
            request.refuse("", "no link with this token")
        return RedirectResponse(landing_url or "/redirect-error", 302)

    async def show_error(request: HttpRequest) -> Response:
        error, provider = request.query_params.get("error", ""), request.query_params.get("provider", "")
        reason = f"{provider.capitalize() or 'The provider'} returned: {error}." if error else _UNKNOWN_LINK
        return page("error.html", 400, reason=reason[:200])

    return [
        *(Route("GET", path, LINKS, follow) for path in _PATHS),
        Route("GET", "/redirect-error", PAGES, show_error),
    ]
