"""``sessions.attest``: exchange a JWT of a trusted issuer for a session."""

from typing import Annotated, Any

from msgspec import Meta

from mockstytch import errors
from mockstytch.api.session_fields import SessionFields
from mockstytch.domain.credentials import locks
from mockstytch.domain.login import login_flow
from mockstytch.domain.organizations import members, organization_settings, provisioning
from mockstytch.domain.rbac import permissions
from mockstytch.domain.sessions import sessions, trusted_tokens
from mockstytch.domain.sessions.trusted_tokens import VerifiedToken
from mockstytch.domain.shared import lookup, member_events
from mockstytch.runtime import Context
from mockstytch.store.records.members import Member
from mockstytch.store.records.organizations import Organization
from mockstytch.store.records.projects import TrustedTokenProfile
from mockstytch.store.records.sessions import Factor
from mockstytch.surfaces.endpoint import Body, Endpoints
from mockstytch.surfaces.fields import FieldError

api = Endpoints()


class Attest(SessionFields, own_fields_first=True):
    profile_id: Annotated[str, Meta(min_length=1), FieldError(errors.trusted_token_profile_not_found)]
    token: Annotated[str, Meta(min_length=1), FieldError(errors.invalid_trusted_auth_token)]
    organization_id: str = ""


@api.post("/v1/b2b/sessions/attest", sdk=("/b2b/sessions/attest",))
def attest(ctx: Context, req: Attest) -> Body:
    """Start a session, or add a factor to a session that the caller sent.

    The issuer is trusted, so the organization's auth methods and MFA policy don't apply. A token can be used repeatedly
    until it expires.
    """
    sessions.require_single_session(req.session_token, req.session_jwt)
    profile = trusted_tokens.get_profile(ctx, req.profile_id)
    token = trusted_tokens.verify_token(ctx, profile, req.token)
    organization = _organization(ctx, profile, token, req.organization_id)
    detail = {"trusted_auth_token_factor": {"token_id": token.token_id}}
    factor = sessions.new_factor(
        ctx, "trusted_auth_token", "trusted_token_exchange", detail, proves_email=token.email_address
    )
    member = _member(ctx, profile, token, organization, factor)
    if req.session_token or req.session_jwt:
        session = sessions.find(ctx, req.session_token, req.session_jwt)
        if session.member_id != member.member_id:
            raise errors.member_session_member_id_mismatch()
        session = sessions.extend(ctx, session, req.session_duration_minutes, req.session_custom_claims, [factor])
    else:
        session = sessions.start(ctx, member, [factor], req.session_duration_minutes, req.session_custom_claims)
    body = sessions.session_response(ctx, session, member, organization)
    return {**body, "member_id": member.member_id, "member_device": None}


def _organization(ctx: Context, profile: TrustedTokenProfile, token: VerifiedToken, reference: str) -> Organization:
    """Return the organization that the token names, else the one in the request.

    If the profile provisions, an unknown external id creates an organization.
    """
    requested = lookup.organization(ctx, reference) if reference else None
    claim = token.organization_id
    if not claim:
        if requested is None or profile.can_jit_provision:
            raise errors.token_missing_organization_id_claim()
        return requested
    organization = ctx.store.find(Organization, organization_id=claim) or ctx.store.find(
        Organization, organization_external_id=claim
    )
    if requested is not None and organization != requested:
        raise errors.invalid_token_organization_id_claim(because="the request names another organization")
    if organization is None:
        if not profile.can_jit_provision or not organization_settings.is_external_id(claim):
            raise errors.invalid_token_organization_id_claim(
                because=f"no organization has the id or external id {claim}"
            )
        organization_settings.require_unclaimed_domain(ctx, None, token.email_address)
        slug = organization_settings.free_slug(ctx, claim)
        organization = organization_settings.create(ctx, claim, slug, {"organization_external_id": claim})
    return organization


def _member(
    ctx: Context, profile: TrustedTokenProfile, token: VerifiedToken, organization: Organization, factor: Factor
) -> Member:
    """Return the member with the token's address and attributes. Provision the member if the profile allows it."""
    permissions.require_assignable(ctx, organization, token.role_ids)
    member = lookup.member_by_email(ctx, organization, token.email_address)
    if member is None:
        if not profile.can_jit_provision:
            raise errors.member_not_found(because=f"{token.email_address} isn't a member of the organization")
        organization_settings.require_unclaimed_domain(ctx, organization, token.email_address)
        member = provisioning.insert_member(
            ctx,
            organization,
            token.email_address,
            status="active",
            email_address_verified=True,
            external_id=token.external_member_id or None,
            roles=token.role_ids,
        )
        member_events.member_created(ctx, member, organization)
        return member
    locks.require_unlocked(ctx, member)
    member = locks.reset_attempts(ctx, login_flow.activate(ctx, organization, member, [factor]))
    return _add_attributes(ctx, organization, member, token)


def _add_attributes(ctx: Context, organization: Organization, member: Member, token: VerifiedToken) -> Member:
    """Add the token's external id and roles to the member. Existing roles stay."""
    changes: dict[str, Any] = {"roles": list(dict.fromkeys([*member.roles, *token.role_ids]))}
    if token.external_member_id:
        if member.external_id not in (None, token.external_member_id):
            raise errors.trusted_token_profile_incorrect_external_id_mapping(
                because="the member has another external id"
            )
        changes["external_id"] = token.external_member_id
    if all(getattr(member, name) == value for name, value in changes.items()):
        return member
    member = ctx.store.update(member, members.UNIQUENESS_ERRORS, **changes, updated_at=ctx.now)
    member_events.member_updated(ctx, member, organization)
    return member
