"""Rows as objects, with the names that the API uses for their types and fields.

An object that the API returns is written by ``wire``, plus the fields that only the record has. Other records are
written with their own names, which are the API's for most of them.
"""

from collections.abc import Callable
from typing import Any, Protocol

import msgspec

from mockstytch import wire
from mockstytch.redaction import REDACTED, is_secret, redact
from mockstytch.store.copying.copies import Copies, Key
from mockstytch.store.record import R, Record
from mockstytch.store.records.credentials import OAuthFlow
from mockstytch.store.records.members import Member
from mockstytch.store.records.messages import Message, OneTimeToken
from mockstytch.store.records.oauth_server import ConnectedApp, M2MClient
from mockstytch.store.records.organizations import Organization
from mockstytch.store.records.scim import ScimConnection, ScimGroup
from mockstytch.store.records.sessions import MemberSession
from mockstytch.store.records.snapshots import ProjectState
from mockstytch.store.records.sso import ExternalConnection, OidcConnection, SamlConnection, SsoFlow
from mockstytch.store.store import Store

Fields = dict[str, Any]

# Columns that only repeat others, or that change with every update
_HIDDEN = {"email_domain", "phone_key", "position", "slug_key", "updated_at", "user_name_key"}
_HIDDEN_IN_ORGANIZATION = {"scim_connection", "sso_connections"}  # ``wire`` writes them with the API's names
# Texts that contain a secret, which their names don't say
_SECRET_FIELDS: dict[type[Record], set[str]] = {
    Message: {"html", "link", "redirect_url", "text"},
    OAuthFlow: {"state"},
    OneTimeToken: {"landing_url"},
    SsoFlow: {"request_id", "state"},
}


class Side(Protocol):
    """The present rows of a project, or the rows of one of its snapshots."""

    base_url: str

    def find(self, record: type[R], key: Key) -> R | None:
        """Return the row with a primary key, or None."""

    def all(self, record: type[R]) -> list[R]:
        """Return all rows of a record."""


class Present:
    """The rows that the project has now."""

    def __init__(self, store: Store, base_url: str) -> None:
        self.base_url, self._store = base_url, store

    def find(self, record: type[R], key: Key) -> R | None:
        where: dict[str, Any] = dict(zip(record.key, key, strict=True))
        return self._store.find(record, **where)

    def all(self, record: type[R]) -> list[R]:
        return self._store.all(record)


class Saved:
    """The rows of a snapshot."""

    def __init__(self, copies: Copies, base_url: str) -> None:
        self.base_url, self._copies = base_url, copies

    def find(self, record: type[R], key: Key) -> R | None:
        return self._copies.find(record, key)

    def all(self, record: type[R]) -> list[R]:
        return self._copies.all(record)


def object_type(record: type[Record]) -> str:
    """Return the type of a record's objects: ``member``, ``saml_connection``, …"""
    name = str(record.table.name)
    if name == "idp_people":
        return "idp_person"
    return f"{name[:-3]}y" if name.endswith("ies") else name.removesuffix("s")


def object_id(row: Record) -> str:
    """Return the id of an object. If the id is a secret, only its last four characters are shown."""
    parts = [str(getattr(row, name)) for name in row.key]
    hidden = [
        REDACTED + part[-4:] if is_secret_field(type(row), name) else part
        for name, part in zip(row.key, parts, strict=True)
    ]
    return "/".join(hidden)


def describe(side: Side, row: Record) -> Fields:
    """Return the fields of an object, with its secrets."""
    hidden = _HIDDEN | (_HIDDEN_IN_ORGANIZATION if isinstance(row, Organization) else set())
    fields = msgspec.to_builtins(row)
    written = _WRITERS[type(row)](side, row) if type(row) in _WRITERS else {}
    return {name: value for name, value in {**fields, **written}.items() if name not in hidden}


def describe_project(state: ProjectState) -> Fields:
    """Return the settings, the name and the clock of a project, with its secrets."""
    return {"name": state.name, "clock": msgspec.to_builtins(state.clock), **msgspec.to_builtins(state.settings)}


def redacted(record: type[Record] | None, fields: Fields) -> Fields:
    """Return fields with "…" in place of the secrets."""
    return {
        name: REDACTED if record and value and name in _SECRET_FIELDS.get(record, ()) else redact(value, name)
        for name, value in fields.items()
    }


def is_secret_field(record: type[Record], name: str) -> bool:
    """Return whether a field of a record is a secret."""
    return name in _SECRET_FIELDS.get(record, ()) or is_secret(name)


def _member(side: Side, m: Member) -> Fields:
    organization = side.find(Organization, (m.organization_id,))
    return wire.member(m, organization) if organization else {}


def _session(side: Side, s: MemberSession) -> Fields:
    organization, member = side.find(Organization, (s.organization_id,)), side.find(Member, (s.member_id,))
    return wire.session(s, member, organization) if organization and member else {}


def _scim_connection(side: Side, c: ScimConnection) -> Fields:
    names = {group.group_id: group.group_name for group in side.all(ScimGroup)}
    return wire.scim_connection(c, side.base_url, names)


_WRITERS: dict[type[Record], Callable[[Side, Any], Fields]] = {
    Organization: lambda _side, row: wire.organization(row),
    Member: _member,
    MemberSession: _session,
    SamlConnection: lambda side, row: wire.saml_connection(row, side.base_url),
    OidcConnection: lambda side, row: wire.oidc_connection(row, side.base_url),
    ExternalConnection: lambda _side, row: wire.external_connection(row),
    ScimConnection: _scim_connection,
    ScimGroup: lambda _side, row: wire.scim_group(row),
    M2MClient: lambda _side, row: wire.m2m_client(row),
    ConnectedApp: lambda _side, row: wire.connected_app(row),
    Message: lambda _side, row: wire.message(row),
}
