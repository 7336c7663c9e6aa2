"""``rbac``: the policies. The SDKs fetch them to check permissions locally."""

from mockstytch import wire
from mockstytch.domain.rbac import permissions, rbac_policy
from mockstytch.domain.shared import lookup
from mockstytch.runtime import Context
from mockstytch.store.records.organizations import Organization
from mockstytch.store.records.projects import Role
from mockstytch.surfaces.endpoint import Body, Endpoints, Request
from mockstytch.surfaces.fields import OrganizationRef
from mockstytch.values import Frozen

api = Endpoints(resource="stytch.custom-org-roles")


class Policy(Request):
    pass


@api.get("/v1/b2b/rbac/policy")
def policy(ctx: Context, req: Policy) -> Body:
    """Return the project's roles, resources and scopes."""
    return {
        "policy": {
            "roles": [wire.role(r) for r in permissions.roles(ctx)],
            "resources": [wire.resource(r) for r in permissions.resources(ctx)],
            "scopes": [wire.scope(s) for s in permissions.scopes(ctx)],
        }
    }


class GetOrgPolicy(Request):
    organization_id: OrganizationRef


@api.get("/v1/b2b/rbac/organizations/{organization_id}")
def get_org_policy(ctx: Context, req: GetOrgPolicy) -> Body:
    """Return the roles that an organization defines."""
    return _policy_response(lookup.organization(ctx, req.organization_id))


class OrgPolicy(Frozen):
    roles: list[Role]


class SetOrgPolicy(Request):
    organization_id: OrganizationRef
    org_policy: OrgPolicy


@api.put("/v1/b2b/rbac/organizations/{organization_id}", permission="update")
def set_org_policy(ctx: Context, req: SetOrgPolicy) -> Body:
    """Replace the roles that an organization defines. Deleted roles are removed from its members."""
    organization = lookup.organization(ctx, req.organization_id)
    return _policy_response(rbac_policy.set_organization_policy(ctx, organization, req.org_policy.roles))


def _policy_response(organization: Organization) -> Body:
    return {"org_policy": {"roles": [wire.role(r) for r in organization.custom_roles]}}
