"""``otps.sms``: a second factor by text message."""

from typing import Annotated

from mockstytch import errors
from mockstytch.api.otp_email import Code
from mockstytch.domain.credentials import codes, locks
from mockstytch.domain.login import mfa, second_factor
from mockstytch.domain.organizations import members
from mockstytch.domain.shared import lookup, member_events
from mockstytch.runtime import Context
from mockstytch.store.records.members import Member
from mockstytch.store.records.organizations import Organization
from mockstytch.store.records.sessions import Factor
from mockstytch.surfaces.endpoint import Body, Endpoints, Request
from mockstytch.surfaces.fields import (
    CaseInsensitiveEnum,
    Claims,
    FieldError,
    MemberRef,
    OptionalSessionToken,
    OrganizationRef,
    SessionMinutes,
    SmsLocale,
    SmsLocaleField,
)

api = Endpoints()


class Enrollment(CaseInsensitiveEnum):
    ENROLL = "enroll"
    UNENROLL = "unenroll"


class SecondFactor(Request):
    """What every call about a second factor says: whose it is, and what it is added to."""

    organization_id: OrganizationRef
    member_id: MemberRef
    intermediate_session_token: OptionalSessionToken = ""
    session_token: OptionalSessionToken = ""
    session_jwt: str = ""

    def credential(self) -> second_factor.Credential:
        return second_factor.Credential(
            intermediate_session_token=self.intermediate_session_token,
            session_token=self.session_token,
            session_jwt=self.session_jwt,
        )


class SecondFactorAuthenticate(SecondFactor):
    """… and what is asked of the session."""

    session_duration_minutes: SessionMinutes | None = None
    session_custom_claims: Claims = {}

    def options(self) -> second_factor.MfaOptions:
        return second_factor.MfaOptions(
            duration_minutes=self.session_duration_minutes,
            custom_claims=self.session_custom_claims,
            set_mfa_enrollment=getattr(self, "set_mfa_enrollment", None) or "",
            set_default_mfa=getattr(self, "set_default_mfa", False),
        )


class Send(SecondFactor):
    mfa_phone_number: str = ""
    locale: SmsLocaleField = SmsLocale.EN


@api.post("/v1/b2b/otps/sms/send", sdk=("/b2b/otps/sms/send",))
def send(ctx: Context, req: Send) -> Body:
    """Text a code to the member's phone, which is linked by this where there is none yet. It lives two minutes."""
    organization = lookup.organization(ctx, req.organization_id)
    member = lookup.member(ctx, organization, req.member_id)
    second_factor.require_method_allowed(organization, member, "sms_otp")
    held = second_factor.optional_session(ctx, organization, member, req.credential())
    locks.require_unlocked(ctx, member)
    if held is None or not (member.mfa_phone_number and member.mfa_phone_number_verified):
        second_factor.require_existing_factor(member, held)
    if req.mfa_phone_number and member.mfa_phone_number and req.mfa_phone_number != member.mfa_phone_number:
        raise errors.duplicate_member_phone_number_for_member()
    if not member.mfa_phone_number:
        member = _with_phone(ctx, organization, member, req.mfa_phone_number)
    members.require_textable(ctx, member.mfa_phone_number)
    mfa.send_sms(ctx, organization, member, req.locale)
    return members.member_response(member, organization)


def _with_phone(ctx: Context, organization: Organization, member: Member, number: str) -> Member:
    if not number:
        raise errors.member_phone_number_not_found(because="the member has none, and none was given")
    second_factor.require_enrollable(member)
    columns = members.phone_columns(ctx, number)
    member = ctx.store.update(member, members.uniqueness_errors(), **columns, updated_at=ctx.now)
    member_events.member_updated(ctx, member, organization)
    return member


class Authenticate(SecondFactorAuthenticate):
    code: Code
    set_mfa_enrollment: Annotated[Enrollment, FieldError(errors.bad_request)] | None = None
    set_default_mfa: bool = False


@api.post("/v1/b2b/otps/sms/authenticate", sdk=("/b2b/otps/sms/authenticate",))
def authenticate(ctx: Context, req: Authenticate) -> Body:
    """Add the factor to what was proven before. The number is verified by it."""
    organization = lookup.organization(ctx, req.organization_id)
    member = lookup.member(ctx, organization, req.member_id)
    second_factor.require_method_allowed(organization, member, "sms_otp")
    held = second_factor.required_session(ctx, organization, member, req.credential())
    second_factor.require_primary_factor(organization, member, held)
    codes.redeem(ctx, "sms_otp", member.mfa_phone_number, req.code, member)
    member = locks.reset_attempts(ctx, member)
    factor = Factor(
        type="otp",
        delivery_method="sms",
        detail={"phone_number_factor": {"phone_id": member.mfa_phone_id, "phone_number": member.mfa_phone_number}},
        created_at=ctx.now,
        updated_at=ctx.now,
        last_authenticated_at=ctx.now,
    )
    return second_factor.complete(
        ctx, organization, member, factor, held, "sms_otp", req.options(), mfa_phone_number_verified=True
    )
