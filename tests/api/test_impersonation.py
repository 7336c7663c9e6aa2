"""Impersonation: tokens from the control API, and the session that they start."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from mockstytch import MockError


@pytest.fixture
def acme(given):
    return given.organization(
        "Acme", mfa_policy="REQUIRED_FOR_ALL", auth_methods="RESTRICTED", allowed_auth_methods=["sso"]
    )


@pytest.fixture
def ada(given, acme):
    return given.member(acme, "ada@acme.test", external_id="ada", roles=["stytch_admin"])


@pytest.fixture
def mint(mock, acme, ada):
    def call(organization_id=acme.organization_id, member_id=ada.member_id, by="Eve@support.test", **more):
        return mock.impersonation_token(organization_id, member_id, by, **more)

    return call


@pytest.fixture
def impersonated(client, mint):
    return client.impersonation.authenticate(mint())


def test_session_is_complete_regardless_of_the_organizations_policies(impersonated, ada, client):
    assert impersonated.member_authenticated
    assert (impersonated.member_id, impersonated.mfa_required) == (ada.member_id, None)
    assert (impersonated.intermediate_session_token, impersonated.organization.organization_slug) == ("", "acme")
    session = impersonated.member_session
    assert session.roles == ["stytch_member", "stytch_admin"]
    assert session.expires_at - session.started_at == timedelta(minutes=60)
    (factor,) = session.authentication_factors
    assert (factor.type.value, factor.delivery_method.value) == ("impersonated", "impersonation")
    assert factor.impersonated_factor.impersonator_email_address == "eve@support.test"
    assert factor.impersonated_factor.impersonator_id
    assert client.sessions.authenticate_jwt_local(impersonated.session_jwt).member_id == ada.member_id


def test_impersonator_id_is_stable(client, mint):
    ids = [
        client.impersonation.authenticate(mint(by=by)).member_session.authentication_factors[0].impersonated_factor
        for by in ("eve@support.test", "EVE@support.test ", "bob@support.test")
    ]
    assert ids[0] == ids[1] != ids[2]


def test_member_is_unchanged(impersonated, ada, client, acme, events):
    member = client.organizations.members.get(acme.organization_id, ada.member_id).member
    assert member == ada
    assert events() == [("organization", "create"), ("member", "create")]


def test_impersonated_session_can_not_be_extended(impersonated, client, given, acme, mock, refused, ada):
    token = impersonated.session_token
    assert refused(client.sessions.authenticate, token, session_duration_minutes=5) == "session_not_mutable"
    session = client.sessions.authenticate(token, session_custom_claims={"a": 1}).member_session
    assert session.expires_at == impersonated.member_session.expires_at
    client.organizations.update(acme.organization_id, auth_methods="ALL_ALLOWED")
    link = given.link_token(acme, ada.email_address)
    assert refused(client.magic_links.authenticate, link, session_token=token) == "session_not_mutable"
    mock.clock.advance(minutes=61)
    assert refused(client.sessions.authenticate, token) == "session_not_found"


def test_impersonated_session_can_not_set_a_password(impersonated, client, acme, refused):
    client.organizations.update(acme.organization_id, auth_methods="ALL_ALLOWED")
    token = impersonated.session_token
    error = refused(
        client.passwords.sessions.reset,
        organization_id=acme.organization_id,
        password="correct horse battery staple",
        session_token=token,
    )
    assert error == "session_not_mutable"
    assert client.organizations.members.get(acme.organization_id, "ada").member.member_password_id == ""


def test_impersonated_session_can_not_be_exchanged(impersonated, client, given, acme, refused):
    globex = given.organization("Globex")
    given.member(globex, "ada@acme.test")
    for organization in (globex, acme):
        error = refused(
            client.sessions.exchange, organization.organization_id, session_token=impersonated.session_token
        )
        assert error == "insufficient_factors_for_session_exchange"


def test_used_token_is_refused(client, mint, refused, given):
    token = mint()
    client.impersonation.authenticate(token)
    assert refused(client.impersonation.authenticate, token) == "unable_to_auth_impersonation_token"
    assert given.because().startswith("used ")
    assert refused(client.impersonation.authenticate, "x" * 44) == "unable_to_auth_impersonation_token"
    assert refused(client.impersonation.authenticate, "short") == "invalid_token"


def test_parallel_requests_use_a_token_once(mint, http):
    body = {"impersonation_token": mint()}
    with ThreadPoolExecutor(8) as pool:
        sent = [pool.submit(http.post, "/v1/b2b/impersonation/authenticate", json=body) for _ in range(8)]
    assert sorted(call.result().status_code for call in sent) == [200] + [401] * 7


def test_token_expires_after_five_minutes(client, mint, mock, refused):
    in_time, late = mint(), mint()
    mock.clock.advance(seconds=299)
    assert client.impersonation.authenticate(in_time)
    mock.clock.advance(seconds=1)
    assert refused(client.impersonation.authenticate, late) == "unable_to_auth_impersonation_token"


def test_token_of_a_deleted_member_is_refused(client, mint, acme, refused, given):
    token = mint()
    client.organizations.members.delete(acme.organization_id, "ada")
    assert refused(client.impersonation.authenticate, token) == "unable_to_auth_impersonation_token"
    assert given.because() == "the member has been deleted"


def test_project_setting_turns_impersonation_off(client, mint, mock, refused):
    token = mint()
    mock.configure(user_impersonation_enabled=False)
    assert refused(client.impersonation.authenticate, token) == "member_impersonation_not_allowed"
    assert mock.requests()[-1].status_code == 400
    with pytest.raises(MockError, match="user_impersonation_enabled is off") as caught:
        mint()
    assert caught.value.error_type == "member_impersonation_not_allowed"
    mock.configure(user_impersonation_enabled=True)
    assert client.impersonation.authenticate(token)  # the refusal didn't consume it


@pytest.mark.parametrize(
    ("arguments", "error_type"),
    [
        ({"organization_id": "nowhere"}, "organization_not_found"),
        ({"member_id": "nobody"}, "member_not_found"),
        ({"by": "nobody"}, "invalid_email"),
        ({"reason": "  "}, "invalid_impersonation_reason"),
        ({"reason": "x" * 1025}, "invalid_impersonation_reason"),
    ],
)
def test_invalid_token_arguments_are_refused(mint, arguments, error_type):
    with pytest.raises(MockError) as caught:
        mint(**arguments)
    assert caught.value.error_type == error_type


def test_token_for_a_member_that_is_not_active_is_refused(mint, given, acme):
    eve = given.member(acme, "eve@acme.test", create_member_as_pending=True)
    with pytest.raises(MockError) as caught:
        mint(member_id=eve.member_id)
    assert caught.value.error_type == "member_impersonation_not_allowed"


def test_redirect_url_is_the_default_login_url(mock, acme, ada, client):
    body = {
        "organization_id": "acme",
        "member_id": "ada",
        "impersonator_email_address": "eve@support.test",
        "reason": "Ticket 7",
    }
    token = mock.call("POST", "/impersonation-tokens", body=body)
    landing = urlsplit(token["redirect_url"])
    assert landing.geturl().startswith("http://localhost:3000/authenticate?")
    assert parse_qs(landing.query) == {
        "slug": ["acme"],
        "stytch_token_type": ["multi_tenant_impersonation"],
        "token": [token["impersonation_token"]],
    }
    assert token["expires_at"].endswith("Z")
    assert client.impersonation.authenticate(token["impersonation_token"])
    mock.configure(registered_redirect_urls=[])
    assert mock.call("POST", "/impersonation-tokens", body=body)["redirect_url"] is None


def test_unknown_field_is_refused(mock):
    answer = httpx.post(
        f"{mock.url}/_mock/api/impersonation-tokens",
        auth=(mock.project_id, mock.secret),
        json={"organization_id": "acme", "member": "ada"},
    )
    assert (answer.status_code, answer.json()["error_type"]) == (400, "bad_request")
