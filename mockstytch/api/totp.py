"""``totps``: a second factor by authenticator app."""

import base64
import binascii
import re
from typing import Annotated

from msgspec import Meta

from mockstytch import errors
from mockstytch.api.otp_sms import Enrollment, SecondFactor, SecondFactorAuthenticate
from mockstytch.domain.credentials import locks, totp
from mockstytch.domain.login import second_factor
from mockstytch.domain.organizations import members
from mockstytch.domain.shared import lookup
from mockstytch.runtime import Context
from mockstytch.store.records.sessions import Factor
from mockstytch.surfaces.endpoint import Body, Endpoints, Request
from mockstytch.surfaces.fields import FieldError, MemberRef, OrganizationRef

api = Endpoints()


class Create(SecondFactor):
    expiration_minutes: Annotated[int, Meta(ge=5, le=1440), FieldError(errors.invalid_expiration)] = 60


@api.post("/v1/b2b/totp", sdk=("/b2b/totp",))
def create(ctx: Context, req: Create) -> Body:
    """Begin the registration of an app: its secret, the picture to scan, and ten recovery codes."""
    organization = lookup.organization(ctx, req.organization_id)
    member = lookup.member(ctx, organization, req.member_id)
    second_factor.require_method_allowed(organization, member, "totp")
    held = second_factor.optional_session(ctx, organization, member, req.credential())
    if member.totp_registration_id:
        raise errors.active_totp_exists()
    second_factor.require_enrollable(member)
    locks.require_unlocked(ctx, member)
    second_factor.require_existing_factor(member, held)
    registered = totp.register(ctx, member, req.expiration_minutes)
    return {
        **members.member_response(member, organization),
        "totp_registration_id": registered.totp_registration_id,
        "secret": registered.secret,
        "qr_code": totp.qr_code(registered, member, organization),
        "recovery_codes": totp.new_recovery_codes(ctx, member),
    }


class Authenticate(SecondFactorAuthenticate):
    code: Annotated[str, Meta(min_length=1), FieldError(errors.invalid_totp_code)]
    set_mfa_enrollment: Annotated[Enrollment, FieldError(errors.bad_request)] | None = None
    set_default_mfa: bool = False


@api.post("/v1/b2b/totp/authenticate", sdk=("/b2b/totp/authenticate",))
def authenticate(ctx: Context, req: Authenticate) -> Body:
    """Add the factor to what was proven before. The first code activates the registration."""
    organization = lookup.organization(ctx, req.organization_id)
    member = lookup.member(ctx, organization, req.member_id)
    second_factor.require_method_allowed(organization, member, "totp")
    held = second_factor.required_session(ctx, organization, member, req.credential())
    second_factor.require_primary_factor(organization, member, held)
    _check_code(req.code)
    registered = totp.verify(ctx, member, req.code)
    member = locks.reset_attempts(ctx, member)
    factor = Factor(
        type="totp",
        delivery_method="authenticator_app",
        detail=totp.factor_detail(registered),
        created_at=ctx.now,
        updated_at=ctx.now,
        last_authenticated_at=ctx.now,
    )
    return second_factor.complete(
        ctx,
        organization,
        member,
        factor,
        held,
        "totp",
        req.options(),
        totp_registration_id=registered.totp_registration_id,
    )


def _check_code(code: str) -> None:
    if totp.is_recovery_code(code):
        raise errors.recovery_code_used_as_totp_code()
    if not re.fullmatch(r"[0-9]{6}", code):
        raise errors.invalid_totp_code()


class Migrate(Request):
    organization_id: OrganizationRef
    member_id: MemberRef
    secret: Annotated[str, Meta(pattern=r"\A[A-Za-z2-7]{16,128}=*\Z"), FieldError(errors.bad_request)]
    recovery_codes: list[
        Annotated[str, Meta(min_length=1, max_length=128), FieldError(errors.invalid_recovery_code)]
    ] = []


@api.post("/v1/b2b/totp/migrate")
def migrate(ctx: Context, req: Migrate) -> Body:
    """Take over an app that was registered elsewhere, active at once. Recovery codes are made where none come."""
    organization = lookup.organization(ctx, req.organization_id)
    member = lookup.member(ctx, organization, req.member_id)
    if member.totp_registration_id:
        raise errors.active_totp_exists()
    second_factor.require_enrollable(member)
    registered = totp.register(ctx, member, 1440, _base32(req.secret))
    registered = ctx.store.update(registered, status="active")
    member = ctx.store.update(
        member,
        totp_registration_id=registered.totp_registration_id,
        default_mfa_method=member.default_mfa_method or "totp",
        updated_at=ctx.now,
    )
    codes = totp.new_recovery_codes(ctx, member, list(dict.fromkeys(req.recovery_codes)))
    return {
        **members.changed(ctx, member, organization),
        "totp_registration_id": registered.totp_registration_id,
        "recovery_codes": codes,
    }


def _base32(secret: str) -> str:
    """The secret as apps write it, if it is one: not every length of base32 is whole bytes."""
    secret = secret.rstrip("=").upper()
    try:
        base64.b32decode(secret + "=" * (-len(secret) % 8))
    except binascii.Error:
        raise errors.bad_request(because="the secret is not base32") from None
    return secret
