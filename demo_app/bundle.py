"""The scripts of the browser pages, bundled with the SDK: npm installs the SDK, and esbuild makes the bundle.

Both are kept in a cache folder, so this happens once for each version of the scripts and of the SDK.
"""

import hashlib
import logging
import os
import re
import shutil
import signal
import subprocess
import tempfile
import threading
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

FRONTEND = Path(__file__).parent / "frontend"
OLDEST_NODE = 18  # esbuild needs it

_LOCK_FILES = [FRONTEND / "package.json", FRONTEND / "package-lock.json"]
_ENTRIES = sorted(FRONTEND.glob("src/*.js"))
_INSTALL = ["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--prefer-offline", "--fetch-retries=1"]
_BUNDLE = ["--bundle", "--splitting", "--format=esm", "--minify", "--log-level=warning"]
_BUNDLE += ["--define:process.env.NODE_ENV='production'"]
_SECONDS = 300  # for each of the two commands
_LINES = 12  # the end of a failed command's output, for the page

_log = logging.getLogger("demo_app")


@dataclass(frozen=True)
class Status:
    """Whether the bundle exists, and why not.

    Attributes:
        message: what is being done, or what went wrong.
    """

    state: Literal["new", "working", "no_node", "failed", "ready"]
    message: str = ""


class Bundle:
    """The bundle in a cache folder. ``start`` makes it in a thread.

    Attributes:
        folder: the folder with the bundle, once ``status.state`` is ``ready``.
    """

    def __init__(self, cache_dir: Path) -> None:
        self._cache_dir = cache_dir
        self._packages = cache_dir / f"packages-{_digest(_LOCK_FILES)}"
        sources = [*_LOCK_FILES, *sorted(FRONTEND.glob("src/**/*.js"))]
        self.folder = cache_dir / f"bundle-{_digest(sources, salt=' '.join(_BUNDLE))}"
        self.status = Status("ready") if self.folder.exists() else Status("new")
        self._start_lock = threading.Lock()
        self._thread: threading.Thread | None = None
        self._process: subprocess.Popen[str] | None = None
        self._is_stopped = False

    def start(self) -> None:
        """Begin to make the bundle, unless it exists or is being made. This returns at once."""
        with self._start_lock:
            if self.status.state in ("working", "ready") or self._is_stopped:
                return
            self.status = Status("working", "Looking for Node.js")
            self._thread = threading.Thread(target=self._run, name="demo-bundle", daemon=True)
            self._thread.start()

    def stop(self) -> None:
        """End the command that is running, and wait for a short time until its files are deleted."""
        self._is_stopped = True
        if (process := self._process) is not None:
            _terminate(process)
        if self._thread is not None:
            self._thread.join(5)

    def make(self) -> None:
        """Make the bundle in this thread.

        Raises:
            NodeMissing: if there is no Node.js with npm, or it is too old.
            CommandFailed: if npm or esbuild failed.
            OSError: if the cache folder can't be written.
        """
        node, npm = self._find_node()
        self._cache_dir.mkdir(parents=True, exist_ok=True)
        self._fill(self._packages, lambda folder: self._install(npm, folder))
        self._fill(self.folder, lambda folder: self._bundle(node, folder))

    def _run(self) -> None:
        try:
            self.make()
        except NodeMissing as e:
            self.status = Status("no_node", str(e))
        except (CommandFailed, OSError) as e:
            self.status = Status("failed", str(e))
        else:
            self.status = Status("ready")
            _log.info("The demo app's browser pages are ready.")
            return
        if not self._is_stopped:
            reason = self.status.message.splitlines()[0]
            _log.info("The demo app's browser pages aren't ready: %s Open /browser for help.", reason)

    def _find_node(self) -> tuple[str, str]:
        node, npm = shutil.which("node"), shutil.which("npm")
        if not node or not npm:
            raise NodeMissing("Node.js isn't installed." if not node else "npm, which comes with Node.js, is missing.")
        version = self._call([node, "--version"], self._cache_dir.parent).strip()
        if (found := re.match(r"v(\d+)", version)) and int(found[1]) < OLDEST_NODE:
            raise NodeMissing(f"Node.js {version} is too old.")
        return node, npm

    def _install(self, npm: str, folder: Path) -> None:
        self._report("Installing the browser SDK from npm")
        for path in _LOCK_FILES:
            shutil.copy(path, folder)
        self._call([npm, *_INSTALL], folder)

    def _bundle(self, node: str, folder: Path) -> None:
        self._report("Bundling the browser pages with esbuild")
        modules = self._packages / "node_modules"
        command = [node, str(modules / "esbuild" / "bin" / "esbuild"), *map(str, _ENTRIES), *_BUNDLE]
        self._call([*command, f"--outdir={folder}"], self._packages, NODE_PATH=str(modules))

    def _report(self, message: str) -> None:
        self.status = Status("working", message)
        _log.info("%s for the demo app, in %s", message, self._cache_dir)

    def _fill(self, target: Path, make: Callable[[Path], None]) -> None:
        """Make a folder, if it doesn't exist. It gets its name when it is complete."""
        if target.exists():
            return
        unfinished = Path(tempfile.mkdtemp(dir=self._cache_dir, prefix="unfinished-"))
        try:
            make(unfinished)
            with suppress(OSError):  # another process was faster
                unfinished.rename(target)
        finally:
            shutil.rmtree(unfinished, ignore_errors=True)

    def _call(self, command: list[str], folder: Path, **variables: str) -> str:
        """Run a command, and return its output.

        Raises:
            CommandFailed: if it fails or takes too long, or if the app is stopped.
        """
        name = Path(command[0]).stem
        if self._is_stopped:
            raise CommandFailed(f"{name} wasn't started, because the app stops.")
        try:
            with subprocess.Popen(  # noqa: S603 · commands of this module
                command,
                cwd=folder if folder.exists() else None,
                env={**os.environ, **variables},
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                encoding="utf-8",
                errors="replace",
                start_new_session=True,  # so that _terminate can end its child processes, too
            ) as self._process:
                try:
                    output, _ = self._process.communicate(timeout=_SECONDS)
                except subprocess.TimeoutExpired:
                    _terminate(self._process)
                    raise CommandFailed(f"{name} took longer than {_SECONDS // 60} minutes.") from None
                status = self._process.returncode
        finally:
            self._process = None
        if status or self._is_stopped:
            raise CommandFailed(f"{name} failed.\n" + "\n".join(output.strip().splitlines()[-_LINES:]))
        return output


class NodeMissing(Exception):
    """Node.js isn't installed, or is too old."""


class CommandFailed(Exception):
    """npm or esbuild failed. The message has the end of its output."""


def _terminate(process: subprocess.Popen[str]) -> None:
    """End a command and the processes that it started."""
    with suppress(ProcessLookupError):  # it has just ended
        if os.name == "posix":
            os.killpg(process.pid, signal.SIGTERM)
        else:
            process.terminate()


def _digest(files: Iterable[Path], salt: str = "") -> str:
    digest = hashlib.sha256(salt.encode())
    for path in files:
        content = path.read_bytes()
        digest.update(f"{path.name} {len(content)} ".encode() + content)
    return digest.hexdigest()[:16]
