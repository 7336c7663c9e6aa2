"""Single sign-on by SAML in Chromium: the demo app, the identity provider's page, and back; without JavaScript."""

import pytest

from tests.apps.test_demo_browser import chromium, looks_right, page, url  # noqa: F401 · fixtures

pytestmark = pytest.mark.browser


def test_single_sign_on_by_the_identity_providers_page(page, url, mock, given):  # noqa: F811
    acme = given.organization("Acme", organization_slug="acme")
    mock.identity_provider(acme.organization_id, "saml", display_name="Acme SSO")
    page.goto(f"{url}/org/acme")
    looks_right(page, "Log in to Acme")
    page.get_by_role("link", name="Continue with Acme SSO").click()
    page.get_by_label("E-mail address").fill("ada@acme.test")
    page.get_by_label("Name (optional)").fill("Ada Example")
    page.get_by_role("button", name="Continue").click()
    page.get_by_role("button", name="Continue").click()  # with scripts, the form sends itself
    assert page.url == f"{url}/dashboard"
    looks_right(page, "Acme")
    assert page.locator("#member-name").inner_text() == "Ada Example"
    assert page.locator("#factors").inner_text() == "single sign-on"
