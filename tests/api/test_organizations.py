"""Create, find, change and delete organizations."""

import pytest

FRESH = {
    "organization_logo_url": "",
    "organization_external_id": None,
    "trusted_metadata": {},
    "sso_default_connection_id": None,
    "sso_jit_provisioning": "ALL_ALLOWED",
    "sso_jit_provisioning_allowed_connections": [],
    "email_allowed_domains": [],
    "email_jit_provisioning": "NOT_ALLOWED",
    "email_invites": "ALL_ALLOWED",
    "auth_methods": "ALL_ALLOWED",
    "allowed_auth_methods": [],
    "mfa_policy": "OPTIONAL",
    "mfa_methods": "ALL_ALLOWED",
    "allowed_mfa_methods": [],
    "oauth_tenant_jit_provisioning": "NOT_ALLOWED",
    "allowed_oauth_tenants": {},
    "claimed_email_domains": [],
    "first_party_connected_apps_allowed_type": "ALL_ALLOWED",
    "third_party_connected_apps_allowed_type": "ALL_ALLOWED",
    "custom_roles": [],
    "scim_active_connections": [],
}


def test_new_organization_has_default_settings(http):
    sent = {"organization_name": "Acme", "organization_slug": "acme"}
    made = http.post("/v1/b2b/organizations", json=sent).json()["organization"]
    assert {name: made[name] for name in FRESH} == FRESH
    assert made["organization_name"] == "Acme"
    assert made["organization_id"].startswith("organization-test-")
    assert made["created_at"] == made["updated_at"]
    assert len(made) == 31


# Slugs


SLUG_MESSAGE = (
    "The organization_slug must be at least 2 characters long and may only contain alphanumerics and the reserved"
    " characters '-', '.', '_', or '~'. At least one character must be alphanumeric."
)


@pytest.mark.parametrize("sent", [{}, {"organization_slug": ""}, {"organization_slug": None}], ids=str)
def test_creation_needs_a_slug(http, client, sent):
    response = http.post("/v1/b2b/organizations", json={"organization_name": "Acme Corp Test", **sent})
    error = response.json()
    assert (response.status_code, error["error_type"]) == (400, "invalid_organization_slug")
    assert error["error_message"] == SLUG_MESSAGE
    assert error["error_url"] == "https://stytch.com/docs/b2b/api/errors/400#invalid_organization_slug"
    assert client.organizations.search().organizations == []


def test_missing_name_comes_before_missing_slug(error_type_of):
    assert error_type_of("POST", "/v1/b2b/organizations", {}) == "organization_name_missing"


def test_slug_keeps_its_case_and_is_compared_without_case(given, client, refused):
    acme = given.organization(organization_slug="Acme_b2B")
    assert acme.organization_slug == "Acme_b2B"
    assert client.organizations.get("acme_b2b").organization.organization_id == acme.organization_id
    again = refused(client.organizations.create, "Other", organization_slug="ACME_B2B")
    assert again == "organization_slug_already_used"


@pytest.mark.parametrize("slug", ["a", "-._~", "a b", "a/b", "ä2", "x" * 129])
def test_invalid_slug_is_refused(given, client, refused, slug):
    assert refused(client.organizations.create, "Acme", organization_slug=slug) == "invalid_organization_slug"
    acme = given.organization()
    changed = refused(client.organizations.update, acme.organization_id, organization_slug=slug)
    assert changed == "invalid_organization_slug"


@pytest.mark.parametrize("slug", ["a1", "x" * 128, "-a-", "A.b_c~d"])
def test_valid_slug_is_accepted(given, slug):
    assert given.organization(organization_slug=slug).organization_slug == slug


def test_slug_can_be_changed(given, client, refused):
    acme, globex = given.organization("Acme"), given.organization("Globex")
    client.organizations.update(acme.organization_id, organization_slug="acme-inc")
    assert client.organizations.get("acme-inc").organization.organization_id == acme.organization_id
    assert refused(client.organizations.get, "acme") == "organization_not_found"
    taken = refused(client.organizations.update, globex.organization_id, organization_slug="acme-inc")
    assert taken == "organization_slug_already_used"
    client.organizations.update(acme.organization_id, organization_slug="ACME-Inc")  # its own, in another case


# Names, external ids, logo


def test_missing_or_invalid_name_is_refused(given, client, refused, error_type_of):
    assert error_type_of("POST", "/v1/b2b/organizations", {"organization_name": ""}) == "organization_name_missing"
    assert error_type_of("POST", "/v1/b2b/organizations", {"organization_name": 7}) == "invalid_argument"
    assert refused(given.organization, "x" * 129, "acme") == "invalid_organization_name"
    acme = given.organization("x" * 128)
    renamed = refused(client.organizations.update, acme.organization_id, organization_name="x" * 129)
    assert renamed == "invalid_organization_name"


def test_external_id_is_unique_until_deleted(given, client, refused):
    acme = given.organization(organization_external_id="Acme|1.a_b-c")
    assert client.organizations.get("Acme|1.a_b-c").organization.organization_id == acme.organization_id
    taken = refused(given.organization, "Other", organization_external_id="Acme|1.a_b-c")
    assert taken == "organization_external_id_already_used"
    other = given.organization("Other")
    changed = refused(client.organizations.update, other.organization_id, organization_external_id="Acme|1.a_b-c")
    assert changed == "organization_external_id_already_used"
    freed = client.organizations.delete_external_id("Acme|1.a_b-c").organization
    assert freed.organization_external_id is None
    client.organizations.update(other.organization_id, organization_external_id="Acme|1.a_b-c")


@pytest.mark.parametrize("external_id", ["a b", "a~b", "x" * 129, "organization-test-1"])
def test_invalid_external_id_is_refused(given, refused, external_id):
    made = refused(given.organization, "Acme", organization_external_id=external_id)
    assert made == "invalid_organization_external_id"


def test_empty_names_are_ignored(given, client):
    for name in ("Acme", "Globex"):
        made = given.organization(name, organization_external_id="")
        assert made.organization_external_id is None
    unchanged = client.organizations.update(
        "acme", organization_name="", organization_slug="", organization_external_id=""
    )
    assert (unchanged.organization.organization_name, unchanged.organization.organization_slug) == ("Acme", "acme")


def test_logo_url_is_stored_up_to_a_length(given, client, refused):
    assert (
        given.organization(organization_logo_url="https://a.test/l.png").organization_logo_url == "https://a.test/l.png"
    )
    long = "https://a.test/" + "x" * 2048
    assert refused(given.organization, "Acme", organization_logo_url=long) == "organization_logo_url_too_long"


# Metadata


def test_metadata_is_merged_at_the_top_level(given, client):
    acme = given.organization(trusted_metadata={"a": 1, "b": {"c": 2, "d": 3}, "e": None})
    assert acme.trusted_metadata == {"a": 1, "b": {"c": 2, "d": 3}}
    changed = client.organizations.update("acme", trusted_metadata={"a": None, "b": {"c": 9}, "f": [1]}).organization
    assert changed.trusted_metadata == {"b": {"c": 9}, "f": [1]}
    assert client.organizations.update("acme", trusted_metadata={}).organization.trusted_metadata == {
        "b": {"c": 9},
        "f": [1],
    }


def test_metadata_over_the_limits_is_refused(given, client, refused, error_type_of):
    given.organization(trusted_metadata={f"k{n}": n for n in range(20)})
    more = refused(client.organizations.update, "acme", trusted_metadata={"k20": 20})
    assert more == "metadata_too_many_keys"
    client.organizations.update("acme", trusted_metadata={"k0": None, "k20": 20})
    large = refused(given.organization, "Large", trusted_metadata={"k": "x" * 4096})
    assert large == "metadata_too_large"
    assert error_type_of("PUT", "/v1/b2b/organizations/acme", {"trusted_metadata": ["k"]}) == "metadata_invalid_format"


# References: id, slug, external id


def test_organization_is_found_by_id_slug_and_external_id(given, client):
    acme = given.organization(organization_slug="acme", organization_external_id="acme.1")
    ada = given.member(acme, "ada@acme.test", external_id="ada.1")
    for name in (acme.organization_id, "acme", "acme.1"):
        assert client.organizations.get(name).organization.organization_id == acme.organization_id
        assert client.organizations.metrics(name).member_count == 1
        assert client.organizations.members.get(name, member_id="ada.1").member.member_id == ada.member_id
        assert client.organizations.members.search([name]).members[0].member_id == ada.member_id
        assert client.rbac.organizations.get_org_policy(name).org_policy.roles == []
        assert client.organizations.update(name, organization_logo_url=f"https://{name}.test")
        client.magic_links.email.login_or_signup(name, "ada@acme.test")
        login = client.magic_links.authenticate(given.token("ada@acme.test"))
        assert client.sessions.get(name, "ada.1").member_sessions
        assert client.sessions.exchange(name, session_token=login.session_token).member_authenticated


@pytest.mark.parametrize(
    ("name", "error"),
    [
        ("organization-test-00000000-0000-4000-8000-000000000000", "organization_not_found"),
        ("unknown", "organization_not_found"),
        ("a b", "invalid_organization_id"),
        ("x" * 129, "invalid_organization_id"),
    ],
)
def test_unknown_or_invalid_reference_is_refused(client, refused, name, error):
    assert refused(client.organizations.get, name) == error
    assert refused(client.organizations.delete, name) == error
    assert refused(client.organizations.update, name, organization_name="New") == error


# Updates


def test_update_changes_sent_fields_only(given, client, mock):
    acme = given.organization(email_allowed_domains=["acme.test"], email_invites="RESTRICTED", mfa_policy="OPTIONAL")
    mock.clock.advance(minutes=1)
    changed = client.organizations.update("acme", organization_name="Acme Inc", mfa_policy="REQUIRED_FOR_ALL")
    now = changed.organization
    assert (now.organization_name, now.mfa_policy) == ("Acme Inc", "REQUIRED_FOR_ALL")
    assert (now.email_allowed_domains, now.email_invites) == (["acme.test"], "RESTRICTED")
    assert (now.updated_at - acme.updated_at).total_seconds() >= 60
    assert now.created_at == acme.created_at


def test_empty_update_changes_nothing(given, client, mock, events):
    acme = given.organization()
    mock.clock.advance(minutes=1)
    assert client.organizations.update("acme").organization.updated_at == acme.updated_at
    assert events() == [("organization", "create")]


def test_null_fields_are_ignored(http, given):
    given.organization(email_allowed_domains=["acme.test"], trusted_metadata={"a": 1})
    nulls = {"organization_name": None, "email_allowed_domains": None, "trusted_metadata": None, "mfa_policy": None}
    updated = http.put("/v1/b2b/organizations/acme", json=nulls).json()["organization"]
    assert (updated["organization_name"], updated["email_allowed_domains"]) == ("Acme", ["acme.test"])
    assert updated["trusted_metadata"] == {"a": 1}


def test_changes_emit_events(given, client, events):
    given.organization(organization_external_id="a")
    client.organizations.update("acme", organization_name="New")
    client.organizations.delete_external_id("acme")
    client.organizations.delete("acme")
    assert events() == [("organization", a) for a in ("create", "update", "update", "delete")]


# Deletion


def test_deletion_removes_members_sessions_and_links(given, client, refused):
    acme = given.organization(organization_external_id="acme.1")
    ada = given.member(acme, "ada@acme.test")
    login = given.login(acme, ada)
    pending = given.link_token(acme, "ada@acme.test")
    assert client.organizations.delete("acme").organization_id == acme.organization_id
    assert refused(client.organizations.get, acme.organization_id) == "organization_not_found"
    assert refused(client.organizations.delete, acme.organization_id) == "organization_not_found"
    assert refused(client.organizations.members.dangerously_get, ada.member_id) == "member_not_found"
    assert refused(client.sessions.authenticate, session_token=login.session_token) == "session_not_found"
    assert refused(client.sessions.authenticate, session_jwt=login.session_jwt) == "session_not_found"
    assert refused(client.magic_links.authenticate, pending) == "unable_to_auth_magic_link"
    assert given.discovered("ada@acme.test").discovered_organizations == []
    again = given.organization(organization_slug="acme", organization_external_id="acme.1")
    assert again.organization_id != acme.organization_id


def test_deletion_removes_intermediate_sessions(given, client, refused):
    acme = given.organization(mfa_policy="REQUIRED_FOR_ALL")
    half = given.login(acme, given.member(acme))
    client.organizations.delete("acme")
    listed = refused(client.discovery.organizations.list, half.intermediate_session_token)
    assert listed == "intermediate_session_not_found"


def test_deletion_emits_an_event_for_each_member(given, client, events):
    acme = given.organization()
    given.member(acme)
    gone = given.member(acme)
    events()
    client.organizations.members.delete("acme", gone.member_id)
    client.organizations.delete("acme")
    assert events() == [("member", "delete"), ("member", "delete"), ("organization", "delete")]


def test_metrics_leave_out_deleted_members(given, client):
    acme = given.organization()
    gone = given.member(acme)
    given.member(acme, create_member_as_pending=True)
    client.organizations.members.delete("acme", gone.member_id)
    assert client.organizations.metrics("acme").member_count == 1
