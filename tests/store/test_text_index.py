"""Searches for a part of an e-mail address or phone number find the same with and without the index of texts."""

import random

import msgspec
import pytest

from mockstytch import MockStytch
from mockstytch.clock import position
from mockstytch.domain.organizations import member_search
from mockstytch.runtime.purge import Purge
from mockstytch.store.records.members import Member
from mockstytch.store.texts import text_index

LETTERS = ["a", "b", "B", "-", "_", "%", "\\", '"', "'", "ä", "Ä", "ß", "İ", "😀", ".", "+", "@", " "]


@pytest.fixture
def mock(monkeypatch):
    monkeypatch.setattr(member_search, "_LARGE", 1)
    with MockStytch() as handle:
        yield handle


def add(mock, organization_id, texts):
    """Insert members with these addresses and phone numbers."""
    server = mock._server.mock
    with server.transaction(server.projects.find(mock.project_id)) as ctx:
        for address, phone in texts:
            member = Member(
                member_id=ctx.ids.new("member"),
                organization_id=organization_id,
                email_id=ctx.ids.new("email"),
                email_address=address,
                email_domain=address.rpartition("@")[2] if "@" in address else "",
                mfa_phone_number=phone,
                created_at=ctx.now,
                updated_at=ctx.now,
                position=position(),
            )
            ctx.store.insert(member)


def organization(mock, slug="acme"):
    return mock.client().organizations.create(slug, slug).organization.organization_id


def search(mock, organization_id, text, *, name="member_email_fuzzy", **more):
    query = {"operator": "AND", "operands": [{"filter_name": name, "filter_value": text}]}
    found = mock.client().organizations.members.search([organization_id], query=query, **more)
    return (
        [member.member_id for member in found.members],
        found.results_metadata.total,
        found.results_metadata.next_cursor,
    )


def index(mock, organization_id):
    """Have the index built, by a search that needs it."""
    search(mock, organization_id, "any")
    assert mock._server.mock.purge.wait(60)


def plans(mock):
    """The shapes of all statements that were run."""
    with mock._server.mock.transaction() as ctx:
        return str(ctx.store._connection._plans.used_shapes())


def texts(rng, count):
    """Addresses and phone numbers of a few letters, so that parts of them occur often."""
    found = {"".join(rng.choices(LETTERS, k=rng.randrange(3, 12))) for _ in range(count)}
    return [(text.lower(), rng.choice(["", "".join(rng.choices("+1234", k=8))])) for text in sorted(found)]


@pytest.mark.parametrize("seed", range(4))
def test_results_are_the_same_as_in_a_plain_search(mock, monkeypatch, seed):
    rng, acme = random.Random(seed), organization(mock)
    rows = dict(texts(rng, 120))
    add(mock, acme, list(rows.items())[:60])
    index(mock, acme)
    add(mock, acme, list(rows.items())[60:])  # the triggers index these
    server, client = mock._server.mock, mock.client()
    for member in client.organizations.members.search([acme]).members[:40]:
        change = rng.choice(["delete", "address", "phone"])
        if change == "delete":
            client.organizations.members.delete(acme, member.member_id)
            continue
        with server.transaction() as ctx:
            row = ctx.store.get(Member, member_id=member.member_id)
            new = {"address": {"email_address": f"{row.email_address}ab-"}, "phone": {"mfa_phone_number": "+1211222"}}
            ctx.store.update(row, **new[change])
    queries = []
    for _ in range(40):
        name = rng.choice(["member_email_fuzzy", "member_mfa_phone_number_fuzzy"])
        letters = LETTERS if name == "member_email_fuzzy" else "+1234"
        queries.append(
            ({"name": name, "limit": rng.choice([1, 3, 100])}, "".join(rng.choices(letters, k=rng.choice([3, 4]))))
        )
    queries += [({"name": "member_email_fuzzy"}, address[1:5]) for address in rows if len(address) > 5]
    with_index = [search(mock, acme, text, **options) for options, text in queries]
    monkeypatch.setattr(text_index, "candidates", lambda *_args: None)
    assert [search(mock, acme, text, **options) for options, text in queries] == with_index
    assert any(total > 1 for _, total, _ in with_index)


def test_pages_are_the_same_as_in_a_plain_search(mock, monkeypatch):
    acme = organization(mock)
    add(mock, acme, [(f"user-{number}@example.com", "") for number in range(25)])
    index(mock, acme)

    def pages():
        found, cursor = [], None
        while True:
            ids, total, cursor = search(mock, acme, "user-", limit=10, **({"cursor": cursor} if cursor else {}))
            found.append((ids, total))
            if cursor is None:
                return found

    with_index = pages()
    assert "text candidate" in plans(mock)
    assert [len(ids) for ids, _ in with_index] == [10, 10, 5]
    monkeypatch.setattr(text_index, "candidates", lambda *_args: None)
    assert pages() == with_index


def test_other_organizations_are_not_found(mock):
    acme, globex = organization(mock), organization(mock, "globex")
    add(mock, acme, [("ada@example.com", "")])
    add(mock, globex, [("ada@example.com", "")])
    index(mock, acme)
    [ids] = [search(mock, acme, "ada@")[0]]
    assert len(ids) == 1
    assert search(mock, globex, "ada@")[0] != ids


def test_index_belongs_to_the_rows_of_a_snapshot_too(mock):
    acme = organization(mock)
    add(mock, acme, [("ada@example.com", ""), ("bob@example.com", "")])
    mock.snapshots.save("start")
    index(mock, acme)
    add(mock, acme, [("ada2@example.com", "")])
    mock.snapshots.restore("start")
    assert search(mock, acme, "ada")[1] == 1
    mock.reset()
    assert mock._server.mock.purge.wait(60)
    mock.snapshots.restore("start")
    index(mock, acme)
    assert search(mock, acme, "ada")[1] == 1
    with mock._server.mock.transaction() as ctx:
        rows = ctx.store._connection.driver.execute("SELECT data_key FROM text_indexes").fetchall()
        assert rows == [(ctx.store.data_key,)]


def test_frequent_text_is_found_without_the_index(mock, monkeypatch):
    acme = organization(mock)
    monkeypatch.setattr(text_index, "_MOST", 5)
    add(mock, acme, [(f"user-{number}@example.com", "") for number in range(8)])
    index(mock, acme)
    with mock._server.mock.transaction() as ctx:
        assert ctx.store.member_texts.candidates("user-") is None
        assert ctx.store.member_texts.candidates("user-7") is not None
    assert search(mock, acme, "user-")[1] == 8


@pytest.fixture
def frequent(mock, monkeypatch):
    """An organization whose oldest members have a text that is too frequent for the index; another one has it, too."""
    monkeypatch.setattr(text_index, "_MOST", 2)
    acme, globex = organization(mock), organization(mock, "globex")
    add(mock, acme, [(f"old-{number}@example.com", "") for number in range(25)])
    add(mock, globex, [(f"old-{number}@example.com", "") for number in range(3)])
    add(mock, acme, [(f"new-{number}@example.com", "") for number in range(60)])
    index(mock, acme)
    return acme


def pages_of(mock, organization_id, text, limit=4):
    """All pages of a search, and whether each was read at once: with the newest candidates."""
    connection, pages, cursor, shapes = mock._server.mock._database.connection, [], None, []
    run = connection.run

    def noted(shape, values=()):
        if shape[:3] == ("select", "members", "") and "members.position" in str(shape[4]):
            shapes.append("newest" in str(shape))
        return run(shape, values)

    connection.run = noted
    try:
        while True:
            shapes.clear()
            more = {"cursor": cursor} if cursor else {}
            ids, total, cursor = search(mock, organization_id, text, limit=limit, **more)
            pages.append((ids, total, set(shapes) == {True}))
            if cursor is None:
                return pages
    finally:
        connection.run = run


def without_newest(pages):
    return [(ids, total) for ids, total, _ in pages]


def test_pages_of_a_frequent_text_are_read_with_the_index(mock, frequent, monkeypatch):
    mock.client().organizations.members.delete(frequent, search(mock, frequent, "old-24")[0][0])
    pages = pages_of(mock, frequent, "old-")
    assert [len(ids) for ids, *_ in pages] == [4] * 6
    assert [is_fast for *_, is_fast in pages] == [True] * 5 + [False], "only the last one has no row after it"
    monkeypatch.setattr(text_index, "newest_candidates", lambda *_args: None)
    assert without_newest(pages_of(mock, frequent, "old-")) == without_newest(pages)


def test_members_with_the_position_of_older_ones_end_that(mock, frequent):
    with mock._server.mock.transaction() as ctx:
        oldest = min(ctx.store.all(Member, organization_id=frequent), key=lambda member: member.position)
        changes = {"member_id": ctx.ids.new("member"), "email_address": "old-99@example.com"}
        ctx.store.insert(msgspec.structs.replace(oldest, **changes, position=oldest.position - 1))
    pages = pages_of(mock, frequent, "old-")
    assert not any(is_fast for *_, is_fast in pages)
    assert pages[-1][0][-1] == changes["member_id"]
    add(mock, frequent, [("old-100@example.com", "")])
    assert not any(is_fast for *_, is_fast in pages_of(mock, frequent, "old-"))


def test_order_is_checked_while_the_index_is_built(mock, monkeypatch):
    monkeypatch.setattr(text_index, "_MOST", 2)
    monkeypatch.setattr(text_index, "_STEP", 3)
    acme = organization(mock)
    add(mock, acme, [(f"old-{number}@example.com", "") for number in range(9)])
    with mock._server.mock.transaction() as ctx:
        newest = max(ctx.store.all(Member), key=lambda member: member.position)
        changes = {"member_id": ctx.ids.new("member"), "email_address": "old-99@example.com"}
        ctx.store.insert(msgspec.structs.replace(newest, **changes, position=newest.position - 1))
    index(mock, acme)
    assert not any(is_fast for *_, is_fast in pages_of(mock, acme, "old-"))


def test_index_survives_a_restart_and_is_completed(tmp_path, monkeypatch):
    monkeypatch.setattr(member_search, "_LARGE", 1)
    monkeypatch.setattr(text_index, "_STEP", 2)
    file = str(tmp_path / "mock.sqlite")
    with MockStytch(database=file) as mock:
        acme = organization(mock)
        add(mock, acme, [(f"user-{number}@example.com", "") for number in range(30)])
        with mock._server.mock.transaction() as ctx:
            steps = text_index.build(ctx.store._connection, ctx.store.data_key)
            next(steps)  # and then the server ends
    with MockStytch(database=file) as mock:
        assert mock._server.mock.purge.wait(60)
        with mock._server.mock.transaction() as ctx:
            assert text_index.unfinished(ctx.store._connection) == []
            assert ctx.store.member_texts.candidates("user-29") is not None
        assert search(mock, acme, "user-29")[1] == 1


def test_server_without_trigrams_searches_without_an_index(mock, monkeypatch):
    monkeypatch.setattr(text_index, "_can_index", lambda: False)
    acme = organization(mock)
    add(mock, acme, [("ada@example.com", "")])
    index(mock, acme)
    assert search(mock, acme, "ada")[1] == 1
    with mock._server.mock.transaction() as ctx:
        assert not text_index._exists(ctx.store._connection)


def test_small_organizations_have_no_index():
    with MockStytch() as mock:
        acme = organization(mock)
        add(mock, acme, [("ada@example.com", "")])
        index(mock, acme)
        with mock._server.mock.transaction() as ctx:
            assert not text_index._exists(ctx.store._connection)


def test_index_of_old_rows_is_dropped_in_slices_also_across_restarts(tmp_path, monkeypatch):
    monkeypatch.setattr(member_search, "_LARGE", 1)
    monkeypatch.setattr(text_index, "_EMPTY", text_index._EMPTY.replace("64", "1"))
    file = str(tmp_path / "mock.sqlite")
    with MockStytch(database=file) as mock:
        acme = organization(mock)
        add(mock, acme, [(f"user-{number}@example.com", "") for number in range(300)])
        index(mock, acme)
        with mock._server.mock.transaction() as ctx:
            connection, key = ctx.store._connection, ctx.store.data_key
            [[blocks]] = connection.driver.execute("SELECT count(*) FROM member_texts_data WHERE id > 10").fetchall()
        monkeypatch.setattr(Purge, "wake", lambda _purge: None)
        mock.reset()
        with mock._server.mock.transaction():
            next(text_index.forget(connection, key))  # and then the server ends
            assert connection.driver.execute("SELECT data_key FROM text_indexes").fetchall() == [(key,)]
        assert blocks > 2
    monkeypatch.undo()
    monkeypatch.setattr(member_search, "_LARGE", 1)
    with MockStytch(database=file) as mock:
        assert mock._server.mock.purge.wait(60)
        with mock._server.mock.transaction() as ctx:
            driver = ctx.store._connection.driver
            assert driver.execute("SELECT count(*) FROM text_indexes").fetchall() == [(0,)]
        acme = organization(mock)
        add(mock, acme, [("ada@example.com", ""), ("bob@example.com", "")])
        index(mock, acme)
        with mock._server.mock.transaction() as ctx:
            assert ctx.store.member_texts.candidates("ada@") is not None
        assert search(mock, acme, "ada@")[1] == 1
        driver.execute("INSERT INTO member_texts (member_texts) VALUES ('integrity-check')")


def segments(mock):
    """How many parts the index has. A search reads all."""
    with mock._server.mock.transaction() as ctx:
        driver = ctx.store._connection.driver
        return driver.execute("SELECT count(DISTINCT segid) FROM member_texts_idx").fetchone()[0]


def test_segments_are_merged_between_requests(mock):
    acme = organization(mock)
    add(mock, acme, [(f"user-{number}@example.com", "") for number in range(10)])
    index(mock, acme)
    for number in range(10, 10 + 2 * text_index.UNMERGED_WRITES):
        add(mock, acme, [(f"user-{number}@example.com", "")])
    assert mock._server.mock.purge.wait(60)
    assert segments(mock) < text_index.UNMERGED_WRITES
    assert search(mock, acme, "user-77@")[1] == 1


def test_merge_is_done_in_small_steps_and_never_by_a_request(mock):
    acme = organization(mock)
    add(mock, acme, [("ada@example.com", "")])
    server = mock._server.mock
    server._database.on_background_work = lambda: None
    with server.transaction() as ctx:
        connection, key = ctx.store._connection, ctx.store.data_key
        list(text_index.build(connection, key))
    rng = random.Random(1)
    letters = [chr(code) for code in range(97, 123)]
    add(mock, acme, [("".join(rng.choices(letters, k=300)), "") for _ in range(240)])
    assert segments(mock) == 241  # without the settings, FTS5 merges some by itself
    with server.transaction():
        steps = sum(1 for _ in text_index.merge(connection))
    assert segments(mock) < 8
    assert steps > 1


def test_index_of_an_earlier_start_is_merged(tmp_path, monkeypatch):
    monkeypatch.setattr(member_search, "_LARGE", 1)
    file = str(tmp_path / "mock.sqlite")
    with MockStytch(database=file) as mock:
        acme = organization(mock)
        add(mock, acme, [("ada@example.com", "")])
        index(mock, acme)
    with MockStytch(database=file) as mock:
        for number in range(text_index.UNMERGED_WRITES + 1):
            add(mock, acme, [(f"user-{number}@example.com", "")])
        assert mock._server.mock.purge.wait(60)
        assert segments(mock) < text_index.UNMERGED_WRITES
