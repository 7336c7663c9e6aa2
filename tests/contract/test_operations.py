"""The official client's operations: each is served, or stands in the ledger of known gaps."""

import re
from collections import Counter

import httpx
import pytest
from starlette.routing import Match, Mount

from mockstytch.app import create_app, endpoints
from mockstytch.gaps import GAPS
from tests.contract.operations import call, operations

SERVED = {(endpoint.method, endpoint.path) for endpoint in endpoints()}
OFFICIAL = {(operation.method, operation.path): operation for operation in operations().values()}


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


@pytest.mark.parametrize("gap", [OFFICIAL[gap].name for gap in GAPS if gap in OFFICIAL])
def test_a_gap_answers_501(client, refused, gap):
    assert refused(call, client, gap) == "not_implemented"


def test_a_gap_wants_credentials_like_everything_else(mock):
    answer = httpx.post(mock.url + "/v1/b2b/sso/authenticate", json={})
    assert (answer.status_code, answer.json()["error_type"]) == (401, "invalid_authorization_header")


@pytest.mark.parametrize("door", sorted({*SERVED, *GAPS}), ids=" ".join)
def test_no_route_hides_another(door):
    """``members/search`` is no ``members/{member_id}``, whatever the order of declaration."""
    method, template = door
    path = re.sub(r"{\w+}", "x-1", template)
    assert _route(create_app().app.routes, {"type": "http", "method": method, "path": path, "headers": []}) == template


def _route(routes, scope):
    for route in routes:
        match, child = route.matches(scope)
        if match is Match.FULL:
            return route.path + (_route(route.app.routes, {**scope, **child}) if isinstance(route, Mount) else "")
    return None
