"""Checks of a whole seed, before anything is created: unknown names, wrong types, duplicates."""

from collections.abc import Iterable, Sequence
from typing import Any

import msgspec.inspect

from mockstytch.api import connected_apps, m2m, members, organizations, rbac, scim, sso_oidc, sso_saml
from mockstytch.domain.organizations.organization_settings import slug_of
from mockstytch.nearest import nearest
from mockstytch.seed_file import SeedError
from mockstytch.store.records.projects import ProjectSettings

Table = dict[str, Any]

ORGANIZATION_SECTIONS = ("org_policy", "connections", "scim_connection", "members")
PROJECT_SECTIONS = ("settings", "m2m_clients", "connected_apps", "organizations")
_PROJECT_FIELDS = ("project_id", "secret", "name", *PROJECT_SECTIONS)


def require_valid(seed: Table, default_project_id: str) -> None:
    """Check a seed.

    Args:
        default_project_id: the project to which the sections outside of ``projects`` belong.

    Raises:
        SeedError: if the seed is empty, or has an unknown name, a wrong type or a duplicate.
    """
    known = (*PROJECT_SECTIONS, "projects")
    if not seed:
        raise SeedError(f"the seed is empty. Its sections are: {', '.join(known)}")
    _require_known(seed, known, "", "section")
    _check_project(seed, "")
    ids = {default_project_id: "the project that the seed is for"}
    for number, project in enumerate(tables(seed, "projects", "")):
        place = f"projects[{number}]"
        _require_known(project, _PROJECT_FIELDS, place)
        for name in ("project_id", "secret", "name"):
            if not isinstance(project.get(name, "-"), str) or not project.get(name, "-"):
                raise SeedError(f"{place}: {name} must be a text that isn't empty")
        if "project_id" not in project:
            raise SeedError(f"{place}: project_id is missing")
        _check_project(project, f"{place}.")
        _require_unique(ids, project["project_id"], place, "project_id")


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
    if not isinstance(found, list) or not all(isinstance(table, dict) for table in found):
        raise SeedError(f"{prefix}{name} must be a list of tables")
    return found


def table(entry: Table, name: str, prefix: str) -> Table:
    """Return a section that is one table.

    Raises:
        SeedError: if the section isn't a table.
    """
    found = entry.get(name, {})
    if not isinstance(found, dict):
        raise SeedError(f"{prefix}{name} must be a table")
    return found


def _check_project(entry: Table, prefix: str) -> None:
    _check_settings(table(entry, "settings", prefix), f"{prefix}settings")
    for section, model, key in (
        ("m2m_clients", m2m.Create, "client_id"),
        ("connected_apps", connected_apps.Create, "client_name"),
    ):
        seen: dict[str, str] = {}
        for number, client in enumerate(tables(entry, section, prefix)):
            place = f"{prefix}{section}[{number}]"
            _check_fields(model, client, place)
            if not client.get(key):
                raise SeedError(f"{place}: {key} is missing")
            _require_unique(seen, client[key], place, key)
    slugs: dict[str, str] = {}
    external_ids: dict[str, str] = {}
    for number, organization in enumerate(tables(entry, "organizations", prefix)):
        place = f"{prefix}organizations[{number}]"
        _check_organization(organization, place)
        _require_unique(slugs, slug(organization).lower(), place, "organization_slug")
        _require_unique(external_ids, organization.get("organization_external_id"), place, "organization_external_id")


def _check_settings(settings: Table, place: str) -> None:
    named = {name: value for name, value in settings.items() if name != "name"}
    if unknown := sorted(named.keys() - set(ProjectSettings.__struct_fields__)):
        hint = nearest(unknown[0], ProjectSettings.__struct_fields__)
        raise SeedError(f"{place}: unknown setting: {', '.join(unknown)}. Did you mean {hint}?")
    _check_fields(ProjectSettings, named, place)


def _check_organization(entry: Table, place: str) -> None:
    fields = {name: value for name, value in entry.items() if name not in ORGANIZATION_SECTIONS}
    _check_fields(organizations.Create, fields, place, others=ORGANIZATION_SECTIONS)
    policy = table(entry, "org_policy", f"{place}.")
    _check_fields(rbac.SetOrgPolicy, {"org_policy": policy}, place)
    for number, connection in enumerate(tables(entry, "connections", f"{place}.")):
        at = f"{place}.connections[{number}]"
        if connection.get("type") not in ("saml", "oidc"):
            raise SeedError(f'{at}: type must be "saml" or "oidc"')
        model = sso_saml.Update if connection["type"] == "saml" else sso_oidc.Update
        fields = {name: value for name, value in connection.items() if name != "type"}
        _check_fields(model, fields, at, hidden=("organization_id", "connection_id"))
    scim_connection = table(entry, "scim_connection", f"{place}.")
    _check_fields(scim.Create, scim_connection, f"{place}.scim_connection", hidden=("organization_id",))
    addresses: dict[str, str] = {}
    external_ids: dict[str, str] = {}
    for number, member in enumerate(tables(entry, "members", f"{place}.")):
        at = f"{place}.members[{number}]"
        _check_fields(members.Create, member, at, hidden=("organization_id",))
        address = member.get("email_address")
        _require_unique(addresses, address.strip().lower() if isinstance(address, str) else None, at, "email_address")
        _require_unique(external_ids, member.get("external_id"), at, "external_id")


def _require_unique(seen: dict[str, str], value: Any, place: str, name: str) -> None:
    """Check that no earlier entry has this value. An absent value isn't compared."""
    if not isinstance(value, str) or not value:
        return
    if value in seen:
        raise SeedError(f"{place}: {name} {value!r} is already used by {seen[value]}")
    seen[value] = place


def _check_fields(
    model: type[msgspec.Struct], entry: Table, place: str, *, hidden: Iterable[str] = (), others: Iterable[str] = ()
) -> None:
    """Check the names in an entry and in the objects inside it, because the API ignores unknown ones.

    Args:
        hidden: fields that the seed sets itself.
        others: names that the entry may have besides the model's fields, for the suggestion.
    """
    fields = _fields(msgspec.inspect.type_info(model))
    _require_known(entry, [*(name for name in fields if name not in hidden), *others], place)
    for name, value in entry.items():
        _check_names(fields[name], value, f"{place}.{name}")


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


def _fields(struct: msgspec.inspect.Type) -> dict[str, msgspec.inspect.Type]:
    assert isinstance(struct, msgspec.inspect.StructType)
    return {field.name: field.type for field in struct.fields}


def _require_known(entry: Table, names: Sequence[str], place: str, kind: str = "field") -> None:
    if unknown := sorted(entry.keys() - set(names)):
        beginning = f"{place}: " if place else ""
        hint = nearest(unknown[0], names)
        raise SeedError(f"{beginning}unknown {kind} {', '.join(unknown)}. Did you mean {hint}?")
