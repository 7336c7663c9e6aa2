"""A directory's groups: who is in them, and the roles that they grant."""

import pytest

from tests.contract.stories_of_scim import connected, named

EVERYTHING = {"resource_id": "stytch.self", "actions": ["*"]}


@pytest.fixture
def granting(client, connection):
    """``granting(group, "stytch_admin")``: what the members of a group are from now on."""

    def grant(group, *role_ids):
        assignments = [{"group_id": group["id"], "role_id": role_id} for role_id in role_ids]
        answer = client.scim.connection.update(**named(connection), scim_group_implicit_role_assignments=assignments)
        return answer.connection.scim_group_implicit_role_assignments

    return grant


def test_a_group(directory, client, connection):
    ada = directory.user()
    group = directory.group("Engines", ada)
    assert group["id"].startswith("scim-group-test-")
    assert group["members"] == [
        {"value": ada["id"], "$ref": f"{connection.base_url}/Users/{ada['id']}", "type": "User"}
    ]
    assert directory.call("GET", f"/Groups/{group['id']}") == group
    assert directory.call("GET", f"/Users/{ada['id']}")["groups"] == [
        {"value": group["id"], "display": "Engines", "$ref": f"{connection.base_url}/Groups/{group['id']}"}
    ]
    (shown,) = client.scim.connection.get_groups(**named(connection)).scim_groups
    assert (shown.group_id, shown.group_name) == (group["id"], "Engines")
    assert (shown.organization_id, shown.connection_id) == (connection.organization_id, connection.connection_id)


def test_what_the_member_shows(directory, member):
    ada = directory.user()
    group = directory.group("Engines", ada)
    (shown,) = member(ada).scim_registration.scim_attributes.groups
    assert (shown.value, shown.display) == (group["id"], "Engines")
    directory.patch(f"/Groups/{group['id']}", {"op": "replace", "path": "displayName", "value": "Analysis"})
    (shown,) = member(ada).scim_registration.scim_attributes.groups
    assert shown.display == "Analysis"
    directory.call("DELETE", f"/Groups/{group['id']}")
    assert member(ada).scim_registration.scim_attributes.groups == []


def test_a_group_grants_a_role(directory, member, granting, connection):
    ada, grace = directory.user(), directory.user("grace@acme.test")
    group = directory.group("Engines", ada)
    (assignment,) = granting(group, "stytch_admin")
    assert (assignment.group_id, assignment.group_name) == (group["id"], "Engines")
    assert assignment.role_id == "stytch_admin"
    assert (member(ada).is_admin, member(grace).is_admin) == (True, False)
    (role,) = (role for role in member(ada).roles if role.role_id == "stytch_admin")
    (source,) = role.sources
    assert source.type == "scim_connection_group"
    assert source.details == {"connection_id": connection.connection_id, "group_id": group["id"]}


def test_sessions_have_the_roles_at_once(directory, member, granting, given, client, connection):
    ada = directory.user()
    acme = client.organizations.get(connection.organization_id).organization
    token = given.login(acme, member(ada)).session_token

    def roles():
        return sorted(client.sessions.authenticate(session_token=token).member_session.roles)

    group = directory.group("Engines")
    granting(group, "stytch_admin")
    assert roles() == ["stytch_member"]
    directory.patch(f"/Groups/{group['id']}", {"op": "add", "path": "members", "value": [{"value": ada["id"]}]})
    assert roles() == ["stytch_admin", "stytch_member"]
    gone = f'members[value eq "{ada["id"]}"]'
    directory.patch(f"/Groups/{group['id']}", {"op": "remove", "path": gone})
    assert roles() == ["stytch_member"]


def test_the_connection_shows_what_groups_grant(directory, client, granting, connection, refused):
    first, second = directory.group("Engines"), directory.group("Looms")
    granting(first, "stytch_admin", "stytch_admin")
    shown = client.scim.connection.get(connection.organization_id).connection
    assert [(a.group_name, a.role_id) for a in shown.scim_group_implicit_role_assignments] == [
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


def test_a_role_that_goes_is_granted_no_more(directory, member, client, granting, connection, mock):
    mock.configure(rbac_policy={"roles": [{"role_id": "editor", "permissions": [EVERYTHING]}]})
    ada = directory.user()
    granting(directory.group("Engines", ada), "editor", "stytch_admin")
    mock.configure(rbac_policy={"roles": []})
    shown = client.scim.connection.get(connection.organization_id).connection
    assert [a.role_id for a in shown.scim_group_implicit_role_assignments] == ["stytch_admin"]
    assert sorted(role.role_id for role in member(ada).roles) == ["stytch_admin", "stytch_member"]


def test_a_group_of_another_connection_grants_nothing(directory, given, client, granting, refused):
    group, other = directory.group(), connected(given)
    wrong = [{"group_id": group["id"], "role_id": "stytch_admin"}]
    refusal = refused(client.scim.connection.update, **named(other), scim_group_implicit_role_assignments=wrong)
    assert refusal == "scim_group_role_assignment_group_does_not_exist"


def test_a_deleted_group_grants_nothing(directory, member, granting, client, connection):
    ada = directory.user()
    group = directory.group("Engines", ada)
    granting(group, "stytch_admin")
    directory.call("DELETE", f"/Groups/{group['id']}")
    assert not member(ada).is_admin
    shown = client.scim.connection.get(connection.organization_id).connection
    assert shown.scim_group_implicit_role_assignments == []
    assert directory.refused("GET", f"/Groups/{group['id']}") == (404, "")


def test_a_deleted_user_leaves_its_groups(directory):
    ada = directory.user()
    group = directory.group("Engines", ada)
    directory.call("DELETE", f"/Users/{ada['id']}")
    assert "members" not in directory.call("GET", f"/Groups/{group['id']}")


def test_an_inactive_user_stays_in_its_groups(directory, member, granting):
    ada = directory.user()
    granting(directory.group("Engines", ada), "stytch_admin")
    directory.patch(f"/Users/{ada['id']}", {"op": "replace", "path": "active", "value": False})
    directory.patch(f"/Users/{ada['id']}", {"op": "replace", "path": "active", "value": True})
    assert member(ada).is_admin


def test_replacement(directory):
    ada, grace = directory.user(), directory.user("grace@acme.test")
    group = directory.group("Engines", ada)
    wanted = {"displayName": "Compilers", "externalId": "g-1", "members": [{"value": grace["id"]}]}
    replaced = directory.call("PUT", f"/Groups/{group['id']}", wanted)
    assert (replaced["displayName"], replaced["externalId"]) == ("Compilers", "g-1")
    assert [m["value"] for m in replaced["members"]] == [grace["id"]]
    assert "members" not in directory.call("PUT", f"/Groups/{group['id']}", {"displayName": "Compilers"})


@pytest.mark.parametrize("unknown", ["member-test-11111111-1111-4111-8111-111111111111", "x", "\x00"])
def test_a_member_that_does_not_exist(directory, unknown):
    members = [{"value": unknown}]
    refused = directory.refused("POST", "/Groups", {"displayName": "Engines", "members": members})
    assert refused == (400, "invalidValue")
    assert directory.call("GET", "/Groups")["totalResults"] == 0


def test_a_group_in_a_group_or_a_stranger_is_refused(directory, given, client, connection):
    acme = client.organizations.get(connection.organization_id).organization
    stranger = given.member(acme, "stranger@acme.test")
    for value in (directory.group("Looms")["id"], stranger.member_id):
        wanted = {"displayName": "Engines", "members": [{"value": value}]}
        assert directory.refused("POST", "/Groups", wanted) == (400, "invalidValue")


def test_members_come_and_go_in_one_request(directory):
    """Whether the operations are of the kind that directories send all day, or not."""
    people = [directory.user(f"person-{n}@acme.test") for n in range(4)]
    group = directory.group("Engines", people[0])

    def patched(*operations):
        answer = directory.patch(f"/Groups/{group['id']}", *operations)
        return [person["userName"] for person in people if {"value": person["id"]} in _bare(answer)]

    ids = [{"value": person["id"]} for person in people]
    add = {"op": "add", "path": "members", "value": ids[1:3]}
    remove = {"op": "remove", "path": f'members[value eq "{people[0]["id"]}"]'}
    back = {"op": "Add", "path": "Members", "value": ids[0]}
    everybody = [person["userName"] for person in people]
    assert patched(add, remove) == everybody[1:3]
    assert patched(add, back) == everybody[:3]
    assert patched({"op": "replace", "path": "displayName", "value": "Looms"}, remove) == everybody[1:3]
    assert patched({"op": "remove", "path": "members", "value": ids}) == []
    assert patched({"op": "add", "value": {"members": ids}}) == everybody


def _bare(group):
    return [{"value": m["value"]} for m in group.get("members", [])]


def test_a_stranger_added_to_a_group(directory):
    ada = directory.user()
    group = directory.group("Engines", ada)
    unknown = {"value": "member-test-11111111-1111-4111-8111-111111111111"}
    for operation in (
        {"op": "add", "path": "members", "value": [unknown]},
        {"op": "add", "value": {"members": [unknown]}},
        {"op": "add", "path": "members", "value": [{"value": 5}]},
        {"op": "add", "path": "members", "value": []},
        {"op": "add", "path": "members", "value": "x"},
    ):
        refused = directory.send("PATCH", f"/Groups/{group['id']}", {"Operations": [operation]})
        assert refused.status_code in (200, 400)
        assert (refused.status_code == 200) == (operation.get("value") == [])
    assert directory.call("GET", f"/Groups/{group['id']}")["members"] == group["members"]


def test_what_is_told(directory, events):
    ada = directory.user()
    told = len(events())
    group = directory.group("Engines", ada)
    path = f"/Groups/{group['id']}"
    directory.patch(path, {"op": "replace", "path": "displayName", "value": "Analysis"})
    directory.patch(path, {"op": "replace", "path": "displayName", "value": "Analysis"})
    directory.call("DELETE", path)
    assert events()[told:] == [
        ("member", "update"),
        ("scim_group", "create"),
        ("scim_group", "update"),
        ("member", "update"),
        ("member", "update"),
        ("scim_group", "delete"),
    ]


def test_groups_by_page(directory, client, connection):
    made = [directory.group(f"Group {n}")["id"] for n in range(5)]
    seen, cursor = [], None
    while True:
        page = client.scim.connection.get_groups(**named(connection), cursor=cursor, limit=2)
        assert len(page.scim_groups) <= 2
        seen += [group.group_id for group in page.scim_groups]
        cursor = page.next_cursor
        if cursor is None:
            break
    assert seen == made[::-1]


def test_a_wrong_cursor(client, connection, refused):
    get_groups = client.scim.connection.get_groups
    assert refused(get_groups, **named(connection), cursor="x") == "user_search_invalid_cursor"
    assert refused(get_groups, **named(connection), limit=1001) == "user_search_invalid_limit"
