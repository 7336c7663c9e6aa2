"""The demo app's other ways to log in, and its second factors, over HTTP."""

from dataclasses import replace

import httpx
import pyotp
import pytest

import demo_app
from tests.apps.test_demo_app import HERE, Browser, browser, new_browser, runner, settings  # noqa: F401 · fixtures

GOOD, OTHER = "plum orbit kettle 47", "seven quiet lanterns drift"
ADA, PHONE = "ada@acme.test", "+12025550123"


@pytest.fixture
def acme(given):
    """``acme(**settings)``: an organization /org/acme with the member Ada."""

    def make(**options):
        organization = given.organization("Acme", organization_slug="acme", **options)
        given.member(organization, ADA)
        return organization

    return make


@pytest.fixture
def log_in(browser, mock):  # noqa: F811
    """By link, at Acme's page; the page that it ends on."""

    def do():
        browser.send("/org/acme/login", email_address=ADA)
        return browser.open(mock.inbox.latest(to=ADA, kind="magic_link.login").link)

    return do


def wrong(code: str) -> str:
    return f"{(int(code) + 1) % 1_000_000:06}"


def test_the_page_shows_what_the_organization_allows(browser, acme):  # noqa: F811
    acme(auth_methods="RESTRICTED", allowed_auth_methods=["email_otp", "google_oauth"])
    page = browser.open("/org/acme")
    assert (page.forms, set(page.links)) == ([], {"code-link"})  # no public token, no Google


def test_a_code_instead_of_a_link(browser, acme, mock):  # noqa: F811
    acme()
    assert browser.open("/org/acme").links["code-link"] == "/org/acme/code"
    assert browser.send("/org/acme/code", email_address=ADA)["sent-to"] == ADA
    code = mock.inbox.latest(to=ADA, kind="email_otp.login").code
    again = browser.send("/code", code=wrong(code))
    assert (again.status, again.path, again["problem"][:20]) == (404, "/code", "That is not the code")
    page = browser.send("/code", code=code)
    assert (page.path, page["factors"]) == ("/dashboard", "a code by e-mail")


def test_discovery_by_code(browser, mock):  # noqa: F811
    browser.send("/login/code", email_address=ADA)
    page = browser.send("/code", code=mock.inbox.latest(to=ADA, kind="email_otp.discovery").code)
    assert page.path == "/organizations"


def test_a_password_is_set_by_mail_used_and_changed(browser, acme, mock):  # noqa: F811
    acme()
    none = browser.send("/org/acme/password", email_address=ADA, password=GOOD)
    assert (none.status, none["problem"]) == (404, "There is no password yet. Set one by e-mail.")
    assert browser.send("/org/acme/password/forgotten", email_address=ADA).path == "/check-email"
    page = browser.open(mock.inbox.latest(to=ADA, kind="password_reset").link)
    token = page.forms[0]["token"]
    weak = browser.send("/password/reset", token=token, slug="acme", password="acme1")
    assert (weak.status, weak.forms[0]["token"], "too easy" in weak["problem"]) == (400, token, True)
    assert browser.send("/password/reset", token=token, slug="acme", password=GOOD).path == "/dashboard"
    refused = browser.send("/password", existing_password=OTHER, password=OTHER)
    assert "current password is another" in refused["problem"]
    assert browser.send("/password", existing_password=GOOD, password=OTHER).path == "/dashboard"
    browser.send("/logout")
    assert "is wrong" in browser.send("/org/acme/password", email_address=ADA, password=GOOD)["problem"]
    page = browser.send("/org/acme/password", email_address=ADA, password=OTHER)
    assert (page.path, page["factors"]) == ("/dashboard", "a password")


def test_a_first_password_from_the_dashboard(browser, acme, log_in):  # noqa: F811
    acme()
    assert log_in().links["password-link"] == "/password"
    page = browser.send("/password", password=GOOD)
    assert (page.path, "Change your password" in page.source) == ("/dashboard", True)


@pytest.mark.parametrize(("start", "ends"), [("/org/acme", "/dashboard"), ("/", "/organizations")])
def test_google(settings, runner, acme, mock, start, ends):  # noqa: F811
    acme()
    app = demo_app.create_app(replace(settings, public_token=mock.public_token))
    visitor = Browser(app, runner)
    mock.next_identity("google", ADA)
    at = visitor.open(start).links["google-link"]
    with httpx.Client(trust_env=False) as plain:
        while not at.startswith(HERE):
            at = plain.get(at).headers["location"]
    assert visitor.open(at).path == ends
    runner.run(visitor.http.aclose())
    runner.run(app.state.stytch.close())


def test_a_phone_is_enrolled_and_asked_for(browser, acme, mock, log_in):  # noqa: F811
    acme(mfa_policy="REQUIRED_FOR_ALL")
    assert {form["id"] for form in log_in().forms} == {"phone-form", "app-form"}
    assert "country" in browser.send("/step-up/sms/send", mfa_phone_number="12")["problem"]
    assert browser.send("/step-up/sms/send", mfa_phone_number=PHONE)["phone"] == PHONE
    code = mock.inbox.latest(to=PHONE, kind="sms_otp").code
    again = browser.send("/step-up/sms", code=wrong(code))
    assert (again.status, again["phone"], "not the code" in again["problem"]) == (404, PHONE, True)
    assert browser.send("/step-up/sms", code=code).path == "/dashboard"
    browser.send("/logout")
    assert [form["id"] for form in log_in().forms] == ["sms-form", "send-form"]
    assert browser.send("/step-up/sms", code=mock.inbox.latest(to=PHONE).code).path == "/dashboard"


def test_an_app_is_enrolled_and_a_recovery_code_stands_in(browser, acme, mock, log_in):  # noqa: F811
    acme(mfa_policy="REQUIRED_FOR_ALL", mfa_methods="RESTRICTED", allowed_mfa_methods=["totp"])
    assert [form["id"] for form in log_in().forms] == ["app-form"]
    page = browser.send("/step-up/totp/create")
    assert 'src="data:image/png;base64,' in page.source
    code = pyotp.TOTP(page["secret"]).at(mock.clock.now())
    assert browser.send("/step-up/totp", code="12")["problem"] == "A code has six digits."
    codes = browser.send("/step-up/totp", code=code)["recovery-codes"].split()
    assert len(codes) == 10
    assert browser.open("/dashboard").path == "/dashboard"
    browser.send("/logout")
    assert [form["id"] for form in log_in().forms] == ["totp-form"]
    assert "used already" in browser.send("/step-up/totp", code=code)["problem"]
    assert "looks different" in browser.send("/step-up/recovery", recovery_code="nonsense")["problem"]
    page = browser.send("/step-up/recovery", recovery_code=codes[0])
    assert (page.path, "that are left: 9" in page.source) == ("/dashboard", True)


def test_another_primary_factor_takes_the_first_one_along(browser, given, acme, client, mock, log_in):  # noqa: F811
    acme()
    strict = given.organization(
        "Strict", organization_slug="strict", auth_methods="RESTRICTED", allowed_auth_methods=["email_otp"]
    )
    given.member(strict, ADA)
    page = browser.enter(log_in(), "Strict")
    assert 'href="/org/strict/code"' in page.source
    assert f'value="{ADA}"' in browser.open("/org/strict/code").source
    browser.send("/org/strict/code", email_address=ADA)
    page = browser.send("/code", code=mock.inbox.latest(to=ADA, kind="email_otp.login").code)
    assert (page["h1"], page["factors"]) == ("Strict", "a link by e-mail, a code by e-mail")


@pytest.mark.parametrize("path", ["/step-up", "/step-up/recovery", "/code"])
def test_pages_that_need_a_login_that_was_begun(browser, path):  # noqa: F811
    assert browser.open(path).path == "/"
