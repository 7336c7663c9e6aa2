"""``otps`` of the browser SDK: codes by e-mail and by text message."""

from tests.api.factors import PHONE, ids, sms_code, wrong_code
from tests.browser.sdk import call, refusal

ADA = "ada@acme.test"
MINUTES = {"session_duration_minutes": 60}


def test_code_by_email_logs_a_member_in(app_page, mock, acme, ada):
    page, where = app_page("headless"), {"email_address": ADA, "organization_id": acme.organization_id}
    call(page, "otps.email.loginOrSignup", where)
    code = mock.inbox.latest(to=ADA).code
    wrong = refusal(page, "otps.email.authenticate", {**where, **MINUTES, "code": wrong_code(code)})
    assert wrong == "otp_code_not_found"
    assert call(page, "otps.email.authenticate", {**where, **MINUTES, "code": code})["member"]["name"] == "Ada"
    assert call(page, "session.getSync")["organization_id"] == acme.organization_id


def test_code_by_email_starts_a_discovery(app_page, mock, acme, ada):
    page = app_page("headless")
    call(page, "otps.email.discovery.send", {"email_address": ADA})
    code = mock.inbox.latest(to=ADA).code
    wrong = {"email_address": ADA, "code": wrong_code(code)}
    assert refusal(page, "otps.email.discovery.authenticate", wrong) == "otp_code_not_found"
    found = call(page, "otps.email.discovery.authenticate", {"email_address": ADA, "code": code})
    assert len(found["discovered_organizations"]) == 1


def test_invalid_address_is_refused(app_page, acme):
    page, where = app_page("headless"), {"email_address": "ada", "organization_id": acme.organization_id}
    assert refusal(page, "otps.email.loginOrSignup", where) == "invalid_email"
    assert refusal(page, "otps.email.discovery.send", {"email_address": "ada"}) == "invalid_email"


def test_code_by_text_message_is_a_second_factor(app_page, mock, client, given, acme, ada):
    client.organizations.update(acme.organization_id, mfa_policy="REQUIRED_FOR_ALL")
    page = app_page("headless")
    login = call(page, "magicLinks.authenticate", {"magic_links_token": given.link_token(acme, ADA), **MINUTES})
    assert (login["member_authenticated"], call(page, "session.getSync")) == (False, None)
    call(page, "otps.sms.send", {**ids(ada), "mfa_phone_number": PHONE})
    code = sms_code(mock)
    wrong = refusal(page, "otps.sms.authenticate", {**ids(ada), **MINUTES, "code": wrong_code(code)})
    assert wrong == "otp_code_not_found"
    done = call(page, "otps.sms.authenticate", {**ids(ada), **MINUTES, "code": code})
    factors = [factor["type"] for factor in done["member_session"]["authentication_factors"]]
    assert factors == ["magic_link", "otp"]


def test_text_message_needs_a_session(app_page, ada, ada_page):
    sent = {**ids(ada), "mfa_phone_number": PHONE}
    assert refusal(app_page("headless"), "otps.sms.send", sent) == "user_unauthenticated"
    assert refusal(ada_page, "otps.sms.send", {**sent, "mfa_phone_number": "555"}) == "invalid_phone_number"
