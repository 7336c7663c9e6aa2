"""A server for the pages in ``pages/``: an app with another origin than the mock, as a developer's app."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

PAGE = """<!doctype html>
<html lang="en">
  <meta charset="utf-8">
  <meta name="viewport" content="width=device-width">
  <title>{name}</title>
  <link rel="icon" href="data:,">
  <script type="application/json" id="config">{config}</script>
  <div id="app"></div>
  <script type="module" src="/bundles/{name}.js"></script>
</html>
"""


class PageServer(ThreadingHTTPServer):
    """Serves ``/{page}`` with the configuration of that page, whatever the query is, and its script.

    Attributes:
        configs: the configuration of each page, as the page reads it. A page without one isn't found.
    """

    daemon_threads = True

    def __init__(self, bundles: Path) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.bundles = bundles
        self.configs: dict[str, dict[str, Any]] = {}


class _Handler(BaseHTTPRequestHandler):
    server: PageServer

    def do_GET(self) -> None:
        folder, _, file = urlsplit(self.path).path.lstrip("/").rpartition("/")
        if folder == "bundles" and (self.server.bundles / file).is_file():
            self._send("text/javascript", (self.server.bundles / file).read_bytes())
        elif not folder and file in self.server.configs:
            config = json.dumps(self.server.configs[file]).replace("<", "\\u003c")
            self._send("text/html; charset=utf-8", PAGE.format(name=file, config=config).encode())
        else:
            self.send_error(404)

    def _send(self, content_type: str, content: bytes) -> None:
        self.send_response(200)
        self.send_header("content-type", content_type)
        self.send_header("content-length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_: Any) -> None: ...


@contextmanager
def page_server(bundles: Path) -> Iterator[PageServer]:
    """Run the server in a thread.

    Args:
        bundles: the folder with the script of each page.
    """
    with PageServer(bundles) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join(5)
