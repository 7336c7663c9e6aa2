"""``totps``: a second factor by authenticator app."""

import re
from typing import Annotated

from msgspec import Meta

from mockstytch import errors, wire
from mockstytch.api.otp_sms import Enrollment, SecondFactor, SecondFactorAuthenticate
from mockstytch.domain import locks, lookup, members, second_factor, totp
from mockstytch.http.endpoint import Body, Endpoints, Request
from mockstytch.http.fields import MemberRef, OrganizationRef, Says
from mockstytch.mock import Context
from mockstytch.store.members import Member
from mockstytch.store.sessions import Factor

api = Endpoints()

_RECOVERY_CODE = r"\A[a-z0-9]{4}-[a-z0-9]{4}-[a-z0-9]{4}\Z"


class Create(SecondFactor):
    expiration_minutes: Annotated[int, Meta(ge=5, le=1440), Says(errors.invalid_expiration)] = 60


@api.post("/v1/b2b/totp", sdk=("/b2b/totp",))
def create(ctx: Context, req: Create) -> Body:
    """Begin the registration of an app: its secret, the picture to scan, and ten recovery codes."""
    organization = lookup.organization(ctx, req.organization_id)
    member = lookup.member(ctx, organization, req.member_id)
    second_factor.check_allowed(organization, member, "totp")
    held = second_factor.brought(ctx, organization, member, req.credential())
    if member.totp_registration_id:
        raise errors.active_totp_exists()
    second_factor.check_bypass(ctx, member, held)
    registered = totp.register(ctx, member, req.expiration_minutes)
    return {
        **members.answer(member, organization),
        "totp_registration_id": registered.totp_registration_id,
        "secret": registered.secret,
        "qr_code": totp.qr_code(registered, member, organization),
        "recovery_codes": totp.new_recovery_codes(ctx, member),
    }


class Authenticate(SecondFactorAuthenticate):
    code: Annotated[str, Meta(min_length=1), Says(errors.invalid_totp_code)]
    set_mfa_enrollment: Enrollment | None = None
    set_default_mfa: bool = False


@api.post("/v1/b2b/totp/authenticate", sdk=("/b2b/totp/authenticate",))
def authenticate(ctx: Context, req: Authenticate) -> Body:
    """Add the factor to what was proven before. The first code activates the registration."""
    organization = lookup.organization(ctx, req.organization_id)
    member = lookup.member(ctx, organization, req.member_id)
    second_factor.check_allowed(organization, member, "totp")
    held = second_factor.held(ctx, organization, member, req.credential())
    _check_code(req.code)
    registered = totp.prove(ctx, member, req.code)
    member = locks.succeeded(ctx, member)
    if member.totp_registration_id != registered.totp_registration_id:
        member = ctx.store.update(member, totp_registration_id=registered.totp_registration_id, updated_at=ctx.now)
        ctx.emit("member", "update", member.member_id, wire.member(member, organization))
    factor = Factor(
        type="totp",
        delivery_method="authenticator_app",
        detail=totp.factor_detail(registered),
        created_at=ctx.now,
        updated_at=ctx.now,
        last_authenticated_at=ctx.now,
    )
    return second_factor.complete(ctx, organization, member, factor, held, "totp", req.wish())


def _check_code(code: str) -> None:

    if re.fullmatch(_RECOVERY_CODE, code):
        raise errors.recovery_code_used_as_totp_code()
    if not re.fullmatch(r"[0-9]{6}", code):
        raise errors.invalid_totp_code()


class Migrate(Request):
    organization_id: OrganizationRef
    member_id: MemberRef
    secret: Annotated[str, Meta(pattern=r"\A[A-Za-z2-7]{16,128}=*\Z"), Says(errors.bad_request)]
    recovery_codes: list[str] = []


@api.post("/v1/b2b/totp/migrate")
def migrate(ctx: Context, req: Migrate) -> Body:
    """Take over an app that was registered elsewhere, active at once. Recovery codes are made where none come."""
    organization = lookup.organization(ctx, req.organization_id)
    member = lookup.member(ctx, organization, req.member_id)
    if member.totp_registration_id:
        raise errors.active_totp_exists()
    registered = totp.register(ctx, member, 1440, req.secret.upper())
    registered = ctx.store.update(registered, status="active")
    member = _with_totp(ctx, member, registered.totp_registration_id)
    codes = totp.new_recovery_codes(ctx, member, list(dict.fromkeys(req.recovery_codes)))
    return {
        **members.changed(ctx, member, organization),
        "totp_registration_id": registered.totp_registration_id,
        "recovery_codes": codes,
    }


def _with_totp(ctx: Context, member: Member, totp_registration_id: str) -> Member:
    return ctx.store.update(
        member,
        totp_registration_id=totp_registration_id,
        default_mfa_method=member.default_mfa_method or "totp",
        updated_at=ctx.now,
    )
