"""The demo app over HTTP: e-mail codes, passwords, Google and MFA."""

import html
import re
from dataclasses import replace

import httpx
import pyotp
import pytest

from .support import APP_URL

PASSWORD, OTHER_PASSWORD = "plum orbit kettle 47", "seven quiet lanterns drift"
ADA, PHONE = "ada@acme.test", "+12025550123"


@pytest.fixture
def acme(given):
    """``acme(**settings)``: creates the organization /org/acme with the member Ada."""

    def create(**options):
        organization = given.organization("Acme", organization_slug="acme", **options)
        given.member(organization, ADA)
        return organization

    return create


def wrong(code: str) -> str:
    return f"{(int(code) + 1) % 1_000_000:06}"


def test_organization_page_shows_only_allowed_methods(browser, acme):
    acme(auth_methods="RESTRICTED", allowed_auth_methods=["email_otp", "google_oauth"])
    page = browser.open("/org/acme")
    assert (page.forms, set(page.links)) == ([], {"code-link"})  # Google needs a public token


def test_email_code_logs_in_to_an_organization(browser, acme, mock):
    acme()
    assert 'value="/org/acme/code"' in browser.open("/org/acme").source
    assert browser.submit("/org/acme/code", email_address=ADA)["sent-to"] == ADA
    code = mock.inbox.latest(to=ADA, kind="email_otp.login").code
    page = browser.submit("/code", code=wrong(code))
    assert (page.status, page.path, page["problem"][:11]) == (404, "/code", "Wrong code.")
    page = browser.submit("/code", code=code)
    assert (page.path, page["factors"]) == ("/dashboard", "e-mail code")


def test_email_code_works_for_discovery(browser, mock):
    browser.submit("/login/code", email_address=ADA)
    page = browser.submit("/code", code=mock.inbox.latest(to=ADA, kind="email_otp.discovery").code)
    assert page.path == "/organizations"


def test_password_is_set_by_link_used_and_changed(browser, acme, mock):
    acme()
    page = browser.submit("/org/acme/password", email_address=ADA, password=PASSWORD)
    assert (page.status, page["problem"]) == (404, "You don't have a password yet. Set one by e-mail.")
    assert browser.submit("/org/acme/password/forgotten", email_address=ADA).path == "/check-email"
    page = browser.open(mock.inbox.latest(to=ADA, kind="password_reset").link)
    token = page.forms[0]["token"]
    weak = browser.submit("/password/reset", token=token, slug="acme", password="acme1")
    assert (weak.status, weak.forms[0]["token"], "too easy" in weak["problem"]) == (400, token, True)
    assert browser.submit("/password/reset", token=token, slug="acme", password=PASSWORD).path == "/dashboard"
    page = browser.submit("/password", existing_password=OTHER_PASSWORD, password=OTHER_PASSWORD)
    assert "current password is wrong" in page["problem"]
    page = browser.submit("/password", existing_password=PASSWORD, password=OTHER_PASSWORD)
    assert page.path == "/dashboard"
    browser.submit("/logout")
    page = browser.submit("/org/acme/password", email_address=ADA, password=PASSWORD)
    assert "is wrong" in page["problem"]
    page = browser.submit("/org/acme/password", email_address=ADA, password=OTHER_PASSWORD)
    assert (page.path, page["factors"]) == ("/dashboard", "password")


def test_first_password_is_set_on_the_dashboard(browser, acme, log_in):
    acme()
    assert log_in(browser, "acme", ADA).links["password-link"] == "/password"
    page = browser.submit("/password", password=PASSWORD)
    assert (page.path, "Change your password" in page.source) == ("/dashboard", True)


@pytest.fixture
def google_browser(open_app, settings, mock):
    """A browser on an app with a public token, which OAuth logins need."""
    return open_app(replace(settings, public_token=mock.public_token))()


def visit_provider(browser, url):
    """Follow the redirects from a provider's start URL, and open the app's URL at their end."""
    with httpx.Client(trust_env=False, verify=False) as http:
        while not url.startswith(APP_URL):
            url = http.get(url).headers["location"]
    return browser.open(url)


@pytest.mark.parametrize(("start", "end"), [("/org/acme", "/dashboard"), ("/", "/organizations")])
def test_google_logs_in(google_browser, acme, mock, start, end):
    acme()
    mock.next_identity("google", ADA)
    assert visit_provider(google_browser, google_browser.open(start).links["google-link"]).path == end


def test_phone_is_enrolled_and_required_at_the_next_login(browser, acme, mock, log_in):
    acme(mfa_policy="REQUIRED_FOR_ALL")
    assert {form["id"] for form in log_in(browser, "acme", ADA).forms} == {"phone-form", "app-form"}
    assert "country" in browser.submit("/step-up/sms/send", mfa_phone_number="12")["problem"]
    assert browser.submit("/step-up/sms/send", mfa_phone_number=PHONE)["phone"] == PHONE
    code = mock.inbox.latest(to=PHONE, kind="sms_otp").code
    page = browser.submit("/step-up/sms", code=wrong(code))
    assert (page.status, page["phone"], "Wrong code" in page["problem"]) == (404, PHONE, True)
    assert browser.submit("/step-up/sms", code=code).path == "/dashboard"
    browser.submit("/logout")
    assert [form["id"] for form in log_in(browser, "acme", ADA).forms] == ["sms-form", "send-form"]
    assert browser.submit("/step-up/sms", code=mock.inbox.latest(to=PHONE).code).path == "/dashboard"


def test_authenticator_app_is_enrolled_and_replaced_by_a_recovery_code(browser, acme, mock, log_in):
    acme(mfa_policy="REQUIRED_FOR_ALL", mfa_methods="RESTRICTED", allowed_mfa_methods=["totp"])
    assert [form["id"] for form in log_in(browser, "acme", ADA).forms] == ["app-form"]
    page = browser.submit("/step-up/totp/create")
    assert 'src="data:image/png;base64,' in page.source
    code = pyotp.TOTP(page["secret"]).at(mock.clock.now())
    assert browser.submit("/step-up/totp", code="12")["problem"] == "Enter a code of six digits."
    codes = browser.submit("/step-up/totp", code=code)["recovery-codes"].split()
    assert len(codes) == 10
    assert browser.open("/dashboard").path == "/dashboard"
    browser.submit("/logout")
    assert [form["id"] for form in log_in(browser, "acme", ADA).forms] == ["totp-form"]
    assert "already used" in browser.submit("/step-up/totp", code=code)["problem"]
    page = browser.submit("/step-up/recovery", recovery_code="nonsense")
    assert page["problem"] == "This isn't a valid recovery code."
    page = browser.submit("/step-up/recovery", recovery_code=codes[0])
    assert (page.path, "Codes left: 9." in page.source) == ("/dashboard", True)


def test_second_primary_factor_is_added_to_the_first(browser, given, acme, mock, log_in):
    acme()
    strict = given.organization(
        "Strict", organization_slug="strict", auth_methods="RESTRICTED", allowed_auth_methods=["email_otp"]
    )
    given.member(strict, ADA)
    page = browser.enter(log_in(browser, "acme", ADA), "Strict")
    assert 'href="/org/strict/code"' in page.source
    assert f'value="{ADA}"' in browser.open("/org/strict/code").source
    browser.submit("/org/strict/code", email_address=ADA)
    page = browser.submit("/code", code=mock.inbox.latest(to=ADA, kind="email_otp.login").code)
    assert (page["h1"], page["factors"]) == ("Strict", "e-mail link, e-mail code")


@pytest.fixture
def strict(given):
    """``strict("password")``: creates the organization /org/strict, which allows only this method, with Ada."""

    def create(method):
        organization = given.organization(
            "Strict", organization_slug="strict", auth_methods="RESTRICTED", allowed_auth_methods=[method]
        )
        return organization, given.member(organization, ADA)

    return create


@pytest.mark.parametrize(
    ("methods", "shown"),
    [
        (["microsoft_oauth", "password"], "password"),
        (["microsoft_oauth"], "Microsoft (not in this app)"),
    ],
)
def test_only_methods_of_the_app_are_offered(browser, given, acme, log_in, methods, shown):
    acme()
    strict = given.organization("Strict", auth_methods="RESTRICTED", allowed_auth_methods=methods)
    given.member(strict, ADA)
    page = browser.enter(log_in(browser, "acme", ADA), "Strict")
    assert (page["h1"], page["primary-required"]) == ("One more step", shown)


def test_password_is_added_to_a_link(browser, client, acme, mock, log_in, strict):
    acme()
    organization, member = strict("password")
    session = mock.log_in(member.member_id, organization.organization_id)
    client.passwords.sessions.reset(organization.organization_id, PASSWORD, session_token=session.session_token)
    page = browser.enter(log_in(browser, "acme", ADA), "Strict")
    assert (page["h1"], page["primary-required"]) == ("One more step", "password")
    assert f'value="{ADA}"' in browser.open("/org/strict/password").source
    page = browser.submit("/org/strict/password", email_address=ADA, password=OTHER_PASSWORD)
    assert (page.status, page["problem"]) == (401, "The e-mail address or the password is wrong.")
    page = browser.submit("/org/strict/password", email_address=ADA, password=PASSWORD)
    assert (page["h1"], page["factors"]) == ("Strict", "e-mail link, password")


def test_first_password_completes_a_login(browser, acme, mock, log_in, strict):
    """A member without a password sets one by e-mail, in the middle of the login."""
    acme()
    strict("password")
    browser.enter(log_in(browser, "acme", ADA), "Strict")
    assert browser.submit("/org/strict/password/forgotten", email_address=ADA).path == "/check-email"
    page = browser.open(mock.inbox.latest(to=ADA, kind="password_reset").link)
    page = browser.submit(
        "/password/reset", token=page.forms[0]["token"], slug=page.forms[0]["slug"], password=PASSWORD
    )
    assert page["h1"] == "Strict"


def test_google_is_added_to_a_link(google_browser, acme, mock, log_in, strict):
    browser = google_browser
    acme()
    strict("google_oauth")
    page = browser.enter(log_in(browser, "acme", ADA), "Strict")
    assert (page["h1"], page["primary-required"]) == ("One more step", "Google")
    url = html.unescape(re.search(r'data-method="google_oauth"><a href="([^"]+)"', page.source)[1])
    mock.next_identity("google", ADA)
    page = visit_provider(browser, url)
    assert (page["h1"], page["factors"]) == ("Strict", "e-mail link, Google")


@pytest.mark.parametrize("path", ["/step-up", "/step-up/recovery", "/code"])
def test_page_without_an_unfinished_login_redirects_to_the_start_page(browser, path):
    assert browser.open(path).path == "/"


GMAIL = "ada@gmail.com"  # Google doesn't say that the owner of such an account owns the address


@pytest.fixture
def enter_with_google(google_browser, mock):
    """``enter_with_google("/org/acme")``: log in with an account whose address isn't verified."""

    def enter(start):
        url = html.unescape(re.search(r'"google-link" href="([^"]+)"', google_browser.open(start).source)[1])
        mock.next_identity("google", GMAIL)
        return visit_provider(google_browser, url)

    return enter


@pytest.mark.parametrize("by_discovery", [False, True])
def test_used_method_is_not_offered_again(google_browser, enter_with_google, given, by_discovery):
    given.member(given.organization("Acme", organization_slug="acme"), GMAIL)
    page = enter_with_google("/" if by_discovery else "/org/acme")
    if by_discovery:
        page = google_browser.enter(page, "Acme")
    assert page["h1"] == "One more step"
    assert page["primary-required"] == "single sign-on e-mail link password e-mail code"


def test_used_method_is_offered_in_a_new_login(google_browser, enter_with_google, given, mock):
    given.member(given.organization("Acme", organization_slug="acme"), GMAIL)
    given.member(given.organization("Strict", auth_methods="RESTRICTED", allowed_auth_methods=["google_oauth"]), GMAIL)
    enter_with_google("/org/acme")
    google_browser.submit("/login/discovery", email_address=GMAIL)
    page = google_browser.open(mock.inbox.latest(to=GMAIL, kind="magic_link.discovery").link)
    assert google_browser.enter(page, "Strict")["primary-required"] == "Google"


def test_only_method_was_used(enter_with_google, given):
    acme = given.organization(
        "Acme", organization_slug="acme", auth_methods="RESTRICTED", allowed_auth_methods=["google_oauth"]
    )
    given.member(acme, GMAIL)
    assert enter_with_google("/org/acme")["primary-required"] == "Google (already used)"


def test_new_password_completes_a_login_with_a_password(browser, mock):
    """The old password doesn't show that the member owns the address. The link for a new one does."""
    ada = {"email_address": ADA, "password": PASSWORD}
    acme = {"organization_name": "Acme", "organization_slug": "acme", "members": [ada]}
    restricted = {"auth_methods": "RESTRICTED", "allowed_auth_methods": ["password", "magic_link"]}
    mock.seed({"organizations": [{**acme, **restricted}]})
    page = browser.submit("/org/acme/password", email_address=ADA, password=PASSWORD)
    assert (page["h1"], page["primary-required"]) == ("One more step", "e-mail link new password by e-mail")
    assert 'href="/org/acme/password/forgotten"' in page.source
    assert f'value="{ADA}"' in browser.open("/org/acme/password/forgotten").source
    browser.submit("/org/acme/password/forgotten", email_address=ADA)
    page = browser.open(mock.inbox.latest(to=ADA, kind="password_reset").link)
    page = browser.submit(
        "/password/reset", token=page.forms[0]["token"], slug=page.forms[0]["slug"], password=OTHER_PASSWORD
    )
    assert page.path == "/dashboard"
