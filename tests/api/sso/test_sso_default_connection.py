"""The default connection of an organization: its first active one, until it is deleted or changed."""

import pytest

OIDC_FIELDS = {
    "client_id": "c",
    "client_secret": "s",
    "issuer": "http://127.0.0.1:1",
    "authorization_url": "http://127.0.0.1:1/a",
    "token_url": "http://127.0.0.1:1/t",
    "userinfo_url": "http://127.0.0.1:1/u",
    "jwks_url": "http://127.0.0.1:1/j",
}


@pytest.fixture
def acme(given):
    return given.organization("Acme")


def _oidc(client, mock, organization_id):
    connection_id = client.sso.oidc.create_connection(organization_id).connection.connection_id
    assert client.organizations.get(organization_id).organization.sso_default_connection_id is None
    client.sso.oidc.update_connection(organization_id, connection_id, **OIDC_FIELDS)
    return connection_id


def _saml(client, mock, organization_id):
    connection_id = client.sso.saml.create_connection(organization_id).connection.connection_id
    assert client.organizations.get(organization_id).organization.sso_default_connection_id is None
    mock.identity_provider(organization_id, "saml", connection_id=connection_id)
    return connection_id


def _external(client, mock, organization_id):
    other = client.organizations.create("Other", organization_slug="other").organization.organization_id
    direct = mock.identity_provider(other, "saml").connection_id
    return client.sso.external.create_connection(organization_id, other, direct).connection.connection_id


@pytest.mark.parametrize("connect", [_oidc, _saml, _external])
def test_first_active_connection_becomes_the_default(client, mock, acme, connect):
    mock.clock.advance(hours=1)
    connection_id = connect(client, mock, acme.organization_id)
    organization = client.organizations.get("acme").organization
    assert organization.sso_default_connection_id == connection_id
    assert [c.connection_id for c in organization.sso_active_connections] == [connection_id]
    assert organization.updated_at == organization.created_at


def test_second_connection_does_not_become_the_default(client, mock, acme):
    first = mock.identity_provider(acme.organization_id, "oidc").connection_id
    second = mock.identity_provider(acme.organization_id, "saml").connection_id
    assert client.organizations.get("acme").organization.sso_default_connection_id == first
    client.organizations.update("acme", sso_default_connection_id=second)
    client.sso.oidc.update_connection("acme", first, display_name="New")
    assert client.organizations.get("acme").organization.sso_default_connection_id == second


def test_removed_default_stays_removed(client, mock, acme):
    first = mock.identity_provider(acme.organization_id, "oidc").connection_id
    client.organizations.update("acme", sso_default_connection_id="")
    mock.identity_provider(acme.organization_id, "saml")
    client.sso.oidc.update_connection("acme", first, display_name="New")
    assert client.organizations.get("acme").organization.sso_default_connection_id is None


def test_deleted_default_leaves_none_and_a_new_first_connection_follows(client, mock, acme):
    first = mock.identity_provider(acme.organization_id, "oidc").connection_id
    second = mock.identity_provider(acme.organization_id, "saml").connection_id
    client.sso.delete_connection("acme", first)
    assert client.organizations.get("acme").organization.sso_default_connection_id is None
    client.sso.delete_connection("acme", second)
    third = mock.identity_provider(acme.organization_id, "oidc").connection_id
    assert client.organizations.get("acme").organization.sso_default_connection_id == third
