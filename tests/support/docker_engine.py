"""A Docker Engine that runs no containers: it starts ``mockstytch serve`` with what a container would get.

It has the calls that Testcontainers makes, so the official Docker client and Testcontainers run unchanged. It doesn't
show that the image works.
"""

import json
import os
import re
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import urlsplit

_VERSION = {"Version": "28.0.0", "ApiVersion": "1.45", "MinAPIVersion": "1.24", "Os": "linux", "Arch": "amd64"}


class Engine(ThreadingHTTPServer):
    """The engine.

    Attributes:
        created: the bodies of the calls that created containers.
        processes: the running server of each container, by the container's id.
        unknown: calls that this engine doesn't have.
    """

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.created: list[dict[str, Any]] = []
        self.processes: dict[str, tuple[subprocess.Popen[str], str]] = {}
        self.unknown: list[str] = []

    @property
    def url(self) -> str:
        """The value for ``DOCKER_HOST``."""
        return f"tcp://127.0.0.1:{self.server_port}"

    def start(self, container: str) -> None:
        """Start the server of a container, with the container's variables, on a port of this machine."""
        variables = dict(entry.split("=", 1) for entry in self.created[int(container, 16)]["Env"] or [])
        inherited = {name: value for name, value in os.environ.items() if not name.startswith("MOCKSTYTCH")}
        command = [sys.executable, "-m", "mockstytch", "serve", "--json", "--quiet", "--host", "0.0.0.0", "--port", "0"]
        process = subprocess.Popen(command, env=inherited | variables, stdout=subprocess.PIPE, text=True)
        assert process.stdout
        port = urlsplit(json.loads(process.stdout.readline())["url"]).port
        self.processes[container] = (process, str(port))

    def remove(self, container: str) -> None:
        """Stop and remove a container."""
        process, _ = self.processes.pop(container)
        process.kill()
        process.communicate()

    def inspect(self, container: str) -> dict[str, Any]:
        """Return what ``docker inspect`` prints."""
        _, port = self.processes.get(container, (None, ""))
        ports = {"4700/tcp": [{"HostIp": "0.0.0.0", "HostPort": port}]} if port else {}
        return {
            "Id": container,
            "Name": f"/{container}",
            "Config": self.created[int(container, 16)],
            "State": {"Status": "running" if port else "created", "Running": bool(port)},
            "NetworkSettings": {"Ports": ports, "Networks": {}},
            "HostConfig": {"NetworkMode": "bridge"},
        }


class _Handler(BaseHTTPRequestHandler):
    server: Engine
    protocol_version = "HTTP/1.1"

    def _answer(self) -> None:
        length = int(self.headers.get("content-length") or 0)
        content = self.rfile.read(length)
        path = re.sub(r"^/v[\d.]+(?=/)", "", urlsplit(self.path).path)
        match self.command, path.strip("/").split("/"):
            case "GET", ["version"]:
                self._send(200, _VERSION)
            case "GET", ["images", *name, "json"]:
                self._send(
                    200, {"Id": "sha256:1", "RepoTags": ["/".join(name)], "Os": "linux", "Architecture": "amd64"}
                )
            case "POST", ["containers", "create"]:
                self.server.created.append(json.loads(content))
                self._send(201, {"Id": f"{len(self.server.created) - 1:064x}", "Warnings": []})
            case "GET", ["containers", container, "json"]:
                self._send(200, self.server.inspect(container))
            case "POST", ["containers", container, "start"]:
                self.server.start(container)
                self._send(204, None)
            case "DELETE", ["containers", container]:
                self.server.remove(container)
                self._send(204, None)
            case _:
                self.server.unknown.append(f"{self.command} {path}")
                self._send(404, {"message": f"no {path}"})

    do_GET = do_POST = do_DELETE = do_HEAD = _answer

    def _send(self, status: int, body: Any) -> None:
        content = b"" if body is None else json.dumps(body).encode()
        self.send_response(status)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_: Any) -> None: ...


@contextmanager
def running() -> Iterator[Engine]:
    """Run an engine in a thread. At the end, it stops its containers."""
    with Engine() as engine:
        thread = threading.Thread(target=engine.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield engine
        finally:
            engine.shutdown()
            thread.join(5)
            for container in list(engine.processes):
                engine.remove(container)
