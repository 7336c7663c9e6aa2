"""Runs code blocks of the documentation. The default ports are replaced by free ones."""

import os
import re
import socket
import subprocess
import sys
from pathlib import Path

from mockstytch.console.snippets import variables
from mockstytch.settings import DEFAULT_PROJECT_ID, DEFAULT_SECRET


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as found:
        return int(found.getsockname()[1])


def with_ports(text: str, **ports: int) -> str:
    free = {"4700": ports["api"], "4743": ports["tls"], "3000": ports["demo"]}
    # All at once, because a free port can contain a default one, such as 34743.
    return re.sub(r"4700|4743|3000(?=/)", lambda found: str(free[found[0]]), text)


class Runner:
    """Runs a block in an empty folder, with a running server or with free ports for the block's own server."""

    def __init__(self, folder: Path, port: int) -> None:
        self.folder, self.port = folder, port
        self.ports = {"api": port, "tls": free_port(), "demo": free_port()}
        url = f"http://127.0.0.1:{port}"
        inherited = {name: value for name, value in os.environ.items() if not name.startswith(("PYTEST", "MOCKSTYTCH"))}
        self.environment = inherited | {
            "PATH": os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]]),
            "PYTHONUNBUFFERED": "1",
            "XDG_STATE_HOME": str(folder / "state"),
            "MOCKSTYTCH_URL": url,
            "MOCKSTYTCH_PORT": str(port),
            "MOCKSTYTCH_DEMO_PORT": str(self.ports["demo"]),
            "NO_PROXY": "*",
            **variables(url, DEFAULT_PROJECT_ID, DEFAULT_SECRET),
        }

    def run(self, *command: str) -> str:
        done = subprocess.run(
            command,
            cwd=self.folder,
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
            start_new_session=True,
        )
        assert done.returncode == 0, f"{done.stdout}\n{done.stderr}"
        return done.stdout

    def file(self, name: str, text: str) -> str:
        path = self.folder / name
        path.write_text(with_ports(text, **self.ports), encoding="utf-8")
        return str(path)
