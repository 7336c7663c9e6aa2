"""The calls for the request log."""

import asyncio
from itertools import islice
from typing import Any
from urllib.parse import quote

from mockstytch import errors
from mockstytch.control.inbox import Waiter
from mockstytch.control.request_log import filters
from mockstytch.control.request_log.filters import RequestFilter
from mockstytch.control.request_parsing import wait
from mockstytch.control.surface import route
from mockstytch.outbound import OutboundRequest
from mockstytch.runtime import Mock, RequestLogEntry
from mockstytch.surfaces.request import HttpRequest
from mockstytch.surfaces.surface import Route

_NOT_SENT_AGAIN = (b"host", b"content-length", b"transfer-encoding", b"connection", b"accept-encoding")
_MANY = 50  # entries that are described in a thread, so that other requests go on


def routes(mock: Mock, waiter: Waiter) -> list[Route]:
    """Return the routes.

    Args:
        waiter: wakes calls after each request.
    """
    log = mock.request_log

    async def list_requests(request: HttpRequest) -> Any:
        """Return the newest requests that match, newest last.

        Raises:
            bad_request: if a query parameter isn't valid.
        """
        project_id = request.project.project_id
        chosen = filters.read(request, mock.faults.targets(), log.entries(project_id))
        search = _Search(mock, project_id, chosen)
        found = await waiter.wait(request, wait(request), search.find)
        if len(found) > _MANY:
            described = await asyncio.to_thread(lambda: [log.describe(project_id, entry) for entry in found])
        else:
            described = [log.describe(project_id, entry) for entry in found]
        return {
            "requests": described,
            "next_after": found[-1].request_id if found else chosen.after or None,
            "after_found": not chosen.after or _position(log.entries(project_id, chosen.surfaces), chosen.after) > 0,
            "dropped": log.dropped(project_id),
        }

    async def replay(request: HttpRequest) -> Any:
        """Send a request again, with its body and headers. Return the status, and the id of the new request.

        Raises:
            request_not_found: if the log doesn't have the request.
            bad_request: if the log doesn't have its body any more.
        """
        entries = log.entries(request.project.project_id)
        entry = next((e for e in reversed(entries) if e.request_id == request.path_params["request_id"]), None)
        if entry is None:
            raise errors.request_not_found()
        exchange = entry.exchange
        if exchange.dropped or exchange.request is None:
            raise errors.bad_request(because="the log doesn't have the request's body")
        url = request.server_url + quote(entry.path, safe="/:@!$&'()*+,;=~%")
        headers = tuple(
            (name.decode("latin-1"), value.decode("latin-1"))
            for name, value in exchange.headers.items()
            if name not in _NOT_SENT_AGAIN
        )
        sent = OutboundRequest(
            entry.method,
            f"{url}?{exchange.query.decode('latin-1')}" if exchange.query else url,
            headers,
            exchange.request,
            follow_redirects=False,
        )
        response = await mock.transport(sent, own_urls=(request.server_url,))
        if not response.status:
            raise errors.bad_request(because=f"the request can't be sent again: {response.problem}")
        return {"status_code": response.status, "request_id": str(response.json().get("request_id", ""))}

    async def delete_all(request: HttpRequest) -> Any:
        log.clear(request.project.project_id)
        return {}

    return [
        route("GET", "/requests", list_requests),
        route("POST", "/requests/{request_id}/replay", replay),
        route("DELETE", "/requests", delete_all),
    ]


class _Search:
    """Looks for entries again and again, each time only among the new ones."""

    def __init__(self, mock: Mock, project_id: str, chosen: RequestFilter) -> None:
        self._mock, self._project_id, self._chosen = mock, project_id, chosen
        self._after = chosen.after

    def find(self) -> list[RequestLogEntry]:
        """Return the entries that match, oldest first. If ``after`` isn't in the log any more, all of it is newer."""
        entries = self._mock.request_log.entries(self._project_id, self._chosen.surfaces)
        newer = entries[_position(entries, self._after) :] if self._after else entries
        matching = (entry for entry in reversed(newer) if self._chosen.matches(entry))
        found = list(islice(matching, self._chosen.limit))[::-1]
        if newer and not found:
            self._after = newer[-1].request_id
        return found


def _position(entries: list[RequestLogEntry], request_id: str) -> int:
    """Return the index after an entry; 0 if it isn't there."""
    for index in range(len(entries) - 1, -1, -1):
        if entries[index].request_id == request_id:
            return index + 1
    return 0
