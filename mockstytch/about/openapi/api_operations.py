"""The operations of the API in the OpenAPI document: of the backend, browsers, the management API and OAuth clients."""

from collections.abc import Iterable

from mockstytch.about.openapi import error_types, operations
from mockstytch.about.openapi.examples import example
from mockstytch.about.openapi.schemas import Components, Schema
from mockstytch.about.types import responses
from mockstytch.browser.routes import PREFIX
from mockstytch.browser.surface import SESSION_FIELDS
from mockstytch.descriptions import text_of
from mockstytch.surfaces.endpoint import Endpoint, SdkCall
from mockstytch.surfaces.faults.operation_names import endpoint_of, name_of
from mockstytch.surfaces.surface import FRAUD, Route

FORM = "application/x-www-form-urlencoded"
_CREATES = "operations.register"  # the only operation that returns 201 (RFC 7591, section 3.2.1)
_IN_QUERY = ("GET", "DELETE")
_MEMBER: list[Schema] = [{"project": [], "memberSession": []}, {"project": [], "memberSessionJwt": []}]


def operation(components: Components, route: Route) -> Schema:
    """Return the operation of a route that has an endpoint, without its id."""
    endpoint = endpoint_of(route)
    assert endpoint is not None
    surface = surface_of(route)
    call = _sdk_call(route, endpoint) if surface == "browser" else None
    model = _without(components.request_object(endpoint.request), _hidden(endpoint, call, route))
    found: Schema = {
        "summary": summary_of(route),
        "tags": [surface],
        "security": _security(surface, endpoint, call),
    }
    if about := _description(endpoint):
        found["description"] = about
    in_path = operations.path_names(route.path)
    rest = _without(model, in_path)
    parameters = operations.path_parameters(route.path, model.get("properties", {}))
    if route.method in _IN_QUERY:
        parameters += operations.query_parameters(rest)
    elif rest["properties"]:
        found["requestBody"] = _body(components, surface, rest)
    if parameters:
        found["parameters"] = parameters
    found["responses"] = {
        "201" if endpoint.name == _CREATES else "200": operations.response(
            "Success", _success(components, surface, endpoint, call)
        ),
        **_refusals(surface, endpoint),
    }
    if route.path != endpoint.path and surface not in ("browser", "oauth_server"):
        found["deprecated"] = True  # an older path
    return found


def surface_of(route: Route) -> str:
    """Return the name of a route's surface. The fraud product has its own."""
    return "fraud" if route.surface is FRAUD else route.surface.name


def base_id(route: Route) -> str:
    """Return the operation's id, if no other operation has it."""
    endpoint = endpoint_of(route)
    assert endpoint is not None
    name = name_of(endpoint)
    if surface_of(route) != "browser":
        return name
    return name if name.startswith("browser.") else f"browser.{name}"


def endings(route: Route) -> list[str]:
    """Return the endings of an operation's id, if it isn't the only one with its base."""
    endpoint = endpoint_of(route)
    if endpoint is None:
        return [""]
    if route.surface.name == "browser":
        call = _sdk_call(route, endpoint)
        is_own = len(endpoint.sdk_calls) > 1 and "member_id" in call.own
        return [".self", ".self_alias"] if is_own else [""]
    if route.surface.name == "oauth_server" and not operations.path_names(route.path):
        return [".at_domain"]
    return [""]


def summary_of(route: Route) -> str:
    """Return the first sentence of an operation's docstring, or its name."""
    endpoint = endpoint_of(route)
    assert endpoint is not None
    return text_of(endpoint.operation).partition("\n\n")[0].rstrip(".") or base_id(route)


def _description(endpoint: Endpoint) -> str:
    parts = text_of(endpoint.operation).split("\n\n")[1:]
    if isinstance(endpoint.permission, str) and endpoint.permission:
        parts.append(f"A member needs the permission `{endpoint.resource}: {endpoint.permission}`.")
    elif endpoint.permission:
        listed = ", ".join(f"`{field}`: `{action}`" for field, action in dict(endpoint.permission).items())
        parts.append(f"A member needs a permission of `{endpoint.resource}` for each field: {listed}.")
    return "\n\n".join(parts)


def _sdk_call(route: Route, endpoint: Endpoint) -> SdkCall:
    path = route.path.removeprefix(PREFIX)
    return next(
        call for call in endpoint.sdk_calls if call.method == route.method and call.path.lstrip("/") == path.lstrip("/")
    )


def _hidden(endpoint: Endpoint, call: SdkCall | None, route: Route) -> set[str]:
    """Return the names of fields that callers can't send, because they come from the session or the headers."""
    if call is None:
        return {"project_id"} - set(operations.path_names(route.path)) if surface_of(route) == "oauth_server" else set()
    names_another = "member_id" in operations.path_names(route.path)
    return {*call.own, *SESSION_FIELDS, "origin"} - ({"session_token"} if names_another else set())


def _without(model: Schema, names: Iterable[str]) -> Schema:
    """Return the schema of an object without some of its properties."""
    hidden = set(names)
    properties = {name: value for name, value in model.get("properties", {}).items() if name not in hidden}
    required = [name for name in model.get("required", []) if name not in hidden]
    return {"type": "object", "properties": properties, **({"required": required} if required else {})}


def _body(components: Components, surface: str, model: Schema) -> Schema:
    found = operations.body(model, required="required" in model)
    found["content"][operations.JSON]["example"] = example(components, model)
    if surface == "oauth_server":
        found["content"] = {FORM: {"schema": model}, **found["content"]}
    return found


def _success(components: Components, surface: str, endpoint: Endpoint, call: SdkCall | None) -> Schema:
    shapes = responses.shapes(endpoint.name, of_management=surface == "management")
    if call is not None and call.empty:
        shapes = ({},)
    variants = [operations.properties_schema(components, {**responses.ENVELOPE, **shape}) for shape in shapes]
    schema = variants[0] if len(variants) == 1 else {"anyOf": variants}
    if call is None:
        return schema
    return {"type": "object", "properties": {"data": schema}, "required": ["data"]}


def _security(surface: str, endpoint: Endpoint, call: SdkCall | None) -> list[Schema]:
    if endpoint.public:
        if surface != "oauth_server":
            return [{}]
        return [{"oauthAccessToken": []}] if endpoint.name.endswith("user_info") else [{"oauthClient": []}, {}]
    if surface == "management":
        return [{"workspaceKey": []}, {"workspaceToken": []}]
    if call is not None:
        visitor: list[Schema] = [{"publicToken": []}]
        session: list[Schema] = [{"browserSession": []}]
        return {"required": session, "token": session, "none": visitor}.get(call.session, [*visitor, *session])
    return [{"project": []}, *_MEMBER] if endpoint.permission else [{"project": []}]


def _refusals(surface: str, endpoint: Endpoint) -> dict[str, Schema]:
    if surface == "oauth_server":
        return {"default": {"$ref": "#/components/responses/OAuthError"}}
    own = error_types.of_operation(endpoint)
    common = error_types.by_status({kind.error_type for kind in error_types.COMMON[surface]})
    found = {}
    for status in sorted({*own, *common}):
        found[str(status)] = operations.refusal(surface, status, own.get(status, []), common.get(status, []))
    return found


def events(components: Components) -> Schema:
    """Return the operation that accepts the telemetry of browser SDKs, without its id."""
    envelope = operations.properties_schema(components, responses.ENVELOPE)
    item = {"type": "object", "properties": {"event": {"type": "object"}}, "required": ["event"]}
    return {
        "summary": "Accept the telemetry of an SDK",
        "tags": ["browser"],
        "security": [{}],
        "requestBody": operations.body({"type": "array", "items": item}, required=True),
        "responses": {
            "200": operations.response(
                "Success", {"type": "object", "properties": {"data": envelope}, "required": ["data"]}
            ),
            "default": operations.response("An error", operations.ERROR),
        },
    }
