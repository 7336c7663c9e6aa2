"""An e-mail address is typed once: other login forms have it, also after a mistake."""

import pytest

ADA = "ada@acme.test"
FORMS = ("/", "/login/code", "/org/acme", "/org/acme/code", "/org/acme/password", "/org/acme/password/forgotten")


@pytest.fixture(autouse=True)
def acme(given):
    organization = given.organization("Acme", organization_slug="acme")
    given.member(organization, ADA)
    return organization


def filled_in(page, address=ADA):
    return f'value="{address}"' in page.source


@pytest.mark.parametrize("path", FORMS)
def test_form_has_the_address_of_another_form(browser, path):
    assert not filled_in(browser.open(path))
    browser.submit("/login/code", email_address=ADA)
    assert filled_in(browser.open(path))


@pytest.mark.parametrize("path", ["/login/discovery", "/login/code", "/org/acme/login", "/org/acme/code"])
def test_wrong_address_can_be_corrected(browser, path):
    page = browser.submit(path, email_address="ada@acme")
    assert page.status == 400
    assert filled_in(browser.open(page.links["start-again"]), "ada@acme")


@pytest.mark.parametrize("path", FORMS)
def test_unsent_address_is_kept_in_another_form(browser, path):
    page = browser.submit("/another-method", email_address=ADA, password="secret", to=path)
    assert (page.path, filled_in(page)) == (path, True)
    assert "secret" not in page.source


def test_empty_field_keeps_the_earlier_address(browser):
    browser.submit("/another-method", email_address=ADA, to="/login/code")
    assert filled_in(browser.submit("/another-method", email_address="", to="/org/acme"))


@pytest.mark.parametrize(
    "path", ["", "//evil.example", "https://evil.example/", "/dashboard", "/org/acme/../../x", "/org/"]
)
def test_other_destinations_lead_to_the_start_page(browser, path):
    assert browser.submit("/another-method", email_address=ADA, to=path).path == "/"


def test_login_and_logout_forget_the_address(browser, log_in):
    assert log_in(browser, "acme", ADA).path == "/dashboard"
    browser.submit("/logout")
    assert not filled_in(browser.open("/"))
