"""Codes, passwords and second factors of the demo app in Chromium, without JavaScript, on a phone and on a desk."""

import pyotp
import pytest

from tests.apps.test_demo_browser import chromium, looks_right, page, url  # noqa: F401 · fixtures

pytestmark = pytest.mark.browser


def test_a_code_then_an_app_then_a_password_and_a_recovery_code(page, url, mock, given):  # noqa: F811
    acme = given.organization("Acme", organization_slug="acme", mfa_policy="REQUIRED_FOR_ALL")
    given.member(acme, "ada@acme.test")
    page.goto(f"{url}/org/acme")
    page.get_by_role("link", name="Mail me a code instead").click()
    looks_right(page, "Log in by code")
    page.get_by_label("E-mail address").fill("ada@acme.test")
    page.get_by_role("button", name="Mail me a code").click()
    looks_right(page, "Enter the code")
    page.get_by_label("Code").fill(mock.inbox.latest(to="ada@acme.test").code)
    page.get_by_role("button", name="Continue").click()
    looks_right(page, "One more step")
    page.get_by_role("button", name="Use an authenticator app").click()
    looks_right(page, "Set up an authenticator app")
    assert page.evaluate("document.querySelector('#qr-code').naturalWidth") > 100
    secret = page.locator("#secret").inner_text()
    page.get_by_label("Code that the app shows").fill(pyotp.TOTP(secret).at(mock.clock.now()))
    page.get_by_role("button", name="Continue").click()
    looks_right(page, "Keep your recovery codes")
    spare = page.locator("#recovery-codes code").first.inner_text()
    page.get_by_role("link", name="I have kept them").click()
    looks_right(page, "Acme")
    page.get_by_role("link", name="Set a password").click()
    looks_right(page, "Set a password")
    page.get_by_label("New password").fill("plum orbit kettle 47")
    page.get_by_role("button", name="Save").click()
    assert page.get_by_role("status").inner_text() == "Your new password is set."
    page.get_by_role("button", name="Log out").click()
    page.goto(f"{url}/org/acme/password")
    looks_right(page, "Log in with a password")
    page.get_by_label("E-mail address").fill("ada@acme.test")
    page.get_by_label("Password").fill("plum orbit kettle 47")
    page.get_by_role("button", name="Log in").click()
    page.get_by_role("link", name="Use a recovery code").click()
    looks_right(page, "Use a recovery code")
    page.get_by_label("Recovery code").fill(spare)
    page.get_by_role("button", name="Continue").click()
    looks_right(page, "Acme")
