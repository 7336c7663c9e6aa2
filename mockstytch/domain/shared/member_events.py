"""Emit the webhook events of members. Code that changes a member calls one of these functions."""

from mockstytch import wire
from mockstytch.runtime import Context
from mockstytch.store.records.members import Member
from mockstytch.store.records.organizations import Organization


def member_created(ctx: Context, member: Member, organization: Organization) -> None:
    """Emit ``member.create``."""
    ctx.emit("member", "create", member.member_id, wire.member(member, organization))


def member_updated(ctx: Context, member: Member, organization: Organization) -> None:
    """Emit ``member.update``."""
    ctx.emit("member", "update", member.member_id, wire.member(member, organization))


def member_deleted(ctx: Context, member: Member) -> None:
    """Emit ``member.delete``, which has no object."""
    ctx.emit("member", "delete", member.member_id)
