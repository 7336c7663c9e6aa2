"""``totp`` and ``recoveryCodes`` of the browser SDK."""

import pytest

from tests.api.factors import ids, totp_code, with_app, wrong_code
from tests.browser.sdk import call, refusal

CODES = ("a1b2-c3d4-e5f6", "g7h8-i9j0-k1l2")
MINUTES = {"session_duration_minutes": 60}


@pytest.fixture(autouse=True)
def frozen_clock(mock):
    mock.clock.freeze()  # a code must not expire during a test


def test_authenticator_app_is_enrolled_during_a_login(app_page, mock, client, given, acme, ada):
    client.organizations.update(acme.organization_id, mfa_policy="REQUIRED_FOR_ALL")
    page = app_page("headless")
    assert refusal(page, "totp.create", ids(ada)) == "user_unauthenticated"
    token = given.link_token(acme, ada.email_address)
    assert not call(page, "magicLinks.authenticate", {"magic_links_token": token, **MINUTES})["member_authenticated"]
    made = call(page, "totp.create", ids(ada))
    assert made["qr_code"].startswith("data:image/png;base64,")
    code = totp_code(mock, made["secret"])
    wrong = refusal(page, "totp.authenticate", {**ids(ada), **MINUTES, "code": wrong_code(code)})
    assert wrong == "unable_to_authenticate_totp"
    done = call(page, "totp.authenticate", {**ids(ada), **MINUTES, "code": code})
    assert done["member"]["totp_registration_id"] == made["totp_registration_id"]
    assert call(page, "recoveryCodes.get")["recovery_codes"] == made["recovery_codes"]


def test_recovery_code_is_a_second_factor(app_page, ada_page, client, ada):
    page = ada_page
    call(page, "session.authenticate")
    assert refusal(page, "recoveryCodes.get") == "recovery_codes_not_found"
    assert refusal(page, "recoveryCodes.rotate") == "no_active_recovery_code_backed_factor"
    with_app(client, ada, CODES)
    sent = {**ids(ada), **MINUTES, "recovery_code": CODES[0]}
    assert call(page, "recoveryCodes.recover", sent)["recovery_codes_remaining"] == 1
    assert refusal(page, "recoveryCodes.recover", sent) == "unable_to_authenticate_recovery_code"
    rotated = call(page, "recoveryCodes.rotate")["recovery_codes"]
    assert call(page, "recoveryCodes.get")["recovery_codes"] == rotated
    assert not set(rotated) & set(CODES)
    visitor = app_page("headless")
    assert refusal(visitor, "recoveryCodes.get") == "user_unauthenticated"
    assert refusal(visitor, "recoveryCodes.rotate") == "user_unauthenticated"
