"""The benchmarks run and print their tables. These tests don't check speed, which depends on the machine."""

import math
import re
import signal
import socket
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from benchmarks import client, page
from benchmarks.comparison import install, measure, peers, report, signing
from benchmarks.load import memory, soak
from benchmarks.load.recorder import Recorder, Times
from benchmarks.load.servers import running_receiver
from benchmarks.process import Memory, Process, free_port
from benchmarks.systems import OPERATIONS, Hello, Mockstytch

ROOT = Path(__file__).parent.parent
COMMAND = [sys.executable, "-m", "benchmarks", "--quick"]


@pytest.mark.slow
def test_quick_run_prints_every_table():
    ran = subprocess.run(COMMAND, cwd=ROOT, capture_output=True, text=True, timeout=120)
    assert ran.returncode == 0, ran.stderr
    for title in ("Goals", "Start and memory", "One connection: p50", "16 connections"):
        assert f"**{title}" in ran.stdout
    alone, _, rest = ran.stdout.partition("**One connection: computing")
    rows = {line.split("|")[1].strip(): line for line in alone.splitlines() if line.startswith("|")}
    if sys.platform == "linux":
        assert re.search(r"create a member or user +\| [\d.]+ \(1\.0\) +\| [\d.]+ \([\d.]+\)", rest)
    for what in OPERATIONS.values():
        assert re.search(r"[\d.]+ / [\d.]+ \([\d.]+\)", rows[what]), rows[what]
    assert re.search(r"≤ 4 x hello .* (OK|MISSED) +\|$", rows["create a member"])
    assert re.search(r"≤ 3 x hello \+ signing .* ms of signing", rows["sessions.authenticate, with a new JWT"])
    assert rows["reset of 1,000 members"].count("not measured") == 1


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="POSIX signals")
@pytest.mark.parametrize(
    ("command", "running"),
    [
        (COMMAND, "one connection"),
        ([*COMMAND[:-1], "soak", "--minutes", "10", "--projects", "4"], "send the load"),
    ],
    ids=["comparison", "soak"],
)
def test_interrupted_run_stops_its_servers(command: list[str], running: str):
    run = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    assert run.stderr
    for line in run.stderr:
        if running in line:  # now its servers are running
            break
    servers = _children(run.pid)
    run.send_signal(signal.SIGINT)
    run.communicate(timeout=30)
    assert run.returncode != 0
    if sys.platform == "linux":
        assert len(servers) >= 2
        assert [pid for pid in servers if Path(f"/proc/{pid}").exists()] == []


def _children(pid: int) -> list[int]:
    children = Path(f"/proc/{pid}/task/{pid}/children")
    return [int(child) for child in children.read_text().split()] if children.exists() else []


def test_each_authenticated_session_gets_a_new_jwt():
    system = Mockstytch()
    with system.start():
        system.prepare(6)
        for operation in ("login", "session"):
            for request in getattr(system, operation)():
                system.record(operation, system.connection.timed(request)[1])
        assert system.signed == len(system.sessions) == 6


def test_unsuccessful_response_is_not_measured():
    system = Hello()
    with system.start():
        system.prepare(0)
        with pytest.raises(client.RequestFailed, match="404"):
            system.connection.call("GET", "/nothing-here")
        assert client.send_in_parallel(system.port, [system.connection.request("GET", "/")] * 40, 4)[0] == 40


def test_failed_start_shows_the_output_of_the_server():
    command = [sys.executable, "-c", "raise SystemExit('no such luck')"]
    with pytest.raises(client.RequestFailed, match="no such luck"):
        Process(command, free_port(), "/", {})


def test_servers_start_with_bytecode_enabled(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("PYTHONDONTWRITEBYTECODE", "1")
    command = [sys.executable, "-c", "import sys; sys.exit(f'no bytecode: {sys.flags.dont_write_bytecode}')"]
    with pytest.raises(client.RequestFailed, match="no bytecode: 0"):
        Process(command, free_port(), "/", {})


@pytest.mark.parametrize(
    ("response", "body"),
    [
        (b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}", b"{}"),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n", b"{}"),
    ],
)
def test_response_is_complete_at_its_last_byte(response: bytes, body: bytes):
    assert [client.complete(response[:n]) for n in range(len(response) + 1)] == [False] * len(response) + [True]
    assert client.body_of(response) == body


def test_server_that_closes_each_connection_is_measured():
    response = b"HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\n{}"
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def serve() -> None:
            for _ in range(2):
                accepted, _ = listening.accept()
                with accepted:
                    accepted.recv(65536)
                    accepted.sendall(response)

        thread = threading.Thread(target=serve)
        thread.start()
        connection = client.Connection(listening.getsockname()[1])
        assert [connection.call("GET", "/"), connection.call("GET", "/")] == [{}, {}]
        thread.join()


def test_p50_is_the_median_of_medians_and_p95_covers_all_rounds():
    found = measure.latency([[0.001] * 9 + [0.1], [0.002] * 10, [0.003] * 10])
    assert (found.p50, found.count) == (2.0, 30)
    assert math.isclose(found.p95, 3.0)


@pytest.mark.parametrize(("measured", "verdict"), [(0.45, "OK"), (0.451, "MISSED"), (None, "—")])
def test_goal_is_met_at_its_limit(measured: float | None, verdict: str):
    assert report.Goal("create a member", 0.45, "ms", measured).verdict == verdict


def test_goal_of_an_operation_is_a_multiple_of_hello_without_signing():
    def one(ms: float) -> measure.Latency:
        return measure.Latency(ms, ms, 1)

    times = {name: {report.US: one(1.0), report.FLOOR: one(0.25)} for name in ("create", "session")}
    found = measure.Latencies(times, {"session": one(0.4)}, 0.05)
    assert report._multiple(found, "create", 4.0).measured == 4.0
    assert math.isclose(report._multiple(found, "session", 3.0).measured or 0, 2.4)


def test_signer_signs_each_jwt():
    times = signing.sign()
    assert len(times) == signing.TIMES
    assert min(times) > 0


def test_workos_is_skipped_without_its_folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    monkeypatch.delenv(install.WORKOS, raising=False)
    with pytest.raises(install.Unavailable, match="doesn't name a folder"):
        peers.Workos().command(0)
    monkeypatch.setenv(install.WORKOS, str(tmp_path))
    with pytest.raises(install.Unavailable, match=r"without dist/cli\.js"):
        peers.Workos().command(0)


def test_profile_has_a_row_for_each_operation():
    command = [sys.executable, "-m", "benchmarks", "profile", "--requests", "20", "--functions", "1"]
    ran = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=120)
    assert ran.returncode == 0, ran.stderr
    for what in OPERATIONS.values():
        assert re.search(rf"^\| {re.escape(what)} +\| [1-9]\d* ", ran.stdout, re.MULTILINE)
        assert f"**{what}: busiest functions**" in ran.stdout


# The page


@pytest.mark.parametrize("command", ["", "memory", "soak --db FILE"])
def test_tables_replace_the_text_between_their_markers(tmp_path: Path, command: str):
    target, (begin, end) = tmp_path / "page.md", page.markers(command)
    other = "\n".join([*page.markers("other")])
    target.write_text(f"before\n\n{begin}\nold\n{end}\n\nafter\n\n{other}\n", encoding="utf-8")
    for text in ("new", "newer"):
        page.write(text, command, target)
    assert target.read_text(encoding="utf-8") == f"before\n\n{begin}\n\nnewer\n\n{end}\n\nafter\n\n{other}\n"


@pytest.mark.parametrize("command", ["", "memory", "soak", "soak --db FILE"])
def test_page_has_markers_for_the_tables(command: str):
    begin, end = page.markers(command)
    assert re.search(f"{re.escape(begin)}.*{re.escape(end)}", page.PAGE.read_text("utf-8"), re.DOTALL)


# Load


@pytest.mark.slow
def test_mixed_load_is_answered_as_expected_and_its_memory_is_reported():
    run = memory.measure("memory.sqlite", 150, 450)
    assert run.failures == 0
    assert [sample.requests >= 150 * n for n, sample in enumerate(run.samples, 1)] == [True] * 3
    text = memory.render([run])
    assert re.search(r"on a file +\| \d+ / \d+ +\| \d+ / \d+ +\| [+-]\d+ MB +\| ≤ 40 MB +\| (OK|MISSED)", text)
    assert "file of" in text


@pytest.mark.slow
@pytest.mark.parametrize("options", [[], ["--db", "soak.sqlite"]], ids=["in memory", "on a file"])
def test_short_soak_has_no_unexpected_response(tmp_path: Path, options: list[str]):
    options = [str(tmp_path / option) if option.endswith("sqlite") else option for option in options]
    command = [*COMMAND[:-1], "soak", "--minutes", "0.1", "--projects", "4", *options]
    ran = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=120)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert re.search(r"5xx that no fault asked for +\| 0 +\| 0 +\| OK", ran.stdout)
    assert re.search(r"unexpected responses +\| 0 +\| 0 +\| OK", ran.stdout)
    assert re.search(r"[1-9][\d,]* requests to 4 projects .* [1-9][\d,]* webhooks", ran.stdout)
    assert (tmp_path / "soak.sqlite").exists() is bool(options)


def test_soak_misses_its_goals():
    def sample(minutes: float, rss: float, descriptors: int) -> soak.Sample:
        return soak.Sample(minutes, Times(10, 1.0, 2.0), Memory(rss, rss), descriptors, None)

    samples = [sample(2, 100, 30), sample(20, 141, 51)]
    run = soak.Run("in memory", 200, samples, 10, 1, 2, 5)
    assert [goal.met for goal in soak.goals(run)] == [False] * 4
    assert not soak.met(run)
    short = run._replace(samples=[sample(0.2, 100, 30), sample(2, 141, 51)], server_errors=0, failures=0)
    assert [goal.met for goal in soak.goals(short)] == [True, True, None, None]
    assert soak.met(short)


def test_recorder_counts_what_was_not_expected():
    recorder = Recorder()
    recorder.add(0.001, 200, (200,), "")
    recorder.add(0.003, 500, (200,), "GET /: 500")
    recorder.add_asked_for()
    recorder.fail("no response")
    assert (recorder.requests, recorder.server_errors, recorder.failures) == (3, 1, 2)
    assert recorder.unexpected == ["GET /: 500", "no response"]
    assert recorder.interval() == Times(2, 2.0, 3.0)
    assert recorder.interval() == Times(0, 0.0, 0.0)


def test_receiver_counts_webhooks_and_lets_some_fail():
    with running_receiver() as receiver:
        connection = client.Connection(receiver.port)
        request = connection.request("POST", "/hook", {"a": "b"})
        statuses = [client.status_of(connection.exchange(request)[1]) for _ in range(40)]
        assert (statuses.count(500), statuses.count(200), receiver.count()) == (2, 38, 40)


@pytest.mark.parametrize(
    "arguments", [["soak", "--minutes", "0"], ["soak", "--projects", "x"], ["memory", "--requests", "1"]]
)
def test_wrong_number_is_refused(arguments: list[str]):
    ran = subprocess.run([*COMMAND[:-1], *arguments], cwd=ROOT, capture_output=True, text=True, timeout=60)
    assert ran.returncode == 2
    assert "isn't a number between" in ran.stderr
