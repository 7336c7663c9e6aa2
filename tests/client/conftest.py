"""Fixtures of the tests of the Python handle."""

import os
import textwrap
import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from tests.support.processes import Finished, run_tests

Run = Callable[..., Finished]


@pytest.fixture
def run(tmp_path: Path) -> Run:
    """``run(tests, ini="…", MOCKSTYTCH_URL="…")`` runs tests in an own process."""

    def call(tests: str, ini: str = "", **variables: str) -> Finished:
        file = tmp_path / "test_app.py"
        file.write_text(textwrap.dedent(tests))
        (tmp_path / "pytest.ini").write_text(f"[pytest]\n{ini}\n")
        inherited = {name: value for name, value in os.environ.items() if not name.startswith(("PYTEST", "MOCKSTYTCH"))}
        return run_tests(file, {**inherited, **variables})

    return call


@pytest.fixture
def other_server():
    """The URL of a server that isn't mockstytch."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(200)
            self.end_headers()
            self.wfile.write(b"<p>Hello</p>")

        def log_message(self, *_):
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
