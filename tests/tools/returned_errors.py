"""Compare the errors that a test's requests got with the errors that ``docs/errors.md`` lists for their operations."""

import re
from functools import cache

from mockstytch import MockStytch
from mockstytch.app import endpoints
from mockstytch.browser import sdk_operations
from mockstytch.management import routes as management
from mockstytch.surfaces.endpoint import Endpoint
from tools import refusals

SURFACES = ("backend", "browser", "oauth_server", "management")
# Errors of every request, which the page lists once.
COMMON = {
    *("bad_app_bundle_for_stytch_sdk", "bad_domain_for_stytch_sdk", "bad_vertical_for_stytch_sdk"),
    *("cname_required_for_http_only_cookies", "endpoint_not_authorized_for_sdk", "user_unauthenticated"),
    *("invalid_public_token_id", "public_token_not_found", "public_token_required"),
    "bad_request",
    "internal_server_error",
    "invalid_argument",
    "invalid_authorization_header",
    "invalid_consumer_endpoint",
    "invalid_project_id",
    "invalid_project_id_authentication",
    "invalid_secret_authentication",
    "invalid_session_token",
    "jwt_invalid_audience",
    "project_not_found",
    "session_authorization_error",
    "session_authorization_tenancy_error",
    "session_not_found",
    "too_many_session_arguments",
    "unable_to_parse_session_jwt",
    "unauthorized_credentials",
    "unauthorized_credentials_error",
    "wrong_stack_live",
}


def unlisted(server: MockStytch, project_id: str) -> list[str]:
    """Return the errors in a project's request log that the page doesn't list, each with its operation.

    Args:
        server: the handle of the server in this process. A server in another process isn't checked.
    """
    if server._server is None:
        return []
    found = set()
    for entry in server._server.mock.request_log.entries(project_id):
        if entry.error_type and entry.error_type not in COMMON and entry.surface in SURFACES:
            endpoint = endpoint_of(entry.method, entry.path)
            if endpoint is not None and entry.error_type not in _listed(endpoint.name):
                found.add(f"{endpoint.name}: {entry.error_type}")
    return sorted(found)


def every_endpoint() -> list[Endpoint]:
    return [*endpoints(), *sdk_operations.api, *management.endpoints()]


@cache
def endpoint_of(method: str, path: str) -> Endpoint | None:
    return next((endpoint for m, pattern, endpoint in _patterns() if m == method and pattern.fullmatch(path)), None)


@cache
def _patterns() -> list[tuple[str, re.Pattern[str], Endpoint]]:
    """Return the routes. Routes with more fixed text come first, because they take precedence over parameters."""
    routes = [(path, endpoint) for endpoint in every_endpoint() for path in (endpoint.path, *endpoint.aliases)]
    public = "/v1/public/{project_id}"
    routes += [(public + path.replace(public, "/v1"), e) for path, e in routes if path.startswith(f"{public}/oauth2/")]
    methods = [(e.method, path, e) for path, e in routes]
    methods += [(call.method, f"/sdk/v1{call.path}", e) for e in every_endpoint() for call in e.sdk_calls]
    methods.sort(key=lambda route: len(re.sub(r"{\w+}", "", route[1])), reverse=True)
    return [(m, re.compile(re.sub(r"\\{\w+\\}", "[^/]+", re.escape(path))), e) for m, path, e in methods]


@cache
def _listed(name: str) -> set[str]:
    return set().union(*(refusals.of(endpoint) for endpoint in every_endpoint() if endpoint.name == name))
