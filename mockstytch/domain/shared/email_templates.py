"""The e-mail templates that the management API makes: each belongs to a project, and so to all its environments.

Custom HTML is what a mail is made of. A template that is only styled says nothing about the words: such mails look as
all mails here do.
"""

import re
from html import escape
from typing import NamedTuple

from mockstytch.runtime import Context
from mockstytch.store.records.projects import WORKSPACE, DefaultEmailTemplate, EmailTemplate

# The types of template that a kind of message may have, the first one's default counting.
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


class Mail(NamedTuple):
    subject: str
    text: str
    html: str


def find(ctx: Context, template_id: str) -> EmailTemplate | None:
    """The template with this id that an environment has by its project."""
    workspace = ctx.store.of(WORKSPACE.project_id)
    return workspace.find(EmailTemplate, project_slug=_slug(ctx), template_id=template_id)


def render(ctx: Context, kind: str, template_ids: tuple[str, ...], link: str | None, code: str | None) -> Mail | None:
    """The mail as a custom HTML template has it: the first of those asked for that suits the kind of message, else the
    project's default; None where there is neither."""
    types = _TYPES.get(kind, ())
    if not types:
        return None
    asked = [find(ctx, template_id) for template_id in template_ids if template_id]
    if not any(asked):
        workspace = ctx.store.of(WORKSPACE.project_id)
        default = workspace.find(DefaultEmailTemplate, project_slug=_slug(ctx), template_type=types[0])
        asked = [find(ctx, default.template_id)] if default else []
    for template in asked:
        custom = template.custom_html_customization if template else None
        if custom and custom["template_type"] in types:
            values = {"magic_link_url": link, "reset_password_url": link, "otp_code": code}
            texts = [custom[name] for name in ("subject", "plaintext_content", "html_content")]
            return Mail(_filled(texts[0], values), _filled(texts[1], values), _filled(texts[2], values, html=True))
    return None


def _slug(ctx: Context) -> str:
    return ctx.project.project_slug or ctx.project.project_id


def _filled(text: str, values: dict[str, str | None], html: bool = False) -> str:
    """The text with its variables replaced; what isn't known stays as it is."""

    def value(found: re.Match[str]) -> str:
        known = values.get(found[1])
        return found[0] if known is None else escape(known) if html else known

    return re.sub(r"{{\s*(\w+)\s*}}", value, text)
