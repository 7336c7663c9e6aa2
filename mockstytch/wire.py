"""What each object looks like on the wire. One pure function for each, every key written out.

Absent strings are ``""`` and absent objects ``null``, as recorded from the real API.
"""

from datetime import datetime
from typing import Any

import msgspec

from mockstytch.store.members import Member, SsoLink
from mockstytch.store.messages import Message
from mockstytch.store.organizations import GroupRole, Organization, ScimSummary, SsoSummary
from mockstytch.store.projects import Project, Resource, Role, Scope
from mockstytch.store.scim import ScimConnection, ScimGroup
from mockstytch.store.sessions import Factor, MemberSession
from mockstytch.store.sso import Certificate, ExternalConnection, OidcConnection, SamlConnection

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


def scim_connection(c: ScimConnection, base_url: str, group_names: dict[str, str]) -> Wire:
    """``group_names``: what the groups with roles are called, by id. The tokens themselves are for who made them."""
    query = "?aadOptscim062020" if c.identity_provider == "microsoft-entra" else ""
    next_expires_at = c.next_bearer_token_expires_at
    return {
        "base_url": f"{base_url}/v1/b2b/scim/{c.connection_id}{query}",
        "bearer_token_expires_at": time(c.bearer_token_expires_at),
        "bearer_token_last_four": c.bearer_token[-4:],
        "connection_id": c.connection_id,
        "display_name": c.display_name,
        "identity_provider": c.identity_provider,
        "next_bearer_token_expires_at": time(next_expires_at) if next_expires_at else None,
        "next_bearer_token_last_four": c.next_bearer_token[-4:],
        "organization_id": c.organization_id,
        "scim_group_implicit_role_assignments": [
            {"group_id": r.group, "group_name": group_names.get(r.group, ""), "role_id": r.role_id}
            for r in c.group_roles
        ],
        "status": "active",
    }


def scim_group(g: ScimGroup) -> Wire:
    return {
        "connection_id": g.connection_id,
        "group_id": g.group_id,
        "group_name": g.group_name,
        "organization_id": g.organization_id,
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


def member_roles(m: Member, o: Organization) -> list[Wire]:
    """Each role that a member has, with all its sources: ``stytch_member``, the explicit ones, those that an e-mail
    domain, an SSO connection, a group there or a group of the directory implies."""
    sources: dict[str, list[Wire]] = {}

    def add(role_id: str, source: str, **details: str) -> None:
        sources.setdefault(role_id, []).append({"details": details, "type": source})

    for role_id in ("stytch_member", *m.roles):
        add(role_id, "direct_assignment")
    for implied in o.rbac_email_implicit_role_assignments:
        if implied["domain"] == m.email_domain:
            add(implied["role_id"], "email_assignment", email_domain=m.email_domain)
    for connection, link in _sso_links(m, o):
        for role_id in connection.roles:
            add(role_id, "sso_connection", connection_id=connection.connection_id)
        for group in connection.group_roles:
            if group.group in link.groups:
                details = {"connection_id": connection.connection_id, "group": group.group}
                add(group.role_id, "sso_connection_group", **details)
    if m.scim_registration and o.scim_connection:
        for group in o.scim_connection.group_roles:
            if group.group in m.scim_registration.group_ids:
                details = {"connection_id": o.scim_connection.connection_id, "group_id": group.group}
                add(group.role_id, "scim_connection_group", **details)
    return [{"role_id": role_id, "sources": found} for role_id, found in sources.items()]


def _sso_links(m: Member, o: Organization) -> list[tuple[SsoSummary, SsoLink]]:
    connections = {c.connection_id: c for c in o.sso_connections if c.active}
    return [(connections[k.connection_id], k) for k in m.sso_registrations if k.connection_id in connections]


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


def session_roles(s: MemberSession, m: Member, o: Organization) -> list[str]:
    """The roles that a session gives its member: those that an SSO connection implies only where it was used."""
    used = {
        detail.get("provider_id") for f in s.authentication_factors if f.type == "sso" for detail in f.detail.values()
    }
    return [
        r["role_id"]
        for r in member_roles(m, o)
        if any(not x["type"].startswith("sso_") or x["details"]["connection_id"] in used for x in r["sources"])
    ]


def factor(f: Factor) -> Wire:
    """A factor as a JWT has it. The order of its keys is the recorded one."""
    return {
        "type": f.type,
        "delivery_method": f.delivery_method,
        "last_authenticated_at": time(f.last_authenticated_at),
        **f.detail,
    }


def session_claims(p: Project, s: MemberSession, m: Member, o: Organization, now: datetime) -> Wire:
    """The claims of a session JWT; those of the caller's own come first, so that they can't replace any."""
    issued = int(now.timestamp())
    claims = {
        **s.custom_claims,
        "aud": [p.project_id],
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


def sso_callback_url(base_url: str, connection_id: str) -> str:
    """Where identity providers send browsers back to."""
    return f"{base_url}/v1/b2b/sso/callback/{connection_id}"


def saml_connection(c: SamlConnection, base_url: str) -> Wire:
    here = sso_callback_url(base_url, c.connection_id)
    return {
        "acs_url": here,
        "allow_gateway_callback": c.allow_gateway_callback,
        "alternative_acs_url": c.alternative_acs_url,
        "alternative_audience_uri": c.alternative_audience_uri,
        "attribute_mapping": c.attribute_mapping,
        "audience_uri": here,
        "connection_id": c.connection_id,
        "display_name": c.display_name,
        "encryption_private_keys": [
            {"created_at": time(k.created_at), "private_key": k.private_key, "private_key_id": k.private_key_id}
            for k in c.encryption_private_keys
        ],
        "identity_provider": c.identity_provider,
        "idp_entity_id": c.idp_entity_id,
        "idp_initiated_auth_disabled": c.idp_initiated_auth_disabled,
        "idp_sso_url": c.idp_sso_url,
        "nameid_format": c.nameid_format,
        "organization_id": c.organization_id,
        "saml_connection_implicit_role_assignments": [{"role_id": role_id} for role_id in c.roles],
        "saml_group_implicit_role_assignments": _group_roles(c.group_roles),
        "signing_certificates": [_certificate(one) for one in c.signing_certificates],
        "status": c.status,
        "verification_certificates": [_certificate(one) for one in c.verification_certificates],
    }


def _group_roles(assigned: list[GroupRole]) -> list[Wire]:
    return [{"group": one.group, "role_id": one.role_id} for one in assigned]


def _certificate(c: Certificate) -> Wire:
    return {
        "certificate": c.certificate,
        "certificate_id": c.certificate_id,
        "created_at": time(c.created_at),
        "expires_at": time(c.expires_at),
        "issuer": c.issuer,
        "updated_at": time(c.updated_at),
    }


def oidc_connection(c: OidcConnection, base_url: str) -> Wire:
    return {
        "attribute_mapping": c.attribute_mapping,
        "authorization_url": c.authorization_url,
        "client_id": c.client_id,
        "client_secret": c.client_secret,
        "connection_id": c.connection_id,
        "custom_scopes": c.custom_scopes,
        "display_name": c.display_name,
        "identity_provider": c.identity_provider,
        "issuer": c.issuer,
        "jwks_url": c.jwks_url,
        "organization_id": c.organization_id,
        "redirect_url": sso_callback_url(base_url, c.connection_id),
        "status": c.status,
        "token_url": c.token_url,
        "userinfo_url": c.userinfo_url,
    }


def external_connection(c: ExternalConnection) -> Wire:
    return {
        "connection_id": c.connection_id,
        "display_name": c.display_name,
        "external_connection_id": c.external_connection_id,
        "external_connection_implicit_role_assignments": [{"role_id": role_id} for role_id in c.roles],
        "external_group_implicit_role_assignments": _group_roles(c.group_roles),
        "external_organization_id": c.external_organization_id,
        "organization_id": c.organization_id,
        "status": "active",
    }


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
