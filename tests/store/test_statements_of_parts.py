"""The statements of operations on many rows: each transaction has few, whatever the organization's size."""

import pytest

from mockstytch import MockStytch
from mockstytch.domain.shared import parts
from mockstytch.store.connection import SqliteConnection


@pytest.fixture
def statements_of(monkeypatch):
    """``statements_of(call)``: how many statements each transaction of a call runs that writes something."""

    def count(call):
        counts, running = [], []
        run, commit = SqliteConnection.run, SqliteConnection.commit

        def counted(self, shape, values=()):
            running.append(shape[0])
            return run(self, shape, values)

        def committed(self):
            if {"insert", "update", "delete", "delete where"} & {*running}:
                counts.append(len(running))
            running.clear()
            commit(self)

        with monkeypatch.context() as patched:
            patched.setattr(SqliteConnection, "run", counted)
            patched.setattr(SqliteConnection, "commit", committed)
            call()
        return counts

    return count


def test_each_transaction_of_a_deletion_has_as_many_statements_in_any_organization(statements_of):
    most = []
    with MockStytch() as mock:
        client = mock.client()
        for slug, count in (("acme", 2 * parts.SIZE), ("globex", 4 * parts.SIZE)):
            organization_id = client.organizations.create(slug, slug).organization.organization_id
            for number in range(count):
                client.organizations.members.create(organization_id, f"user-{number}@acme.test")
            counts = statements_of(lambda slug=slug: client.organizations.delete(slug))
            assert len(counts) >= count / parts.SIZE
            most.append(max(counts))
    assert most[0] == most[1] < 2 * parts.SIZE
