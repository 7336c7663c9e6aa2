"""``magic_links.email.invite``: the addresses that can be invited, and the member that results."""

import pytest


@pytest.fixture
def invite(client, acme):
    def call(email_address="ada@acme.test", **options):
        return client.magic_links.email.invite(acme.organization_id, email_address, **options)

    return call


def test_invited_member_logs_in(given, client, mock, acme, invite):
    inviter = given.member(acme)
    sent = invite(
        "Ada@Acme.test",
        name="Ada",
        invite_redirect_url="http://localhost:3000/welcome",
        invited_by_member_id=inviter.member_id,
        trusted_metadata={"a": 1},
        untrusted_metadata={"b": 2},
        roles=["stytch_admin", "stytch_admin"],
    )
    assert (sent.member.status, sent.member.name, sent.member.is_admin) == ("invited", "Ada", True)
    assert (sent.member.trusted_metadata, sent.member.untrusted_metadata) == ({"a": 1}, {"b": 2})
    mail = mock.inbox.latest(to="ada@acme.test", kind="magic_link.invite")
    assert mail.redirect_url.startswith("http://localhost:3000/welcome?slug=acme&")
    assert (mail.expires_at - mail.created_at).total_seconds() == 7 * 24 * 3600
    login = client.magic_links.authenticate(mail.token)
    assert (login.member.status, login.member.email_address_verified) == ("active", True)
    assert login.member_session.roles == ["stytch_member", "stytch_admin"]


def test_second_invitation_updates_the_member(given, client, invite, events, mock):
    first = invite(name="Ada", roles=["stytch_admin"], trusted_metadata={"a": 1})
    again = invite(trusted_metadata={"b": 2})
    assert again.member_id == first.member_id
    assert (again.member.name, again.member.is_admin) == ("Ada", True)  # values that aren't sent stay
    assert again.member.trusted_metadata == {"a": 1, "b": 2}
    assert len(mock.inbox.all(to="ada@acme.test", kind="magic_link.invite")) == 2
    assert events() == [("organization", "create"), ("member", "create"), ("member", "update")]


def test_pending_member_becomes_invited(given, acme, invite):
    pending = given.member(acme, "ada@acme.test", create_member_as_pending=True)
    sent = invite()
    assert (sent.member_id, sent.member.status) == (pending.member_id, "invited")


def test_invited_member_stays_invited_when_requesting_a_link(given, client, acme, invite):
    invite()
    sent = client.magic_links.email.login_or_signup(acme.organization_id, "ada@acme.test")
    assert sent.member.status == "invited"


def test_deleted_member_is_invited_as_a_new_member(given, client, acme, invite):
    gone = given.member(acme, "ada@acme.test")
    client.organizations.members.delete(acme.organization_id, gone.member_id)
    sent = invite()
    assert (sent.member.status, sent.member_id == gone.member_id) == ("invited", False)


def test_active_member_is_refused(given, acme, invite, refused, mock):
    given.member(acme, "ada@acme.test")
    assert refused(invite) == "duplicate_member_email"
    assert mock.inbox.all() == []


@pytest.mark.parametrize(
    ("settings", "address", "allowed"),
    [
        ({"email_invites": "ALL_ALLOWED"}, "ada@elsewhere.test", True),
        ({"email_invites": "RESTRICTED", "email_allowed_domains": ["acme.test"]}, "ada@acme.test", True),
        ({"email_invites": "RESTRICTED", "email_allowed_domains": ["acme.test"]}, "ada@elsewhere.test", False),
        ({"email_invites": "RESTRICTED", "email_allowed_domains": ["acme.test"]}, "ada@sub.acme.test", False),
        ({"email_invites": "NOT_ALLOWED", "email_allowed_domains": ["acme.test"]}, "ada@acme.test", False),
    ],
    ids=str,
)
def test_email_invites_setting_limits_invitations(client, acme, invite, refused, settings, address, allowed):
    client.organizations.update(acme.organization_id, **settings)
    if allowed:
        assert invite(address).member.status == "invited"
    else:
        assert refused(invite, address) == "invalid_email_for_invites"


@pytest.mark.parametrize(
    ("options", "error"),
    [
        ({"email_address": "ada"}, "invalid_email"),
        ({"invite_redirect_url": "nowhere"}, "invalid_invite_redirect_url"),
        ({"invited_by_member_id": "nobody"}, "member_not_found"),
        ({"roles": ["chef"]}, "invalid_rbac_role_assignment"),
        ({"roles": ["stytch_member"]}, "cannot_assign_default_rbac_role_id"),
        ({"locale": "tlh"}, "invalid_locale"),
        ({"invite_expiration_minutes": 4}, "invalid_expiration"),
        ({"invite_expiration_minutes": 10081}, "invalid_expiration"),
        ({"trusted_metadata": {"k": "x" * 4096}}, "metadata_too_large"),
        ({"untrusted_metadata": {str(n): n for n in range(21)}}, "metadata_too_many_keys"),
    ],
    ids=str,
)
def test_invalid_arguments_are_refused(invite, refused, options, error, mock):
    assert refused(invite, **options) == error
    assert mock.inbox.all() == []


def test_inviter_of_another_organization_is_refused(given, invite, refused):
    foreign_member = given.member(given.organization("Globex"))
    error = refused(invite, invited_by_member_id=foreign_member.member_id)
    assert error == "member_does_not_exist_in_organization"


def test_unknown_template_is_refused(invite, mock, refused):
    mock.configure(email_templates=["t1"])
    assert invite(invite_template_id="t1")
    assert refused(invite, invite_template_id="t2") == "email_template_not_found"


def test_expired_invitation_is_refused(given, client, invite, mock, refused):
    invite(invite_expiration_minutes=5)
    mock.clock.advance(minutes=5)
    assert refused(client.magic_links.authenticate, given.token("ada@acme.test")) == "unable_to_auth_magic_link"


@pytest.mark.parametrize(
    ("locale", "word"), [("en", "invited"), ("es", "invita"), ("fr", "invit"), ("pt-br", "convite")]
)
def test_mail_is_in_the_requested_language(invite, mock, locale, word):
    invite(locale=locale)
    mail = mock.inbox.latest(to="ada@acme.test")
    assert word in (mail.subject + mail.text).lower()
    assert "7 " in mail.text  # days
