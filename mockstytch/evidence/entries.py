"""``Evidence``: entries of the request log, as the control API returns them."""

from collections.abc import Iterable
from functools import cached_property
from typing import TYPE_CHECKING, Any

from mockstytch import wire
from mockstytch.evidence import bodies, curl
from mockstytch.redaction import REDACTED, redact_text
from mockstytch.runtime import Mock, RequestLogEntry
from mockstytch.surfaces.surface import Route

if TYPE_CHECKING:
    from mockstytch.evidence.hints.all_hints import Hints


class Evidence:
    """Describes entries of the request log.

    Args:
        routes: the routes of the server.
    """

    def __init__(self, mock: Mock, routes: Iterable[Route]) -> None:
        self._mock, self._routes = mock, routes

    @cached_property
    def _hints(self) -> "Hints":
        from mockstytch.evidence.hints.all_hints import Hints  # its tables take longer than a start may

        return Hints(self._mock, self._routes)

    def describe(self, project_id: str, entry: RequestLogEntry, *, bodies: bool = True) -> dict[str, Any]:
        """Return an entry without secrets.

        ``request`` has the fields of an operation from its query, its body and its path, as in a fault's ``where``. For
        other requests it is the body, or the query if there is no body.

        Args:
            bodies: whether to add ``request``, ``response`` and ``curl``.
        """
        path, because = redact_text(entry.path), redact_text(entry.because)
        if path != entry.path:  # the reason can have the beginning of the path, which may end within a token
            because = redact_text(entry.because.replace(entry.path[:200], path[:200]))
        described = {
            "request_id": entry.request_id,
            "at": wire.time(entry.at),
            "operation": entry.operation,
            "method": entry.method,
            "path": path,
            "status_code": entry.status_code,
            "surface": entry.surface,
            "error_type": entry.error_type,
            "because": because,
            "hint": self._hints.hint(project_id, entry),
            "milliseconds": entry.milliseconds,
        }
        return described | self._bodies(project_id, entry) if bodies else described

    def _bodies(self, project_id: str, entry: RequestLogEntry) -> dict[str, Any]:
        exchange = entry.exchange
        query, body = bodies.sent_query(exchange), bodies.sent_body(exchange)
        mistyped = self._hints.mistyped_secrets(entry, query | body if isinstance(body, dict) else query)
        query = bodies.clean(_without(query, mistyped))
        body = bodies.missing(exchange) or bodies.clean(_without(body, mistyped))
        return {
            "request": bodies.shorten(_fields(entry, query, body)),
            "response": bodies.shorten(bodies.response_body(exchange, entry.status_code)),
            "curl": curl.command(project_id, entry, query, body),
        }


def _without(value: Any, names: set[str]) -> Any:
    if not names or not isinstance(value, dict):
        return value
    return {name: REDACTED if name in names else item for name, item in value.items()}


def _fields(entry: RequestLogEntry, query: dict[str, Any], body: Any) -> Any:
    if body is not None and not isinstance(body, dict):
        return body
    path = bodies.clean(entry.exchange.path_params) if entry.operation else {}
    return {**query, **(body or {}), **path} or body
