"""Rate limits, lost connections, Ctrl+C: the run goes on or ends, and nothing is left in the project."""

import signal
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from mockstytch import MockStytch
from mockstytch.parity import command, settings
from mockstytch.parity.cleaning import PREFIX, Ledger, Leftovers, find_leftovers
from mockstytch.parity.probe import Probe
from mockstytch.parity.running import Outcome
from mockstytch.parity.sending.side import Credentials, Pace, Side, Stopped, Waiting
from tests.parity.conftest import Compare
from tests.parity.planted import Plain, Planted


class Waits(Waiting):
    """Waits that take no time, and are remembered. The clock moves by them."""

    def __init__(self) -> None:
        super().__init__()
        self.seconds = list[float]()
        self._now = 0.0

    def monotonic(self) -> float:
        return self._now

    def wait(self, seconds: float) -> None:
        if self.is_stopped:
            raise Stopped
        self.seconds.append(seconds)
        self._now += max(seconds, 0)


@pytest.fixture
def waits(target: Side) -> Waits:
    """Let the target keep a pace, with a clock that moves by the waits."""
    waits = Waits()
    target.waiting, target.pace = waits, Pace(1_000, waits)
    return waits


def _all_agree(outcomes: list[Outcome]) -> bool:
    return bool(outcomes) and not any(each.found for each in outcomes)


def test_a_call_over_the_limit_is_sent_again_later(compare: Compare, project: MockStytch, waits: Waits) -> None:
    project.faults.add("organizations.*", error_type="too_many_requests", times=2)
    assert _all_agree(compare("organizations.get: unknown id"))
    assert [seconds for seconds in waits.seconds if seconds >= 1] == [1, 2]


def test_the_wait_is_as_long_as_retry_after_says(compare: Compare, target: Side, waits: Waits) -> None:
    refused = list[str]()

    def change(response: Plain) -> Plain:
        if refused or "/organizations/" not in str(response.request.url):
            return response
        refused.append(str(response.request.url))
        return response._replace(status=429, headers={**response.headers, "retry-after": "7"})

    target.client = httpx.Client(transport=Planted(change))
    assert _all_agree(compare("organizations.get: unknown id"))
    assert refused
    assert 7 in waits.seconds


def test_a_limit_that_never_ends_is_reported(compare: Compare, project: MockStytch, waits: Waits) -> None:
    project.faults.add("organizations.get", error_type="too_many_requests")
    (outcome,) = compare("organizations.get: unknown id")
    assert [each.difference.target for each in outcome.found] == [429, "too_many_requests"]
    assert sum(waits.seconds) < 120


def test_calls_keep_a_distance(waits: Waits) -> None:
    pace = Pace(10, waits)
    for _ in range(4):
        pace.wait("sessions.get")
    assert waits.seconds == pytest.approx([0, 0.1, 0.1, 0.1])


def test_operations_with_a_published_limit_keep_a_larger_distance(waits: Waits) -> None:
    pace = Pace(10, waits)
    for _ in range(3):
        pace.wait("magic_links.email.login_or_signup")
    assert waits.seconds == pytest.approx([0, 1.2, 1.2])


@pytest.mark.parametrize("connection", ["refuse", "reset_before", "reset_after", "truncate"])
def test_a_lost_connection_is_survived(
    connection: Any, compare: Compare, project: MockStytch, target: Side, waits: Waits
) -> None:
    project.faults.add("organizations.create", connection=connection, times=1)
    assert _all_agree(compare("organizations.update: the name"))
    assert find_leftovers(target, PREFIX) == []


def test_a_connection_that_is_always_lost_is_reported(
    compare: Compare, project: MockStytch, target: Side, waits: Waits
) -> None:
    project.faults.add("organizations.create", connection="reset_after")
    (outcome,) = compare("organizations.update: the name")
    assert [each.difference.kind for each in outcome.found] == ["not reached"]
    project.faults.clear()
    assert find_leftovers(target, PREFIX) == []


def test_what_cant_be_deleted_is_an_error(compare: Compare, project: MockStytch, waits: Waits) -> None:
    project.faults.add("organizations.delete", status_code=503)
    with pytest.raises(Leftovers, match="couldn't be deleted"):
        compare("organizations.get: by id")


def test_an_exception_doesnt_prevent_the_clean_up(target: Side, project: MockStytch, all_probes: list[Probe]) -> None:
    probes, _ = command.selected(all_probes, "organizations.get: by id", set())
    settings.apply(target.url, target.credentials, ())

    def fail(_outcome: Outcome) -> None:
        raise RuntimeError("a bug")

    with pytest.raises(RuntimeError, match="a bug"):
        command.run(target, probes, command.new_prefix(), on_outcome=fail)
    assert find_leftovers(target, PREFIX) == []


@pytest.fixture
def running(project: MockStytch, credentials: Credentials) -> Iterator[subprocess.Popen[str]]:
    """A run in another process. Each call takes a little longer, so that it can be interrupted."""
    project.faults.add("sessions.*", delay_ms=100)
    command_line = [sys.executable, "-m", "mockstytch", "parity", "--yes", "--url", project.url]
    command_line += ["--project-id", credentials.project_id, "--secret", credentials.secret]
    with subprocess.Popen(command_line, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        yield process
        process.kill()


@pytest.mark.skipif(sys.platform == "win32", reason="a process can't be interrupted on Windows")
def test_ctrl_c_ends_the_run_and_nothing_is_left(
    running: subprocess.Popen[str], project: MockStytch, target: Side
) -> None:
    project.requests.wait("organizations.create", seconds=30)
    running.send_signal(signal.SIGINT)
    _, errors = running.communicate(timeout=60)
    assert errors.endswith("mockstytch: Stopped. What was created is deleted.\n")
    assert running.returncode == 2
    assert find_leftovers(target, PREFIX) == []


def test_it_works_through_tls(credentials: Credentials, all_probes: list[Probe]) -> None:
    with MockStytch(tls_port=0) as secure:
        assert secure.ca_file
        side = command.target_side(secure.tls_url, credentials, calls_per_second=1_000, ca_file=str(secure.ca_file))
        settings.apply(secure.url, credentials, ())
        probes, _ = command.selected(all_probes, "area:sessions", set())
        assert _all_agree(command.run(side, probes, command.new_prefix()))


def test_a_ledger_says_which_call_created_what() -> None:
    ledger = Ledger()
    bodies = [{"organization": {"organization_id": id}} for id in ("one", "two")]
    created = [ledger.record("organizations.create", {}, body) for body in bodies]
    assert [each and each.id for each in created] == ["one", "two"]
    assert ledger.record("organizations.get", {}, bodies[0]) is None
    assert ledger.record("organizations.delete", {"organization_id": "two"}, {}) is None
    assert [each.id for each in ledger.remaining()] == ["one"]
    assert ledger.is_complete


def test_a_creation_without_an_id_makes_a_search_for_leftovers_necessary() -> None:
    ledger = Ledger()
    ledger.record("organizations.create", {}, {"status_code": 200})
    assert not ledger.is_complete
