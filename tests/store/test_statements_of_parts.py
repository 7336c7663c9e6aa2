"""The statements of operations on many rows: each transaction has few, however many rows there are."""

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


def test_a_new_policy_has_as_many_statements_with_any_number_of_organizations(statements_of):
    resources = [{"resource_id": "documents", "actions": ["read"]}]
    permissions = [{"resource_id": "documents", "actions": ["read"]}]
    counts = []
    with MockStytch() as mock:
        client = mock.client()
        for number in range(8):
            roles = [{"role_id": role_id, "permissions": permissions} for role_id in ("reader", "writer")]
            mock.configure(rbac_policy={"roles": roles, "resources": resources, "scopes": []})
            acme = client.organizations.create(f"acme-{number}", f"acme-{number}").organization.organization_id
            member_id = client.organizations.members.create(acme, "ada@acme.test", roles=["reader"]).member_id
            policy = {"roles": roles[1:], "resources": resources, "scopes": []}
            counts.append(statements_of(lambda policy=policy: mock.configure(rbac_policy=policy)))
            assert client.organizations.members.get(acme, member_id=member_id).member.roles[0].role_id != "reader"
    assert len(counts[0]) == 1
    assert counts[1:] == counts[:1] * 7
