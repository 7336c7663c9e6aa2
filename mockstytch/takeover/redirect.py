"""Redirection of a program's connections (Linux), for users who aren't allowed to listen on port 443.

The private hosts file leads Stytch's names to an unused loopback address. A seccomp filter reports each
``connect`` of the program to this process (seccomp_unotify(2)). Those to that address are connected to the server
instead; the kernel continues all others as they are. It works for every program, also for static binaries.
"""

import contextlib
import ctypes
import errno
import fcntl
import ipaddress
import os
import platform
import select
import socket
import struct
import sys
import threading
from pathlib import Path
from typing import NamedTuple

Address = tuple[str, int]

PLACEHOLDER: Address = ("127.84.83.255", 443)  # nothing listens here


class _Machine(NamedTuple):
    """Numbers of the kernel's interface for a kind of processor."""

    audit: int
    connect: int
    seccomp: int


_MACHINES = {
    "x86_64": _Machine(audit=0xC000003E, connect=42, seccomp=317),
    "aarch64": _Machine(audit=0xC00000B7, connect=203, seccomp=277),
}
_PIDFD_GETFD = 438
_SET_MODE_FILTER, _NEW_LISTENER, _WAIT_KILLABLE = 1, 1 << 3, 1 << 5
_LOAD, _JUMP_IF_EQUAL, _RETURN = 0x20, 0x15, 0x06
_ALLOW, _NOTIFY = 0x7FFF0000, 0x7FC00000
_CONTINUE = 1
_RECEIVE, _SEND = 0xC0502100, 0xC0182101
_NOTIFICATION = struct.Struct("=QIIiIQ6Q")  # id, thread, flags, number, architecture, instruction, arguments
_RESPONSE = struct.Struct("=QqiI")  # id, value, error, flags
_LONGEST_ADDRESS = 128  # bytes

_libc = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None


def is_possible() -> bool:
    """Return whether the kernel's interface for this machine is known."""
    return sys.platform == "linux" and platform.machine() in _MACHINES


def install() -> int:
    """Report every ``connect`` of this process and its children from now on. Return the file that they are read from.

    The process must be privileged in its user namespace.

    Raises:
        OSError: if the kernel refuses the filter.
    """
    machine = _MACHINES[platform.machine()]
    instructions = [
        (_LOAD, 0, 0, 4),  # the architecture
        (_JUMP_IF_EQUAL, 0, 3, machine.audit),
        (_LOAD, 0, 0, 0),  # the number of the system call
        (_JUMP_IF_EQUAL, 0, 1, machine.connect),
        (_RETURN, 0, 0, _NOTIFY),
        (_RETURN, 0, 0, _ALLOW),
    ]
    code = ctypes.create_string_buffer(b"".join(struct.pack("=HBBI", *each) for each in instructions))
    program = ctypes.create_string_buffer(struct.pack("@HP", len(instructions), ctypes.addressof(code)))
    for flags in (_NEW_LISTENER | _WAIT_KILLABLE, _NEW_LISTENER):  # older kernels don't have the second flag
        file = _call(machine.seccomp, _SET_MODE_FILTER, flags, ctypes.addressof(program))
        if file >= 0:
            return file
    raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))


def _call(number: int, *arguments: int) -> int:
    if _libc is None:
        return -1
    result: int = _libc.syscall(ctypes.c_long(number), *(ctypes.c_ulong(each) for each in arguments))
    return result


class Redirector:
    """Connects the program to the server, in a thread, until the program and its children have ended.

    Args:
        file: what ``install`` returned. It is closed at the end.
        target: the address of the server.
    """

    def __init__(self, file: int, target: Address) -> None:
        self._file, self._target = file, target
        self._stop, self._stopping = os.pipe()
        self._thread = threading.Thread(target=self._run, name="mockstytch-redirect", daemon=True)

    def start(self) -> None:
        """Start the thread."""
        self._thread.start()

    def stop(self) -> None:
        """End the thread."""
        os.close(self._stopping)
        self._thread.join(5)
        os.close(self._stop)
        os.close(self._file)

    def _run(self) -> None:
        poll = select.poll()
        poll.register(self._file, select.POLLIN)
        poll.register(self._stop, select.POLLIN)
        while True:
            events = dict(poll.poll())
            if self._stop in events:
                return
            if not events[self._file] & select.POLLIN:
                return  # the last process has ended
            self._answer()

    def _answer(self) -> None:
        """Read one report, and tell the kernel what to do."""
        notification = bytearray(_NOTIFICATION.size)  # must be zero
        try:
            fcntl.ioctl(self._file, _RECEIVE, notification)
        except OSError:
            return  # the process was ended by a signal meanwhile
        identifier, thread, _, _, _, _, descriptor, pointer, length, *_ = _NOTIFICATION.unpack(notification)
        error: int | None = None
        with contextlib.suppress(OSError, ValueError):
            if is_placeholder(_read_memory(thread, pointer, min(length, _LONGEST_ADDRESS))):
                error = self._connect(thread, descriptor)
        flags = _CONTINUE if error is None else 0
        with contextlib.suppress(OSError):
            fcntl.ioctl(self._file, _SEND, bytearray(_RESPONSE.pack(identifier, 0, -(error or 0), flags)))

    def _connect(self, thread: int, descriptor: int) -> int:
        """Connect a socket of another process to the server. Return the error number, or 0."""
        process = os.pidfd_open(_process_of(thread))
        try:
            copy = _call(_PIDFD_GETFD, process, descriptor, 0)
        finally:
            os.close(process)
        if copy < 0:
            return ctypes.get_errno()
        with socket.socket(fileno=copy) as connection:
            host, port = self._target
            is_v6 = connection.family == socket.AF_INET6
            error = connection.connect_ex((f"::ffff:{host}" if is_v6 else host, port))
        # A signal can repeat the call after it succeeded here.
        return {errno.EISCONN: 0, errno.EALREADY: errno.EINPROGRESS}.get(error, error)


def is_placeholder(address: bytes) -> bool:
    """Return whether a socket address of the kernel is the one in the private hosts file."""
    if len(address) < 8:
        return False
    (family,), (port,) = struct.unpack_from("=H", address), struct.unpack_from(">H", address, 2)
    if port != PLACEHOLDER[1]:
        return False
    if family == socket.AF_INET:
        return socket.inet_ntoa(address[4:8]) == PLACEHOLDER[0]
    if family == socket.AF_INET6 and len(address) >= 24:
        mapped = ipaddress.IPv6Address(address[8:24]).ipv4_mapped
        return mapped is not None and str(mapped) == PLACEHOLDER[0]
    return False


def _read_memory(thread: int, pointer: int, length: int) -> bytes:
    with Path(f"/proc/{thread}/mem").open("rb", buffering=0) as memory:
        memory.seek(pointer)
        return memory.read(length)


def _process_of(thread: int) -> int:
    """Return the process that a thread belongs to."""
    for line in Path(f"/proc/{thread}/status").read_text(encoding="utf-8", errors="replace").splitlines():
        if line.startswith("Tgid:"):
            return int(line.split()[1])
    raise OSError(errno.ESRCH, os.strerror(errno.ESRCH))
