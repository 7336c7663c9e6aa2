"""What every page needs: who may open it, its links, its forms, and its rendering."""

from collections.abc import Awaitable, Callable, Mapping
from contextlib import AbstractContextManager
from typing import Any
from urllib.parse import urlencode

from msgspec.structs import replace
from starlette.responses import Response

from mockstytch import errors
from mockstytch.console import render
from mockstytch.console.actions import Actions
from mockstytch.console.forms import Form, field_errors
from mockstytch.errors import StytchError
from mockstytch.runtime import Context, Mock
from mockstytch.store.records.projects import Project
from mockstytch.store.records.snapshots import Snapshot
from mockstytch.surfaces import origin
from mockstytch.surfaces.request import HttpRequest
from mockstytch.surfaces.surface import AnyResponse, Surface

ROOT = "/_mock"
ROWS = 100  # on a page by default; ``?rows=`` changes it
MAX_ROWS = 1_000

PageHandler = Callable[["PageRequest"], Response | Awaitable[Response]]


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


def _render_error(request: HttpRequest, error: StytchError) -> AnyResponse:
    return render.error_page(error, request.query_params.get("project_id", ""))


CONSOLE = Surface(name="console", authenticate=_project, render_error=_render_error)
LARGE_FORMS = replace(CONSOLE, max_body=64_000_000)  # forms that can have the data of a whole project
STATIC = Surface(name="console", render_error=_render_error)  # no checks: the error page needs the style sheet


class PageRequest:
    """One request for a page. Links on the page stay in the same project.

    Attributes:
        form: the form that was sent; None if the page was only opened.
        error: why the form was refused; None if it wasn't.
        result: what the form's call returned, if the page shows it.
    """

    def __init__(self, mock: Mock, request: HttpRequest, actions: Actions) -> None:
        self.mock, self.request, self.query = mock, request, request.query_params
        self._actions = actions
        self.form: Form | None = None
        self.error: StytchError | None = None
        self.result: Any = None

    @property
    def project(self) -> Project:
        return self.request.project

    def url(self, path: str, **query: Any) -> str:
        """Return the URL of another page. Empty parameters are left out."""
        is_default = self.project.project_id == self.mock.settings.project_id
        parameters = {"project_id": "" if is_default else self.project.project_id, **query}
        query_string = urlencode({name: value for name, value in parameters.items() if value})
        path, sign, anchor = path.partition("#")
        return ROOT + path + (f"?{query_string}" if query_string else "") + sign + anchor

    def parameter(self, name: str) -> str:
        """Return a parameter of the path."""
        return str(self.request.path_params[name])

    def search(self, name: str) -> str:
        """Return what was typed into a search field: a query parameter, or ""."""
        return self.query.get(name, "").strip()

    def transaction(self) -> AbstractContextManager[Context]:
        """Return a transaction, to read what the page shows."""
        return self.mock.transaction(self.project, self.request.server_url)

    async def call(self, name: str, /, **fields: Any) -> Any:
        """Call the control API, to read what the page shows.

        Args:
            name: method and path: ``GET /snapshots``.
            fields: the parameters of the path.
        """
        return await self._actions.call(self.request, name, fields)

    @property
    def undo(self) -> str:
        """The name of the snapshot that undoes what the previous form did; "" if there is none."""
        name = self.query.get("undo", "")
        if not name:
            return ""
        with self.transaction() as ctx:
            return name if ctx.store.find(Snapshot, name=name) else ""

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

    def refused(self, *form_ids: str) -> bool:
        """Return whether one of these forms was sent and refused."""
        return self.error is not None and self.form is not None and self.form.id in form_ids

    def typed(self, form_id: str, name: str, value: Any) -> Any:
        """Return the value of a form's field: what the user typed, if that form was refused."""
        return self.form.typed.get(name, "") if self.form and self.refused(form_id) else value

    def problem(self, form_id: str, name: str) -> str:
        """Return why a form's field was refused; "" if it wasn't, or if the error doesn't tell the field.

        Args:
            name: the field's name without its type.
        """
        if self.form is None or self.error is None or self.form.id != form_id:
            return ""
        if name != field_errors.refused_field(self.form, self.error):
            return ""
        return self.error.because or self.error.message

    @property
    def server_url(self) -> str:
        """The URL at which an app reaches this server: the configured one, else the one of this request."""
        return self.mock.settings.public_url or self.request.server_url or self.mock.url

    def render(self, template: str, **values: Any) -> Response:
        status = 200
        if self.error:
            status = self.error.kind.status_code
            self.request.refuse(self.error.kind.error_type, self.error.because)
        shared: Mapping[str, Any] = {"page": self, "project": self.project}
        return render.page(template, status, **shared, **values)
