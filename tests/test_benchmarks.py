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

from benchmarks import client, measure, report
from benchmarks.process import Process, free_port
from benchmarks.systems import OPERATIONS, Hello, Mockstytch

ROOT = Path(__file__).parent.parent
COMMAND = [sys.executable, "-m", "benchmarks", "--quick"]


@pytest.mark.slow
def test_quick_run_prints_every_table():
    ran = subprocess.run(COMMAND, cwd=ROOT, capture_output=True, text=True, timeout=120)
    assert ran.returncode == 0, ran.stderr
    for title in ("Goals", "Start and memory", "One connection", "16 connections"):
        assert f"**{title}" in ran.stdout
    alone = ran.stdout.partition("**16 connections")[0]
    rows = {line.split("|")[1].strip(): line for line in alone.splitlines() if line.startswith("|")}
    for what in OPERATIONS.values():
        assert re.search(r"[\d.]+ / [\d.]+ \([\d.]+\)", rows[what]), rows[what]
    assert re.search(r"\| (OK|MISSED) +\|$", rows["create a member"])
    assert rows["reset of 1,000 members"].count("not measured") == 1


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="POSIX signals")
def test_interrupted_run_stops_its_servers(tmp_path: Path):
    run = subprocess.Popen(COMMAND, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    assert run.stderr
    for line in run.stderr:
        if "one connection" in line:  # now its servers are running
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


def test_tables_replace_the_text_between_the_markers(tmp_path: Path):
    page = tmp_path / "page.md"
    page.write_text(f"before\n\n{report.BEGIN}\nold\n{report.END}\n\nafter\n", encoding="utf-8")
    for text in ("new", "newer"):
        report.write(text, page)
    assert page.read_text(encoding="utf-8") == f"before\n\n{report.BEGIN}\n\nnewer\n{report.END}\n\nafter\n"


def test_page_has_markers_for_the_tables():
    assert re.search(f"{re.escape(report.BEGIN)}.*{re.escape(report.END)}", report.PAGE.read_text("utf-8"), re.DOTALL)
