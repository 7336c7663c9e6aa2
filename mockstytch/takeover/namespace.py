"""A private mount namespace (Linux): the program sees its own hosts file and its own files of trusted certificates.

It reaches every program that looks names up in the hosts file, whether or not it knows proxies. There is no private
network: it would cut the program off from the services of this machine, and its own ports from the outside.
"""

import contextlib
import ctypes
import os
import re
import socket
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path

from mockstytch.takeover.hosts import TakenHosts

_CLONE_NEWNS, _CLONE_NEWUSER = 0x00020000, 0x10000000
_MS_BIND, _MS_REC, _MS_SLAVE = 0x1000, 0x4000, 0x80000
_HOSTS, _NSSWITCH = Path("/etc/hosts"), Path("/etc/nsswitch.conf")
_ADDRESSES = [f"127.84.83.{number}" for number in range(1, 255)]


class Unavailable(Exception):
    """The system doesn't allow a private namespace. The text says why."""


def free_address() -> socket.socket:
    """Return a socket that listens on port 443 of a loopback address that no other program uses.

    Raises:
        Unavailable: if this process isn't allowed to listen on port 443.
    """
    if sys.platform != "linux":
        raise Unavailable("it needs Linux")
    for address in _ADDRESSES:
        try:
            return socket.create_server((address, 443), backlog=1024)
        except PermissionError:
            raise Unavailable("this user isn't allowed to listen on port 443") from None
        except OSError:
            continue  # another run uses the address
    raise Unavailable("no loopback address is free")


def write_hosts(folder: Path, taken: TakenHosts, address: str) -> dict[Path, Path]:
    """Write the private hosts file. Return the files to use in place of others, by the path that they cover.

    Raises:
        Unavailable: if this system has no hosts file.
    """
    try:
        lines = _HOSTS.read_text(encoding="utf-8", errors="surrogateescape").splitlines()
    except OSError:
        raise Unavailable(f"{_HOSTS} can't be read") from None
    private = folder / "hosts"
    own = [f"{address} {' '.join(taken.names)}", *(line for line in (_without(line, taken) for line in lines) if line)]
    private.write_text("\n".join([*own, ""]), encoding="utf-8", errors="surrogateescape")
    covered = {_HOSTS.resolve(): private}
    with contextlib.suppress(OSError):
        text = _NSSWITCH.read_text(encoding="utf-8")
        if (changed := files_first(text)) != text:
            (folder / "nsswitch.conf").write_text(changed, encoding="utf-8")
            covered[_NSSWITCH.resolve()] = folder / "nsswitch.conf"
    return covered


def _without(line: str, taken: TakenHosts) -> str:
    """Return a line of a hosts file without the names that are taken over; "" if it has no other."""
    content = line.partition("#")[0].split()
    if not any(name in taken for name in content[1:]):
        return line
    names = [name for name in content[1:] if name not in taken]
    return " ".join([content[0], *names]) if names else ""


def files_first(nsswitch: str) -> str:
    """Return the name service switch file in which the hosts file is asked first.

    systemd-resolved, for example, reads the hosts file outside of the namespace.
    """

    def reorder(match: re.Match[str]) -> str:
        services = match[2].split()
        if services[:1] == ["files"]:
            return match[0]
        return f"{match[1]}files {' '.join(service for service in services if service != 'files')}"

    return re.sub(r"(?m)^(hosts:[ \t]*)(.*)$", reorder, nsswitch)


def enter() -> None:
    """Move this process into a private mount namespace.

    Without privileges, this needs a user namespace, too, in which the process keeps its user and group.

    Raises:
        OSError: if the system doesn't allow it.
    """
    user, group = os.geteuid(), os.getegid()
    if user == 0:
        _call("unshare", _CLONE_NEWNS)
    else:
        _call("unshare", _CLONE_NEWNS | _CLONE_NEWUSER)
        maps = (("setgroups", "deny"), ("uid_map", f"{user} {user} 1"), ("gid_map", f"{group} {group} 1"))
        for name, content in maps:
            Path(f"/proc/self/{name}").write_text(content, encoding="ascii")


def cover(covered: Mapping[str, str]) -> None:
    """Put files in place of others, in the private namespace of this process.

    Args:
        covered: the files to see, by the path at which they are seen.

    Raises:
        OSError: if the system doesn't allow it.
    """
    # Mounts made outside appear inside, and not the other way round.
    _call("mount", b"none", b"/", None, _MS_REC | _MS_SLAVE, None)
    for path, file in covered.items():
        _call("mount", os.fsencode(file), os.fsencode(path), None, _MS_BIND, None)


def existing(paths: Iterable[str]) -> list[Path]:
    """Return the files that exist, each once, with symbolic links followed."""
    return list(dict.fromkeys(Path(path).resolve() for path in paths if Path(path).is_file()))


_libc = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None


def _call(name: str, *arguments: int | bytes | None) -> None:
    if _libc is None:
        raise OSError(0, "it needs Linux")
    if getattr(_libc, name)(*(ctypes.c_ulong(each) if isinstance(each, int) else each for each in arguments)) != 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))
