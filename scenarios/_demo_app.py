"""The demo app, running in a thread."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module

import uvicorn

from ._scenario import Scenario


@contextmanager
def run_demo_app(scenario: Scenario) -> Iterator[str]:
    """Run the demo app on a free port, with the scenario's project. Yields its URL."""
    listener = socket.create_server(("127.0.0.1", 0))
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)  # uvicorn sets it only on sockets that it opens
    url = f"http://127.0.0.1:{listener.getsockname()[1]}"
    parent = __package__.rpartition(".")[0]  # "mockstytch" in the installed package, empty in a checkout
    module = import_module(f"{parent}.demo_app" if parent else "demo_app")
    settings = module.Settings.from_env(
        {
            "STYTCH_PROJECT_ID": scenario.project_id,
            "STYTCH_SECRET": scenario.secret,
            "STYTCH_PUBLIC_TOKEN": scenario.public_token,
            "STYTCH_ENV": scenario.url,
            "DEMO_BASE_URL": url,
        }
    )
    server = uvicorn.Server(uvicorn.Config(module.create_app(settings), log_level="error", access_log=False))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
    thread.start()
    try:
        yield url
    finally:
        server.should_exit = True
        thread.join(5)
        listener.close()
