"""The console's pages. Each page works without JavaScript, and only callers who may drive the server see it."""

from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

import msgspec
from sqlalchemy import Select, func, select
from starlette.responses import RedirectResponse, Response

from mockstytch import errors
from mockstytch.console import reference, render
from mockstytch.domain import webhooks
from mockstytch.errors import StytchError
from mockstytch.gaps import GAPS
from mockstytch.runtime import Context, Mock
from mockstytch.store.records.messages import Message, OneTimeToken
from mockstytch.store.records.projects import Project
from mockstytch.store.records.webhooks import Delivery, Event
from mockstytch.surfaces import origin
from mockstytch.surfaces.endpoint import Endpoint
from mockstytch.surfaces.request import HttpRequest
from mockstytch.surfaces.surface import AnyResponse, Handler, Route, Surface

ROOT = "/_mock"
ROWS = 100  # shown at first; ``?rows=`` shows more
MAX_ROWS = 1_000
MAX_PROJECTS = 200  # in the chooser: a test run may leave thousands

PageHandler = Callable[["PageRequest"], Response]


def _project(mock: Mock, request: HttpRequest) -> Project:
    """Apply the control API's rules, except for a person who follows a link from another page, as from the app.

    Such a page reads nothing out and changes nothing.

    Raises:
        host_not_allowed: if the Host header isn't a trusted name.
        cross_site_request: if another web page sent the request, and not by a link.
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
STATIC = Surface(name="console", render_error=_render_error)  # open to everyone: the error page needs its style


class PageRequest:
    """One request for a page. Its links keep to the project that it shows."""

    def __init__(self, mock: Mock, request: HttpRequest) -> None:
        self.mock, self.request, self.query = mock, request, request.query_params
        self.project = request.project

    def url(self, path: str, **query: Any) -> str:
        """Return the URL of another page. Empty parameters are left out."""
        other = self.project.project_id != self.mock.settings.project_id
        pairs = {"project_id": self.project.project_id if other else "", **query}
        kept = urlencode({name: value for name, value in pairs.items() if value})
        return ROOT + path + (f"?{kept}" if kept else "")

    @property
    def rows(self) -> int:
        """The number of rows to show; the default if the parameter isn't a number."""
        wanted = self.query.get("rows", "")
        return min(int(wanted), MAX_ROWS) if wanted.isdecimal() and int(wanted) else ROWS

    def render(self, template: str, status: int = 200, **values: Any) -> Response:
        choice = _choice(self.mock, self.project)
        return render.page(template, status, page=self, project=self.project, projects=choice, **values)


class Console:
    """The pages.

    Args:
        endpoints, management, control: everything that the server serves, for the reference page.
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
            opened = _message(ctx, message_id) if message_id else None
            token = ctx.store.find(OneTimeToken, token=opened.token) if opened and opened.token else None
            column = Message.table.c
            newest_first = ctx.store.query(Message).order_by(column.position.desc())
            rows = ctx.store.rows(Message, _filtered(page, newest_first).limit(page.rows + 1))
            values: dict[str, Any] = {
                "message": opened,
                "token": token,
                "messages": rows[: page.rows],
                "more": MAX_ROWS if len(rows) > page.rows and page.rows < MAX_ROWS else 0,
                "newest": next(iter(ctx.store.rows(Message, newest_first.limit(1))), None),
                "count": ctx.store.count(ctx.store.query(Message)),
                "kinds": _kinds(ctx),
                "now": ctx.now,
            }
        pointing = reference.setup(page.project, _url(page))
        return page.render(
            "inbox.html", to=page.query.get("to", ""), kind=page.query.get("kind", ""), **values, **pointing
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
        only_errors = bool(page.query.get("errors"))
        lines = [line for line in log if line.status_code >= 400] if only_errors else log
        newest = log[0].request_id if log else ""
        more = MAX_ROWS if len(lines) > page.rows and page.rows < MAX_ROWS else 0
        return page.render("requests.html", lines=lines[: page.rows], more=more, only_errors=only_errors, newest=newest)

    def webhooks(self, page: PageRequest) -> Response:
        status, column = page.query.get("status", ""), Delivery.table.c
        with self._mock.transaction(page.project) as ctx:
            query = ctx.store.query(Delivery).order_by(column.position.desc()).limit(page.rows + 1)
            found = ctx.store.rows(Delivery, query.where(column.status == status) if status else query)
            shown = [(d, ctx.store.get(Event, event_id=d.event_id)) for d in found[: page.rows]]
        more = MAX_ROWS if len(found) > page.rows and page.rows < MAX_ROWS else 0
        endpoints = page.project.settings.webhooks
        return page.render("webhooks.html", deliveries=shown, endpoints=endpoints, only=status, more=more, now=ctx.now)

    def webhook(self, page: PageRequest) -> Response:
        """Show one event: what was sent, and each endpoint's responses."""
        with self._mock.transaction(page.project) as ctx:
            event = ctx.store.find(Event, event_id=page.request.path_params["event_id"])
            deliveries = ctx.store.all(Delivery, event_id=event.event_id) if event else []
            if event is None or not deliveries:
                raise errors.delivery_not_found(because="This project has no such delivery, or no longer has it.")
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
            served=reference.served(self._endpoints),
            management=reference.served(self._management),
            gaps=GAPS,
            control=reference.control(self._control),
            **reference.setup(page.project, _url(page)),
        )


def routes(mock: Mock, endpoints: list[Endpoint], management: list[Endpoint], control: list[Route]) -> list[Route]:
    """
    Args:
        endpoints, management, control: everything that the server serves, for the reference page.
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
    ]
    return [
        *(Route(method, ROOT + path, CONSOLE, _handler(mock, show)) for method, path, show in table),
        Route("GET", ROOT, STATIC, _redirect_to_root),
        Route("GET", ROOT + "/static/{name}", STATIC, render.static),
    ]


def _handler(mock: Mock, show: PageHandler) -> Handler:
    async def handle(request: HttpRequest) -> Response:
        return show(PageRequest(mock, request))

    return handle


async def _redirect_to_root(request: HttpRequest) -> Response:
    query = request.url.query
    return RedirectResponse(ROOT + "/" + (f"?{query}" if query else ""), 307)


def _message(ctx: Context, message_id: str) -> Message:
    found = ctx.store.find(Message, message_id=message_id)
    if found is None:
        raise errors.message_not_found(because="This project's inbox doesn't have this message, or no longer has it.")
    return found


def _filtered(page: PageRequest, query: Select[Any]) -> Select[Any]:
    column = Message.table.c
    if to := page.query.get("to", "").strip().lower():
        query = query.where(column.to.contains(to, autoescape=True))
    if kind := page.query.get("kind", ""):
        query = query.where(column.kind == kind)
    return query


def _kinds(ctx: Context) -> list[str]:
    """Return the kinds of message in the inbox."""
    column = Message.table.c
    newest = select(func.max(column.position)).where(column.project_id == ctx.project.project_id).group_by(column.kind)
    return sorted(m.kind for m in ctx.store.rows(Message, ctx.store.query(Message).where(column.position.in_(newest))))


def _choice(mock: Mock, current: Project) -> list[Project]:
    """Return the projects to choose from: the default one, then the newest; always with the current one."""
    default = mock.settings.project_id
    known = sorted(mock.projects.all(), key=lambda p: (p.project_id != default, -p.position))[:MAX_PROJECTS]
    return known if any(p.project_id == current.project_id for p in known) else [*known, current]


def _url(page: PageRequest) -> str:
    """Return the URL under which an app reaches this server, as far as this request tells."""
    return page.mock.settings.public_url or page.request.server_url or page.mock.url
