"""What the prebuilt login shows if the server refuses a step."""

import pytest

from tests.api.factors import PASSWORD, with_password
from tests.browser.login_screen import sdk_config

EMAIL = "ada@acme.example"
FAILED_LINK = "Something went wrong. Your login link may have expired, been revoked, or been used more than once."
FAILED = "Something went wrong. Try again later or contact your admin for help."


@pytest.fixture
def acme(given):
    acme = given.organization("Acme")
    given.member(acme, EMAIL)
    return acme


@pytest.mark.parametrize("flow", ["Organization", "Discovery"])
def test_used_and_expired_links(open_login, acme, mock, flow):
    organization = acme if flow == "Organization" else None
    screen = open_login("emailMagicLinks", organization=organization)
    screen.follow_link(EMAIL)
    screen.sees("Success!" if organization else "Select an organization to continue")
    screen.page.context.clear_cookies()
    screen.open_mail(EMAIL)
    screen.sees("Looks like there was an error!", FAILED_LINK)
    assert screen.errors == ["unable_to_auth_magic_link"]
    assert not any("AUTHENTICATE" in event for event in screen.events)

    screen = open_login("emailMagicLinks", organization=organization)
    screen.submit_email(EMAIL)
    screen.sees("Check your email")
    mock.clock.advance(hours=2)
    screen.open_mail(EMAIL)
    screen.sees(FAILED_LINK)
    assert screen.errors == ["unable_to_auth_magic_link"]


def test_code_that_has_expired_or_was_used(open_login, acme, mock):
    screen = open_login("emailOtp", organization=acme)
    screen.submit_email(EMAIL)
    screen.sees("Enter passcode")
    mock.clock.advance(minutes=15)
    screen.enter_code(mock.inbox.latest(to=EMAIL).code)
    screen.sees("The passcode could not be authenticated because it was either already used or expired.")
    assert screen.errors == ["unable_to_auth_otp_code"]
    screen.click("Go back")
    screen.submit_email(EMAIL)
    screen.sees("Enter passcode")
    screen.enter_code(mock.inbox.latest(to=EMAIL).code)
    screen.logged_in("unable_to_auth_otp_code")


@pytest.mark.parametrize("flow", ["Organization", "Discovery"])
def test_locked_member(open_login, acme, client, mock, flow):
    lock = {"enabled": True, "threshold": 2, "ttl_seconds": 600}
    mock.configure(user_lock=lock, cross_org_passwords_enabled=flow == "Discovery")
    with_password(client, client.organizations.members.get(acme.organization_id, email_address=EMAIL).member)
    screen = open_login("passwords", organization=acme if flow == "Organization" else None)
    if flow == "Organization":
        screen.submit_email(EMAIL, "Continue")
    for _ in range(2):
        screen.submit_password(EMAIL, "a guess")
        screen.sees("Unauthorized credentials.")
    screen.submit_password(EMAIL, PASSWORD)
    screen.sees("Too many failed authentication attempts. Please try again later.")
    assert screen.errors == ["unauthorized_credentials"] * 2 + ["user_lock_limit_reached"]
    mock.clock.advance(minutes=11)
    screen.submit_password(EMAIL, PASSWORD)
    if flow == "Discovery":
        screen.click("Acme")
    screen.logged_in("unauthorized_credentials", "unauthorized_credentials", "user_lock_limit_reached")


def test_claimed_email_domain(open_login, given):
    given.organization("Owner", claimed_email_domains=["acme.example"])
    screen = open_login("emailMagicLinks")
    screen.follow_link(EMAIL)
    screen.click("Create an organization")
    screen.sees("Your email domain is associated with a particular organization, so you are unable to join or create")
    assert screen.errors == ["action_not_allowed_email_domain_is_claimed"]
    screen.click("Go back")
    screen.sees("Sign up or log in")


@pytest.mark.parametrize("flow", ["Organization", "Discovery"])
def test_organization_that_is_deleted_during_the_login(open_login, acme, client, flow):
    screen = open_login("emailMagicLinks", organization=acme if flow == "Organization" else None)
    if flow == "Organization":
        screen.submit_email(EMAIL)
        screen.sees("Check your email")
    else:
        screen.follow_link(EMAIL)
        screen.sees("Acme")
    client.organizations.delete(acme.organization_id)
    if flow == "Organization":
        screen.open_mail(EMAIL)
        screen.sees(FAILED_LINK)
    else:
        screen.click("Acme")
        screen.sees(FAILED)
        assert screen.errors == ["organization_not_found"]


def test_intermediate_session_that_has_expired(open_login, acme, mock):
    screen = open_login("emailMagicLinks")
    screen.follow_link(EMAIL)
    screen.sees("Select an organization to continue")
    mock.clock.advance(minutes=30)
    screen.click("Acme")
    screen.sees("Looks like there was an error!", FAILED)
    screen.click("Go back")
    screen.sees("Continue with email")
    assert screen.errors == ["intermediate_session_not_found"]


OFF = {
    "emailMagicLinks": {"magic_links": {"enabled": False}},
    "emailOtp": {"otps": {"email_enabled": False}},
    "passwords": {"passwords": {"enabled": False}},
    "sso": {"sso": {"enabled": False}},
}


def test_products_that_the_configuration_turns_off(open_login, mock):
    for product, changes in OFF.items():
        mock.configure(b2b_sdk_config=sdk_config(**changes), cross_org_passwords_enabled=True)
        screen = open_login(product)
        if product == "sso":
            screen.click("Use single sign-on")
            screen.submit_email(EMAIL, "Continue")
        elif product == "passwords":
            screen.submit_password(EMAIL, PASSWORD)
        else:
            screen.submit_email(EMAIL)
        screen.page.wait_for_function("() => window.errors.length")
        assert screen.errors == ["endpoint_not_authorized_for_sdk"], product
        screen.sees("The project owner has not authorized the SDK to call this endpoint.")


def test_oauth_that_the_configuration_turns_off(open_login, mock):
    """The start URL also belongs to the backend API. The SDK can't authenticate the token."""
    mock.configure(b2b_sdk_config=sdk_config(oauth={"enabled": False}))
    screen = open_login("oauth")
    mock.next_identity("google", EMAIL)
    screen.click("Continue with Google")
    screen.sees("Looks like there was an error!", FAILED)
    assert screen.errors == ["endpoint_not_authorized_for_sdk"]


def test_creation_that_the_configuration_turns_off(open_login, acme, mock):
    mock.configure(b2b_sdk_config=sdk_config(basic={"allow_self_onboarding": False}))
    screen = open_login("emailMagicLinks")
    screen.follow_link(EMAIL)
    screen.sees("Select an organization to continue", "Acme")
    assert not screen.shows("Create an organization")


def test_sdk_that_the_configuration_turns_off(open_login, mock):
    mock.configure(b2b_sdk_config=sdk_config(basic={"enabled": False}))
    screen = open_login("emailMagicLinks")
    screen.submit_email(EMAIL)
    screen.page.wait_for_function("() => window.errors.length")
    assert screen.errors == ["endpoint_not_authorized_for_sdk"]


def test_origin_that_the_configuration_does_not_list(open_login, acme, app_page, mock):
    mock.configure(b2b_sdk_config=sdk_config(basic={"domains": [{"domain": "https://app.acme.example"}]}))
    screen = open_login("emailMagicLinks")
    screen.submit_email(EMAIL)
    screen.page.wait_for_function("() => window.errors.length")
    assert screen.errors == ["bad_domain_for_stytch_sdk"]
    screen.sees("This website has not been registered as an allowed domain for the Stytch SDK.")
    mock.configure(b2b_sdk_config=sdk_config(basic={"domains": [{"domain": app_page.url}]}))
    screen.click("Continue with email")
    screen.sees("Check your email")
