"""The browser pages of the demo app in Chromium, with the published SDK: login, dashboard, logout."""

import re

import pyotp
import pytest

from .frontend import PASSWORD, answer_provider, log_in, log_in_with_password, send_link, wait_for_dashboard

pytestmark = pytest.mark.browser


def test_sign_up_creates_an_organization_and_the_session_survives_a_reload(browse, browser_app, mock):
    page = browse()
    page.goto(browser_app)
    page.get_by_role("link", name="Open the browser pages").click()
    send_link(page, "ada@acme.test")
    assert page.locator("#inbox-link").get_attribute("href") == f"{mock.url}/_mock/?to=ada%40acme.test"
    page.goto(mock.inbox.latest(to="ada@acme.test", kind="magic_link.discovery").link)
    page.get_by_role("button", name="Create an organization").click()
    wait_for_dashboard(page, "Acme")
    page.reload()
    wait_for_dashboard(page, "Acme")
    session = page.locator("#session")
    assert session.get_by_text("ada@acme.test").is_visible()
    assert session.get_by_text("stytch_admin").is_visible()
    assert session.get_by_text("e-mail link").is_visible()
    assert '"slug": "acme' in page.locator("#jwt-claims").inner_text()
    page.goto(f"{browser_app}/browser")  # a member who is logged in needs no login
    wait_for_dashboard(page, "Acme")


def test_member_returns_with_a_password(browse, browser_app, given, client):
    acme = given.organization("Acme")
    ada = given.login(acme, given.member(acme, "ada@acme.test"))
    client.passwords.sessions.reset(acme.organization_id, PASSWORD, session_token=ada.session_token)
    page = browse()
    page.goto(f"{browser_app}/browser/org/acme")
    log_in_with_password(page, "ada@acme.test", "wrong")
    page.get_by_text("Unauthorized credentials").wait_for()
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Continue", exact=True).click()
    wait_for_dashboard(page, "Acme")
    assert page.locator("#session").get_by_text("password").is_visible()


def test_email_code_logs_in(browse, browser_app, given, mock):
    given.member(given.organization("Acme"), "ada@acme.test")
    page = browse()
    page.goto(f"{browser_app}/browser/org/acme")
    page.get_by_placeholder("example@email.com").fill("ada@acme.test")
    page.get_by_role("button", name="Continue with email").click()
    page.get_by_role("button", name="Email me a login code").click()
    page.get_by_label("One-time passcode").fill(mock.inbox.latest(to="ada@acme.test", wait=10).code)
    wait_for_dashboard(page, "Acme")
    assert page.locator("#session").get_by_text("e-mail code").is_visible()


def test_login_at_an_organization_with_google(browse, browser_app, given):
    acme = given.organization("Acme", email_jit_provisioning="RESTRICTED", email_allowed_domains=["acme.test"])
    page = browse()
    page.goto(f"{browser_app}/browser")
    page.get_by_label("Your organization's address").fill(acme.organization_slug)
    page.get_by_role("button", name="Go to the login page").click()
    page.get_by_text("Continue to Acme").wait_for()
    page.get_by_role("button", name="Continue with Google").click()
    answer_provider(page, "ada@acme.test", "Ada Example")
    wait_for_dashboard(page, "Acme")
    assert page.locator("#session").get_by_text("Google").is_visible()
    assert page.locator("#session").get_by_text("Ada Example").is_visible()


def test_login_with_single_sign_on(browse, browser_app, given, mock):
    acme = given.organization("Acme")
    mock.identity_provider(acme.organization_id, "saml", display_name="Acme SSO")
    page = browse()
    page.goto(f"{browser_app}/browser/org/acme")
    page.get_by_role("button", name="Continue with Acme SSO").click()
    answer_provider(page, "ada@acme.test", "Ada Example")
    wait_for_dashboard(page, "Acme")
    assert page.locator("#session").get_by_text("single sign-on").is_visible()


def test_unknown_organization_is_reported(browse, browser_app):
    page = browse()
    page.goto(f"{browser_app}/browser/org?slug=nowhere")
    page.get_by_text("The organization you are looking for could not be found").wait_for()
    page.get_by_role("link", name="Other ways to log in").click()
    page.get_by_text("Sign up or log in").wait_for()
    page.goto(f"{browser_app}/browser/org")
    assert page.url == f"{browser_app}/browser"


def test_used_link_is_reported(browse, browser_app, given, mock, client):
    acme = given.organization("Acme")
    token = given.link_token(acme, given.member(acme).email_address)
    client.magic_links.authenticate(token)
    page = browse()
    page.goto(f"{browser_app}/browser/authenticate?slug=acme&stytch_token_type=multi_tenant_magic_links&token={token}")
    page.get_by_text("Your login link may have expired, been revoked, or been used more than once").wait_for()


def test_required_second_factor_is_set_up_and_used(browse, browser_app, given, mock):
    acme = given.organization("Acme", mfa_policy="REQUIRED_FOR_ALL")
    given.member(acme, "ada@acme.test")
    page = browse()
    page.goto(f"{browser_app}/browser/org/acme")
    send_link(page, "ada@acme.test")
    page.goto(mock.inbox.latest(to="ada@acme.test").link)
    page.get_by_role("button", name="Use an authenticator app").click()
    page.get_by_role("button", name="Having trouble scanning?").click()
    secret = "".join(page.get_by_text(re.compile(r"^([a-z2-7]{4}\s*){8}$")).inner_text().split())
    page.get_by_role("button", name="Continue", exact=True).click()
    page.get_by_label("One-time passcode").fill(pyotp.TOTP(secret).at(mock.clock.now()))
    page.get_by_text("Save your backup codes!").wait_for()
    page.get_by_role("button", name="Done").click()
    wait_for_dashboard(page, "Acme")
    assert page.locator("#session").get_by_text("authenticator app").is_visible()

    page.get_by_role("button", name="Log out").click()
    page.wait_for_url("**/browser")
    page.goto(f"{browser_app}/browser/org/acme")
    send_link(page, "ada@acme.test")
    page.goto(mock.inbox.latest(to="ada@acme.test").link)
    page.get_by_text("Enter the 6-digit code from your authenticator app").wait_for()
    mock.clock.advance(seconds=60)
    page.get_by_label("One-time passcode").fill(pyotp.TOTP(secret).at(mock.clock.now()))
    wait_for_dashboard(page, "Acme")


def test_password_is_reset_by_email(browse, browser_app, given, mock):
    given.member(given.organization("Acme"), "ada@acme.test")
    page = browse()
    page.goto(f"{browser_app}/browser/org/acme")
    page.get_by_role("button", name="Use a password instead").click()
    page.get_by_role("button", name="Sign up or reset password").click()
    page.get_by_placeholder("example@email.com").fill("ada@acme.test")
    page.get_by_role("button", name="Continue", exact=True).click()
    page.get_by_text("A login link was sent to you").wait_for()
    page.goto(mock.inbox.latest(to="ada@acme.test", kind="password_reset").link)
    assert page.url.startswith(f"{browser_app}/browser/reset-password")
    page.get_by_text("Set a new password").nth(1).wait_for()
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_text("Password accepted").wait_for()
    page.get_by_role("button", name="Continue", exact=True).click()
    wait_for_dashboard(page, "Acme")


def test_logout_ends_the_session_in_all_tabs(browse, browser_app, given, client, refused):
    acme = given.organization("Acme")
    ada = given.login(acme, given.member(acme))
    page = browse()
    log_in(page, browser_app, ada)
    other_tab = page.context.new_page()
    other_tab.goto(f"{browser_app}/browser/member")
    other_tab.get_by_role("heading", name="Your settings").wait_for()
    page.get_by_role("button", name="Log out").click()
    page.wait_for_url(f"{browser_app}/browser")
    other_tab.wait_for_url(f"{browser_app}/browser")
    assert refused(client.sessions.authenticate, session_token=ada.session_token) == "session_not_found"
    page.goto(f"{browser_app}/browser/dashboard")
    page.wait_for_url(f"{browser_app}/browser")


def test_ended_session_leads_to_the_login(browse, browser_app, given, client):
    acme = given.organization("Acme")
    ada = given.login(acme, given.member(acme))
    page = browse()
    log_in(page, browser_app, ada)
    client.sessions.revoke(session_token=ada.session_token)
    page.reload()
    page.wait_for_url(f"{browser_app}/browser")
    page.get_by_text("Sign up or log in").wait_for()


def test_member_switches_organization_and_accepts_an_invitation(browse, browser_app, given, client):
    acme, birch, cedar = (given.organization(name) for name in ("Acme", "Birch", "Cedar"))
    given.member(birch, "ada@acme.test")
    client.magic_links.email.invite(cedar.organization_id, "ada@acme.test")
    page = browse()
    log_in(page, browser_app, given.login(acme, given.member(acme, "ada@acme.test")))
    page.get_by_role("button", name="Switch to Birch").click()
    wait_for_dashboard(page, "Birch")
    page.get_by_role("button", name="Accept invitation to Cedar").click()
    wait_for_dashboard(page, "Cedar")
    page.get_by_role("button", name="Switch to Acme").wait_for()


def test_organization_that_requires_more_leads_to_its_login(browse, browser_app, given):
    acme, birch = given.organization("Acme"), given.organization("Birch", mfa_policy="REQUIRED_FOR_ALL")
    given.member(birch, "ada@acme.test")
    page = browse()
    log_in(page, browser_app, given.login(acme, given.member(acme, "ada@acme.test")))
    page.get_by_role("button", name="Switch to Birch").click()
    page.wait_for_url(f"{browser_app}/browser/org/birch")
    page.get_by_text("Continue to Birch").wait_for()


@pytest.mark.parametrize(("width", "scheme"), [(360, "light"), (1200, "dark")])
def test_pages_fit_the_screen_and_have_labels(browse, browser_app, given, width, scheme):
    acme = given.organization("Acme")
    page = browse(viewport={"width": width, "height": 740}, color_scheme=scheme)
    page.goto(f"{browser_app}/browser")
    page.get_by_text("Sign up or log in").wait_for()
    assert_layout(page)
    log_in(page, browser_app, given.admin(acme))
    assert_layout(page)
    page.goto(f"{browser_app}/browser/member")
    page.get_by_role("button", name="Send code").wait_for()
    assert_layout(page)
    page.goto(f"{browser_app}/browser/admin/members")
    page.get_by_role("button", name="Invite").wait_for()
    assert page.locator("h1").first.is_visible()


def assert_layout(page):
    """Check that nothing scrolls sideways, and that each of the app's own fields has a label."""
    assert page.evaluate("document.documentElement.scrollWidth") <= page.viewport_size["width"]
    unlabelled = (
        "[...document.querySelectorAll('main input:not([hidden])')].filter(i => !i.labels.length).map(i => i.id)"
    )
    assert page.evaluate(unlabelled) == []
