"""``magic_links``: links by e-mail, within one organization."""

from typing import Any

from mockstytch import errors, wire
from mockstytch.api import magic_links_discovery
from mockstytch.api.session_fields import LoginFields
from mockstytch.domain.credentials import one_time_tokens
from mockstytch.domain.login import login_flow, sandbox
from mockstytch.domain.organizations import members, organization_settings, provisioning
from mockstytch.domain.rbac import permissions
from mockstytch.domain.shared import emails, lookup, messages, metadata, redirects
from mockstytch.runtime import Context
from mockstytch.store.records.members import Member
from mockstytch.store.records.organizations import Organization
from mockstytch.surfaces.endpoint import Body, Endpoints, Request
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

api = Endpoints(resource="stytch.member")

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


@api.post("/v1/b2b/magic_links/email/login_or_signup", sdk=("/b2b/magic_links/email/login_or_signup",))
def login_or_signup(ctx: Context, req: LoginOrSignup) -> Body:
    """Mail an active member a login link, everybody else a signup link; who isn't a member yet becomes a pending one,
    if the organization lets the address join."""
    if sandbox.is_recipient(req.email_address, req.organization_id):
        organization, member = sandbox.organization_and_member(ctx)
        return {**members.member_response(member, organization), "member_created": False}
    organization = lookup.organization(ctx, req.organization_id)
    urls = {
        "login": redirects.resolve(ctx, "login", req.login_redirect_url),
        "signup": redirects.resolve(ctx, "signup", req.signup_redirect_url),
    }
    templates = req.login_template_id, req.signup_template_id
    redirects.check_template(ctx, *templates)
    member, created = provisioning.find_or_provision(ctx, organization, req.email_address, "magic_link")
    kind = "login" if member.status == "active" else "signup"
    minutes = req.login_expiration_minutes if kind == "login" else req.signup_expiration_minutes
    challenge = req.pkce_code_challenge
    _mail(ctx, f"magic_link.{kind}", organization, member, urls[kind], minutes, req.locale, templates, challenge)
    return {**members.member_response(member, organization), "member_created": created}


def _mail(
    ctx: Context,
    kind: str,
    organization: Organization,
    member: Member,
    url: str,
    minutes: int,
    locale: str,
    templates: tuple[str, ...],
    pkce_code_challenge: str = "",
) -> None:
    token = one_time_tokens.mint(
        ctx,
        "magic_link",
        member.email_address,
        minutes,
        member=member,
        landing_url=url,
        token_type=TOKEN_TYPE,
        slug=organization.organization_slug,
        pkce_code_challenge=pkce_code_challenge,
    )
    messages.link(ctx, kind, token, TOKEN_TYPE, locale, organization, templates=templates)


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


@api.post("/v1/b2b/magic_links/email/invite", sdk=("/b2b/magic_links/email/invite",), permission="create")
def invite(ctx: Context, req: Invite) -> Body:
    """Invite somebody. A pending member becomes an invited one; who is invited already gets another mail."""
    if sandbox.is_recipient(req.email_address, req.organization_id):
        organization, member = sandbox.organization_and_member(ctx)
        return members.member_response(member, organization)
    organization = lookup.organization(ctx, req.organization_id)
    url = redirects.resolve(ctx, "invite", req.invite_redirect_url)
    redirects.check_template(ctx, req.invite_template_id)
    if req.invited_by_member_id:
        lookup.member(ctx, organization, req.invited_by_member_id)
    permissions.require_assignable(ctx, organization, req.roles)
    if ctx.actor.kind == "member" and req.trusted_metadata:
        raise errors.cannot_update_trusted_metadata()
    _check_invitable(ctx, organization, req.email_address)
    member = _invited(ctx, organization, req)
    templates = (req.invite_template_id,)
    _mail(ctx, "magic_link.invite", organization, member, url, req.invite_expiration_minutes, req.locale, templates)
    return members.member_response(member, organization)


def _check_invitable(ctx: Context, organization: Organization, email_address: str) -> None:
    domain_fits = emails.domain_of(email_address) in organization.email_allowed_domains
    if organization.email_invites == "NOT_ALLOWED" or (organization.email_invites == "RESTRICTED" and not domain_fits):
        raise errors.invalid_email_for_invites(because=f"email_invites is {organization.email_invites}")
    organization_settings.require_unclaimed_domain(ctx, organization, email_address)
    organization_settings.require_method_allowed(organization, None, "magic_link")


def _invited(ctx: Context, organization: Organization, req: Invite) -> Member:
    found = lookup.member_by_email(ctx, organization, req.email_address)
    if found and found.status == "active":
        raise errors.duplicate_member_email(because="an active member")
    given: dict[str, Any] = {
        "trusted_metadata": metadata.merge(found.trusted_metadata if found else {}, req.trusted_metadata),
        "untrusted_metadata": metadata.merge(found.untrusted_metadata if found else {}, req.untrusted_metadata),
    }
    if req.name:
        given["name"] = req.name
    if req.roles:
        given["roles"] = list(dict.fromkeys(req.roles))
    if found is None:
        member = provisioning.insert_member(ctx, organization, req.email_address, status="invited", **given)
    else:
        member = ctx.store.update(found, status="invited", **given, updated_at=ctx.now)
    ctx.emit("member", "update" if found else "create", member.member_id, wire.member(member, organization))
    return member


class Authenticate(LoginFields, own_fields_first=True):
    magic_links_token: Token
    pkce_code_verifier: CodeVerifier = ""
    locale: LocaleField = Locale.EN


@api.post("/v1/b2b/magic_links/authenticate", sdk=("/b2b/magic_links/authenticate",))
def authenticate(ctx: Context, req: Authenticate) -> Body:
    """Log in by a link. A discovery token, which older guides bring here, is answered as discovery answers it."""
    if sandbox.is_good_token(req.magic_links_token):
        organization, member = sandbox.organization_and_member(ctx)
        return _logged_in(ctx, organization, member, req.options())
    token = one_time_tokens.redeem_link(
        ctx, req.magic_links_token, ("magic_link", "email_update", "discovery"), req.pkce_code_verifier
    )
    if token.kind == "discovery":
        ctx.note("a discovery token: use POST /v1/b2b/magic_links/discovery/authenticate")
        return magic_links_discovery.found(ctx, token.email_address)
    member = lookup.without_expired_lock(ctx, ctx.store.get(Member, member_id=token.member_id))
    organization = ctx.store.get(Organization, organization_id=member.organization_id)
    if token.kind == "email_update":
        member = emails.complete_update(ctx, organization, token)
    elif member.email_address != token.email_address:
        raise errors.unable_to_auth_magic_link(because="the member's address changed since")
    return _logged_in(ctx, organization, member, req.options())


def _logged_in(ctx: Context, organization: Organization, member: Member, options: login_flow.SessionOptions) -> Body:
    factor = login_flow.email_factor(ctx, "magic_link", member.email_address, member.email_id)
    body = login_flow.complete_primary_factor(ctx, organization, member, factor, options)
    return {**body, "method_id": member.email_id, "reset_sessions": False}
