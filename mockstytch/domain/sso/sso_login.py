"""The second half of an SSO login: ``sso.authenticate`` redeems the token and finds, creates or updates the member."""

from mockstytch import errors
from mockstytch.domain.credentials import one_time_tokens
from mockstytch.domain.organizations import organization_settings, provisioning
from mockstytch.domain.sessions import sessions
from mockstytch.domain.shared import emails, lookup, member_events, metadata
from mockstytch.domain.sso import sso_accounts, sso_connections
from mockstytch.runtime import Context
from mockstytch.store.records.members import Member, SsoLink
from mockstytch.store.records.messages import OneTimeToken
from mockstytch.store.records.organizations import Organization
from mockstytch.store.records.sessions import Factor
from mockstytch.store.records.sso import Protocol, SsoAccount, SsoRegistration


def redeem(ctx: Context, token: str, verifier: str) -> OneTimeToken:
    """Redeem an SSO token.

    Args:
        verifier: the PKCE code verifier; "" if the app sends none.

    Raises:
        sso_token_not_found: if the SSO token is unknown, expired or used.
    """
    return one_time_tokens.redeem(ctx, token, ("sso",), verifier, errors.sso_token_not_found)


def match_member(ctx: Context, organization: Organization, connection_id: str, account: SsoAccount) -> Member | None:
    """Return the member that used this account before, or else the member with its e-mail address."""
    registration = ctx.store.find(SsoRegistration, connection_id=connection_id, account_key=account.account_key)
    if registration is not None:
        member = ctx.store.get(Member, member_id=registration.member_id)
        if member.status != "deleted":
            return lookup.without_expired_lock(ctx, member)
    return lookup.member_by_email(ctx, organization, account.email_address)


def provision_member(ctx: Context, organization: Organization, connection_id: str, account: SsoAccount) -> Member:
    """Create a member at the first login through a connection, if the organization allows it.

    Raises:
        invalid_connection_for_jit_provisioning: if the organization doesn't provision members through this connection.
    """
    organization_settings.require_unclaimed_domain(ctx, organization, account.email_address)
    is_listed = connection_id in organization.sso_jit_provisioning_allowed_connections
    setting = organization.sso_jit_provisioning
    if setting == "NOT_ALLOWED" or (setting == "RESTRICTED" and not is_listed):
        raise errors.invalid_connection_for_jit_provisioning(because=f"sso_jit_provisioning is {setting}")
    email = account.email_address
    member = provisioning.insert_member(
        ctx, organization, email, status="active", email_address_verified=True, name=account.name
    )
    member_events.member_created(ctx, member, organization)
    return member


def register_account(
    ctx: Context, organization: Organization, member: Member, connection_id: str, account: SsoAccount
) -> tuple[Member, Factor]:
    """Link an account to a member and update the member from it.

    Address, name and mapped metadata follow the identity provider. Attributes that it omits stay unchanged.

    Returns:
        The updated member, and the factor of this login.
    """
    protocol = _protocol_of(account)
    registration_id = _register(ctx, member, connection_id, account, protocol)
    link = SsoLink(
        registration_id=registration_id,
        connection_id=connection_id,
        external_id=account.external_id,
        sso_attributes=account.attributes,
        groups=account.groups,
    )
    updated = _sync_profile(ctx, organization, member, account)
    others = [other for other in member.sso_registrations if other.connection_id != connection_id]
    links = [*others, link] if link not in member.sso_registrations else member.sso_registrations
    name = account.name or updated.name
    if (links, name) != (updated.sso_registrations, updated.name):
        updated = ctx.store.update(updated, sso_registrations=links, name=name, updated_at=ctx.now)
    if updated is not member:
        member_events.member_updated(ctx, updated, organization)
    return updated, _factor(ctx, protocol, link, account.email_address)


def without_provider(ctx: Context, organization: Organization, member: Member) -> tuple[Member, Factor]:
    """Return the member and the factor as after an SSO login, without the identity provider.

    A member who has logged in through one of the organization's connections did so again. Otherwise it is the first
    login through the default connection, with the member's address.

    Raises:
        no_sso_connection_exists_for_organization: if the organization has no active connection.
        indeterminate_sso_connection_for_organization: if the organization has several connections and no default.
        requires_active_sso_connection: if the connection isn't active.
        external_connection_not_active: if the connection is external, and the one behind it is deleted or not active.
    """
    for link in member.sso_registrations:
        registration = ctx.store.get(SsoRegistration, registration_id=link.registration_id)
        account = ctx.store.get(SsoAccount, account_key=registration.account_key)
        return member, _factor(ctx, _protocol_of(account), link, member.email_address)
    connection = sso_connections.default_connection(ctx, organization)
    direct = sso_connections.resolve_external(ctx, connection)
    email_address = member.email_address
    account = SsoAccount(
        account_key="", connection_id=direct.connection_id, external_id=email_address, email_address=email_address
    )
    account = sso_accounts.save_account(ctx, account)
    return register_account(ctx, organization, member, connection.connection_id, account)


def _protocol_of(account: SsoAccount) -> Protocol:
    return "saml" if account.connection_id.startswith("saml-") else "oidc"


def _factor(ctx: Context, protocol: Protocol, link: SsoLink, email_address: str) -> Factor:
    detail = {"id": link.registration_id, "provider_id": link.connection_id, "external_id": link.external_id}
    return sessions.new_factor(
        ctx,
        "sso",
        "sso_saml" if protocol == "saml" else "sso_oidc",
        {f"{protocol}_sso_factor": detail},
        proves_email=email_address,
    )


def _register(ctx: Context, member: Member, connection_id: str, account: SsoAccount, protocol: Protocol) -> str:
    """Return the id of the registration of an account.

    A member has one registration for each connection, and an account belongs to one member.
    """
    by_account = ctx.store.find(SsoRegistration, connection_id=connection_id, account_key=account.account_key)
    by_member = ctx.store.find(SsoRegistration, connection_id=connection_id, member_id=member.member_id)
    for existing in (by_account, by_member):
        if existing is None:
            continue
        if (existing.account_key, existing.member_id) == (account.account_key, member.member_id):
            return existing.registration_id
        ctx.store.delete(existing)
    registration = SsoRegistration(
        registration_id=ctx.ids.new(f"{protocol}_registration"),
        member_id=member.member_id,
        connection_id=connection_id,
        account_key=account.account_key,
    )
    return ctx.store.insert(registration).registration_id


def _sync_profile(ctx: Context, organization: Organization, member: Member, account: SsoAccount) -> Member:
    """Update the member's address and trusted metadata.

    A change that isn't allowed is skipped, with a note in the request log.
    """
    if account.email_address != member.email_address:
        try:
            member = emails.change_address(ctx, organization, member, account.email_address, verified=True)
        except errors.StytchError as e:
            ctx.note(f"the member keeps its address: {e.kind.error_type}")
    try:
        merged = metadata.merge(member.trusted_metadata, account.trusted_metadata)
    except errors.StytchError as e:
        ctx.note(f"the member keeps its trusted_metadata: {e.kind.error_type}")
        return member
    if merged == member.trusted_metadata:
        return member
    return ctx.store.update(member, trusted_metadata=merged, updated_at=ctx.now)
