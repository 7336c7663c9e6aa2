"""Joining an organization without being created by anybody: just-in-time provisioning."""

from mockstytch import errors
from mockstytch.clock import position
from mockstytch.domain.organizations import organization_settings
from mockstytch.domain.shared import emails, lookup, member_events
from mockstytch.runtime import Context
from mockstytch.store.records.credentials import Password
from mockstytch.store.records.members import Member, Status
from mockstytch.store.records.organizations import Organization
from mockstytch.store.records.sessions import Factor


def require_allowed_domain(ctx: Context, organization: Organization, email_address: str) -> None:
    """Somebody with this address may join by e-mail domain.

    Raises:
        action_not_allowed_email_domain_is_claimed: another organization claims the domain.
        email_jit_provisioning_not_allowed: the organization lets nobody in that way.
        invalid_email_for_jit_provisioning: it does, but not this domain.
    """
    organization_settings.require_unclaimed_domain(ctx, organization, email_address)
    if organization.email_jit_provisioning != "RESTRICTED":
        raise errors.email_jit_provisioning_not_allowed()
    domain = emails.domain_of(email_address)
    if domain not in organization.email_allowed_domains:
        raise errors.invalid_email_for_jit_provisioning(
            because=f"{domain} is not in email_allowed_domains",
            details={"allowed_domains": organization.email_allowed_domains, "bad_domain": domain},
        )


def is_discoverable(ctx: Context, organization: Organization, email_address: str) -> bool:
    """Whether discovery offers the organization by e-mail domain: it lets the domain in, nobody else claims it, and a
    member with a verified address of that domain is there already."""
    domain = emails.domain_of(email_address)
    if organization.email_jit_provisioning != "RESTRICTED" or domain not in organization.email_allowed_domains:
        return False
    if organization_settings.is_claimed_elsewhere(ctx, organization, email_address):
        return False
    if not ctx.project.settings.discovery_needs_verified_colleague:
        return True
    columns = Member.table.c
    return ctx.store.exists(
        ctx.store.query(Member).where(
            columns.organization_id == organization.organization_id,
            columns.email_domain == domain,
            columns.email_address_verified.is_(True),
            columns.status != "deleted",
        )
    )


def matching_oauth_tenant(organization: Organization, factors: list[Factor]) -> tuple[str, str] | None:
    """The OAuth provider and its tenant by which these factors let somebody in, if one does."""
    if organization.oauth_tenant_jit_provisioning != "RESTRICTED":
        return None
    for factor in factors:
        provider = factor.delivery_method.removeprefix("oauth_")
        for tenant in factor.tenant_ids:
            if tenant in organization.allowed_oauth_tenants.get(provider, []):
                return provider, tenant
    return None


def find_or_provision(ctx: Context, organization: Organization, email_address: str, method: str) -> tuple[Member, bool]:
    """Whom a mail to log in by goes to: the member with the address, or a pending one that this makes.

    Args:
        method: what the mail is for, as ``allowed_auth_methods`` names it.

    Returns:
        The member, and whether it was made.

    Raises:
        operation_restricted_by_organization_auth_methods: the organization doesn't take the method.
        email_jit_provisioning_not_allowed, …: not a member, and can't join; see ``check_email``.
    """
    found = lookup.member_by_email(ctx, organization, email_address)
    organization_settings.require_method_allowed(organization, found, method)
    if found is not None:
        return found, False
    require_allowed_domain(ctx, organization, email_address)
    member = insert_member(ctx, organization, email_address, status="pending")
    member_events.member_created(ctx, member, organization)
    return member, True


def provision(
    ctx: Context, organization: Organization, email_address: str, factors: list[Factor], **values: object
) -> Member:
    """A new member, by an OAuth tenant or by e-mail domain; pending where the address is still to be proven.

    Raises:
        email_jit_provisioning_not_allowed, invalid_email_for_jit_provisioning: not this address.
        invalid_oauth_tenant_for_jit_provisioning: nor this tenant.
        action_not_allowed_email_domain_is_claimed: another organization claims the domain.
    """
    tenant = matching_oauth_tenant(organization, factors)
    if tenant is None:
        _check_email_or_tenant(ctx, organization, email_address, factors)
    else:
        organization_settings.require_unclaimed_domain(ctx, organization, email_address)
    proven = any(factor.proves_email == email_address for factor in factors)
    status: Status = "active" if proven or tenant else "pending"
    member = insert_member(ctx, organization, email_address, status=status, email_address_verified=proven, **values)
    member_events.member_created(ctx, member, organization)
    return member


def _check_email_or_tenant(ctx: Context, organization: Organization, email_address: str, factors: list[Factor]) -> None:
    try:
        require_allowed_domain(ctx, organization, email_address)
    except errors.StytchError as e:
        by_tenant = organization.oauth_tenant_jit_provisioning == "RESTRICTED"
        claimed = e.kind is errors.action_not_allowed_email_domain_is_claimed
        if by_tenant and not claimed and any(factor.tenant_ids for factor in factors):
            raise errors.invalid_oauth_tenant_for_jit_provisioning() from None
        raise


def insert_member(
    ctx: Context, organization: Organization, email_address: str, *, status: Status, **values: object
) -> Member:
    """Insert a member. The caller has decided that it may join.

    Raises:
        duplicate_member_email, duplicate_member_external_id, duplicate_member_phone_number: another member has it.
        retired_member_email, desired_email_updating_for_different_member: another member keeps the address.
    """
    emails.require_available(ctx, organization, email_address)
    if ctx.project.settings.cross_org_passwords_enabled and (shared := ctx.store.find(Password, scope=email_address)):
        values["member_password_id"] = shared.member_password_id
    return ctx.store.insert(
        Member(
            member_id=ctx.ids.new("member"),
            organization_id=organization.organization_id,
            email_id=ctx.ids.new("email"),
            email_address=email_address,
            email_domain=emails.domain_of(email_address),
            status=status,
            created_at=ctx.now,
            updated_at=ctx.now,
            position=position(),
            **values,  # type: ignore[arg-type]  # further columns of Member, by name
        ),
        email_address=errors.duplicate_member_email(),
        external_id=errors.duplicate_member_external_id(),
        phone_key=errors.duplicate_member_phone_number(),
    )
