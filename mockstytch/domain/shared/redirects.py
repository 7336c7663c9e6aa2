"""Redirect URLs: which one a link leads to, and what is added to it."""

import re
from typing import Literal
from urllib.parse import SplitResult, parse_qsl, urlencode, urlsplit, urlunsplit

from mockstytch import errors
from mockstytch.domain.shared import email_templates
from mockstytch.runtime import Context
from mockstytch.store.records.projects import RedirectUrl

Type = Literal["login", "signup", "invite", "discovery", "password_reset"]
_MANAGED = {"password_reset": "RESET_PASSWORD"}  # otherwise called where URLs are registered

FORBIDDEN_SCHEMES = ("javascript", "data", "vbscript", "file")
_LONGEST = 2048


def resolve(ctx: Context, url_type: Type, url: str, flow: Literal["magic_link", "oauth", "sso"] = "magic_link") -> str:
    """The URL that a link, or a way to an OAuth or identity provider, of this type leads to.

    Args:
        url: what the caller asks for; "" takes the project's default.

    Raises:
        invalid_<type>_redirect_url, invalid_<type>_oauth_url, invalid_<type>_sso_url: it is no URL.
        no_match_for_provided_magic_link_url, no_match_for_provided_oauth_url, no_match_for_provided_sso_url: the
            project wants registered ones, and it is none.
        no_<type>_redirect_urls_set, no_default_<type>_redirect_url_set: there is no default to take.
    """
    settings = ctx.project.settings
    wanted = _MANAGED.get(url_type, url_type.upper())
    registered = [(r, use) for r in settings.registered_redirect_urls for use in r.types if use.type == wanted]
    if not url:
        if not registered:
            raise errors.no_redirect_urls_set[url_type]()
        default = next((r for r, use in registered if use.is_default), None)
        if default is None:
            raise errors.no_default_redirect_url_set[url_type]()
        return default.url
    if not is_url(url):
        invalid = {
            "magic_link": errors.invalid_redirect_url,
            "oauth": errors.invalid_oauth_redirect_url,
            "sso": errors.invalid_sso_redirect_url,
        }
        raise invalid[flow][url_type](because=f"{url!r} is not a URL")
    if settings.redirect_urls == "registered" and not any(matches(r, url) for r, _ in registered):
        no_match = {
            "magic_link": errors.no_match_for_provided_magic_link_url,
            "oauth": errors.no_match_for_provided_oauth_url,
            "sso": errors.no_match_for_provided_sso_url,
        }
        raise no_match[flow](because=f"{url} is not registered for {wanted}")
    return url


def check_template(ctx: Context, *template_ids: str) -> None:
    """
    Raises:
        email_template_not_found: the project lists its templates, and one of these is neither among them nor among
            those that the management API made.
    """
    known = ctx.project.settings.email_templates
    unknown = [
        t for t in template_ids if t and known is not None and t not in known and not email_templates.find(ctx, t)
    ]
    if unknown:
        raise errors.email_template_not_found(because=unknown[0])


def is_url(url: str) -> bool:
    """A web address, or an app's deep link (``slack://…``)."""
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError:
        return False
    if len(url) > _LONGEST or re.search(r"[\s\x00-\x1f]", url) or not re.fullmatch(r"[a-z][a-z0-9+.-]*", parts.scheme):
        return False
    if parts.scheme in FORBIDDEN_SCHEMES:
        return False
    return bool(parts.hostname) if parts.scheme in ("http", "https") else bool(parts.netloc or parts.path)


def matches(registered: RedirectUrl, url: str) -> bool:
    """Whether a URL is a registered one: same scheme, host, port and path; ``www.`` doesn't count; ``*`` stands for a
    label of the host; the registered query must be there, where ``{}`` stands for any value."""
    ours, theirs = urlsplit(registered.url), urlsplit(url)
    if (ours.scheme, ours.port, ours.path or "/") != (theirs.scheme, theirs.port, theirs.path or "/"):
        return False
    pattern = re.escape(_host(ours)).replace(r"\*", r"[^.]+")
    if not re.fullmatch(pattern, _host(theirs)):
        return False
    wanted, given = (sorted(parse_qsl(u.query, keep_blank_values=True)) for u in (ours, theirs))
    if [name for name, _ in wanted] != [name for name, _ in given]:
        return False
    return all(w in ("{}", g) for (_, w), (_, g) in zip(wanted, given, strict=True))


def _host(parts: SplitResult) -> str:
    return (parts.hostname or "").removeprefix("www.")


def landing(url: str, **added: str) -> str:
    """The URL with parameters added, its own kept; sorted by name, as recorded. Empty ones are left out."""
    parts = urlsplit(url)
    query = parse_qsl(parts.query, keep_blank_values=True) + [(k, v) for k, v in added.items() if v]
    return urlunsplit(parts._replace(query=urlencode(sorted(query, key=lambda pair: pair[0]))))
