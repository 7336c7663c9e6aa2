"""The prebuilt login with passwords: sign-up, login, both links of the reset mail, and the strength meter."""

import re

import pytest

from tests.api.factors import PASSWORD, with_password

EMAIL = "ada@acme.example"
STRONG = "correct horse battery staple 9"


@pytest.fixture(autouse=True)
def cross_organization_passwords(mock):
    mock.configure(cross_org_passwords_enabled=True)


@pytest.fixture
def open_links(app_page, mock):
    """The functions that open the links of the newest mail: the one to set a password, and the one to log in.

    As the documentation recommends, the app sets passwords on a page with the configuration for it.
    """

    def reset(screen, **config):
        app_page.configure("login", login={"products": ["passwords"], "authFlowType": "PasswordReset", **config})
        screen.open_mail(EMAIL)
        screen.sees("Set a new password")

    def log_in(screen):
        text = mock.inbox.latest(to=EMAIL).text
        app_page.visit(screen.page, re.findall(r"http\S+", text)[1])

    return reset, log_in


def test_sign_up_in_discovery(open_login, open_links):
    screen = open_login("passwords")
    screen.submit_password(EMAIL, "a guess")
    screen.sees("Member password not found.")
    assert screen.errors == ["member_password_not_found"]
    screen.click("Sign up or reset password")
    screen.sees("We'll email you a verification link to sign up for an account or reset your password if you have one.")
    screen.click("Continue")
    screen.sees(f"A login link was sent to you at {EMAIL}.")
    open_links[0](screen)
    screen.fill("Password", "password")
    screen.sees("This is a top-10 common password.", "Add another word or two. Uncommon words are better.")
    assert screen.button("Continue").is_disabled()
    screen.fill("Password", STRONG)
    screen.page.get_by_text("Password strength: 4 out of 4.").wait_for(state="attached")
    screen.click("Continue", "Create an organization")
    session = screen.logged_in()
    assert screen.events[0] == "B2B_PASSWORD_DISCOVERY_RESET_BY_EMAIL"
    assert session.member_session.authentication_factors[0].type == "password"


def test_login_in_discovery(open_login, given, client):
    with_password(client, given.member(given.organization("Acme"), EMAIL))
    screen = open_login("passwords")
    screen.submit_password(EMAIL, PASSWORD)
    screen.click("Acme")
    assert screen.logged_in().member.email_address == EMAIL
    assert screen.events[0] == "B2B_PASSWORD_DISCOVERY_AUTHENTICATE"


def test_login_link_of_the_reset_mail_in_discovery(open_login, open_links, given, client):
    with_password(client, given.member(given.organization("Acme"), EMAIL))
    screen = open_login("passwords", "emailMagicLinks")
    screen.click("Use a password instead", "Sign up or reset password")
    screen.submit_email(EMAIL, "Continue")
    screen.sees("A login link was sent to you")
    screen.click("Resend email")
    screen.sees("Email resent! Try again in")
    open_links[1](screen)
    screen.click("Acme")
    assert screen.logged_in().member_session.authentication_factors[0].type == "magic_link"


def test_login_of_a_member(open_login, given, client):
    acme = given.organization("Acme")
    with_password(client, given.member(acme, EMAIL))
    screen = open_login("passwords", organization=acme)
    screen.submit_email(EMAIL, "Continue")
    screen.submit_password(EMAIL, "a guess")
    screen.sees("Unauthorized credentials.")
    screen.submit_password(EMAIL, PASSWORD)
    session = screen.logged_in("unauthorized_credentials")
    assert screen.events[-2:] == ["B2B_PASSWORD_AUTHENTICATE", "AUTHENTICATE_FLOW_COMPLETE"]
    assert session.member_session.authentication_factors[0].type == "password"


def test_reset_of_a_member(open_login, open_links, given, client):
    acme = given.organization("Acme")
    with_password(client, given.member(acme, EMAIL))
    screen = open_login("passwords", organization=acme)
    screen.submit_email(EMAIL, "Continue")
    screen.click("Sign up or reset password")
    screen.sees("We'll email you a login link to sign in to your account directly or reset your password")
    screen.click("Continue")
    screen.sees(f"A login link was sent to you at {EMAIL}.")
    assert screen.events[-1] == "B2B_PASSWORD_RESET_BY_EMAIL_START"
    open_links[0](screen, organizationSlug=acme.organization_slug)
    screen.fill("Password", STRONG)
    screen.click("Continue")
    screen.logged_in()
    assert screen.events == ["B2B_PASSWORD_RESET_BY_EMAIL", "AUTHENTICATE_FLOW_COMPLETE"]
    login = client.passwords.authenticate(acme.organization_id, EMAIL, STRONG)
    assert login.member_authenticated


def test_login_link_of_the_reset_mail_of_a_member(open_login, open_links, given, client):
    acme = given.organization("Acme")
    with_password(client, given.member(acme, EMAIL))
    screen = open_login("passwords", "emailMagicLinks", organization=acme)
    screen.click("Use a password instead", "Sign up or reset password")
    screen.submit_email(EMAIL, "Continue")
    screen.sees("A login link was sent to you")
    open_links[1](screen)
    assert screen.logged_in().member_session.authentication_factors[0].type == "magic_link"


def test_sign_up_to_an_organization(open_login, open_links, given):
    """A new member confirms the address by link first. The password is set with the session."""
    domains = {"email_jit_provisioning": "RESTRICTED", "email_allowed_domains": ["acme.example"]}
    acme = given.organization("Acme", **domains)
    screen = open_login("passwords", organization=acme)
    screen.submit_email("eve@evil.example", "Continue")
    screen.sees("eve@evil.example does not have access to Acme. If you think this is a mistake, contact your admin.")
    screen.submit_email(EMAIL, "Continue")
    screen.sees("Verify your email first.")
    open_links[0](screen)
    assert screen.page.get_by_label("Email").input_value() == EMAIL
    screen.fill("Password", STRONG)
    screen.click("Continue")
    session = screen.logged_in()
    assert screen.events == ["B2B_PASSWORD_RESET_BY_SESSION", "AUTHENTICATE_FLOW_COMPLETE"]
    assert {f.type for f in session.member_session.authentication_factors} == {"magic_link", "password"}
    assert session.member.member_password_id


def test_strength_meter_of_the_policy_luds(open_login, open_links, mock):
    policy = {"validation_policy": "LUDS", "luds_min_password_length": 10, "luds_min_password_complexity": 3}
    mock.configure(password_policy=policy)
    screen = open_login("passwords")
    screen.click("Sign up or reset password")
    screen.submit_email(EMAIL, "Continue")
    screen.sees("A login link was sent to you")
    open_links[0](screen)
    screen.fill("Password", "longish but lower")
    length, complexity = "at least 10 characters long", "Must contain 3 of the following"
    screen.sees("Your password must meet all requirements.", f"Fulfilled: Must be {length}")
    screen.sees(f"Not fulfilled: {complexity}: uppercase letter, lowercase letter, number, symbol")
    assert screen.button("Continue").is_disabled()
    screen.fill("Password", "Ab1")
    screen.sees(f"Not fulfilled: Must be {length}", f"Fulfilled: {complexity}")
    screen.fill("Password", "Longer 1 now")
    screen.click("Continue", "Create an organization")
    screen.logged_in()


def test_breached_password(open_login, open_links, mock):
    mock.configure(password_policy={"check_breach_on_creation": True, "breached_passwords": [STRONG]})
    screen = open_login("passwords")
    screen.click("Sign up or reset password")
    screen.submit_email(EMAIL, "Continue")
    screen.sees("A login link was sent to you")
    open_links[0](screen)
    screen.fill("Password", STRONG)
    screen.sees("This password may have been used on a different site that experienced a security issue.")
    screen.click("Continue")
    screen.sees("Password appears in the list of breached passwords and must be reset.")
    assert screen.errors == ["breached_password"]
