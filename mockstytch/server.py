"""A ``Mock`` on a real socket: in a thread (tests) or in the foreground (command line, image)."""

import asyncio
import contextlib
import signal
import socket
import threading
from collections.abc import Callable, Iterator

import msgspec
import uvicorn
from starlette.types import ASGIApp

from mockstytch.app import create_app
from mockstytch.runtime import Mock
from mockstytch.settings import Settings


class Server:
    """One server. ``with Server() as server: …`` runs it in a thread.

    Args:
        settings: ``port=0`` picks a free port; ``settings.port`` then says which.

    Raises:
        OSError: the address is taken or not ours.
        SchemaMismatch: the database is not this version's.
    """

    def __init__(self, settings: Settings | None = None) -> None:
        settings = settings or Settings(port=0)
        self._socket = listening(settings.host, settings.port)
        self.settings = msgspec.structs.replace(settings, port=self._socket.getsockname()[1])
        self.url = url_of(self.settings.host, self.settings.port)
        try:
            self.mock = Mock(self.settings)
        except BaseException:
            self._socket.close()
            raise
        self.app = create_app(mock=self.mock)
        self._main = _Listener(self.app, self._socket)
        self._main.on_stop = self.mock.stop_waiting
        self._companions: list[_Listener] = []
        self._thread = threading.Thread(target=self.serve, name="mockstytch", daemon=True)

    def add(self, app: ASGIApp, at: socket.socket, certificate_file: str = "") -> None:
        """Serve another application, or this one over TLS, beside it in the same process."""
        self._companions.append(_Listener(app, at, certificate_file, heeds_signals=False))

    def serve(self, on_ready: Callable[[], None] = lambda: None) -> None:
        """Serve until stopped, or until the process is told to end.

        Args:
            on_ready: called when every listener answers.
        """
        self._main.on_ready = on_ready
        with asyncio.Runner(loop_factory=self._main.config.get_loop_factory()) as runner:
            runner.run(self._serve_all())

    async def _serve_all(self) -> None:
        beside = [asyncio.ensure_future(companion.listen()) for companion in self._companions]
        for companion in self._companions:
            await companion.ready.wait()
        try:
            await self._main.listen()
        finally:
            for companion in self._companions:
                companion.should_exit = True
            await asyncio.gather(*beside)

    def start(self) -> "Server":
        self._thread.start()  # the socket already listens: a first request waits in the backlog, no polling needed
        return self

    def stop(self) -> None:
        self._main.should_exit = True
        if self._thread.is_alive():
            self._thread.join(5)
        self._socket.close()
        self.mock.close()

    def __enter__(self) -> "Server":
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.stop()


class _Listener(uvicorn.Server):
    """uvicorn on a socket that was opened beforehand."""

    def __init__(
        self, app: ASGIApp, at: socket.socket, certificate_file: str = "", *, heeds_signals: bool = True
    ) -> None:
        super().__init__(
            uvicorn.Config(
                app,
                log_level="warning",
                access_log=False,
                ws="none",
                lifespan="off" if heeds_signals else "auto",  # this server needs none, an app beside it may
                ssl_certfile=certificate_file or None,
                timeout_graceful_shutdown=1,
            )
        )
        self._socket, self._heeds_signals = at, heeds_signals
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
        """Told to end, the server ends: unlike uvicorn's own, this doesn't raise the signal once more afterwards."""
        if not self._heeds_signals or threading.current_thread() is not threading.main_thread():
            yield
            return
        before = {number: signal.signal(number, self.handle_exit) for number in (signal.SIGINT, signal.SIGTERM)}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)


def listening(host: str, port: int) -> socket.socket:
    """An open, listening socket.

    Raises:
        OSError: the address is taken or not ours.
    """
    opened = socket.create_server((host, port), family=socket.AF_INET6 if ":" in host else socket.AF_INET)
    # asyncio only does this for sockets it opened itself; without it each request waits 40 ms for a delayed ACK
    opened.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return opened


def url_of(host: str, port: int, scheme: str = "http") -> str:
    """Where a client on this machine reaches a listener."""
    reachable = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(host, f"[{host}]" if ":" in host else host)  # noqa: S104 · read, not bound
    return f"{scheme}://{reachable}:{port}"
