"""A database that can't be used: the server doesn't start, and says why in one sentence."""

import sys
import threading

import pytest
from click.testing import CliRunner

from mockstytch.cli.serve import prepare, serve
from mockstytch.settings import SettingError
from mockstytch.store.connection import SchemaMismatch
from mockstytch.store.engine import count_start, open_database

pytestmark = pytest.mark.xdist_group("postgresql")  # one worker, because each would start a cluster


def refusal(url):
    """Start a server with this URL, and return its exit code and its only line."""
    done = CliRunner().invoke(serve, ["--db", url, "--port", "0"])
    lines = [line for line in done.stderr.splitlines() if line and not line.startswith(("Usage:", "Try "))]
    assert (done.stdout, len(lines)) == ("", 1), done.output
    return done.exit_code, lines[0].removeprefix("Error: ")


def test_unknown_database_is_refused(postgres):
    url = postgres.url("nowhere")
    assert refusal(url) == (
        1,
        f'{url} can\'t be used as a database: database "nowhere" does not exist. Check the URL and the server.',
    )


def test_wrong_password_is_refused_and_not_shown(postgres, database):
    postgres.execute("DROP ROLE IF EXISTS guarded")
    postgres.execute("CREATE ROLE guarded LOGIN PASSWORD 'right'")
    code, line = refusal(postgres.url(database, "guarded", "wr0ng"))
    assert code == 1
    assert 'password authentication failed for user "guarded"' in line
    assert "wr0ng" not in line
    assert "guarded:***@" in line


def test_unknown_role_is_refused(postgres, database):
    assert 'role "unknown-role" does not exist' in refusal(postgres.url(database, "unknown-role"))[1]


def test_role_that_cannot_create_tables_is_refused(postgres, database):
    postgres.execute("DROP ROLE IF EXISTS guest")
    postgres.execute("CREATE ROLE guest LOGIN")
    postgres.execute("REVOKE CREATE ON SCHEMA public FROM PUBLIC", database)
    code, line = refusal(postgres.url(database, "guest"))
    assert (code, "permission denied for schema public" in line) == (1, True)


def test_role_that_may_only_read_is_refused(postgres, database):
    open_database(postgres.url(database)).close()
    postgres.execute("DROP ROLE IF EXISTS reader")
    postgres.execute("CREATE ROLE reader LOGIN")
    try:
        postgres.execute("GRANT SELECT ON ALL TABLES IN SCHEMA public TO reader", database)
        code, line = refusal(postgres.url(database, "reader"))
        assert (code, "permission denied for table mockstytch_schema" in line) == (1, True)
    finally:
        postgres.execute("DROP OWNED BY reader", database)


def test_database_that_only_reads_is_refused(postgres, database):
    postgres.execute(f"ALTER DATABASE {database} SET default_transaction_read_only = on")
    code, line = refusal(postgres.url(database))
    assert (code, "read-only transaction" in line) == (1, True)
    postgres.execute(f"ALTER DATABASE {database} RESET default_transaction_read_only")
    connection = open_database(postgres.url(database))
    connection.close()
    postgres.execute(f"ALTER DATABASE {database} SET default_transaction_read_only = on")
    code, line = refusal(postgres.url(database))
    assert (code, "read-only transaction" in line) == (1, True)


def test_database_of_another_version_is_refused_and_unchanged(postgres, database):
    url = postgres.url(database)
    open_database(url).close()
    postgres.execute("UPDATE mockstytch_schema SET fingerprint = 'older'", database)
    assert refusal(url) == (1, f"{url} was written by another version of mockstytch. Choose another database.")
    assert postgres.execute("SELECT fingerprint, starts FROM mockstytch_schema", database) == [("older", 0)]


@pytest.mark.parametrize("table", ["invoices", "projects"])
def test_database_of_another_program_is_refused_and_unchanged(postgres, database, table):
    postgres.execute(f"CREATE TABLE {table} (id INTEGER)", database)
    url = postgres.url(database)
    assert refusal(url) == (1, f"{url} has another program's tables. Choose another database.")
    tables = postgres.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'", database)
    assert tables == [(table,)]


def test_another_schema_of_a_used_database_is_accepted(postgres, database):
    postgres.execute("CREATE TABLE invoices (id INTEGER)", database)
    postgres.execute("CREATE SCHEMA mock", database)
    open_database(f"{postgres.url(database)}&options=-csearch_path=mock").close()
    assert postgres.execute("SELECT starts FROM mock.mockstytch_schema", database) == [(0,)]


def test_database_with_another_encoding_is_refused(postgres):
    postgres.execute("DROP DATABASE IF EXISTS latin")
    postgres.execute("CREATE DATABASE latin TEMPLATE template0 ENCODING 'LATIN1'")
    assert "has the encoding LATIN1. Use a database with the encoding UTF8." in refusal(postgres.url("latin"))[1]


def test_server_that_does_not_run_is_refused(tmp_path):
    code, line = refusal(f"postgresql+psycopg://mock@/mock?host={tmp_path}")
    assert (code, "can't be used as a database" in line, "No such file or directory" in line) == (1, True, True)
    code, line = refusal("postgresql+psycopg://mock:s3cret@127.0.0.1:1/mock")
    assert (code, "Connection refused" in line, "s3cret" in line) == (1, True, False)


@pytest.mark.parametrize(
    ("url", "code", "message"),
    [
        ("postgresql+psycopg://mock@localhost/mock?colour=red", 1, 'invalid connection option "colour"'),
        ("postgresql+psycopg://mock@localhost:port/mock", 2, "isn't a path or URL of a database"),
        ("postgresql+asyncpg://mock:s3cret@localhost/mock", 2, "'postgresql+asyncpg' isn't supported"),
        ("mysql://mock:s3cret@localhost/mock", 2, "'mysql' isn't supported"),
        ("://mock:s3cret@localhost", 2, "isn't a path or URL of a database"),
    ],
)
def test_wrong_url_is_refused(url, code, message):
    found, line = refusal(url)
    assert (found, message in line, "s3cret" in line) == (code, True, False), line


def test_missing_driver_is_refused_with_the_command_that_installs_it(monkeypatch):
    monkeypatch.setitem(sys.modules, "psycopg", None)
    for name in [name for name in sys.modules if name.startswith("mockstytch.store.postgresql")]:
        monkeypatch.delitem(sys.modules, name)
    code, line = refusal("postgresql+psycopg://mock@localhost/mock")
    assert (code, "pip install 'mockstytch[postgres]'" in line) == (2, True)
    with pytest.raises(SettingError, match="PostgreSQL needs more packages"):
        open_database("postgresql+psycopg://mock@localhost/mock")


def test_servers_that_start_at_once_create_the_tables_once(postgres, database):
    url, starts, problems = postgres.url(database), [], []

    def start():
        try:
            connection = open_database(url)
            starts.append(count_start(connection))
            connection.close()
        except Exception as e:
            problems.append(e)

    threads = [threading.Thread(target=start) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (problems, sorted(starts)) == ([], [0, 1, 2, 3])


@pytest.mark.parametrize("scheme", ["postgresql+psycopg", "postgresql", "postgres"])
def test_each_scheme_of_postgresql_is_accepted(postgres, database, scheme):
    open_database(postgres.url(database).replace("postgresql+psycopg", scheme)).close()


def test_refused_server_leaves_no_connection(postgres, database):
    open_database(postgres.url(database)).close()
    postgres.execute("UPDATE mockstytch_schema SET fingerprint = 'older'", database)
    with pytest.raises(SchemaMismatch):
        open_database(postgres.url(database))
    postgres.execute(f"DROP DATABASE {database}")  # refused while a connection is open


def test_server_on_postgresql_prints_its_facts(postgres, database):
    prepared = prepare(None, database=postgres.url(database), host="127.0.0.1", port=0, tls_port=None)
    assert prepared.facts()["project_id"].startswith("project-test-")
    prepared.server.mock.close()


def test_texts_of_members_have_an_index_of_trigrams(postgres, database):
    open_database(postgres.url(database)).close()
    query = "SELECT indexdef FROM pg_indexes WHERE indexname = 'members_texts'"
    [(definition,)] = postgres.execute(query, database)
    assert "gin (email_address gin_trgm_ops" in definition


def test_role_without_the_right_to_add_extensions_can_start_a_server(postgres, database, caplog):
    postgres.execute("DROP ROLE IF EXISTS plain")
    postgres.execute("CREATE ROLE plain LOGIN")
    postgres.execute("GRANT CREATE ON SCHEMA public TO plain", database)
    try:
        open_database(postgres.url(database, "plain")).close()
        assert "fuzzy searches in large organizations will be slow: permission denied" in caplog.text
        assert postgres.execute("SELECT count(*) FROM pg_tables WHERE tablename = 'members'", database) == [(1,)]
    finally:
        postgres.execute("DROP OWNED BY plain", database)
