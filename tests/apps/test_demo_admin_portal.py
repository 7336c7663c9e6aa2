"""The Admin Portal in the demo app, with the browser SDK. What it changes is read by the backend SDK."""

import pytest

from .frontend import log_in, wait_for_dashboard

pytestmark = pytest.mark.browser


@pytest.fixture
def acme(given):
    return given.organization("Acme")


@pytest.fixture
def page(browse, browser_app, given, acme):
    page = browse()
    log_in(page, browser_app, given.admin(acme))
    page.get_by_role("link", name="Administration").click()
    page.get_by_role("button", name="Invite").wait_for()
    return page


def test_invited_member_accepts_the_invitation(page, acme, browse, mock, client):
    page.get_by_role("button", name="Invite").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_placeholder("Enter name").fill("Grace Example")
    dialog.get_by_placeholder("Enter email address").fill("grace@acme.test")
    dialog.get_by_role("button", name="Invite").click()
    page.get_by_role("row", name="grace@acme.test").get_by_text("Invited").wait_for()
    invitation = mock.inbox.latest(to="grace@acme.test")
    other = browse()
    other.goto(invitation.link)
    wait_for_dashboard(other, "Acme")
    assert other.locator("#session").get_by_text("Grace Example").is_visible()
    assert client.organizations.members.get(acme.organization_id, email_address="grace@acme.test").member.status == (
        "active"
    )


def test_settings_of_the_organization_are_changed(page, acme, client):
    page.get_by_role("link", name="Organization settings").click()
    page.get_by_role("button", name="Edit").first.click()
    page.locator("#portal input[type=text]").first.fill("Acme Industries")
    page.get_by_role("button", name="Save", exact=True).click()
    page.get_by_role("button", name="Save changes").click()
    page.get_by_role("button", name="Save", exact=True).wait_for(state="detached")
    assert client.organizations.get(acme.organization_id).organization.organization_name == "Acme Industries"
    page.get_by_role("link", name="Dashboard").click()
    wait_for_dashboard(page, "Acme Industries")


def test_connection_for_single_sign_on_is_created(page, acme, client):
    page.get_by_role("link", name="Single sign-on").click()
    page.get_by_role("button", name="New connection").click()
    page.get_by_placeholder("Text").fill("Our directory")
    page.get_by_role("combobox").last.click()
    page.get_by_text("Custom SAML", exact=True).click()
    page.get_by_role("button", name="Create").click()
    page.get_by_text("Configure Our directory").wait_for()
    (connection,) = client.sso.get_connections(acme.organization_id).saml_connections
    assert (connection.display_name, connection.status) == ("Our directory", "pending")


def test_scim_connection_is_created(page, acme, client):
    page.get_by_role("link", name="SCIM").click()
    page.get_by_role("button", name="Create").click()
    page.get_by_role("combobox").last.click()
    page.get_by_text("Okta", exact=True).last.click()
    page.get_by_placeholder("Display name").fill("Our directory")
    page.get_by_role("button", name="Create").click()
    page.get_by_text("Configure Our directory").wait_for()
    connection = client.scim.connection.get(acme.organization_id).connection
    assert (connection.display_name, connection.identity_provider) == ("Our directory", "okta")


def test_member_without_the_role_cannot_administer(browse, browser_app, given, acme):
    page = browse()
    log_in(page, browser_app, given.login(acme, given.member(acme)))
    page.goto(f"{browser_app}/browser/admin/members")
    page.get_by_text("You do not have permission to manage Members.").wait_for()
    assert page.get_by_role("button", name="Invite").count() == 0
