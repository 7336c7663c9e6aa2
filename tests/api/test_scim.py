"""An organization's SCIM connection: made, changed, deleted; its tokens; what its groups grant."""

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


def test_a_new_connection(scim, connection, mock):
    assert re.fullmatch(r"scim-connection-test-[0-9a-f-]{36}", connection.connection_id)
    assert re.fullmatch(r"[A-Za-z0-9]{48}", connection.bearer_token)
    assert connection.base_url == f"{mock.url}/v1/b2b/scim/{connection.connection_id}"
    assert (connection.status, connection.display_name) == ("active", "Our directory")
    assert (connection.identity_provider, connection.scim_group_implicit_role_assignments) == ("generic", [])
    assert (connection.bearer_token_expires_at - mock.clock.now()).days in (5 * 365, 5 * 365 - 1)


def test_the_token_is_shown_once(client, scim, connection):
    shown = scim.get(connection.organization_id).connection
    assert shown.bearer_token_last_four == connection.bearer_token[-4:]
    assert (shown.next_bearer_token_last_four, shown.next_bearer_token_expires_at) == ("", None)
    assert connection.bearer_token not in repr(shown)
    assert connection.bearer_token not in repr(client.organizations.get(connection.organization_id))


def test_the_organization_shows_it(client, scim, connection):
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
def test_who_is_at_the_other_end(given, scim, identity_provider):
    connection = connected(given, identity_provider=identity_provider)
    assert connection.identity_provider == identity_provider
    assert connection.base_url.endswith("?aadOptscim062020") == (identity_provider == "microsoft-entra")


def test_one_connection_for_each_organization(scim, connection, refused):
    assert refused(scim.create, connection.organization_id) == "active_scim_connection_exists"
    scim.delete(**named(connection))
    again = scim.create(connection.organization_id).connection
    assert again.connection_id != connection.connection_id


def test_an_unknown_provider(given, scim, connection, refused):
    acme = given.organization()
    assert refused(scim.create, acme.organization_id, "x", "workday") == "invalid_scim_idp"
    assert refused(scim.update, **named(connection), identity_provider="workday") == "invalid_scim_idp"


def test_a_name_that_is_too_long(given, scim, connection, refused):
    acme = given.organization()
    assert refused(scim.create, acme.organization_id, "x" * 129) == "invalid_display_name"
    assert refused(scim.update, **named(connection), display_name="x" * 129) == "invalid_display_name"
    assert scim.update(**named(connection), display_name="").connection.display_name == ""


def test_no_connection(given, scim, refused):
    acme = given.organization()
    assert refused(scim.get, acme.organization_id) == "no_active_scim_connection"


@pytest.mark.parametrize("call", ["update", "delete", "get_groups", "rotate_start", "rotate_complete", "rotate_cancel"])
def test_a_connection_of_another_organization(given, scim, connection, refused, call):
    acme = given.organization()
    other = {"organization_id": acme.organization_id, "connection_id": connection.connection_id}
    assert refused(getattr(scim, call), **other) == "no_active_scim_connection"
    connected_too = connected(given)
    other["organization_id"] = connected_too.organization_id
    assert refused(getattr(scim, call), **other) == "no_active_scim_connection"


def test_update_changes_what_is_sent(scim, connection):
    changed = scim.update(**named(connection), identity_provider="okta").connection
    assert (changed.identity_provider, changed.display_name) == ("okta", "Our directory")
    changed = scim.update(**named(connection), display_name="Okta").connection
    assert (changed.identity_provider, changed.display_name) == ("okta", "Okta")


def test_rotation(scim, connection, refused):
    assert refused(scim.rotate_complete, **named(connection)) == "scim_connection_not_rotating_token"
    assert refused(scim.rotate_cancel, **named(connection)) == "scim_connection_not_rotating_token"
    started = scim.rotate_start(**named(connection)).connection
    assert re.fullmatch(r"[A-Za-z0-9]{48}", started.next_bearer_token)
    assert started.bearer_token_last_four == connection.bearer_token[-4:]
    during = scim.get(connection.organization_id).connection
    assert during.next_bearer_token_last_four == started.next_bearer_token[-4:]
    assert during.next_bearer_token_expires_at == started.next_bearer_token_expires_at
    done = scim.rotate_complete(**named(connection)).connection
    assert done.bearer_token_last_four == started.next_bearer_token[-4:]
    assert done.bearer_token_expires_at == started.next_bearer_token_expires_at
    assert (done.next_bearer_token_last_four, done.next_bearer_token_expires_at) == ("", None)
    assert refused(scim.rotate_complete, **named(connection)) == "scim_connection_not_rotating_token"


def test_a_rotation_that_is_cancelled(scim, connection, refused):
    scim.rotate_start(**named(connection))
    left = scim.rotate_cancel(**named(connection)).connection
    assert left.bearer_token_last_four == connection.bearer_token[-4:]
    assert left.next_bearer_token_last_four == ""
    assert refused(scim.rotate_cancel, **named(connection)) == "scim_connection_not_rotating_token"


def test_a_group_that_does_not_exist_grants_nothing(scim, connection, refused):
    def assigned(**assignment):
        return refused(scim.update, **named(connection), scim_group_implicit_role_assignments=[assignment])

    unknown = "scim-group-test-11111111-1111-4111-8111-111111111111"
    assert assigned(role_id="stytch_admin") == "scim_group_role_assignment_does_not_contain_group_id"
    assert assigned(role_id="stytch_admin", group_id="") == "scim_group_role_assignment_does_not_contain_group_id"
    assert assigned(role_id="stytch_admin", group_id=unknown) == "scim_group_role_assignment_group_does_not_exist"


def test_what_is_told(scim, connection, events):
    scim.update(**named(connection), display_name="Okta")
    scim.rotate_start(**named(connection))
    scim.rotate_cancel(**named(connection))
    scim.delete(**named(connection))
    told = [action for object_type, action in events() if object_type == "scim_connection"]
    assert told == ["create", "update", "update", "update", "delete"]
