"""Hints for ids that belong to another kind of object, another organization or another project."""

import re
from collections.abc import Iterator
from typing import Any, NamedTuple

from mockstytch.ids import PREFIXES
from mockstytch.runtime import Context, Mock
from mockstytch.store.record import Record
from mockstytch.store.records.members import Member
from mockstytch.store.records.oauth_server import ConnectedApp, M2MClient
from mockstytch.store.records.organizations import Organization
from mockstytch.store.records.scim import ScimConnection
from mockstytch.store.records.sessions import MemberSession
from mockstytch.store.records.sso import ExternalConnection, OidcConnection, SamlConnection

_ID = re.compile(r"([a-z0-9-]+?)-(test|live)-[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}(.*)")
_MAX_IDS = 10  # that are looked up for one request


class _Kind(NamedTuple):
    """A kind of object.

    Attributes:
        name: what a hint calls it.
        record: where it is stored, or None.
        column: the column with its id.
    """

    name: str
    record: type[Record] | None = None
    column: str = ""


_CONNECTION = ("saml-connection", "oidc-connection", "external-connection", "scim-connection")
_KINDS = {
    "organization": _Kind("organization", Organization, "organization_id"),
    "member": _Kind("member", Member, "member_id"),
    "member-session": _Kind("session", MemberSession, "member_session_id"),
    "saml-connection": _Kind("SAML connection", SamlConnection, "connection_id"),
    "oidc-connection": _Kind("OIDC connection", OidcConnection, "connection_id"),
    "external-connection": _Kind("external connection", ExternalConnection, "connection_id"),
    "scim-connection": _Kind("SCIM connection", ScimConnection, "connection_id"),
    "m2m-client": _Kind("M2M client", M2MClient, "client_id"),
    "connected-app": _Kind("connected app", ConnectedApp, "client_id"),
    "project": _Kind("project"),
    "request-id": _Kind("request"),
    **{prefix: _Kind(prefix.replace("-", " ")) for prefix in PREFIXES.values() if prefix.startswith("member-")},
}
_KINDS["member-session"] = _Kind("session", MemberSession, "member_session_id")
# The kinds of ids that a field can have.
_EXPECTED = {
    "organization_id": ("organization",),
    "organization_ids": ("organization",),
    "member_id": ("member",),
    "member_ids": ("member",),
    "member_session_id": ("member-session",),
    "connection_id": _CONNECTION,
    "sso_default_connection_id": _CONNECTION[:3],
    "client_id": ("m2m-client", "connected-app"),
    "connected_app_id": ("connected-app",),
    "totp_registration_id": ("member-totp",),
    "member_password_id": ("member-password",),
}


def hints(mock: Mock, project_id: str, fields: dict[str, Any]) -> Iterator[str]:
    """Return a hint for each id that can't be right.

    The hints tell a caller about other projects. They are only in the log of the project that sent the request.
    """
    found = list(_ids(fields))[:_MAX_IDS]
    project = mock.projects.find(project_id) if found else None
    if project is None:
        return
    elsewhere: list[tuple[_Kind, str]] = []
    with mock.transaction(project) as ctx:
        organization = _organization(ctx, fields.get("organization_id"))
        yield from [hint for name, value in found for hint in _about(ctx, organization, name, value, elsewhere)]
    for kind, value in elsewhere:
        assert kind.record is not None
        other = mock.projects.find_by(kind.record, **{kind.column: value})
        if other is not None and other.project_id != project_id:
            yield f"this {kind.name} is in project {other.project_id}, and not in {project_id}"


def _ids(fields: dict[str, Any]) -> Iterator[tuple[str, str]]:
    for name, value in fields.items():
        if name in _EXPECTED:
            for text in value if isinstance(value, list) else [value]:
                if isinstance(text, str) and text:
                    yield name, text


def _about(
    ctx: Context, organization: Organization | None, name: str, value: str, elsewhere: list[tuple[_Kind, str]]
) -> Iterator[str]:
    """Return what is wrong with an id.

    Args:
        organization: the organization of the request.
        elsewhere: gets the ids of objects that the project doesn't have.
    """
    match = _ID.fullmatch(value[:200])
    if match is None or match[1] not in _KINDS:
        return
    kind, expected = _KINDS[match[1]], _EXPECTED[name]
    if match[3]:
        yield f"{name} has {_a(kind.name)} id with more after it: {match[3][:50]!r}"
    elif match[2] == "live":
        yield f"{name} has an id of a live project"
    elif match[1] not in expected:
        yield f"{name} has {_a(kind.name)} id"
    elif kind.record is not None:
        where: dict[str, Any] = {kind.column: value}
        found: Any = ctx.store.find(kind.record, **where)
        if found is None:
            elsewhere.append((kind, value))
        else:
            yield from _where(organization, kind, found)


def _where(organization: Organization | None, kind: _Kind, found: Any) -> Iterator[str]:
    """Return where an object is, if it isn't in the organization of the request, or if it is deleted."""
    home = getattr(found, "organization_id", None)
    if home and organization is not None and home != organization.organization_id:
        yield f"this {kind.name} is in organization {home}, and not in {organization.organization_id}"
    elif getattr(found, "status", "") == "deleted":
        yield f"this {kind.name} is deleted"


def _organization(ctx: Context, reference: object) -> Organization | None:
    """Return the organization that a request names by its id, its slug or its external id."""
    if not isinstance(reference, str) or not reference:
        return None
    return (
        ctx.store.find(Organization, organization_id=reference)
        or ctx.store.find(Organization, slug_key=reference.lower())
        or ctx.store.find(Organization, organization_external_id=reference)
    )


def _a(noun: str) -> str:
    return f"an {noun}" if noun[0] in "aeoAEO" or noun.startswith(("M2M", "external")) else f"a {noun}"
