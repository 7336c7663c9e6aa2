"""The consent screen of the SDK: an app asks for access to a member's account, or logs the member out."""

from urllib.parse import parse_qs, urlencode, urlsplit

import pytest

from tests.browser.login_screen import LoginScreen
from tests.contract.oauth import CHALLENGE, OPENID, VERIFIER, login, new_app, tokens

READ = {
    "resources": [{"resource_id": "reports", "actions": ["read"]}],
    "roles": [{"role_id": "reader", "permissions": [{"resource_id": "reports", "actions": ["read"]}]}],
    "scopes": [
        {
            "scope": "read:reports",
            "description": "Read your reports",
            "permissions": [{"resource_id": "reports", "actions": ["read"]}],
        }
    ],
}


@pytest.fixture
def callback(app_page):
    """The redirect URL of the connected app."""
    return app_page.configure("headless")


@pytest.fixture
def reports(given, callback):
    return new_app(given, redirect_urls=[callback], post_logout_redirect_urls=[callback])


@pytest.fixture
def ada(given):
    return login(given)


@pytest.fixture
def open_consent(app_page, mock, client, callback, reports, ada):
    """Open the consent page with an authorization request, as the metadata of the authorization server says."""

    def open_page(session=ada, **changes):
        url = app_page.configure("consent")
        mock.configure(idp_authorization_url=url, name="Acme Portal")
        query = {
            "client_id": reports.client_id,
            "redirect_uri": callback,
            "response_type": "code",
            "scope": "openid profile email offline_access",
            "state": "s-1",
            "code_challenge": CHALLENGE,
            **changes,
        }
        query = {name: value for name, value in query.items() if value is not None}
        page = app_page("consent", query=urlencode(query), session=session)
        return LoginScreen(app_page, mock, client, page)

    return open_page


def redirected(screen, callback):
    """Wait for the redirect to the app, and return its query."""
    screen.page.wait_for_url(f"{callback}?**")
    return {name: values[0] for name, values in parse_qs(urlsplit(screen.page.url).query).items()}


def test_access_is_granted(open_consent, callback, reports, given, ada, mock):
    screen = open_consent()
    screen.sees("Sign in to Reports with Acme Portal", "Reports is requesting to:", "Verify your identity")
    screen.text("View your personal profile information").click()
    screen.sees("Your email address", "Your name, profile picture, and language preferences")
    screen.sees("Maintain access to your data even when you're not actively using the app")
    screen.click("Allow")
    query = redirected(screen, callback)
    assert query["state"] == "s-1"
    issued = tokens(given, reports, query["code"], redirect_uri=callback, code_verifier=VERIFIER)
    assert issued["refresh_token"]
    answer = given.client.idp.introspect_token_network(issued["access_token"], reports.client_id, reports.client_secret)
    assert answer.subject == ada.member_id

    screen = open_consent()  # the member has agreed already
    assert "code" in redirected(screen, callback)


def test_access_is_denied(open_consent, callback):
    screen = open_consent()
    screen.click("Deny")
    query = redirected(screen, callback)
    assert (query["error"], query["state"], "code" in query) == ("access_denied", "s-1", False)


def test_custom_scopes(open_consent, callback, reports, mock, given):
    def granted(code):
        return tokens(given, reports, code, redirect_uri=callback, code_verifier=VERIFIER)["scope"]

    mock.configure(rbac_policy=READ)
    scope = " ".join([*OPENID, "read:reports"])
    screen = open_consent(scope=scope)
    screen.sees("Reports is requesting to:")
    screen.sees("You do not have permissions to grant Reports access to some of the requested scopes.")
    screen.click("Allow")
    assert granted(redirected(screen, callback)["code"]) == " ".join(OPENID)
    acme = given.organization("Readers")
    reader = given.login(acme, given.member(acme, roles=["reader"]))
    screen = open_consent(session=reader, scope=scope)
    screen.sees("to access your Acme Portal account", "Read your reports")
    assert not screen.shows("You do not have permissions")
    screen.click("Allow")
    assert granted(redirected(screen, callback)["code"]) == scope


def test_visitor_has_to_log_in(open_consent):
    screen = open_consent(session=None)
    screen.sees("No active session detected. Please log in to continue.")
    assert screen.errors == ["NoCurrentSessionError"]


@pytest.mark.parametrize(
    ("changes", "message", "error"),
    [
        ({"client_id": None}, "Required parameter is missing: client_id.", "IDPOAuthFlowMissingParamError"),
        ({"client_id": "connected-app-test-1"}, "connected app", "connected_app_not_found"),
        (
            {"redirect_uri": "https://evil.example/"},
            "redirect",
            "connected_app_supplied_redirect_url_not_found_in_client",
        ),
    ],
    ids=["no client", "unknown client", "foreign redirect"],
)
def test_request_that_is_not_valid(open_consent, changes, message, error):
    screen = open_consent(**changes)
    screen.sees("Looks like there was an error!", message)
    assert screen.errors[-1] == error


def test_app_logs_the_member_out(open_consent, callback, reports, given, ada):
    consent = open_consent()
    consent.click("Allow")
    code = redirected(consent, callback)["code"]
    id_token = tokens(given, reports, code, redirect_uri=callback, code_verifier=VERIFIER)["id_token"]
    logout = {"redirect_uri": None, "post_logout_redirect_uri": callback, "state": "bye"}
    screen = open_consent(id_token_hint=id_token, **logout)
    assert redirected(screen, callback)["state"] == "bye"
    assert "stytch_session" not in screen.cookies
    assert given.client.sessions.get(ada.member.organization_id, ada.member_id).member_sessions == []


def test_member_is_asked_before_a_logout_without_id_token(open_consent, callback):
    logout = {"redirect_uri": None, "post_logout_redirect_uri": callback, "state": "bye"}
    screen = open_consent(**logout)
    screen.sees("Log out?", "Are you sure you want to log out of your Acme Portal account?")
    screen.click("No")
    screen.sees("You have not been logged out. You may close this page.")
    assert "stytch_session" in screen.cookies
    screen = open_consent(**logout)
    screen.click("Yes")
    assert redirected(screen, callback)["state"] == "bye"
    assert "stytch_session" not in screen.cookies


def test_logout_that_is_not_valid(open_consent):
    screen = open_consent(redirect_uri=None, post_logout_redirect_uri="https://evil.example/")
    screen.sees("Looks like there was an error!")
    assert screen.errors == ["connected_app_supplied_redirect_url_not_found_in_client"]
