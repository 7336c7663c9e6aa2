"""The Admin Portal's component for members: list, invitations, and the settings of a member."""

import pytest

from tests.api.factors import PASSWORD, ids, with_app, with_password, with_phone
from tests.browser.portal import Portal
from tests.browser.sdk import call, refusal

ACCESS = "Access requirements & permissions"
MFA, EXEMPT = "Require MFA for this Member", "Exempt Member from your primary authentication policy"
NOT_AUTHORIZED = "The member is not authorized to perform the requested action on that resource."
READER = {"role_id": "reader", "permissions": [{"resource_id": "stytch.member", "actions": ["search"]}]}


@pytest.fixture
def acme(given):
    return given.organization("Acme")


@pytest.fixture
def admin(given, acme):
    return given.admin(acme)


@pytest.fixture
def grace(given, acme):
    return given.member(acme, "grace@example.com", name="Grace")


@pytest.fixture
def opened(app_page):
    """Open the list of members."""

    def open_list(login, **config):
        page = app_page("admin", component="members", session=login, portal=config)
        return Portal(page)

    return open_list


@pytest.fixture
def details(opened, admin, grace):
    """The page with the settings of ``grace``, for an administrator."""
    portal = opened(admin)
    portal.row("grace@example.com").click()
    portal.section("Danger zone").wait_for()
    return portal


@pytest.fixture
def current(client):
    """Return a member as it is now, deleted or not."""
    get = client.organizations.members.dangerously_get
    return lambda member: get(member.member_id, include_deleted=True).member


# The list


def test_list_has_pages_and_is_searched_and_filtered(opened, given, client, acme, admin):
    for number in range(16):
        given.member(acme, f"staff{number}@example.com", name=f"Staff {number}")
    gone = given.member(acme, "gone@example.com", name="Gone")
    client.organizations.members.delete(**ids(gone))
    client.rbac.organizations.set_org_policy(acme.organization_id, {"roles": [READER]})
    given.member(acme, "reader@example.com", name="Reader", roles=["reader"])

    portal = opened(admin)
    portal.shows("15 of 18")
    assert portal.rows(15) == ["Reader", *(f"Staff {number}" for number in range(15, 1, -1))]
    portal.click("Go to next page")
    portal.shows("18 of 18")
    portal.row("Staff 0").wait_for()
    assert portal.rows()[:2] == ["Staff 1", "Staff 0"]
    assert "(You)" in portal.rows()[2]

    search = portal.page.get_by_placeholder("Search by email")
    search.fill("staff1")
    portal.shows("7 of 7")
    assert portal.rows(7) == [f"Staff {number}" for number in (15, 14, 13, 12, 11, 10, 1)]
    search.fill("nobody")
    portal.shows("No results found.")
    search.fill("")
    portal.filter("Role", "reader")
    portal.shows("1 of 1")
    assert portal.rows(1) == ["Reader"]
    portal.filter("Role", "reader", "stytch_admin")
    portal.row("(You)").wait_for()
    portal.filter("Role", "stytch_admin")
    portal.filter("Status", "Active", "Deactivated")
    portal.row("gone@example.com").wait_for()
    assert portal.rows(1) == ["Gone"]


def test_member_is_deactivated_and_reactivated_in_the_list(opened, given, acme, admin, grace, current):
    given.login(acme, grace)  # verifies the address
    portal = opened(admin)
    portal.filter("Status", "Deactivated")
    assert portal.actions("grace@example.com") == ["Edit member", "Deactivate"]
    portal.act("grace@example.com", "Deactivate")
    portal.confirm("Deactivate Member?", "Deactivate Member")
    portal.row("grace@example.com").filter(has_text="Deactivated").wait_for()
    assert current(grace).status == "deleted"
    assert portal.actions("grace@example.com") == ["Edit member", "Reactivate"]
    portal.act("grace@example.com", "Reactivate")
    portal.confirm("Reactivate Member?", "Reactivate")
    portal.row("grace@example.com").filter(has_text="Active").wait_for()
    assert current(grace).status == "active"


# Invitations


def test_member_is_invited_and_the_invitation_revoked(opened, mock, client, acme, admin):
    portal = opened(admin, inviteRedirectURL="https://app.example/welcome")
    portal.click("Invite")
    dialog = portal.dialog("Invite Member")
    portal.fill("Name (optional)", "Barbara", dialog)
    portal.choose(dialog.get_by_role("combobox"), "stytch_admin")
    for wrong in ("barbara", admin.member.email_address):
        portal.fill("Email address", wrong, dialog)
        portal.click("Invite", dialog)
        expected = "Email format is invalid." if wrong == "barbara" else "already"
        assert expected in portal.message()
    portal.fill("Email address", " barbara@example.com ", dialog)
    portal.click("Invite", dialog)
    assert portal.message() == "Invite sent to barbara@example.com"
    mail = mock.inbox.latest(to="barbara@example.com", kind="magic_link.invite")
    assert mail.link.startswith(mock.url)
    portal.row("barbara@example.com").filter(has_text="Invited").wait_for()

    (barbara,) = search(client, acme, "barbara@example.com")
    assert (barbara.name, barbara.status) == ("Barbara", "invited")
    assert [role.role_id for role in barbara.roles] == ["stytch_member", "stytch_admin"]
    assert portal.actions("barbara") == ["Edit member", "Resend invite email", "Revoke invite"]
    portal.act("barbara", "Resend invite email")
    assert portal.message() == "Invite sent to barbara@example.com"
    assert len(mock.inbox.all(to="barbara@example.com", kind="magic_link.invite")) == 2
    portal.act("barbara", "Revoke invite")
    portal.confirm("Revoke invite?", "Revoke invite")
    portal.row("barbara").wait_for(state="hidden")
    assert search(client, acme, "barbara@example.com") == []


def search(client, organization, email_address):
    query = {"operator": "AND", "operands": [{"filter_name": "member_emails", "filter_value": [email_address]}]}
    return client.organizations.members.search([organization.organization_id], query=query).members


# A member


def test_name_and_address_are_changed(details, given, acme, grace, current):
    given.member(acme, "taken@example.com")
    section = details.edit("Details")
    name, address = section.get_by_role("textbox").all()
    name.fill("Grace H.")
    address.fill("taken@example.com")
    details.try_to_save("Details")
    assert "email" in details.message()
    assert current(grace).name == "Grace"
    address.fill("grace@example.org")
    details.save("Details")
    details.shows("grace@example.org")
    changed = current(grace)
    assert (changed.name, changed.email_address) == ("Grace H.", "grace@example.org")
    assert [retired.email_address for retired in changed.retired_email_addresses] == ["grace@example.com"]


def test_roles_and_requirements_are_changed(details, grace, current):
    section = details.edit(ACCESS)
    details.click("Add Role assignment", section)
    dialog = details.dialog("Add Role assignment")
    details.choose(dialog.get_by_role("combobox"), "stytch_admin")
    details.confirm("Add Role assignment", "Add Role")
    details.check(MFA, section)
    details.switch(EXEMPT, section).click()
    details.confirm("Exempt Member from primary auth requirements?", "Allow")
    details.save(ACCESS)
    changed = current(grace)
    assert [role.role_id for role in changed.roles] == ["stytch_member", "stytch_admin"]
    assert (changed.mfa_enrolled, changed.is_breakglass) == (True, True)
    assert details.switch(MFA, section).is_checked()

    details.edit(ACCESS)
    details.click("Revoke", details.row("Manual assignment"))
    details.uncheck(EXEMPT, section)
    details.save(ACCESS)
    changed = current(grace)
    assert [role.role_id for role in changed.roles] == ["stytch_member"]
    assert (changed.mfa_enrolled, changed.is_breakglass) == (True, False)


def test_factors_and_sessions_are_removed(opened, mock, client, given, acme, admin, grace, current, refused):
    login = given.login(acme, grace)
    with_phone(client, mock, grace, login.session_token)
    with_app(client, grace)
    with_password(client, grace)
    portal = opened(admin)
    portal.row("grace@example.com").click()
    for button, title in (("Reset TOTP", "TOTP"), ("Reset SMS OTP", "SMS OTP")):
        portal.click(button)
        portal.confirm(f"{title} enrollment", button)
        portal.page.get_by_role("button", name=button).wait_for(state="hidden")
    member = current(grace)
    assert (member.mfa_phone_number, member.totp_registration_id) == ("", "")

    portal.click("Reset password")
    portal.check("Trigger password reset email")
    portal.confirm("Ask Member to reset their password?", "Reset password")
    assert current(grace).member_password_id == ""
    assert mock.inbox.latest(to="grace@example.com", kind="password_reset", wait=5).link
    credentials = {"organization_id": acme.organization_id, "email_address": "grace@example.com", "password": PASSWORD}
    assert refused(client.passwords.authenticate, **credentials) != ""

    login = given.login(acme, grace)
    portal.click("Revoke all sessions")
    portal.confirm("active sessions", "Revoke all sessions")
    assert refused(client.sessions.authenticate, session_token=login.session_token) == "session_not_found"


def test_member_with_an_unverified_address_cannot_be_reactivated(details, grace, current):
    details.click("Deactivate Member")
    details.shows("not be able to reactivate")
    details.confirm("Deactivate Member?", "Deactivate Member")
    details.shows("You cannot reactivate an unverified Member.")
    assert current(grace).status == "deleted"


def test_own_address_cannot_be_edited_and_losing_the_role_is_confirmed(opened, admin, current):
    portal = opened(admin)
    portal.row("(You)").click()
    portal.edit("Details")
    portal.shows("You cannot edit your own email address.")
    assert portal.section("Details").get_by_role("textbox").count() == 1
    portal.click("Cancel", portal.section("Details"))
    portal.edit(ACCESS)
    portal.click("Revoke", portal.row("Manual assignment"))
    portal.try_to_save(ACCESS)
    portal.page.get_by_role("dialog").get_by_role("button", name="Cancel").click()
    assert [role.role_id for role in current(admin.member).roles] == ["stytch_member", "stytch_admin"]


def test_react_component_changes_a_member(app_page, admin, grace, current):
    portal = Portal(app_page("admin_react", component="members", session=admin))
    portal.row("grace@example.com").click()
    portal.edit("Details").get_by_role("textbox").first.fill("Grace H.")
    portal.save("Details")
    assert current(grace).name == "Grace H."


# What the roles allow


def test_ordinary_member_does_not_see_members(opened, given, acme, grace):
    portal = opened(given.login(acme, grace))
    portal.shows("You do not have permission to manage Members.")
    assert portal.buttons() == []
    assert refusal(portal.page, "organization.members.search", {}) == "session_authorization_error"


def test_visitor_is_asked_to_log_in(app_page):
    Portal(app_page("admin", component="members")).shows("Please log in to manage Members.")


def test_role_with_some_permissions_shows_only_these(opened, mock, given, acme, grace, admin):
    actions = ["search", "update.info.name", "revoke-sessions"]
    role = {"role_id": "helpdesk", "permissions": [{"resource_id": "stytch.member", "actions": actions}]}
    mock.configure(rbac_policy={"roles": [role]})
    portal = opened(given.login(acme, given.member(acme, roles=["helpdesk"])))
    assert portal.actions("grace@example.com") == ["Edit member"]
    assert "Invite" not in portal.buttons()
    portal.row("grace@example.com").click()
    portal.section("Authentication management").wait_for()
    assert portal.page.get_by_role("heading", level=3).all_inner_texts() == [
        "Details",
        ACCESS,
        "Authentication management",
    ]
    assert portal.buttons(portal.section(ACCESS)) == []
    assert portal.buttons(portal.section("Authentication management")) == ["Revoke all sessions"]
    section = portal.edit("Details")
    assert section.get_by_role("textbox").count() == 1
    section.get_by_role("textbox").fill("Grace H.")
    portal.save("Details")

    page, member_id = portal.page, grace.member_id
    for fields in ({"email_address": "eve@example.com"}, {"roles": ["stytch_admin"]}, {"mfa_enrolled": True}):
        change = {"member_id": member_id, **fields}
        assert refusal(page, "organization.members.update", change) == "session_authorization_error"
    for method in ("delete", "reactivate", "deleteMFATOTP", "deleteMFAPhoneNumber"):
        assert refusal(page, f"organization.members.{method}", member_id) == "session_authorization_error"
    invitation = {"email_address": "eve@example.com"}
    assert refusal(page, "magicLinks.email.invite", invitation) == "session_authorization_error"
    own = call(page, "self.update", {"name": "Me"})["member"]
    assert own["name"] == "Me"


def test_permission_that_was_taken_away_is_refused_with_a_message(details, client, admin, grace, current):
    client.organizations.members.update(**ids(admin.member), roles=[])
    details.edit("Details").get_by_role("textbox").first.fill("Eve")
    details.try_to_save("Details")
    assert details.message() == NOT_AUTHORIZED
    assert current(grace).name == "Grace"
