"""Requests of Entra and Okta, as their documentation describes them."""

import pytest

from tests.scim.directory import ENTERPRISE, GROUP, PATCH, USER


@pytest.fixture
def ada(directory):
    return directory.create_user()


@pytest.fixture
def patched(directory, ada):
    def patch(*operations):
        return directory.patch(f"/Users/{ada['id']}", *operations)

    return patch


# Entra


@pytest.mark.parametrize("value", ["False", "false", False])
def test_entra_deactivates_and_reactivates_a_user(patched, member, ada, value):
    assert not patched({"op": "Replace", "path": "active", "value": value})["active"]
    assert member(ada).status == "deleted"
    assert patched({"op": "Replace", "path": "active", "value": "True"})["active"]
    assert member(ada).status == "active"


def test_entra_changes_an_address_by_its_type(patched, member, ada):
    path = 'emails[type eq "work"].value'
    patched({"op": "Replace", "path": path, "value": "king@acme.test"})
    assert member(ada).email_address == "king@acme.test"


def test_entra_adds_values_with_a_filter_in_the_path(patched):
    user = patched(
        {"op": "Add", "path": 'phoneNumbers[type eq "mobile"].value', "value": "+44 20"},
        {"op": "Add", "path": 'addresses[type eq "work"].streetAddress', "value": "12 St James's Sq"},
    )
    assert user["phoneNumbers"] == [{"type": "mobile", "value": "+44 20"}]
    assert user["addresses"] == [{"type": "work", "streetAddress": "12 St James's Sq"}]


def test_entra_sends_paths_as_keys_of_the_value(patched, member, ada):
    user = patched(
        {
            "op": "Replace",
            "value": {
                "displayName": "Ada King",
                "name.familyName": "King",
                f"{ENTERPRISE}:department": "Engines",
                'emails[type eq "work"].value': "king@acme.test",
            },
        }
    )
    assert (user["displayName"], user["name"]["familyName"]) == ("Ada King", "King")
    assert user[ENTERPRISE] == {"department": "Engines"}
    assert member(ada).email_address == "king@acme.test"
    assert member(ada).scim_registration.scim_attributes.enterprise_extension.department == "Engines"


def test_entra_sends_a_manager_as_a_bare_id(patched):
    user = patched({"op": "Add", "path": f"{ENTERPRISE}:manager", "value": "babbage"})
    assert user[ENTERPRISE]["manager"] == {"value": "babbage"}
    user = patched({"op": "Remove", "path": f"{ENTERPRISE}:manager"})
    assert "manager" not in user.get(ENTERPRISE, {})


def test_entra_creates_a_user_with_the_enterprise_extension(directory):
    user = directory.call(
        "POST",
        "/Users",
        {
            "schemas": [USER, ENTERPRISE],
            "userName": "grace@acme.test",
            "active": True,
            "emails": [{"primary": True, "type": "work", "value": "grace@acme.test"}],
            "meta": {"resourceType": "User"},
            "name": {"formatted": "Grace Hopper"},
            "roles": [],
            ENTERPRISE: {"department": "Compilers", "manager": "howard"},
        },
    )
    assert user[ENTERPRISE] == {"department": "Compilers", "manager": {"value": "howard"}}


def test_entra_adds_and_removes_members_of_a_group(directory, ada):
    grace = directory.create_user("grace@acme.test")
    group = directory.call(
        "POST", "/Groups", {"schemas": [GROUP], "externalId": "8aa1a0c0", "displayName": "Engines", "members": []}
    )
    path = f"/Groups/{group['id']}"
    both = [{"value": ada["id"]}, {"value": grace["id"]}]
    filled = directory.patch(path, {"op": "Add", "path": "members", "value": both})
    assert [m["value"] for m in filled["members"]] == [ada["id"], grace["id"]]
    again = directory.patch(path, {"op": "Add", "path": "members", "value": both[:1]})
    assert again["members"] == filled["members"]
    remaining = directory.patch(path, {"op": "Remove", "path": "members", "value": [{"value": ada["id"]}]})
    assert [m["value"] for m in remaining["members"]] == [grace["id"]]
    assert "members" not in directory.patch(path, {"op": "Remove", "path": "members"})


def test_entra_sends_members_with_a_null_ref(directory, ada):
    path = f"/Groups/{directory.create_group()['id']}"
    members = [{"$ref": None, "value": ada["id"]}]
    rename = {"op": "Replace", "path": "displayName", "value": "Looms"}  # then the library applies the PATCH
    for operations in ([], [rename]):
        filled = directory.patch(path, *operations, {"op": "Add", "path": "members", "value": members})
        assert [m["value"] for m in filled["members"]] == [ada["id"]]
        remaining = directory.patch(path, *operations, {"op": "Remove", "path": "members", "value": members})
        assert "members" not in remaining


def test_entra_filters_and_excludes_attributes(directory, ada):
    """The query contains the flag of Entra's base URL."""
    group = directory.create_group("Engines", ada)
    query = {"excludedAttributes": "members", "filter": 'displayName eq "Engines"', "aadOptscim062020": ""}
    (result,) = directory.call("GET", "/Groups", params=query)["Resources"]
    assert result["id"] == group["id"]
    assert "members" not in result
    assert "members" not in directory.call("GET", f"/Groups/{group['id']}", params={"excludedAttributes": "members"})
    query = {"filter": f'externalId eq "{ada["externalId"]}"'}
    assert directory.call("GET", "/Users", params=query)["totalResults"] == 1
    query = {"filter": f'members eq "{ada["id"]}" and id eq "{group["id"]}"'}
    assert directory.call("GET", "/Groups", params=query)["totalResults"] == 1
    missing = directory.call("GET", "/Users", params={"filter": 'userName eq "unknown"'})
    assert (missing["totalResults"], missing["Resources"]) == (0, [])


# Okta


def test_okta_deactivates_a_user_without_a_path(directory, ada, member):
    directory.call(
        "PATCH",
        f"/Users/{ada['id']}",
        {"schemas": [PATCH], "Operations": [{"op": "replace", "value": {"active": False}}]},
    )
    assert member(ada).status == "deleted"


def test_okta_sends_read_only_and_unknown_attributes(directory):
    user = directory.call(
        "POST",
        "/Users",
        {
            "schemas": [USER],
            "id": "id-of-okta",
            "userName": "grace@acme.test",
            "name": {"givenName": "Grace", "familyName": "Hopper"},
            "emails": [{"primary": True, "value": "grace@acme.test", "type": "work", "display": "grace@acme.test"}],
            "displayName": "Grace Hopper",
            "locale": "en-US",
            "externalId": "00u",
            "groups": [],
            "password": "1mz050nq",
            "active": True,
            "urn:okta:custom:1.0:user": {"badge": 1},
            "favourite": "COBOL",
        },
    )
    assert user["id"].startswith("member-test-")
    assert not {"password", "favourite", "urn:okta:custom:1.0:user"} & user.keys()


def test_okta_can_write_back_what_it_read(directory, ada, member):
    """The body of the PUT contains read-only attributes."""
    directory.create_group("Engines", ada)
    read = directory.call("GET", f"/Users/{ada['id']}")
    assert read["groups"]
    written = directory.call("PUT", f"/Users/{ada['id']}", read | {"displayName": "Countess"})
    assert (written["displayName"], written["groups"]) == ("Countess", read["groups"])


def test_okta_renames_a_group_and_changes_its_members(directory, ada):
    group = directory.call(
        "POST",
        "/Groups",
        {"schemas": [GROUP], "displayName": "Engines", "members": [{"value": ada["id"], "display": "A"}]},
    )
    path = f"/Groups/{group['id']}"
    renamed = directory.patch(path, {"op": "replace", "value": {"id": group["id"], "displayName": "Looms"}})
    assert renamed["displayName"] == "Looms"
    grace = directory.create_user("grace@acme.test")
    members = [{"value": grace["id"], "display": "grace@acme.test"}]
    filled = directory.patch(
        path,
        {"op": "remove", "path": f'members[value eq "{ada["id"]}"]'},
        {"op": "add", "path": "members", "value": members},
    )
    assert [m["value"] for m in filled["members"]] == [grace["id"]]
    replaced = directory.patch(
        path, {"op": "replace", "path": "members", "value": [{"value": ada["id"], "display": "A"}]}
    )
    assert [m["value"] for m in replaced["members"]] == [ada["id"]]


def test_okta_reads_users_in_pages(directory):
    for n in range(5):
        directory.create_user(f"person-{n}@acme.test")
    user_names = []
    for start in (1, 3, 5):
        page = directory.call("GET", "/Users", params={"startIndex": start, "count": 2})
        assert (page["totalResults"], page["startIndex"]) == (5, start)
        assert page["itemsPerPage"] == len(page["Resources"])
        user_names += [user["userName"] for user in page["Resources"]]
    assert user_names == [f"person-{n}@acme.test" for n in range(5)]


def test_attribute_names_ignore_case(directory, member):
    user = directory.call(
        "POST",
        "/Users",
        {"USERNAME": "grace", "Emails": [{"Value": "grace@acme.test"}], "name": {"GivenName": "Grace"}},
    )
    assert member(user).name == "Grace"
    user = directory.call(
        "PATCH",
        f"/Users/{user['id']}",
        {"operations": [{"OP": "Replace", "Path": "NAME.FAMILYNAME", "Value": "Hopper"}]},
    )
    assert member(user).name == "Grace Hopper"
