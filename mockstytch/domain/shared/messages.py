"""E-mails and text messages: written as a person would receive them, and put into the inbox."""

from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

import msgspec

from mockstytch.clock import position
from mockstytch.domain.shared import email_templates, redirects
from mockstytch.runtime import Context
from mockstytch.store.records.members import Member
from mockstytch.store.records.messages import Message, OneTimeToken
from mockstytch.store.records.organizations import Organization

_TEMPLATES = Path(__file__).with_name("mails")

# The path in production's e-mails: it has no ``/b2b/`` in it.
REDIRECT_PATH = "/v1/magic_links/redirect"


def link(
    ctx: Context,
    kind: str,
    token: OneTimeToken,
    token_type: str,
    locale: str,
    organization: Organization | None,
    without: OneTimeToken | None = None,
    templates: tuple[str, ...] = (),
) -> None:
    """Mail a link. It leads to this server, which sends the browser on to the token's landing URL.

    Args:
        kind: the message's kind: ``magic_link.login``, …
        token_type: the ``stytch_token_type`` that the app will see.
        without: a second link, to log in by without setting the password that the mail is about.
        templates: the ids of the templates that the caller asks for.
    """
    without_type = "multi_tenant_magic_links" if organization else "discovery"
    _email(
        ctx,
        kind,
        token.email_address,
        locale,
        organization,
        token.expires_at,
        without=_address(ctx, without, without_type, organization) if without else None,
        templates=templates,
        link=_address(ctx, token, token_type, organization),
        token=token.token,
        token_type=token_type,
        redirect_url=token.landing_url,
        member_id=token.member_id,
    )


def _address(ctx: Context, token: OneTimeToken, token_type: str, organization: Organization | None) -> str:
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
    """Mail a code.

    Args:
        templates: the ids of the templates that the caller asks for.
    """
    _email(
        ctx,
        kind,
        token.email_address,
        locale,
        organization,
        token.expires_at,
        templates=templates,
        code=token.code,
        member_id=token.member_id,
    )


def sms(ctx: Context, token: OneTimeToken, member: Member, organization: Organization, locale: str = "en") -> None:
    """Text a code to a member's phone."""
    words = _words().get(locale, _words()["en"])["sms_otp"]
    ctx.send(
        Message(
            message_id=ctx.ids.new("message"),
            position=position(),
            channel="sms",
            kind="sms_otp",
            to=member.mfa_phone_number,
            text=words["text"].format(organization=organization.organization_name, code=token.code),
            code=token.code,
            organization_id=organization.organization_id,
            member_id=member.member_id,
            created_at=ctx.now,
            expires_at=token.expires_at,
        )
    )


def _email(
    ctx: Context,
    kind: str,
    to: str,
    locale: str,
    organization: Organization | None,
    expires_at: datetime,
    without: str | None = None,
    templates: tuple[str, ...] = (),
    **parts: Any,
) -> None:
    minutes = round((expires_at - ctx.now).total_seconds() / 60)
    where = organization.organization_name if organization else ctx.project.name
    language = _words()[locale]
    words = {name: text.format(organization=where) for name, text in language[kind].items()}
    valid_for = _duration(language["units"], minutes)
    filled = {
        **words,
        "organization": where,
        "footer": language["frame"]["footer"].format(to=to),
        "valid": language["frame"]["valid"].format(duration=valid_for),
        "copy": language["frame"]["copy"],
        "without": language["frame"]["without"],
        "without_link": without,
        "locale": locale,
        "link": parts.get("link"),
        "code": parts.get("code"),
    }
    own = email_templates.render(ctx, kind, templates, parts.get("link"), parts.get("code"))
    ctx.send(
        Message(
            message_id=ctx.ids.new("message"),
            position=position(),
            channel="email",
            kind=kind,
            to=to,
            # one line, whatever the organization is called
            subject=own.subject if own else " ".join(words["subject"].split()),
            text=own.text if own else _template("mail.txt").render(filled),
            html=own.html if own else _template("mail.html").render(filled),
            organization_id=organization.organization_id if organization else None,
            created_at=ctx.now,
            expires_at=expires_at,
            **parts,
        )
    )


def _duration(units: dict[str, str], minutes: int) -> str:
    for name, size in (("day", 1440), ("hour", 60), ("minute", 1)):
        if minutes % size == 0:
            count = minutes // size
            one, many = units[name].split("|")
            return f"{count} {one if count == 1 else many}"
    raise AssertionError("every number is divisible by one")


@cache
def _words() -> dict[str, dict[str, dict[str, str]]]:
    texts = _TEMPLATES.joinpath("texts.json").read_bytes()
    return msgspec.json.decode(texts, type=dict[str, dict[str, dict[str, str]]])


@cache
def _template(name: str) -> Any:
    from jinja2 import Environment  # who sends no mail doesn't pay for it

    environment = Environment(autoescape=name.endswith(".html"), trim_blocks=True, lstrip_blocks=True)
    return environment.from_string(_TEMPLATES.joinpath(name).read_text(encoding="utf-8"))
