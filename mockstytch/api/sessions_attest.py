"""``sessions.attest``: a session for the token of an issuer that the project trusts."""

from typing import Annotated, Any

from msgspec import Meta

from mockstytch import errors, wire
from mockstytch.domain import attestation, jit, locks, login, lookup, members, organizations, rbac, sessions
from mockstytch.domain.attestation import Attested
from mockstytch.http.endpoint import Body, Endpoints, Request
from mockstytch.http.fields import Claims, OptionalSessionToken, Says, SessionMinutes
from mockstytch.mock import Context
from mockstytch.store.members import Member
from mockstytch.store.organizations import Organization
from mockstytch.store.projects import TrustedTokenProfile
from mockstytch.store.sessions import Factor

api = Endpoints()


class Attest(Request):
    profile_id: Annotated[str, Meta(min_length=1), Says(errors.trusted_token_profile_not_found)]
    token: Annotated[str, Meta(min_length=1), Says(errors.invalid_trusted_auth_token)]
    organization_id: str = ""
    session_token: OptionalSessionToken = ""
    session_jwt: str = ""
    session_duration_minutes: SessionMinutes | None = None
    session_custom_claims: Claims = {}


@api.post("/v1/b2b/sessions/attest", sdk=("/b2b/sessions/attest",))
def attest(ctx: Context, req: Attest) -> Body:
    """A full session, whatever the organization's auth methods and MFA policy: the issuer is trusted. A session that
    comes along gets the factor instead. The same token can be attested again until it expires."""
    sessions.check_arguments(req.session_token, req.session_jwt)
    trusted = attestation.profile(ctx, req.profile_id)
    attested = attestation.verified(ctx, trusted, req.token)
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
    answer = sessions.answer(ctx, session, member, organization)
    return {**answer, "member_id": member.member_id, "member_device": None}


def _organization(ctx: Context, trusted: TrustedTokenProfile, attested: Attested, reference: str) -> Organization:
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
        if not trusted.can_jit_provision or not organizations.is_external_id(claim):
            raise errors.invalid_token_organization_id_claim(
                because=f"no organization has the id or external id {claim}"
            )
        organizations.check_claims(ctx, None, attested.email_address)
        found = organizations.create(ctx, claim, {"organization_external_id": claim})
    return found


def _factor(ctx: Context, attested: Attested) -> Factor:
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
    ctx: Context, trusted: TrustedTokenProfile, attested: Attested, organization: Organization, factor: Factor
) -> Member:
    """The member with the token's address, made where the profile may; with what else the token says of it."""
    rbac.check_assignable(ctx, organization, attested.role_ids)
    member = lookup.member_by_email(ctx, organization, attested.email_address)
    if member is None:
        if not trusted.can_jit_provision:
            raise errors.member_not_found(because=f"{attested.email_address} is no member of the organization")
        organizations.check_claims(ctx, organization, attested.email_address)
        member = jit.new_member(
            ctx,
            organization,
            attested.email_address,
            status="active",
            email_address_verified=True,
            external_id=attested.external_member_id or None,
            roles=attested.role_ids,
        )
        ctx.emit("member", "create", member.member_id, wire.member(member, organization))
        return member
    locks.check(ctx, member)
    member = locks.succeeded(ctx, login.activate(ctx, organization, member, [factor]))
    return _with_attributes(ctx, organization, member, attested)


def _with_attributes(ctx: Context, organization: Organization, member: Member, attested: Attested) -> Member:
    """External id and roles are added; none is taken away."""
    changes: dict[str, Any] = {"roles": list(dict.fromkeys([*member.roles, *attested.role_ids]))}
    if attested.external_member_id:
        if member.external_id not in (None, attested.external_member_id):
            raise errors.trusted_token_profile_incorrect_external_id_mapping(because="the member has another one")
        changes["external_id"] = attested.external_member_id
    if all(getattr(member, name) == value for name, value in changes.items()):
        return member
    member = ctx.store.update(member, members.conflicts(), **changes, updated_at=ctx.now)
    ctx.emit("member", "update", member.member_id, wire.member(member, organization))
    return member
