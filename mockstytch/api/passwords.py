"""``passwords``: log in with a password; set, change, reset and import passwords."""

from datetime import timedelta
from typing import Annotated

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
from mockstytch.surfaces.endpoint import Body, Endpoints, Request, SdkCall
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

api = Endpoints(resource="stytch.member", sdk_feature="passwords.enabled")

TOKEN_TYPE = "multi_tenant_passwords"
_MAX_FACTOR_AGE = timedelta(minutes=5)  # for setting a password within a session

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
    """Log in with a password. A password doesn't verify the member's e-mail address."""
    organization = lookup.organization(ctx, req.organization_id)
    member = _member_by_email(ctx, organization, req.email_address)
    organization_settings.require_method_allowed(organization, member, "password")
    member = passwords.verify(ctx, member, req.password)
    return login_flow.complete_primary_factor(ctx, organization, member, passwords.factor(ctx), req.options())


def _member_by_email(ctx: Context, organization: Organization, email_address: str) -> Member:
    """Return the member with this e-mail address.

    Raises:
        member_not_found: if the organization has no member with this e-mail address.
    """
    member = lookup.member_by_email(ctx, organization, email_address)
    if member is None:
        raise errors.member_not_found(because="no member of the organization has this e-mail address")
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


@api.post("/v1/b2b/passwords/email/reset/start", sdk=(SdkCall("/b2b/passwords/email/reset/start", empty=True),))
def email_reset_start(ctx: Context, req: ResetStart) -> Body:
    """Send an e-mail with two links: one to set a password, and one to log in without a password."""
    organization = lookup.organization(ctx, req.organization_id)
    url = redirects.resolve(ctx, "password_reset", req.reset_password_redirect_url)
    login_url = redirects.resolve(ctx, "login", req.login_redirect_url)
    templates = req.reset_password_template_id, req.verify_email_template_id
    redirects.require_templates(ctx, *templates)
    member, _ = provisioning.find_or_provision(ctx, organization, req.email_address, "password")
    url = redirects.landing(url, public_token=ctx.project.public_token)
    login_url = redirects.landing(login_url, public_token=ctx.project.public_token)
    minutes, challenge = req.reset_password_expiration_minutes, req.code_challenge
    token = one_time_tokens.create_password_reset_link(ctx, organization, member, url, minutes, challenge)
    login_token = one_time_tokens.create_magic_link(ctx, organization, member, login_url, minutes, challenge)
    messages.link(ctx, "password_reset", token, TOKEN_TYPE, req.locale, organization, login_token, templates)
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
    """Set a password with the token of a mailed link, and log in. The link verifies the member's e-mail address.

    Raises:
        unable_to_auth_password_reset_token: if the member's e-mail address changed after the e-mail was sent.
    """
    token = one_time_tokens.redeem_reset(ctx, req.password_reset_token, "password_reset", req.code_verifier)
    member = ctx.store.get(Member, member_id=token.member_id)
    organization = ctx.store.get(Organization, organization_id=member.organization_id)
    if member.email_address != token.email_address:
        raise errors.unable_to_auth_password_reset_token(because="the member's e-mail address has changed")
    organization_settings.require_method_allowed(organization, member, "password")
    passwords.require_strong(ctx, req.password, member.email_address)
    factor = passwords.factor(ctx, proves_email=member.email_address)
    body = _set_and_log_in(ctx, organization, member, req.password, factor, req.options())
    return {**body, "member_email_id": member.email_id}


def _set_and_log_in(
    ctx: Context,
    organization: Organization,
    member: Member,
    password: str,
    factor: Factor,
    options: login_flow.SessionOptions,
) -> Body:
    """Set a member's password and log in with it. Revoke all sessions of the member, except a session that was sent."""
    sessions.require_single_session(options.session_token, options.session_jwt, options.intermediate_session_token)
    has_session = options.session_token or options.session_jwt
    given = sessions.find(ctx, options.session_token, options.session_jwt) if has_session else None
    member = passwords.set_password(ctx, member, password_hashes.make(password, ctx.ids.token()))
    member_events.member_updated(ctx, member, organization)
    passwords.revoke_sessions(ctx, member, except_session=given.member_session_id if given else "")
    return login_flow.complete_primary_factor(ctx, organization, member, factor, options)


class ExistingPasswordReset(LoginByPassword):
    organization_id: OrganizationRef
    email_address: EmailAddress
    existing_password: GivenPassword
    new_password: PasswordText


@api.post("/v1/b2b/passwords/existing_password/reset", sdk=("/b2b/passwords/existing_password/reset",))
def existing_password_reset(ctx: Context, req: ExistingPasswordReset) -> Body:
    """Change a password with the existing one, and log in. The member's other sessions are revoked."""
    organization = lookup.organization(ctx, req.organization_id)
    member = _member_by_email(ctx, organization, req.email_address)
    organization_settings.require_method_allowed(organization, member, "password")
    member = passwords.verify_current(ctx, member, req.existing_password)
    passwords.require_strong(ctx, req.new_password, member.email_address)
    body = _set_and_log_in(ctx, organization, member, req.new_password, passwords.factor(ctx), req.options())
    del body["organization_id"]  # the official client's response type has no such field
    return body


class SessionReset(LoginByPassword):
    organization_id: OrganizationRef
    password: PasswordText


@api.post("/v1/b2b/passwords/session/reset", sdk=(SdkCall("/b2b/passwords/session/reset", own=("organization_id",)),))
def session_reset(ctx: Context, req: SessionReset) -> Body:
    """Set a password within a session. The member's other sessions are revoked.

    Raises:
        session_not_found: if the session belongs to another organization.
        session_too_old_to_reset_password: if no factor of the session was verified in the last five minutes.
    """
    organization = lookup.organization(ctx, req.organization_id)
    session = sessions.find(ctx, req.session_token, req.session_jwt)
    member = ctx.store.get(Member, member_id=session.member_id)
    if session.organization_id != organization.organization_id:
        raise errors.session_not_found(because="the session belongs to another organization")
    organization_settings.require_method_allowed(organization, member, "password")
    if not any(f.last_authenticated_at + _MAX_FACTOR_AGE >= ctx.now for f in session.authentication_factors):
        raise errors.session_too_old_to_reset_password()
    passwords.require_strong(ctx, req.password, member.email_address)
    body = _set_and_log_in(ctx, organization, member, req.password, passwords.factor(ctx), req.options())
    del body["organization_id"], body["primary_required"]
    return body


class StrengthCheck(Request):
    password: str
    email_address: OptionalEmail = ""


@api.post("/v1/b2b/passwords/strength_check", sdk=("/b2b/passwords/strength_check",))
def strength_check(ctx: Context, req: StrengthCheck) -> Body:
    """Return whether a password meets the policy, and how to make it stronger.

    A breached password is valid here unless the request has an e-mail address.
    """
    policy = ctx.project.settings.password_policy
    estimate = passwords.zxcvbn(req.password, req.email_address)
    feedback = estimate["feedback"]
    luds = passwords.luds_feedback(policy, req.password) if policy.validation_policy == "LUDS" else None
    is_strong = passwords.meets_luds(luds) if luds else passwords.meets_zxcvbn(estimate)
    breached = policy.check_breach_on_creation and passwords.is_breached(policy, req.password)
    return {
        "valid_password": is_strong and not (breached and req.email_address),
        "score": estimate["score"],
        "breached_password": breached,
        "strength_policy": "luds" if luds else "zxcvbn",
        "breach_detection_on_create": policy.check_breach_on_creation,
        "luds_feedback": luds,
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
    """Refuse the cross-organization password of an e-mail address until it is reset by e-mail.

    The request can name a member, by ``member_id`` or by ``organization_id``; then the response has the member.

    Raises:
        member_not_found: if no member has this id, or its e-mail address differs from ``email_address``.
    """
    passwords.require_mode(ctx, cross_org=True)
    reference = (
        req.organization_id or ctx.actor.organization_id
    )  # a member's session limits the call to its organization
    if not reference and req.member_id:
        named = ctx.store.find(Member, member_id=req.member_id)
        if named is None:
            raise errors.member_not_found(because=f"no member has the id {req.member_id}")
        reference = named.organization_id
    if not reference:
        passwords.require_reset(ctx, req.email_address)
        return {"member_id": None, "member": None, "organization": None}
    organization = lookup.organization(ctx, reference)
    member = lookup.member(ctx, organization, req.member_id) if req.member_id else None
    member = member or _member_by_email(ctx, organization, req.email_address)
    if member.email_address != req.email_address:
        raise errors.member_not_found(because="member_id and email_address belong to different members")
    passwords.require_reset(ctx, req.email_address, exclude_event_for=member.member_id)
    member = ctx.store.get(Member, member_id=member.member_id)
    member_events.member_updated(ctx, member, organization)
    return members.member_response(member, organization)


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
    """Import a password hash. Create the member if none exists, and mark the e-mail address as verified.

    Raises:
        password_already_exists: if the member or the e-mail address already has a password.
    """
    organization = lookup.organization(ctx, req.organization_id)
    stored = password_hashes.import_hash(req.hash_type.lower(), req.hash, req.configs())
    permissions.require_assignable(ctx, organization, req.roles)
    existing = lookup.member_by_email(ctx, organization, req.email_address)
    scope = passwords.scope_of(ctx, existing.member_id if existing else "", req.email_address)
    password = passwords.find_by_scope(ctx, scope)
    # a cross-organization password can be imported once for each of its members
    is_imported = password is not None and password.member_id is None and password.hash == stored
    if password and not is_imported:
        raise errors.password_already_exists()
    member = existing or provisioning.insert_member(
        ctx, organization, req.email_address, status="active", external_id=req.external_id or None
    )
    member = _update_imported_member(ctx, member, req)
    member = member if is_imported else passwords.set_password(ctx, member, stored)
    emit = member_events.member_updated if existing else member_events.member_created
    emit(ctx, member, organization)
    return {**members.member_response(member, organization), "member_created": existing is None}


def _update_imported_member(ctx: Context, member: Member, req: Migrate) -> Member:
    """Apply the request's member fields.

    Raises:
        duplicate_member_phone_number_for_member: if the member already has a phone number.
    """
    columns = {}
    if req.mfa_phone_number:
        if member.mfa_phone_number:
            raise errors.duplicate_member_phone_number_for_member()
        columns = members.phone_columns(ctx, req.mfa_phone_number)
        columns["mfa_phone_number_verified"] = req.set_phone_number_verified
    return ctx.store.update(
        member,
        members.UNIQUENESS_ERRORS,
        status="active",
        email_address_verified=True,
        name=req.name or member.name,
        roles=list(dict.fromkeys(req.roles)) or member.roles,
        trusted_metadata=metadata.merge(member.trusted_metadata, req.trusted_metadata),
        untrusted_metadata=metadata.merge(member.untrusted_metadata, req.untrusted_metadata),
        updated_at=ctx.now,
        **columns,
    )
