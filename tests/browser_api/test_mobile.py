"""Requests as the SDKs for Android, iOS and React Native send them.

They have no origin and no cookies. The header with the telemetry, some paths and start URLs differ.
"""

from urllib.parse import parse_qs, urlsplit

import pytest

from tests.browser_api.sdk_client import TELEMETRY, SdkClient, data_of, encoded
from tests.browser_api.test_pkce import VERIFIER, challenge
from tests.contract.factors import NEW_PASSWORD, PASSWORD, code, with_password
from tests.support.errors import error_of

APP = {"identifier": "test.acme.app", "version": "1.0"}
ANDROID = {
    "sdk": {"identifier": "stytch-android", "version": "0.60.0"},
    "app": APP,
    "os": {"identifier": "Android", "version": "34"},
    "device": {"model": "Pixel 8", "screen_size": "(1080,2400)"},
}
IOS = {
    "app": APP,
    "device": {"identifier": "iPhone15,2"},
    "os": {"identifier": "ios", "version": "17.4"},
    "sdk": {"identifier": "stytch-swift", "version": "0.58.0"},
}
REACT_NATIVE = {**TELEMETRY, "app": APP, "sdk": {"identifier": "Stytch.js React Native SDK", "version": "0.72.0"}}
SDKS = {"Android": ANDROID, "iOS": IOS, "React Native": REACT_NATIVE}
SCHEME = "acmeapp://login"  # mobile apps are opened by their own scheme


class App(SdkClient):
    """A mobile app. It keeps the tokens of its session itself."""

    telemetry: dict

    def send(self, method, path, content=None, params=None, token=None, **headers):
        assert "origin" not in headers
        info = encoded(self.telemetry)
        return super().send(method, path, content, params, token, origin="", x_sdk_client=info, **headers)


@pytest.fixture(params=SDKS)
def app(sdk, request):
    mobile = App(sdk.mock, sdk.http)
    mobile.telemetry = SDKS[request.param]
    return mobile


@pytest.fixture
def acme(given):
    return given.organization("Acme", "acme")


@pytest.fixture
def ada(given, acme):
    return with_password(given, acme, "ada@acme.test")


@pytest.fixture
def token(given, acme, ada):
    return given.login(acme, ada).session_token


def test_bootstrap(app, mock):
    assert app.data("GET", f"/projects/bootstrap/{mock.public_token}")["vertical"] == "B2B"


def test_response_has_no_cors_headers(app, mock):
    """There is no page that could read it."""
    response = app("GET", f"/projects/bootstrap/{mock.public_token}")
    assert not [name for name in response.headers if name.startswith("access-control")]


def test_login_link_with_pkce(app, given, acme, ada):
    """Mobile SDKs use PKCE for every link, whatever the bootstrap says."""
    start = {
        "email_address": "ada@acme.test",
        "organization_id": acme.organization_id,
        "login_redirect_url": SCHEME,
        "signup_redirect_url": SCHEME,
        "pkce_code_challenge": challenge(),
    }
    app.data("POST", "/b2b/magic_links/email/login_or_signup", start)
    link = given.mock.inbox.latest(to="ada@acme.test").link
    redirect = app.http.get(link).headers["location"]
    assert redirect.startswith(f"{SCHEME}?")
    body = {
        "magic_links_token": parse_qs(urlsplit(redirect).query)["token"][0],
        "pkce_code_verifier": VERIFIER,
        "session_duration_minutes": 5,
        "locale": "en",
        "dfp_telemetry_id": "6139cbcc",
        "captcha_token": "x",
    }
    data = app.data("POST", "/b2b/magic_links/authenticate", body)
    assert data["member_id"] == ada.member_id
    assert app.data("GET", "/b2b/organizations/members/me", token=data["session_token"])["member_id"] == ada.member_id


def test_discovery_with_an_intermediate_session(app, given, acme, ada):
    send = {"email_address": "ada@acme.test", "discovery_redirect_url": SCHEME, "pkce_code_challenge": challenge()}
    app.data("POST", "/b2b/magic_links/email/discovery/send", send)
    body = {"discovery_magic_links_token": given.token("ada@acme.test"), "pkce_code_verifier": VERIFIER}
    found = app.data("POST", "/b2b/magic_links/discovery/authenticate", body)
    intermediate = {"intermediate_session_token": found["intermediate_session_token"]}
    listed = app.data("POST", "/b2b/discovery/organizations", intermediate)
    [organization] = [each["organization"] for each in listed["discovered_organizations"]]
    body = {**intermediate, "organization_id": organization["organization_id"], "session_duration_minutes": 5}
    data = app.data("POST", "/b2b/discovery/intermediate_sessions/exchange", body)
    assert data["member_id"] == ada.member_id


def test_password_login_and_reset(app, given, acme, ada):
    own = {"organization_id": acme.organization_id, "email_address": "ada@acme.test"}
    body = {**own, "password": PASSWORD, "session_duration_minutes": 5, "intermediate_session_token": None}
    assert app.data("POST", "/b2b/passwords/authenticate", body)["member_id"] == ada.member_id
    start = {**own, "reset_password_redirect_url": SCHEME, "login_redirect_url": None, "code_challenge": challenge()}
    app.data("POST", "/b2b/passwords/email/reset/start", start)
    reset = {
        "password_reset_token": given.token("ada@acme.test", "password_reset"),
        "password": NEW_PASSWORD,
        "session_duration_minutes": 5,
        "code_verifier": VERIFIER,
        "locale": "en",
    }
    assert app.data("POST", "/b2b/passwords/email/reset", reset)["member_session"]


def test_session_is_extended_exchanged_and_revoked(app, given, acme, ada, token):
    globex = given.organization("Globex")
    given.member(globex, "ada@acme.test")
    assert app.data("POST", "/b2b/sessions/authenticate", {"session_duration_minutes": 30}, token)["session_jwt"]
    body = {"organization_id": globex.organization_id, "session_duration_minutes": 5}
    exchanged = app.data("POST", "/b2b/sessions/exchange", body, token)
    assert exchanged["organization"]["organization_slug"] == globex.organization_slug
    app.data("POST", "/b2b/sessions/revoke", token=token)  # iOS and Android send no body
    assert app.refused("POST", "/b2b/sessions/authenticate", {}, token) == "session_not_found"


def test_text_message_as_a_second_factor(app, given, mock):
    acme = given.organization("Globex", mfa_policy="REQUIRED_FOR_ALL")
    member = given.member(acme, "bob@globex.test", mfa_phone_number="+14155550123")
    intermediate = given.login(acme, member).intermediate_session_token
    own = {"organization_id": acme.organization_id, "member_id": member.member_id}
    sent = {**own, "enable_autofill": True, "intermediate_session_token": intermediate}
    app.data("POST", "/b2b/otps/sms/send", sent)
    body = {
        **own,
        "code": code(given, "+14155550123"),
        "set_mfa_enrollment": "enroll",
        "session_duration_minutes": 5,
        "intermediate_session_token": intermediate,
    }
    assert app.data("POST", "/b2b/otps/sms/authenticate", body)["member"]["mfa_enrolled"] is True


def test_fields_of_the_camel_case_slip_are_ignored(app, given, acme):
    """The Android SDK sends ``defaultMfaMethod`` with an update of the organization."""
    token = given.admin(acme).session_token
    sent = {"organization_name": "Acme 2", "defaultMfaMethod": "sms_otp"}
    data = app.data("PUT", "/b2b/organizations/me", sent, token)
    assert data["organization"]["organization_name"] == "Acme 2"


def test_attested_session_ignores_the_session_in_the_body(app, given, token):
    """The Android SDK sends its session in the body, too."""
    body = {"profile_id": "x", "token": "x", "session_token": token}
    response = app("POST", "/b2b/sessions/attest", body, token)
    assert error_of(response)[1] == "trusted_token_profile_not_found"


def test_events(app, mock):
    event = {"public_token": mock.public_token, "event_name": "deeplink_handled_success", "details": {}}
    event["error_description"] = None
    mock.call("GET", "/project")
    data_of(app("POST", "/events", [{"telemetry": app.telemetry, "event": event}], authorization=""))
    assert mock.requests()[-1].because == "1 event: deeplink_handled_success"


# Paths that only mobile SDKs have

MEMBERS = "/b2b/organizations/members"


def test_paths_of_the_ios_sdk(app, given, acme):
    admin = given.admin(acme).session_token
    member = given.member(acme, "bob@acme.test", mfa_phone_number="+14155550123")
    data = app.data("PUT", f"{MEMBERS}/update/{member.member_id}", {"name": "Bob"}, admin)
    assert data["member"]["name"] == "Bob"
    data = app.data("DELETE", f"{MEMBERS}/deletePhoneNumber/{member.member_id}", token=admin)
    assert data["member"]["mfa_phone_number"] == ""
    assert app.refused("DELETE", f"{MEMBERS}/deleteTOTP/{member.member_id}", token=admin) == "totp_not_found"


@pytest.mark.parametrize("version", ["/v1", ""])
@pytest.mark.parametrize("kind", ["oauth", "discovery_oauth", "sso"])
def test_start_urls(app, mock, acme, ada, version, kind):
    """The newest mobile SDK leaves out ``/v1``."""
    connection = mock.identity_provider(acme.organization_id, "oidc")
    redirects = {"login_redirect_url": SCHEME, "signup_redirect_url": SCHEME}
    path, query, end, name = {
        "oauth": ("oauth/google/start", {"slug": "acme", **redirects}, "oauth/authenticate", "oauth_token"),
        "discovery_oauth": (
            "oauth/google/discovery/start",
            {"discovery_redirect_url": SCHEME},
            "oauth/discovery/authenticate",
            "discovery_oauth_token",
        ),
        "sso": (
            "sso/start",
            {"connection_id": connection.connection_id, **redirects},
            "sso/authenticate",
            "sso_token",
        ),
    }[kind]
    mock.next_identity("oidc" if kind == "sso" else "google", "ada@acme.test")
    query |= {"public_token": mock.public_token, "pkce_code_challenge": challenge(), "provider_params": "prompt=login"}
    response = app.http.get(f"{mock.url}{version}/b2b/public/{path}", params=query)
    while response.headers["location"].startswith(mock.url):
        response = app.http.get(response.headers["location"])
    target = response.headers["location"]
    assert target.startswith(f"{SCHEME}?")
    body = {name: parse_qs(urlsplit(target).query)["token"][0], "pkce_code_verifier": VERIFIER}
    if kind != "discovery_oauth":
        body |= {"session_duration_minutes": 5, "locale": "en"}
    assert app.data("POST", f"/b2b/{end}", body)
