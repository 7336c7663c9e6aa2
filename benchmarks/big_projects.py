"""Measure requests in projects with many rows: ``python -m benchmarks big``.

It fills database files directly through the store, which takes about a minute for each million members, starts a server
on each, and prints one table: the computing time of the server for each request, in milliseconds (the median of
``--count`` requests), which the other processes of the machine influence less than the time that passes. The servers
take turns.
"""

import argparse
import base64
import http.client
import json
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

from benchmarks import page
from mockstytch.clock import position
from mockstytch.runtime import Mock
from mockstytch.settings import Settings
from mockstytch.store.records.members import Member
from mockstytch.store.records.organizations import Organization

SIZES = {"1,000": (1, 1_000), "100,000": (1, 100_000), "1,000,000": (1, 1_000_000), "10,000 orgs": (10_000, 10)}
_SERVE = """
import json, sys
from mockstytch import MockStytch
with MockStytch(database=sys.argv[1]) as mock:
    print(json.dumps({"url": mock.url, "project_id": mock.project_id, "secret": mock.secret}), flush=True)
    for _ in sys.stdin:
        print(mock._server.mock.purge.wait(600), flush=True)
"""
_BATCH = 20_000  # rows in one transaction
_ORGANIZATIONS, _MEMBERS = "/v1/b2b/organizations", "/v1/b2b/organizations/members/search"


def fill(file: Path, organizations: int, members: int) -> None:
    """Write organizations, ``org-0`` and so on, with members. Each has another domain.

    In ``org-0`` their addresses are ``user-0@example.com`` and so on.
    """
    mock = Mock(Settings(database=str(file)))
    try:
        numbers = ((o, m) for o in range(organizations) for m in range(-1, members))
        more = True
        while more:
            with mock.transaction() as ctx:
                for _ in range(_BATCH):
                    if not (more := (number := next(numbers, None)) is not None) or number is None:
                        break
                    ctx.store.insert(_row(ctx, *number))
    finally:
        mock.close()


def _row(ctx: Any, organization: int, member: int) -> Organization | Member:
    times = {"created_at": ctx.now, "updated_at": ctx.now, "position": position()}
    organization_id = f"organization-test-00000000-0000-4000-8000-{organization:012}"
    if member < 0:
        slug = f"org-{organization}"
        return Organization(
            organization_id=organization_id,
            organization_name=f"Organization {organization}",
            organization_slug=slug,
            slug_key=slug,
            **times,
        )
    domain = f"org-{organization}.example.com" if organization else "example.com"
    return Member(
        member_id=ctx.ids.new("member"),
        organization_id=organization_id,
        email_id=ctx.ids.new("email"),
        email_address=f"user-{member}@{domain}",
        email_domain=domain,
        email_address_verified=True,
        name=f"User {member}",
        **times,
    )


class Server:
    """A server process on a database file, and a connection to it."""

    def __init__(self, file: Path, members: int) -> None:
        command = [sys.executable, "-c", _SERVE, str(file)]
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        assert self.process.stdout is not None
        self.about = json.loads(self.process.stdout.readline())
        self.connection = http.client.HTTPConnection(self.about["url"].removeprefix("http://"), timeout=300)
        self.last = members - 1
        credentials = f"{self.about['project_id']}:{self.about['secret']}".encode()
        self.headers = {"Authorization": "Basic " + base64.b64encode(credentials).decode()}
        self.organization_id = self.send("GET", f"{_ORGANIZATIONS}/org-0")["organization"]["organization_id"]

    def send(self, method: str, path: str, body: Any = None, form: str = "") -> Any:
        content = form or (json.dumps(body) if body is not None else None)
        kind = "application/x-www-form-urlencoded" if form else "application/json"
        self.connection.request(method, path, content, {**self.headers, "Content-Type": kind})
        response = self.connection.getresponse()
        text = response.read()
        if response.status >= 400:
            raise RuntimeError(f"{method} {path}: {response.status} {text[:300]!r}")
        return json.loads(text) if (response.headers["Content-Type"] or "").startswith("application/json") else text

    def milliseconds(self) -> float:
        """Return the computing time of the server."""
        files = Path(f"/proc/{self.process.pid}/task").glob("*/schedstat")
        return sum(int(file.read_text().split()[0]) for file in files) / 1e6

    def wait(self) -> None:
        """Wait until the server's work beside the requests is done: the index of texts."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write("wait\n")
        self.process.stdin.flush()
        self.process.stdout.readline()

    def search(self, **body: Any) -> Any:
        return self.send("POST", _MEMBERS, {"organization_ids": [self.organization_id], **body})

    def filtered(self, name: str, value: Any, **more: Any) -> Any:
        return self.search(
            query={"operator": "AND", "operands": [{"filter_name": name, "filter_value": value}]}, **more
        )

    def create(self) -> Any:
        body = {"email_address": f"new-{position()}@example.org"}
        return self.send("POST", f"{_ORGANIZATIONS}/{self.organization_id}/members", body)

    def log_in(self) -> Any:
        """Send a link to a member, and redeem it: two requests of the API, and one of the inbox."""
        address = f"user-{self.last // 2}@example.com"
        body = {"organization_id": self.organization_id, "email_address": address}
        self.send("POST", "/v1/b2b/magic_links/email/login_or_signup", body)
        token = self.send("GET", f"/_mock/api/messages/latest?to={address}")["token"]
        return self.send("POST", "/v1/b2b/magic_links/authenticate", {"magic_links_token": token})

    def discover(self) -> Any:
        """Send a link, and redeem it: the response lists the organizations."""
        address = f"user-{self.last}@example.com"
        self.send("POST", "/v1/b2b/magic_links/email/discovery/send", {"email_address": address})
        token = self.send("GET", f"/_mock/api/messages/latest?to={address}")["token"]
        body = {"discovery_magic_links_token": token}
        return self.send("POST", "/v1/b2b/magic_links/discovery/authenticate", body)

    def deep_page(self) -> Any:
        """Return a page near the end: its cursor is the position of an old member."""
        if not hasattr(self, "cursor"):
            found = self.filtered(
                "member_emails", [f"user-{self.last // 10}@example.com", "user-0@example.com"], limit=1
            )
            self.cursor = found["results_metadata"]["next_cursor"]
        return self.search(cursor=self.cursor, limit=100)


ROWS: dict[str, Callable[[Server], Any]] = {
    "create a member": Server.create,
    "get an organization": lambda s: s.send("GET", f"{_ORGANIZATIONS}/{s.organization_id}"),
    "get a member": lambda s: s.send(
        "GET", f"{_ORGANIZATIONS}/{s.organization_id}/member?email_address=user-{s.last}@example.com"
    ),
    "search: exact e-mail": lambda s: s.filtered("member_emails", [f"user-{s.last}@example.com"]),
    "search: 1,000 e-mails": lambda s: s.filtered("member_emails", [f"user-{n}@example.com" for n in range(1000)]),
    "search: part of an e-mail": lambda s: s.filtered("member_email_fuzzy", f"er-{s.last}@"),
    "search: part of every e-mail": lambda s: s.filtered("member_email_fuzzy", "example"),
    "search: part of most names": lambda s: s.filtered("member_email_fuzzy", "user-"),
    "the same, and create a member before": lambda s: (s.create(), s.filtered("member_email_fuzzy", "user-")),
    "search: part of no e-mail": lambda s: s.filtered("member_email_fuzzy", "zzz"),
    "search: status": lambda s: s.filtered("statuses", ["active"]),
    "search: pending": lambda s: s.filtered("statuses", ["pending"]),
    "search: has a password": lambda s: s.filtered("member_password_exists", True),
    "search: has no password": lambda s: s.filtered("member_password_exists", False),
    "search: is break-glass": lambda s: s.filtered("member_is_breakglass", True),
    "search: part of a phone number": lambda s: s.filtered("member_mfa_phone_number_fuzzy", "+1555"),
    "search: without a filter": lambda s: s.search(),
    "search: deep page": Server.deep_page,
    "organizations: by member": lambda s: s.send(
        "POST",
        f"{_ORGANIZATIONS}/search",
        {
            "query": {
                "operator": "AND",
                "operands": [{"filter_name": "member_emails", "filter_value": [f"user-{s.last}@example.com"]}],
            }
        },
    ),
    "organizations: part of a name": lambda s: s.send(
        "POST",
        f"{_ORGANIZATIONS}/search",
        {
            "query": {
                "operator": "AND",
                "operands": [{"filter_name": "organization_name_fuzzy", "filter_value": "tion 0"}],
            }
        },
    ),
    "organizations: without a filter": lambda s: s.send("POST", f"{_ORGANIZATIONS}/search", {}),
    "log in by magic link": Server.log_in,
    "discovery": Server.discover,
    "organization metrics": lambda s: s.send("GET", f"{_ORGANIZATIONS}/{s.organization_id}/metrics"),
    "console: organizations": lambda s: s.send("GET", "/_mock/organizations"),
    "console: members": lambda s: s.send("GET", f"/_mock/organizations/{s.organization_id}"),
    "management: list projects": lambda s: s.send("GET", "/pwa/v3/projects"),
}


@contextmanager
def serving(file: Path, members: int) -> Iterator[Server]:
    server = Server(file, members)
    try:
        yield server
    finally:
        server.process.communicate(timeout=60)


def measure(servers: Sequence[Server], count: int, rows: dict[str, Callable[[Server], Any]]) -> list[list[str]]:
    """Return the lines of the table: for each row, the median computing time of each server.

    The servers take turns, so that other load on the machine affects all of them.
    """
    lines = []
    for name, request in rows.items():
        for server in servers:
            server.connection.close()  # the server closes an idle one; the next request opens another
            request(server)
            server.wait()
        taken: dict[Server, list[float]] = {server: [] for server in servers}
        for _ in range(count):
            for server, times in taken.items():
                before = server.milliseconds()
                request(server)
                times.append(server.milliseconds() - before)
        lines.append([name, *(page.number(statistics.median(times)) for times in taken.values())])
        print("  ".join(lines[-1]), file=sys.stderr, flush=True)
    return lines


def command(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks big", description="Measure requests in projects with many rows."
    )
    parser.add_argument("--sizes", nargs="*", choices=list(SIZES), default=list(SIZES))
    parser.add_argument("--count", type=int, default=31, help="the number of requests for each row")
    parser.add_argument("--rows", default="", help="only rows whose name contains this")
    parser.add_argument("--folder", type=Path, help="keep the database files here, and use present ones")
    parser.add_argument("--write", action="store_true", help=f"write the table to docs/{page.PAGE.name}")
    options = parser.parse_args(arguments)
    rows = {name: request for name, request in ROWS.items() if options.rows in name}
    with tempfile.TemporaryDirectory() as temporary, ExitStack() as stack:
        files = []
        for size in options.sizes:
            organizations, members = SIZES[size]
            files.append((options.folder or Path(temporary)) / f"{organizations}-{members}.sqlite")
            if not files[-1].exists():
                print(f"filling {size}", file=sys.stderr, flush=True)
                fill(files[-1], organizations, members)
        servers = [
            stack.enter_context(serving(file, SIZES[size][1])) for size, file in zip(options.sizes, files, strict=True)
        ]
        lines = measure(servers, options.count, rows)
    text = page.table("Computing time of the server in ms", ["request", *options.sizes], lines)
    print(text)
    if options.write:
        page.write(f"Machine: {page.machine()}.\n\n{text}", "big")
    return 0
