"""Groups of a directory: their members, and the roles that they imply."""

import pytest

from tests.contract.stories_of_scim import connected, named

EVERYTHING = {"resource_id": "stytch.self", "actions": ["*"]}


@pytest.fixture
def assign_roles(client, connection):
    """Set the roles of a group's members: ``assign_roles(group, "stytch_admin")``."""

    def assign(group, *role_ids):
        assignments = [{"group_id": group["id"], "role_id": role_id} for role_id in role_ids]
        response = client.scim.connection.update(**named(connection), scim_group_implicit_role_assignments=assignments)
        return response.connection.scim_group_implicit_role_assignments

    return assign


def test_new_group_has_its_members(directory, client, connection):
    ada = directory.create_user()
    group = directory.create_group("Engines", ada)
    assert group["id"].startswith("scim-group-test-")
    assert group["members"] == [
        {"value": ada["id"], "$ref": f"{connection.base_url}/Users/{ada['id']}", "type": "User"}
    ]
    assert directory.call("GET", f"/Groups/{group['id']}") == group
    assert directory.call("GET", f"/Users/{ada['id']}")["groups"] == [
        {"value": group["id"], "display": "Engines", "$ref": f"{connection.base_url}/Groups/{group['id']}"}
    ]
    (listed,) = client.scim.connection.get_groups(**named(connection)).scim_groups
    assert (listed.group_id, listed.group_name) == (group["id"], "Engines")
    assert (listed.organization_id, listed.connection_id) == (connection.organization_id, connection.connection_id)


def test_member_lists_the_groups_of_its_user(directory, member):
    ada = directory.create_user()
    group = directory.create_group("Engines", ada)
    (listed,) = member(ada).scim_registration.scim_attributes.groups
    assert (listed.value, listed.display) == (group["id"], "Engines")
    directory.patch(f"/Groups/{group['id']}", {"op": "replace", "path": "displayName", "value": "Analysis"})
    (listed,) = member(ada).scim_registration.scim_attributes.groups
    assert listed.display == "Analysis"
    directory.call("DELETE", f"/Groups/{group['id']}")
    assert member(ada).scim_registration.scim_attributes.groups == []


def test_members_of_a_group_have_its_role(directory, member, assign_roles, connection):
    ada, grace = directory.create_user(), directory.create_user("grace@acme.test")
    group = directory.create_group("Engines", ada)
    (assignment,) = assign_roles(group, "stytch_admin")
    assert (assignment.group_id, assignment.group_name) == (group["id"], "Engines")
    assert assignment.role_id == "stytch_admin"
    assert (member(ada).is_admin, member(grace).is_admin) == (True, False)
    (role,) = (role for role in member(ada).roles if role.role_id == "stytch_admin")
    (source,) = role.sources
    assert source.type == "scim_connection_group"
    assert source.details == {"connection_id": connection.connection_id, "group_id": group["id"]}


def test_sessions_have_the_roles_of_groups_immediately(directory, member, assign_roles, given, client, acme):
    ada = directory.create_user()
    token = given.login(acme, member(ada)).session_token

    def roles():
        return sorted(client.sessions.authenticate(session_token=token).member_session.roles)

    group = directory.create_group("Engines")
    assign_roles(group, "stytch_admin")
    assert roles() == ["stytch_member"]
    directory.patch(f"/Groups/{group['id']}", {"op": "add", "path": "members", "value": [{"value": ada["id"]}]})
    assert roles() == ["stytch_admin", "stytch_member"]
    path = f'members[value eq "{ada["id"]}"]'
    directory.patch(f"/Groups/{group['id']}", {"op": "remove", "path": path})
    assert roles() == ["stytch_member"]


def test_connection_returns_the_roles_of_its_groups(directory, client, assign_roles, connection, refused):
    first, second = directory.create_group("Engines"), directory.create_group("Looms")
    assign_roles(first, "stytch_admin", "stytch_admin")
    current = client.scim.connection.get(connection.organization_id).connection
    assert [(a.group_name, a.role_id) for a in current.scim_group_implicit_role_assignments] == [
        ("Engines", "stytch_admin")
    ]
    update = client.scim.connection.update
    for role_id, error in [
        ("nobody", "invalid_rbac_role_assignment"),
        ("", "invalid_rbac_role_assignment"),
        ("stytch_member", "cannot_assign_default_rbac_role_id"),
    ]:
        wrong = [{"group_id": second["id"], "role_id": role_id}]
        assert refused(update, **named(connection), scim_group_implicit_role_assignments=wrong) == error


def test_deleted_role_is_removed_from_groups(directory, member, client, assign_roles, connection, mock):
    mock.configure(rbac_policy={"roles": [{"role_id": "editor", "permissions": [EVERYTHING]}]})
    ada = directory.create_user()
    assign_roles(directory.create_group("Engines", ada), "editor", "stytch_admin")
    mock.configure(rbac_policy={"roles": []})
    current = client.scim.connection.get(connection.organization_id).connection
    assert [a.role_id for a in current.scim_group_implicit_role_assignments] == ["stytch_admin"]
    assert sorted(role.role_id for role in member(ada).roles) == ["stytch_admin", "stytch_member"]


def test_group_of_another_connection_cannot_have_a_role(directory, given, client, refused):
    group, other = directory.create_group(), connected(given)
    wrong = [{"group_id": group["id"], "role_id": "stytch_admin"}]
    refusal = refused(client.scim.connection.update, **named(other), scim_group_implicit_role_assignments=wrong)
    assert refusal == "scim_group_role_assignment_group_does_not_exist"


def test_deleted_group_removes_its_roles(directory, member, assign_roles, client, connection):
    ada = directory.create_user()
    group = directory.create_group("Engines", ada)
    assign_roles(group, "stytch_admin")
    directory.call("DELETE", f"/Groups/{group['id']}")
    assert not member(ada).is_admin
    current = client.scim.connection.get(connection.organization_id).connection
    assert current.scim_group_implicit_role_assignments == []
    assert directory.refused("GET", f"/Groups/{group['id']}") == (404, "")


def test_deleted_user_is_removed_from_its_groups(directory):
    ada = directory.create_user()
    group = directory.create_group("Engines", ada)
    directory.call("DELETE", f"/Users/{ada['id']}")
    assert "members" not in directory.call("GET", f"/Groups/{group['id']}")


def test_reactivated_user_is_still_in_its_groups(directory, member, assign_roles):
    ada = directory.create_user()
    assign_roles(directory.create_group("Engines", ada), "stytch_admin")
    directory.set_active(ada, False)
    directory.set_active(ada, True)
    assert member(ada).is_admin


def test_replacement_sets_name_external_id_and_members(directory):
    ada, grace = directory.create_user(), directory.create_user("grace@acme.test")
    group = directory.create_group("Engines", ada)
    body = {"displayName": "Compilers", "externalId": "g-1", "members": [{"value": grace["id"]}]}
    replaced = directory.call("PUT", f"/Groups/{group['id']}", body)
    assert (replaced["displayName"], replaced["externalId"]) == ("Compilers", "g-1")
    assert [m["value"] for m in replaced["members"]] == [grace["id"]]
    assert "members" not in directory.call("PUT", f"/Groups/{group['id']}", {"displayName": "Compilers"})


@pytest.mark.parametrize("unknown", ["member-test-11111111-1111-4111-8111-111111111111", "x", "\x00"])
def test_group_with_an_unknown_user_is_refused(directory, unknown):
    members = [{"value": unknown}]
    body = {"displayName": "Engines", "members": members}
    assert directory.refused("POST", "/Groups", body) == (400, "invalidValue")
    assert directory.call("GET", "/Groups")["totalResults"] == 0


def test_group_with_a_group_or_with_a_member_without_user_is_refused(directory, given, acme):
    unmanaged = given.member(acme, "grace@acme.test")
    for value in (directory.create_group("Looms")["id"], unmanaged.member_id):
        body = {"displayName": "Engines", "members": [{"value": value}]}
        assert directory.refused("POST", "/Groups", body) == (400, "invalidValue")


def test_one_patch_adds_and_removes_members(directory):
    """Also if the PATCH has other operations, which the library applies."""
    users = [directory.create_user(f"person-{n}@acme.test") for n in range(4)]
    group = directory.create_group("Engines", users[0])

    def patched(*operations):
        response = directory.patch(f"/Groups/{group['id']}", *operations)
        return [user["userName"] for user in users if {"value": user["id"]} in _values(response)]

    ids = [{"value": user["id"]} for user in users]
    add = {"op": "add", "path": "members", "value": ids[1:3]}
    remove = {"op": "remove", "path": f'members[value eq "{users[0]["id"]}"]'}
    add_first = {"op": "Add", "path": "Members", "value": ids[0]}
    names = [user["userName"] for user in users]
    assert patched(add, remove) == names[1:3]
    assert patched(add, add_first) == names[:3]
    assert patched({"op": "replace", "path": "displayName", "value": "Looms"}, remove) == names[1:3]
    assert patched({"op": "remove", "path": "members", "value": ids}) == []
    assert patched({"op": "add", "value": {"members": ids}}) == names


def _values(group):
    return [{"value": m["value"]} for m in group.get("members", [])]


def test_adding_an_unknown_user_is_refused(directory):
    ada = directory.create_user()
    group = directory.create_group("Engines", ada)
    unknown = {"value": "member-test-11111111-1111-4111-8111-111111111111"}
    for operation, status in (
        ({"op": "add", "path": "members", "value": [unknown]}, 400),
        ({"op": "add", "value": {"members": [unknown]}}, 400),
        ({"op": "add", "path": "members", "value": [{"value": 5}]}, 400),
        ({"op": "add", "path": "members", "value": []}, 200),
        ({"op": "add", "path": "members", "value": "x"}, 400),
    ):
        response = directory.send("PATCH", f"/Groups/{group['id']}", {"Operations": [operation]})
        assert response.status_code == status, operation
    assert directory.call("GET", f"/Groups/{group['id']}")["members"] == group["members"]


def test_changes_emit_events_of_the_group_and_its_memberships(directory, events):
    ada, bob = directory.create_user(), directory.create_user("bob@acme.test")
    events()
    group = directory.create_group("Engines", ada)
    path = f"/Groups/{group['id']}"
    directory.patch(path, {"op": "replace", "path": "displayName", "value": "Analysis"})
    directory.patch(path, {"op": "replace", "path": "displayName", "value": "Analysis"})
    directory.patch(path, {"op": "add", "path": "members", "value": [{"value": bob["id"]}, {"value": ada["id"]}]})
    directory.patch(path, {"op": "remove", "path": f'members[value eq "{ada["id"]}"]'})
    directory.call("DELETE", path)
    assert events() == [
        ("scim_group", "create"),
        ("scim_member_group", "create"),
        ("scim_group", "update"),
        ("scim_member_group", "create"),
        ("scim_member_group", "delete"),
        ("scim_group", "delete"),
    ]


def test_membership_webhook_names_the_group_and_the_member(directory, mock, connection):
    mock.configure(webhooks=[{"url": "http://127.0.0.1:9/", "event_types": ["scim.scim_member_group.*"]}])
    ada = directory.create_user()
    group = directory.create_group("Engines", ada)
    directory.patch(f"/Groups/{group['id']}", {"op": "remove", "path": "members"})
    created, deleted = mock.call("GET", "/webhooks/deliveries")["deliveries"]
    assert (created["event_type"], deleted["event_type"]) == (
        "scim.scim_member_group.create",
        "scim.scim_member_group.delete",
    )
    payload = created["payload"]
    assert (payload["source"], payload["object_type"], payload["action"]) == ("SCIM", "scim_member_group", "CREATE")
    assert payload["scim_member_group"] == {
        "connection_id": connection.connection_id,
        "group_id": group["id"],
        "group_name": "Engines",
        "member_id": ada["id"],
        "organization_id": connection.organization_id,
    }
    assert payload["id"] == deleted["payload"]["id"] == f"{group['id']}/{ada['id']}"


def test_api_returns_groups_in_pages(directory, client, connection):
    created = [directory.create_group(f"Group {n}")["id"] for n in range(5)]
    listed, cursor = [], None
    while True:
        page = client.scim.connection.get_groups(**named(connection), cursor=cursor, limit=2)
        assert len(page.scim_groups) <= 2
        listed += [group.group_id for group in page.scim_groups]
        cursor = page.next_cursor
        if cursor is None:
            break
    assert listed == created[::-1]


def test_wrong_cursor_or_limit_is_refused(client, connection, refused):
    get_groups = client.scim.connection.get_groups
    assert refused(get_groups, **named(connection), cursor="x") == "user_search_invalid_cursor"
    assert refused(get_groups, **named(connection), limit=1001) == "user_search_invalid_limit"
