"""After a proven factor: session, step-up or second factor. Endpoints prove and hand over; the next step is decided
here, from what is stored, and nowhere else.

The three ways it can end:

* everything is met: a session, and the intermediate session is used up;
* the organization wants another primary factor: ``primary_required``, and an intermediate session to go on with;
* a second factor is due: ``mfa_required``, and an intermediate session to go on with.
"""

from datetime import timedelta
from typing import Any

import msgspec

from mockstytch import errors, wire
from mockstytch.domain.credentials import locks
from mockstytch.domain.login import mfa, oauth
from mockstytch.domain.organizations import organization_settings, provisioning
from mockstytch.domain.sessions import sessions
from mockstytch.domain.shared import lookup, member_events
from mockstytch.runtime import Context
from mockstytch.store.records.members import Member
from mockstytch.store.records.organizations import Organization
from mockstytch.store.records.sessions import Factor, IntermediateSession, MemberSession
from mockstytch.values import Frozen

Body = dict[str, Any]

# Which of an organization's auth methods a factor counts as.
_METHODS = {
    "magic_link": "magic_link",
    "email_otp": "email_otp",
    "password": "password",
    "sso": "sso",
}
# The methods that prove an address in passing. What production lists here is known from a fixture only.
VERIFYING_METHODS = ("sso", "magic_link", "password", "google_oauth", "microsoft_oauth", "email_otp")
_STAYS_HERE = ("password", "sso")  # factors of one organization that say nothing about the person elsewhere


class SessionOptions(Frozen):
    """What a caller asks of the session to come, and brings along.

    Attributes:
        duration_minutes: lifetime of the session; None means 60.
        custom_claims: claims to add to the session.
        session_token, session_jwt: a session to go on with.
        intermediate_session_token: an intermediate session to go on with.
        locale: the language of a text message that this may cause.
    """

    duration_minutes: int | None = None
    custom_claims: dict[str, Any] = {}
    session_token: str = ""
    session_jwt: str = ""
    intermediate_session_token: str = ""
    locale: str = "en"


def email_factor(ctx: Context, kind: str, email_address: str, email_id: str = "") -> Factor:
    """A link (``magic_link``) or code (``email_otp``) that reached an address. Discovery knows no ``email_id`` yet."""
    return Factor(
        type=kind,
        delivery_method="email",
        detail={"email_factor": {"email_id": email_id, "email_address": email_address}},
        proves_email=email_address,
        created_at=ctx.now,
        updated_at=ctx.now,
        last_authenticated_at=ctx.now,
    )


def complete_primary_factor(
    ctx: Context, organization: Organization, member: Member, factor: Factor, options: SessionOptions
) -> Body:
    """A member of an organization proved a primary factor there.

    Raises:
        too_many_session_arguments: more than one session to go on with.
        session_not_found, intermediate_session_not_found: the one given lives no more.
        invalid_intermediate_session_token_for_organization, member_session_member_id_mismatch: it is another's.
        action_not_allowed_email_domain_is_claimed: joining would take the member out of a claimed domain.
        user_lock_limit_reached: the member is locked, also for what was not guessed.
    """
    locks.require_unlocked(ctx, member)
    sessions.require_single_session(options.session_token, options.session_jwt, options.intermediate_session_token)
    session = intermediate = None
    if options.session_token or options.session_jwt:
        session = sessions.find(ctx, options.session_token, options.session_jwt)
    elif options.intermediate_session_token:
        intermediate = _intermediate_of(ctx, options.intermediate_session_token, organization, member)
    member = locks.reset_attempts(ctx, activate(ctx, organization, member, [factor]))
    if session and session.member_id == member.member_id:
        member, (factor,) = link_oauth_accounts(ctx, organization, member, [factor])
        session = sessions.extend(ctx, session, options.duration_minutes, options.custom_claims, [factor])
        body = _authenticated(ctx, organization, member, session)
        return {**body, "organization_id": organization.organization_id}
    before = [bind_factor(f, member) for f in intermediate.authentication_factors] if intermediate else []
    factors = sessions.merge_factors(before, [bind_factor(factor, member)])
    body = next_step(ctx, organization, member, factors, intermediate, options)
    return {**body, "organization_id": organization.organization_id}


def exchange(
    ctx: Context, intermediate: IntermediateSession, organization: Organization, options: SessionOptions
) -> Body:
    """Whoever proved these factors enters an organization: as its member, or by joining it now.

    Raises:
        invalid_intermediate_session_token_for_organization: a password or SSO login of another organization.
        email_jit_provisioning_not_allowed, invalid_email_for_jit_provisioning,
        invalid_oauth_tenant_for_jit_provisioning: not a member, and can't join.
        action_not_allowed_email_domain_is_claimed: another organization claims the domain.
        user_lock_limit_reached: the member is locked.
    """
    factors = factors_for(intermediate, organization)
    if not factors:
        raise errors.invalid_intermediate_session_token_for_organization()
    email_address = intermediate.email_address
    member = lookup.member_by_email(ctx, organization, email_address)
    if member is None:
        member = provisioning.provision(ctx, organization, email_address, factors)
    else:
        member = activate(ctx, organization, member, factors)
    return next_step(ctx, organization, member, factors, intermediate, options)


def next_step(
    ctx: Context,
    organization: Organization,
    member: Member,
    factors: list[Factor],
    intermediate: IntermediateSession | None,
    options: SessionOptions,
) -> Body:
    """What these factors amount to in this organization.

    Raises:
        user_lock_limit_reached: the member is locked.
    """
    locks.require_unlocked(ctx, member)
    factors = [bind_factor(factor, member) for factor in factors]
    missing = missing_primary_methods(organization, member, factors)
    if missing is None:
        member = activate_pending(ctx, organization, member)
    if missing is not None or mfa.is_required(organization, member, factors):
        intermediate = _keep(ctx, organization, member, factors, intermediate)
        return {
            **_unauthenticated(organization, member, intermediate),
            "primary_required": {"allowed_auth_methods": missing} if missing is not None else None,
            "mfa_required": mfa.start_challenge(ctx, organization, member, options.locale) if missing is None else None,
        }
    if intermediate is not None and ctx.store.update_if_unchanged(intermediate, used_at=ctx.now) is None:
        raise errors.intermediate_session_not_found(because="used a moment ago")
    member, factors = link_oauth_accounts(ctx, organization, member, factors)
    session = sessions.start(ctx, member, factors, options.duration_minutes, options.custom_claims)
    return _authenticated(ctx, organization, member, session)


def missing_primary_methods(
    organization: Organization, member: Member | None, factors: list[Factor]
) -> list[str] | None:
    """The methods that would do, if the factors at hand don't; None if they do.

    Args:
        member: None for who would join only now.
    """
    everything = organization.auth_methods == "ALL_ALLOWED" or (member is not None and member.is_breakglass)
    allowed = list(organization_settings.AUTH_METHODS) if everything else organization.allowed_auth_methods
    if not any(auth_method_of(factor) in allowed for factor in factors):
        return allowed
    if not any(_vouches(organization, member, factor) for factor in factors if auth_method_of(factor)):
        return [method for method in VERIFYING_METHODS if method in allowed]
    return None


def _vouches(organization: Organization, member: Member | None, factor: Factor) -> bool:
    """Whether a factor tells that it is the member: it proved the address, or is known to be the member's own."""
    if factor.proves_email and (member is None or factor.proves_email == member.email_address):
        return True
    if factor.type == "oauth" and not factor.delivery_method.startswith("oauth_exchange_"):
        return _is_linked(member, factor) or provisioning.matching_oauth_tenant(organization, [factor]) is not None
    return member is not None and member.email_address_verified


def _is_linked(member: Member | None, factor: Factor) -> bool:
    subjects = {detail.get("provider_subject") for detail in factor.detail.values()}
    provider = oauth.provider_type(factor.delivery_method.removeprefix("oauth_"))
    return member is not None and any(
        link.provider_type == provider and link.provider_subject in subjects for link in member.oauth_registrations
    )


def link_oauth_accounts(
    ctx: Context, organization: Organization, member: Member, factors: list[Factor]
) -> tuple[Member, list[Factor]]:
    """Who got in with an account elsewhere has it linked from now on."""
    holder, factors = oauth.link_accounts(ctx, member, factors)
    if holder is not member:
        member_events.member_updated(ctx, holder, organization)
    return holder, factors


def auth_method_of(factor: Factor) -> str:
    """The name that an organization's ``allowed_auth_methods`` has for a factor; "" for a secondary one."""
    if factor.type == "oauth":
        return factor.delivery_method.rpartition("_")[2] + "_oauth"
    return _METHODS.get(factor.type, "")


def portable_factors(factors: list[Factor]) -> list[Factor]:
    """The factors of a session that count in another organization as well."""
    return [factor for factor in factors if auth_method_of(factor) and factor.type not in _STAYS_HERE]


def factors_for(intermediate: IntermediateSession, organization: Organization) -> list[Factor]:
    """The factors of an intermediate session that count in this organization."""
    if intermediate.organization_id in (None, organization.organization_id):
        return intermediate.authentication_factors
    return without_email_ids(portable_factors(intermediate.authentication_factors))


def without_email_ids(factors: list[Factor]) -> list[Factor]:
    """Factors of another organization's member, without that member's e-mail id."""
    return [
        msgspec.structs.replace(f, detail={"email_factor": {**f.detail["email_factor"], "email_id": ""}})
        if "email_factor" in f.detail
        else f
        for f in factors
    ]


def factors_for_exchange(factors: list[Factor], person: Member) -> list[Factor]:
    """The factors of a session, taken into another organization. An account whose provider doesn't vouch for its
    address stands there for no more than having come from a session.

    An identity provider or a directory may give its members any address. So a factor counts only for the address that
    it proved; one that proved none doesn't, where one of those two could have named the address.
    """
    taken, is_managed = [], bool(person.sso_registrations or person.scim_registration)
    for f in without_email_ids(portable_factors(factors)):
        if f.proves_email != person.email_address and (f.proves_email or is_managed):
            continue
        provider = f.delivery_method.removeprefix("oauth_")
        if f.type == "oauth" and not f.proves_email and provider in oauth.PROVIDERS:
            detail = {f"{provider}_oauth_exchange_factor": {"email_id": ""}}
            f = msgspec.structs.replace(f, delivery_method=f"oauth_exchange_{provider}", detail=detail, tenant_ids=[])
        taken.append(f)
    return taken


def activate(ctx: Context, organization: Organization, member: Member, factors: list[Factor]) -> Member:
    """Somebody pending or invited who proves to be there becomes active; an address that is proven, verified.

    Raises:
        action_not_allowed_email_domain_is_claimed: that would be joining, and another organization claims the domain.
    """
    proves = any(factor.proves_email == member.email_address for factor in factors)
    verified = member.email_address_verified or proves
    if member.status != "active":
        organization_settings.require_unclaimed_domain(ctx, organization, member.email_address)
    status = "active" if verified else member.status
    if (member.status, member.email_address_verified) == (status, verified):
        return member
    member = ctx.store.update(member, status=status, email_address_verified=verified, updated_at=ctx.now)
    member_events.member_updated(ctx, member, organization)
    return member


def activate_pending(ctx: Context, organization: Organization, member: Member) -> Member:
    """Whose first factor does is active, even if it says nothing about the address: an account of the right tenant."""
    if member.status == "active":
        return member
    member = ctx.store.update(member, status="active", updated_at=ctx.now)
    member_events.member_updated(ctx, member, organization)
    return member


def _intermediate_of(ctx: Context, token: str, organization: Organization, member: Member) -> IntermediateSession:
    found = lookup.intermediate_session(ctx, token)
    if found.organization_id not in (None, organization.organization_id):
        raise errors.invalid_intermediate_session_token_for_organization()
    if found.member_id not in (None, member.member_id) or found.email_address != member.email_address:
        raise errors.member_session_member_id_mismatch()
    return found


def bind_factor(factor: Factor, member: Member) -> Factor:
    """An e-mail factor proven in discovery, or elsewhere, as that of the member whose address it is."""
    for name, detail in factor.detail.items():
        mine = name.endswith("_oauth_exchange_factor") or detail.get("email_address") == member.email_address
        if mine:
            return msgspec.structs.replace(factor, detail={name: {**detail, "email_id": member.email_id}})
    return factor


def _keep(
    ctx: Context,
    organization: Organization,
    member: Member,
    factors: list[Factor],
    intermediate: IntermediateSession | None,
) -> IntermediateSession:
    """The same intermediate session with the factors it has now, or a new one. Its time runs on. It belongs to this
    organization if it belonged to one before, or now has a factor that counts nowhere else."""
    if intermediate is not None:
        changes: dict[str, Any] = {"authentication_factors": factors}
        stays = any(f.type in _STAYS_HERE for f in factors if f not in intermediate.authentication_factors)
        if stays or intermediate.organization_id:
            changes |= {"organization_id": organization.organization_id, "member_id": member.member_id}
        return ctx.store.update(intermediate, **changes)
    return start_intermediate_session(
        ctx, member.email_address, factors, organization.organization_id, member.member_id
    )


def start_intermediate_session(
    ctx: Context,
    email_address: str,
    factors: list[Factor],
    organization_id: str | None = None,
    member_id: str | None = None,
) -> IntermediateSession:
    minutes = ctx.project.settings.intermediate_session_minutes
    return ctx.store.insert(
        IntermediateSession(
            intermediate_session_token=ctx.ids.token(),
            email_address=email_address,
            organization_id=organization_id,
            member_id=member_id,
            authentication_factors=factors,
            created_at=ctx.now,
            expires_at=ctx.now + timedelta(minutes=minutes),
        )
    )


def _authenticated(ctx: Context, organization: Organization, member: Member, session: MemberSession) -> Body:
    return {
        **sessions.session_response(ctx, session, member, organization),
        "member_id": member.member_id,
        "member_authenticated": True,
        "intermediate_session_token": "",
        "intermediate_session_token_expires_at": None,
        "member_device": None,
        "mfa_required": None,
        "primary_required": None,
    }


def _unauthenticated(organization: Organization, member: Member, intermediate: IntermediateSession) -> Body:
    return {
        "member_session": None,
        "session_token": "",
        "session_jwt": "",
        "member": wire.member(member, organization),
        "organization": wire.organization(organization),
        "member_id": member.member_id,
        "member_authenticated": False,
        "intermediate_session_token": intermediate.intermediate_session_token,
        "intermediate_session_token_expires_at": wire.time(intermediate.expires_at),
        "member_device": None,
    }
