"""Seed files: load settings, organizations, members and more from a TOML or JSON file.

The data is created by calling the API's operations, so a seed file must follow the API's rules.
"""

import asyncio
import json
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

from mockstytch.api import connected_apps, m2m, members, organizations, rbac, scim, sso_oidc, sso_saml
from mockstytch.control import identity_providers
from mockstytch.control.settings import configure
from mockstytch.errors import StytchError
from mockstytch.outbound import OutboundResponses
from mockstytch.runtime import Context, Mock
from mockstytch.store.records.oauth_server import ConnectedApp, M2MClient
from mockstytch.store.records.organizations import Organization
from mockstytch.store.records.projects import Project
from mockstytch.surfaces.endpoint import Request
from mockstytch.surfaces.validation import parse

R = TypeVar("R", bound=Request)
Table = dict[str, Any]

_PROJECT_SECTIONS = ("settings", "m2m_clients", "connected_apps", "organizations")
_ORGANIZATION_SECTIONS = ("org_policy", "connections", "scim_connection", "members")


class SeedError(Exception):
    """A mistake in a seed file. The message names the place in the file."""


def apply_seed(mock: Mock, path: Path) -> None:
    """Create what a seed file describes.

    A file is TOML or JSON. It has the default project's ``settings``, as for ``PATCH /_mock/api/project``, and
    ``m2m_clients``, ``connected_apps`` and ``organizations`` with the fields of the API's create requests. An
    organization can have an ``org_policy``, ``connections``, a ``scim_connection`` and ``members``. ``projects`` have
    all of these, and a ``project_id``, ``secret`` and ``name``. Settings are set each time. Anything else that already
    exists (by slug, client id or app name) is left unchanged.

    Raises:
        SeedError: if the file can't be read or an entry isn't valid.
    """
    file = _read(path)
    other_projects = _tables(file, "projects", str(path))
    _require_known(file, (*_PROJECT_SECTIONS, "projects"), str(path), "section")
    _apply_project(mock, mock.projects.default(), file, f"{path}: ")
    for number, entry in enumerate(other_projects):
        place = f"{path}: projects[{number}]"
        _require_known(entry, ("project_id", "secret", "name", *_PROJECT_SECTIONS), place)
        with _errors_at(place):
            project = mock.projects.register(
                str(entry.get("project_id")), str(entry.get("secret", mock.settings.secret)), str(entry.get("name", ""))
            )
        _apply_project(mock, project, entry, f"{place}.")


def _read(path: Path) -> Table:
    file_format = "JSON" if path.suffix == ".json" else "TOML"
    try:
        text = path.read_text(encoding="utf-8")
        content: Any = json.loads(text) if file_format == "JSON" else tomllib.loads(text)
    except OSError as e:
        raise SeedError(f"{path} can't be read: {e.strerror}") from None
    except ValueError as e:
        raise SeedError(f"{path} isn't valid {file_format}: {e}") from None
    if not isinstance(content, dict):
        raise SeedError(f"{path} must be a table")
    return content


def _apply_project(mock: Mock, project: Project, entry: Table, prefix: str) -> None:
    """Apply the sections of one project.

    Args:
        prefix: the place of the project in the file, for messages.
    """
    settings = _table(entry, "settings", prefix)
    if settings:
        with _errors_at(f"{prefix}settings"):
            project = configure(mock, project, settings)
    for number, client in enumerate(_tables(entry, "m2m_clients", prefix)):
        with _errors_at(f"{prefix}m2m_clients[{number}]") as place, mock.transaction(project) as ctx:
            client_id = str(client.get("client_id", ""))
            if not client_id:
                raise SeedError(f"{place}: client_id is missing")
            if ctx.store.find(M2MClient, client_id=client_id) is None:
                m2m.create(ctx, _parse(m2m.Create, client, place))
    for number, app in enumerate(_tables(entry, "connected_apps", prefix)):
        with _errors_at(f"{prefix}connected_apps[{number}]") as place, mock.transaction(project) as ctx:
            name = str(app.get("client_name", ""))
            if not name:
                raise SeedError(f"{place}: client_name is missing")
            if not ctx.store.all(ConnectedApp, client_name=name):
                connected_apps.create(ctx, _parse(connected_apps.Create, app, place))
    for number, organization in enumerate(_tables(entry, "organizations", prefix)):
        with _errors_at(f"{prefix}organizations[{number}]") as place:
            attempt = partial(_create_organization, mock, project, organization, place)
            asyncio.run(mock.run_with_fetches(attempt))


def _create_organization(mock: Mock, project: Project, entry: Table, place: str, responses: OutboundResponses) -> None:
    """Create an organization with everything in it, in one transaction, unless its slug exists."""
    fields = {name: value for name, value in entry.items() if name not in _ORGANIZATION_SECTIONS}
    policy = _table(entry, "org_policy", f"{place}.")
    scim_connection = _table(entry, "scim_connection", f"{place}.")
    with mock.transaction(project, responses=responses) as ctx:
        slug = str(entry.get("organization_slug", "")).lower()
        if slug and ctx.store.find(Organization, slug_key=slug):
            return
        organization = organizations.create(ctx, _parse(organizations.Create, fields, place))["organization"]
        reference = {"organization_id": organization["organization_id"]}
        if policy:
            with _errors_at(f"{place}.org_policy") as at:
                rbac.set_org_policy(ctx, _parse(rbac.SetOrgPolicy, {"org_policy": policy, **reference}, at))
        for number, connection in enumerate(_tables(entry, "connections", f"{place}.")):
            with _errors_at(f"{place}.connections[{number}]") as at:
                _create_connection(ctx, organization["organization_id"], connection, at)
        if "scim_connection" in entry:
            with _errors_at(f"{place}.scim_connection") as at:
                scim.create(ctx, _parse(scim.Create, {**scim_connection, **reference}, at))
        for number, member in enumerate(_tables(entry, "members", f"{place}.")):
            with _errors_at(f"{place}.members[{number}]") as at:
                members.create(ctx, _parse(members.Create, {**member, **reference}, at))


def _create_connection(ctx: Context, organization_id: str, entry: Table, place: str) -> None:
    """Create an SSO connection. It uses the built-in identity provider, unless the entry has the URL of another."""
    if entry.get("type") not in ("saml", "oidc"):
        raise SeedError(f'{place}: type must be "saml" or "oidc"')
    api: Any = sso_saml if entry["type"] == "saml" else sso_oidc
    fields = {name: value for name, value in entry.items() if name != "type"}
    reference = {"organization_id": organization_id}
    if entry.keys() & {"idp_sso_url", "issuer"}:
        created = api.create_connection(ctx, parse(api.Create, reference))
        reference["connection_id"] = created["connection"]["connection_id"]
    else:
        built_in = identity_providers.IdentityProviderBody(organization_id=organization_id, type=entry["type"])
        reference["connection_id"] = identity_providers.connect(ctx, built_in).connection_id
    api.update_connection(ctx, _parse(api.Update, {**fields, **reference}, place))


@contextmanager
def _errors_at(place: str) -> Iterator[str]:
    """Turn an API error into a ``SeedError`` that names the place in the file."""
    try:
        yield place
    except StytchError as e:
        raise SeedError(f"{place}: {e}") from None


def _parse(model: type[R], entry: Table, place: str) -> R:
    """Return an entry as a request. The API ignores unknown fields; in a seed file they are mistakes."""
    _require_known(entry, model.__struct_fields__, place)
    return parse(model, entry)


def _require_known(entry: Table, names: tuple[str, ...], place: str, kind: str = "field") -> None:
    if unknown := sorted(entry.keys() - set(names)):
        raise SeedError(f"{place}: unknown {kind} {', '.join(unknown)}")


def _table(entry: Table, name: str, prefix: str) -> Table:
    table = entry.get(name, {})
    if not isinstance(table, dict):
        raise SeedError(f"{prefix}{name} must be a table")
    return table


def _tables(entry: Table, name: str, prefix: str) -> list[Table]:
    tables = entry.get(name, [])
    if not isinstance(tables, list) or not all(isinstance(table, dict) for table in tables):
        raise SeedError(f"{prefix}{name} must be a list of tables")
    return tables
