"""Each kind of difference is found, at its place, and nothing else is."""

from collections.abc import Callable
from typing import Any

import httpx
import pytest

from mockstytch.parity.comparing import ABSENT
from mockstytch.parity.running import Outcome
from mockstytch.parity.side import Side
from tests.parity.conftest import Compare
from tests.parity.planted import Change, Plain, Planted


@pytest.fixture
def differences(target: Side, compare: Compare) -> Callable[[str, Change], list[tuple[str, str, Any, Any]]]:
    """Return the differences that the probes find if the target's responses are changed."""

    def find(pattern: str, change: Change) -> list[tuple[str, str, Any, Any]]:
        target.client = httpx.Client(transport=Planted(change))
        outcomes: list[Outcome] = [each for each in compare(pattern) if not each.probe.is_fixture]
        found = [each.difference for outcome in outcomes for each in outcome.found]
        return [(each.path, each.kind, each.target, each.local) for each in found]

    return find


def _of_organization(change: Callable[[dict[str, Any]], object]) -> Change:
    """Return a change of the organization in the responses to ``organizations.get``."""

    def apply(response: Plain) -> Plain:
        if response.request.method == "GET" and "organization" in response.body:
            change(response.body["organization"])
        return response

    return apply


def _of_error(**changes: Any) -> Change:
    def apply(response: Plain) -> Plain:
        if response.status < 400:
            return response
        return response._replace(status=changes.get("status_code", response.status), body={**response.body, **changes})

    return apply


_READ = "organizations.get: by id"
_REFUSED = "organizations.get: unknown id"
_AT = "body.organization"
_TIME = "<time: whole seconds, Z, now>"


def _move_to_front(organization: dict[str, Any]) -> None:
    rest = dict(organization)
    organization.clear()
    organization |= {"trusted_metadata": rest.pop("trusted_metadata"), **rest}


OBJECTS: dict[str, tuple[Callable[[dict[str, Any]], object], list[tuple[str, str, Any, Any]]]] = {
    "missing key": (
        lambda it: it.pop("mfa_policy"), [(f"{_AT}.mfa_policy", "key", ABSENT, "OPTIONAL")],
    ),
    "additional key": (
        lambda it: it.update(zone="eu"), [(f"{_AT}.zone", "key", "eu", ABSENT)],
    ),
    "null": (
        lambda it: it.update(organization_logo_url=None), [(f"{_AT}.organization_logo_url", "null", None, "")],
    ),
    "type": (
        lambda it: it.update(custom_roles={}), [(f"{_AT}.custom_roles", "type", {}, [])],
    ),
    "default": (
        lambda it: it.update(mfa_policy="REQUIRED_FOR_ALL"),
        [(f"{_AT}.mfa_policy", "value", "REQUIRED_FOR_ALL", "OPTIONAL")],
    ),
    "list": (
        lambda it: it.update(custom_roles=[{}]), [(f"{_AT}.custom_roles", "length", 1, 0)],
    ),
    "format of a time": (
        lambda it: it.update(created_at=it["created_at"].replace("Z", ".25Z")),
        [
            (f"{_AT}.created_at", "format", "<time: with a fraction, Z, now>", _TIME),
            (f"{_AT}.updated_at", "format", _TIME, "<time: whole seconds, Z, now, as created_at>"),
        ],
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", OBJECTS)
def test_a_difference_in_an_object_is_found(name: str, differences: Any) -> None:
    change, expected = OBJECTS[name]
    assert differences(_READ, _of_organization(change)) == expected


def test_another_order_of_keys_is_found(differences: Any) -> None:
    ((path, kind, theirs, ours),) = differences(_READ, _of_organization(_move_to_front))
    assert (path, kind) == (_AT, "order of keys")
    assert theirs[0] == "trusted_metadata"
    assert sorted(theirs) == ours
