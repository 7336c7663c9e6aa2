"""Change members."""

import pytest


@pytest.fixture
def acme(given):
    return given.organization()


@pytest.fixture
def ada(given, acme):
    return given.member(acme, "ada@acme.test", name="Ada", external_id="ada", trusted_metadata={"a": 1, "b": {"c": 2}})


@pytest.fixture
def update(client, acme):
    def call(member, **changes):
        return client.organizations.members.update(acme.organization_id, member.member_id, **changes).member

    return call


def test_update_changes_sent_fields_only(ada, update, mock):
    mock.clock.advance(minutes=1)
    now = update(ada, name="Ada L.", is_breakglass=True, mfa_enrolled=True, external_id="ada.2")
    assert (now.name, now.is_breakglass, now.mfa_enrolled, now.external_id) == ("Ada L.", True, True, "ada.2")
    assert (now.email_address, now.trusted_metadata, now.status) == ("ada@acme.test", {"a": 1, "b": {"c": 2}}, "active")
    assert now.updated_at > ada.updated_at
    assert update(now, name="", is_breakglass=False, mfa_enrolled=False).name == ""


def test_empty_update_changes_nothing(ada, update, mock, events):
    mock.clock.advance(minutes=1)
    assert update(ada) == ada
    assert update(ada, external_id="", mfa_phone_number="", email_address="") == ada
    assert events() == [("organization", "create"), ("member", "create")]


def test_metadata_is_merged_at_the_top_level(ada, update):
    now = update(ada, trusted_metadata={"a": None, "b": {"d": 3}}, untrusted_metadata={"x": 1})
    assert (now.trusted_metadata, now.untrusted_metadata) == ({"b": {"d": 3}}, {"x": 1})


def test_metadata_over_the_limits_is_refused(ada, acme, update, refused, error_type_of):
    assert refused(update, ada, untrusted_metadata={"k": "x" * 4096}) == "metadata_too_large"
    assert refused(update, ada, trusted_metadata={str(n): n for n in range(19)}) == "metadata_too_many_keys"
    path = f"/v1/b2b/organizations/{acme.organization_id}/members/{ada.member_id}"
    assert error_type_of("PUT", path, {"untrusted_metadata": "k"}) == "metadata_invalid_format"


def test_member_is_found_by_external_id(ada, acme, client):
    assert client.organizations.members.update(acme.organization_id, "ada", name="New").member.name == "New"


def test_unknown_or_deleted_member_is_refused(ada, acme, client, given, refused):
    globex = given.organization("Globex")
    change = client.organizations.members.update
    assert refused(change, acme.organization_id, "unknown", name="New") == "member_not_found"
    elsewhere = refused(change, globex.organization_id, ada.member_id, name="New")
    assert elsewhere == "member_does_not_exist_in_organization"
    client.organizations.members.delete(acme.organization_id, ada.member_id)
    assert refused(change, acme.organization_id, ada.member_id, name="New") == "member_not_found"


# Roles


def test_roles_are_replaced(ada, update, refused):
    now = update(ada, roles=["stytch_admin", "stytch_admin"])
    assert now.is_admin
    assert [role.role_id for role in now.roles] == ["stytch_member", "stytch_admin"]
    assert not update(ada, roles=[]).is_admin
    assert refused(update, ada, roles=["stytch_member"]) == "cannot_assign_default_rbac_role_id"
    assert refused(update, ada, roles=["chef"]) == "invalid_rbac_role_assignment"


def test_project_role_can_be_assigned(ada, update, mock, client):
    mock.configure(
        rbac_policy={
            "roles": [{"role_id": "chef", "permissions": [{"resource_id": "kitchen", "actions": ["cook"]}]}],
            "resources": [{"resource_id": "kitchen", "actions": ["cook", "clean"]}],
        }
    )
    assert [role.role_id for role in update(ada, roles=["chef"]).roles] == ["stytch_member", "chef"]
    policy = client.rbac.policy().policy
    assert "chef" in [role.role_id for role in policy.roles]
    assert "kitchen" in [resource.resource_id for resource in policy.resources]


def test_existing_session_gets_new_roles(ada, acme, update, given, client):
    login = given.login(acme, ada)
    update(ada, roles=["stytch_admin"], preserve_existing_sessions=True)
    session = client.sessions.authenticate(session_token=login.session_token).member_session
    assert session.roles == ["stytch_member", "stytch_admin"]


def test_preserving_sessions_without_roles_is_refused(ada, update, refused):
    assert refused(update, ada, preserve_existing_sessions=True) == "cannot_preserve_existing_sessions"


# Phone and second factor


def test_phone_number_is_stored_unverified_and_unique(ada, update, acme, given, refused):
    now = update(ada, mfa_phone_number="+14155550100")
    assert (now.mfa_phone_number, now.mfa_phone_number_verified) == ("+14155550100", False)
    another = refused(update, ada, mfa_phone_number="+14155550101")
    assert another == "duplicate_member_phone_number_for_member"
    bob = given.member(acme)
    assert refused(update, bob, mfa_phone_number="+14155550100") == "duplicate_member_phone_number"
    assert refused(update, bob, mfa_phone_number="0100") == "invalid_phone_number"


def test_deleted_phone_number_becomes_available(ada, update, acme, client, given, refused):
    remove = client.organizations.members.delete_mfa_phone_number
    assert refused(remove, acme.organization_id, ada.member_id) == "member_phone_number_not_found"
    login = given.login(acme, ada)
    update(ada, mfa_phone_number="+14155550100", default_mfa_method="sms_otp", mfa_enrolled=True)
    now = remove(acme.organization_id, ada.member_id).member
    assert (now.mfa_phone_number, now.default_mfa_method, now.mfa_enrolled) == ("", "", True)
    assert client.sessions.authenticate(session_token=login.session_token).member_session
    assert update(ada, mfa_phone_number="+14155550101").mfa_phone_number == "+14155550101"
    assert given.member(acme, mfa_phone_number="+14155550100")


def test_default_mfa_method_without_factor_is_refused(ada, update, set_columns, refused):
    assert refused(update, ada, default_mfa_method="sms_otp") == "default_mfa_member_missing_factor"
    assert refused(update, ada, default_mfa_method="totp") == "default_mfa_member_missing_factor"
    assert refused(update, ada, default_mfa_method="email_otp") == "invalid_mfa_default_method"
    assert refused(update, ada, default_mfa_method="TOTP") == "invalid_mfa_default_method"
    now = update(ada, mfa_phone_number="+14155550100", default_mfa_method="sms_otp")
    assert now.default_mfa_method == "sms_otp"
    set_columns(ada, totp_registration_id="member-totp-test-1")
    assert update(ada, default_mfa_method="totp").default_mfa_method == "totp"


def test_deleted_totp_clears_default_mfa_method(ada, acme, client, set_columns, refused):
    remove = client.organizations.members.delete_totp
    assert refused(remove, acme.organization_id, ada.member_id) == "totp_not_found"
    set_columns(ada, totp_registration_id="member-totp-test-1", default_mfa_method="totp")
    now = remove(acme.organization_id, ada.member_id).member
    assert (now.totp_registration_id, now.default_mfa_method) == ("", "")


def test_password_is_deleted_by_its_id(ada, acme, client, set_columns, given, refused):
    remove = client.organizations.members.delete_password
    password_id = "member-password-test-00000000-0000-4000-8000-000000000001"
    assert refused(remove, acme.organization_id, password_id) == "member_password_not_found"
    set_columns(ada, member_password_id=password_id)
    globex = given.organization("Globex")
    assert refused(remove, globex.organization_id, password_id) == "member_password_not_found"
    updated = remove(acme.organization_id, password_id)
    assert (updated.member_id, updated.member.member_password_id) == (ada.member_id, "")


# External id


def test_invalid_or_duplicate_external_id_is_refused(ada, acme, update, given, refused):
    bob = given.member(acme)
    assert refused(update, bob, external_id="ada") == "duplicate_member_external_id"
    assert refused(update, bob, external_id="b/b") == "invalid_external_id"
    assert refused(update, bob, external_id="member-test-2") == "invalid_external_id"
    assert update(ada, external_id="ada").external_id == "ada"


def test_refused_update_changes_nothing(ada, acme, update, given, client, refused):
    bob = given.member(acme)
    refused(update, bob, name="New", external_id="ada")
    assert client.organizations.members.get(acme.organization_id, member_id=bob.member_id).member == bob
