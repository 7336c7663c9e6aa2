"""For each endpoint a request that is good, to be spoilt in one place."""

import json
import re
from collections.abc import Callable, Iterable
from enum import Enum
from functools import cached_property
from typing import Any, get_origin
from urllib.parse import quote

import httpx
import msgspec
import pydantic

from mockstytch import errors
from mockstytch.app import endpoints
from mockstytch.surfaces.endpoint import Endpoint
from tests import outsider
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
    shown,
    with_app,
)
from tests.contract.oauth import CALLBACK, authorized, new_app, tokens
from tests.contract.operations import operations, plain
from tests.contract.stories_of_access import CHEF
from tests.contract.stories_of_scim import named
from tests.support.given import Given
from tests.matrix import requests_of_sso

DORAS_PHONE = "+14155550199"
PROVIDERS = ["google", "microsoft", "github", "slack", "hubspot"]
# those that OAuth clients call have errors of another shape, and tests of their own
ENDPOINTS = {endpoint.name: endpoint for endpoint in endpoints() if "/oauth2/" not in endpoint.path}

# What a request needs beside its required fields: one of several, as a rule.
ALSO = {
    "fraud.set_rule": ["visitor_id"],
    "idp.authorize": ["session_token"],
    "idp.start": ["session_token"],
    "otp_sms.authenticate": ["session_token"],
    "otp_sms.send": ["mfa_phone_number"],
    "scim.update": ["display_name"],
    "passwords.require_reset": ["organization_id", "member_id"],
    "passwords.session_reset": ["session_token"],
    "recovery_codes.recover": ["session_token"],
    "totp.authenticate": ["session_token"],
    "discovery.list": ["intermediate_session_token"],
    "members.get": ["member_id"],
    "members_emails.unlink_retired_email": ["email_address"],
    "members.update": ["name"],
    "organizations.update": ["organization_name"],
    "sessions.authenticate": ["session_token"],
    "sessions.exchange": ["session_token"],
    "sessions.revoke": ["session_token"],
    "sessions_attest.attest": ["organization_id"],
}
_OFFICIAL = {(operation.method, operation.path): operation for operation in operations().values()}
_SEARCH_ERROR = re.compile(r"(organization|member)_search_\w+")
_TYPES = {kind.error_type: kind.status_code for kind in errors.catalogue()}
KEYS = ["status_code", "request_id", "error_type", "error_message", "error_url"]


def wire_type(endpoint: Endpoint, field: str) -> str:
    """What the official client says a field is: string, integer, boolean, array or object."""
    hint = plain(_OFFICIAL[endpoint.method, endpoint.path].fields.get(field, str))
    found = get_origin(hint) or hint
    if issubclass(found, Enum):
        return "string"
    names = {str: "string", int: "integer", bool: "boolean", list: "array", dict: "object"}
    return "object" if issubclass(found, pydantic.BaseModel) else names[found]


def in_path(endpoint: Endpoint) -> set[str]:
    return set(re.findall(r"{(\w+)}", endpoint.path))


def in_body(endpoint: Endpoint) -> list[str]:
    """The fields of a request that the official client sends, and that are not in its path."""
    known = _OFFICIAL[endpoint.method, endpoint.path].fields
    return [f for f in endpoint.request.__struct_fields__ if f in known and f not in in_path(endpoint)]


def required(endpoint: Endpoint) -> list[str]:
    return [f.name for f in msgspec.structs.fields(endpoint.request) if f.required]


def _dora(world: "World") -> dict[str, Any]:
    """Has everything that can be taken away or proven: a phone, an app, a password, accounts elsewhere; logged in."""
    return ids(world.dora) | {"email_address": "dora@acme.test", "session_token": world.dora_session}


def _password(world: "World") -> dict[str, Any]:
    return _dora(world) | {"password": PASSWORD}


def _mailed_code(world: "World") -> dict[str, Any]:
    own = _dora(world)
    world.given.client.otps.email.login_or_signup(world.acme.organization_id, "dora@acme.test")
    return own | {"code": code(world.given, "dora@acme.test")}


def _discovery_code(world: "World") -> dict[str, Any]:
    world.given.client.otps.email.discovery.send("grace@globex.test")
    return {"email_address": "grace@globex.test", "code": code(world.given, "grace@globex.test")}


def _texted_code(world: "World") -> dict[str, Any]:
    own = _dora(world)
    world.given.client.otps.sms.send(**ids(world.dora), session_token=world.dora_session)
    return own | {"code": code(world.given, DORAS_PHONE)}


def _machine(world: "World") -> dict[str, Any]:
    return {"client_id": world.given.client.m2m.clients.create(["read:users"]).m2m_client.client_id}


def _machine_rotating(world: "World") -> dict[str, Any]:
    machine = _machine(world)
    world.given.client.m2m.clients.secrets.rotate_start(machine["client_id"])
    return machine


def _app(world: "World") -> dict[str, Any]:
    return {"client_id": new_app(world.given).client_id}


def _app_rotating(world: "World") -> dict[str, Any]:
    app = _app(world)
    world.given.client.connected_app.clients.secrets.rotate_start(app["client_id"])
    return app


def _asking(world: "World") -> dict[str, Any]:
    return _app(world) | {"redirect_uri": CALLBACK, "response_type": "code", "scopes": ["openid"]}


def _installed(world: "World") -> dict[str, Any]:
    app = new_app(world.given)
    authorized(world.given, app, ["openid"], session_token=world.values["session_token"])
    return {"connected_app_id": app.client_id}


def _full_access(world: "World") -> dict[str, Any]:
    app = new_app(world.given, "first_party", full_access_allowed=True)
    code = authorized(world.given, app, ["full_access"], session_token=world.values["session_token"])
    return {"access_token": tokens(world.given, app, code.authorization_code)["access_token"]}


def _discovery_reset(world: "World") -> dict[str, Any]:
    world.given.client.passwords.discovery.email.reset_start("grace@globex.test")
    return {"password_reset_token": world.given.token("grace@globex.test", "password_reset.discovery")}


def _rotating(world: "World") -> dict[str, Any]:
    world.given.client.scim.connection.rotate_start(**named(world.directory))
    return named(world.directory)


# Where a good request is about somebody else than Ada, or needs something that is made for it.
OWN: dict[str, Callable[["World"], dict[str, Any]]] = {
    "impersonation.authenticate": lambda world: {
        "impersonation_token": world.given.mock.impersonation_token(world.acme.organization_id, world.ada.member_id)
    },
    "connected_apps.delete": _app,
    "connected_apps.get": _app,
    "connected_apps.one_of_organization": _installed,
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
    "members.delete_password": lambda world: {"member_password_id": world.dora.member_password_id},
    "members.delete_totp": _dora,
    "oauth.authenticate": lambda world: {"oauth_token": oauth_token(world.given, slug=world.acme.organization_slug)},
    "oauth.discovery_authenticate": lambda world: {"discovery_oauth_token": oauth_token(world.given, slug="")},
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
    "passwords.email_reset": lambda world: {"password_reset_token": reset_token(world.given, world.acme)},
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
    "sessions_migrate.migrate": lambda world: {"session_token": outsider.BEARER},
    "scim.get": lambda world: named(world.directory),
    "scim.update": lambda world: named(world.directory) | {"display_name": "Okta"},
    "scim.delete": lambda world: named(world.directory),
    "scim.get_groups": lambda world: named(world.directory),
    "scim.rotate_start": lambda world: named(world.directory),
    "scim.rotate_complete": _rotating,
    "scim.rotate_cancel": _rotating,
    "totp.authenticate": lambda world: _dora(world) | {"code": shown(world.given)},
}
OWN |= requests_of_sso.OWN


class World:
    """Two organizations with a member each, a session, and a project beside them with the same. Nobody is locked out,
    however often something wrong is sent; passwords are shared among organizations, so that all calls about them work.
    """

    def __init__(self, given: Given, http: httpx.Client) -> None:
        self.given, self.http, self._own = given, http, {}
        given.mock.clock.freeze()  # on a slow machine the session would grow too old to reset a password with
        given.mock.configure(
            cross_org_passwords_enabled=True,
            user_lock={"enabled": False},
            trusted_token_profiles=[outsider.profile()],
            zero_downtime_session_migration_url=outsider.userinfo(email="ada@acme.test"),
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
            "recovery_code": "aaaa-bbbb-cccc",
            "client_id": "nobody",
            "connected_app_id": "nobody",
            "client_type": "third_party",
            "consent_granted": True,
            "scopes": ["read:users"],
            "mfa_phone_number": PHONE,
            **requests_of_sso.VALUES,
            "org_policy": {"roles": [CHEF]},
            "profile_id": outsider.PROFILE_ID,
            "token": outsider.token(),
            "telemetry_id": given.mock.fraud.device(),
            "visitor_id": "visitor-1",
            "action": "BLOCK",
            "verdict_reason": "VIRTUAL_MACHINE",
            "override_action": "ALLOW",
        }

    @cached_property
    def dora(self) -> Any:
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
        """Make Dora, so that a snapshot has her."""
        assert self.dora_session

    def forget(self) -> None:
        """Drop what was made for single endpoints, after the project was put back."""
        self._own.clear()
        self.__dict__.pop("directory", None)

    @cached_property
    def directory(self) -> Any:
        """A SCIM connection."""
        return self.given.client.scim.connection.create(self.acme.organization_id).connection

    @cached_property
    def dora_session(self) -> str:
        """A session that has seen the second factor."""
        session_token = self.given.login(self.acme, self.dora).session_token
        self.given.client.recovery_codes.recover(
            **ids(self.dora), recovery_code="dddd-eeee-ffff", session_token=session_token
        )
        return str(session_token)

    def good(self, endpoint: Endpoint, fields: Iterable[str] = ()) -> dict[str, Any]:
        """The fields of a request that this endpoint would take; those in its path among them."""
        if endpoint.name in OWN and endpoint.name not in self._own:
            self._own[endpoint.name] = OWN[endpoint.name](self)
        own = self._own.get(endpoint.name, {})
        wanted = [*required(endpoint), *ALSO.get(endpoint.name, []), *fields]
        return {name: own[name] if name in own else self.values[name] for name in wanted}

    def send(self, endpoint: Endpoint, fields: dict[str, Any], **options: Any) -> httpx.Response:
        """A request with these fields, each where it belongs."""
        path = _filled(endpoint.path, fields)
        rest = {name: value for name, value in fields.items() if name not in in_path(endpoint)}
        if endpoint.method == "GET":
            query = {name: _text(value) for name, value in rest.items()}
            return self.http.request("GET", path, params=query, **options)
        return self.http.request(endpoint.method, path, content=json.dumps(rest).encode(), **options)


def _filled(path: str, fields: dict[str, Any]) -> str:
    return re.sub(r"{(\w+)}", lambda found: quote(str(fields[found[1]]), safe=""), path)


def _text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value)


def refusal(answer: httpx.Response) -> tuple[int, str]:
    """Status and type of an error. It must be one that the API has, in the API's shape, and no fault of the server."""
    body = json.loads(answer.content)
    assert answer.headers["content-type"] == "application/json"
    assert list(body)[:5] == KEYS, body
    assert list(body)[5:] in ([], ["error_details"]), body
    assert 400 <= answer.status_code < 500, body
    assert body["status_code"] == answer.status_code
    assert body["request_id"].startswith("request-id-test-")
    assert body["error_message"]
    error_type = body["error_type"]
    assert body["error_url"].endswith(f"/errors/{answer.status_code}#{error_type}")
    assert error_type in _TYPES or _SEARCH_ERROR.fullmatch(error_type), error_type
    return answer.status_code, error_type


class Findings(list[str]):
    """What is wrong in a walk over many cells; all of it is shown, not the first."""

    def expect_refusal(self, cell: str, answer: httpx.Response) -> str:
        """Note an answer that is no proper error; answers its type, if it has one."""
        try:
            return refusal(answer)[1]
        except (AssertionError, ValueError, KeyError) as e:
            self.append(f"{cell}: {answer.status_code} {str(e).splitlines()[0] if str(e) else ''}")
            return ""
