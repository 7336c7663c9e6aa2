"""Bearer tokens: which of them a connection accepts."""

import httpx

from tests.contract.stories_of_scim import connected, named
from tests.scim.directory import refusal


def test_only_the_bearer_token_of_the_connection_is_accepted(directory, connection, given, http):
    def list_users(authorization):
        headers = {"Authorization": authorization} if authorization else {}
        return httpx.get(f"{connection.base_url}/Users", headers=headers, trust_env=False)

    token = connection.bearer_token
    assert list_users(f"Bearer {token}").status_code == 200
    assert list_users(f"bearer  {token}").status_code == 200
    other = connected(given)
    for wrong in ("", token, "Bearer", f"Bearer {token[:-1]}", f"Basic {token}"):
        assert refusal(list_users(wrong)) == (401, "")
    assert refusal(list_users(f"Bearer {other.bearer_token}")) == (401, "")
    assert list_users(f"Bearer {token}x").headers["www-authenticate"] == "Bearer"
    assert refusal(http.get(f"{connection.base_url}/Users")) == (401, "")  # the project's own secret


def test_discovery_endpoints_require_the_token(connection):
    for path in ("ServiceProviderConfig", "Schemas", "ResourceTypes"):
        assert refusal(httpx.get(f"{connection.base_url}/{path}", trust_env=False)) == (401, "")


def test_both_tokens_are_valid_during_a_rotation(directory, connection, client):
    def is_valid(token):
        response = directory.send("GET", "/Users", headers={"Authorization": f"Bearer {token}"})
        assert response.status_code in (200, 401)
        return response.status_code == 200

    scim, first = client.scim.connection, connection.bearer_token
    cancelled = scim.rotate_start(**named(connection)).connection.next_bearer_token
    assert is_valid(first)
    assert is_valid(cancelled)
    scim.rotate_cancel(**named(connection))
    assert is_valid(first)
    assert not is_valid(cancelled)
    second = scim.rotate_start(**named(connection)).connection.next_bearer_token
    scim.rotate_complete(**named(connection))
    assert not is_valid(first)
    assert is_valid(second)


def test_expired_token_is_refused(directory, connection, mock):
    mock.clock.advance(days=5 * 365 - 1)
    assert directory.send("GET", "/Users").status_code == 200
    mock.clock.advance(days=1)
    assert directory.refused("GET", "/Users") == (401, "")
