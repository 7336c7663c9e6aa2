"""The demo app over HTTP: invitations, joining, switching organizations and logging out."""

import pytest


def test_invited_member_accepts_by_link(browser, new_browser, given, mock, log_in):
    acme = given.organization("Acme", organization_slug="acme")
    given.member(acme, "ada@acme.test", roles=["stytch_admin"])
    log_in(browser, "acme", "ada@acme.test")
    page = browser.submit("/invite", email_address="grace@acme.test")
    assert page.path == "/dashboard"
    assert "grace@acme.test is invited." in page["main"]
    assert page.links["inbox-link"].endswith("?to=grace%40acme.test")
    assert "is invited" not in browser.open("/dashboard")["main"]

    grace = new_browser().open(mock.inbox.latest(to="grace@acme.test", kind="magic_link.invite").link)
    assert (grace.path, grace["member-email"], grace["roles"]) == ("/dashboard", "grace@acme.test", "stytch_member")
    page = browser.submit("/invite", email_address="grace@acme.test")
    assert (page.status, page["error-type"], page["h1"]) == (400, "duplicate_member_email", "Already a member")


def test_invited_member_accepts_in_the_list_of_organizations(browser, given, client, mock):
    acme = given.organization("Acme")
    client.magic_links.email.invite(acme.organization_id, "grace@acme.test")
    browser.submit("/login/discovery", email_address="grace@acme.test")
    organizations = browser.open(mock.inbox.latest(to="grace@acme.test", kind="magic_link.discovery").link)
    assert organizations.organization_form("Acme")["text"] == "You are invited. Accept invitation"
    assert browser.enter(organizations, "Acme")["organization-name"].startswith("Acme")


def test_person_joins_by_email_domain(browser, given, mock):
    acme = given.organization("Acme", email_jit_provisioning="RESTRICTED", email_allowed_domains=["acme.test"])
    given.login(acme, given.member(acme, "ada@acme.test"))
    browser.submit("/login/discovery", email_address="grace@acme.test")
    organizations = browser.open(mock.inbox.latest(to="grace@acme.test").link)
    assert organizations.organization_form("Acme")["text"] == "You can join. Join"
    assert browser.enter(organizations, "Acme")["member-email"] == "grace@acme.test"


def test_slugs_tell_organizations_with_the_same_name_apart(browser, given, client, mock, log_in):
    for slug, name in (("acme-1", "Acme"), ("acme-2", "Acme"), ("zeta", "Zeta")):
        given.member(given.organization(name, organization_slug=slug), "ada@acme.test")
    browser.submit("/login/discovery", email_address="ada@acme.test")
    source = browser.open(mock.inbox.latest(to="ada@acme.test").link).source
    assert "<code>acme-1</code> You are a member." in source
    assert "<code>acme-2</code> You are a member." in source
    assert "<code>zeta</code>" not in source
    dashboard = log_in(browser, "zeta", "ada@acme.test").source
    assert "<code>acme-1</code>" in dashboard
    assert "<code>acme-2</code>" in dashboard


def test_member_without_permission_cannot_invite(browser, given, client, log_in):
    acme = given.organization(organization_slug="acme")
    given.member(acme, "ada@acme.test")
    log_in(browser, "acme", "ada@acme.test")
    page = browser.submit("/invite", email_address="grace@acme.test")
    assert (page.status, page["error-type"]) == (403, "session_authorization_error")
    assert "not authorized" in page["error-message"]
    query = {"operator": "AND", "operands": [{"filter_name": "member_emails", "filter_value": ["grace@acme.test"]}]}
    assert client.organizations.members.search([acme.organization_id], query=query).members == []


def test_member_switches_between_organizations(browser, given, client, log_in):
    acme, zeta = given.organization("Acme", organization_slug="acme"), given.organization("Zeta")
    given.member(acme, "ada@acme.test")
    given.member(zeta, "ada@acme.test")
    client.magic_links.email.invite(given.organization("Omega").organization_id, "ada@acme.test")
    dashboard = log_in(browser, "acme", "ada@acme.test")
    assert dashboard.organization_form("Zeta")["text"] == "Switch"
    assert dashboard.organization_form("Omega")["text"] == "You are invited. Accept invitation"
    assert [form["action"] for form in dashboard.forms] == ["/logout", "/invite", "/switch", "/switch"]
    assert browser.enter(dashboard, "Zeta")["h1"] == "Zeta"
    session = client.sessions.authenticate(session_token=browser.session_token)
    assert session.organization.organization_name == "Zeta"
    organizations = browser.open("/organizations")
    assert "create-form" not in organizations
    assert {form["id"] for form in organizations.forms} == {"", "discovery-form"}
    assert browser.enter(organizations, "Acme")["h1"] == "Acme"


def test_organization_can_require_another_login_method(browser, given, log_in):
    acme = given.organization("Acme", organization_slug="acme")
    given.member(acme, "ada@acme.test")
    strict = given.organization("Strict", auth_methods="RESTRICTED", allowed_auth_methods=["sso", "password"])
    given.member(strict, "ada@acme.test")
    page = browser.enter(log_in(browser, "acme", "ada@acme.test"), "Strict")
    assert page["h1"] == "One more step"
    assert page["primary-required"].split() == ["single", "sign-on", "password"]
    assert browser.open("/dashboard")["h1"] == "Acme"


def test_organization_can_require_a_second_factor(browser, given, log_in):
    strict = given.organization("Strict", organization_slug="strict", mfa_policy="REQUIRED_FOR_ALL")
    given.member(strict, "ada@acme.test")
    page = log_in(browser, "strict", "ada@acme.test")
    assert (page.path, page["h1"]) == ("/authenticate", "One more step")
    assert "Strict requires a second factor" in page["step-up"]
    assert browser.open("/dashboard").path == "/"


def test_logout_revokes_the_session(browser, given, refused, client, log_in):
    acme = given.organization(organization_slug="acme")
    given.member(acme, "ada@acme.test")
    log_in(browser, "acme", "ada@acme.test")
    token = browser.session_token
    assert client.sessions.authenticate(session_token=token).member.email_address == "ada@acme.test"
    assert browser.submit("/logout").path == "/"
    assert "demo_session" not in browser.http.cookies
    assert refused(client.sessions.authenticate, session_token=token) == "session_not_found"
    assert browser.open("/dashboard").path == "/"


@pytest.mark.parametrize("action", ["/dashboard", "/invite", "/switch", "/logout", "/organizations"])
def test_expired_session_redirects_to_the_start_page(browser, given, mock, log_in, action):
    acme = given.organization(organization_slug="acme")
    given.member(acme, "ada@acme.test")
    log_in(browser, "acme", "ada@acme.test")
    mock.clock.advance(minutes=61)
    get = action in ("/dashboard", "/organizations")
    page = browser.open(action) if get else browser.submit(action, email_address="g@acme.test", organization_id="acme")
    assert (page.status, page.path) == (200, "/")
    assert ("Your session has ended" in page["main"]) == (action != "/logout")
    assert "Your session has ended" not in browser.open("/")["main"]


@pytest.mark.parametrize("path", ["/dashboard", "/organizations", "/check-email"])
def test_page_without_its_session_redirects_to_the_start_page(browser, path):
    assert browser.open(path).path == "/"
