"""The private hosts file, and the system outside of it, which stays as it is."""

import os
import signal
import socket
import struct
import sys
from pathlib import Path

import pytest

from mockstytch.takeover import namespace, redirect
from mockstytch.takeover.hosts import TakenHosts
from tests.takeover.conftest import NO_PORT_443, patched

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="private hosts files aren't possible here: no Linux")
CODE = """
import socket, sys, urllib.request, os
print(socket.gethostbyname("test.stytch.com").startswith("127.84.83."), socket.gethostbyname("localhost"))
print(urllib.request.urlopen(os.environ["MOCKSTYTCH_URL"] + "/_mock/api/health").status)
socket.create_connection(("127.0.0.1", int(sys.argv[1]))).close()
print(open("/etc/hosts").read().count("stytch.com"))
"""


@pytest.fixture(params=["port 443", "redirection"])
def private_hosts(request, run, environment, tmp_path):
    if request.param == "redirection":
        patched(environment, tmp_path / "patch", NO_PORT_443)
    notice = run("--", "true").stderr
    if "no private hosts file" in notice:
        pytest.skip(f"private hosts files aren't possible here: {notice}")


@pytest.mark.usefixtures("private_hosts")
def test_command_has_its_own_hosts_file(run):
    before = Path("/etc/hosts").read_text()
    with socket.create_server(("127.0.0.1", 0)) as service:
        command = [sys.executable, "-I", "-c", CODE, str(service.getsockname()[1])]
        finished = run("--quiet", "--", *command)
    assert finished.stdout == "True 127.0.0.1\n200\n5\n", finished.stderr
    assert Path("/etc/hosts").read_text() == before


@pytest.mark.usefixtures("private_hosts")
def test_mounts_are_not_seen_outside(run, environment):
    mounts = Path("/proc/self/mounts").read_text()
    inside = run("--quiet", "--", "sh", "-c", "cat /proc/self/mounts; touch $TMPDIR/seen").stdout
    assert "/etc/hosts" in inside
    assert Path("/proc/self/mounts").read_text() == mounts
    assert [path.name for path in Path(environment["TMPDIR"]).iterdir()] == ["seen"]


@pytest.mark.usefixtures("private_hosts")
def test_two_commands_at_the_same_time(run):
    inner = [sys.executable, "-m", "mockstytch", "run", "--quiet", "--", "getent", "hosts", "test.stytch.com"]
    script = 'getent hosts test.stytch.com; exec "$@"'
    finished = run("--quiet", "--", "sh", "-c", script, "sh", *inner)
    first, second = (line.split()[0] for line in finished.stdout.splitlines())
    assert first.startswith("127.84.83.")
    assert second.startswith("127.84.83.")


def test_user_who_cannot_listen_on_port_443(monkeypatch):
    def refuse(*_args: object, **_options: object) -> None:
        raise PermissionError

    monkeypatch.setattr(socket, "create_server", refuse)
    with pytest.raises(namespace.Unavailable, match="this user isn't allowed to listen on port 443"):
        namespace.free_address()


def test_other_systems(monkeypatch):
    monkeypatch.setattr(sys, "platform", "darwin")
    with pytest.raises(namespace.Unavailable, match="it needs Linux"):
        namespace.free_address()


def test_names_are_replaced_in_the_hosts_file(monkeypatch, tmp_path):
    system = tmp_path / "system"
    system.write_text(
        "127.0.0.1 localhost\n# comment\n1.2.3.4 test.stytch.com mine # test.stytch.com\n5.6.7.8 API.stytch.com\n"
    )
    monkeypatch.setattr(namespace, "_HOSTS", system)
    monkeypatch.setattr(namespace, "_NSSWITCH", tmp_path / "missing")
    covered = namespace.write_hosts(tmp_path, TakenHosts(["login.acme.example"]), "127.84.83.1")
    assert list(covered) == [system]
    first, *others = covered[system].read_text().splitlines()
    assert first.startswith("127.84.83.1 test.stytch.com ")
    assert first.endswith(" login.acme.example")
    assert others == ["127.0.0.1 localhost", "# comment", "1.2.3.4 mine"]


def test_system_without_a_hosts_file(monkeypatch, tmp_path):
    monkeypatch.setattr(namespace, "_HOSTS", tmp_path / "missing")
    with pytest.raises(namespace.Unavailable, match="can't be read"):
        namespace.write_hosts(tmp_path, TakenHosts(), "127.84.83.1")


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("hosts: files dns", "hosts: files dns"),
        (
            "hosts:\tmymachines resolve [!UNAVAIL=return] files dns",
            "hosts:\tfiles mymachines resolve [!UNAVAIL=return] dns",
        ),
        ("passwd: sss\nhosts: dns\nnetworks: files", "passwd: sss\nhosts: files dns\nnetworks: files"),
        ("passwd: files", "passwd: files"),
    ],
)
def test_hosts_file_is_asked_first(before, after):
    assert namespace.files_first(before) == after


def test_refused_namespace_is_reported_and_the_command_runs(run, environment, tmp_path):
    patched(environment, tmp_path / "patch", "def enter(): raise OSError(1, 'Not permitted')\nn.enter = enter")
    finished = run("--", "echo", "ran")
    assert finished.stdout == "ran\n"
    assert finished.stderr.endswith(" The command has no private hosts file (Not permitted).\n")
    assert finished.stderr.count("\n") == 1


def test_unknown_processor_without_port_443(run, environment, tmp_path):
    code = f"{NO_PORT_443}\nimport mockstytch.takeover.redirect as r\nr._MACHINES.clear()"
    patched(environment, tmp_path / "patch", code)
    finished = run("--", "echo", "ran")
    assert finished.stdout == "ran\n"
    assert "no private hosts file (this user isn't allowed to listen on port 443)" in finished.stderr


# Redirection


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        (struct.pack("=H", 2) + struct.pack(">H4B", 443, 127, 84, 83, 255) + bytes(8), True),
        (struct.pack("=H", 2) + struct.pack(">H4B", 80, 127, 84, 83, 255) + bytes(8), False),
        (struct.pack("=H", 2) + struct.pack(">H4B", 443, 127, 84, 83, 254) + bytes(8), False),
        (struct.pack("=H", 10) + struct.pack(">HI10x2s4B", 443, 0, b"\xff\xff", 127, 84, 83, 255) + bytes(4), True),
        (struct.pack("=H", 10) + struct.pack(">HI16s", 443, 0, bytes(16)) + bytes(4), False),
        (struct.pack("=H", 10) + struct.pack(">HI", 443, 0), False),
        (struct.pack("=H", 1) + b"\x01\xbb/run/x", False),
        (b"", False),
    ],
)
def test_placeholder_is_recognized(address, expected):
    assert redirect.is_placeholder(address) == expected


CONNECTS = """
import errno, select, socket, sys
for family, blocking in ((socket.AF_INET, True), (socket.AF_INET, False), (socket.AF_INET6, True)):
    with socket.socket(family) as s:
        s.setblocking(blocking)
        mapped = "::ffff:" if family == socket.AF_INET6 else ""
        error = s.connect_ex((mapped + "127.84.83.255", 443))
        select.select([], [s], [])
        print(error in (0, errno.EINPROGRESS), s.getpeername()[0].endswith("127.0.0.1"), s.getsockopt(1, 4))
with socket.socket() as s:
    print(s.connect_ex(("127.84.83.255", 80)) == errno.ECONNREFUSED)
with socket.socket(socket.AF_UNIX) as s:
    print(s.connect_ex("/nowhere") == errno.ENOENT)
with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
    print(s.connect_ex(("127.0.0.1", 9)))
"""


def test_other_connections_are_not_changed(run, environment, tmp_path):
    patched(environment, tmp_path / "patch", NO_PORT_443)
    finished = run("--", sys.executable, "-I", "-c", CONNECTS)
    if "no private hosts file" in finished.stderr:
        pytest.skip(f"private hosts files aren't possible here: {finished.stderr}")
    assert finished.stdout == "True True 0\n" * 3 + "True\nTrue\n0\n", finished.stderr


def test_threads_that_connect_at_the_same_time(run, environment, tmp_path):
    patched(environment, tmp_path / "patch", NO_PORT_443)
    code = (
        "import socket, concurrent.futures as f\n"
        "def call(_):\n with socket.create_connection(('test.stytch.com', 443)) as s: return s.getpeername()[0]\n"
        "print(set(f.ThreadPoolExecutor(20).map(call, range(200))))"
    )
    finished = run("--", sys.executable, "-I", "-c", code)
    if "no private hosts file" in finished.stderr:
        pytest.skip(f"private hosts files aren't possible here: {finished.stderr}")
    assert finished.stdout == "{'127.0.0.1'}\n", finished.stderr


def test_process_in_the_background_does_not_hold_the_end_up(run, environment, tmp_path):
    patched(environment, tmp_path / "patch", NO_PORT_443)
    finished = run("--quiet", "--", "sh", "-c", "sleep 100 >/dev/null 2>&1 & echo $!")
    assert finished.returncode == 0
    os.kill(int(finished.stdout), signal.SIGKILL)
