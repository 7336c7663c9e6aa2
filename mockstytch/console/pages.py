"""The handlers of the console's pages. The control API's rules say which callers may open them."""

from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

import msgspec
from starlette.responses import RedirectResponse, Response

from mockstytch import errors
from mockstytch.console import reference, render
from mockstytch.domain import webhooks
from mockstytch.errors import StytchError
from mockstytch.gaps import GAPS
from mockstytch.runtime import Context, Mock
from mockstytch.store import queries
from mockstytch.store.queries import RowQuery
from mockstytch.store.records.messages import Message, OneTimeToken
from mockstytch.store.records.projects import Project
from mockstytch.store.records.webhooks import Delivery, Event
from mockstytch.surfaces import origin
from mockstytch.surfaces.endpoint import Endpoint
from mockstytch.surfaces.fallback import UNKNOWN
from mockstytch.surfaces.request import HttpRequest
from mockstytch.surfaces.surface import AnyResponse, Handler, Route, Surface

ROOT = "/_mock"
ROWS = 100  # on a page by default; ``?rows=`` changes it
MAX_ROWS = 1_000
MAX_PROJECTS = 200  # in the menu: a test run can create thousands

PageHandler = Callable[["PageRequest"], Response]


def _project(mock: Mock, request: HttpRequest) -> Project:
    """Apply the control API's rules, but allow a user to follow a link from another web page, such as the app.

    Following a link is safe: it changes nothing, and the other page can't read the response.

    Raises:
        host_not_allowed: if the Host header isn't a trusted name.
        cross_site_request: if another web page sent the request, unless the user followed a link there.
    """
    try:
        origin.require_trusted_origin(mock, request)
    except StytchError as e:
        headers = request.headers
        is_link = headers.get("sec-fetch-mode") == "navigate" and headers.get("sec-fetch-dest") == "document"
        if not (e.kind is errors.cross_site_request and request.method in ("GET", "HEAD") and is_link):
            raise
    return origin.project(mock, request)


def _render_error(_request: HttpRequest, error: StytchError) -> AnyResponse:
    return render.error_page(error)


CONSOLE = Surface(name="console", authenticate=_project, render_error=_render_error)
STATIC = Surface(name="console", render_error=_render_error)  # no checks: the error page needs the style sheet


class PageRequest:
    """One request for a page. Links on the page stay in the same project."""

    def __init__(self, mock: Mock, request: HttpRequest) -> None:
        self.mock, self.request, self.query = mock, request, request.query_params
        self.project = request.project

    def url(self, path: str, **query: Any) -> str:
        """Return the URL of another page. Empty parameters are left out."""
        is_default = self.project.project_id == self.mock.settings.project_id
        parameters = {"project_id": "" if is_default else self.project.project_id, **query}
        query_string = urlencode({name: value for name, value in parameters.items() if value})
        return ROOT + path + (f"?{query_string}" if query_string else "")

    @property
    def rows(self) -> int:
        """The number of rows to show; the default if the parameter isn't a positive number."""
        rows = self.query.get("rows", "")
        return min(int(rows), MAX_ROWS) if rows.isdecimal() and len(rows) < 10 and int(rows) else ROWS

    def more(self, count: int) -> int:
        """Return ``rows`` for the link to older rows, or 0 if the page needs no link.

        Args:
            count: the number of rows that were found, up to one more than ``rows``.
        """
        return MAX_ROWS if count > self.rows and self.rows < MAX_ROWS else 0

    def render(self, template: str, status: int = 200, **values: Any) -> Response:
        projects = _listed_projects(self.mock, self.project)
        return render.page(template, status, page=self, project=self.project, projects=projects, **values)


class Console:
    """The pages.

    Args:
        endpoints, management, control: what the docs page lists: operations of the API, operations of the management
            API, and routes. It ignores routes outside the control API.
    """

    def __init__(self, mock: Mock, endpoints: list[Endpoint], management: list[Endpoint], control: list[Route]) -> None:
        self._mock, self._endpoints, self._management, self._control = mock, endpoints, management, control

    def inbox(self, page: PageRequest) -> Response:
        return self._messages(page)

    def message(self, page: PageRequest) -> Response:
        return self._messages(page, page.request.path_params["message_id"])

    def _messages(self, page: PageRequest, message_id: str = "") -> Response:
        """Show the list, and beside it the selected message."""
        with self._mock.transaction(page.project) as ctx:
            message = _message(ctx, message_id) if message_id else None
            token = ctx.store.find(OneTimeToken, token=message.token) if message and message.token else None
            column = Message.table.c
            newest_first = ctx.store.query(Message).order_by(column.position.desc())
            rows = ctx.store.rows(Message, _filtered(page, newest_first).limit(page.rows + 1))
            values: dict[str, Any] = {
                "message": message,
                "token": token,
                "messages": rows[: page.rows],
                "more": page.more(len(rows)),
                "newest": next(iter(ctx.store.rows(Message, newest_first.limit(1))), None),
                "count": ctx.store.count(ctx.store.query(Message)),
                "kinds": sorted(m.kind for m in ctx.store.newest_of_each(Message, "kind")),
                "now": ctx.now,
            }
        setup = reference.setup(page.project, _url(page))
        return page.render(
            "inbox.html", to=page.query.get("to", ""), kind=page.query.get("kind", ""), **values, **setup
        )

    def mail(self, page: PageRequest) -> Response:
        with self._mock.transaction(page.project) as ctx:
            return render.mail(_message(ctx, page.request.path_params["message_id"]))

    def empty(self, page: PageRequest) -> Response:
        with self._mock.transaction(page.project) as ctx:
            ctx.store.delete_all(Message)
        return RedirectResponse(page.url("/"), 303)

    def requests(self, page: PageRequest) -> Response:
        log = self._mock.request_log.entries(page.project.project_id)[::-1]
        describe = self._mock.request_log.describe
        only_errors = bool(page.query.get("errors"))
        entries = [entry for entry in log if not 0 < entry.status_code < 400] if only_errors else log
        return page.render(
            "requests.html",
            entries=[describe(page.project.project_id, entry, bodies=False) for entry in entries[: page.rows]],
            more=page.more(len(entries)),
            only_errors=only_errors,
            newest=log[0].request_id if log else "",
            **reference.setup(page.project, _url(page)),
        )

    def webhooks(self, page: PageRequest) -> Response:
        status, column = page.query.get("status", ""), Delivery.table.c
        with self._mock.transaction(page.project) as ctx:
            query = ctx.store.query(Delivery).order_by(column.position.desc()).limit(page.rows + 1)
            rows = ctx.store.rows(Delivery, query.where(column.status == status) if status else query)
            deliveries = [(d, ctx.store.get(Event, event_id=d.event_id)) for d in rows[: page.rows]]
        return page.render(
            "webhooks.html",
            deliveries=deliveries,
            endpoints=page.project.settings.webhooks,
            status_filter=status,
            more=page.more(len(rows)),
            now=ctx.now,
            **reference.setup(page.project, _url(page)),
        )

    def webhook(self, page: PageRequest) -> Response:
        """Show one event: its payload, and each endpoint's responses."""
        with self._mock.transaction(page.project) as ctx:
            event = ctx.store.find(Event, event_id=page.request.path_params["event_id"])
            deliveries = ctx.store.all(Delivery, event_id=event.event_id) if event else []
            if event is None or not deliveries:
                raise errors.delivery_not_found(because="Unknown delivery, or it has been deleted.")
        payload = msgspec.json.format(msgspec.json.encode(webhooks.payload(page.project.project_id, event)), indent=2)
        values: dict[str, Any] = {
            "message_id": webhooks.message_id(event.event_id),
            "payload": payload.decode(),
            "now": ctx.now,
        }
        return page.render("webhook.html", event=event, deliveries=deliveries, **values)

    def replay(self, page: PageRequest) -> Response:
        event_id = page.request.path_params["event_id"]
        with self._mock.transaction(page.project) as ctx:
            webhooks.replay(ctx, event_id)
        self._mock.notify(page.project)
        return RedirectResponse(page.url(f"/webhooks/{event_id}"), 303)

    def docs(self, page: PageRequest) -> Response:
        return page.render(
            "docs.html",
            api=reference.operations(self._endpoints),
            management=reference.operations(self._management),
            gaps=GAPS,
            control=reference.control(self._control),
            **reference.setup(page.project, _url(page)),
        )

    def own_errors(self, page: PageRequest) -> Response:
        """Show the errors with a status that only this server has. Their ``error_url`` is this page."""
        status = page.request.path_params["status"]
        kinds = [kind for kind in errors.own() if str(kind.status_code) == status]
        if not kinds:
            raise errors.route_not_found(because=f"no error of this server's own has the status {status[:10]}")
        return page.render("errors.html", kinds=kinds, status_code=status)


def routes(mock: Mock, endpoints: list[Endpoint], management: list[Endpoint], control: list[Route]) -> list[Route]:
    """Return the console's routes.

    Args:
        endpoints, management, control: see ``Console``.
    """
    console = Console(mock, endpoints, management, control)
    table: list[tuple[str, str, PageHandler]] = [
        ("GET", "/", console.inbox),
        ("POST", "/empty", console.empty),
        ("GET", "/messages/{message_id}", console.message),
        ("GET", "/messages/{message_id}/html", console.mail),
        ("GET", "/webhooks", console.webhooks),
        ("GET", "/webhooks/{event_id}", console.webhook),
        ("POST", "/webhooks/{event_id}/replay", console.replay),
        ("GET", "/requests", console.requests),
        ("GET", "/docs", console.docs),
        ("GET", "/docs/errors/{status}", console.own_errors),
    ]
    return [
        *(Route(method, ROOT + path, CONSOLE, _handler(mock, show)) for method, path, show in table),
        Route("GET", "/", UNKNOWN, _lead_browsers_to_root),
        Route("GET", ROOT, STATIC, _redirect_to_root),
        Route("GET", ROOT + "/static/{name}", STATIC, render.static),
        Route("GET", "/favicon.ico", STATIC, _redirect_to_icon),
    ]


def _handler(mock: Mock, show: PageHandler) -> Handler:
    async def handle(request: HttpRequest) -> Response:
        return show(PageRequest(mock, request))

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
    if "text/html" not in request.headers.get("accept", ""):
        raise errors.route_not_found(because="no route GET /; the console is at /_mock/")
    return RedirectResponse(ROOT + "/", 302)


def _message(ctx: Context, message_id: str) -> Message:
    message = ctx.store.find(Message, message_id=message_id)
    if message is None:
        raise errors.message_not_found(because="Unknown message, or it has been deleted.")
    return message


def _filtered(page: PageRequest, query: RowQuery) -> RowQuery:
    column = Message.table.c
    if to := page.query.get("to", "").strip().lower():
        query = query.where(queries.contains(column.to, to))
    if kind := page.query.get("kind", ""):
        query = query.where(column.kind == kind)
    return query


def _listed_projects(mock: Mock, current: Project) -> list[Project]:
    """Return the projects for the menu: the default project, then the newest; always with the current one."""
    default = mock.settings.project_id
    newest = sorted(mock.projects.all(), key=lambda p: (p.project_id != default, -p.position))[:MAX_PROJECTS]
    return newest if any(p.project_id == current.project_id for p in newest) else [*newest, current]


def _url(page: PageRequest) -> str:
    """Return the URL at which an app reaches this server: the configured one, else the one of this request."""
    return page.mock.settings.public_url or page.request.server_url or page.mock.url
