"""Creating what a seed describes."""

import asyncio
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import msgspec

from mockstytch.api import connected_apps, m2m, organizations, rbac, scim, sso_oidc, sso_saml
from mockstytch.control import identity_providers
from mockstytch.control.settings import configure
from mockstytch.errors import StytchError
from mockstytch.outbound import OutboundResponses
from mockstytch.runtime import Context, Mock
from mockstytch.seed import checks, generated, members, sections
from mockstytch.seed.checks import own_fields, table, tables
from mockstytch.seed.pinning import free_connection_id, pinned, require_new
from mockstytch.seed.sections import Section, Table
from mockstytch.seed_file import SeedError, locate, read
from mockstytch.store.records.oauth_server import ConnectedApp, M2MClient
from mockstytch.store.records.organizations import Organization
from mockstytch.store.records.projects import Project
from mockstytch.store.records.scim import ScimConnection
from mockstytch.store.records.sso import OidcConnection, SamlConnection
from mockstytch.surfaces.validation import parse


def apply_seed(mock: Mock, seed: Path | Table, project: Project | None = None) -> None:
    """Create what a seed describes, now and after each reset of its projects.

    ``sections`` lists what a seed can have. Settings are set each time. Anything else that already exists (by slug,
    client id or app name) is left unchanged.

    Args:
        seed: a TOML, YAML or JSON file, or its content.
        project: the project of the sections outside of ``projects``; None is the default project.

    Raises:
        SeedError: if the file can't be read or an entry isn't valid.
    """
    project = project or mock.projects.default()
    content = read(seed) if isinstance(seed, Path) else seed
    with ThreadPoolExecutor(1) as thread:  # the caller's thread may already run an event loop
        try:
            thread.submit(asyncio.run, apply_content(mock, content, project)).result()
        except SeedError as e:
            raise (locate(e, seed) if isinstance(seed, Path) else e) from None
    keep_for_resets(mock, content, project)


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


def keep_for_resets(mock: Mock, content: Table, project: Project) -> None:
    """Create what a valid seed describes after each reset of its projects, too."""
    entries = [{**content, "project_id": project.project_id}, *content.get("projects", [])]
    for entry in entries:
        text = msgspec.json.encode(_sections(entry)).decode()
        mock.seeds.set(entry["project_id"], sys.intern(text))  # the projects of a test suite share one text


async def apply_again(mock: Mock, project: Project) -> None:
    """Create what the project's seed describes, after a reset."""
    if seed := mock.seeds.get(project.project_id):
        await _apply_project(mock, project, msgspec.json.decode(seed), "")


def _sections(entry: Table) -> Table:
    return {name: value for name, value in entry.items() if name in sections.PROJECT_SECTIONS}


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
        if not ctx.store.all(ConnectedApp, client_name=str(app["client_name"])):
            _create_app(ctx, app, f"{prefix}connected_apps[{number}]")
    for number, organization in enumerate(tables(entry, "organizations", prefix)):
        _create_organization(ctx, organization, f"{prefix}organizations[{number}]")
    if made_up := checks.generate(entry, prefix):
        for organization in generated.organizations(made_up):
            _create_organization(ctx, organization, f"{prefix}generate")


def _create_app(ctx: Context, entry: Table, place: str) -> None:
    own: sections.ConnectedAppEntry = own_fields(sections.CONNECTED_APP, entry, place)
    require_new(ctx, ConnectedApp, place, client_id=own.client_id)
    with _errors_at(place), pinned(ctx, connected_app=own.client_id, token=own.client_secret):
        connected_apps.create(ctx, parse(connected_apps.Create, sections.CONNECTED_APP.split(entry)[0]))


def _create_organization(ctx: Context, entry: Table, place: str) -> None:
    """Create an organization with everything in it, unless its slug exists."""
    slug = checks.slug(entry)
    if ctx.store.find(Organization, slug_key=slug.lower()):
        return
    fields, _ = sections.ORGANIZATION.split(entry)
    own: sections.OrganizationEntry = own_fields(sections.ORGANIZATION, entry, place)
    require_new(ctx, Organization, place, organization_id=own.organization_id)
    with _errors_at(place), pinned(ctx, organization=own.organization_id):
        created = organizations.create(ctx, parse(organizations.Create, {"organization_slug": slug, **fields}))
    organization_id: str = created["organization"]["organization_id"]
    if policy := table(entry, "org_policy", f"{place}."):
        with _errors_at(f"{place}.org_policy"):
            given = {"org_policy": policy, "organization_id": organization_id}
            rbac.set_org_policy(ctx, parse(rbac.SetOrgPolicy, given))
    for number, connection in enumerate(tables(entry, "connections", f"{place}.")):
        _create_connection(ctx, organization_id, connection, f"{place}.connections[{number}]")
    if "scim_connection" in entry:
        _create_scim_connection(ctx, organization_id, entry["scim_connection"], f"{place}.scim_connection")
    for number, member in enumerate(tables(entry, "members", f"{place}.")):
        at = f"{place}.members[{number}]"
        with _errors_at(at):
            members.create(ctx, organization_id, member, at)


def _create_connection(ctx: Context, organization_id: str, entry: Table, place: str) -> None:
    """Create an SSO connection. It uses the built-in identity provider, unless the entry has the URL of another."""
    is_saml = entry["type"] == "saml"
    section: Section = sections.SAML if is_saml else sections.OIDC
    api: Any = sso_saml if is_saml else sso_oidc
    record = SamlConnection if is_saml else OidcConnection
    fields, _ = section.split(entry)
    own = own_fields(section, entry, place)
    connection_id = free_connection_id(ctx, record, own.connection_id)
    ids = {"saml_connection": connection_id, "oidc_connection": connection_id}
    if is_saml:
        ids |= {
            "saml_signing_key": own.signing_certificate_id,
            "saml_verification_key": own.verification_certificate_id,
        }
    reference = {"organization_id": organization_id}
    with _errors_at(place), pinned(ctx, **ids):
        if entry.keys() & {"idp_sso_url", "issuer"}:
            created = api.create_connection(ctx, parse(api.Create, reference))
            reference["connection_id"] = created["connection"]["connection_id"]
        else:
            built_in = identity_providers.IdentityProviderBody(organization_id=organization_id, type=entry["type"])
            reference["connection_id"] = identity_providers.connect(ctx, built_in).connection_id
        api.update_connection(ctx, parse(api.Update, {**fields, **reference}))


def _create_scim_connection(ctx: Context, organization_id: str, entry: Table, place: str) -> None:
    fields, _ = sections.SCIM.split(entry)
    own: sections.ScimEntry = own_fields(sections.SCIM, entry, place)
    connection_id = free_connection_id(ctx, ScimConnection, own.connection_id)
    with _errors_at(place), pinned(ctx, scim_connection=connection_id, alphanumeric=own.bearer_token):
        scim.create(ctx, parse(scim.Create, {**fields, "organization_id": organization_id}))


@contextmanager
def _errors_at(place: str) -> Iterator[None]:
    """Turn an API error into a ``SeedError`` that names the place in the seed."""
    try:
        yield
    except StytchError as e:
        raise SeedError(str(e), place) from None
