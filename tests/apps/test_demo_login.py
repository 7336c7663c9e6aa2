"""The demo app over HTTP: login by e-mail link, and links that are refused."""

import pytest


def test_discovery_creates_an_organization_and_finds_it_again(browser, new_browser, mock, client):
    start = browser.open("/")
    assert {form["id"]: (form["method"], form["action"]) for form in start.forms} == {
        "discovery-form": ("post", "/login/discovery"),
        "organization-form": ("get", "/org"),
    }
    sent = browser.submit("/login/discovery", email_address="ada@acme.test")
    assert (sent.path, sent["sent-to"]) == ("/check-email", "ada@acme.test")
    assert sent.links["inbox-link"] == f"{mock.url}/_mock/?to=ada%40acme.test"
    organizations = browser.open(mock.inbox.latest(to="ada@acme.test", kind="magic_link.discovery").link)
    assert organizations.path == "/organizations"
    assert [form["id"] for form in organizations.forms] == ["create-form"]
    dashboard = browser.submit("/organizations/create", organization_name="Acme & Söhne")
    assert (dashboard.path, dashboard["h1"]) == ("/dashboard", "Acme & Söhne")
    assert dashboard["member-email"] == "ada@acme.test"
    assert sorted(dashboard["roles"].split()) == ["stytch_admin", "stytch_member"]
    assert dashboard["factors"] == "e-mail link"
    session = client.sessions.authenticate(session_token=browser.session_token).member_session
    assert dashboard["expires"].endswith(f"{session.expires_at:%Y, %H:%M} UTC")

    other_browser = new_browser()
    other_browser.submit("/login/discovery", email_address="ada@acme.test")
    organizations = other_browser.open(mock.inbox.latest(to="ada@acme.test").link)
    assert organizations.organization_form("Acme & Söhne")["text"] == "You are a member. Log in"
    assert other_browser.enter(organizations, "Acme & Söhne").path == "/dashboard"


def test_organization_without_a_name_is_named_after_the_domain(browser, mock):
    browser.submit("/login/discovery", email_address="ada@acme.test")
    browser.open(mock.inbox.latest(to="ada@acme.test").link)
    assert browser.submit("/organizations/create", organization_name="")["h1"] == "Acme"


def test_login_at_the_organizations_own_page(browser, given, log_in):
    acme = given.organization("Acme", organization_slug="acme")
    given.member(acme, "ada@acme.test", name="Ada Example")
    page = browser.open("/org?slug=acme")
    assert (page.path, page["h1"]) == ("/org/acme", "Log in to Acme")
    assert [(form["id"], form["action"]) for form in page.forms] == [("login-form", "/org/acme/login")]
    dashboard = log_in(browser, "acme", "ada@acme.test")
    assert (dashboard.path, dashboard["member-name"], dashboard["organization-slug"]) == (
        "/dashboard",
        "Ada Example",
        "acme",
    )


def test_head_request_does_not_consume_the_token(browser, given, mock):
    acme = given.organization(organization_slug="acme")
    given.member(acme, "ada@acme.test")
    browser.submit("/org/acme/login", email_address="ada@acme.test")
    redirect_url = mock.inbox.latest(to="ada@acme.test").redirect_url
    assert redirect_url.startswith("http://demo.test/authenticate?")
    assert browser.request("HEAD", redirect_url).status_code == 200
    assert browser.open(redirect_url).path == "/dashboard"


def test_used_link_is_refused(browser, new_browser, given, mock, log_in):
    acme = given.organization(organization_slug="acme")
    given.member(acme, "ada@acme.test")
    log_in(browser, "acme", "ada@acme.test")
    page = new_browser().open(mock.inbox.latest(to="ada@acme.test").link)
    assert (page.status, page["error-type"], page["error-status"]) == (401, "unable_to_auth_magic_link", "401")
    assert page["h1"] == "This link no longer works"
    assert page.links["start-again"] == "/"


def test_expired_link_is_refused(browser, mock):
    browser.submit("/login/discovery", email_address="ada@acme.test")
    mock.clock.advance(minutes=60)
    page = browser.open(mock.inbox.latest(to="ada@acme.test").link)
    assert (page.status, page["error-type"]) == (401, "unable_to_auth_magic_link")


def test_expired_intermediate_session_is_refused(browser, mock):
    browser.submit("/login/discovery", email_address="ada@acme.test")
    browser.open(mock.inbox.latest(to="ada@acme.test").link)
    mock.clock.advance(minutes=11)
    page = browser.submit("/organizations/create", organization_name="Acme")
    assert (page.status, page["error-type"], page["h1"]) == (
        404,
        "intermediate_session_not_found",
        "The login took too long",
    )


@pytest.mark.parametrize("query", ["stytch_token_type=login&token=x", "token=x", ""])
def test_link_of_unknown_type_is_refused(browser, query):
    page = browser.open(f"/authenticate?{query}")
    assert (page.status, page["h1"]) == (400, "Unknown link")
    assert page["token-type"] == ("login" if "login" in query else "")


@pytest.mark.parametrize(
    ("path", "status", "error_type"),
    [
        ("/org/unknown", 404, "organization_not_found"),
        ("/org?slug=unknown", 404, "organization_not_found"),
        ("/unknown", 404, ""),
        ("/login/discovery", 405, ""),
        ("/authenticate?stytch_token_type=discovery&token=", 400, "invalid_token"),
    ],
)
def test_unknown_page_shows_an_error(browser, path, status, error_type):
    page = browser.open(path)
    assert (page.status, page["error-type"], page.links["start-again"]) == (status, error_type, "/")


def test_invalid_email_address_is_refused(browser):
    page = browser.submit("/login/discovery", email_address="ada")
    assert (page.status, page["error-type"], page["h1"]) == (
        400,
        "invalid_email",
        "That's not a valid e-mail address",
    )
