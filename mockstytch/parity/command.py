"""A whole run: start the local server, send the probes, delete what they created."""

import contextlib
from collections.abc import Callable, Iterator
from fnmatch import fnmatch

import httpx

from mockstytch.ids import Ids
from mockstytch.parity import operations
from mockstytch.parity.cleaning import PREFIX, Created, leftovers
from mockstytch.parity.probes import Probe
from mockstytch.parity.references import fixtures_of
from mockstytch.parity.running import Outcome, Run
from mockstytch.parity.side import Credentials, Pace, Side, Unreachable, Waiting
from mockstytch.server import Server
from mockstytch.settings import DEFAULT_SECRET, Settings

CALLS_PER_SECOND = 10.0
_TIMEOUT = 30.0  # seconds


def selected(probes: list[Probe], pattern: str, has: set[str]) -> tuple[list[Probe], dict[str, list[Probe]]]:
    """Return the probes to send with the fixtures that they need, and the others by what they need.

    Args:
        pattern: a part of a probe's name, its operation or its area, or a pattern with ``*``; "" selects all.
        has: the needs that are met.
    """
    chosen, missing = list[Probe](), dict[str, list[Probe]]()
    for probe in probes:
        if probe.is_fixture or not _matches(probe, pattern):
            continue
        lacking = [need for need in probe.needs if need not in has]
        if lacking:
            missing.setdefault(lacking[0], []).append(probe)
        else:
            chosen.append(probe)
    fixtures = {probe.name: probe for probe in probes if probe.is_fixture}
    needed = {name for probe in chosen for call in probe.calls for name in fixtures_of(call)}
    while more := {name for each in needed for call in fixtures[each].calls for name in fixtures_of(call)} - needed:
        needed |= more
    return [*(fixtures[name] for name in sorted(needed)), *chosen], missing


def _matches(probe: Probe, pattern: str) -> bool:
    texts = [probe.name, probe.area, *(call.operation or call.request for call in probe.calls)]
    wanted = pattern if "*" in pattern else f"*{pattern}*"
    return any(fnmatch(text.lower(), wanted.lower()) for text in texts)


def target_side(
    url: str,
    credentials: Credentials,
    *,
    waiting: Waiting | None = None,
    calls_per_second: float = CALLS_PER_SECOND,
    verify: str | bool = True,
) -> Side:
    """Return the side of the real API.

    Args:
        verify: False, or the file of a certificate authority, for a server with another certificate.
    """
    waiting = waiting or Waiting()
    return Side(url, credentials, _client(verify), waiting, Pace(calls_per_second, waiting))


def _client(verify: str | bool = True) -> httpx.Client:
    import ssl

    context = ssl.create_default_context(cafile=verify) if isinstance(verify, str) else verify
    return httpx.Client(timeout=_TIMEOUT, follow_redirects=False, verify=context, headers={"User-Agent": "mockstytch"})


@contextlib.contextmanager
def local_side(credentials: Credentials) -> Iterator[Side]:
    """A new server in this process, with a project that has the target's id."""
    own = Credentials(
        project_id=credentials.project_id,
        secret=DEFAULT_SECRET,
        public_token=credentials.project_id.replace("project-", "public-token-", 1),
        workspace_key=("workspace-key-test", "secret"),
    )
    with Server(Settings(port=0)) as server, _client() as client:
        yield Side(server.url, own, client, Waiting())


def run(
    target: Side, probes: list[Probe], prefix: str, on_outcome: Callable[[Outcome], None] = lambda outcome: None
) -> list[Outcome]:
    """Send probes to the target and to a new local server. What they created is deleted in every case.

    Raises:
        KeyboardInterrupt: if the user pressed Ctrl+C.
    """
    with local_side(target.credentials) as local:
        current = Run(target, local, prefix, probes)
        try:
            return current.run(on_outcome)
        finally:
            target.waiting.resume()
            delete_all(target, current.ledger.remaining())
            if not current.ledger.is_complete:
                delete_all(target, find_leftovers(target, prefix))


def find_leftovers(target: Side, prefix: str = PREFIX) -> list[Created]:
    """Return what exists on the target with a name that begins with the prefix."""
    return list(leftovers(lambda operation, fields: target.json(operation, _request(operation, fields)), prefix))


def delete_all(target: Side, created: list[Created]) -> list[Created]:
    """Delete things on the target, and return what couldn't be deleted."""
    remaining = []
    for each in created:
        request = _request(each.operation, {each.parameter: each.id})
        try:
            response = target.send(each.operation, request, {}, target.credentials.of("project"))
        except Unreachable:
            remaining.append(each)
            continue
        if response.status_code not in (200, 404):
            remaining.append(each)
    return remaining


def _request(operation: str, fields: dict[str, str]) -> operations.HttpRequest:
    return operations.build(operations.address_of(operation, ""), fields, None)


def new_prefix() -> str:
    """Return the prefix of a run."""
    ids = Ids()
    return f"{PREFIX}{ids.suffix()}{ids.suffix()}"
