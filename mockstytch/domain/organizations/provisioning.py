"""Just-in-time provisioning: create a member at first login, if the organization allows it."""

from mockstytch import errors
from mockstytch.clock import position
from mockstytch.domain.organizations import members, organization_settings
from mockstytch.domain.shared import emails, lookup, member_events
from mockstytch.runtime import Context
from mockstytch.store.records.credentials import Password
from mockstytch.store.records.members import Member, Status
from mockstytch.store.records.organizations import Organization
from mockstytch.store.records.sessions import Factor


def require_allowed_domain(ctx: Context, organization: Organization, email_address: str) -> None:
    """Raise if the organization doesn't provision members by this e-mail domain.

    Raises:
        action_not_allowed_email_domain_is_claimed: if another organization claims the e-mail domain.
        email_jit_provisioning_not_allowed: if the organization doesn't provision members by e-mail domain.
        invalid_email_for_jit_provisioning: if the domain isn't in ``email_allowed_domains``.
    """
    organization_settings.require_unclaimed_domain(ctx, organization, email_address)
    if organization.email_jit_provisioning != "RESTRICTED":
        policy = organization.email_jit_provisioning
        raise errors.email_jit_provisioning_not_allowed(
            because=f"{email_address} is not a member, and email_jit_provisioning is {policy}"
        )
    domain = emails.domain_of(email_address)
    if domain not in organization.email_allowed_domains:
        raise errors.invalid_email_for_jit_provisioning(
            because=f"{domain} is not in email_allowed_domains",
            details={"allowed_domains": organization.email_allowed_domains, "bad_domain": domain},
        )


def is_discoverable(ctx: Context, organization: Organization, email_address: str) -> bool:
    """Return whether discovery offers the organization to this address.

    The domain must be allowed, and no other organization must claim it. Unless the project turns this off, a member
    with a verified address of the domain must exist.
    """
    if organization.email_jit_provisioning != "RESTRICTED":
        return False
    if emails.domain_of(email_address) not in organization.email_allowed_domains:
        return False
    if organization_settings.is_claimed_elsewhere(ctx, organization, email_address):
        return False
    return _has_verified_colleague(ctx, organization, email_address)


def _has_verified_colleague(ctx: Context, organization: Organization, email_address: str) -> bool:
    """Return whether a member has a verified address of the same domain, or the project doesn't require one."""
    if not ctx.project.settings.discovery_needs_verified_colleague:
        return True
    columns = Member.table.c
    return ctx.store.exists(
        ctx.store.query(Member).where(
            columns.organization_id == organization.organization_id,
            columns.email_domain == emails.domain_of(email_address),
            columns.email_address_verified.is_(True),
            columns.status.excluding("deleted"),
        )
    )


def matching_oauth_tenant(organization: Organization, factors: list[Factor]) -> tuple[str, str] | None:
    """Return the OAuth provider and tenant of these factors that the organization provisions members by, or None."""
    if organization.oauth_tenant_jit_provisioning != "RESTRICTED":
        return None
    for factor in factors:
        provider = factor.delivery_method.removeprefix("oauth_")
        for tenant in factor.tenant_ids:
            if tenant in organization.allowed_oauth_tenants.get(provider, []):
                return provider, tenant
    return None


def find_or_provision(ctx: Context, organization: Organization, email_address: str, method: str) -> tuple[Member, bool]:
    """Return the member to send a login e-mail to. Create a pending member if there is none.

    Args:
        method: the login method, as named in ``allowed_auth_methods``.

    Returns:
        The member, and whether it was created.

    Raises:
        operation_restricted_by_organization_auth_methods: if the organization doesn't allow the login method.
        email_jit_provisioning_not_allowed: if the member doesn't exist, and the organization doesn't provision members
            by e-mail domain.
    """
    existing = lookup.member_by_email(ctx, organization, email_address)
    organization_settings.require_method_allowed(organization, existing, method)
    if existing is not None:
        return existing, False
    require_allowed_domain(ctx, organization, email_address)
    member = insert_member(ctx, organization, email_address, status="pending")
    member_events.member_created(ctx, member, organization)
    return member, True


def provision(
    ctx: Context,
    organization: Organization,
    email_address: str,
    factors: list[Factor],
    *,
    by_discovery: bool = False,
    **values: object,
) -> Member:
    """Create a member by OAuth tenant or by e-mail domain. The member is pending until the address is verified.

    Args:
        by_discovery: whether the e-mail domain is sufficient only if discovery offers the organization.
        values: further columns of the member.

    Raises:
        email_jit_provisioning_not_allowed: if the organization doesn't provision members by e-mail domain, or no member
            has a verified address of the domain, which discovery requires.
        invalid_email_for_jit_provisioning: if the domain isn't in ``email_allowed_domains``.
        invalid_oauth_tenant_for_jit_provisioning: if the account's tenant isn't in ``allowed_oauth_tenants``, and the
            e-mail domain doesn't allow it either.
        action_not_allowed_email_domain_is_claimed: if another organization claims the e-mail domain.
    """
    tenant = matching_oauth_tenant(organization, factors)
    if tenant is None:
        _require_allowed_domain_or_tenant(ctx, organization, email_address, factors)
        if by_discovery and not _has_verified_colleague(ctx, organization, email_address):
            raise errors.email_jit_provisioning_not_allowed(
                because="no member has a verified address of the domain; see the setting"
                " discovery_needs_verified_colleague"
            )
    else:
        organization_settings.require_unclaimed_domain(ctx, organization, email_address)
    verified = any(factor.proves_email == email_address for factor in factors)
    status: Status = "active" if verified or tenant else "pending"
    member = insert_member(ctx, organization, email_address, status=status, email_address_verified=verified, **values)
    member_events.member_created(ctx, member, organization)
    return member


def _require_allowed_domain_or_tenant(
    ctx: Context, organization: Organization, email_address: str, factors: list[Factor]
) -> None:
    """Raise if the domain isn't allowed. The error is about the tenant if the organization provisions by tenant."""
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
    """Insert a member. The caller checks that the member can join, and emits the event.

    Args:
        values: further columns of the member.

    Raises:
        duplicate_member_email: if another member has the address.
        duplicate_member_external_id: if another member has the external id.
        duplicate_member_phone_number: if another member has the phone number.
        retired_member_email: if the address is a retired address of another member.
        desired_email_updating_for_different_member: if another member is changing to this address.
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
            **values,  # type: ignore[arg-type]  # columns of Member, by name
        ),
        **members.UNIQUENESS_ERRORS,
    )
