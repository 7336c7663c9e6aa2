"""``recovery_codes``: a second factor for members without their device."""

from typing import Annotated

from msgspec import Meta

from mockstytch import errors
from mockstytch.api.otp_sms import SecondFactorAuthenticate
from mockstytch.domain.credentials import locks, recovery_codes
from mockstytch.domain.login import second_factor
from mockstytch.domain.organizations import members
from mockstytch.domain.shared import lookup
from mockstytch.runtime import Context
from mockstytch.store.records.sessions import Factor
from mockstytch.surfaces.endpoint import Body, Endpoints, Request, SdkCall
from mockstytch.surfaces.fields import FieldError, MemberRef, OrganizationRef

api = Endpoints(sdk_feature="totps.enabled")


class MemberPath(Request):
    """Path parameters of one member."""

    organization_id: OrganizationRef
    member_id: MemberRef


@api.get("/v1/b2b/recovery_codes/{organization_id}/{member_id}", sdk=("/b2b/recovery_codes",))
def get(ctx: Context, req: MemberPath) -> Body:
    """Return the recovery codes that the member hasn't used yet."""
    organization = lookup.organization(ctx, req.organization_id)
    member = lookup.member(ctx, organization, req.member_id)
    codes = [code.code for code in recovery_codes.require_codes(ctx, member)]
    return {**members.member_response(member, organization), "recovery_codes": codes}


@api.post(
    "/v1/b2b/recovery_codes/rotate", sdk=(SdkCall("/b2b/recovery_codes/rotate", own=("organization_id", "member_id")),)
)
def rotate(ctx: Context, req: MemberPath) -> Body:
    """Replace all recovery codes of a member with ten new ones.

    Raises:
        no_active_recovery_code_backed_factor: if the member has no active authenticator app.
    """
    organization = lookup.organization(ctx, req.organization_id)
    member = lookup.member(ctx, organization, req.member_id)
    if not member.totp_registration_id:
        raise errors.no_active_recovery_code_backed_factor()
    return {**members.member_response(member, organization), "recovery_codes": recovery_codes.replace(ctx, member)}


class Recover(SecondFactorAuthenticate):
    recovery_code: Annotated[str, Meta(min_length=1), FieldError(errors.invalid_recovery_code)]


@api.post("/v1/b2b/recovery_codes/recover", sdk=(SdkCall("/b2b/recovery_codes/recover", session="any"),))
def recover(ctx: Context, req: Recover) -> Body:
    """Verify a recovery code as the second factor."""
    organization = lookup.organization(ctx, req.organization_id)
    member = lookup.member(ctx, organization, req.member_id)
    session = second_factor.required_session(ctx, organization, member, req.credential())
    second_factor.require_primary_factor(organization, member, session)
    code = recovery_codes.redeem(ctx, member, req.recovery_code)
    member = locks.reset_attempts(ctx, member)
    factor = Factor(
        type="recovery_codes",
        delivery_method="recovery_code",
        detail={"recovery_code_factor": {"totp_recovery_code_id": code.recovery_code_id}},
        created_at=ctx.now,
        updated_at=ctx.now,
        last_authenticated_at=ctx.now,
    )
    body = second_factor.complete(ctx, organization, member, factor, session, "recovery_code", req.options())
    return {**body, "recovery_codes_remaining": len(recovery_codes.unused_codes(ctx, member))}
