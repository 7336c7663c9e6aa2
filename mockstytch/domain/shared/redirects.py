"""Redirect URLs: choose one for a link, and add parameters to it."""

import re
from functools import lru_cache
from typing import Literal
from urllib.parse import SplitResult, parse_qsl, quote_plus, urlsplit, urlunsplit

from mockstytch import errors
from mockstytch.domain.shared import email_templates
from mockstytch.runtime import Context
from mockstytch.store.records.projects import RedirectUrl

Type = Literal["login", "signup", "invite", "discovery", "password_reset"]
_REGISTERED_AS = {"password_reset": "RESET_PASSWORD"}  # types with another name in the list of registered URLs

FORBIDDEN_SCHEMES = ("javascript", "data", "vbscript", "file")
_MAX_LENGTH = 2048
_quoted = lru_cache(1024)(quote_plus)  # all parameters but the token are the same in most links


def resolve(ctx: Context, url_type: Type, url: str, flow: Literal["magic_link", "oauth", "sso"] = "magic_link") -> str:
    """Return the redirect URL of a link, or of an OAuth or SSO flow.

    Args:
        url: the URL in the request; "" uses the project's default for the type.

    Raises:
        invalid_<type>_redirect_url, invalid_<type>_oauth_url, invalid_<type>_sso_url: if the value isn't a valid URL.
        no_match_for_provided_magic_link_url, no_match_for_provided_oauth_url, no_match_for_provided_sso_url: if the
            project accepts only registered URLs, and this one isn't registered for the type.
        no_<type>_redirect_urls_set: if no URL is given, and none is registered for the type.
        no_default_<type>_redirect_url_set: if no URL is given, and none of the registered ones is the default.
    """
    settings = ctx.project.settings
    type_name = _REGISTERED_AS.get(url_type, url_type.upper())
    registered = [(r, use) for r in settings.registered_redirect_urls for use in r.types if use.type == type_name]
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
        raise no_match[flow](because=f"{url} is not registered for {type_name}")
    return url


def require_templates(ctx: Context, *template_ids: str) -> None:
    """Raise if an e-mail template doesn't exist. "" is ignored.

    Raises:
        email_template_not_found: if the template isn't in the project's list of templates, and the management API
            hasn't created it.
    """
    listed = ctx.project.settings.email_templates
    unknown = [
        t for t in template_ids if t and listed is not None and t not in listed and not email_templates.find(ctx, t)
    ]
    if unknown:
        raise errors.email_template_not_found(because=unknown[0])


def is_url(url: str) -> bool:
    """Return whether a text is a web address, or the deep link of an app (``slack://…``)."""
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError:
        return False
    if (
        len(url) > _MAX_LENGTH
        or re.search(r"[\s\x00-\x1f]", url)
        or not re.fullmatch(r"[a-z][a-z0-9+.-]*", parts.scheme)
    ):
        return False
    if parts.scheme in FORBIDDEN_SCHEMES:
        return False
    return bool(parts.hostname) if parts.scheme in ("http", "https") else bool(parts.netloc or parts.path)


def matches(registered: RedirectUrl, url: str) -> bool:
    """Return whether a URL matches a registered one.

    Scheme, host, port and path must be equal; ``www.`` is ignored, and ``*`` matches one label of the host. The query
    must have the same parameters; a registered value of ``{}`` matches any value.
    """
    expected, actual = urlsplit(registered.url), urlsplit(url)
    if (expected.scheme, expected.port, expected.path or "/") != (actual.scheme, actual.port, actual.path or "/"):
        return False
    if not re.fullmatch(_host_pattern(_host(expected)), _host(actual)):
        return False
    expected_query, actual_query = (sorted(parse_qsl(u.query, keep_blank_values=True)) for u in (expected, actual))
    if [name for name, _ in expected_query] != [name for name, _ in actual_query]:
        return False
    pairs = zip(expected_query, actual_query, strict=True)
    return all(expected_value in ("{}", value) for (_, expected_value), (_, value) in pairs)


def _host(parts: SplitResult) -> str:
    return (parts.hostname or "").removeprefix("www.")


def _host_pattern(host: str) -> str:
    """Return the regular expression for a host in which ``*`` matches one label or a part of it.

    The groups are atomic: each ``*`` except the last takes as little as possible and is not tried again. Without them,
    a host with several ``*`` takes exponential time.
    """
    first, *others = re.escape(host).split(r"\*")
    if not others:
        return first
    return first + "".join(f"(?>[^.]+?{part})" for part in others[:-1]) + f"[^.]+{others[-1]}"


def landing(url: str, **parameters: str) -> str:
    """Return a URL with parameters added to its query. Empty parameters are left out.

    The query is sorted by name, as recorded from the real API.
    """
    start, query, end = _parts(url)
    ordered = sorted([*query, *((k, v) for k, v in parameters.items() if v)], key=lambda pair: pair[0])
    joined = "&".join([f"{_quoted(name)}={_quoted(value)}" for name, value in ordered])
    return f"{start}?{joined}{end}" if joined else start + end


@lru_cache(1024)  # apps have few redirect URLs, and taking one apart takes 8 µs
def _parts(url: str) -> tuple[str, list[tuple[str, str]], str]:
    """Return what is before the query of a URL, the query's parameters, and what is after it."""
    parts = urlsplit(url)
    start = urlunsplit(parts._replace(query="", fragment=""))
    return start, parse_qsl(parts.query, keep_blank_values=True), f"#{parts.fragment}" if parts.fragment else ""
