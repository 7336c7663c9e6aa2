"""``organizations.members``: create, change, delete and search members."""

from enum import StrEnum
from functools import partial
from typing import Annotated

from msgspec import Meta

from mockstytch import errors, wire
from mockstytch.domain.credentials import passwords, totp
from mockstytch.domain.organizations import member_search, members, provisioning
from mockstytch.domain.rbac import permissions
from mockstytch.domain.shared import emails, lookup, member_events, metadata, search
from mockstytch.runtime import Context
from mockstytch.store.records.members import Member
from mockstytch.store.records.organizations import Organization
from mockstytch.surfaces.endpoint import Body, Endpoints, Request, SdkCall
from mockstytch.surfaces.fields import (
    EMPTY_IS_ABSENT,
    UNSET,
    EmailAddress,
    ExternalId,
    FieldError,
    Maybe,
    MemberRef,
    Metadata,
    OptionalEmail,
    OrganizationRef,
)

api = Endpoints(resource="stytch.member")


class Create(Request):
    organization_id: OrganizationRef
    email_address: EmailAddress
    name: str = ""
    trusted_metadata: Metadata = {}
    untrusted_metadata: Metadata = {}
    create_member_as_pending: bool = False
    is_breakglass: bool = False
    mfa_phone_number: str = ""
    mfa_enrolled: bool = False
    roles: list[str] = []
    external_id: ExternalId = ""


@api.post("/v1/b2b/organizations/{organization_id}/members", sdk=("/b2b/organizations/members",), permission="create")
def create(ctx: Context, req: Create) -> Body:
    """Create an active member. No e-mail is sent, and the settings for invitations don't apply."""
    organization = lookup.organization(ctx, req.organization_id)
    permissions.require_assignable(ctx, organization, req.roles)
    if ctx.actor.kind == "member" and req.trusted_metadata:
        raise errors.cannot_update_trusted_metadata()
    member = provisioning.insert_member(
        ctx,
        organization,
        req.email_address,
        status="pending" if req.create_member_as_pending else "active",
        name=req.name,
        external_id=req.external_id or None,
        is_breakglass=req.is_breakglass,
        mfa_enrolled=req.mfa_enrolled,
        roles=list(dict.fromkeys(req.roles)),
        trusted_metadata=metadata.merge({}, req.trusted_metadata),
        untrusted_metadata=metadata.merge({}, req.untrusted_metadata),
        **members.phone_columns(ctx, req.mfa_phone_number),
    )
    member_events.member_created(ctx, member, organization)
    return members.member_response(member, organization)


class Get(Request):
    organization_id: OrganizationRef
    member_id: str = ""
    email_address: OptionalEmail = ""


@api.get("/v1/b2b/organizations/{organization_id}/member")
def get(ctx: Context, req: Get) -> Body:
    """Return a member, found by id or address. If both are sent, they must belong to the same member."""
    organization = lookup.organization(ctx, req.organization_id)
    if not req.member_id and not req.email_address:
        raise errors.invalid_member_get_fields()
    by_email = lookup.member_by_email(ctx, organization, req.email_address) if req.email_address else None
    if not req.member_id:
        if by_email is None:
            raise errors.member_not_found(because="no member has this address")
        return members.member_response(by_email, organization)
    member = lookup.member(ctx, organization, req.member_id)
    if req.email_address and member != by_email:
        raise errors.invalid_member_get_fields(because="member_id and email_address belong to different members")
    return members.member_response(member, organization)


class DangerouslyGet(Request):
    member_id: MemberRef
    include_deleted: bool = False


@api.get("/v1/b2b/organizations/members/dangerously_get/{member_id}")
def dangerously_get(ctx: Context, req: DangerouslyGet) -> Body:
    """Return a member of any organization."""
    member = ctx.store.find(Member, member_id=req.member_id)
    if member is None or (member.status == "deleted" and not req.include_deleted):
        raise errors.member_not_found(because="the member is deleted" if member else "")
    organization = ctx.store.get(Organization, organization_id=member.organization_id)
    return members.member_response(lookup.without_expired_lock(ctx, member), organization)


class MfaMethod(StrEnum):
    SMS_OTP = "sms_otp"
    TOTP = "totp"


class Update(Request):
    organization_id: OrganizationRef
    member_id: MemberRef
    name: Maybe[str] = UNSET
    trusted_metadata: Maybe[Metadata] = UNSET
    untrusted_metadata: Maybe[Metadata] = UNSET
    is_breakglass: Maybe[bool] = UNSET
    mfa_phone_number: Maybe[Annotated[str, EMPTY_IS_ABSENT]] = UNSET
    mfa_enrolled: Maybe[bool] = UNSET
    roles: Maybe[list[str]] = UNSET
    preserve_existing_sessions: bool = False
    default_mfa_method: Maybe[Annotated[MfaMethod, FieldError(errors.invalid_mfa_default_method)]] = UNSET
    email_address: Maybe[OptionalEmail] = UNSET
    external_id: Maybe[ExternalId] = UNSET
    unlink_email: bool = False


def _changes(ctx: Context, req: Update) -> Body:
    """Return the fields that the request changes: none if the member doesn't exist, which is the operation's error."""
    organization = lookup.organization(ctx, req.organization_id)
    try:
        member = lookup.member(ctx, organization, req.member_id)
    except errors.StytchError:
        return req.changes()
    return metadata.differing(member, req.changes())


@api.put(
    "/v1/b2b/organizations/{organization_id}/members/{member_id}",
    sdk=(
        "/b2b/organizations/members/{member_id}",
        "/b2b/organizations/members/update",
        "/b2b/organizations/members/update/{member_id}",  # the path of older iOS SDKs
    ),
    permission={
        "name": "update.info.name",
        "untrusted_metadata": "update.info.untrusted-metadata",
        "is_breakglass": "update.settings.is-breakglass",
        "mfa_phone_number": "update.info.mfa-phone",
        "mfa_enrolled": "update.settings.mfa-enrolled",
        "roles": "update.settings.roles",
        "default_mfa_method": "update.settings.default-mfa-method",
        "email_address": "update.info.email",
        "external_id": "update.info.external-id",
    },
    changes=_changes,
)
def update(ctx: Context, req: Update) -> Body:
    """Change the sent fields. Values that are equal to the present ones change nothing.

    A new address is unverified, retires the former one, and clears the password.
    """
    organization = lookup.organization(ctx, req.organization_id)
    member = lookup.member(ctx, organization, req.member_id)
    changes = metadata.differing(member, req.changes())
    new_email = changes.pop("email_address", "")
    if new_email and ctx.actor.member_id == member.member_id:
        raise errors.member_cannot_update_their_email_address()
    for name in {"trusted_metadata", "untrusted_metadata"} & changes.keys():
        changes[name] = metadata.merge(getattr(member, name), changes[name])
    if req.preserve_existing_sessions and req.roles is UNSET:
        raise errors.cannot_preserve_existing_sessions()
    if "roles" in changes:
        permissions.require_assignable(ctx, organization, changes["roles"])
        changes["roles"] = list(dict.fromkeys(changes["roles"]))
        if not req.preserve_existing_sessions:
            members.revoke_sessions_with_roles(ctx, organization, member, set(member.roles) - set(changes["roles"]))
    if number := changes.pop("mfa_phone_number", ""):
        if member.mfa_phone_number:
            raise errors.duplicate_member_phone_number_for_member()
        changes |= members.phone_columns(ctx, number)
    _require_factor_of_default_mfa_method(member, changes)
    if not changes and not new_email:
        return members.member_response(member, organization)
    member = ctx.store.update(member, members.UNIQUENESS_ERRORS, **changes, updated_at=ctx.now)
    if new_email:
        member = emails.change_address(ctx, organization, member, new_email, verified=False, unlink=req.unlink_email)
        member = passwords.on_email_changed(ctx, member)
    return _updated(ctx, member, organization)


def _updated(ctx: Context, member: Member, organization: Organization) -> Body:
    """Emit the update event, and return the response."""
    member_events.member_updated(ctx, member, organization)
    return members.member_response(member, organization)


def _require_factor_of_default_mfa_method(member: Member, changes: Body) -> None:
    method = changes.get("default_mfa_method")
    if method == MfaMethod.SMS_OTP:
        has_factor = bool(member.mfa_phone_number or changes.get("mfa_phone_number"))
    else:
        has_factor = bool(member.totp_registration_id)
    if method and not has_factor:
        raise errors.default_mfa_member_missing_factor()


class MemberPath(Request):
    """Path parameters of one member."""

    organization_id: OrganizationRef
    member_id: MemberRef


@api.delete(
    "/v1/b2b/organizations/{organization_id}/members/{member_id}",
    sdk=("/b2b/organizations/members/{member_id}",),
    permission="delete",
)
def delete(ctx: Context, req: MemberPath) -> Body:
    """Delete a member, or revoke an invitation. Sessions and links end, and the address becomes available."""
    organization = lookup.organization(ctx, req.organization_id)
    member = members.delete(ctx, lookup.member(ctx, organization, req.member_id))
    return {"member_id": member.member_id}


@api.put(
    "/v1/b2b/organizations/{organization_id}/members/{member_id}/reactivate",
    sdk=("/b2b/organizations/members/{member_id}/reactivate",),
    permission="create",
)
def reactivate(ctx: Context, req: MemberPath) -> Body:
    """Reactivate a deleted member, if the address was verified and is still available. Finds members by id only."""
    organization = lookup.organization(ctx, req.organization_id)
    member = ctx.store.find(Member, member_id=req.member_id, organization_id=organization.organization_id)
    if member is None or member.status != "deleted":
        raise errors.no_deleted_member_found_for_reactivation()
    if not member.email_address_verified:
        raise errors.email_unverified_for_reactivation()
    reserved = emails.find_reservation(ctx, organization, member.email_address)
    if reserved or lookup.member_by_email(ctx, organization, member.email_address):
        raise errors.reactivation_email_belongs_to_another_member()
    member = ctx.store.update(member, members.UNIQUENESS_ERRORS, status="active", updated_at=ctx.now)
    return _updated(ctx, member, organization)


@api.delete(
    "/v1/b2b/organizations/{organization_id}/members/{member_id}/external_id", permission="update.info.external-id"
)
def delete_external_id(ctx: Context, req: MemberPath) -> Body:
    """Remove the external id of a member."""
    organization = lookup.organization(ctx, req.organization_id)
    member = lookup.member(ctx, organization, req.member_id)
    return _updated(ctx, ctx.store.update(member, external_id=None, updated_at=ctx.now), organization)


@api.delete(
    "/v1/b2b/organizations/{organization_id}/members/mfa_phone_numbers/{member_id}",
    sdk=(
        "/b2b/organizations/members/mfa_phone_numbers/{member_id}",
        "/b2b/organizations/members/deletePhoneNumber",
        "/b2b/organizations/members/deletePhoneNumber/{member_id}",  # the iOS SDK's path
    ),
    permission="update.info.delete.mfa-phone",
)
def delete_mfa_phone_number(ctx: Context, req: MemberPath) -> Body:
    """Delete the phone number. Sessions continue, and ``mfa_enrolled`` doesn't change."""
    organization = lookup.organization(ctx, req.organization_id)
    member = lookup.member(ctx, organization, req.member_id)
    if not member.mfa_phone_number:
        raise errors.member_phone_number_not_found()
    default = "" if member.default_mfa_method == MfaMethod.SMS_OTP else member.default_mfa_method
    columns = members.phone_columns(ctx, "")
    member = ctx.store.update(member, **columns, default_mfa_method=default, updated_at=ctx.now)
    return _updated(ctx, member, organization)


@api.delete(
    "/v1/b2b/organizations/{organization_id}/members/{member_id}/totp",
    sdk=(
        "/b2b/organizations/members/totp/{member_id}",
        "/b2b/organizations/members/deleteTOTP",
        "/b2b/organizations/members/deleteTOTP/{member_id}",  # the iOS SDK's path
    ),
    permission="update.info.delete.mfa-totp",
)
def delete_totp(ctx: Context, req: MemberPath) -> Body:
    """Delete the TOTP registration. Sessions continue, and ``mfa_enrolled`` doesn't change."""
    organization = lookup.organization(ctx, req.organization_id)
    member = lookup.member(ctx, organization, req.member_id)
    if not member.totp_registration_id:
        raise errors.totp_not_found()
    totp.delete(ctx, member)
    default = "" if member.default_mfa_method == MfaMethod.TOTP else member.default_mfa_method
    member = ctx.store.update(member, totp_registration_id="", default_mfa_method=default, updated_at=ctx.now)
    return _updated(ctx, member, organization)


class DeletePassword(Request):
    organization_id: OrganizationRef
    member_password_id: Annotated[str, Meta(min_length=1), FieldError(errors.member_password_not_found)]


@api.delete(
    "/v1/b2b/organizations/{organization_id}/members/passwords/{member_password_id}",
    sdk=("/b2b/organizations/members/passwords/{member_password_id}",),
)
def delete_password(ctx: Context, req: DeletePassword) -> Body:
    """Delete a password, found by its own id. An acting member needs a permission for the password's member."""
    organization = lookup.organization(ctx, req.organization_id)
    member = ctx.store.find(
        Member, organization_id=organization.organization_id, member_password_id=req.member_password_id
    )
    target = {"organization_id": organization.organization_id, "member_id": member and member.member_id}
    permissions.authorize(ctx, "stytch.member", "update.info.delete.password", target)
    if member is None:
        raise errors.member_password_not_found()
    return _updated(ctx, passwords.delete(ctx, member), organization)


class Search(Request):
    organization_ids: Annotated[list[str], Meta(min_length=1), FieldError(errors.member_search_organization_ids_empty)]
    cursor: str = ""
    limit: Annotated[int, Meta(ge=0, le=1000), FieldError(errors.user_search_invalid_limit)] = 100
    query: search.Query | None = None


@api.post(
    "/v1/b2b/organizations/members/search",
    sdk=(SdkCall("/b2b/organizations/me/members/search", own=("organization_ids",)),),
    permission="search",
)
def search_(ctx: Context, req: Search) -> Body:
    """Find members of the given organizations, newest first. Deleted ones are found only if ``statuses`` has them."""
    organizations = {}
    for reference in req.organization_ids:
        if ctx.actor.kind == "member":
            permissions.own_organization(ctx, reference)
        organization = lookup.organization(ctx, reference)
        organizations[organization.organization_id] = organization
    query = req.query or search.Query()
    member_search.go_on_counting(ctx, organizations.values(), query)
    matching = member_search.matching(ctx, organizations.values(), query)
    count = partial(member_search.total, ctx, organizations.values(), query, matching.query)
    found, results = search.page(ctx, Member, matching.query, req.cursor, req.limit or 100, count, matching.newest)
    return {
        "members": [wire.member(lookup.without_expired_lock(ctx, m), organizations[m.organization_id]) for m in found],
        "organizations": {m.organization_id: wire.organization(organizations[m.organization_id]) for m in found},
        "results_metadata": results,
    }
