"""A database that goes away while the server runs: the API's error, nothing half-written, then work goes on."""

import contextlib
import os
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import psycopg
import pytest

from mockstytch.store.connection import DatabaseUnavailable
from mockstytch.store.records.organizations import Organization

pytestmark = pytest.mark.xdist_group("postgresql")  # one worker, because each would start a cluster


def connection_of(server):
    return server._server.mock._database.connection


@pytest.fixture
def lose(postgres, server, monkeypatch):
    """``lose(kind)`` lets PostgreSQL end the connection before the next statement of a kind, such as "insert"."""
    connection = connection_of(server)

    def end_backend():
        pid = connection.driver.info.backend_pid
        assert postgres.execute(f"SELECT pg_terminate_backend({pid}, 5000)") == [(True,)]

    def at(kind):
        execute = connection._execute

        def lost(statement, *parameters):
            if statement.partition(" ")[0] == kind:
                monkeypatch.undo()
                end_backend()
            return execute(statement, *parameters)

        monkeypatch.setattr(connection, "_execute", lost)

    return at


def organization(server, slug):
    body = {"organization_name": slug, "organization_slug": slug}
    return httpx.post(
        f"{server.url}/v1/b2b/organizations", json=body, auth=(server.project_id, server.secret), trust_env=False
    )


def assert_unavailable(response):
    assert response.status_code == 503, response.text
    assert response.json()["error_type"] == "server_unavailable"
    assert response.json()["error_message"].startswith("Oops, something seems to have gone wrong. Please retry")


@pytest.mark.parametrize("kind", ["SELECT", "INSERT", "COMMIT"])
def test_connection_lost_in_a_transaction_leaves_nothing(server, lose, kind):
    assert organization(server, "acme").status_code == 200
    lose(kind)
    assert_unavailable(organization(server, "bee"))
    assert server.client().organizations.search().results_metadata.total == 1
    assert organization(server, "bee").status_code == 200


def test_reason_is_in_the_request_log(server, lose):
    organization(server, "acme")
    lose("INSERT")
    organization(server, "bee")
    [entry] = [entry for entry in server.call("GET", "/requests")["requests"] if entry["status_code"] == 503]
    assert entry["error_type"] == "server_unavailable"
    assert entry["because"].startswith("the database can't be used: terminating connection")


def test_idle_connection_that_was_lost_is_replaced_unnoticed(postgres, server):
    organization(server, "acme")
    for _ in range(2):
        postgres.execute(f"SELECT pg_terminate_backend({connection_of(server).driver.info.backend_pid}, 5000)")
        assert server.client().organizations.search().results_metadata.total == 1


SURFACES = {
    "api": ("GET", "/v1/b2b/organizations/acme"),
    "control api": ("GET", "/_mock/api/messages"),
    "console": ("GET", "/_mock/"),
    "jwks": ("GET", "/v1/b2b/sessions/jwks/{project_id}"),
    "management": ("GET", "/pwa/v3/projects"),
    "browser": ("GET", "/sdk/v1/projects/bootstrap/{public_token}"),
    "scim": ("GET", "/v1/b2b/scim/scim-connection-test-x/Users"),
    "oauth": ("POST", "/v1/public/{project_id}/oauth2/token"),
    "pages": ("GET", "/v1/b2b/magic_links/redirect?token=x&public_token={public_token}"),
}


def test_every_surface_returns_the_error_while_the_database_is_stopped(postgres, server):
    facts = {"project_id": server.project_id, "public_token": server.public_token}

    def statuses():
        found = {}
        for surface, (method, path) in SURFACES.items():
            server._server.mock.projects.invalidate(server.project_id)  # not even the project's row is in memory
            credentials = (server.public_token if surface == "browser" else server.project_id, server.secret)
            response = httpx.request(method, server.url + path.format(**facts), auth=credentials, trust_env=False)
            found[surface] = response.status_code
            assert "psycopg" not in response.text
        return found

    organization(server, "acme")
    before = statuses()
    assert max(before.values()) < 500
    postgres.stop()
    try:
        assert statuses() == dict.fromkeys(SURFACES, 503)
    finally:
        postgres.start()
    assert statuses() == before


def test_server_ends_while_the_database_is_stopped(postgres, start):
    server = start()
    server._server.mock.projects.invalidate(server.project_id)
    postgres.stop()
    try:
        server.close()
    finally:
        postgres.start()


def test_database_that_restarts_under_requests_loses_nothing_acknowledged(postgres, server):
    organization(server, "first")
    acknowledged, failures, stop = ["first"], [], threading.Event()

    def write(writer):
        number = 0
        while not stop.is_set():
            slug = f"w{writer}-{(number := number + 1)}"
            response = organization(server, slug)
            if response.status_code == 200:
                acknowledged.append(slug)
            else:
                failures.append((response.status_code, response.json().get("error_type")))

    writers = [threading.Thread(target=write, args=(writer,)) for writer in range(2)]
    for writer in writers:
        writer.start()
    for _ in range(2):
        count = len(acknowledged)
        while len(acknowledged) < count + 5:  # the requests are the clock: the test doesn't sleep
            organization(server, "acme")
        postgres.stop()
        postgres.start()
    stop.set()
    for writer in writers:
        writer.join()
    assert set(failures) <= {(503, "server_unavailable")}
    found = {o.organization_slug for o in server.client().organizations.search(limit=1000).organizations}
    assert found >= {*acknowledged}


def test_lock_that_is_not_released_is_given_up(postgres, database, start):
    server = start("&options=-clock_timeout%3D50ms")
    organization(server, "acme")
    other = start()
    with other._server.mock.transaction(other._server.mock.projects.find(server.project_id)):
        assert_unavailable(organization(server, "bee"))
    assert organization(server, "bee").status_code == 200


def test_full_disk_is_the_same_error(server):
    connection = connection_of(server)
    failing = [True]

    class Full(psycopg.Cursor):
        def execute(self, statement, parameters=None, **options):
            if failing and statement.startswith("INSERT"):
                failing.clear()
                statement, parameters = (
                    "DO $$ BEGIN RAISE SQLSTATE '53100' USING MESSAGE = 'disk is full'; END $$",
                    None,
                )
            return super().execute(statement, parameters, **options)

    connection.driver.cursor_factory = Full
    assert_unavailable(organization(server, "acme"))
    assert organization(server, "acme").status_code == 200
    assert server.client().organizations.search().results_metadata.total == 1


def test_role_that_may_only_read_from_now_on_is_an_error_of_the_server(postgres, database, server):
    organization(server, "acme")
    connection = connection_of(server)
    connection.driver.execute("SET default_transaction_read_only = on")
    assert_unavailable(organization(server, "bee"))
    assert organization(server, "bee").status_code == 200, "another connection, which may write"


def test_failed_statement_can_not_be_committed_unnoticed(server):
    """After a statement that failed, PostgreSQL's COMMIT succeeds and undoes everything."""
    runtime = server._server.mock

    def go_on():
        with runtime.transaction() as ctx, contextlib.suppress(psycopg.errors.UndefinedTable):
            ctx.store._connection._execute("SELECT 1 FROM nowhere")

    with pytest.raises(psycopg.errors.InFailedSqlTransaction):
        go_on()
    assert organization(server, "acme").status_code == 200


def test_transaction_does_not_go_on_over_another_connection(server, lose):
    runtime = server._server.mock
    times = {name: runtime.projects.default().clock.now() for name in ("created_at", "updated_at")}
    names = dict.fromkeys(("organization_id", "organization_name", "organization_slug", "slug_key"), "acme")
    row = Organization(position=1, **names, **times)

    def go_on():
        with runtime.transaction() as ctx:
            for _ in range(2):
                with contextlib.suppress(DatabaseUnavailable):
                    ctx.store.insert(row)

    lose("INSERT")
    with pytest.raises(DatabaseUnavailable):
        go_on()
    assert server.client().organizations.search().results_metadata.total == 0


def test_ended_server_does_not_connect_again(server):
    runtime = server._server.mock
    connection_of(server).close()
    with pytest.raises(DatabaseUnavailable, match="the server has ended"), runtime.transaction():
        pass
    assert urlsplit(server.url).port


def test_notifications_arrive_in_a_process_with_many_open_files(start):
    """``select.select`` refuses descriptors above 1,023."""
    server = start()
    with contextlib.ExitStack() as files:
        for _ in range(1100):
            files.enter_context(Path(os.devnull).open())
        other = start()
        with ThreadPoolExecutor(1) as pool:
            waiting = pool.submit(server.inbox.latest, to="ada@example.com", wait=30)
            other.client().magic_links.email.discovery.send("ada@example.com")
            assert waiting.result(30).to == "ada@example.com"
