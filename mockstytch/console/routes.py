"""The routes of the console."""

from msgspec.structs import replace
from starlette.responses import RedirectResponse, Response

from mockstytch import errors
from mockstytch.console import forms, render
from mockstytch.console.actions import Actions
from mockstytch.console.management_calls import ManagementCalls
from mockstytch.console.page import CONSOLE, LARGE_FORMS, ROOT, STATIC, PageHandler, PageRequest
from mockstytch.console.pages import connections, docs, inbox, members, organizations, requests, webhooks
from mockstytch.console.pages.harness import automatic_snapshots, faults, projects, seeds, snapshots
from mockstytch.console.settings import page as settings
from mockstytch.errors import StytchError
from mockstytch.runtime import Mock
from mockstytch.surfaces import fallback
from mockstytch.surfaces.endpoint import Endpoint
from mockstytch.surfaces.request import HttpRequest
from mockstytch.surfaces.surface import AnyResponse, Handler, Route, render_error


def routes(mock: Mock, endpoints: list[Endpoint], management: list[Endpoint], control: list[Route]) -> list[Route]:
    """Return the routes. Each page can be sent a form, which is run before the page is shown again.

    Args:
        endpoints, management: operations of the API and of the management API.
        control: the routes of the control API. Others are ignored.
    """
    calls = ManagementCalls(mock, management)
    actions = Actions(mock, endpoints, calls, control)
    pages: dict[str, PageHandler] = {
        "/": inbox.inbox,
        "/messages/{message_id}": inbox.message,
        "/organizations": organizations.organizations,
        "/organizations/{organization_id}": organizations.organization,
        "/organizations/{organization_id}/connections": connections.connections,
        "/organizations/{organization_id}/members/{member_id}": members.member,
        "/requests": requests.requests,
        "/requests/{request_id}": requests.request,
        "/webhooks": webhooks.webhooks,
        "/webhooks/{event_id}": webhooks.webhook,
        "/faults": faults.faults,
        "/snapshots": snapshots.snapshots,
        "/snapshots/{name}": snapshots.changes,
        "/seed": seeds.seed,
        "/projects": projects.projects,
        "/settings": settings.settings(calls),
        "/settings/{tab}": settings.settings(calls),
        "/docs": docs.docs(endpoints, management, control),
    }
    without_forms: dict[str, PageHandler] = {
        "/messages/{message_id}/html": inbox.mail,
        "/messages/{message_id}/source": inbox.source,
        "/settings/messages/{template_id}/preview": settings.preview,
        "/docs/errors/{status}": docs.own_errors,
    }
    return [
        *(
            Route("GET", ROOT + path, CONSOLE, _show(mock, actions, show))
            for path, show in (pages | without_forms).items()
        ),
        *(
            Route("POST", ROOT + path, _LARGE.get(path, CONSOLE), _submit(mock, actions, show))
            for path, show in pages.items()
        ),
        Route("GET", "/", fallback.UNKNOWN, _lead_browsers_to_root),
        Route("GET", ROOT, STATIC, _redirect_to_root),
        Route("GET", ROOT + "/static/{name}", STATIC, render.static),
        Route("GET", "/favicon.ico", STATIC, _redirect_to_icon),
    ]


def _render_unknown(request: HttpRequest, error: StytchError) -> AnyResponse:
    """Render an unknown path as a page with links if a browser asks for it, otherwise as the API does."""
    if not _accepts_html(request):
        return render_error(request, error)
    return render.error_page(error, request.query_params.get("project_id", ""))


NOT_FOUND = Route("*", "/_mock/*", replace(fallback.UNKNOWN, render_error=_render_unknown), fallback.NOT_FOUND.handler)

_LARGE = dict.fromkeys(("/seed", "/snapshots"), LARGE_FORMS)


def _show(mock: Mock, actions: Actions, show: PageHandler) -> Handler:
    async def handle(request: HttpRequest) -> Response:
        return await _shown(show, PageRequest(mock, request, actions))

    return handle


async def _shown(show: PageHandler, page: PageRequest) -> Response:
    response = show(page)
    return response if isinstance(response, Response) else await response


def _submit(mock: Mock, actions: Actions, show: PageHandler) -> Handler:
    async def handle(request: HttpRequest) -> Response:
        """Run the form, and redirect. A form that was refused, or has a result to show, gets the page instead."""
        page, undo = PageRequest(mock, request, actions), {}
        try:
            page.form = forms.read(request.content or b"")
            if page.form.undo:
                undo = {"undo": await automatic_snapshots.save(actions, request, page.form.undo)}
            page.result = await actions.run(request, page.form)
        except StytchError as e:
            page.error = e
            if undo:
                await automatic_snapshots.discard(actions, request, undo["undo"])
        # The form may have deleted the project that it was sent for.
        request.found_project = mock.projects.find(request.project.project_id) or mock.projects.default()
        if page.error or page.form is None or page.form.shows_result:
            return await _shown(show, page)
        path = page.form.next_path(page.result)
        if path or undo:
            return RedirectResponse(page.url(path or request.url.path.removeprefix(ROOT), **undo), 303)
        return RedirectResponse(request.url.path + (f"?{request.url.query}" if request.url.query else ""), 303)

    return handle


async def _redirect_to_root(request: HttpRequest) -> Response:
    query = request.url.query
    return RedirectResponse(ROOT + "/" + (f"?{query}" if query else ""), 307)


async def _redirect_to_icon(_request: HttpRequest) -> Response:
    """Redirect browsers to the icon. They ask for it at every page that names none, and the log would show an error."""
    return RedirectResponse(ROOT + "/static/icon.svg", 302)


async def _lead_browsers_to_root(request: HttpRequest) -> Response:
    """Redirect a browser to the console. Other clients get the error of an unknown path.

    Raises:
        route_not_found: if the request doesn't accept HTML.
    """
    if not _accepts_html(request):
        raise errors.route_not_found(because="no route GET /; the console is at /_mock/")
    return RedirectResponse(ROOT + "/", 302)


def _accepts_html(request: HttpRequest) -> bool:
    return "text/html" in request.headers.get("accept", "")
