"""Valid and invalid settings of an organization, at creation and in updates."""

import pytest

BOTH = pytest.mark.parametrize("operation", ["create", "update"])


@pytest.fixture
def write(client, given):
    """``write("create", setting=…)`` creates an organization; ``write("update", …)`` changes a new one."""

    def call(operation, **settings):
        if operation == "create":
            return given.organization(**settings)
        return client.organizations.update(given.organization().organization_id, **settings).organization

    return call


@BOTH
@pytest.mark.parametrize(
    ("settings", "error"),
    [
        ({"sso_jit_provisioning": "SOME"}, "invalid_organization_auth_factor_setting"),
        ({"email_invites": "SOME"}, "invalid_organization_auth_factor_setting"),
        (
            {"email_jit_provisioning": "ALL_ALLOWED"},
            "invalid_organization_auth_factor_setting_for_email_jit_provisioning",
        ),
        (
            {"oauth_tenant_jit_provisioning": "ALL_ALLOWED"},
            "invalid_organization_auth_factor_setting_for_oauth_tenant_jit_provisioning",
        ),
        ({"auth_methods": "NOT_ALLOWED"}, "invalid_organization_auth_method_settings"),
        ({"allowed_auth_methods": ["magiclink"]}, "invalid_organization_allowed_auth_methods"),
        ({"mfa_policy": "SOMETIMES"}, "invalid_organization_mfa_policy"),
        ({"mfa_methods": "NOT_ALLOWED"}, "invalid_organization_mfa_factor_setting"),
        ({"allowed_mfa_methods": ["email_otp"]}, "invalid_organization_allowed_mfa_methods"),
        ({"email_allowed_domains": ["acme"]}, "organization_settings_invalid_domain"),
        ({"email_allowed_domains": ["https://acme.test"]}, "organization_settings_invalid_domain"),
        ({"email_allowed_domains": ["gmail.com"]}, "organization_settings_domain_too_common"),
        ({"email_allowed_domains": ["Yahoo.co.uk"]}, "organization_settings_domain_too_common"),
        ({"email_allowed_domains": ["acme.test", "ACME.test"]}, "organization_settings_duplicate_domain"),
        ({"claimed_email_domains": ["acme"]}, "organization_settings_invalid_claimed_domain"),
        ({"claimed_email_domains": ["gmail.com"]}, "organization_settings_claimed_domain_too_common"),
        ({"claimed_email_domains": ["acme.test"] * 2}, "organization_settings_duplicate_claimed_domain"),
        ({"allowed_oauth_tenants": {"google": ["T1"]}}, "invalid_oauth_allowed_tenants_format"),
        ({"allowed_oauth_tenants": {"slack": "T1"}}, "invalid_oauth_allowed_tenants_format"),
        (
            {"rbac_email_implicit_role_assignments": [{"domain": "acme", "role_id": "stytch_admin"}]},
            "rbac_invalid_domain",
        ),
        (
            {"rbac_email_implicit_role_assignments": [{"domain": "gmail.com", "role_id": "stytch_admin"}]},
            "rbac_domain_too_common",
        ),
        (
            {"rbac_email_implicit_role_assignments": [{"domain": "acme.test", "role_id": "chef"}]},
            "invalid_rbac_role_assignment",
        ),
        (
            {"rbac_email_implicit_role_assignments": [{"domain": "acme.test", "role_id": "stytch_member"}]},
            "cannot_assign_default_rbac_role_id",
        ),
        ({"auth_methods": "RESTRICTED"}, "allowed_auth_methods_required_for_restricted"),
        ({"mfa_methods": "RESTRICTED"}, "allowed_mfa_methods_required_for_restricted"),
        ({"email_invites": "RESTRICTED"}, "invalid_restricted_email_setting"),
        ({"email_jit_provisioning": "RESTRICTED"}, "invalid_restricted_email_setting"),
        ({"sso_jit_provisioning": "RESTRICTED"}, "invalid_restricted_sso_setting"),
        ({"oauth_tenant_jit_provisioning": "RESTRICTED"}, "invalid_restricted_oauth_tenants_setting"),
        (
            {"oauth_tenant_jit_provisioning": "RESTRICTED", "allowed_oauth_tenants": {"slack": []}},
            "invalid_restricted_oauth_tenants_setting",
        ),
        (
            {"sso_jit_provisioning": "NOT_ALLOWED", "email_invites": "NOT_ALLOWED"},
            "invalid_organization_auth_factor_setting",
        ),
    ],
    ids=str,
)
def test_invalid_setting_is_refused(write, refused, operation, settings, error):
    assert refused(write, operation, **settings) == error


@pytest.mark.parametrize(
    ("settings", "error"),
    [
        ({"sso_default_connection_id": "saml-connection-test-1"}, "invalid_sso_default_connection_id"),
        ({"sso_jit_provisioning_allowed_connections": ["c"]}, "invalid_connection_for_jit_provisioning"),
    ],
)
def test_connection_of_another_organization_is_refused(write, refused, settings, error):
    assert refused(write, "update", **settings) == error


@pytest.mark.parametrize(
    ("settings", "error"),
    [
        ({"email_allowed_domains": "acme.test"}, "invalid_argument"),
        ({"rbac_email_implicit_role_assignments": [{"domain": "acme.test"}]}, "bad_request"),
        ({"first_party_connected_apps_allowed_type": "SOME"}, "invalid_organization_auth_factor_setting"),
    ],
)
def test_setting_of_wrong_type_is_refused(error_type_of, settings, error):
    sent = {"organization_name": "Acme", "organization_slug": "acme", **settings}
    assert error_type_of("POST", "/v1/b2b/organizations", sent) == error


@BOTH
@pytest.mark.parametrize(
    "settings",
    [
        {"auth_methods": "RESTRICTED", "allowed_auth_methods": ["sso", "magic_link", "hubspot_oauth"]},
        {"mfa_methods": "RESTRICTED", "allowed_mfa_methods": ["totp", "sms_otp"], "mfa_policy": "REQUIRED_FOR_ALL"},
        {"email_allowed_domains": ["acme.test"], "email_jit_provisioning": "RESTRICTED", "email_invites": "RESTRICTED"},
        {"oauth_tenant_jit_provisioning": "RESTRICTED", "allowed_oauth_tenants": {"slack": ["T1"], "github": ["1"]}},
        {"sso_jit_provisioning": "NOT_ALLOWED", "email_invites": "ALL_ALLOWED"},
        {"claimed_email_domains": ["acme.test", "mail.acme.test"]},
        {"first_party_connected_apps_allowed_type": "RESTRICTED", "allowed_first_party_connected_apps": ["a"]},
        {"third_party_connected_apps_allowed_type": "NOT_ALLOWED", "allowed_third_party_connected_apps": []},
    ],
    ids=str,
)
def test_valid_settings_are_stored(write, operation, settings):
    made = write(operation, **settings)
    assert {name: getattr(made, name) for name in settings} == settings


CHOICES = {
    "sso_jit_provisioning": "all_allowed",
    "email_jit_provisioning": "not_allowed",
    "email_invites": "All_Allowed",
    "auth_methods": "all_allowed",
    "mfa_methods": "restricted",
    "oauth_tenant_jit_provisioning": "Not_allowed",
    "first_party_connected_apps_allowed_type": "all_allowed",
    "third_party_connected_apps_allowed_type": "SOME",
}


@BOTH
@pytest.mark.parametrize(("setting", "value"), CHOICES.items())
def test_choice_in_lower_case_is_refused(given, http, operation, setting, value):
    if operation == "create":
        sent = {"organization_name": "Acme", "organization_slug": "acme", setting: value}
        response = http.post("/v1/b2b/organizations", json=sent)
    else:
        given.organization("Acme")
        response = http.put("/v1/b2b/organizations/acme", json={setting: value})
    error = response.json()
    assert (response.status_code, error["error_type"]) == (400, "invalid_organization_auth_factor_setting")
    assert error["error_message"] == (
        "The value provided isn't valid. Valid values are 'NOT_ALLOWED', 'RESTRICTED', or 'ALL_ALLOWED'."
    )
    assert value in given.because()


@BOTH
def test_mfa_policy_in_lower_case_is_refused(write, refused, operation):
    assert refused(write, operation, mfa_policy="optional") == "invalid_organization_mfa_policy"


def test_slug_in_use_is_reported_before_an_invalid_setting(given, client, refused):
    given.organization("Acme")
    taken = {"organization_slug": "ACME", "auth_methods": "all_allowed"}
    assert refused(given.organization, "Other", **taken) == "organization_slug_already_used"
    other = given.organization("Other")
    assert refused(client.organizations.update, other.organization_id, **taken) == "organization_slug_already_used"
    discovery = client.discovery.organizations.create
    token = given.intermediate_session("ada@acme.test")
    assert refused(discovery, token, **taken) == "organization_slug_already_used"
    own = {"organization_slug": "OTHER", "auth_methods": "all_allowed"}
    assert refused(client.organizations.update, other.organization_id, **own) == (
        "invalid_organization_auth_factor_setting"
    )


@BOTH
@pytest.mark.parametrize("setting", [*CHOICES, "mfa_policy"])
def test_empty_choice_is_the_same_as_not_sent(write, operation, setting):
    made = write(operation, **{setting: ""})
    assert getattr(made, setting) == getattr(write(operation), setting)
    assert made.email_invites == "ALL_ALLOWED"


@BOTH
def test_duplicates_are_removed_and_domains_are_lower_cased(write, operation):
    made = write(
        operation,
        allowed_auth_methods=["sso", "magic_link", "sso"],
        allowed_mfa_methods=["totp", "totp"],
        email_allowed_domains=["ACME.test"],
        claimed_email_domains=["Acme.TEST"],
    )
    assert (made.allowed_auth_methods, made.allowed_mfa_methods) == (["sso", "magic_link"], ["totp"])
    assert (made.email_allowed_domains, made.claimed_email_domains) == (["acme.test"], ["acme.test"])


# email_invites: ALL_ALLOWED, unless another login setting is sent at creation


@pytest.mark.parametrize(
    "settings",
    [
        {"auth_methods": "ALL_ALLOWED"},
        {"sso_jit_provisioning": "ALL_ALLOWED"},
        {"email_allowed_domains": ["acme.test"]},
        {"allowed_auth_methods": ["sso"]},
        {"email_jit_provisioning": "NOT_ALLOWED"},
        {"oauth_tenant_jit_provisioning": "NOT_ALLOWED"},
        {"allowed_oauth_tenants": {"slack": ["T1"]}},
    ],
    ids=str,
)
def test_login_setting_at_creation_disables_invitations(given, settings):
    assert given.organization(**settings).email_invites == "NOT_ALLOWED"


@pytest.mark.parametrize("settings", [{}, {"mfa_policy": "OPTIONAL"}, {"trusted_metadata": {"a": 1}}], ids=str)
def test_other_settings_at_creation_allow_invitations(given, settings):
    assert given.organization(**settings).email_invites == "ALL_ALLOWED"


def test_explicit_email_invites_are_stored(given):
    assert given.organization(auth_methods="ALL_ALLOWED", email_invites="ALL_ALLOWED").email_invites == "ALL_ALLOWED"


def test_update_of_login_settings_keeps_invitations(write):
    assert write("update", auth_methods="ALL_ALLOWED").email_invites == "ALL_ALLOWED"


# Settings that depend on each other are checked in updates, too


def test_emptying_a_list_that_a_setting_needs_is_refused(given, client, refused):
    given.organization(
        email_allowed_domains=["acme.test"],
        email_jit_provisioning="RESTRICTED",
        auth_methods="RESTRICTED",
        allowed_auth_methods=["sso"],
    )
    emptied = refused(client.organizations.update, "acme", email_allowed_domains=[])
    assert emptied == "invalid_restricted_email_setting"
    emptied = refused(client.organizations.update, "acme", allowed_auth_methods=[])
    assert emptied == "allowed_auth_methods_required_for_restricted"
    opened = client.organizations.update("acme", auth_methods="ALL_ALLOWED", allowed_auth_methods=[]).organization
    assert opened.allowed_auth_methods == []


def test_disabling_every_way_to_join_is_refused(given, client, refused):
    given.organization(sso_jit_provisioning="NOT_ALLOWED", email_invites="ALL_ALLOWED")
    closed = refused(client.organizations.update, "acme", email_invites="NOT_ALLOWED")
    assert closed == "invalid_organization_auth_factor_setting"


def test_refused_update_changes_nothing(given, client, refused):
    acme = given.organization(email_allowed_domains=["acme.test"])
    refused(client.organizations.update, "acme", email_allowed_domains=["globex.test"], mfa_methods="RESTRICTED")
    assert client.organizations.get("acme").organization == acme


# Roles by e-mail domain


def test_email_domain_implies_a_role(given, client):
    acme = given.organization(rbac_email_implicit_role_assignments=[{"domain": "ACME.test", "role_id": "stytch_admin"}])
    inside, outside = given.member(acme, "ada@acme.test"), given.member(acme, "bob@globex.test")
    assert (inside.is_admin, outside.is_admin) == (True, False)
    admin = next(role for role in inside.roles if role.role_id == "stytch_admin")
    assert [(s.type, s.details) for s in admin.sources] == [("email_assignment", {"email_domain": "acme.test"})]
    assert [role.role_id for role in outside.roles] == ["stytch_member"]
    assert given.login(acme, inside).member_session.roles == ["stytch_member", "stytch_admin"]


def test_role_can_have_two_sources(given, client):
    acme = given.organization(rbac_email_implicit_role_assignments=[{"domain": "acme.test", "role_id": "stytch_admin"}])
    ada = given.member(acme, "ada@acme.test", roles=["stytch_admin"])
    admin = next(role for role in ada.roles if role.role_id == "stytch_admin")
    assert [s.type for s in admin.sources] == ["direct_assignment", "email_assignment"]
    client.organizations.update("acme", rbac_email_implicit_role_assignments=[])
    left = client.organizations.members.get("acme", member_id=ada.member_id).member
    assert [s.type for s in left.roles[1].sources] == ["direct_assignment"]
