"""``otps.email``: codes in e-mails."""

from collections import Counter

import pytest

from tests.api.factors import refusal, types, wrong_code
from tests.support.concurrency import all_at_once, counted, crowd

ADA = "ada@acme.test"
SIGNUP = {"email_jit_provisioning": "RESTRICTED", "email_allowed_domains": ["acme.test"]}


@pytest.fixture
def acme(given):
    return given.organization(**SIGNUP)


@pytest.fixture
def sent(client, mock):
    """Send a login code for an organization, and return it."""

    def send(organization, email_address=ADA, **options):
        client.otps.email.login_or_signup(organization.organization_id, email_address, **options)
        return mock.inbox.latest(to=email_address).code

    return send


@pytest.fixture
def enter(client):
    def authenticate(organization, code, email_address=ADA, **options):
        return client.otps.email.authenticate(organization.organization_id, email_address, code, **options)

    return authenticate


# Sending


def test_active_member_gets_a_login_code(client, acme, ada, mock):
    answer = client.otps.email.login_or_signup(acme.organization_id, " Ada@ACME.test ", locale="fr")
    assert (answer.member_id, answer.member_created, answer.member.status) == (ada.member_id, False, "active")
    mail = mock.inbox.latest(to=ADA)
    assert (mail.kind, mail.channel, mail.organization_id) == ("email_otp.login", "email", acme.organization_id)
    assert len(mail.code) == 6
    assert mail.code in mail.text
    assert mail.code in mail.html
    assert mail.link is mail.token is None
    assert mail.subject == "Votre code de connexion à Acme"


def test_allowed_address_becomes_a_pending_member(client, acme, mock, events):
    answer = client.otps.email.login_or_signup(acme.organization_id, ADA)
    assert (answer.member_created, answer.member.status) == (True, "pending")
    assert mock.inbox.latest(to=ADA).kind == "email_otp.signup"
    assert not client.otps.email.login_or_signup(acme.organization_id, ADA).member_created
    assert events() == [("organization", "create"), ("member", "create")]


@pytest.mark.parametrize("status", ["pending", "invited"])
def test_code_activates_and_verifies_the_member(client, acme, sent, enter, given, status):
    if status == "invited":
        given.client.magic_links.email.invite(given.organization("Open").organization_id, ADA)
        client.organizations.update(acme.organization_id, email_invites="ALL_ALLOWED")
        client.magic_links.email.invite(acme.organization_id, ADA)
    answer = enter(acme, sent(acme))
    assert (answer.member.status, answer.member.email_address_verified) == ("active", True)
    assert (answer.member_authenticated, types(answer)) == (True, ["email_otp"])
    (factor,) = answer.member_session.authentication_factors
    assert factor.delivery_method == "email"
    assert (factor.email_factor.email_address, factor.email_factor.email_id) == (ADA, answer.method_id)


def test_refused_request_sends_no_mail(client, given, mock):
    closed = given.organization("Closed")
    start = client.otps.email.login_or_signup
    assert refusal(start, closed.organization_id, ADA) == (400, "email_jit_provisioning_not_allowed")
    acme = given.organization(**SIGNUP)
    assert refusal(start, acme.organization_id, "ada@else.test") == (400, "invalid_email_for_jit_provisioning")
    assert refusal(start, acme.organization_id, "ada") == (400, "invalid_email")
    assert refusal(start, "organization-test-none", ADA) == (404, "organization_not_found")
    assert refusal(start, acme.organization_id, ADA, locale="xx") == (400, "invalid_locale")
    mock.configure(email_templates=["mine"])
    assert refusal(start, acme.organization_id, ADA, login_template_id="x") == (404, "email_template_not_found")
    assert mock.inbox.all() == []


def test_organization_without_email_otp_refuses_codes(client, given, enter, acme, ada, sent):
    code = sent(acme)
    client.organizations.update(acme.organization_id, auth_methods="RESTRICTED", allowed_auth_methods=["magic_link"])
    restricted = (400, "operation_restricted_by_organization_auth_methods")
    assert refusal(client.otps.email.login_or_signup, acme.organization_id, ADA) == restricted
    assert refusal(enter, acme, code) == restricted
    client.organizations.members.update(acme.organization_id, ada.member_id, is_breakglass=True)
    assert enter(acme, code).member_authenticated


@pytest.mark.parametrize("minutes", [1, 16, 0, -1])
def test_invalid_lifetime_is_refused(client, acme, minutes):
    email = client.otps.email
    for option in ("login_expiration_minutes", "signup_expiration_minutes"):
        error = refusal(email.login_or_signup, acme.organization_id, ADA, **{option: minutes})
        assert error == (400, "invalid_expiration_otp")
    error = refusal(email.discovery.send, ADA, discovery_expiration_minutes=minutes)
    assert error == (400, "invalid_expiration_otp")


@pytest.mark.parametrize(("option", "minutes"), [(None, 10), (2, 2), (15, 15)])
@pytest.mark.parametrize("kind", ["login", "signup"])
def test_code_expires(acme, given, sent, enter, mock, kind, option, minutes):
    mock.clock.freeze()
    if kind == "login":
        given.member(acme, ADA)
    options = {f"{kind}_expiration_minutes": option} if option else {}
    code = sent(acme, **options)
    mock.clock.advance(minutes=minutes)
    assert refusal(enter, acme, code) == (401, "unable_to_auth_otp_code")
    mock.clock.advance(seconds=-1)
    assert enter(acme, code).member_authenticated


# Codes


def test_used_code_is_refused(acme, ada, sent, enter):
    code = sent(acme)
    assert enter(acme, code).member_authenticated
    assert refusal(enter, acme, code) == (401, "unable_to_auth_otp_code")


def test_older_code_is_refused(acme, ada, sent, enter):
    old, new = sent(acme), sent(acme)
    assert refusal(enter, acme, old) == (401, "unable_to_auth_otp_code")
    assert enter(acme, new).member_authenticated


def test_wrong_code_does_not_consume_the_right_one(acme, ada, sent, enter):
    code = sent(acme)
    assert refusal(enter, acme, wrong_code(code)) == (404, "otp_code_not_found")
    assert enter(acme, code).member_authenticated


@pytest.mark.parametrize("code", ["", "12345", "1234567", "12345a", "١٢٣٤٥٦", "123456\n", " 123456", "+12345"])
def test_malformed_code_is_refused(acme, ada, enter, client, code):
    assert refusal(enter, acme, code) == (400, "invalid_code")
    assert refusal(client.otps.email.discovery.authenticate, ADA, code) == (400, "invalid_code")


def test_code_of_another_member_is_refused(acme, ada, given, sent, enter):
    given.member(acme, "bob@acme.test")
    code = sent(acme)
    assert refusal(enter, acme, code, "bob@acme.test") == (404, "otp_code_not_found")
    assert refusal(enter, acme, code, "unknown@acme.test") == (404, "otp_code_not_found")
    assert enter(acme, code).member_authenticated  # no refusal consumed it


def test_code_works_only_in_its_organization(acme, ada, given, sent, enter):
    globex = given.organization("Globex")
    given.member(globex, ADA)
    code = sent(acme)
    assert refusal(enter, globex, code) == (404, "otp_code_not_found")
    assert enter(acme, code).member_authenticated


def test_code_replaces_codes_of_other_organizations(acme, ada, given, sent, enter):
    globex = given.organization("Globex")
    given.member(globex, ADA)
    old, new = sent(acme), sent(globex)
    assert refusal(enter, acme, old) == (401, "unable_to_auth_otp_code")
    assert enter(globex, new).organization_id == globex.organization_id


def test_code_of_another_project_is_refused(acme, ada, mock, sent):
    elsewhere = mock.project().client()
    there = elsewhere.organizations.create("Acme", organization_slug="acme").organization
    elsewhere.organizations.members.create(there.organization_id, ADA)
    code = sent(acme)
    assert refusal(elsewhere.otps.email.authenticate, there.organization_id, ADA, code) == (404, "otp_code_not_found")


def test_login_codes_and_discovery_codes_are_separate(acme, ada, client, sent, enter, mock):
    code = sent(acme)
    client.otps.email.discovery.send(ADA)
    found = mock.inbox.latest(to=ADA)
    assert (found.kind, found.organization_id) == ("email_otp.discovery", None)
    assert refusal(client.otps.email.discovery.authenticate, ADA, code) == (404, "otp_code_not_found")
    assert refusal(enter, acme, found.code) == (404, "otp_code_not_found")
    assert enter(acme, code).member_authenticated
    assert client.otps.email.discovery.authenticate(ADA, found.code).email_address == ADA


def test_code_of_a_deleted_member_is_refused(acme, ada, client, sent, enter):
    code = sent(acme)
    client.organizations.members.delete(acme.organization_id, ada.member_id)
    assert refusal(enter, acme, code) == (404, "otp_code_not_found")
    client.organizations.members.create(acme.organization_id, ADA)
    assert refusal(enter, acme, code) == (404, "otp_code_not_found")


# Existing sessions


def test_own_session_gets_the_factor(acme, ada, given, sent, enter):
    before = given.login(acme, ada)
    answer = enter(acme, sent(acme), session_token=before.session_token, session_custom_claims={"a": 1})
    assert answer.session_token == before.session_token
    assert (types(answer), answer.member_session.custom_claims) == (["magic_link", "email_otp"], {"a": 1})


def test_session_of_another_member_is_unchanged(acme, ada, given, sent, enter, client):
    bob = given.login(acme, given.member(acme, "bob@acme.test"))
    answer = enter(acme, sent(acme), session_token=bob.session_token)
    assert (types(answer), answer.session_token != bob.session_token) == (["email_otp"], True)
    assert types(client.sessions.authenticate(session_token=bob.session_token)) == ["magic_link"]


def test_invalid_session_arguments_are_refused(acme, ada, sent, enter):
    code = sent(acme)
    assert refusal(enter, acme, code, session_token="short") == (400, "invalid_session_token")
    assert refusal(enter, acme, code, session_token="x" * 44) == (404, "session_not_found")
    assert refusal(enter, acme, code, intermediate_session_token="x" * 44) == (404, "intermediate_session_not_found")
    both = {"session_token": "x" * 44, "intermediate_session_token": "x" * 44}
    assert refusal(enter, acme, code, **both) == (400, "too_many_session_arguments")
    minutes = refusal(enter, acme, code, session_duration_minutes=4)
    assert minutes == (400, "invalid_session_duration_minutes")
    assert enter(acme, code, session_duration_minutes=5).member_authenticated


def test_intermediate_session_of_another_member_or_organization_is_refused(acme, ada, given, sent, enter):
    code = sent(acme)
    bobs = given.intermediate_session("bob@acme.test")
    mismatch = refusal(enter, acme, code, intermediate_session_token=bobs)
    assert mismatch == (400, "member_session_member_id_mismatch")
    globex = given.organization("Globex", mfa_policy="REQUIRED_FOR_ALL")
    intermediate = given.login(globex, given.member(globex, ADA)).intermediate_session_token
    elsewhere = refusal(enter, acme, code, intermediate_session_token=intermediate)
    assert elsewhere == (400, "invalid_intermediate_session_token_for_organization")
    assert types(enter(acme, code, intermediate_session_token=given.intermediate_session(ADA))) == [
        "magic_link",
        "email_otp",
    ]


def test_exchanged_intermediate_session_is_completed_in_the_new_organization(acme, ada, given, sent, enter, client):
    """The first organization requires MFA, the second one another primary method."""
    globex = given.organization("Globex", mfa_policy="REQUIRED_FOR_ALL")
    intermediate = given.login(globex, given.member(globex, ADA)).intermediate_session_token
    client.organizations.update(acme.organization_id, auth_methods="RESTRICTED", allowed_auth_methods=["email_otp"])
    answer = client.discovery.intermediate_sessions.exchange(intermediate, acme.organization_id)
    assert answer.primary_required.allowed_auth_methods == ["email_otp"]
    assert answer.intermediate_session_token == intermediate
    assert types(enter(acme, sent(acme), intermediate_session_token=intermediate)) == ["magic_link", "email_otp"]
    error = refusal(enter, acme, sent(acme), intermediate_session_token=intermediate)
    assert error == (404, "intermediate_session_not_found")


# Parallel requests


def test_parallel_requests_with_one_code_start_one_session(mock, client, acme, ada, sent):
    body = {"organization_id": acme.organization_id, "email_address": ADA, "code": sent(acme)}
    answers = all_at_once(crowd(mock), "/v1/b2b/otps/email/authenticate", body)
    assert counted(answers) == Counter({(200, ""): 1, (401, "unable_to_auth_otp_code"): len(answers) - 1})
    assert len(client.sessions.get(acme.organization_id, ada.member_id).member_sessions) == 1
    assert not client.organizations.members.get(acme.organization_id, ada.member_id).member.is_locked


def test_parallel_requests_use_a_discovery_code_once(mock, client):
    client.otps.email.discovery.send(ADA)
    body = {"email_address": ADA, "code": mock.inbox.latest(to=ADA).code}
    answers = all_at_once(crowd(mock), "/v1/b2b/otps/email/discovery/authenticate", body)
    assert counted(answers) == Counter({(200, ""): 1, (401, "unable_to_auth_otp_code"): len(answers) - 1})


# Discovery


def test_discovery_code_returns_organizations(acme, ada, client, mock):
    client.otps.email.discovery.send("Ada@acme.TEST", locale="es")
    code = mock.inbox.latest(to=ADA, kind="email_otp.discovery").code
    answer = client.otps.email.discovery.authenticate(ADA, code)
    (found,) = answer.discovered_organizations
    assert (found.membership.type, found.member_authenticated) == ("active_member", True)
    login = client.discovery.intermediate_sessions.exchange(answer.intermediate_session_token, acme.organization_id)
    assert types(login) == ["email_otp"]
    assert refusal(client.otps.email.discovery.authenticate, ADA, code) == (401, "unable_to_auth_otp_code")


@pytest.mark.parametrize(("option", "minutes"), [(None, 10), (2, 2), (15, 15)])
def test_discovery_code_expires(client, mock, option, minutes):
    mock.clock.freeze()
    client.otps.email.discovery.send(ADA, discovery_expiration_minutes=option)
    code = mock.inbox.latest(to=ADA).code
    mock.clock.advance(minutes=minutes)
    assert refusal(client.otps.email.discovery.authenticate, ADA, code) == (401, "unable_to_auth_otp_code")
    mock.clock.advance(seconds=-1)
    assert client.otps.email.discovery.authenticate(ADA, code).discovered_organizations == []


def test_older_discovery_code_is_refused(client, mock):
    client.otps.email.discovery.send(ADA)
    old = mock.inbox.latest(to=ADA).code
    client.otps.email.discovery.send(ADA)
    assert refusal(client.otps.email.discovery.authenticate, ADA, old) == (401, "unable_to_auth_otp_code")
    error = refusal(client.otps.email.discovery.authenticate, "bob@acme.test", mock.inbox.latest(to=ADA).code)
    assert error == (404, "otp_code_not_found")


# E-mail updates


@pytest.fixture
def update_code(acme, ada, client, given, mock):
    """Start an email update for Ada, and return the code sent to the new address."""
    given.login(acme, ada)
    client.organizations.members.start_email_update(
        acme.organization_id, ada.member_id, "ada@new.test", delivery_method="EMAIL_OTP"
    )
    mail = mock.inbox.latest(to="ada@new.test")
    assert mail.kind == "email_update"
    return mail.code


def test_code_completes_an_email_update(acme, ada, update_code, enter):
    answer = enter(acme, update_code, "ada@new.test")
    assert (answer.member_id, answer.member.email_address) == (ada.member_id, "ada@new.test")
    assert answer.member.email_address_verified
    assert [e.email_address for e in answer.member.retired_email_addresses] == [ADA]
    assert refusal(enter, acme, update_code, "ada@new.test") == (401, "unable_to_auth_otp_code")


def test_wrong_code_of_an_email_update_counts_as_a_failure(acme, ada, update_code, enter, mock, given):
    mock.configure(user_lock={"enabled": True, "threshold": 2, "ttl_seconds": 300})
    assert refusal(enter, acme, wrong_code(update_code), "ada@new.test") == (404, "otp_code_not_found")
    assert refusal(enter, acme, update_code) == (404, "otp_code_not_found")  # the code isn't for the old address
    assert refusal(enter, acme, update_code, "ada@new.test") == (429, "user_lock_limit_reached")
    mock.clock.advance(minutes=5)
    assert refusal(enter, acme, update_code, "ada@new.test") == (401, "unable_to_auth_otp_code")


def test_email_update_code_is_refused_in_another_organization(acme, update_code, enter, given):
    assert refusal(enter, given.organization("Globex"), update_code, "ada@new.test") == (404, "otp_code_not_found")
    assert enter(acme, update_code, "ada@new.test").member.email_address == "ada@new.test"


def test_email_update_code_expires_after_five_minutes(acme, ada, given, client, mock, enter):
    mock.clock.freeze()
    given.login(acme, ada)
    start = client.organizations.members.start_email_update
    start(acme.organization_id, ada.member_id, "ada@new.test", delivery_method="EMAIL_OTP")
    code = mock.inbox.latest(to="ada@new.test").code
    mock.clock.advance(minutes=5)
    assert refusal(enter, acme, code, "ada@new.test") == (401, "unable_to_auth_otp_code")
    mock.clock.advance(seconds=-1)
    assert enter(acme, code, "ada@new.test").member.email_address == "ada@new.test"
