"""The page of the demo app on which members change their own settings, with the browser SDK."""

import pyotp
import pytest

from .frontend import PASSWORD, log_in, log_in_with_password, notice, wait_for_dashboard

pytestmark = pytest.mark.browser


@pytest.fixture
def ada(given):
    acme = given.organization("Acme")
    return given.login(acme, given.member(acme, "ada@acme.test"))


@pytest.fixture
def page(browse, browser_app, ada):
    page = browse()
    log_in(page, browser_app, ada)
    page.get_by_role("link", name="Your settings").click()
    page.get_by_role("button", name="Send link").wait_for()
    return page


@pytest.fixture
def stored(client, ada):
    """Return the member, as the backend SDK gets it."""
    return lambda: client.organizations.members.get(ada.organization.organization_id, member_id=ada.member_id).member


def test_name_is_changed(page, stored):
    page.get_by_label("Name", exact=True).fill("Ada Example")
    page.get_by_role("button", name="Save name").click()
    notice(page, "Your name is saved.")
    assert page.get_by_label("Name", exact=True).input_value() == "Ada Example"
    assert stored().name == "Ada Example"


def test_phone_number_is_verified_and_removed(page, stored, mock):
    page.get_by_label("Mobile number").fill("12")
    page.get_by_role("button", name="Send code").click()
    page.get_by_text("Enter the number with its country code").wait_for()
    page.get_by_label("Mobile number").fill("+1 (202) 555-0123")
    page.get_by_role("button", name="Send code").click()
    notice(page, "We sent a code to +12025550123.")
    assert page.locator("#inbox-link").get_attribute("href") == f"{mock.url}/_mock/?to=%2B12025550123"
    code = mock.inbox.latest(to="+12025550123").code
    page.get_by_label("Code from the text message").fill("000000" if code != "000000" else "111111")
    page.get_by_role("button", name="Verify number").click()
    page.locator("#phone").get_by_role("alert").wait_for()
    page.get_by_label("Code from the text message").fill(code)
    page.get_by_role("button", name="Verify number").click()
    notice(page, "Your number is verified.")
    assert (stored().mfa_phone_number, stored().mfa_phone_number_verified) == ("+12025550123", True)
    page.get_by_role("button", name="Remove number").click()
    notice(page, "Your number is removed.")
    assert stored().mfa_phone_number == ""


def test_second_factor_is_required_or_not(page, stored):
    page.get_by_label("Ask me for a second factor").check()
    notice(page, "A second factor is now required.")
    assert stored().mfa_enrolled is True
    page.get_by_label("Ask me for a second factor").uncheck()
    notice(page, "A second factor is no longer required.")
    assert stored().mfa_enrolled is False


def test_authenticator_app_has_recovery_codes(page, stored, mock, client, ada):
    page.get_by_role("button", name="Set up").click()
    page.get_by_label("Code from the app").wait_for()
    assert page.evaluate("document.querySelector('#qr-code').naturalWidth") > 100
    secret = page.locator("#secret").inner_text()
    page.get_by_label("Code from the app").fill(pyotp.TOTP(secret).at(mock.clock.now()))
    page.get_by_role("button", name="Finish").click()
    notice(page, "Your authenticator app is set up.")
    assert stored().totp_registration_id
    shown = page.locator("#recovery-codes code").all_inner_texts()
    organization_id = ada.organization.organization_id
    assert client.recovery_codes.get(organization_id, ada.member_id).recovery_codes == shown
    page.get_by_role("button", name="Replace recovery codes").click()
    notice(page, "Your recovery codes are replaced.")
    replaced = page.locator("#recovery-codes code").all_inner_texts()
    assert set(replaced).isdisjoint(shown)
    page.reload()
    page.get_by_role("button", name="Show recovery codes").click()
    page.locator("#recovery-codes code").first.wait_for()
    assert page.locator("#recovery-codes code").all_inner_texts() == replaced
    page.get_by_role("button", name="Remove", exact=True).click()
    notice(page, "Your authenticator app is removed.")
    assert stored().totp_registration_id == ""


def test_password_is_set_and_changed(page, stored, browser_app):
    page.get_by_label("New password").fill("secret")
    page.get_by_label("New password").press("Tab")
    page.locator("#strength:not(:empty)").wait_for()
    assert "strong enough" not in page.locator("#strength").inner_text()
    page.get_by_role("button", name="Save password").click()
    page.locator("#password-form").get_by_role("alert").wait_for()
    page.get_by_label("New password").fill(PASSWORD)
    page.get_by_label("New password").press("Tab")
    page.get_by_text("This password is strong enough.").wait_for()
    page.get_by_role("button", name="Save password").click()
    notice(page, "Your new password is set.")
    page.get_by_role("heading", name="Change your password").wait_for()
    assert stored().member_password_id
    page.get_by_label("Current password").fill("wrong")
    page.get_by_label("New password").fill("kettle orbit plum 74")
    page.get_by_role("button", name="Save password").click()
    page.get_by_text("The current password is wrong.").wait_for()
    page.get_by_label("Current password").fill(PASSWORD)
    page.get_by_role("button", name="Save password").click()
    page.locator("#password-form .problem").wait_for(state="detached")
    notice(page, "Your new password is set.")
    page.get_by_role("button", name="Log out").click()
    page.wait_for_url(f"{browser_app}/browser")
    page.goto(f"{browser_app}/browser/org/acme")
    log_in_with_password(page, "ada@acme.test", "kettle orbit plum 74")
    wait_for_dashboard(page, "Acme")


def test_email_address_is_changed_by_a_link(page, stored, mock):
    page.get_by_label("New e-mail address").fill("ada@new.test")
    page.get_by_role("button", name="Send link").click()
    notice(page, "We sent a link to ada@new.test.")
    assert stored().email_address == "ada@acme.test"
    page.goto(mock.inbox.latest(to="ada@new.test").link)
    wait_for_dashboard(page, "Acme")
    assert page.locator("#session").get_by_text("ada@new.test").is_visible()
    assert stored().email_address == "ada@new.test"
