"""The authorization endpoint and its consent page (RFC 6749, 8252, 9207; OpenID Connect Core, 3.1.2)."""

from urllib.parse import parse_qs, urlencode, urlsplit

import pytest

from tests.contract.oauth import CALLBACK, CHALLENGE, OPENID, VERIFIER, new_app
from tests.oauth_server.requests import POLICY, code_fields


@pytest.fixture
def visit(server, ada):
    """``visit(app, **changes)``: open the authorization endpoint as a browser does."""

    def call(app, method="GET", form=None, headers=None, **changes):
        query = {
            "client_id": app.client_id,
            "redirect_uri": CALLBACK,
            "response_type": "code",
            "scope": "openid",
            "state": "s",
            "code_challenge": CHALLENGE,
            "code_challenge_method": "S256",
            **changes,
        }
        url = f"{server.path}/v1/oauth2/authorize?{urlencode({k: v for k, v in query.items() if v}, doseq=True)}"
        return server.http.request(method, url, data=form, headers=headers or {})

    return call


def redirect_parameters(response):
    """Return the parameters that the app receives in the redirect."""
    assert response.status_code == 303
    assert response.headers["location"].startswith(CALLBACK)
    return {name: values[0] for name, values in parse_qs(urlsplit(response.headers["location"]).query).items()}


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({"client_id": "unknown"}, 404),
        ({"client_id": ""}, 404),
        ({"redirect_uri": ""}, 401),
        ({"redirect_uri": "https://evil.test/"}, 401),
        ({"redirect_uri": CALLBACK + "?x=1"}, 401),
    ],
)
def test_unknown_client_or_redirect_uri_is_not_redirected(visit, app, changes, status):
    response = visit(app, **changes)
    assert (response.status_code, "location" in response.headers) == (status, False)
    assert response.headers["content-type"].startswith("text/html")


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"response_type": ""}, "invalid_request"),
        ({"response_type": "token"}, "unsupported_response_type"),
        ({"code_challenge": "short"}, "invalid_request"),
        ({"code_challenge_method": "plain"}, "invalid_request"),
        ({"code_challenge_method": ""}, "invalid_request"),
        ({"resource": "nope"}, "invalid_target"),
        ({"prompt": "none consent"}, "invalid_request"),
        ({"prompt": "none"}, "login_required"),
        ({"scope": ["openid", "email"]}, "invalid_request"),
    ],
)
def test_invalid_request_is_reported_to_the_app(visit, server, app, mock, changes, error):
    parameters = redirect_parameters(visit(app, **changes))
    assert parameters.pop("error_description") == server.because()
    assert parameters == {"error": error, "state": "s", "iss": mock.domain}


def test_public_app_without_pkce_is_refused(visit, given):
    app = new_app(given, "third_party_public")
    assert redirect_parameters(visit(app, code_challenge="", code_challenge_method=""))["error"] == "invalid_request"


def test_public_app_may_use_any_loopback_port(visit, given):
    app = new_app(given, "third_party_public", redirect_urls=["http://127.0.0.1/cb"])
    assert visit(app, redirect_uri="http://127.0.0.1:49152/cb").status_code == 200
    assert visit(app, redirect_uri="http://127.0.0.1:49152/other").status_code == 401
    assert visit(app, redirect_uri="http://localhost:49152/cb").status_code == 401
    confidential = new_app(given, redirect_urls=["http://127.0.0.1/cb"])
    assert visit(confidential, redirect_uri="http://127.0.0.1:49152/cb").status_code == 401


def test_consent_page_leads_to_a_code_and_consent_is_remembered(visit, server, ada, app):
    assert ada.member.email_address in visit(app).text
    chosen = {"member_id": ada.member_id}
    question = visit(app, "POST", chosen)
    assert "Reports requests access" in question.text
    parameters = redirect_parameters(visit(app, "POST", chosen | {"decision": "allow"}))
    assert parameters["state"] == "s"
    tokens = server.post("token", code_fields(app, parameters["code"], code_verifier=VERIFIER)).json()
    assert tokens["scope"] == "openid"
    again = redirect_parameters(visit(app, "POST", chosen))  # consent is remembered
    assert again["code"]


def test_consent_page_logs_a_chosen_member_in_once(visit, server, ada, given, client):
    """The session is what a token with full access is exchanged for. A browser with a session keeps it."""
    app = new_app(given, "first_party", full_access_allowed=True)
    cookie = {"cookie": f"stytch_session={ada.session_token}"}

    def sessions():
        return client.sessions.get(ada.organization_id, ada.member_id).member_sessions

    for chosen, options, started in (({"member_id": ada.member_id}, {}, 1), ({}, {"headers": cookie}, 0)):
        before = len(sessions())
        allowed = visit(app, "POST", chosen | {"decision": "allow"}, scope="full_access", **options)
        assert len(sessions()) == before + started
        code = redirect_parameters(allowed)["code"]
        token = server.post("token", code_fields(app, code, code_verifier=VERIFIER)).json()["access_token"]
        assert client.sessions.exchange_access_token(token).member_id == ada.member_id


@pytest.mark.parametrize("form", [{"decision": "deny"}, {"decision": "deny", "member_id": "x"}])
def test_denied_consent_is_reported_to_the_app(visit, app, form):
    assert redirect_parameters(visit(app, "POST", form))["error"] == "access_denied"


def test_session_cookie_of_the_browser_sdk_identifies_the_member(visit, ada, given, client):
    app = new_app(given, "first_party")
    cookie = {"cookie": f"stytch_session={ada.session_token}"}
    assert redirect_parameters(visit(app, headers=cookie))["code"]
    assert redirect_parameters(visit(app, headers=cookie, prompt="none"))["code"]
    for prompt in ("login", "select_account"):
        assert "Choose a member" in visit(app, headers=cookie, prompt=prompt).text
    other = new_app(given)
    assert redirect_parameters(visit(other, headers=cookie, prompt="none"))["error"] == "consent_required"
    client.sessions.revoke(session_token=ada.session_token)
    assert redirect_parameters(visit(app, headers=cookie, prompt="none"))["error"] == "login_required"


def test_only_grantable_scopes_are_granted(visit, server, mock, ada, app):
    mock.configure(rbac_policy=POLICY)
    chosen = {"member_id": ada.member_id}
    assert redirect_parameters(visit(app, "POST", chosen, scope="openid unknown"))["error"] == "invalid_scope"
    assert redirect_parameters(visit(app, "POST", chosen, scope="read:documents"))["error"] == "invalid_scope"
    question = visit(app, "POST", chosen, scope="openid read:documents")
    assert "You can't grant this" in question.text
    parameters = redirect_parameters(visit(app, "POST", chosen | {"decision": "allow"}, scope="openid read:documents"))
    tokens = server.post("token", code_fields(app, parameters["code"], code_verifier=VERIFIER)).json()
    assert tokens["scope"] == "openid"
    parameters = redirect_parameters(visit(app, "POST", chosen | {"decision": "allow"}, scope=""))
    assert server.post("token", code_fields(app, parameters["code"], code_verifier=VERIFIER)).json()[
        "scope"
    ] == " ".join(OPENID)


def test_inactive_member_is_not_offered(visit, client, given, ada, app):
    acme = client.organizations.get(ada.organization_id).organization
    invited = given.member(acme, "pending@acme.test", create_member_as_pending=True)
    page = visit(app, "POST", {"member_id": invited.member_id, "decision": "allow"})
    assert (page.status_code, "pending@acme.test" in page.text) == (200, False)
    hinted = visit(app, login_hint="Unknown@acme.test")
    assert "no active member with the address Unknown@acme.test" in hinted.text


def test_organization_policy_hides_its_members_and_denies_access(visit, client, ada, app):
    client.organizations.update(ada.organization_id, third_party_connected_apps_allowed_type="NOT_ALLOWED")
    assert ada.member.email_address not in visit(app).text
    assert redirect_parameters(visit(app, "POST", {"member_id": ada.member_id}))["error"] == "access_denied"


def test_cross_site_consent_is_refused(visit, ada, app):
    form = {"member_id": ada.member_id, "decision": "allow"}
    response = visit(app, "POST", form, headers={"origin": "https://evil.test"})
    assert (response.status_code, "location" in response.headers) == (403, False)


def test_names_are_escaped_on_the_page(visit, given, ada):
    app = new_app(given, client_name="<script>x</script>", client_description="<b>bold</b>")
    for page in (visit(app), visit(app, "POST", {"member_id": ada.member_id})):
        assert "<script>" not in page.text
        assert "<b>" not in page.text
        assert "frame-ancestors 'none'" in page.headers["content-security-policy"]


def test_authorization_endpoint_redirects_to_the_apps_consent_page(visit, mock, app):
    mock.configure(idp_authorization_url="https://acme.test/authorize?a=1")
    response = visit(app)
    assert response.status_code == 302
    assert response.headers["location"].startswith(f"https://acme.test/authorize?a=1&client_id={app.client_id}")
