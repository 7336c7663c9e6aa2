"""Change, retire, reuse and release a member's address, by the backend and by verification."""

import pytest


@pytest.fixture
def acme(given):
    return given.organization()


@pytest.fixture
def ada(given, acme):
    """An active member with a verified address."""
    given.login(acme, given.member(acme, "ada@acme.test"))
    return given.client.organizations.members.get(acme.organization_id, email_address="ada@acme.test").member


@pytest.fixture
def update(client, acme):
    def call(member, **changes):
        return client.organizations.members.update(acme.organization_id, member.member_id, **changes).member

    return call


@pytest.fixture
def start(client, acme):
    def call(member, email_address, **options):
        return client.organizations.members.start_email_update(
            acme.organization_id, member.member_id, email_address, **options
        )

    return call


@pytest.fixture
def unlink(client, acme):
    def call(member, **which):
        return client.organizations.members.unlink_retired_email(acme.organization_id, member.member_id, **which)

    return call


def retired(member):
    return [e.email_address for e in member.retired_email_addresses]


# Changes by the backend


def test_new_address_is_unverified_and_retires_the_former_one(given, acme, ada, update, set_columns, refused):
    set_columns(ada, member_password_id="member-password-test-1")
    now = update(ada, email_address="Ada@new.test")
    assert (now.email_address, now.email_address_verified, now.member_password_id) == ("ada@new.test", False, "")
    assert retired(now) == ["ada@acme.test"]
    create = given.client.organizations.members.create
    assert refused(create, acme.organization_id, "ada@acme.test") == "retired_member_email"
    invite = given.client.magic_links.email.invite
    assert refused(invite, acme.organization_id, "ada@acme.test") == "retired_member_email"
    bob = given.member(acme)
    assert refused(update, bob, email_address="ada@acme.test") == "retired_member_email"
    assert refused(update, bob, email_address="ada@new.test") == "duplicate_member_email"
    given.member(given.organization("Globex"), "ada@acme.test")


def test_retired_address_cannot_log_in(given, acme, ada, update, client, refused):
    update(ada, email_address="ada@new.test")
    sent = refused(client.magic_links.email.login_or_signup, acme.organization_id, "ada@acme.test")
    assert sent == "email_jit_provisioning_not_allowed"
    got = refused(client.organizations.members.get, acme.organization_id, email_address="ada@acme.test")
    assert got == "member_not_found"
    assert given.discovered("ada@acme.test").discovered_organizations == []


def test_member_can_change_back_to_a_retired_address(given, acme, ada, update):
    first = given.login(acme, ada).method_id
    update(ada, email_address="ada@new.test")
    back = update(ada, email_address="ada@acme.test")
    assert (back.email_address, retired(back)) == ("ada@acme.test", ["ada@new.test"])
    assert given.login(acme, back).method_id == first  # it is the same e-mail again
    assert retired(update(ada, email_address="ada@third.test")) == ["ada@new.test", "ada@acme.test"]


def test_same_address_changes_nothing(ada, update):
    now = update(ada, email_address="ADA@acme.test")
    assert (now.email_address_verified, retired(now)) == (True, [])


def test_former_address_is_released_on_request(given, acme, ada, update):
    assert retired(update(ada, email_address="ada@new.test", unlink_email=True)) == []
    assert given.member(acme, "ada@acme.test")


def test_link_to_former_address_is_refused(given, acme, ada, update, client, refused):
    token = given.link_token(acme, "ada@acme.test")
    update(ada, email_address="ada@new.test")
    assert refused(client.magic_links.authenticate, token) == "unable_to_auth_magic_link"
    assert "address has changed" in given.because()


def test_session_continues_after_change_of_address(given, acme, ada, update, client):
    login = given.login(acme, ada)
    update(ada, email_address="ada@new.test")
    session = client.sessions.authenticate(session_token=login.session_token)
    assert session.member.email_address == "ada@new.test"
    factor = session.member_session.authentication_factors[0]
    assert factor.email_factor.email_address == "ada@acme.test"


def test_deletion_releases_retired_addresses(given, acme, ada, update, client):
    update(ada, email_address="ada@new.test")
    given.login(acme, client.organizations.members.get(acme.organization_id, member_id=ada.member_id).member)
    client.organizations.members.delete(acme.organization_id, ada.member_id)
    heir = given.member(acme, "ada@acme.test")
    back = client.organizations.members.reactivate(acme.organization_id, ada.member_id).member
    assert (back.email_address, retired(back), heir.email_address) == ("ada@new.test", [], "ada@acme.test")


# Unlinking


def test_unlinked_address_is_released(given, acme, ada, update, unlink, refused):
    now = update(ada, email_address="ada@new.test")
    old = now.retired_email_addresses[0]
    assert refused(unlink, ada) == "retired_email_missing_email_identifiers"
    assert refused(unlink, ada, email_address="ada@new.test") == "email_not_found"
    assert refused(unlink, ada, email_id="member-email-test-1") == "email_not_found"
    both = refused(unlink, ada, email_id=old.email_id, email_address="ada@new.test")
    assert both == "email_not_found"
    response = unlink(ada, email_id=old.email_id, email_address="ADA@acme.test")
    assert (response.member_id, response.organization_id) == (ada.member_id, acme.organization_id)
    assert retired(response.member) == []
    assert given.member(acme, "ada@acme.test")


@pytest.mark.parametrize("by", ["email_id", "email_address"])
def test_address_is_unlinked_by_id_or_by_address(ada, update, unlink, by):
    old = update(ada, email_address="ada@new.test").retired_email_addresses[0]
    assert retired(unlink(ada, **{by: getattr(old, by)}).member) == []


# Changes by verification


def test_link_changes_address_and_logs_in(given, acme, ada, start, client, mock, events):
    answer = start(ada, "Ada@new.test", login_redirect_url="http://localhost:3000/changed")
    assert answer.member.email_address == "ada@acme.test"  # nothing has changed yet
    mail = mock.inbox.latest(to="ada@new.test")
    assert (mail.kind, mail.token_type) == ("email_update", "multi_tenant_magic_links")
    assert mail.redirect_url.startswith("http://localhost:3000/changed?slug=acme&")
    events()
    login = client.magic_links.authenticate(mail.token)
    assert (login.member.email_address, login.member.email_address_verified) == ("ada@new.test", True)
    assert retired(login.member) == ["ada@acme.test"]
    assert login.member_authenticated
    factor = login.member_session.authentication_factors[0].email_factor
    assert (factor.email_id, factor.email_address) == (login.method_id, "ada@new.test")
    assert events() == [("member", "update")]


def test_update_adds_factor_to_the_sent_session(given, acme, ada, start, client):
    login = given.login(acme, ada)
    start(ada, "ada@new.test")
    after = client.magic_links.authenticate(given.token("ada@new.test"), session_token=login.session_token)
    assert after.session_token == login.session_token
    addresses = [f.email_factor.email_address for f in after.member_session.authentication_factors]
    assert addresses == ["ada@acme.test", "ada@new.test"]


def test_update_can_send_a_code(ada, start, mock):
    start(ada, "ada@new.test", delivery_method="EMAIL_OTP", locale="fr")
    mail = mock.inbox.latest(to="ada@new.test")
    assert (mail.kind, mail.link, len(mail.code)) == ("email_update", None, 6)
    assert mail.code in mail.text
    assert (mail.expires_at - mail.created_at).total_seconds() == 300


def test_update_expires_after_five_minutes(given, acme, ada, start, client, mock, refused):
    start(ada, "ada@new.test")
    mock.clock.advance(minutes=5)
    assert refused(client.magic_links.authenticate, given.token("ada@new.test")) == "unable_to_auth_magic_link"
    assert given.member(acme, "ada@new.test")  # free again


def test_address_of_pending_update_is_reserved(given, acme, ada, start, update, client, refused):
    start(ada, "ada@new.test")
    bob = given.member(acme, "bob@acme.test")
    given.login(acme, bob)
    busy = "desired_email_updating_for_different_member"
    assert refused(start, bob, "ada@new.test") == busy
    assert refused(update, bob, email_address="ada@new.test") == busy
    assert refused(client.organizations.members.create, acme.organization_id, "ada@new.test") == busy
    given.member(given.organization("Globex"), "ada@new.test")


def test_second_request_restarts_the_time(given, ada, start, client, mock):
    start(ada, "ada@new.test")
    first = given.token("ada@new.test")
    mock.clock.advance(minutes=4)
    start(ada, "ada@new.test")
    second = given.token("ada@new.test")
    mock.clock.advance(minutes=2)
    assert first != second
    assert client.magic_links.authenticate(second).member.email_address == "ada@new.test"


def test_update_to_own_retired_address_succeeds(given, acme, ada, update, start, client):
    update(ada, email_address="ada@new.test")
    client.magic_links.authenticate(given.link_token(acme, "ada@new.test"))
    start(ada, "ada@acme.test")
    back = client.magic_links.authenticate(given.token("ada@acme.test")).member
    assert (back.email_address, retired(back)) == ("ada@acme.test", ["ada@new.test"])


def test_backend_can_set_address_of_pending_update(given, ada, start, update, client):
    start(ada, "ada@new.test")
    assert not update(ada, email_address="ada@new.test").email_address_verified
    assert client.magic_links.authenticate(given.token("ada@new.test")).member.email_address_verified


def test_update_needs_an_active_verified_member(given, acme, ada, start, client, refused):
    unverified = given.member(acme)
    assert refused(start, unverified, "x@new.test") == "member_has_no_active_verified_email"
    pending = given.member(acme, create_member_as_pending=True)
    assert refused(start, pending, "x@new.test") == "email_updates_available_only_for_active_members"
    client.organizations.members.delete(acme.organization_id, ada.member_id)
    assert refused(start, ada, "x@new.test") == "member_not_found"


def test_invalid_update_request_is_refused(given, acme, ada, start, update, refused):
    bob = given.member(acme, "bob@acme.test")
    assert refused(start, ada, "no-address") == "invalid_email"
    assert refused(start, ada, "bob@acme.test") == "duplicate_member_email"
    assert refused(start, ada, "ada@acme.test") == "duplicate_member_email"
    update(bob, email_address="bob@new.test")
    assert refused(start, ada, "bob@acme.test") == "desired_email_deactivated_by_different_member"
    assert refused(start, ada, "ada@new.test", locale="tlh") == "invalid_locale"
    assert refused(start, ada, "ada@new.test", login_redirect_url="nowhere") == "invalid_login_redirect_url"
    assert refused(start, ada, "ada@new.test", delivery_method="PIGEON") == "bad_request"


def test_unknown_template_is_refused(ada, start, mock, refused):
    mock.configure(email_templates=["t1"])
    assert refused(start, ada, "ada@new.test", login_template_id="t2") == "email_template_not_found"
    assert start(ada, "ada@new.test", login_template_id="t1")


def test_update_to_an_address_taken_meanwhile_is_refused(given, acme, ada, update, start, unlink, client, refused):
    update(ada, email_address="ada@new.test")
    client.magic_links.authenticate(given.link_token(acme, "ada@new.test"))
    start(ada, "ada@acme.test")
    token = given.token("ada@acme.test", "email_update")
    unlink(ada, email_address="ada@acme.test")
    given.member(acme, "ada@acme.test")
    assert refused(client.magic_links.authenticate, token) == "unable_to_verify_member_email_update"
    assert given.because() == "duplicate_member_email"
