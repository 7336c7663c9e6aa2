"""What a directory's users do to members."""

import pytest
from stytch.b2b.models.scim import SCIMAttributes
from stytch.core.response_base import StytchError

from tests.scim.directory import ENTERPRISE, Directory


def test_a_new_user_makes_a_member(directory, member, connection):
    user = directory.user(displayName="Ada")
    ada = member(user)
    assert (ada.email_address, ada.name, ada.status) == ("ada@acme.test", "Ada Lovelace", "active")
    assert ada.organization_id == connection.organization_id
    assert ada.scim_registration.connection_id == connection.connection_id
    assert ada.scim_registration.registration_id.startswith("scim-registration-test-")
    assert ada.scim_registration.external_id == "external-ada@acme.test"


def test_the_location_of_what_was_made(directory, connection):
    wanted = {"userName": "ada@acme.test", "emails": [{"value": "ada@acme.test"}]}
    answer = directory.send("POST", "/Users", wanted)
    assert answer.status_code == 201
    assert answer.headers["location"] == answer.json()["meta"]["location"]
    assert answer.headers["location"] == f"{connection.base_url}/Users/{answer.json()['id']}"
    assert directory.http.get(answer.headers["location"]).json() == answer.json()


def test_everything_that_a_directory_knows_is_shown(directory, member):
    user = directory.user(
        displayName="Countess",
        nickName="Ada",
        title="Analyst",
        userType="Employee",
        preferredLanguage="en-GB",
        locale="en-GB",
        timezone="Europe/London",
        profileUrl="https://acme.test/ada",
        password="never kept",
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
    shown = member(user).scim_registration.scim_attributes
    assert isinstance(shown, SCIMAttributes)
    assert shown.id == user["id"]
    assert (shown.user_name, shown.external_id, shown.active) == ("ada@acme.test", "external-ada@acme.test", True)
    assert (shown.display_name, shown.nick_name, shown.title) == ("Countess", "Ada", "Analyst")
    assert (shown.user_type, shown.preferred_language, shown.locale) == ("Employee", "en-GB", "en-GB")
    assert (shown.timezone, shown.profile_url) == ("Europe/London", "https://acme.test/ada")
    assert (shown.name.given_name, shown.name.family_name, shown.name.formatted) == ("Ada", "Lovelace", "")
    assert [(e.value, e.type, e.primary) for e in shown.emails] == [("ada@acme.test", "work", True)]
    assert [(p.value, p.type, p.primary) for p in shown.phone_numbers] == [("+44 20", "work", True)]
    assert [(a.street_address, a.locality, a.country) for a in shown.addresses] == [("12 St James's Sq", "London", "")]
    assert [(i.value, i.type, i.primary) for i in shown.ims] == [("ada", "xmpp", False)]
    assert [photo.value for photo in shown.photos] == ["https://acme.test/ada.png"]
    assert [e.value for e in (*shown.entitlements, *shown.roles)] == ["engine", "analyst"]
    assert [c.value for c in shown.x509certificates] == ["YWRh"]
    assert (shown.enterprise_extension.department, shown.enterprise_extension.employee_number) == ("Engines", "1")
    assert shown.enterprise_extension.manager.value == "babbage"


def test_a_user_of_whom_little_is_known(directory, member):
    user = directory.call("POST", "/Users", {"userName": "ada@acme.test"})
    shown = member(user).scim_registration.scim_attributes
    assert (shown.name, shown.enterprise_extension, shown.groups) == (None, None, [])
    assert [(e.value, e.type, e.primary) for e in shown.emails] == [("ada@acme.test", "work", True)]
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
def test_which_address_becomes_the_members(directory, member, emails, address):
    assert member(directory.user("ada", emails=emails)).email_address == address


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
def test_what_the_member_is_called(directory, member, attributes, name):
    assert member(directory.user(**attributes)).name == name


def test_a_member_with_the_address_is_taken_over(directory, given, client, connection, events):
    acme = client.organizations.get(connection.organization_id).organization
    ada = given.member(acme, "ada@acme.test", name="A.", roles=["stytch_admin"])
    told = len(events())
    user = directory.user("Ada@Acme.test")
    assert user["id"] == ada.member_id
    taken = client.organizations.members.get(acme.organization_id, ada.member_id).member
    assert (taken.name, taken.is_admin) == ("Ada Lovelace", True)
    assert taken.scim_registration.connection_id == connection.connection_id
    assert events()[told:] == [("member", "update")]


def test_an_invited_member_is_active_once_the_directory_knows_it(directory, given, client, connection):
    acme = client.organizations.get(connection.organization_id).organization
    client.magic_links.email.invite(acme.organization_id, "ada@acme.test")
    user = directory.user()
    assert client.organizations.members.get(acme.organization_id, user["id"]).member.status == "active"


def test_two_users_of_one_address_or_name(directory):
    directory.user()
    again = {"userName": "ada@acme.test", "emails": [{"value": "other@acme.test"}]}
    assert directory.refused("POST", "/Users", again) == (409, "uniqueness")
    again = {"userName": "ADA@acme.test", "emails": [{"value": "other@acme.test"}]}
    assert directory.refused("POST", "/Users", again) == (409, "uniqueness")
    again = {"userName": "other", "emails": [{"value": "ada@acme.test"}]}
    assert directory.refused("POST", "/Users", again) == (409, "uniqueness")
    assert directory.call("GET", "/Users")["totalResults"] == 1


def test_a_refusal_leaves_no_member_behind(directory, client, connection):
    directory.user()
    again = {"userName": "ada@acme.test", "emails": [{"value": "other@acme.test"}]}
    assert directory.refused("POST", "/Users", again) == (409, "uniqueness")
    found = client.organizations.members.search([connection.organization_id]).members
    assert [m.email_address for m in found] == ["ada@acme.test"]


def test_an_address_that_is_kept_for_somebody_else(directory, given, client, connection):
    acme = client.organizations.get(connection.organization_id).organization
    grace = given.member(acme, "grace@acme.test")
    client.organizations.members.update(acme.organization_id, grace.member_id, email_address="hopper@acme.test")
    wanted = {"userName": "grace@acme.test", "emails": [{"value": "grace@acme.test"}]}
    assert directory.refused("POST", "/Users", wanted) == (409, "uniqueness")


def test_changes_follow(directory, member):
    user = directory.user()
    path = f"/Users/{user['id']}"
    directory.patch(path, {"op": "replace", "path": "name.givenName", "value": "Augusta"})
    assert member(user).name == "Augusta Lovelace"
    replaced = {"userName": "ada@acme.test", "emails": user["emails"], "name": {"formatted": "Ada King"}}
    directory.call("PUT", path, replaced)
    assert (member(user).name, member(user).status) == ("Ada King", "active")
    assert member(user).scim_registration.scim_attributes.name.given_name == ""


def test_a_new_address_retires_the_former_one(directory, member, client, connection, refused):
    user = directory.user()
    directory.patch(
        f"/Users/{user['id']}",
        {"op": "replace", "path": 'emails[type eq "work"].value', "value": "king@acme.test"},
    )
    ada = member(user)
    assert (ada.email_address, ada.email_address_verified) == ("king@acme.test", False)
    assert [e.email_address for e in ada.retired_email_addresses] == ["ada@acme.test"]
    organization_id = connection.organization_id
    assert refused(client.organizations.members.create, organization_id, "ada@acme.test") == "retired_member_email"


def test_an_address_that_another_member_has(directory, member, given, client, connection):
    acme = client.organizations.get(connection.organization_id).organization
    given.member(acme, "king@acme.test")
    user = directory.user()
    wanted = {"userName": "ada@acme.test", "emails": [{"value": "king@acme.test"}]}
    assert directory.refused("PUT", f"/Users/{user['id']}", wanted) == (409, "uniqueness")
    assert member(user).email_address == "ada@acme.test"
    assert directory.call("GET", f"/Users/{user['id']}")["emails"] == user["emails"]


def test_deactivation_deletes_the_member(directory, member, given, client, connection, refused):
    user = directory.user()
    acme = client.organizations.get(connection.organization_id).organization
    login = given.login(acme, member(user))
    directory.patch(f"/Users/{user['id']}", {"op": "replace", "value": {"active": False}})
    assert member(user).status == "deleted"
    assert refused(client.sessions.authenticate, session_token=login.session_token) == "session_not_found"
    shown = directory.call("GET", f"/Users/{user['id']}")
    assert (shown["active"], shown["userName"]) == (False, "ada@acme.test")
    assert not member(user).scim_registration.scim_attributes.active


def test_an_invitation_dies_with_the_user(directory, given, client, connection, mock):
    client.magic_links.email.invite(connection.organization_id, "ada@acme.test")
    token = given.token("ada@acme.test")
    user = directory.user()
    directory.patch(f"/Users/{user['id']}", {"op": "replace", "path": "active", "value": False})
    with pytest.raises(StytchError):
        client.magic_links.authenticate(token)


def test_a_user_that_comes_back_is_the_same_member(directory, member, events):
    user = directory.user()
    path = f"/Users/{user['id']}"
    registration = member(user).scim_registration.registration_id
    directory.patch(path, {"op": "replace", "path": "active", "value": False})
    directory.patch(path, {"op": "replace", "path": "active", "value": True})
    assert member(user).status == "active"
    assert member(user).scim_registration.registration_id == registration
    assert [e for e in events() if e[0] == "member"] == [
        ("member", "create"),
        ("member", "delete"),
        ("member", "update"),
    ]


def test_a_user_that_can_not_come_back(directory, member, given, client, connection):
    user = directory.user()
    path = f"/Users/{user['id']}"
    directory.patch(path, {"op": "replace", "path": "active", "value": False})
    acme = client.organizations.get(connection.organization_id).organization
    given.member(acme, "ada@acme.test")
    back = {"schemas": [], "Operations": [{"op": "replace", "path": "active", "value": True}]}
    assert directory.refused("PATCH", path, back) == (409, "uniqueness")
    assert member(user).status == "deleted"


def test_an_inactive_user_keeps_its_address_free(directory, member, given, client, connection):
    user = directory.user()
    path = f"/Users/{user['id']}"
    directory.patch(path, {"op": "replace", "path": "active", "value": False})
    directory.call("PUT", path, {"userName": "king", "emails": [{"value": "king@acme.test"}], "active": False})
    assert (member(user).email_address, member(user).status) == ("king@acme.test", "deleted")
    acme = client.organizations.get(connection.organization_id).organization
    assert given.member(acme, "ada@acme.test").status == "active"
    directory.patch(path, {"op": "replace", "path": "active", "value": True})
    assert member(user).status == "active"


def test_a_user_that_is_inactive_from_the_beginning(directory, member, events):
    user = directory.user(active=False)
    assert not user["active"]
    assert member(user).status == "deleted"
    assert [action for kind, action in events() if kind == "member"] == ["create", "delete"]


def test_what_is_not_said_of_being_active_stays(directory, member):
    user = directory.user()
    path, bare = f"/Users/{user['id']}", {"userName": "ada@acme.test"}
    assert directory.call("PUT", path, bare)["active"]
    directory.patch(path, {"op": "replace", "path": "active", "value": False})
    assert not directory.call("PUT", path, bare)["active"]
    assert member(user).status == "deleted"


def test_deletion(directory, member, client, connection, refused):
    user = directory.user()
    assert directory.call("DELETE", f"/Users/{user['id']}") == {}
    assert (member(user).status, member(user).scim_registration) == ("deleted", None)
    assert directory.refused("GET", f"/Users/{user['id']}") == (404, "")
    assert directory.refused("DELETE", f"/Users/{user['id']}") == (404, "")
    assert directory.user()["id"] != user["id"]


def test_a_member_deleted_by_the_app_is_inactive_in_the_directory(directory, member, client, connection):
    user = directory.user()
    client.organizations.members.delete(connection.organization_id, user["id"])
    assert not directory.call("GET", f"/Users/{user['id']}")["active"]
    assert directory.call("GET", "/Users", params={"filter": "active eq false"})["totalResults"] == 1
    directory.patch(f"/Users/{user['id']}", {"op": "replace", "path": "active", "value": True})
    assert member(user).status == "active"


def test_changes_come_from_scim(directory, rows):
    from mockstytch.store.records.webhooks import Event

    user = directory.user()
    directory.call("DELETE", f"/Users/{user['id']}")
    with rows() as ctx:
        told = sorted(ctx.store.all(Event), key=lambda event: event.position)
        assert [(e.source, e.action) for e in told if e.object_type == "member"] == [
            ("scim", "create"),
            ("scim", "delete"),
        ]
        assert told[-2].entity["scim_registration"]["external_id"] == "external-ada@acme.test"


def test_a_change_that_changes_nothing_is_not_told_of(directory, events):
    user = directory.user()
    told = len(events())
    directory.patch(f"/Users/{user['id']}", {"op": "replace", "path": "active", "value": True})
    directory.call("PUT", f"/Users/{user['id']}", user)
    assert events()[told:] == []


def test_the_organization_goes(directory, client, connection):
    directory.group("Engines", directory.user())
    client.organizations.delete(connection.organization_id)
    assert directory.refused("GET", "/Users")[0] == 404


def test_the_project_is_emptied(directory, client, connection, mock):
    directory.group("Engines", directory.user())
    mock.reset()
    assert directory.refused("GET", "/Users")[0] == 404


def test_the_next_connection_takes_the_members_over(directory, member, client, connection):
    """A directory that was disconnected, and is connected anew."""
    user = directory.user()
    former = member(user).scim_registration
    client.scim.connection.delete(connection.organization_id, connection.connection_id)
    anew = Directory(client.scim.connection.create(connection.organization_id).connection)
    assert anew.user()["id"] == user["id"]
    assert member(user).scim_registration.connection_id != former.connection_id
    assert member(user).scim_registration.registration_id != former.registration_id
    anew.http.close()


def test_the_connection_goes_and_the_members_stay(directory, member, client, connection):
    user = directory.user()
    directory.group("Engines", user)
    client.scim.connection.delete(connection.organization_id, connection.connection_id)
    ada = member(user)
    assert (ada.status, ada.scim_registration) == ("active", None)
    assert directory.refused("GET", "/Users")[0] == 404
