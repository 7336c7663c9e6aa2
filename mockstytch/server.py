"""A ``Mock`` on a socket: in a thread, for tests, or in the foreground, for the command line and the image."""

import asyncio
import contextlib
import gc
import signal
import socket
import tempfile
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

import msgspec
import uvicorn
from starlette.types import ASGIApp

from mockstytch.app import create_app
from mockstytch.http_protocol import Protocol
from mockstytch.runtime import Mock
from mockstytch.settings import Settings, url_of


class Listeners(NamedTuple):
    """The sockets of a server, so that another process can serve on them.

    Attributes:
        plain: for http.
        tls: for https, or None.
        certificate: the server's certificate and its private key, as PEM.
    """

    plain: socket.socket
    tls: socket.socket | None = None
    certificate: bytes = b""


def start_collector(server: "Server") -> None:
    """Let Python collect garbage, in a process that only serves.

    Loaded modules stay, so the collector needn't look at them. Requests leave few cycles of objects, so the collector
    runs less often than Python's default: that saves 3 % of the computing time.
    """
    gc.freeze()
    server.app.table.on_growth = gc.freeze  # modules that a first request loaded stay, too
    gc.set_threshold(10_000, 20, 20)
    gc.enable()


class Server:
    """One server process. ``with Server() as server: …`` runs it in a thread.

    Args:
        settings: the options. If ``port`` is 0, ``Server.settings.port`` is the port that was picked.
        listeners: sockets that listen already; None opens them.

    Attributes:
        listeners: the sockets on which the server can be reached.

    Raises:
        DatabaseInUse: if another server uses the database file.
        OSError: if the address is in use or doesn't belong to this machine.
        SchemaMismatch: if another version of mockstytch created the database.
        SettingError: if the URL of the database isn't valid.
    """

    def __init__(self, settings: Settings | None = None, listeners: Listeners | None = None) -> None:
        settings = settings or Settings(port=0)
        self.listeners = Listeners(listeners.plain if listeners else open_listener(settings.host, settings.port))
        self._socket = self.listeners.plain
        self.settings = msgspec.structs.replace(settings, port=self._socket.getsockname()[1])
        self.url = url_of(self.settings.host, self.settings.port)
        try:
            self.mock = Mock(self.settings)
            if self.settings.smtp:
                _relay_email(self.mock)
        except BaseException:
            self._socket.close()
            raise
        self.app = create_app(mock=self.mock)
        self._listener = _Listener(self.app, self._socket)
        self._listener.on_stop = self.mock.stop_waiting
        self._other_listeners: list[_Listener] = []
        self._thread = threading.Thread(target=self.serve, name="mockstytch", daemon=True)
        if listeners and listeners.tls:
            self._add_tls(listeners.tls, listeners.certificate)

    def add(self, app: ASGIApp, listener: socket.socket, certificate_file: str = "") -> None:
        """Serve another app in the same process, or the same app over TLS. The certificate's file is read at once."""
        self._other_listeners.append(_Listener(app, listener, certificate_file, is_main=False))
        self._other_listeners[-1].config.load()

    def add_tls(self, certificate_file: str) -> str:
        """Serve the same app over https on ``settings.tls_port``, too, and return the URL.

        Args:
            certificate_file: the server's certificate and its private key, as PEM.

        Raises:
            OSError: if the port is in use.
        """
        listener = open_listener(self.settings.host, self.settings.tls_port or 0)
        self._add_tls(listener, Path(certificate_file).read_bytes())
        return url_of(self.settings.host, listener.getsockname()[1], "https")

    def _add_tls(self, listener: socket.socket, content: bytes) -> None:
        self.listeners = self.listeners._replace(tls=listener, certificate=content)
        # OpenSSL opens the file twice, and another server may replace it in between.
        with tempfile.TemporaryDirectory() as folder:
            own_copy = Path(folder, "server.pem")
            own_copy.write_bytes(content)
            self.add(self.app, listener, str(own_copy))

    def serve(self, on_ready: Callable[[], None] = lambda: None) -> None:
        """Serve until ``stop`` is called or the process is asked to stop.

        Args:
            on_ready: called when every listener is ready.
        """
        self._listener.on_ready = on_ready
        with asyncio.Runner(loop_factory=self._listener.config.get_loop_factory()) as runner:
            runner.run(self._serve_all())

    async def _serve_all(self) -> None:
        others = [asyncio.ensure_future(listener.listen()) for listener in self._other_listeners]
        for listener, task in zip(self._other_listeners, others, strict=True):
            ready = asyncio.ensure_future(listener.ready.wait())
            await asyncio.wait((ready, task), return_when=asyncio.FIRST_COMPLETED)
            ready.cancel()
            if task.done():
                task.result()  # it can't listen: raise the reason instead of waiting for it
        try:
            await self._listener.listen()
        finally:
            for listener in self._other_listeners:
                listener.should_exit = True
            await asyncio.gather(*others)

    def start(self) -> "Server":
        """Serve in a thread."""
        self._thread.start()  # the socket already listens: a first request waits in the backlog, no polling needed
        return self

    def stop(self) -> None:
        """Stop serving, and close the database."""
        self._listener.should_exit = True
        if self._thread.is_alive():
            self._thread.join(5)
        self._socket.close()
        self.mock.close()

    def __enter__(self) -> "Server":
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.stop()


def _relay_email(mock: Mock) -> None:
    from mockstytch.smtp_relay import SmtpRelay

    relay = SmtpRelay(mock.settings.smtp)
    relay.start()
    mock.subscribers.append(relay)
    mock.on_close.append(relay.stop)


class _Listener(uvicorn.Server):
    """uvicorn on a socket that is already open.

    Args:
        is_main: whether it is the server's own listener, which handles the signals of the process.
    """

    def __init__(self, app: ASGIApp, listener: socket.socket, certificate_file: str = "", *, is_main: bool = True):
        super().__init__(
            uvicorn.Config(
                app,
                http=Protocol,
                log_level="warning",
                access_log=False,
                ws="none",
                lifespan="off" if is_main else "auto",  # this app needs none; an added app may
                ssl_certfile=certificate_file or None,
                timeout_graceful_shutdown=1,
                timeout_keep_alive=100,  # seconds; clients keep idle connections for up to 90
            )
        )
        self._socket, self._is_main = listener, is_main
        self.ready = asyncio.Event()
        self.on_ready: Callable[[], None] = lambda: None
        self.on_stop: Callable[[], None] = lambda: None

    async def listen(self) -> None:
        await self.serve(sockets=[self._socket])

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.ready.set()
        self.on_ready()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        self.on_stop()
        await super().shutdown(sockets)

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Stop on a signal. Unlike uvicorn, don't raise the signal again afterwards."""
        if not self._is_main or threading.current_thread() is not threading.main_thread():
            yield
            return
        previous = {number: signal.signal(number, self.handle_exit) for number in (signal.SIGINT, signal.SIGTERM)}
        try:
            yield
        finally:
            for number, handler in previous.items():
                signal.signal(number, handler)


def open_listener(host: str, port: int) -> socket.socket:
    """Return a socket that listens.

    Raises:
        OSError: if the address is in use or doesn't belong to this machine.
    """
    listener = socket.create_server((host, port), family=socket.AF_INET6 if ":" in host else socket.AF_INET)
    # asyncio sets this only on sockets that it opens; without it, each request waits 40 ms for a delayed ACK
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return listener
