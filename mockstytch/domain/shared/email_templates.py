"""Render e-mails with the custom templates that the management API stores.

A template belongs to a management project, and so to all its environments. Only templates with custom HTML change an
e-mail. A prebuilt template changes colours and logos only, so its e-mails look like the default ones.
"""

import re
from html import escape
from typing import NamedTuple

from mockstytch.runtime import Context
from mockstytch.store.records.projects import WORKSPACE, DefaultEmailTemplate, EmailTemplate
from mockstytch.store.store import Store

# The template types that each kind of message accepts. The first one selects the default template.
_TYPES = {
    "magic_link.login": ("LOGIN",),
    "magic_link.signup": ("SIGNUP",),
    "magic_link.invite": ("INVITE",),
    "magic_link.discovery": ("LOGIN",),
    "email_otp.login": ("ONE_TIME_PASSCODE",),
    "email_otp.signup": ("ONE_TIME_PASSCODE_SIGNUP",),
    "email_otp.discovery": ("ONE_TIME_PASSCODE",),
    "password_reset": ("RESET_PASSWORD", "VERIFY_EMAIL_PASSWORD_RESET"),
    "password_reset.discovery": ("RESET_PASSWORD", "VERIFY_EMAIL_PASSWORD_RESET"),
}

TYPES = sorted({each for types in _TYPES.values() for each in types})  # that can have custom HTML


class Mail(NamedTuple):
    """A rendered e-mail."""

    subject: str
    text: str
    html: str


def find(ctx: Context, template_id: str) -> EmailTemplate | None:
    """Return the template with this id of the environment's project."""
    return _workspace(ctx).find(EmailTemplate, project_slug=_project_slug(ctx), template_id=template_id)


def render(ctx: Context, kind: str, template_ids: tuple[str, ...], link: str | None, code: str | None) -> Mail | None:
    """Render a message with a custom HTML template, or return None if none applies.

    It uses the first requested template that fits the kind of message, or else the project's default.

    Args:
        kind: the kind of message: ``magic_link.login``, …
        template_ids: the requested templates; "" is ignored.
    """
    types = _TYPES.get(kind, ())
    if not types:
        return None
    templates = [find(ctx, template_id) for template_id in template_ids if template_id]
    if not any(templates):
        default = _workspace(ctx).find(DefaultEmailTemplate, project_slug=_project_slug(ctx), template_type=types[0])
        templates = [find(ctx, default.template_id)] if default else []
    for template in templates:
        custom = template.custom_html_customization if template else None
        if custom and custom["template_type"] in types:
            values = {"magic_link_url": link, "reset_password_url": link, "otp_code": code}
            texts = [custom[name] for name in ("subject", "plaintext_content", "html_content")]
            subject, text, html = texts
            return Mail(
                _substitute(subject, values), _substitute(text, values), _substitute(html, values, is_html=True)
            )
    return None


def preview(template: EmailTemplate) -> Mail | None:
    """Return what a template with custom HTML looks like, with examples for its variables; None for other templates."""
    custom = template.custom_html_customization
    if not custom:
        return None
    link = "http://localhost:3000/authenticate?token=example"
    values: dict[str, str | None] = {"magic_link_url": link, "reset_password_url": link, "otp_code": "123456"}
    subject, text, html = (custom[name] for name in ("subject", "plaintext_content", "html_content"))
    return Mail(_substitute(subject, values), _substitute(text, values), _substitute(html, values, is_html=True))


def _workspace(ctx: Context) -> Store:
    return ctx.store.for_project(WORKSPACE.project_id, WORKSPACE.data_key)


def _project_slug(ctx: Context) -> str:
    return ctx.project.project_slug or ctx.project.project_id


def _substitute(text: str, values: dict[str, str | None], is_html: bool = False) -> str:
    """Replace the ``{{ variables }}`` in a text. Variables without a value stay as they are."""

    def replacement(match: re.Match[str]) -> str:
        value = values.get(match[1])
        return match[0] if value is None else escape(value) if is_html else value

    return re.sub(r"{{\s*(\w+)\s*}}", replacement, text)
