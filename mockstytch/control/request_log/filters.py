"""The query parameters that choose requests of the request log. A value that isn't valid is refused."""

import re
import reprlib
from collections.abc import Collection, Iterable
from http import HTTPStatus

from mockstytch import errors
from mockstytch.control.request_parsing import choices, number
from mockstytch.faults import rules
from mockstytch.faults.targets import Targets
from mockstytch.nearest import did_you_mean
from mockstytch.runtime import RequestLogEntry
from mockstytch.runtime.request_log import LIMIT, SURFACES
from mockstytch.surfaces.request import HttpRequest
from mockstytch.values import Frozen

_METHODS = ("DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT")
_STATUSES = ("0", *(f"{digit}xx" for digit in range(1, 6)), *(str(int(status)) for status in HTTPStatus))
_ID = re.compile(r"request-id(-fraud)?-test-[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
# Errors of SCIM and of OAuth, which aren't in the catalogue.
_OTHER_ERRORS = (
    "access_denied",
    "consent_required",
    "interaction_required",
    "invalid_client",
    "invalid_client_metadata",
    "invalid_grant",
    "invalid_redirect_uri",
    "invalid_request",
    "invalid_scope",
    "invalid_target",
    "invalid_token",
    "insufficient_scope",
    "login_required",
    "unauthorized_client",
    "unsupported_grant_type",
    "unsupported_response_type",
    *("invalidFilter", "invalidPath", "invalidSyntax", "invalidValue", "mutability", "noTarget", "uniqueness"),
    *(f"scim_{status}" for status in (400, 401, 403, 404, 405, 409, 413, 500, 501)),
)


class RequestFilter(Frozen):
    """The requests to return. An empty value doesn't filter.

    Attributes:
        operations: names in the official SDK.
        path: ``*`` is a wildcard.
        statuses: numbers, or ``4xx``.
        error_type: ``*`` is a wildcard.
        after: a request id; only newer requests are returned.
        limit: the maximum number of requests; the newest are returned.
    """

    operations: frozenset[str] = frozenset()
    methods: frozenset[str] = frozenset()
    path: str = ""
    statuses: tuple[str, ...] = ()
    error_type: str = ""
    surfaces: tuple[str, ...] = ()
    after: str = ""
    limit: int = 100

    def matches(self, entry: RequestLogEntry) -> bool:
        """Return whether an entry has these values. ``surfaces``, ``after`` and ``limit`` aren't checked."""
        return (
            (not self.operations or entry.operation in self.operations)
            and (not self.methods or entry.method in self.methods)
            and (not self.statuses or _has_status(entry.status_code, self.statuses))
            and (not self.path or rules.pattern(self.path).fullmatch(entry.path) is not None)
            and (not self.error_type or rules.pattern(self.error_type).fullmatch(entry.error_type) is not None)
        )


PARAMETERS = ("operation", "method", "path", "status", "error_type", "surface", "after", "limit", "wait", "project_id")


def read(request: HttpRequest, targets: Targets, present: Iterable[RequestLogEntry]) -> RequestFilter:
    """Return the filter in a request's query.

    Args:
        targets: the operations and paths that the server has.
        present: the entries of the log. Their error types are valid values, too.

    Raises:
        bad_request: if a parameter doesn't exist, or has a value that isn't valid. The reason has the most similar
            valid one.
    """
    query = request.query_params
    for name in query:
        _require("query parameter", name, PARAMETERS)
    return RequestFilter(
        operations=_operations(query.get("operation", ""), targets),
        methods=frozenset(_list(query.get("method", "").upper(), "method", _METHODS)),
        path=_path(query.get("path", "")),
        statuses=tuple(_list(query.get("status", "").lower(), "status", _STATUSES)),
        error_type=_error_type(query.get("error_type", ""), present),
        surfaces=tuple(choices(request, "surface", SURFACES)),
        after=_after(query.get("after", "")),
        limit=number(request, "limit", 100, 1, LIMIT),
    )


def _list(text: str, name: str, values: Collection[str]) -> list[str]:
    given = [value.strip() for value in text.split(",") if value.strip()]
    for value in given:
        _require(name, value, values)
    return given


def _require(what: str, value: str, values: Collection[str]) -> None:
    if value not in values:
        raise errors.bad_request(because=_unknown(what, value, values))


def _unknown(what: str, value: str, values: Collection[str]) -> str:
    return f"there is no {what} {reprlib.repr(value)}.{did_you_mean(value, values)}"


def _operations(text: str, targets: Targets) -> frozenset[str]:
    found: set[str] = set()
    for name in filter(None, (part.strip() for part in text.split(","))):
        operations = targets.find(name)
        if not operations:
            raise errors.bad_request(because=_unknown("operation", name, list(targets.operations)))
        found |= {operation.name for operation in operations}
    return frozenset(found)


def _path(path: str) -> str:
    if path and not path.startswith(("/", "*")):
        raise errors.bad_request(because=f"path must begin with / or *. Did you mean /{reprlib.repr(path)[1:-1]}?")
    return path


def _error_type(error_type: str, present: Iterable[RequestLogEntry]) -> str:
    if not error_type:
        return ""
    known = {kind.error_type for kind in errors.catalogue()} | {entry.error_type for entry in present}
    known |= set(_OTHER_ERRORS)
    pattern = rules.pattern(error_type)
    if not any(pattern.fullmatch(name) for name in known):
        raise errors.bad_request(because=_unknown("error_type", error_type, sorted(known - {""})))
    return error_type


def _after(request_id: str) -> str:
    if request_id and not _ID.fullmatch(request_id):
        raise errors.bad_request(because=f"after must be a request_id, and {reprlib.repr(request_id)} isn't one")
    return request_id


def _has_status(status_code: int, statuses: Iterable[str]) -> bool:
    return str(status_code) in statuses or f"{status_code // 100}xx" in statuses
