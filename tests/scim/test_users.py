"""Users of a directory: the members that they create, change and delete."""

import threading

import pytest
from stytch.b2b.models.scim import SCIMAttributes
from stytch.core.response_base import StytchError

from tests.scim.directory import ENTERPRISE, Directory


def test_new_user_creates_a_member(directory, member, connection):
    user = directory.create_user(displayName="Ada")
    ada = member(user)
    assert (ada.email_address, ada.name, ada.status) == ("ada@acme.test", "Ada Lovelace", "active")
    assert ada.organization_id == connection.organization_id
    assert ada.scim_registration.connection_id == connection.connection_id
    assert ada.scim_registration.registration_id.startswith("scim-registration-test-")
    assert ada.scim_registration.external_id == "external-ada@acme.test"


def test_new_user_has_its_url_in_the_location_header(directory, connection):
    body = {"userName": "ada@acme.test", "emails": [{"value": "ada@acme.test"}]}
    response = directory.send("POST", "/Users", body)
    assert response.status_code == 201
    assert response.headers["location"] == response.json()["meta"]["location"]
    assert response.headers["location"] == f"{connection.base_url}/Users/{response.json()['id']}"
    assert directory.http.get(response.headers["location"]).json() == response.json()


def test_member_has_all_attributes_of_its_user(directory, member):
    user = directory.create_user(
        displayName="Countess",
        nickName="Ada",
        title="Analyst",
        userType="Employee",
        preferredLanguage="en-GB",
        locale="en-GB",
        timezone="Europe/London",
        profileUrl="https://acme.test/ada",
        password="never stored",
        phoneNumbers=[{"value": "+44 20", "type": "work", "primary": True}],
        addresses=[{"type": "work", "streetAddress": "12 St James's Sq", "locality": "London", "primary": True}],
        ims=[{"value": "ada", "type": "xmpp"}],
        photos=[{"value": "https://acme.test/ada.png", "type": "photo"}],
        entitlements=[{"value": "engine"}],
        roles=[{"value": "analyst"}],
        x509Certificates=[{"value": "YWRh"}],
        **{ENTERPRISE: {"department": "Engines", "employeeNumber": "1", "manager": {"value": "babbage"}}},
    )
    assert "password" not in user
    attributes = member(user).scim_registration.scim_attributes
    assert isinstance(attributes, SCIMAttributes)
    assert attributes.id == user["id"]
    assert (attributes.user_name, attributes.external_id, attributes.active) == (
        "ada@acme.test",
        "external-ada@acme.test",
        True,
    )
    assert (attributes.display_name, attributes.nick_name, attributes.title) == ("Countess", "Ada", "Analyst")
    assert (attributes.user_type, attributes.preferred_language, attributes.locale) == ("Employee", "en-GB", "en-GB")
    assert (attributes.timezone, attributes.profile_url) == ("Europe/London", "https://acme.test/ada")
    assert (attributes.name.given_name, attributes.name.family_name, attributes.name.formatted) == (
        "Ada",
        "Lovelace",
        "",
    )
    assert [(e.value, e.type, e.primary) for e in attributes.emails] == [("ada@acme.test", "work", True)]
    assert [(p.value, p.type, p.primary) for p in attributes.phone_numbers] == [("+44 20", "work", True)]
    assert [(a.street_address, a.locality, a.country) for a in attributes.addresses] == [
        ("12 St James's Sq", "London", "")
    ]
    assert [(i.value, i.type, i.primary) for i in attributes.ims] == [("ada", "xmpp", False)]
    assert [photo.value for photo in attributes.photos] == ["https://acme.test/ada.png"]
    assert [e.value for e in (*attributes.entitlements, *attributes.roles)] == ["engine", "analyst"]
    assert [c.value for c in attributes.x509certificates] == ["YWRh"]
    assert (attributes.enterprise_extension.department, attributes.enterprise_extension.employee_number) == (
        "Engines",
        "1",
    )
    assert attributes.enterprise_extension.manager.value == "babbage"


def test_absent_attributes_are_null_or_empty(directory, member):
    user = directory.call("POST", "/Users", {"userName": "ada@acme.test"})
    attributes = member(user).scim_registration.scim_attributes
    assert (attributes.name, attributes.enterprise_extension, attributes.groups) == (None, None, [])
    assert [(e.value, e.type, e.primary) for e in attributes.emails] == [("ada@acme.test", "work", True)]
    assert member(user).name == ""


@pytest.mark.parametrize(
    ("emails", "address"),
    [
        ([{"value": "a@acme.test"}, {"value": "b@acme.test"}], "a@acme.test"),
        ([{"value": "a@acme.test"}, {"value": "b@acme.test", "type": "work"}], "b@acme.test"),
        ([{"value": "a@acme.test", "type": "work"}, {"value": "b@acme.test", "primary": True}], "b@acme.test"),
        ([{"value": " Ada@ACME.test "}], "ada@acme.test"),
    ],
)
def test_member_gets_the_primary_then_the_work_then_the_first_address(directory, member, emails, address):
    assert member(directory.create_user("ada", emails=emails)).email_address == address


@pytest.mark.parametrize(
    ("attributes", "name"),
    [
        ({"name": {"formatted": "Countess Lovelace", "givenName": "Ada"}}, "Countess Lovelace"),
        ({"name": {"givenName": "Ada"}}, "Ada"),
        ({"name": {"familyName": "Lovelace"}, "displayName": "Ada"}, "Lovelace"),
        ({"name": None, "displayName": "Ada"}, "Ada"),
        ({"name": None}, ""),
    ],
)
def test_member_gets_the_name_of_its_user(directory, member, attributes, name):
    assert member(directory.create_user(**attributes)).name == name


def test_member_with_the_address_is_adopted(directory, given, client, connection, events, acme):
    ada = given.member(acme, "ada@acme.test", name="A.", roles=["stytch_admin"])
    events()
    user = directory.create_user("Ada@Acme.test")
    assert user["id"] == ada.member_id
    adopted = client.organizations.members.get(acme.organization_id, ada.member_id).member
    assert (adopted.name, adopted.is_admin) == ("Ada Lovelace", True)
    assert adopted.scim_registration.connection_id == connection.connection_id
    assert events() == [("member", "update")]


def test_invited_member_becomes_active(directory, client, acme):
    client.magic_links.email.invite(acme.organization_id, "ada@acme.test")
    user = directory.create_user()
    assert client.organizations.members.get(acme.organization_id, user["id"]).member.status == "active"


def test_second_user_with_the_same_name_or_address_is_refused(directory):
    directory.create_user()
    second = {"userName": "ada@acme.test", "emails": [{"value": "other@acme.test"}]}
    assert directory.refused("POST", "/Users", second) == (409, "uniqueness")
    second = {"userName": "ADA@acme.test", "emails": [{"value": "other@acme.test"}]}
    assert directory.refused("POST", "/Users", second) == (409, "uniqueness")
    second = {"userName": "other", "emails": [{"value": "ada@acme.test"}]}
    assert directory.refused("POST", "/Users", second) == (409, "uniqueness")
    assert directory.call("GET", "/Users")["totalResults"] == 1


def test_refused_user_leaves_no_member(directory, client, connection):
    directory.create_user()
    second = {"userName": "ada@acme.test", "emails": [{"value": "other@acme.test"}]}
    assert directory.refused("POST", "/Users", second) == (409, "uniqueness")
    members = client.organizations.members.search([connection.organization_id]).members
    assert [m.email_address for m in members] == ["ada@acme.test"]


def test_retired_address_of_another_member_is_refused(directory, given, client, acme):
    grace = given.member(acme, "grace@acme.test")
    client.organizations.members.update(acme.organization_id, grace.member_id, email_address="hopper@acme.test")
    body = {"userName": "grace@acme.test", "emails": [{"value": "grace@acme.test"}]}
    assert directory.refused("POST", "/Users", body) == (409, "uniqueness")


def test_changed_user_changes_its_member(directory, member):
    user = directory.create_user()
    path = f"/Users/{user['id']}"
    directory.patch(path, {"op": "replace", "path": "name.givenName", "value": "Augusta"})
    assert member(user).name == "Augusta Lovelace"
    replacement = {"userName": "ada@acme.test", "emails": user["emails"], "name": {"formatted": "Ada King"}}
    directory.call("PUT", path, replacement)
    assert (member(user).name, member(user).status) == ("Ada King", "active")
    assert member(user).scim_registration.scim_attributes.name.given_name == ""


def test_new_address_retires_the_former_one(directory, member, client, connection, refused):
    user = directory.create_user()
    directory.patch(
        f"/Users/{user['id']}",
        {"op": "replace", "path": 'emails[type eq "work"].value', "value": "king@acme.test"},
    )
    ada = member(user)
    assert (ada.email_address, ada.email_address_verified) == ("king@acme.test", False)
    assert [e.email_address for e in ada.retired_email_addresses] == ["ada@acme.test"]
    organization_id = connection.organization_id
    assert refused(client.organizations.members.create, organization_id, "ada@acme.test") == "retired_member_email"


def test_address_of_another_member_is_refused(directory, member, given, acme):
    given.member(acme, "king@acme.test")
    user = directory.create_user()
    body = {"userName": "ada@acme.test", "emails": [{"value": "king@acme.test"}]}
    assert directory.refused("PUT", f"/Users/{user['id']}", body) == (409, "uniqueness")
    assert member(user).email_address == "ada@acme.test"
    assert directory.call("GET", f"/Users/{user['id']}")["emails"] == user["emails"]


def test_deactivated_user_deletes_its_member(directory, member, given, client, refused, acme):
    user = directory.create_user()
    login = given.login(acme, member(user))
    directory.patch(f"/Users/{user['id']}", {"op": "replace", "value": {"active": False}})
    assert member(user).status == "deleted"
    assert refused(client.sessions.authenticate, session_token=login.session_token) == "session_not_found"
    inactive = directory.call("GET", f"/Users/{user['id']}")
    assert (inactive["active"], inactive["userName"]) == (False, "ada@acme.test")
    assert not member(user).scim_registration.scim_attributes.active


def test_deactivated_user_revokes_the_invitation(directory, given, client, connection):
    client.magic_links.email.invite(connection.organization_id, "ada@acme.test")
    token = given.token("ada@acme.test")
    user = directory.create_user()
    directory.set_active(user, False)
    with pytest.raises(StytchError):
        client.magic_links.authenticate(token)


def test_reactivated_user_has_the_same_member(directory, member, events):
    user = directory.create_user()
    registration = member(user).scim_registration.registration_id
    events()
    directory.set_active(user, False)
    directory.set_active(user, True)
    assert member(user).status == "active"
    assert member(user).scim_registration.registration_id == registration
    assert events() == [("member", "delete"), ("member", "update")]


def test_deprovisioning_revokes_explicit_roles(directory, member, client, acme):
    ada = directory.create_user()
    client.organizations.members.update(acme.organization_id, ada["id"], roles=["stytch_admin"])
    directory.set_active(ada, False)
    assert [role.role_id for role in member(ada).roles] == ["stytch_member"]
    directory.set_active(ada, True)
    assert member(ada).status == "active"
    assert [role.role_id for role in member(ada).roles] == ["stytch_member"]
    client.organizations.members.update(acme.organization_id, ada["id"], roles=["stytch_admin"])
    directory.call("DELETE", f"/Users/{ada['id']}")
    assert [role.role_id for role in member(ada).roles] == ["stytch_member"]


def test_reactivated_user_has_implicit_roles_again(directory, member, client, acme):
    implicit = [{"domain": "acme.test", "role_id": "stytch_admin"}]
    client.organizations.update(acme.organization_id, rbac_email_implicit_role_assignments=implicit)
    ada = directory.create_user()
    directory.set_active(ada, False)
    directory.set_active(ada, True)
    assert {role.role_id for role in member(ada).roles} == {"stytch_admin", "stytch_member"}


def test_adopted_member_loses_its_roles_when_it_is_created_inactive(directory, member, given, acme):
    admin = given.member(acme, "ada@acme.test", roles=["stytch_admin"])
    ada = directory.create_user(active=False)
    assert ada["id"] == admin.member_id
    directory.set_active(ada, True)
    assert [role.role_id for role in member(ada).roles] == ["stytch_member"]


def test_reactivation_with_a_taken_address_is_refused(directory, member, given, acme):
    user = directory.create_user()
    path = f"/Users/{user['id']}"
    directory.set_active(user, False)
    given.member(acme, "ada@acme.test")
    reactivation = {"schemas": [], "Operations": [{"op": "replace", "path": "active", "value": True}]}
    assert directory.refused("PATCH", path, reactivation) == (409, "uniqueness")
    assert member(user).status == "deleted"


def test_inactive_user_does_not_reserve_its_address(directory, member, given, acme):
    user = directory.create_user()
    path = f"/Users/{user['id']}"
    directory.set_active(user, False)
    directory.call("PUT", path, {"userName": "king", "emails": [{"value": "king@acme.test"}], "active": False})
    assert (member(user).email_address, member(user).status) == ("king@acme.test", "deleted")
    assert given.member(acme, "ada@acme.test").status == "active"
    directory.set_active(user, True)
    assert member(user).status == "active"


def test_user_created_inactive_has_a_deleted_member(directory, member, events):
    events()
    user = directory.create_user(active=False)
    assert not user["active"]
    assert member(user).status == "deleted"
    assert events() == [("member", "create"), ("member", "delete")]


def test_replacement_without_active_does_not_change_it(directory, member):
    user = directory.create_user()
    path, without_active = f"/Users/{user['id']}", {"userName": "ada@acme.test"}
    assert directory.call("PUT", path, without_active)["active"]
    directory.set_active(user, False)
    assert not directory.call("PUT", path, without_active)["active"]
    assert member(user).status == "deleted"


def test_deleted_user_deletes_its_member(directory, member):
    user = directory.create_user()
    assert directory.call("DELETE", f"/Users/{user['id']}") == {}
    assert (member(user).status, member(user).scim_registration) == ("deleted", None)
    assert directory.refused("GET", f"/Users/{user['id']}") == (404, "")
    assert directory.refused("DELETE", f"/Users/{user['id']}") == (404, "")
    assert directory.create_user()["id"] != user["id"]


def test_member_deleted_by_the_app_is_an_inactive_user(directory, member, client, connection):
    user = directory.create_user()
    client.organizations.members.delete(connection.organization_id, user["id"])
    assert not directory.call("GET", f"/Users/{user['id']}")["active"]
    assert directory.call("GET", "/Users", params={"filter": "active eq false"})["totalResults"] == 1
    directory.set_active(user, True)
    assert member(user).status == "active"


def test_member_events_have_the_source_scim(directory, events):
    events()
    user = directory.create_user()
    [created] = events.take()
    directory.call("DELETE", f"/Users/{user['id']}")
    [deleted] = events.take()
    assert [(e.source, e.object_type, e.action) for e in (created, deleted)] == [
        ("scim", "member", "create"),
        ("scim", "member", "delete"),
    ]
    assert created.entity["scim_registration"]["external_id"] == "external-ada@acme.test"


def test_change_without_a_difference_emits_no_event(directory, events):
    user = directory.create_user()
    events()
    directory.set_active(user, True)
    directory.call("PUT", f"/Users/{user['id']}", user)
    assert events() == []


def test_deleting_the_organization_deletes_the_connection(directory, client, connection):
    directory.create_group("Engines", directory.create_user())
    client.organizations.delete(connection.organization_id)
    assert directory.refused("GET", "/Users")[0] == 404


def test_resetting_the_project_deletes_the_connection(directory, mock):
    directory.create_group("Engines", directory.create_user())
    mock.reset()
    assert directory.refused("GET", "/Users")[0] == 404


def test_new_connection_adopts_the_members_of_the_former_one(directory, member, client, connection):
    user = directory.create_user()
    former = member(user).scim_registration
    client.scim.connection.delete(connection.organization_id, connection.connection_id)
    reconnected = Directory(client.scim.connection.create(connection.organization_id).connection)
    assert reconnected.create_user()["id"] == user["id"]
    assert member(user).scim_registration.connection_id != former.connection_id
    assert member(user).scim_registration.registration_id != former.registration_id
    reconnected.http.close()


def test_deleting_the_connection_keeps_its_members(directory, member, client, connection):
    user = directory.create_user()
    directory.create_group("Engines", user)
    client.scim.connection.delete(connection.organization_id, connection.connection_id)
    ada = member(user)
    assert (ada.status, ada.scim_registration) == ("active", None)
    assert directory.refused("GET", "/Users")[0] == 404


def test_parallel_requests_create_one_user(directory, connection):
    statuses = []

    def create():
        client = Directory(connection)
        statuses.append(client.send("POST", "/Users", {"userName": "ada@acme.test"}).status_code)
        client.http.close()

    threads = [threading.Thread(target=create) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert sorted(statuses) == [201, 409, 409, 409]
