"""The origins that may call the browser API, and the CORS headers of its responses.

A response to a forbidden origin has the headers, too: otherwise the SDK couldn't read the error.
"""

import re
from base64 import b64decode
from typing import Any

import msgspec

from mockstytch import errors
from mockstytch.protocols import json_depth
from mockstytch.store.records.sdk_config import Domain
from mockstytch.surfaces.request import HttpRequest

_METHODS = "GET, POST, PUT, DELETE"
_HEADERS = "authorization, content-type, x-sdk-client, x-sdk-parent-host"
_PREFLIGHT_SECONDS = "7200"  # browsers keep the answer no longer


def headers(request: HttpRequest) -> list[tuple[bytes, bytes]]:
    """Return the CORS headers of a response. Credentials are allowed, so the origin must be named."""
    origin = request.header_bytes.get(b"origin")
    vary = (b"vary", b"Origin")
    if origin is None:
        return [vary]
    return [(b"access-control-allow-origin", origin), (b"access-control-allow-credentials", b"true"), vary]


def preflight_headers(request: HttpRequest) -> dict[str, str]:
    """Return the headers of the response to an ``OPTIONS`` request."""
    result = {name.decode(): value.decode("latin-1") for name, value in headers(request)}
    result |= {
        "access-control-allow-methods": _METHODS,
        "access-control-allow-headers": _HEADERS,
        "access-control-max-age": _PREFLIGHT_SECONDS,
    }
    if request.headers.get("access-control-request-private-network") == "true":
        result["access-control-allow-private-network"] = "true"  # a page on the internet calls this machine
    return result


def origin_of(request: HttpRequest) -> str:
    """Return the origin of the calling page, or "" if the caller isn't a browser.

    Browsers leave the header ``Origin`` out of same-origin ``GET`` requests. The SDK sends it in its own header.
    """
    return request.headers.get("origin") or request.headers.get("x-sdk-parent-host", "")


def require_allowed_caller(request: HttpRequest, domains: list[Domain], bundle_ids: list[str]) -> None:
    """Check the calling page or mobile app. Without configured domains and bundle ids, all are allowed.

    Raises:
        bad_domain_for_stytch_sdk: if the page's domain isn't one of the configured domains.
        bad_app_bundle_for_stytch_sdk: if the mobile app isn't one of the configured bundle ids.
    """
    if not domains and not bundle_ids:
        return
    origin = origin_of(request)
    if origin or not bundle_ids:
        if matching_domain(origin, domains) is None:
            raise errors.bad_domain_for_stytch_sdk(because=f"{origin[:200] or 'no origin'} isn't in basic.domains")
    elif (app := app_identifier(request)) not in bundle_ids:
        raise errors.bad_app_bundle_for_stytch_sdk(because=f"{app[:200] or 'no app identifier'} isn't in bundle_ids")


def matching_domain(origin: str, domains: list[Domain]) -> Domain | None:
    """Return the first domain that has this origin. ``*`` in a domain matches any labels: ``https://*.example.com``.

    A domain without a scheme matches both schemes, and without a port only the default one.
    """
    scheme, separator, host = origin.lower().partition("://")
    if not separator:
        return None
    for domain in domains:
        wanted_scheme, separator, wanted_host = domain.domain.lower().rstrip("/").rpartition("://")
        pattern = re.escape(wanted_host).replace(r"\*", r"[a-z0-9.-]+")
        if wanted_scheme in ("", scheme) and re.fullmatch(pattern, host):
            return domain
    return None


def app_identifier(request: HttpRequest) -> str:
    """Return the id of the calling mobile app, from the SDK's telemetry header; "" if there is none."""
    app = telemetry(request).get("app")
    identifier = app.get("identifier") if isinstance(app, dict) else None
    return identifier if isinstance(identifier, str) else ""


def telemetry(request: HttpRequest) -> dict[str, Any]:
    """Return the SDK's telemetry header, or an empty dictionary if there is none or it isn't valid."""
    try:
        text = b64decode(request.header_bytes.get(b"x-sdk-client", b""))
        return msgspec.json.decode(json_depth.checked(text), type=dict[str, Any])
    except (ValueError, msgspec.DecodeError):
        return {}
