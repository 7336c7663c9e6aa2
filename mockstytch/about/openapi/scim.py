"""The SCIM server in the OpenAPI document. One route serves all of its paths, so they are listed here.

RFC 7643 has the attributes of users and groups; the server describes them at ``/Schemas``.
"""

from typing import Any

from msgspec import UNSET, UnsetType

from mockstytch.about.openapi import operations
from mockstytch.about.openapi.schemas import Components, Schema
from mockstytch.scim_server.routes import MEDIA_TYPE
from mockstytch.values import Frozen

BASE = "/v1/b2b/scim/{scim_connection_id}"
_SEARCH = ("filter", "sortBy", "sortOrder", "startIndex", "count", "attributes", "excludedAttributes")
_ATTRIBUTES = ("attributes", "excludedAttributes")


class ScimError(Frozen):
    """An error of SCIM (RFC 7644, section 3.12)."""

    schemas: list[str]
    status: str
    scimType: str | UnsetType = UNSET
    detail: str | UnsetType = UNSET


class ScimList(Frozen):
    """A page of resources (RFC 7644, section 3.4.2)."""

    schemas: list[str]
    totalResults: int
    itemsPerPage: int | UnsetType = UNSET
    startIndex: int | UnsetType = UNSET
    Resources: list[dict[str, Any]] | UnsetType = UNSET


TYPES = (ScimError, ScimList)
RESOURCE: Schema = {
    "type": "object",
    "description": "A SCIM resource (RFC 7643). Its other attributes are described at `/Schemas`.",
    "properties": {
        "schemas": {"type": "array", "items": {"type": "string"}},
        "id": {"type": "string"},
        "meta": {"type": "object", "additionalProperties": True},
    },
    "required": ["schemas"],
    "additionalProperties": True,
}
ERROR_RESPONSE: Schema = {
    "description": "An error; the API's own, if the connection doesn't exist",
    "content": {
        MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/ScimError"}},
        operations.JSON: {"schema": operations.ERROR},
    },
}
_REFERENCE: Schema = {"$ref": "#/components/schemas/ScimResource"}


def paths(components: Components) -> dict[str, Schema]:
    """Return the paths with their operations."""
    page = components.response(ScimList)
    found: dict[str, Schema] = {}

    def add(method: str, path: str, name: str, summary: str, query: tuple[str, ...] = (), **answers: Schema) -> None:
        parameters = operations.path_parameters(BASE + path, {})
        parameters += [{"name": each, "in": "query", "schema": {"type": "string"}} for each in query]
        described = {status.lstrip("_"): answer for status, answer in answers.items()}
        operation: Schema = {
            "operationId": f"scim.{name}",
            "summary": summary,
            "tags": ["scim"],
            "security": [{"scimToken": []}],
            "parameters": parameters,
            "responses": {**described, "default": {"$ref": "#/components/responses/ScimError"}},
        }
        if method in ("post", "put", "patch"):
            operation["requestBody"] = operations.body({"type": "object"}, True, MEDIA_TYPE)
        found.setdefault(BASE + path, {})[method] = operation

    one, many = _answer(_REFERENCE), _answer(page)
    add("get", "", "search_all", "Search users and groups", _SEARCH, _200=many)
    add("post", "/.search", "post_search_all", "Search users and groups", _200=many)
    for kind in ("User", "Group"):
        plural, lower = f"/{kind}s", kind.lower()
        add("get", plural, f"{lower}s.list", f"Search {lower}s", _SEARCH, _200=many)
        add("post", plural, f"{lower}s.create", f"Create a {lower}", _ATTRIBUTES, _201=one)
        add("post", f"{plural}/.search", f"{lower}s.search", f"Search {lower}s", _200=many)
        path = f"{plural}/{{id}}"
        add("get", path, f"{lower}s.get", f"Return a {lower}", _ATTRIBUTES, _200=one)
        add("put", path, f"{lower}s.replace", f"Replace a {lower}", _ATTRIBUTES, _200=one)
        add("patch", path, f"{lower}s.update", f"Change a {lower}", _ATTRIBUTES, _200=one)
        add("delete", path, f"{lower}s.delete", f"Delete a {lower}", _204={"description": "Deleted"})
    add("get", "/ServiceProviderConfig", "service_provider_config", "Return what the server supports", _200=one)
    for endpoint, name in (("ResourceTypes", "resource_types"), ("Schemas", "schemas")):
        add("get", f"/{endpoint}", f"{name}.list", f"Return the {name.replace('_', ' ')}", _200=many)
        add("get", f"/{endpoint}/{{id}}", f"{name}.get", f"Return one of the {name.replace('_', ' ')}", _200=one)
    return found


def _answer(schema: Schema) -> Schema:
    return operations.response("Success", schema, MEDIA_TYPE)


def template(resource: str) -> str:
    """Return the path in the document for the rest of a SCIM request's path; "" if the document doesn't have it."""
    parts = [part for part in resource.split("/") if part]
    if len(parts) == 2 and parts[1] != ".search":
        parts[1] = "{id}"
    return BASE + "".join(f"/{part}" for part in parts)
