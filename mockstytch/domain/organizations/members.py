"""Rules about members that more than one endpoint needs."""

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

_E164 = r"\+[1-9][0-9]{6,14}"


def member_response(member: Member, organization: Organization) -> dict[str, Any]:
    """What nearly every operation on a member answers."""
    return {
        "member_id": member.member_id,
        "member": wire.member(member, organization),
        "organization": wire.organization(organization),
    }


def changed(ctx: Context, member: Member, organization: Organization, action: str = "update") -> dict[str, Any]:
    """Tell of a member that was written, and answer it."""
    ctx.emit("member", action, member.member_id, wire.member(member, organization))
    return member_response(member, organization)


def phone_columns(ctx: Context, number: str) -> dict[str, Any]:
    """The columns of a phone number that was set and not verified yet; ``""`` clears them.

    Raises:
        invalid_phone_number: not E.164.
    """
    if not number:
        return {"mfa_phone_id": "", "mfa_phone_number": "", "phone_key": None, "mfa_phone_number_verified": False}
    _parsed(number)
    return {
        "mfa_phone_id": ctx.ids.new("phone"),
        "mfa_phone_number": number,
        "phone_key": number,
        "mfa_phone_number_verified": False,
    }


def require_textable(ctx: Context, number: str) -> None:
    """
    Raises:
        invalid_phone_number: not E.164.
        invalid_phone_number_country_code: the project sends no messages to that country.
    """
    country = _country(number)
    if country not in ctx.project.settings.sms_country_codes:
        raise errors.invalid_phone_number_country_code(because=f"{country} is not in sms_country_codes")


def is_textable(ctx: Context, number: str) -> bool:
    """Whether the project sends messages to a number's country."""
    return _country(number) in ctx.project.settings.sms_country_codes


def _country(number: str) -> str:
    """
    Raises:
        invalid_phone_number: not E.164.
    """
    import phonenumbers

    parsed = _parsed(number)
    known = phonenumbers.region_code_for_number(parsed)
    return str(known or phonenumbers.region_code_for_country_code(parsed.country_code))


def _parsed(number: str) -> Any:
    import phonenumbers  # who uses no phone doesn't pay for it

    try:
        parsed = phonenumbers.parse(number) if re.fullmatch(_E164, number) else None
    except phonenumbers.NumberParseException:
        parsed = None
    if parsed is None or not phonenumbers.is_possible_number(parsed):
        raise errors.invalid_phone_number()
    return parsed


def end_sessions_by_sso(ctx: Context, organization: Organization, member: Member, lost: set[str]) -> None:
    """Roles are taken from a member. Where an SSO connection grants one of them all the same, the sessions that began
    there end: they would go on with it."""
    granting = {
        source["details"]["connection_id"]
        for role in member_roles(member, organization)
        for source in role["sources"]
        if role["role_id"] in lost and source["type"].startswith("sso_connection")
    }
    for session in sessions.active_sessions(ctx, member) if granting else []:
        by = {detail.get("provider_id") for f in session.authentication_factors for detail in f.detail.values()}
        if by & granting:
            sessions.revoke(ctx, session)


def uniqueness_errors() -> dict[str, errors.StytchError]:
    """The errors of the columns that are unique among an organization's members."""
    return {
        "email_address": errors.duplicate_member_email(),
        "external_id": errors.duplicate_member_external_id(),
        "phone_key": errors.duplicate_member_phone_number(),
    }


def delete(ctx: Context, member: Member) -> Member:
    """Mark a member deleted: its sessions end, its links and invitations die, its addresses are free again."""
    sessions.revoke_all(ctx, member)
    one_time_tokens.revoke_outstanding(ctx, member)
    connected_apps.uninstall_all(ctx, member)
    ctx.store.delete_all(IntermediateSession, member_id=member.member_id)
    ctx.store.delete_all(EmailReservation, member_id=member.member_id)
    member = ctx.store.update(member, status="deleted", retired_email_addresses=[], updated_at=ctx.now)
    member_events.member_deleted(ctx, member)
    return member
