"""The official client's operations: each is served, or stands in the ledger of known gaps."""

import asyncio
import base64
import re
from collections import Counter

import httpx
import pytest

from mockstytch.app import create_app, endpoints
from mockstytch.gaps import GAPS
from mockstytch.settings import DEFAULT_PROJECT_ID, DEFAULT_SECRET
from tests.contract.operations import operations

SERVED = {(endpoint.method, endpoint.path) for endpoint in endpoints()}
OFFICIAL = {(operation.method, operation.path): operation for operation in operations().values()}
BASIC = "Basic " + base64.b64encode(f"{DEFAULT_PROJECT_ID}:{DEFAULT_SECRET}".encode()).decode()


def test_the_walk_finds_what_the_client_has():
    known = ("magic_links.email.discovery.send", "organizations.members.oauth_providers.google", "m2m.token")
    assert {*known, "fraud.fingerprint.lookup"} <= {*operations()}
    assert not [name for name in operations() if re.search("local|jwt$|_async", name)]
    assert len(OFFICIAL) == len(operations())


def test_each_is_served_or_a_known_gap():
    assert OFFICIAL.keys() - SERVED - set(GAPS) == set(), "neither served nor in mockstytch/gaps.py"


def test_a_gap_that_is_served_is_struck_out():
    assert set(GAPS) & SERVED == set()


def test_nothing_stands_in_the_ledger_that_the_client_lacks():
    assert set(GAPS) - OFFICIAL.keys() == set()


def test_nothing_stands_there_or_is_served_twice():
    doors = [(e.method, path) for e in endpoints() for path in (e.path, *e.aliases)]
    assert [door for door, times in Counter([*doors, *GAPS]).items() if times > 1] == []


def test_the_ledger_is_empty():
    """And stays so: whatever a new version of the client brings is served, or this says that it isn't."""
    assert GAPS == ()


@pytest.mark.parametrize(
    ("headers", "refusal"),
    [({}, (401, "invalid_authorization_header")), ({"Authorization": BASIC}, (501, "not_implemented"))],
)
def test_a_gap_answers_501_after_the_credentials(monkeypatch, headers, refusal):
    monkeypatch.setattr("mockstytch.app.GAPS", (("POST", "/v1/b2b/telepathy/{organization_id}"),))
    app = httpx.ASGITransport(create_app())

    async def asked() -> httpx.Response:
        async with httpx.AsyncClient(transport=app, base_url="http://localhost") as client:
            return await client.post("/v1/b2b/telepathy/acme", json={}, headers=headers)

    answer = asyncio.run(asked())
    assert (answer.status_code, answer.json()["error_type"]) == refusal


@pytest.mark.parametrize("door", sorted({*SERVED, *GAPS}), ids=" ".join)
def test_no_route_hides_another(door):
    """``members/search`` is no ``members/{member_id}``, whatever the order of declaration."""
    method, template = door
    path = re.sub(r"{\w+}", "x-1", template)
    assert create_app().table.find(method, path)[0].route.path == template
