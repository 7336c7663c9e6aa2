"""The store, on each kind of database: unique constraints, conditions, and texts of all kinds."""

from datetime import UTC, datetime

import msgspec
import pytest

from mockstytch import errors
from mockstytch.errors import StytchError
from mockstytch.store import queries
from mockstytch.store.connection import Connection
from mockstytch.store.engine import violated_columns
from mockstytch.store.records.credentials import RecoveryCode
from mockstytch.store.records.members import Member
from mockstytch.store.records.messages import Message
from mockstytch.store.records.organizations import Organization
from mockstytch.store.store import INSERTED_AT_ONCE, NotUnique, Store

NOW = datetime(2026, 1, 1, tzinfo=UTC)
TEXTS = (
    *("a", "A", "B", "a b", "Z", "_", "%", "100%", "\\", "'", '"', "{}", "%s", "é", "É", "ß", "\u0130", "😀", "\uffff"),
    *("\0", "\1", "\3", "a\0", "\0a", "\1a", "\1b", "\0\0", "\1\1", "a\0b\1c", "\x7f", "\n"),
)


def ascii_lower(text: str) -> str:
    return "".join(c.lower() if c.isascii() else c for c in text)


@pytest.fixture
def store(connection: Connection) -> Store:
    return Store(connection, "project-test-1")


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
    duplicate = {"email_address": errors.duplicate_member_email, "external_id": errors.duplicate_member_external_id}
    with pytest.raises(StytchError, match="duplicate_member_external_id"), store._connection.savepoint():
        store.insert(new_member("m-2", external_id="x"), **duplicate)
    other = store.insert(new_member("m-2"), **duplicate)
    with pytest.raises(StytchError, match="duplicate_member_email"):
        store.update(other, duplicate, email_address=member.email_address)


def test_duplicate_key_is_not_mistaken_for_a_column_within_its_name(store: Store, member: Member):
    """SQLite names ``recovery_codes.recovery_code_id``, which contains ``code``."""
    store.insert(recovery_code("r-1", "a"))
    connection = store._connection
    with pytest.raises(connection.ConstraintError), connection.savepoint():
        store.insert(recovery_code("r-1", "b"), code=errors.duplicate_member_external_id)
    with pytest.raises(StytchError, match="duplicate_member_external_id"):
        store.insert(recovery_code("r-2", "a"), code=errors.duplicate_member_external_id)


def test_other_constraints_violate_no_unique_columns(store: Store):
    with pytest.raises(store._connection.ConstraintError) as violation:
        store.insert(recovery_code("r-1", "a"), member_id=errors.member_not_found)
    assert violated_columns(violation.value, RecoveryCode.table) == set()


def test_newest_of_each_returns_one_row_for_each_value(store: Store):
    for position, (message_id, kind) in enumerate([("a", "login"), ("b", "invite"), ("c", "login")]):
        store.insert(message(message_id, kind, position))
    other_project = store.for_project("project-test-2")
    other_project.insert(message("d", "login", 9))
    assert {m.message_id for m in store.newest_of_each(Message, "kind")} == {"b", "c"}


def test_key_is_a_unique_constraint(store: Store, member: Member):
    store.insert(recovery_code("r-1", "a"))
    with pytest.raises(StytchError, match="duplicate_member_email"):
        store.insert(recovery_code("r-1", "b"), recovery_code_id=errors.duplicate_member_email)


def test_second_row_with_a_unique_value_can_be_ignored(store: Store, member: Member):
    assert store.insert_or_ignore(recovery_code("r-1", "a"))
    assert store.insert_or_ignore(recovery_code("r-2", "a")) is None
    assert store.insert_or_ignore(recovery_code("r-2", "b"))
    assert [row.code for row in store.all(RecoveryCode)] == ["a", "b"]


def test_rows_come_back_as_they_were_written(store: Store, member: Member):
    connection = store._connection
    for number, text in enumerate(TEXTS):
        row = new_member(f"t-{number}", name=text, trusted_metadata={text: [text, 1.5, None, True]})
        late = datetime(9999, 12, 31, 23, 59, 59, 999_999, tzinfo=UTC)
        row = msgspec.structs.replace(row, created_at=datetime(1, 1, 1, 0, 0, 0, 1, tzinfo=UTC), updated_at=late)
        store.insert(row)
        connection.commit()
        assert store.get(Member, member_id=row.member_id) == row
        assert store.get(Member, name=text) == row


def test_order_of_texts_is_the_order_of_their_characters(store: Store, member: Member):
    for number, text in enumerate(TEXTS):
        store.insert(new_member(f"t-{number}", name=text))
    query = store.query(Member).where(Member.table.c.name != "").order_by(Member.table.c.name)
    assert [row.name for row in store.rows(Member, query)] == sorted(TEXTS, key=str.encode)


@pytest.mark.parametrize("ignore_case", [True, False])
def test_search_for_a_text_ignores_the_case_of_ascii_letters(store: Store, member: Member, ignore_case: bool):
    for number, text in enumerate(TEXTS):
        store.insert(new_member(f"t-{number}", name=text))
    # SQLite's LIKE looks at no text beyond a NUL.
    texts = [text for text in ("", *TEXTS) if store._connection.is_shared or "\0" not in text]
    for searched in texts:
        query = store.query(Member).where(queries.contains(Member.table.c.name, searched, ignore_case))
        found = {row.name for row in store.rows(Member, query) if row.name in texts}
        assert found == {text for text in texts if ascii_lower(searched) in ascii_lower(text)}, repr(searched)


def test_savepoint_undoes_its_block_only(store: Store, member: Member):
    store.insert(recovery_code("r-1", "a"))

    def fail():
        with store._connection.savepoint():
            store.insert(recovery_code("r-2", "b"))
            raise LookupError

    with pytest.raises(LookupError):
        fail()
    store._connection.commit()
    assert [row.code for row in store.all(RecoveryCode)] == ["a"]


def test_lock_of_another_project_is_released_at_the_end(store: Store):
    store._connection.begin("project-test-1")
    other = store.for_project("project-test-2", lock=True)
    other.insert(message("m", "login", 1))
    store._connection.commit()
    assert other.get(Message, message_id="m").kind == "login"
    store._connection.begin("project-test-2")
    store._connection.begin("project-test-2")  # there is one already
    store._connection.rollback()


def test_many_rows_are_inserted_with_few_statements(
    store: Store, member: Member, monkeypatch: pytest.MonkeyPatch
) -> None:
    connection, shapes = store._connection, []
    run = connection.run
    monkeypatch.setattr(connection, "run", lambda shape, values=(): shapes.append(shape) or run(shape, values))
    rows = [new_member(f"n-{number}", name=TEXTS[number % len(TEXTS)]) for number in range(2 * INSERTED_AT_ONCE + 3)]
    store.insert_all(rows)
    assert store.all(Member) == sorted([member, *rows], key=lambda row: row.member_id)
    inserts = [shape for shape in shapes if shape[0] == "insert"]
    assert len(inserts) == (2 + 3 if connection.is_shared else len(rows))


@pytest.mark.parametrize("at", [0, INSERTED_AT_ONCE + 1, 2 * INSERTED_AT_ONCE + 2])
def test_row_that_is_not_unique_is_named(store: Store, member: Member, at: int) -> None:
    rows = [new_member(f"n-{number}") for number in range(2 * INSERTED_AT_ONCE + 3)]
    rows[at] = msgspec.structs.replace(rows[at], external_id=member.external_id)
    with pytest.raises(NotUnique) as refused:
        store.insert_all(rows)
    assert (refused.value.index, refused.value.columns) == (at, ["external_id", "organization_id"])
