"""The second factor in the prebuilt login: enrolment, later logins, and what it refuses."""

import pytest

from tests.api.factors import PHONE, SECRET, ids, sms_code, totp_code, with_app, with_phone, wrong_code

EMAIL = "ada@acme.example"
COMPLETE = "AUTHENTICATE_FLOW_COMPLETE"


@pytest.fixture
def open_second_step(open_login, given):
    """Open the login of an organization with a magic link, so that it asks for the second factor."""

    def open_page(organization, **config):
        query = f"stytch_token_type=multi_tenant_magic_links&token={given.link_token(organization, EMAIL)}"
        return open_login("emailMagicLinks", organization=organization, query=query, **config)

    return open_page


def factors(session):
    return {factor.type for factor in session.member_session.authentication_factors}


def with_policy(given, *methods, **fields):
    """Create an organization that requires MFA, and a member. All methods are allowed if none is named."""
    allowed = {"mfa_methods": "RESTRICTED", "allowed_mfa_methods": list(methods)} if methods else {}
    acme = given.organization("Acme", mfa_policy="REQUIRED_FOR_ALL", **allowed)
    return acme, given.member(acme, EMAIL, **fields)


# The SDK gives up waiting for its iframe after 2 or 10 seconds, and continues without it. Not so in this test.
NEVER_GIVE_UP = "() => { const set = setTimeout; setTimeout = (f, ms, ...args) => ms >= 2000 || set(f, ms, ...args) }"
FORMATTED = "text => document.querySelector('input[type=tel]').value === text"


def test_phone_enrolment(given, mock, open_second_step):
    acme, _ = with_policy(given, "sms_otp")
    screen = open_second_step(acme)
    screen.sees("Enter your phone number to set up Multi-Factor Authentication")
    assert screen.button("Continue").is_disabled()
    screen.page.evaluate(NEVER_GIVE_UP)
    screen.page.get_by_label("Phone number").press_sequentially("4155550123")
    screen.page.wait_for_function(FORMATTED, arg="(415) 555-0123")
    screen.click("Continue")
    screen.sees("Enter passcode", "A 6-digit passcode was sent to you at +1 (415) 555-0123.", "Your code expires in")
    screen.enter_code(wrong_code(sms_code(mock)))
    screen.sees("Invalid passcode, please try again.")
    screen.enter_code(sms_code(mock))
    session = screen.logged_in("otp_code_not_found")
    assert [e for e in screen.events if "SMS" in e] == ["B2B_SMS_OTP_SEND", "B2B_SMS_OTP_AUTHENTICATE"]
    assert factors(session) == {"magic_link", "otp"}
    assert (session.member.mfa_phone_number, session.member.mfa_phone_number_verified) == (PHONE, True)


def test_phone_number_that_is_not_valid(given, open_second_step, mock):
    acme, _ = with_policy(given, "sms_otp")
    screen = open_second_step(acme)
    screen.page.get_by_label("Phone number").press_sequentially("12")
    screen.click("Continue")
    screen.sees("Phone number format is invalid. Ensure the phone number is in the E.164 format.")
    screen.page.get_by_label("Country code").select_option("DE")
    screen.page.get_by_label("Phone number").fill("")
    screen.page.get_by_label("Phone number").press_sequentially("15112345678")
    screen.click("Continue")
    screen.sees("The phone number's country code is invalid, unsupported, or disabled.")
    assert screen.errors == ["invalid_phone_number_country_code"]
    mock.configure(sms_country_codes=["DE"])
    screen.click("Continue")
    screen.sees("Enter passcode")
    screen.enter_code(sms_code(mock, "+4915112345678"))
    assert screen.logged_in("invalid_phone_number_country_code").member.mfa_phone_number == "+4915112345678"


def test_authenticator_app_enrolment(given, mock, open_second_step, client):
    acme, member = with_policy(given, "totp")
    screen = open_second_step(acme)
    screen.sees("Scan the QR code to link your authenticator app")
    qr_code = screen.page.get_by_alt_text("QR code for TOTP enrollment")
    qr_code.wait_for()
    assert qr_code.evaluate("image => image.decode().then(() => image.naturalWidth)") > 100
    screen.click("Having trouble scanning?")
    screen.sees("Having trouble scanning the QR code?")
    [created] = screen.page.evaluate("() => window.events.filter(e => e.type === 'B2B_TOTP_CREATE')")
    secret = created["data"]["secret"]
    chunks = screen.page.locator("span:text-matches('^[a-z2-7]{4}$')").all_inner_texts()
    assert "".join(chunks) == secret.lower()
    screen.click("Continue")
    screen.sees("Enter verification code", "Enter the 6-digit code from your authenticator app.")
    screen.enter_code(wrong_code(totp_code(mock, secret)))
    screen.sees("Invalid passcode, please try again.")
    screen.enter_code(totp_code(mock, secret))
    screen.sees("Save your backup codes!")
    codes = screen.page.get_by_role("listitem").all_inner_texts()
    assert codes == created["data"]["recovery_codes"]
    with screen.page.expect_download() as download:
        screen.page.get_by_role("link", name="Download .txt file").click()
    assert download.value.path().read_text(encoding="utf-8").split() == codes
    assert screen.events[-1] != COMPLETE
    screen.click("Done")
    session = screen.logged_in("unable_to_authenticate_totp")
    assert [e for e in screen.events if "TOTP" in e] == ["B2B_TOTP_CREATE", "B2B_TOTP_AUTHENTICATE"]
    assert factors(session) == {"magic_link", "totp"}
    assert session.member.default_mfa_method == "totp"
    assert client.recovery_codes.get(acme.organization_id, member.member_id).recovery_codes == codes


def test_member_chooses_the_method_to_enrol(given, open_second_step, mock):
    acme, _ = with_policy(given)
    screen = open_second_step(acme, mfaProductOrder=["smsOtp", "totp"])
    screen.sees("Set up Multi-Factor Authentication")
    assert screen.page.get_by_role("button").all_inner_texts() == ["Text me a code", "Use an authenticator app"]
    screen.click("Text me a code", "Go back", "Use an authenticator app", "Continue")
    screen.sees("Enter verification code")
    screen.click("Go back")
    screen.sees("Scan the QR code to link your authenticator app")


def test_known_phone_number_gets_a_code_at_once(given, mock, open_second_step):
    acme, _ = with_policy(given, mfa_phone_number=PHONE)
    screen = open_second_step(acme)
    screen.sees("A 6-digit passcode was sent to you at (415) 555-0123.")
    assert len(mock.inbox.all(to=PHONE)) == 1
    assert not screen.shows("Use an authenticator app")
    first = sms_code(mock)
    screen.click("Resend code")
    screen.sees("Code sent! Try again in")
    assert len(mock.inbox.all(to=PHONE)) == 2
    screen.enter_code(first if first != sms_code(mock) else wrong_code(first))
    screen.sees("Invalid passcode, please try again.")
    screen.enter_code(sms_code(mock))
    assert factors(screen.logged_in("unable_to_auth_otp_code")) == {"magic_link", "otp"}


def test_expired_code(given, mock, open_login):
    acme, _ = with_policy(given, mfa_phone_number=PHONE)
    screen = open_login("emailMagicLinks", organization=acme)
    screen.page.clock.install()
    screen.follow_link(EMAIL)
    screen.sees("Enter passcode")
    mock.clock.advance(minutes=3)
    screen.enter_code(sms_code(mock))
    screen.sees("Invalid passcode, please try again.")
    screen.page.clock.fast_forward("03:00")
    screen.sees("Your code has expired.")
    screen.click("Resend code")
    screen.sees("Your code expires in")
    screen.enter_code(sms_code(mock))
    assert screen.logged_in("unable_to_auth_otp_code").member.mfa_phone_number_verified


def test_member_with_both_methods(given, mock, client, open_second_step):
    """The default method comes first. The other one, and recovery codes, are one click away."""
    acme = given.organization("Acme")
    member = given.member(acme, EMAIL)
    with_phone(client, mock, member, given.login(acme, member).session_token)
    with_app(client, member, ("spare-1", "spare-2"))
    client.organizations.members.update(acme.organization_id, member.member_id, default_mfa_method="totp")
    client.organizations.update(acme.organization_id, mfa_policy="REQUIRED_FOR_ALL")

    screen = open_second_step(acme)
    screen.sees("Enter the 6-digit code from your authenticator app.")
    screen.enter_code(totp_code(mock))
    assert factors(screen.logged_in()) == {"magic_link", "totp"}

    screen = open_second_step(acme)
    screen.click("Text me a code instead")
    screen.sees("A 6-digit passcode was sent to you at (415) 555-0123.")
    screen.enter_code(sms_code(mock))
    assert factors(screen.logged_in()) == {"magic_link", "otp"}

    screen = open_second_step(acme)
    screen.click("Use a backup code")
    screen.fill("Backup code", "wrong")
    screen.click("Continue")
    screen.sees("Invalid backup code, please try again.")
    screen.fill("Backup code", "spare-1")
    screen.click("Continue")
    session = screen.logged_in("invalid_recovery_code")
    assert screen.events[-2:] == ["B2B_RECOVERY_CODES_RECOVER", COMPLETE]
    assert factors(session) == {"magic_link", "recovery_codes"}
    left = client.recovery_codes.get(acme.organization_id, member.member_id).recovery_codes
    assert left == ["spare-2"]

    client.organizations.members.update(acme.organization_id, member.member_id, default_mfa_method="sms_otp")
    screen = open_second_step(acme)
    screen.sees("Enter passcode")
    screen.click("Use an authenticator app")
    screen.sees("Enter the 6-digit code from your authenticator app.")


def test_method_that_the_organization_no_longer_allows(given, client, open_second_step):
    acme, member = with_policy(given, "sms_otp", "totp")
    with_app(client, member)
    client.organizations.update(acme.organization_id, allowed_mfa_methods=["sms_otp"])
    screen = open_second_step(acme)
    screen.sees("Enter your phone number to set up Multi-Factor Authentication")


def test_member_who_opted_in(given, mock, client, open_second_step):
    acme = given.organization("Acme")
    member = given.member(acme, EMAIL)
    screen = open_second_step(acme)
    assert factors(screen.logged_in()) == {"magic_link"}
    with_app(client, member)
    client.organizations.members.update(**ids(member), mfa_enrolled=True)
    screen = open_second_step(acme)
    screen.enter_code(totp_code(mock, SECRET))
    assert factors(screen.logged_in()) == {"magic_link", "totp"}


def test_locked_member(given, mock, client, open_second_step):
    acme, member = with_policy(given)
    with_app(client, member)
    mock.configure(user_lock={"enabled": True, "threshold": 2, "ttl_seconds": 300})
    screen = open_second_step(acme)
    for attempt in (1, 2, 3):
        screen.enter_code(wrong_code(totp_code(mock)))
        screen.page.wait_for_function("count => window.errors.length === count", arg=attempt)
        screen.sees("Invalid passcode, please try again.")
    assert screen.errors == ["unable_to_authenticate_totp"] * 2 + ["user_lock_limit_reached"]
