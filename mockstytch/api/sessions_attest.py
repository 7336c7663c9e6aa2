"""``sessions.attest``: a session for the token of an issuer that the project trusts."""

from typing import Annotated, Any

from msgspec import Meta

from mockstytch import errors
from mockstytch.api.session_fields import SessionFields
from mockstytch.domain.credentials import locks
from mockstytch.domain.login import attestation, login_flow
from mockstytch.domain.login.attestation import VerifiedToken
from mockstytch.domain.organizations import members, organization_settings, provisioning
from mockstytch.domain.rbac import permissions
from mockstytch.domain.sessions import sessions
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
    """A full session, whatever the organization's auth methods and MFA policy: the issuer is trusted. A session that
    comes along gets the factor instead. The same token can be attested again until it expires."""
    sessions.require_single_session(req.session_token, req.session_jwt)
    trusted = attestation.get_profile(ctx, req.profile_id)
    attested = attestation.verify_token(ctx, trusted, req.token)
    organization = _organization(ctx, trusted, attested, req.organization_id)
    factor = _factor(ctx, attested)
    member = _member(ctx, trusted, attested, organization, factor)
    if req.session_token or req.session_jwt:
        session = sessions.find(ctx, req.session_token, req.session_jwt)
        if session.member_id != member.member_id:
            raise errors.member_session_member_id_mismatch()
        session = sessions.extend(ctx, session, req.session_duration_minutes, req.session_custom_claims, [factor])
    else:
        session = sessions.start(ctx, member, [factor], req.session_duration_minutes, req.session_custom_claims)
    answer = sessions.session_response(ctx, session, member, organization)
    return {**answer, "member_id": member.member_id, "member_device": None}


def _organization(ctx: Context, trusted: TrustedTokenProfile, attested: VerifiedToken, reference: str) -> Organization:
    """The organization of the token's claim, else of the request. Provisioning makes one of an external id that none
    has yet."""
    asked = lookup.organization(ctx, reference) if reference else None
    claim = attested.organization_id
    if not claim:
        if asked is None or trusted.can_jit_provision:
            raise errors.token_missing_organization_id_claim()
        return asked
    found = ctx.store.find(Organization, organization_id=claim) or ctx.store.find(
        Organization, organization_external_id=claim
    )
    if asked is not None and found != asked:
        raise errors.invalid_token_organization_id_claim(because="the request names another organization")
    if found is None:
        if not trusted.can_jit_provision or not organization_settings.is_external_id(claim):
            raise errors.invalid_token_organization_id_claim(
                because=f"no organization has the id or external id {claim}"
            )
        organization_settings.require_unclaimed_domain(ctx, None, attested.email_address)
        found = organization_settings.create(ctx, claim, {"organization_external_id": claim})
    return found


def _factor(ctx: Context, attested: VerifiedToken) -> Factor:
    return Factor(
        type="trusted_auth_token",
        delivery_method="trusted_token_exchange",
        detail={"trusted_auth_token_factor": {"token_id": attested.token_id}},
        proves_email=attested.email_address,
        created_at=ctx.now,
        updated_at=ctx.now,
        last_authenticated_at=ctx.now,
    )


def _member(
    ctx: Context, trusted: TrustedTokenProfile, attested: VerifiedToken, organization: Organization, factor: Factor
) -> Member:
    """The member with the token's address, made where the profile may; with what else the token says of it."""
    permissions.require_assignable(ctx, organization, attested.role_ids)
    member = lookup.member_by_email(ctx, organization, attested.email_address)
    if member is None:
        if not trusted.can_jit_provision:
            raise errors.member_not_found(because=f"{attested.email_address} is no member of the organization")
        organization_settings.require_unclaimed_domain(ctx, organization, attested.email_address)
        member = provisioning.insert_member(
            ctx,
            organization,
            attested.email_address,
            status="active",
            email_address_verified=True,
            external_id=attested.external_member_id or None,
            roles=attested.role_ids,
        )
        member_events.member_created(ctx, member, organization)
        return member
    locks.require_unlocked(ctx, member)
    member = locks.reset_attempts(ctx, login_flow.activate(ctx, organization, member, [factor]))
    return _with_attributes(ctx, organization, member, attested)


def _with_attributes(ctx: Context, organization: Organization, member: Member, attested: VerifiedToken) -> Member:
    """External id and roles are added; none is taken away."""
    changes: dict[str, Any] = {"roles": list(dict.fromkeys([*member.roles, *attested.role_ids]))}
    if attested.external_member_id:
        if member.external_id not in (None, attested.external_member_id):
            raise errors.trusted_token_profile_incorrect_external_id_mapping(because="the member has another one")
        changes["external_id"] = attested.external_member_id
    if all(getattr(member, name) == value for name, value in changes.items()):
        return member
    member = ctx.store.update(member, members.uniqueness_errors(), **changes, updated_at=ctx.now)
    member_events.member_updated(ctx, member, organization)
    return member
