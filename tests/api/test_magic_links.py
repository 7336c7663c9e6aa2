"""Login and signup by link, within one organization."""

import pytest


def test_login_of_an_active_member(given, client):
    acme = given.organization()
    ada = given.member(acme, "ada@acme.test", name="Ada")
    sent = client.magic_links.email.login_or_signup(acme.organization_id, "Ada@Acme.test")
    assert (sent.member_created, sent.member.member_id, sent.member.status) == (False, ada.member_id, "active")
    login = client.magic_links.authenticate(given.token("ada@acme.test", "magic_link.login"))
    assert login.member_authenticated
    assert login.member.email_address_verified
    assert login.intermediate_session_token == ""
    assert login.member_session.roles == ["stytch_member"]
    factor = login.member_session.authentication_factors[0]
    assert (factor.type.value, factor.delivery_method.value) == ("magic_link", "email")
    assert login.method_id == factor.email_factor.email_id
    assert (login.member_session.expires_at - login.member_session.started_at).total_seconds() == 3600


def test_a_link_works_once(given, client, refused):
    acme = given.organization()
    given.member(acme, "ada@acme.test")
    token = given.link_token(acme, "ada@acme.test")
    client.magic_links.authenticate(token)
    assert refused(client.magic_links.authenticate, token) == "unable_to_auth_magic_link"


@pytest.mark.parametrize(("minutes", "after", "works"), [(None, 59, True), (None, 60, False), (5, 5, False)])
def test_a_link_expires(given, client, mock, refused, minutes, after, works):
    acme = given.organization()
    given.member(acme, "ada@acme.test")
    options = {"login_expiration_minutes": minutes} if minutes else {}
    token = given.link_token(acme, "ada@acme.test", **options)
    mock.clock.advance(minutes=after)
    if works:
        assert client.magic_links.authenticate(token).member_authenticated
    else:
        assert refused(client.magic_links.authenticate, token) == "unable_to_auth_magic_link"
        assert "expired" in mock.requests()[-1]["because"]
