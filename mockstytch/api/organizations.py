"""``organizations``: create, change, delete and search organizations."""

from typing import Annotated

from msgspec import Meta

from mockstytch import errors, wire
from mockstytch.domain.login import sandbox
from mockstytch.domain.organizations import (
    member_search,
    organization_deletion,
    organization_search,
    organization_settings,
)
from mockstytch.domain.shared import lookup, metadata, organization_events, search
from mockstytch.domain.sso import sso_connections
from mockstytch.runtime import Context
from mockstytch.store.records.organizations import Organization
from mockstytch.store.records.sessions import IntermediateSession
from mockstytch.surfaces.endpoint import Body, Endpoints, Request
from mockstytch.surfaces.fields import (
    EMPTY_IS_ABSENT,
    UNSET,
    FieldError,
    Maybe,
    Metadata,
    OrganizationRef,
)
from mockstytch.values import Frozen

api = Endpoints(resource="stytch.organization")


class RoleAssignment(Frozen):
    domain: str
    role_id: str


_SLUG = r"\A(?=.*[A-Za-z0-9])[A-Za-z0-9._~-]{2,128}\Z"
_Slug = Annotated[str, Meta(pattern=_SLUG), FieldError(errors.invalid_organization_slug)]
OptionalSlug = Annotated[_Slug, EMPTY_IS_ABSENT]
_ExternalId = Annotated[
    str,
    Meta(pattern=r"\A(?!organization-(test|live)-)[A-Za-z0-9._|-]{1,128}\Z"),
    EMPTY_IS_ABSENT,
    FieldError(errors.invalid_organization_external_id),
]
# One of a few values, in upper case. They are checked by ``organization_settings``, after the slug.
_Choice = Annotated[str, EMPTY_IS_ABSENT]
_Tenants = Annotated[dict[str, list[str]], FieldError(errors.invalid_oauth_allowed_tenants_format, or_type=True)]
Name = Annotated[str, Meta(min_length=1), FieldError(errors.organization_name_missing)]


class OrganizationFields(Request):
    """The fields of an organization that can be set at creation and in an update."""

    organization_external_id: Maybe[_ExternalId] = UNSET
    organization_logo_url: Maybe[str] = UNSET
    trusted_metadata: Maybe[Metadata] = UNSET
    sso_jit_provisioning: Maybe[_Choice] = UNSET
    email_allowed_domains: Maybe[list[str]] = UNSET
    email_jit_provisioning: Maybe[_Choice] = UNSET
    email_invites: Maybe[_Choice] = UNSET
    auth_methods: Maybe[_Choice] = UNSET
    allowed_auth_methods: Maybe[list[str]] = UNSET
    mfa_policy: Maybe[_Choice] = UNSET
    rbac_email_implicit_role_assignments: Maybe[list[RoleAssignment]] = UNSET
    mfa_methods: Maybe[_Choice] = UNSET
    allowed_mfa_methods: Maybe[list[str]] = UNSET
    oauth_tenant_jit_provisioning: Maybe[_Choice] = UNSET
    allowed_oauth_tenants: Maybe[_Tenants] = UNSET
    first_party_connected_apps_allowed_type: Maybe[_Choice] = UNSET
    allowed_first_party_connected_apps: Maybe[list[str]] = UNSET
    third_party_connected_apps_allowed_type: Maybe[_Choice] = UNSET
    allowed_third_party_connected_apps: Maybe[list[str]] = UNSET


class Create(OrganizationFields, own_fields_first=True):
    organization_name: Name
    organization_slug: _Slug
    claimed_email_domains: Maybe[list[str]] = UNSET


@api.post("/v1/b2b/organizations")
def create(ctx: Context, req: Create) -> Body:
    """Create an organization."""
    organization = organization_settings.create(ctx, req.organization_name, req.organization_slug, req.changes())
    return {"organization": wire.organization(organization)}


class Get(Request):
    organization_id: OrganizationRef


@api.get("/v1/b2b/organizations/{organization_id}", sdk=("/b2b/organizations/me",))
def get(ctx: Context, req: Get) -> Body:
    """Return an organization."""
    return {"organization": wire.organization(lookup.organization(ctx, req.organization_id))}


class Update(OrganizationFields):
    organization_id: OrganizationRef
    organization_name: Maybe[Annotated[str, EMPTY_IS_ABSENT]] = UNSET
    organization_slug: Maybe[OptionalSlug] = UNSET
    claimed_email_domains: Maybe[list[str]] = UNSET
    sso_default_connection_id: Maybe[str] = UNSET
    sso_jit_provisioning_allowed_connections: Maybe[list[str]] = UNSET


def _changes(ctx: Context, req: Update) -> Body:
    return metadata.differing(lookup.organization(ctx, req.organization_id), req.changes())


@api.put(
    "/v1/b2b/organizations/{organization_id}",
    sdk=("/b2b/organizations/me",),
    permission={
        "organization_name": "update.info.name",
        "organization_slug": "update.info.slug",
        "organization_external_id": "update.info.external-id",
        "organization_logo_url": "update.info.logo-url",
        "sso_default_connection_id": "update.settings.default-sso-connection",
        "sso_jit_provisioning": "update.settings.sso-jit-provisioning",
        "sso_jit_provisioning_allowed_connections": "update.settings.sso-jit-provisioning",
        "email_allowed_domains": "update.settings.allowed-domains",
        "email_jit_provisioning": "update.settings.email-jit-provisioning",
        "email_invites": "update.settings.email-invites",
        "auth_methods": "update.settings.allowed-auth-methods",
        "allowed_auth_methods": "update.settings.allowed-auth-methods",
        "mfa_policy": "update.settings.mfa-policy",
        "mfa_methods": "update.settings.allowed-mfa-methods",
        "allowed_mfa_methods": "update.settings.allowed-mfa-methods",
        "rbac_email_implicit_role_assignments": "update.settings.implicit-roles",
        "oauth_tenant_jit_provisioning": "update.settings.oauth-tenant-jit-provisioning",
        "allowed_oauth_tenants": "update.settings.allowed-oauth-tenants",
        "claimed_email_domains": "update.settings.claimed-email-domains",
        "first_party_connected_apps_allowed_type": "update.settings.first-party-connected-apps",
        "allowed_first_party_connected_apps": "update.settings.first-party-connected-apps",
        "third_party_connected_apps_allowed_type": "update.settings.third-party-connected-apps",
        "allowed_third_party_connected_apps": "update.settings.third-party-connected-apps",
    },
    changes=_changes,
)
def update(ctx: Context, req: Update) -> Body:
    """Change the sent fields. Lists are replaced, ``trusted_metadata`` is merged. Sessions continue.

    Values that are equal to the present ones change nothing.
    """
    organization = lookup.organization(ctx, req.organization_id)
    return {"organization": wire.organization(organization_settings.update(ctx, organization, _changes(ctx, req)))}


class Delete(Request):
    organization_id: OrganizationRef


@api.delete("/v1/b2b/organizations/{organization_id}", sdk=("/b2b/organizations/me",), permission="delete")
def delete(ctx: Context, req: Delete) -> Body:
    """Delete an organization with its members, their sessions and their links. The slug becomes available."""
    organization = lookup.organization(ctx, req.organization_id)
    organization_deletion.delete_members(ctx, organization)
    for connection in organization.sso_connections:
        sso_connections.emit(ctx, "delete", connection.connection_id)
    if organization.scim_connection:
        ctx.emit("scim_connection", "delete", organization.scim_connection.connection_id)
    ctx.store.delete_all(IntermediateSession, organization_id=organization.organization_id)
    ctx.store.delete(organization)  # deletes what else belongs to it, too
    organization_events.organization_deleted(ctx, organization)
    return {"organization_id": organization.organization_id}


@api.delete("/v1/b2b/organizations/{organization_id}/external_id", permission="update.info.external-id")
def delete_external_id(ctx: Context, req: Get) -> Body:
    """Remove the external id of an organization."""
    organization = lookup.organization(ctx, req.organization_id)
    organization = ctx.store.update(organization, organization_external_id=None, updated_at=ctx.now)
    organization_events.organization_updated(ctx, organization)
    return {"organization": wire.organization(organization)}


@api.get("/v1/b2b/organizations/{organization_id}/metrics")
def metrics(ctx: Context, req: Get) -> Body:
    """Return the number of members, without deleted ones."""
    organization = lookup.organization(ctx, req.organization_id)
    return {"member_count": member_search.count(ctx, organization)}


class Search(Request):
    cursor: str = ""
    limit: Annotated[int, Meta(ge=0, le=1000), FieldError(errors.user_search_invalid_limit)] = 100
    query: search.Query | None = None


@api.post("/v1/b2b/organizations/search")
def search_(ctx: Context, req: Search) -> Body:
    """Find organizations, newest first."""
    query = ctx.store.query(Organization).where(Organization.table.c.organization_id != sandbox.ORGANIZATION_ID)
    condition = organization_search.condition(ctx, req.query or search.Query())
    if condition is not None:
        query = query.where(condition)
    organizations, results = search.page(ctx, Organization, query, req.cursor, req.limit or 100)
    return {"organizations": [wire.organization(o) for o in organizations], "results_metadata": results}
