"""Host names under which the server answers.

A web page can make its own name resolve to this machine (DNS rebinding). The browser then lets it read responses of the
server, and the default credentials are public. The name of the page is in the ``Host`` header of its requests.
"""

import re
from functools import lru_cache
from ipaddress import ip_address
from urllib.parse import urlsplit

from mockstytch import errors
from mockstytch.runtime import Mock
from mockstytch.settings import Settings
from mockstytch.surfaces.request import HttpRequest

_HOST = re.compile(r"(?:\[([0-9a-f:.]+)\]|([a-z0-9._-]+))(?::[0-9]{1,5})?", re.IGNORECASE)
_LOOPBACK = {"localhost", "127.0.0.1", "::1"}
_ALL_ADDRESSES = ("0.0.0.0", "::")  # noqa: S104 · compared, not bound


def require_known_host(mock: Mock, request: HttpRequest) -> None:
    """Check that the request was sent to an IP address or to a known name.

    Raises:
        host_not_allowed: if the Host header has a name that isn't known.
    """
    host = host_name(request)
    if not (is_named(host, mock.settings) or _is_safe(host)):
        raise errors.host_not_allowed(because=refusal(host))


def refusal(host: str) -> str:
    """Return the reason of a refusal."""
    return f"host {host!r} isn't allowed; start with --allowed-host {host}" if host else "no valid Host header"


def host_name(request: HttpRequest) -> str:
    """Return the name or address in the Host header, in lower case; "" if there is none, or it isn't valid."""
    match = _HOST.fullmatch(request.header_bytes.get(b"host", b"").decode("latin-1"))
    return (match[1] or match[2]).lower() if match else ""


@lru_cache(256)
def is_named(host: str, settings: Settings) -> bool:
    own = "" if settings.host in _ALL_ADDRESSES else settings.host.lower()
    public = urlsplit(settings.public_url).hostname or ""
    names = {*_LOOPBACK, *settings.allowed_hosts, own, public} - {""}
    return host in names or host.endswith(".localhost")


@lru_cache(256)
def _is_safe(host: str) -> bool:
    """Return whether no web page can have this name: an IP address, or a name of Stytch, for apps that call that."""
    if host == "stytch.com" or host.endswith(".stytch.com"):
        return True
    try:
        ip_address(host)
    except ValueError:
        return False
    return True
