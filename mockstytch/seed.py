"""A world to begin with, from a file. It is made by calling operations, so that it obeys the rules."""

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

_OF_A_PROJECT = ("settings", "m2m_clients", "connected_apps", "organizations")
_OF_AN_ORGANIZATION = ("org_policy", "connections", "scim_connection", "members")


class SeedError(Exception):
    """The file can't be read, or what it asks for breaks a rule. The message says where."""


def apply_seed(mock: Mock, path: Path) -> None:
    """Make what a seed file describes.

    A file is TOML or JSON. It holds the default project's ``settings``, as ``PATCH /_mock/api/project`` takes them, and
    ``m2m_clients``, ``connected_apps`` and ``organizations`` with the fields of the API's create requests. An
    organization may have an ``org_policy``, ``connections``, a ``scim_connection`` and ``members``. ``projects`` have
    all of that, and a ``project_id``, ``secret`` and ``name``. Settings are set each time; anything else that exists
    already (by slug, client id, or the name of an app) is left alone.

    Raises:
        SeedError: see the class.
    """
    world = _read(path)
    others = _tables(world, "projects", str(path))
    _only(world, (*_OF_A_PROJECT, "projects"), str(path), "section")
    _project(mock, mock.projects.default(), world, f"{path}: ")
    for number, entry in enumerate(others):
        where = f"{path}: projects[{number}]"
        _only(entry, ("project_id", "secret", "name", *_OF_A_PROJECT), where)
        with _naming(where):
            project = mock.projects.register(
                str(entry.get("project_id")), str(entry.get("secret", mock.settings.secret)), str(entry.get("name", ""))
            )
        _project(mock, project, entry, f"{where}.")


def _read(path: Path) -> Table:
    try:
        text = path.read_text(encoding="utf-8")
        world: Any = json.loads(text) if path.suffix == ".json" else tomllib.loads(text)
    except OSError as e:
        raise SeedError(f"{path} can't be read: {e.strerror}") from None
    except ValueError as e:
        raise SeedError(f"{path} is no {'JSON' if path.suffix == '.json' else 'TOML'}: {e}") from None
    if not isinstance(world, dict):
        raise SeedError(f"{path} holds no table")
    return world


def _project(mock: Mock, project: Project, holder: Table, where: str) -> None:
    settings = _table(holder, "settings", where)
    if settings:
        with _naming(f"{where}settings"):
            project = configure(mock, project, settings)
    for number, entry in enumerate(_tables(holder, "m2m_clients", where)):
        with _naming(f"{where}m2m_clients[{number}]") as place, mock.transaction(project) as ctx:
            client_id = str(entry.get("client_id", ""))
            if not client_id:
                raise SeedError(f"{place}: client_id is missing")
            if ctx.store.find(M2MClient, client_id=client_id) is None:
                m2m.create(ctx, _parsed(m2m.Create, entry, place))
    for number, entry in enumerate(_tables(holder, "connected_apps", where)):
        with _naming(f"{where}connected_apps[{number}]") as place, mock.transaction(project) as ctx:
            name = str(entry.get("client_name", ""))
            if not name:
                raise SeedError(f"{place}: client_name is missing")
            if not ctx.store.all(ConnectedApp, client_name=name):
                connected_apps.create(ctx, _parsed(connected_apps.Create, entry, place))
    for number, entry in enumerate(_tables(holder, "organizations", where)):
        with _naming(f"{where}organizations[{number}]") as place:
            asyncio.run(mock.run_with_fetches(partial(_organization, mock, project, entry, place)))


def _organization(mock: Mock, project: Project, entry: Table, place: str, responses: OutboundResponses) -> None:
    own = {name: value for name, value in entry.items() if name not in _OF_AN_ORGANIZATION}
    policy, directory = _table(entry, "org_policy", f"{place}."), _table(entry, "scim_connection", f"{place}.")
    with mock.transaction(project, responses=responses) as ctx:
        slug = str(entry.get("organization_slug", "")).lower()
        if slug and ctx.store.find(Organization, slug_key=slug):
            return
        made = organizations.create(ctx, _parsed(organizations.Create, own, place))["organization"]
        organization_id = made["organization_id"]
        if policy:
            with _naming(f"{place}.org_policy") as at:
                wanted = {"organization_id": organization_id, "org_policy": policy}
                rbac.set_org_policy(ctx, _parsed(rbac.SetOrgPolicy, wanted, at))
        for number, connection in enumerate(_tables(entry, "connections", f"{place}.")):
            with _naming(f"{place}.connections[{number}]") as at:
                _connection(ctx, organization_id, connection, at)
        if "scim_connection" in entry:
            with _naming(f"{place}.scim_connection") as at:
                scim.create(ctx, _parsed(scim.Create, {**directory, "organization_id": organization_id}, at))
        for number, person in enumerate(_tables(entry, "members", f"{place}.")):
            with _naming(f"{place}.members[{number}]") as at:
                members.create(ctx, _parsed(members.Create, {**person, "organization_id": organization_id}, at))


def _connection(ctx: Context, organization_id: str, entry: Table, at: str) -> None:
    """An SSO connection: to the built-in identity provider, unless the entry names one of its own."""
    if entry.get("type") not in ("saml", "oidc"):
        raise SeedError(f'{at}: type must be "saml" or "oidc"')
    api: Any = sso_saml if entry["type"] == "saml" else sso_oidc
    said = {name: value for name, value in entry.items() if name != "type"}
    named = {"organization_id": organization_id}
    if entry.keys() & {"idp_sso_url", "issuer"}:
        named["connection_id"] = api.create_connection(ctx, parse(api.Create, named))["connection"]["connection_id"]
    else:
        built_in = identity_providers.IdentityProviderBody(organization_id=organization_id, type=entry["type"])
        named["connection_id"] = identity_providers.connect(ctx, built_in).connection_id
    api.update_connection(ctx, _parsed(api.Update, {**said, **named}, at))


@contextmanager
def _naming(place: str) -> Iterator[str]:
    """What is refused inside is refused with the place in the file."""
    try:
        yield place
    except StytchError as e:
        raise SeedError(f"{place}: {e}") from None


def _parsed(model: type[R], entry: Table, place: str) -> R:
    """The request that an entry is. The API ignores a field that it doesn't know; in a file it is a mistake."""
    _only(entry, model.__struct_fields__, place)
    return parse(model, entry)


def _only(entry: Table, known: tuple[str, ...], place: str, kind: str = "field") -> None:
    if unknown := sorted(entry.keys() - set(known)):
        raise SeedError(f"{place}: there is no {kind} {', '.join(unknown)}")


def _table(holder: Table, name: str, where: str) -> Table:
    found = holder.get(name, {})
    if not isinstance(found, dict):
        raise SeedError(f"{where}{name} must be a table")
    return found


def _tables(holder: Table, name: str, where: str) -> list[Table]:
    found = holder.get(name, [])
    if not isinstance(found, list) or not all(isinstance(entry, dict) for entry in found):
        raise SeedError(f"{where}{name} must be a list of tables")
    return found
