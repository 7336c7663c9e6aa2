"""``session``, ``impersonation`` and ``rbac`` of the browser SDK."""

from tests.browser.sdk import call, changes, refusal, subscribe
from tests.contract.oauth import authorized, new_app, tokens
from tests.support.trusted_issuer import PROFILE_ID, profile, token

ADA = "ada@acme.test"
MINUTES = {"session_duration_minutes": 60}
UNKNOWN = "u" * 44


def test_session_is_authenticated_until_it_is_revoked(app_page, given, acme, ada):
    login = given.login(acme, ada)
    page = app_page("headless", session=login)
    subscribe(page, "session.onChange")
    authenticated = call(page, "session.authenticate", {"session_duration_minutes": 120})
    session = call(page, "session.getSync")
    assert session == authenticated["member_session"] == call(page, "session.getInfo")["session"]
    assert session["member_session_id"] == login.member_session.member_session_id
    assert changes(page, "session.onChange")[-1] == [session]
    call(page, "session.revoke")
    assert changes(page, "session.onChange")[-1] == [None]
    assert (call(page, "session.getSync"), call(page, "session.getTokens")) == (None, None)
    assert page.context.cookies() == []
    assert refusal(page, "session.authenticate") == "user_unauthenticated"
    assert refusal(page, "session.revoke") == "user_unauthenticated"


def test_tokens_from_elsewhere_are_used(app_page, given, acme, ada):
    page, login = app_page("headless"), given.login(acme, ada)
    tokens = {"session_token": login.session_token, "session_jwt": login.session_jwt}
    call(page, "session.updateSession", tokens)
    assert call(page, "session.getTokens") == tokens
    assert call(page, "session.authenticate")["member"]["member_id"] == ada.member_id


def test_session_that_has_ended_logs_the_member_out(app_page, client, given, acme, ada):
    login = given.login(acme, ada)
    page = app_page("headless", session=login)
    call(page, "session.authenticate")
    client.sessions.revoke(session_token=login.session_token)
    assert refusal(page, "session.authenticate") == "session_not_found"
    assert call(page, "session.getSync") is None


def test_session_is_exchanged_for_another_organization(ada_page, given):
    page, other, closed = ada_page, given.organization("Other"), given.organization("Closed")
    given.member(other, ADA)
    call(page, "session.exchange", {"organization_id": other.organization_id, **MINUTES})
    assert call(page, "session.getSync")["organization_id"] == other.organization_id
    refused = refusal(page, "session.exchange", {"organization_id": closed.organization_id, **MINUTES})
    assert refused == "member_not_found"


def test_sessions_of_a_member_are_revoked(admin_page, ada_page, ada, acme, given):
    another = given.member(acme)
    refused = refusal(ada_page, "session.revokeForMember", {"member_id": another.member_id})
    assert refused == "session_authorization_error"
    call(admin_page, "session.revokeForMember", {"member_id": ada.member_id})
    assert refusal(ada_page, "session.authenticate") == "session_not_found"


def test_access_token_is_exchanged_for_a_session(app_page, given, acme, ada):
    app = new_app(given, "first_party", full_access_allowed=True)
    login = given.login(acme, ada)
    code = authorized(given, app, ["full_access"], session_token=login.session_token).authorization_code
    sent = {"access_token": tokens(given, app, code)["access_token"], **MINUTES}
    page = app_page("headless")
    assert call(page, "session.exchangeAccessToken", sent)["member"]["email_address"] == ADA
    used = refusal(app_page("headless"), "session.exchangeAccessToken", sent)
    assert used == "oauth_access_token_exchange_token_invalid_grant"


def test_trusted_token_is_attested(app_page, mock, acme, ada):
    mock.configure(trusted_token_profiles=[profile()])
    page, sent = app_page("headless"), {"organization_id": acme.organization_id, "profile_id": PROFILE_ID}
    assert call(page, "session.attest", {**sent, "token": token()})["member_id"] == ada.member_id
    assert call(page, "session.getSync")["organization_id"] == acme.organization_id
    foreign = {**sent, "token": token(iss="https://elsewhere.test")}
    assert refusal(app_page("headless"), "session.attest", foreign) == "invalid_trusted_auth_token"


def test_impersonation_token_logs_in_once(app_page, mock, acme, ada):
    page = app_page("headless")
    sent = {"impersonation_token": mock.impersonation_token(acme.organization_id, ada.member_id)}
    login = call(page, "impersonation.authenticate", sent)
    assert login["member_session"]["authentication_factors"][0]["type"] == "impersonated"
    assert refusal(page, "impersonation.authenticate", sent) == "unable_to_auth_impersonation_token"


def test_permissions_are_derived_from_the_policy_and_the_roles(app_page, admin_page, ada_page):
    """The SDK decides them itself, with the policy that it gets at its start."""
    right, visitor = ["stytch.member", "create"], app_page("headless")
    for page, expected in ((admin_page, True), (ada_page, False), (visitor, False)):
        if page is not visitor:
            call(page, "session.authenticate")
        assert call(page, "rbac.isAuthorized", *right) is expected
        assert call(page, "rbac.isAuthorizedSync", *right) is expected
        assert call(page, "rbac.allPermissions")["stytch.member"]["create"] is expected
    assert call(ada_page, "rbac.isAuthorized", "stytch.self", "update.info.name")
