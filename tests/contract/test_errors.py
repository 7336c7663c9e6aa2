"""The shape of an error response: five keys in a fixed order, and a sixth for details."""

import json

import pytest

from mockstytch import errors
from mockstytch.gaps import GAPS

KEYS = ["status_code", "request_id", "error_type", "error_message", "error_url"]


def body_of(answer):
    assert answer.headers["content-type"] == "application/json"
    body = json.loads(answer.content)
    assert body["status_code"] == answer.status_code
    assert body["request_id"].startswith("request-id-test-")
    return body


@pytest.mark.parametrize(
    ("method", "path", "status", "error_url"),
    [
        ("GET", "/v1/b2b/organizations/nope", 404, "api/errors/404#organization_not_found"),
        ("POST", "/v1/b2b/organizations", 400, "b2b/api/errors/400#organization_name_missing"),
        ("POST", "/v1/b2b/magic_links/authenticate", 400, "api/errors/400#invalid_token"),
        ("POST", "/v1/b2b/nothing", 404, "api/errors/404#route_not_found"),
        ("POST", "/v1/nothing", 404, "api/errors/404#route_not_found"),
        ("GET", "/nothing", 404, "api/errors/404#route_not_found"),
        ("PATCH", "/v1/b2b/organizations", 404, "api/errors/404#route_not_found"),
        ("POST", "/v1/users", 400, "api/errors/400#invalid_consumer_endpoint"),
        *((*gap, 501, "api/errors/501#not_implemented") for gap in GAPS[:1]),
    ],
)
def test_error_has_five_keys(http, method, path, status, error_url):
    """``error_url`` depends on whether the Consumer product has the type, too."""
    body = body_of(http.request(method, path))
    assert list(body) == KEYS
    assert body["status_code"] == status
    assert body["error_url"] == f"https://stytch.com/docs/{error_url}"


def test_error_with_details_has_a_sixth_key(http, given):
    acme = given.organization(email_jit_provisioning="RESTRICTED", email_allowed_domains=["acme.test"])
    sent = {"organization_id": acme.organization_id, "email_address": "ada@globex.test"}
    body = body_of(http.post("/v1/b2b/magic_links/email/login_or_signup", json=sent))
    assert list(body) == [*KEYS, "error_details"]
    assert body["error_type"] == "invalid_email_for_jit_provisioning"
    assert body["error_details"] == {"allowed_domains": ["acme.test"], "bad_domain": "globex.test"}


@pytest.mark.parametrize("kind", errors.catalogue(), ids=lambda kind: kind.error_type)
def test_error_of_the_catalogue_is_well_formed(kind):
    assert 400 <= kind.status_code <= 599
    assert kind.error_type.replace("_", "").isalnum()
    assert kind.error_type.islower()
    assert kind.message
    assert kind.error_url == f"https://stytch.com/docs/{kind.family}/errors/{kind.status_code}#{kind.error_type}"
