"""``organization`` of the browser SDK, and its members, as an administrator and as a member without a role."""

from tests.api.factors import ids, with_app, with_password, with_phone
from tests.browser.sdk import call, changes, refusal, subscribe
from tests.contract.oauth import OPENID, authorized, new_app

FORBIDDEN = "session_authorization_error"
LOGGED_OUT = "user_unauthenticated"
NO_APP = "connected-app-test-00000000-0000-4000-8000-000000000001"


def test_organization_is_read_and_changed(admin_page, ada_page, acme):
    page = admin_page
    subscribe(page, "organization.onChange")
    assert call(page, "organization.get")["organization_id"] == acme.organization_id
    sent = {"organization_name": "Acme Ltd.", "email_invites": "NOT_ALLOWED"}
    changed = call(page, "organization.update", sent)["organization"]
    assert (changed["organization_name"], changed["email_invites"]) == ("Acme Ltd.", "NOT_ALLOWED")
    assert call(page, "organization.getSync") == call(page, "organization.getInfo")["organization"]
    assert changes(page, "organization.onChange")[-1][0]["organization_name"] == "Acme Ltd."
    assert call(ada_page, "organization.get")["organization_name"] == "Acme Ltd."
    assert refusal(ada_page, "organization.update", {"organization_name": "Eve"}) == FORBIDDEN


def test_organization_is_deleted(admin_page, ada_page, client, refused, acme):
    assert refusal(ada_page, "organization.delete") == FORBIDDEN
    assert call(admin_page, "organization.delete")["organization_id"] == acme.organization_id
    assert call(admin_page, "session.getSync") is None
    assert refused(client.organizations.get, acme.organization_id) == "organization_not_found"
    assert refusal(ada_page, "organization.get") in (LOGGED_OUT, "session_not_found")


def test_organization_is_found_by_its_slug(app_page, acme):
    page = app_page("headless")
    found = call(page, "organization.getBySlug", {"organization_slug": acme.organization_slug})["organization"]
    assert (found["organization_id"], found["organization_name"]) == (acme.organization_id, "Acme")
    assert "trusted_metadata" not in found
    assert call(page, "organization.getBySlug", {"organization_slug": "nowhere"})["organization"] is None
    assert refusal(page, "organization.getBySlug", {"organization_slug": 1}) == "invalid_argument"


def test_connected_apps_of_the_organization(admin_page, ada_page, given, ada):
    app = new_app(given)
    authorized(given, app, OPENID, **ids(ada))
    one = {"connected_app_id": app.client_id}
    (listed,) = call(admin_page, "organization.getConnectedApps")["connected_apps"]
    assert listed["connected_app_id"] == app.client_id
    found = call(admin_page, "organization.getConnectedApp", one)
    assert [member["member_id"] for member in found["active_members"]] == [ada.member_id]
    unknown = {"connected_app_id": NO_APP}
    assert refusal(admin_page, "organization.getConnectedApp", unknown) == "connected_app_not_found"
    assert refusal(ada_page, "organization.getConnectedApps") == FORBIDDEN
    assert refusal(ada_page, "organization.getConnectedApp", one) == FORBIDDEN


def test_connected_apps_of_a_member(admin_page, ada_page, given, ada, acme):
    app, eve = new_app(given), given.member(acme)
    authorized(given, app, OPENID, **ids(ada))
    one = {"member_id": ada.member_id, "connected_app_id": app.client_id}
    (listed,) = call(admin_page, "organization.members.getConnectedApps", {"member_id": ada.member_id})[
        "connected_apps"
    ]
    assert listed["connected_app_id"] == app.client_id
    assert refusal(ada_page, "organization.members.getConnectedApps", {"member_id": eve.member_id}) == FORBIDDEN
    of_eve = {**one, "member_id": eve.member_id}
    assert refusal(ada_page, "organization.members.revokeConnectedApp", of_eve) == FORBIDDEN
    call(admin_page, "organization.members.revokeConnectedApp", one)
    assert call(ada_page, "self.getConnectedApps")["connected_apps"] == []


def test_members_are_created_changed_deleted_and_reactivated(admin_page, given, acme, ada):
    page = admin_page
    sent = {"email_address": "grace@acme.test", "name": "Grace", "create_member_as_pending": True}
    made = call(page, "organization.members.create", sent)["member"]
    assert made["status"] == "pending"
    again = refusal(page, "organization.members.create", sent)
    assert again == "duplicate_member_email"
    changed = call(page, "organization.members.update", {"member_id": made["member_id"], "roles": ["stytch_admin"]})
    assert [role["role_id"] for role in changed["member"]["roles"]] == ["stytch_member", "stytch_admin"]
    query = {"operator": "AND", "operands": [{"filter_name": "member_emails", "filter_value": ["grace@acme.test"]}]}
    (found,) = call(page, "organization.members.search", {"query": query})["members"]
    assert found["name"] == "Grace"
    given.login(acme, ada)  # verifies the address, which a reactivation needs
    assert call(page, "organization.members.delete", ada.member_id)["member_id"] == ada.member_id
    assert call(page, "organization.members.reactivate", ada.member_id)["member"]["status"] == "active"


def test_factors_of_a_member_are_deleted(admin_page, client, mock, given, acme, ada):
    page = admin_page
    with_phone(client, mock, ada, given.login(acme, ada).session_token)
    with_app(client, ada)
    password_id = with_password(client, ada).member_password_id
    assert not call(page, "organization.members.deleteMFAPhoneNumber", ada.member_id)["member"]["mfa_phone_number"]
    assert not call(page, "organization.members.deleteMFATOTP", ada.member_id)["member"]["totp_registration_id"]
    assert not call(page, "organization.members.deletePassword", password_id)["member"]["member_password_id"]


def test_address_of_a_member_is_changed(admin_page, client, mock, given, acme, ada):
    page, who = admin_page, {"member_id": ada.member_id}
    given.login(acme, ada)
    call(page, "organization.members.startEmailUpdate", {**who, "email_address": "ada@new.test"})
    client.magic_links.authenticate(mock.inbox.latest(to="ada@new.test").token)
    old = {**who, "email_address": "ada@acme.test"}
    assert call(page, "organization.members.unlinkRetiredEmail", old)["member"]["retired_email_addresses"] == []
    assert refusal(page, "organization.members.unlinkRetiredEmail", old) == "email_not_found"


def test_other_members_are_protected(ada_page, client, given, acme):
    page, eve = ada_page, given.member(acme)
    password_id, who = with_password(client, eve).member_password_id, {"member_id": eve.member_id}
    assert refusal(page, "organization.members.create", {"email_address": "new@acme.test"}) == FORBIDDEN
    assert refusal(page, "organization.members.search", {}) == FORBIDDEN
    assert refusal(page, "organization.members.update", {**who, "name": "Eve"}) == FORBIDDEN
    assert refusal(page, "organization.members.delete", eve.member_id) == FORBIDDEN
    assert refusal(page, "organization.members.deletePassword", password_id) == FORBIDDEN
    assert refusal(page, "organization.members.deleteMFAPhoneNumber", eve.member_id) == FORBIDDEN
    assert refusal(page, "organization.members.deleteMFATOTP", eve.member_id) == FORBIDDEN
    assert refusal(page, "organization.members.startEmailUpdate", {**who, "email_address": "e@new.test"}) == FORBIDDEN
    assert refusal(page, "organization.members.unlinkRetiredEmail", {**who, "email_address": "e@a.test"}) == FORBIDDEN
    client.organizations.members.delete(eve.organization_id, eve.member_id)
    assert refusal(page, "organization.members.reactivate", eve.member_id) == FORBIDDEN
