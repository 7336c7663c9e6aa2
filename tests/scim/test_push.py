"""``/_mock/api/scim/push``: send the requests of a directory to the SCIM endpoints."""

import pytest

from mockstytch import MockError


@pytest.fixture
def push(mock, connection):
    return lambda *operations: mock.scim_push(connection.connection_id, list(operations))


def test_each_operation_sends_its_request(push, client, connection):
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

    (added, removed, renamed) = push(
        {"op": "add_to_group", "group": "Engines", "user": "grace"},
        {"op": "remove_from_group", "group": group.body["id"], "users": [ada_id]},
        {"op": "update_user", "user": "ada@acme.test", "email": "king@acme.test", "family_name": "King"},
    )
    assert len(added.body["members"]) == 2
    assert [m["value"] for m in removed.body["members"]] == [grace_id]
    assert renamed.body["userName"] == "king@acme.test"
    assert member(ada_id).email_address == "king@acme.test"

    (deactivated, activated, deleted, deleted_group) = push(
        {"op": "deactivate_user", "user": grace_id},
        {"op": "update_user", "user": "grace", "active": True},
        {"op": "delete_user", "user": "king@acme.test"},
        {"op": "delete_group", "group": "Engines"},
    )
    assert (deactivated.body["active"], activated.body["active"]) == (False, True)
    assert (deleted.status, deleted.body, deleted_group.status) == (204, {}, 204)
    assert member(ada_id).status == "deleted"
    assert client.scim.connection.get_groups(connection.organization_id, connection.connection_id).scim_groups == []


def test_refused_operation_does_not_stop_the_others(push):
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


def test_push_works_after_rotation_and_expiry_of_the_token(push, client, connection, mock):
    client.scim.connection.rotate_start(connection.organization_id, connection.connection_id)
    client.scim.connection.rotate_complete(connection.organization_id, connection.connection_id)
    mock.clock.advance(days=4000)
    (created,) = push({"op": "create_user", "email": "ada@acme.test"})
    assert created.status == 201


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
def test_invalid_operation_refuses_the_whole_push(push, operation, client, connection):
    """The valid operation before it has no effect."""
    with pytest.raises(MockError) as caught:
        push({"op": "create_user", "email": "grace@acme.test"}, operation)
    assert caught.value.error_type == "bad_request"
    assert client.organizations.members.search([connection.organization_id]).members == []


def test_unknown_or_deleted_connection_is_refused(mock, push, client, connection):
    with pytest.raises(MockError) as caught:
        mock.scim_push("scim-connection-test-x", [])
    assert caught.value.error_type == "no_active_scim_connection"
    assert push() == []
    client.scim.connection.delete(connection.organization_id, connection.connection_id)
    with pytest.raises(MockError) as caught:
        push()
    assert caught.value.error_type == "no_active_scim_connection"


def test_connection_of_another_project_is_refused(mock, connection):
    with pytest.raises(MockError) as caught:
        mock.project().scim_push(connection.connection_id, [])
    assert caught.value.error_type == "no_active_scim_connection"


def test_too_large_or_invalid_body_is_refused(push, http):
    with pytest.raises(MockError, match="more than 1000"):
        push(*[{"op": "delete_user", "user": "x"}] * 1001)
    assert http.post("/_mock/api/scim/push", content=b"x" * 1_000_001).status_code == 413
    assert http.post("/_mock/api/scim/push", content=b"{").status_code == 400
