"""The Admin Portal's component for SCIM, and a directory that uses the connections that it makes."""

from types import SimpleNamespace

import pytest

from tests.browser.portal import Portal
from tests.browser.sdk import refusal
from tests.scim.directory import Directory

ROLES, ROTATION = "Role Assignments", "Token Rotation"
FORBIDDEN = "session_authorization_error"
NOT_AUTHORIZED = "The member is not authorized to perform the requested action on that resource."


@pytest.fixture
def acme(given):
    return given.organization("Acme", organization_slug="acme")


@pytest.fixture
def opened(app_page):
    """Open the component, for the member of a login."""
    return lambda login: Portal(app_page("admin", component="scim", session=login))


@pytest.fixture
def portal(opened, given, acme):
    """The component, for an administrator."""
    return opened(given.admin(acme))


@pytest.fixture
def connection(client, acme):
    """The organization's connection, with its bearer token."""
    return client.scim.connection.create(acme.organization_id, "Directory", "okta").connection


@pytest.fixture
def current(client, acme):
    """Return the connection as it is now."""
    return lambda: client.scim.connection.get(acme.organization_id).connection


@pytest.fixture
def directory():
    """Return a directory for a connection, by the values that an administrator copies to it."""
    opened = []

    def at(base_url, bearer_token):
        base_url = base_url.partition("?")[0]  # Entra keeps the flag at the end of each URL; it changes nothing here
        opened.append(Directory(SimpleNamespace(base_url=base_url, bearer_token=bearer_token)))
        return opened[-1]

    yield at
    for one in opened:
        one.http.close()


@pytest.mark.parametrize(
    ("name", "identity_provider", "base_url_label", "token_label"),
    [
        ("Okta", "okta", "SCIM Connector base URL", "HTTP Header Authorization: Bearer"),
        ("Entra", "microsoft-entra", "Tenant URL", "Secret Token"),
        ("Generic", "generic", "SCIM Base URL", "HTTP Header Bearer Token"),
    ],
)
def test_connection_is_made_and_used_and_deleted(
    portal, directory, client, acme, current, name, identity_provider, base_url_label, token_label
):
    portal.click("Create")
    portal.choose(portal.page.get_by_role("combobox"), name)
    portal.page.get_by_placeholder("Display name").fill("Our directory")
    portal.click("Create")
    portal.page.get_by_role("heading", name="Configure Our directory").wait_for()
    portal.open_steps()
    base_url, token = shown(portal, base_url_label), shown(portal, token_label)
    portal.check("I have copied the above values to my IdP.")
    portal.click("Done")
    portal.section("Danger zone").wait_for()
    assert shown(portal, base_url_label) == base_url == current().base_url
    assert (current().display_name, current().identity_provider) == ("Our directory", identity_provider)
    portal.shows(f"**********{token[-4:]}")
    assert token not in portal.page.content()

    at_idp = directory(base_url, token)
    at_idp.create_user("grace@acme.example")
    grace = client.organizations.members.get(acme.organization_id, email_address="grace@acme.example").member
    assert grace.scim_registration.connection_id == current().connection_id
    portal.click("Delete Connection")
    portal.confirm("Delete SCIM connection?", "Delete connection")
    portal.shows("Set up a SCIM connection to sync from an IdP.")
    assert at_idp.send("GET", "/Users").status_code == 404
    assert client.organizations.get("acme").organization.scim_active_connection is None


def shown(portal, label):
    """Return the value below a label."""
    return portal.page.get_by_text(label, exact=True).locator("xpath=following-sibling::*").first.inner_text().strip()


def test_token_is_rotated(opened, directory, given, acme, connection, current):
    portal = opened(given.admin(acme))

    def accepted(token):
        return directory(connection.base_url, token).send("GET", "/Users").is_success

    first = connection.bearer_token
    started(portal)
    portal.click("Cancel", portal.page.get_by_role("dialog"))  # before the token is copied
    portal.page.get_by_role("button", name="Start token rotation").wait_for()
    assert current().next_bearer_token_last_four == ""

    second = copied(portal)
    assert current().next_bearer_token_last_four == second[-4:]
    assert all(accepted(token) for token in (first, second))
    portal.click("Cancel rotation")
    portal.confirm("Cancel token rotation?", "Cancel rotation")
    portal.page.get_by_role("button", name="Start token rotation").wait_for()
    assert [accepted(token) for token in (first, second)] == [True, False]

    third = copied(portal)
    portal.click("Complete rotation")
    portal.shows(f"The token **********{first[-4:]} will be deactivated")
    portal.confirm("Complete token rotation?", "Complete rotation")
    portal.page.get_by_role("button", name="Start token rotation").wait_for()
    portal.shows(f"**********{third[-4:]}")
    assert [accepted(token) for token in (first, second, third)] == [False, False, True]


def started(portal):
    """Start a rotation, and return the new token."""
    portal.click("Start token rotation")
    token = portal.page.get_by_role("dialog").get_by_text("Click to copy your new")
    return token.locator("xpath=following-sibling::*").first.inner_text().strip()


def copied(portal):
    """Start a rotation, confirm that the token was copied, and return it."""
    token = started(portal)
    portal.check("I have copied the token to my IdP.")
    portal.confirm("Start HTTP Header Bearer Token Rotation", "Done")
    portal.page.get_by_role("button", name="Complete rotation").wait_for()
    return token


def test_groups_get_roles(opened, directory, given, client, acme, connection, current):
    at_idp = directory(connection.base_url, connection.bearer_token)
    grace = at_idp.create_user("grace@acme.example")
    at_idp.create_group("Staff", grace)
    at_idp.create_group("Sales")
    portal = opened(given.admin(acme))
    section = portal.edit(ROLES)
    portal.click("Add group roles", section)
    portal.choose(section.get_by_role("combobox").nth(0), "Staff")
    portal.choose(section.get_by_role("combobox").nth(1), "stytch_admin")
    portal.save(ROLES)
    assert portal.row("Staff").filter(has_text="stytch_admin").count() == 1
    assignments = current().scim_group_implicit_role_assignments
    assert [(a.group_name, a.role_id) for a in assignments] == [("Staff", "stytch_admin")]
    member = client.organizations.members.get(acme.organization_id, member_id=grace["id"]).member
    assert [role.role_id for role in member.roles] == ["stytch_member", "stytch_admin"]

    portal.edit(ROLES)
    portal.choose(section.get_by_role("combobox").nth(1), "stytch_member")
    portal.try_to_save(ROLES)
    assert "role" in portal.message().lower()
    assert len(current().scim_group_implicit_role_assignments) == 1


# What the roles allow


def test_ordinary_member_does_not_see_the_connection(opened, given, acme, connection):
    portal = opened(given.login(acme, given.member(acme)))
    portal.shows("You do not have permission to view SCIM Connections.")
    assert portal.buttons() == []
    assert refusal(portal.page, "scim.getConnection", connection.connection_id) == FORBIDDEN


def test_visitor_is_asked_to_log_in(app_page):
    Portal(app_page("admin", component="scim")).shows("Please log in to manage SCIM.")


def test_role_that_reads_the_connection_changes_nothing(opened, given, mock, client, acme):
    role = {"role_id": "auditor", "permissions": [{"resource_id": "stytch.scim", "actions": ["get"]}]}
    client.rbac.organizations.set_org_policy(acme.organization_id, {"roles": [role]})
    login = given.login(acme, given.member(acme, roles=["auditor"]))
    portal = opened(login)
    portal.shows("You do not have permission to create SCIM Connections.")
    creation = {"display_name": "Eve", "identity_provider": "okta"}
    assert refusal(portal.page, "scim.createConnection", creation) == FORBIDDEN

    made = client.scim.connection.create(acme.organization_id, "Directory", "okta").connection
    mock.scim_push(made.connection_id, [{"op": "create_group", "name": "Staff"}])
    portal = opened(login)
    portal.section(ROTATION).wait_for()
    assert portal.page.get_by_role("heading", name="Danger zone").count() == 0
    assert portal.buttons() == ["Edit"]  # the component shows it to everyone, and the server refuses
    section = portal.edit(ROLES)
    portal.click("Add group roles", section)
    portal.choose(section.get_by_role("combobox").nth(0), "Staff")
    portal.choose(section.get_by_role("combobox").nth(1), "stytch_admin")
    portal.try_to_save(ROLES)
    assert portal.message() == NOT_AUTHORIZED
    assert client.scim.connection.get(acme.organization_id).connection.scim_group_implicit_role_assignments == []
    for method in ("deleteConnection", "rotateStart", "rotateComplete", "rotateCancel"):
        assert refusal(portal.page, f"scim.{method}", made.connection_id) == FORBIDDEN
