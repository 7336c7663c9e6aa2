"""The request log, and one request with both bodies."""

from collections.abc import Callable, Iterable
from itertools import islice
from typing import Any

from starlette.responses import Response

from mockstytch import errors
from mockstytch.console import reference, sdk_calls
from mockstytch.console.page import PageRequest
from mockstytch.console.trail import Link, Trail
from mockstytch.faults import rules
from mockstytch.redaction import REDACTED, is_secret, redact_text
from mockstytch.runtime import RequestLogEntry
from mockstytch.store.records.members import Member
from mockstytch.store.records.organizations import Organization

# What can be chosen as the status, with the test for a response's status. 0 means that the connection was broken off.
_STATUSES: dict[str, Callable[[int], bool]] = {
    "errors": lambda status: not 0 < status < 400,
    "2xx": lambda status: 200 <= status < 300,
    "3xx": lambda status: 300 <= status < 400,
    "4xx": lambda status: 400 <= status < 500,
    "5xx": lambda status: status >= 500,
}


def requests(page: PageRequest) -> Response:
    log = page.mock.request_log.entries(page.project.project_id)[::-1]
    describe = page.mock.request_log.describe
    chosen = {name: page.search(name) for name in ("q", "status", "operation", "after")}
    entries = list(islice(_matching(log, **chosen), page.rows + 1))
    return page.render(
        "requests.html",
        entries=[describe(page.project.project_id, entry, bodies=False) for entry in entries[: page.rows]],
        more=page.more(len(entries)),
        chosen=chosen,
        is_filtered=any(chosen.values()),
        statuses=list(_STATUSES),
        operations=sorted({entry.operation for entry in log if entry.operation}),
        newest=log[0].request_id if log else "",
        **reference.setup(page.project, page.server_url),
    )


def _matching(
    log: Iterable[RequestLogEntry], q: str, status: str, operation: str, after: str
) -> Iterable[RequestLogEntry]:
    """Find the requests that match everything that isn't "".

    Args:
        q: words that occur in the path, the operation, the error or the reason.
        status: a key of ``_STATUSES``, or a status.
        operation: ``*`` is a wildcard.
        after: the beginning of the time, in the format of the log: ``2026-01-31T12``.
    """
    words, has_name = q.lower().split(), rules.pattern(operation)
    for entry in log:
        text = f"{entry.method} {entry.path} {entry.operation} {entry.error_type} {entry.because} {entry.request_id}"
        if (
            (not status or _has_status(entry.status_code, status))
            and (not operation or has_name.fullmatch(entry.operation))
            and (not after or f"{entry.at:%Y-%m-%dT%H:%M:%S}" >= after)
            and all(word in text.lower() for word in words)
        ):
            yield entry


def _has_status(status_code: int, chosen: str) -> bool:
    return _STATUSES[chosen](status_code) if chosen in _STATUSES else str(status_code) == chosen


def request(page: PageRequest) -> Response:
    """Show one request: headers, bodies, the reason and hint, and how to send it again."""
    project_id, request_id = page.project.project_id, page.parameter("request_id")
    log = page.mock.request_log.entries(project_id)
    entry = next((entry for entry in reversed(log) if entry.request_id == request_id), None)
    if entry is None:
        raise errors.request_not_found(because="Unknown request, or it has been dropped from the log.")
    described = page.mock.request_log.describe(project_id, entry)
    is_call = entry.operation and entry.surface == "backend"
    calls = {"Python": sdk_calls.python, "Node": sdk_calls.node} if is_call else {}
    return page.render(
        "request.html",
        entry=described,
        headers=_headers(entry),
        calls={name: write(entry.operation, described["request"]) for name, write in calls.items()},
        links=_links(page, entry, described),
        can_replay=not entry.exchange.dropped and entry.exchange.request is not None,
        replayed=page.result if isinstance(page.result, dict) else None,
    )


def _links(page: PageRequest, entry: RequestLogEntry, described: dict[str, Any]) -> list[Link]:
    """Return what led to the request, what it caused, and what it is about."""
    with page.transaction() as ctx:
        trail = Trail(page)
        found = [*trail.of_request(ctx, entry), *trail.mail_before(ctx, entry)]
        ids = _ids(described["request"]) | _ids(described["response"])
        organization_id = ids.get("organization_id", "")
        if ctx.store.find(Organization, organization_id=organization_id):
            path = f"/organizations/{organization_id}"
            found.append(Link("Organization", organization_id, path))
            member_id = ids.get("member_id", "")
            if ctx.store.find(Member, organization_id=organization_id, member_id=member_id):
                found.append(Link("Member", member_id, f"{path}/members/{member_id}"))
    return found


def _ids(body: Any) -> dict[str, str]:
    """Return the ids of the organization and the member in a body, or in the objects in it."""
    if not isinstance(body, dict):
        return {}
    inner = {key: value for item in body.values() if isinstance(item, dict) for key, value in item.items()}
    names = ("organization_id", "member_id")
    return {name: value for name in names if isinstance(value := body.get(name) or inner.get(name), str)}


def _headers(entry: RequestLogEntry) -> list[tuple[str, str]]:
    """Return the headers without secrets."""
    headers = ((name.decode("latin-1"), value.decode("latin-1")) for name, value in entry.exchange.headers.items())
    return [(name, REDACTED if is_secret(name) else redact_text(value)) for name, value in headers]
