"""The program: started in its environment, with the signals of this process, until it ends.

The child process is forked before this process starts any thread, and waits for its environment. It stays in the
process group of this process, so the terminal's job control applies to both.
"""

import ctypes
import errno
import json
import os
import signal
import socket
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from mockstytch.takeover import namespace, redirect

COMMAND_NOT_FOUND, NOT_EXECUTABLE = 127, 126
_PR_SET_PDEATHSIG = 1
_FORWARDED = ("SIGINT", "SIGTERM", "SIGHUP", "SIGQUIT", "SIGUSR1", "SIGUSR2", "SIGCONT", "SIGWINCH")
_FROM_TERMINAL = ("SIGINT", "SIGQUIT", "SIGWINCH")  # the terminal sends these to the whole process group


class CannotRun(Exception):
    """The command can't be executed.

    Attributes:
        exit_code: 127 if it isn't found, else 126, as in a shell.
    """

    def __init__(self, message: str, exit_code: int) -> None:
        super().__init__(message)
        self.exit_code = exit_code


class Program:
    """A child process that waits for its environment. At the end of ``with Program(…)`` it doesn't wait any longer.

    Signals to this process are held back until ``wait``. Threads that are started later inherit this.

    Args:
        command: the command and its arguments.
    """

    def __init__(self, command: list[str]) -> None:
        self._command = command
        self._signals = {getattr(signal, name) for name in (*_FORWARDED, "SIGCHLD") if hasattr(signal, name)}
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        go, self._go = os.pipe()
        self._status, status = os.pipe()
        self._redirector: redirect.Redirector | None = None
        self._control, control = socket.socketpair()
        parent = os.getpid()
        self._pid = os.fork()
        if self._pid == 0:
            try:
                os.close(self._go)
                os.close(self._status)
                self._control.close()
                _become(command, go, status, control, parent)
            finally:
                os._exit(1)
        os.close(go)
        os.close(status)
        control.close()
        signal.pthread_sigmask(signal.SIG_BLOCK, self._signals)
        self._is_waiting = True

    def __enter__(self) -> "Program":
        return self

    def __exit__(self, *_: object) -> None:
        if self._is_waiting:
            os.close(self._go)  # the child ends
            os.waitpid(self._pid, 0)
            self._is_waiting = False
        self._control.close()
        if self._redirector:
            self._redirector.stop()
        signal.pthread_sigmask(signal.SIG_UNBLOCK, self._signals)

    def start(
        self, environment: Mapping[str, str], covered: Mapping[Path, Path], target: redirect.Address | None = None
    ) -> str:
        """Run the command. Return the reason why it has no private namespace, or "".

        Args:
            environment: its environment variables.
            covered: files for its private mount namespace, by the path that they cover. Without any, it has none.
            target: where its connections to the placeholder in the private hosts file end.

        Raises:
            CannotRun: if the command isn't found or can't be executed.
        """
        order = {
            "environment": dict(environment),
            "covered": {str(path): str(file) for path, file in covered.items()},
            "redirect": target is not None,
        }
        self._is_waiting = False
        with os.fdopen(self._status, "rb") as status_pipe, os.fdopen(self._go, "wb") as pipe:
            try:
                pipe.write(json.dumps(order).encode("utf-8", "surrogateescape"))
                pipe.close()
            except BrokenPipeError:
                return ""  # a signal ended the child; wait returns its exit code
            status = json.loads(b"{" + status_pipe.read().rstrip(b",") + b"}")
        if "errno" in status:
            os.waitpid(self._pid, 0)
            raise self._error(status["errno"])
        if status.get("redirects") and target:
            _, [file], _, _ = socket.recv_fds(self._control, 1, 1)
            self._redirector = redirect.Redirector(file, target)
            self._redirector.start()
        reason: str = status.get("namespace", "")
        return reason

    def _error(self, number: int) -> CannotRun:
        name = self._command[0]
        if number == errno.ENOENT:
            return CannotRun(f"{name}: command not found.", COMMAND_NOT_FOUND)
        return CannotRun(f"{name} can't be executed: {os.strerror(number)}.", NOT_EXECUTABLE)

    def wait(self) -> int:
        """Pass signals on until the program ends. Return its exit code; 128 + N if signal N ended it."""
        while True:
            pid, status = os.waitpid(self._pid, os.WNOHANG)
            if pid:
                while pending := signal.sigpending() & self._signals:
                    signal.sigwait(pending)  # it came too late for the program, and must not end this process instead
                code = os.waitstatus_to_exitcode(status)
                return code if code >= 0 else 128 - code
            number, is_from_terminal = _next_signal(self._signals)
            if number != signal.SIGCHLD and not is_from_terminal:
                os.kill(self._pid, number)


def _next_signal(numbers: set[signal.Signals]) -> tuple[int, bool]:
    """Wait for a signal. Return it, and whether the terminal sent it to the program, too."""
    if hasattr(signal, "sigwaitinfo"):
        info = signal.sigwaitinfo(numbers)
        return info.si_signo, info.si_code > 0  # the kernel sent it
    number = signal.sigwait(numbers)  # macOS doesn't report the sender
    return number, signal.Signals(number).name in _FROM_TERMINAL and os.isatty(0)


def _become(command: list[str], go: int, status: int, control: socket.socket, parent: int) -> None:
    """Wait for the order of the parent process, and run the command. This doesn't return."""
    if signal.getsignal(signal.SIGINT) is not signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.SIG_DFL)
    with os.fdopen(go, "rb") as pipe:
        order = pipe.read()
    if not order:
        os._exit(0)
    wanted = json.loads(order)
    if wanted["covered"]:
        try:
            _isolate(wanted, status, control)
        except OSError as e:
            os.write(status, f'"namespace": {json.dumps(e.strerror or str(e))},'.encode())
    if sys.platform == "linux":
        # If the parent is killed, the program ends, too. Entering a namespace would undo this.
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, int(signal.SIGTERM), 0, 0, 0)
        if os.getppid() != parent:
            os._exit(128 + signal.SIGTERM)
    for name in ("SIGPIPE", "SIGXFSZ"):  # Python ignores these
        signal.signal(getattr(signal, name), signal.SIG_DFL)
    try:
        os.execvpe(command[0], command, wanted["environment"])  # noqa: S606 · the command of the user
    except OSError as e:
        os.write(status, f'"errno": {e.errno}'.encode())
        os._exit(COMMAND_NOT_FOUND)


def _isolate(order: dict[str, Any], status: int, control: socket.socket) -> None:
    """Give this process private files, and report its connections to the parent process if the order asks for it.

    Raises:
        OSError: if the system doesn't allow it.
    """
    namespace.enter()
    if order["redirect"]:
        file = redirect.install()
        socket.send_fds(control, [b"x"], [file])
        os.close(file)
        os.write(status, b'"redirects": true,')
    namespace.cover(order["covered"])
