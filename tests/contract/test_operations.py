"""Every operation of the official client is implemented, or listed in ``mockstytch/gaps.py``."""

import asyncio
import base64
import re
from collections import Counter

import httpx
import pytest

from mockstytch.about.openapi.document import build
from mockstytch.app import create_app, endpoints
from mockstytch.gaps import GAPS
from mockstytch.settings import DEFAULT_PROJECT_ID, DEFAULT_SECRET
from tests.contract.operations import operations

SERVED = {(endpoint.method, endpoint.path) for endpoint in endpoints()}
OFFICIAL = {(operation.method, operation.path): operation for operation in operations().values()}
BASIC = "Basic " + base64.b64encode(f"{DEFAULT_PROJECT_ID}:{DEFAULT_SECRET}".encode()).decode()


def test_operations_of_the_client_are_found():
    known = ("magic_links.email.discovery.send", "organizations.members.oauth_providers.google", "m2m.token")
    assert {*known, "fraud.fingerprint.lookup"} <= {*operations()}
    assert not [name for name in operations() if re.search("local|jwt$|_async", name)]
    assert len(OFFICIAL) == len(operations())


def test_operation_is_implemented_or_a_known_gap():
    assert OFFICIAL.keys() - SERVED - set(GAPS) == set(), "implement these, or list them in mockstytch/gaps.py"


def test_implemented_operation_is_no_longer_a_gap():
    assert set(GAPS) & SERVED == set()


def test_gaps_are_operations_of_the_client():
    assert set(GAPS) - OFFICIAL.keys() == set()


def test_routes_and_gaps_are_unique():
    routes = [(e.method, path) for e in endpoints() for path in (e.path, *e.aliases)]
    assert [route for route, times in Counter([*routes, *GAPS]).items() if times > 1] == []


def test_there_are_no_gaps():
    """A new version of the client can add operations. Then implement them, or change this test."""
    assert GAPS == ()


@pytest.fixture
def gap(monkeypatch):
    """The path of an operation that isn't implemented."""
    monkeypatch.setattr("mockstytch.gaps.GAPS", (("POST", "/v1/b2b/telepathy/{organization_id}"),))
    return "/v1/b2b/telepathy/{organization_id}"


def test_openapi_document_leaves_out_a_gap(gap):
    routes = create_app().table.routes
    assert ("POST", gap) in [(route.method, route.path) for route in routes]
    assert gap not in build(routes)["paths"]


@pytest.mark.parametrize(
    ("headers", "refusal"),
    [({}, (400, "invalid_authorization_header")), ({"Authorization": BASIC}, (501, "not_implemented"))],
)
def test_gap_returns_501_after_the_credentials_are_checked(gap, headers, refusal):
    app = httpx.ASGITransport(create_app())

    async def send() -> httpx.Response:
        async with httpx.AsyncClient(transport=app, base_url="http://localhost") as client:
            return await client.post(gap.format(organization_id="acme"), json={}, headers=headers)

    answer = asyncio.run(send())
    assert (answer.status_code, answer.json()["error_type"]) == refusal


@pytest.mark.parametrize("endpoint", sorted({*SERVED, *GAPS}), ids=" ".join)
def test_route_is_not_hidden_by_another(endpoint):
    """``members/search`` must not be handled by ``members/{member_id}``, in any order of declaration."""
    method, template = endpoint
    path = re.sub(r"{\w+}", "x-1", template)
    assert create_app().table.find(method, path)[0].route.path == template
