"""Multi-factor authentication: whether a second factor is required, and the ``mfa_required`` object of a response."""

from typing import Any

from mockstytch.domain.credentials import codes
from mockstytch.domain.organizations import members
from mockstytch.domain.shared import messages
from mockstytch.runtime import Context
from mockstytch.store.records.members import Member
from mockstytch.store.records.organizations import Organization
from mockstytch.store.records.sessions import Factor

SECOND_FACTORS = ("otp", "totp", "recovery_codes")  # types of factors
_SMS_MINUTES = 2


def is_required(organization: Organization, member: Member | None, factors: list[Factor]) -> bool:
    """Return whether a second factor is required and isn't among the factors.

    Args:
        member: None if the login would create the member.
    """
    required = organization.mfa_policy == "REQUIRED_FOR_ALL" or (member is not None and member.mfa_enrolled)
    return required and not any(factor.type in SECOND_FACTORS for factor in factors)


def allows_method(organization: Organization, member: Member, method: str) -> bool:
    """Return whether the organization allows the member this MFA method. A breakglass member can use any."""
    restricted = organization.mfa_methods == "RESTRICTED" and method not in organization.allowed_mfa_methods
    return member.is_breakglass or not restricted


def serialize(member: Member | None, secondary_auth_initiated: str | None = None) -> dict[str, Any]:
    """Return the ``mfa_required`` object. ``member_options`` is null if the member has to enroll first.

    Args:
        member: None if the login would create the member.
        secondary_auth_initiated: the method of a challenge that this request started.
    """
    has_option = member is not None and (member.mfa_phone_number or member.totp_registration_id)
    options = (
        {"mfa_phone_number": member.mfa_phone_number, "totp_registration_id": member.totp_registration_id}
        if member is not None and has_option
        else None
    )
    return {"member_options": options, "secondary_auth_initiated": secondary_auth_initiated}


def start_challenge(ctx: Context, organization: Organization, member: Member, locale: str = "en") -> dict[str, Any]:
    """Start a challenge for the second factor, and return the ``mfa_required`` object.

    A code is sent at once if the member has a phone number, verified or not, and TOTP isn't the member's default. The
    organization must allow SMS, and the project must send SMS to the number's country.
    """
    prefers_sms = member.mfa_phone_number and member.default_mfa_method != "totp"
    if not (prefers_sms and allows_method(organization, member, "sms_otp")):
        return serialize(member)
    if not members.is_sms_allowed(ctx, member.mfa_phone_number):
        ctx.note(f"no code was sent to {member.mfa_phone_number}: its country isn't in sms_country_codes")
        return serialize(member)
    send_sms(ctx, organization, member, locale)
    return serialize(member, "sms_otp")


def send_sms(ctx: Context, organization: Organization, member: Member, locale: str = "en") -> None:
    """Send a code to the member's phone. It is valid for two minutes, and replaces codes sent before."""
    token = codes.issue(ctx, "sms_otp", member.mfa_phone_number, _SMS_MINUTES, member)
    messages.sms(ctx, token, member, organization, locale)
