"""The JSON of every response matches the official client's model, in both directions."""

import re

import pytest
from stytch.consumer.models.idp import IDPTokenResponse

from mockstytch.app import endpoints
from tests.contract.operations import operations
from tests.contract.shapes import differences, sorted_keys
from tests.contract.stories import STORIES

SERVED = {(endpoint.method, endpoint.path) for endpoint in endpoints()}

# Intended differences, each with the reason.
INTENDED = {
    "Organization.scim_active_connections is unknown": "recorded from the real API; the client's models dropped it",
    "AuthenticationFactor.*_factor is left out": "a factor has only the object of its type (recorded)",
    "IDPTokenResponse.<claim> is unknown": "the client returns other claims unchanged",
}
# The model of the JSON, where the client returns a different class.
READ_AS = {"idp.introspect_token_network": IDPTokenResponse}


def test_every_operation_has_a_story():
    served = {o.name for o in operations().values() if (o.method, o.path) in SERVED}
    assert STORIES.keys() == served


@pytest.mark.parametrize("name", STORIES)
def test_response_matches_the_model(given, wire, name):
    STORIES[name](given)
    operation, answer = operations()[name], wire.raw
    assert wire.last.request.method == operation.method
    assert wire.last.headers["content-type"] == "application/json"
    assert (wire.last.status_code, answer["status_code"]) == (200, 200)
    model = READ_AS.get(name, operation.model)
    found = {_general(d) for d in differences(model, answer, model.__name__)}
    assert found - INTENDED.keys() == set(), f"if a difference is intended, add it to INTENDED in {__file__}"
    assert sorted_keys(answer)


def _general(difference: str) -> str:
    difference = re.sub(r"^IDPTokenResponse\.\S+ is unknown", "IDPTokenResponse.<claim> is unknown", difference)
    return re.sub(r"^AuthenticationFactor\.\w+_factor ", "AuthenticationFactor.*_factor ", difference)
