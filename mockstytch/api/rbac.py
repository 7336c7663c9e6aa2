"""``rbac``: the policies, which the SDKs fetch for every local check."""

from mockstytch import wire
from mockstytch.domain import lookup, rbac
from mockstytch.http.endpoint import Body, Endpoints, Request
from mockstytch.http.fields import OrganizationRef
from mockstytch.mock import Context

api = Endpoints()


class Policy(Request):
    pass


@api.get("/v1/b2b/rbac/policy")
def policy(ctx: Context, req: Policy) -> Body:
    """The project's roles, resources and scopes."""
    return {
        "policy": {
            "roles": [wire.role(r) for r in rbac.roles(ctx)],
            "resources": [wire.resource(r) for r in rbac.resources(ctx)],
            "scopes": [wire.scope(s) for s in rbac.scopes(ctx)],
        }
    }


class GetOrgPolicy(Request):
    organization_id: OrganizationRef


@api.get("/v1/b2b/rbac/organizations/{organization_id}")
def get_org_policy(ctx: Context, req: GetOrgPolicy) -> Body:
    """The roles that an organization defines for itself."""
    organization = lookup.organization(ctx, req.organization_id)
    return {"org_policy": {"roles": [wire.role(r) for r in organization.custom_roles]}}
