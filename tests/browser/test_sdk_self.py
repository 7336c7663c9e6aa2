"""``self`` of the browser SDK, and ``member``, its former name: the member who is logged in."""

from tests.api.factors import OTHER_PHONE, PHONE, ids, with_app, with_password, with_phone
from tests.browser.sdk import call, changes, refusal, subscribe
from tests.contract.oauth import OPENID, authorized, new_app

LOGGED_OUT = "user_unauthenticated"


def test_member_reads_and_changes_their_own_data(ada_page, ada):
    page = ada_page
    subscribe(page, "self.onChange")
    assert call(page, "self.get")["member_id"] == ada.member_id
    assert call(page, "self.getSync")["name"] == "Ada"
    sent = {"name": "Ada L.", "untrusted_metadata": {"theme": "dark"}, "mfa_phone_number": PHONE}
    changed = call(page, "self.update", sent)["member"]
    assert (changed["name"], changed["untrusted_metadata"]) == ("Ada L.", {"theme": "dark"})
    assert call(page, "self.getInfo")["member"]["mfa_phone_number"] == PHONE
    assert changes(page, "self.onChange")[-1][0]["name"] == "Ada L."
    second = {"mfa_phone_number": OTHER_PHONE}
    assert refusal(page, "self.update", second) == "duplicate_member_phone_number_for_member"


def test_member_is_the_former_name(app_page, ada_page, ada, client, mock, given, acme):
    page = ada_page
    subscribe(page, "member.onChange")
    assert call(page, "member.get")["member_id"] == ada.member_id
    assert call(page, "member.update", {"name": "Ada L."})["member"]["name"] == "Ada L."
    assert call(page, "member.getSync")["name"] == "Ada L."
    assert changes(page, "member.onChange")[-1][0]["name"] == "Ada L."
    with_phone(client, mock, ada, given.login(acme, ada).session_token)
    assert call(page, "member.deleteMFAPhoneNumber")["member"]["mfa_phone_number"] == ""
    visitor = app_page("headless")
    assert refusal(visitor, "member.get") == LOGGED_OUT
    assert refusal(visitor, "member.update", {"name": "Eve"}) == LOGGED_OUT
    assert refusal(visitor, "member.deleteMFAPhoneNumber") == LOGGED_OUT


def test_member_deletes_their_own_factors(ada_page, ada, client, mock, given, acme):
    page = ada_page
    with_phone(client, mock, ada, given.login(acme, ada).session_token)
    with_app(client, ada)
    password_id = with_password(client, ada).member_password_id
    assert call(page, "self.deleteMFAPhoneNumber")["member"]["mfa_phone_number"] == ""
    assert call(page, "self.deleteMFATOTP")["member"]["totp_registration_id"] == ""
    assert call(page, "self.deletePassword", password_id)["member"]["member_password_id"] == ""
    assert refusal(page, "self.deletePassword", password_id) == "session_authorization_error"


def test_address_is_changed_after_its_verification(app_page, ada_page, mock, ada):
    page, new = ada_page, "ada@new.test"
    call(page, "self.get")
    assert refusal(page, "self.startEmailUpdate", {"email_address": "ada"}) == "invalid_email"
    call(page, "self.startEmailUpdate", {"email_address": new, "login_redirect_url": page.url})
    app_page.visit(page, mock.inbox.latest(to=new).link)
    call(page, "authenticateByUrl", {"session_duration_minutes": 60})
    assert call(page, "self.get")["email_address"] == new
    unlinked = call(page, "self.unlinkRetiredEmail", {"email_address": "ada@acme.test"})["member"]
    assert unlinked["retired_email_addresses"] == []
    unknown = refusal(page, "self.unlinkRetiredEmail", {"email_address": "ada@acme.test"})
    assert unknown == "email_not_found"


def test_connected_app_is_revoked(ada_page, given, acme, ada):
    page, app = ada_page, new_app(given)
    authorized(given, app, OPENID, **ids(ada))
    (listed,) = call(page, "self.getConnectedApps")["connected_apps"]
    assert listed["connected_app_id"] == app.client_id
    call(page, "self.revokeConnectedApp", {"connected_app_id": app.client_id})
    assert call(page, "self.getConnectedApps")["connected_apps"] == []
    unknown = {"connected_app_id": "connected-app-test-00000000-0000-4000-8000-000000000001"}
    assert refusal(page, "self.revokeConnectedApp", unknown) == "connected_app_not_found"


def test_calls_without_a_session_are_refused(app_page):
    page = app_page("headless")
    assert call(page, "self.getSync") is None
    assert refusal(page, "self.get") == LOGGED_OUT
    assert refusal(page, "self.deleteMFAPhoneNumber") == LOGGED_OUT
    assert refusal(page, "self.deleteMFATOTP") == LOGGED_OUT
    assert refusal(page, "self.getConnectedApps") == LOGGED_OUT
