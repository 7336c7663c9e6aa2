"""``Evidence``: entries of the request log, as the control API returns them."""

from typing import Any

from mockstytch import wire
from mockstytch.evidence import bodies, curl
from mockstytch.redaction import redact_text
from mockstytch.runtime.request_log import RequestLogEntry


class Evidence:
    """Describes entries of the request log."""

    def describe(self, project_id: str, entry: RequestLogEntry, *, bodies: bool = True) -> dict[str, Any]:
        """Return an entry without secrets.

        ``request`` has the fields of an operation from its query, its body and its path, as in a fault's ``where``. For
        other requests it is the body, or the query if there is no body.

        Args:
            bodies: whether to add ``request``, ``response`` and ``curl``.
        """
        summary = {
            "request_id": entry.request_id,
            "at": wire.time(entry.at),
            "operation": entry.operation,
            "method": entry.method,
            "path": redact_text(entry.path),
            "status_code": entry.status_code,
            "surface": entry.surface,
            "error_type": entry.error_type,
            "because": redact_text(entry.because),
            "hint": "",
            "milliseconds": entry.milliseconds,
        }
        return summary | _bodies(project_id, entry) if bodies else summary


def _bodies(project_id: str, entry: RequestLogEntry) -> dict[str, Any]:
    exchange = entry.exchange
    query, body = bodies.query_fields(exchange), bodies.request_body(exchange)
    return {
        "request": bodies.shorten(_fields(entry, query, body)),
        "response": bodies.shorten(bodies.response_body(exchange, entry.status_code)),
        "curl": curl.command(project_id, entry, query, body),
    }


def _fields(entry: RequestLogEntry, query: dict[str, Any], body: Any) -> Any:
    if body is not None and not isinstance(body, dict):
        return body
    path = bodies.clean(entry.exchange.path_params) if entry.operation else {}
    return {**query, **(body or {}), **path} or body
