"""The statements of operations on many rows: each transaction has few, however many rows there are."""

import threading

import msgspec
import pytest

from mockstytch import MockStytch
from mockstytch.domain.rbac import rbac_policy
from mockstytch.domain.shared import parts
from mockstytch.store.connection import SqliteConnection
from mockstytch.store.records.members import Member
from mockstytch.store.records.projects import Permission, RbacPolicy, Role


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


def test_a_new_policy_has_as_many_statements_with_any_number_of_organizations(monkeypatch):
    permissions = [Permission(resource_id="stytch.member", actions=["*"])]
    roles = [Role(role_id=role_id, permissions=permissions) for role_id in ("reader", "writer")]
    present = {"roles": [{"role_id": role.role_id, "permissions": msgspec.to_builtins(permissions)} for role in roles]}
    thread, run, statements, counts = threading.get_ident(), SqliteConnection.run, [], []

    def counted(self, shape, values=()):
        if threading.get_ident() == thread:  # the server's own work in the background is in other threads
            statements.append(shape)
        return run(self, shape, values)

    monkeypatch.setattr(SqliteConnection, "run", counted)
    with MockStytch() as mock:
        mock.configure(rbac_policy=present)
        for number in range(8):
            acme = mock.client().organizations.create(f"acme-{number}", f"acme-{number}").organization.organization_id
            member_id = mock.client().organizations.members.create(acme, "ada@acme.test", roles=["reader"]).member_id
            with mock._server.mock.transaction() as ctx:
                statements.clear()
                rbac_policy.replace_policy(ctx, RbacPolicy(roles=roles[1:]))
                counts.append(len(statements))
                assert ctx.store.get(Member, member_id=member_id).roles == []
    assert counts == counts[:1] * 8
