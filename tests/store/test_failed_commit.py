"""A commit that fails, as with a full disk: nothing of the request is left, and the next request works."""

import sqlite3

import httpx
import pytest

from mockstytch import MockStytch
from mockstytch.store.schema import tables_in
from tests.support.server_process import serving

resource = pytest.importorskip("resource", reason="Unix only")
SECOND = "project-test-00000000-0000-4000-8000-000000000002"


@pytest.fixture
def server(tmp_path):
    with MockStytch(database=str(tmp_path / "mock.sqlite")) as mock:
        yield mock


def fail_next_commit(mock):
    """Let the database refuse the next commit and keep the transaction open, as SQLite does."""
    connection = mock._server.mock._database.connection
    execute = connection._execute

    def refuse_commit(statement, *parameters):
        if statement == "COMMIT":
            connection._execute = execute
            raise sqlite3.OperationalError("database or disk is full")
        return execute(statement, *parameters)

    connection._execute = refuse_commit


def everything(mock):
    """What the database has, and what the server shows of it."""
    server = mock._server.mock
    with server.transaction() as ctx:
        driver = ctx.store._connection.driver
        rows = {name: driver.execute(f"SELECT * FROM {name}").fetchall() for name in map(str, tables_in("sqlite"))}
    shown = [mock.call("GET", path) for path in ("/project", "/webhooks", "/messages", "/webhooks/deliveries")]
    clock = mock.call("GET", "/clock")
    keys = httpx.get(f"{mock.url}/v1/b2b/sessions/jwks/{mock.project_id}", trust_env=False).json()["keys"]
    return rows, shown, clock["offset_seconds"], clock["frozen"], keys


def assert_500(response):
    assert response.status_code == 500
    assert response.json()["error_type"] == "internal_server_error"


def post(mock, path, body):
    response = httpx.post(f"{mock.url}{path}", json=body, auth=(mock.project_id, mock.secret), trust_env=False)
    assert_500(response)


def control(mock, method, path, body=None):
    response = httpx.request(
        method, f"{mock.url}/_mock/api{path}", json=body, auth=(mock.project_id, mock.secret), trust_env=False
    )
    assert_500(response)


POLICY = {"roles": [], "resources": [{"resource_id": "doc", "actions": ["read"]}], "scopes": []}
WRITES = {
    "operation": lambda m: post(m, "/v1/b2b/organizations", {"organization_name": "Bee", "organization_slug": "bee"}),
    "message": lambda m: post(m, "/v1/b2b/magic_links/email/discovery/send", {"email_address": "ada@acme.test"}),
    "clock": lambda m: control(m, "POST", "/clock/advance", {"days": 3}),
    "frozen clock": lambda m: control(m, "PUT", "/clock", {"frozen": True}),
    "settings": lambda m: control(m, "PATCH", "/project", {"name": "Other", "rbac_policy": POLICY}),
    "webhooks": lambda m: control(m, "PUT", "/webhooks", [{"url": "http://127.0.0.1:9/"}]),
    "keys": lambda m: control(m, "POST", "/keys/rotate?drop=true"),
    "reset": lambda m: control(m, "POST", "/reset"),
    "reset of all": lambda m: control(m, "POST", "/reset?all=true"),
    "inbox": lambda m: control(m, "DELETE", "/messages"),
    "new project": lambda m: assert_500(
        httpx.get(f"{m.url}/v1/debug/whoami", auth=(SECOND, "secret-of-two"), trust_env=False)
    ),
    "management": lambda m: assert_500(
        httpx.post(
            f"{m.url}/pwa/v3/projects", json={"name": "X", "project_slug": "x"}, auth=("a", "b"), trust_env=False
        )
    ),
}


@pytest.mark.parametrize("write", WRITES)
def test_failed_commit_leaves_nothing_behind(server, write):
    client = server.client()
    client.organizations.create("Acme", "acme")
    client.magic_links.email.discovery.send("ada@acme.test")
    before = everything(server)
    fail_next_commit(server)
    WRITES[write](server)
    assert everything(server) == before
    assert client.organizations.create("Next", "next").organization.organization_slug == "next"


def test_failed_commit_of_a_refusal_that_keeps_its_writes(server):
    """A wrong password counts towards the lock of the member, although the request is refused."""
    client = server.client()
    acme = client.organizations.create("Acme", "acme").organization.organization_id
    member = client.organizations.members.create(acme, "ada@acme.test").member_id
    reset = client.passwords.email.reset_start(acme, "ada@acme.test")
    assert reset.member_id == member
    client.passwords.email.reset(server.inbox.latest().token, "correct horse battery staple")
    body = {"organization_id": acme, "email_address": "ada@acme.test", "password": "wrong"}
    before = everything(server)
    fail_next_commit(server)
    post(server, "/v1/b2b/passwords/authenticate", body)
    assert everything(server) == before


def test_failed_commit_tells_no_subscriber(server):
    heard = []
    server._server.mock.subscribers.append(lambda *parts: heard.append(parts))
    fail_next_commit(server)
    WRITES["message"](server)
    fail_next_commit(server)
    WRITES["clock"](server)
    assert heard == []


@pytest.mark.skipif(not hasattr(resource, "prlimit"), reason="Linux only")
def test_server_recovers_from_a_full_disk(tmp_path):
    """A limit on the size of files makes the writes of SQLite fail, as a full disk does."""
    file = tmp_path / "mock.sqlite"
    with serving(file) as (process, mock):
        client = mock.client()
        client.organizations.create("Acme", "acme")
        offset = mock.call("GET", "/clock")["offset_seconds"]
        limits = resource.prlimit(process.pid, resource.RLIMIT_FSIZE)
        for _ in range(3):
            resource.prlimit(process.pid, resource.RLIMIT_FSIZE, (4096, limits[1]))
            WRITES["clock"](mock)
            WRITES["operation"](mock)
            resource.prlimit(process.pid, resource.RLIMIT_FSIZE, limits)
            assert mock.call("GET", "/clock")["offset_seconds"] == offset
            assert client.organizations.search().results_metadata.total == 1
        client.organizations.create("Next", "next")
        assert mock.clock.advance(days=1)
    with serving(file) as (_, mock):
        assert mock.client().organizations.search().results_metadata.total == 2
