"""The second factor: when it is due, and what the answer says about it."""

from typing import Any

from mockstytch.domain.credentials import codes
from mockstytch.domain.organizations import members
from mockstytch.domain.shared import messages
from mockstytch.runtime import Context
from mockstytch.store.records.members import Member
from mockstytch.store.records.organizations import Organization
from mockstytch.store.records.sessions import Factor

SECONDARY = ("otp", "totp", "recovery_codes")
_SMS_MINUTES = 2


def is_required(organization: Organization, member: Member | None, factors: list[Factor]) -> bool:
    """Whether a second factor is asked for and was not proven yet. ``member`` is None for who would join only now."""
    asked = organization.mfa_policy == "REQUIRED_FOR_ALL" or (member is not None and member.mfa_enrolled)
    return asked and not any(factor.type in SECONDARY for factor in factors)


def allows_method(organization: Organization, member: Member, method: str) -> bool:
    """Whether the organization takes this second factor, or the member may break the glass."""
    restricted = organization.mfa_methods == "RESTRICTED" and method not in organization.allowed_mfa_methods
    return member.is_breakglass or not restricted


def mfa_required(member: Member | None, secondary_auth_initiated: str | None = None) -> dict[str, Any]:
    """The ``mfa_required`` object. Without any registered factor there are no options: the member has to enrol."""
    has_any = member is not None and (member.mfa_phone_number or member.totp_registration_id)
    options = (
        {"mfa_phone_number": member.mfa_phone_number, "totp_registration_id": member.totp_registration_id}
        if member is not None and has_any
        else None
    )
    return {"member_options": options, "secondary_auth_initiated": secondary_auth_initiated}


def start_challenge(ctx: Context, organization: Organization, member: Member, locale: str = "en") -> dict[str, Any]:
    """Ask a member for the second factor: a code is texted at once, if a verified phone is the method to use, and the
    project sends messages to its country."""
    by_sms = member.mfa_phone_number and member.mfa_phone_number_verified and member.default_mfa_method != "totp"
    if not (by_sms and allows_method(organization, member, "sms_otp")):
        return mfa_required(member)
    if not members.is_sms_allowed(ctx, member.mfa_phone_number):
        ctx.note(f"no code was texted to {member.mfa_phone_number}: its country is not in sms_country_codes")
        return mfa_required(member)
    send_sms(ctx, organization, member, locale)
    return mfa_required(member, "sms_otp")


def send_sms(ctx: Context, organization: Organization, member: Member, locale: str = "en") -> None:
    """Text a code that lives two minutes. Codes sent before are void."""
    token = codes.issue(ctx, "sms_otp", member.mfa_phone_number, _SMS_MINUTES, member)
    messages.sms(ctx, token, member, organization, locale)
