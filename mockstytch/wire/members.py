"""Members and sessions, and the claims of session JWTs."""

from datetime import datetime

from mockstytch.domain.roles import member_roles, session_roles
from mockstytch.store.records.members import Member
from mockstytch.store.records.organizations import Organization
from mockstytch.store.records.projects import Project
from mockstytch.store.records.sessions import Factor, MemberSession
from mockstytch.wire.values import Wire, made_once, time


@made_once
def member(m: Member, o: Organization) -> Wire:
    """Return a member.

    Args:
        o: the member's organization, which implies roles by e-mail domain, SSO connection or group.
    """
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
    """Return a session."""
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
    """Return a factor without the times that a JWT doesn't contain. The keys are in the real API's order."""
    return {
        "type": f.type,
        "delivery_method": f.delivery_method,
        "last_authenticated_at": time(f.last_authenticated_at),
        **f.detail,
    }


def _factor_claim(listed: Wire) -> Wire:
    """Return a factor as a JWT contains it.

    Args:
        listed: the factor as a session contains it.
    """
    claim = listed.copy()
    del claim["created_at"], claim["updated_at"]
    return claim


def session_claims(p: Project, session: Wire, now: datetime, templated: Wire, audience: str) -> Wire:
    """Return the claims of a session JWT.

    The claims of the template and the session's custom claims can't override Stytch's own.

    Args:
        session: as ``session`` returns it.
        templated: the claims of the project's JWT template. Custom claims override them.
        audience: an ``aud`` in addition to the project, or "".
    """
    issued = int(now.timestamp())
    return {
        **templated,
        **session["custom_claims"],
        "aud": [p.project_id, audience] if audience else [p.project_id],
        "exp": issued + 300,
        "https://stytch.com/organization": {
            "organization_id": session["organization_id"],
            "slug": session["organization_slug"],
        },
        "https://stytch.com/session": {
            "id": session["member_session_id"],
            "started_at": session["started_at"],
            "last_accessed_at": session["last_accessed_at"],
            "expires_at": session["expires_at"],
            "attributes": {"user_agent": "", "ip_address": ""},
            "authentication_factors": [_factor_claim(f) for f in session["authentication_factors"]],
            "roles": session["roles"],
        },
        "iat": issued,
        "iss": f"stytch.com/{p.project_id}",
        "nbf": issued,
        "sub": session["member_id"],
    }
