"""Joining an organization without being created by anybody: just-in-time provisioning."""

from mockstytch import errors
from mockstytch.clock import position
from mockstytch.domain import emails, organizations
from mockstytch.mock import Context
from mockstytch.store.members import Member, Status
from mockstytch.store.organizations import Organization


def check_email(ctx: Context, organization: Organization, email_address: str) -> None:
    """Somebody with this address may join by e-mail domain.

    Raises:
        action_not_allowed_email_domain_is_claimed: another organization claims the domain.
        email_jit_provisioning_not_allowed: the organization lets nobody in that way.
        invalid_email_for_jit_provisioning: it does, but not this domain.
    """
    organizations.check_claims(ctx, organization, email_address)
    if organization.email_jit_provisioning != "RESTRICTED":
        raise errors.email_jit_provisioning_not_allowed()
    domain = emails.domain_of(email_address)
    if domain not in organization.email_allowed_domains:
        raise errors.invalid_email_for_jit_provisioning(
            because=f"{domain} is not in email_allowed_domains",
            details={"allowed_domains": organization.email_allowed_domains, "bad_domain": domain},
        )


def discoverable(ctx: Context, organization: Organization, email_address: str) -> bool:
    """Whether discovery offers the organization by e-mail domain: it lets the domain in, nobody else claims it, and a
    member with a verified address of that domain is there already."""
    domain = emails.domain_of(email_address)
    if organization.email_jit_provisioning != "RESTRICTED" or domain not in organization.email_allowed_domains:
        return False
    if organizations.is_claimed_elsewhere(ctx, organization, email_address):
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


def new_member(
    ctx: Context, organization: Organization, email_address: str, *, status: Status, **values: object
) -> Member:
    """Insert a member. The caller has decided that it may join.

    Raises:
        duplicate_member_email, duplicate_member_external_id, duplicate_member_phone_number: another member has it.
        retired_member_email, desired_email_updating_for_different_member: another member keeps the address.
    """
    emails.check_free(ctx, organization, email_address)
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
