"""``Hints``: everything that may explain a request, in one sentence."""

import logging
from collections.abc import Iterable, Iterator
from functools import cached_property
from typing import Any

from mockstytch.evidence import bodies
from mockstytch.evidence.hints import credentials, fields, ids
from mockstytch.evidence.hints.paths import Paths
from mockstytch.redaction import redact_text
from mockstytch.runtime import Mock, RequestLogEntry
from mockstytch.surfaces.endpoint import Endpoint
from mockstytch.surfaces.faults.operation_names import endpoint_of, name_of
from mockstytch.surfaces.surface import Route

_UNKNOWN_PATH = ("route_not_found", "invalid_consumer_endpoint")
_MAX_LENGTH = 1000
log = logging.getLogger("mockstytch")


class Hints:
    """Returns hints for entries of the request log."""

    def __init__(self, mock: Mock, routes: Iterable[Route]) -> None:
        self._mock, self._routes, self._paths = mock, list(routes), Paths(routes)

    @cached_property
    def _endpoints(self) -> dict[str, Endpoint]:
        return {name_of(found): found for route in self._routes if (found := endpoint_of(route))}

    def hint(self, project_id: str, entry: RequestLogEntry) -> str:
        """Return what was probably meant, or "". It is computed once for each entry."""
        exchange = entry.exchange
        if exchange.hint is None:
            try:
                exchange.hint = redact_text("; ".join(dict.fromkeys(self._all(project_id, entry))))[:_MAX_LENGTH]
            except Exception:  # a hint must never be the reason that the log can't be read
                log.exception("no hint for %s %s", entry.method, entry.path)
                exchange.hint = ""
        return exchange.hint

    def mistyped_secrets(self, entry: RequestLogEntry, sent: dict[str, Any]) -> set[str]:
        """Return the fields that the operation doesn't have, and whose values may be secrets under a wrong name."""
        endpoint = self._endpoints.get(entry.operation)
        return fields.mistyped_secrets(endpoint.request, sent) if endpoint else set()

    def _all(self, project_id: str, entry: RequestLogEntry) -> Iterator[str]:
        if entry.because.startswith("fault "):
            return  # the request isn't the reason
        is_refused = 400 <= entry.status_code < 500 and entry.error_type != ""
        if is_refused and entry.error_type in _UNKNOWN_PATH:
            yield from filter(None, [self._paths.hint(entry.method, redact_text(entry.path))])
            return
        if is_refused and entry.status_code in (400, 401):
            yield from filter(None, [credentials.hint(entry.surface, entry.exchange.headers)])
        endpoint = self._endpoints.get(entry.operation)
        if endpoint is None or not (is_refused or entry.exchange.query or entry.exchange.request):
            return
        sent = _fields(entry)
        is_browser = entry.surface == "browser"
        yield from fields.unknown(endpoint.request, sent, similar_only=is_browser, accepted=not is_refused)
        if is_refused:
            yield from fields.invalid_values(endpoint.request, sent)
            yield from fields.invalid_query(entry.operation, sent)
            yield from ids.hints(self._mock, project_id, sent)


def _fields(entry: RequestLogEntry) -> dict[str, Any]:
    """Return the fields of an operation. They may have secrets."""
    body = bodies.sent_body(entry.exchange)
    query = bodies.sent_query(entry.exchange)
    return {**query, **(body if isinstance(body, dict) else {}), **entry.exchange.path_params}
