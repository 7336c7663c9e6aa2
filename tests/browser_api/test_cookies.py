"""HTTP-only cookies: the server keeps the session in cookies that scripts can't read."""

from datetime import datetime
from email.utils import parsedate_to_datetime
from http.cookies import SimpleCookie

import pytest

from tests.browser_api.sdk_client import assert_cors, data_of
from tests.contract.factors import PASSWORD, with_password
from tests.support.errors import error_of

SESSION, JWT, INTERMEDIATE = "stytch_session", "stytch_session_jwt", "stytch_intermediate_session_token"
DEFAULT_HOST = "test.stytch.com"


@pytest.fixture
def http_only(mock):
    """Set the setting: ``http_only("ENFORCED")``."""
    return lambda value: mock.configure(b2b_sdk_config={"cookies": {"http_only": value}})


@pytest.fixture
def acme(given):
    return given.organization("Acme", "acme")


@pytest.fixture
def ada(given, acme):
    return with_password(given, acme, "ada@acme.test")


@pytest.fixture
def log_in(sdk, acme, ada):
    """Log Ada in with her password, and return the response."""

    def call(**headers):
        body = {
            "organization_id": acme.organization_id,
            "email_address": "ada@acme.test",
            "password": PASSWORD,
            "session_duration_minutes": 60,
        }
        return sdk("POST", "/b2b/passwords/authenticate", body, **headers)

    return call


def cookies(response):
    """Return the cookies that a response sets, by name."""
    found = {}
    for header in response.headers.get_list("set-cookie"):
        for name, cookie in SimpleCookie(header).items():
            assert name not in found, "a cookie is set twice"
            found[name] = cookie
    return found


def sent(response):
    """Return the header ``Cookie`` with which the browser answers: deleted cookies are left out."""
    return "; ".join(f"{name}={cookie.value}" for name, cookie in cookies(response).items() if cookie["max-age"] != "0")


# Without them


@pytest.mark.parametrize("setting", ["DISABLED", "ENABLED"])
def test_no_cookies_are_set_at_the_default_host(http_only, log_in, setting):
    """In production, HTTP-only cookies need a domain of the project."""
    http_only(setting)
    response = log_in(host=DEFAULT_HOST)
    assert cookies(response) == {}
    assert data_of(response)["session_token"]


def test_no_cookies_are_set_by_default(log_in):
    response = log_in()
    assert cookies(response) == {}
    data = data_of(response)
    assert (len(data["session_token"]), data["session_jwt"].count(".")) == (44, 2)


def test_cookies_of_the_sdk_do_not_count_if_they_are_not_http_only(sdk, log_in):
    """The browser sends them in any case. The SDK sends the session in the credentials."""
    token = data_of(log_in())["session_token"]
    response = sdk("GET", "/b2b/organizations/me", cookie=f"{SESSION}={token}")
    assert error_of(response) == (401, "user_unauthenticated")


def test_mobile_app_gets_no_cookies(http_only, log_in):
    """It keeps the tokens itself. It has no origin, as every page has."""
    http_only("ENABLED")
    response = log_in(origin="")
    assert cookies(response) == {}
    assert len(data_of(response)["session_token"]) == 44


# With them


@pytest.fixture(params=["ENABLED", "ENFORCED"])
def enabled(http_only, request):
    http_only(request.param)


def test_login_sets_cookies_and_the_body_has_no_tokens(enabled, log_in, mock):
    response = log_in()
    data = data_of(response)
    assert (data["session_token"], data["session_jwt"]) == ("", "")
    assert data["member_session"]["member_session_id"]
    found = cookies(response)
    assert found.keys() == {SESSION, JWT, INTERMEDIATE}
    for name in (SESSION, JWT):
        cookie = found[name]
        assert (cookie["httponly"], cookie["path"], cookie["samesite"], cookie["secure"]) == (True, "/", "Lax", "")
        assert cookie["expires"].endswith(" GMT")
        assert cookie["domain"] == ""
    assert (len(found[SESSION].value), found[JWT].value.count(".")) == (44, 2)
    assert (found[INTERMEDIATE].value, found[INTERMEDIATE]["max-age"]) == ("", "0")
    client = mock.client()
    session = client.sessions.authenticate(session_token=found[SESSION].value).member_session
    assert session.member_session_id == data["member_session"]["member_session_id"]


def test_session_in_the_cookie_acts(enabled, sdk, log_in, ada):
    """The SDK can't read the token, so its credentials are the public token twice."""
    cookie = sent(log_in())
    for method, path in (("GET", "/b2b/organizations/members/me"), ("POST", "/b2b/sessions/authenticate")):
        response = sdk(method, path, {}, cookie=cookie)
        data = data_of(response)
        assert data["member"]["member_id"] == ada.member_id
    assert cookies(response)[SESSION].value == sent(response).partition(";")[0].partition("=")[2]
    assert data["session_token"] == ""


def test_session_in_the_credentials_still_acts(enabled, sdk, given, acme, ada):
    """A page can be given a session by the backend."""
    token = given.login(acme, ada).session_token
    assert sdk.data("GET", "/b2b/organizations/members/me", token=token)["member_id"] == ada.member_id


def test_logout_deletes_the_cookies(enabled, sdk, log_in):
    cookie = sent(log_in())
    response = sdk("POST", "/b2b/sessions/revoke", cookie=cookie)
    data_of(response)
    found = cookies(response)
    assert found.keys() == {SESSION, JWT, INTERMEDIATE}
    for each in found.values():
        assert (each.value, each["max-age"], each["path"], each["httponly"]) == ("", "0", "/", True)
    response = sdk("GET", "/b2b/organizations/me", cookie=cookie)
    assert error_of(response) == (404, "session_not_found")


def test_refused_logout_leaves_the_cookies(enabled, sdk):
    response = sdk("POST", "/b2b/sessions/revoke")
    assert (error_of(response)[0], cookies(response)) == (401, {})


def test_intermediate_session_is_in_a_cookie(enabled, sdk, given, acme, ada):
    token = given.discovery_token("ada@acme.test")
    path = "/b2b/magic_links/discovery/authenticate"
    response = sdk("POST", path, {"discovery_magic_links_token": token})
    data = data_of(response)
    assert data["intermediate_session_token"] == ""
    found = cookies(response)
    assert found[INTERMEDIATE]["httponly"] is True
    assert (found[SESSION].value, found[SESSION]["max-age"]) == ("", "0")

    body = {"organization_id": acme.organization_id, "session_duration_minutes": 60}
    path = "/b2b/discovery/intermediate_sessions/exchange"
    response = sdk("POST", path, body, cookie=sent(response))
    assert data_of(response)["member"]["member_id"] == ada.member_id
    found = cookies(response)
    assert found[SESSION].value
    assert found[INTERMEDIATE]["max-age"] == "0"


def test_session_cookie_expires_with_the_session(enabled, log_in, mock):
    mock.clock.freeze()
    response = log_in()
    expires_at = data_of(response)["member_session"]["expires_at"]

    assert parsedate_to_datetime(cookies(response)[SESSION]["expires"]) == datetime.fromisoformat(expires_at)


def test_expired_session_in_the_cookie_is_refused(enabled, sdk, log_in, mock):
    cookie = sent(log_in())
    mock.clock.advance(hours=1, seconds=1)
    response = sdk("POST", "/b2b/sessions/authenticate", {}, cookie=cookie)
    assert error_of(response) == (404, "session_not_found")
    assert_cors(response)


@pytest.mark.parametrize("value", ["", "x", "x" * 44, '"', "\\", "ü", "a" * 5000])
def test_nonsense_in_the_cookie_is_refused(enabled, sdk, value):
    header = f"{SESSION}={value}".encode("latin-1")
    response = sdk("GET", "/b2b/organizations/me", cookie=header)
    assert error_of(response) in ((401, "user_unauthenticated"), (404, "session_not_found"))


def test_session_exchange_replaces_the_cookies(enabled, sdk, given, acme, ada):
    globex = given.organization("Globex")
    given.member(globex, "ada@acme.test")
    token = given.login(acme, ada).session_token
    first = sdk("POST", "/b2b/sessions/authenticate", {}, token)
    body = {"organization_id": globex.organization_id, "session_duration_minutes": 60}
    response = sdk("POST", "/b2b/sessions/exchange", body, cookie=sent(first))
    assert data_of(response)["organization"]["organization_id"] == globex.organization_id
    assert cookies(first)[SESSION].value == token
    assert cookies(response)[SESSION].value not in ("", token)


# Enforced


def test_default_host_is_refused_if_cookies_are_enforced(http_only, log_in, sdk, mock):
    http_only("ENFORCED")
    assert error_of(log_in(host=DEFAULT_HOST)) == (401, "cname_required_for_http_only_cookies")
    response = sdk("GET", f"/projects/bootstrap/{mock.public_token}", host=DEFAULT_HOST)
    assert error_of(response) == (401, "cname_required_for_http_only_cookies")
    assert_cors(response)
    data_of(log_in())


def test_errors_set_no_cookies(enabled, sdk, acme, ada):
    body = {"organization_id": acme.organization_id, "email_address": "ada@acme.test", "password": "wrong"}
    response = sdk("POST", "/b2b/passwords/authenticate", {**body, "session_duration_minutes": 60})
    assert (error_of(response), cookies(response)) == ((401, "unauthorized_credentials"), {})
