"""The errors of operations in the OpenAPI document.

``errors.json`` has the errors that each operation can raise, as ``docs/errors.md`` lists them. ``make docs`` writes it
from the code. The errors of every request of a surface are listed here.
"""

from collections import defaultdict
from collections.abc import Iterable
from functools import cache
from pathlib import Path

import msgspec

from mockstytch import errors
from mockstytch.errors import Kind
from mockstytch.surfaces.endpoint import Endpoint
from mockstytch.values import Frozen

ERRORS = Path(__file__).with_name("errors.json")
UNDECLARED = 400  # the status of types that are made of a search filter's name

_EVERY_REQUEST = (
    errors.bad_request,
    errors.host_not_allowed,
    errors.internal_server_error,
    errors.invalid_argument,
    errors.invalid_authorization_header,
    errors.request_too_large,
    errors.server_unavailable,
    errors.too_many_requests,
)
_PROJECT = (
    *_EVERY_REQUEST,
    errors.invalid_b2b_endpoint,
    errors.invalid_project_id_authentication,
    errors.invalid_secret_authentication,
    errors.unauthorized_credentials,
    errors.wrong_stack_live,
)
_SESSION = (
    errors.invalid_session_token,
    errors.jwt_invalid_audience,
    errors.session_not_found,
    errors.too_many_session_arguments,
    errors.unable_to_parse_session_jwt,
)
# The errors of every request, by the name of the surface.
COMMON: dict[str, tuple[Kind, ...]] = {
    "backend": (*_PROJECT, *_SESSION),
    "fraud": (*_PROJECT, *_SESSION, errors.unauthorized_credentials_error),
    "public": (*_EVERY_REQUEST, errors.invalid_project_id, errors.project_not_found),
    "browser": (
        *_EVERY_REQUEST,
        errors.bad_app_bundle_for_stytch_sdk,
        errors.bad_domain_for_stytch_sdk,
        errors.bad_vertical_for_stytch_sdk,
        errors.cannot_update_trusted_metadata,
        errors.cname_required_for_http_only_cookies,
        errors.endpoint_not_authorized_for_sdk,
        errors.invalid_pkce_code_challenge,
        errors.invalid_public_token_id,
        errors.invalid_session_duration,
        errors.public_token_not_found,
        errors.public_token_required,
        errors.session_not_found,
        errors.user_unauthenticated,
    ),
    "management": (
        *_EVERY_REQUEST,
        errors.cross_site_request,
        errors.project_not_found,
        errors.unauthorized_credentials,
    ),
    "control": (
        *_EVERY_REQUEST,
        errors.cross_site_request,
        errors.invalid_project_id_authentication,
        errors.invalid_secret_authentication,
        errors.project_not_found,
        errors.unauthorized_credentials,
        errors.wrong_stack_live,
    ),
}


class _Data(Frozen):
    """
    Attributes:
        operations: the error types of each operation, by its method and path.
        when: the sentence that says when a type is returned.
    """

    operations: dict[str, list[str]]
    when: dict[str, str]


@cache
def _data() -> _Data:
    return msgspec.json.decode(ERRORS.read_bytes(), type=_Data)


def of_operation(endpoint: Endpoint) -> dict[int, list[str]]:
    """Return the error types that an operation can raise, by status, without the errors of every request."""
    return by_status(_data().operations[f"{endpoint.method} {endpoint.path}"])


def by_status(types: Iterable[str]) -> dict[int, list[str]]:
    """Return error types by status. A type of OAuth can have two."""
    found: dict[int, list[str]] = defaultdict(list)
    for error_type in sorted(types):
        for status in _statuses().get(error_type, {UNDECLARED}):
            found[status].append(error_type)
    return found


@cache
def _statuses() -> dict[str, set[int]]:
    found: dict[str, set[int]] = defaultdict(set)
    for kind in errors.declared():
        found[kind.error_type].add(kind.status_code)
    return found


def catalogue() -> dict[str, dict[str, object]]:
    """Return every error type with its status, its message and when it is returned."""
    when = _data().when
    found: dict[str, dict[str, object]] = {}
    for kind in errors.catalogue():
        found[kind.error_type] = {"status_code": kind.status_code, "message": kind.message}
        if sentence := when.get(kind.error_type):
            found[kind.error_type]["when"] = sentence
    return found
