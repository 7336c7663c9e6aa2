"""The door of the SCIM protocol: everything under a connection's ``base_url``. What is behind it is loaded by the first
request that comes through."""

from time import perf_counter

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from mockstytch import errors
from mockstytch.runtime import Mock
from mockstytch.store.records.scim import ScimConnection
from mockstytch.surfaces.dispatch import base_url, read, rendered

# The name sorts behind ``organization_id``, whose routes of the management API come first; see ``app._grouped``.
_BASE = "/v1/b2b/scim/{scim_connection_id}"
_METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE"]
MEDIA_TYPE = "application/scim+json"


class ScimDoor:
    def __init__(self, mock: Mock) -> None:
        self._mock = mock

    def routes(self) -> list[Route]:
        return [Route(path, self.answer, methods=_METHODS) for path in (_BASE, f"{_BASE}/{{resource:path}}")]

    async def answer(self, request: Request) -> Response:
        mock, connection_id = self._mock, request.path_params["scim_connection_id"]
        body = await read(request.receive)
        request_id = mock.ids.new("request")
        if not connection_id.startswith("scim-connection-"):  # a wrong path of the management API
            status, content = rendered(errors.route_not_found(), request_id)
            return Response(content, status, media_type="application/json")
        from mockstytch.scim_server import service

        started = perf_counter()
        project = mock.projects.find_by(ScimConnection, connection_id=connection_id)
        call = service.Call(
            method=request.method,
            connection_id=connection_id,
            parts=[part for part in request.path_params.get("resource", "").split("/") if part],
            query=dict(request.query_params),
            authorization=request.headers.get("authorization", ""),
            body=body,
            base_url=base_url(request.scope, dict(request.scope["headers"])),
        )
        answer = service.answer(mock, project, call)
        mock.log(
            project,
            request_id=request_id,
            method=request.method,
            path=request.url.path,
            status_code=answer.status,
            error_type=answer.scim_type,
            because=answer.because,
            milliseconds=(perf_counter() - started) * 1000,
        )
        return Response(answer.content, answer.status, answer.headers, MEDIA_TYPE)
