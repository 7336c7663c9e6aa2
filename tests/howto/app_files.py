"""The files of an app, from the code blocks of a page: a block that begins with ``// path`` is that file.

A block that begins with ``// from path`` or ``# from path`` has parts of a file of this project.
"""

import re
import shutil
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

ROOT = Path(__file__).parents[2]
HOW_TO = ROOT / "docs" / "how-to"
PAGES = ("browser-sdk", "react", "nextjs", "playwright", "cypress", "express")
_FILE = re.compile(r"^```jsx?\n// (\S+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_EXCERPT = re.compile(r"(?://|#) from (\S+)\n")
_LEFT_OUT = re.compile(r"^\s*(?://|#) …\n", re.MULTILINE)
_HTML = '<!doctype html><meta charset="utf-8"><link rel="icon" href="data:,"><body><div id="root"></div>{script}'


def read(page: str) -> dict[str, str]:
    """Return the files of a how-to page, by path."""
    return files_of(HOW_TO / f"{page}.md")


def files_of(page: Path) -> dict[str, str]:
    """Return the files of a page, by path."""
    return {match[1]: match[2] for match in _FILE.finditer(page.read_text(encoding="utf-8"))}


def source_of(block: str) -> Path | None:
    """Return the file of this project of which a code block has parts."""
    match = _EXCERPT.match(block)
    return ROOT / match[1] if match else None


def parts_of(block: str) -> list[str]:
    """Return the parts of the file that a code block has. A line with ``// …`` or ``# …`` is between two parts."""
    return [part.strip("\n") for part in _LEFT_OUT.split(_EXCERPT.sub("", block, count=1))]


class App:
    """A folder with the files of a page. Ports and names of the page are replaced by the ones of the test.

    Attributes:
        folder: the folder. It has ``node_modules``.
        url: the URL at which ``serve`` serves it.
    """

    def __init__(self, folder: Path, packages: Path, replacements: dict[str, str]) -> None:
        self.folder, self.packages, self.replacements = folder, packages, replacements
        self.server = _Server(("127.0.0.1", 0), _Handler)
        self.url = f"http://localhost:{self.server.server_port}"
        (folder / "package.json").write_text('{"type": "module"}', encoding="utf-8")
        (folder / "node_modules").symlink_to(packages / "node_modules")

    def write(self, page: str, **more: str) -> None:
        """Write the files of a page."""
        for name, text in {**read(page), **more}.items():
            for old, new in {**self.replacements, "http://localhost:3000": self.url}.items():
                text = text.replace(old, new)
            (self.folder / name).parent.mkdir(parents=True, exist_ok=True)
            (self.folder / name).write_text(text, encoding="utf-8")

    def bundle(self, entry: str, *options: str, output: str = "") -> str:
        """Bundle a file as Vite and Next.js do, and return the path of the result."""
        output = output or str(Path(entry).with_suffix(".bundle.js"))
        command = ["node_modules/.bin/esbuild", entry, "--bundle", "--format=esm", "--jsx=automatic"]
        command += ["--log-level=warning", f"--outfile={output}", "--define:process.env.NODE_ENV='production'"]
        done = subprocess.run([*command, *options], cwd=self.folder, capture_output=True, text=True, timeout=120)
        assert done.returncode == 0, done.stderr
        return output

    def serve(self, path: str, script: str) -> None:
        """Serve a script as a page."""
        self.server.scripts[path] = (self.folder / script).read_bytes()


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self.scripts: dict[str, bytes] = {}


class _Handler(BaseHTTPRequestHandler):
    server: _Server

    def do_GET(self) -> None:
        path = urlsplit(self.path).path
        if path.endswith(".js") and (script := self.server.scripts.get(path.removesuffix(".js"))):
            self._send("text/javascript", script)
        elif path in self.server.scripts or path == "/":
            script_tag = f'<script type="module" src="{path}.js"></script>' if path in self.server.scripts else ""
            self._send("text/html", _HTML.format(script=script_tag).encode())
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
def running(app: App) -> Iterator[App]:
    """Serve an app in a thread."""
    assert shutil.which("node")
    thread = threading.Thread(target=app.server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield app
    finally:
        app.server.shutdown()
        thread.join(5)
        app.server.server_close()
