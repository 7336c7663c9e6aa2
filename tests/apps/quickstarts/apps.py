"""The apps in this folder, and how each is built and started."""

import shutil
import socket
import subprocess
import sys
from collections.abc import Sequence
from contextlib import ExitStack, suppress
from functools import cache
from pathlib import Path
from time import monotonic
from typing import NamedTuple

import httpx
import pytest

from mockstytch import MockStytch
from tests.support import toolchains

HERE = Path(__file__).parent
_LONGEST_START = 90  # seconds


class App(NamedTuple):
    """
    Attributes:
        name: of the framework.
        folder: below this one.
        tools: the programs that it needs.
        prepare: commands that download and compile everything. They run once for each version of the folder.
        command: starts the app.
        variables: variables of its environment.
        client: a command that prints which client of the API the app has, if that depends on the machine.
    """

    name: str
    folder: str
    tools: tuple[str, ...]
    prepare: tuple[Sequence[str], ...]
    command: Sequence[str]
    variables: dict[str, str] = {}
    client: Sequence[str] = ()

    def __str__(self) -> str:
        return self.name

    @property
    def label(self) -> str:
        """The name, with the client if that depends on the machine."""
        if not self.client or not shutil.which(self.client[0]):
            return self.name
        return f"{self.name} with {_output(self.client)}"

    def prepared(self, cache: Path) -> Path:
        """Return a copy of the folder in which everything is compiled. Skip the test if that isn't possible."""

        def run(command: Sequence[str], folder: Path) -> "subprocess.CompletedProcess[str]":
            return toolchains.run(command, folder, cache / f"{self.tools[0]}-tools.lock", **self.variables)

        return toolchains.prepared(HERE / self.folder, f"app-{self.folder}", self.tools, self.prepare, cache, run)


@cache
def _output(command: Sequence[str]) -> str:
    done = toolchains.run(command, HERE)
    return "an unknown client" if done.returncode else done.stdout.strip()


# Ruby with the official gem if it is installed, or else with the client in ruby_client.
RUBY = ("ruby", "-r", str(HERE / "ruby_client" / "gem_or_client.rb"))
_RUBY_CLIENT = (*RUBY, "-e", "puts defined?(Stytch::VERSION) ? \"the gem stytch #{Stytch::VERSION}\" : 'our client'")

APPS = (
    App(name="Flask", folder="flask", tools=(), prepare=(), command=(sys.executable, "app.py")),
    App(
        name="Express",
        folder="express",
        tools=("npm", "node"),
        prepare=(toolchains.NPM_INSTALL,),
        command=("node", "server.js"),
    ),
    App(
        name="Go net/http",
        folder="go",
        tools=("go",),
        prepare=(("go", "build", "-mod=mod", "-o", "app", "."),),
        command=("./app",),
    ),
    App(
        name="Spring Boot",
        folder="spring",
        tools=("mvn", "javac"),
        prepare=(("mvn", "--batch-mode", "--quiet", "package", "-DskipTests"),),
        command=("java", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-jar", "target/app.jar"),
    ),
    App(
        name="Rails",
        folder="rails",
        tools=("ruby",),
        prepare=((*RUBY, "-e", "require 'rails'; require 'puma'"),),
        command=(*RUBY, "-S", "puma"),
        client=_RUBY_CLIENT,
    ),
    App(
        name="Sinatra",
        folder="sinatra",
        tools=("ruby",),
        prepare=((*RUBY, "-e", "require 'sinatra/base'; require 'puma'"),),
        command=(*RUBY, "app.rb"),
        client=_RUBY_CLIENT,
    ),
)


def app_named(name: str) -> App:
    """Return the app with a name."""
    return next(app for app in APPS if app.name == name)


class Running(NamedTuple):
    """An app that runs.

    Attributes:
        url: its base URL.
        mock: the project that it uses.
    """

    url: str
    mock: MockStytch


class RunningApps:
    """Starts each app once, when a test first needs it, and stops all of them at the end.

    Args:
        server: any project of the server.
        cache: the folder for what is built.
        output: the folder for the output of the apps.
    """

    def __init__(self, server: MockStytch, cache: Path, output: Path) -> None:
        self._server, self._cache, self._output = server, cache, output
        self._running: dict[str, Running] = {}
        self._impossible: dict[str, BaseException] = {}
        self._stack = ExitStack()

    def get(self, app: App) -> Running:
        """Return an app that runs. Skip the test if it can't be built here, and fail it if it doesn't start."""
        if app.name in self._impossible:
            raise self._impossible[app.name]
        if app.name not in self._running:
            try:
                self._running[app.name] = self._start(app, app.prepared(self._cache))
            except (AssertionError, pytest.skip.Exception) as e:
                self._impossible[app.name] = e  # so that the other tests don't wait for it again
                raise
        return self._running[app.name]

    def _start(self, app: App, folder: Path) -> Running:
        mock = self._server.project(label=f"quickstart {app.name}")
        port = _free_port()
        environment = toolchains.environment(**app.variables, **mock.environment, PORT=str(port))
        file = self._output / f"{app.folder}.txt"
        output = self._stack.enter_context(file.open("wb"))
        process = subprocess.Popen(
            app.command, cwd=folder, env=environment, stdin=subprocess.DEVNULL, stdout=output, stderr=output
        )
        self._stack.callback(_stop, process)
        url = f"http://127.0.0.1:{port}"
        deadline = monotonic() + _LONGEST_START
        while not _answers(url):
            with suppress(subprocess.TimeoutExpired):
                process.wait(0.05)
            assert process.returncode is None, f"{app.name} ended: {file.read_text(errors='replace')}"
            assert monotonic() < deadline, f"{app.name} doesn't answer: {file.read_text(errors='replace')}"
        return Running(url, mock)

    def stop(self) -> None:
        self._stack.close()


def _answers(url: str) -> bool:
    try:
        httpx.get(url, trust_env=False, timeout=_LONGEST_START)
    except httpx.TransportError:
        return False
    return True


def _stop(process: "subprocess.Popen[bytes]") -> None:
    process.terminate()
    try:
        process.wait(5)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as found:
        return int(found.getsockname()[1])
