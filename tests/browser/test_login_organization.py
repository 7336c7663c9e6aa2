"""The prebuilt login of one organization: each method, and what the organization allows."""

import pytest

from tests.browser.login_screen import LoginScreen, sdk_config

EMAIL = "ada@acme.example"
COMPLETE = "AUTHENTICATE_FLOW_COMPLETE"
FOUND = "B2B_ORGANIZATIONS_GET_BY_SLUG"
LOGO = "data:image/svg+xml,<svg xmlns='http://www.w3.org/2000/svg' width='80' height='40'><circle r='40'/></svg>"


def login_events(screen):
    """Return the events, without the search of the organization, which runs at the same time as a login."""
    return [event for event in screen.events if event != FOUND]


def test_link(open_login, given):
    acme = given.organization("Acme Rockets", organization_logo_url=LOGO)
    member = given.member(acme, EMAIL)
    screen = open_login("emailMagicLinks", organization=acme)
    screen.sees("Continue to Acme Rockets")
    screen.page.get_by_alt_text("Acme Rockets").wait_for()
    screen.follow_link(EMAIL)
    session = screen.logged_in()
    assert login_events(screen) == ["B2B_MAGIC_LINK_AUTHENTICATE", COMPLETE]
    assert session.member.member_id == member.member_id
    assert session.member_session.authentication_factors[0].type == "magic_link"


def test_code(open_login, given, mock):
    acme = given.organization("Acme")
    given.member(acme, EMAIL)
    screen = open_login("emailOtp", organization=acme)
    screen.submit_email(EMAIL)
    screen.sees("Enter passcode")
    screen.enter_code(mock.inbox.latest(to=EMAIL).code)
    assert screen.logged_in().member_session.authentication_factors[0].type == "email_otp"
    names = [FOUND, "B2B_OTPS_EMAIL_LOGIN_OR_SIGNUP", "B2B_OTPS_EMAIL_AUTHENTICATE", COMPLETE]
    assert screen.events == names


PROVIDERS = {"google": "Google", "microsoft": "Microsoft", "hubspot": "HubSpot", "slack": "Slack", "github": "GitHub"}


def test_each_oauth_provider(open_login, given, mock):
    acme = given.organization("Acme")
    given.login(acme, given.member(acme, EMAIL))  # verifies the address, which not all providers do
    screen = open_login("oauth", organization=acme, oauthOptions={"providers": list(PROVIDERS)})
    for provider, name in PROVIDERS.items():
        mock.next_identity(provider, EMAIL)
        screen.click(f"Continue with {name}")
        session = screen.logged_in()
        assert login_events(screen) == ["B2B_OAUTH_AUTHENTICATE", COMPLETE]
        screen.page.goto(screen.app_page.url + "/login")
    assert {r.provider_type.lower() for r in session.member.oauth_registrations} == set(PROVIDERS)


def test_sso_connections(open_login, given, mock):
    acme = given.organization("Acme")
    given.member(acme, EMAIL)
    for kind, name in {"saml": "Okta", "oidc": "Entra"}.items():
        connection = mock.identity_provider(acme.organization_id, kind, name)
        screen = open_login("sso", organization=acme)
        mock.next_identity(kind, EMAIL)
        screen.click(f"Continue with {name}")
        [factor] = screen.logged_in().member_session.authentication_factors
        assert login_events(screen) == ["B2B_SSO_AUTHENTICATE", COMPLETE]
        assert (factor.saml_sso_factor or factor.oidc_sso_factor).provider_id == connection.connection_id


def test_sso_that_the_provider_refuses(open_login, given, mock):
    acme = given.organization("Acme")
    mock.identity_provider(acme.organization_id, "saml", "Okta")
    screen = open_login("sso", organization=acme)
    mock.next_identity("saml", error="access_denied")
    screen.click("Continue with Okta")
    screen.sees("There was an error logging you in", "failed_saml_response")


def test_new_member_by_email_domain(open_login, given):
    domains = {"email_jit_provisioning": "RESTRICTED", "email_allowed_domains": ["acme.example"]}
    acme = given.organization("Acme", **domains)
    screen = open_login("emailMagicLinks", organization=acme)
    screen.submit_email("eve@evil.example")
    screen.sees("eve@evil.example does not have access to Acme. If you think this is a mistake, contact your admin")
    assert screen.errors == ["invalid_email_for_jit_provisioning"]
    screen.follow_link(EMAIL)
    assert screen.logged_in().member.status == "active"


def test_visitor_can_not_join_a_closed_organization(open_login, given, mock):
    acme = given.organization("Acme", email_jit_provisioning="NOT_ALLOWED")
    screen = open_login("emailMagicLinks", "oauth", organization=acme)
    screen.submit_email(EMAIL)
    screen.sees(f"{EMAIL} does not have access to Acme.")
    assert screen.errors == ["email_jit_provisioning_not_allowed"]
    mock.next_identity("google", EMAIL)
    screen.click("Continue with Google")
    screen.sees(
        "Looks like there was an error!", "Something went wrong. Try again later or contact your admin for help."
    )
    assert "email_jit_provisioning_not_allowed" in screen.errors


def test_invitation(open_login, given, client, app_page):
    acme = given.organization("Acme")
    url = app_page.configure("login")
    client.magic_links.email.invite(acme.organization_id, EMAIL, invite_redirect_url=url, name="Ada")
    screen = open_login("emailMagicLinks", organization=acme)
    screen.open_mail(EMAIL)
    session = screen.logged_in()
    assert (session.member.name, session.member.status) == ("Ada", "active")


def test_impersonation(open_login, given, mock):
    acme = given.organization("Acme")
    member = given.member(acme, EMAIL)
    token = mock.impersonation_token(acme.organization_id, member.member_id)
    query = f"stytch_token_type=multi_tenant_impersonation&token={token}"
    screen = open_login("emailMagicLinks", organization=acme, query=query)
    session = screen.logged_in()
    assert login_events(screen) == ["B2B_IMPERSONATION_AUTHENTICATE", COMPLETE]
    assert session.member_session.authentication_factors[0].type == "impersonated"


@pytest.mark.parametrize("flow", ["Organization", "Discovery"])
def test_link_of_another_organization(open_login, given, client, app_page, flow):
    """The link decides, and not the organization that the page is configured for."""
    acme, globex = given.organization("Acme"), given.organization("Globex")
    given.member(globex, EMAIL)
    url = app_page.configure("login")
    client.magic_links.email.login_or_signup(globex.organization_id, EMAIL, login_redirect_url=url)
    screen = open_login("emailMagicLinks", organization=acme if flow == "Organization" else None)
    screen.open_mail(EMAIL)
    assert screen.logged_in().organization.organization_name == "Globex"


def test_restricted_methods(open_login, given):
    acme = given.organization("Acme", auth_methods="RESTRICTED", allowed_auth_methods=["password", "slack_oauth"])
    products = ["emailMagicLinks", "oauth", "passwords", "sso"]
    screen = open_login(*products, organization=acme, oauthOptions={"providers": ["google", "slack"]})
    screen.sees("Continue with Slack")
    assert screen.page.get_by_role("button").all_inner_texts() == ["Continue with Slack", "Continue"]


def test_another_method_is_required(open_login, given, client, mock):
    acme = given.organization("Acme")
    member = given.member(acme, EMAIL)
    given.login(acme, member)
    screen = open_login("emailMagicLinks", organization=acme)
    screen.submit_email(EMAIL)
    screen.sees("Check your email")
    methods = {"auth_methods": "RESTRICTED", "allowed_auth_methods": ["google_oauth"]}
    client.organizations.update(acme.organization_id, **methods)
    screen.open_mail(EMAIL)
    screen.sees("Continue to Acme", "Continue with Google")
    assert login_events(screen) == ["B2B_MAGIC_LINK_AUTHENTICATE"]
    mock.next_identity("google", EMAIL)
    screen.click("Continue with Google")
    factors = screen.logged_in().member_session.authentication_factors
    assert {factor.type for factor in factors} == {"magic_link", "oauth"}


def test_slug_in_the_url(open_login, given, app_page, mock):
    """Each organization has its own subdomain. Chromium finds the subdomains of localhost without a name server."""
    acme = given.organization("Acme")
    domain = app_page.url.replace("127.0.0.1", "*.localhost")
    pattern = domain.replace("*", "{{slug}}")
    mock.configure(b2b_sdk_config=sdk_config(basic={"domains": [{"domain": domain, "slug_pattern": pattern}]}))
    app_page.configure("login", login={"products": ["emailMagicLinks"], "authFlowType": "Organization"})
    screen = LoginScreen(app_page, mock, given.client, app_page.browse())
    app_page.visit(screen.page, pattern.replace("{{slug}}", acme.organization_slug) + "/login")
    screen.sees("Continue to Acme")
    assert screen.events == [FOUND]
    app_page.visit(screen.page, pattern.replace("{{slug}}", "nope") + "/login")
    screen.sees("The organization you are looking for could not be found.")


@pytest.mark.parametrize("is_deleted", [True, False])
def test_unknown_slug(open_login, given, client, is_deleted):
    acme = given.organization("Acme")
    if is_deleted:
        client.organizations.delete(acme.organization_id)
    else:
        acme.organization_slug = "nope"
    screen = open_login("emailMagicLinks", organization=acme)
    screen.sees("Looks like there was an error!")
    screen.sees("The organization you are looking for could not be found.")
    assert screen.events == [FOUND]
