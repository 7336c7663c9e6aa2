"""Requests by acting members: their roles must grant the action, in their own organization."""

from typing import Any, NamedTuple

import pytest
from stytch.shared.method_options import Authorization


class Prepared(NamedTuple):
    client: Any
    acme: Any
    target: Any  # a member without further roles, the object of the operations
    deleted: Any
    admin: Any  # logged in
    plain: Any  # logged in
    other_admin: Any  # an administrator of another organization, logged in


@pytest.fixture
def prepared(given, client, mock, set_columns):
    acme = given.organization(
        organization_external_id="acme.1",
        email_allowed_domains=["old.test"],
        email_invites="ALL_ALLOWED",
        allowed_auth_methods=["magic_link"],
        allowed_mfa_methods=["sms_otp"],
        allowed_oauth_tenants={"slack": ["T1"]},
    )
    connection_id = mock.identity_provider(acme.organization_id, "oidc").connection_id
    connections = {"sso_jit_provisioning_allowed_connections": [connection_id]}
    client.organizations.update(acme.organization_id, **connections)
    target = given.member(acme, "target@acme.test", external_id="target", mfa_phone_number="+14155550100")
    set_columns(target, totp_registration_id="member-totp-test-1")
    given.login(acme, target)
    client.organizations.members.update(acme.organization_id, target.member_id, email_address="target@new.test")
    given.login(acme, client.organizations.members.get(acme.organization_id, member_id=target.member_id).member)
    deleted = given.member(acme, "gone@acme.test")
    given.login(acme, deleted)
    client.organizations.members.delete(acme.organization_id, deleted.member_id)
    plain = given.login(acme, given.member(acme, "plain@acme.test", external_id="plain"))
    other_admin = given.admin(given.organization("Globex"))
    return Prepared(client, acme, target, deleted, given.admin(acme), plain, other_admin)


# Each value differs from the present one: a value that is equal needs no permission.
ORGANIZATION_FIELDS = {
    "organization_name": "New",
    "organization_slug": "new",
    "organization_external_id": "new",
    "organization_logo_url": "https://new.test/logo.png",
    "sso_default_connection_id": "",
    "sso_jit_provisioning": "NOT_ALLOWED",
    "sso_jit_provisioning_allowed_connections": [],
    "email_allowed_domains": ["acme.test"],
    "email_jit_provisioning": "RESTRICTED",
    "email_invites": "NOT_ALLOWED",
    "auth_methods": "RESTRICTED",
    "allowed_auth_methods": ["sso"],
    "mfa_policy": "REQUIRED_FOR_ALL",
    "rbac_email_implicit_role_assignments": [{"domain": "acme.test", "role_id": "stytch_admin"}],
    "mfa_methods": "RESTRICTED",
    "allowed_mfa_methods": ["totp"],
    "oauth_tenant_jit_provisioning": "RESTRICTED",
    "allowed_oauth_tenants": {"slack": ["T2"]},
    "claimed_email_domains": ["acme.test"],
    "first_party_connected_apps_allowed_type": "NOT_ALLOWED",
    "allowed_first_party_connected_apps": ["a"],
    "third_party_connected_apps_allowed_type": "NOT_ALLOWED",
    "allowed_third_party_connected_apps": ["a"],
}
MEMBER_FIELDS = {
    "name": "New",
    "untrusted_metadata": {"a": 1},
    "is_breakglass": True,
    "mfa_enrolled": True,
    "roles": ["stytch_admin"],
    "default_mfa_method": "sms_otp",
    "email_address": "newest@acme.test",
    "external_id": "new",
}

# Every operation that accepts a member's session.
OPERATIONS = {
    "organizations.delete": lambda w, by: w.client.organizations.delete(w.acme.organization_id, method_options=by),
    "organizations.delete_external_id": lambda w, by: w.client.organizations.delete_external_id(
        w.acme.organization_id, method_options=by
    ),
    "members.create": lambda w, by: w.client.organizations.members.create(
        w.acme.organization_id, "new@acme.test", method_options=by
    ),
    "members.delete": lambda w, by: w.client.organizations.members.delete(
        w.acme.organization_id, w.target.member_id, method_options=by
    ),
    "members.reactivate": lambda w, by: w.client.organizations.members.reactivate(
        w.acme.organization_id, w.deleted.member_id, method_options=by
    ),
    "members.delete_mfa_phone_number": lambda w, by: w.client.organizations.members.delete_mfa_phone_number(
        w.acme.organization_id, w.target.member_id, method_options=by
    ),
    "members.delete_totp": lambda w, by: w.client.organizations.members.delete_totp(
        w.acme.organization_id, w.target.member_id, method_options=by
    ),
    "members.delete_external_id": lambda w, by: w.client.organizations.members.delete_external_id(
        w.acme.organization_id, "target", method_options=by
    ),
    "members.search": lambda w, by: w.client.organizations.members.search([w.acme.organization_id], method_options=by),
    "members.unlink_retired_email": lambda w, by: w.client.organizations.members.unlink_retired_email(
        w.acme.organization_id, w.target.member_id, email_address="target@acme.test", method_options=by
    ),
    "members.start_email_update": lambda w, by: w.client.organizations.members.start_email_update(
        w.acme.organization_id, w.target.member_id, "newest@acme.test", method_options=by
    ),
    "magic_links.email.invite": lambda w, by: w.client.magic_links.email.invite(
        w.acme.organization_id, "new@acme.test", method_options=by
    ),
    "sessions.revoke": lambda w, by: w.client.sessions.revoke(member_id=w.target.member_id, method_options=by),
}


def _organization_update(field):
    return lambda w, by: w.client.organizations.update(
        w.acme.organization_id, **{field: ORGANIZATION_FIELDS[field]}, method_options=by
    )


def _member_update(field):
    return lambda w, by: w.client.organizations.members.update(
        w.acme.organization_id, w.target.member_id, **{field: MEMBER_FIELDS[field]}, method_options=by
    )


OPERATIONS |= {f"organizations.update {field}": _organization_update(field) for field in ORGANIZATION_FIELDS}
OPERATIONS |= {f"members.update {field}": _member_update(field) for field in MEMBER_FIELDS}
EACH = pytest.mark.parametrize("operation", OPERATIONS)


@EACH
def test_admin_can_perform_every_operation(prepared, given, operation):
    assert OPERATIONS[operation](prepared, given.as_member(prepared.admin)).status_code == 200


@EACH
def test_other_members_are_refused(prepared, given, refused, operation):
    call = OPERATIONS[operation]
    assert refused(call, prepared, given.as_member(prepared.plain)) == "session_authorization_error"
    assert refused(call, prepared, given.as_member(prepared.other_admin)) == "session_authorization_tenancy_error"
    assert refused(call, prepared, Authorization(session_token="x" * 44)) == "session_not_found"
    assert call(prepared, None).status_code == 200  # the backend can: the refused requests have changed nothing


def test_deleting_a_password_is_authorized_for_its_member(prepared, given, client, refused, set_columns):
    def delete(by, password_id="member-password-test-1"):
        return client.organizations.members.delete_password(
            prepared.acme.organization_id, password_id, method_options=given.as_member(by)
        )

    set_columns(prepared.target, member_password_id="member-password-test-1")
    assert refused(delete, prepared.plain) == "session_authorization_error"
    assert refused(delete, prepared.other_admin) == "session_authorization_tenancy_error"
    assert refused(delete, prepared.plain, "member-password-test-2") == "session_authorization_error"
    assert refused(delete, prepared.admin, "member-password-test-2") == "member_password_not_found"
    set_columns(prepared.plain.member, member_password_id="member-password-test-2")
    own = delete(prepared.plain, "member-password-test-2")
    assert own.member.member_password_id == ""
    assert delete(prepared.admin).status_code == 200


def test_session_jwt_is_accepted(prepared, client):
    by = Authorization(session_jwt=prepared.admin.session_jwt)
    assert client.organizations.update(prepared.acme.organization_id, organization_name="New", method_options=by)


def test_token_and_jwt_together_are_refused(prepared, client, refused):
    both = Authorization(session_token=prepared.admin.session_token, session_jwt=prepared.admin.session_jwt)
    found = refused(client.organizations.members.search, [prepared.acme.organization_id], method_options=both)
    assert found == "too_many_session_arguments"


def test_removed_role_ends_the_permission(prepared, given, client, refused):
    client.organizations.members.update(prepared.acme.organization_id, prepared.admin.member_id, roles=[])
    by = given.as_member(prepared.admin)
    found = refused(client.organizations.members.search, [prepared.acme.organization_id], method_options=by)
    assert found == "session_authorization_error"


def test_search_in_another_organization_is_refused(prepared, given, client, refused):
    both = [prepared.acme.organization_id, prepared.other_admin.organization.organization_id]
    found = refused(client.organizations.members.search, both, method_options=given.as_member(prepared.admin))
    assert found == "session_authorization_tenancy_error"


def test_own_organization_is_found_by_slug_and_external_id(prepared, given, client):
    for name in ("acme", "acme.1"):
        assert client.organizations.members.search([name], method_options=given.as_member(prepared.admin)).members
        changed = client.organizations.update(
            name, organization_logo_url=name, method_options=given.as_member(prepared.admin)
        )
        assert changed.organization.organization_logo_url == name


# The member's own data


@pytest.fixture
def self_update(prepared, given, client):
    def call(member_id=None, **changes):
        return client.organizations.members.update(
            prepared.acme.organization_id,
            member_id or prepared.plain.member_id,
            **changes,
            method_options=given.as_member(prepared.plain),
        ).member

    return call


def test_member_can_change_own_data(self_update):
    now = self_update("plain", untrusted_metadata={"a": 1}, mfa_phone_number="+14155550199", mfa_enrolled=True)
    assert (now.untrusted_metadata, now.mfa_phone_number, now.mfa_enrolled) == ({"a": 1}, "+14155550199", True)
    assert self_update(default_mfa_method="sms_otp").default_mfa_method == "sms_otp"


@pytest.mark.parametrize(
    "changes", [{"roles": ["stytch_admin"]}, {"is_breakglass": True}, {"external_id": "new"}], ids=str
)
def test_member_cannot_change_own_roles_or_ids(self_update, refused, changes):
    assert refused(self_update, **changes) == "session_authorization_error"


def test_member_changes_own_address_by_verification_only(self_update, prepared, given, client, refused):
    error = "member_cannot_update_their_email_address"
    assert refused(self_update, email_address="new@acme.test") == error
    admin = refused(
        client.organizations.members.update,
        prepared.acme.organization_id,
        prepared.admin.member_id,
        email_address="new@acme.test",
        method_options=given.as_member(prepared.admin),
    )
    assert admin == error
    started = client.organizations.members.start_email_update(
        prepared.acme.organization_id,
        prepared.plain.member_id,
        "new@acme.test",
        method_options=given.as_member(prepared.plain),
    )
    assert started.member.email_address == "plain@acme.test"
    moved = client.magic_links.authenticate(given.token("new@acme.test"), session_token=prepared.plain.session_token)
    assert moved.member.email_address == "new@acme.test"
    left = client.organizations.members.unlink_retired_email(
        prepared.acme.organization_id,
        prepared.plain.member_id,
        email_address="plain@acme.test",
        method_options=given.as_member(prepared.plain),
    )
    assert left.member.retired_email_addresses == []


def test_member_can_delete_own_factors_and_account(prepared, given, client, set_columns, refused):
    mine = (prepared.acme.organization_id, prepared.plain.member_id)
    set_columns(prepared.plain.member, mfa_phone_number="+14155550199", totp_registration_id="member-totp-test-2")
    by = given.as_member(prepared.plain)
    assert client.organizations.members.delete_mfa_phone_number(*mine, method_options=by)
    assert client.organizations.members.delete_totp(*mine, method_options=by)
    error_type = refused(client.organizations.members.delete_external_id, *mine, method_options=by)
    assert error_type == "session_authorization_error"
    assert client.organizations.members.delete(*mine, method_options=by).member_id == prepared.plain.member_id
    again = refused(client.organizations.members.delete, *mine, method_options=by)
    assert again == "session_not_found"  # deleting the member deleted the session


def test_member_can_revoke_own_sessions_only(prepared, given, client, refused):
    by = given.as_member(prepared.plain)
    others = prepared.admin.member_session.member_session_id
    assert refused(client.sessions.revoke, member_session_id=others, method_options=by) == "session_authorization_error"
    client.sessions.revoke(session_token=prepared.plain.session_token, method_options=by)
    assert refused(client.sessions.authenticate, session_token=prepared.plain.session_token) == "session_not_found"


def test_project_can_restrict_permissions_on_own_data(self_update, mock, refused):
    permission = {"resource_id": "stytch.self", "actions": ["update.info.name"]}
    mock.configure(rbac_policy={"roles": [{"role_id": "stytch_member", "permissions": [permission]}]})
    assert self_update(name="New").name == "New"
    assert refused(self_update, untrusted_metadata={"a": 1}) == "session_authorization_error"


# trusted_metadata


def test_acting_member_cannot_write_trusted_metadata(prepared, given, client, refused):
    acme, by = prepared.acme.organization_id, given.as_member(prepared.admin)
    mine = {"trusted_metadata": {"a": 1}, "method_options": by}
    error = "cannot_update_trusted_metadata"
    assert refused(client.organizations.update, acme, **mine) == error
    assert refused(client.organizations.members.update, acme, prepared.target.member_id, **mine) == error
    assert refused(client.organizations.members.create, acme, "new@acme.test", **mine) == error
    assert refused(client.magic_links.email.invite, acme, "new@acme.test", **mine) == error


# The policies


def test_default_policy_has_stytch_roles_and_resources(client):
    policy = client.rbac.policy().policy
    roles = {role.role_id: {p.resource_id: p.actions for p in role.permissions} for role in policy.roles}
    assert roles["stytch_member"] == {"stytch.self": ["*"]}
    assert roles["stytch_admin"]["stytch.organization"] == ["*"]
    assert roles["stytch_admin"]["stytch.scim"] == ["*"]
    resources = {resource.resource_id: resource.actions for resource in policy.resources}
    assert "update.settings.roles" in resources["stytch.member"]
    assert "update.settings.roles" not in resources["stytch.self"]
    assert policy.scopes == []


def test_new_organization_has_no_own_roles(given, client, refused):
    given.organization()
    assert client.rbac.organizations.get_org_policy("acme").org_policy.roles == []
    assert refused(client.rbac.organizations.get_org_policy, "nowhere") == "organization_not_found"
