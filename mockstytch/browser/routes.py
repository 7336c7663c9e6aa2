"""The routes of the browser API: the operations, telemetry events and preflights."""

from collections import Counter
from itertools import islice
from typing import Any

import msgspec
from msgspec.structs import replace
from starlette.responses import Response

from mockstytch import errors
from mockstytch.browser import cors, sdk_operations
from mockstytch.browser.surface import BROWSER, surface_of
from mockstytch.errors import StytchError
from mockstytch.protocols import json_depth
from mockstytch.runtime import Mock
from mockstytch.store.records.projects import Project
from mockstytch.surfaces import public_tokens
from mockstytch.surfaces.dispatch import EndpointHandler
from mockstytch.surfaces.endpoint import Endpoint
from mockstytch.surfaces.request import HttpRequest, basic_credentials
from mockstytch.surfaces.surface import Route

PREFIX = "/sdk/v1"
_MAX_NAMES = 20  # names of events in the request log

# Without the slash after "v1", because the SDK leaves it out in this call.
_MISSPELLED = ("/b2b/organizations/members/{member_id}/connected_apps",)


def routes(mock: Mock, endpoints: list[Endpoint]) -> list[Route]:
    """Return the routes.

    Args:
        endpoints: the operations of ``api``. Those without SDK calls are left out.
    """
    result = [Route("POST", f"{PREFIX}/events", EVENTS, _record_events)]
    for endpoint in [*endpoints, *sdk_operations.api]:
        for call in endpoint.sdk_calls:
            surface = surface_of(endpoint, call)
            handler = EndpointHandler(mock, surface, endpoint)
            paths = [PREFIX + call.path]
            if call.path in _MISSPELLED:
                paths.append(PREFIX + call.path.removeprefix("/"))
            result += [Route(call.method, path, surface, handler) for path in paths]
    return result


async def _unknown(request: HttpRequest) -> Response:
    """Allow the preflight of any path, and refuse everything else.

    A preflight must succeed for unknown paths, too: otherwise the SDK couldn't read the error.

    Raises:
        route_not_found: if the path doesn't exist, or doesn't have this method.
    """
    if request.method == "OPTIONS":
        return Response(status_code=204, headers=cors.preflight_headers(request))
    raise errors.route_not_found(because=f"no route {request.method} {request.path[:200]}")


def _named_project(mock: Mock, request: HttpRequest) -> Project | None:
    """Return the project of the public token for the request log, or None. The session isn't checked."""
    try:
        return public_tokens.find_project(mock, basic_credentials(request.header_bytes)[0])
    except StytchError:
        return None


_UNKNOWN = replace(BROWSER, authenticate=_named_project, render_success=lambda _request, response: response)
NOT_FOUND = Route("*", "/sdk/*", _UNKNOWN, _unknown)


def _project_of_events(mock: Mock, request: HttpRequest) -> Project | None:
    """Return the project of the first event's public token. Events are sent without credentials."""
    for event in _events(request)[:1]:
        public_token = event.get("public_token")
        if isinstance(public_token, str):
            return public_tokens.find_project(mock, public_token)
    return None


EVENTS = replace(BROWSER, authenticate=_project_of_events)


async def _record_events(request: HttpRequest) -> dict[str, Any]:
    """Accept the SDK's telemetry. The request log shows the names of the events; nothing else is kept."""
    events = _events(request)
    counts = Counter(name[:100] for event in events if isinstance(name := event.get("event_name"), str))
    names = ", ".join(name if n == 1 else f"{name} ({n})" for name, n in islice(counts.items(), _MAX_NAMES))
    request.notes.append(f"{len(events)} events: {names}" if len(events) != 1 else f"1 event: {names}")
    return {}


def _events(request: HttpRequest) -> list[dict[str, Any]]:
    """Return the events in the body.

    Raises:
        bad_request: if the body isn't a list of objects that each have an ``event``.
    """
    try:
        items = msgspec.json.decode(json_depth.checked(request.content or b""), type=list[_Item])
    except (msgspec.DecodeError, UnicodeDecodeError) as e:
        raise errors.bad_request(because=f"the body isn't a list of events: {e}") from None
    return [item.event for item in items]


class _Item(msgspec.Struct):
    """An event with the telemetry that the SDK sends beside it."""

    event: dict[str, Any]
