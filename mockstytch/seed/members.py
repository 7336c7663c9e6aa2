"""Members of a seed: with passwords, authenticator apps, verified phone numbers and sessions, ready to use."""

from mockstytch.api import members, totp
from mockstytch.domain.credentials import passwords
from mockstytch.domain.login import named_factors
from mockstytch.domain.sessions import sessions
from mockstytch.domain.shared import member_events, metadata
from mockstytch.domain.sso import sso_login
from mockstytch.errors import StytchError
from mockstytch.nearest import nearest
from mockstytch.protocols import password_hashes
from mockstytch.runtime import Context
from mockstytch.seed import sections
from mockstytch.seed.checks import own_fields
from mockstytch.seed.pinning import pinned, require_new
from mockstytch.seed.sections import MemberEntry, SessionEntry, Table
from mockstytch.seed_file import SeedError
from mockstytch.store.records.credentials import Password, Totp
from mockstytch.store.records.members import Member
from mockstytch.store.records.organizations import Organization
from mockstytch.store.records.sessions import MemberSession
from mockstytch.surfaces.validation import parse


def create(ctx: Context, organization_id: str, entry: Table, place: str) -> None:
    """Create a member.

    Raises:
        SeedError: if an id or token exists, or a factor of a session is unknown.
    """
    fields, _ = sections.MEMBER.split(entry)
    own: MemberEntry = own_fields(sections.MEMBER, entry, place)
    require_new(ctx, Member, place, member_id=own.member_id)
    require_new(ctx, Password, place, member_password_id=own.member_password_id)
    require_new(ctx, Totp, place, totp_registration_id=own.totp_registration_id)
    with pinned(ctx, member=own.member_id, email=own.email_id, phone=own.mfa_phone_id):
        created = members.create(ctx, parse(members.Create, {**fields, "organization_id": organization_id}))
    organization = ctx.store.get(Organization, organization_id=organization_id)
    member = ctx.store.get(Member, member_id=created["member_id"])
    member = _add_credentials(ctx, organization, member, own)
    for number, session in enumerate(own.sessions):
        member = _start_session(ctx, organization, member, session, f"{place}.sessions[{number}]")


def _add_credentials(ctx: Context, organization: Organization, member: Member, own: MemberEntry) -> Member:
    """Return the member with its verified address and number, its password and its authenticator app."""
    before = member
    member = ctx.store.update(
        member,
        email_address_verified=member.email_address_verified or own.email_address_verified,
        mfa_phone_number_verified=own.mfa_phone_number_verified,
        default_mfa_method="sms_otp" if own.mfa_phone_number_verified else member.default_mfa_method,
    )
    if own.password:
        passwords.require_strong(ctx, own.password, member.email_address)
        with pinned(ctx, password=own.member_password_id):
            member = passwords.set_password(ctx, member, password_hashes.make(own.password, ctx.ids.token()))
    if member != before:
        member_events.member_updated(ctx, member, organization)
    if own.totp_secret:
        given = {
            "organization_id": organization.organization_id,
            "member_id": member.member_id,
            "secret": own.totp_secret,
            "recovery_codes": own.recovery_codes,
        }
        with pinned(ctx, totp=own.totp_registration_id):
            totp.migrate(ctx, parse(totp.Migrate, given))
    return ctx.store.get(Member, member_id=member.member_id)


def _start_session(ctx: Context, organization: Organization, member: Member, entry: SessionEntry, place: str) -> Member:
    require_new(ctx, MemberSession, place, member_session_id=entry.member_session_id)
    require_new(ctx, MemberSession, place, session_token=entry.session_token)
    for name in entry.factors:
        if name not in named_factors.NAMES:
            hint = nearest(name, named_factors.NAMES)
            raise SeedError(f"factor {name!r} doesn't exist. Did you mean {hint}?", place, "factors")
    try:
        sessions.require_duration(entry.session_duration_minutes)
        with pinned(ctx, session=entry.member_session_id):
            session, member = named_factors.start_session(
                ctx, organization, member, entry.factors, entry.session_duration_minutes, sso_login.without_provider
            )
        claims = metadata.merge_claims({}, entry.custom_claims)
    except StytchError as e:
        raise SeedError(str(e), place) from None
    ctx.store.update(session, session_token=entry.session_token or session.session_token, custom_claims=claims)
    return member
