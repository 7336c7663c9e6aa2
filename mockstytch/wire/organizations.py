"""Organizations, and the roles, resources and scopes of policies."""

import msgspec

from mockstytch.store.records.organizations import Organization, ScimSummary
from mockstytch.store.records.projects import Resource, Role, Scope
from mockstytch.wire.values import Wire, made_once, time


@made_once
def organization(o: Organization) -> Wire:
    """Return an organization."""
    return {
        "allowed_auth_methods": o.allowed_auth_methods,
        "allowed_first_party_connected_apps": o.allowed_first_party_connected_apps,
        "allowed_mfa_methods": o.allowed_mfa_methods,
        "allowed_oauth_tenants": o.allowed_oauth_tenants,
        "allowed_third_party_connected_apps": o.allowed_third_party_connected_apps,
        "auth_methods": o.auth_methods,
        "claimed_email_domains": o.claimed_email_domains,
        "created_at": time(o.created_at),
        "custom_roles": [role(r) for r in o.custom_roles],
        "email_allowed_domains": o.email_allowed_domains,
        "email_invites": o.email_invites,
        "email_jit_provisioning": o.email_jit_provisioning,
        "first_party_connected_apps_allowed_type": o.first_party_connected_apps_allowed_type,
        "mfa_methods": o.mfa_methods,
        "mfa_policy": o.mfa_policy,
        "oauth_tenant_jit_provisioning": o.oauth_tenant_jit_provisioning,
        "organization_external_id": o.organization_external_id,
        "organization_id": o.organization_id,
        "organization_logo_url": o.organization_logo_url,
        "organization_name": o.organization_name,
        "organization_slug": o.organization_slug,
        "rbac_email_implicit_role_assignments": o.rbac_email_implicit_role_assignments,
        "scim_active_connection": _scim_summary(o.scim_connection) if o.scim_connection else None,
        "scim_active_connections": [_scim_summary(o.scim_connection)] if o.scim_connection else [],
        "sso_active_connections": [
            {
                "connection_id": c.connection_id,
                "display_name": c.display_name,
                "identity_provider": c.identity_provider,
            }
            for c in o.sso_connections
            if c.active
        ],
        "sso_default_connection_id": o.sso_default_connection_id,
        "sso_jit_provisioning": o.sso_jit_provisioning,
        "sso_jit_provisioning_allowed_connections": o.sso_jit_provisioning_allowed_connections,
        "third_party_connected_apps_allowed_type": o.third_party_connected_apps_allowed_type,
        "trusted_metadata": o.trusted_metadata,
        "updated_at": time(o.updated_at),
    }


def _scim_summary(c: ScimSummary) -> Wire:
    return {
        "bearer_token_expires_at": time(c.bearer_token_expires_at) if c.bearer_token_expires_at else None,
        "bearer_token_last_four": c.bearer_token_last_four,
        "connection_id": c.connection_id,
        "display_name": c.display_name,
    }


def role(r: Role) -> Wire:
    """Return a role."""
    return {
        "description": r.description,
        "permissions": [{"actions": p.actions, "resource_id": p.resource_id} for p in r.permissions],
        "role_id": r.role_id,
    }


def resource(r: Resource) -> Wire:
    """Return a resource."""
    return {"actions": r.actions, "description": r.description, "resource_id": r.resource_id}


def scope(s: Scope) -> Wire:
    """Return a scope."""
    return {"description": s.description, "permissions": msgspec.to_builtins(s.permissions), "scope": s.scope}
