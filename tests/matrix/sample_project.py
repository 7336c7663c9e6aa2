"""A prepared project, with a valid request for each endpoint."""

import json
import re
from collections.abc import Callable, Iterable
from functools import cached_property
from typing import Any
from urllib.parse import quote

import httpx

from mockstytch.surfaces.endpoint import Endpoint
from tests.contract.factors import (
    NEW_PASSWORD,
    PASSWORD,
    PHONE,
    SECRET,
    code,
    ids,
    md5,
    oauth_token,
    reset_token,
    totp_code,
    with_app,
)
from tests.contract.oauth import CALLBACK, authorized, new_app, tokens
from tests.contract.stories_of_access import CHEF
from tests.contract.stories_of_scim import named
from tests.matrix import sso_requests
from tests.matrix.endpoints import EXTRA_FIELDS, path_fields, required_fields
from tests.support import trusted_issuer
from tests.support.given import Given

DORAS_PHONE = "+14155550199"
PROVIDERS = ["google", "microsoft", "github", "slack", "hubspot"]


def _dora(project: "SampleProject") -> dict[str, Any]:
    """Return the fields for requests about Dora, a logged-in member who has every factor."""
    return ids(project.dora) | {"email_address": "dora@acme.test", "session_token": project.dora_session}


def _password(project: "SampleProject") -> dict[str, Any]:
    return _dora(project) | {"password": PASSWORD}


def _mailed_code(project: "SampleProject") -> dict[str, Any]:
    own = _dora(project)
    project.given.client.otps.email.login_or_signup(project.acme.organization_id, "dora@acme.test")
    return own | {"code": code(project.given, "dora@acme.test")}


def _discovery_code(project: "SampleProject") -> dict[str, Any]:
    project.given.client.otps.email.discovery.send("grace@globex.test")
    return {"email_address": "grace@globex.test", "code": code(project.given, "grace@globex.test")}


def _texted_code(project: "SampleProject") -> dict[str, Any]:
    own = _dora(project)
    project.given.client.otps.sms.send(**ids(project.dora), session_token=project.dora_session)
    return own | {"code": code(project.given, DORAS_PHONE)}


def _machine(project: "SampleProject") -> dict[str, Any]:
    return {"client_id": project.given.client.m2m.clients.create(["read:users"]).m2m_client.client_id}


def _machine_rotating(project: "SampleProject") -> dict[str, Any]:
    machine = _machine(project)
    project.given.client.m2m.clients.secrets.rotate_start(machine["client_id"])
    return machine


def _app(project: "SampleProject") -> dict[str, Any]:
    return {"client_id": new_app(project.given).client_id}


def _app_rotating(project: "SampleProject") -> dict[str, Any]:
    app = _app(project)
    project.given.client.connected_app.clients.secrets.rotate_start(app["client_id"])
    return app


def _asking(project: "SampleProject") -> dict[str, Any]:
    return _app(project) | {"redirect_uri": CALLBACK, "response_type": "code", "scopes": ["openid"]}


def _installed(project: "SampleProject") -> dict[str, Any]:
    app = new_app(project.given)
    authorized(project.given, app, ["openid"], session_token=project.values["session_token"])
    return {"connected_app_id": app.client_id}


def _full_access(project: "SampleProject") -> dict[str, Any]:
    app = new_app(project.given, "first_party", full_access_allowed=True)
    code = authorized(project.given, app, ["full_access"], session_token=project.values["session_token"])
    return {"access_token": tokens(project.given, app, code.authorization_code)["access_token"]}


def _discovery_reset(project: "SampleProject") -> dict[str, Any]:
    project.given.client.passwords.discovery.email.reset_start("grace@globex.test")
    return {"password_reset_token": project.given.token("grace@globex.test", "password_reset.discovery")}


def _rotating(project: "SampleProject") -> dict[str, Any]:
    project.given.client.scim.connection.rotate_start(**named(project.directory))
    return named(project.directory)


# Fields of valid requests that are about another member than Ada, or that need an object created first.
SPECIFIC_FIELDS: dict[str, Callable[["SampleProject"], dict[str, Any]]] = {
    "impersonation.authenticate": lambda project: {
        "impersonation_token": project.given.mock.impersonation_token(
            project.acme.organization_id, project.ada.member_id
        )
    },
    "connected_apps.delete": _app,
    "connected_apps.get": _app,
    "connected_apps.get_by_organization": _installed,
    "connected_apps.revoke": _installed,
    "connected_apps.rotate": _app_rotating,
    "connected_apps.rotate_cancel": _app_rotating,
    "connected_apps.rotate_start": _app,
    "connected_apps.update": _app,
    "idp.authorize": _asking,
    "idp.start": _asking,
    "sessions_exchange_token.exchange_access_token": _full_access,
    "m2m.delete": _machine,
    "m2m.get": _machine,
    "m2m.rotate": _machine_rotating,
    "m2m.rotate_cancel": _machine_rotating,
    "m2m.rotate_start": _machine,
    "m2m.update": _machine,
    "members.delete_mfa_phone_number": _dora,
    "members.delete_password": lambda project: {"member_password_id": project.dora.member_password_id},
    "members.delete_totp": _dora,
    "oauth.authenticate": lambda project: {
        "oauth_token": oauth_token(project.given, slug=project.acme.organization_slug)
    },
    "oauth.discovery_authenticate": lambda project: {"discovery_oauth_token": oauth_token(project.given, slug="")},
    "oauth.google": _dora,
    "oauth.microsoft": _dora,
    "oauth.github": _dora,
    "oauth.slack": _dora,
    "oauth.hubspot": _dora,
    "otp_email.authenticate": _mailed_code,
    "otp_email.discovery_authenticate": _discovery_code,
    "otp_email.login_or_signup": _dora,
    "otp_sms.authenticate": _texted_code,
    "passwords.authenticate": _password,
    "passwords.email_reset": lambda project: {"password_reset_token": reset_token(project.given, project.acme)},
    "passwords.email_reset_start": _dora,
    "passwords.existing_password_reset": _dora,
    "passwords.require_reset": _dora,
    "passwords.session_reset": _dora,
    "passwords_discovery.authenticate": _password,
    "passwords_discovery.email_reset": _discovery_reset,
    "passwords_discovery.email_reset_start": _dora,
    "recovery_codes.get": _dora,
    "recovery_codes.recover": _dora,
    "recovery_codes.rotate": _dora,
    "sessions_migrate.migrate": lambda project: {"session_token": trusted_issuer.BEARER},
    "scim.get": lambda project: named(project.directory),
    "scim.update": lambda project: named(project.directory) | {"display_name": "Okta"},
    "scim.delete": lambda project: named(project.directory),
    "scim.get_groups": lambda project: named(project.directory),
    "scim.rotate_start": lambda project: named(project.directory),
    "scim.rotate_complete": _rotating,
    "scim.rotate_cancel": _rotating,
    "totp.authenticate": lambda project: _dora(project) | {"code": totp_code(project.given)},
}
SPECIFIC_FIELDS |= sso_requests.SPECIFIC_FIELDS


class SampleProject:
    """Two organizations with a member each, and one session, in their own project.

    Members are never locked out, because the tests send many wrong values. Organizations share passwords, so that every
    password endpoint works.

    Attributes:
        given: the builders for this project.
        http: a client with the project's credentials.
        values: for each field name a value that most endpoints accept.
    """

    def __init__(self, given: Given, http: httpx.Client) -> None:
        self.given, self.http = given, http
        self._specific: dict[str, dict[str, Any]] = {}
        given.mock.clock.freeze()  # on a busy machine the session would become too old to reset a password
        given.mock.configure(
            cross_org_passwords_enabled=True,
            user_lock={"enabled": False},
            trusted_token_profiles=[trusted_issuer.profile()],
            zero_downtime_session_migration_url=trusted_issuer.userinfo(email="ada@acme.test"),
        )
        self.acme = given.organization("Acme")
        self.globex = given.organization("Globex")
        self.ada = given.member(self.acme, "ada@acme.test", external_id="ada")
        self.bob = given.member(self.globex, "bob@globex.test", external_id="bob")
        self.login = given.login(self.acme, self.ada)
        self.values = {
            "organization_id": self.acme.organization_id,
            "organization_ids": [self.acme.organization_id],
            "member_id": self.ada.member_id,
            "member_password_id": "member-password-test-11111111-1111-4111-8111-111111111111",
            "email_address": given.email(),
            "organization_name": "Initech",
            "organization_slug": "initech",
            "name": "Grace",
            "project_id": given.mock.project_id,
            "session_token": self.login.session_token,
            "session_jwt": self.login.session_jwt,
            "member_session_id": self.login.member_session.member_session_id,
            "intermediate_session_token": given.discovered("grace@globex.test").intermediate_session_token,
            "magic_links_token": given.link_token(self.acme, "ada@acme.test"),
            "discovery_magic_links_token": given.discovery_token("grace@globex.test"),
            "password": NEW_PASSWORD,
            "existing_password": PASSWORD,
            "new_password": NEW_PASSWORD,
            "hash": md5(),
            "hash_type": "md_5",
            "secret": SECRET,
            "recovery_codes": ["one", "two"],
            "recovery_code": "aaaa-bbbb-cccc",
            "client_id": "unknown",
            "connected_app_id": "unknown",
            "client_type": "third_party",
            "consent_granted": True,
            "scopes": ["read:users"],
            "mfa_phone_number": PHONE,
            **sso_requests.UNKNOWN_IDS,
            "org_policy": {"roles": [CHEF]},
            "profile_id": trusted_issuer.PROFILE_ID,
            "token": trusted_issuer.token(),
            "telemetry_id": given.mock.fraud.device(),
            "visitor_id": "visitor-6139cbcc-4dda-4b1f-b1c0-13c08ec64d72",
            "action": "BLOCK",
            "verdict_reason": "VIRTUAL_MACHINE",
            "override_action": "ALLOW",
        }

    @cached_property
    def dora(self) -> Any:
        """A member with a phone, an authenticator app, recovery codes, a password and an account at each provider."""
        client, acme = self.given.client, self.acme.organization_id
        client.passwords.migrate(
            "dora@acme.test", md5(), "md_5", acme, mfa_phone_number=DORAS_PHONE, external_id="dora"
        )
        dora = client.organizations.members.get(acme, "dora").member
        for provider in PROVIDERS:
            token = oauth_token(self.given, provider, self.acme.organization_slug, email="dora@acme.test")
            client.oauth.authenticate(token, session_token=self.given.login(self.acme, dora).session_token)
        return with_app(self.given, dora, "aaaa-bbbb-cccc", "dddd-eeee-ffff")

    def prepare(self) -> None:
        """Create Dora now, so that a snapshot contains her."""
        assert self.dora_session

    def forget(self) -> None:
        """Forget the objects that were created for single endpoints. Call it after a snapshot was restored."""
        self._specific.clear()
        self.__dict__.pop("directory", None)

    @cached_property
    def directory(self) -> Any:
        """A SCIM connection."""
        return self.given.client.scim.connection.create(self.acme.organization_id).connection

    @cached_property
    def dora_session(self) -> str:
        """The token of a session that Dora started with a second factor."""
        session_token = self.given.login(self.acme, self.dora).session_token
        self.given.client.recovery_codes.recover(
            **ids(self.dora), recovery_code="dddd-eeee-ffff", session_token=session_token
        )
        return str(session_token)

    def valid_request(self, endpoint: Endpoint, fields: Iterable[str] = ()) -> dict[str, Any]:
        """Return the fields of a request that the endpoint accepts, path parameters included.

        Raises:
            LookupError: if a field has no value here, which happens with a new endpoint.
        """
        if endpoint.name in SPECIFIC_FIELDS and endpoint.name not in self._specific:
            self._specific[endpoint.name] = SPECIFIC_FIELDS[endpoint.name](self)
        values = self.values | self._specific.get(endpoint.name, {})
        names = [*required_fields(endpoint), *EXTRA_FIELDS.get(endpoint.name, []), *fields]
        if missing := [name for name in names if name not in values]:
            raise LookupError(f"{endpoint.name}: add {missing} to SampleProject.values or to SPECIFIC_FIELDS")
        return {name: values[name] for name in names}

    def send(self, endpoint: Endpoint, fields: dict[str, Any], **options: Any) -> httpx.Response:
        """Send a request with these fields in the path, the query or the body, as the endpoint expects them."""
        path = _path(endpoint.path, fields)
        rest = {name: value for name, value in fields.items() if name not in path_fields(endpoint)}
        if endpoint.method == "GET":
            query = {name: _text(value) for name, value in rest.items()}
            return self.http.request("GET", path, params=query, **options)
        return self.http.request(endpoint.method, path, content=json.dumps(rest).encode(), **options)


def _path(path: str, fields: dict[str, Any]) -> str:
    return re.sub(r"{(\w+)}", lambda found: quote(str(fields[found[1]]), safe=""), path)


def _text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value)
