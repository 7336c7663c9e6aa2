"""``/_mock/api/scim/push``: the directory is played, and what it sends goes over the real endpoints."""

import pytest

from mockstytch import MockError


@pytest.fixture
def push(mock, connection):
    return lambda *operations: mock.scim_push(connection.connection_id, list(operations))


def test_a_life_in_a_directory(push, client, connection):
    def member(id):
        return client.organizations.members.dangerously_get(id, include_deleted=True).member

    ada, grace, group = push(
        {"op": "create_user", "email": "ada@acme.test", "name": "Ada Lovelace", "external_id": "1"},
        {"op": "create_user", "email": "grace@acme.test", "user_name": "grace", "attributes": {"title": "Admiral"}},
        {"op": "create_group", "name": "Engines", "users": ["ada@acme.test"]},
    )
    assert [(r.op, r.method, r.path, r.status) for r in (ada, grace, group)] == [
        ("create_user", "POST", "/Users", 201),
        ("create_user", "POST", "/Users", 201),
        ("create_group", "POST", "/Groups", 201),
    ]
    ada_id, grace_id = ada.body["id"], grace.body["id"]
    assert (member(ada_id).name, member(ada_id).scim_registration.external_id) == ("Ada Lovelace", "1")
    assert member(grace_id).scim_registration.scim_attributes.title == "Admiral"
    assert [m["value"] for m in group.body["members"]] == [ada_id]

    (moved, left, renamed) = push(
        {"op": "add_to_group", "group": "Engines", "user": "grace"},
        {"op": "remove_from_group", "group": group.body["id"], "users": [ada_id]},
        {"op": "update_user", "user": "ada@acme.test", "email": "king@acme.test", "family_name": "King"},
    )
    assert len(moved.body["members"]) == 2
    assert [m["value"] for m in left.body["members"]] == [grace_id]
    assert renamed.body["userName"] == "king@acme.test"
    assert member(ada_id).email_address == "king@acme.test"

    (off, on, gone, group_gone) = push(
        {"op": "deactivate_user", "user": grace_id},
        {"op": "update_user", "user": "grace", "active": True},
        {"op": "delete_user", "user": "king@acme.test"},
        {"op": "delete_group", "group": "Engines"},
    )
    assert (off.body["active"], on.body["active"]) == (False, True)
    assert (gone.status, gone.body, group_gone.status) == (204, {}, 204)
    assert member(ada_id).status == "deleted"
    assert client.scim.connection.get_groups(connection.organization_id, connection.connection_id).scim_groups == []


def test_a_refusal_is_told_and_the_others_go_on(push):
    first, again, unknown, group, last = push(
        {"op": "create_user", "email": "ada@acme.test", "active": False},
        {"op": "create_user", "email": "ada@acme.test"},
        {"op": "delete_user", "user": "nobody"},
        {"op": "add_to_group", "group": 'no "such/group', "user": "ada@acme.test"},
        {"op": "create_group", "name": "Engines"},
    )
    assert (first.status, first.body["active"]) == (201, False)
    assert (again.status, again.body["scimType"]) == (409, "uniqueness")
    assert (unknown.status, group.status, last.status) == (404, 404, 201)


def test_the_directory_keeps_its_own_token(push, client, connection, mock):
    """The app's rotation, and time, don't lock out a directory that is only played."""
    client.scim.connection.rotate_start(connection.organization_id, connection.connection_id)
    client.scim.connection.rotate_complete(connection.organization_id, connection.connection_id)
    mock.clock.advance(days=4000)
    (made,) = push({"op": "create_user", "email": "ada@acme.test"})
    assert made.status == 201


@pytest.mark.parametrize(
    "operation",
    [
        {"op": "explode"},
        {"op": "create_user"},
        {"op": "update_user", "active": True},
        {"op": "deactivate_user"},
        {"op": "delete_user"},
        {"op": "create_group"},
        {"op": "add_to_group", "user": "x"},
        {"op": "remove_from_group", "group": "x"},
        {"op": "delete_group"},
        {"op": "create_user", "email": "ada@acme.test", "nonsense": 1},
        {"op": "create_user", "email": 5},
        {},
        5,
    ],
    ids=str,
)
def test_a_nonsense_operation(push, operation, client, connection):
    """Nothing is done then, of the others neither."""
    with pytest.raises(MockError) as caught:
        push({"op": "create_user", "email": "grace@acme.test"}, operation)
    assert caught.value.error_type == "bad_request"
    assert client.organizations.members.search([connection.organization_id]).members == []


def test_a_connection_that_does_not_exist(mock, push, client, connection):
    with pytest.raises(MockError) as caught:
        mock.scim_push("scim-connection-test-x", [])
    assert caught.value.error_type == "no_active_scim_connection"
    assert push() == []
    client.scim.connection.delete(connection.organization_id, connection.connection_id)
    with pytest.raises(MockError) as caught:
        push()
    assert caught.value.error_type == "no_active_scim_connection"


def test_another_project_does_not_see_it(mock, connection):
    with pytest.raises(MockError) as caught:
        mock.project().scim_push(connection.connection_id, [])
    assert caught.value.error_type == "no_active_scim_connection"


def test_too_much_at_once(push, http):
    with pytest.raises(MockError, match="more than 1000"):
        push(*[{"op": "delete_user", "user": "x"}] * 1001)
    assert http.post("/_mock/api/scim/push", content=b"x" * 1_000_001).status_code == 413
    assert http.post("/_mock/api/scim/push", content=b"{").status_code == 400
