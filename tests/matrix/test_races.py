"""Many at once, and a server that dies in the middle."""

import contextlib
import json
import sqlite3
import subprocess
import sys
import threading
from base64 import b64encode
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPConnection, HTTPException
from typing import Any
from urllib.parse import urlsplit

import pytest

from mockstytch import MockStytch
from mockstytch.domain.credentials import one_time_tokens
from mockstytch.runtime import Mock
from mockstytch.store.engine import SchemaMismatch, open_database

CLIENTS = 50


class Caller:
    """One client with a connection of its own, opened beforehand."""

    def __init__(self, mock: MockStytch, secret: str = "") -> None:
        url = urlsplit(mock.url)
        self.connection = HTTPConnection(url.hostname, url.port, timeout=30)
        self.connection.connect()
        credentials = b64encode(f"{mock.project_id}:{secret or mock.secret}".encode()).decode()
        self.headers = {"Authorization": f"Basic {credentials}", "Content-Type": "application/json"}

    def post(self, path: str, body: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        self.connection.request("POST", path, json.dumps(body), self.headers)
        answer = self.connection.getresponse()
        return answer.status, json.load(answer)


def all_at_once(callers: list[Caller], path: str, *bodies: dict[str, Any]) -> list[tuple[int, dict[str, Any]]]:
    """Each sends one of the bodies, all at the same moment."""
    gate = threading.Barrier(len(callers))

    def call(number: int) -> tuple[int, dict[str, Any]]:
        gate.wait(10)
        return callers[number].post(path, bodies[number % len(bodies)])

    with ThreadPoolExecutor(len(callers)) as pool:
        answers = list(pool.map(call, range(len(callers))))
    for caller in callers:
        caller.connection.close()
    return answers


def counted(answers: list[tuple[int, dict[str, Any]]]) -> Counter[tuple[int, str]]:
    return Counter((status, answer.get("error_type", "")) for status, answer in answers)


def crowd(mock: MockStytch) -> list[Caller]:
    return [Caller(mock) for _ in range(CLIENTS)]


def test_a_link_is_redeemed_once(mock, client, given):
    acme = given.organization()
    ada = given.member(acme)
    token = given.link_token(acme, ada.email_address)
    answers = all_at_once(crowd(mock), "/v1/b2b/magic_links/authenticate", {"magic_links_token": token})
    assert counted(answers) == {(200, ""): 1, (401, "unable_to_auth_magic_link"): CLIENTS - 1}
    assert len(client.sessions.get(acme.organization_id, ada.member_id).member_sessions) == 1


def test_a_row_that_was_read_before_another_took_it_is_not_taken_again():
    """What holds where several processes serve one database: the condition is in the UPDATE."""
    mock = Mock()
    with mock.transaction() as ctx:
        read = one_time_tokens.mint(ctx, "discovery", "ada@acme.test", 60)
        assert ctx.store.update_if_unchanged(read, used_at=ctx.now).used_at == ctx.now
        assert ctx.store.update_if_unchanged(read, used_at=ctx.now) is None
    mock.close()


def test_a_discovery_link_is_redeemed_once(mock, given):
    body = {"discovery_magic_links_token": given.discovery_token("ada@acme.test")}
    answers = all_at_once(crowd(mock), "/v1/b2b/magic_links/discovery/authenticate", body)
    assert counted(answers) == {(200, ""): 1, (401, "unable_to_auth_magic_link"): CLIENTS - 1}


def test_an_intermediate_session_becomes_one_session(mock, client, given):
    """Also where the exchange makes the member."""
    acme = given.organization(email_jit_provisioning="RESTRICTED", email_allowed_domains=["acme.test"])
    found = given.discovered("ada@acme.test")
    body = {
        "intermediate_session_token": found.intermediate_session_token,
        "organization_id": acme.organization_id,
    }
    answers = all_at_once(crowd(mock), "/v1/b2b/discovery/intermediate_sessions/exchange", body)
    assert counted(answers) == {(200, ""): 1, (404, "intermediate_session_not_found"): CLIENTS - 1}
    (ada,) = client.organizations.members.search([acme.organization_id]).members
    assert len(client.sessions.get(acme.organization_id, ada.member_id).member_sessions) == 1


def test_an_intermediate_session_founds_one_organization(mock, client, given):
    body = {"intermediate_session_token": given.discovered("ada@acme.test").intermediate_session_token}
    answers = all_at_once(crowd(mock), "/v1/b2b/discovery/organizations/create", body)
    assert counted(answers) == {(200, ""): 1, (404, "intermediate_session_not_found"): CLIENTS - 1}
    assert len(client.organizations.search().organizations) == 1


def test_a_slug_is_given_once(mock, client):
    bodies = [{"organization_name": "A", "organization_slug": slug} for slug in ("acme", "ACME")]
    answers = all_at_once(crowd(mock), "/v1/b2b/organizations", *bodies)
    assert counted(answers) == {(200, ""): 1, (400, "organization_slug_already_used"): CLIENTS - 1}
    assert len(client.organizations.search().organizations) == 1


def test_slugs_derived_from_one_name_all_differ(mock):
    answers = all_at_once(crowd(mock), "/v1/b2b/organizations", {"organization_name": "Acme"})
    assert counted(answers) == {(200, ""): CLIENTS}
    assert len({answer["organization"]["organization_slug"] for _, answer in answers}) == CLIENTS


def test_an_address_joins_once(mock, client, given):
    acme = given.organization()
    path = f"/v1/b2b/organizations/{acme.organization_id}/members"
    answers = all_at_once(crowd(mock), path, {"email_address": "ada@acme.test"}, {"email_address": "Ada@ACME.test"})
    assert counted(answers) == {(200, ""): 1, (400, "duplicate_member_email"): CLIENTS - 1}
    assert client.organizations.metrics(acme.organization_id).member_count == 1


def test_a_new_project_has_the_first_secret(mock):
    """Nobody has used it yet: the first caller's secret becomes its secret, for all that come with it."""
    fresh = mock.project()
    callers = [Caller(fresh, f"secret-test-{number % 2}") for number in range(CLIENTS)]
    answers = all_at_once(callers, "/v1/b2b/organizations/search", {})
    assert counted(answers) == {(200, ""): CLIENTS // 2, (401, "unauthorized_credentials"): CLIENTS // 2}


def test_a_reset_among_requests(mock, given):
    """Whatever a reset takes away, nothing meets half of it."""
    acme = given.organization()
    token = given.login(acme, given.member(acme)).session_token
    done = threading.Event()

    def resets() -> None:
        while not done.is_set():
            mock.reset()

    resetting = threading.Thread(target=resets)
    resetting.start()
    answers = all_at_once(crowd(mock), "/v1/b2b/sessions/authenticate", {"session_token": token})
    answers += all_at_once(crowd(mock), "/v1/b2b/organizations", {"organization_name": "Acme"})
    done.set()
    resetting.join()
    assert counted(answers).keys() <= {(200, ""), (404, "session_not_found")}


# A server of its own, on a file.


@contextlib.contextmanager
def serving(file):
    """A process that serves from ``file``; killed at the end, without a word of warning."""
    command = [sys.executable, "-m", "mockstytch", "serve", "--json", "--port", "0", "--db", str(file)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        try:
            facts = json.loads(process.stdout.readline())
            yield process, MockStytch(facts["url"], facts["project_id"], facts["secret"])
        finally:
            process.kill()


def test_a_crash_loses_nothing_that_was_acknowledged(tmp_path):
    acknowledged: list[str] = []
    with serving(tmp_path / "mock.sqlite") as (process, mock):
        client = mock.client()
        acme = client.organizations.create("Acme", organization_slug="acme").organization
        client.organizations.members.create(acme.organization_id, "ada@acme.test")
        client.magic_links.email.login_or_signup(acme.organization_id, "ada@acme.test")
        login = client.magic_links.authenticate(mock.inbox.latest(to="ada@acme.test").token)
        enough = threading.Event()

        def write(writer: int) -> None:
            caller = Caller(mock)
            with contextlib.suppress(OSError, HTTPException):  # the server dies under it
                for number in range(10_000):
                    slug = f"writer-{writer}-{number}"
                    status, _ = caller.post(
                        "/v1/b2b/organizations", {"organization_name": slug, "organization_slug": slug}
                    )
                    assert status == 200
                    acknowledged.append(slug)
                    if len(acknowledged) >= 100:
                        enough.set()

        writers = [threading.Thread(target=write, args=(writer,)) for writer in range(4)]
        for writer in writers:
            writer.start()
        assert enough.wait(30)
        process.kill()
        for writer in writers:
            writer.join(30)
    with serving(tmp_path / "mock.sqlite") as (_, mock):
        client = mock.client()
        found = client.organizations.search(limit=1000).organizations
        assert {o.organization_slug for o in found} >= {*acknowledged, "acme"}
        assert client.sessions.authenticate(session_token=login.session_token).member.email_address == "ada@acme.test"
        assert client.sessions.authenticate_jwt_local(login.session_jwt) is not None
        assert mock.inbox.latest(to="ada@acme.test").kind == "magic_link.login"


def _older(file):
    open_database(str(file)).dispose()
    with contextlib.closing(sqlite3.connect(file)) as database:
        database.execute("UPDATE mockstytch_schema SET fingerprint = 'older'")
        database.commit()


def _foreign(table):
    def make(file):
        with contextlib.closing(sqlite3.connect(file)) as database:
            database.execute(f"CREATE TABLE {table} (id INTEGER)")

    return make


@pytest.mark.parametrize(
    "make",
    [
        pytest.param(_older, id="older"),
        pytest.param(_foreign("projects"), id="foreign, with a table that we have too"),
        pytest.param(_foreign("invoices"), id="foreign"),
        pytest.param(lambda file: file.write_bytes(b"no database at all, but long enough to be read" * 100), id="text"),
        pytest.param(lambda file: file.mkdir(), id="a folder"),
    ],
)
def test_a_file_that_is_not_ours_is_refused_and_left_alone(tmp_path, make):
    file = tmp_path / "mock.sqlite"
    make(file)
    before = file.read_bytes() if file.is_file() else b""
    with pytest.raises(SchemaMismatch, match=r"^\S+mock\.sqlite .+\.$"):
        open_database(str(file))
    assert (file.read_bytes() if file.is_file() else b"") == before
