"""One SCIM call: who may make it, what it is about, and how SCIM refuses."""

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
    ResponseParameters,
    SCIMException,
    UnauthorizedException,
)

from mockstytch.domain.scim import scim_connections
from mockstytch.protocols.scim.scim_models import provider
from mockstytch.runtime import Context, Mock
from mockstytch.scim_server.resources import Groups, Json, Kind, Users, search
from mockstytch.store.records.projects import Project
from mockstytch.store.records.scim import ScimConnection
from mockstytch.values import Frozen

_KINDS: dict[str, type[Kind[Any, Any]]] = {"Users": Users, "Groups": Groups}


class Call(Frozen):
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


class Answer(Frozen):
    """The response. ``scim_type`` and ``because`` are for the request log; a success has none."""

    status: int = 200
    content: bytes = b""
    headers: dict[str, str] = {}
    scim_type: str = ""
    because: str = ""


class _WrongMethod(SCIMException):
    status = 405

    def __init__(self, allowed: str) -> None:
        super().__init__(detail=f"Allowed here: {allowed}")
        self.allowed = allowed


def handle(mock: Mock, project: Project, server_url: str, call: Call) -> Answer:
    """Return the response to a call. What SCIM itself refuses is a response, too.

    Args:
        project: the project of the connection.
        server_url: URL under which the caller reached this server.

    Raises:
        StytchError: if a rule of the API refuses the change.
    """
    try:
        with mock.transaction(project, server_url) as ctx:
            ctx.source = "scim"
            connection = ctx.store.get(ScimConnection, connection_id=call.connection_id)
            scheme, _, token = call.authorization.partition(" ")
            if scheme.lower() != "bearer" or not scim_connections.accepts_token(ctx, connection, token.strip()):
                raise UnauthorizedException()
            return _route(ctx, connection, call)
    except _WrongMethod as e:
        return _refusal(e.to_error(), Allow=e.allowed)
    except UnauthorizedException as e:
        return _refusal(e.to_error(), **{"WWW-Authenticate": "Bearer"})
    except SCIMException as e:
        return _refusal(e.to_error())
    except ValidationError as e:
        return _refusal(Error.from_validation_errors(e)[0])
    except RecursionError:
        return _refusal(InvalidSyntaxException(detail="nested too deeply").to_error())


def _route(ctx: Context, connection: ScimConnection, call: Call) -> Answer:
    base = f"{ctx.base_url}/v1/b2b/scim/{connection.connection_id}"
    kinds = {name: kind(ctx, connection, base) for name, kind in _KINDS.items()}
    match call.path:
        case [("ServiceProviderConfig" | "ResourceTypes" | "Schemas"), *_]:
            return _discovered(call, base)
        case [("Users" | "Groups") as name]:
            return _collection(kinds[name], call)
        case [".search"] | []:
            return _searched(list(kinds.values()), call, by_body=bool(call.path))
        case [("Users" | "Groups") as name, ".search"]:
            return _searched([kinds[name]], call, by_body=True)
        case [("Users" | "Groups") as name, id]:
            return _one(kinds[name], id, call)
        case ["Bulk"] | ["Me", *_]:
            raise NotImplementedException(detail=f"/{call.path[0]} is not supported")
    raise NotFoundException(detail=f"There is nothing at /{'/'.join(call.path)}")


def _collection(kind: Kind[Any, Any], call: Call) -> Answer:
    if call.method == "GET":
        return _searched([kind], call, by_body=False)
    _allow(call, "GET", "POST")
    made = kind.create(_json(call))
    shown = kind.shown(made, Scim.RESOURCE_CREATION_RESPONSE, _parameters(kind, call))
    return _found(shown, 201, kind.location(made))


def _one(kind: Kind[Any, Any], id: str, call: Call) -> Answer:
    _allow(call, "GET", "PUT", "PATCH", "DELETE")
    parameters = _parameters(kind, call)
    row = kind.find(id)
    if call.method == "DELETE":
        kind.delete(row)
        return Answer(status=204)
    if call.method == "GET":
        return _found(kind.shown(row, Scim.RESOURCE_QUERY_RESPONSE, parameters))
    if call.method == "PUT":
        row = kind.replace(row, _json(call))
        return _found(kind.shown(row, Scim.RESOURCE_REPLACEMENT_RESPONSE, parameters))
    row = kind.patch(row, _json(call))
    return _found(kind.shown(row, Scim.RESOURCE_PATCH_RESPONSE, parameters))


def _searched(kinds: list[Kind[Any, Any]], call: Call, by_body: bool) -> Answer:
    _allow(call, "POST" if by_body else "GET")
    return _found(search(kinds, _json(call) if by_body else call.query))


def _discovered(call: Call, base: str) -> Answer:
    """What the service can do. RFC 7644 §4: a filter is refused there."""
    _allow(call, "GET")
    if "filter" in call.query:
        raise ForbiddenException(detail="Filters are not supported here")
    known = provider()
    endpoint, *rest = call.path
    found = {
        "ServiceProviderConfig": [known.config],
        "ResourceTypes": known.resource_types,
        "Schemas": known.schemas,
    }[endpoint]
    kind = endpoint.removesuffix("s") if endpoint != "ServiceProviderConfig" else endpoint
    shown: list[Json] = []
    for resource in found:
        assert resource is not None
        dumped = resource.model_dump(scim_ctx=Scim.RESOURCE_QUERY_RESPONSE)
        location = f"{base}/{endpoint}" + (f"/{dumped['id']}" if "id" in dumped else "")
        shown.append(dumped | {"meta": {"resourceType": kind, "location": location}})
    if endpoint == "ServiceProviderConfig" and not rest:
        return _found(shown[0])
    if not rest:
        return _found(_listed(shown))
    wanted = next((s for s in shown if len(rest) == 1 and s.get("id", "").lower() == rest[0].lower()), None)
    if wanted is None:
        raise NotFoundException(detail=f"There is no {kind} {'/'.join(rest)}")
    return _found(wanted)


def _listed(resources: list[Json]) -> Json:
    return {
        "schemas": ["urn:ietf:params:scim:api:messages:2.0:ListResponse"],
        "totalResults": len(resources),
        "startIndex": 1,
        "itemsPerPage": len(resources),
        "Resources": resources,
    }


def _parameters(kind: Kind[Any, Any], call: Call) -> ResponseParameters[Any]:
    """``attributes`` and ``excludedAttributes``."""
    wanted = {name: call.query[name] for name in ("attributes", "excludedAttributes") if name in call.query}
    return kind.parameters.model_validate(wanted)


def _allow(call: Call, *methods: str) -> None:
    if call.method not in methods:
        raise _WrongMethod(", ".join(methods))


def _json(call: Call) -> Any:
    try:
        return msgspec.json.decode(call.body)
    except (msgspec.DecodeError, UnicodeDecodeError):
        raise InvalidSyntaxException(detail="The body is not JSON") from None


def _found(body: Json, status: int = 200, location: str = "") -> Answer:
    headers = {"Location": location} if location else {}
    return Answer(status=status, content=msgspec.json.encode(body), headers=headers)


def _refusal(error: Error, **headers: str) -> Answer:
    status = int(error.status or 400)
    return Answer(
        status=status,
        content=error.model_dump_json(scim_ctx=Scim.DEFAULT).encode("utf-8", "replace"),
        headers=headers,
        scim_type=error.scim_type or f"scim_{status}",
        because=error.detail or "",
    )
