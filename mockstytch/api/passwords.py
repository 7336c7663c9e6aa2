"""``passwords``: log in by one, set one, change one, bring one along."""

from datetime import timedelta
from typing import Annotated, Any

from msgspec import Meta

from mockstytch import errors, wire
from mockstytch.api.session_fields import SessionFields
from mockstytch.domain.credentials import one_time_tokens, passwords
from mockstytch.domain.login import login_flow
from mockstytch.domain.organizations import members, organization_settings, provisioning
from mockstytch.domain.rbac import permissions
from mockstytch.domain.sessions import sessions
from mockstytch.domain.shared import lookup, member_events, messages, metadata, redirects
from mockstytch.protocols import password_hashes
from mockstytch.runtime import Context
from mockstytch.store.records.members import Member
from mockstytch.store.records.organizations import Organization
from mockstytch.store.records.sessions import Factor
from mockstytch.surfaces.endpoint import Body, Endpoints, Request
from mockstytch.surfaces.fields import (
    CodeChallenge,
    CodeVerifier,
    EmailAddress,
    ExternalId,
    FieldError,
    LinkMinutes,
    Locale,
    LocaleField,
    Metadata,
    OptionalEmail,
    OptionalSessionToken,
    OrganizationRef,
    Token,
)

api = Endpoints(resource="stytch.member")

TOKEN_TYPE = "multi_tenant_passwords"
_RECENT = timedelta(minutes=5)  # how fresh a factor must be to set a password by session

PasswordText = Annotated[str, Meta(min_length=1), FieldError(errors.weak_password)]
GivenPassword = Annotated[str, Meta(min_length=1), FieldError(errors.unauthorized_credentials)]


class LoginByPassword(SessionFields):
    """The session fields of every operation here that logs in."""

    locale: LocaleField = Locale.EN


class Authenticate(LoginByPassword):
    organization_id: OrganizationRef
    email_address: EmailAddress
    password: GivenPassword
    intermediate_session_token: OptionalSessionToken = ""


@api.post("/v1/b2b/passwords/authenticate", sdk=("/b2b/passwords/authenticate",))
def authenticate(ctx: Context, req: Authenticate) -> Body:
    """Log in by a password, which says nothing about the address."""
    organization = lookup.organization(ctx, req.organization_id)
    member = _member(ctx, organization, req.email_address)
    organization_settings.require_method_allowed(organization, member, "password")
    member = passwords.verify(ctx, member, req.password)
    return login_flow.complete_primary_factor(ctx, organization, member, passwords.factor(ctx), req.options())


def _member(ctx: Context, organization: Organization, email_address: str) -> Member:
    member = lookup.member_by_email(ctx, organization, email_address)
    if member is None:
        raise errors.member_not_found(because="nobody in the organization has this address")
    return member


class ResetStart(Request):
    organization_id: OrganizationRef
    email_address: EmailAddress
    reset_password_redirect_url: str = ""
    reset_password_expiration_minutes: LinkMinutes = 30
    code_challenge: CodeChallenge = ""
    login_redirect_url: str = ""
    locale: LocaleField = Locale.EN
    reset_password_template_id: str = ""
    verify_email_template_id: str = ""


@api.post("/v1/b2b/passwords/email/reset/start", sdk=("/b2b/passwords/email/reset/start",))
def email_reset_start(ctx: Context, req: ResetStart) -> Body:
    """Mail a link to set a password by, the first one too, and one to log in without."""
    organization = lookup.organization(ctx, req.organization_id)
    url = redirects.resolve(ctx, "password_reset", req.reset_password_redirect_url)
    login_url = redirects.resolve(ctx, "login", req.login_redirect_url)
    templates = req.reset_password_template_id, req.verify_email_template_id
    redirects.check_template(ctx, *templates)
    member, _ = provisioning.find_or_provision(ctx, organization, req.email_address, "password")
    sent: dict[str, Any] = {
        "email_address": member.email_address,
        "minutes": req.reset_password_expiration_minutes,
        "member": member,
        "slug": organization.organization_slug,
        "pkce_code_challenge": req.code_challenge,
        "public_token": ctx.project.public_token,
    }
    token = one_time_tokens.mint(ctx, "password_reset", landing_url=url, token_type=TOKEN_TYPE, **sent)
    without = one_time_tokens.mint(
        ctx, "magic_link", landing_url=login_url, token_type="multi_tenant_magic_links", **sent
    )
    messages.link(ctx, "password_reset", token, TOKEN_TYPE, req.locale, organization, without, templates)
    return {
        "member_id": member.member_id,
        "member_email_id": member.email_id,
        "member": wire.member(member, organization),
    }


class Reset(LoginByPassword):
    password_reset_token: Token
    password: PasswordText
    code_verifier: CodeVerifier = ""
    intermediate_session_token: OptionalSessionToken = ""


@api.post("/v1/b2b/passwords/email/reset", sdk=("/b2b/passwords/email/reset",))
def email_reset(ctx: Context, req: Reset) -> Body:
    """Set a password by a mailed link. The address is proven by it, and every other session of the member ends."""
    token = one_time_tokens.redeem_reset(ctx, req.password_reset_token, "password_reset", req.code_verifier)
    member = ctx.store.get(Member, member_id=token.member_id)
    organization = ctx.store.get(Organization, organization_id=member.organization_id)
    if member.email_address != token.email_address:
        raise errors.unable_to_auth_password_reset_token(because="the member's address changed since")
    organization_settings.require_method_allowed(organization, member, "password")
    passwords.require_strong(ctx, req.password, member.email_address)
    factor = passwords.factor(ctx, proves_email=member.email_address)
    body = _changed(ctx, organization, member, req.password, factor, req.options())
    return {**body, "member_email_id": member.email_id}


def _changed(
    ctx: Context,
    organization: Organization,
    member: Member,
    password: str,
    factor: Factor,
    options: login_flow.SessionOptions,
) -> Body:
    """Set the password and log in by it. The member's sessions end, but for its own that came along: it goes on."""
    sessions.require_single_session(options.session_token, options.session_jwt, options.intermediate_session_token)
    along = (
        sessions.find(ctx, options.session_token, options.session_jwt)
        if options.session_token or options.session_jwt
        else None
    )
    member = passwords.set_password(ctx, member, password_hashes.make(password, ctx.ids.token()))
    member_events.member_updated(ctx, member, organization)
    passwords.end_sessions(ctx, member, but=along.member_session_id if along else "")
    return login_flow.complete_primary_factor(ctx, organization, member, factor, options)


class ExistingPasswordReset(LoginByPassword):
    organization_id: OrganizationRef
    email_address: EmailAddress
    existing_password: GivenPassword
    new_password: PasswordText


@api.post("/v1/b2b/passwords/existing_password/reset", sdk=("/b2b/passwords/existing_password/reset",))
def existing_password_reset(ctx: Context, req: ExistingPasswordReset) -> Body:
    """Change a password by showing the old one. Every other session of the member ends."""
    organization = lookup.organization(ctx, req.organization_id)
    member = _member(ctx, organization, req.email_address)
    organization_settings.require_method_allowed(organization, member, "password")
    member = passwords.verify_current(ctx, member, req.existing_password)
    passwords.require_strong(ctx, req.new_password, member.email_address)
    body = _changed(ctx, organization, member, req.new_password, passwords.factor(ctx), req.options())
    del body["organization_id"]  # the official client knows none here
    return body


class SessionReset(LoginByPassword):
    organization_id: OrganizationRef
    password: PasswordText


@api.post("/v1/b2b/passwords/session/reset", sdk=("/b2b/passwords/session/reset",))
def session_reset(ctx: Context, req: SessionReset) -> Body:
    """Set a password within a session that has a fresh factor. The member's other sessions end."""
    organization = lookup.organization(ctx, req.organization_id)
    session = sessions.find(ctx, req.session_token, req.session_jwt)
    member = ctx.store.get(Member, member_id=session.member_id)
    if session.organization_id != organization.organization_id:
        raise errors.session_not_found(because="the session belongs to another organization")
    organization_settings.require_method_allowed(organization, member, "password")
    if not any(f.last_authenticated_at + _RECENT >= ctx.now for f in session.authentication_factors):
        raise errors.session_too_old_to_reset_password()
    passwords.require_strong(ctx, req.password, member.email_address)
    body = _changed(ctx, organization, member, req.password, passwords.factor(ctx), req.options())
    del body["organization_id"], body["primary_required"]
    return body


class StrengthCheck(Request):
    password: str
    email_address: OptionalEmail = ""


@api.post("/v1/b2b/passwords/strength_check", sdk=("/b2b/passwords/strength_check",))
def strength_check(ctx: Context, req: StrengthCheck) -> Body:
    """Whether a password would do, and what would make it better. Breaches count only where an address is given."""
    policy = ctx.project.settings.password_policy
    luds = policy.validation_policy == "LUDS"
    estimate = passwords.zxcvbn(req.password, req.email_address)
    breached = policy.check_breach_on_creation and passwords.is_breached(policy, req.password)
    strong = passwords.is_strong(policy, req.password, req.email_address)
    feedback = estimate["feedback"]
    return {
        "valid_password": strong and not (breached and req.email_address),
        "score": estimate["score"],
        "breached_password": breached,
        "strength_policy": "luds" if luds else "zxcvbn",
        "breach_detection_on_create": policy.check_breach_on_creation,
        "luds_feedback": passwords.luds_feedback(policy, req.password) if luds else None,
        "zxcvbn_feedback": None
        if luds
        else {"warning": feedback["warning"] or "", "suggestions": list(feedback["suggestions"])},
    }


class RequireReset(Request):
    email_address: EmailAddress
    organization_id: str = ""
    member_id: str = ""


@api.post("/v1/b2b/passwords/email/require_reset", permission="update.info.delete.password")
def require_reset(ctx: Context, req: RequireReset) -> Body:
    """Across organizations: the address's password no longer works, and has to be set anew by mail. A member is named
    by the organization's own ids, or by its ``member_id`` alone."""
    passwords.require_mode(ctx, cross_org=True)
    reference = req.organization_id or ctx.actor.organization_id  # an acting member reaches its own colleagues only
    if not reference and req.member_id:
        known = ctx.store.find(Member, member_id=req.member_id)
        if known is None:
            raise errors.member_not_found(because=f"no member has the id {req.member_id}")
        reference = known.organization_id
    if not reference:
        passwords.require_reset(ctx, req.email_address)
        return {"member_id": None, "member": None, "organization": None}
    organization = lookup.organization(ctx, reference)
    member = lookup.member(ctx, organization, req.member_id) if req.member_id else None
    member = member or _member(ctx, organization, req.email_address)
    if member.email_address != req.email_address:
        raise errors.member_not_found(because="member_id and email_address are not one member's")
    passwords.require_reset(ctx, req.email_address, untold=member.member_id)
    return members.changed(ctx, ctx.store.get(Member, member_id=member.member_id), organization)


class Migrate(Request):
    organization_id: OrganizationRef
    email_address: EmailAddress
    hash: Annotated[str, Meta(min_length=1, max_length=4096), FieldError(errors.invalid_hash)]
    hash_type: Annotated[str, Meta(min_length=1), FieldError(errors.invalid_hash_type)]
    md_5_config: password_hashes.Salts = password_hashes.Salts()
    argon_2_config: password_hashes.Argon2 | None = None
    sha_1_config: password_hashes.Salts = password_hashes.Salts()
    sha_512_config: password_hashes.Salts = password_hashes.Salts()
    scrypt_config: password_hashes.Scrypt | None = None
    pbkdf_2_config: password_hashes.Pbkdf2 | None = None
    name: str = ""
    trusted_metadata: Metadata = {}
    untrusted_metadata: Metadata = {}
    roles: list[str] = []
    preserve_existing_sessions: bool = False
    mfa_phone_number: str = ""
    set_phone_number_verified: bool = False
    external_id: Annotated[ExternalId, FieldError(errors.invalid_external_id)] = ""

    def configs(self) -> password_hashes.Configs:
        return password_hashes.Configs(
            md_5=self.md_5_config,
            sha_1=self.sha_1_config,
            sha_512=self.sha_512_config,
            argon_2=self.argon_2_config,
            scrypt=self.scrypt_config,
            pbkdf_2=self.pbkdf_2_config,
        )


@api.post("/v1/b2b/passwords/migrate")
def migrate(ctx: Context, req: Migrate) -> Body:
    """Take over the password of a user table. The member is made where there is none; its address is verified."""
    organization = lookup.organization(ctx, req.organization_id)
    stored = password_hashes.import_hash(req.hash_type.lower(), req.hash, req.configs())
    permissions.require_assignable(ctx, organization, req.roles)
    found = lookup.member_by_email(ctx, organization, req.email_address)
    old = passwords.find_by_scope(ctx, passwords.scope_of(ctx, found.member_id if found else "", req.email_address))
    again = old is not None and old.member_id is None and old.hash == stored  # it is shared, and came along before
    if old and not again:
        raise errors.password_already_exists()
    member = found or provisioning.insert_member(
        ctx, organization, req.email_address, status="active", external_id=req.external_id or None
    )
    member = _migrated(ctx, member, req)
    member = member if again else passwords.set_password(ctx, member, stored)
    body = members.changed(ctx, member, organization, "update" if found else "create")
    return {**body, "member_created": found is None}


def _migrated(ctx: Context, member: Member, req: Migrate) -> Member:
    columns = {}
    if req.mfa_phone_number:
        if member.mfa_phone_number:
            raise errors.duplicate_member_phone_number_for_member()
        columns = members.phone_columns(ctx, req.mfa_phone_number)
        columns["mfa_phone_number_verified"] = req.set_phone_number_verified
    return ctx.store.update(
        member,
        members.uniqueness_errors(),
        status="active",
        email_address_verified=True,
        name=req.name or member.name,
        roles=list(dict.fromkeys(req.roles)) or member.roles,
        trusted_metadata=metadata.merge(member.trusted_metadata, req.trusted_metadata),
        untrusted_metadata=metadata.merge(member.untrusted_metadata, req.untrusted_metadata),
        updated_at=ctx.now,
        **columns,
    )
