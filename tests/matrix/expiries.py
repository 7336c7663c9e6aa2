"""Everything that expires, with a request whose result changes at that moment."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any, NamedTuple

import httpx

from tests.api.factors import ids, totp_code
from tests.api.openid_provider import OpenIdProvider
from tests.api.sso_visits import SsoVisit
from tests.api.visits import Visit
from tests.contract.oauth import OPENID, authorized, new_app, tokens
from tests.contract.stories_of_scim import connected, named
from tests.matrix import single_use as rows
from tests.matrix.single_use import ADA, Action, Setup
from tests.oauth_server.requests import client_fields
from tests.scim.directory import Directory
from tests.support import trusted_issuer

MINUTE, HOUR, DAY = 60, 3600, 86400


class Expiry(NamedTuple):
    """One thing that expires.

    Attributes:
        place: the function that compares the times.
        prepare: creates the thing, and returns the request.
        seconds: the time until it expires.
        after: the result of the request at that moment, and later: an error type.
        before: the result until then; "" for a success.
    """

    place: str
    prepare: Callable[[Setup], Action]
    seconds: float
    after: str
    before: str = ""


# Set-up


def invitation(s: Setup) -> Action:
    s.client.organizations.update("acme", email_invites="ALL_ALLOWED")
    s.client.magic_links.email.invite("acme", "new@acme.test")
    return s.call(s.client.magic_links.authenticate, s.given.token("new@acme.test"))


def session_token(s: Setup) -> Action:
    return s.call(s.client.sessions.authenticate, s.session)


def session_jwt(s: Setup) -> Action:
    return s.call(s.client.sessions.authenticate, session_jwt=s.given.login(s.acme, s.ada).session_jwt)


_VISITOR = "visitor-11111111-1111-4111-8111-111111111111"


def rule(s: Setup) -> Action:
    device = s.mock.fraud.device(visitor_id=_VISITOR)
    s.client.fraud.rules.set("BLOCK", visitor_id=_VISITOR, expires_in_minutes=10)
    return lambda: str(s.client.fraud.fingerprint.lookup(device).verdict.action.value)


def replaced_rule(s: Setup) -> Action:
    created_at = s.mock.clock.now()
    s.client.fraud.rules.set("BLOCK", visitor_id=_VISITOR, expires_in_minutes=10)

    def replace() -> str:
        s.client.fraud.rules.set("BLOCK", visitor_id=_VISITOR)
        [found] = s.client.fraud.rules.list().rules
        return "updated" if found.created_at.replace(tzinfo=None) == created_at.replace(tzinfo=None) else "created"

    return replace


def device(s: Setup) -> Action:
    return s.call(s.client.fraud.fingerprint.lookup, s.mock.fraud.device(expires_in_minutes=5))


def _start_email_update(s: Setup, **options: Any) -> None:
    s.given.login(s.acme, s.ada)  # only members with a verified address can change it
    s.client.organizations.members.start_email_update(**ids(s.ada), email_address="new@acme.test", **options)


def pending_address_by_code(s: Setup) -> Action:
    _start_email_update(s, delivery_method="EMAIL_OTP")
    code = s.mock.inbox.latest(to="new@acme.test").code
    return s.call(s.client.otps.email.authenticate, "acme", "new@acme.test", code)


def pending_address_with_a_wrong_code(s: Setup) -> Action:
    pending_address_by_code(s)
    wrong = f"{(int(s.mock.inbox.latest(to='new@acme.test').code) + 1) % 1_000_000:06}"
    authenticate = s.call(s.client.otps.email.authenticate, "acme", "new@acme.test", wrong)
    return lambda: authenticate() and s.given.because()


def pending_address_by_link(s: Setup) -> Action:
    _start_email_update(s)
    return s.call(s.client.magic_links.authenticate, s.given.token("new@acme.test"))


def reserved_address(s: Setup) -> Action:
    _start_email_update(s)
    return s.call(s.client.organizations.members.create, "acme", "new@acme.test")


def password_in_a_session(s: Setup) -> Action:
    return s.call(s.client.passwords.sessions.reset, "acme", "tractor melon violin quarry", session_token=s.session)


def lock(s: Setup) -> Action:
    s.mock.configure(user_lock={"enabled": True, "threshold": 1, "ttl_seconds": 300})
    s.client.otps.email.login_or_signup("acme", ADA)
    code = str(s.mock.inbox.latest(to=ADA).code)
    s.call(s.client.otps.email.authenticate, "acme", ADA, f"{(int(code) + 1) % 1_000_000:06}")()
    return s.call(s.client.otps.email.authenticate, "acme", ADA, code)


def pending_totp(s: Setup) -> Action:
    s.client.totps.create(**ids(s.ada))
    return s.call(s.client.totps.create, **ids(s.ada))


def first_totp_code(s: Setup) -> Action:
    secret, session = (
        s.client.totps.create(**ids(s.ada)).secret,
        s.given.login(s.acme, s.ada, session_duration_minutes=120),
    )
    return lambda: s.call(
        s.client.totps.authenticate,
        **ids(s.ada),
        code=totp_code(s.mock, secret),
        session_token=session.session_token,
    )()


def totp_code_of_the_next_step(s: Setup) -> Action:
    """A code is valid during its step of 30 seconds, the one before and the one after."""
    now = s.mock.clock.now()
    s.mock.clock.set(now - timedelta(seconds=now.timestamp() % 30))
    return rows.totp(s)


def oauth_start(s: Setup) -> Action:
    return rows.oauth_callback(email=ADA)(s)


def google_account(s: Setup) -> Action:
    s.given.login(s.acme, s.ada)
    s.client.oauth.authenticate(Visit(s.mock).token("google", ADA, slug="acme"))
    read = s.client.organizations.members.oauth_providers.google
    token = read(**ids(s.ada)).access_token
    return lambda: "same" if read(**ids(s.ada)).access_token == token else "renewed"


def openid_account(s: Setup) -> Action:
    _log_in_with_openid(s)
    read = s.client.organizations.members.oidc_providers
    token = read(**ids(s.ada)).registrations[0].access_token
    return lambda: "same" if read(**ids(s.ada)).registrations[0].access_token == token else "renewed"


def openid_userinfo(s: Setup) -> Action:
    provider = _log_in_with_openid(s)
    read = s.client.organizations.members.oidc_providers
    bearer = {"Authorization": f"Bearer {read(**ids(s.ada)).registrations[0].access_token}"}
    return s.request("GET", f"{provider.issuer}/userinfo", headers=bearer)


def _log_in_with_openid(s: Setup) -> Any:
    provider = s.mock.identity_provider(s.acme.organization_id, "oidc")
    s.client.sso.authenticate(SsoVisit(s.mock).token(provider.connection_id, ADA))
    return provider


def _sso_start(kind: str) -> Callable[[Setup], Action]:
    """Start a flow. The provider responds when the request is made, so that only the flow is old."""

    def prepare(s: Setup) -> Action:
        connection_id = s.mock.identity_provider(s.acme.organization_id, kind).connection_id
        s.mock.next_identity(kind, ADA, connection_id=connection_id)
        visit = SsoVisit(s.mock)
        started = visit.start(connection_id=connection_id)

        def finish() -> str:
            response = visit.send_callback(visit.follow_to_callback(started))
            return "" if response.is_redirect else str(response.json()["error_type"])

        return finish

    return prepare


def _id_token(claim: str, seconds: float) -> Callable[[Setup], Action]:
    """Log in through an OpenID provider whose ID token has a time that is some seconds away."""

    def prepare(s: Setup) -> Action:
        provider, now = OpenIdProvider(), int(s.mock.clock.now().timestamp())
        s.on_close.append(provider.close)
        made = s.client.sso.oidc.create_connection("acme").connection.connection_id
        s.client.sso.oidc.update_connection("acme", made, **provider.settings)
        visit = SsoVisit(s.mock)
        query = httpx.URL(visit.start(connection_id=made).headers["location"]).params
        provider.claims = {"nonce": query["nonce"], "iat": now - HOUR, "exp": now + HOUR, claim: now + seconds}
        s.http.cookies = visit.http.cookies
        params = {"state": query["state"], "code": "c0de"}
        return s.request("GET", f"/v1/b2b/sso/callback/{made}", params=params)

    return prepare


def _tokens(s: Setup, scopes: list[str]) -> tuple[Any, dict[str, Any]]:
    app = new_app(s.given)
    code = authorized(s.given, app, scopes, session_token=s.session).authorization_code
    return app, tokens(s.given, app, code)


def _introspected(name: str) -> Callable[[Setup], Action]:
    def prepare(s: Setup) -> Action:
        app, issued = _tokens(s, [*OPENID, "offline_access"])
        path = f"/v1/public/{s.mock.project_id}/oauth2/introspect"
        fields = client_fields(app, token=issued[name])
        return lambda: "active" if s.http.post(path, data=fields).json()["active"] else "inactive"

    return prepare


def userinfo(s: Setup) -> Action:
    _, issued = _tokens(s, OPENID)
    bearer = {"Authorization": f"Bearer {issued['access_token']}"}
    return s.request("GET", f"/v1/public/{s.mock.project_id}/oauth2/userinfo", headers=bearer)


def bearer_token(s: Setup) -> Action:
    return _scim_request(s, connected(s.given))


def next_bearer_token(s: Setup) -> Action:
    connection = connected(s.given)
    s.mock.clock.advance(days=1)
    token = s.client.scim.connection.rotate_start(**named(connection)).connection.next_bearer_token
    return _scim_request(s, connection, token)


def completed_bearer_token(s: Setup) -> Action:
    connection = connected(s.given)
    s.mock.clock.advance(days=1)
    token = s.client.scim.connection.rotate_start(**named(connection)).connection.next_bearer_token
    s.client.scim.connection.rotate_complete(**named(connection))
    return _scim_request(s, connection, token)


def _scim_request(s: Setup, connection: Any, *token: str) -> Action:
    directory = Directory(connection, *token)
    s.on_close.append(directory.http.close)
    return lambda: str(directory.send("GET", "/Users").status_code)


def _attested(claim: str) -> Callable[[Setup], Action]:
    def prepare(s: Setup) -> Action:
        s.mock.configure(trusted_token_profiles=[trusted_issuer.profile()])
        now = int(s.mock.clock.now().timestamp())
        token = trusted_issuer.token(**{"exp": now + HOUR, claim: now + 100, "email": ADA})
        return s.call(s.client.sessions.attest, trusted_issuer.PROFILE_ID, token, "acme")

    return prepare


_ONE_TIME, _CODES = "domain.credentials.one_time_tokens.redeem", "domain.credentials.codes.redeem"
_INTERMEDIATE, _TOKENS = "domain.shared.lookup.intermediate_session", "domain.oauth_server.oauth_tokens"
_EXCHANGE, _SCIM = "api.sessions_exchange_token._require_exchangeable", "domain.scim.scim_connections.accepts_token"
_TRUSTED, _SAML = (
    "domain.sessions.trusted_tokens._require_valid_claims",
    "protocols.saml.saml_response._require_valid_time",
)
_PROVIDER, _RESERVED = "domain.sso.builtin_oidc._redeem_code", "domain.shared.emails.find_reservation"
_UPDATING, _TOO_OLD = "desired_email_updating_for_different_member", "oauth_access_token_exchange_token_too_old"
_FIVE_YEARS = 5 * 365 * DAY
_WRONG_CODE = ("no member of the organization has this address", "no such code was sent")

EXPIRIES = [
    Expiry(_ONE_TIME, rows.magic_link, HOUR, "unable_to_auth_magic_link"),
    Expiry(_ONE_TIME, invitation, 7 * DAY, "unable_to_auth_magic_link"),
    Expiry(_ONE_TIME, rows.discovery_link, HOUR, "unable_to_auth_magic_link"),
    Expiry(_ONE_TIME, pending_address_by_link, 5 * MINUTE, "unable_to_auth_magic_link"),
    Expiry(_ONE_TIME, rows.password_reset, 30 * MINUTE, "unable_to_auth_password_reset_token"),
    Expiry(_ONE_TIME, rows.discovery_password_reset, 30 * MINUTE, "unable_to_auth_password_reset_token"),
    Expiry(_ONE_TIME, rows.oauth_token, 10 * MINUTE, "oauth_token_not_found"),
    Expiry(_ONE_TIME, rows.discovery_oauth_token, 10 * MINUTE, "oauth_token_not_found"),
    Expiry(_ONE_TIME, rows.sso_token, 10 * MINUTE, "sso_token_not_found"),
    Expiry(_CODES, rows.email_code, 10 * MINUTE, "unable_to_auth_otp_code"),
    Expiry(_CODES, rows.discovery_code, 10 * MINUTE, "unable_to_auth_otp_code"),
    Expiry(_CODES, rows.sms, 2 * MINUTE, "unable_to_auth_otp_code"),
    Expiry(_CODES, pending_address_by_code, 5 * MINUTE, "unable_to_auth_otp_code"),
    Expiry("api.otp_email._complete_email_update", pending_address_with_a_wrong_code, 5 * MINUTE, *_WRONG_CODE),
    Expiry(_RESERVED, reserved_address, 5 * MINUTE, "", _UPDATING),
    Expiry(_INTERMEDIATE, rows.exchanged_intermediate_session, 10 * MINUTE, "intermediate_session_not_found"),
    Expiry(_INTERMEDIATE, rows.organization_of_an_intermediate_session, 10 * MINUTE, "intermediate_session_not_found"),
    Expiry(_INTERMEDIATE, rows.link_with_an_intermediate_session, 10 * MINUTE, "intermediate_session_not_found"),
    Expiry(_INTERMEDIATE, rows.second_factor_by_recovery_code, 10 * MINUTE, "intermediate_session_not_found"),
    Expiry("domain.sessions.sessions.is_active", session_token, HOUR, "session_not_found"),
    Expiry("domain.sessions.sessions.is_active", session_jwt, HOUR, "session_not_found"),
    Expiry(_TRUSTED, _attested("exp"), 100, "invalid_trusted_auth_token"),
    Expiry(_TRUSTED, _attested("nbf"), 100, "", "invalid_trusted_auth_token"),
    Expiry("api.passwords.session_reset", password_in_a_session, 5 * MINUTE + 1, "session_too_old_to_reset_password"),
    Expiry("domain.credentials.locks.require_unlocked", lock, 5 * MINUTE, "", "user_lock_limit_reached"),
    Expiry("domain.shared.lookup.without_expired_lock", lock, 5 * MINUTE, "", "user_lock_limit_reached"),
    Expiry("domain.credentials.totp.register", pending_totp, HOUR, "", "pending_totp_exists"),
    Expiry("domain.credentials.totp.verify", first_totp_code, HOUR, "expired_totp"),
    Expiry("domain.credentials.totp._step_of", totp_code_of_the_next_step, 60, "unable_to_authenticate_totp"),
    Expiry("domain.login.impersonation.redeem", rows.impersonation, 5 * MINUTE, "unable_to_auth_impersonation_token"),
    Expiry("domain.fraud.active_rules", rule, 10 * MINUTE, "ALLOW", "BLOCK"),
    Expiry("api.fraud.set_rule", replaced_rule, 10 * MINUTE, "created", "updated"),
    Expiry("domain.fraud.device", device, 5 * MINUTE, "telemetry_id_not_found"),
    Expiry("domain.login.oauth.get_flow", oauth_start, HOUR, "oauth_invalid_state"),
    Expiry("domain.login.oauth.with_fresh_access_token", google_account, HOUR, "renewed", "same"),
    Expiry(f"{_TOKENS}.exchange_code", rows.authorization_code, 10 * MINUTE, "invalid_grant"),
    Expiry(f"{_TOKENS}.exchange_refresh_token", rows.refresh_token, 90 * DAY, "invalid_grant"),
    Expiry(f"{_TOKENS}.introspect_active", _introspected("access_token"), HOUR, "inactive", "active"),
    Expiry(f"{_TOKENS}.introspect_active", userinfo, HOUR, "invalid_token"),
    Expiry(f"{_TOKENS}.introspect", _introspected("refresh_token"), 90 * DAY, "inactive", "active"),
    Expiry(_EXCHANGE, rows.full_access_token, 5 * MINUTE + 1, _TOO_OLD),
    Expiry(_EXCHANGE, rows.full_access_token, HOUR, "idp_access_token_expired", _TOO_OLD),
    Expiry(_SCIM, bearer_token, _FIVE_YEARS, "401", "200"),
    Expiry(_SCIM, next_bearer_token, _FIVE_YEARS, "401", "200"),
    Expiry(_SCIM, completed_bearer_token, _FIVE_YEARS, "401", "200"),
    Expiry("domain.sso.sso_flow.finish_saml", _sso_start("saml"), HOUR, "expired_saml_response"),
    Expiry("domain.sso.sso_flow.finish_oidc", _sso_start("oidc"), HOUR, "expired_oidc_response"),
    Expiry(_PROVIDER, rows.sso_callback("oidc", email=ADA), 5 * MINUTE, "oidc_auth_code_error"),
    Expiry("domain.sso.builtin_oidc.userinfo", openid_userinfo, HOUR, "invalid_token"),
    Expiry("domain.sso.oidc.refresh", openid_account, HOUR, "renewed", "same"),
    # The clocks of the identity provider and of this server may differ by a minute.
    Expiry("domain.sso.oidc.verify_id_token", _id_token("exp", 100), 160, "id_token_expired"),
    Expiry("domain.sso.oidc.verify_id_token", _id_token("iat", 160), 100, "", "oidc_invalid_id_token"),
    Expiry("domain.sso.oidc.verify_id_token", _id_token("nbf", 160), 100, "", "oidc_invalid_id_token"),
    Expiry(_SAML, rows.sso_callback("saml", email=ADA), 6 * MINUTE, "expired_saml_response"),
]

# Comparisons of times whose moment no request shows, each with its reason.
NOT_VISIBLE = {
    "domain.oauth_server.client_metadata.get_app": "tested in tests/oauth_server/test_client_metadata_documents.py",
    "domain.sessions.sessions.extend": "both ways give the same end",
    "domain.sso.sso_accounts._use_assertion": "deletes rows of assertions that are refused as expired",
    "console.pages.members._sessions": "sessions that ended aren't shown, in tests/console/test_organizations.py",
    "domain.webhooks._being_sent": "by the machine's clock; leases are tested in tests/processes",
    "domain.webhooks.lease_next": "by the machine's clock; the schedule is tested in tests/webhooks",
    "protocols.saml.saml_response._read_session_index": "tested in tests/saml/test_refused_conditions.py",
    "faults.registry.is_over": "for_seconds, tested in tests/faults/test_rules.py",
    "runtime.held_messages.release": "when a delayed message arrives, tested in tests/faults/test_messages.py",
    "runtime.history._trim_authorizations": "rows that can't be used any more are counted",
    "runtime.history._trim_ended": "rows that can't be used any more are counted",
    "runtime.shared.held_messages.release": "the same on a shared database, tested in tests/processes",
    "runtime.shared.notifications.expect": "how long a process receives changes, tested in tests/processes",
    "runtime.projects._has_secret": "how often the time of the last use is written",
}
