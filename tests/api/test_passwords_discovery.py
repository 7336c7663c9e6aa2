"""``passwords.discovery``: cross-organization passwords, one for each e-mail address."""

import hashlib
import re
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

GOOD, BETTER = "violet harbour 83 lantern", "quiet copper 47 meadows"
VERIFIER = "0" * 32
CHALLENGE = "hODA6vqpWjTCk_J4rFLkXOU3urXnUqAOaVmhOuEDtlo"
ADA = "ada@acme.test"


@pytest.fixture
def cross_org(mock):
    mock.configure(cross_org_passwords_enabled=True)


@pytest.fixture
def acme(given, cross_org):
    return given.organization()


@pytest.fixture
def other(given, cross_org):
    return given.organization("Other")


@pytest.fixture
def ada(client, acme):
    hashed = hashlib.md5(GOOD.encode()).hexdigest()
    return client.passwords.migrate(ADA, hashed, "md_5", acme.organization_id).member


@pytest.fixture
def log_in(client):
    return lambda password=GOOD: client.passwords.discovery.authenticate(ADA, password)


@pytest.fixture
def token(client, given):
    def send(email_address=ADA, **options):
        client.passwords.discovery.email.reset_start(email_address, **options)
        return given.token(email_address, "password_reset.discovery")

    return send


@pytest.fixture
def reset(client):
    return client.passwords.discovery.email.reset


# Modes


def test_project_with_passwords_per_organization_refuses_discovery(client, refused, given):
    acme = given.organization()
    discovery = client.passwords.discovery
    not_enabled = "cross_org_passwords_not_enabled"
    assert refused(discovery.authenticate, ADA, GOOD) == not_enabled
    assert refused(discovery.email.reset_start, ADA) == not_enabled
    assert refused(discovery.email.reset, "x" * 44, GOOD) == not_enabled
    assert refused(client.passwords.email.require_reset, ADA) == not_enabled
    given.member(acme, ADA)
    assert refused(client.passwords.authenticate, acme.organization_id, ADA, GOOD) == "member_password_not_found"


def test_project_with_cross_org_passwords_refuses_deletion(client, ada, acme, refused):
    delete = client.organizations.members.delete_password
    assert refused(delete, acme.organization_id, ada.member_password_id) == "cross_org_passwords_enabled"
    assert client.passwords.authenticate(acme.organization_id, ADA, GOOD).member_authenticated


# Shared


def test_password_is_valid_in_every_organization(client, given, acme, other, ada):
    there = given.login(other, given.member(other, ADA))  # the link verifies her address there, too
    assert there.member.member_password_id == ada.member_password_id
    assert client.passwords.authenticate(other.organization_id, ADA, GOOD).member_authenticated
    client.passwords.existing_password.reset(ADA, GOOD, BETTER, other.organization_id)
    assert client.passwords.authenticate(acme.organization_id, ADA, BETTER).member_authenticated
    assert client.passwords.discovery.authenticate(ADA, BETTER).email_address == ADA


def test_all_members_with_the_address_share_the_password_id(client, given, acme, other, ada):
    members = client.organizations.members
    later = given.member(other, ADA)
    assert later.member_password_id == ada.member_password_id
    client.passwords.existing_password.reset(ADA, GOOD, BETTER, acme.organization_id)
    here = members.get(acme.organization_id, email_address=ADA).member.member_password_id
    there = members.get(other.organization_id, email_address=ADA).member.member_password_id
    assert here == there != ada.member_password_id
    assert given.member(other).member_password_id == ""
    client.organizations.members.delete(acme.organization_id, ada.member_id)
    client.passwords.email.require_reset(ADA)
    assert members.get(other.organization_id, email_address=ADA).member.member_password_id == ""


def test_shared_password_is_refused_after_a_required_reset(client, given, acme, other, ada, token, reset, refused):
    """A shared password is kept, and refused until it is reset by e-mail."""
    later = given.member(other, ADA)
    response = client.passwords.email.require_reset(ADA, acme.organization_id, ada.member_id)
    assert response.member.member_password_id == ada.member_password_id == later.member_password_id
    for organization in (acme, other):
        authenticate = client.passwords.authenticate
        assert refused(authenticate, organization.organization_id, ADA, GOOD) == "member_reset_password"
        assert refused(authenticate, organization.organization_id, ADA, BETTER) == "unauthorized_credentials"
        replace = client.passwords.existing_password.reset
        assert refused(replace, ADA, GOOD, BETTER, organization.organization_id) == "member_reset_password"
    assert refused(client.passwords.discovery.authenticate, ADA, GOOD) == "member_reset_password"
    reset(token(), BETTER)
    assert client.passwords.authenticate(acme.organization_id, ADA, BETTER).member_authenticated
    assert client.passwords.discovery.authenticate(ADA, BETTER).email_address == ADA


def test_reactivated_member_has_the_current_password(client, given, acme, other, ada):
    there = given.login(other, given.member(other, ADA)).member
    client.organizations.members.delete(other.organization_id, there.member_id)
    client.passwords.existing_password.reset(ADA, GOOD, BETTER, acme.organization_id)
    back = client.organizations.members.reactivate(other.organization_id, there.member_id).member
    assert back.member_password_id not in ("", ada.member_password_id)
    assert client.passwords.authenticate(other.organization_id, ADA, BETTER).member_authenticated


def test_changing_the_email_address_changes_the_password(client, given, acme, other, ada):
    bob = given.member(other, "bob@acme.test")
    update = client.organizations.members.update
    assert update(other.organization_id, bob.member_id, email_address=ADA).member.member_password_id == (
        ada.member_password_id
    )
    back = update(other.organization_id, bob.member_id, email_address="bob@acme.test").member
    assert back.member_password_id == ""
    assert client.passwords.authenticate(acme.organization_id, ADA, GOOD).member_authenticated


def test_password_set_in_an_organization_is_valid_everywhere(client, given, acme, other):
    login = given.login(acme, given.member(acme, ADA))
    client.passwords.sessions.reset(acme.organization_id, GOOD, session_token=login.session_token)
    assert client.passwords.discovery.authenticate(ADA, GOOD).discovered_organizations
    given.member(other, ADA)
    client.passwords.email.reset_start(other.organization_id, ADA)
    client.passwords.email.reset(given.token(ADA, "password_reset"), BETTER)
    assert client.passwords.authenticate(acme.organization_id, ADA, BETTER).member_authenticated
    assert client.sessions.authenticate(session_token=login.session_token).member_session  # that was Other's reset


# discovery.authenticate


def test_discovery_session_is_exchanged_for_an_organization(log_in, client, ada, acme, given, other):
    given.member(other, ADA)
    response = log_in()
    assert response.email_address == ADA
    organizations = {o.organization.organization_name: o for o in response.discovered_organizations}
    assert organizations["Acme"].member_authenticated
    assert organizations["Other"].primary_required  # her address isn't verified there
    token = response.intermediate_session_token
    entered = client.discovery.intermediate_sessions.exchange(token, acme.organization_id)
    assert [f.type for f in entered.member_session.authentication_factors] == ["password"]
    assert entered.member_id == ada.member_id


def test_intermediate_session_of_one_organization_is_refused_in_another(
    client, ada, acme, other, given, set_columns, refused
):
    given.login(other, given.member(other, ADA))
    set_columns(ada, mfa_enrolled=True)
    token = client.passwords.authenticate(acme.organization_id, ADA, GOOD).intermediate_session_token
    exchange = client.discovery.intermediate_sessions.exchange
    assert refused(exchange, token, other.organization_id) == "invalid_intermediate_session_token_for_organization"


def test_wrong_unknown_or_breached_password_is_refused(log_in, client, ada, mock, refused):
    assert refused(log_in, "wrong") == "unauthorized_credentials"
    assert refused(log_in, "") == "unauthorized_credentials"
    assert refused(client.passwords.discovery.authenticate, "eve@acme.test", GOOD) == "member_password_not_found"
    assert refused(client.passwords.discovery.authenticate, "not-an-address", GOOD) == "invalid_email"
    mock.configure(password_policy={"breached_passwords": [GOOD]})
    assert refused(log_in) == "member_reset_password"


def test_wrong_password_counts_for_each_member_with_the_address(log_in, client, ada, acme, other, given, mock, refused):
    mock.clock.freeze()
    mock.configure(user_lock={"enabled": True, "threshold": 3, "ttl_seconds": 600})
    there = given.member(other, ADA)
    assert refused(log_in, "wrong") == "unauthorized_credentials"
    assert log_in().email_address == ADA  # resets the count
    for _ in range(2):
        assert refused(log_in, "wrong") == "unauthorized_credentials"
    assert refused(client.passwords.authenticate, acme.organization_id, ADA, "wrong") == "unauthorized_credentials"
    assert refused(log_in) == "user_lock_limit_reached"  # one locked member is enough
    assert not client.organizations.members.get(other.organization_id, there.member_id).member.is_locked
    mock.clock.advance(seconds=601)
    assert refused(log_in, "wrong") == "unauthorized_credentials"  # the first member's count restarts at one …
    assert refused(log_in) == "user_lock_limit_reached"  # … and the second member's reaches the limit
    mock.clock.advance(seconds=601)
    assert log_in().email_address == ADA


# discovery.email.reset


def test_unknown_address_can_set_a_password(token, reset, cross_org, client):
    done = reset(token("new@acme.test"), GOOD)
    assert (done.email_address, done.discovered_organizations) == ("new@acme.test", [])
    assert client.passwords.discovery.authenticate("new@acme.test", GOOD).intermediate_session_token
    made = client.discovery.organizations.create(done.intermediate_session_token, organization_name="New")
    assert (made.member_authenticated, made.member.email_address_verified) == (True, True)
    assert made.member.member_password_id


def test_reset_revokes_sessions_in_every_organization(token, reset, ada, given, acme, other, client, refused):
    logins = [given.login(acme, ada), given.login(other, given.member(other, ADA))]
    done = reset(token(), BETTER)
    assert len(done.discovered_organizations) == 2
    for login in logins:
        assert refused(client.sessions.authenticate, session_token=login.session_token) == "session_not_found"
    assert client.passwords.authenticate(other.organization_id, ADA, BETTER).member_authenticated
    wrong = refused(client.passwords.discovery.authenticate, ADA, GOOD)
    assert wrong == "unauthorized_credentials"


def test_both_links_redirect_to_the_app(cross_org, client, mock, reset):
    client.passwords.discovery.email.reset_start(
        ADA,
        reset_password_redirect_url="https://app.test/reset",
        discovery_redirect_url="https://app.test/in",
        locale="es",
    )
    mail = mock.inbox.latest(to=ADA)
    assert (mail.kind, mail.token_type) == ("password_reset.discovery", "discovery")
    assert "contraseña" in mail.subject
    links = re.findall(r"https?://\S+/v1/magic_links/redirect\?\S+", mail.text)
    landings = [httpx.get(link, trust_env=False).headers["location"] for link in links]
    assert [url.partition("?")[0] for url in landings] == ["https://app.test/reset", "https://app.test/in"]
    set_link, login_link = ({k: v[0] for k, v in parse_qs(urlsplit(url).query).items()} for url in landings)
    assert set_link == {
        "public_token": mock.public_token,
        "stytch_redirect_type": "reset_password",
        "stytch_token_type": "discovery",
        "token": mail.token,
    }
    assert (login_link["stytch_token_type"], login_link["public_token"]) == ("discovery", mock.public_token)
    assert client.magic_links.discovery.authenticate(login_link["token"]).email_address == ADA
    assert reset(mail.token, GOOD).email_address == ADA


def test_invalid_fields_are_refused(cross_org, client, refused, mock):
    start = client.passwords.discovery.email.reset_start
    assert refused(start, "not-an-address") == "invalid_email"
    assert refused(start, ADA, reset_password_expiration_minutes=4) == "invalid_expiration"
    assert refused(start, ADA, locale="tlh") == "invalid_locale"
    assert refused(start, ADA, pkce_code_challenge="short") == "invalid_pkce_code_challenge"
    assert refused(start, ADA, reset_password_redirect_url="x") == "invalid_password_reset_redirect_url"
    assert refused(start, ADA, discovery_redirect_url="x") == "invalid_discovery_redirect_url"
    mock.configure(email_templates=[])
    assert refused(start, ADA, verify_email_template_id="x") == "email_template_not_found"
    mock.configure(redirect_urls="registered")
    no_match = refused(start, ADA, reset_password_redirect_url="https://app.test/")
    assert no_match == "no_match_for_provided_magic_link_url"
    mock.configure(registered_redirect_urls=[])
    assert refused(start, ADA) == "no_password_reset_redirect_url"
    assert mock.inbox.all() == []


def test_refused_reset_does_not_use_the_link(cross_org, token, reset, refused):
    mailed = token(pkce_code_challenge=CHALLENGE)
    assert refused(reset, mailed, GOOD) == "pkce_expected_code_verifier"
    assert refused(reset, mailed, GOOD, pkce_code_verifier="1" * 32) == "pkce_mismatch"
    assert refused(reset, mailed, GOOD, pkce_code_verifier="§") == "invalid_pkce_code_verifier"
    assert refused(reset, mailed, "abcdxyz1", pkce_code_verifier=VERIFIER) == "weak_password"
    assert refused(reset, mailed, "password", pkce_code_verifier=VERIFIER) == "breached_password"
    assert reset(mailed, GOOD, pkce_code_verifier=VERIFIER).email_address == ADA
    assert refused(reset, token(), GOOD, pkce_code_verifier=VERIFIER) == "pkce_did_not_expect_code_verifier"


def test_unknown_used_and_expired_links_are_refused(token, reset, ada, given, acme, client, mock, refused):
    unable = "unable_to_auth_password_reset_token"
    assert refused(reset, "x" * 44, GOOD) == unable
    assert refused(reset, "short", GOOD) == "invalid_token"
    assert refused(reset, given.discovery_token(ADA), GOOD) == unable
    client.passwords.email.reset_start(acme.organization_id, ADA)
    organization_token = given.token(ADA, "password_reset")
    assert refused(reset, organization_token, GOOD) == unable
    mailed, late = token(), token()
    assert refused(client.passwords.email.reset, mailed, GOOD) == unable
    assert refused(client.magic_links.discovery.authenticate, mailed) == "magic_link_not_found"
    mock.clock.advance(minutes=29, seconds=50)
    assert reset(mailed, GOOD).email_address == ADA
    assert refused(reset, mailed, GOOD) == unable
    mock.clock.advance(seconds=11)
    assert refused(reset, late, GOOD) == unable


# Events


def test_each_member_whose_password_changed_gets_an_event(client, given, acme, other, ada, events):
    """Each member with the address gets one event, in every organization. Deleted members get none."""

    def changed():
        return sorted((event.object_type, event.action, event.id) for event in events.take())

    def updated(*members):
        return sorted(("member", "update", member.member_id) for member in members)

    second = given.member(other, ADA)
    gone = given.member(third := given.organization("Third"), ADA)
    client.organizations.members.delete(third.organization_id, gone.member_id)
    events()
    client.passwords.discovery.email.reset_start(ADA)
    client.passwords.discovery.email.reset(given.token(ADA), BETTER)
    assert changed() == updated(ada, second)
    client.passwords.email.reset_start(acme.organization_id, ADA)
    client.passwords.email.reset(given.token(ADA), GOOD)
    assert changed() == updated(ada, second)
    client.organizations.members.delete(other.organization_id, second.member_id)
    events()
    client.passwords.email.require_reset(ADA)  # one member is left, so the password is deleted
    assert changed() == updated(ada)
    client.passwords.email.reset_start(acme.organization_id, ADA)
    client.passwords.email.reset(given.token(ADA), BETTER)
    client.passwords.email.require_reset(ADA, organization_id=acme.organization_id, member_id=ada.member_id)
    assert changed() == updated(ada, ada)
