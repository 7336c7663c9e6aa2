"""The pages and mobile apps that can call the browser API, if the SDK configuration names any."""

import pytest

from tests.browser_api.sdk_client import ORIGIN, TELEMETRY, assert_cors, data_of, encoded
from tests.support.errors import error_of

CALL = ("POST", "/b2b/passwords/strength_check", {"password": "x"})


@pytest.fixture
def allow(mock):
    """Set the allowed domains, and optionally the ids of mobile apps."""

    def call(*domains, bundle_ids=()):
        basic = {"domains": [{"domain": domain} for domain in domains], "bundle_ids": list(bundle_ids)}
        mock.configure(b2b_sdk_config={"basic": basic})

    return call


@pytest.fixture
def result(sdk):
    """Return the error type of a call from a page, or "" if it succeeds. The page can read either."""

    def call(origin, **headers):
        response = sdk(*CALL, origin=origin, **headers)
        assert_cors(response)
        return "" if response.status_code == 200 else error_of(response)[1]

    return call


@pytest.mark.parametrize("origin", [ORIGIN, "https://acme.test", "null", "capacitor://localhost", ""])
def test_every_page_is_allowed_by_default(result, origin):
    assert result(origin) == ""


MATCHES = {
    "https://acme.test": (
        ["https://acme.test", "HTTPS://ACME.TEST"],
        ["http://acme.test", "https://acme.test:8443", "https://www.acme.test", "https://acme.test.evil.test"],
    ),
    "https://acme.test/": (["https://acme.test"], ["https://acme.testx"]),
    "https://*.acme.test": (
        ["https://www.acme.test", "https://a.b.acme.test"],
        ["https://acme.test", "http://www.acme.test", "https://evil-acme.test", "https://www.acme.test.evil.test"],
    ),
    "acme.test": (["https://acme.test", "http://acme.test"], ["https://acme.test:8443", "ftp://x.acme.test"]),
    "http://localhost:3000": (["http://localhost:3000"], ["http://localhost", "http://localhost:3001"]),
    "http://localhost:*": (["http://localhost:3000", "http://localhost:9"], ["https://localhost:3000"]),
    "https://a.me": (["https://a.me"], ["https://axme", "https://a-me"]),
    "capacitor://localhost": (["capacitor://localhost"], ["https://localhost"]),
}


@pytest.mark.parametrize("domain", MATCHES)
def test_domain_matches_these_origins(allow, result, domain):
    allow(domain)
    allowed, refused = MATCHES[domain]
    assert {origin: result(origin) for origin in allowed} == dict.fromkeys(allowed, "")
    wrong = [*refused, "null", "https://evil.test", "acme.test", "x", "https://"]
    assert {origin: result(origin) for origin in wrong} == dict.fromkeys(wrong, "bad_domain_for_stytch_sdk")


def test_one_of_several_domains_suffices(allow, result):
    allow("https://acme.test", "http://localhost:3000")
    assert (result(ORIGIN), result("https://acme.test")) == ("", "")


def test_reason_is_in_the_request_log(allow, result, mock):
    allow("https://acme.test")
    result("https://evil.test")
    assert mock.requests()[-1].because == "https://evil.test isn't in basic.domains"
    result("")
    assert mock.requests()[-1].because == "no origin isn't in basic.domains"


def test_header_of_the_sdk_replaces_a_missing_origin(allow, result):
    """Browsers leave the header Origin out of same-origin GET requests."""
    allow("https://acme.test")
    assert result("", x_sdk_parent_host="https://acme.test") == ""
    assert result("", x_sdk_parent_host="https://evil.test") == "bad_domain_for_stytch_sdk"
    assert result("https://evil.test", x_sdk_parent_host="https://acme.test") == "bad_domain_for_stytch_sdk"


def test_caller_without_origin_is_refused(allow, result):
    allow("https://acme.test")
    assert result("") == "bad_domain_for_stytch_sdk"


def test_bootstrap_needs_an_allowed_domain_too(allow, sdk, mock):
    allow("https://acme.test")
    assert sdk.refused("GET", f"/projects/bootstrap/{mock.public_token}") == "bad_domain_for_stytch_sdk"


def test_preflight_and_events_succeed_for_every_page(allow, sdk):
    allow("https://acme.test")
    response = sdk.send("OPTIONS", CALL[1], access_control_request_method="POST")
    assert response.status_code == 204
    assert_cors(response)
    data_of(sdk.send("POST", "/events", b"[]", authorization=""))


# Mobile apps


def app(identifier):
    return encoded({**TELEMETRY, "app": {"identifier": identifier, "version": "1.0"}})


def test_mobile_app_must_be_one_of_the_bundle_ids(allow, result, mock):
    allow(bundle_ids=["test.acme.app"])
    assert result("", x_sdk_client=app("test.acme.app")) == ""
    assert result("", x_sdk_client=app("test.evil.app")) == "bad_app_bundle_for_stytch_sdk"
    assert mock.requests()[-1].because == "test.evil.app isn't in bundle_ids"


NONSENSE = ["", "x", "!!!", "%%%%", encoded([]), encoded(7), encoded({"app": []}), encoded({"app": {"identifier": 7}})]
NONSENSE += ["ey" * 5000, encoded({"app": {"identifier": "x" * 5000}})]


@pytest.mark.parametrize("telemetry", NONSENSE, ids=range(len(NONSENSE)))
def test_nonsense_is_not_a_mobile_app(allow, result, telemetry):
    allow(bundle_ids=["test.acme.app"])
    assert result("", x_sdk_client=telemetry) == "bad_app_bundle_for_stytch_sdk"


def test_page_is_not_a_mobile_app(allow, result):
    """Browsers always send an origin, and pages can't change it."""
    allow(bundle_ids=["test.acme.app"])
    assert result("https://evil.test", x_sdk_client=app("test.acme.app")) == "bad_domain_for_stytch_sdk"


def test_pages_and_mobile_apps_can_be_allowed_together(allow, result):
    allow("https://acme.test", bundle_ids=["test.acme.app"])
    assert result("https://acme.test") == ""
    assert result("", x_sdk_client=app("test.acme.app")) == ""
    assert result("https://evil.test") == "bad_domain_for_stytch_sdk"
    assert result("", x_sdk_client=app("test.evil.app")) == "bad_app_bundle_for_stytch_sdk"
