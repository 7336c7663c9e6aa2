"""The browser's part of an OAuth login: start, provider page, callback."""

from urllib.parse import parse_qs, urlsplit

import pytest

from tests.api.visits import APP, Visit


@pytest.fixture
def visit(mock, given):
    given.organization("Acme", organization_slug="acme")
    return Visit(mock)


@pytest.mark.parametrize("provider", ["google", "microsoft", "github", "slack", "hubspot"])
def test_discovery_start_redirects_with_307(visit, provider):
    answer = visit.start(provider, discovery=True)
    assert (answer.status_code, answer.json()["status_code"]) == (307, 307)


@pytest.mark.parametrize("provider", ["google", "microsoft", "github", "slack", "hubspot"])
def test_start_redirects_to_the_provider(visit, mock, provider):
    answer = visit.start(provider, slug="acme", custom_scopes="extra one", provider_prompt="consent", provider_hd="x")
    body = answer.json()
    assert (answer.status_code, set(body)) == (307, {"status_code", "request_id", "redirect_url"})
    assert body["status_code"] == 307
    assert body["redirect_url"] == answer.headers["location"]
    query = parse_qs(urlsplit(body["redirect_url"]).query)
    assert (query["prompt"], query["hd"]) == (["consent"], ["x"])
    assert {"extra", "one"} <= set(query["scope"][0].split())
    assert "httponly" in answer.headers["set-cookie"].lower()


@pytest.mark.parametrize(
    ("provider", "query", "status", "error_type"),
    [
        ("google", {"public_token": "", "slug": "acme"}, 400, "public_token_required"),
        ("google", {"public_token": "nonsense", "slug": "acme"}, 400, "invalid_public_token_id"),
        (
            "google",
            {"public_token": "public-token-test-99999999-0000-4000-8000-000000000000", "slug": "acme"},
            404,
            "public_token_not_found",
        ),
        ("myspace", {"slug": "acme"}, 400, "invalid_oauth_provider"),
        ("google", {}, 400, "missing_oauth_organization_locator"),
        ("google", {"slug": "acme", "organization_id": "acme"}, 400, "too_many_oauth_organization_locators"),
        ("google", {"slug": "nowhere"}, 404, "organization_not_found"),
        ("google", {"slug": "acme", "login_redirect_url": "no url"}, 400, "invalid_login_oauth_url"),
        ("google", {"slug": "acme", "signup_redirect_url": "javascript:x"}, 400, "invalid_signup_oauth_url"),
        ("google", {"slug": "acme", "pkce_code_challenge": "short"}, 400, "invalid_pkce_code_challenge"),
    ],
)
def test_invalid_start_is_refused(visit, provider, query, status, error_type):
    answer = visit.start(provider, **query)
    assert (answer.status_code, answer.json()["error_type"]) == (status, error_type)


def test_invalid_discovery_url_is_refused(visit):
    answer = visit.start(discovery=True, discovery_redirect_url="no url")
    assert (answer.status_code, answer.json()["error_type"]) == (400, "invalid_discovery_redirect_url")


def test_registered_url_must_have_the_type(visit, mock):
    urls = [
        {"url": APP, "types": [{"type": "LOGIN", "is_default": True}, {"type": "SIGNUP", "is_default": True}]},
        {"url": "http://localhost:3000/only-login", "types": [{"type": "LOGIN"}]},
    ]
    mock.configure(redirect_urls="registered", registered_redirect_urls=urls)
    assert visit.start(slug="acme", login_redirect_url="http://localhost:3000/only-login").status_code == 307
    for query in (
        {"login_redirect_url": "http://localhost:3001/authenticate"},
        {"signup_redirect_url": "http://localhost:3000/only-login"},
    ):
        answer = visit.start(slug="acme", **query)
        assert (answer.status_code, answer.json()["error_type"]) == (400, "no_match_for_provided_oauth_url")
    assert visit.start(discovery=True).json()["error_type"] == "no_discovery_redirect_urls_set"


def test_members_and_new_members_have_their_own_redirect_url(visit, mock, given, client):
    given.member(client.organizations.get("acme").organization, "ada@acme.test")
    urls = {
        "login_redirect_url": "http://localhost:3000/login?a=1",
        "signup_redirect_url": "http://localhost:3000/signup",
    }
    mock.next_identity("google", "ada@acme.test")
    login = visit.go(visit.start(slug="acme", **urls)).headers["location"]
    assert login.startswith("http://localhost:3000/login?a=1&slug=acme&stytch_token_type=oauth&token=")
    mock.next_identity("google", "bob@acme.test")
    assert (
        visit.go(visit.start(slug="acme", **urls)).headers["location"].startswith("http://localhost:3000/signup?slug")
    )
    mock.next_identity("github", "bob@acme.test")
    discovery = visit.landing("github", discovery=True)
    assert (discovery["stytch_token_type"], "slug" in discovery) == ("discovery_oauth", False)


def test_next_identities_are_used_in_order_once_per_provider(visit, mock):
    mock.next_identity("github", "first@acme.test")
    mock.next_identity("github", "second@acme.test")
    assert visit.go(visit.start("google", slug="acme")).status_code == 200  # google's page
    for email in ("first@acme.test", "second@acme.test"):
        token = visit.landing("github", discovery=True)["token"]
        assert mock.client().oauth.discovery.authenticate(token).email_address == email
    assert visit.go(visit.start("github", slug="acme")).status_code == 200


@pytest.mark.parametrize(
    "body",
    [
        {"provider": "myspace", "email": "a@acme.test"},
        {"provider": "google"},
        {"provider": "google", "email": "nonsense"},
        {"provider": "google", "email": "a@acme.test", "tenant": "x"},
        {"provider": "google", "email": "a@acme.test", "tenant_ids": "x"},
    ],
)
def test_invalid_next_identity_is_refused(http, body):
    answer = http.post("/_mock/api/next-identity", json=body)
    assert (answer.status_code, answer.json()["error_type"] in ("bad_request", "invalid_email")) == (400, True)


def test_refusal_of_the_provider_shows_the_error_page(visit, mock):
    mock.next_identity("google", error="access_denied")
    page = visit.go(visit.start(slug="acme"))
    assert page.status_code == 400
    assert "access_denied" in page.text


def test_provider_page_accepts_an_identity_and_lists_it_later(visit, client):
    page = visit.go(visit.start("slack", slug="acme"))
    assert page.status_code == 200
    back = visit.http.post(str(page.url), data={"email": "Ada@acme.test", "name": "<b>Ada</b>", "tenant_ids": "T1, T2"})
    query = parse_qs(urlsplit(visit.go(back).headers["location"]).query)
    assert query["stytch_token_type"] == ["oauth"]
    again = visit.go(visit.start("slack", discovery=True))
    assert "&lt;b&gt;Ada&lt;/b&gt;" in again.text
    assert "<b>Ada" not in again.text
    known = visit.http.post(str(again.url), data={"email": "ada@acme.test", "subject": "123", "name": "Ada"})
    token = parse_qs(urlsplit(visit.go(known).headers["location"]).query)["token"][0]
    assert client.oauth.discovery.authenticate(token).full_name == "Ada"


def test_declining_shows_the_error_page(visit):
    page = visit.go(visit.start(slug="acme"))
    declined = visit.go(visit.http.post(str(page.url), data={"action": "decline"}))
    assert (declined.status_code, "access_denied" in declined.text) == (400, True)
    assert visit.http.post(str(page.url), data={"email": "a@acme.test"}).json()["error_type"] == "oauth_state_used"


@pytest.mark.parametrize("form", [{}, {"email": ""}, {"email": "nonsense"}, {"email": "a" * 300 + "@acme.test"}])
def test_provider_page_refuses_an_invalid_address(visit, form):
    page = visit.go(visit.start(slug="acme"))
    answer = visit.http.post(str(page.url), data=form)
    assert (answer.status_code, answer.json()["error_type"]) == (400, "invalid_email")


def callback_of(visit, **identity):
    """Return the URL to which the provider redirects the browser."""
    visit.mock.next_identity("google", "ada@acme.test", **identity)
    to_provider = visit.start(slug="acme").headers["location"]
    return visit.http.get(to_provider).headers["location"]


def test_used_callback_is_refused(visit):
    callback = callback_of(visit)
    assert visit.http.get(callback).is_redirect
    assert visit.http.get(callback).json()["error_type"] == "oauth_state_used"


@pytest.mark.parametrize(
    ("modify", "error_type"),
    [
        (lambda url: url.replace("code=", "code=x"), "oauth_auth_code_error"),
        (lambda url: url.partition("&code=")[0], "oauth_auth_code_error"),
        (lambda url: url.partition("?")[0], "oauth_invalid_state"),
        (lambda url: url.replace("oauth-callback-test-", "oauth-callback-live-"), "oauth_invalid_callback_request"),
        (lambda url: url.replace("/callback/oauth", "/callback/x"), "oauth_invalid_callback_request"),
    ],
)
def test_modified_callback_is_refused(visit, modify, error_type):
    callback = modify(callback_of(visit))
    visit.http.cookies.clear()
    answer = visit.http.get(callback)
    assert (answer.status_code, answer.json()["error_type"]) == (400, error_type)


def test_callback_with_the_cookie_of_another_flow_is_refused(visit, mock):
    callback = callback_of(visit)
    other = Visit(mock)
    other.start(slug="acme")
    assert other.http.get(callback).json()["error_type"] == "oauth_state_mismatch"
    assert visit.http.get(callback).is_redirect


def test_flow_expires_after_an_hour(visit, mock):
    callback = callback_of(visit)
    mock.clock.advance(minutes=61)
    assert visit.http.get(callback).json()["error_type"] == "oauth_invalid_state"


def test_state_of_another_project_is_refused(visit, mock, given):
    callback = callback_of(visit)
    other = mock.project()
    other.client().debug.whoami()
    visit.http.cookies.clear()
    foreign = callback.replace(
        mock.project_id.removeprefix("project-test-"), other.project_id.removeprefix("project-test-")
    )
    assert visit.http.get(foreign).json()["error_type"] == "oauth_invalid_state"


@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize(
    ("query", "status", "error_type"),
    [
        ("", 400, "public_token_required"),
        ("?state=x", 400, "public_token_required"),
        ("?public_token=public-token-live-99999999-0000-4000-8000-000000000000", 404, "public_token_not_found"),
    ],
)
def test_provider_page_without_a_flow_is_refused(visit, method, query, status, error_type):
    answer = visit.http.request(method, f"/_mock/provider/google/authorize{query}", content=b"\xff=%zz")
    assert (answer.status_code, answer.json()["error_type"]) == (status, error_type)


def test_one_tap_is_refused_with_cors_headers(visit, mock):
    origin, credentials = {"Origin": "http://localhost:3000"}, (mock.public_token, mock.public_token)
    preflight = visit.http.options("/sdk/v1/b2b/oauth/google/onetap/start", headers=origin)
    answer = visit.http.get("/sdk/v1/b2b/oauth/google/onetap/start", headers=origin, auth=credentials)
    assert (preflight.status_code, answer.status_code) == (204, 400)
    assert answer.json()["error_type"] == "oauth_config_not_found"
    for response in (preflight, answer):
        assert response.headers["access-control-allow-origin"] == "http://localhost:3000"
        assert response.headers["access-control-allow-credentials"] == "true"
    assert "x-sdk-client" in preflight.headers["access-control-allow-headers"]
