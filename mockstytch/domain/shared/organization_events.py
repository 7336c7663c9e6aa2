"""Emit the webhook events of organizations. Code that changes an organization calls one of these functions."""

from mockstytch import wire
from mockstytch.runtime import Context
from mockstytch.store.records.organizations import Organization


def organization_created(ctx: Context, organization: Organization) -> None:
    """Emit ``organization.create``."""
    ctx.emit("organization", "create", organization.organization_id, wire.organization(organization))


def organization_updated(ctx: Context, organization: Organization) -> None:
    """Emit ``organization.update``."""
    ctx.emit("organization", "update", organization.organization_id, wire.organization(organization))


def organization_deleted(ctx: Context, organization: Organization) -> None:
    """Emit ``organization.delete``, which has no object."""
    ctx.emit("organization", "delete", organization.organization_id)
