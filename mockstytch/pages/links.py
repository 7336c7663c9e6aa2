"""The redirect behind a link in an e-mail, and the error page for browsers."""

from starlette.responses import RedirectResponse, Response

from mockstytch.domain.shared.messages import REDIRECT_PATH
from mockstytch.pages.surface import LINKS, PAGES, page, provider_name
from mockstytch.runtime import Mock
from mockstytch.store.records.messages import OneTimeToken
from mockstytch.surfaces.request import HttpRequest
from mockstytch.surfaces.surface import Route

# production's e-mails have the first; the API's other paths suggest the second
_PATHS = (REDIRECT_PATH, "/v1/b2b/magic_links/redirect")
_INVALID_LINK = "This link isn't valid."


def routes(mock: Mock) -> list[Route]:
    async def follow(request: HttpRequest) -> Response:
        """Redirect the browser to the app. This doesn't consume the token; the app redeems it."""
        landing_url = ""
        if request.found_project is not None:
            with mock.transaction(request.project) as ctx:
                token = ctx.store.find(OneTimeToken, token=request.query_params.get("token", ""))
                landing_url = token.landing_url if token else ""
        if not landing_url:
            request.refuse("", "no link with this token")
        return RedirectResponse(landing_url or "/redirect-error", 302)

    async def show_error(request: HttpRequest) -> Response:
        """Show the error page, where a login ends if it has no redirect URL."""
        error, provider = request.query_params.get("error", ""), request.query_params.get("provider", "")
        reason = f"{provider_name(provider) or 'The provider'} returned: {error}."[:200] if error else _INVALID_LINK
        message = f"{reason} Go back to the app and try again."
        return page("error.html", 400, title="There was an error logging you in", message=message)

    return [
        *(Route("GET", path, LINKS, follow) for path in _PATHS),
        Route("GET", "/redirect-error", PAGES, show_error),
    ]
