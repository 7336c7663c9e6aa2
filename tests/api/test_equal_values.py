"""Updates with present values, and with empty lists and maps, ask for no permission and change nothing."""

import pytest

LISTS_OF_A_CREATION = {
    "email_allowed_domains": [],
    "allowed_auth_methods": [],
    "rbac_email_implicit_role_assignments": [],
    "allowed_mfa_methods": [],
    "allowed_oauth_tenants": {},
    "claimed_email_domains": [],
    "allowed_first_party_connected_apps": [],
    "allowed_third_party_connected_apps": [],
    "trusted_metadata": {},
}
FILLED = {
    "email_allowed_domains": ["acme.test"],
    "allowed_auth_methods": ["magic_link"],
    "rbac_email_implicit_role_assignments": [{"domain": "acme.test", "role_id": "stytch_admin"}],
    "allowed_mfa_methods": ["totp"],
    "allowed_oauth_tenants": {"slack": ["T1"]},
    "claimed_email_domains": ["acme.test"],
    "allowed_first_party_connected_apps": ["a"],
    "allowed_third_party_connected_apps": ["a"],
}


def settings_of(organization):
    changing = {"organization_id", "organization_slug", "created_at", "updated_at"}
    return {name: value for name, value in organization.items() if name not in changing}


@pytest.fixture
def create(http):
    def call(slug, **fields):
        sent = {"organization_name": "Acme", "organization_slug": slug, **fields}
        return settings_of(http.post("/v1/b2b/organizations", json=sent).json()["organization"])

    return call


@pytest.mark.parametrize("names", [[name] for name in LISTS_OF_A_CREATION] + [list(LISTS_OF_A_CREATION)], ids=str)
def test_empty_value_at_a_creation_is_the_same_as_not_sent(create, given, http, names):
    empty = {name: LISTS_OF_A_CREATION[name] for name in names}
    made = create("with", **empty)
    assert made == create("without")
    assert made["email_invites"] == "ALL_ALLOWED"
    empty.pop("claimed_email_domains", None)  # not a field of discovery
    sent = {"intermediate_session_token": given.intermediate_session("ada@acme.test"), **empty}
    found = http.post("/v1/b2b/discovery/organizations/create", json=sent).json()
    assert found["organization"]["email_invites"] == "ALL_ALLOWED"


@pytest.mark.parametrize("name", FILLED)
def test_empty_value_in_an_update_replaces_the_present_one(given, http, name):
    given.organization("Acme", email_invites="ALL_ALLOWED", **FILLED)
    updated = http.put("/v1/b2b/organizations/acme", json={name: type(FILLED[name])()}).json()["organization"]
    assert {n: updated[n] for n in FILLED} == {**FILLED, name: type(FILLED[name])()}


# On behalf of a member without permissions


@pytest.fixture
def acting(given, mock, http):
    """``acting(path, **fields)`` sends an update of the member's own organization or of the member."""
    acme = given.organization("Acme", email_invites="ALL_ALLOWED", trusted_metadata={"a": 1}, **FILLED)
    ada = given.member(
        acme,
        "ada@globex.test",
        name="Ada",
        external_id="ada",
        mfa_phone_number="+14155550100",
        trusted_metadata={"b": 2},
    )
    headers = {"X-Stytch-Member-Session": given.login(acme, ada).session_token}

    def call(path, **fields):
        return http.put(f"/v1/b2b/organizations/acme{path}", json=fields, headers=headers)

    return call


ORGANIZATION_VALUES = [
    *[{name: value} for name, value in FILLED.items()],
    {"trusted_metadata": {}},
    {"trusted_metadata": {"a": 1}},
    {"trusted_metadata": {"gone": None}},
    {"organization_name": "Acme", "organization_slug": "acme", "organization_external_id": ""},
    {"organization_logo_url": "", "sso_default_connection_id": "", "sso_jit_provisioning_allowed_connections": []},
    {"email_invites": "ALL_ALLOWED", "mfa_policy": "OPTIONAL", "auth_methods": "", "email_jit_provisioning": None},
]
MEMBER_VALUES = [
    {"roles": []},
    {"trusted_metadata": {}},
    {"trusted_metadata": {"b": 2}},
    {"untrusted_metadata": {}, "is_breakglass": False, "mfa_enrolled": False, "default_mfa_method": ""},
    {"name": "Ada", "external_id": "ada", "mfa_phone_number": "+14155550100", "email_address": "ADA@globex.test"},
    {"external_id": "", "mfa_phone_number": "", "email_address": ""},
]


@pytest.mark.parametrize(
    ("path", "fields"),
    [("", fields) for fields in ORGANIZATION_VALUES] + [("/members/ada", fields) for fields in MEMBER_VALUES],
    ids=str,
)
def test_present_value_needs_no_permission_and_changes_nothing(mock, given, client, acting, events, path, fields):
    before = client.organizations.members.get("acme", member_id="ada")
    events()
    mock.clock.advance(minutes=10)
    response = acting(path, **fields)
    assert response.status_code == 200, response.json()
    after = client.organizations.members.get("acme", member_id="ada")
    assert (after.organization, after.member) == (before.organization, before.member)
    assert events() == []


def test_other_value_still_needs_a_permission(acting):
    assert acting("", organization_name="Other").json()["error_type"] == "session_authorization_error"
    assert acting("", allowed_oauth_tenants={}).json()["error_type"] == "session_authorization_error"
    assert acting("/members/ada", roles=["stytch_admin"]).json()["error_type"] == "session_authorization_error"
    for path in ("", "/members/ada"):
        error = acting(path, trusted_metadata={"a": 2}).json()
        assert (error["status_code"], error["error_type"]) == (401, "cannot_update_trusted_metadata")
        assert error["error_url"] == "https://stytch.com/docs/api/errors/401#cannot_update_trusted_metadata"


def test_member_renames_itself_with_present_roles(acting):
    renamed = acting("/members/ada", name="Ada Lovelace", roles=[], trusted_metadata={}).json()
    assert renamed["member"]["name"] == "Ada Lovelace"


def test_member_cannot_change_own_address(acting):
    error = acting("/members/ada", email_address="new@acme.test").json()
    assert (error["status_code"], error["error_type"]) == (400, "member_cannot_update_their_email_address")


def test_present_roles_keep_sessions(given, client):
    login = given.admin(given.organization("Acme"))
    client.organizations.members.update("acme", login.member_id, roles=["stytch_admin"])
    assert client.sessions.authenticate(session_token=login.session_token).member_session


# SSO connections


@pytest.mark.parametrize("kind", ["oidc", "saml"])
def test_empty_mapping_leaves_an_active_connection_alone(given, client, mock, events, kind):
    acme = given.organization("Acme")
    connection_id = mock.identity_provider(acme.organization_id, kind).connection_id
    resource = getattr(client.sso, kind)
    mapping = {"email": "mail", "full_name": "name"}
    resource.update_connection("acme", connection_id, attribute_mapping=mapping)
    renamed = resource.update_connection("acme", connection_id, display_name="New", attribute_mapping={}).connection
    assert (renamed.status, renamed.display_name, renamed.attribute_mapping) == ("active", "New", mapping)
    events()
    again = resource.update_connection("acme", connection_id, display_name="New", attribute_mapping={}).connection
    assert again == renamed
    assert events() == []
