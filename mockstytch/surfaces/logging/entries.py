"""Entries of the request log."""

from datetime import datetime
from time import perf_counter

from mockstytch.errors import StytchError
from mockstytch.runtime import RequestLogEntry
from mockstytch.runtime.request_log import Exchange
from mockstytch.surfaces.faults.operation_names import is_exempt
from mockstytch.surfaces.request import HttpRequest
from mockstytch.surfaces.surface import AnyResponse, Json, Route

_MOST_EVENTS = 1_000  # that an entry lists: an operation on many members may emit more
_TYPES = ("application/json", "application/scim+json", "text/plain")


def entry(
    route: Route,
    operation: str,
    now: datetime,
    request: HttpRequest,
    response: AnyResponse,
    error: StytchError | None,
) -> RequestLogEntry:
    """Return the entry of a request.

    Args:
        operation: the name of the route's operation, or "".
        now: the time on the project's clock.
        error: the reason of the response, if it is an error.
    """
    error_type, because = request.refusal or ("", "")
    if error is not None:
        error_type, because = route.surface.error_type(error), error.because
    remarks = request.notes or request.fault  # most requests have none
    return RequestLogEntry(
        request_id=request.request_id,
        at=now,
        method=request.scope["method"],
        path=request.full_path,
        status_code=response.status_code,
        operation=operation,
        surface=route.surface.name,
        error_type=error_type,
        because="; ".join(filter(None, (request.fault, because, *request.notes))) if remarks else because,
        milliseconds=(perf_counter() - request.started) * 1000,
        exchange=_exchange(route, request, response, error is None or error.keeps_writes),
    )


def _exchange(route: Route, request: HttpRequest, response: AnyResponse, is_committed: bool) -> Exchange:
    """Return both bodies. A page, an image or a response of the control API is only described: its type and size."""
    scope = request.scope
    if isinstance(response, Json):
        body, media_type, location = response.body, "application/json", ""
    else:
        body = getattr(response, "body", b"")
        media_type, location = (response.headers.get(name, "") for name in ("content-type", "location"))
    if body and (is_exempt(route) or not media_type.startswith(_TYPES)):
        body, media_type = b"", f"{media_type.partition(';')[0]}, {len(body):,} bytes"
    events = [*request.earlier_events, *request.events] if is_committed else request.earlier_events
    return Exchange(
        scheme=scope["scheme"],
        query=scope["query_string"],
        path_params=scope.get("path_params") or {},
        headers=request.header_bytes,
        request=request.content,
        response=body,
        response_type=media_type,
        location=location,
        message_ids=tuple([message.message_id for message in request.messages]) if is_committed else (),
        event_ids=tuple([event.event_id for event in events[:_MOST_EVENTS]]),
    )
