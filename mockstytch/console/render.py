"""Rendering: templates, headers, formats, static files."""

from collections.abc import Mapping
from datetime import datetime
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import msgspec
from starlette.responses import HTMLResponse, Response

from mockstytch import errors, wire
from mockstytch.errors import StytchError
from mockstytch.store.records.messages import Message
from mockstytch.surfaces.request import HttpRequest
from mockstytch.version import __version__
from mockstytch.wire.email_source import build_email

_HERE = Path(__file__).parent
_TYPES = {"css": "text/css", "js": "text/javascript", "svg": "image/svg+xml"}

_SANDBOX = "allow-popups allow-popups-to-escape-sandbox"
_SHARED_HEADERS = {"x-content-type-options": "nosniff", "cache-control": "no-store"}
_PAGE_HEADERS = _SHARED_HEADERS | {
    "content-security-policy": "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; "
    "connect-src 'self'; frame-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    "referrer-policy": "same-origin",  # with no-referrer, forms would be sent with ``Origin: null``
}
# An e-mail is untrusted HTML: it gets styles, but no scripts and no origin. Its links open outside the frame.
_MAIL_HEADERS = _SHARED_HEADERS | {
    "content-security-policy": f"default-src 'none'; style-src 'unsafe-inline'; img-src data:; sandbox {_SANDBOX}; "
    "frame-ancestors 'self'",
    "referrer-policy": "no-referrer",
}


def page(template: str, status: int = 200, **values: Any) -> Response:
    """Render a template of this package."""
    return HTMLResponse(_environment().get_template(template).render(values), status, _PAGE_HEADERS)


def error_page(e: StytchError, project_id: str = "") -> Response:
    """Render an error as a page that contains no data of any project.

    Args:
        project_id: the project that the page's links lead to; "" for the default project.
    """
    query = f"?{urlencode({'project_id': project_id})}" if project_id else ""
    return page("error.html", e.kind.status_code, error=e.kind, because=e.because, query=query)


def mail(message: Message) -> Response:
    """Render an e-mail for the frame on the message's page; a text message as plain text."""
    if message.html is None:
        return Response(message.text, 200, _MAIL_HEADERS, "text/plain")
    return framed(message.html)


def framed(html: str) -> Response:
    """Return the HTML of an e-mail for a frame. Its links open outside of the frame."""
    base = '<base target="_blank">'
    with_base = html.replace("<head>", f"<head>{base}", 1)
    return HTMLResponse(with_base if base in with_base else base + with_base, 200, _MAIL_HEADERS)


def source(message: Message, *, download: bool) -> Response:
    """Return the source of an e-mail, as text for the browser or as a file."""
    headers = dict(_MAIL_HEADERS)
    if download:
        headers["content-disposition"] = f'attachment; filename="{message.message_id}.eml"'
    media_type = "message/rfc822" if download else "text/plain"
    return Response(build_email(message).as_bytes(), 200, headers, media_type)


async def static(request: HttpRequest) -> Response:
    """Return a static file."""
    file = _static_files().get(request.path_params["name"])
    if file is None:
        raise errors.route_not_found(because="unknown static file")
    body, media_type, etag = file
    headers = {"etag": etag, "cache-control": "no-cache", "x-content-type-options": "nosniff"}
    if request.headers.get("if-none-match") == etag:
        return Response(status_code=304, headers=headers)
    return Response(body, 200, headers, media_type)


@cache
def _static_files() -> Mapping[str, tuple[bytes, str, str]]:
    """Return the static files by name: content, type, ETag."""
    files = {}
    for file in _HERE.joinpath("static").iterdir():
        body = file.read_bytes()
        files[file.name] = (body, _TYPES[file.name.rpartition(".")[2]], f'"{sha256(body).hexdigest()[:16]}"')
    return files


@cache
def _environment() -> Any:
    from jinja2 import Environment, FunctionLoader, StrictUndefined  # imported by the first page, not at start

    templates = _HERE.joinpath("templates")
    environment = Environment(
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=StrictUndefined,
        loader=FunctionLoader(lambda name: templates.joinpath(name).read_text(encoding="utf-8")),
    )
    environment.globals |= {"version": __version__, "sandbox": _SANDBOX}
    environment.filters |= {
        "iso": wire.time,
        "moment": moment,
        "date_time": date_time,
        "duration": duration,
        "json": pretty_json,
        "as_text": as_text,
        "prose": prose,
    }
    return environment


def pretty_json(value: Any) -> str:
    """Format a value as indented JSON."""
    return msgspec.json.format(msgspec.json.encode(value), indent=2).decode()


def prose(text: str) -> Any:
    """Return a text as HTML, with its words in back quotes as code."""
    from markupsafe import Markup, escape  # a part of Jinja

    parts = text.split("`")
    return Markup("").join(
        Markup("<code>{}</code>").format(part) if n % 2 else escape(part) for n, part in enumerate(parts)
    )


def as_text(value: Any) -> str:
    """Return a value as the text of a form's field: a list as lines, and a map as lines such as ``email = mail``."""
    if value is None:
        return ""
    if isinstance(value, list):
        return "\n".join(" = ".join(item.values()) if isinstance(item, dict) else str(item) for item in value)
    if isinstance(value, dict):
        return "\n".join(f"{name} = {item}" for name, item in value.items())
    return str(value)


def moment(when: datetime, now: datetime) -> str:
    """Format a time as ``04:12:33``, with the date if it isn't today."""
    return f"{when:%H:%M:%S}" if when.date() == now.date() else f"{when:%Y-%m-%d %H:%M:%S}"


def date_time(text: str) -> str:
    """Format a time of the API: ``2026-12-01T04:12:33Z`` becomes ``2026-12-01 04:12:33``."""
    return text[:19].replace("T", " ")


def duration(seconds: float) -> str:
    """Format a clock's offset in its two largest units: ``+1 h 1 min``, ``-2 d``."""
    left, parts = round(abs(seconds)), []
    for unit, size in (("d", 86400), ("h", 3600), ("min", 60), ("s", 1)):
        count, left = divmod(left, size)
        if count:
            parts.append(f"{count} {unit}")
    return ("-" if seconds < 0 else "+") + (" ".join(parts[:2]) or "0 s")
