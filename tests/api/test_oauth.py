"""``oauth.authenticate``, discovery by OAuth, and a member's provider accounts."""

import base64
import hashlib
from concurrent.futures import ThreadPoolExecutor

import pytest
from stytch.core.response_base import StytchError

from tests.api.visits import Visit

DOMAIN = {
    "email_jit_provisioning": "RESTRICTED",
    "email_allowed_domains": ["acme.test"],
    "email_invites": "ALL_ALLOWED",
}


@pytest.fixture
def visit(mock):
    return Visit(mock)


@pytest.fixture
def acme(given):
    return given.organization("Acme", organization_slug="acme", **DOMAIN)


@pytest.mark.parametrize("provider", ["google", "microsoft"])
def test_verified_provider_address_is_provisioned(visit, client, acme, events, provider):
    token = visit.token(provider, "Ada@acme.test", slug="acme", name="Ada")
    login = client.oauth.authenticate(token)
    assert login.member_authenticated
    assert (login.member.status, login.member.email_address_verified, login.member.name) == ("active", True, "Ada")
    assert login.provider_type == provider.capitalize()
    assert login.provider_values.access_token
    assert login.provider_values.expires_at
    link = login.member.oauth_registrations[0]
    assert (link.provider_type, link.provider_subject) == (provider.capitalize(), login.provider_subject)
    factor = login.member_session.authentication_factors[0]
    detail = getattr(factor, f"{provider}_oauth_factor")
    assert (factor.delivery_method.value, detail.id) == (f"oauth_{provider}", link.member_oauth_registration_id)
    assert detail.email_id
    assert client.sessions.authenticate_jwt_local(login.session_jwt)


@pytest.mark.parametrize(
    ("provider", "identity"),
    [("github", {}), ("slack", {}), ("hubspot", {}), ("google", {"email_verified": False})],
)
def test_unverified_account_needs_another_factor_once(visit, client, given, acme, provider, identity):
    first = client.oauth.authenticate(visit.token(provider, "ada@acme.test", slug="acme", **identity))
    assert not first.member_authenticated
    assert "magic_link" in first.primary_required.allowed_auth_methods
    assert first.mfa_required is None
    assert (first.member.status, first.member.oauth_registrations) == ("pending", [])
    link = given.link_token(acme, "ada@acme.test")
    both = client.magic_links.authenticate(link, intermediate_session_token=first.intermediate_session_token)
    assert both.member_authenticated
    types = {f.type.value for f in both.member_session.authentication_factors}
    assert types == {"oauth", "magic_link"}
    assert [r.provider_type for r in both.member.oauth_registrations] == [provider.capitalize()]
    again = client.oauth.authenticate(visit.token(provider, "ada@acme.test", slug="acme", **identity))
    assert again.member_authenticated


def test_unverified_account_with_a_members_address_is_not_logged_in(visit, client, given, acme):
    ada = given.member(acme, "ada@acme.test")
    given.login(acme, ada)
    login = client.oauth.authenticate(visit.token("github", "ada@acme.test", slug="acme"))
    assert (login.member_authenticated, login.session_token) == (False, "")
    assert login.primary_required


def test_address_that_the_organization_does_not_provision_is_refused(visit, client, given, refused):
    given.organization("Closed", organization_slug="closed")
    given.organization("Other", organization_slug="other", **DOMAIN | {"email_allowed_domains": ["other.test"]})
    for slug, error_type in (
        ("closed", "email_jit_provisioning_not_allowed"),
        ("other", "invalid_email_for_jit_provisioning"),
    ):
        token = visit.token("google", "ada@acme.test", slug=slug)
        assert refused(client.oauth.authenticate, token) == error_type


def test_account_of_an_allowed_tenant_is_provisioned(visit, client, given, refused):
    given.organization(
        "Team",
        organization_slug="team",
        oauth_tenant_jit_provisioning="RESTRICTED",
        allowed_oauth_tenants={"slack": ["T1"]},
        email_invites="ALL_ALLOWED",
    )
    foreign_token = visit.token("slack", "eve@else.test", slug="team", tenant_ids=["T2"])
    assert refused(client.oauth.authenticate, foreign_token) == "invalid_oauth_tenant_for_jit_provisioning"
    login = client.oauth.authenticate(visit.token("slack", "ada@else.test", slug="team", tenant_ids=["T1"]))
    assert login.member_authenticated
    assert (login.member.status, login.member.email_address_verified) == ("active", False)


def test_discovery_lists_organizations_joinable_by_tenant(visit, client, given):
    team = given.organization(
        "Team",
        oauth_tenant_jit_provisioning="RESTRICTED",
        allowed_oauth_tenants={"github": ["42"]},
        email_invites="ALL_ALLOWED",
    )
    token = visit.token("github", "ada@else.test", discovery=True, tenant_ids=["42"], name="Ada")
    found = client.oauth.discovery.authenticate(token)
    assert (found.provider_type, found.provider_tenant_id, found.full_name) == ("Github", "42", "Ada")
    offered = found.discovered_organizations[0]
    assert offered.membership.type == "eligible_to_join_by_oauth_tenant"
    assert offered.membership.details == {"provider": "github", "tenant": "42"}
    assert offered.member_authenticated
    joined = client.discovery.intermediate_sessions.exchange(found.intermediate_session_token, team.organization_id)
    assert (joined.member_authenticated, joined.member.status) == (True, "active")


def test_discovery_lists_missing_factors(visit, client, given, acme):
    given.login(acme, given.member(acme, "ada@acme.test"))
    found = client.oauth.discovery.authenticate(
        visit.token("github", "ada@acme.test", discovery=True, tenant_ids=["1", "2"])
    )
    assert (found.provider_tenant_id, found.provider_tenant_ids) == ("", ["1", "2"])
    entry = found.discovered_organizations[0]
    assert (entry.member_authenticated, bool(entry.primary_required)) == (False, True)
    google = client.oauth.discovery.authenticate(visit.token("google", "ada@acme.test", discovery=True))
    assert google.discovered_organizations[0].member_authenticated


def test_disallowed_provider_is_refused(visit, client, given, refused):
    given.organization(
        "Strict",
        organization_slug="strict",
        auth_methods="RESTRICTED",
        allowed_auth_methods=["magic_link"],
        **DOMAIN,
    )
    token = visit.token("google", "ada@acme.test", slug="strict")
    assert refused(client.oauth.authenticate, token) == "operation_restricted_by_organization_auth_methods"


def test_missing_second_factor_is_returned(visit, client, acme):
    client.organizations.update(acme.organization_id, mfa_policy="REQUIRED_FOR_ALL")
    login = client.oauth.authenticate(visit.token("google", "ada@acme.test", slug="acme"))
    assert (login.member_authenticated, bool(login.mfa_required)) == (False, True)


@pytest.mark.parametrize("discovery", [False, True])
def test_token_is_refused_when_used_expired_or_of_another_kind(visit, mock, client, acme, refused, discovery):
    redeem, elsewhere = client.oauth.authenticate, client.oauth.discovery.authenticate
    if discovery:
        redeem, elsewhere = elsewhere, redeem

    def token():
        return visit.token("google", "ada@acme.test", slug="acme", discovery=discovery)

    assert refused(redeem, "x" * 44) == "oauth_token_not_found"
    assert refused(redeem, "short") == "invalid_token"
    one = token()
    assert refused(elsewhere, one) == "oauth_token_not_found"
    redeem(one)
    assert refused(redeem, one) == "oauth_token_not_found"
    late = token()
    mock.clock.advance(minutes=10)
    assert refused(redeem, late) == "oauth_token_not_found"


def test_code_verifier_must_match_the_challenge(visit, mock, client, acme, refused):
    verifier = "v" * 43
    challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
    mock.next_identity("google", "ada@acme.test")
    token = visit.landing(slug="acme", pkce_code_challenge=challenge)["token"]
    assert refused(client.oauth.authenticate, token) == "pkce_expected_code_verifier"
    assert refused(client.oauth.authenticate, token, pkce_code_verifier="w" * 43) == "pkce_mismatch"
    assert client.oauth.authenticate(token, pkce_code_verifier=verifier).member_authenticated
    bare = visit.token("google", "ada@acme.test", slug="acme")
    unexpected = refused(client.oauth.authenticate, bare, pkce_code_verifier=verifier)
    assert unexpected == "pkce_did_not_expect_code_verifier"


def test_changed_provider_address_replaces_the_members(visit, client, acme):
    client.oauth.authenticate(visit.token("google", "ada@acme.test", slug="acme", subject="7"))
    login = client.oauth.authenticate(visit.token("google", "countess@acme.test", slug="acme", subject="7"))
    assert login.member.email_address == "countess@acme.test"
    assert [e.email_address for e in login.member.retired_email_addresses] == ["ada@acme.test"]


def test_exchanged_session_has_an_exchange_factor_without_the_account(visit, client, given, acme):
    first = client.oauth.authenticate(visit.token("github", "ada@acme.test", slug="acme"))
    link = given.link_token(acme, "ada@acme.test")
    client.magic_links.authenticate(link, intermediate_session_token=first.intermediate_session_token)
    github_only = client.oauth.authenticate(visit.token("github", "ada@acme.test", slug="acme"))
    other = given.organization("Other")
    given.login(other, given.member(other, "ada@acme.test"))
    exchanged = client.sessions.exchange(other.organization_id, session_token=github_only.session_token)
    factor = exchanged.member_session.authentication_factors[0]
    assert factor.delivery_method.value == "oauth_exchange_github"
    assert factor.github_oauth_exchange_factor.email_id


def test_google_issues_a_refresh_token_only_with_consent(visit, mock, client, acme):
    def log_in(**query):
        mock.next_identity("google", "ada@acme.test")
        return client.oauth.authenticate(visit.landing("google", slug="acme", **query)["token"])

    def stored(member_id):
        google = client.organizations.members.oauth_providers.google
        return google(acme.organization_id, member_id, include_refresh_token=True).refresh_token

    first = log_in()
    issued = first.provider_values.refresh_token
    assert issued
    assert log_in().provider_values.refresh_token == ""
    assert log_in(provider_prompt="select_account").provider_values.refresh_token == ""
    assert stored(first.member_id) == issued
    again = log_in(provider_prompt="select_account consent").provider_values.refresh_token
    assert again not in ("", issued)
    assert stored(first.member_id) == again
    assert log_in().provider_values.refresh_token == ""
    mock.clock.advance(hours=2)
    assert client.organizations.members.oauth_providers.google(acme.organization_id, first.member_id).access_token


@pytest.mark.parametrize("provider", ["microsoft", "hubspot"])
def test_other_providers_issue_a_refresh_token_at_every_login(visit, mock, client, acme, provider):
    for _ in range(2):
        token = visit.token(provider, "ada@acme.test", slug="acme")
        assert client.oauth.authenticate(token).provider_values.refresh_token


def test_stored_tokens_are_returned_and_refreshed(visit, mock, client, acme):
    login = client.oauth.authenticate(visit.token("google", "ada@acme.test", slug="acme"))
    providers = client.organizations.members.oauth_providers
    path = (acme.organization_id, login.member_id)
    stored = providers.google(*path)
    assert (stored.access_token, stored.refresh_token) == (login.provider_values.access_token, None)
    assert stored.access_token_expires_in in (3599, 3600)
    assert providers.google(*path, include_refresh_token=True).refresh_token
    mock.clock.advance(hours=2)
    renewed = providers.google(*path)
    assert renewed.access_token != stored.access_token
    assert renewed.access_token_expires_in in (3599, 3600)


@pytest.mark.parametrize("provider", ["google", "microsoft", "github", "slack", "hubspot"])
def test_member_without_an_account_has_no_tokens(client, given, acme, refused, provider):
    ada = given.member(acme, "ada@acme.test")
    get = getattr(client.organizations.members.oauth_providers, provider)
    assert refused(get, acme.organization_id, ada.member_id) == "member_oauth_token_not_found"


def test_fifty_parallel_requests_with_one_token_start_one_session(visit, mock, client, acme):
    token = visit.token("google", "ada@acme.test", slug="acme")

    def redeem(_):
        try:
            return mock.client().oauth.authenticate(token).session_token
        except StytchError as e:
            return e.details.error_type

    with ThreadPoolExecutor(10) as pool:
        outcomes = list(pool.map(redeem, range(50)))
    assert outcomes.count("oauth_token_not_found") == 49
