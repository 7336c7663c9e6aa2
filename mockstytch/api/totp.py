"""``totps``: authenticator apps as a second factor."""

import base64
import binascii
import re
from typing import Annotated

from msgspec import Meta

from mockstytch import errors
from mockstytch.api.otp_sms import Enrollment, SecondFactor, SecondFactorAuthenticate
from mockstytch.domain.credentials import locks, recovery_codes, totp
from mockstytch.domain.login import second_factor
from mockstytch.domain.organizations import members
from mockstytch.domain.shared import lookup, member_events
from mockstytch.runtime import Context
from mockstytch.store.records.sessions import Factor
from mockstytch.surfaces.endpoint import Body, Endpoints, Request, SdkCall
from mockstytch.surfaces.fields import FieldError, MemberRef, OrganizationRef

api = Endpoints(sdk_feature="totps.enabled")


class Create(SecondFactor):
    expiration_minutes: Annotated[int, Meta(ge=5, le=1440), FieldError(errors.invalid_expiration)] = 60


@api.post("/v1/b2b/totp", sdk=(SdkCall("/b2b/totp", session="any", feature="totps.create_totps"),))
def create(ctx: Context, req: Create) -> Body:
    """Start the registration of an authenticator app: return its secret, a QR code and ten recovery codes."""
    organization = lookup.organization(ctx, req.organization_id)
    member = lookup.member(ctx, organization, req.member_id)
    second_factor.require_method_allowed(organization, member, "totp")
    session = second_factor.optional_session(ctx, organization, member, req.credential())
    if member.totp_registration_id:
        raise errors.active_totp_exists()
    second_factor.require_enrollable(member)
    locks.require_unlocked(ctx, member)
    second_factor.require_existing_factor(member, session)
    registration = totp.register(ctx, member, req.expiration_minutes)
    return {
        **members.member_response(member, organization),
        "totp_registration_id": registration.totp_registration_id,
        "secret": registration.secret,
        "qr_code": totp.qr_code(registration, member, organization),
        "recovery_codes": recovery_codes.replace(ctx, member),
    }


class Authenticate(SecondFactorAuthenticate):
    code: Annotated[str, Meta(min_length=1), FieldError(errors.invalid_totp_code)]
    set_mfa_enrollment: Annotated[Enrollment, FieldError(errors.bad_request)] | None = None
    set_default_mfa: bool = False


@api.post("/v1/b2b/totp/authenticate", sdk=(SdkCall("/b2b/totp/authenticate", session="any"),))
def authenticate(ctx: Context, req: Authenticate) -> Body:
    """Verify a code of the authenticator app as the second factor. The first code activates the registration."""
    organization = lookup.organization(ctx, req.organization_id)
    member = lookup.member(ctx, organization, req.member_id)
    second_factor.require_method_allowed(organization, member, "totp")
    session = second_factor.required_session(ctx, organization, member, req.credential())
    second_factor.require_primary_factor(organization, member, session)
    _require_totp_code(req.code)
    registration = totp.verify(ctx, member, req.code)
    member = locks.reset_attempts(ctx, member)
    factor = Factor(
        type="totp",
        delivery_method="authenticator_app",
        detail=totp.factor_detail(registration),
        created_at=ctx.now,
        updated_at=ctx.now,
        last_authenticated_at=ctx.now,
    )
    return second_factor.complete(
        ctx,
        organization,
        member,
        factor,
        session,
        "totp",
        req.options(),
        totp_registration_id=registration.totp_registration_id,
    )


def _require_totp_code(code: str) -> None:
    """Check the format of a code.

    Raises:
        recovery_code_used_as_totp_code: if the code has the format of a recovery code.
        invalid_totp_code: if the code isn't six digits.
    """
    if recovery_codes.has_format(code):
        raise errors.recovery_code_used_as_totp_code()
    if not re.fullmatch(r"[0-9]{6}", code):
        raise errors.invalid_totp_code()


class Migrate(Request):
    organization_id: OrganizationRef
    member_id: MemberRef
    secret: Annotated[str, Meta(pattern=r"\A[A-Za-z2-7]{16,128}=*\Z"), FieldError(errors.bad_request)]
    recovery_codes: list[Annotated[str, Meta(min_length=1, max_length=128), FieldError(errors.invalid_recovery_code)]]


@api.post("/v1/b2b/totp/migrate")
def migrate(ctx: Context, req: Migrate) -> Body:
    """Import an authenticator app that was registered in another system. It is active at once.

    If the list of recovery codes is empty, ten are generated.
    """
    organization = lookup.organization(ctx, req.organization_id)
    member = lookup.member(ctx, organization, req.member_id)
    if member.totp_registration_id:
        raise errors.active_totp_exists()
    second_factor.require_enrollable(member)
    registration = totp.register(ctx, member, 1440, _normalize_base32(req.secret))
    registration = ctx.store.update(registration, status="active")
    member = ctx.store.update(
        member,
        totp_registration_id=registration.totp_registration_id,
        default_mfa_method=member.default_mfa_method or "totp",
        updated_at=ctx.now,
    )
    codes = recovery_codes.replace(ctx, member, list(dict.fromkeys(req.recovery_codes)))
    member_events.member_updated(ctx, member, organization)
    return {
        **members.member_response(member, organization),
        "totp_registration_id": registration.totp_registration_id,
        "recovery_codes": codes,
    }


def _normalize_base32(secret: str) -> str:
    """Return the secret in upper case and without padding.

    Raises:
        bad_request: if the secret isn't base32.
    """
    secret = secret.rstrip("=").upper()
    try:
        base64.b32decode(secret + "=" * (-len(secret) % 8))
    except binascii.Error:
        raise errors.bad_request(because="the secret isn't base32") from None
    return secret
