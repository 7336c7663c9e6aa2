"""Create, find, delete and reactivate members."""

import pytest


def test_new_member_has_default_values(http, given):
    acme = given.organization()
    path = f"/v1/b2b/organizations/{acme.organization_id}/members"
    body = http.post(path, json={"email_address": " Ada@ACME.test "}).json()
    made = body["member"]
    assert body["member_id"] == made["member_id"]
    assert body["organization"]["organization_id"] == acme.organization_id
    assert made == {
        "created_at": made["created_at"],
        "default_mfa_method": "",
        "email_address": "ada@acme.test",
        "email_address_verified": False,
        "external_id": None,
        "is_admin": False,
        "is_breakglass": False,
        "is_locked": False,
        "lock_created_at": None,
        "lock_expires_at": None,
        "member_id": made["member_id"],
        "member_password_id": "",
        "mfa_enrolled": False,
        "mfa_phone_number": "",
        "mfa_phone_number_verified": False,
        "name": "",
        "oauth_registrations": [],
        "organization_id": acme.organization_id,
        "retired_email_addresses": [],
        "roles": [{"role_id": "stytch_member", "sources": [{"details": {}, "type": "direct_assignment"}]}],
        "scim_registration": None,
        "sso_registrations": [],
        "status": "active",
        "totp_registration_id": "",
        "trusted_metadata": {},
        "untrusted_metadata": {},
        "updated_at": made["created_at"],
    }


def test_new_member_has_sent_values(given, mock):
    ada = given.member(
        given.organization(),
        "ada@acme.test",
        name="Ada",
        create_member_as_pending=True,
        is_breakglass=True,
        mfa_phone_number="+14155550100",
        mfa_enrolled=True,
        roles=["stytch_admin", "stytch_admin"],
        external_id="ada|1.a_b-c",
        trusted_metadata={"a": 1},
        untrusted_metadata={"b": None, "c": 2},
    )
    assert (ada.name, ada.status, ada.is_breakglass, ada.is_admin) == ("Ada", "pending", True, True)
    assert (ada.mfa_phone_number, ada.mfa_phone_number_verified) == ("+14155550100", False)
    assert (ada.mfa_enrolled, ada.default_mfa_method) == (True, "")
    assert [role.role_id for role in ada.roles] == ["stytch_member", "stytch_admin"]
    assert (ada.external_id, ada.trusted_metadata, ada.untrusted_metadata) == ("ada|1.a_b-c", {"a": 1}, {"c": 2})
    assert mock.inbox.all() == []


def test_creation_ignores_settings_for_invitations(given):
    closed = given.organization(auth_methods="RESTRICTED", allowed_auth_methods=["sso"])
    assert closed.email_invites == "NOT_ALLOWED"
    assert given.member(closed, "ada@elsewhere.test").status == "active"


@pytest.mark.parametrize("address", ["", "ada", "ada@", "@acme.test", "ada@acme", "a b@acme.test", "ada@acme.test@x"])
def test_invalid_address_is_refused(given, client, refused, address):
    acme = given.organization()
    assert refused(client.organizations.members.create, acme.organization_id, address) == "invalid_email"


@pytest.mark.parametrize(
    ("fields", "error"),
    [
        ({"email_address": "ADA@acme.test"}, "duplicate_member_email"),
        ({"external_id": "ada"}, "duplicate_member_external_id"),
        ({"mfa_phone_number": "+14155550100"}, "duplicate_member_phone_number"),
        ({"mfa_phone_number": "415 555 0100"}, "invalid_phone_number"),
        ({"roles": ["chef"]}, "invalid_rbac_role_assignment"),
        ({"roles": ["stytch_member"]}, "cannot_assign_default_rbac_role_id"),
        ({"external_id": "a b"}, "invalid_external_id"),
        ({"external_id": "x" * 129}, "invalid_external_id"),
        ({"external_id": "member-test-1"}, "invalid_external_id"),
        ({"trusted_metadata": {"k": "x" * 4096}}, "metadata_too_large"),
        ({"untrusted_metadata": {str(n): n for n in range(21)}}, "metadata_too_many_keys"),
    ],
    ids=str,
)
def test_invalid_or_duplicate_field_is_refused(given, client, refused, fields, error):
    acme = given.organization()
    given.member(acme, "ada@acme.test", external_id="ada", mfa_phone_number="+14155550100")
    fields = {"email_address": "bob@acme.test", **fields}
    assert refused(client.organizations.members.create, acme.organization_id, **fields) == error


def test_fields_are_unique_within_one_organization(given):
    for name in ("Acme", "Globex"):
        given.member(given.organization(name), "ada@acme.test", external_id="ada", mfa_phone_number="+14155550100")


# Get


def test_member_is_found_by_id_external_id_and_address(given, client):
    acme = given.organization()
    ada = given.member(acme, "ada@acme.test", external_id="ada")
    get = client.organizations.members.get
    by_id = get(acme.organization_id, member_id=ada.member_id)
    assert by_id.member == ada
    assert by_id.organization == acme
    assert get(acme.organization_id, member_id="ada").member_id == ada.member_id
    assert get(acme.organization_id, email_address="ADA@acme.test").member_id == ada.member_id
    both = get(acme.organization_id, member_id=ada.member_id, email_address="ada@acme.test")
    assert both.member_id == ada.member_id


def test_unknown_member_is_refused(given, client, refused):
    acme, globex = given.organization("Acme"), given.organization("Globex")
    ada, bob = given.member(acme, "ada@acme.test", external_id="ada"), given.member(acme, "bob@acme.test")
    get = client.organizations.members.get
    assert refused(get, acme.organization_id) == "invalid_member_get_fields"
    both = refused(get, acme.organization_id, member_id=ada.member_id, email_address="bob@acme.test")
    assert both == "invalid_member_get_fields"
    assert refused(get, acme.organization_id, email_address="unknown@acme.test") == "member_not_found"
    assert refused(get, acme.organization_id, email_address="no-address") == "invalid_email"
    assert refused(get, acme.organization_id, member_id="unknown") == "member_not_found"
    assert refused(get, globex.organization_id, member_id="ada") == "member_not_found"
    elsewhere = refused(get, globex.organization_id, member_id=bob.member_id)
    assert elsewhere == "member_does_not_exist_in_organization"
    assert refused(get, "nowhere", member_id=bob.member_id) == "organization_not_found"


def test_dangerously_get_finds_members_of_any_organization(given, client, refused):
    acme = given.organization()
    ada = given.member(acme, external_id="ada")
    get = client.organizations.members.dangerously_get
    assert (get(ada.member_id).member, get(ada.member_id).organization) == (ada, acme)
    assert refused(get, "ada") == "member_not_found"  # external ids are unique within one organization only
    client.organizations.members.delete(acme.organization_id, ada.member_id)
    assert refused(get, ada.member_id) == "member_not_found"
    assert given.because() == "the member is deleted"
    assert refused(get, ada.member_id, include_deleted=False) == "member_not_found"
    assert get(ada.member_id, include_deleted=True).member.status == "deleted"


# Delete


def test_deletion_ends_sessions_and_releases_unique_fields(given, client, refused):
    acme = given.organization()
    ada = given.member(acme, "ada@acme.test", external_id="ada", mfa_phone_number="+14155550100")
    login = given.login(acme, ada)
    outstanding = given.link_token(acme, "ada@acme.test")
    assert client.organizations.members.delete(acme.organization_id, "ada").member_id == ada.member_id
    for name in (ada.member_id, "ada"):
        got = refused(client.organizations.members.get, acme.organization_id, member_id=name)
        assert got == "member_not_found"
        again = refused(client.organizations.members.delete, acme.organization_id, name)
        assert again == "member_not_found"
    assert refused(client.sessions.authenticate, session_token=login.session_token) == "session_not_found"
    assert given.because() == "revoked"
    assert refused(client.magic_links.authenticate, outstanding) == "unable_to_auth_magic_link"
    heir = given.member(acme, "ada@acme.test", external_id="ada", mfa_phone_number="+14155550100")
    assert heir.member_id != ada.member_id


def test_deletion_revokes_an_invitation(given, client, refused):
    acme = given.organization()
    invited = client.magic_links.email.invite(acme.organization_id, "ada@acme.test")
    token = given.token("ada@acme.test", "magic_link.invite")
    client.organizations.members.delete(acme.organization_id, invited.member_id)
    assert refused(client.magic_links.authenticate, token) == "unable_to_auth_magic_link"


def test_deletion_removes_intermediate_sessions(given, client, refused):
    acme = given.organization(mfa_policy="REQUIRED_FOR_ALL")
    ada = given.member(acme)
    half = given.login(acme, ada)
    client.organizations.members.delete(acme.organization_id, ada.member_id)
    entered = refused(
        client.discovery.intermediate_sessions.exchange, half.intermediate_session_token, acme.organization_id
    )
    assert entered == "intermediate_session_not_found"


def test_external_id_is_removed(given, client, refused):
    acme = given.organization()
    ada = given.member(acme, external_id="ada")
    freed = client.organizations.members.delete_external_id(acme.organization_id, "ada")
    assert (freed.member_id, freed.member.external_id) == (ada.member_id, None)
    error_type = refused(client.organizations.members.delete_external_id, acme.organization_id, "ada")
    assert error_type == "member_not_found"


# Reactivation


@pytest.fixture
def deleted(given, client):
    """An organization, and a deleted member with a verified address."""
    acme = given.organization()
    ada = given.member(acme, "ada@acme.test", external_id="ada", mfa_phone_number="+14155550100", name="Ada")
    given.login(acme, ada)
    client.organizations.members.delete(acme.organization_id, ada.member_id)
    return acme, ada


def test_reactivated_member_can_log_in(given, client, deleted):
    acme, ada = deleted
    back = client.organizations.members.reactivate(acme.organization_id, ada.member_id).member
    assert (back.member_id, back.status, back.name, back.external_id) == (ada.member_id, "active", "Ada", "ada")
    assert back.email_address_verified
    assert given.login(acme, back).member_authenticated


@pytest.mark.parametrize(
    ("fields", "error"),
    [
        ({"email_address": "ada@acme.test"}, "reactivation_email_belongs_to_another_member"),
        ({"external_id": "ada"}, "duplicate_member_external_id"),
        ({"mfa_phone_number": "+14155550100"}, "duplicate_member_phone_number"),
    ],
    ids=str,
)
def test_reactivation_is_refused_if_a_unique_field_is_in_use(given, client, refused, deleted, fields, error):
    acme, ada = deleted
    given.member(acme, **fields)
    assert refused(client.organizations.members.reactivate, acme.organization_id, ada.member_id) == error


def test_reactivation_is_refused_if_the_address_is_reserved(given, client, refused, deleted):
    acme, ada = deleted
    bob = given.member(acme, "bob@acme.test")
    client.organizations.members.update(acme.organization_id, bob.member_id, email_address="ada@acme.test")
    client.organizations.members.update(acme.organization_id, bob.member_id, email_address="bob@acme.test")
    back = refused(client.organizations.members.reactivate, acme.organization_id, ada.member_id)
    assert back == "reactivation_email_belongs_to_another_member"


def test_reactivation_needs_a_deleted_verified_member(given, client, refused, deleted):
    acme, ada = deleted
    globex = given.organization("Globex")
    reactivate = client.organizations.members.reactivate
    unverified, active = given.member(acme), given.member(acme)
    client.organizations.members.delete(acme.organization_id, unverified.member_id)
    assert refused(reactivate, acme.organization_id, unverified.member_id) == "email_unverified_for_reactivation"
    not_deleted = "no_deleted_member_found_for_reactivation"
    assert refused(reactivate, acme.organization_id, active.member_id) == not_deleted
    assert refused(reactivate, acme.organization_id, "ada") == not_deleted  # external ids aren't accepted
    assert refused(reactivate, globex.organization_id, ada.member_id) == not_deleted


UNIQUE = [
    ({"email_address": "ada@acme.test"}, "reactivation_email_belongs_to_another_member"),
    ({"external_id": "ada"}, "duplicate_member_external_id"),
    ({"mfa_phone_number": "+14155550100"}, "duplicate_member_phone_number"),
]


@pytest.mark.parametrize(("value", "error_type"), UNIQUE)
def test_deletion_makes_unique_values_available(given, client, refused, value, error_type):
    """Another member can get the value, by creation or by update. The deleted one can't be reactivated with it then."""
    acme = given.organization()
    verified = {"email_address": "ada@acme.test", **value}
    ada, bob = given.member(acme, **verified), given.member(acme, "bob@acme.test")
    given.login(acme, ada)
    client.organizations.members.delete(acme.organization_id, ada.member_id)
    heir = given.member(acme, **value)
    assert {name: getattr(heir, name) for name in value} == value
    assert refused(client.organizations.members.reactivate, acme.organization_id, ada.member_id) == error_type
    client.organizations.members.delete(acme.organization_id, heir.member_id)
    updated = client.organizations.members.update(acme.organization_id, bob.member_id, **value).member
    assert {name: getattr(updated, name) for name in value} == value


def test_changes_emit_events(given, client, events):
    acme = given.organization()
    ada = given.member(acme)
    given.login(acme, ada)  # verifies the address
    given.login(acme, ada)  # changes nothing about the member
    client.organizations.members.delete_external_id(acme.organization_id, ada.member_id)
    client.organizations.members.delete(acme.organization_id, ada.member_id)
    client.organizations.members.reactivate(acme.organization_id, ada.member_id)
    assert events() == [
        ("organization", "create"),
        *[("member", action) for action in ("create", "update", "update", "delete", "update")],
    ]
