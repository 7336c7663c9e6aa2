"""The OpenAPI document is valid, complete, and the one that the server returns.

``tests/support/conformance.py`` compares the responses of all tests with it.
"""

import json
import re
from pathlib import Path

import pytest
from openapi_spec_validator import OpenAPIV31SpecValidator

from mockstytch import errors
from mockstytch.about.openapi import operations, pages, scim
from mockstytch.about.openapi.control_calls import CALLS
from mockstytch.about.openapi.examples import value
from mockstytch.about.openapi.schemas import Components
from mockstytch.about.types import responses
from mockstytch.about.types.management_responses import MANAGEMENT
from mockstytch.app import create_app, endpoints
from mockstytch.browser import sdk_operations
from mockstytch.control.surface import PREFIX
from mockstytch.management import routes as management
from mockstytch.surfaces.faults.operation_names import endpoint_of
from mockstytch.surfaces.validation import parse
from tests.support import conformance
from tests.support.conformance import document
from tools import operation_errors

ROOT = Path(__file__).parent.parent.parent
ROUTES = create_app().table.routes
OPERATIONS = [
    (path, method, operation) for path, item in document()["paths"].items() for method, operation in item.items()
]


def test_document_is_valid():
    assert [error.message for error in OpenAPIV31SpecValidator(document()).iter_errors()] == []


def test_every_call_of_the_control_api_is_described():
    served = {f"{r.method} {r.path.removeprefix(PREFIX)}" for r in ROUTES if r.surface.name == "control"}
    assert CALLS.keys() == served, "add the call to mockstytch/about/openapi/control_calls.py"


def test_every_route_is_described():
    described = {(path, method) for path, method, _ in OPERATIONS}
    served = {
        (operations.openapi_path(r.path), r.method.lower())
        for r in ROUTES
        if r.surface.name != "scim" and r.method != "OPTIONS"
    }
    assert served - described == set(), "see mockstytch/about/openapi/pages.py for pages"
    assert {path for path, _ in described - served} == {p for p, _ in described if p.startswith(scim.BASE)}


def test_every_operation_has_one_response_type():
    assert responses.API.keys() == {endpoint.name for endpoint in [*endpoints(), *sdk_operations.api]}
    assert MANAGEMENT.keys() == {endpoint.name for endpoint in management.endpoints()}


def test_every_page_exists():
    paths = {route.path for route in ROUTES}
    assert pages.PAGES.keys() | pages.ALIASES.keys() <= paths


def bodies():
    for path, method, operation in OPERATIONS:
        for media_type, content in operation.get("requestBody", {}).get("content", {}).items():
            if "example" in content:
                yield pytest.param(path, method, media_type, content["example"], id=operation["operationId"])


@pytest.mark.parametrize(("path", "method", "media_type", "example"), list(bodies()))
def test_example_of_a_request_conforms(path, method, media_type, example):
    pointer = conformance.pointer(f"{method} {path}", "requestBody", "content", media_type, "schema")
    assert conformance.errors("the example", pointer, example) == []


def parsed():
    for route in ROUTES:
        endpoint = endpoint_of(route)
        path = operations.openapi_path(route.path)
        body = document()["paths"].get(path, {}).get(route.method.lower(), {}).get("requestBody")
        if endpoint is not None and body is not None:
            example = body["content"]["application/json"]["example"]
            yield pytest.param(endpoint, call_of(route, endpoint), example, id=f"{route.method} {route.path}")


def call_of(route, endpoint):
    return next((call for call in endpoint.sdk_calls if route.path == f"/sdk/v1{call.path}"), None)


@pytest.mark.parametrize(("endpoint", "call", "example"), list(parsed()))
def test_example_of_a_request_is_valid(endpoint, call, example):
    """Fields that come from elsewhere are added: from the path, or from the session."""
    components = Components([])
    schema = components.request_object(endpoint.request)
    missing = [name for name in schema.get("required", []) if name not in example]
    required = {name: value(components, name, schema["properties"][name]) for name in missing}
    parse(endpoint.request, {**required, **example})


def test_every_error_type_is_described():
    assert document()["x-error-types"].keys() == {kind.error_type for kind in errors.catalogue()}


def test_operation_has_the_errors_that_the_page_of_errors_lists():
    """``docs/errors.md`` and the document have the same source, ``tools.refusals``."""
    assert operation_errors.main(["--check"]) == 0
    create = document()["paths"]["/v1/b2b/organizations/{organization_id}/members"]["post"]
    content = create["responses"]["400"]["content"]["application/json"]
    assert "duplicate_member_email" in content["schema"]["allOf"][1]["properties"]["error_type"]["enum"]


def test_operation_ids_are_unique():
    ids = [operation["operationId"] for _, _, operation in OPERATIONS]
    assert len(ids) == len(set(ids))


def test_patterns_are_valid_in_javascript():
    patterns = re.findall(r'"pattern": "(.*?)"[,}]', json.dumps(document()))
    assert [p for p in patterns if re.search(r"\\\\[AZ]|\(\?[Pa-z]", p)] == []


def test_every_component_is_used():
    text = json.dumps(document())
    unused = [name for name in document()["components"]["schemas"] if f'"#/components/schemas/{name}"' not in text]
    assert unused == []


def test_server_returns_the_document_with_its_own_url(mock):
    mock.configure()
    returned = mock.call("GET", "/openapi.json")
    assert returned["servers"][0]["url"] == mock.url
    assert returned["paths"] == document()["paths"]
    assert returned["components"] == document()["components"]


def test_documentation_has_the_document():
    copy = json.loads((ROOT / "docs" / "openapi.json").read_text(encoding="utf-8"))
    assert copy["paths"] == json.loads(json.dumps(document()["paths"]))


@pytest.mark.parametrize("name", sorted(document()["components"]["schemas"]))
def test_component_has_a_plain_name(name):
    assert re.fullmatch(r"(Seed\.[\w.]+|[A-Z][A-Za-z0-9]*)", name)
