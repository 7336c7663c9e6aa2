"""``otps.sms``: a second factor with codes in text messages."""

from enum import StrEnum
from typing import Annotated

from mockstytch import errors
from mockstytch.api.otp_email import Code
from mockstytch.domain.credentials import codes, locks
from mockstytch.domain.login import mfa, second_factor
from mockstytch.domain.organizations import members
from mockstytch.domain.sessions import sessions
from mockstytch.domain.shared import lookup, member_events
from mockstytch.runtime import Context
from mockstytch.store.records.members import Member
from mockstytch.store.records.organizations import Organization
from mockstytch.surfaces.endpoint import Body, Endpoints, Request, SdkCall
from mockstytch.surfaces.fields import (
    Claims,
    FieldError,
    MemberRef,
    OptionalSessionToken,
    OrganizationRef,
    SessionMinutes,
    SmsLocale,
    SmsLocaleField,
)

api = Endpoints(sdk_feature="otps.sms_enabled")


class Enrollment(StrEnum):
    ENROLL = "enroll"
    UNENROLL = "unenroll"


class SecondFactor(Request):
    """The member, and the session that the second factor is added to."""

    organization_id: OrganizationRef
    member_id: MemberRef
    intermediate_session_token: OptionalSessionToken = ""
    session_token: OptionalSessionToken = ""
    session_jwt: str = ""

    def credential(self) -> second_factor.Credential:
        """Return the session that the caller sent."""
        return second_factor.Credential(
            intermediate_session_token=self.intermediate_session_token,
            session_token=self.session_token,
            session_jwt=self.session_jwt,
        )


class SecondFactorAuthenticate(SecondFactor):
    """A second factor with a code, and the session's new lifetime and claims."""

    session_duration_minutes: SessionMinutes | None = None
    session_custom_claims: Claims = {}

    def options(self) -> second_factor.MfaOptions:
        """Return the MFA options. A field that the operation lacks has its default."""
        return second_factor.MfaOptions(
            duration_minutes=self.session_duration_minutes,
            custom_claims=self.session_custom_claims,
            set_mfa_enrollment=getattr(self, "set_mfa_enrollment", None) or "",
            set_default_mfa=getattr(self, "set_default_mfa", False),
        )


class Send(SecondFactor):
    mfa_phone_number: str = ""
    locale: SmsLocaleField = SmsLocale.EN


@api.post("/v1/b2b/otps/sms/send", sdk=(SdkCall("/b2b/otps/sms/send", empty=True, session="any"),))
def send(ctx: Context, req: Send) -> Body:
    """Send a code to the member's phone. It is valid for two minutes.

    A member without a phone number gets the one in the request.
    """
    organization = lookup.organization(ctx, req.organization_id)
    member = lookup.member(ctx, organization, req.member_id)
    second_factor.require_method_allowed(organization, member, "sms_otp")
    session = second_factor.optional_session(ctx, organization, member, req.credential())
    locks.require_unlocked(ctx, member)
    if session is None or not (member.mfa_phone_number and member.mfa_phone_number_verified):
        second_factor.require_existing_factor(member, session)
    if req.mfa_phone_number and member.mfa_phone_number and req.mfa_phone_number != member.mfa_phone_number:
        raise errors.duplicate_member_phone_number_for_member()
    if not member.mfa_phone_number:
        member = _set_phone(ctx, organization, member, req.mfa_phone_number)
    members.require_sms_allowed(ctx, member.mfa_phone_number)
    mfa.send_sms(ctx, organization, member, req.locale)
    return members.member_response(member, organization)


def _set_phone(ctx: Context, organization: Organization, member: Member, number: str) -> Member:
    if not number:
        raise errors.member_phone_number_not_found(because="the member has no phone number, and none was sent")
    second_factor.require_enrollable(member)
    columns = members.phone_columns(ctx, number)
    member = ctx.store.update(member, members.UNIQUENESS_ERRORS, **columns, updated_at=ctx.now)
    member_events.member_updated(ctx, member, organization)
    return member


class Authenticate(SecondFactorAuthenticate):
    code: Code
    set_mfa_enrollment: Annotated[Enrollment, FieldError(errors.bad_request)] | None = None
    set_default_mfa: bool = False


@api.post("/v1/b2b/otps/sms/authenticate", sdk=(SdkCall("/b2b/otps/sms/authenticate", session="any"),))
def authenticate(ctx: Context, req: Authenticate) -> Body:
    """Verify a code, and add the factor to the session. The phone number becomes verified."""
    organization = lookup.organization(ctx, req.organization_id)
    member = lookup.member(ctx, organization, req.member_id)
    second_factor.require_method_allowed(organization, member, "sms_otp")
    session = second_factor.required_session(ctx, organization, member, req.credential())
    second_factor.require_primary_factor(organization, member, session)
    codes.redeem(ctx, "sms_otp", member.mfa_phone_number, req.code, member)
    member = locks.reset_attempts(ctx, member)
    detail = {"phone_number_factor": {"phone_id": member.mfa_phone_id, "phone_number": member.mfa_phone_number}}
    factor = sessions.new_factor(ctx, "otp", "sms", detail)
    return second_factor.complete(
        ctx, organization, member, factor, session, "sms_otp", req.options(), mfa_phone_number_verified=True
    )
