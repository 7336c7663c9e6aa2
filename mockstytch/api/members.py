"""``organizations.members``: the people in an organization."""

from functools import partial
from typing import Annotated

from msgspec import Meta

from mockstytch import errors, wire
from mockstytch.domain.credentials import passwords, totp
from mockstytch.domain.organizations import members, provisioning
from mockstytch.domain.rbac import permissions, role_search
from mockstytch.domain.shared import emails, lookup, metadata, search
from mockstytch.runtime import Context
from mockstytch.store.records.members import Member
from mockstytch.store.records.organizations import Organization
from mockstytch.surfaces.endpoint import Body, Endpoints, Request
from mockstytch.surfaces.fields import (
    UNSET,
    CaseInsensitiveEnum,
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
    """Create a member, active at once. No mail is sent, and the rules for invitations don't apply."""
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
    return members.changed(ctx, member, organization, "create")


class Get(Request):
    organization_id: OrganizationRef
    member_id: str = ""
    email_address: OptionalEmail = ""


@api.get("/v1/b2b/organizations/{organization_id}/member")
def get(ctx: Context, req: Get) -> Body:
    """One member, by id or address; where both are given they must be one member's."""
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
        raise errors.invalid_member_get_fields(because="member_id and email_address are not one member's")
    return members.member_response(member, organization)


class DangerouslyGet(Request):
    member_id: MemberRef
    include_deleted: bool = False


@api.get("/v1/b2b/organizations/members/dangerously_get/{member_id}")
def dangerously_get(ctx: Context, req: DangerouslyGet) -> Body:
    """One member, whatever its organization."""
    member = ctx.store.find(Member, member_id=req.member_id)
    if member is None or (member.status == "deleted" and not req.include_deleted):
        raise errors.member_not_found(because="the member is deleted" if member else "")
    organization = ctx.store.get(Organization, organization_id=member.organization_id)
    return members.member_response(lookup.without_expired_lock(ctx, member), organization)


class MfaMethod(CaseInsensitiveEnum):
    SMS_OTP = "sms_otp"
    TOTP = "totp"


class Update(Request):
    organization_id: OrganizationRef
    member_id: MemberRef
    name: Maybe[str] = UNSET
    trusted_metadata: Maybe[Metadata] = UNSET
    untrusted_metadata: Maybe[Metadata] = UNSET
    is_breakglass: Maybe[bool] = UNSET
    mfa_phone_number: Maybe[str] = UNSET
    mfa_enrolled: Maybe[bool] = UNSET
    roles: Maybe[list[str]] = UNSET
    preserve_existing_sessions: bool = False
    default_mfa_method: Maybe[Annotated[MfaMethod, FieldError(errors.invalid_mfa_default_method)]] = UNSET
    email_address: Maybe[OptionalEmail] = UNSET
    external_id: Maybe[ExternalId] = UNSET
    unlink_email: bool = False


@api.put(
    "/v1/b2b/organizations/{organization_id}/members/{member_id}",
    sdk=("/b2b/organizations/members/{member_id}", "/b2b/organizations/members/update"),
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
)
def update(ctx: Context, req: Update) -> Body:
    """Change what is sent. A new address must be verified anew, clears the password, and retires the former one."""
    organization = lookup.organization(ctx, req.organization_id)
    member = lookup.member(ctx, organization, req.member_id)
    changes = req.changes()
    new_email = changes.pop("email_address", "")
    if new_email and ctx.actor.member_id == member.member_id:
        raise errors.member_cannot_update_their_email_address()
    for name in {"trusted_metadata", "untrusted_metadata"} & changes.keys():
        changes[name] = metadata.merge(getattr(member, name), changes[name])
    if req.preserve_existing_sessions and req.roles is UNSET:
        raise errors.cannot_preserve_existing_sessions()
    if req.roles is not UNSET:
        permissions.require_assignable(ctx, organization, req.roles)
        changes["roles"] = list(dict.fromkeys(req.roles))
        if not req.preserve_existing_sessions:
            members.end_sessions_by_sso(ctx, organization, member, set(member.roles) - set(req.roles))
    if not changes.get("external_id", "sent"):
        del changes["external_id"]
    if number := changes.pop("mfa_phone_number", ""):
        if member.mfa_phone_number:
            raise errors.duplicate_member_phone_number_for_member()
        changes |= members.phone_columns(ctx, number)
    _check_default_mfa_method(member, req)
    if not changes and not new_email:
        return members.member_response(member, organization)
    member = ctx.store.update(member, members.uniqueness_errors(), **changes, updated_at=ctx.now)
    if new_email and new_email != member.email_address:
        member = emails.change(ctx, organization, member, new_email, verified=False, unlink=req.unlink_email)
        member = passwords.on_email_changed(ctx, member)
    return members.changed(ctx, member, organization)


def _check_default_mfa_method(member: Member, req: Update) -> None:
    if req.default_mfa_method is UNSET:
        return
    has_sms = bool(member.mfa_phone_number or req.mfa_phone_number)
    has_it = has_sms if req.default_mfa_method is MfaMethod.SMS_OTP else bool(member.totp_registration_id)
    if not has_it:
        raise errors.default_mfa_member_missing_factor()


class Named(Request):
    """Nothing but who is meant."""

    organization_id: OrganizationRef
    member_id: MemberRef


@api.delete(
    "/v1/b2b/organizations/{organization_id}/members/{member_id}",
    sdk=("/b2b/organizations/members/{member_id}",),
    permission="delete",
)
def delete(ctx: Context, req: Named) -> Body:
    """Delete a member, or revoke an invitation: sessions end, links die, the address is free again."""
    organization = lookup.organization(ctx, req.organization_id)
    member = members.delete(ctx, lookup.member(ctx, organization, req.member_id))
    return {"member_id": member.member_id}


@api.put(
    "/v1/b2b/organizations/{organization_id}/members/{member_id}/reactivate",
    sdk=("/b2b/organizations/members/{member_id}/reactivate",),
    permission="create",
)
def reactivate(ctx: Context, req: Named) -> Body:
    """Bring a deleted member back, if its address was verified and is still free. Takes no external id."""
    organization = lookup.organization(ctx, req.organization_id)
    member = ctx.store.find(Member, member_id=req.member_id, organization_id=organization.organization_id)
    if member is None or member.status != "deleted":
        raise errors.no_deleted_member_found_for_reactivation()
    if not member.email_address_verified:
        raise errors.email_unverified_for_reactivation()
    kept = emails.reservation(ctx, organization, member.email_address)
    if kept or lookup.member_by_email(ctx, organization, member.email_address):
        raise errors.reactivation_email_belongs_to_another_member()
    member = ctx.store.update(member, members.uniqueness_errors(), status="active", updated_at=ctx.now)
    return members.changed(ctx, member, organization)


@api.delete(
    "/v1/b2b/organizations/{organization_id}/members/{member_id}/external_id", permission="update.info.external-id"
)
def delete_external_id(ctx: Context, req: Named) -> Body:
    organization = lookup.organization(ctx, req.organization_id)
    member = lookup.member(ctx, organization, req.member_id)
    return members.changed(ctx, ctx.store.update(member, external_id=None, updated_at=ctx.now), organization)


@api.delete(
    "/v1/b2b/organizations/{organization_id}/members/mfa_phone_numbers/{member_id}",
    sdk=("/b2b/organizations/members/mfa_phone_numbers/{member_id}", "/b2b/organizations/members/deletePhoneNumber"),
    permission="update.info.delete.mfa-phone",
)
def delete_mfa_phone_number(ctx: Context, req: Named) -> Body:
    """Unlink the phone number. Sessions live on; enrolment stays as it is."""
    organization = lookup.organization(ctx, req.organization_id)
    member = lookup.member(ctx, organization, req.member_id)
    if not member.mfa_phone_number:
        raise errors.member_phone_number_not_found()
    default = "" if member.default_mfa_method == MfaMethod.SMS_OTP else member.default_mfa_method
    columns = members.phone_columns(ctx, "")
    member = ctx.store.update(member, **columns, default_mfa_method=default, updated_at=ctx.now)
    return members.changed(ctx, member, organization)


@api.delete(
    "/v1/b2b/organizations/{organization_id}/members/{member_id}/totp",
    sdk=("/b2b/organizations/members/totp/{member_id}", "/b2b/organizations/members/deleteTOTP"),
    permission="update.info.delete.mfa-totp",
)
def delete_totp(ctx: Context, req: Named) -> Body:
    """Unlink the authenticator app. Sessions live on; enrolment stays as it is."""
    organization = lookup.organization(ctx, req.organization_id)
    member = lookup.member(ctx, organization, req.member_id)
    if not member.totp_registration_id:
        raise errors.totp_not_found()
    totp.delete(ctx, member)
    default = "" if member.default_mfa_method == MfaMethod.TOTP else member.default_mfa_method
    member = ctx.store.update(member, totp_registration_id="", default_mfa_method=default, updated_at=ctx.now)
    return members.changed(ctx, member, organization)


class DeletePassword(Request):
    organization_id: OrganizationRef
    member_password_id: Annotated[str, Meta(min_length=1), FieldError(errors.member_password_not_found)]


@api.delete(
    "/v1/b2b/organizations/{organization_id}/members/passwords/{member_password_id}",
    sdk=("/b2b/organizations/members/passwords/{member_password_id}",),
)
def delete_password(ctx: Context, req: DeletePassword) -> Body:
    """Delete a member's password, named by its own id. Whose it is decides who may do that."""
    organization = lookup.organization(ctx, req.organization_id)
    member = ctx.store.find(
        Member, organization_id=organization.organization_id, member_password_id=req.member_password_id
    )
    named = {"organization_id": organization.organization_id, "member_id": member and member.member_id}
    permissions.authorize(ctx, "stytch.member", "update.info.delete.password", named)
    if member is None:
        raise errors.member_password_not_found()
    return members.changed(ctx, passwords.delete(ctx, member), organization)


class Search(Request):
    organization_ids: Annotated[list[str], Meta(min_length=1), FieldError(errors.member_search_organization_ids_empty)]
    cursor: str = ""
    limit: Annotated[int, Meta(ge=0, le=1000), FieldError(errors.user_search_invalid_limit)] = 100
    query: search.Query | None = None


_m = Member.table.c
_STATUSES = ("pending", "invited", "active", "deleted")


def _by_ids(values: list[str]) -> search.Clause:
    internal = [value.startswith("member-test-") for value in values]
    if any(internal) and not all(internal):
        raise errors.member_search_cannot_mix_internal_and_external_member_ids()
    return (_m.member_id if all(internal) else _m.external_id).in_(values)


def _by_statuses(values: list[str]) -> search.Clause:
    lowered = [value.lower() for value in values]
    if not set(lowered) <= set(_STATUSES):
        raise errors.search_invalid_status_filter()
    return _m.status.in_(lowered)


FILTERS = {
    "member_ids": search.Filter("strings", _by_ids),
    "member_emails": search.Filter(
        "strings", lambda v: search.one_of(_m.email_address, [email.lower() for email in v])
    ),
    "member_email_fuzzy": search.Filter("fuzzy", lambda v: _m.email_address.icontains(v, autoescape=True)),
    "member_is_breakglass": search.Filter("boolean", lambda v: _m.is_breakglass.is_(v), "is_breakglass"),
    "statuses": search.Filter("strings", _by_statuses),
    "member_mfa_phone_numbers": search.Filter(
        "strings", lambda v: _m.mfa_phone_number.in_(v), "mfa_member_phone_numbers"
    ),
    "member_mfa_phone_number_fuzzy": search.Filter(
        "fuzzy", lambda v: _m.mfa_phone_number.icontains(v, autoescape=True), "mfa_member_phone_number_fuzzy"
    ),
    "member_password_exists": search.Filter(
        "boolean", lambda v: _m.member_password_id != "" if v else _m.member_password_id == "", "password_exists"
    ),
    "member_totp_exists": search.Filter(
        "boolean", lambda v: _m.totp_registration_id != "" if v else _m.totp_registration_id == "", "totp_exists"
    ),
}


@api.post("/v1/b2b/organizations/members/search", sdk=("/b2b/organizations/me/members/search",), permission="search")
def search_(ctx: Context, req: Search) -> Body:
    """Find members of the given organizations, newest first; deleted ones only where ``statuses`` asks for them."""
    found_organizations = {}
    for reference in req.organization_ids:
        if ctx.actor.kind == "member":
            permissions.own_organization(ctx, reference)
        organization = lookup.organization(ctx, reference)
        found_organizations[organization.organization_id] = organization
    found = ctx.store.query(Member).where(search.one_of(_m.organization_id, found_organizations))
    query = req.query or search.Query()
    by_roles = search.Filter("strings", partial(role_search.members_with_roles, ctx, found_organizations.values()))
    wanted = search.condition("member", {**FILTERS, "member_roles": by_roles}, query)
    if wanted is not None:
        found = found.where(wanted)
    if not any(
        o["filter_name"] == "statuses" and "deleted" in map(str.lower, o["filter_value"]) for o in query.operands
    ):
        found = found.where(_m.status != "deleted")
    rows, results = search.page(ctx, Member, found, req.cursor, req.limit or 100)
    return {
        "members": [
            wire.member(lookup.without_expired_lock(ctx, m), found_organizations[m.organization_id]) for m in rows
        ],
        "organizations": {m.organization_id: wire.organization(found_organizations[m.organization_id]) for m in rows},
        "results_metadata": results,
    }
