"""The console's routes. Each page is whole without JavaScript, and answers only to who may drive the server."""

import logging
from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

import msgspec
from sqlalchemy import Select, func, select
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

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
from mockstytch.surfaces.dispatch import base_url
from mockstytch.surfaces.endpoint import Endpoint

ROOT = "/_mock"
ROWS = 100  # shown at first; ``?rows=`` shows more
MOST_ROWS = 1_000
MOST_PROJECTS = 200  # in the chooser: a test run may leave thousands

Handler = Callable[["PageRequest"], Response]


class PageRequest:
    """One request for a page: which project it looks at, and how its links keep to it."""

    def __init__(self, mock: Mock, request: Request) -> None:
        self.mock, self.request, self.query = mock, request, request.query_params
        self.project = origin.project(mock, request)

    def url(self, path: str, **query: Any) -> str:
        """A link inside the console; what is empty is left out."""
        other = self.project.project_id != self.mock.settings.project_id
        pairs = {"project_id": self.project.project_id if other else "", **query}
        kept = urlencode({name: value for name, value in pairs.items() if value})
        return ROOT + path + (f"?{kept}" if kept else "")

    @property
    def rows(self) -> int:
        """How many rows are wanted; nonsense counts as no wish."""
        wanted = self.query.get("rows", "")
        return min(int(wanted), MOST_ROWS) if wanted.isdecimal() and int(wanted) else ROWS

    def page(self, template: str, status: int = 200, **values: Any) -> Response:
        choice = _choice(self.mock, self.project)
        return render.page(template, status, visit=self, project=self.project, projects=choice, **values)


class Console:
    def __init__(self, mock: Mock, endpoints: list[Endpoint], management: list[Endpoint]) -> None:
        self._mock, self._endpoints, self._management = mock, endpoints, management

    def routes(self) -> list[BaseRoute]:
        table: list[tuple[str, str, Handler]] = [
            ("GET", "/", self.inbox),
            ("POST", "/empty", self.empty),
            ("GET", "/messages/{message_id}", self.message),
            ("GET", "/messages/{message_id}/html", self.mail),
            ("GET", "/webhooks", self.webhooks),
            ("GET", "/webhooks/{event_id}", self.webhook),
            ("POST", "/webhooks/{event_id}/replay", self.replay),
            ("GET", "/requests", self.requests),
            ("GET", "/docs", self.docs),
        ]
        pages = [Route(ROOT + path, self._answering(handler), methods=[method]) for method, path, handler in table]
        return [*pages, Route(ROOT + "/static/{name}", render.static)]

    def _answering(self, handler: Handler) -> Callable[[Request], Any]:
        async def answer(request: Request) -> Response:
            try:
                _check(self._mock, request)
                return handler(PageRequest(self._mock, request))
            except StytchError as e:
                return render.refusal(e)
            except Exception:
                logging.getLogger("mockstytch").exception("%s %s", request.method, request.url.path)
                return render.refusal(errors.internal_server_error(because="The server's log says more."))

        return answer

    def inbox(self, visit: PageRequest) -> Response:
        return self._messages(visit)

    def message(self, visit: PageRequest) -> Response:
        return self._messages(visit, visit.request.path_params["message_id"])

    def _messages(self, visit: PageRequest, message_id: str = "") -> Response:
        """The list, and beside it the message that is opened."""
        with self._mock.transaction(visit.project) as ctx:
            opened = _message(ctx, message_id) if message_id else None
            token = ctx.store.find(OneTimeToken, token=opened.token) if opened and opened.token else None
            column = Message.table.c
            newest_first = ctx.store.query(Message).order_by(column.position.desc())
            rows = ctx.store.rows(Message, _filtered(visit, newest_first).limit(visit.rows + 1))
            values: dict[str, Any] = {
                "message": opened,
                "token": token,
                "messages": rows[: visit.rows],
                "more": MOST_ROWS if len(rows) > visit.rows and visit.rows < MOST_ROWS else 0,
                "newest": next(iter(ctx.store.rows(Message, newest_first.limit(1))), None),
                "count": ctx.store.count(ctx.store.query(Message)),
                "kinds": _kinds(ctx),
                "now": ctx.now,
            }
        pointing = reference.pointing(visit.project, _url(visit))
        return visit.page(
            "inbox.html", to=visit.query.get("to", ""), kind=visit.query.get("kind", ""), **values, **pointing
        )

    def mail(self, visit: PageRequest) -> Response:
        with self._mock.transaction(visit.project) as ctx:
            return render.mail(_message(ctx, visit.request.path_params["message_id"]))

    def empty(self, visit: PageRequest) -> Response:
        with self._mock.transaction(visit.project) as ctx:
            ctx.store.delete_all(Message)
        return RedirectResponse(visit.url("/"), 303)

    def requests(self, visit: PageRequest) -> Response:
        log = self._mock.request_log.entries(visit.project.project_id)[::-1]
        only_errors = bool(visit.query.get("errors"))
        lines = [line for line in log if line.status_code >= 400] if only_errors else log
        newest = log[0].request_id if log else ""
        more = MOST_ROWS if len(lines) > visit.rows and visit.rows < MOST_ROWS else 0
        return visit.page("requests.html", lines=lines[: visit.rows], more=more, only_errors=only_errors, newest=newest)

    def webhooks(self, visit: PageRequest) -> Response:
        status, column = visit.query.get("status", ""), Delivery.table.c
        with self._mock.transaction(visit.project) as ctx:
            query = ctx.store.query(Delivery).order_by(column.position.desc()).limit(visit.rows + 1)
            found = ctx.store.rows(Delivery, query.where(column.status == status) if status else query)
            shown = [(d, ctx.store.get(Event, event_id=d.event_id)) for d in found[: visit.rows]]
        more = MOST_ROWS if len(found) > visit.rows and visit.rows < MOST_ROWS else 0
        endpoints = visit.project.settings.webhooks
        return visit.page("webhooks.html", deliveries=shown, endpoints=endpoints, only=status, more=more, now=ctx.now)

    def webhook(self, visit: PageRequest) -> Response:
        """One event: what was sent, and how each endpoint took it."""
        with self._mock.transaction(visit.project) as ctx:
            event = ctx.store.find(Event, event_id=visit.request.path_params["event_id"])
            deliveries = ctx.store.all(Delivery, event_id=event.event_id) if event else []
            if event is None or not deliveries:
                raise errors.delivery_not_found(because="This project has no such delivery, or no longer has it.")
        payload = msgspec.json.format(msgspec.json.encode(webhooks.payload(visit.project.project_id, event)), indent=2)
        values: dict[str, Any] = {
            "message_id": webhooks.message_id(event.event_id),
            "payload": payload.decode(),
            "now": ctx.now,
        }
        return visit.page("webhook.html", event=event, deliveries=deliveries, **values)

    def replay(self, visit: PageRequest) -> Response:
        event_id = visit.request.path_params["event_id"]
        with self._mock.transaction(visit.project) as ctx:
            webhooks.replay(ctx, event_id)
        self._mock.notify(visit.project)
        return RedirectResponse(visit.url(f"/webhooks/{event_id}"), 303)

    def docs(self, visit: PageRequest) -> Response:
        return visit.page(
            "docs.html",
            served=reference.served(self._endpoints),
            management=reference.served(self._management),
            gaps=GAPS,
            control=reference.control(visit.request.app.routes),
            **reference.pointing(visit.project, _url(visit)),
        )


def routes(mock: Mock, endpoints: list[Endpoint], management: list[Endpoint]) -> list[BaseRoute]:
    """
    Args:
        endpoints, management: all that the server serves, for the reference page.
    """
    return Console(mock, endpoints, management).routes()


def _check(mock: Mock, request: Request) -> None:
    """The control API's guard, but for a person who follows a link to a page here from another one, as from the app
    under test: that reads nothing out and changes nothing.

    Raises:
        host_not_allowed, cross_site_request: as ``guard.check``.
    """
    try:
        origin.require_trusted_origin(mock, request)
    except StytchError as e:
        visits = (
            request.headers.get("sec-fetch-mode") == "navigate" and request.headers.get("sec-fetch-dest") == "document"
        )
        if not (e.kind is errors.cross_site_request and request.method in ("GET", "HEAD") and visits):
            raise


def _message(ctx: Context, message_id: str) -> Message:
    found = ctx.store.find(Message, message_id=message_id)
    if found is None:
        raise errors.message_not_found(because="This project's inbox does not hold it, or no longer does.")
    return found


def _filtered(visit: PageRequest, query: Select[Any]) -> Select[Any]:
    column = Message.table.c
    if to := visit.query.get("to", "").strip().lower():
        query = query.where(column.to.contains(to, autoescape=True))
    if kind := visit.query.get("kind", ""):
        query = query.where(column.kind == kind)
    return query


def _kinds(ctx: Context) -> list[str]:
    """The kinds of message in the inbox, by way of the newest one of each."""
    column = Message.table.c
    newest = select(func.max(column.position)).where(column.project_id == ctx.project.project_id).group_by(column.kind)
    return sorted(m.kind for m in ctx.store.rows(Message, ctx.store.query(Message).where(column.position.in_(newest))))


def _choice(mock: Mock, current: Project) -> list[Project]:
    """The projects to choose from: the default one first, then the newest, and the current one in any case."""
    default = mock.settings.project_id
    known = sorted(mock.projects.all(), key=lambda p: (p.project_id != default, -p.position))[:MOST_PROJECTS]
    return known if any(p.project_id == current.project_id for p in known) else [*known, current]


def _url(visit: PageRequest) -> str:
    """How an app reaches this server, as far as this visitor can tell."""
    scope = visit.request.scope
    return visit.mock.settings.public_url or base_url(scope, dict(scope["headers"])) or visit.mock.url
