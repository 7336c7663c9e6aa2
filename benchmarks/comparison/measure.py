"""The measurements. Systems take turns, so that other load on the machine affects all of them."""

from collections.abc import Iterator
from itertools import islice
from statistics import median
from time import perf_counter, process_time
from typing import NamedTuple

from benchmarks.client import Connection, send_in_parallel
from benchmarks.comparison import signing
from benchmarks.process import Memory
from benchmarks.systems import (
    OPERATIONS,
    Mockstytch,
    System,
    address,
    create_member,
    organization,
    search_member,
)

ROUNDS = 5
CONNECTIONS = 16
SIGNED = ("login", "session")  # operations of which each one signs a JWT


class Plan(NamedTuple):
    """How much to measure. ``seconds`` limits the turn of a slow system."""

    starts: int = 9
    requests: int = 2000
    users: int = 2000
    users_elsewhere: int = 100
    seconds: float = 0.6
    throughput: int = 2000
    levels: tuple[int, ...] = (1_000, 20_000)


FULL = Plan(levels=(1_000, 10_000, 100_000))
QUICK = Plan(starts=1, requests=25, users=25, users_elsewhere=5, seconds=0.5, throughput=100, levels=())


class Latency(NamedTuple):
    """Response times in milliseconds.

    Attributes:
        p50: the median of the medians of the rounds.
        computing: the computing time of the server; None if it isn't known.
    """

    p50: float
    p95: float
    count: int
    computing: float | None = None


class Start(NamedTuple):
    """Start time and memory. ``ratio`` compares with the bare server's start in the same round."""

    seconds: float
    ratio: float
    idle: Memory | None
    used: Memory | None


def latency(rounds: list[list[float]]) -> Latency:
    everything = sorted(seconds for taken in rounds for seconds in taken)
    p50 = median(median(taken) for taken in rounds if taken)
    return Latency(p50 * 1000, everything[int(len(everything) * 0.95)] * 1000, len(everything))


def starts(systems: list[type[System]], times: int) -> dict[str, Start]:
    """Start each system, use it once, read its memory and stop it, several times. Ratios refer to the first system."""
    found: dict[str, list[Start]] = {}
    for turn in range(-1, times):  # the first turn fills the disk cache and doesn't count
        bare = 0.0
        for kind in systems:
            system = kind()
            with system.start() as process:
                idle = process.memory()
                _use_once(system)
                used = process.memory()
            bare = bare or process.start_seconds
            if turn >= 0:
                start = Start(process.start_seconds, process.start_seconds / bare, idle, used)
                found.setdefault(kind.name, []).append(start)
    return {name: _middle_start(all_) for name, all_ in found.items()}


def _middle_start(all_: list[Start]) -> Start:
    seconds, ratio = median(s.seconds for s in all_), median(s.ratio for s in all_)
    return Start(seconds, ratio, _middle([s.idle for s in all_]), _middle([s.used for s in all_]))


def _use_once(system: System) -> None:
    """Call each operation once, so that lazily loaded modules are in memory."""
    system.prepare(1)
    for name, operation in system.operations().items():
        requests = operation()
        for _ in range(system.per_step(name)):
            _, response = system.connection.timed(next(requests))
            system.record(name, response)


def _middle(memories: list[Memory | None]) -> Memory | None:
    known = [m for m in memories if m]
    return Memory(median(m.rss for m in known), median(m.pss for m in known)) if known else None


class Latencies(NamedTuple):
    """Response times by operation and system.

    Attributes:
        signing: the time to sign one JWT, for each operation that signs one.
        client: the computing time of the client for one request, in milliseconds. It is part of each response time.
    """

    times: dict[str, dict[str, Latency]]
    signing: dict[str, Latency]
    client: float


def latencies(systems: list[System], plan: Plan) -> Latencies:
    """Measure response times. All servers run, and each has a turn in each round."""
    found: dict[str, dict[str, Latency]] = {}
    signed: dict[str, Latency] = {}
    for name in OPERATIONS:
        able = [(s, s.operations()[name]()) for s in systems if name in s.operations()]
        for system, requests in able:  # warm-up: the first request loads modules
            _turn(system, name, requests, 1, plan.seconds)
        taken: dict[str, list[list[float]]] = {}
        computing: dict[str, list[float]] = {}
        signing_rounds = []
        for _ in range(ROUNDS):
            for system, requests in able:
                steps = min(_steps(plan, name), system.most_steps(name))
                before = system.computing_seconds()
                turn = _turn(system, name, requests, max(1, steps // ROUNDS), plan.seconds)
                after = system.computing_seconds()
                taken.setdefault(system.name, []).append(turn)
                if turn and before is not None and after is not None:
                    computing.setdefault(system.name, []).append((after - before) / len(turn) * 1000)
            if name in SIGNED:
                signing_rounds.append(signing.measure())
        found[name] = {
            system: latency(rounds)._replace(computing=median(computing[system]) if system in computing else None)
            for system, rounds in taken.items()
            if any(rounds)
        }
        if signing_rounds:
            signed[name] = latency(signing_rounds)
    return Latencies(found, signed, _client_milliseconds(systems[0]))


def _steps(plan: Plan, operation: str) -> int:
    return min(plan.requests, plan.users) if operation in (*SIGNED, "browser_session") else plan.requests


def _client_milliseconds(system: System, times: int = 500) -> float:
    """Return the computing time that the client needs for one request to a server."""
    request = next(system.operations()["get"]())
    began = process_time()
    for _ in range(times):
        system.connection.timed(request)
    return (process_time() - began) / times * 1000


def _turn(system: System, name: str, requests: Iterator[bytes], steps: int, seconds: float) -> list[float]:
    taken: list[float] = []
    ends, size = perf_counter() + seconds, system.per_step(name)
    while len(taken) < steps and perf_counter() < ends and system.sent + size <= _share(system, name):
        step = 0.0
        for _ in range(size):
            request = next(requests, None)
            if request is None:
                return taken
            one, response = system.connection.timed(request)
            system.record(name, response)
            step += one
        system.sent += size
        taken.append(step)
    return taken


def _share(system: System, name: str) -> float:
    """Return how many requests an operation may use if the server limits them. 20 % are left for the throughput."""
    names = list(system.operations())
    return system.most_requests * 0.8 * (names.index(name) + 1) / len(names)


def browser_ratio(system: Mockstytch, plan: Plan) -> float:
    """Return how much longer it takes to authenticate a session through the browser API than through the backend's.

    The two take many short turns, and each pair of turns gives a ratio: so other load affects both.
    """
    names, ratios = ("session", "browser_session"), []
    for turn in range(8 * ROUNDS):
        middle = {}
        for name in names if turn % 2 else names[::-1]:
            requests = islice(system.operations()[name](), plan.users // 20 + 1)
            middle[name] = median(system.connection.timed(request)[0] for request in requests)
        ratios.append(middle["browser_session"] / middle["session"])
    return median(ratios)


def throughput(systems: list[System], plan: Plan) -> dict[str, dict[str, float]]:
    """Measure requests per second over several connections, by operation and system."""
    found: dict[str, dict[str, float]] = {}
    for name in ("create", "get"):
        rates: dict[str, list[float]] = {}
        for _ in range(ROUNDS):
            for system in systems:
                if name not in system.operations():
                    continue
                speed = _turn_speed(system, name)
                most = min(plan.throughput // ROUNDS, int(speed * plan.seconds), _left(system))
                if most < CONNECTIONS:
                    continue
                requests = system.operations()[name]()
                done, seconds = send_in_parallel(system.port, [next(requests) for _ in range(most)], CONNECTIONS)
                system.sent += done
                rates.setdefault(system.name, []).append(done / seconds)
        found[name] = {system: median(all_) for system, all_ in rates.items()}
    return found


def _turn_speed(system: System, name: str) -> float:
    """Estimate requests per second over one connection, to choose the number of requests of a turn."""
    seconds, _ = system.connection.timed(next(system.operations()[name]()))
    system.sent += 1
    return max(1 / seconds, 40)


def _left(system: System) -> int:
    return (system.most_requests - system.sent) // 4


def reset(members: int, times: int = ROUNDS) -> float:
    """Return the median time in milliseconds to reset a project with so many members."""
    system, taken = Mockstytch(), []
    with system.start():
        for _ in range(times):
            connection = system.project()
            inside = organization(connection)
            for n in range(members):
                connection.timed(create_member(connection, inside, address(n)))
            seconds, _ = connection.timed(connection.request("POST", "/_mock/api/reset", {}))
            taken.append(seconds)
            connection.close()
    return median(taken) * 1000


def restore(members: int, times: int = ROUNDS) -> tuple[float, float]:
    """Return the median times in milliseconds to restore a snapshot with so many members.

    The first is after a reset, when every row is missing; the second after a change of one member.
    """
    system = Mockstytch()
    taken: tuple[list[float], list[float]] = [], []
    with system.start():
        connection = system.project()
        inside = organization(connection)
        for n in range(members):
            connection.timed(create_member(connection, inside, address(n)))
        connection.call("PUT", "/_mock/api/snapshots/full", {})
        restoring = connection.request("POST", "/_mock/api/snapshots/full/restore", {})
        for turn in range(times):
            connection.call("POST", "/_mock/api/reset", {})
            taken[0].append(connection.timed(restoring)[0])
            connection.timed(create_member(connection, inside, f"new-{turn}@example.com"))
            taken[1].append(connection.timed(restoring)[0])
        connection.close()
    return median(taken[0]) * 1000, median(taken[1]) * 1000


def flatness(levels: tuple[int, ...], turns: int = 60, per_turn: int = 10) -> dict[int, dict[str, Latency]]:
    """Send the same requests to organizations of different sizes, each on a separate server.

    The servers take many short turns: a process can be slower for a second, depending on its processor.
    """
    servers: dict[int, Mockstytch] = {}
    try:
        filled: dict[int, tuple[Connection, str]] = {}
        for level in levels:
            servers[level] = Mockstytch()
            servers[level].start()
            connection = servers[level].project()
            inside = organization(connection)
            send_in_parallel(
                servers[level].port, (create_member(connection, inside, address(n)) for n in range(level)), 4
            )
            filled[level] = connection, inside
        taken: dict[int, dict[str, list[list[float]]]] = {level: {} for level in levels}
        for turn in range(-1, turns):
            for level, (connection, inside) in list(filled.items())[:: 1 if turn % 2 else -1]:
                for name, requests in _at(connection, inside, level, turn, per_turn).items():
                    times = [connection.timed(request)[0] for request in requests]
                    if turn >= 0:
                        taken[level].setdefault(name, []).append(times)
        return {level: {name: latency(rounds) for name, rounds in names.items()} for level, names in taken.items()}
    finally:
        for system in servers.values():
            if system.process:
                system.process.stop()


def _at(connection: Connection, inside: str, level: int, turn: int, count: int) -> dict[str, list[bytes]]:
    emails = [address(n * level // count) for n in range(count)]
    link = "/v1/b2b/magic_links/email/login_or_signup"
    found = "/v1/b2b/magic_links/discovery/authenticate"
    return {
        "create": [create_member(connection, inside, f"new-{turn}-{n}@example.com") for n in range(count)],
        "search": [search_member(connection, inside, email) for email in emails],
        "get by e-mail": [
            connection.request("GET", f"/v1/b2b/organizations/{inside}/member?email_address={email}")
            for email in emails
        ],
        "login_or_signup": [
            connection.request("POST", link, {"organization_id": inside, "email_address": email}) for email in emails
        ],
        "discovery": [
            connection.request("POST", found, {"discovery_magic_links_token": token})
            for token in _discovery_tokens(connection, emails)
        ],
    }


def _discovery_tokens(connection: Connection, addresses: list[str]) -> list[str]:
    for email in addresses:
        connection.call("POST", "/v1/b2b/magic_links/email/discovery/send", {"email_address": email})
    sent = connection.call("GET", f"/_mock/api/messages?kind=magic_link.discovery&limit={len(addresses)}")
    return [message["token"] for message in sent["messages"]]
