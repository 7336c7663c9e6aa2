"""The path of a request, the same for every surface:

    read → authenticate → read fields → validate → authorize → operation → commit → render → log

Operations are synchronous on purpose: no other request runs until the transaction commits.
"""

import logging
from collections.abc import Awaitable
from functools import cached_property

from starlette.types import Receive, Scope, Send

from mockstytch import errors
from mockstytch.domain.rbac import permissions
from mockstytch.errors import StytchError
from mockstytch.outbound import FetchRequired, MoreToDo, OutboundResponses
from mockstytch.protocols import host_names
from mockstytch.runtime import Mock
from mockstytch.runtime.projects import ProjectChanged
from mockstytch.store.connection import DatabaseUnavailable, WriteRefused
from mockstytch.store.records.projects import WORKSPACE, Project
from mockstytch.surfaces import project_domain
from mockstytch.surfaces.endpoint import Body, Endpoint
from mockstytch.surfaces.faults import operation_names
from mockstytch.surfaces.logging import entries
from mockstytch.surfaces.request import ClientLeft, HttpRequest, basic_credentials, read_body
from mockstytch.surfaces.surface import AnyResponse, Route, Surface, json_object
from mockstytch.surfaces.validation import parse, refuse_unknown

log = logging.getLogger("mockstytch")

_MOST_BEGINNINGS = 5  # each time, another process changed the project in the few milliseconds before


class Dispatch:
    """A route as an ASGI application."""

    def __init__(self, mock: Mock, route: Route) -> None:
        self._mock, self.route = mock, route

    @cached_property
    def operation(self) -> str:
        """The name of the route's operation in the official SDK, or ""."""
        return operation_names.name_of_route(self.route)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = HttpRequest(scope, receive)
        try:
            request.content = await read_body(request, self.route.surface.max_body)
        except ClientLeft:
            return  # an incomplete request isn't executed
        response = await self.respond(request)
        await response(scope, receive, send)

    async def respond(self, request: HttpRequest) -> AnyResponse:
        """Return a response for every request, and add the request to the log."""
        try:
            self._begin(request)
            if self.route.surface.waits:
                await self._mock.until_free()
            response = await (self._begin_again(request) if self._mock.is_shared else self._carry_out(request))
        except Exception as e:
            return self._refuse(request, e)
        return self._finish(request, response)

    def respond_now(self, scope: Scope, content: bytes) -> "AnyResponse | None":
        """Do the same at once, or return None if the request may have to wait: then it has to be carried out.

        Only operations can be run at once. They wait for nothing, unless one needs another server's response, a fault
        delays it, other processes use the database, or it does its work in parts (``outbound.MoreToDo``). Deletions may
        emit events in each part, so they don't begin here.
        """
        mock, handler, surface = self._mock, self.route.handler, self.route.surface
        may_wait = mock.is_shared or mock.works_aside or scope["method"] == "DELETE"
        if may_wait or not isinstance(handler, EndpointHandler):
            return None
        request = HttpRequest(scope, content=content)
        try:
            self._begin(request)
            if self._may_fail_on_purpose(request):
                return None
            response = surface.render_success(request, handler.run(request, {}))
        except (FetchRequired, MoreToDo):
            return None
        except Exception as e:
            return self._refuse(request, e)
        return self._finish(request, response)

    def _begin(self, request: HttpRequest) -> None:
        """Give a request its id, and check what doesn't depend on its caller."""
        request.request_id = self._mock.ids.new(self.route.surface.request_id)
        if not host_names.is_known(request.host_name, self._mock.settings):
            raise errors.host_not_allowed(because=host_names.refusal(request.host_name))
        if request.content is None:
            raise _too_large(self.route.surface)

    def _refuse(self, request: HttpRequest, exception: Exception) -> AnyResponse:
        """Return the response for an exception."""
        if isinstance(exception, StytchError):
            error = exception
        elif isinstance(exception, DatabaseUnavailable):
            log.warning("%s %s: %s", request.method, _shown_path(request), exception)
            error = errors.server_unavailable(because=str(exception))
        else:
            log.error("%s %s", request.method, _shown_path(request), exc_info=exception)
            error = errors.internal_server_error(because="unexpected exception; see the server's log")
        return self._finish(request, self.route.surface.render_error(request, error), error)

    def _may_fail_on_purpose(self, request: HttpRequest) -> bool:
        """Authenticate the caller, and return whether faults or rate limits may apply."""
        mock = self._mock
        project = request.found_project = self.route.surface.authenticate(mock, request)
        return (mock.faults.active and mock.faults.may_apply(self._project_of_log(request))) or (
            project is not None and project.settings.rate_limits is not None
        )

    async def _carry_out(self, request: HttpRequest) -> AnyResponse:
        """Authenticate the caller, and run the handler, unless a fault replaces it."""
        if self._may_fail_on_purpose(request):
            from mockstytch.surfaces.faults import requests as faults  # imported late: few projects have faults

            return await faults.respond(self._mock, self.route, self._project_of_log(request), request)
        return self.route.surface.render_success(request, await self.route.handler(request))

    async def _begin_again(self, request: HttpRequest) -> AnyResponse:
        """Carry out a request on a shared database, where another process may have changed the project's row.

        Operations compare the row's version in their transaction, and begin again if it is another one. Before any
        other handler, the version is read in a separate transaction.
        """
        for _ in range(_MOST_BEGINNINGS):
            found = request.found_project = self.route.surface.authenticate(self._mock, request)
            project = self._project_of_log(request)  # its faults apply
            is_compared = found is project and isinstance(self.route.handler, EndpointHandler)
            if project.has_faults or project.settings.rate_limits is not None or not is_compared:
                self._mock.projects.refresh(project.project_id)
            try:
                return await self._carry_out(request)
            except ProjectChanged:
                continue
        raise errors.internal_server_error(because="other processes change the project all the time")

    def _finish(self, request: HttpRequest, response: AnyResponse, error: StytchError | None = None) -> AnyResponse:
        """Add a request to the log, and return its response."""
        try:
            project = self._project_of_log(request)
            now = request.now or project.clock.now()
            entry = entries.entry(self.route, self.operation, now, request, response, error)
            self._mock.request_log.add(project.project_id, entry)
        except DatabaseUnavailable:
            log.warning("%s %s isn't in the request log", request.method, _shown_path(request))
        return response

    def _project_of_log(self, request: HttpRequest) -> Project:
        """Return the project whose log gets the request: authenticated, or named in the credentials, or the default."""
        project = request.found_project
        if project is None and b"authorization" in request.header_bytes:
            try:
                project = self._mock.projects.find(basic_credentials(request.header_bytes)[0])
            except StytchError:
                project = None
        return self._mock.projects.default() if project is None or project is WORKSPACE else project


def _shown_path(request: HttpRequest) -> str:
    """Return the path without secrets, for the server's log."""
    from mockstytch.redaction import redact_text  # imported late: its patterns take 1 ms

    return redact_text(request.full_path)


def _too_large(surface: Surface) -> StytchError:
    error = errors.request_too_large()
    error.message = error.message.replace("1 MB", f"{surface.max_body // 1_000_000} MB")
    return error


class EndpointHandler:
    """The handler of an operation, which runs in one transaction of the caller's project.

    Args:
        alias: whether the path is an alias of the endpoint's path. If so, the request log says which path to use.

    Attributes:
        endpoint: the operation.
    """

    def __init__(self, mock: Mock, surface: Surface, endpoint: Endpoint, *, alias: bool = False) -> None:
        self._mock, self._surface, self.endpoint = mock, surface, endpoint
        self._notes = [f"use {endpoint.path}"] if alias else []
        self._only_reads = mock.is_shared  # until the operation writes for the first time
        # On a shared database, only a transaction can say whether the project's row is still the stored one.
        self._from_project = None if mock.is_shared else endpoint.from_project

    def __call__(self, request: HttpRequest) -> Awaitable[Body]:
        return self._mock.run_with_fetches(lambda responses: self.run(request, responses), base_url=request.server_url)

    def run(self, request: HttpRequest, responses: OutboundResponses) -> Body:
        """Run the operation. On a shared database, take the project's lock only if it writes.

        Args:
            responses: the responses of other servers so far.

        Raises:
            FetchRequired: if it needs another one.
            ProjectChanged: if another process changed the project's row since the caller was authenticated.
        """
        from_project = self._from_project
        if from_project is not None and not request.content and (body := from_project(request.project)) is not None:
            return body
        if self._only_reads:
            try:
                return self._run_once(request, responses, read_only=True)
            except WriteRefused:
                self._only_reads = False
        return self._run_once(request, responses, read_only=False)

    def _run_once(self, request: HttpRequest, responses: OutboundResponses, *, read_only: bool) -> Body:
        endpoint, surface = self.endpoint, self._surface
        request.notes, request.earlier_events = self._notes.copy(), request.earlier_events + request.events
        with self._mock.transaction(
            request.project, request.server_url, responses, first_lock=surface.first_lock, read_only=read_only
        ) as ctx:
            if self._mock.is_shared and ctx.project is not request.project and ctx.project != request.project:
                raise ProjectChanged
            ctx.notes, request.messages, request.events = request.notes, ctx.messages, ctx.events
            request.now = ctx.now
            ctx.domain = project_domain.url(request, ctx.project, ctx.base_url)
            ctx.from_sdk = request.from_sdk
            ctx.actor = request.actor = surface.actor(ctx, request)
            fields = surface.read_fields(request)
            is_strict = surface.refuses_unknown_fields and ctx.project.settings.unknown_fields == "refused"
            if is_strict and fields.body:
                refuse_unknown(endpoint.request, json_object(fields.body))
            req = parse(endpoint.request, fields.values, strict=fields.strict, body=fields.body)
            changes = endpoint.changes(ctx, req) if endpoint.changes and ctx.actor.kind == "member" else {}
            permissions.authorize(ctx, endpoint.resource, endpoint.permission, fields.values, changes)
            return endpoint.operation(ctx, req)
