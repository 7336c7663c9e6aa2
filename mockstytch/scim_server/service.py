"""Handle one SCIM request: check the bearer token, select the operation, build the response or the error."""

from typing import Any

import msgspec
from pydantic import ValidationError
from scim2_models import Context as Scim
from scim2_models import (
    Error,
    ForbiddenException,
    InvalidSyntaxException,
    NotFoundException,
    NotImplementedException,
    SCIMException,
    UnauthorizedException,
)

from mockstytch.domain.scim import scim_connections
from mockstytch.protocols import json_depth
from mockstytch.protocols.scim.scim_models import provider
from mockstytch.runtime import Context, Mock
from mockstytch.scim_server.group_resources import GroupHandler
from mockstytch.scim_server.resource_search import Handler, list_response, search
from mockstytch.scim_server.resources import Json
from mockstytch.scim_server.user_resources import UserHandler
from mockstytch.store.records.projects import Project
from mockstytch.store.records.scim import ScimConnection
from mockstytch.values import Frozen

_HANDLERS: dict[str, type[Handler]] = {"Users": UserHandler, "Groups": GroupHandler}


class ScimRequest(Frozen):
    """One SCIM request.

    Attributes:
        path: the segments below the connection's base URL.
    """

    method: str
    connection_id: str
    path: list[str]
    query: dict[str, str]
    authorization: str
    body: bytes


class ScimResponse(Frozen):
    """The response to a SCIM request.

    Attributes:
        scim_type: the error type of a refusal, for the request log; "" for a success.
        because: the reason of a refusal, for the request log.
    """

    status: int = 200
    content: bytes = b""
    headers: dict[str, str] = {}
    scim_type: str = ""
    because: str = ""


class _MethodNotAllowed(SCIMException):
    status = 405

    def __init__(self, allowed: str) -> None:
        super().__init__(detail=f"Allowed here: {allowed}")
        self.allowed = allowed


def handle(mock: Mock, project: Project, server_url: str, request: ScimRequest) -> ScimResponse:
    """Return the response to a request. An error of the protocol is a response, too.

    Args:
        project: the project of the connection.
        server_url: URL under which the caller reached this server.

    Raises:
        StytchError: if a rule of the API refuses the change.
    """
    try:
        with mock.transaction(project, server_url) as ctx:
            ctx.source = "scim"
            connection = ctx.store.get(ScimConnection, connection_id=request.connection_id)
            scheme, _, token = request.authorization.partition(" ")
            if scheme.lower() != "bearer" or not scim_connections.accepts_token(ctx, connection, token.strip()):
                raise UnauthorizedException()
            return _route(ctx, connection, request)
    except _MethodNotAllowed as e:
        return _error_response(e.to_error(), Allow=e.allowed)
    except UnauthorizedException as e:
        return _error_response(e.to_error(), **{"WWW-Authenticate": "Bearer"})
    except SCIMException as e:
        return _error_response(e.to_error())
    except ValidationError as e:
        return _error_response(Error.from_validation_errors(e)[0])
    except RecursionError:
        return _error_response(InvalidSyntaxException(detail="nested too deeply").to_error())


def _route(ctx: Context, connection: ScimConnection, request: ScimRequest) -> ScimResponse:
    base_url = f"{ctx.base_url}/v1/b2b/scim/{connection.connection_id}"
    handlers = {name: handler(ctx, connection, base_url) for name, handler in _HANDLERS.items()}
    match request.path:
        case [("ServiceProviderConfig" | "ResourceTypes" | "Schemas"), *_]:
            return _discovery(request, base_url)
        case [("Users" | "Groups") as name]:
            return _collection(handlers[name], request)
        case []:
            return _search_by_query(list(handlers.values()), request)
        case [".search"]:
            return _search_by_body(list(handlers.values()), request)
        case [("Users" | "Groups") as name, ".search"]:
            return _search_by_body([handlers[name]], request)
        case [("Users" | "Groups") as name, id]:
            return _resource(handlers[name], id, request)
        case ["Bulk"] | ["Me", *_]:
            raise NotImplementedException(detail=f"/{request.path[0]} is not supported")
    raise NotFoundException(detail=f"There is nothing at /{'/'.join(request.path)}")


def _collection(handler: Handler, request: ScimRequest) -> ScimResponse:
    if request.method == "GET":
        return _search_by_query([handler], request)
    _require_method(request, "GET", "POST")
    row = handler.create(_json(request))
    resource = handler.serialize(row, Scim.RESOURCE_CREATION_RESPONSE, handler.parameters(request.query))
    return _json_response(resource, 201, handler.location(row))


def _resource(handler: Handler, id: str, request: ScimRequest) -> ScimResponse:
    _require_method(request, "GET", "PUT", "PATCH", "DELETE")
    parameters = handler.parameters(request.query)
    row = handler.find(id)
    if request.method == "DELETE":
        handler.delete(row)
        return ScimResponse(status=204)
    context = Scim.RESOURCE_QUERY_RESPONSE
    if request.method == "PUT":
        row, context = handler.replace(row, _json(request)), Scim.RESOURCE_REPLACEMENT_RESPONSE
    elif request.method == "PATCH":
        row, context = handler.patch(row, _json(request)), Scim.RESOURCE_PATCH_RESPONSE
    return _json_response(handler.serialize(row, context, parameters))


def _search_by_query(handlers: list[Handler], request: ScimRequest) -> ScimResponse:
    _require_method(request, "GET")
    return _json_response(search(handlers, request.query))


def _search_by_body(handlers: list[Handler], request: ScimRequest) -> ScimResponse:
    _require_method(request, "POST")
    return _json_response(search(handlers, _json(request)))


def _discovery(request: ScimRequest, base_url: str) -> ScimResponse:
    """Return what the service supports.

    Raises:
        ForbiddenException: if the request has a filter (RFC 7644, section 4).
        NotFoundException: if the schema or resource type doesn't exist.
    """
    _require_method(request, "GET")
    if "filter" in request.query:
        raise ForbiddenException(detail="Filters are not supported here")
    endpoint, *rest = request.path
    resource_type, resources = _discovery_resources(endpoint, base_url)
    if endpoint == "ServiceProviderConfig" and not rest:
        return _json_response(resources[0])
    if not rest:
        return _json_response(list_response(resources, total=len(resources)))
    by_id = {resource.get("id", "").lower(): resource for resource in resources}
    resource = by_id.get(rest[0].lower()) if len(rest) == 1 else None
    if resource is None:
        raise NotFoundException(detail=f"There is no {resource_type} {'/'.join(rest)}")
    return _json_response(resource)


def _discovery_resources(endpoint: str, base_url: str) -> tuple[str, list[Json]]:
    """Return the resource type of a discovery endpoint, and its resources."""
    service = provider()
    resource_type, models = {
        "ServiceProviderConfig": ("ServiceProviderConfig", [service.config]),
        "ResourceTypes": ("ResourceType", service.resource_types),
        "Schemas": ("Schema", service.schemas),
    }[endpoint]
    resources: list[Json] = []
    for model in models:
        assert model is not None
        resource = model.model_dump(scim_ctx=Scim.RESOURCE_QUERY_RESPONSE)
        location = f"{base_url}/{endpoint}" + (f"/{resource['id']}" if "id" in resource else "")
        resources.append(resource | {"meta": {"resourceType": resource_type, "location": location}})
    return resource_type, resources


def _require_method(request: ScimRequest, *methods: str) -> None:
    if request.method not in methods:
        raise _MethodNotAllowed(", ".join(methods))


def _json(request: ScimRequest) -> Any:
    try:
        return msgspec.json.decode(json_depth.checked(request.body))
    except (msgspec.DecodeError, UnicodeDecodeError):
        raise InvalidSyntaxException(detail="The body is not JSON") from None


def _json_response(body: Json, status: int = 200, location: str = "") -> ScimResponse:
    headers = {"Location": location} if location else {}
    return ScimResponse(status=status, content=msgspec.json.encode(body), headers=headers)


def _error_response(error: Error, **headers: str) -> ScimResponse:
    status = int(error.status or 400)
    return ScimResponse(
        status=status,
        content=error.model_dump_json(scim_ctx=Scim.DEFAULT).encode("utf-8", "replace"),
        headers=headers,
        scim_type=error.scim_type or f"scim_{status}",
        because=error.detail or "",
    )
