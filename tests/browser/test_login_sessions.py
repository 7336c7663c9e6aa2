"""Sessions in the browser: refresh, expiry, logout, several tabs, another organization; in an app made with React."""

import pytest

from tests.browser.login_screen import LoginScreen
from tests.browser.sdk import call

EMAIL = "ada@acme.example"
COOKIES = {"stytch_session", "stytch_session_jwt"}


@pytest.fixture
def acme(given):
    return given.organization("Acme")


@pytest.fixture
def member(given, acme):
    return given.member(acme, EMAIL, name="Ada")


@pytest.fixture
def open_app(app_page, mock, client, given, acme, member):
    """Open the React app, of a member who is logged in if ``logged_in``.

    The browser's clock can be moved if ``movable_clock``.
    """

    def open_page(logged_in=True, movable_clock=False, **options):
        session = given.login(acme, member, session_duration_minutes=30) if logged_in else None
        page = app_page("react", login={"products": ["emailMagicLinks"]}, session=session, **options)
        if movable_clock:
            page.clock.install()
            page.reload()  # timers that are older than the clock don't use it
        return LoginScreen(app_page, mock, client, page)

    return open_page


def dashboard(screen):
    """Wait for the dashboard, and return what the hooks of the SDK return."""
    names = ("member", "session", "roles")
    return {name: screen.page.get_by_test_id(name).inner_text() for name in names}


def test_login_and_logout(open_app, app_page, acme, given, member, client):
    screen = open_app(logged_in=False)
    screen.sees("Sign up or log in")
    screen.follow_link(EMAIL)
    screen.click("Acme")
    shown = dashboard(screen)
    session = screen.session().member_session
    assert shown == {"member": EMAIL, "session": session.member_session_id, "roles": "stytch_member"}
    screen.sees("Acme")
    screen.page.reload()
    assert dashboard(screen) == shown
    screen.click("Log out")
    screen.sees("Sign up or log in")
    assert not COOKIES & set(screen.cookies)
    assert client.sessions.get(acme.organization_id, member.member_id).member_sessions == []
    screen.page.reload()
    screen.sees("Sign up or log in")


def test_session_is_refreshed_every_three_minutes(open_app, mock):
    screen = open_app(movable_clock=True)
    dashboard(screen)
    jwts = {screen.cookies["stytch_session_jwt"]}
    for _ in range(2):
        mock.clock.advance(minutes=3)
        with screen.page.expect_response("**/sdk/v1/b2b/sessions/authenticate") as refreshed:
            screen.page.clock.run_for("03:01")
        assert refreshed.value.status == 200
        dashboard(screen)
        screen.page.wait_for_function("jwt => !document.cookie.includes(jwt)", arg=list(jwts)[-1])
        jwts.add(screen.cookies["stytch_session_jwt"])
    assert len(jwts) == 3


def test_member_is_logged_out_when_the_session_expires(open_app, mock):
    screen = open_app(movable_clock=True)
    dashboard(screen)
    mock.clock.advance(minutes=31)
    screen.page.clock.run_for("03:01")
    screen.sees("Sign up or log in")
    assert not COOKIES & set(screen.cookies)


def test_session_that_is_kept_alive(open_app, mock):
    screen = open_app(client={"keepSessionAlive": True}, logged_in=False, movable_clock=True)
    screen.follow_link(EMAIL)
    screen.click("Acme")
    dashboard(screen)
    expires_at = screen.session().member_session.expires_at
    mock.clock.advance(minutes=3)
    with screen.page.expect_response("**/sdk/v1/b2b/sessions/authenticate"):
        screen.page.clock.run_for("03:01")
    assert screen.session().member_session.expires_at > expires_at


def test_session_that_the_backend_revokes(open_app, mock, client):
    screen = open_app()
    dashboard(screen)
    client.sessions.revoke(session_token=screen.cookies["stytch_session"])
    screen.page.reload()
    screen.sees("Sign up or log in")
    assert not COOKIES & set(screen.cookies)


def test_logout_in_another_tab(open_app):
    first = open_app()
    second = open_app(tab_of=first.page, logged_in=False)
    dashboard(first)
    dashboard(second)
    second.click("Log out")
    second.sees("Sign up or log in")
    first.sees("Sign up or log in")


def test_login_in_another_tab(open_app):
    first = open_app(logged_in=False)
    first.sees("Sign up or log in")
    second = open_app(tab_of=first.page, logged_in=False)
    second.follow_link(EMAIL)
    second.click("Acme")
    assert dashboard(first) == dashboard(second)


def test_another_organization(open_app, given, client):
    globex = given.organization("Globex")
    given.member(globex, EMAIL, roles=["stytch_admin"])
    screen = open_app()
    before = dashboard(screen)
    [other] = [
        found["organization"]["organization_id"]
        for found in call(screen.page, "discovery.organizations.list")["discovered_organizations"]
        if found["organization"]["organization_name"] == "Globex"
    ]
    call(screen.page, "session.exchange", {"organization_id": other, "session_duration_minutes": 60})
    screen.sees("Globex")
    shown = dashboard(screen)
    assert shown["roles"] == "stytch_member, stytch_admin"
    assert shown["session"] != before["session"]
    assert screen.session().organization.organization_name == "Globex"


def test_invitation_is_accepted(open_app, app_page, acme, client):
    url = app_page.configure("react", login={"products": ["emailMagicLinks"]})
    client.magic_links.email.invite(acme.organization_id, "grace@acme.example", invite_redirect_url=url)
    screen = open_app(logged_in=False)
    screen.open_mail("grace@acme.example")
    assert dashboard(screen)["member"] == "grace@acme.example"


def test_changes_of_the_member_reach_the_hooks(open_app, given, client, acme, member):
    screen = open_app()
    dashboard(screen)
    client.organizations.update(acme.organization_id, organization_name="Acme Rockets")
    call(screen.page, "session.authenticate", {})
    screen.sees("Acme Rockets")
