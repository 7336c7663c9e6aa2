"""``magicLinks`` of the browser SDK, and the methods that read the URL of a link."""

from tests.browser.sdk import call, changes, refusal, subscribe

ADA = "ada@acme.test"
MINUTES = {"session_duration_minutes": 60}
UNKNOWN = "u" * 44


def test_link_logs_a_member_in(app_page, mock, acme, ada):
    page = app_page("headless")
    sent = {"email_address": ADA, "organization_id": acme.organization_id, "login_redirect_url": page.url}
    call(page, "magicLinks.email.loginOrSignup", sent)
    app_page.visit(page, mock.inbox.latest(to=ADA).link)
    url = call(page, "parseAuthenticateUrl")
    assert (url["handled"], url["tokenType"]) == (True, "multi_tenant_magic_links")
    login = call(page, "magicLinks.authenticate", {"magic_links_token": url["token"], **MINUTES})
    assert login["member"]["email_address"] == ADA
    assert call(page, "session.getTokens")["session_token"] == login["session_token"]
    used = refusal(page, "magicLinks.authenticate", {"magic_links_token": url["token"], **MINUTES})
    assert used == "unable_to_auth_magic_link"


def test_link_is_refused_for_an_unknown_organization(app_page):
    sent = {"email_address": ADA, "organization_id": "organization-test-00000000-0000-4000-8000-000000000001"}
    assert refusal(app_page("headless"), "magicLinks.email.loginOrSignup", sent) == "organization_not_found"


def test_discovery_link_starts_an_intermediate_session(app_page, mock, acme, ada):
    page = app_page("headless")
    call(page, "magicLinks.email.discovery.send", {"email_address": ADA, "discovery_redirect_url": page.url})
    app_page.visit(page, mock.inbox.latest(to=ADA).link)
    token = {"discovery_magic_links_token": call(page, "parseAuthenticateUrl")["token"]}
    found = call(page, "magicLinks.discovery.authenticate", token)
    assert [each["organization"]["organization_id"] for each in found["discovered_organizations"]] == [
        acme.organization_id
    ]
    (cookie,) = [c for c in page.context.cookies() if c["name"] == "stytch_intermediate_session_token"]
    assert cookie["value"] == found["intermediate_session_token"]
    assert refusal(page, "magicLinks.discovery.authenticate", token) == "unable_to_auth_magic_link"


def test_invalid_address_is_refused(app_page):
    page = app_page("headless")
    assert refusal(page, "magicLinks.email.discovery.send", {"email_address": "ada"}) == "invalid_email"


def test_invitation_needs_a_permission(admin_page, ada_page, mock, client, acme):
    sent = call(admin_page, "magicLinks.email.invite", {"email_address": "grace@acme.test", "name": "Grace"})
    assert sent["member"]["status"] == "invited"
    assert mock.inbox.latest(to="grace@acme.test").kind == "magic_link.invite"
    refused = refusal(ada_page, "magicLinks.email.invite", {"email_address": "eve@acme.test"})
    assert refused == "session_authorization_error"


def test_url_of_a_link_is_authenticated(app_page, mock, acme, ada, client):
    page = app_page("headless")
    subscribe(page, "onStateChange")
    assert call(page, "parseAuthenticateUrl") is None
    assert call(page, "authenticateByUrl", MINUTES) is None
    client.magic_links.email.login_or_signup(acme.organization_id, ADA, login_redirect_url=page.url)
    app_page.visit(page, mock.inbox.latest(to=ADA).link)
    link = page.url
    subscribe(page, "onStateChange")
    done = call(page, "authenticateByUrl", MINUTES)
    assert (done["tokenType"], done["data"]["member"]["email_address"]) == ("multi_tenant_magic_links", ADA)
    assert "token" not in page.url
    (state,) = changes(page, "onStateChange")[-1]
    assert state["member"]["email_address"] == ADA
    assert refusal(page, "authenticateByUrl", MINUTES, link) == "unable_to_auth_magic_link"


def test_unknown_kind_of_token_is_left_to_the_app(app_page):
    page = app_page("headless", query=f"stytch_token_type=other&token={UNKNOWN}")
    assert call(page, "authenticateByUrl", MINUTES) == {"handled": False, "tokenType": "other", "token": UNKNOWN}


def test_unknown_token_is_refused(app_page):
    page = app_page("headless")
    assert refusal(page, "magicLinks.authenticate", {"magic_links_token": UNKNOWN, **MINUTES}) == "magic_link_not_found"
