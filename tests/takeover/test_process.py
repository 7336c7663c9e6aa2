"""The command's exit code, its signals, and that nothing is left behind."""

import json
import os
import pty
import select
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from mockstytch.takeover import process, workdir

# pytest's workers have threads. The command line has none when it forks.
pytestmark = pytest.mark.filterwarnings("ignore:This process .* is multi-threaded:DeprecationWarning")
RUN = [sys.executable, "-m", "mockstytch", "run", "--quiet", "--no-namespace"]


@pytest.fixture
def start(environment):
    """``start("sh", "-c", …)`` starts a command below ``mockstytch run``. It is killed at the end."""
    started = []

    def call(*command: str, **options: object) -> subprocess.Popen[str]:
        given = {"env": environment, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True, **options}
        started.append(subprocess.Popen([*RUN, "--", *command], **given))
        return started[-1]

    yield call
    for each in started:
        each.kill()
        each.communicate(timeout=30)


def left_behind(environment) -> list[str]:
    """Return the files in the temporary folder and in the user's state folder."""
    folders = (Path(environment["TMPDIR"]), Path(environment["XDG_STATE_HOME"]))
    return [path.name for folder in folders if folder.exists() for path in folder.iterdir()]


@pytest.mark.parametrize("code", [0, 1, 7, 255])
def test_exit_code_is_the_commands(run, environment, code):
    assert run("--", "sh", "-c", f"exit {code}").returncode == code
    assert left_behind(environment) == []


@pytest.mark.parametrize("name", ["SIGTERM", "SIGKILL", "SIGSEGV", "SIGPIPE"])
def test_command_that_a_signal_ends(run, environment, name):
    number = getattr(signal, name)
    assert run("--", "sh", "-c", f"kill -{int(number)} $$").returncode == 128 + number
    assert left_behind(environment) == []


def test_output_and_input_are_the_commands(run):
    finished = run("--quiet", "--", "sh", "-c", "cat; echo failed >&2", input="hello")
    assert (finished.stdout, finished.stderr) == ("hello", "failed\n")


def test_options_after_the_command_are_the_commands(run):
    assert run("--quiet", "printf", "%s,", "--log", "--", "-q").stdout == "--log,--,-q,"


def test_no_command_is_wrong_usage(run):
    for arguments in ((), ("--",)):
        finished = run(*arguments)
        assert finished.returncode == 2
        assert finished.stderr.startswith("Error: no command. Example: mockstytch run -- npm test. See '")
        assert finished.stderr.count("\n") == 1


def test_unknown_command(run, environment):
    finished = run("--", "no-such-command")
    assert (finished.returncode, finished.stderr) == (127, "mockstytch: no-such-command: command not found.\n")
    assert left_behind(environment) == []


def test_command_that_is_not_executable(run, environment, tmp_path):
    script = tmp_path / "script"
    script.write_text("echo hello\n")
    for command in (script, tmp_path):
        finished = run("--", str(command))
        assert (finished.returncode, finished.stderr) == (
            126,
            f"mockstytch: {command} can't be executed: Permission denied.\n",
        )
    assert left_behind(environment) == []


def test_script_without_an_interpreter(run, tmp_path):
    script = tmp_path / "script"
    script.write_text("echo hello\n")
    script.chmod(0o700)
    finished = run("--", str(script))
    assert (finished.returncode, finished.stderr) == (
        126,
        f"mockstytch: {script} can't be executed: Exec format error.\n",
    )


WAITS = """
import signal, sys
wanted = {signal.Signals[name] for name in sys.argv[1:]}
signal.pthread_sigmask(signal.SIG_BLOCK, wanted)
print("ready", flush=True)
print(signal.sigwait(wanted).name)
sys.exit(5)
"""


@pytest.mark.parametrize("name", ["SIGINT", "SIGTERM", "SIGHUP", "SIGUSR1"])
def test_signals_are_passed_on(start, environment, name):
    running = start(sys.executable, "-c", WAITS, name)
    assert running.stdout.readline() == "ready\n"
    running.send_signal(getattr(signal, name))
    output, _ = running.communicate(timeout=60)
    assert (running.returncode, output) == (5, f"{name}\n")
    assert left_behind(environment) == []


def test_signal_ends_a_command_that_does_not_handle_it(start, environment):
    running = start("sh", "-c", "echo ready; exec sleep 600")
    running.stdout.readline()
    running.terminate()
    running.communicate(timeout=60)
    assert running.returncode == 128 + signal.SIGTERM
    assert left_behind(environment) == []


def test_command_can_ignore_a_signal(start):
    running = start("sh", "-c", "trap '' TERM; echo ready; read line; echo $line", stdin=subprocess.PIPE)
    running.stdout.readline()
    running.terminate()
    output, _ = running.communicate("went on\n", timeout=60)
    assert (running.returncode, output) == (0, "went on\n")


@pytest.mark.parametrize("_number", range(3))
def test_signal_after_the_end_of_the_command_does_not_change_its_exit_code(run, _number):
    assert run("--", "sh", "-c", "trap '' TERM; kill -TERM $PPID; exit 3").returncode == 3


# At the first interrupt, it sends another signal through its parent. What the parent had before comes before.
COUNTS = """
import os, signal
seen, wanted = 0, {signal.SIGINT, signal.SIGUSR1}
signal.pthread_sigmask(signal.SIG_BLOCK, wanted)
print("ready", flush=True)
while signal.sigwait(wanted) == signal.SIGINT:
    seen += 1
    if seen == 1:
        os.kill(os.getppid(), signal.SIGUSR1)
print("interrupts:", seen, flush=True)
"""


def test_ctrl_c_reaches_the_command_once(environment):
    """The terminal sends the signal to both processes. It must not be passed on in addition."""
    pid, terminal = pty.fork()
    if pid == 0:
        os.execve(sys.executable, [*RUN, "--", sys.executable, "-c", COUNTS], environment)
    with os.fdopen(terminal, "r+b", buffering=0) as screen:
        seen = b""
        while b"ready" not in seen:
            seen += screen.read(1000)
        screen.write(b"\x03")
        while b"interrupts:" not in seen or not seen.endswith(b"\n"):
            seen += screen.read(1000)
        assert b"interrupts: 1\r\n" in seen
    assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 0
    assert left_behind(environment) == []


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux ends the command with its parent")
def test_command_ends_if_the_parent_is_killed(start, run, environment):
    running = start("sh", "-c", "echo $$; exec sleep 600")
    pid = int(running.stdout.readline())
    [folder] = Path(environment["TMPDIR"]).iterdir()
    watch = os.pidfd_open(pid)
    running.kill()
    running.wait(60)
    assert select.select([watch], [], [], 60)[0], "the command still runs"
    assert folder.exists()
    assert run("--", "true").returncode == 0  # a later run removes the folder
    assert left_behind(environment) == []


def test_folder_of_a_running_process_stays(environment, monkeypatch):
    monkeypatch.setattr("tempfile.tempdir", environment["TMPDIR"])
    with workdir.work_folder() as first:
        with workdir.work_folder() as second:
            assert first != second
            assert first.exists()
            assert first.stat().st_mode & 0o777 == 0o700
        assert first.exists()
        assert not second.exists()
    assert not first.exists()


def test_private_key_is_only_readable_by_its_owner(run):
    script = (
        'stat -c "%a %n" $(dirname $SSL_CERT_FILE) $(dirname $SSL_CERT_FILE)/server.pem; ls $(dirname $SSL_CERT_FILE)'
    )
    folder, key, *names = run("--quiet", "--", "sh", "-c", script).stdout.splitlines()
    assert (folder.split()[0], key.split()[0]) == ("700", "600")
    assert "ca.key" not in names


def test_ports_are_closed_afterwards(run):
    script = "import os, json; print(json.dumps([os.environ['MOCKSTYTCH_URL'], os.environ['HTTPS_PROXY']]))"
    urls = json.loads(run("--quiet", "--", sys.executable, "-c", script).stdout)
    for url in urls:
        with socket.socket() as probe:
            assert probe.connect_ex(("127.0.0.1", int(url.rpartition(":")[2]))) != 0


def test_command_inherits_no_blocked_signals_and_no_files(start):
    script = (
        "import os, signal; print(signal.pthread_sigmask(signal.SIG_BLOCK, []), "
        "signal.getsignal(signal.SIGCHLD) == signal.SIG_DFL, sorted(int(f) for f in os.listdir('/proc/self/fd'))[:-1])"
    )
    output, _ = start(sys.executable, "-c", script).communicate(timeout=60)
    assert output == "set() True [0, 1, 2]\n"


def test_waiting_program_ends_without_an_order():
    with process.Program(["true"]) as program:
        pid = program._pid
    with pytest.raises(ChildProcessError):
        os.waitpid(pid, 0)
    assert signal.pthread_sigmask(signal.SIG_BLOCK, []) == set()


def test_program_that_ended_before_it_started():
    with process.Program(["sleep", "600"]) as program:
        os.kill(program._pid, signal.SIGKILL)
        os.waitid(os.P_PID, program._pid, os.WEXITED | os.WNOWAIT)
        assert program.start({"PATH": os.environ["PATH"]}, {}) == ""
        assert program.wait() == 128 + signal.SIGKILL


def test_variables_and_arguments_can_be_any_bytes(run, environment):
    environment["OWN"] = os.fsdecode(b"\xff\xfe")
    script = "import os, sys; print(os.environb[b'OWN'], os.fsencode(sys.argv[1]))"
    finished = run("--quiet", "--", sys.executable, "-c", script, os.fsdecode(b"\xfd"))
    assert finished.stdout == "b'\\xff\\xfe' b'\\xfd'\n"
