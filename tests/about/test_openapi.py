"""The OpenAPI document is valid, complete, and the one that the server returns.

``tests/support/conformance.py`` compares the responses of all tests with it.
"""

import json
import re
from pathlib import Path

import pytest
from openapi_spec_validator import OpenAPIV31SpecValidator

from mockstytch.about.control_calls import CALLS
from mockstytch.app import create_app
from mockstytch.control.surface import PREFIX
from tests.support.conformance import document

ROOT = Path(__file__).parent.parent.parent
ROUTES = create_app().table.routes
OPERATIONS = [
    (path, method, operation) for path, item in document()["paths"].items() for method, operation in item.items()
]


def test_document_is_valid():
    assert [error.message for error in OpenAPIV31SpecValidator(document()).iter_errors()] == []


def test_every_call_of_the_control_api_is_described():
    served = {f"{r.method} {r.path.removeprefix(PREFIX)}" for r in ROUTES if r.surface.name == "control"}
    assert CALLS.keys() == served, "add the call to mockstytch/about/control_calls.py"


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
    assert re.fullmatch(r"[A-Z][A-Za-z0-9]*(\.\w+)*", name)
