"""Organizations, members, their sessions and roles, what was mailed to them."""

from datetime import datetime
from typing import Any

import msgspec

from mockstytch.domain.roles import member_roles, session_roles
from mockstytch.store.records.members import Member
from mockstytch.store.records.messages import Message
from mockstytch.store.records.organizations import Organization, ScimSummary
from mockstytch.store.records.projects import Project, Resource, Role, Scope
from mockstytch.store.records.sessions import Factor, MemberSession

Wire = dict[str, Any]


def time(moment: datetime) -> str:
    return moment.isoformat()[:19] + "Z"


def organization(o: Organization) -> Wire:
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


def member(m: Member, o: Organization) -> Wire:
    """``o`` is the member's organization: it may grant roles by e-mail domain, SSO connection or group."""
    roles = member_roles(m, o)
    return {
        "created_at": time(m.created_at),
        "default_mfa_method": m.default_mfa_method,
        "email_address": m.email_address,
        "email_address_verified": m.email_address_verified,
        "external_id": m.external_id,
        "is_admin": any(r["role_id"] == "stytch_admin" for r in roles),
        "is_breakglass": m.is_breakglass,
        "is_locked": m.lock_expires_at is not None,
        "lock_created_at": time(m.lock_created_at) if m.lock_created_at else None,
        "lock_expires_at": time(m.lock_expires_at) if m.lock_expires_at else None,
        "member_id": m.member_id,
        "member_password_id": m.member_password_id,
        "mfa_enrolled": m.mfa_enrolled,
        "mfa_phone_number": m.mfa_phone_number,
        "mfa_phone_number_verified": m.mfa_phone_number_verified,
        "name": m.name,
        "oauth_registrations": [
            {
                "locale": link.locale,
                "member_oauth_registration_id": link.member_oauth_registration_id,
                "profile_picture_url": link.profile_picture_url,
                "provider_subject": link.provider_subject,
                "provider_type": link.provider_type,
            }
            for link in m.oauth_registrations
        ],
        "organization_id": m.organization_id,
        "retired_email_addresses": [
            {"email_address": e.email_address, "email_id": e.email_id} for e in m.retired_email_addresses
        ],
        "roles": roles,
        "scim_registration": {
            "connection_id": m.scim_registration.connection_id,
            "external_id": m.scim_registration.external_id,
            "registration_id": m.scim_registration.registration_id,
            "scim_attributes": m.scim_registration.scim_attributes,
        }
        if m.scim_registration
        else None,
        "sso_registrations": [
            {
                "connection_id": link.connection_id,
                "external_id": link.external_id,
                "registration_id": link.registration_id,
                "sso_attributes": link.sso_attributes,
            }
            for link in m.sso_registrations
        ],
        "status": m.status,
        "totp_registration_id": m.totp_registration_id,
        "trusted_metadata": m.trusted_metadata,
        "untrusted_metadata": m.untrusted_metadata,
        "updated_at": time(m.updated_at),
    }


def session(s: MemberSession, m: Member, o: Organization) -> Wire:
    return {
        "authentication_factors": [
            {**factor(f), "created_at": time(f.created_at), "updated_at": time(f.updated_at)}
            for f in s.authentication_factors
        ],
        "custom_claims": s.custom_claims,
        "expires_at": time(s.expires_at),
        "last_accessed_at": time(s.last_accessed_at),
        "member_id": s.member_id,
        "member_session_id": s.member_session_id,
        "organization_id": s.organization_id,
        "organization_slug": o.organization_slug,
        "roles": session_roles(s, m, o),
        "started_at": time(s.started_at),
    }


def factor(f: Factor) -> Wire:
    """A factor as a JWT has it. The order of its keys is the recorded one."""
    return {
        "type": f.type,
        "delivery_method": f.delivery_method,
        "last_authenticated_at": time(f.last_authenticated_at),
        **f.detail,
    }


def session_claims(
    p: Project, s: MemberSession, m: Member, o: Organization, now: datetime, templated: Wire, audience: str
) -> Wire:
    """The claims of a session JWT; those of the template, and the caller's own over them, come first, so that they
    can't replace any.

    Args:
        audience: a further ``aud`` than the project, or "".
    """
    issued = int(now.timestamp())
    claims = {
        **templated,
        **s.custom_claims,
        "aud": [p.project_id, audience] if audience else [p.project_id],
        "exp": issued + 300,
        "https://stytch.com/organization": {"organization_id": o.organization_id, "slug": o.organization_slug},
        "https://stytch.com/session": {
            "id": s.member_session_id,
            "started_at": time(s.started_at),
            "last_accessed_at": time(s.last_accessed_at),
            "expires_at": time(s.expires_at),
            "attributes": {"user_agent": "", "ip_address": ""},
            "authentication_factors": [factor(f) for f in s.authentication_factors],
            "roles": session_roles(s, m, o),
        },
        "iat": issued,
        "iss": f"stytch.com/{p.project_id}",
        "nbf": issued,
        "sub": s.member_id,
    }
    return dict(sorted(claims.items()))


def role(r: Role) -> Wire:
    return {
        "description": r.description,
        "permissions": [{"actions": p.actions, "resource_id": p.resource_id} for p in r.permissions],
        "role_id": r.role_id,
    }


def resource(r: Resource) -> Wire:
    return {"actions": r.actions, "description": r.description, "resource_id": r.resource_id}


def scope(s: Scope) -> Wire:
    return {"description": s.description, "permissions": msgspec.to_builtins(s.permissions), "scope": s.scope}


def message(m: Message) -> Wire:
    """A captured message, as the control API shows it. What does not apply is ``null``."""
    return {
        "message_id": m.message_id,
        "channel": m.channel,
        "kind": m.kind,
        "to": m.to,
        "subject": m.subject,
        "text": m.text,
        "html": m.html,
        "link": m.link,
        "token": m.token,
        "token_type": m.token_type,
        "redirect_url": m.redirect_url,
        "code": m.code,
        "organization_id": m.organization_id,
        "member_id": m.member_id,
        "created_at": time(m.created_at),
        "expires_at": time(m.expires_at),
    }
