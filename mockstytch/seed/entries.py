"""Creating what a seed describes."""

import asyncio
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

from mockstytch.api import connected_apps, m2m, members, organizations, rbac, scim, sso_oidc, sso_saml
from mockstytch.control import identity_providers
from mockstytch.control.settings import configure
from mockstytch.errors import StytchError
from mockstytch.outbound import OutboundResponses
from mockstytch.runtime import Context, Mock
from mockstytch.seed import checks
from mockstytch.seed.checks import Table, table, tables
from mockstytch.seed_file import SeedError, read
from mockstytch.store.records.oauth_server import ConnectedApp, M2MClient
from mockstytch.store.records.organizations import Organization
from mockstytch.store.records.projects import Project
from mockstytch.surfaces.endpoint import Request
from mockstytch.surfaces.validation import parse

R = TypeVar("R", bound=Request)


def apply_seed(mock: Mock, seed: Path | Table, project: Project | None = None) -> None:
    """Create what a seed describes, now and after each reset of its projects.

    A seed has a project's ``settings``, as for ``PATCH /_mock/api/project``, and ``m2m_clients``, ``connected_apps``
    and ``organizations`` with the fields of the API's create requests. An organization can have an ``org_policy``,
    ``connections``, a ``scim_connection`` and ``members``. ``projects`` have all of these, and a ``project_id``,
    ``secret`` and ``name``. Settings are set each time. Anything else that already exists (by slug, client id or app
    name) is left unchanged.

    Args:
        seed: a TOML or JSON file, or its content.
        project: the project of the sections outside of ``projects``; None is the default project.

    Raises:
        SeedError: if the file can't be read or an entry isn't valid.
    """
    project = project or mock.projects.default()
    beginning = f"{seed}: " if isinstance(seed, Path) else ""
    content = read(seed) if isinstance(seed, Path) else seed
    with ThreadPoolExecutor(1) as thread:  # the caller's thread may already run an event loop
        try:
            thread.submit(asyncio.run, apply_content(mock, content, project)).result()
        except SeedError as e:
            raise SeedError(f"{beginning}{e}") from None
    mock.seeds[project.project_id] = {name: value for name, value in content.items() if name != "projects"}
    mock.seeds |= {entry["project_id"]: _sections(entry) for entry in content.get("projects", [])}


async def apply_content(mock: Mock, content: Table, project: Project) -> None:
    """Create what a seed describes. A mistake in one project leaves that project as it was.

    Raises:
        SeedError: if an entry isn't valid. The message has its place.
    """
    checks.require_valid(content, project.project_id)
    await _apply_project(mock, project, content, "")
    for number, entry in enumerate(tables(content, "projects", "")):
        place = f"projects[{number}]"
        with _errors_at(place):
            other = mock.projects.register(
                entry["project_id"], entry.get("secret", mock.settings.secret), entry.get("name", "mockstytch")
            )
        await _apply_project(mock, other, entry, f"{place}.")


async def apply_again(mock: Mock, project: Project) -> None:
    """Create what the project's seed describes, after a reset."""
    if seed := mock.seeds.get(project.project_id):
        await _apply_project(mock, project, seed, "")


def _sections(entry: Table) -> Table:
    return {name: value for name, value in entry.items() if name in checks.PROJECT_SECTIONS}


async def _apply_project(mock: Mock, project: Project, entry: Table, prefix: str) -> None:
    """Apply the sections of one project: all of them, or none.

    Args:
        prefix: the place of the project in the seed, for messages.
    """
    before = project
    if settings := table(entry, "settings", prefix):
        with _errors_at(f"{prefix}settings"):
            project = configure(mock, project, settings)

    def attempt(responses: OutboundResponses) -> None:
        with mock.transaction(project, responses=responses) as ctx:
            _create_all(ctx, entry, prefix)

    try:
        await mock.run_with_fetches(attempt)
    except SeedError:
        mock.projects.update(project, name=before.name, settings=before.settings)
        raise


def _create_all(ctx: Context, entry: Table, prefix: str) -> None:
    for number, client in enumerate(tables(entry, "m2m_clients", prefix)):
        with _errors_at(f"{prefix}m2m_clients[{number}]"):
            if ctx.store.find(M2MClient, client_id=str(client["client_id"])) is None:
                m2m.create(ctx, parse(m2m.Create, client))
    for number, app in enumerate(tables(entry, "connected_apps", prefix)):
        with _errors_at(f"{prefix}connected_apps[{number}]"):
            if not ctx.store.all(ConnectedApp, client_name=str(app["client_name"])):
                connected_apps.create(ctx, parse(connected_apps.Create, app))
    for number, organization in enumerate(tables(entry, "organizations", prefix)):
        _create_organization(ctx, organization, f"{prefix}organizations[{number}]")


def _create_organization(ctx: Context, entry: Table, place: str) -> None:
    """Create an organization with everything in it, unless its slug exists."""
    fields = {name: value for name, value in entry.items() if name not in checks.ORGANIZATION_SECTIONS}
    slug = checks.slug(entry)
    if ctx.store.find(Organization, slug_key=slug.lower()):
        return
    with _errors_at(place):
        created = organizations.create(ctx, parse(organizations.Create, {"organization_slug": slug, **fields}))
    reference = {"organization_id": created["organization"]["organization_id"]}
    if policy := table(entry, "org_policy", f"{place}."):
        with _errors_at(f"{place}.org_policy"):
            rbac.set_org_policy(ctx, parse(rbac.SetOrgPolicy, {"org_policy": policy, **reference}))
    for number, connection in enumerate(tables(entry, "connections", f"{place}.")):
        with _errors_at(f"{place}.connections[{number}]"):
            _create_connection(ctx, reference["organization_id"], connection)
    if "scim_connection" in entry:
        with _errors_at(f"{place}.scim_connection"):
            scim.create(ctx, parse(scim.Create, {**entry["scim_connection"], **reference}))
    for number, member in enumerate(tables(entry, "members", f"{place}.")):
        with _errors_at(f"{place}.members[{number}]"):
            members.create(ctx, parse(members.Create, {**member, **reference}))


def _create_connection(ctx: Context, organization_id: str, entry: Table) -> None:
    """Create an SSO connection. It uses the built-in identity provider, unless the entry has the URL of another."""
    api: Any = sso_saml if entry["type"] == "saml" else sso_oidc
    fields = {name: value for name, value in entry.items() if name != "type"}
    reference = {"organization_id": organization_id}
    if entry.keys() & {"idp_sso_url", "issuer"}:
        created = api.create_connection(ctx, parse(api.Create, reference))
        reference["connection_id"] = created["connection"]["connection_id"]
    else:
        built_in = identity_providers.IdentityProviderBody(organization_id=organization_id, type=entry["type"])
        reference["connection_id"] = identity_providers.connect(ctx, built_in).connection_id
    api.update_connection(ctx, parse(api.Update, {**fields, **reference}))


@contextmanager
def _errors_at(place: str) -> Iterator[None]:
    """Turn an API error into a ``SeedError`` that names the place in the seed."""
    try:
        yield
    except StytchError as e:
        raise SeedError(f"{place}: {e}") from None
