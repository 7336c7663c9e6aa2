"""``passwords.email``: set a password with a mailed link; require a reset."""

import re
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

GOOD, BETTER = "violet harbour 83 lantern", "quiet copper 47 meadows"
VERIFIER = "0" * 32
CHALLENGE = "hODA6vqpWjTCk_J4rFLkXOU3urXnUqAOaVmhOuEDtlo"


@pytest.fixture
def acme(given):
    return given.organization(email_jit_provisioning="RESTRICTED", email_allowed_domains=["acme.test"])


@pytest.fixture
def ada(given, acme):
    return given.member(acme, "ada@acme.test")


@pytest.fixture
def start(client, acme):
    def reset_start(email_address="ada@acme.test", **options):
        return client.passwords.email.reset_start(acme.organization_id, email_address, **options)

    return reset_start


@pytest.fixture
def token(start, given):
    """The token in the e-mail that ``reset_start`` sends."""

    def send(email_address="ada@acme.test", **options):
        start(email_address, **options)
        return given.token(email_address, "password_reset")

    return send


@pytest.fixture
def reset(client):
    return client.passwords.email.reset


# start


def test_start_returns_the_member(start, ada, given, acme):
    response = start()
    assert (response.member_id, response.member_email_id) == (ada.member_id, given.login(acme, ada).method_id)
    assert response.member.member_password_id == ""


def test_start_provisions_a_member_of_an_allowed_domain(start, token, reset, events):
    events()
    member = start("new@acme.test").member
    assert (member.status, member.email_address_verified) == ("pending", False)
    assert events() == [("member", "create")]
    done = reset(token("new@acme.test"), GOOD)
    assert (done.member.status, done.member.email_address_verified) == ("active", True)
    assert done.member_authenticated


def test_start_refuses_an_address_that_cannot_join(start, client, acme, refused):
    assert refused(start, "new@example.com") == "invalid_email_for_jit_provisioning"
    client.organizations.update(acme.organization_id, email_jit_provisioning="NOT_ALLOWED")
    assert refused(start, "new@acme.test") == "email_jit_provisioning_not_allowed"


def test_invalid_fields_are_refused(start, ada, client, refused, mock):
    assert refused(start, "not-an-address") == "invalid_email"
    assert refused(client.passwords.email.reset_start, "", "ada@acme.test") == "invalid_organization_id"
    assert refused(start, reset_password_expiration_minutes=4) == "invalid_expiration"
    assert refused(start, reset_password_expiration_minutes=10081) == "invalid_expiration"
    assert refused(start, locale="tlh") == "invalid_locale"
    assert refused(start, code_challenge="short") == "invalid_pkce_code_challenge"
    assert refused(start, reset_password_redirect_url="javascript:1") == "invalid_password_reset_redirect_url"
    assert refused(start, login_redirect_url="nowhere") == "invalid_login_redirect_url"
    mock.configure(email_templates=["ours"])
    assert refused(start, reset_password_template_id="theirs") == "email_template_not_found"
    assert refused(start, verify_email_template_id="theirs") == "email_template_not_found"
    assert start(reset_password_template_id="ours").member_id
    assert len(mock.inbox.all()) == 1


def test_pkce_errors_name_the_fields_of_this_endpoint(error_type_of, http, acme, ada):
    """The fields are called ``code_challenge`` and ``code_verifier`` here, without ``pkce_``."""
    wrong = {"organization_id": acme.organization_id, "email_address": "ada@acme.test", "code_challenge": "short"}
    error = http.post("/v1/b2b/passwords/email/reset/start", json=wrong).json()
    assert (error["error_type"], "pkce_" in error["error_message"]) == ("invalid_pkce_code_challenge", False)
    wrong = {"password_reset_token": "x" * 44, "password": GOOD, "code_verifier": "a b"}
    error = http.post("/v1/b2b/passwords/email/reset", json=wrong).json()
    assert (error["error_type"], "pkce_" in error["error_message"]) == ("invalid_pkce_code_verifier", False)


@pytest.mark.parametrize(
    ("locale", "words"),
    [("en", "Set your password"), ("es", "contraseña"), ("fr", "mot de passe"), ("pt-br", "senha")],
)
def test_email_is_sent_in_the_requested_language(start, ada, mock, acme, locale, words):
    start(locale=locale)
    mail = mock.inbox.latest(to="ada@acme.test")
    assert (mail.kind, mail.token_type) == ("password_reset", "multi_tenant_passwords")
    assert words in mail.subject
    assert acme.organization_name in mail.subject
    assert "30" in mail.text


def links(mail):
    return re.findall(r"https?://\S+/v1/magic_links/redirect\?\S+", mail.text)


def test_both_links_redirect_to_the_app(start, ada, mock, acme, client, reset):
    start(reset_password_redirect_url="https://app.test/reset?next=1", login_redirect_url="https://app.test/in")
    mail = mock.inbox.latest()
    landings = [httpx.get(link, trust_env=False).headers["location"] for link in links(mail)]
    assert [url.partition("?")[0] for url in landings] == ["https://app.test/reset", "https://app.test/in"]
    set_link, login_link = (parse_qs(urlsplit(url).query) for url in landings)
    common = {"public_token": [mock.public_token], "slug": [acme.organization_slug]}
    kinds = ["multi_tenant_passwords"], ["multi_tenant_magic_links"]
    assert set_link == {
        **common, "next": ["1"], "stytch_token_type": kinds[0], "token": [mail.token]
    }  # fmt: skip
    assert login_link == {**common, "stytch_token_type": kinds[1], "token": login_link["token"]}
    assert mail.redirect_url == landings[0]
    assert client.magic_links.authenticate(login_link["token"][0]).member_authenticated
    assert reset(mail.token, GOOD).member_authenticated


def test_links_have_a_default_redirect_url(start, ada, mock):
    start()
    assert mock.inbox.latest().redirect_url.startswith("http://localhost:3000/authenticate?public_token=")


def test_unregistered_redirect_url_is_refused_in_strict_mode(start, ada, mock, refused):
    def of(type_, default=True):
        return {"url": f"https://app.test/{type_.lower()}", "types": [{"type": type_, "is_default": default}]}

    mock.configure(redirect_urls="registered", registered_redirect_urls=[of("LOGIN")])
    assert refused(start) == "no_password_reset_redirect_url"
    mock.configure(registered_redirect_urls=[of("LOGIN"), of("RESET_PASSWORD", default=False)])
    assert refused(start) == "no_password_reset_redirect_url"
    assert start(reset_password_redirect_url="https://app.test/reset_password").member_id
    no_match = "no_match_for_provided_magic_link_url"
    assert refused(start, reset_password_redirect_url="https://app.test/login") == no_match
    mock.configure(registered_redirect_urls=[of("RESET_PASSWORD")])
    assert refused(start) == "no_login_redirect_urls_set"


# reset


def test_reset_sets_a_first_password(token, reset, ada, client, acme):
    done = reset(token(), GOOD, session_duration_minutes=5, session_custom_claims={"a": 1})
    assert done.member_id == ada.member_id
    assert done.member_email_id.startswith("member-email-test-")
    assert (done.organization_id, done.member_authenticated) == (acme.organization_id, True)
    assert done.member.email_address_verified
    assert done.member.member_password_id
    session = done.member_session
    assert [(f.type, f.delivery_method) for f in session.authentication_factors] == [("password", "knowledge")]
    assert (session.custom_claims, (session.expires_at - session.started_at).seconds) == ({"a": 1}, 300)
    assert client.passwords.authenticate(acme.organization_id, "ada@acme.test", GOOD).member_authenticated


def test_reset_revokes_all_sessions_and_the_old_password(token, reset, ada, given, acme, client, refused):
    old = [reset(token(), GOOD), given.login(acme, ada)]
    done = reset(token(), BETTER)
    for former in old:
        assert refused(client.sessions.authenticate, session_token=former.session_token) == "session_not_found"
    assert client.sessions.authenticate(session_token=done.session_token).member_session
    authenticate = client.passwords.authenticate
    assert refused(authenticate, acme.organization_id, "ada@acme.test", GOOD) == "unauthorized_credentials"


def test_enrolled_member_must_complete_mfa_after_a_reset(token, reset, ada, set_columns):
    set_columns(ada, mfa_enrolled=True)
    done = reset(token(), GOOD)
    assert (done.member_authenticated, done.session_token, done.primary_required) == (False, "", None)
    assert done.mfa_required
    assert done.intermediate_session_token


def test_reset_with_own_session_extends_it_without_mfa(token, reset, ada, given, acme, client, set_columns, refused):
    mine, other = given.login(acme, ada), given.login(acme, ada)
    set_columns(ada, mfa_enrolled=True)
    done = reset(token(), GOOD, session_token=mine.session_token)
    assert (done.member_authenticated, done.session_token) == (True, mine.session_token)
    assert refused(client.sessions.authenticate, session_token=other.session_token) == "session_not_found"


def test_reset_continues_an_intermediate_session(token, reset, ada, given, acme, set_columns):
    set_columns(ada, mfa_enrolled=True)
    first = given.login(acme, ada)
    done = reset(token(), GOOD, intermediate_session_token=first.intermediate_session_token)
    assert done.intermediate_session_token == first.intermediate_session_token


def test_refused_reset_does_not_use_the_link(token, reset, ada, given, acme, refused, client):
    login, mailed = given.login(acme, ada), token()
    both = {"session_token": login.session_token, "session_jwt": login.session_jwt}
    for error, options in {
        "too_many_session_arguments": both,
        "session_not_found": {"session_token": "x" * 44},
        "intermediate_session_not_found": {"intermediate_session_token": "x" * 44},
        "invalid_session_token": {"session_token": "x"},
        "invalid_session_duration_minutes": {"session_duration_minutes": 4},
        "invalid_locale": {"locale": "tlh"},
        "pkce_did_not_expect_code_verifier": {"code_verifier": VERIFIER},
    }.items():
        assert refused(reset, mailed, GOOD, **options) == error
    assert refused(reset, mailed, "abcdxyz1") == "weak_password"
    assert refused(reset, mailed, "") == "weak_password"
    assert refused(reset, mailed, "password") == "breached_password"
    assert client.sessions.authenticate(session_token=login.session_token).member_session
    assert reset(mailed, GOOD).member_authenticated


def test_link_with_code_challenge_requires_its_verifier(token, reset, ada, refused, client, mock):
    mailed = token(code_challenge=CHALLENGE)
    assert refused(reset, mailed, GOOD) == "pkce_expected_code_verifier"
    assert refused(reset, mailed, GOOD, code_verifier="1" * 32) == "pkce_mismatch"
    assert refused(reset, mailed, GOOD, code_verifier="§") == "invalid_pkce_code_verifier"
    assert reset(mailed, GOOD, code_verifier=VERIFIER).member_authenticated
    login_token = parse_qs(urlsplit(links(mock.inbox.latest())[1]).query)["token"][0]
    assert refused(client.magic_links.authenticate, login_token) == "pkce_expected_code_verifier"
    assert client.magic_links.authenticate(login_token, pkce_code_verifier=VERIFIER).member_authenticated


@pytest.mark.parametrize(("minutes", "lives"), [(None, 30), (5, 5), (10080, 10080)])
def test_link_expires(token, reset, ada, mock, refused, given, minutes, lives):
    in_time, late = (token(reset_password_expiration_minutes=minutes) for _ in range(2))
    mock.clock.advance(seconds=lives * 60 - 10)
    assert reset(in_time, GOOD).member_authenticated
    mock.clock.advance(seconds=11)
    assert refused(reset, late, BETTER) == "unable_to_auth_password_reset_token"
    assert given.because().startswith("expired ")


def test_unknown_and_used_links_are_refused(token, reset, ada, given, acme, refused, client, mock):
    assert refused(reset, "x" * 44, GOOD) == "unable_to_auth_password_reset_token"
    assert refused(reset, "short", GOOD) == "invalid_token"
    link = given.link_token(acme, "ada@acme.test")
    assert refused(reset, link, GOOD) == "unable_to_auth_password_reset_token"
    mailed = token()
    assert refused(client.magic_links.authenticate, mailed) == "magic_link_not_found"
    assert refused(mock.project().client().passwords.email.reset, mailed, GOOD) == "unable_to_auth_password_reset_token"
    assert reset(mailed, GOOD).member_authenticated
    assert refused(reset, mailed, BETTER) == "unable_to_auth_password_reset_token"
    assert given.because().startswith("used ")


def test_link_is_refused_after_the_member_changed(token, reset, ada, client, acme, refused):
    update = client.organizations.members.update
    mailed = token()
    update(acme.organization_id, ada.member_id, email_address="countess@acme.test")
    assert refused(reset, mailed, GOOD) == "unable_to_auth_password_reset_token"
    mailed = token("countess@acme.test")
    client.organizations.update(acme.organization_id, auth_methods="RESTRICTED", allowed_auth_methods=["sso"])
    assert refused(reset, mailed, GOOD) == "operation_restricted_by_organization_auth_methods"
    client.organizations.members.delete(acme.organization_id, ada.member_id)
    assert refused(reset, mailed, GOOD) == "unable_to_auth_password_reset_token"


# require_reset


@pytest.fixture
def shared_password(mock, reset, token, ada):
    """Ada has a cross-organization password."""
    mock.configure(cross_org_passwords_enabled=True)
    reset(token(), GOOD)


def test_require_reset_needs_cross_org_passwords(client, ada, refused):
    assert refused(client.passwords.email.require_reset, "ada@acme.test") == "cross_org_passwords_not_enabled"


def test_require_reset_deletes_the_password(client, shared_password, ada, acme, refused):
    response = client.passwords.email.require_reset("ada@acme.test", acme.organization_id, ada.member_id)
    assert (response.member_id, response.member.member_password_id) == (ada.member_id, "")
    assert response.organization.organization_id == acme.organization_id
    authenticate = client.passwords.authenticate
    assert refused(authenticate, acme.organization_id, "ada@acme.test", GOOD) == "member_password_not_found"
    assert refused(client.passwords.email.require_reset, "ada@acme.test") == "member_password_not_found"


def test_require_reset_accepts_an_address_alone(client, shared_password, token, reset):
    response = client.passwords.email.require_reset("ada@acme.test")
    assert (response.member_id, response.member, response.organization) == (None, None, None)
    assert reset(token(), BETTER).member.member_password_id


def test_require_reset_accepts_a_member_id_without_organization(
    client, shared_password, ada, given, refused, token, reset
):
    require = client.passwords.email.require_reset
    bob = given.member(given.organization("Other"), "bob@acme.test")
    unknown = "member-test-11111111-1111-4111-8111-111111111111"
    for member_id in (bob.member_id, unknown, "ada"):
        assert refused(require, "ada@acme.test", member_id=member_id) == "member_not_found"
    response = require("ada@acme.test", member_id=ada.member_id)
    assert (response.member_id, response.member.member_password_id) == (ada.member_id, "")
    assert response.organization.organization_id == ada.organization_id


def test_require_reset_refuses_mismatching_members(client, shared_password, given, acme, refused):
    require, bob = client.passwords.email.require_reset, given.member(acme, "bob@acme.test")
    assert refused(require, "not-an-address") == "invalid_email"
    assert refused(require, "ada@acme.test", "acme-2") == "organization_not_found"
    assert refused(require, "ada@acme.test", acme.organization_id, bob.member_id) == "member_not_found"
    assert refused(require, "eve@acme.test", acme.organization_id) == "member_not_found"
    assert refused(require, "bob@acme.test", acme.organization_id) == "member_password_not_found"


def test_require_reset_needs_the_permission_in_the_organization(client, shared_password, given, acme, refused):
    require = client.passwords.email.require_reset
    eve, root = given.login(acme, given.member(acme)), given.admin(acme)
    foreign = given.admin(given.organization("Other"))

    def by(login):
        return {"method_options": given.as_member(login)}

    denied = "session_authorization_error"
    assert refused(require, "ada@acme.test", **by(eve)) == denied
    assert refused(require, "ada@acme.test", acme.organization_id, **by(eve)) == denied
    assert (
        refused(require, "ada@acme.test", member_id=eve.member_id, **by(eve)) == "member_not_found"
    )  # the member is Eve, who has another address
    assert refused(require, "ada@acme.test", **by(foreign)) == "member_not_found"
    tenancy = refused(require, "ada@acme.test", acme.organization_id, **by(foreign))
    assert tenancy == "session_authorization_tenancy_error"
    assert require("ada@acme.test", **by(root)).member.member_password_id == ""


# Events


def test_each_change_of_a_password_emits_one_event(token, reset, ada, acme, client, given, events):
    events()
    reset(token(), GOOD)
    assert events() == [("member", "update"), ("member", "update")]  # the password; the verified address
    client.passwords.existing_password.reset(ada.email_address, GOOD, BETTER, acme.organization_id)
    [event] = events.take()
    assert (event.object_type, event.action) == ("member", "update")
    member = client.organizations.members.get(acme.organization_id, ada.member_id).member
    assert event.entity["member_password_id"] == member.member_password_id
    client.passwords.sessions.reset(acme.organization_id, GOOD, session_token=given.login(acme, ada).session_token)
    assert events() == [("member", "update")]
