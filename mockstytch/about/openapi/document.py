"""The OpenAPI document of everything that the server serves."""

from collections.abc import Iterable
from itertools import chain, count
from typing import Any

import msgspec

from mockstytch.about.openapi import api_operations, control, error_types, operations, pages, scim
from mockstytch.about.openapi.control_calls import CALLS
from mockstytch.about.openapi.schemas import Components, Schema
from mockstytch.about.types import metadata, responses
from mockstytch.about.types.harness_shapes import Fault
from mockstytch.browser.routes import PREFIX as BROWSER_PREFIX
from mockstytch.surfaces import fallback
from mockstytch.surfaces.faults.operation_names import endpoint_of
from mockstytch.surfaces.surface import Route
from mockstytch.values import Frozen
from mockstytch.version import __version__

VERSION = "3.1.1"

_ABOUT = "A local server for Stytch's B2B API, for development and tests. Not affiliated with Stytch, Inc."
TAGS = {
    "backend": "Stytch's B2B API, for the official SDKs of backends.",
    "fraud": "The fraud product. In production it has its own host.",
    "public": "Calls without credentials.",
    "browser": "What the official SDKs of browsers and mobile apps call.",
    "management": "The management API: projects and their settings.",
    "oauth_server": "The OAuth 2.1 authorization server, its metadata and keys.",
    "scim": "The SCIM 2.0 server of an organization's connection.",
    "pages": "Pages and redirects that browsers open during a login.",
    "control": "Test controls that the real API doesn't have.",
    "console": "Web pages that show what the server did.",
}
_SECURITY: dict[str, Schema] = {
    "project": {"type": "http", "scheme": "basic", "description": "The project's id and secret."},
    "memberSession": {
        "type": "apiKey",
        "in": "header",
        "name": "X-Stytch-Member-Session",
        "description": "The session token of the member who acts. Without it, the project itself does.",
    },
    "memberSessionJwt": {
        "type": "apiKey",
        "in": "header",
        "name": "X-Stytch-Member-SessionJWT",
        "description": "The session JWT of the member who acts.",
    },
    "publicToken": {
        "type": "http",
        "scheme": "basic",
        "description": "The project's public token as the user and as the password: a visitor without a session.",
    },
    "browserSession": {
        "type": "http",
        "scheme": "basic",
        "description": "The project's public token as the user, and the session token as the password.",
    },
    "workspaceKey": {"type": "http", "scheme": "basic", "description": "Any id and secret of a workspace key."},
    "workspaceToken": {"type": "http", "scheme": "bearer", "description": "Any access token."},
    "oauthClient": {"type": "http", "scheme": "basic", "description": "The OAuth client's id and secret."},
    "oauthAccessToken": {"type": "http", "scheme": "bearer", "description": "An access token of a connected app."},
    "scimToken": {"type": "http", "scheme": "bearer", "description": "The bearer token of the SCIM connection."},
}


class Error(Frozen):
    """An error of the API.

    Attributes:
        error_details: more about the error; only a few types have it.
    """

    status_code: int
    request_id: str
    error_type: str
    error_message: str
    error_url: str
    error_details: dict[str, Any] | msgspec.UnsetType = msgspec.UNSET


class OAuthError(Frozen):
    """An error of OAuth (RFC 6749, section 5.2)."""

    status_code: int
    request_id: str
    error: str
    error_description: str
    error_uri: str


def servers(url: str) -> list[Schema]:
    """Return the servers of the document.

    Args:
        url: the server's URL.
    """
    return [{"url": url or "/", "description": "This server"}]


def build(routes: Iterable[Route], url: str = "") -> Schema:
    """Return the document. Operations that aren't implemented are left out.

    Args:
        url: the server's URL.
    """
    documents = [type_ for document in metadata.DOCUMENTS.values() for type_ in document.fields.values()]
    returned = [*(call.returns for call in CALLS.values()), *responses.types(), *documents]
    components = Components([Error, OAuthError, *scim.TYPES, *returned], partial={Fault})
    for type_ in (Error, OAuthError, *scim.TYPES):
        components.response(type_)
    paths = _Paths()
    for route in routes:
        if fallback.is_gap(route):
            continue
        if endpoint_of(route) is not None:
            paths.add(route, api_operations.base_id(route), api_operations.operation(components, route))
        elif route.path in metadata.DOCUMENTS and route.method == "GET":
            paths.add(route, metadata.DOCUMENTS[route.path].name, _metadata(components, route))
        elif route.surface.name == "control":
            paths.add(route, control.base_id(route), control.operation(components, route))
        elif route.path == f"{BROWSER_PREFIX}/events":
            paths.add(route, "browser.events", api_operations.events(components))
        elif route.method != "OPTIONS" and route.surface.name != "scim":  # SCIM has one route for all of its paths
            paths.add(route, pages.base_id(route), pages.operation(route))
    paths.by_path |= scim.paths(components)
    components.schemas |= {"ScimResource": scim.RESOURCE}
    answers = _common_answers(components)
    return {
        "openapi": VERSION,
        "info": {
            "title": "mockstytch",
            "version": __version__,
            "description": _ABOUT,
            "license": {"name": "MIT", "identifier": "MIT"},
        },
        "servers": servers(url),
        "tags": [{"name": name, "description": about} for name, about in TAGS.items()],
        "paths": dict(sorted(paths.by_path.items())),
        "components": {
            "schemas": dict(sorted(components.schemas.items())),
            "responses": answers,
            "parameters": {"ControlProjectId": control.PROJECT_ID},
            "securitySchemes": _SECURITY,
        },
        "x-error-types": error_types.catalogue(),
    }


class _Paths:
    """The paths of the document. An operation whose id is taken gets an ending."""

    def __init__(self) -> None:
        self.by_path: dict[str, Schema] = {}
        self._ids: set[str] = set()

    def add(self, route: Route, base_id: str, operation: Schema) -> None:
        aliases = (f".alias{n}" for n in count(1))
        endings = chain(api_operations.endings(route), aliases)
        operation_id = next(base_id + ending for ending in endings if base_id + ending not in self._ids)
        self._ids.add(operation_id)
        path = operations.openapi_path(route.path)
        self.by_path.setdefault(path, {})[route.method.lower()] = {"operationId": operation_id, **operation}


def _metadata(components: Components, route: Route) -> Schema:
    """Return the operation of a metadata document."""
    document = metadata.DOCUMENTS[route.path]
    schema = operations.properties_schema(components, {**responses.ENVELOPE, **document.fields})
    return {
        "summary": document.summary,
        "tags": ["oauth_server"],
        "security": [{}],
        "responses": {
            "200": operations.response("Success", schema),
            "default": {"$ref": "#/components/responses/OAuthError"},
        },
    }


def _common_answers(components: Components) -> dict[str, Schema]:
    """Return the responses of the errors of every request, by surface and status. Add their types to the schemas."""
    found = {
        "OAuthError": operations.response("An error", {"$ref": "#/components/schemas/OAuthError"}),
        "ScimError": scim.ERROR_RESPONSE,
    }
    for surface, kinds in error_types.COMMON.items():
        name = operations.component_name(surface)
        types = sorted({kind.error_type for kind in kinds})
        for status, listed in error_types.by_status(types).items():
            narrowed = operations.narrowed_error({"enum": listed})
            found[f"{name}{status}"] = operations.response(operations.phrase(status), narrowed)
    return dict(sorted(found.items()))
