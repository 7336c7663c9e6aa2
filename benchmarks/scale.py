"""Measure what a request costs on PostgreSQL, in the application and in the database: ``python -m benchmarks.scale``.

It starts a PostgreSQL cluster in a temporary folder, with durable commits, and one server process. ``docs/scale.md``
has the figures, and what follows from them.
"""

import json
import os
import sys
from base64 import b64encode
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from http.client import HTTPConnection
from itertools import count
from pathlib import Path
from time import perf_counter
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from mockstytch import MockStytch
from tests.support.postgresql import Cluster
from tests.support.server_process import started

REQUESTS = 500
MEMBERS = 2000
_TICKS = os.sysconf("SC_CLK_TCK")


class Cost(NamedTuple):
    """What one request costs.

    Attributes:
        application_ms, database_ms: the computing time of the server's process, and of PostgreSQL's processes.
        elapsed_ms: from the request to the response, on one connection.
        round_trips: how often the process sends something to PostgreSQL and waits for the result.
        wal_bytes: what PostgreSQL wrote to its log.
    """

    name: str
    application_ms: float
    database_ms: float
    elapsed_ms: float
    round_trips: float
    wal_bytes: float


class Caller:
    """One connection to the server, with a project's credentials."""

    def __init__(self, mock: MockStytch) -> None:
        url = urlsplit(mock.url)
        self._connection = HTTPConnection(url.hostname or "", url.port)
        credentials = b64encode(f"{mock.project_id}:{mock.secret}".encode()).decode()
        self._headers = {"Authorization": f"Basic {credentials}", "Content-Type": "application/json"}

    def __call__(self, method: str, path: str, body: dict[str, Any] | None = None) -> dict[str, Any]:
        self._connection.request(method, path, None if body is None else json.dumps(body), self._headers)
        response = self._connection.getresponse()
        answer: dict[str, Any] = json.load(response)
        assert response.status == 200, answer
        return answer


class Measurement:
    """The requests to measure, in one project with an organization of 2,000 members."""

    def __init__(self, cluster: Cluster, database: str, server_pid: int, mock: MockStytch) -> None:
        self._cluster, self._database, self._pid, self._mock = cluster, database, server_pid, mock
        self._call, self._numbers = Caller(mock), count()
        body = {"organization_name": "Acme", "organization_slug": "acme"}
        self._acme = self._call("POST", "/v1/b2b/organizations", body)["organization"]["organization_id"]
        self._members = f"/v1/b2b/organizations/{self._acme}/members"
        for number in range(MEMBERS):
            self._call("POST", self._members, {"email_address": f"member-{number}@acme.test"})

    def run(self) -> list[Cost]:
        session = self._log_in("member-1@acme.test")["session_token"]
        tokens = [self._link(f"member-{number}@acme.test") for number in range(REQUESTS + 100)]
        cases: dict[str, Callable[[], object]] = {
            "organizations.get": lambda: self._call("GET", f"/v1/b2b/organizations/{self._acme}"),
            "members.search, by address": lambda: self._call(
                "POST", "/v1/b2b/organizations/members/search", self._search(next(self._numbers))
            ),
            "members.create": lambda: self._call(
                "POST", self._members, {"email_address": f"new-{next(self._numbers)}@acme.test"}
            ),
            "magic_links.authenticate": lambda: self._call(
                "POST", "/v1/b2b/magic_links/authenticate", {"magic_links_token": tokens.pop()}
            ),
            "sessions.authenticate": lambda: self._call(
                "POST", "/v1/b2b/sessions/authenticate", {"session_token": session}
            ),
            "magic_links.email.discovery.send": lambda: self._call(
                "POST",
                "/v1/b2b/magic_links/email/discovery/send",
                {"email_address": f"visitor-{next(self._numbers)}@acme.test"},
            ),
        }
        return [self._cost(name, case) for name, case in cases.items()]

    def sizes(self) -> Iterator[tuple[str, int, int, int]]:
        """Yield the name of each table with rows, the number of rows, and the bytes of the table and of its indexes."""
        self._cluster.execute("VACUUM ANALYZE", self._database)
        found = self._cluster.execute(
            "SELECT relname, reltuples::bigint, pg_table_size(oid), pg_indexes_size(oid) FROM pg_class"
            " WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace AND reltuples > 1000 ORDER BY relname",
            self._database,
        )
        yield from ((str(name), int(rows), int(table), int(indexes)) for name, rows, table, indexes in found)

    def _cost(self, name: str, case: Callable[[], object]) -> Cost:
        for _ in range(50):
            case()
        round_trips = self._round_trips(case)
        before, begin = self._counters(), perf_counter()
        for _ in range(REQUESTS):
            case()
        elapsed = perf_counter() - begin
        application, database, wal = (now - then for now, then in zip(self._counters(), before, strict=True))
        per = 1000 / REQUESTS
        return Cost(name, application * per, database * per, elapsed * per, round_trips, wal / REQUESTS)

    def _round_trips(self, case: Callable[[], object]) -> float:
        """Count the lines in PostgreSQL's log of 20 requests."""
        self._set_log("all")
        log = self._cluster.folder / "log"
        before = log.read_text(encoding="utf-8", errors="replace").count("LOG:  ")
        for _ in range(20):
            case()
        found = log.read_text(encoding="utf-8", errors="replace").count("LOG:  ") - before
        self._set_log("none")
        return found / 20

    def _set_log(self, statements: str) -> None:
        self._cluster.execute(f"ALTER SYSTEM SET log_statement = '{statements}'")
        self._cluster.execute("SELECT pg_reload_conf()")
        self._call("GET", f"/v1/b2b/organizations/{self._acme}")  # by now, the setting has reached the process

    def _counters(self) -> tuple[float, float, float]:
        """Return the computing seconds of the application and of the database, and the database's WAL bytes."""
        wal = float(self._cluster.execute("SELECT pg_current_wal_insert_lsn() - '0/0'::pg_lsn")[0][0])
        postmaster = int((self._cluster.folder / "data" / "postmaster.pid").read_text().splitlines()[0])
        children = [pid for pid in _processes() if _parent(pid) == postmaster]
        return _seconds(self._pid), sum(map(_seconds, children)), wal

    def _search(self, number: int) -> dict[str, Any]:
        operand = {"filter_name": "member_emails", "filter_value": [f"member-{number % MEMBERS}@acme.test"]}
        return {"organization_ids": [self._acme], "query": {"operator": "AND", "operands": [operand]}}

    def _link(self, address: str) -> str:
        body = {"organization_id": self._acme, "email_address": address}
        self._call("POST", "/v1/b2b/magic_links/email/login_or_signup", body)
        return self._mock.inbox.latest(to=address).token or ""

    def _log_in(self, address: str) -> dict[str, Any]:
        return self._call("POST", "/v1/b2b/magic_links/authenticate", {"magic_links_token": self._link(address)})


def _processes() -> list[int]:
    return [int(path.name) for path in Path("/proc").glob("[0-9]*")]


def _stat(pid: int) -> list[str]:
    try:
        return (Path("/proc") / str(pid) / "stat").read_text().rpartition(")")[2].split()
    except OSError:
        return []


def _parent(pid: int) -> int:
    stat = _stat(pid)
    return int(stat[1]) if stat else 0


def _seconds(pid: int) -> float:
    """Return the computing time of a process so far."""
    stat = _stat(pid)
    return (int(stat[11]) + int(stat[12])) / _TICKS if stat else 0.0


def main() -> int:
    cluster = Cluster()
    with ExitStack() as stack:
        stack.callback(cluster.close)
        cluster.stop()
        cluster.start(fsync="on", full_page_writes="on", synchronous_commit="on", autovacuum="on", log_statement=None)
        database = cluster.create("scale")
        process, facts = stack.enter_context(started("--db", database, "--quiet"))
        mock = MockStytch(facts["url"]).project()
        measurement = Measurement(cluster, "scale", process.pid, mock)
        print("| request | application ms | database ms | elapsed ms | round trips | WAL bytes |")
        print("| --- | --- | --- | --- | --- | --- |")
        for cost in measurement.run():
            print(
                f"| `{cost.name}` | {cost.application_ms:.2f} | {cost.database_ms:.2f} | {cost.elapsed_ms:.2f} | "
                f"{cost.round_trips:.1f} | {cost.wal_bytes:,.0f} |"
            )
        print("\n| table | rows | bytes of a row | bytes of its index entries |")
        print("| --- | --- | --- | --- |")
        for name, rows, table, indexes in measurement.sizes():
            print(f"| `{name}` | {rows:,} | {table / rows:,.0f} | {indexes / rows:,.0f} |")
    return 0


if __name__ == "__main__":
    sys.exit(main())
