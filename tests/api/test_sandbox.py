"""Stytch's documented sandbox values."""

import pytest

ORGANIZATION = "organization-test-007d9d4a-deac-4a87-ba0a-e6e8afba4d4b"
ADDRESS = "sandbox@stytch.com"
VALID = "DOYoip3rvIMMW5lgItikFK-Ak1CfMsgjuiCyI7uuU94="
USED = "3pzjQpgksDlGKWEwUq2Up--hCHC_0oamfLHyfspKDFU="
UNKNOWN = "CprTtwhnRNiMBiUS2jSLcWYrfuO2POeBNdo5HhW6qTM="


def test_sandbox_address_gets_no_mail(client, mock):
    for send in (client.magic_links.email.login_or_signup, client.magic_links.email.invite):
        sent = send(ORGANIZATION, ADDRESS)
        assert (sent.status_code, sent.organization.organization_id) == (200, ORGANIZATION)
        assert sent.member.email_address == ADDRESS
    client.magic_links.email.discovery.send(ADDRESS)
    assert mock.inbox.all() == []


def test_valid_sandbox_token_always_works(client):
    for _ in range(2):
        login = client.magic_links.authenticate(VALID)
        assert (login.member_authenticated, login.member.email_address) == (True, ADDRESS)
        assert client.sessions.authenticate(session_token=login.session_token).member.member_id == login.member_id
        found = client.magic_links.discovery.authenticate(VALID)
        assert (found.email_address, len(found.intermediate_session_token)) == (ADDRESS, 44)


@pytest.mark.parametrize(("token", "error"), [(USED, "unable_to_auth_magic_link"), (UNKNOWN, "magic_link_not_found")])
def test_invalid_sandbox_tokens_are_refused(client, refused, token, error):
    assert refused(client.magic_links.authenticate, token) == error
    assert refused(client.magic_links.discovery.authenticate, token) == error


def test_sandbox_organization_is_not_listed_or_counted(client):
    client.magic_links.authenticate(VALID)
    assert client.organizations.search().organizations == []
    assert [m.count for m in client.project.metrics().metrics] == [0, 0, 0, 0]
