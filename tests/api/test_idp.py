"""Authorization through the API: who is asked, for what, and what comes of it."""

import base64
import hashlib
import json
from urllib.parse import parse_qs, urlsplit

import jwt
import pytest
from stytch.b2b.models.sessions import AuthorizationCheck
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


def start(given, app, scopes, who, **options):
    return given.client.idp.oauth.authorize_start(
        app.client_id, CALLBACK, "code", scopes, session_token=who.session_token, **options
    )


def got(given, app, scopes, who, **options):
    """The tokens for an authorization."""
    code = authorized(given, app, scopes, session_token=who.session_token, **options).authorization_code
    return tokens(given, app, code)


def claims_of(client, token, audience=None):
    key = client.m2m.jwks_client.get_signing_key_from_jwt(token).key
    return jwt.decode(token, key, algorithms=["RS256"], audience=audience or client.idp.project_id)


# What a consent page is told


def test_the_start_tells_who_asks_whom(given):
    who, app = login(given), new_app(given, client_description="Of things")
    told = start(given, app, OPENID, who)
    assert (told.member_id, told.organization.organization_id) == (who.member_id, who.organization_id)
    assert (told.client.client_name, told.client.client_description) == ("Reports", "Of things")
    assert [r.scope for r in told.scope_results] == OPENID
    assert all(r.is_grantable and r.description for r in told.scope_results)


def test_scopes_are_granted_by_who_may_do_it(given, mock, client):
    mock.configure(rbac_policy=POLICY)
    who, app = login(given), new_app(given)
    asked = ["read:documents", "write:documents", "unknown", "full_access"]

    def grantable():
        return [r.scope for r in start(given, app, asked, who).scope_results if r.is_grantable]

    assert grantable() == []
    client.organizations.members.update(who.organization_id, who.member_id, roles=["reader"])
    who = given.login(who.organization, who.member)
    assert grantable() == ["read:documents"]
    (first, *_) = start(given, app, asked, who).scope_results
    assert first.description == "May read documents."


def test_members_are_named_in_one_of_three_ways(given, client):
    who, app = login(given), new_app(given)
    for selector in (
        {"organization_id": who.organization.organization_slug, "member_id": who.member_id},
        {"session_token": who.session_token},
        {"session_jwt": who.session_jwt},
    ):
        told = client.idp.oauth.authorize_start(app.client_id, CALLBACK, "code", OPENID, **selector)
        assert told.member_id == who.member_id


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
def test_when_consent_is_needed(given, client_type, settings, scopes, prompt, needed):
    who, app = login(given), new_app(given, client_type, **settings)
    assert start(given, app, scopes, who, prompt=prompt).consent_required is needed


def test_consent_is_remembered_for_its_scopes(given, client):
    who, app = installed(given)
    assert not start(given, app, ["openid"], who).consent_required
    assert start(given, app, ["openid", "phone"], who).consent_required
    client.organizations.members.connected_apps.revoke(who.organization_id, who.member_id, app.client_id)
    assert start(given, app, ["openid"], who).consent_required


# What the member decided


def test_a_code_comes_with_the_state(given):
    who, app = login(given), new_app(given, redirect_urls=[CALLBACK + "?keep=1"])
    answer = authorized(
        given, app, OPENID, session_token=who.session_token, redirect_uri=CALLBACK + "?keep=1", state="a b&c"
    )
    assert answer.redirect_uri.startswith(CALLBACK)
    assert query_of(answer.redirect_uri) == {"keep": "1", "code": answer.authorization_code, "state": "a b&c"}


@pytest.mark.parametrize(
    ("scopes", "granted", "error"),
    [(OPENID, False, "access_denied"), (["unknown"], True, "invalid_scope"), (["full_access"], True, "invalid_scope")],
)
def test_a_refusal_goes_to_the_app(given, client, scopes, granted, error):
    who, app = login(given), new_app(given)
    answer = authorized(given, app, scopes, session_token=who.session_token, consent_granted=granted, state="s")
    assert query_of(answer.redirect_uri) == {"error": error, "state": "s"}
    assert answer.authorization_code is None
    assert client.organizations.connected_apps(who.organization_id).connected_apps == []


@pytest.mark.parametrize("resource", ["nope", "https://acme.test/#x"])
def test_a_resource_that_is_none(given, resource):
    who, app = login(given), new_app(given)
    answer = authorized(given, app, OPENID, session_token=who.session_token, resources=[resource])
    assert query_of(answer.redirect_uri) == {"error": "invalid_target"}


def test_public_apps_need_pkce(given, refused):
    who, app = login(given), new_app(given, "third_party_public")
    error_type = "pkce_required_for_idp_authorization_flow"
    assert refused(authorized, given, app, OPENID, session_token=who.session_token) == error_type
    answer = authorized(given, app, OPENID, session_token=who.session_token, code_challenge=CHALLENGE)
    assert tokens(given, app, answer.authorization_code, code_verifier=VERIFIER)["access_token"]


# What is in the tokens


def test_an_access_token_is_verified_by_the_official_client(given, client, mock):
    who, app = login(given), new_app(given)
    answer = got(given, app, OPENID, who)
    assert (answer["token_type"], answer["expires_in"], answer["scope"]) == ("bearer", 3600, " ".join(OPENID))
    assert "refresh_token" not in answer
    local = client.idp.introspect_access_token_local(answer["access_token"])
    network = client.idp.introspect_token_network(answer["access_token"], app.client_id, app.client_secret)
    for claims in (local, network):
        assert (claims.subject, claims.scope, claims.audience) == (who.member_id, " ".join(OPENID), [mock.project_id])
        assert claims.expires_at == claims.issued_at + 3600
        assert claims.organization_claim == {
            "organization_id": who.organization_id,
            "slug": who.organization.organization_slug,
        }


def test_scopes_are_checked_by_the_official_client(given, client, mock):
    mock.configure(rbac_policy=POLICY)
    who, app = login(given), new_app(given)
    client.organizations.members.update(who.organization_id, who.member_id, roles=["reader"])
    who = given.login(who.organization, who.member)
    token = got(given, app, ["read:documents"], who)["access_token"]
    check = {"organization_id": who.organization_id, "resource_id": "documents", "action": "read"}
    assert client.idp.introspect_access_token_local(token, authorization_check=AuthorizationCheck(**check))
    with pytest.raises(RBACPermissionError):
        client.idp.introspect_access_token_local(
            token, authorization_check=AuthorizationCheck(**{**check, "action": "write"})
        )


def test_settings_of_the_app_shape_its_access_tokens(given, client, mock):
    who = login(given, trusted_metadata={"plan": "pro"})
    content = {"plan": "{{ organization.trusted_metadata.plan }}", "app": "{{ client.client_name }}", "sub": "nobody"}
    app = new_app(
        given,
        access_token_expiry_minutes=5,
        access_token_custom_audience="https://api.acme.test",
        access_token_template_content=json.dumps(content),
    )
    answer = got(given, app, OPENID, who, resources=["https://mcp.acme.test/mcp"])
    claims = claims_of(client, answer["access_token"])
    assert answer["expires_in"] == claims["exp"] - claims["iat"] == 300
    assert (claims["plan"], claims["app"], claims["sub"]) == ("pro", "Reports", who.member_id)
    assert claims["aud"] == [mock.project_id, "https://api.acme.test", "https://mcp.acme.test/mcp"]
    assert claims["client_id"] == app.client_id


def test_an_id_token(given, client, mock):
    who = login(given)
    app = new_app(given, id_token_template_content='{"who": "{{ member.email_address }}"}')
    answer = got(given, app, OPENID, who, nonce="n-1")
    claims = claims_of(client, answer["id_token"], audience=app.client_id)
    half = hashlib.sha256(answer["access_token"].encode()).digest()[:16]
    assert claims["iss"] == f"{mock.url}/v1/public/{mock.project_id}"
    assert (claims["sub"], claims["nonce"], claims["aud"]) == (who.member_id, "n-1", app.client_id)
    assert claims["at_hash"] == base64.urlsafe_b64encode(half).rstrip(b"=").decode()
    assert (claims["email"], claims["email_verified"], claims["name"]) == (who.member.email_address, True, "Ada")
    assert claims["who"] == who.member.email_address
    assert "id_token" not in got(given, app, ["email"], who)


# Back to a session


@pytest.fixture
def full(given):
    """A member, and a token with full access to it: ``who, app, token``."""
    who, app = login(given), new_app(given, "first_party", full_access_allowed=True, access_token_expiry_minutes=10)
    return who, app, got(given, app, ["full_access"], who)["access_token"]


def test_a_token_becomes_a_session_once(client, refused, full):
    who, app, token = full
    answer = client.sessions.exchange_access_token(token, session_duration_minutes=30)
    assert (answer.member_id, answer.member_session.organization_id) == (who.member_id, who.organization_id)
    (factor,) = answer.member_session.authentication_factors
    assert (factor.type, factor.delivery_method) == ("oauth", "oauth_access_token_exchange")
    assert factor.oauth_access_token_exchange_factor.client_id == app.client_id
    assert client.sessions.authenticate(answer.session_token).member.member_id == who.member_id
    again = refused(client.sessions.exchange_access_token, token)
    assert again == "oauth_access_token_exchange_token_invalid_grant"


def test_a_token_that_is_too_old(client, refused, mock, full):
    mock.clock.advance(minutes=5, seconds=2)
    exchange = client.sessions.exchange_access_token
    assert refused(exchange, full[2]) == "oauth_access_token_exchange_token_too_old"
    mock.clock.advance(minutes=5)
    assert refused(exchange, full[2]) == "idp_access_token_expired"


def test_tokens_that_can_not_be_exchanged(client, refused, given, full):
    who, app, token = full
    exchange = client.sessions.exchange_access_token
    without = got(given, app, ["openid"], who)["access_token"]
    assert refused(exchange, without) == "oauth_access_token_exchange_missing_full_access"
    ids = {"organization_id": who.organization_id, "member_id": who.member_id}
    code = authorized(given, app, ["full_access"], **ids).authorization_code
    assert refused(exchange, tokens(given, app, code)["access_token"]) == "idp_access_token_could_not_be_exchanged"
    assert refused(exchange, who.session_jwt) == "idp_access_token_not_found"
    client.organizations.members.connected_apps.revoke(who.organization_id, who.member_id, app.client_id)
    assert refused(exchange, token) == "connected_app_consent_revoked"


def test_another_projects_token_is_none(mock, refused, full):
    other = mock.project().client()
    assert refused(other.sessions.exchange_access_token, full[2]) == "idp_access_token_not_found"
