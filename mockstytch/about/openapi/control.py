"""The calls of the control API in the OpenAPI document."""

from mockstytch.about.openapi import examples, operations
from mockstytch.about.openapi.control_calls import CALLS
from mockstytch.about.openapi.schemas import Components, Schema
from mockstytch.console.reference import CONTROL
from mockstytch.control.surface import CONTROL as PROJECT_CALLS
from mockstytch.control.surface import PREFIX
from mockstytch.seed.schema import seed_schema
from mockstytch.surfaces.surface import Route

PROJECT_ID = {
    "name": "project_id",
    "in": "query",
    "description": "The project, if no Basic credentials are sent. Without either, it is the default project.",
    "schema": {"type": "string"},
}


def base_id(route: Route) -> str:
    """Return the id of a call."""
    return f"control.{CALLS[_key(route)].name}"


def _key(route: Route) -> str:
    return f"{route.method} {route.path.removeprefix(PREFIX)}"


def operation(components: Components, route: Route) -> Schema:
    """Return the operation of a call, without its id."""
    key = _key(route)
    call = CALLS[key]
    query = components.request_object(call.query) if call.query else {}
    uses_project = route.surface.authenticate is PROJECT_CALLS.authenticate or call.name == "reset"
    parameters = [
        *operations.path_parameters(route.path, {}),
        *operations.query_parameters(query),
        *([{"$ref": "#/components/parameters/ControlProjectId"}] if uses_project else []),
    ]
    found: Schema = {
        "summary": CONTROL[key].partition(": ?")[0].rstrip("."),
        "tags": ["control"],
        "security": [{"project": []}, {}] if uses_project else [{}],
    }
    if parameters:
        found["parameters"] = parameters
    if call.body is not None:
        is_seed = call.name == "seed"
        schema = components.add_document("Seed", seed_schema()) if is_seed else components.request(call.body)
        body = operations.body(schema, required=call.needs_body)
        body["content"][operations.JSON]["example"] = call.example or examples.value(components, call.name, schema)
        found["requestBody"] = body
    media_type = operations.TEXT if call.returns is str else operations.JSON
    returned = components.response(call.returns)
    found["responses"] = {
        "200": operations.response("Success", returned, media_type),
        "default": operations.response("An error; `error_message` has the reason, too", operations.ERROR),
    }
    return found
