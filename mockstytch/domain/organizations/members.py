"""Rules about members that several endpoints need: phone numbers, unique columns, deletion."""

import re
from typing import Any

from mockstytch import errors, wire
from mockstytch.domain.credentials import one_time_tokens
from mockstytch.domain.oauth_server import connected_apps
from mockstytch.domain.roles import member_roles
from mockstytch.domain.sessions import sessions
from mockstytch.domain.shared import member_events
from mockstytch.runtime import Context
from mockstytch.store.records.members import EmailReservation, Member
from mockstytch.store.records.organizations import Organization
from mockstytch.store.records.sessions import IntermediateSession

# The errors for the columns that are unique among the members of an organization.
UNIQUENESS_ERRORS = {
    "email_address": errors.duplicate_member_email,
    "external_id": errors.duplicate_member_external_id,
    "phone_key": errors.duplicate_member_phone_number,
}
_E164 = r"\+[1-9][0-9]{6,14}"


def member_response(member: Member, organization: Organization) -> dict[str, Any]:
    """Return the response body of operations on a member."""
    return {
        "member_id": member.member_id,
        "member": wire.member(member, organization),
        "organization": wire.organization(organization),
    }


def phone_columns(ctx: Context, number: str) -> dict[str, Any]:
    """Return the columns for a new, unverified phone number. ``""`` clears them.

    Raises:
        invalid_phone_number: if the number isn't a valid E.164 number.
    """
    if not number:
        return {"mfa_phone_id": "", "mfa_phone_number": "", "phone_key": None, "mfa_phone_number_verified": False}
    _parse_phone_number(number)
    return {
        "mfa_phone_id": ctx.ids.new("phone"),
        "mfa_phone_number": number,
        "phone_key": number,
        "mfa_phone_number_verified": False,
    }


def require_sms_allowed(ctx: Context, number: str) -> None:
    """Raise if the project doesn't send text messages to the number's country.

    Raises:
        invalid_phone_number: if the number isn't a valid E.164 number.
        invalid_phone_number_country_code: if the number's country isn't in ``sms_country_codes``.
    """
    country = _country(number)
    if country not in ctx.project.settings.sms_country_codes:
        raise errors.invalid_phone_number_country_code(because=f"{country} is not in sms_country_codes")


def is_sms_allowed(ctx: Context, number: str) -> bool:
    """Return whether the project sends text messages to the number's country."""
    return _country(number) in ctx.project.settings.sms_country_codes


def _country(number: str) -> str:
    """Return the country code (ISO 3166) for a phone number.

    Raises:
        invalid_phone_number: if the number isn't a valid E.164 number.
    """
    import phonenumbers

    parsed = _parse_phone_number(number)
    country = phonenumbers.region_code_for_number(parsed)
    return str(country or phonenumbers.region_code_for_country_code(parsed.country_code))


def _parse_phone_number(number: str) -> Any:
    import phonenumbers  # a slow import that only phone numbers need

    try:
        parsed = phonenumbers.parse(number) if re.fullmatch(_E164, number) else None
    except phonenumbers.NumberParseException:
        parsed = None
    if parsed is None or not phonenumbers.is_possible_number(parsed):
        raise errors.invalid_phone_number()
    return parsed


def revoke_sessions_with_roles(ctx: Context, organization: Organization, member: Member, role_ids: set[str]) -> None:
    """Revoke the sessions that would still have roles that are removed from a member.

    These are the sessions in which the member used an SSO connection that implies one of the roles.
    """
    connection_ids = {
        source["details"]["connection_id"]
        for role in member_roles(member, organization)
        for source in role["sources"]
        if role["role_id"] in role_ids and source["type"].startswith("sso_connection")
    }
    for session in sessions.active_sessions(ctx, member) if connection_ids else []:
        used = {detail.get("provider_id") for f in session.authentication_factors for detail in f.detail.values()}
        if used & connection_ids:
            sessions.revoke(ctx, session)


def delete(ctx: Context, member: Member) -> Member:
    """Mark a member as deleted, revoke its sessions, links and apps, and release its e-mail addresses."""
    sessions.revoke_all(ctx, member)
    one_time_tokens.revoke_outstanding(ctx, member.member_id)
    connected_apps.uninstall_all(ctx, member)
    ctx.store.delete_all(IntermediateSession, member_id=member.member_id)
    ctx.store.delete_all(EmailReservation, member_id=member.member_id)
    member = ctx.store.update(member, status="deleted", retired_email_addresses=[], updated_at=ctx.now)
    member_events.member_deleted(ctx, member)
    return member
