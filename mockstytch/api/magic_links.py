"""``magic_links``: login, signup and invitation links in e-mails of one organization."""

from typing import Any

from mockstytch import errors
from mockstytch.api import magic_links_discovery
from mockstytch.api.session_fields import LoginFields
from mockstytch.domain.credentials import one_time_tokens
from mockstytch.domain.login import login_flow, sandbox
from mockstytch.domain.organizations import members, organization_settings, provisioning
from mockstytch.domain.rbac import permissions
from mockstytch.domain.shared import emails, lookup, member_events, messages, metadata, redirects
from mockstytch.runtime import Context
from mockstytch.store.records.members import Member
from mockstytch.store.records.messages import TokenKind
from mockstytch.store.records.organizations import Organization
from mockstytch.surfaces.endpoint import Body, Endpoints, Request, SdkCall
from mockstytch.surfaces.fields import (
    CodeChallenge,
    CodeVerifier,
    EmailAddress,
    LinkMinutes,
    Locale,
    LocaleField,
    Metadata,
    OrganizationRef,
    Token,
)

api = Endpoints(resource="stytch.member", sdk_feature="magic_links.enabled")

TOKEN_TYPE = "multi_tenant_magic_links"


class LoginOrSignup(Request):
    organization_id: OrganizationRef
    email_address: EmailAddress
    login_redirect_url: str = ""
    signup_redirect_url: str = ""
    pkce_code_challenge: CodeChallenge = ""
    login_template_id: str = ""
    signup_template_id: str = ""
    locale: LocaleField = Locale.EN
    login_expiration_minutes: LinkMinutes = 60
    signup_expiration_minutes: LinkMinutes = 60


@api.post(
    "/v1/b2b/magic_links/email/login_or_signup", sdk=(SdkCall("/b2b/magic_links/email/login_or_signup", empty=True),)
)
def login_or_signup(ctx: Context, req: LoginOrSignup) -> Body:
    """Send a login link to an active member, or a signup link to any other address.

    An address without a member becomes a pending member, if the organization provisions members.
    """
    if sandbox.is_recipient(req.email_address, req.organization_id):
        organization, member = sandbox.organization_and_member(ctx)
        return {**members.member_response(member, organization), "member_created": False}
    organization = lookup.organization(ctx, req.organization_id)
    urls = {
        "login": redirects.resolve(ctx, "login", req.login_redirect_url),
        "signup": redirects.resolve(ctx, "signup", req.signup_redirect_url),
    }
    templates = req.login_template_id, req.signup_template_id
    redirects.require_templates(ctx, *templates)
    member, created = provisioning.find_or_provision(ctx, organization, req.email_address, "magic_link")
    kind = "login" if member.status == "active" else "signup"
    minutes = req.login_expiration_minutes if kind == "login" else req.signup_expiration_minutes
    token = one_time_tokens.create_magic_link(ctx, organization, member, urls[kind], minutes, req.pkce_code_challenge)
    messages.link(ctx, f"magic_link.{kind}", token, TOKEN_TYPE, req.locale, organization, templates=templates)
    return {**members.member_response(member, organization), "member_created": created}


class Invite(Request):
    organization_id: OrganizationRef
    email_address: EmailAddress
    invite_redirect_url: str = ""
    invited_by_member_id: str = ""
    name: str = ""
    trusted_metadata: Metadata = {}
    untrusted_metadata: Metadata = {}
    invite_template_id: str = ""
    locale: LocaleField = Locale.EN
    roles: list[str] = []
    invite_expiration_minutes: LinkMinutes = 10080


@api.post(
    "/v1/b2b/magic_links/email/invite",
    sdk=(SdkCall("/b2b/magic_links/email/invite", own=("organization_id",)),),
    permission="create",
)
def invite(ctx: Context, req: Invite) -> Body:
    """Invite an address. A pending member becomes invited, and an invited member gets another e-mail."""
    if sandbox.is_recipient(req.email_address, req.organization_id):
        organization, member = sandbox.organization_and_member(ctx)
        return members.member_response(member, organization)
    organization = lookup.organization(ctx, req.organization_id)
    url = redirects.resolve(ctx, "invite", req.invite_redirect_url)
    redirects.require_templates(ctx, req.invite_template_id)
    if req.invited_by_member_id:
        lookup.member(ctx, organization, req.invited_by_member_id)
    permissions.require_assignable(ctx, organization, req.roles)
    if ctx.actor.kind == "member" and req.trusted_metadata:
        raise errors.cannot_update_trusted_metadata()
    _require_invitable(ctx, organization, req.email_address)
    member = _invite_member(ctx, organization, req)
    token = one_time_tokens.create_magic_link(ctx, organization, member, url, req.invite_expiration_minutes)
    templates = (req.invite_template_id,)
    messages.link(ctx, "magic_link.invite", token, TOKEN_TYPE, req.locale, organization, templates=templates)
    return members.member_response(member, organization)


def _require_invitable(ctx: Context, organization: Organization, email_address: str) -> None:
    is_allowed = emails.domain_of(email_address) in organization.email_allowed_domains
    if organization.email_invites == "NOT_ALLOWED" or (organization.email_invites == "RESTRICTED" and not is_allowed):
        raise errors.invalid_email_for_invites(because=f"email_invites is {organization.email_invites}")
    organization_settings.require_unclaimed_domain(ctx, organization, email_address)
    organization_settings.require_method_allowed(organization, None, "magic_link")


def _invite_member(ctx: Context, organization: Organization, req: Invite) -> Member:
    member = lookup.member_by_email(ctx, organization, req.email_address)
    if member and member.status == "active":
        raise errors.duplicate_member_email(because="an active member has this address")
    columns: dict[str, Any] = {
        "trusted_metadata": metadata.merge(member.trusted_metadata if member else {}, req.trusted_metadata),
        "untrusted_metadata": metadata.merge(member.untrusted_metadata if member else {}, req.untrusted_metadata),
    }
    if req.name:
        columns["name"] = req.name
    if req.roles:
        columns["roles"] = list(dict.fromkeys(req.roles))
    if member is None:
        member = provisioning.insert_member(ctx, organization, req.email_address, status="invited", **columns)
        member_events.member_created(ctx, member, organization)
    else:
        member = ctx.store.update(member, status="invited", **columns, updated_at=ctx.now)
        member_events.member_updated(ctx, member, organization)
    return member


class Authenticate(LoginFields, own_fields_first=True):
    magic_links_token: Token
    pkce_code_verifier: CodeVerifier = ""
    locale: LocaleField = Locale.EN


@api.post("/v1/b2b/magic_links/authenticate", sdk=("/b2b/magic_links/authenticate",))
def authenticate(ctx: Context, req: Authenticate) -> Body:
    """Log in with a link.

    Older guides send discovery tokens here: they are handled as discovery does. An official SDK gets an error instead,
    as in production, because it can't read discovery's response here.
    """
    if sandbox.is_valid_token(req.magic_links_token):
        organization, member = sandbox.organization_and_member(ctx)
        return _log_in(ctx, organization, member, req.options())
    kinds: tuple[TokenKind, ...] = ("magic_link", "email_update")
    token = one_time_tokens.redeem_link(
        ctx, req.magic_links_token, kinds if ctx.from_sdk else (*kinds, "discovery"), req.pkce_code_verifier
    )
    if token.kind == "discovery":
        one_time_tokens.note_endpoint(ctx, token)
        return magic_links_discovery.discovered_response(ctx, token.email_address)
    member = lookup.without_expired_lock(ctx, ctx.store.get(Member, member_id=token.member_id))
    organization = ctx.store.get(Organization, organization_id=member.organization_id)
    if token.kind == "email_update":
        member = emails.complete_update(ctx, organization, token)
    elif member.email_address != token.email_address:
        raise errors.unable_to_auth_magic_link(because="the member's address has changed")
    return _log_in(ctx, organization, member, req.options())


def _log_in(ctx: Context, organization: Organization, member: Member, options: login_flow.SessionOptions) -> Body:
    factor = login_flow.email_factor(ctx, "magic_link", member.email_address, member.email_id)
    body = login_flow.complete_primary_factor(ctx, organization, member, factor, options)
    return {**body, "method_id": member.email_id, "reset_sessions": False}
