"""Empty lists and maps in a valid request do what the table of ``mockstytch/empty_values.py`` says."""

import pytest

from mockstytch.empty_values import Empty, lists_and_maps, meaning
from tests.matrix.endpoints import ENDPOINTS

FIELDS = [
    (name, field, kind) for name, endpoint in ENDPOINTS.items() for field, kind in lists_and_maps(endpoint.request)
]


def with_field(sent, path, value):
    """Return the request with a field, or with the field of an object in it."""
    outer, _, inner = path.partition(".")
    return sent | {outer: {inner: value} if inner else value}


@pytest.mark.parametrize(("name", "field", "kind"), FIELDS, ids=[f"{name}-{field}" for name, field, _ in FIELDS])
def test_empty_value_does_what_the_table_says(own_project, name, field, kind):
    endpoint = ENDPOINTS[name]
    sent = own_project.valid_request(endpoint)
    if name == "discovery.exchange":
        own_project.given.member(own_project.acme, "grace@globex.test")
    response = own_project.send(endpoint, with_field(sent, field, kind()))
    if meaning(endpoint.request, field) is Empty.REFUSED:
        del sent[field]
        missing = own_project.send(endpoint, sent)
        assert (response.status_code, response.json()["error_type"]) == (400, missing.json()["error_type"])
    else:
        assert response.status_code == 200, response.json()
