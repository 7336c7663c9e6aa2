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


class Chooser:
    """The login page of a connection of Acme."""

    def __init__(self, mock, app_url, kind):
        self.client = mock.client()
        self.acme = self.client.organizations.create("Acme", "acme").organization.organization_id
        provider = mock.identity_provider(self.acme, kind)
        self.start = f"{provider.start_url}&login_redirect_url={app_url}&signup_redirect_url={app_url}"

    def shown_on(self, page):
        page.goto(self.start)
        return [button.get_by_role("strong").inner_text() for button in page.locator("button.account").all()]

    def finish(self, page):
        page.get_by_text("the app").wait_for()
        return self.client.sso.authenticate(parse_qs(urlsplit(page.url).query)["token"][0])


@pytest.fixture
def chooser(mock, app_url):
    return lambda kind="oidc": Chooser(mock, app_url, kind)


@pytest.mark.parametrize("kind", ["saml", "oidc"])
def test_members_can_be_chosen(browse, chooser, kind):
    page, chooser = browse(), chooser(kind)
    members = chooser.client.organizations.members
    ada = members.create(chooser.acme, "ada@acme.test", name="Ada Lovelace").member
    members.create(chooser.acme, "bob@acme.test", create_member_as_pending=True)
    cem = members.create(chooser.acme, "cem@acme.test", name="Cem").member
    members.delete(chooser.acme, cem.member_id)
    assert chooser.shown_on(page) == ["bob@acme.test", "Ada Lovelace"]
    page.get_by_role("button", name="Ada Lovelace").click()
    login = chooser.finish(page)
    assert (login.member_id, login.member.name) == (ada.member_id, "Ada Lovelace")
    assert chooser.shown_on(page) == ["Ada Lovelace", "bob@acme.test"]
    page.get_by_role("button", name="bob@acme.test").click()
    assert chooser.finish(page).member.status == "active"


def test_member_with_another_address_at_the_provider_is_one_account(browse, chooser):
    page, chooser = browse(), chooser()
    ada = chooser.client.organizations.members.create(chooser.acme, "ada@acme.test").member
    chooser.shown_on(page)
    page.get_by_role("button", name="ada@acme.test").click()
    chooser.finish(page)
    chooser.client.organizations.members.update(chooser.acme, ada.member_id, email_address="lovelace@acme.test")
    assert chooser.shown_on(page) == ["ada@acme.test"]


def test_only_the_newest_members_are_listed(browse, chooser):
    page, chooser = browse(), chooser()
    for number in range(52):
        chooser.client.organizations.members.create(chooser.acme, f"m{number}@acme.test")
    assert chooser.shown_on(page) == [f"m{number}@acme.test" for number in range(51, 1, -1)]
    page.get_by_label("E-mail address").fill("m0@acme.test")
    page.get_by_role("button", name="Continue").click()
    assert chooser.finish(page).member.email_address == "m0@acme.test"
