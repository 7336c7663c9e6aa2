"""The SCIM connection of an organization: create, change and delete it, rotate its token, set the roles of groups."""

import re

import pytest

from tests.contract.stories_of_scim import connected, named

PROVIDERS = ["generic", "okta", "microsoft-entra", "cyberark", "jumpcloud", "onelogin", "pingfederate", "rippling"]


@pytest.fixture
def connection(given):
    return connected(given, display_name="Our directory")


@pytest.fixture
def scim(client):
    return client.scim.connection


def test_new_connection_has_a_token_and_default_values(scim, connection, mock):
    assert re.fullmatch(r"scim-connection-test-[0-9a-f-]{36}", connection.connection_id)
    assert re.fullmatch(r"[A-Za-z0-9]{48}", connection.bearer_token)
    assert connection.base_url == f"{mock.url}/v1/b2b/scim/{connection.connection_id}"
    assert (connection.status, connection.display_name) == ("active", "Our directory")
    assert (connection.identity_provider, connection.scim_group_implicit_role_assignments) == ("generic", [])
    assert (connection.bearer_token_expires_at - mock.clock.now()).days in (5 * 365, 5 * 365 - 1)


def test_only_creation_returns_the_token(client, scim, connection):
    current = scim.get(connection.organization_id).connection
    assert current.bearer_token_last_four == connection.bearer_token[-4:]
    assert (current.next_bearer_token_last_four, current.next_bearer_token_expires_at) == ("", None)
    assert connection.bearer_token not in repr(current)
    assert connection.bearer_token not in repr(client.organizations.get(connection.organization_id))


def test_organization_has_a_summary_of_its_connection(client, scim, connection):
    def summary():
        return client.organizations.get(connection.organization_id).organization.scim_active_connection

    assert summary().connection_id == connection.connection_id
    assert summary().bearer_token_last_four == connection.bearer_token[-4:]
    scim.update(**named(connection), display_name="Entra")
    assert summary().display_name == "Entra"
    token = scim.rotate_start(**named(connection)).connection.next_bearer_token
    assert summary().bearer_token_last_four == connection.bearer_token[-4:]
    scim.rotate_complete(**named(connection))
    assert summary().bearer_token_last_four == token[-4:]
    scim.delete(**named(connection))
    assert summary() is None


@pytest.mark.parametrize("identity_provider", PROVIDERS)
def test_only_the_base_url_for_entra_has_a_flag(given, scim, identity_provider):
    connection = connected(given, identity_provider=identity_provider)
    assert connection.identity_provider == identity_provider
    assert connection.base_url.endswith("?aadOptscim062020") == (identity_provider == "microsoft-entra")


@pytest.mark.parametrize(
    ("sent", "stored"),
    [
        ("microsoftentra", "microsoft-entra"),
        ("googleworkspace", "google-workspace"),
        ("google-workspace", "google-workspace"),
        ("MicrosoftEntra", "microsoft-entra"),
    ],
)
def test_identity_provider_is_accepted_without_hyphens(given, scim, connection, sent, stored):
    """The Java and Rust SDKs can only send it so."""
    assert connected(given, identity_provider=sent).identity_provider == stored
    changed = scim.update(**named(connection), identity_provider=sent).connection
    assert changed.identity_provider == stored
    assert scim.get(connection.organization_id).connection.identity_provider == stored


def test_second_connection_of_an_organization_is_refused(scim, connection, refused):
    assert refused(scim.create, connection.organization_id) == "active_scim_connection_exists"
    scim.delete(**named(connection))
    recreated = scim.create(connection.organization_id).connection
    assert recreated.connection_id != connection.connection_id


def test_unknown_identity_provider_is_refused(given, scim, connection, refused):
    acme = given.organization()
    assert refused(scim.create, acme.organization_id, "x", "workday") == "invalid_scim_idp"
    assert refused(scim.update, **named(connection), identity_provider="workday") == "invalid_scim_idp"


def test_too_long_display_name_is_refused(given, scim, connection, refused):
    acme = given.organization()
    assert refused(scim.create, acme.organization_id, "x" * 129) == "invalid_display_name"
    assert refused(scim.update, **named(connection), display_name="x" * 129) == "invalid_display_name"
    assert scim.update(**named(connection), display_name="").connection.display_name == ""


def test_organization_without_connection_is_refused(given, scim, refused):
    acme = given.organization()
    assert refused(scim.get, acme.organization_id) == "no_active_scim_connection"


@pytest.mark.parametrize("call", ["update", "delete", "get_groups", "rotate_start", "rotate_complete", "rotate_cancel"])
def test_connection_of_another_organization_is_refused(given, scim, connection, refused, call):
    acme = given.organization()
    other = {"organization_id": acme.organization_id, "connection_id": connection.connection_id}
    assert refused(getattr(scim, call), **other) == "no_active_scim_connection"
    other["organization_id"] = connected(given).organization_id
    assert refused(getattr(scim, call), **other) == "no_active_scim_connection"


def test_update_changes_only_the_sent_fields(scim, connection):
    changed = scim.update(**named(connection), identity_provider="okta").connection
    assert (changed.identity_provider, changed.display_name) == ("okta", "Our directory")
    changed = scim.update(**named(connection), display_name="Okta").connection
    assert (changed.identity_provider, changed.display_name) == ("okta", "Okta")


def test_completed_rotation_replaces_the_token(scim, connection, refused):
    assert refused(scim.rotate_complete, **named(connection)) == "scim_connection_not_rotating_token"
    assert refused(scim.rotate_cancel, **named(connection)) == "scim_connection_not_rotating_token"
    started = scim.rotate_start(**named(connection)).connection
    assert re.fullmatch(r"[A-Za-z0-9]{48}", started.next_bearer_token)
    assert started.bearer_token_last_four == connection.bearer_token[-4:]
    during = scim.get(connection.organization_id).connection
    assert during.next_bearer_token_last_four == started.next_bearer_token[-4:]
    assert during.next_bearer_token_expires_at == started.next_bearer_token_expires_at
    completed = scim.rotate_complete(**named(connection)).connection
    assert completed.bearer_token_last_four == started.next_bearer_token[-4:]
    assert completed.bearer_token_expires_at == started.next_bearer_token_expires_at
    assert (completed.next_bearer_token_last_four, completed.next_bearer_token_expires_at) == ("", None)
    assert refused(scim.rotate_complete, **named(connection)) == "scim_connection_not_rotating_token"


def test_cancelled_rotation_keeps_the_token(scim, connection, refused):
    scim.rotate_start(**named(connection))
    cancelled = scim.rotate_cancel(**named(connection)).connection
    assert cancelled.bearer_token_last_four == connection.bearer_token[-4:]
    assert cancelled.next_bearer_token_last_four == ""
    assert refused(scim.rotate_cancel, **named(connection)) == "scim_connection_not_rotating_token"


def test_role_of_an_unknown_group_is_refused(scim, connection, refused):
    def assign(**assignment):
        return refused(scim.update, **named(connection), scim_group_implicit_role_assignments=[assignment])

    unknown = "scim-group-test-11111111-1111-4111-8111-111111111111"
    assert assign(role_id="stytch_admin") == "scim_group_role_assignment_does_not_contain_group_id"
    assert assign(role_id="stytch_admin", group_id="") == "scim_group_role_assignment_does_not_contain_group_id"
    assert assign(role_id="stytch_admin", group_id=unknown) == "scim_group_role_assignment_group_does_not_exist"


def test_changes_emit_events_of_the_connection(scim, connection, events):
    scim.update(**named(connection), display_name="Okta")
    scim.rotate_start(**named(connection))
    scim.rotate_cancel(**named(connection))
    scim.delete(**named(connection))
    actions = ["create", "update", "update", "update", "delete"]
    assert events() == [("organization", "create"), *[("scim_connection", action) for action in actions]]


def test_browser_lists_the_groups_of_its_organization(mock, given, scim, http):
    def groups(login, **fields):
        response = http.post("/sdk/v1/b2b/scim/groups", json=fields, auth=(mock.public_token, login.session_token))
        return response.json().get("data") or response.json()

    acme = given.organization()
    admin = given.admin(acme)
    assert groups(admin, limit=1000)["scim_groups"] == []
    connection = scim.create(acme.organization_id).connection
    mock.scim_push(connection.connection_id, [{"op": "create_group", "name": name} for name in ("Sales", "Staff")])
    page = groups(admin, limit=1)
    assert [group["group_name"] for group in page["scim_groups"]] == ["Staff"]
    assert [g["group_name"] for g in groups(admin, cursor=page["next_cursor"])["scim_groups"]] == ["Sales"]
    assert groups(given.admin(given.organization("Other")), organization_id=acme.organization_id)["scim_groups"] == []
    assert groups(admin, limit=1001)["error_type"] == "user_search_invalid_limit"
    assert groups(given.login(acme, given.member(acme)))["error_type"] == "session_authorization_error"
