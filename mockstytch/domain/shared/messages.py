"""Write e-mails and text messages as a member would receive them, and add them to the inbox."""

import re
from collections.abc import Callable
from functools import cache, lru_cache
from pathlib import Path
from typing import Any, NamedTuple

import msgspec

from mockstytch import errors
from mockstytch.clock import position
from mockstytch.domain.shared import email_templates, emails, redirects
from mockstytch.runtime import Context
from mockstytch.store.records.members import Member
from mockstytch.store.records.messages import Message, OneTimeToken
from mockstytch.store.records.organizations import Organization

_TEMPLATES = Path(__file__).with_name("mails")

# As in production's e-mails, without ``/b2b/``.
REDIRECT_PATH = "/v1/magic_links/redirect"

# Where an e-mail contains these values. They are noncharacters of Unicode, which no text needs.
_PLACES = {"link": "\ufdd0", "code": "\ufdd1", "login_link": "\ufdd2", "to": "\ufdd3"}
_PLACE = "([\ufdd0-\ufdd3])"


class _Link(NamedTuple):
    url: str
    token_type: str
    login_url: str | None


def link(
    ctx: Context,
    kind: str,
    token: OneTimeToken,
    token_type: str,
    locale: str,
    organization: Organization | None,
    login_token: OneTimeToken | None = None,
    templates: tuple[str, ...] = (),
) -> None:
    """Send an e-mail with a link. The link points to this server, which redirects to the token's landing URL.

    Args:
        kind: the message's kind: ``magic_link.login``, …
        token_type: the ``stytch_token_type`` in the URL of the app.
        organization: None in discovery.
        login_token: the token of a second link in a password reset e-mail, which logs in without setting a password.
        templates: the ids of the templates in the request.
    """
    login_token_type = "multi_tenant_magic_links" if organization else "discovery"
    urls = _Link(
        url=_link_url(ctx, token, token_type, organization),
        token_type=token_type,
        login_url=_link_url(ctx, login_token, login_token_type, organization) if login_token else None,
    )
    _send_email(ctx, kind, token, locale, organization, templates, urls)


def _link_url(ctx: Context, token: OneTimeToken, token_type: str, organization: Organization | None) -> str:
    return redirects.landing(
        ctx.base_url + REDIRECT_PATH,
        public_token=ctx.project.public_token,
        slug=organization.organization_slug if organization else "",
        stytch_token_type=token_type,
        token=token.token,
    )


def code(
    ctx: Context,
    kind: str,
    token: OneTimeToken,
    locale: str,
    organization: Organization | None,
    templates: tuple[str, ...] = (),
) -> None:
    """Send an e-mail with a code.

    Args:
        kind: the message's kind: ``email_otp.login``, …
        organization: None in discovery.
        templates: the ids of the templates in the request.
    """
    _send_email(ctx, kind, token, locale, organization, templates, link=None)


def sms(ctx: Context, token: OneTimeToken, member: Member, organization: Organization, locale: str = "en") -> None:
    """Send a text message with a code to a member's phone."""
    texts = _texts().get(locale, _texts()["en"])["sms_otp"]
    ctx.send(
        Message(
            message_id=ctx.ids.new("message"),
            position=position(),
            channel="sms",
            kind="sms_otp",
            to=member.mfa_phone_number,
            text=texts["text"].format(organization=organization.organization_name, code=token.code),
            code=token.code,
            organization_id=organization.organization_id,
            member_id=member.member_id,
            created_at=ctx.now,
            expires_at=token.expires_at,
        )
    )


def _send_email(
    ctx: Context,
    kind: str,
    token: OneTimeToken,
    locale: str,
    organization: Organization | None,
    templates: tuple[str, ...],
    link: _Link | None,
) -> None:
    """Send an e-mail with a link or, without ``link``, with the token's code.

    Raises:
        billing_not_verified_for_email: if the setting ``email_domains_without_billing`` doesn't list the domain.
    """
    domains = ctx.project.settings.email_domains_without_billing
    if domains is not None and emails.domain_of(token.email_address) not in domains:
        raise errors.billing_not_verified_for_email(because="the setting email_domains_without_billing")
    url, code = (link.url, None) if link else (None, token.code)
    minutes = round((token.expires_at - ctx.now).total_seconds() / 60)
    sender = organization.organization_name if organization else ctx.project.name
    values = {"link": url, "code": code, "login_link": link.login_url if link else None, "to": token.email_address}
    mail = email_templates.render(ctx, kind, templates, url, code) or _mail(kind, locale, sender, minutes, values)
    ctx.send(
        Message(
            message_id=ctx.ids.new("message"),
            position=position(),
            channel="email",
            kind=kind,
            to=token.email_address,
            subject=mail.subject,
            text=mail.text,
            html=mail.html,
            link=url,
            token=token.token if link else None,
            token_type=link.token_type if link else None,
            redirect_url=token.landing_url if link else None,
            code=code,
            organization_id=organization.organization_id if organization else None,
            member_id=token.member_id,
            created_at=ctx.now,
            expires_at=token.expires_at,
        )
    )


def _mail(kind: str, locale: str, sender: str, minutes: int, values: dict[str, str | None]) -> email_templates.Mail:
    """Return an e-mail without a custom template.

    Args:
        minutes: how long the link or the code is valid.
        values: a value, or None, for each of ``_PLACES``.
    """
    given = {_PLACES[name]: value for name, value in values.items() if value}
    form = _form(kind, locale, sender, minutes, tuple(given))
    html = {place: form.escape(value) for place, value in given.items()}
    return email_templates.Mail(form.subject, _filled(form.text, given), _filled(form.html, html))


def _filled(parts: list[str], values: dict[str, str]) -> str:
    return "".join([values.get(part, part) for part in parts])


class _Form(NamedTuple):
    """An e-mail whose places aren't filled in yet: texts, and between them ``_PLACES``."""

    subject: str
    text: list[str]
    html: list[str]
    escape: Callable[[str], str]


@lru_cache(1024)
def _form(kind: str, locale: str, sender: str, minutes: int, given: tuple[str, ...]) -> _Form:
    """Render an e-mail with places for what differs from one e-mail to the next: that saves 30 µs for each e-mail.

    Args:
        given: the places that will be filled in.
    """
    from markupsafe import escape  # Jinja's function

    sender = re.sub(_PLACE, "", sender)
    language = _texts()[locale]
    texts = {name: text.format(organization=sender) for name, text in language[kind].items()}
    variables = {
        **texts,
        "organization": sender,
        "footer": language["frame"]["footer"].format(to=_PLACES["to"]),
        "valid": language["frame"]["valid"].format(duration=_duration(language["units"], minutes)),
        "copy": language["frame"]["copy"],
        "or_log_in": language["frame"]["or_log_in"],
        "locale": locale,
        **{name: place for name, place in _PLACES.items() if place in given},
    }
    text, html = (re.split(_PLACE, _template(name).render(variables)) for name in ("mail.txt", "mail.html"))
    # an organization's name can contain line breaks; a subject can't
    return _Form(" ".join(texts["subject"].split()), text, html, lambda value: str(escape(value)))


def _duration(units: dict[str, str], minutes: int) -> str:
    """Return a number of minutes in the largest unit that divides it: ``1 hour``, ``90 minutes``."""
    for name, size in (("day", 1440), ("hour", 60), ("minute", 1)):
        if minutes % size == 0:
            count = minutes // size
            one, many = units[name].split("|")
            return f"{count} {one if count == 1 else many}"
    raise AssertionError("every number is divisible by one")


@cache
def _texts() -> dict[str, dict[str, dict[str, str]]]:
    texts = _TEMPLATES.joinpath("texts.json").read_bytes()
    return msgspec.json.decode(texts, type=dict[str, dict[str, dict[str, str]]])


@cache
def _template(name: str) -> Any:
    from jinja2 import Environment  # a slow import that only e-mails need

    environment = Environment(autoescape=name.endswith(".html"), trim_blocks=True, lstrip_blocks=True)
    return environment.from_string(_TEMPLATES.joinpath(name).read_text(encoding="utf-8"))
