"""The demo app in Chromium, without JavaScript, on a phone and on a desktop."""

from collections.abc import Iterator
from typing import Any

import pyotp
import pytest

pytestmark = pytest.mark.browser


@pytest.fixture(params=[(360, 740, "light"), (1200, 800, "dark")], ids=["phone", "desktop"])
def page(request: pytest.FixtureRequest, chromium: Any) -> Iterator[Any]:
    """A page in a new browser context. A missing resource or a violation of the page's policy fails the test."""
    width, height, scheme = request.param
    context = chromium.new_context(
        java_script_enabled=False, viewport={"width": width, "height": height}, color_scheme=scheme
    )
    context.set_default_timeout(10_000)
    page = context.new_page()
    problems: list[str] = []
    page.on("console", lambda message: "Content Security" in message.text and problems.append(message.text))
    page.on(
        "response",
        lambda response: (  # 304 is fine: a file that has just changed is requested again
            response.status >= 400 and not response.request.is_navigation_request() and problems.append(response.url)
        ),
    )
    yield page
    context.close()
    assert problems == []


def assert_layout(page: Any, heading: str) -> None:
    """Check the heading, that nothing scrolls sideways, the height of each control and the label of each field."""
    assert page.locator("h1").inner_text() == heading
    assert page.evaluate("document.documentElement.scrollWidth") <= page.viewport_size["width"]
    for control in page.locator("button:visible, input:visible, a.button:visible").all():
        assert control.bounding_box()["height"] >= 40, control.inner_text()
    for control in page.locator("input:visible").all():
        assert page.locator(f"label[for={control.get_attribute('id')}]").is_visible()


def test_discovery_from_the_first_email_to_the_logout(page, app_url, mock, given, client):
    client.magic_links.email.invite(given.organization("Northwind Traders").organization_id, "ada@acme.test")
    page.goto(app_url)
    assert_layout(page, "Log in or sign up")
    page.locator("#discovery-form").get_by_label("E-mail address").fill("ada@acme.test")
    page.get_by_role("button", name="Continue with e-mail").click()
    assert_layout(page, "Check your e-mail")
    page.goto(mock.inbox.latest(to="ada@acme.test", kind="magic_link.discovery").link)
    assert_layout(page, "Choose an organization")
    page.get_by_label("New organization").fill("Acme")
    page.get_by_role("button", name="Create organization").click()
    assert_layout(page, "Acme")
    page.locator("#invite-form").get_by_label("E-mail address").fill("grace@acme.test")
    page.get_by_role("button", name="Send invitation").click()
    assert_layout(page, "Acme")
    assert "grace@acme.test is invited." in page.get_by_role("status").inner_text()
    page.get_by_role("button", name="Accept invitation to Northwind Traders").click()
    assert_layout(page, "Northwind Traders")
    page.locator("#organizations").get_by_role("button", name="Switch to Acme").click()
    assert_layout(page, "Acme")
    page.get_by_role("button", name="Log out").click()
    assert_layout(page, "Log in or sign up")
    page.goto(f"{app_url}/dashboard")
    assert page.url == f"{app_url}/"


def test_login_at_the_organizations_own_page(page, app_url, mock, given):
    acme = given.organization("Acme", organization_slug="acme")
    given.member(acme, "ada@acme.test", name="Ada Example")
    page.goto(app_url)
    page.locator("#organization-form input[name=slug]").fill("acme")
    page.get_by_role("button", name="Go to the login page").click()
    assert page.url == f"{app_url}/org/acme"
    assert_layout(page, "Log in to Acme")
    page.get_by_label("E-mail address").fill("ada@acme.test")
    page.get_by_role("button", name="Continue with e-mail").click()
    assert_layout(page, "Check your e-mail")
    page.goto(mock.inbox.latest(to="ada@acme.test", kind="magic_link.login").link)
    assert page.url == f"{app_url}/dashboard"
    assert_layout(page, "Acme")
    assert page.locator("#member-name").inner_text() == "Ada Example"


def test_used_link_shows_an_error_page(page, app_url, given):
    acme = given.organization("Acme", organization_slug="acme")
    token = given.link_token(acme, given.member(acme).email_address)
    page.goto(f"{app_url}/authenticate?stytch_token_type=multi_tenant_magic_links&token={token}")
    page.goto(f"{app_url}/authenticate?stytch_token_type=multi_tenant_magic_links&token={token}")
    assert_layout(page, "This link no longer works")
    assert page.locator("#error-type").inner_text() == "unable_to_auth_magic_link"
    page.get_by_role("link", name="Start again").click()
    assert_layout(page, "Log in or sign up")


def test_email_code_authenticator_app_password_and_recovery_code(page, app_url, mock, given):
    acme = given.organization("Acme", organization_slug="acme", mfa_policy="REQUIRED_FOR_ALL")
    given.member(acme, "ada@acme.test")
    page.goto(f"{app_url}/org/acme")
    page.get_by_role("button", name="Log in with a code").click()
    assert_layout(page, "Log in with a code")
    page.get_by_label("E-mail address").fill("ada@acme.test")
    page.get_by_role("button", name="Send code").click()
    assert_layout(page, "Enter the code")
    page.get_by_label("Code").fill(mock.inbox.latest(to="ada@acme.test").code)
    page.get_by_role("button", name="Continue").click()
    assert_layout(page, "One more step")
    page.get_by_role("button", name="Use an authenticator app").click()
    assert_layout(page, "Set up an authenticator app")
    assert page.evaluate("document.querySelector('#qr-code').naturalWidth") > 100
    secret = page.locator("#secret").inner_text()
    page.get_by_label("Code from the app").fill(pyotp.TOTP(secret).at(mock.clock.now()))
    page.get_by_role("button", name="Continue").click()
    assert_layout(page, "Save your recovery codes")
    recovery_code = page.locator("#recovery-codes code").first.inner_text()
    page.get_by_role("link", name="I saved them").click()
    assert_layout(page, "Acme")
    page.get_by_role("link", name="Set a password").click()
    assert_layout(page, "Set a password")
    page.get_by_label("New password").fill("plum orbit kettle 47")
    page.get_by_role("button", name="Save").click()
    assert page.get_by_role("status").inner_text() == "Your new password is set."
    page.get_by_role("button", name="Log out").click()
    page.goto(f"{app_url}/org/acme/password")
    assert_layout(page, "Log in with a password")
    page.get_by_label("E-mail address").fill("ada@acme.test")
    page.get_by_label("Password").fill("plum orbit kettle 47")
    page.get_by_role("button", name="Log in", exact=True).click()
    page.get_by_role("link", name="Use a recovery code").click()
    assert_layout(page, "Use a recovery code")
    page.get_by_label("Recovery code").fill(recovery_code)
    page.get_by_role("button", name="Continue").click()
    assert_layout(page, "Acme")


def test_saml_login_at_the_identity_providers_page(page, app_url, mock, given):
    acme = given.organization("Acme", organization_slug="acme")
    mock.identity_provider(acme.organization_id, "saml", display_name="Acme SSO")
    page.goto(f"{app_url}/org/acme")
    assert_layout(page, "Log in to Acme")
    page.get_by_role("link", name="Continue with Acme SSO").click()
    page.get_by_label("E-mail address").fill("ada@acme.test")
    page.get_by_label("Name (optional)").fill("Ada Example")
    page.get_by_role("button", name="Continue").click()
    page.get_by_role("button", name="Continue").click()  # without JavaScript, the form isn't submitted automatically
    assert page.url == f"{app_url}/dashboard"
    assert_layout(page, "Acme")
    assert page.locator("#member-name").inner_text() == "Ada Example"
    assert page.locator("#factors").inner_text() == "single sign-on"


def test_address_is_typed_once(page, app_url, mock, given):
    given.member(given.organization("Acme", organization_slug="acme"), "ada@acme.test")
    page.goto(f"{app_url}/org/acme")
    page.get_by_label("E-mail address").fill("ada@acme.test")
    page.get_by_role("button", name="Log in with a password").click()
    page.get_by_label("Password").fill("secret")
    page.get_by_role("button", name="Forgot or never set a password?").click()
    assert_layout(page, "Set a password")
    assert page.get_by_label("E-mail address").input_value() == "ada@acme.test"
    page.get_by_role("button", name="Other ways to log in").click()
    page.get_by_role("button", name="Log in with a code").click()
    page.get_by_role("button", name="Send code").click()
    page.get_by_label("Code").fill(mock.inbox.latest(to="ada@acme.test").code)
    page.get_by_role("button", name="Continue").click()
    assert_layout(page, "Acme")


def test_long_name_of_a_connection_fits_in_its_button(page, app_url, given, mock, client):
    acme = given.organization("Acme")
    idp = mock.identity_provider(acme.organization_id, "saml")
    name = "Acme's directory for employees, contractors and everyone else (SAML)"
    client.sso.saml.update_connection(acme.organization_id, idp.connection_id, display_name=name)
    page.goto(f"{app_url}/org/{acme.organization_slug}")
    assert page.get_by_role("link", name=f"Continue with {name}").is_visible()
    assert_layout(page, "Log in to Acme")
