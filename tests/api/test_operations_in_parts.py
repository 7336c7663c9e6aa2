"""Operations on many rows work in parts, each in its own transaction, with the result of one."""

import pytest

from mockstytch.domain.shared import parts
from tests.api.sso_visits import SsoVisit
from tests.contract.stories_of_scim import connected
from tests.scim.directory import Directory


@pytest.fixture
def size(monkeypatch):
    monkeypatch.setattr(parts, "SIZE", 2)


def members_of(given, organization, count):
    return [given.member(organization, f"user-{number}@acme.test") for number in range(count)]


def test_large_organization_is_deleted_as_a_small_one(size, given, client, refused, events, mock, mockstytch_server):
    acme = given.organization(organization_external_id="acme.1")
    members = members_of(given, acme, 7)
    login, pending = given.login(acme, members[6]), given.link_token(acme, "user-5@acme.test")
    client.organizations.members.delete("acme", members[3].member_id)
    globex = given.organization("Globex")
    other = given.login(globex, given.member(globex, "user-0@acme.test"))
    events()
    assert client.organizations.delete("acme").organization_id == acme.organization_id
    assert events() == [("member", "delete")] * 6 + [("organization", "delete")]
    if not mockstytch_server._server.mock.is_shared:  # otherwise entries are read without what they caused
        entry = mockstytch_server._server.mock.request_log.entries(mock.project_id)[-1]
        assert (entry.method, len(entry.exchange.event_ids)) == ("DELETE", 7)
    assert refused(client.organizations.get, acme.organization_id) == "organization_not_found"
    assert refused(client.organizations.members.dangerously_get, members[6].member_id) == "member_not_found"
    assert refused(client.sessions.authenticate, session_token=login.session_token) == "session_not_found"
    assert refused(client.magic_links.authenticate, pending) == "unable_to_auth_magic_link"
    assert client.sessions.authenticate(session_token=other.session_token).member.email_address == "user-0@acme.test"
    again = given.organization(organization_slug="acme", organization_external_id="acme.1")
    assert given.member(again, "user-5@acme.test").member_id != members[5].member_id


def test_member_can_delete_a_large_organization(size, given, http, client, refused, events):
    acme = given.organization()
    admin = given.admin(acme)
    members_of(given, acme, 5)
    events()
    headers = {"X-Stytch-Member-Session": admin.session_token}
    assert http.delete("/v1/b2b/organizations/acme", headers=headers).status_code == 200
    assert events() == [("member", "delete")] * 6 + [("organization", "delete")]
    assert refused(client.sessions.authenticate, session_token=admin.session_token) == "session_not_found"


def test_scim_connection_with_many_users_is_deleted(size, given, client, events):
    connection = connected(given)
    directory = Directory(connection)
    with directory.http:
        directory.create_group("Engines", *(directory.create_user(f"user-{number}@acme.test") for number in range(5)))
    events()
    client.scim.connection.delete(connection.organization_id, connection.connection_id)
    assert events() == [("member", "update")] * 5 + [("scim_connection", "delete")]
    found = client.organizations.members.search([connection.organization_id]).members
    assert [member.scim_registration for member in found] == [None] * 5
    assert client.organizations.get(connection.organization_id).organization.scim_active_connection is None


def test_sso_connection_with_many_members_is_deleted(size, given, client, mock, refused, events):
    acme_id = given.organization(sso_jit_provisioning="ALL_ALLOWED").organization_id
    provider, visit = mock.identity_provider(acme_id, "saml"), SsoVisit(mock)
    logins = [
        client.sso.authenticate(visit.token(provider.connection_id, f"user-{number}@acme.test")) for number in range(5)
    ]
    events()
    client.sso.delete_connection(acme_id, provider.connection_id)
    assert events() == [("member", "update")] * 5 + [("saml_connection", "delete")]
    found = client.organizations.members.search([acme_id]).members
    assert [member.sso_registrations for member in found] == [[]] * 5
    assert {member.member_id for member in found} == {login.member.member_id for login in logins}
    assert client.organizations.get(acme_id).organization.sso_active_connections == []
    assert refused(client.sso.delete_connection, acme_id, provider.connection_id) == "sso_connection_not_found"
