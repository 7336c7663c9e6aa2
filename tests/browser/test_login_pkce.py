"""The prebuilt login with PKCE, as the SDK configuration can require it: each flow, and links in another browser."""

import pytest

from tests.browser.login_screen import sdk_config

EMAIL = "ada@acme.example"
STRONG = "correct horse battery staple 9"
FLOWS = pytest.mark.parametrize("flow", ["Organization", "Discovery"])


@pytest.fixture(autouse=True)
def required(mock):
    required = {"pkce_required": True}
    passwords = {"pkce_required_for_password_resets": True}
    mock.configure(b2b_sdk_config=sdk_config(magic_links=required, oauth=required, sso=required, passwords=passwords))


@pytest.fixture
def acme(given):
    acme = given.organization("Acme")
    given.member(acme, EMAIL)
    return acme


@FLOWS
def test_link_and_oauth(open_login, acme, mock, flow):
    organization = acme if flow == "Organization" else None
    screen = open_login("emailMagicLinks", "oauth", organization=organization)
    screen.follow_link(EMAIL)
    if flow == "Discovery":
        screen.click("Acme")
    screen.logged_in()
    mock.next_identity("google", EMAIL)
    screen = open_login("emailMagicLinks", "oauth", organization=organization)
    screen.click("Continue with Google")
    if flow == "Discovery":
        screen.click("Acme")
    screen.logged_in()


def test_sso(open_login, acme, mock):
    mock.identity_provider(acme.organization_id, "saml", "Okta")
    mock.next_identity("saml", EMAIL)
    screen = open_login("sso", organization=acme)
    screen.click("Continue with Okta")
    screen.logged_in()


@FLOWS
def test_password_reset(open_login, acme, app_page, mock, flow):
    mock.configure(cross_org_passwords_enabled=flow == "Discovery")
    screen = open_login("passwords", organization=acme if flow == "Organization" else None)
    if flow == "Organization":
        screen.submit_email(EMAIL, "Continue")
    screen.click("Sign up or reset password")
    screen.sees("Check your email for help signing in")
    screen.submit_email(EMAIL, "Continue")
    screen.sees("A login link was sent to you")
    app_page.configure("login", login={"products": ["passwords"], "authFlowType": "PasswordReset"})
    screen.open_mail(EMAIL)
    screen.fill("Password", STRONG)
    screen.click("Continue")
    if flow == "Discovery":
        screen.click("Acme")
    screen.logged_in()


@FLOWS
def test_link_in_another_browser(open_login, acme, flow):
    organization = acme if flow == "Organization" else None
    screen = open_login("emailMagicLinks", organization=organization)
    screen.submit_email(EMAIL)
    screen.sees("Check your email")
    screen = open_login("emailMagicLinks", organization=organization)  # in a new browser profile
    screen.open_mail(EMAIL)
    screen.sees("Looks like there was an error!", "Something went wrong. Your login link may have expired")
    assert screen.errors == ["pkce_expected_code_verifier"]
