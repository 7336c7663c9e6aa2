"""``oauth`` of the browser SDK: the browser goes to the provider and comes back to the page."""

import pytest

from tests.browser.sdk import call, navigate, refusal, refused_navigation, rejected

ADA = "ada@acme.test"
MINUTES = {"session_duration_minutes": 60}
UNKNOWN = "u" * 44
EACH_PROVIDER = pytest.mark.parametrize(
    "method",
    ["oauth.google.start", "oauth.microsoft.start", "oauth.hubspot.start", "oauth.slack.start", "oauth.github.start"],
)
EACH_DISCOVERY = pytest.mark.parametrize(
    "method",
    [
        "oauth.google.discovery.start",
        "oauth.microsoft.discovery.start",
        "oauth.hubspot.discovery.start",
        "oauth.slack.discovery.start",
        "oauth.github.discovery.start",
    ],
)


def provider(method):
    return method.split(".")[1]


@EACH_PROVIDER
def test_provider_logs_a_member_in(app_page, mock, given, acme, ada, method):
    page = app_page("headless")
    mock.next_identity(provider(method), ADA)
    urls = {"login_redirect_url": page.url, "signup_redirect_url": page.url}
    navigate(page, method, {"organization_id": acme.organization_id, "custom_scopes": ["calendar"], **urls})
    token = {"oauth_token": call(page, "parseAuthenticateUrl")["token"], **MINUTES}
    login = call(page, "oauth.authenticate", token)
    assert login["member"]["email_address"] == ADA
    if provider(method) in ("github", "slack", "hubspot"):  # they don't verify addresses, so a link has to do it once
        assert login["primary_required"]
        call(page, "magicLinks.authenticate", {"magic_links_token": given.link_token(acme, ADA), **MINUTES})
    assert call(page, "session.getSync")["member_id"] == ada.member_id
    assert refusal(page, "oauth.authenticate", token) == "oauth_token_not_found"


@EACH_DISCOVERY
def test_provider_starts_a_discovery(app_page, mock, ada, method):
    page = app_page("headless")
    mock.next_identity(provider(method), ADA)
    navigate(page, method, {"discovery_redirect_url": page.url})
    token = {"discovery_oauth_token": call(page, "parseAuthenticateUrl")["token"]}
    assert len(call(page, "oauth.discovery.authenticate", token)["discovered_organizations"]) == 1
    assert refusal(page, "oauth.discovery.authenticate", token) == "oauth_token_not_found"


@EACH_PROVIDER
def test_start_is_refused_for_an_unknown_organization(app_page, method):
    page = app_page("headless")
    where = {"organization_slug": "nowhere", "login_redirect_url": page.url}
    assert refused_navigation(page, method, where) == "organization_not_found"


@EACH_DISCOVERY
def test_discovery_is_refused_for_an_invalid_redirect_url(app_page, method):
    refused = refused_navigation(app_page("headless"), method, {"discovery_redirect_url": "not a URL"})
    assert refused == "invalid_discovery_redirect_url"


@pytest.mark.parametrize("method", ["oauth.googleOneTap.start", "oauth.googleOneTap.discovery.start"])
def test_one_tap_is_refused_so_that_the_app_continues_without_it(app_page, acme, method):
    error = rejected(app_page("headless"), method, {"organization_id": acme.organization_id})
    assert str(error).endswith("One Tap could not load: oauth_config_not_found")
