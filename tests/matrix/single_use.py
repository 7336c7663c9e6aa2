"""Rows that work once: the set-up, and the request that uses the row."""

from collections.abc import Callable
from typing import Any

import httpx
from stytch.core.response_base import StytchError

from mockstytch import MockStytch
from tests.api.factors import ids, sms_code, totp_code, with_app, with_phone
from tests.api.sso_visits import SsoVisit, form
from tests.api.visits import Visit
from tests.contract.factors import reset_token
from tests.contract.oauth import CHALLENGE, OPENID, VERIFIER, authorized, new_app, tokens
from tests.contract.stories_of_scim import connected, named
from tests.oauth_server.requests import code_fields, refresh_fields
from tests.support.given import Given

ADA = "ada@acme.test"


class Setup:
    """The test's project, with a member."""

    def __init__(self, given: Given, mock: MockStytch, client: Any) -> None:
        self.given, self.mock, self.client = given, mock, client
        self.started = mock.clock.set(mock.clock.freeze().replace(microsecond=0))
        mock.configure(user_lock={"enabled": False})
        self.http = httpx.Client(base_url=mock.url, trust_env=False)
        self.on_close = [self.http.close]
        self.acme = given.organization("Acme", organization_slug="acme", sso_jit_provisioning="ALL_ALLOWED")
        self.ada = given.member(self.acme, ADA)

    def close(self) -> None:
        for close in self.on_close:
            close()

    @property
    def session(self) -> str:
        return str(self.given.login(self.acme, self.ada).session_token)

    def call(self, method: Callable[..., Any], *args: Any, **options: Any) -> Callable[[], str]:
        """Return a call of the client. It returns the type of its error; "" for a success."""

        def call() -> str:
            try:
                method(*args, **options)
            except StytchError as error:
                return str(error.details.error_type)
            return ""

        return call

    def request(self, method: str, url: str, **options: Any) -> Callable[[], str]:
        """Return a request, made as by ``call``. A redirect is a success."""

        def call() -> str:
            response = self.http.request(method, url, **options)
            if response.is_success or response.is_redirect:
                return ""
            body = response.json()
            return str(body.get("error_type") or body["error"])

        return call

    def token_request(self, fields: dict[str, str]) -> Callable[[], str]:
        return self.request("POST", f"/v1/public/{self.mock.project_id}/oauth2/token", data=fields)

    def needs_mfa(self) -> str:
        """Return the token of an intermediate session that lacks a second factor."""
        self.client.organizations.update("acme", mfa_policy="REQUIRED_FOR_ALL")
        return str(self.given.login(self.acme, self.ada).intermediate_session_token)


Action = Callable[[], str]


def magic_link(s: Setup) -> Action:
    return s.call(s.client.magic_links.authenticate, s.given.link_token(s.acme, ADA))


def discovery_link(s: Setup) -> Action:
    return s.call(s.client.magic_links.discovery.authenticate, s.given.discovery_token(ADA))


def password_reset(s: Setup) -> Action:
    return s.call(s.client.passwords.email.reset, reset_token(s.given, s.acme), "tractor melon violin quarry")


def discovery_password_reset(s: Setup) -> Action:
    s.mock.configure(cross_org_passwords_enabled=True)
    s.client.passwords.discovery.email.reset_start(ADA)
    token = s.given.token(ADA, "password_reset.discovery")
    return s.call(s.client.passwords.discovery.email.reset, token, "tractor melon violin quarry")


def oauth_token(s: Setup) -> Action:
    return s.call(s.client.oauth.authenticate, Visit(s.mock).token("google", ADA, slug="acme"))


def discovery_oauth_token(s: Setup) -> Action:
    return s.call(s.client.oauth.discovery.authenticate, Visit(s.mock).token("google", ADA, discovery=True))


def sso_token(s: Setup) -> Action:
    connection_id = s.mock.identity_provider(s.acme.organization_id, "oidc").connection_id
    return s.call(s.client.sso.authenticate, SsoVisit(s.mock).token(connection_id, ADA))


def changed_address(s: Setup) -> Action:
    s.client.organizations.members.update(**ids(s.ada), email_address="new@acme.test")
    return s.call(s.client.magic_links.authenticate, s.given.link_token(s.acme, "new@acme.test"))


def email_code(s: Setup) -> Action:
    s.client.otps.email.login_or_signup("acme", ADA)
    code = s.mock.inbox.latest(to=ADA).code
    return s.call(s.client.otps.email.authenticate, "acme", ADA, code)


def discovery_code(s: Setup) -> Action:
    s.client.otps.email.discovery.send(ADA)
    return s.call(s.client.otps.email.discovery.authenticate, ADA, s.mock.inbox.latest(to=ADA).code)


def sms(s: Setup) -> Action:
    session = s.session
    s.client.otps.sms.send(**ids(s.ada), mfa_phone_number="+14155550123", session_token=session)
    return s.call(s.client.otps.sms.authenticate, **ids(s.ada), code=sms_code(s.mock), session_token=session)


def totp(s: Setup) -> Action:
    with_app(s.client, s.ada)
    return s.call(s.client.totps.authenticate, **ids(s.ada), code=totp_code(s.mock), session_token=s.session)


def recovery_code(s: Setup) -> Action:
    with_app(s.client, s.ada, ("aaaa-bbbb-cccc",))
    recover = s.client.recovery_codes.recover
    return s.call(recover, **ids(s.ada), recovery_code="aaaa-bbbb-cccc", session_token=s.session)


def second_factor_by_sms(s: Setup) -> Action:
    with_phone(s.client, s.mock, s.ada, s.session)
    found = s.needs_mfa()
    authenticate, code = s.client.otps.sms.authenticate, sms_code(s.mock)
    return s.call(authenticate, **ids(s.ada), code=code, intermediate_session_token=found)


def second_factor_by_totp(s: Setup) -> Action:
    with_app(s.client, s.ada)
    authenticate, found = s.client.totps.authenticate, s.needs_mfa()
    return s.call(authenticate, **ids(s.ada), code=totp_code(s.mock), intermediate_session_token=found)


def second_factor_by_recovery_code(s: Setup) -> Action:
    with_app(s.client, s.ada, ("aaaa-bbbb-cccc",))
    recover, found = s.client.recovery_codes.recover, s.needs_mfa()
    return s.call(recover, **ids(s.ada), recovery_code="aaaa-bbbb-cccc", intermediate_session_token=found)


def exchanged_intermediate_session(s: Setup) -> Action:
    exchange = s.client.discovery.intermediate_sessions.exchange
    return s.call(exchange, s.given.intermediate_session(ADA), s.acme.organization_id)


def organization_of_an_intermediate_session(s: Setup) -> Action:
    return s.call(s.client.discovery.organizations.create, s.given.intermediate_session(ADA))


def link_with_an_intermediate_session(s: Setup) -> Action:
    first = s.client.oauth.authenticate(Visit(s.mock).token("github", ADA, slug="acme"))
    found, token = first.intermediate_session_token, s.given.link_token(s.acme, ADA)
    return s.call(s.client.magic_links.authenticate, token, intermediate_session_token=found)


def impersonation(s: Setup) -> Action:
    return s.call(s.client.impersonation.authenticate, s.mock.impersonation_token(**ids(s.ada)))


def full_access_token(s: Setup) -> Action:
    app = new_app(s.given, "first_party", full_access_allowed=True)
    code = authorized(s.given, app, ["full_access"], session_token=s.session).authorization_code
    access_token = tokens(s.given, app, code)["access_token"]
    return s.call(s.client.sessions.exchange_access_token, access_token)


def authorization_code(s: Setup) -> Action:
    app = new_app(s.given)
    return s.token_request(
        code_fields(app, authorized(s.given, app, OPENID, session_token=s.session).authorization_code)
    )


def refresh_token(s: Setup) -> Action:
    """The refresh token of a public app: only those are replaced at each use."""
    app = new_app(s.given, "third_party_public")
    scopes, request = [*OPENID, "offline_access"], {"session_token": s.session, "code_challenge": CHALLENGE}
    code = authorized(s.given, app, scopes, **request).authorization_code
    issued = tokens(s.given, app, code, code_verifier=VERIFIER)
    return s.token_request(refresh_fields(app, issued["refresh_token"]))


def _client(s: Setup, kind: str) -> tuple[Any, str]:
    if kind == "m2m":
        return s.client.m2m.clients.secrets, s.client.m2m.clients.create([]).m2m_client.client_id
    return s.client.connected_app.clients.secrets, new_app(s.given).client_id


def rotation(kind: str, step: str) -> Callable[[Setup], Action]:
    def prepare(s: Setup) -> Action:
        secrets, client_id = _client(s, kind)
        if step != "rotate_start":
            secrets.rotate_start(client_id)
        return s.call(getattr(secrets, step), client_id)

    return prepare


def scim_rotation(step: str) -> Callable[[Setup], Action]:
    def prepare(s: Setup) -> Action:
        connection = connected(s.given)
        s.client.scim.connection.rotate_start(**named(connection))
        return s.call(getattr(s.client.scim.connection, step), **named(connection))

    return prepare


def oauth_callback(**identity: Any) -> Callable[[Setup], Action]:
    def prepare(s: Setup) -> Action:
        visit = Visit(s.mock)
        s.mock.next_identity("google", **identity)
        callback = visit.http.get(visit.start(slug="acme").headers["location"]).headers["location"]
        s.http.cookies = visit.http.cookies
        return s.request("GET", callback)

    return prepare


def sso_callback(kind: str, **identity: Any) -> Callable[[Setup], Action]:
    def prepare(s: Setup) -> Action:
        connection_id = s.mock.identity_provider(s.acme.organization_id, kind).connection_id
        s.mock.next_identity(kind, connection_id=connection_id, **identity)
        visit = SsoVisit(s.mock)
        response = visit.provider_response(connection_id)
        s.http.cookies = visit.http.cookies
        if response.is_redirect:
            return s.request("GET", response.headers["location"])
        target, fields = form(response)
        return s.request("POST", target, data=fields)

    return prepare
