"""Checks of a whole seed, before anything is created: unknown names, wrong types, duplicates."""

import math
from collections.abc import Sequence
from typing import Any

import msgspec.inspect

from mockstytch.domain.organizations.organization_settings import slug_of
from mockstytch.nearest import nearest
from mockstytch.seed import sections
from mockstytch.seed.sections import NoEntry, Section, Table
from mockstytch.seed_file import SeedError
from mockstytch.store.records.projects import ProjectSettings
from mockstytch.values import Frozen

_PROJECT_FIELDS = ("project_id", "secret", "name", *sections.PROJECT_SECTIONS)


class _Names:
    """The values that must be unique in a project, each with the place that has it."""

    def __init__(self) -> None:
        self._seen: dict[tuple[str, str], str] = {}

    def add(self, entry: Table, place: str, name: str, scope: str = "") -> None:
        """Add the value of a field.

        Args:
            scope: what the value must be unique in; "" is the project.

        Raises:
            SeedError: if an earlier entry has the value.
        """
        value = entry.get(name)
        if not isinstance(value, str) or not value:  # an absent value isn't compared
            return
        key = (f"{scope}.{name}", value)
        if key in self._seen:
            raise SeedError(f"{name} {value!r} is already used by {self._seen[key]}", place, name)
        self._seen[key] = place


def require_valid(seed: Table, default_project_id: str) -> None:
    """Check a seed.

    Args:
        default_project_id: the project to which the sections outside of ``projects`` belong.

    Raises:
        SeedError: if the seed is empty, or has an unknown name, a wrong type or a duplicate.
    """
    known = (*sections.PROJECT_SECTIONS, "projects")
    seed = {name: value for name, value in seed.items() if name != "$schema"}
    if not seed:
        raise SeedError(f"the seed is empty. Its sections are: {', '.join(known)}")
    _require_finite(seed, "")
    _require_known(seed, known, "", "section")
    _check_project(seed, "")
    names = _Names()
    names.add({"project_id": default_project_id}, "the project that the seed is for", "project_id")
    for number, project in enumerate(tables(seed, "projects", "")):
        place = f"projects[{number}]"
        _require_known(project, _PROJECT_FIELDS, place)
        for name in ("project_id", "secret", "name"):
            if not isinstance(project.get(name, "-"), str) or not project.get(name, "-"):
                raise SeedError(f"{name} must be a text that isn't empty", place, name)
        if "project_id" not in project:
            raise SeedError("project_id is missing", place)
        _check_project(project, f"{place}.")
        names.add(project, place, "project_id")


def slug(organization: Table) -> str:
    """Return an organization's slug: the given one, or one that is derived from its name. Loading again finds it."""
    if given := organization.get("organization_slug"):
        return str(given)
    derived = slug_of(str(organization.get("organization_name", "")))
    return derived if len(derived) > 1 else f"organization-{derived}".strip("-")


def tables(entry: Table, name: str, prefix: str) -> list[Table]:
    """Return the tables of a section.

    Raises:
        SeedError: if the section isn't a list of tables.
    """
    found = entry.get(name, [])
    if not isinstance(found, list):
        raise SeedError(f"{prefix}{name} must be a list of tables", field=f"{prefix}{name}")
    for number, item in enumerate(found):
        if not isinstance(item, dict):
            raise SeedError(f"{prefix}{name} must be a list of tables", field=f"{prefix}{name}[{number}]")
    return found


def table(entry: Table, name: str, prefix: str) -> Table:
    """Return a section that is one table.

    Raises:
        SeedError: if the section isn't a table.
    """
    found = entry.get(name, {})
    if not isinstance(found, dict):
        raise SeedError(f"{prefix}{name} must be a table", field=f"{prefix}{name}")
    return found


def own_fields(section: Section, entry: Table, place: str) -> Any:
    """Return the fields of an entry that the request doesn't have, as the section's own type.

    Raises:
        SeedError: if a value isn't valid.
    """
    return _convert(section.split(entry)[1], section.own, place)


def generate(entry: Table, prefix: str) -> sections.Generate | None:
    """Return the section ``generate``, or None.

    Raises:
        SeedError: if a value isn't valid.
    """
    place = f"{prefix}generate"
    found = table(entry, "generate", prefix)
    _require_known(found, sections.Generate.__struct_fields__, place)
    return _convert(found, sections.Generate, place) if "generate" in entry else None


def _check_project(entry: Table, prefix: str) -> None:
    names = _Names()
    _check_settings(table(entry, "settings", prefix), f"{prefix}settings")
    generate(entry, prefix)
    for name, section, key in (
        ("m2m_clients", sections.M2M_CLIENT, "client_id"),
        ("connected_apps", sections.CONNECTED_APP, "client_name"),
    ):
        for number, client in enumerate(tables(entry, name, prefix)):
            place = f"{prefix}{name}[{number}]"
            _check_entry(section, client, place)
            if not client.get(key):
                raise SeedError(f"{key} is missing", place)
            for unique in sorted({key, "client_id"}):
                names.add(client, place, unique, name)
    for number, organization in enumerate(tables(entry, "organizations", prefix)):
        place = f"{prefix}organizations[{number}]"
        _check_organization(organization, place, names)
        names.add({"organization_slug": slug(organization).lower()}, place, "organization_slug")
        names.add(organization, place, "organization_external_id")
        names.add(organization, place, "organization_id")


def _check_settings(settings: Table, place: str) -> None:
    named = {name: value for name, value in settings.items() if name != "name"}
    if unknown := sorted(named.keys() - set(ProjectSettings.__struct_fields__)):
        hint = nearest(unknown[0], ProjectSettings.__struct_fields__)
        problem = f"unknown setting: {', '.join(unknown)}. Did you mean {hint}?"
        raise SeedError(problem, place, unknown[0])
    _check_entry(sections.SETTINGS, named, place)


def _check_organization(entry: Table, place: str, names: _Names) -> None:
    _check_entry(sections.ORGANIZATION, entry, place)
    policy = table(entry, "org_policy", f"{place}.")
    _check_entry(sections.ORG_POLICY, {"org_policy": policy}, place)
    for number, connection in enumerate(tables(entry, "connections", f"{place}.")):
        at = f"{place}.connections[{number}]"
        if connection.get("type") not in ("saml", "oidc"):
            raise SeedError('type must be "saml" or "oidc"', at, "type")
        _check_entry(sections.SAML if connection["type"] == "saml" else sections.OIDC, connection, at)
        names.add(connection, at, "connection_id")
    scim_connection = table(entry, "scim_connection", f"{place}.")
    _check_entry(sections.SCIM, scim_connection, f"{place}.scim_connection")
    names.add(scim_connection, f"{place}.scim_connection", "connection_id")
    for number, member in enumerate(tables(entry, "members", f"{place}.")):
        _check_member(member, f"{place}.members[{number}]", place, names)


def _check_member(member: Table, at: str, organization: str, names: _Names) -> None:
    """Check a member.

    Args:
        organization: the place of its organization.
    """
    _check_entry(sections.MEMBER, member, at)
    address = member.get("email_address")
    address = address.strip().lower() if isinstance(address, str) else None
    names.add({"email_address": address}, at, "email_address", organization)
    for name in ("external_id", "mfa_phone_number"):
        names.add(member, at, name, organization)
    for name in ("member_id", "email_id", "mfa_phone_id", "member_password_id", "totp_registration_id"):
        names.add(member, at, name)
    if member.get("recovery_codes") and not member.get("totp_secret"):
        raise SeedError("recovery_codes need a totp_secret", at, "recovery_codes")
    if member.get("mfa_phone_number_verified") and not member.get("mfa_phone_number"):
        raise SeedError("mfa_phone_number_verified needs a mfa_phone_number", at, "mfa_phone_number_verified")
    for number, session in enumerate(tables(member, "sessions", f"{at}.")):
        place = f"{at}.sessions[{number}]"
        _require_known(session, sections.SessionEntry.__struct_fields__, place)
        names.add(session, place, "member_session_id")
        names.add(session, place, "session_token")


def _check_entry(section: Section, entry: Table, place: str) -> None:
    """Check the names in an entry and in the objects inside it, because the API ignores unknown ones.

    Raises:
        SeedError: if a name is unknown, or one of the seed's own fields has a wrong value.
    """
    _require_known(entry, [*section.fields(), *section.inner], place)
    types = _fields(msgspec.inspect.type_info(section.request))
    for name, value in section.split(entry)[0].items():
        _check_names(types[name], value, f"{place}.{name}")
    if section.own is not NoEntry:
        own_fields(section, entry, place)


def _convert(values: Table, model: type[Frozen], place: str) -> Any:
    try:
        return msgspec.convert(values, model)
    except msgspec.ValidationError as e:
        problem, _, path = str(e).partition(" - at `$")
        path = path.rstrip("`").removeprefix(".")
        if "matching regex" in problem:
            problem = f"isn't valid. Expected: {sections.rule_of(model, path.rpartition('.')[2])}"
        raise SeedError(f"{path}: {problem}" if path else problem, place, path) from None


def _check_names(expected: msgspec.inspect.Type, value: Any, place: str) -> None:
    """Check the names of the objects in a value. A value of a wrong type is left to the operation, which refuses it."""
    match expected:
        case msgspec.inspect.Metadata():
            _check_names(expected.type, value, place)
        case msgspec.inspect.UnionType():
            for alternative in expected.types:
                _check_names(alternative, value, place)
        case msgspec.inspect.ListType() if isinstance(value, list):
            for number, item in enumerate(value):
                _check_names(expected.item_type, item, f"{place}[{number}]")
        case msgspec.inspect.StructType() if isinstance(value, dict):
            fields = _fields(expected)
            _require_known(value, list(fields), place)
            for name, inner in value.items():
                _check_names(fields[name], inner, f"{place}.{name}")


def _require_finite(value: Any, place: str) -> None:
    """Refuse numbers that JSON doesn't have: TOML has ``inf`` and ``nan``.

    Raises:
        SeedError: if there is one.
    """
    if isinstance(value, float) and not math.isfinite(value):
        raise SeedError(f"{value} isn't a number of JSON", place)
    if isinstance(value, dict):
        for name, inner in value.items():
            _require_finite(inner, f"{place}.{name}" if place else name)
    elif isinstance(value, list):
        for number, inner in enumerate(value):
            _require_finite(inner, f"{place}[{number}]")


def _fields(struct: msgspec.inspect.Type) -> dict[str, msgspec.inspect.Type]:
    assert isinstance(struct, msgspec.inspect.StructType)
    return {field.name: field.type for field in struct.fields}


def _require_known(entry: Table, names: Sequence[str], place: str, kind: str = "field") -> None:
    if unknown := sorted(entry.keys() - set(names)):
        hint = nearest(unknown[0], names)
        raise SeedError(f"unknown {kind} {', '.join(unknown)}. Did you mean {hint}?", place, unknown[0])
