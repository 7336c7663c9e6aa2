"""``passwords.discovery``: passwords of e-mail addresses, in projects with cross-organization passwords."""

from mockstytch.api.passwords import GivenPassword, PasswordText
from mockstytch.domain.credentials import one_time_tokens, passwords
from mockstytch.domain.login import discovery
from mockstytch.domain.shared import messages, redirects
from mockstytch.protocols import password_hashes
from mockstytch.runtime import Context
from mockstytch.surfaces.endpoint import Body, Endpoints, Request
from mockstytch.surfaces.fields import (
    CodeChallenge,
    CodeVerifier,
    EmailAddress,
    LinkMinutes,
    Locale,
    LocaleField,
    Token,
)

api = Endpoints(sdk_feature="passwords.enabled")


class Authenticate(Request):
    email_address: EmailAddress
    password: GivenPassword


@api.post("/v1/b2b/passwords/discovery/authenticate", sdk=("/b2b/passwords/discovery/authenticate",))
def authenticate(ctx: Context, req: Authenticate) -> Body:
    """Verify the password of an e-mail address. Return an intermediate session and the list of organizations."""
    passwords.require_mode(ctx, cross_org=True)
    passwords.verify_shared(ctx, req.email_address, req.password)
    return discovery.authenticate_response(ctx, req.email_address, [passwords.factor(ctx)])


class ResetStart(Request):
    email_address: EmailAddress
    reset_password_redirect_url: str = ""
    discovery_redirect_url: str = ""
    reset_password_template_id: str = ""
    reset_password_expiration_minutes: LinkMinutes = 30
    pkce_code_challenge: CodeChallenge = ""
    locale: LocaleField = Locale.EN
    verify_email_template_id: str = ""


@api.post("/v1/b2b/passwords/discovery/email/reset/start", sdk=("/b2b/passwords/discovery/reset/start",))
def email_reset_start(ctx: Context, req: ResetStart) -> Body:
    """Send an e-mail with two links: one to set the address's password, and one to log in without a password.

    The e-mail is sent even if no member has the address.
    """
    passwords.require_mode(ctx, cross_org=True)
    url = redirects.resolve(ctx, "password_reset", req.reset_password_redirect_url)
    discovery_url = redirects.resolve(ctx, "discovery", req.discovery_redirect_url)
    templates = req.reset_password_template_id, req.verify_email_template_id
    redirects.require_templates(ctx, *templates)
    public_token = ctx.project.public_token
    url = redirects.landing(url, stytch_redirect_type="reset_password", public_token=public_token)
    discovery_url = redirects.landing(discovery_url, public_token=public_token)
    minutes, challenge = req.reset_password_expiration_minutes, req.pkce_code_challenge
    token = one_time_tokens.create_discovery_password_reset_link(ctx, req.email_address, url, minutes, challenge)
    login_token = one_time_tokens.create_discovery_link(ctx, req.email_address, discovery_url, minutes, challenge)
    messages.link(ctx, "password_reset.discovery", token, "discovery", req.locale, None, login_token, templates)
    return {}


class Reset(Request):
    password_reset_token: Token
    password: PasswordText
    pkce_code_verifier: CodeVerifier = ""


@api.post("/v1/b2b/passwords/discovery/email/reset", sdk=("/b2b/passwords/discovery/reset",))
def email_reset(ctx: Context, req: Reset) -> Body:
    """Set the address's password with the token of a mailed link, and start discovery.

    All sessions of all members with this address are revoked.
    """
    passwords.require_mode(ctx, cross_org=True)
    token = one_time_tokens.redeem_reset(
        ctx, req.password_reset_token, "discovery_password_reset", req.pkce_code_verifier
    )
    passwords.require_strong(ctx, req.password, token.email_address)
    for member in passwords.set_password_for_address(
        ctx, token.email_address, password_hashes.make(req.password, ctx.ids.token())
    ):
        passwords.revoke_sessions(ctx, member)
    factors = [passwords.factor(ctx, proves_email=token.email_address)]
    return discovery.authenticate_response(ctx, token.email_address, factors)
