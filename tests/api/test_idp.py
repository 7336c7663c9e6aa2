"""Authorization through the API: start, consent, codes and tokens."""

import base64
import hashlib
import json
from urllib.parse import parse_qs, urlsplit

import jwt
import pytest
from stytch.b2b.models.sessions import AuthorizationCheck
from stytch.core.response_base import StytchError
from stytch.shared.rbac_local import RBACPermissionError

from tests.contract.oauth import CALLBACK, CHALLENGE, OPENID, VERIFIER, authorized, installed, login, new_app, tokens

POLICY = {
    "resources": [{"resource_id": "documents", "actions": ["read", "write"]}],
    "roles": [{"role_id": "reader", "permissions": [{"resource_id": "documents", "actions": ["read"]}]}],
    "scopes": [
        {
            "scope": f"{action}:documents",
            "description": f"May {action} documents.",
            "permissions": [{"resource_id": "documents", "actions": [action]}],
        }
        for action in ("read", "write")
    ],
}


def query_of(url):
    return {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}


def start(given, app, scopes, ada, **options):
    return given.client.idp.oauth.authorize_start(
        app.client_id, CALLBACK, "code", scopes, session_token=ada.session_token, **options
    )


def issue_tokens(given, app, scopes, ada, **options):
    """Authorize the app and return its tokens."""
    code = authorized(given, app, scopes, session_token=ada.session_token, **options).authorization_code
    return tokens(given, app, code)


def claims_of(client, token, audience=None):
    key = client.m2m.jwks_client.get_signing_key_from_jwt(token).key
    return jwt.decode(token, key, algorithms=["RS256"], audience=audience or client.idp.project_id)


# What a consent page shows


def test_start_returns_member_app_and_scopes(given):
    ada, app = login(given), new_app(given, client_description="Monthly reports")
    response = start(given, app, OPENID, ada)
    assert (response.member_id, response.organization.organization_id) == (ada.member_id, ada.organization_id)
    assert (response.client.client_name, response.client.client_description) == ("Reports", "Monthly reports")
    assert [r.scope for r in response.scope_results] == OPENID
    assert all(r.is_grantable and r.description for r in response.scope_results)


def test_scope_is_grantable_with_its_permissions_only(given, mock, client):
    mock.configure(rbac_policy=POLICY)
    ada, app = login(given), new_app(given)
    requested = ["read:documents", "write:documents", "unknown", "full_access"]

    def grantable():
        return [r.scope for r in start(given, app, requested, ada).scope_results if r.is_grantable]

    assert grantable() == []
    client.organizations.members.update(ada.organization_id, ada.member_id, roles=["reader"])
    ada = given.login(ada.organization, ada.member)
    assert grantable() == ["read:documents"]
    (first, *_) = start(given, app, requested, ada).scope_results
    assert first.description == "May read documents."


def test_member_is_selected_in_one_of_three_ways(given, client):
    ada, app = login(given), new_app(given)
    for selector in (
        {"organization_id": ada.organization.organization_slug, "member_id": ada.member_id},
        {"session_token": ada.session_token},
        {"session_jwt": ada.session_jwt},
    ):
        response = client.idp.oauth.authorize_start(app.client_id, CALLBACK, "code", OPENID, **selector)
        assert response.member_id == ada.member_id


@pytest.mark.parametrize(
    ("client_type", "settings", "scopes", "prompt", "needed"),
    [
        ("third_party", {}, ["openid"], "", True),
        ("first_party", {}, ["openid"], "", False),
        ("first_party", {}, ["openid"], "consent", True),
        ("first_party", {}, ["offline_access"], "", True),
        ("first_party", {"bypass_consent_for_offline_access": True}, ["offline_access"], "", False),
        ("first_party", {"bypass_consent_for_offline_access": True}, ["offline_access"], "consent", True),
    ],
)
def test_consent_is_required_by_party_scope_and_prompt(given, client_type, settings, scopes, prompt, needed):
    ada, app = login(given), new_app(given, client_type, **settings)
    assert start(given, app, scopes, ada, prompt=prompt).consent_required is needed


def test_consent_is_remembered_for_its_scopes(given, client):
    ada, app = installed(given)
    assert not start(given, app, ["openid"], ada).consent_required
    assert start(given, app, ["openid", "phone"], ada).consent_required
    client.organizations.members.connected_apps.revoke(ada.organization_id, ada.member_id, app.client_id)
    assert start(given, app, ["openid"], ada).consent_required


# The decision of the member


def test_redirect_contains_code_state_and_issuer(given, mock):
    ada, app = login(given), new_app(given, redirect_urls=[CALLBACK + "?keep=1"])
    response = authorized(
        given, app, OPENID, session_token=ada.session_token, redirect_uri=CALLBACK + "?keep=1", state="a b&c"
    )
    assert response.redirect_uri.startswith(CALLBACK)
    assert query_of(response.redirect_uri) == {
        "keep": "1",
        "code": response.authorization_code,
        "state": "a b&c",
        "iss": f"stytch.com/{mock.project_id}",
    }


@pytest.mark.parametrize(
    ("scopes", "granted", "error"),
    [(OPENID, False, "access_denied"), (["unknown"], True, "invalid_scope"), (["full_access"], True, "invalid_scope")],
)
def test_refusal_is_reported_to_the_app(given, client, mock, scopes, granted, error):
    ada, app = login(given), new_app(given)
    response = authorized(given, app, scopes, session_token=ada.session_token, consent_granted=granted, state="s")
    assert query_of(response.redirect_uri) == {"error": error, "state": "s", "iss": f"stytch.com/{mock.project_id}"}
    assert response.authorization_code is None
    assert client.organizations.connected_apps(ada.organization_id).connected_apps == []


def test_answer_of_the_member_does_not_count_without_need_for_consent(given):
    ada, app = installed(given)
    options = {"session_token": ada.session_token, "consent_granted": False}
    assert authorized(given, app, OPENID, **options).authorization_code
    assert authorized(given, new_app(given, "first_party"), OPENID, **options).authorization_code
    for changes in ({"scopes": [*OPENID, "phone"]}, {"scopes": OPENID, "prompt": "consent"}):
        response = authorized(given, app, **changes, **options)
        assert query_of(response.redirect_uri)["error"] == "access_denied"


def test_scopes_that_the_member_cannot_grant_are_left_out(given, mock, client):
    mock.configure(rbac_policy=POLICY)
    ada, app = login(given), new_app(given)
    scopes = ["openid", "read:documents", "write:documents"]
    client.organizations.members.update(ada.organization_id, ada.member_id, roles=["reader"])
    ada = given.login(ada.organization, ada.member)
    assert issue_tokens(given, app, scopes, ada)["scope"] == "openid read:documents"
    assert not start(given, app, scopes, ada).consent_required
    response = authorized(given, app, ["write:documents"], session_token=ada.session_token)
    assert query_of(response.redirect_uri)["error"] == "invalid_scope"


@pytest.mark.parametrize("resource", ["nope", "https://acme.test/#x"])
def test_invalid_resource_is_reported_to_the_app(given, mock, resource):
    ada, app = login(given), new_app(given)
    response = authorized(given, app, OPENID, session_token=ada.session_token, resources=[resource])
    assert query_of(response.redirect_uri) == {"error": "invalid_target", "iss": f"stytch.com/{mock.project_id}"}


def test_public_app_requires_pkce(given, refused):
    ada, app = login(given), new_app(given, "third_party_public")
    error_type = "pkce_required_for_idp_authorization_flow"
    assert refused(authorized, given, app, OPENID, session_token=ada.session_token) == error_type
    response = authorized(given, app, OPENID, session_token=ada.session_token, code_challenge=CHALLENGE)
    assert tokens(given, app, response.authorization_code, code_verifier=VERIFIER)["access_token"]


# Claims of the tokens


def test_access_token_is_valid_for_the_official_client(given, client, mock):
    ada, app = login(given), new_app(given)
    response = issue_tokens(given, app, OPENID, ada)
    assert (response["token_type"], response["expires_in"], response["scope"]) == ("bearer", 3600, " ".join(OPENID))
    assert "refresh_token" not in response
    local = client.idp.introspect_access_token_local(response["access_token"])
    network = client.idp.introspect_token_network(response["access_token"], app.client_id, app.client_secret)
    for claims in (local, network):
        assert (claims.subject, claims.scope, claims.audience) == (ada.member_id, " ".join(OPENID), [mock.project_id])
        assert claims.expires_at == claims.issued_at + 3600
        assert claims.organization_claim == {
            "organization_id": ada.organization_id,
            "slug": ada.organization.organization_slug,
        }


def test_official_client_checks_the_scopes_of_a_token(given, client, mock):
    mock.configure(rbac_policy=POLICY)
    ada, app = login(given), new_app(given)
    client.organizations.members.update(ada.organization_id, ada.member_id, roles=["reader"])
    ada = given.login(ada.organization, ada.member)
    token = issue_tokens(given, app, ["read:documents"], ada)["access_token"]
    check = {"organization_id": ada.organization_id, "resource_id": "documents", "action": "read"}
    assert client.idp.introspect_access_token_local(token, authorization_check=AuthorizationCheck(**check))
    with pytest.raises(RBACPermissionError):
        client.idp.introspect_access_token_local(
            token, authorization_check=AuthorizationCheck(**{**check, "action": "write"})
        )


def test_app_settings_change_its_access_tokens(given, client, mock):
    ada = login(given, trusted_metadata={"plan": "pro"})
    content = {"plan": "{{ organization.trusted_metadata.plan }}", "app": "{{ client.client_name }}", "sub": "other"}
    app = new_app(
        given,
        access_token_expiry_minutes=5,
        access_token_custom_audience="https://api.acme.test",
        access_token_template_content=json.dumps(content),
    )
    response = issue_tokens(given, app, OPENID, ada, resources=["https://mcp.acme.test/mcp"])
    claims = claims_of(client, response["access_token"])
    assert response["expires_in"] == claims["exp"] - claims["iat"] == 300
    assert (claims["plan"], claims["app"], claims["sub"]) == ("pro", "Reports", ada.member_id)
    assert claims["aud"] == [mock.project_id, "https://api.acme.test", "https://mcp.acme.test/mcp"]
    assert claims["client_id"] == app.client_id


def test_id_token_contains_claims_of_member_and_template(given, client, mock):
    ada = login(given)
    app = new_app(given, id_token_template_content='{"login": "{{ member.email_address }}"}')
    response = issue_tokens(given, app, OPENID, ada, nonce="n-1")
    claims = claims_of(client, response["id_token"], audience=app.client_id)
    half = hashlib.sha256(response["access_token"].encode()).digest()[:16]
    assert claims["iss"] == f"stytch.com/{mock.project_id}"
    assert (claims["sub"], claims["nonce"], claims["aud"]) == (ada.member_id, "n-1", [app.client_id])
    assert claims["at_hash"] == base64.urlsafe_b64encode(half).rstrip(b"=").decode()
    assert (claims["email"], claims["email_verified"], claims["name"]) == (ada.member.email_address, True, "Ada")
    assert claims["login"] == ada.member.email_address
    assert "id_token" not in issue_tokens(given, app, ["email"], ada)


# Back to a session


@pytest.fixture
def full_access(given):
    """``ada, app, token``: a member, and an access token with full access."""
    ada, app = login(given), new_app(given, "first_party", full_access_allowed=True, access_token_expiry_minutes=10)
    return ada, app, issue_tokens(given, app, ["full_access"], ada)["access_token"]


def test_full_access_token_is_exchanged_for_a_session_once(client, refused, full_access):
    ada, app, token = full_access
    response = client.sessions.exchange_access_token(token, session_duration_minutes=30)
    assert (response.member_id, response.member_session.organization_id) == (ada.member_id, ada.organization_id)
    (factor,) = response.member_session.authentication_factors
    assert (factor.type, factor.delivery_method) == ("oauth", "oauth_access_token_exchange")
    assert factor.oauth_access_token_exchange_factor.client_id == app.client_id
    assert client.sessions.authenticate(response.session_token).member.member_id == ada.member_id
    again = refused(client.sessions.exchange_access_token, token)
    assert again == "oauth_access_token_exchange_token_invalid_grant"


def test_old_access_token_is_refused(client, refused, mock, full_access):
    mock.clock.advance(minutes=5, seconds=2)
    exchange = client.sessions.exchange_access_token
    assert refused(exchange, full_access[2]) == "oauth_access_token_exchange_token_too_old"
    mock.clock.advance(minutes=5)
    assert refused(exchange, full_access[2]) == "idp_access_token_expired"


def test_token_that_cannot_be_exchanged_is_refused(client, refused, given, full_access):
    ada, app, token = full_access
    exchange = client.sessions.exchange_access_token
    without = issue_tokens(given, app, ["openid"], ada)["access_token"]
    assert refused(exchange, without) == "oauth_access_token_exchange_missing_full_access"
    ids = {"organization_id": ada.organization_id, "member_id": ada.member_id}
    code = authorized(given, app, ["full_access"], **ids).authorization_code
    assert refused(exchange, tokens(given, app, code)["access_token"]) == "idp_access_token_could_not_be_exchanged"
    assert refused(exchange, ada.session_jwt) == "idp_access_token_not_found"
    client.organizations.members.connected_apps.revoke(ada.organization_id, ada.member_id, app.client_id)
    assert refused(exchange, token) == "connected_app_consent_revoked"


@pytest.mark.parametrize(
    ("case", "status", "error_type", "message"),
    [
        ("unknown", 404, "idp_access_token_not_found", "The access token could not be found."),
        ("named", 404, "idp_access_token_could_not_be_exchanged", "The access token could not be exchanged."),
    ],
)
def test_refused_exchange_has_the_status_and_message_of_production(
    client, given, full_access, case, status, error_type, message
):
    ada, app, _ = full_access
    ids = {"organization_id": ada.organization_id, "member_id": ada.member_id}
    code = authorized(given, app, ["full_access"], **ids).authorization_code
    token = "x" if case == "unknown" else tokens(given, app, code)["access_token"]
    with pytest.raises(StytchError) as caught:
        client.sessions.exchange_access_token(token)
    details = caught.value.details
    assert (details.status_code, details.error_type, details.error_message) == (status, error_type, message)


def test_unknown_app_has_the_message_of_production(client):
    with pytest.raises(StytchError) as caught:
        client.connected_app.clients.get("connected-app-test-x")
    assert caught.value.details.error_message == "The Connected App requested could not be found."


def test_token_of_another_project_is_refused(mock, refused, full_access):
    other = mock.project().client()
    assert refused(other.sessions.exchange_access_token, full_access[2]) == "idp_access_token_not_found"
