"""A whole run: start the local server, send the probes, delete what they created."""

import contextlib
import ssl
from collections.abc import Callable, Iterable, Iterator
from fnmatch import fnmatch
from http.cookiejar import CookieJar, DefaultCookiePolicy
from typing import NamedTuple

import httpx

from mockstytch.ids import Ids
from mockstytch.parity import settings
from mockstytch.parity.cleaning import CREATIONS, PREFIX, delete_all, find_leftovers
from mockstytch.parity.probe import Probe
from mockstytch.parity.references import fixtures_of
from mockstytch.parity.running import Outcome, Run
from mockstytch.parity.safety import SENDING
from mockstytch.parity.sending.side import Credentials, Pace, Side, Waiting
from mockstytch.server import Server
from mockstytch.settings import DEFAULT_SECRET, Settings

CALLS_PER_SECOND = 20.0
_TIMEOUT = 30.0  # seconds


def selected(probes: list[Probe], pattern: str, has: set[str]) -> tuple[list[Probe], dict[str, list[Probe]]]:
    """Return the probes to send with the fixtures that they need, and the others by what they need.

    Args:
        pattern: a part of a probe's name, its operation or its area, or a pattern with ``*``; ``area:sessions`` or
            ``needs:management`` selects one area or one need; "" selects all.
        has: the needs that are met.
    """
    chosen, missing = list[Probe](), dict[str, list[Probe]]()
    for probe in probes:
        if probe.is_fixture or not _matches(probe, pattern):
            continue
        if lacking := [need for need in probe.needs if not _is_met(need, has)]:
            missing.setdefault(lacking[0], []).append(probe)
        else:
            chosen.append(probe)
    fixtures = {probe.name: probe for probe in probes if probe.is_fixture}
    needed = {name for probe in chosen for call in probe.calls for name in fixtures_of(call)}
    while more := {name for each in needed for call in fixtures[each].calls for name in fixtures_of(call)} - needed:
        needed |= more
    return [*(fixtures[name] for name in sorted(needed)), *chosen], missing


def _is_met(need: str, has: set[str]) -> bool:
    name = need.removeprefix("without ")
    return (name in has) == (need == name)


def _matches(probe: Probe, pattern: str) -> bool:
    kind, colon, wanted = pattern.partition(":")
    if colon and kind == "area":
        return probe.area == wanted
    if colon and kind == "needs":
        return wanted in probe.needs
    texts = [probe.name, probe.area, *(call.operation or call.request for call in probe.calls)]
    wanted = pattern if "*" in pattern else f"*{pattern}*"
    return any(fnmatch(text.lower(), wanted.lower()) for text in texts)


def target_side(
    url: str,
    credentials: Credentials,
    *,
    waiting: Waiting | None = None,
    calls_per_second: float = CALLS_PER_SECOND,
    ca_file: str = "",
) -> Side:
    """Return the side of the real API.

    Args:
        ca_file: the certificate authority of a server with another certificate.
    """
    waiting = waiting or Waiting()
    return Side(url, credentials, new_client(ca_file), waiting, Pace(calls_per_second, waiting))


def new_client(ca_file: str = "") -> httpx.Client:
    """Return a client that follows no redirects and keeps no cookies, so that no probe depends on another one."""
    context = ssl.create_default_context(cafile=ca_file or None)
    jar = CookieJar(DefaultCookiePolicy(allowed_domains=[]))
    return httpx.Client(timeout=_TIMEOUT, verify=context, cookies=jar, headers={"User-Agent": "mockstytch parity"})


@contextlib.contextmanager
def local_side(credentials: Credentials, has: Iterable[str]) -> Iterator[Side]:
    """A new server in this process, with a project that has the target's id, and the settings of a new project.

    Args:
        has: the needs that are met.
    """
    own = Credentials(
        project_id=credentials.project_id,
        secret=DEFAULT_SECRET,
        public_token=credentials.project_id.replace("project-", "public-token-", 1),
        workspace_key=("workspace-key-test", "secret"),
    )
    with Server(Settings(port=0)) as server, new_client() as client:
        settings.apply(server.url, own, has)
        yield Side(server.url, own, client, Waiting())


def run(
    target: Side,
    probes: list[Probe],
    prefix: str,
    has: Iterable[str] = (),
    on_outcome: Callable[[Outcome], None] = lambda outcome: None,
) -> list[Outcome]:
    """Send probes to the target and to a new local server. What they created is deleted in every case.

    Args:
        prefix: the beginning of every name that is sent.
        has: the needs that are met.

    Raises:
        KeyboardInterrupt: if the user pressed Ctrl+C.
        Leftovers: if something couldn't be deleted.
        Refused: if the target refuses the credentials.
        Unreachable: if the target doesn't respond to the first call.
    """
    with local_side(target.credentials, has) as local:
        settings.mirror(target, local)
        current = Run(target, local, prefix, probes)
        try:
            return current.run(on_outcome)
        finally:
            target.waiting.resume()
            remaining = current.ledger.remaining()
            if not current.ledger.is_complete:
                remaining += [each for each in find_leftovers(target, prefix) if each not in remaining]
            delete_all(target, remaining)


def clean_up(target: Side) -> int:
    """Delete what earlier runs left behind, and return how much it was.

    Raises:
        Leftovers: if something couldn't be deleted.
        Refused: if the target refuses the credentials.
        Unreachable: if the target doesn't respond.
    """
    settings.require_access(target)
    found = find_leftovers(target, PREFIX)
    delete_all(target, found)
    return len(found)


class Plan(NamedTuple):
    """What a run will do.

    Attributes:
        probes: fixtures are counted, too.
        calls: at most, without the calls that delete.
        messages: calls that send an e-mail or a text message to a sandbox address.
        seconds: how long it takes at least.
    """

    probes: int
    calls: int
    organizations: int
    clients: int
    messages: int
    seconds: float


def plan(probes: list[Probe], calls_per_second: float = CALLS_PER_SECOND) -> Plan:
    """Return what a run of these probes will do."""
    calls = [call for probe in probes for call in probe.calls]
    creations = [CREATIONS[call.operation] for call in calls if call.operation in CREATIONS and not call.expects]
    organizations = sum(1 for each in creations if each.delete == "organizations.delete")
    return Plan(
        probes=len(probes),
        calls=len(calls),
        organizations=organizations,
        clients=len(creations) - organizations,
        messages=sum(1 for call in calls if call.operation.startswith(SENDING) and not call.expects),
        seconds=(len(calls) + len(creations)) / calls_per_second,
    )


def new_prefix() -> str:
    """Return the prefix of a run."""
    ids = Ids()
    return f"{PREFIX}{ids.suffix()}{ids.suffix()}"
