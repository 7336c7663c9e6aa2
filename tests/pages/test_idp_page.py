"""The built-in identity provider's login page in a real browser, with both protocols."""

from urllib.parse import parse_qs, urlsplit

import pytest

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("kind", ["saml", "oidc"])
@pytest.mark.parametrize("options", [{}, {"java_script_enabled": False}], ids=["JavaScript", "no JavaScript"])
@pytest.mark.parametrize("width", [360, 1200])
def test_user_logs_in_returns_and_declines(browse, mock, client, given, app_url, kind, options, width):
    acme = given.organization().organization_id
    provider = mock.identity_provider(acme, kind, display_name="Acme Okta")
    start = f"{provider.start_url}&login_redirect_url={app_url}&signup_redirect_url={app_url}"
    page = browse(viewport={"width": width, "height": 760}, **options)

    def finish_login():
        if kind == "saml" and options:
            page.get_by_role("button", name="Continue").click()
        page.get_by_text("the app").wait_for()
        return client.sso.authenticate(parse_qs(urlsplit(page.url).query)["token"][0])

    page.goto(start)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.get_by_role("heading", name="Sign in with Acme Okta").wait_for()
    page.get_by_label("E-mail address").fill("ada@acme.test")
    page.get_by_label("Name").fill("Ada")
    page.get_by_label("Groups").fill("admins")
    page.get_by_role("button", name="Continue").click()
    login = finish_login()
    assert login.member.name == "Ada"
    assert login.member.sso_registrations[0].sso_attributes["groups"] in ("admins", ["admins"])

    page.goto(start)
    page.get_by_role("button", name="Ada").click()
    assert finish_login().member_id == login.member_id

    page.goto(start)
    page.get_by_role("button", name="Decline").click()
    if kind == "oidc":
        page.get_by_text("The identity provider returned: access_denied").wait_for()
    else:
        if options:
            page.get_by_role("button", name="Continue").click()
        page.get_by_text("failed_saml_response").wait_for()
