"""``passwords`` of the browser SDK."""

import pytest

from tests.api.factors import PASSWORD, with_password
from tests.browser.sdk import call, refusal

ADA = "ada@acme.test"
MINUTES = {"session_duration_minutes": 60}
NEW = "an-entirely-different-passphrase-7"


@pytest.fixture
def where(client, mock, acme, ada):
    """The organization and the address of a member with a password, which is valid in all organizations."""
    mock.configure(cross_org_passwords_enabled=True)
    with_password(client, ada)
    return {"organization_id": acme.organization_id, "email_address": ADA}


def test_password_logs_a_member_in(app_page, where):
    page = app_page("headless")
    wrong = refusal(page, "passwords.authenticate", {**where, **MINUTES, "password": "wrong"})
    assert wrong == "unauthorized_credentials"
    login = call(page, "passwords.authenticate", {**where, **MINUTES, "password": PASSWORD})
    assert login["member"]["email_address"] == ADA
    assert call(page, "self.getSync")["email_address"] == ADA


def test_password_starts_a_discovery(app_page, where):
    page, sent = app_page("headless"), {"email_address": ADA, "password": PASSWORD}
    wrong = refusal(page, "passwords.discovery.authenticate", {**sent, "password": "wrong"})
    assert wrong == "unauthorized_credentials"
    assert len(call(page, "passwords.discovery.authenticate", sent)["discovered_organizations"]) == 1


def test_password_is_reset_by_email(app_page, mock, where):
    page = app_page("headless")
    unknown = {**where, "organization_id": "organization-test-00000000-0000-4000-8000-000000000001"}
    assert refusal(page, "passwords.resetByEmailStart", unknown) == "organization_not_found"
    urls = {"reset_password_redirect_url": page.url, "login_redirect_url": page.url}
    call(page, "passwords.resetByEmailStart", {**where, **urls})
    app_page.visit(page, mock.inbox.latest(to=ADA, kind="password_reset").link)
    url = call(page, "parseAuthenticateUrl")
    assert (url["handled"], url["tokenType"]) == (False, "multi_tenant_passwords")
    reset = {"password_reset_token": url["token"], **MINUTES}
    assert refusal(page, "passwords.resetByEmail", {**reset, "password": "password"}) == "breached_password"
    assert call(page, "passwords.resetByEmail", {**reset, "password": NEW})["member_authenticated"]
    call(page, "session.revoke")
    assert call(page, "passwords.authenticate", {**where, **MINUTES, "password": NEW})["member_authenticated"]


def test_password_of_all_organizations_is_reset_by_email(app_page, mock, where):
    page = app_page("headless")
    urls = {"reset_password_redirect_url": page.url, "discovery_redirect_url": page.url}
    assert refusal(page, "passwords.discovery.resetByEmailStart", {"email_address": "ada", **urls}) == "invalid_email"
    call(page, "passwords.discovery.resetByEmailStart", {"email_address": ADA, **urls})
    app_page.visit(page, mock.inbox.latest(to=ADA).link)
    reset = {"password_reset_token": call(page, "parseAuthenticateUrl")["token"]}
    assert refusal(page, "passwords.discovery.resetByEmail", {**reset, "password": "password"}) == "breached_password"
    found = call(page, "passwords.discovery.resetByEmail", {**reset, "password": NEW})
    assert len(found["discovered_organizations"]) == 1


def test_password_is_reset_by_the_existing_one(app_page, where):
    page, sent = app_page("headless"), {**where, **MINUTES, "existing_password": PASSWORD, "new_password": NEW}
    wrong = refusal(page, "passwords.resetByExistingPassword", {**sent, "existing_password": "wrong"})
    assert wrong == "password_does_not_match"
    assert call(page, "passwords.resetByExistingPassword", sent)["member"]["email_address"] == ADA


def test_password_is_set_by_the_session(app_page, ada_page):
    assert refusal(app_page("headless"), "passwords.resetBySession", {"password": NEW}) == "user_unauthenticated"
    assert refusal(ada_page, "passwords.resetBySession", {"password": "password"}) == "breached_password"
    assert call(ada_page, "passwords.resetBySession", {"password": NEW})["member"]["member_password_id"]


def test_strength_is_checked(app_page):
    page = app_page("headless")
    assert call(page, "passwords.strengthCheck", {"password": NEW, "email_address": ADA})["valid_password"]
    assert not call(page, "passwords.strengthCheck", {"password": "password"})["valid_password"]
    assert refusal(page, "passwords.strengthCheck", {"password": NEW, "email_address": "ada"}) == "invalid_email"
