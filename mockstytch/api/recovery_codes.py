"""``recovery_codes``: for who lost the phone."""

import re
from typing import Annotated

from msgspec import Meta

from mockstytch import errors
from mockstytch.api.otp_sms import SecondFactorAuthenticate
from mockstytch.domain.credentials import locks, totp
from mockstytch.domain.login import second_factor
from mockstytch.domain.organizations import members
from mockstytch.domain.shared import lookup
from mockstytch.runtime import Context
from mockstytch.store.records.credentials import RecoveryCode
from mockstytch.store.records.members import Member
from mockstytch.store.records.sessions import Factor
from mockstytch.surfaces.endpoint import Body, Endpoints, Request
from mockstytch.surfaces.fields import FieldError, MemberRef, OrganizationRef

api = Endpoints()


class Named(Request):
    organization_id: OrganizationRef
    member_id: MemberRef


@api.get("/v1/b2b/recovery_codes/{organization_id}/{member_id}", sdk=("/b2b/recovery_codes",))
def get(ctx: Context, req: Named) -> Body:
    """The codes that are left."""
    organization = lookup.organization(ctx, req.organization_id)
    member = lookup.member(ctx, organization, req.member_id)
    return {**members.member_response(member, organization), "recovery_codes": [c.code for c in _left(ctx, member)]}


@api.post("/v1/b2b/recovery_codes/rotate", sdk=("/b2b/recovery_codes/rotate",))
def rotate(ctx: Context, req: Named) -> Body:
    """Ten new codes in place of all former ones."""
    organization = lookup.organization(ctx, req.organization_id)
    member = lookup.member(ctx, organization, req.member_id)
    if not member.totp_registration_id:
        raise errors.no_active_recovery_code_backed_factor()
    return {**members.member_response(member, organization), "recovery_codes": totp.new_recovery_codes(ctx, member)}


class Recover(SecondFactorAuthenticate):
    recovery_code: Annotated[str, Meta(min_length=1), FieldError(errors.invalid_recovery_code)]


@api.post("/v1/b2b/recovery_codes/recover", sdk=("/b2b/recovery_codes/recover",))
def recover(ctx: Context, req: Recover) -> Body:
    """Use a code up in place of the second factor."""
    organization = lookup.organization(ctx, req.organization_id)
    member = lookup.member(ctx, organization, req.member_id)
    held = second_factor.required_session(ctx, organization, member, req.credential())
    second_factor.require_primary_factor(organization, member, held)
    code = _used_up(ctx, member, req.recovery_code)
    member = locks.reset_attempts(ctx, member)
    factor = Factor(
        type="recovery_codes",
        delivery_method="recovery_code",
        detail={"recovery_code_factor": {"totp_recovery_code_id": code.recovery_code_id}},
        created_at=ctx.now,
        updated_at=ctx.now,
        last_authenticated_at=ctx.now,
    )
    body = second_factor.complete(ctx, organization, member, factor, held, "recovery_code", req.options())
    return {**body, "recovery_codes_remaining": len(totp.recovery_codes(ctx, member))}


def _used_up(ctx: Context, member: Member, given: str) -> RecoveryCode:
    locks.require_unlocked(ctx, member)
    _left(ctx, member)
    if not member.totp_registration_id:
        raise errors.no_active_recovery_code_backed_factor(because="the registration was never completed")
    code = ctx.store.find(RecoveryCode, member_id=member.member_id, code=given)
    if code is None and re.fullmatch(r"[0-9]{6}", given):
        raise errors.totp_code_used_as_recovery_code()
    if code is None and not totp.is_recovery_code(given):
        raise errors.invalid_recovery_code()
    if code is None:
        raise locks.record_failure(ctx, member, errors.unable_to_authenticate_recovery_code(because="no such code"))
    if code.used_at or ctx.store.update_if_unchanged(code, used_at=ctx.now) is None:
        raise errors.unable_to_authenticate_recovery_code(because="used already")
    return code


def _left(ctx: Context, member: Member) -> list[RecoveryCode]:
    left = totp.recovery_codes(ctx, member)
    if not left and not member.totp_registration_id:
        raise errors.recovery_codes_not_found()
    return left
