"""``otps.email``: codes in e-mails, to log in to one organization or for discovery."""

from typing import Annotated

from msgspec import Meta

from mockstytch import errors
from mockstytch.api.session_fields import LoginFields
from mockstytch.domain.credentials import codes
from mockstytch.domain.login import discovery, login_flow
from mockstytch.domain.organizations import members, organization_settings, provisioning
from mockstytch.domain.shared import emails, lookup, messages, redirects
from mockstytch.runtime import Context
from mockstytch.store.records.members import Member
from mockstytch.store.records.messages import OneTimeToken
from mockstytch.store.records.organizations import Organization
from mockstytch.surfaces.endpoint import Body, Endpoints, Request, SdkCall
from mockstytch.surfaces.fields import (
    EmailAddress,
    FieldError,
    Locale,
    LocaleField,
    OrganizationRef,
)

api = Endpoints(sdk_feature="otps.email_enabled")

Code = Annotated[str, Meta(pattern=r"\A[0-9]{6}\Z"), FieldError(errors.invalid_code)]
CodeMinutes = Annotated[int, Meta(ge=2, le=15), FieldError(errors.invalid_expiration_otp)]


class LoginOrSignup(Request):
    organization_id: OrganizationRef
    email_address: EmailAddress
    login_template_id: str = ""
    signup_template_id: str = ""
    locale: LocaleField = Locale.EN
    login_expiration_minutes: CodeMinutes = 10
    signup_expiration_minutes: CodeMinutes = 10


@api.post("/v1/b2b/otps/email/login_or_signup", sdk=(SdkCall("/b2b/otps/email/login_or_signup", empty=True),))
def login_or_signup(ctx: Context, req: LoginOrSignup) -> Body:
    """Send a code, which replaces codes sent to the address before.

    An address without a member becomes a pending member, if the organization provisions members.
    """
    organization = lookup.organization(ctx, req.organization_id)
    templates = req.login_template_id, req.signup_template_id
    redirects.require_templates(ctx, *templates)
    member, created = provisioning.find_or_provision(ctx, organization, req.email_address, "email_otp")
    kind = "login" if member.status == "active" else "signup"
    minutes = req.login_expiration_minutes if kind == "login" else req.signup_expiration_minutes
    token = codes.issue(ctx, "email_otp", member.email_address, minutes, member)
    messages.code(ctx, f"email_otp.{kind}", token, req.locale, organization, templates)
    return {**members.member_response(member, organization), "member_created": created}


class Authenticate(LoginFields, own_fields_first=True):
    organization_id: OrganizationRef
    email_address: EmailAddress
    code: Code
    locale: LocaleField = Locale.EN


@api.post("/v1/b2b/otps/email/authenticate", sdk=("/b2b/otps/email/authenticate",))
def authenticate(ctx: Context, req: Authenticate) -> Body:
    """Log in with a code, or finish a change of e-mail address with the code sent to the new address."""
    organization = lookup.organization(ctx, req.organization_id)
    member = _complete_email_update(ctx, organization, req) or _redeem_code(ctx, organization, req)
    factor = login_flow.email_factor(ctx, "email_otp", member.email_address, member.email_id)
    body = login_flow.complete_primary_factor(ctx, organization, member, factor, req.options())
    return {**body, "method_id": member.email_id}


def _redeem_code(ctx: Context, organization: Organization, req: Authenticate) -> Member:
    member = lookup.member_by_email(ctx, organization, req.email_address)
    if member is None:
        raise errors.otp_code_not_found(because="no member of the organization has this address")
    organization_settings.require_method_allowed(organization, member, "email_otp")
    codes.redeem(ctx, "email_otp", req.email_address, req.code, member)
    return member


def _complete_email_update(ctx: Context, organization: Organization, req: Authenticate) -> Member | None:
    """Complete a change to this address, started with ``start_email_update``. Return None if none is pending.

    A wrong code counts against the member with the pending change, unless another member has the address.
    """
    is_free = lookup.member_by_email(ctx, organization, req.email_address) is None
    sent = ctx.store.all(
        OneTimeToken,
        kind="email_update",
        email_address=req.email_address,
        organization_id=organization.organization_id,
    )
    matching = [token for token in sent if token.code == req.code]
    pending = [token for token in sent if token.code and is_free and not token.used_at and token.expires_at > ctx.now]
    if not matching and not pending:
        return None
    member = lookup.member(ctx, organization, (matching or pending)[-1].member_id or "")
    token = codes.redeem(ctx, "email_update", req.email_address, req.code, member)
    return emails.complete_update(ctx, organization, token)


class DiscoverySend(Request):
    email_address: EmailAddress
    login_template_id: str = ""
    locale: LocaleField = Locale.EN
    discovery_expiration_minutes: CodeMinutes = 10


@api.post("/v1/b2b/otps/email/discovery/send", sdk=("/b2b/otps/email/discovery/send",))
def discovery_send(ctx: Context, req: DiscoverySend) -> Body:
    """Send a code to an address, whether or not it belongs to a member."""
    redirects.require_templates(ctx, req.login_template_id)
    token = codes.issue(ctx, "discovery_otp", req.email_address, req.discovery_expiration_minutes)
    messages.code(ctx, "email_otp.discovery", token, req.locale, None, (req.login_template_id,))
    return {}


class DiscoveryAuthenticate(Request):
    email_address: EmailAddress
    code: Code


@api.post("/v1/b2b/otps/email/discovery/authenticate", sdk=("/b2b/otps/email/discovery/authenticate",))
def discovery_authenticate(ctx: Context, req: DiscoveryAuthenticate) -> Body:
    """Exchange a code for an intermediate session and the list of organizations."""
    codes.redeem(ctx, "discovery_otp", req.email_address, req.code, None)
    factors = [login_flow.email_factor(ctx, "email_otp", req.email_address)]
    return discovery.authenticate_response(ctx, req.email_address, factors)
