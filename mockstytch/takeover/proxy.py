"""A forward proxy that leads some hosts to this server, and passes everything else on.

It understands CONNECT, and requests with a complete URL as their target (RFC 9112, 3.2.2 and 3.2.3). It never decrypts
anything: a tunnel to a taken host ends at the https listener of this server.
"""

import asyncio
import contextlib
import re
import socket
import ssl
import threading
from collections.abc import Coroutine
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from mockstytch.takeover.hosts import TakenHosts
from mockstytch.takeover.upstream import HttpProxy, ProxyRefused, Streams, Upstream, open_connection

Address = tuple[str, int]

_MAX_HEAD = 64 * 1024  # bytes of the request line and the headers
_HEAD_TIMEOUT = 60  # seconds until the headers must be complete
_CHUNK = 64 * 1024  # bytes
_LINGER = 2  # seconds that a refused client has to finish
_REQUEST_LINE = re.compile(rb"([!#$%&'*+.^_`|~0-9A-Za-z-]+) ([!-~\x80-\xff]+) HTTP/1\.[01]")
_AUTHORITY = re.compile(r"(?:\[([0-9A-Fa-f:.]+(?:%[\w.-]+)?)\]|([^:/?#@\[\]]+)):([0-9]{1,5})")
_REASONS = {
    400: "Bad Request",
    408: "Request Timeout",
    431: "Request Header Fields Too Large",
    502: "Bad Gateway",
    504: "Gateway Timeout",
}
_HOP_BY_HOP = (b"connection", b"host", b"keep-alive", b"proxy-authorization", b"proxy-connection")


class Targets(NamedTuple):
    """The listeners of this server.

    Attributes:
        https: address of the listener with TLS.
        http: address of the listener without TLS.
        ca_file: path of the CA that signed the certificate.
    """

    https: Address
    http: Address
    ca_file: str


class _Refused(Exception):
    def __init__(self, status: int, reason: str) -> None:
        super().__init__(reason)
        self.status, self.reason = status, reason


class _Request(NamedTuple):
    method: bytes
    target: str
    headers: list[bytes]


class Proxy:
    """The proxy, in its own thread. ``with Proxy(…) as proxy: …`` starts and stops it.

    Args:
        taken: the hosts that are led to this server.
        targets: the listeners of this server.
        upstream: the way to all other hosts.
        head_timeout: seconds that a client has to send the headers of a request.
    """

    def __init__(
        self, taken: TakenHosts, targets: Targets, upstream: Upstream, head_timeout: float = _HEAD_TIMEOUT
    ) -> None:
        self._taken, self.targets, self._upstream = taken, targets, upstream
        self._head_timeout = head_timeout
        self._socket = socket.create_server(("127.0.0.1", 0), backlog=1024)
        self.address: Address = self._socket.getsockname()[:2]
        self.url = f"http://127.0.0.1:{self.address[1]}"
        self._loop = asyncio.new_event_loop()
        self._stopped = asyncio.Event()
        self._connections: set[asyncio.Task[None]] = set()
        self._thread = threading.Thread(target=self._run, name="mockstytch-proxy", daemon=True)

    def __enter__(self) -> "Proxy":
        self._thread.start()  # the socket already listens
        return self

    def __exit__(self, *_: object) -> None:
        self._loop.call_soon_threadsafe(self._stopped.set)
        self._thread.join(5)
        self._socket.close()

    def _run(self) -> None:
        with asyncio.Runner(loop_factory=lambda: self._loop) as runner:
            runner.run(self._serve())

    async def _serve(self) -> None:
        server = await asyncio.start_server(self._accept, sock=self._socket, limit=_MAX_HEAD)
        await self._stopped.wait()
        server.close()
        for task in self._connections:
            task.cancel()
        await asyncio.gather(*self._connections, return_exceptions=True)

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task
        self._connections.add(task)
        try:
            await self._handle(reader, writer)
        except asyncio.CancelledError:
            if not self._stopped.is_set():
                raise
        except OSError:
            pass  # the client disconnected
        finally:
            self._connections.discard(task)
            writer.close()

    async def _handle(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            request = await self._read(reader)
            if request is None:
                return
            there = await (self._open(request) if request.method == b"CONNECT" else self._forward(request))
        except _Refused as e:
            await _refuse((reader, writer), e)
            return
        if request.method == b"CONNECT":
            writer.write(b"HTTP/1.1 200 Connection established\r\n\r\n")
        await _relay((reader, writer), there, is_tunnel=request.method == b"CONNECT")

    async def _read(self, reader: asyncio.StreamReader) -> _Request | None:
        """Return the request, or None if the client closed the connection.

        Raises:
            _Refused: if it isn't a valid request.
        """
        try:
            async with asyncio.timeout(self._head_timeout):
                head = await reader.readuntil(b"\r\n\r\n")
        except asyncio.IncompleteReadError as e:
            if not e.partial:
                return None
            raise _Refused(400, "The request isn't complete.") from None
        except asyncio.LimitOverrunError:
            raise _Refused(431, f"The headers have more than {_MAX_HEAD} bytes.") from None
        except TimeoutError:
            raise _Refused(408, f"The headers took more than {self._head_timeout:g} seconds.") from None
        line, *headers = head[:-4].split(b"\r\n")
        match = _REQUEST_LINE.fullmatch(line)
        if not match:
            raise _Refused(400, "This is a proxy for HTTP/1.1. The first line isn't a valid request.")
        return _Request(match[1], match[2].decode("latin-1"), headers)

    async def _open(self, request: _Request) -> Streams:
        """Open the connection that a CONNECT request asks for."""
        match = _AUTHORITY.fullmatch(request.target)
        if not match or not 0 < int(match[3]) < 65536:
            raise _Refused(400, "The target of CONNECT must be a host and a port, such as test.stytch.com:443.")
        host, port = match[1] or match[2], int(match[3])
        if host in self._taken:
            return await _reach(open_connection(*(self.targets.http if port == 80 else self.targets.https)), host)
        return await _reach(self._upstream.open_tunnel(host, port), host)

    async def _forward(self, request: _Request) -> Streams:
        """Open a connection for a request with a complete URL, and send the request line and the headers."""
        try:
            url = urlsplit(request.target)
            host, port = url.hostname or "", url.port or (443 if url.scheme == "https" else 80)
        except ValueError:
            host, port = "", 0
        if not host or url.scheme not in ("http", "https"):
            raise _Refused(400, "This is a proxy: the target must be a complete URL, such as http://example.com/.")
        target = f"{url.path or '/'}{'?' + url.query if url.query else ''}"
        credentials: list[bytes] = []
        if host in self._taken and url.scheme == "http":
            there = await _reach(open_connection(*self.targets.http), host)
        elif host in self._taken:
            trust = ssl.create_default_context(cafile=self.targets.ca_file)
            there = await _reach(open_connection(*self.targets.https, trust, host), host)
        elif url.scheme == "https":
            there = await _reach(self._open_tls(host, port), host)
        elif proxy := self._proxy(host, port):
            there = await _reach(proxy.connect(), host)
            target = request.target
            if proxy.authorization:
                credentials = [b"Proxy-Authorization: " + proxy.authorization.encode()]
        else:
            there = await _reach(open_connection(host, port), host)
        there[1].write(_head(request, target, url.netloc.rpartition("@")[2], credentials))
        return there

    def _proxy(self, host: str, port: int) -> HttpProxy | None:
        try:
            return self._upstream.proxy("http", host, port)
        except ProxyRefused as e:
            raise _Refused(502, f"The proxy of http_proxy can't be used: {e.status_line}.") from None

    async def _open_tls(self, host: str, port: int) -> Streams:
        """Open a connection with TLS, for clients that leave TLS to the proxy."""
        reader, writer = await self._upstream.open_tunnel(host, port)
        await writer.start_tls(ssl.create_default_context(), server_hostname=host)
        return reader, writer


async def _reach(connecting: Coroutine[Any, Any, Streams], host: str) -> Streams:
    """Return a connection.

    Raises:
        _Refused: if it can't be opened.
    """
    try:
        return await connecting
    except ProxyRefused as e:
        raise _Refused(502, f"The proxy that the environment names didn't lead to {host}: {e.status_line}.") from None
    except TimeoutError:
        raise _Refused(504, f"{host} didn't accept a connection in time.") from None
    except socket.gaierror:
        raise _Refused(502, f"The host name {host} can't be found.") from None
    except (OSError, ValueError) as e:  # a ValueError: the name has a label that is too long
        raise _Refused(502, f"{host} can't be reached: {getattr(e, 'strerror', None) or e}.") from None


def _head(request: _Request, target: str, authority: str, credentials: list[bytes]) -> bytes:
    """Return the request line and the headers for the next server, without the headers that are for this proxy."""
    named = [(header.partition(b":")[0].strip().lower(), header) for header in request.headers]
    upgrades = any(name == b"connection" and b"upgrade" in header.lower() for name, header in named)
    lines = [b"%s %s HTTP/1.1" % (request.method, target.encode("latin-1")), b"Host: " + authority.encode("latin-1")]
    lines += [header for name, header in named if name not in _HOP_BY_HOP]
    # One request for each connection: the next one can be for another host.
    lines += [*credentials, b"Connection: Upgrade" if upgrades else b"Connection: close", b"", b""]
    return b"\r\n".join(lines)


async def _refuse(client: Streams, error: _Refused) -> None:
    """Send an error, and read what the client still sends: a reset could remove the response before it is read."""
    reader, writer = client
    body = f"mockstytch: {error.reason}\n".encode("utf-8", "replace")
    writer.write(
        f"HTTP/1.1 {error.status} {_REASONS[error.status]}\r\nContent-Type: text/plain; charset=utf-8\r\n"
        f"Content-Length: {len(body)}\r\nConnection: close\r\n\r\n".encode("latin-1")
    )
    writer.write(body)
    await writer.drain()
    writer.write_eof()
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(_LINGER):
            while await reader.read(_CHUNK):
                pass


async def _relay(client: Streams, there: Streams, *, is_tunnel: bool) -> None:
    """Copy bytes in both directions until both sides have finished, or one breaks off.

    Args:
        is_tunnel: if false, the end of the response is the end of everything.
    """
    request = asyncio.ensure_future(_copy(client[0], there[1]))
    response = asyncio.ensure_future(_copy(there[0], client[1]))
    try:
        await (asyncio.gather(request, response) if is_tunnel else response)
    except OSError:
        client[1].transport.abort()  # the client sees that something went wrong
        there[1].transport.abort()
    finally:
        for task in (request, response):
            task.cancel()
        await asyncio.gather(request, response, return_exceptions=True)
        there[1].close()


async def _copy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while data := await reader.read(_CHUNK):
        writer.write(data)
        await writer.drain()
    if writer.can_write_eof():
        with contextlib.suppress(OSError):
            writer.write_eof()
    else:
        writer.close()  # TLS has no end of one direction
