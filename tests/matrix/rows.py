"""Rows that the tables of field errors share: what is spoilt, and the error that the API has for it."""

from typing import Any

import pytest

from mockstytch import errors
from mockstytch.surfaces.endpoint import Endpoint
from tests.matrix.requests_of import ENDPOINTS, World, refusal

Row = tuple[dict[str, Any], str]

STATUS = {kind.error_type: kind.status_code for kind in errors.catalogue()}
ABSENT = object()
KEYS_21 = {f"key{n}": n for n in range(21)}
LARGE = {"text": "x" * 4096}
UNKNOWN_MEMBER = "member-test-11111111-1111-4111-8111-111111111111"
RESTRICTED = "RESTRICTED"


def each(field: str, error_type: str, *values: Any) -> list[Row]:
    """One row of the table for each value."""
    return [({field: value}, error_type) for value in values]


NO_TOKENS = (
    "",
    "x",
    "x" * 43,
    "x" * 45,
    "x" * 22,
    "x" * 42 + "==",
    "é" * 44,
    "x" * 43 + "/",
    " " + "x" * 43,
    "x" * 44 + "\n",
)
NO_EMAILS = ("", "x", "x@", "@x.test", "a b@x.test", "a@x", "a@@x.test", "a@x..test", "a@-x.test", "a" * 65 + "@x.test")
NO_IDS = ("", "no such/one", "a" * 129, "é")

ORGANIZATION_REF = each("organization_id", "invalid_organization_id", *NO_IDS) + each(
    "organization_id", "organization_not_found", "nobody", "organization-test-x", "a" * 128
)
EMAIL = each("email_address", "invalid_email", ABSENT, *NO_EMAILS)
MINUTES = each("session_duration_minutes", "invalid_session_duration_minutes", 0, 4, -5, 527041, 2**63)
CLAIMS = [
    ({"session_custom_claims": LARGE}, "custom_claims_too_large"),
    ({"session_custom_claims": {"https://stytch.com/session": {}}}, "stytch_claims_in_custom_claims"),
    ({"session_custom_claims": "x"}, "bad_request"),
]
LOCALE = each("locale", "invalid_locale", "xx", "english", "e")
PKCE = each("pkce_code_challenge", "invalid_pkce_code_challenge", "short", "x" * 44, "x" * 42 + "=", "x" * 43 + "\n")
METADATA = [
    ({"trusted_metadata": KEYS_21}, "metadata_too_many_keys"),
    ({"trusted_metadata": LARGE}, "metadata_too_large"),
    *each("trusted_metadata", "metadata_invalid_format", "x", 5, True, ["x"]),
]
SESSION = [
    *each("session_token", "invalid_session_token", *NO_TOKENS[1:]),
    *each("session_token", "session_not_found", "x" * 44),
    *[
        ({"session_token": ABSENT, "session_jwt": jwt}, "unable_to_parse_session_jwt")
        for jwt in ("x", "a.b.c", "é.é.é")
    ],
]
NO_CODES = (
    ABSENT,
    "",
    "12345",
    "1234567",
    "12345a",
    " 12345",
    "123456\n",
    "\uff11\uff12\uff13\uff14\uff15\uff16",
    "१२३४५६",
    "+12345",
    "12 456",
    "-12345",
)
CODE = each("code", "invalid_code", *NO_CODES)
VERIFIER = [
    *each("pkce_code_verifier", "invalid_pkce_code_verifier", "a b", "x" * 129, "x" * 43 + "\n"),
    *each("pkce_code_verifier", "pkce_did_not_expect_code_verifier", "x" * 43),
]
MEMBER = each("member_id", "member_not_found", UNKNOWN_MEMBER, "nobody", "bob", "x" * 200)


def parametrize(table: dict[str, list[Row]]) -> pytest.MarkDecorator:
    """A test for each row."""
    found = []
    for name, changes in table.items():
        for change, error_type in changes:
            said = ", ".join(f"{k}={'absent' if v is ABSENT else repr(v)[:24]}" for k, v in change.items())
            found.append(pytest.param(ENDPOINTS[name], change, error_type, id=f"{name} {said} {error_type}"))
    return pytest.mark.parametrize(("endpoint", "change", "error_type"), found)


def answered(world: World, endpoint: Endpoint, change: dict[str, Any]) -> tuple[int, str]:
    """Status and error of the endpoint's good request, changed like this."""
    sent = {name: value for name, value in {**world.good(endpoint), **change}.items() if value is not ABSENT}
    return refusal(world.send(endpoint, sent))
