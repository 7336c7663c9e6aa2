"""``magic_links.discovery``, ``magic_links.email.discovery``: links in e-mails, before an organization is chosen."""

from mockstytch.domain.credentials import one_time_tokens
from mockstytch.domain.login import discovery, login_flow, sandbox
from mockstytch.domain.shared import messages, redirects
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

api = Endpoints(sdk_feature="magic_links.enabled")


class Send(Request):
    email_address: EmailAddress
    discovery_redirect_url: str = ""
    pkce_code_challenge: CodeChallenge = ""
    login_template_id: str = ""
    locale: LocaleField = Locale.EN
    discovery_expiration_minutes: LinkMinutes = 60


@api.post("/v1/b2b/magic_links/email/discovery/send", sdk=("/b2b/magic_links/email/discovery/send",))
def send(ctx: Context, req: Send) -> Body:
    """Send a link to an address, whether or not it belongs to a member."""
    url = redirects.resolve(ctx, "discovery", req.discovery_redirect_url)
    redirects.require_templates(ctx, req.login_template_id)
    if req.email_address == sandbox.EMAIL_ADDRESS:
        return {}
    token = one_time_tokens.create_discovery_link(
        ctx, req.email_address, url, req.discovery_expiration_minutes, req.pkce_code_challenge
    )
    messages.link(ctx, "magic_link.discovery", token, "discovery", req.locale, None, templates=(req.login_template_id,))
    return {}


class Authenticate(Request):
    discovery_magic_links_token: Token
    pkce_code_verifier: CodeVerifier = ""


@api.post(
    "/v1/b2b/magic_links/discovery/authenticate",
    aliases=("/v1/b2b/magic_links/email/discovery/authenticate",),
    sdk=("/b2b/magic_links/discovery/authenticate",),
)
def authenticate(ctx: Context, req: Authenticate) -> Body:
    """Exchange a link's token for an intermediate session and the list of organizations."""
    if sandbox.is_valid_token(req.discovery_magic_links_token):
        return discovered_response(ctx, sandbox.EMAIL_ADDRESS)
    token = one_time_tokens.redeem_link(ctx, req.discovery_magic_links_token, ("discovery",), req.pkce_code_verifier)
    return discovered_response(ctx, token.email_address)


def discovered_response(ctx: Context, email_address: str) -> Body:
    """Return the response to an address that a link verified."""
    factors = [login_flow.email_factor(ctx, "magic_link", email_address)]
    return discovery.authenticate_response(ctx, email_address, factors)
