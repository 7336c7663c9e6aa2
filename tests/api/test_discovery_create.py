"""``discovery.organizations.create``: create an organization with a verified address."""

import msgspec
import pytest

from mockstytch.store.records.sessions import IntermediateSession


@pytest.fixture
def create(client):
    def call(token, **options):
        return client.discovery.organizations.create(token, **options)

    return call


def test_first_member_is_the_administrator(given, client, create, refused, events):
    token = given.intermediate_session("ada@acme.test")
    made = create(
        token,
        organization_name="Acme",
        organization_slug="acme-inc",
        organization_external_id="acme.1",
        trusted_metadata={"plan": "pro"},
        session_duration_minutes=30,
        session_custom_claims={"a": 1},
    )
    assert (made.organization.organization_name, made.organization.organization_slug) == ("Acme", "acme-inc")
    assert (made.organization.email_invites, made.organization.email_jit_provisioning) == ("ALL_ALLOWED", "NOT_ALLOWED")
    assert made.organization.trusted_metadata == {"plan": "pro"}
    member = made.member
    assert (member.email_address, member.status, member.email_address_verified) == ("ada@acme.test", "active", True)
    assert member.is_admin
    sources = {role.role_id: [s.type for s in role.sources] for role in member.roles}
    assert sources == {"stytch_member": ["direct_assignment"], "stytch_admin": ["direct_assignment"]}
    assert (made.member_authenticated, made.intermediate_session_token) == (True, "")
    assert made.member_session.roles == ["stytch_member", "stytch_admin"]
    assert made.member_session.custom_claims == {"a": 1}
    assert (made.member_session.expires_at - made.member_session.started_at).total_seconds() == 1800
    assert refused(create, token, organization_name="Again") == "intermediate_session_not_found"
    assert events() == [("organization", "create"), ("member", "create")]
    assert client.organizations.metrics("acme.1").member_count == 1


@pytest.mark.parametrize(
    ("address", "name", "slug"),
    [
        ("ada@acme.test", "Acme", "acme"),
        ("ada@mail.acme.co.uk", "Acme", "acme"),
        ("ada@my-company.io", "My-company", "my-company"),
        ("ada.lovelace@gmail.com", "Ada.lovelace", "ada.lovelace"),
        ("ada@yahoo.co.uk", "Ada", "ada"),
        ("ada@cs.stanford.edu", "Ada", "ada"),
        ("ada+1@gmail.com", "Ada+1", "ada-1"),
        ("ada@co.uk", "Ada", "ada"),
    ],
)
@pytest.mark.parametrize("empty", [{}, {"organization_name": "", "organization_slug": ""}], ids=["absent", "empty"])
def test_name_and_slug_are_derived_from_the_address(given, create, address, name, slug, empty):
    made = create(given.intermediate_session(address), **empty).organization
    assert (made.organization_name, made.organization_slug) == (name, slug)


@pytest.mark.parametrize(
    ("name", "slug"),
    [
        ("Acme & Sons, Ltd.", "acme-sons-ltd."),
        ("ACME_2~b", "acme_2~b"),
        ("  Acme  ", "acme"),
        ("日本", None),
        ("X", None),
    ],
)
def test_slug_is_derived_from_the_name(given, create, name, slug):
    made = create(given.intermediate_session("ada@acme.test"), organization_name=name).organization
    assert made.organization_slug == slug or (slug is None and len(made.organization_slug) >= 6)


@pytest.mark.parametrize(
    "label",
    """
    gmail aol yahoo icloud hotmail msn comcast live outlook att earthlink me mac sbcglobal verizon ig mail hey laposte
    wanadoo googlemail orange rediffmail uol bol free gmx yandex ymail libero
    """.split(),  # noqa: SIM905 · plain text is easier to read than a list of strings
)
def test_public_mail_provider_is_not_an_organization(given, client, create, refused, label):
    for domain in (f"{label}.com", f"{label}.it", f"{label}.co.uk", f"{label}.com.br"):
        made = refused(given.organization, "Acme", email_allowed_domains=[domain])
        assert made == "organization_settings_domain_too_common"
    assert create(given.intermediate_session(f"ada@{label}.it")).organization.organization_name == "Ada"
    given.organization("Other", email_allowed_domains=[f"{label}.acme.test", f"my{label}.com"])


@pytest.mark.parametrize("label", ["web", "proton", "protonmail", "zoho", "fastmail", "qq"])
def test_other_mail_provider_is_a_domain_like_any_other(given, create, label):
    assert given.organization(email_allowed_domains=[f"{label}.com"]).email_allowed_domains == [f"{label}.com"]
    made = create(given.intermediate_session(f"ada@{label}.com")).organization
    assert made.organization_name == label.capitalize()


def test_derived_slug_that_is_taken_gets_a_suffix(given, create):
    given.organization("Acme")
    slug = create(given.intermediate_session("ada@acme.test")).organization.organization_slug
    assert slug.startswith("acme-")


@pytest.mark.parametrize(
    ("options", "error"),
    [
        ({"organization_slug": "taken"}, "organization_slug_already_used"),
        ({"organization_slug": "a"}, "invalid_organization_slug"),
        ({"organization_name": "x" * 129}, "invalid_organization_name"),
        ({"organization_external_id": "taken"}, "organization_external_id_already_used"),
        ({"auth_methods": "RESTRICTED"}, "allowed_auth_methods_required_for_restricted"),
        ({"email_allowed_domains": ["gmail.com"]}, "organization_settings_domain_too_common"),
        ({"session_duration_minutes": 1}, "invalid_session_duration_minutes"),
        ({"session_custom_claims": {"https://stytch.com/a": 1}}, "stytch_claims_in_custom_claims"),
    ],
    ids=str,
)
def test_refusal_does_not_consume_the_intermediate_session(given, create, client, refused, options, error):
    given.organization("Other", organization_slug="taken", organization_external_id="taken")
    token = given.intermediate_session("ada@acme.test")
    assert refused(create, token, **options) == error
    assert client.organizations.search().results_metadata.total == 1
    assert create(token, organization_name="Acme").member_authenticated


def test_unknown_intermediate_session_is_not_found(http):
    sent = {"intermediate_session_token": "invalid_session_123"}
    response = http.post("/v1/b2b/discovery/organizations/create", json=sent)
    error = response.json()
    assert (response.status_code, error["error_type"]) == (404, "intermediate_session_not_found")
    assert error["error_url"] == "https://stytch.com/docs/b2b/api/errors/404#intermediate_session_not_found"
    listed = http.post("/v1/b2b/discovery/organizations", json=sent).json()
    assert (listed["status_code"], listed["error_type"]) == (400, "invalid_session_token")
    assert listed["error_url"] == "https://stytch.com/docs/api/errors/400#invalid_session_token"


def test_intermediate_session_is_required(create, refused, error_type_of):
    assert error_type_of("POST", "/v1/b2b/discovery/organizations/create", {}) == "intermediate_session_not_found"
    assert refused(create, "x" * 22) == "intermediate_session_not_found"  # its format isn't checked
    assert refused(create, "x" * 44) == "intermediate_session_not_found"


def test_address_of_a_claimed_domain_is_refused(given, create, refused):
    given.organization("Home", claimed_email_domains=["acme.test"])
    assert refused(create, given.intermediate_session("ada@acme.test")) == "action_not_allowed_email_domain_is_claimed"


def test_new_organization_can_require_mfa(given, client, create):
    token = given.intermediate_session("ada@acme.test")
    incomplete = create(token, mfa_policy="REQUIRED_FOR_ALL")
    assert (incomplete.member_authenticated, incomplete.intermediate_session_token) == (False, token)
    assert (incomplete.session_token, incomplete.member_session, incomplete.primary_required) == ("", None, None)
    assert incomplete.mfa_required.member_options is None
    listed = client.discovery.organizations.list(token).discovered_organizations
    assert [(o.membership.type, o.member_authenticated) for o in listed] == [("active_member", False)]


def test_new_organization_can_require_another_method(given, create):
    incomplete = create(
        given.intermediate_session("ada@acme.test"), auth_methods="RESTRICTED", allowed_auth_methods=["sso"]
    )
    assert incomplete.primary_required.allowed_auth_methods == ["sso"]
    assert incomplete.organization.email_invites == "NOT_ALLOWED"


def test_unverified_address_becomes_a_pending_administrator(given, create, rows):
    """An OAuth provider that doesn't verify addresses: the organization is created, and the login isn't complete."""
    token = given.intermediate_session("ada@acme.test")
    with rows() as ctx:
        row = ctx.store.get(IntermediateSession, intermediate_session_token=token)
        factor = msgspec.structs.replace(
            row.authentication_factors[0], type="oauth", delivery_method="oauth_github", detail={}, proves_email=""
        )
        ctx.store.update(row, authentication_factors=[factor])
    incomplete = create(token)
    assert (incomplete.member_authenticated, incomplete.intermediate_session_token) == (False, token)
    assert (incomplete.member.status, incomplete.member.email_address_verified, incomplete.member.is_admin) == (
        "pending",
        False,
        True,
    )
    assert "magic_link" in incomplete.primary_required.allowed_auth_methods
    assert "github_oauth" not in incomplete.primary_required.allowed_auth_methods


@pytest.mark.parametrize("given_name", [{"organization_name": "Acme"}, {"organization_slug": "acme"}], ids=str)
def test_older_path_with_a_name_creates(given, http, given_name):
    token = given.intermediate_session("ada@acme.test")
    sent = {"intermediate_session_token": token, **given_name}
    made = http.post("/v1/b2b/discovery/organizations", json=sent).json()
    assert made["organization"]["organization_name"] == "Acme"
    assert made["member_authenticated"]
    assert "discovery/organizations/create" in given.because()


def test_older_path_without_a_name_lists(given, http):
    sent = {"intermediate_session_token": given.intermediate_session("ada@acme.test"), "organization_name": ""}
    assert http.post("/v1/b2b/discovery/organizations", json=sent).json()["discovered_organizations"] == []
