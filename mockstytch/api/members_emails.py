"""``organizations.members``: retired e-mail addresses and pending e-mail changes."""

from enum import StrEnum

from mockstytch import errors
from mockstytch.api.members import MemberPath
from mockstytch.domain.credentials import codes, one_time_tokens
from mockstytch.domain.organizations import members
from mockstytch.domain.shared import emails, lookup, member_events, messages, redirects
from mockstytch.runtime import Context
from mockstytch.store.records.members import Member
from mockstytch.store.records.organizations import Organization
from mockstytch.surfaces.endpoint import Body, Endpoints
from mockstytch.surfaces.fields import EmailAddress, Locale, LocaleField, OptionalEmail

api = Endpoints(resource="stytch.member")

_UPDATE_MINUTES = 5  # the lifetime of the link or code of ``start_email_update``


class UnlinkRetiredEmail(MemberPath):
    email_id: str = ""
    email_address: OptionalEmail = ""


@api.post(
    "/v1/b2b/organizations/{organization_id}/members/{member_id}/unlink_retired_email",
    sdk=(
        "/b2b/organizations/members/{member_id}/unlink_retired_email",
        "/b2b/organizations/members/unlink_retired_email",
    ),
    permission="update.info.unlink.retired-email",
)
def unlink_retired_email(ctx: Context, req: UnlinkRetiredEmail) -> Body:
    """Release a retired address. If id and address are sent, they must belong to the same e-mail."""
    organization = lookup.organization(ctx, req.organization_id)
    member = lookup.member(ctx, organization, req.member_id)
    if not req.email_id and not req.email_address:
        raise errors.retired_email_missing_email_identifiers()
    for retired in member.retired_email_addresses:
        if req.email_id in ("", retired.email_id) and req.email_address in ("", retired.email_address):
            member = emails.release(ctx, member, retired)
            member_events.member_updated(ctx, member, organization)
            body = members.member_response(member, organization)
            return {**body, "organization_id": organization.organization_id}
    raise errors.email_not_found()


class DeliveryMethod(StrEnum):
    EMAIL_MAGIC_LINK = "EMAIL_MAGIC_LINK"
    EMAIL_OTP = "EMAIL_OTP"


class StartEmailUpdate(MemberPath):
    email_address: EmailAddress
    login_redirect_url: str = ""
    locale: LocaleField = Locale.EN
    login_template_id: str = ""
    delivery_method: DeliveryMethod = DeliveryMethod.EMAIL_MAGIC_LINK


@api.post(
    "/v1/b2b/organizations/{organization_id}/members/{member_id}/start_email_update",
    sdk=("/b2b/organizations/members/{member_id}/start_email_update", "/b2b/organizations/members/start_email_update"),
    permission="update.info.email",
)
def start_email_update(ctx: Context, req: StartEmailUpdate) -> Body:
    """Send a link or a code to the new address. Redeeming it within five minutes changes the member's address."""
    organization = lookup.organization(ctx, req.organization_id)
    member = lookup.member(ctx, organization, req.member_id)
    if member.status != "active":
        raise errors.email_updates_available_only_for_active_members()
    if not member.email_address_verified:
        raise errors.member_has_no_active_verified_email()
    _require_available_for(ctx, organization, member, req.email_address)
    redirects.require_templates(ctx, req.login_template_id)
    if not any(e.email_address == req.email_address for e in member.retired_email_addresses):
        emails.reserve(ctx, member, req.email_address, "updating", _UPDATE_MINUTES)
    if req.delivery_method is DeliveryMethod.EMAIL_OTP:
        token = codes.issue(ctx, "email_update", req.email_address, _UPDATE_MINUTES, member)
        messages.code(ctx, "email_update", token, req.locale, organization)
    else:
        token_type = "multi_tenant_magic_links"
        url = redirects.resolve(ctx, "login", req.login_redirect_url)
        token = one_time_tokens.create_email_update_link(
            ctx, organization, member, req.email_address, url, _UPDATE_MINUTES
        )
        messages.link(ctx, "email_update", token, token_type, req.locale, organization)
    return members.member_response(member, organization)


def _require_available_for(ctx: Context, organization: Organization, member: Member, email_address: str) -> None:
    """Raise if the member can't change to this address.

    Raises:
        duplicate_member_email: if another member has the address.
        desired_email_deactivated_by_different_member: if the address is a retired address of another member.
        desired_email_updating_for_different_member: if another member is changing to this address.
    """
    if lookup.member_by_email(ctx, organization, email_address):
        raise errors.duplicate_member_email()
    reserved = emails.find_reservation(ctx, organization, email_address)
    if reserved is None:
        return
    if reserved.member_id == member.member_id:
        if reserved.use == "updating":  # a repeated request: earlier links and codes stay valid, the time starts again
            ctx.store.delete(reserved)
        return
    if reserved.use == "retired":
        raise errors.desired_email_deactivated_by_different_member()
    raise errors.desired_email_updating_for_different_member()
