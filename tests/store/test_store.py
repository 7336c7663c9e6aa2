"""The store: unique constraints, and the newest rows of a group."""

from collections.abc import Iterator
from datetime import UTC, datetime
from sqlite3 import IntegrityError

import pytest

from mockstytch import errors
from mockstytch.errors import StytchError
from mockstytch.store.engine import open_database, violated_columns
from mockstytch.store.records.credentials import RecoveryCode
from mockstytch.store.records.members import Member
from mockstytch.store.records.messages import Message
from mockstytch.store.records.organizations import Organization
from mockstytch.store.store import Store

NOW = datetime(2026, 1, 1, tzinfo=UTC)


@pytest.fixture
def store() -> Iterator[Store]:
    connection = open_database("")
    yield Store(connection, "project-test-1")
    connection.close()


@pytest.fixture
def member(store: Store) -> Member:
    store.insert(
        Organization(
            organization_id="o-1",
            organization_name="Acme",
            organization_slug="acme",
            slug_key="acme",
            created_at=NOW,
            updated_at=NOW,
            position=1,
        )
    )
    return store.insert(new_member("m-1", external_id="x"))


def new_member(member_id: str, **columns: str) -> Member:
    return Member(
        member_id=member_id,
        organization_id="o-1",
        email_id="e",
        email_address=f"{member_id}@acme.test",
        email_domain="acme.test",
        created_at=NOW,
        updated_at=NOW,
        position=1,
        **columns,
    )


def recovery_code(recovery_code_id: str, code: str) -> RecoveryCode:
    return RecoveryCode(recovery_code_id=recovery_code_id, member_id="m-1", code=code, position=1, created_at=NOW)


def message(message_id: str, kind: str, position: int) -> Message:
    return Message(
        message_id=message_id,
        position=position,
        channel="email",
        kind=kind,
        to="ada@acme.test",
        text="",
        created_at=NOW,
        expires_at=NOW,
    )


def test_duplicate_raises_the_error_of_its_column(store: Store, member: Member):
    duplicate = {"email_address": errors.duplicate_member_email(), "external_id": errors.duplicate_member_external_id()}
    with pytest.raises(StytchError, match="duplicate_member_external_id"):
        store.insert(new_member("m-2", external_id="x"), **duplicate)
    other = store.insert(new_member("m-2"), **duplicate)
    with pytest.raises(StytchError, match="duplicate_member_email"):
        store.update(other, duplicate, email_address=member.email_address)


def test_duplicate_key_is_not_mistaken_for_a_column_within_its_name(store: Store, member: Member):
    """SQLite names ``recovery_codes.recovery_code_id``, which contains ``code``."""
    store.insert(recovery_code("r-1", "a"))
    with pytest.raises(IntegrityError):
        store.insert(recovery_code("r-1", "b"), code=errors.duplicate_member_external_id())
    with pytest.raises(StytchError, match="duplicate_member_external_id"):
        store.insert(recovery_code("r-2", "a"), code=errors.duplicate_member_external_id())


def test_other_constraints_violate_no_unique_columns(store: Store):
    with pytest.raises(IntegrityError) as violation:
        store.insert(recovery_code("r-1", "a"), member_id=errors.member_not_found())
    assert violated_columns(violation.value, RecoveryCode.table) == set()


def test_newest_of_each_returns_one_row_for_each_value(store: Store):
    for position, (message_id, kind) in enumerate([("a", "login"), ("b", "invite"), ("c", "login")]):
        store.insert(message(message_id, kind, position))
    other_project = store.for_project("project-test-2")
    other_project.insert(message("d", "login", 9))
    assert {m.message_id for m in store.newest_of_each(Message, "kind")} == {"b", "c"}
