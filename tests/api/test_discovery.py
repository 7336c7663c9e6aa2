"""Discovery: verify an address, and list the organizations that it can log in to."""

import pytest

from mockstytch.store.records.sessions import Factor, MemberSession

JOINABLE = {"email_jit_provisioning": "RESTRICTED", "email_allowed_domains": ["acme.test"]}


@pytest.fixture
def colleague(given):
    """Add a member with a verified address, which makes the organization joinable by that domain."""

    def call(organization, address="colleague@acme.test"):
        return given.login(organization, given.member(organization, address)).member

    return call


def types(found):
    return [(o.organization.organization_name, o.membership.type) for o in found.discovered_organizations]


# The link


def test_send_returns_no_data_and_creates_no_member(http, mock, client):
    answer = http.post("/v1/b2b/magic_links/email/discovery/send", json={"email_address": "Ada@Acme.test"}).json()
    assert answer.keys() == {"status_code", "request_id"}
    mail = mock.inbox.latest(to="ada@acme.test")
    assert (mail.kind, mail.token_type) == ("magic_link.discovery", "discovery")
    assert mail.redirect_url == f"http://localhost:3000/authenticate?stytch_token_type=discovery&token={mail.token}"
    assert "slug=" not in mail.link
    assert (mail.organization_id, mail.member_id) == (None, None)
    assert client.project.metrics().metrics[2].count == 0


@pytest.mark.parametrize(
    ("options", "error"),
    [
        ({"email_address": "ada"}, "invalid_email"),
        ({"discovery_redirect_url": "nowhere"}, "invalid_discovery_redirect_url"),
        ({"locale": "tlh"}, "invalid_locale"),
        ({"discovery_expiration_minutes": 4}, "invalid_expiration"),
        ({"discovery_expiration_minutes": 10081}, "invalid_expiration"),
        ({"pkce_code_challenge": "short"}, "invalid_pkce_code_challenge"),
    ],
    ids=str,
)
def test_invalid_send_options_are_refused(client, refused, options, error):
    assert refused(client.magic_links.email.discovery.send, **{"email_address": "ada@acme.test", **options}) == error


def test_unknown_template_is_refused(client, mock, refused):
    mock.configure(email_templates=["t1"])
    client.magic_links.email.discovery.send("ada@acme.test", login_template_id="t1")
    sent = refused(client.magic_links.email.discovery.send, "ada@acme.test", login_template_id="t2")
    assert sent == "email_template_not_found"


@pytest.mark.parametrize(("minutes", "seconds"), [(None, 3600), (5, 300)])
def test_link_expires(given, client, mock, refused, minutes, seconds):
    token = given.discovery_token("ada@acme.test", discovery_expiration_minutes=minutes)
    mock.clock.advance(seconds=seconds)
    assert refused(client.magic_links.discovery.authenticate, token) == "unable_to_auth_magic_link"


@pytest.mark.parametrize(("locale", "word"), [("en", "hour"), ("es", "hora"), ("fr", "heure"), ("pt-br", "hora")])
def test_mail_is_in_the_requested_language(given, mock, locale, word):
    given.discovery_token("ada@acme.test", locale=locale)
    mail = mock.inbox.latest(to="ada@acme.test")
    assert word in mail.text
    assert f'lang="{locale}"' in mail.html


def test_used_link_is_refused(given, client, refused):
    token = given.discovery_token("ada@acme.test")
    found = client.magic_links.discovery.authenticate(token)
    assert (found.email_address, found.discovered_organizations) == ("ada@acme.test", [])
    assert len(found.intermediate_session_token) == 44
    assert refused(client.magic_links.discovery.authenticate, token) == "unable_to_auth_magic_link"
    assert refused(client.magic_links.discovery.authenticate, "x" * 44) == "magic_link_not_found"
    assert refused(client.magic_links.discovery.authenticate, "short") == "invalid_token"


def test_code_verifier_must_match_the_challenge(given, client, refused):
    challenge = "hODA6vqpWjTCk_J4rFLkXOU3urXnUqAOaVmhOuEDtlo"
    authenticate = client.magic_links.discovery.authenticate
    token = given.discovery_token("ada@acme.test", pkce_code_challenge=challenge)
    assert refused(authenticate, token) == "pkce_expected_code_verifier"
    assert refused(authenticate, token, pkce_code_verifier="1" * 32) == "pkce_mismatch"
    assert authenticate(token, pkce_code_verifier="0" * 32).intermediate_session_token
    plain = given.discovery_token("ada@acme.test")
    assert refused(authenticate, plain, pkce_code_verifier="0" * 32) == "pkce_did_not_expect_code_verifier"


def test_path_of_older_guides_is_an_alias(given, http):
    token = {"discovery_magic_links_token": given.discovery_token("ada@acme.test")}
    assert http.post("/v1/b2b/magic_links/email/discovery/authenticate", json=token).status_code == 200
    assert given.because() == "use /v1/b2b/magic_links/discovery/authenticate"


# Discovered organizations


def test_members_of_any_status_are_listed(given, client):
    acme, globex, initech = (given.organization(name) for name in ("Acme", "Globex", "Initech"))
    ada = given.member(acme, "ada@acme.test")
    given.member(globex, "ada@acme.test", create_member_as_pending=True)
    client.magic_links.email.invite(initech.organization_id, "ada@acme.test")
    gone = given.member(given.organization("Gone"), "ada@acme.test")
    client.organizations.members.delete(gone.organization_id, gone.member_id)
    given.member(given.organization("Other"), "bob@acme.test")
    found = given.discovered("ada@acme.test")
    assert types(found) == [("Acme", "active_member"), ("Globex", "pending_member"), ("Initech", "invited_member")]
    first = found.discovered_organizations[0]
    assert (first.membership.member, first.membership.details) == (ada, None)
    assert (first.organization, first.member_authenticated) == (acme, True)
    assert (first.primary_required, first.mfa_required) == (None, None)
    assert all(o.member_authenticated for o in found.discovered_organizations)


def test_organization_is_joinable_if_a_colleague_is_verified(given, colleague):
    acme = given.organization(**JOINABLE)
    assert types(given.discovered("ada@acme.test")) == []  # no verified member shows that the domain belongs to it
    given.member(acme, "unverified@acme.test")
    assert types(given.discovered("ada@acme.test")) == []
    colleague(acme)
    found = given.discovered("ada@acme.test").discovered_organizations[0]
    assert found.membership.type == "eligible_to_join_by_email_domain"
    assert (found.membership.details, found.membership.member) == ({"domain": "acme.test"}, None)
    assert found.member_authenticated
    assert types(given.discovered("ada@other.test")) == []


def test_deleted_colleague_does_not_make_the_organization_joinable(given, client, colleague):
    acme = given.organization(**JOINABLE)
    client.organizations.members.delete(acme.organization_id, colleague(acme).member_id)
    assert types(given.discovered("ada@acme.test")) == []


def test_setting_makes_organizations_joinable_without_a_colleague(given, mock):
    given.organization(**JOINABLE)
    mock.configure(discovery_needs_verified_colleague=False)
    assert types(given.discovered("ada@acme.test")) == [("Acme", "eligible_to_join_by_email_domain")]


def test_member_is_not_also_eligible_to_join(given, colleague):
    acme = given.organization(**JOINABLE)
    colleague(acme)
    given.member(acme, "ada@acme.test")
    assert types(given.discovered("ada@acme.test")) == [("Acme", "active_member")]


def test_organization_that_refuses_to_provision_is_not_listed(given, client, colleague):
    acme, globex = given.organization("Acme", **JOINABLE), given.organization("Globex", **JOINABLE)
    colleague(acme)
    colleague(globex)
    assert len(given.discovered("ada@acme.test").discovered_organizations) == 2
    client.organizations.update("globex", claimed_email_domains=["acme.test"])
    assert types(given.discovered("ada@acme.test")) == [("Globex", "eligible_to_join_by_email_domain")]
    client.organizations.update("globex", email_jit_provisioning="NOT_ALLOWED", email_invites="ALL_ALLOWED")
    assert types(given.discovered("ada@acme.test")) == []


def test_missing_factors_are_listed_for_each_organization(given, colleague):
    strict = given.organization("Strict", auth_methods="RESTRICTED", allowed_auth_methods=["sso", "password"])
    given.member(strict, "ada@acme.test")
    glass = given.organization("Glass", auth_methods="RESTRICTED", allowed_auth_methods=["sso"])
    given.member(glass, "ada@acme.test", is_breakglass=True)
    two = given.organization("Two", mfa_policy="REQUIRED_FOR_ALL", **JOINABLE)
    given.member(two, "ada@acme.test", mfa_phone_number="+14155550100")
    join = given.organization("Join", mfa_policy="REQUIRED_FOR_ALL", **JOINABLE)
    colleague(join)
    found = {o.organization.organization_name: o for o in given.discovered("ada@acme.test").discovered_organizations}
    assert found["Strict"].primary_required.allowed_auth_methods == ["sso", "password"]
    assert not found["Strict"].member_authenticated
    assert found["Strict"].mfa_required is None
    assert found["Glass"].member_authenticated
    assert not found["Two"].member_authenticated
    assert found["Two"].mfa_required.member_options.mfa_phone_number == "+14155550100"
    assert found["Two"].mfa_required.secondary_auth_initiated is None  # listing sends no code
    assert found["Join"].mfa_required.member_options is None
    assert not any(mail.channel == "sms" for mail in given.mock.inbox.all())


# List organizations


def test_listing_does_not_consume_the_intermediate_session(given, client, colleague):
    acme = given.organization(**JOINABLE)
    colleague(acme)
    token = given.intermediate_session("ada@acme.test")
    for _ in range(2):
        found = client.discovery.organizations.list(intermediate_session_token=token)
        assert types(found) == [("Acme", "eligible_to_join_by_email_domain")]
        assert (found.email_address, found.organization_id_hint) == ("ada@acme.test", None)


@pytest.mark.parametrize("by", ["session_token", "session_jwt"])
def test_session_lists_memberships_only(given, client, colleague, by):
    acme, globex = given.organization("Acme"), given.organization("Globex", **JOINABLE)
    colleague(globex)
    initech = given.organization("Initech")
    ada = given.member(acme, "ada@acme.test")
    client.magic_links.email.invite(initech.organization_id, "ada@acme.test")
    login = given.login(acme, ada)
    found = client.discovery.organizations.list(**{by: getattr(login, by)})
    assert types(found) == [("Acme", "active_member"), ("Initech", "invited_member")]
    assert (found.email_address, found.organization_id_hint) == ("ada@acme.test", None)


def test_hint_is_the_organization_of_the_intermediate_session(given, client):
    acme = given.organization(mfa_policy="REQUIRED_FOR_ALL")
    incomplete = given.login(acme, given.member(acme, "ada@acme.test"))
    found = client.discovery.organizations.list(incomplete.intermediate_session_token)
    assert found.organization_id_hint == acme.organization_id
    assert types(found) == [("Acme", "active_member")]


def test_second_factor_counts_only_in_its_organization(given, client, rows):
    acme, globex = given.organization("Acme", mfa_policy="REQUIRED_FOR_ALL"), given.organization("Globex")
    given.member(acme, "ada@acme.test")
    login = given.login(globex, given.member(globex, "ada@acme.test"))
    client.organizations.update("globex", mfa_policy="REQUIRED_FOR_ALL")
    with rows() as ctx:
        session = ctx.store.get(MemberSession, session_token=login.session_token)
        code = Factor(
            type="otp", delivery_method="sms", created_at=ctx.now, updated_at=ctx.now, last_authenticated_at=ctx.now
        )
        ctx.store.update(session, authentication_factors=[*session.authentication_factors, code])
    found = client.discovery.organizations.list(session_token=login.session_token).discovered_organizations
    authenticated = {o.organization.organization_name: o.member_authenticated for o in found}
    assert authenticated == {"Acme": False, "Globex": True}


def test_exactly_one_session_argument_is_required(given, client, refused):
    acme = given.organization()
    login = given.login(acme, given.member(acme))
    listed = client.discovery.organizations.list
    assert refused(listed) == "no_session_arguments"
    both = {"session_token": login.session_token, "session_jwt": login.session_jwt}
    assert refused(listed, **both) == "too_many_session_arguments"
    both = {"intermediate_session_token": "x" * 44, "session_jwt": login.session_jwt}
    assert refused(listed, **both) == "too_many_session_arguments"


@pytest.mark.parametrize(
    ("argument", "error"),
    [
        ({"intermediate_session_token": "x" * 22}, "invalid_session_token"),
        ({"intermediate_session_token": "x" * 44}, "intermediate_session_not_found"),
        ({"session_token": "short"}, "invalid_session_token"),
        ({"session_token": "x" * 44}, "session_not_found"),
        ({"session_jwt": "no.jwt"}, "unable_to_parse_session_jwt"),
    ],
    ids=str,
)
def test_invalid_session_argument_is_refused(client, refused, argument, error):
    assert refused(client.discovery.organizations.list, **argument) == error


@pytest.mark.parametrize(("minutes", "works"), [(9, True), (10, False)])
def test_intermediate_session_expires_after_ten_minutes(given, client, mock, refused, minutes, works):
    token = given.intermediate_session("ada@acme.test")
    mock.clock.advance(minutes=minutes)
    if works:
        assert client.discovery.organizations.list(token).email_address == "ada@acme.test"
    else:
        assert refused(client.discovery.organizations.list, token) == "intermediate_session_not_found"
        assert given.because() == "expired 0 s ago"
