"""Apply faults and rate limits to a request, between authentication and the operation."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from functools import cache
from time import perf_counter
from typing import Any

import msgspec
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from mockstytch import errors
from mockstytch.errors import Kind, StytchError
from mockstytch.faults import rules
from mockstytch.faults.rate_limits import limits_of
from mockstytch.faults.registry import Fault
from mockstytch.runtime import Mock
from mockstytch.store.records.projects import Project
from mockstytch.surfaces.faults import connections
from mockstytch.surfaces.faults.operation_names import endpoint_of, is_exempt, name_of
from mockstytch.surfaces.request import HttpRequest
from mockstytch.surfaces.surface import AnyResponse, Json, Route, json_object

_NOT_JSON = b'{"status_code": 200, "request_id": '


async def respond(mock: Mock, route: Route, project: Project, request: HttpRequest) -> AnyResponse:
    """Carry out a request that faults or rate limits may apply to, and return the response.

    Args:
        project: the project whose faults count. A request without a project has the default project's.

    Raises:
        StytchError: if a fault returns an error.
        too_many_requests: if a limit of the setting ``rate_limits`` is exceeded.
    """
    if is_exempt(route):
        return await _carry_out(route, request)
    endpoint = endpoint_of(route)
    operation = name_of(endpoint) if endpoint else ""
    now = project.clock.now()
    if operation and request.found_project is not None:
        _require_below_limits(mock, request.found_project, operation, request)
    fault = mock.faults.next(project.project_id, now, lambda fault: _is_about(fault, operation, request))
    if fault is None:
        return await _carry_out(route, request)
    request.fault = f"fault {fault.fault_id}"
    if seconds := fault.delay_seconds():
        request.fault += f": delayed by {seconds * 1000:g} ms"
        if await _client_leaves(request, seconds):
            request.fault += ", and the client left before"
            return NoResponse(connections.refuse)
        if route.surface.waits:
            await mock.until_free()
        request.found_project = route.surface.authenticate(mock, request)  # its settings may have changed meanwhile
    return await _outcome(route, fault.rule, request)


async def _carry_out(route: Route, request: HttpRequest) -> AnyResponse:
    return route.surface.render_success(request, await route.handler(request))


def _require_below_limits(mock: Mock, project: Project, operation: str, request: HttpRequest) -> None:
    for limit in limits_of(project.settings.rate_limits, operation):
        fields = _fields(request) if limit.limit.per else {}
        if mock.rate_limits.exceeded(project.project_id, limit, fields, project.clock.now()):
            rate = limit.limit
            per = f" with the same {rate.per}" if rate.per else ""
            raise errors.too_many_requests(
                because=f"more than {rate.requests} requests{per} in {rate.seconds} s; the setting rate_limits"
            )


def _is_about(fault: Fault, operation: str, request: HttpRequest) -> bool:
    rule = fault.rule
    if rule.path:
        pattern = rules.pattern(rule.path)
        is_named = rule.method in ("", request.method) and bool(
            pattern.fullmatch(request.path) or pattern.fullmatch(request.full_path)
        )
    else:
        is_named = operation in fault.operations
    if not is_named or not rule.where:
        return is_named
    fields = _fields(request)
    return all(name in fields and _is_equal(fields[name], value) for name, value in rule.where.items())


def _fields(request: HttpRequest) -> dict[str, Any]:
    """Return the values of a request's query, body (JSON or a form) and path."""
    body: dict[str, Any] = {}
    with contextlib.suppress(StytchError):
        if request.headers.get("content-type", "").startswith("application/x-www-form-urlencoded"):
            body = dict(request.form_fields())
        else:
            body = json_object(request.content or b"")
    return {**request.query_fields(), **body, **request.path_params}


def _is_equal(actual: object, expected: object) -> bool:
    """Return whether a value is the expected one. In a query, a form or a path, every value is a text."""
    if isinstance(actual, str) and not isinstance(expected, str):
        return actual == msgspec.json.encode(expected).decode()
    return actual == expected and isinstance(actual, bool) == isinstance(expected, bool)


async def _client_leaves(request: HttpRequest, seconds: float) -> bool:
    """Wait, and return whether the client disconnected meanwhile. Other requests go on."""
    end = perf_counter() + seconds
    while (left := end - perf_counter()) > 0:  # an event loop may wake up a millisecond too early
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(connections.disconnected(request.receive), left)
            return True
    return False


async def _outcome(route: Route, rule: rules.Rule, request: HttpRequest) -> AnyResponse:
    """Return what the rule makes of the request, after its delay."""
    if rule.error_type:
        request.fault += f": {rule.error_type}"
        raise _error(rule)
    if rule.status_code:
        request.fault += f": status {rule.status_code}"
        return _exactly(route, rule, request)
    if rule.malformed:
        request.fault += ": a malformed response"
        return _replaced(route, request, 200, _NOT_JSON, "application/json")
    if rule.connection is None:
        return await _carry_out(route, request)
    request.fault += f": connection {rule.connection}"
    if rule.connection in ("refuse", "reset_before"):
        return NoResponse(connections.refuse if rule.connection == "refuse" else connections.reset)
    try:
        response = await _carry_out(route, request)
    except StytchError as e:
        request.refuse(route.surface.error_type(e), e.because)
        response = route.surface.render_error(request, e)
    return BrokenResponse(response, rule.connection)


@cache
def _kinds() -> dict[str, Kind]:
    return {kind.error_type: kind for kind in errors.catalogue()}


def _error(rule: rules.Rule) -> StytchError:
    kind = _kinds()[rule.error_type]
    if rule.status_code:
        kind = msgspec.structs.replace(kind, status_code=rule.status_code)
    error = kind()
    error.is_fault = True
    return error


def _exactly(route: Route, rule: rules.Rule, request: HttpRequest) -> AnyResponse:
    if rule.body is msgspec.UNSET:
        return _replaced(route, request, rule.status_code, b"", "")
    if isinstance(rule.body, str):
        return _replaced(route, request, rule.status_code, rule.body.encode(), "text/plain; charset=utf-8")
    return _replaced(route, request, rule.status_code, msgspec.json.encode(rule.body), "application/json")


def _replaced(route: Route, request: HttpRequest, status: int, body: bytes, media_type: str) -> Response:
    """Return a response with the surface's own headers: without the headers of CORS, a web page couldn't read it."""
    usual = route.surface.render_error(request, errors.internal_server_error())
    headers = {}
    if isinstance(usual, Json):
        headers = {name.decode(): value.decode() for name, value in usual.headers}
    elif isinstance(usual, Response):
        headers = {name: value for name, value in usual.headers.items() if not name.startswith("content-")}
    return Response(body, status, headers, media_type or None)


class NoResponse(Response):
    """Nothing: the connection is closed before the operation runs. The request log has the status 0."""

    def __init__(self, close: Callable[[Scope, Receive], Awaitable[None]]) -> None:
        super().__init__()
        self.status_code, self._close = 0, close

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self._close(scope, receive)


class BrokenResponse(Response):
    """As much of a response as a fault lets through: nothing, or its first half. The request was carried out."""

    def __init__(self, whole: AnyResponse, connection: rules.Connection) -> None:
        super().__init__()
        self.status_code, self._whole, self._connection = whole.status_code, whole, connection
        self.body = whole.body  # for the request log: what the operation returned

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if self._connection == "truncate":
            await connections.truncate(self._whole, scope, receive, send)
        else:
            await connections.reset(scope, receive)
