"""The way to all other hosts: directly, or through the proxies that the environment names."""

import asyncio
import base64
import ssl
from collections.abc import Mapping
from typing import NamedTuple
from urllib.parse import unquote, urlsplit
from urllib.request import proxy_bypass_environment  # type: ignore[attr-defined]  # typeshed lacks it

Streams = tuple[asyncio.StreamReader, asyncio.StreamWriter]

CONNECT_TIMEOUT = 30  # seconds
_MAX_HEAD = 64 * 1024  # bytes


class ProxyRefused(Exception):
    """The proxy of the environment didn't open a tunnel.

    Attributes:
        status_line: the first line of its response.
    """

    def __init__(self, status_line: str) -> None:
        super().__init__(status_line)
        self.status_line = status_line


class HttpProxy(NamedTuple):
    """A proxy that the environment names."""

    host: str
    port: int
    is_tls: bool
    authorization: str

    @classmethod
    def parse(cls, url: str) -> "HttpProxy":
        """Return the proxy with this URL. Without a scheme, it is http.

        Raises:
            ProxyRefused: if the URL isn't valid, or its scheme isn't supported.
        """
        try:
            parts = urlsplit(url if "://" in url else f"http://{url}")
            host, port = parts.hostname, parts.port
        except ValueError:
            raise ProxyRefused("its URL isn't valid") from None
        if parts.scheme not in ("http", "https"):
            raise ProxyRefused(f"proxies with the scheme {parts.scheme} aren't supported")
        if not host:
            raise ProxyRefused("its URL has no host")
        credentials = f"{unquote(parts.username or '')}:{unquote(parts.password or '')}"
        is_tls = parts.scheme == "https"
        authorization = f"Basic {base64.b64encode(credentials.encode()).decode()}" if parts.username else ""
        return cls(host, port or (443 if is_tls else 80), is_tls, authorization)

    async def connect(self) -> Streams:
        """Open a connection to the proxy.

        Raises:
            OSError: if it can't be reached.
        """
        return await open_connection(self.host, self.port, ssl.create_default_context() if self.is_tls else None)


class Upstream:
    """Proxies for the hosts that aren't taken over.

    Args:
        environment: environment variables, such as ``https_proxy`` and ``NO_PROXY``. A lower-case name wins.
    """

    def __init__(self, environment: Mapping[str, str]) -> None:
        def read(name: str) -> str:
            return environment.get(name) or environment.get(name.upper()) or ""

        everything = read("all_proxy")
        self._urls = {scheme: read(f"{scheme}_proxy") or everything for scheme in ("http", "https")}
        self._bypass = {"no": read("no_proxy")}

    def proxy(self, scheme: str, host: str, port: int) -> HttpProxy | None:
        """Return the proxy for a host, or None if it is reached directly.

        Args:
            scheme: ``http`` or ``https``.

        Raises:
            ProxyRefused: if the URL of the proxy isn't valid, or its scheme isn't supported.
        """
        url = self._urls[scheme]
        if not url or proxy_bypass_environment(f"{host}:{port}", self._bypass):
            return None
        return HttpProxy.parse(url)

    async def open_tunnel(self, host: str, port: int) -> Streams:
        """Open a connection to a host, through the proxy for https if there is one.

        Raises:
            OSError: if the host or the proxy can't be reached.
            ProxyRefused: if the proxy doesn't open a tunnel.
        """
        proxy = self.proxy("https", host, port)
        if proxy is None:
            return await open_connection(host, port)
        reader, writer = await proxy.connect()
        try:
            authority = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
            credentials = f"Proxy-Authorization: {proxy.authorization}\r\n" if proxy.authorization else ""
            writer.write(f"CONNECT {authority} HTTP/1.1\r\nHost: {authority}\r\n{credentials}\r\n".encode("latin-1"))
            async with asyncio.timeout(CONNECT_TIMEOUT):
                head = await reader.readuntil(b"\r\n\r\n")
            status_line = head.split(b"\r\n", 1)[0].decode("latin-1")
            if not status_line.startswith(("HTTP/1.1 2", "HTTP/1.0 2")):
                raise ProxyRefused(status_line[:200])
        except (EOFError, asyncio.LimitOverrunError):
            writer.close()
            raise ProxyRefused("its response isn't HTTP") from None
        except BaseException:
            writer.close()
            raise
        return reader, writer


async def open_connection(host: str, port: int, tls: ssl.SSLContext | None = None, name: str | None = None) -> Streams:
    """Open a connection.

    Args:
        tls: for a connection with TLS.
        name: the host name in the certificate, if it isn't the host that is connected to.

    Raises:
        OSError: if the host can't be found or reached, or its certificate isn't trusted.
    """
    async with asyncio.timeout(CONNECT_TIMEOUT):
        return await asyncio.open_connection(
            host, port, ssl=tls, server_hostname=(name or host) if tls else None, limit=_MAX_HEAD
        )
