"""The Admin Portal's component for the settings of an organization."""

import pytest

from tests.browser.portal import Portal
from tests.browser.sdk import call, refusal

AUTHENTICATION, ONBOARDING, ROLES = "Authentication settings", "User onboarding", "Automatic Role assignments"
GROUPS = {"email": "NameID", "full_name": "name", "groups": "groups"}


@pytest.fixture
def acme(given):
    return given.organization("Acme")


@pytest.fixture
def opened(app_page):
    """Open the settings, for the member of a login."""
    return lambda login, **config: Portal(app_page("admin", component="organization", session=login, portal=config))


@pytest.fixture
def settings(opened, given, acme):
    """The settings, for an administrator."""
    return opened(given.admin(acme))


@pytest.fixture
def current(client, acme):
    """Return the organization as it is now."""
    return lambda: client.organizations.get(acme.organization_id).organization


def test_name_and_slug_are_changed(settings, given, current):
    given.organization("Other", organization_slug="other")
    section = settings.edit("Details")
    name, slug = section.get_by_role("textbox").all()
    name.fill("Acme Inc.")
    for wrong, message in (("other", "slug"), ("no spaces", "slug")):
        slug.fill(wrong)
        settings.try_to_save("Details")
        assert message in settings.message()
    assert current().organization_name == "Acme"
    slug.fill("acme-inc")
    settings.save("Details")
    assert (current().organization_name, current().organization_slug) == ("Acme Inc.", "acme-inc")
    assert call(settings.page, "organization.getSync")["organization_name"] == "Acme Inc."


def test_authentication_is_restricted_and_opened_again(settings, current):
    section = settings.edit(AUTHENTICATION)
    settings.uncheck("Allow all primary auth methods")
    settings.shows("Please select at least one primary authentication method.")
    for method in ("Single Sign-On", "Email OTP", "GitHub OAuth"):
        settings.check(method, section)
    settings.check("Require MFA for all users")
    settings.uncheck("Allow all secondary auth methods")
    settings.check("TOTP", section)
    settings.save(AUTHENTICATION)
    changed = current()
    assert (changed.auth_methods, changed.mfa_policy, changed.mfa_methods) == (
        "RESTRICTED",
        "REQUIRED_FOR_ALL",
        "RESTRICTED",
    )
    assert sorted(changed.allowed_auth_methods) == ["email_otp", "github_oauth", "sso"]
    assert changed.allowed_mfa_methods == ["totp"]

    settings.edit(AUTHENTICATION)
    for label in ("Allow all primary auth methods", "Allow all secondary auth methods"):
        settings.check(label)
    settings.uncheck("Require MFA for all users")
    settings.save(AUTHENTICATION)
    changed = current()
    assert (changed.auth_methods, changed.mfa_policy, changed.mfa_methods) == ("ALL_ALLOWED", "OPTIONAL", "ALL_ALLOWED")


def test_only_configured_methods_are_offered(opened, given, acme):
    config = {"allowedAuthMethods": ["sso", "password"], "allowedMfaAuthMethods": ["totp"]}
    settings = opened(given.admin(acme), **config)
    section = settings.edit(AUTHENTICATION)
    settings.uncheck("Allow all primary auth methods")
    settings.uncheck("Allow all secondary auth methods")
    assert section.locator("label").all_inner_texts() == [
        "Allow all primary auth methods",
        "Single Sign-On",
        "Password",
        "Require MFA for all users",
        "Allow all secondary auth methods",
        "TOTP",
    ]


def test_invitations_and_jit_provisioning_are_restricted(opened, given, client, acme, current):
    okta = client.sso.saml.create_connection(acme.organization_id, "Okta").connection
    settings = opened(given.admin(acme))
    settings.edit(ONBOARDING)
    settings.check("Users from allowed email domains", role="radio")
    for label in ("Email domains", "OAuth accounts"):
        settings.check(label)
    settings.check("Allowed SSO connections", role="radio")
    add(settings, "Add domain", "Add allowed email domain", Domain="gmail.com")
    settings.click("Select connection")
    settings.choose(settings.dialog("Add allowed SSO connection").get_by_role("combobox"), "Okta")
    settings.confirm("Add allowed SSO connection", "Save")
    settings.click("Add account")
    settings.choose(settings.dialog("Add allowed OAuth account").get_by_role("combobox"), "Slack")
    settings.fill("Account ID", "T0001", settings.dialog("Add allowed OAuth account"))
    settings.confirm("Add allowed OAuth account", "Save")
    settings.try_to_save(ONBOARDING)
    assert "domain" in settings.message()
    assert (current().email_allowed_domains, current().email_invites) == ([], "ALL_ALLOWED")

    settings.click("Delete", settings.row("gmail.com"))
    add(settings, "Add domain", "Add allowed email domain", Domain="acme.example")
    settings.save(ONBOARDING)
    changed = current()
    assert (changed.email_invites, changed.email_allowed_domains) == ("RESTRICTED", ["acme.example"])
    assert (changed.email_jit_provisioning, changed.oauth_tenant_jit_provisioning) == ("RESTRICTED", "RESTRICTED")
    assert changed.allowed_oauth_tenants == {"slack": ["T0001"]}
    assert changed.sso_jit_provisioning == "RESTRICTED"
    assert changed.sso_jit_provisioning_allowed_connections == [okta.connection_id]
    assert settings.rows(3) == ["acme.example", "Slack", "Okta"]

    settings.edit(ONBOARDING)
    settings.uncheck("Allow members to be invited by email")
    settings.uncheck("OAuth accounts")
    settings.uncheck("SSO connections")
    settings.save(ONBOARDING)
    changed = current()
    assert (changed.email_invites, changed.sso_jit_provisioning) == ("NOT_ALLOWED", "NOT_ALLOWED")
    assert changed.oauth_tenant_jit_provisioning == "NOT_ALLOWED"


def add(settings, button, title, **fields):
    settings.click(button)
    for label, value in fields.items():
        settings.fill(label, value, settings.dialog(title))
    settings.confirm(title, "Save")


def test_roles_are_assigned_by_domain_connection_and_group(opened, given, mock, client, acme, current):
    organization_id = acme.organization_id
    okta = client.sso.saml.create_connection(organization_id, "Okta").connection
    client.sso.saml.update_connection(organization_id, okta.connection_id, attribute_mapping=GROUPS)
    scim = client.scim.connection.create(organization_id, "Directory").connection
    mock.scim_push(scim.connection_id, [{"op": "create_group", "name": "Managers"}])
    clerk = {"role_id": "clerk", "permissions": [{"resource_id": "stytch.member", "actions": ["search"]}]}
    client.rbac.organizations.set_org_policy(organization_id, {"roles": [clerk]})
    settings = opened(given.admin(acme))
    settings.edit(ROLES)
    assign(settings, "clerk", "Email", Domain="acme.example acme.test")
    assign(settings, "stytch_admin", "SSO", **{"Connection Display Name": "Okta"})
    assign(settings, "clerk", "SSO", **{"Connection Display Name": "Okta", "Group name": "Staff"})
    assign(settings, "stytch_admin", "SCIM", **{"SCIM group": "Managers"})
    settings.save(ROLES)

    assignments = [(a.domain, a.role_id) for a in current().rbac_email_implicit_role_assignments]
    assert assignments == [("acme.example", "clerk"), ("acme.test", "clerk")]
    (okta,) = client.sso.get_connections(organization_id).saml_connections
    assert [role.role_id for role in okta.saml_connection_implicit_role_assignments] == ["stytch_admin"]
    assert [(r.group, r.role_id) for r in okta.saml_group_implicit_role_assignments] == [("Staff", "clerk")]
    roles = client.scim.connection.get(organization_id).connection.scim_group_implicit_role_assignments
    assert [(role.group_name, role.role_id) for role in roles] == [("Managers", "stytch_admin")]

    settings.edit(ROLES)
    settings.click("Delete", settings.page.get_by_role("row", name="Email acme.test").last)
    settings.save(ROLES)
    assert [a.domain for a in current().rbac_email_implicit_role_assignments] == ["acme.example"]


def assign(settings, role, source, **fields):
    title = "Add Role assignment"
    settings.click(title, settings.section(ROLES))
    dialog = settings.dialog(title)
    for number, choice in enumerate((role, source)):
        settings.choose(dialog.get_by_role("combobox").nth(number), choice)
    for label, value in fields.items():
        if label in ("Connection Display Name", "SCIM group"):
            settings.choose(dialog.get_by_role("combobox").nth(2), value)
        else:
            settings.fill(label, value, dialog)
    settings.confirm(title, "Save")


# What the roles allow


def test_ordinary_member_sees_settings_without_buttons(opened, given, acme):
    settings = opened(given.login(acme, given.member(acme)))
    settings.shows("No role assignments.")
    assert settings.buttons() == []
    settings.shows("You do not have permission to view SSO Connections.")
    changes = [{"organization_name": "Eve"}, {"organization_slug": "eve"}, {"mfa_policy": "REQUIRED_FOR_ALL"}]
    changes += [{"auth_methods": "RESTRICTED", "allowed_auth_methods": ["sso"]}, {"email_invites": "NOT_ALLOWED"}]
    changes += [{"rbac_email_implicit_role_assignments": [{"domain": "eve.example", "role_id": "stytch_admin"}]}]
    for change in changes:
        assert refusal(settings.page, "organization.update", change) == "session_authorization_error"
    for method, arguments in (("sso.getConnections", []), ("scim.getConnection", ["x"]), ("organization.delete", [])):
        assert refusal(settings.page, method, *arguments) == "session_authorization_error"


def test_role_with_some_permissions_can_change_only_these(opened, given, client, acme, current):
    actions = ["update.info.name", "update.settings.mfa-policy"]
    role = {"role_id": "clerk", "permissions": [{"resource_id": "stytch.organization", "actions": actions}]}
    client.rbac.organizations.set_org_policy(acme.organization_id, {"roles": [role]})
    settings = opened(given.login(acme, given.member(acme, roles=["clerk"])))
    settings.shows("No role assignments.")
    assert settings.buttons() == ["Edit", "Edit"]
    section = settings.edit("Details")
    section.get_by_role("textbox").fill("Acme Inc.")
    settings.save("Details")
    settings.edit(AUTHENTICATION)
    assert settings.switch("Allow all primary auth methods").is_disabled()
    assert settings.switch("Allow all secondary auth methods").is_disabled()
    settings.check("Require MFA for all users")
    settings.save(AUTHENTICATION)
    assert (current().organization_name, current().mfa_policy) == ("Acme Inc.", "REQUIRED_FOR_ALL")
    refused = {"organization_name": "Acme", "organization_slug": "eve"}
    assert refusal(settings.page, "organization.update", refused) == "session_authorization_error"
    assert current().organization_name == "Acme Inc."


def test_visitor_is_asked_to_log_in(app_page):
    Portal(app_page("admin", component="organization")).shows("Please log in to manage Authentication & Access.")
