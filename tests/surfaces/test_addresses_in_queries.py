"""Addresses in a query string: an unescaped plus means a plus, although a query has it for a blank."""

import time

import pytest

from mockstytch.protocols.query_strings import with_plus_in_addresses


def test_inbox_finds_the_address(mock, given, http):
    given.client.magic_links.email.discovery.send("ada+1@acme.test")
    for query in ("to=ada+1@acme.test", "to=ada%2B1@acme.test", "to=ada%201@acme.test", "to=%20ADA+1%40acme.test"):
        for path in ("/_mock/api/messages", "/_mock/api/messages/latest"):
            assert "ada+1@acme.test" in http.get(f"{path}?{query}").text, query
        assert "ada+1@acme.test" in http.get(f"/_mock/?{query}").text


def test_inbox_finds_the_phone_number(mock, given, http):
    acme = given.organization()
    member = given.member(acme)
    given.client.otps.sms.send(acme.organization_id, member.member_id, mfa_phone_number="+12025550123")
    for query in ("to=+12025550123", "to=%2B12025550123"):
        assert http.get(f"/_mock/api/messages/latest?{query}").json()["channel"] == "sms"


def test_member_is_found_by_the_address(given, http):
    acme = given.organization()
    given.member(acme, "ada+1@acme.test")
    path = f"/v1/b2b/organizations/{acme.organization_id}/member"
    for query in (
        "email_address=ada+1@acme.test",
        "email_address=ada+1%40acme.test",
        "email_address=ada%201@acme.test",
    ):
        assert http.get(f"{path}?{query}").json()["member"]["email_address"] == "ada+1@acme.test"


def test_directory_finds_the_address(mock, given, http):
    acme = given.organization()
    connection = given.client.scim.connection.create(acme.organization_id).connection
    bearer = {"Authorization": f"Bearer {connection.bearer_token}"}
    mock.scim_push(connection.connection_id, [{"op": "create_user", "email": "ada+1@acme.test"}])
    for query in ('filter=userName+eq+"ada+1@acme.test"', "filter=userName%20eq%20%22ada+1%40acme.test%22"):
        found = http.get(f"{connection.base_url}/Users?{query}", headers=bearer, auth=None)
        assert found.json()["totalResults"] == 1, query


@pytest.mark.parametrize(
    ("query", "same_as"),
    [
        (b"login_hint=ada+1@x.test", b"login_hint=ada%2B1@x.test"),
        (b"x=1&provider_login_hint=ada+1@x.test&y=a+b", b"x=1&provider_login_hint=ada%2B1@x.test&y=a+b"),
        (b"mfa_phone_number=+1202", b"mfa_phone_number=%2B1202"),
        (b"state=a+b@c", b"state=a+b@c"),
        (b"discovery_redirect_url=a+b@c", b"discovery_redirect_url=a+b@c"),
        (b'filter=displayName+eq+"Ada+B"', b'filter=displayName+eq+"Ada+B"'),
        (b'filter=displayName+eq+"Ada+@+B"', b'filter=displayName+eq+"Ada+@+B"'),
        (b"to", b"to"),
        (b"&&to=&", b"&&to=&"),
    ],
)
def test_only_addresses_are_read_differently(query, same_as):
    assert with_plus_in_addresses(query) == same_as


@pytest.mark.parametrize("part", [b"+", b"%20", b'"a+', b"%22", b"&to=+", b"a_email", b"filter="])
@pytest.mark.parametrize("start", [b"to=", b"filter=", b'filter="'])
def test_time_is_linear(start, part):
    def seconds(count):
        begin = time.process_time()
        for _ in range(3):
            with_plus_in_addresses(start + part * count)
        return time.process_time() - begin

    assert seconds(200_000) < 30 * seconds(20_000) + 0.1
