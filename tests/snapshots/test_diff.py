"""The differences between a project and a snapshot."""

import pytest

from mockstytch import MockError


@pytest.fixture
def acme(given):
    return given.organization("Acme", organization_slug="acme")


@pytest.fixture
def ada(given, acme):
    return given.member(acme, "ada@acme.test", name="Ada")


def test_nothing_changed(mock, ada):
    mock.snapshots.save("start")
    assert mock.call("GET", "/snapshots/start/diff") == {"created": [], "changed": [], "deleted": []}


def test_changed_fields_have_the_api_s_names_and_both_values(mock, client, acme, ada):
    mock.snapshots.save("start")
    client.organizations.members.update(acme.organization_id, ada.member_id, name="Eve", roles=["stytch_admin"])
    client.organizations.update(acme.organization_id, organization_slug="acme-2")
    diff = mock.call("GET", "/snapshots/start/diff", {"object_type": "organization,member"})
    organization, member = diff["changed"]
    assert organization == {
        "object_type": "organization",
        "id": acme.organization_id,
        "fields": {"organization_slug": {"was": "acme", "is": "acme-2"}},
    }
    assert (member["object_type"], member["id"]) == ("member", ada.member_id)
    assert member["fields"]["name"] == {"was": "Ada", "is": "Eve"}
    assert member["fields"]["is_admin"] == {"was": False, "is": True}
    assert [role["role_id"] for role in member["fields"]["roles"]["is"]] == ["stytch_member", "stytch_admin"]
    assert sorted(member["fields"]) == ["is_admin", "name", "roles"]


def test_created_and_deleted_objects_are_complete(mock, given, client, acme, ada):
    mock.snapshots.save("start")
    bob = given.member(acme, "bob@acme.test", name="Bob")
    client.organizations.delete(acme.organization_id)
    globex = given.organization("Globex", organization_slug="globex")
    diff = mock.snapshots.diff("start", ["organization", "member"])
    [created] = diff.created
    assert (created.id, created.object["organization_name"]) == (globex.organization_id, "Globex")
    assert [(o.object_type, o.id) for o in diff.deleted] == [
        ("organization", acme.organization_id),
        ("member", ada.member_id),
    ]
    assert diff.deleted[1].object["email_address"] == "ada@acme.test"
    assert bob.member_id not in str(diff)


def test_login_creates_a_session_without_its_token(mock, given, acme, ada):
    mock.snapshots.save("start")
    login = given.login(acme, ada)
    diff = mock.snapshots.diff("start")
    [session] = [o for o in diff.created if o.object_type == "member_session"]
    assert session.id == login.member_session.member_session_id
    assert session.object["session_token"] == "…"
    assert login.session_token not in str(diff)
    message = next(o for o in diff.created if o.object_type == "message")
    assert (message.object["to"], message.object["link"], message.object["token"]) == ("ada@acme.test", "…", "…")
    token = next(o for o in diff.created if o.object_type == "one_time_token")
    assert token.id == "…" + mock.inbox.latest().token[-4:]


def test_changed_secret_is_listed_without_its_values(mock, client):
    created = client.m2m.clients.create(scopes=[]).m2m_client
    mock.snapshots.save("start")
    rotated = client.m2m.clients.secrets.rotate_start(created.client_id).m2m_client
    client.m2m.clients.secrets.rotate(created.client_id)
    [change] = mock.snapshots.diff("start", ["m2m_client"]).changed
    assert change.id == created.client_id
    assert change.fields["secret_hash"] == {"was": "…", "is": "…"}
    assert change.fields["client_secret_last_four"]["is"] == rotated.next_client_secret[-4:]


def test_settings_and_clock_are_changes_of_the_project(mock):
    mock.webhooks.set("http://127.0.0.1:9/")
    mock.snapshots.save("start")
    mock.configure(redirect_urls="registered")
    mock.webhooks.set({"url": "http://127.0.0.1:9/", "secret": "whsec_c2VjcmV0LW9mLXRoZS1hcHA="})
    mock.clock.freeze()
    [change] = mock.snapshots.diff("start").changed
    assert (change.object_type, change.id) == ("project", mock.project_id)
    assert change.fields["redirect_urls"] == {"was": "any", "is": "registered"}
    assert change.fields["webhooks"]["is"] == [{"url": "http://127.0.0.1:9/", "secret": "…", "event_types": []}]
    assert change.fields["clock"]["was"]["frozen_at"] is None
    assert sorted(change.fields) == ["clock", "redirect_urls", "webhooks"]


def test_metadata_of_the_app_is_shown(mock, client, acme):
    mock.snapshots.save("start")
    client.organizations.update(acme.organization_id, trusted_metadata={"code": "blue", "token": "t"})
    [change] = mock.snapshots.diff("start", ["organization"]).changed
    assert change.fields["trusted_metadata"]["is"] == {"code": "blue", "token": "t"}


def test_connections_have_the_api_s_names(mock, client, acme):
    mock.snapshots.save("start")
    saml = mock.identity_provider(acme.organization_id, "saml")
    oidc = mock.identity_provider(acme.organization_id, "oidc")
    diff = mock.snapshots.diff("start", ["saml_connection", "oidc_connection", "organization"])
    assert {o.object_type: o.id for o in diff.created} == {
        "saml_connection": saml.connection_id,
        "oidc_connection": oidc.connection_id,
    }
    assert diff.created[0].object.keys() | diff.created[1].object.keys() >= {"acs_url", "audience_uri", "redirect_url"}
    assert next(o for o in diff.created if o.object_type == "oidc_connection").object["client_secret"] == "…"
    [organization] = diff.changed
    assert len(organization.fields["sso_active_connections"]["is"]) == 2


def test_unknown_type_of_objects_is_refused(mock):
    mock.snapshots.save("start")
    with pytest.raises(MockError, match=r"Did you mean member\?"):
        mock.snapshots.diff("start", ["membr"])
