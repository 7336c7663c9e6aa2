"""Concurrent requests, and servers that are killed."""

import contextlib
import sqlite3
import threading
from http.client import HTTPException

import pytest

from mockstytch.domain.credentials import one_time_tokens
from mockstytch.runtime import Mock
from mockstytch.store.connection import SchemaMismatch
from mockstytch.store.engine import open_database
from tests.support.concurrency import CLIENTS, DEADLINE, Caller, all_at_once, counted, crowd
from tests.support.server_process import serving


def test_link_is_redeemed_once(mock, client, given):
    acme = given.organization()
    ada = given.member(acme)
    token = given.link_token(acme, ada.email_address)
    responses = all_at_once(crowd(mock), "/v1/b2b/magic_links/authenticate", {"magic_links_token": token})
    assert counted(responses) == {(200, ""): 1, (401, "unable_to_auth_magic_link"): CLIENTS - 1}
    assert len(client.sessions.get(acme.organization_id, ada.member_id).member_sessions) == 1


def test_row_changed_since_it_was_read_is_not_updated():
    """The condition is in the UPDATE, so it also holds for several processes on one database."""
    mock = Mock()
    with mock.transaction() as ctx:
        read = one_time_tokens.create_discovery_link(ctx, "ada@acme.test", "https://app.test/", 60)
        assert ctx.store.update_if_unchanged(read, used_at=ctx.now).used_at == ctx.now
        assert ctx.store.update_if_unchanged(read, used_at=ctx.now) is None
    mock.close()


def test_discovery_link_is_redeemed_once(mock, given):
    body = {"discovery_magic_links_token": given.discovery_token("ada@acme.test")}
    responses = all_at_once(crowd(mock), "/v1/b2b/magic_links/discovery/authenticate", body)
    assert counted(responses) == {(200, ""): 1, (401, "unable_to_auth_magic_link"): CLIENTS - 1}


def test_intermediate_session_is_exchanged_once(mock, client, given):
    """The exchange also creates the member."""
    acme = given.organization(email_jit_provisioning="RESTRICTED", email_allowed_domains=["acme.test"])
    given.login(acme, given.member(acme, "bob@acme.test"))
    found = given.discovered("ada@acme.test")
    body = {
        "intermediate_session_token": found.intermediate_session_token,
        "organization_id": acme.organization_id,
    }
    responses = all_at_once(crowd(mock), "/v1/b2b/discovery/intermediate_sessions/exchange", body)
    assert counted(responses) == {(200, ""): 1, (404, "intermediate_session_not_found"): CLIENTS - 1}
    members = client.organizations.members.search([acme.organization_id]).members
    (ada,) = [member for member in members if member.email_address == "ada@acme.test"]
    assert len(client.sessions.get(acme.organization_id, ada.member_id).member_sessions) == 1


def test_intermediate_session_creates_one_organization(mock, client, given):
    body = {"intermediate_session_token": given.discovered("ada@acme.test").intermediate_session_token}
    responses = all_at_once(crowd(mock), "/v1/b2b/discovery/organizations/create", body)
    assert counted(responses) == {(200, ""): 1, (404, "intermediate_session_not_found"): CLIENTS - 1}
    assert len(client.organizations.search().organizations) == 1


def test_slug_is_assigned_once(mock, client):
    bodies = [{"organization_name": "A", "organization_slug": slug} for slug in ("acme", "ACME")]
    responses = all_at_once(crowd(mock), "/v1/b2b/organizations", *bodies)
    assert counted(responses) == {(200, ""): 1, (400, "organization_slug_already_used"): CLIENTS - 1}
    assert len(client.organizations.search().organizations) == 1


def test_member_with_an_address_is_created_once(mock, client, given):
    acme = given.organization()
    path = f"/v1/b2b/organizations/{acme.organization_id}/members"
    responses = all_at_once(crowd(mock), path, {"email_address": "ada@acme.test"}, {"email_address": "Ada@ACME.test"})
    assert counted(responses) == {(200, ""): 1, (400, "duplicate_member_email"): CLIENTS - 1}
    assert client.organizations.metrics(acme.organization_id).member_count == 1


def test_new_project_keeps_the_first_secret(mock):
    """The secret of the first request becomes the project's secret."""
    fresh = mock.project()
    callers = [Caller(fresh, f"secret-test-{number % 2}") for number in range(CLIENTS)]
    responses = all_at_once(callers, "/v1/b2b/organizations/search", {})
    assert counted(responses) == {(200, ""): CLIENTS // 2, (401, "unauthorized_credentials"): CLIENTS // 2}


def test_reset_during_requests_is_atomic(mock, given):
    """A request sees the project before or after a reset, never in between."""
    acme = given.organization()
    token = given.login(acme, given.member(acme)).session_token
    done = threading.Event()

    def resets() -> None:
        while not done.is_set():
            mock.reset()

    resetting = threading.Thread(target=resets)
    resetting.start()
    responses = all_at_once(crowd(mock), "/v1/b2b/sessions/authenticate", {"session_token": token})
    organization = {"organization_name": "Acme", "organization_slug": "acme"}
    responses += all_at_once(crowd(mock), "/v1/b2b/organizations", organization)
    done.set()
    resetting.join()
    assert counted(responses).keys() <= {
        (200, ""),
        (400, "organization_slug_already_used"),
        (404, "session_not_found"),
    }


# Servers in their own process, with a database file.


def test_crash_loses_no_acknowledged_write(tmp_path):
    acknowledged: list[str] = []
    with serving(tmp_path / "mock.sqlite") as (process, mock):
        client = mock.client()
        acme = client.organizations.create("Acme", organization_slug="acme").organization
        client.organizations.members.create(acme.organization_id, "ada@acme.test")
        client.magic_links.email.login_or_signup(acme.organization_id, "ada@acme.test")
        login = client.magic_links.authenticate(mock.inbox.latest(to="ada@acme.test").token)
        written_enough = threading.Event()

        def write(writer: int) -> None:
            caller = Caller(mock)
            with contextlib.suppress(OSError, HTTPException):  # the server is killed
                for number in range(10_000):
                    slug = f"writer-{writer}-{number}"
                    status, _ = caller.post(
                        "/v1/b2b/organizations", {"organization_name": slug, "organization_slug": slug}
                    )
                    assert status == 200
                    acknowledged.append(slug)
                    if len(acknowledged) >= 100:
                        written_enough.set()

        writers = [threading.Thread(target=write, args=(writer,)) for writer in range(4)]
        for writer in writers:
            writer.start()
        assert written_enough.wait(DEADLINE)
        process.kill()
        for writer in writers:
            writer.join(DEADLINE)
    with serving(tmp_path / "mock.sqlite") as (_, mock):
        client = mock.client()
        found = client.organizations.search(limit=1000).organizations
        assert {o.organization_slug for o in found} >= {*acknowledged, "acme"}
        assert client.sessions.authenticate(session_token=login.session_token).member.email_address == "ada@acme.test"
        assert client.sessions.authenticate_jwt_local(login.session_jwt) is not None
        assert mock.inbox.latest(to="ada@acme.test").kind == "magic_link.login"


def _create_with_older_schema(file):
    open_database(str(file)).close()
    with contextlib.closing(sqlite3.connect(file)) as database:
        database.execute("UPDATE mockstytch_schema SET fingerprint = 'older'")
        database.commit()


def _foreign(table):
    def create(file):
        with contextlib.closing(sqlite3.connect(file)) as database:
            database.execute(f"CREATE TABLE {table} (id INTEGER)")

    return create


@pytest.mark.parametrize(
    "create",
    [
        pytest.param(_create_with_older_schema, id="older"),
        pytest.param(_foreign("projects"), id="foreign, with a table of the same name"),
        pytest.param(_foreign("invoices"), id="foreign"),
        pytest.param(lambda file: file.write_bytes(b"not a database, but long enough to be read" * 100), id="text"),
        pytest.param(lambda file: file.mkdir(), id="a folder"),
    ],
)
def test_foreign_file_is_refused_and_unchanged(tmp_path, create):
    file = tmp_path / "mock.sqlite"
    create(file)
    before = file.read_bytes() if file.is_file() else b""
    with pytest.raises(SchemaMismatch, match=r"^\S+mock\.sqlite .+\.$"):
        open_database(str(file))
    assert (file.read_bytes() if file.is_file() else b"") == before
