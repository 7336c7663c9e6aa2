"""Running what a form asks for: operations of the API and the management API, and calls of the control API."""

from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import quote, urlencode

import msgspec

from mockstytch import errors
from mockstytch.console.forms import Form, setting_items
from mockstytch.console.management_calls import ManagementCalls
from mockstytch.outbound import OutboundResponses
from mockstytch.runtime import Mock
from mockstytch.surfaces.endpoint import Body, Endpoint
from mockstytch.surfaces.request import HttpRequest
from mockstytch.surfaces.surface import Route
from mockstytch.surfaces.validation import parse

CONTROL_API = "/_mock/api"


class Actions:
    """The operations and calls that forms can name.

    Args:
        endpoints: the operations of the API.
        management: the operations of the management API.
        control: the routes of the control API.
    """

    def __init__(
        self, mock: Mock, endpoints: Iterable[Endpoint], management: ManagementCalls, control: Iterable[Route]
    ) -> None:
        self._mock, self._management = mock, management
        self._operations = {endpoint.name: endpoint for endpoint in endpoints}
        self._control = {
            f"{route.method} {route.path.removeprefix(CONTROL_API)}": route
            for route in control
            if route.path.startswith(CONTROL_API + "/")
        }

    async def run(self, request: HttpRequest, form: Form) -> Any:
        """Run the call of a form, and return its result.

        Raises:
            StytchError: if the operation or the call refuses it.
            bad_request: if the form names something that doesn't exist.
        """
        fields = setting_items.changed(request.project.settings, form) if form.into else form.fields()
        if form.call in self._management:
            return self._management.run(request.project, form.call, fields)
        if form.call in self._operations:
            return await self._operate(request, self._operations[form.call], fields)
        return await self.call(request, form.call, fields)

    async def _operate(self, request: HttpRequest, endpoint: Endpoint, fields: Mapping[str, Any]) -> Body:
        """Run an operation as the dashboard would: its webhooks name the dashboard as their source."""

        def attempt(responses: OutboundResponses) -> Body:
            with self._mock.transaction(request.project, request.server_url, responses) as ctx:
                ctx.source = "dashboard"
                return endpoint.operation(ctx, parse(endpoint.request, dict(fields)))

        return await self._mock.run_with_fetches(attempt, base_url=request.server_url)

    async def call(self, request: HttpRequest, name: str, fields: Mapping[str, Any]) -> Any:
        """Call the control API, and return what it returns.

        Fields named in the path go there, ``?all`` goes into the query, and the others make the body. ``*`` is the
        whole body.

        Args:
            name: method and path: ``GET /snapshots``.

        Raises:
            StytchError: if the call refuses it.
            bad_request: if there is no such call.
        """
        route = self._control.get(name)
        if route is None:
            raise errors.bad_request(because=f"there is no call {name[:50]}")
        names = {part.strip("{}") for part in route.path.split("/") if part.startswith("{")}
        path_params = {name: str(fields.get(name, "")) for name in names}
        query = {name[1:]: _query_text(value) for name, value in fields.items() if name.startswith("?")}
        own = {name: value for name, value in fields.items() if name not in names and not name.startswith("?")}
        own = own.get("*", own)
        path = route.path
        for name, value in path_params.items():
            path = path.replace(f"{{{name}}}", quote(value, safe=""))
        query_string = urlencode({**query, "project_id": request.project.project_id}).encode()
        headers = [(name, value) for name, value in request.scope["headers"] if name not in _OWN_HEADERS]
        scope = {**request.scope, "method": route.method, "path": path, "path_params": path_params}
        scope |= {"query_string": query_string, "headers": headers}
        content = msgspec.json.encode(own) if own else b""
        call = HttpRequest(scope, request.receive, content)
        call.request_id, call.found_project = request.request_id, request.project
        return await route.handler(call)


def _query_text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


_OWN_HEADERS = (b"content-type", b"content-length")  # of the form
