"""The authorization server as its standards have it: who misuses a code, a token, a client or a URL is refused by the
book (RFC 6749, 6750, 7009, 7591, 7636, 7662, 8414, 8707, 9207, 9700)."""

import base64
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest

from tests.contract.oauth import CALLBACK, CHALLENGE, OPENID, VERIFIER, authorized, login, new_app

OFFLINE = [*OPENID, "offline_access"]
POLICY = {  # nobody has the permission that the scope takes
    "resources": [{"resource_id": "documents", "actions": ["read"]}],
    "scopes": [{"scope": "read:documents", "permissions": [{"resource_id": "documents", "actions": ["read"]}]}],
}


class Server:
    """The OAuth endpoints of a project, without any client's cleverness."""

    def __init__(self, mock, http):
        self.mock, self.http, self.path = mock, http, f"/v1/public/{mock.project_id}"
        http.auth = None

    def post(self, name, data=None, **options):
        return self.http.post(f"{self.path}/oauth2/{name}", data=data or {}, **options)

    def error(self, name, data=None, **options):
        """Status and error; anything else than an OAuth error fails."""
        answer = self.post(name, data, **options)
        body = answer.json()
        assert list(body) == ["status_code", "request_id", "error", "error_description", "error_uri"]
        return answer.status_code, body["error"]

    def because(self):
        return self.mock.requests()[-1]["because"]


@pytest.fixture
def server(mock, http):
    return Server(mock, http)


@pytest.fixture
def who(given):
    return login(given)


@pytest.fixture
def app(given):
    return new_app(given)


@pytest.fixture
def code_for(given, who):
    """``code_for(app, scopes, **options)``: a fresh authorization code."""

    def authorize(app, scopes=tuple(OPENID), **options):
        return authorized(given, app, list(scopes), session_token=who.session_token, **options).authorization_code

    return authorize


def credentials(app, **fields):
    secret = getattr(app, "client_secret", None)
    return {"client_id": app.client_id, **({"client_secret": secret} if secret else {}), **fields}


def of_code(app, code, **fields):
    grant = {"grant_type": "authorization_code", "code": code, "redirect_uri": CALLBACK}
    return credentials(app, **{**grant, **fields})


def of_refresh(app, token, **fields):
    return credentials(app, grant_type="refresh_token", refresh_token=token, **fields)


def is_active(server, app, token):
    return server.post("introspect", credentials(app, token=token)).json()["active"]


# Codes


@pytest.mark.parametrize(
    ("change", "status", "error"),
    [
        ({"code": ""}, 400, "invalid_request"),
        ({"code": "x" * 44}, 400, "invalid_grant"),
        ({"redirect_uri": ""}, 400, "invalid_request"),
        ({"redirect_uri": CALLBACK + "/"}, 400, "invalid_grant"),
        ({"redirect_uri": "https://evil.test/"}, 400, "invalid_grant"),
        ({"code_verifier": VERIFIER}, 400, "invalid_grant"),  # there was no challenge
        ({"client_id": ""}, 400, "invalid_request"),
        ({"client_id": "connected-app-test-x"}, 401, "invalid_client"),
        ({"client_secret": ""}, 401, "invalid_client"),
        ({"client_secret": "wrong"}, 401, "invalid_client"),
        ({"grant_type": "implicit"}, 400, "unsupported_grant_type"),
        ({"grant_type": "client_credentials"}, 400, "unauthorized_client"),
        ({"resource": "nope"}, 400, "invalid_target"),
    ],
)
def test_what_does_not_fit_a_code(server, app, code_for, change, status, error):
    code = code_for(app)
    assert server.error("token", of_code(app, code) | change) == (status, error)
    assert server.post("token", of_code(app, code)).status_code == 200  # none of it used the code up


def test_a_code_used_twice_revokes_what_came_of_it(server, app, code_for):
    code = code_for(app, OFFLINE)
    got = server.post("token", of_code(app, code)).json()
    assert is_active(server, app, got["access_token"])
    assert server.error("token", of_code(app, code)) == (400, "invalid_grant")
    assert server.because() == "the code was used before: its tokens are revoked"
    assert not is_active(server, app, got["access_token"])
    assert not is_active(server, app, got["refresh_token"])
    assert server.error("token", of_refresh(app, got["refresh_token"])) == (400, "invalid_grant")


def test_a_code_of_another_client(server, given, app, code_for):
    code, other = code_for(app), new_app(given)
    assert server.error("token", of_code(other, code)) == (400, "invalid_grant")
    assert server.post("token", of_code(app, code)).status_code == 200


def test_a_code_expires(server, mock, app, code_for):
    code = code_for(app)
    mock.clock.advance(minutes=10, seconds=1)
    assert server.error("token", of_code(app, code)) == (400, "invalid_grant")
    assert server.because() == "the code has expired"


def test_a_code_dies_with_the_apps_access(server, client, who, app, code_for):
    code = code_for(app)
    client.organizations.members.connected_apps.revoke(who.organization_id, who.member_id, app.client_id)
    assert server.error("token", of_code(app, code)) == (400, "invalid_grant")


@pytest.mark.parametrize("client_type", ["third_party", "third_party_public"])
@pytest.mark.parametrize(
    ("verifier", "error"),
    [("", "invalid_grant"), ("w" * 64, "invalid_grant"), (CHALLENGE, "invalid_grant"), (VERIFIER, "none")],
)
def test_the_verifier_must_fit_the_challenge(server, given, code_for, client_type, verifier, error):
    app = new_app(given, client_type)
    code = code_for(app, code_challenge=CHALLENGE)
    answer = server.post("token", of_code(app, code, code_verifier=verifier))
    assert answer.json().get("error", "none") == error


def test_a_resource_that_was_not_authorized(server, app, code_for):
    code = code_for(app, resources=["https://mcp.acme.test/mcp"])
    elsewhere = of_code(app, code, resource="https://evil.test/mcp")
    assert server.error("token", elsewhere) == (400, "invalid_target")
    assert server.post("token", of_code(app, code, resource="https://mcp.acme.test/mcp")).status_code == 200


# Refresh tokens


def test_a_refresh_token_is_followed_by_another(server, app, code_for):
    first = server.post("token", of_code(app, code_for(app, OFFLINE))).json()
    second = server.post("token", of_refresh(app, first["refresh_token"])).json()
    assert second["refresh_token"] != first["refresh_token"]
    assert second["scope"] == " ".join(OFFLINE)
    assert second["id_token"]
    assert is_active(server, app, second["access_token"])
    assert is_active(server, app, second["refresh_token"])
    assert not is_active(server, app, first["refresh_token"])


def test_a_refresh_token_used_twice_ends_its_family(server, app, code_for):
    first = server.post("token", of_code(app, code_for(app, OFFLINE))).json()
    second = server.post("token", of_refresh(app, first["refresh_token"])).json()
    assert server.error("token", of_refresh(app, first["refresh_token"])) == (400, "invalid_grant")
    assert server.because() == "the token was used before: all of its family are revoked"
    assert server.error("token", of_refresh(app, second["refresh_token"])) == (400, "invalid_grant")
    assert not is_active(server, app, second["access_token"])


def test_fewer_scopes_can_be_asked_for_and_not_more(server, app, code_for):
    first = server.post("token", of_code(app, code_for(app, OFFLINE))).json()
    assert server.error("token", of_refresh(app, first["refresh_token"], scope="openid phone")) == (
        400,
        "invalid_scope",
    )
    fewer = server.post("token", of_refresh(app, first["refresh_token"], scope="email")).json()
    assert (fewer["scope"], "id_token" in fewer) == ("email", False)
    again = server.post("token", of_refresh(app, fewer["refresh_token"])).json()
    assert again["scope"] == " ".join(OFFLINE)


def test_refresh_tokens_that_are_none(server, mock, given, app, code_for):
    first = server.post("token", of_code(app, code_for(app, OFFLINE))).json()
    assert server.error("token", of_refresh(app, "")) == (400, "invalid_request")
    assert server.error("token", of_refresh(app, "x" * 44)) == (400, "invalid_grant")
    assert server.error("token", of_refresh(app, first["access_token"])) == (400, "invalid_grant")
    assert server.error("token", of_refresh(new_app(given), first["refresh_token"])) == (400, "invalid_grant")
    mock.clock.advance(days=365, seconds=1)
    assert server.error("token", of_refresh(app, first["refresh_token"])) == (400, "invalid_grant")


# Clients


def test_a_public_client_that_has_a_secret_is_an_impostor(server, given, code_for):
    app = new_app(given, "third_party_public")
    code = code_for(app, code_challenge=CHALLENGE)
    sent = of_code(app, code, code_verifier=VERIFIER)
    assert server.error("token", sent | {"client_secret": "x"}) == (401, "invalid_client")
    assert server.post("token", sent).status_code == 200


def test_credentials_in_a_header(server, app, code_for):
    header = base64.b64encode(f"{app.client_id}:{app.client_secret}".encode()).decode()
    sent = {"grant_type": "authorization_code", "code": code_for(app), "redirect_uri": CALLBACK}
    assert server.post("token", sent, headers={"authorization": f"Basic {header}"}).status_code == 200


def test_what_may_not_be_sent_twice(server, app, code_for):
    body = urlencode([*of_code(app, code_for(app)).items(), ("code", "x")])
    form = {"content-type": "application/x-www-form-urlencoded"}
    answer = server.http.post(f"{server.path}/oauth2/token", content=body, headers=form)
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_request")


# Introspection, revocation, who somebody is


def test_nothing_is_told_of_another_clients_tokens(server, given, app, code_for):
    got = server.post("token", of_code(app, code_for(app, OFFLINE))).json()
    other = new_app(given)
    for token in (got["access_token"], got["refresh_token"], "x", "a.b.c", got["id_token"]):
        answer = server.post("introspect", credentials(other, token=token)).json()
        assert set(answer) == {"status_code", "request_id", "active"}
        assert answer["active"] is False
    told = server.post("introspect", credentials(app, token=got["refresh_token"])).json()
    assert (told["token_type"], told["scope"]) == ("refresh_token", " ".join(OFFLINE))


@pytest.mark.parametrize("name", ["introspect", "revoke"])
def test_only_clients_may_ask(server, app, name):
    assert server.error(name, {"token": "x"}) == (400, "invalid_request")
    assert server.error(name, {"token": "x", "client_id": app.client_id}) == (401, "invalid_client")
    assert server.error(name, credentials(app)) == (400, "invalid_request")


def test_an_access_token_expires(server, mock, app, code_for):
    token = server.post("token", of_code(app, code_for(app))).json()["access_token"]
    mock.clock.advance(minutes=60, seconds=1)
    assert not is_active(server, app, token)


def test_revoking(server, given, app, code_for):
    got = server.post("token", of_code(app, code_for(app, OFFLINE))).json()
    other = new_app(given)
    assert server.post("revoke", credentials(app, token="unknown")).status_code == 200
    for token in (got["access_token"], got["refresh_token"]):
        assert server.post("revoke", credentials(other, token=token)).status_code == 200
        assert is_active(server, app, token)
    server.post("revoke", credentials(app, token=got["access_token"]))
    assert not is_active(server, app, got["access_token"])
    assert is_active(server, app, got["refresh_token"])
    again = server.post("token", of_refresh(app, got["refresh_token"])).json()
    server.post("revoke", credentials(app, token=again["refresh_token"], token_type_hint="access_token"))
    assert not is_active(server, app, again["access_token"])
    assert server.error("token", of_refresh(app, again["refresh_token"])) == (400, "invalid_grant")


def test_who_somebody_is(server, who, app, code_for):
    token = server.post("token", of_code(app, code_for(app, [*OPENID, "phone"]))).json()["access_token"]
    bearer = {"authorization": f"Bearer {token}"}
    for answer in (
        server.http.get(f"{server.path}/oauth2/userinfo", headers=bearer),
        server.post("userinfo", headers=bearer),
        server.post("userinfo", {"access_token": token}),
    ):
        body = answer.json()
        assert (body["sub"], body["email"], body["email_verified"]) == (who.member_id, who.member.email_address, True)
        assert (body["name"], body["phone_number"]) == ("Ada", "")
        assert body["https://stytch.com/organization"]["organization_id"] == who.organization_id


def test_who_may_not_know(server, app, code_for):
    token = server.post("token", of_code(app, code_for(app, ["email"]))).json()["access_token"]
    for bearer, status, error in (
        ({}, 401, "invalid_token"),
        ({"authorization": "Bearer x"}, 401, "invalid_token"),
        ({"authorization": f"Bearer {token}"}, 403, "insufficient_scope"),
    ):
        answer = server.http.get(f"{server.path}/oauth2/userinfo", headers=bearer)
        assert (answer.status_code, answer.json()["error"]) == (status, error)
        assert answer.headers.get("www-authenticate", "").startswith("Bearer") == (status == 401)
    twice = server.error("userinfo", {"access_token": token}, headers={"authorization": f"Bearer {token}"})
    assert twice == (400, "invalid_request")


# Registration


def register(server, **fields):
    return server.http.post(f"{server.path}/oauth2/register", json={"redirect_uris": [CALLBACK], **fields})


@pytest.mark.parametrize(
    ("method", "client_type"),
    [("none", "third_party_public"), ("client_secret_post", "third_party"), ("", "third_party")],
)
def test_a_client_registers_itself(server, client, mock, method, client_type):
    mock.configure(idp_dynamic_client_registration_access_token_template_content='{"dynamic": true}')
    answer = register(server, client_name="Agent", **({"token_endpoint_auth_method": method} if method else {}))
    body = answer.json()
    assert answer.status_code == 201
    assert ("client_secret" in body) == ("client_secret_expires_at" in body) == (client_type == "third_party")
    app = client.connected_app.clients.get(body["client_id"]).connected_app
    assert (app.client_type, app.client_name, app.redirect_urls) == (client_type, "Agent", [CALLBACK])
    assert app.access_token_template_content == '{"dynamic": true}'


@pytest.mark.parametrize(
    ("fields", "error"),
    [
        ({"redirect_uris": []}, "invalid_redirect_uri"),
        ({"redirect_uris": ["http://evil.test/"]}, "invalid_redirect_uri"),
        ({"redirect_uris": ["https://acme.test/#x"]}, "invalid_redirect_uri"),
        ({"redirect_uris": "x"}, "invalid_request"),
        ({"grant_types": ["password"]}, "invalid_client_metadata"),
        ({"response_types": ["token"]}, "invalid_client_metadata"),
        ({"token_endpoint_auth_method": "private_key_jwt"}, "invalid_client_metadata"),
    ],
)
def test_metadata_that_is_refused(server, fields, error):
    answer = register(server, **fields)
    assert (answer.status_code, answer.json()["error"]) == (400, error)


def test_registration_can_be_turned_off(server, mock):
    mock.configure(idp_dynamic_client_registration_enabled=False)
    answer = register(server)
    assert (answer.status_code, answer.json()["error"]) == (403, "dynamic_client_registration_not_enabled")
    found = server.http.get(f"{server.path}/.well-known/openid-configuration").json()
    assert "registration_endpoint" not in found


# Metadata, keys, other origins


@pytest.mark.parametrize("name", ["oauth-authorization-server", "openid-configuration"])
def test_what_clients_find_out(server, mock, name):
    inserted = server.http.get(f"/.well-known/{name}{server.path}").json()
    appended = server.http.get(f"{server.path}/.well-known/{name}").json()
    assert {**inserted, "request_id": ""} == {**appended, "request_id": ""}
    assert inserted["issuer"] == f"{mock.url}{server.path}"
    for endpoint in ("token", "introspection", "revocation", "userinfo", "registration", "authorization"):
        assert inserted[f"{endpoint}_endpoint"].startswith(inserted["issuer"])
    keys = server.http.get(f"/v1/b2b/sessions/jwks/{mock.project_id}").json()["keys"]
    assert server.http.get(inserted["jwks_uri"]).json()["keys"] == keys


def test_the_default_project_is_at_the_root(server, mock):
    found = server.http.get("/.well-known/oauth-authorization-server").json()
    assert found["issuer"] == f"{mock.url}/v1/public/project-test-00000000-0000-4000-8000-000000000000"


def test_scopes_of_the_project_are_told(server, mock):
    mock.configure(rbac_policy=POLICY)
    found = server.http.get(f"{server.path}/.well-known/openid-configuration").json()
    assert {"openid", "offline_access", "read:documents"} <= set(found["scopes_supported"])


def test_the_apps_own_page_is_told(server, mock):
    mock.configure(idp_authorization_url="https://acme.test/authorize")
    found = server.http.get(f"{server.path}/.well-known/openid-configuration").json()
    assert found["authorization_endpoint"] == "https://acme.test/authorize"


def test_a_project_that_is_none(server):
    for path in ("/v1/public/nonsense/.well-known/jwks.json", "/.well-known/openid-configuration/v1/public/nonsense"):
        answer = server.http.get(path)
        assert (answer.status_code, answer.json()["error"]) == (400, "invalid_project_id")


def test_web_pages_may_ask(server):
    origin = {"origin": "https://app.test", "access-control-request-method": "POST"}
    for path in ("oauth2/token", "oauth2/register", "oauth2/userinfo", ".well-known/openid-configuration"):
        answer = server.http.options(f"{server.path}/{path}", headers=origin)
        assert answer.status_code == 204
        assert answer.headers["access-control-allow-origin"] == "*"
        assert "authorization" in answer.headers["access-control-allow-headers"]
    found = server.http.get(f"{server.path}/.well-known/jwks.json", headers=origin)
    assert found.headers["access-control-allow-origin"] == "*"


# The page: who asks wrongly


@pytest.fixture
def visit(server, who):
    """``visit(app, **changes)``: the authorization endpoint, as a browser gets it."""

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
        url = f"{server.path}/oauth2/authorize?{urlencode({k: v for k, v in query.items() if v}, doseq=True)}"
        return server.http.request(method, url, data=form, headers=headers or {})

    return call


def answered(answer):
    """What the app is told by the browser's way back."""
    assert answer.status_code == 303
    assert answer.headers["location"].startswith(CALLBACK)
    return {name: values[0] for name, values in parse_qs(urlsplit(answer.headers["location"]).query).items()}


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({"client_id": "nobody"}, 404),
        ({"client_id": ""}, 404),
        ({"redirect_uri": ""}, 401),
        ({"redirect_uri": "https://evil.test/"}, 401),
        ({"redirect_uri": CALLBACK + "?x=1"}, 401),
    ],
)
def test_nobody_is_sent_to_an_unknown_place(visit, app, changes, status):
    answer = visit(app, **changes)
    assert (answer.status_code, "location" in answer.headers) == (status, False)
    assert answer.headers["content-type"].startswith("text/html")


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
def test_a_known_app_is_told_what_is_wrong(visit, server, app, mock, changes, error):
    issuer = f"{mock.url}{server.path}"
    back = answered(visit(app, **changes))
    assert back.pop("error_description") == server.because()
    assert back == {"error": error, "state": "s", "iss": issuer}


def test_a_public_app_needs_pkce_here_too(visit, given):
    app = new_app(given, "third_party_public")
    assert answered(visit(app, code_challenge="", code_challenge_method=""))["error"] == "invalid_request"


def test_the_port_of_a_public_apps_loopback_address_is_free(visit, given):
    app = new_app(given, "third_party_public", redirect_urls=["http://127.0.0.1/cb"])
    assert visit(app, redirect_uri="http://127.0.0.1:49152/cb").status_code == 200
    assert visit(app, redirect_uri="http://127.0.0.1:49152/other").status_code == 401
    assert visit(app, redirect_uri="http://localhost:49152/cb").status_code == 401
    secretive = new_app(given, redirect_urls=["http://127.0.0.1/cb"])
    assert visit(secretive, redirect_uri="http://127.0.0.1:49152/cb").status_code == 401


def test_the_way_through_the_page(visit, server, who, app):
    assert who.member.email_address in visit(app).text
    chosen = {"member_id": who.member_id}
    question = visit(app, "POST", chosen)
    assert "Reports wants access" in question.text
    back = answered(visit(app, "POST", chosen | {"decision": "allow"}))
    assert back["state"] == "s"
    got = server.post("token", of_code(app, back["code"], code_verifier=VERIFIER)).json()
    assert got["scope"] == "openid"
    again = answered(visit(app, "POST", chosen))  # consent is remembered
    assert again["code"]


@pytest.mark.parametrize("form", [{"decision": "deny"}, {"decision": "deny", "member_id": "x"}])
def test_who_denies(visit, app, form):
    assert answered(visit(app, "POST", form))["error"] == "access_denied"


def test_the_session_of_the_browser_sdk_is_enough(visit, who, given, client):
    app = new_app(given, "first_party")
    cookie = {"cookie": f"stytch_session={who.session_token}"}
    assert answered(visit(app, headers=cookie))["code"]
    assert answered(visit(app, headers=cookie, prompt="none"))["code"]
    for prompt in ("login", "select_account"):
        assert "Who are you?" in visit(app, headers=cookie, prompt=prompt).text
    other = new_app(given)
    assert answered(visit(other, headers=cookie, prompt="none"))["error"] == "consent_required"
    client.sessions.revoke(session_token=who.session_token)
    assert answered(visit(app, headers=cookie, prompt="none"))["error"] == "login_required"


def test_scopes_on_the_page(visit, server, mock, who, app):
    mock.configure(rbac_policy=POLICY)
    chosen = {"member_id": who.member_id}
    assert answered(visit(app, "POST", chosen, scope="openid unknown"))["error"] == "invalid_scope"
    assert answered(visit(app, "POST", chosen, scope="read:documents"))["error"] == "invalid_scope"
    question = visit(app, "POST", chosen, scope="openid read:documents")
    assert "You can't grant this" in question.text
    back = answered(visit(app, "POST", chosen | {"decision": "allow"}, scope="openid read:documents"))
    got = server.post("token", of_code(app, back["code"], code_verifier=VERIFIER)).json()
    assert got["scope"] == "openid"
    back = answered(visit(app, "POST", chosen | {"decision": "allow"}, scope=""))
    assert server.post("token", of_code(app, back["code"], code_verifier=VERIFIER)).json()["scope"] == " ".join(OPENID)


def test_who_is_no_active_member_is_not_offered(visit, client, given, who, app):
    acme = client.organizations.get(who.organization_id).organization
    invited = given.member(acme, "pending@acme.test", create_member_as_pending=True)
    page = visit(app, "POST", {"member_id": invited.member_id, "decision": "allow"})
    assert (page.status_code, "pending@acme.test" in page.text) == (200, False)
    hinted = visit(app, login_hint="Nobody@acme.test")
    assert "no active member with the address Nobody@acme.test" in hinted.text


def test_an_organization_that_lets_no_apps_in(visit, client, who, app):
    client.organizations.update(who.organization_id, third_party_connected_apps_allowed_type="NOT_ALLOWED")
    assert who.member.email_address not in visit(app).text
    assert answered(visit(app, "POST", {"member_id": who.member_id}))["error"] == "access_denied"


def test_another_web_page_can_not_press_the_button(visit, who, app):
    form = {"member_id": who.member_id, "decision": "allow"}
    answer = visit(app, "POST", form, headers={"origin": "https://evil.test"})
    assert (answer.status_code, "location" in answer.headers) == (403, False)


def test_names_are_text_on_the_page(visit, given, who):
    app = new_app(given, client_name="<script>x</script>", client_description="<b>bold</b>")
    for page in (visit(app), visit(app, "POST", {"member_id": who.member_id})):
        assert "<script>" not in page.text
        assert "<b>" not in page.text
        assert "frame-ancestors 'none'" in page.headers["content-security-policy"]


def test_a_project_with_a_page_of_its_own(visit, mock, app):
    mock.configure(idp_authorization_url="https://acme.test/authorize?a=1")
    answer = visit(app)
    assert answer.status_code == 302
    assert answer.headers["location"].startswith(f"https://acme.test/authorize?a=1&client_id={app.client_id}")


# Logout


@pytest.fixture
def logged_in(server, code_for, given):
    app = new_app(given, post_logout_redirect_urls=["http://localhost:3000/bye"])
    return app, server.post("token", of_code(app, code_for(app))).json()["id_token"]


def logout(server, **query):
    return server.http.get(f"{server.path}/oauth2/logout", params=query)


def test_logout_ends_the_session_and_goes_back(server, client, refused, who, logged_in):
    _, id_token = logged_in
    answer = logout(server, id_token_hint=id_token, post_logout_redirect_uri="http://localhost:3000/bye", state="s")
    assert (answer.status_code, answer.headers["location"]) == (303, "http://localhost:3000/bye?state=s")
    assert refused(client.sessions.authenticate, who.session_token) == "session_not_found"
    form = {"id_token_hint": id_token}  # as another site's page sends it
    assert server.post("logout", form, headers={"origin": "http://localhost:3000"}).status_code == 200


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({"id_token_hint": "x"}, 404),
        ({"id_token_hint": ""}, 404),
        ({"client_id": "another"}, 404),
        ({"post_logout_redirect_uri": "https://evil.test/"}, 401),
    ],
)
def test_who_may_not_log_out(server, client, who, logged_in, change, status):
    answer = logout(server, **{"id_token_hint": logged_in[1], **change})
    assert (answer.status_code, "location" in answer.headers) == (status, False)
    assert client.sessions.authenticate(who.session_token)
