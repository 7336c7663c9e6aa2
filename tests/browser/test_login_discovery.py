"""The prebuilt login, discovery: log in first, then choose an organization."""

EMAIL = "ada@acme.example"
DISCOVERED = "B2B_DISCOVERY_INTERMEDIATE_SESSION_EXCHANGE"
COMPLETE = "AUTHENTICATE_FLOW_COMPLETE"


def test_link(open_login, given, mock):
    acme = given.organization("Acme Rockets")
    given.member(acme, EMAIL, name="Ada")
    screen = open_login("emailMagicLinks")
    screen.sees("Sign up or log in")
    screen.submit_email(EMAIL)
    screen.sees("Check your email", f"An email was sent to {EMAIL}.")
    screen.click("Resend email")
    screen.sees("Email sent! Try again in")
    assert screen.events == ["B2B_MAGIC_LINK_EMAIL_DISCOVERY_SEND"] * 2
    assert len(mock.inbox.all(to=EMAIL)) == 2
    screen.open_mail(EMAIL)
    screen.sees("Select an organization to continue")
    assert "stytch_intermediate_session_token" in screen.cookies
    screen.click("Acme Rockets")
    session = screen.logged_in()
    assert screen.events == ["B2B_MAGIC_LINK_DISCOVERY_AUTHENTICATE", DISCOVERED, COMPLETE]
    assert (session.member.name, session.organization.organization_id) == ("Ada", acme.organization_id)
    assert session.member_session.authentication_factors[0].type == "magic_link"
    assert "stytch_intermediate_session_token" not in screen.cookies
    assert "token=" not in screen.page.url


def test_code(open_login, given, mock):
    given.member(given.organization("Acme"), EMAIL)
    screen = open_login("emailOtp")
    screen.submit_email(EMAIL)
    screen.sees("Enter passcode", f"A 6-digit passcode was sent to you at {EMAIL}.", "Your code expires in")
    code = mock.inbox.latest(to=EMAIL).code
    screen.enter_code("000000" if code != "000000" else "111111")
    screen.sees("Invalid passcode, please try again.")
    assert screen.errors == ["otp_code_not_found"]
    screen.enter_code(code)
    screen.sees("Select an organization to continue")
    assert screen.events == ["B2B_OTPS_EMAIL_DISCOVERY_SEND", "B2B_OTPS_EMAIL_DISCOVERY_AUTHENTICATE"]
    screen.click("Acme")
    screen.sees("Success!")
    assert screen.events[2:] == [DISCOVERED, COMPLETE]
    assert screen.session().member_session.authentication_factors[0].type == "email_otp"


def test_user_chooses_between_link_and_code(open_login, given):
    given.member(given.organization("Acme"), EMAIL)
    screen = open_login("emailMagicLinks", "emailOtp")
    screen.submit_email(EMAIL)
    screen.click("Email me a login code")
    screen.sees("Enter passcode")
    screen.click("Go back", "Email me a login link")
    screen.sees("Check your email")
    assert screen.events == ["B2B_OTPS_EMAIL_DISCOVERY_SEND", "B2B_MAGIC_LINK_EMAIL_DISCOVERY_SEND"]


PROVIDERS = ["google", "microsoft", "hubspot", "slack", "github"]
BUTTONS = ["Google", "Microsoft", "HubSpot", "Slack", "GitHub"]


def test_each_oauth_provider(open_login, given, mock):
    given.member(given.organization("Acme"), EMAIL)
    screen = open_login("oauth", oauthOptions={"providers": PROVIDERS})
    for provider, name in zip(PROVIDERS, BUTTONS, strict=True):
        mock.next_identity(provider, EMAIL)
        screen.click(f"Continue with {name}")
        screen.sees("Select an organization to continue", "Acme")
        assert screen.events == ["B2B_OAUTH_DISCOVERY_AUTHENTICATE"]
        screen.click("Go back")
    screen.sees("Last used")


def test_address_that_the_provider_has_not_verified(open_login, given, mock):
    given.member(given.organization("Acme"), EMAIL)
    screen = open_login("oauth", "emailMagicLinks", oauthOptions={"providers": ["github", "google"]})
    mock.next_identity("github", EMAIL)
    screen.click("Continue with GitHub", "Acme")
    screen.sees("Verify your email", "Confirm your email address with one of the following:", "Email me a link")
    mock.next_identity("google", EMAIL)
    screen.click("Continue with Google")
    session = screen.logged_in()
    assert {factor.type for factor in session.member_session.authentication_factors} == {"oauth"}
    assert {r.provider_type for r in session.member.oauth_registrations} == {"Github", "Google"}


def test_organization_without_a_method_that_verifies_the_address(open_login, given, mock):
    given.member(given.organization("Acme", auth_methods="RESTRICTED", allowed_auth_methods=["github_oauth"]), EMAIL)
    screen = open_login("oauth", oauthOptions={"providers": ["github"]})
    mock.next_identity("github", EMAIL)
    screen.click("Continue with GitHub", "Acme")
    screen.sees("Looks like there was an error!", "Unable to join due to Acme's authentication policy.")


def test_oauth_with_the_login_page_of_the_provider(open_login, given):
    given.member(given.organization("Acme"), EMAIL)
    screen = open_login("oauth")
    screen.click("Continue with Google")
    screen.sees("Sign in with Google")
    screen.fill("E-mail address", EMAIL)
    screen.click("Continue", "Acme")
    assert screen.logged_in().member.email_address == EMAIL


def test_oauth_that_the_provider_refuses(open_login, mock):
    screen = open_login("oauth")
    mock.next_identity("google", error="access_denied")
    screen.click("Continue with Google")
    screen.sees(
        "There was an error logging you in", "Google returned: access_denied. Go back to the app and try again."
    )
    screen.page.go_back()
    screen.click("Continue with Google")
    screen.click("Decline")
    screen.sees("There was an error logging you in")


def test_google_one_tap_is_replaced_by_the_button(open_login, given, mock):
    given.member(given.organization("Acme"), EMAIL)
    screen = open_login("oauth", oauthOptions={"providers": [{"type": "google", "one_tap": True}, "slack"]})
    mock.next_identity("google", EMAIL)
    screen.click("Continue with Google", "Acme")
    screen.logged_in()
    assert [r.path for r in mock.requests() if "onetap" in r.path] == ["/sdk/v1/b2b/oauth/google/onetap/start"] * 2


def test_sso_by_email(open_login, given, mock):
    acme = given.organization("Acme")
    given.member(acme, EMAIL)
    screen = open_login("sso")
    screen.click("Use single sign-on")
    screen.submit_email(EMAIL, "Continue")
    screen.sees("Sorry, we couldn't find any connections")
    screen.fill("Organization slug", "nope")
    screen.click("Continue")
    screen.sees("Organization not found. Please try again.")
    mock.identity_provider(acme.organization_id, "saml", "Acme Okta")
    mock.next_identity("saml", EMAIL)
    screen.fill("Organization slug", acme.organization_slug)
    screen.click("Continue")
    session = screen.logged_in()
    assert screen.events == ["B2B_SSO_AUTHENTICATE", COMPLETE]
    assert session.member_session.authentication_factors[0].type == "sso"


def test_sso_by_email_with_several_connections(open_login, given, mock):
    acme, globex = given.organization("Acme"), given.organization("Globex")
    given.member(acme, EMAIL)
    given.member(globex, EMAIL)
    mock.identity_provider(acme.organization_id, "saml", "Acme Okta")
    screen = open_login("sso")
    screen.click("Use single sign-on")
    mock.next_identity("saml", EMAIL)
    screen.submit_email(EMAIL, "Continue")  # one connection: the login starts at once
    assert screen.logged_in().organization.organization_name == "Acme"
    mock.identity_provider(globex.organization_id, "oidc", "Globex Entra")
    screen = open_login("sso", tab_of=screen.page)
    screen.click("Use single sign-on")
    screen.submit_email(EMAIL, "Continue")
    screen.sees("Select a connection to continue", "Continue with Acme Okta")
    assert screen.events == ["B2B_SSO_DISCOVER_CONNECTIONS"]
    mock.next_identity("oidc", EMAIL)
    screen.click("Continue with Globex Entra")
    assert screen.logged_in().organization.organization_name == "Globex"


def test_organizations_of_every_kind(open_login, given, client):
    names = ["Active", "Pending", "Invited", "Open"]
    active, pending, invited, open_to_domain = (given.organization(name) for name in names)
    given.member(active, EMAIL)
    given.member(pending, EMAIL, create_member_as_pending=True)
    client.magic_links.email.invite(invited.organization_id, EMAIL)
    given.login(open_to_domain, given.member(open_to_domain, "boss@acme.example"))
    domains = {"email_allowed_domains": ["acme.example"], "email_jit_provisioning": "RESTRICTED"}
    client.organizations.update(open_to_domain.organization_id, **domains)

    def discover():
        screen = open_login(
            "emailMagicLinks", query=f"token={given.discovery_token(EMAIL)}&stytch_token_type=discovery"
        )
        screen.sees("Select an organization to continue")
        return screen

    rows = [row.split("\n") for row in discover().page.get_by_role("button").all_inner_texts()]
    actions = {"Active": "", "Pending": "Join", "Invited": "Accept Invite", "Open": "Join"}
    assert {row[1]: "".join(row[2:]) for row in rows if len(row) > 1} == actions
    for name in ["Pending", "Invited", "Open"]:
        screen = discover()
        screen.click(name)
        session = screen.logged_in()
        assert (session.organization.organization_name, session.member.status) == (name, "active")


def test_organization_of_an_oauth_tenant(open_login, given, client, mock):
    tenants = {"allowed_oauth_tenants": {"slack": ["T1"]}, "oauth_tenant_jit_provisioning": "RESTRICTED"}
    client.organizations.update(given.organization("Acme").organization_id, **tenants)
    screen = open_login("oauth", oauthOptions={"providers": ["slack"]})
    mock.next_identity("slack", EMAIL, tenant_ids=["T1"])
    screen.click("Continue with Slack")
    screen.sees("Select an organization to continue", "Join")
    screen.click("Acme")
    assert screen.logged_in().member.email_address == EMAIL


def test_created_organization(open_login, client):
    screen = open_login("emailMagicLinks")
    screen.follow_link(EMAIL)
    screen.sees("Create an organization to get started", f"{EMAIL} does not have an account.")
    screen.click("Create an organization")
    session = screen.logged_in()
    assert screen.events[1:] == ["B2B_DISCOVERY_ORGANIZATIONS_CREATE", COMPLETE]
    assert "stytch_admin" in session.member_session.roles


def test_organization_that_is_created_at_once(open_login):
    screen = open_login("emailMagicLinks", directCreateOrganizationForNoMembership=True)
    screen.follow_link(EMAIL)
    assert screen.logged_in().member.email_address == EMAIL


def test_creation_that_the_app_turns_off(open_login):
    screen = open_login("emailMagicLinks", disableCreateOrganization=True)
    screen.follow_link(EMAIL)
    screen.sees(f"{EMAIL} does not belong to any organizations.")
    screen.click("Try a different email address")
    screen.sees("Sign up or log in")


def test_direct_login_of_the_only_membership(open_login, given):
    given.member(given.organization("Acme"), EMAIL)
    direct = {"status": True, "ignoreInvites": True, "ignoreJitProvisioning": True}
    screen = open_login("emailMagicLinks", directLoginForSingleMembership=direct)
    screen.follow_link(EMAIL)
    assert screen.logged_in().organization.organization_name == "Acme"
    assert screen.events == ["B2B_MAGIC_LINK_DISCOVERY_AUTHENTICATE", DISCOVERED, COMPLETE]


def test_organization_that_requires_another_method(open_login, given, client, mock):
    acme = given.organization("Acme", auth_methods="RESTRICTED", allowed_auth_methods=["google_oauth"])
    given.member(acme, EMAIL)
    screen = open_login("emailOtp")
    screen.submit_email(EMAIL)
    screen.sees("Enter passcode")
    screen.enter_code(mock.inbox.latest(to=EMAIL).code)
    screen.click("Acme")
    screen.sees("Continue with Google")
    assert not screen.shows("Continue with email")
    mock.next_identity("google", EMAIL)
    screen.click("Continue with Google")
    factors = screen.logged_in().member_session.authentication_factors
    assert {factor.type for factor in factors} == {"email_otp", "oauth"}


def test_organization_that_requires_sso(open_login, given, client, mock):
    acme = given.organization("Acme")
    given.member(acme, EMAIL)
    connection = mock.identity_provider(acme.organization_id, "oidc").connection_id
    methods = {"auth_methods": "RESTRICTED", "allowed_auth_methods": ["sso"]}
    client.organizations.update(acme.organization_id, sso_default_connection_id=connection, **methods)
    screen = open_login("emailMagicLinks")
    screen.follow_link(EMAIL)
    mock.next_identity("oidc", EMAIL)
    screen.click("Acme")  # goes to the connection at once
    factors = screen.logged_in().member_session.authentication_factors
    assert "sso" in {factor.type for factor in factors}
