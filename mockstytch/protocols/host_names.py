"""Host names under which the server answers.

A web page can make its own name resolve to this machine (DNS rebinding). The browser then lets it read responses of the
server, and the default credentials are public. The name of the page is in the ``Host`` header of its requests.
"""

import re
from functools import lru_cache
from ipaddress import ip_address
from urllib.parse import urlsplit

from mockstytch.settings import Settings

_HOST = re.compile(r"(?:\[([0-9a-f:.]+)\]|([a-z0-9._-]+))(?::[0-9]{1,5})?", re.IGNORECASE)
_LOOPBACK = {"localhost", "127.0.0.1", "::1"}
_ALL_ADDRESSES = ("0.0.0.0", "::")  # noqa: S104 · compared, not bound


@lru_cache(256)
def host_name(header: bytes) -> str:
    """Return the name or address in a Host header, in lower case; "" if it isn't valid."""
    match = _HOST.fullmatch(header.decode("latin-1"))
    return (match[1] or match[2]).lower() if match else ""


@lru_cache(256)
def is_trusted(host: str, settings: Settings) -> bool:
    """Return whether a name is this machine's, or one that the server was started with."""
    own = "" if settings.host in _ALL_ADDRESSES else settings.host.lower()
    public = urlsplit(settings.public_url).hostname or ""
    names = {*_LOOPBACK, *settings.allowed_hosts, own, public} - {""}
    return host in names or host.endswith(".localhost")


@lru_cache(256)
def is_known(host: str, settings: Settings) -> bool:
    """Return whether a name is trusted, or no web page can have it: IP addresses, names of Stytch, ``testserver``.

    Apps that are hard-wired to Stytch's hosts call the server under those names. Starlette's test client calls an app
    under the name ``testserver``.
    """
    if is_trusted(host, settings) or host == "testserver" or f".{host}".endswith(".stytch.com"):
        return True
    try:
        ip_address(host)
    except ValueError:
        return False
    return True


def refusal(host: str) -> str:
    """Return the reason why a host isn't allowed."""
    return f"host {host!r} isn't allowed; start with --allowed-host {host}" if host else "no valid Host header"
