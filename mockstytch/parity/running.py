"""Send probes to both sides, and compare what they return."""

import contextlib
import hashlib
import threading
from collections.abc import Callable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor, as_completed
from email.utils import parsedate_to_datetime
from typing import Any, NamedTuple

import httpx
import msgspec

from mockstytch.clock import Clock
from mockstytch.parity import cleaning, references
from mockstytch.parity.cleaning import Created, Ledger
from mockstytch.parity.probe import Call, Probe
from mockstytch.parity.references import Scope, Unresolved
from mockstytch.parity.responses.comparing import HEADERS, Difference, Response, compare
from mockstytch.parity.responses.normalizing import Normalizer
from mockstytch.parity.sending import identity_provider, operations
from mockstytch.parity.sending.authorization import authorize
from mockstytch.parity.sending.side import Side, Stopped, Unreachable, limit_of
from mockstytch.values import Frozen

_MOST_ATTEMPTS = 3  # a probe begins again if the connection is lost


class Transcript(NamedTuple):
    """What one side returned for a probe.

    Attributes:
        responses: what was returned for the calls that were sent.
        problem: why the other calls weren't sent; "" if all were.
    """

    responses: list[Response]
    problem: str = ""


class Found(Frozen):
    """A difference, and the call whose response has it.

    Attributes:
        call: the number of the call in the probe, from 1.
        operation: the operation, or the method and path of a request.
    """

    call: int
    operation: str
    difference: Difference


class Outcome(Frozen):
    """The result of one probe."""

    probe: Probe
    target: Transcript
    local: Transcript
    found: tuple[Found, ...]


class Run:
    """One run of probes against two sides.

    Args:
        prefix: the beginning of every name that is sent.
        probes: the probes and fixtures.
        workers: how many probes are sent at the same time.

    Attributes:
        ledger: what has to be deleted on the target.
    """

    def __init__(self, target: Side, local: Side, prefix: str, probes: list[Probe], workers: int = 8) -> None:
        self.ledger, self._workers = Ledger(), workers
        self._probes = [probe for probe in probes if not probe.is_fixture]
        fixtures = {probe.name: probe for probe in probes if probe.is_fixture}
        self._target = _SideRun(target, prefix, fixtures, self.ledger)
        self._local = _SideRun(local, prefix, fixtures, Ledger())
        self._waiting = target.waiting

    def run(self, on_outcome: Callable[[Outcome], None] = lambda outcome: None) -> list[Outcome]:
        """Send all probes and return their outcomes, in the order of the probes, fixtures first.

        Args:
            on_outcome: called in this thread after each probe.

        Raises:
            KeyboardInterrupt: if the user pressed Ctrl+C. The other calls aren't sent then.
        """
        outcomes: dict[str, Outcome] = {}
        with contextlib.ExitStack() as pools:
            futures = self._submitted(pools)
            try:
                for future in as_completed(futures):
                    outcome = future.result()
                    outcomes[outcome.probe.name] = outcome
                    on_outcome(outcome)
            except BaseException:
                self._waiting.stop()
                for future in futures:
                    future.cancel()
                raise
        names = [probe.name for probe in self._probes]
        return [*self._fixture_outcomes(), *(outcomes[name] for name in names)]

    def _submitted(self, pools: contextlib.ExitStack) -> list[Future[Outcome]]:
        """Start all probes. Probes with the same published limit run one after the other, beside all others.

        Otherwise, the workers would all wait for the same limit.
        """
        lanes: dict[str, ThreadPoolExecutor] = {}
        futures = []
        for probe in self._probes:
            limit = next((found for call in probe.calls if (found := limit_of(call.operation))), "")
            if limit not in lanes:
                lanes[limit] = pools.enter_context(ThreadPoolExecutor(1 if limit else self._workers, "parity"))
            futures.append(lanes[limit].submit(self._outcome, probe))
        return futures

    def _outcome(self, probe: Probe) -> Outcome:
        return _compared(probe, self._target.transcript(probe), self._local.transcript(probe))

    def _fixture_outcomes(self) -> list[Outcome]:
        theirs, ours = self._target.fixture_runs(), self._local.fixture_runs()
        return [_compared(theirs[name][0], theirs[name][1], ours[name][1]) for name in theirs if name in ours]


def _compared(probe: Probe, target: Transcript, local: Transcript) -> Outcome:
    found = list[Found]()
    for number, (call, theirs, ours) in enumerate(
        zip(probe.calls, target.responses, local.responses, strict=False), start=1
    ):
        is_last = number == len(probe.calls)
        for difference in compare(theirs, ours, two_errors=probe.two_errors if is_last else ()):
            if not any(_is_at(difference.path, path) for path in probe.ignore):
                found.append(Found(call=number, operation=call.operation or call.request, difference=difference))
    if not found and (target.problem or local.problem):
        number = min(len(target.responses), len(local.responses)) + 1
        call = probe.calls[min(number, len(probe.calls)) - 1]
        difference = Difference(
            path="", kind="not reached", target=target.problem or "reached", local=local.problem or "reached"
        )
        found.append(Found(call=number, operation=call.operation or call.request, difference=difference))
    return Outcome(probe=probe, target=target, local=local, found=tuple(found))


def _is_at(path: str, ignored: str) -> bool:
    return path == ignored or path.startswith((f"{ignored}.", f"{ignored}["))


class _SideRun:
    """The probes of a run on one side, and the fixtures that they share."""

    def __init__(self, side: Side, prefix: str, fixtures: Mapping[str, Probe], ledger: Ledger) -> None:
        self._side, self._prefix, self._ledger = side, prefix, ledger
        self._fixtures, self._lock = fixtures, threading.Lock()
        self._runs: dict[str, Future[tuple[Probe, Transcript, dict[str, Any]]]] = {}

    def fixture_runs(self) -> dict[str, tuple[Probe, Transcript, dict[str, Any]]]:
        """Return the fixtures that were used, with their responses and what they saved."""
        return {name: future.result() for name, future in sorted(self._runs.items())}

    def transcript(self, probe: Probe) -> Transcript:
        """Send the calls of a probe, and delete what they created.

        Raises:
            Stopped: if the run is stopped.
        """
        return self._attempts(probe)[0]

    def _attempts(self, probe: Probe) -> tuple[Transcript, Scope]:
        """Send the calls of a probe or a fixture. After a lost connection, begin again."""
        for attempt in range(1, _MOST_ATTEMPTS + 1):
            scope, created, is_lost = self._scope(probe, attempt), list[Created](), False
            try:
                return self._send_all(probe, scope, created), scope
            except Unreachable as e:
                is_lost = True
                if attempt == _MOST_ATTEMPTS:
                    return Transcript([], f"no response: {e}"), scope
            finally:
                if is_lost or not probe.is_fixture:
                    self._clean_up(probe, scope, created)
        raise AssertionError("the last attempt returns")

    def _clean_up(self, probe: Probe, scope: Scope, created: list[Created]) -> None:
        """Delete what a probe created. What can't be deleted now is deleted at the end of the run."""
        if self._side.waiting.is_stopped:
            return
        try:
            for call in probe.clean_up:
                self._send(call, scope)
            for each in created:
                if cleaning.delete(self._side, each):
                    self._ledger.record(each.operation, {each.parameter: each.id}, None)
        except (Stopped, Unreachable, Unresolved):
            return

    def _fixture(self, name: str) -> dict[str, Any]:
        """Return what a fixture saved. The first probe that needs it runs it; others wait."""
        with self._lock:
            is_first = name not in self._runs
            future = self._runs.setdefault(name, Future())
        if is_first:
            try:
                probe = self._fixtures[name]
                transcript, scope = self._attempts(probe)
                future.set_result((probe, transcript, scope.saved | {"unique": scope.value("unique")}))
            except BaseException as e:
                future.set_exception(e)
                raise
        return future.result()[2]

    def _scope(self, probe: Probe, attempt: int) -> Scope:
        digest = hashlib.sha256(f"{self._prefix}/{probe.name}/{attempt}".encode()).hexdigest()
        unique = f"u{digest[:9]}"
        credentials = self._side.credentials
        built_in = references.CONSTANTS | {
            "prefix": self._prefix,
            "unique": unique,
            "email": f"{self._prefix}-{unique}@{references.EMAIL_DOMAIN}",
            "project_id": credentials.project_id,
            "public_token": credentials.public_token,
            "url": self._side.url,
        }
        return Scope(built_in, self._fixture)

    def _send_all(self, probe: Probe, scope: Scope, created: list[Created]) -> Transcript:
        """Send the calls of a probe, until one needs a value that an earlier response didn't have."""
        responses, compares_changes = list[Response](), False
        for call in probe.calls:
            if call.next_second:
                self._side.waiting.wait(1)
                compares_changes = True
            try:
                response = self._send(call, scope)
            except Unresolved as e:
                return Transcript(responses, f"no value for {{{e}}}")
            body = _json(response)
            scope.saved |= references.saved_by(call, body, response.headers)
            if response.is_success and (new := self._ledger.record(call.operation, scope.resolve(call.fields), body)):
                created.append(new)
            responses.append(self._normalized(response, body, scope, probe, compares_changes=compares_changes))
        return Transcript(responses)

    def _send(self, call: Call, scope: Scope) -> httpx.Response:
        """Send one call.

        Raises:
            Stopped: if the run is stopped.
            Unreachable: if no response arrived.
            Unresolved: if a reference has no value.
        """
        address = operations.address_of(call.operation, scope.resolve(call.request))
        fields = {name: scope.value(name) for name in ("project_id", "public_token") if f"{{{name}}}" in address.path}
        fields |= scope.resolve(call.fields)
        if call.saml:
            login = msgspec.convert(scope.resolve(call.saml), identity_provider.SamlLogin)
            fields["SAMLResponse"] = identity_provider.response(login)
        request = operations.build(address, fields, scope.resolve(call.body), form=call.form or bool(call.saml))
        session = str(scope.resolve(call.as_member))
        authorization = authorize(address, self._side.credentials, call.credentials, session)
        headers = authorization.headers | {name: str(scope.resolve(value)) for name, value in call.headers.items()}
        basic = None if "Authorization" in headers else authorization.basic
        try:
            return self._side.send(call.operation, request, headers, basic)
        except Unreachable:
            self._ledger.is_complete = False
            raise

    def _normalized(
        self, response: httpx.Response, body: Any, scope: Scope, probe: Probe, *, compares_changes: bool
    ) -> Response:
        names = {value: name for name, value in scope.built_in.items() if value}
        for fixture in {name for call in probe.calls for name in references.fixtures_of(call)}:
            values = self._fixture(fixture).items()
            names |= {value: f"{fixture}.{name}" for name, value in values if isinstance(value, str)}
        names |= {value: name for name, value in scope.saved.items() if isinstance(value, str)}
        normalizer = Normalizer(names, _now(response), compares_changes=compares_changes)
        headers = {name: normalizer.header(response.headers[name]) for name in HEADERS if name in response.headers}
        return Response(status=response.status_code, headers=headers, body=normalizer.value(body))


def _json(response: httpx.Response) -> Any:
    """Return the JSON of a response. A text that isn't JSON is only described."""
    if not response.content:
        return None
    try:
        return response.json()
    except ValueError:
        return "<not JSON>"


def _now(response: httpx.Response) -> Any:
    """Return the time of the server, or of this machine."""
    try:
        return parsedate_to_datetime(response.headers["date"])
    except (KeyError, ValueError):
        return Clock().now()
