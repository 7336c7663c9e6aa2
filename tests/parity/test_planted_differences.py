"""Each kind of difference is found, at its place, and nothing else is."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import httpx
import jwt
import pytest

from mockstytch.parity.responses.comparing import ABSENT
from mockstytch.parity.running import Outcome
from mockstytch.parity.sending.side import Side
from tests.parity.conftest import Compare
from tests.parity.planted import Change, Plain, Planted
from tests.support.keys import rsa_key


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


def _of_id(organization: dict[str, Any]) -> None:
    organization["organization_id"] = organization["organization_id"].replace("organization-test-", "org_")


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
    "format of an id": (
        _of_id,
        [
            (
                f"{_AT}.organization_id",
                "format",
                "org_<uuid4>",
                "{acme.organization_id} <organization-test-uuid4>",
            ),
        ],
    ),
    "format of a time": (
        lambda it: it.update(created_at=it["created_at"].replace("Z", ".25Z")),
        [(f"{_AT}.created_at", "format", "<time: with a fraction, Z, now>", _TIME)],
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", OBJECTS)
def test_a_difference_in_an_object_is_found(name: str, differences: Any) -> None:
    change, expected = OBJECTS[name]
    assert differences(_READ, _of_organization(change)) == expected


def test_a_change_of_the_object_is_found(differences: Any) -> None:
    def change(response: Plain) -> Plain:
        if response.request.method == "PUT":
            organization = response.body["organization"]
            second_later = datetime.fromisoformat(organization["created_at"]) + timedelta(seconds=1)
            organization["updated_at"] = second_later.strftime("%Y-%m-%dT%H:%M:%SZ")
        return response

    now = "<time: whole seconds, Z, now"
    assert differences("requests: an update without fields", change) == [
        (f"{_AT}.updated_at", "format", f"{now}, after created_at>", f"{now}, as created_at>")
    ]


def test_another_order_of_keys_is_found(differences: Any) -> None:
    ((path, kind, theirs, ours),) = differences(_READ, _of_organization(_move_to_front))
    assert (path, kind) == (_AT, "order of keys")
    assert theirs[0] == "trusted_metadata"
    assert sorted(theirs) == ours


ERRORS: dict[str, tuple[dict[str, Any], list[tuple[str, str, Any, Any]]]] = {
    "status": ({"status_code": 400}, [("status", "status", 400, 404), ("body.status_code", "value", 400, 404)]),
    "error_type": (
        {"error_type": "not_found"},
        [("body.error_type", "error_type", "not_found", "organization_not_found")],
    ),
    "message": (
        {"error_message": "Gone."},
        [("body.error_message", "message", "Gone.", "Organization could not be found.")],
    ),
    "error_url": (
        {"error_url": "https://stytch.com/docs/b2b/api/errors/404#organization_not_found"},
        [
            (
                "body.error_url",
                "error_url",
                "https://stytch.com/docs/b2b/api/errors/404#organization_not_found",
                "https://stytch.com/docs/api/errors/404#organization_not_found",
            )
        ],
    ),
    "format of the request id": (
        {"request_id": "1234"},
        [("body.request_id", "format", "1234", "<request-id-test-uuid4>")],
    ),
}


@pytest.mark.parametrize("name", ERRORS)
def test_a_difference_in_an_error_is_found(name: str, differences: Any) -> None:
    changes, expected = ERRORS[name]
    assert differences(_REFUSED, _of_error(**changes)) == expected


def test_a_success_instead_of_an_error_is_found(differences: Any) -> None:
    def apply(response: Plain) -> Plain:
        return response._replace(status=200, body={"status_code": 200}) if response.status == 404 else response

    assert differences(_REFUSED, apply) == [
        ("status", "status", 200, 404),
        ("body.error_type", "error_type", "<success>", "organization_not_found"),
    ]


def test_another_order_of_checks_is_found(differences: Any) -> None:
    found = differences(
        "organizations.create: taken slug and wrong auth_methods",
        _of_error(error_type="invalid_organization_auth_factor_setting"),
    )
    assert found == [
        (
            "body.error_type",
            "order of checks",
            "invalid_organization_auth_factor_setting",
            "organization_slug_already_used",
        )
    ]


def test_another_header_is_found(differences: Any) -> None:
    def apply(response: Plain) -> Plain:
        return response._replace(headers={**response.headers, "content-type": "text/json", "cache-control": "no-store"})

    assert differences(_REFUSED, apply) == [
        ("header.content-type", "header", "text/json", "application/json"),
        ("header.cache-control", "header", "no-store", ABSENT),
    ]


def test_case_and_space_in_a_header_dont_matter(differences: Any) -> None:
    def apply(response: Plain) -> Plain:
        return response._replace(headers={**response.headers, "content-type": "Application/JSON "})

    assert differences(_REFUSED, apply) == []


def test_a_body_that_isnt_json_is_found(differences: Any) -> None:
    def apply(response: Plain) -> Plain:
        return response._replace(body="gone") if response.status == 404 else response

    assert differences(_REFUSED, apply)[0] == (
        "body.error_type",
        "error_type",
        "<success>",
        "organization_not_found",
    )


def _with_token(token: Callable[[str], str]) -> Change:
    """Return a change of the session token in the responses to ``sessions.authenticate``."""

    def apply(response: Plain) -> Plain:
        if response.request.url.path.endswith("sessions/authenticate") and "session_token" in response.body:
            response.body["session_token"] = token(response.body["session_token"])
        return response

    return apply


def test_another_length_of_a_token_is_found(differences: Any) -> None:
    ((path, kind, theirs, ours),) = differences("sessions.authenticate: by token", _with_token(lambda it: "x1" * 16))
    assert (path, kind) == ("body.session_token", "format")
    assert theirs.startswith("<token: 32 ")
    assert ours.startswith("{login.session_token} <token: 44 ")


def test_another_alphabet_of_a_token_is_found(differences: Any) -> None:
    ((_, kind, theirs, _),) = differences("sessions.authenticate: by token", _with_token(lambda it: "0f" * 22))
    assert (kind, theirs) == ("format", "<token: 44 hexadecimal>")


def test_a_claim_of_a_jwt_is_compared(differences: Any) -> None:
    def apply(response: Plain) -> Plain:
        if response.body.get("session_jwt"):
            claims = jwt.decode(response.body["session_jwt"], options={"verify_signature": False})
            claims["aud"] = claims["aud"][0]
            claims["exp"] += 600
            header = jwt.get_unverified_header(response.body["session_jwt"])
            response.body["session_jwt"] = jwt.encode(claims, rsa_key(), "RS256", headers=header)
        return response

    at = 'body.session_jwt["jwt claims"]'
    found = differences("sessions.authenticate: by token", apply)
    assert [each for each in found if each[1] != "order of keys"] == [
        (f"{at}.aud", "type", "{project_id} <project-test-uuid4>", ["{project_id} <project-test-uuid4>"]),
        (f"{at}.exp", "format", "<unix time: in 15 minutes>", "<unix time: in 5 minutes>"),
    ]


def test_a_longer_lifetime_is_found(differences: Any) -> None:
    def apply(response: Plain) -> Plain:
        session = response.body.get("member_session")
        if session and response.request.url.path.endswith("sessions/authenticate"):
            expires_at = datetime.fromisoformat(session["expires_at"]) + timedelta(minutes=30)
            session["expires_at"] = expires_at.strftime("%Y-%m-%dT%H:%M:%SZ")
        return response

    assert differences("sessions.authenticate: by token", apply) == [
        (
            "body.member_session.expires_at",
            "format",
            "<time: whole seconds, Z, in 90 minutes>",
            "<time: whole seconds, Z, in 60 minutes>",
        )
    ]


def test_a_call_that_cant_be_made_is_found(differences: Any) -> None:
    def apply(response: Plain) -> Plain:
        if response.request.method == "POST" and "organization" in response.body:
            response.body["organization"].pop("organization_id", None)
        return response

    found = differences("organizations.update: the name", apply)
    assert found == [
        ("body.organization.organization_id", "key", ABSENT, "{organization_id} <organization-test-uuid4>")
    ]
