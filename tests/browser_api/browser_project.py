"""A prepared project, with a valid request for each call of the browser API."""

import re
from collections.abc import Callable
from typing import Any, NamedTuple
from urllib.parse import quote

import httpx

from mockstytch import api
from mockstytch.browser import sdk_operations
from mockstytch.surfaces.endpoint import Endpoint, SdkCall, endpoints_of
from tests.browser_api.sdk_client import SdkClient
from tests.contract.factors import with_password
from tests.contract.oauth import CALLBACK, new_app
from tests.matrix.sample_project import SampleProject
from tests.support.given import Given


class Call(NamedTuple):
    """A call of the browser API: an operation, and how the SDKs call it."""

    endpoint: Endpoint
    sdk: SdkCall

    @property
    def name(self) -> str:
        return f"{self.sdk.method} {self.sdk.path}"

    @property
    def is_optional(self) -> bool:
        """Whether a visitor without a session can send it."""
        return self.sdk.session in ("optional", "none")


CALLS = {
    call.name: call
    for endpoint in [*endpoints_of(api), *sdk_operations.api]
    for call in (Call(endpoint, sdk) for sdk in endpoint.sdk_calls)
}
ONE_TAP = [name for name in CALLS if "/onetap/" in name]  # always refused: it needs Google's servers


class Request(NamedTuple):
    """A valid request.

    Attributes:
        fields: the fields of the path and of the body or query.
        token: the session token, or None.
    """

    fields: dict[str, Any]
    token: str | None


def _logged_in(project: "BrowserProject") -> dict[str, Any]:
    member = project.given.member(project.acme)
    project.given.login(project.acme, member)
    return {"organization_id": member.organization_id, "member_id": member.member_id}


def _deleted(project: "BrowserProject") -> dict[str, Any]:
    ids = _logged_in(project)
    project.given.client.organizations.members.delete(**ids)
    return ids


def _with_retired_address(project: "BrowserProject") -> dict[str, Any]:
    ids, email = _logged_in(project), project.given.email()
    members = project.given.client.organizations.members
    for address in (email, project.given.email()):
        members.update(**ids, email_address=address)
    return {**ids, "email_address": email}


def _with_own_retired_address(project: "BrowserProject") -> dict[str, Any]:
    fields = _with_retired_address(project)
    member = project.given.client.organizations.members.get(project.acme.organization_id, fields["member_id"]).member
    return {**fields, "session_token": project.given.login(project.acme, member).session_token}


def _with_password(project: "BrowserProject") -> dict[str, Any]:
    project.given.mock.configure(cross_org_passwords_enabled=False)
    member = with_password(project.given, project.acme, project.given.email())
    return {"organization_id": member.organization_id, "member_password_id": member.member_password_id}


def _invited_to_globex(project: "BrowserProject") -> dict[str, Any]:
    return {
        "organization_id": project.globex.organization_id,
        "intermediate_session_token": project.given.intermediate_session("bob@globex.test"),
    }


def _logout(project: "BrowserProject") -> dict[str, Any]:
    app = new_app(project.given, post_logout_redirect_urls=[CALLBACK])
    return {"client_id": app.client_id, "post_logout_redirect_uri": CALLBACK}


_ACME = {"organization_slug": "acme"}

# Fields of valid requests that differ from the backend's, by path.
_SPECIFIC: dict[str, Callable[["BrowserProject"], dict[str, Any]]] = {
    "/projects/bootstrap/{public_token}": lambda project: {"public_token": project.given.mock.public_token},
    "/b2b/organizations/search": lambda project: _ACME,
    "/b2b/organizations/members/search": lambda project: {
        "organization_id": project.acme.organization_id,
        "email_address": "dora@acme.test",
    },
    "/b2b/sso/discovery/connections": lambda project: {"email_address": "dora@acme.test"},
    "/b2b/discovery/intermediate_sessions/exchange": _invited_to_globex,
    "/b2b/magic_links/email/login_or_signup": lambda project: {
        "organization_id": project.acme.organization_id,
        "email_address": "ada@acme.test",
    },
    "/b2b/organizations/members/passwords/{member_password_id}": _with_password,
    "/b2b/organizations/members/{member_id}/reactivate": _deleted,
    "/b2b/organizations/members/{member_id}/unlink_retired_email": _with_retired_address,
    "/b2b/organizations/members/unlink_retired_email": _with_own_retired_address,
    "/b2b/oauth/logout/start": _logout,
    "/b2b/sessions/revoke/{member_id}": _logged_in,
}


class BrowserProject(SampleProject):
    """The sample project, with an administrator of Acme.

    Attributes:
        sdk: sends requests as the browser SDK.
        admin, globex_admin: the responses of the logins of an administrator of each organization.
        ended: tokens of sessions that have ended, each with what ended it.
    """

    def __init__(self, given: Given, http: httpx.Client) -> None:
        super().__init__(given, http)
        self.sdk = SdkClient(given.mock, httpx.Client(trust_env=False))
        self.admin = given.admin(self.acme)
        self.globex_admin = given.admin(self.globex)
        self.ended = self._ended_sessions()

    def _ended_sessions(self) -> dict[str, str]:
        """Return tokens of sessions that have ended, each with what ended it."""
        client, members = self.given.client, [self.given.member(self.acme) for _ in range(3)]
        tokens = [self.given.login(self.acme, member, session_duration_minutes=5).session_token for member in members]
        client.sessions.revoke(session_token=tokens[0])
        client.organizations.members.delete(self.acme.organization_id, members[1].member_id)
        self.given.mock.clock.advance(minutes=5, seconds=1)
        return {"revoked": tokens[0], "a deleted member's": tokens[1], "expired": tokens[2]}

    @property
    def tokens(self) -> set[str]:
        """The tokens of all sessions that the project has from its start."""
        logins = (self.login, self.admin, self.globex_admin)
        return {*(login.session_token for login in logins), self.dora_session, *self.ended.values()}

    def request(self, call: Call) -> Request:
        """Return a valid request. Each call of this method creates its objects again."""
        endpoint, sdk = call
        self._specific.pop(endpoint.name, None)
        if sdk.path in _SPECIFIC:
            fields = dict(_SPECIFIC[sdk.path](self))
            member_token = fields.pop("session_token", None)
        elif endpoint.path.startswith("/sdk/"):
            fields, member_token = {}, None
        else:
            fields = self.valid_request(endpoint)
            member_token = self.valid_request(endpoint, ["session_token"])["session_token"]
        takes_session = "session_token" in endpoint.request.__struct_fields__ or "member_id" in sdk.own
        token = (member_token or self.login.session_token) if takes_session else self.admin.session_token
        if "{member_id}" in sdk.path:
            token = self.admin.session_token
        left_out = {*sdk.own, "session_token", "session_jwt"}
        return Request({k: v for k, v in fields.items() if k not in left_out}, None if sdk.session == "none" else token)

    def own_fields(self, call: Call, token: str | None) -> dict[str, Any]:
        """Return the fields that come from the session, for the same request to the backend API."""
        if token is None or call.endpoint.name == "discovery.list":  # it has an intermediate session
            return {}
        member = self.given.client.sessions.authenticate(session_token=token).member
        own = {
            "organization_id": member.organization_id,
            "organization_ids": [member.organization_id],
            "member_id": member.member_id,
        }
        fields = {name: own[name] for name in call.sdk.own}
        if "session_token" in call.endpoint.request.__struct_fields__ and "{member_id}" not in call.sdk.path:
            fields["session_token"] = token
        return fields

    def send_to_backend(self, endpoint: Endpoint, fields: dict[str, Any]) -> httpx.Response:
        return super().send(endpoint, fields)

    # The callers of this class send calls of the browser API, and need a token for them.
    def send(self, call: Call, fields: dict[str, Any], token: str | None, **headers: str) -> httpx.Response:  # type: ignore[override]
        """Send a call with these fields in the path, the query or the body."""
        path, rest = path_and_rest(call, fields)
        return self.sdk(call.sdk.method, path, rest or None, token, **headers)

    def send_content(self, call: Call, content: bytes, **headers: str) -> httpx.Response:
        """Send a call of the administrator with a body that needn't be JSON. The ids in the path don't exist."""
        path = re.sub(r"{\w+}", "x", call.sdk.path)
        if "{public_token}" in call.sdk.path:
            path = call.sdk.path.format(public_token=self.given.mock.public_token)
        return self.sdk.send(call.sdk.method, path, content, token=self.admin.session_token, **headers)


def path_and_rest(call: Call, fields: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    """Return the call's path with these fields, and the other fields."""
    names = set(re.findall(r"{(\w+)}", call.sdk.path))
    path = re.sub(r"{(\w+)}", lambda found: quote(str(fields.get(found[1], "x")), safe=""), call.sdk.path)
    return path, {name: value for name, value in fields.items() if name not in names}
