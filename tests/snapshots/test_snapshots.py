"""Snapshots through the handle: save, restore, list, delete."""

import threading
from datetime import UTC, datetime, timedelta

import httpx
import pytest

from mockstytch import MockError, MockStytch
from mockstytch.runtime import database as runtime_database
from mockstytch.snapshots import saved
from mockstytch.store.copying.copies import Copies
from mockstytch.store.records.snapshots import OldData, Snapshot


def names(mock):
    return [snapshot.name for snapshot in mock.snapshots.list()]


def refused(call, *args):
    with pytest.raises(MockError) as refusal:
        call(*args)
    return refusal.value.error_type, str(refusal.value)


def test_restore_returns_data_settings_clock_and_keys(mock, given, client):
    mock.clock.set(datetime(2030, 1, 1, tzinfo=UTC))
    now = mock.clock.freeze()
    acme = given.organization()
    ada = given.member(acme, name="Ada")
    login = given.login(acme, ada)
    mock.call("POST", "/keys/rotate")
    mock.configure(redirect_urls="registered")
    keys = client.sessions.get_jwks(mock.project_id).keys
    mock.snapshots.save("start")

    client.organizations.members.update(acme.organization_id, ada.member_id, name="Eve")
    client.organizations.create("Globex", organization_slug="globex")
    client.sessions.revoke(member_session_id=login.member_session.member_session_id)
    mock.call("POST", "/keys/rotate", {"drop": "true"})
    mock.clock.advance(days=1)
    mock.configure(redirect_urls="any")
    mock.inbox.clear()

    mock.snapshots.restore("start")
    assert [o.organization_id for o in client.organizations.search().organizations] == [acme.organization_id]
    assert client.organizations.members.get(acme.organization_id, ada.member_id).member.name == "Ada"
    assert client.sessions.authenticate(session_token=login.session_token).member.member_id == ada.member_id
    assert client.sessions.get_jwks(mock.project_id).keys == keys
    assert mock.clock.now() == now
    assert mock.call("GET", "/project")["redirect_urls"] == "registered"
    assert mock.inbox.all()


def test_running_clock_keeps_its_offset(mock):
    mock.clock.advance(days=1)
    mock.snapshots.save("tomorrow")
    mock.clock.advance(days=1)
    mock.snapshots.restore("tomorrow")
    assert abs(mock.clock.now() - datetime.now(UTC) - timedelta(days=1)) < timedelta(minutes=5)


def test_request_log_is_left_alone(mock, client):
    mock.snapshots.save("start")
    client.debug.whoami()
    mock.snapshots.restore("start")
    assert [request.path for request in mock.requests()] == ["/v1/debug/whoami"]


def test_snapshot_with_the_same_name_is_replaced(mock, given):
    mock.snapshots.save("a")
    given.organization()
    saved = mock.snapshots.save("a")
    assert mock.snapshots.list() == [saved]
    assert saved.rows == 2  # the organization and its event
    mock.reset()
    mock.snapshots.restore("a")
    assert given.client.organizations.search().results_metadata.total == 1


def test_snapshots_are_listed_in_the_order_of_their_creation_and_deleted(mock):
    for name in ("b", "a", "c d-ü?"):
        mock.snapshots.save(name)
    assert names(mock) == ["b", "a", "c d-ü?"]
    mock.snapshots.delete("c d-ü?")
    mock.snapshots.restore("b")
    assert names(mock) == ["b", "a"]
    mock.snapshots.clear()
    assert names(mock) == []


def test_unknown_snapshot_is_refused_with_the_nearest_name(mock):
    snapshots = mock.snapshots
    assert refused(snapshots.restore, "start") == (
        "snapshot_not_found",
        "Snapshot could not be found. ('start' doesn't exist. The project has no snapshots.)",
    )
    snapshots.save("start")
    for call in (snapshots.restore, snapshots.diff, snapshots.delete):
        error_type, message = refused(call, "strat")
        assert error_type == "snapshot_not_found"
        assert "'strat' doesn't exist. Did you mean start?" in message


@pytest.mark.parametrize("name", ["x" * 201, "a\nb", "\x00"])
def test_name_that_is_too_long_or_has_control_characters_is_refused(mock, name):
    error_type, message = refused(mock.snapshots.save, name)
    assert error_type == "bad_request"
    assert "1 to 200 characters" in message


def test_reset_keeps_snapshots(mock, given):
    given.organization()
    mock.snapshots.save("start")
    mock.reset()
    assert names(mock) == ["start"]
    mock.snapshots.restore("start")
    assert given.client.organizations.search().results_metadata.total == 1


def test_snapshots_belong_to_one_project(mock):
    mock.snapshots.save("start")
    other = mock.project()
    assert names(other) == []
    assert refused(other.snapshots.restore, "start")[0] == "snapshot_not_found"


def test_restore_leaves_other_projects_alone(mock, given):
    given.organization()
    other = mock.project()
    other.client().organizations.create("Globex", organization_slug="globex")
    mock.snapshots.save("start")
    mock.reset()
    mock.snapshots.restore("start")
    assert [o.organization_slug for o in other.client().organizations.search().organizations] == ["globex"]


def test_restored_values_can_be_swapped(mock, given, client):
    """Unique values that changed hands since the snapshot."""
    acme = given.organization(organization_slug="acme")
    globex = given.organization(organization_slug="globex")
    mock.snapshots.save("start")
    client.organizations.update(acme.organization_id, organization_slug="other")
    client.organizations.update(globex.organization_id, organization_slug="acme")
    client.organizations.update(acme.organization_id, organization_slug="globex")
    mock.snapshots.restore("start")
    assert client.organizations.get("acme").organization.organization_id == acme.organization_id
    assert client.organizations.get("globex").organization.organization_id == globex.organization_id


def test_credentials_stay(mock, client):
    mock.snapshots.save("start")
    mock.snapshots.restore("start")
    assert client.debug.whoami().project_id == mock.project_id


def test_snapshots_survive_a_restart_with_a_database_file(tmp_path):
    file = str(tmp_path / "mock.sqlite")
    with MockStytch(database=file) as mock:
        mock.client().organizations.create("Acme", organization_slug="acme")
        mock.snapshots.save("start")
        mock.reset()
    with MockStytch(database=file) as mock:
        assert names(mock) == ["start"]
        mock.snapshots.restore("start")
        assert mock.client().organizations.get("acme").organization


def test_deletion_of_the_project_deletes_its_snapshots():
    with MockStytch() as mock:
        other = mock.project()
        other.snapshots.save("start")
        httpx.delete(f"{mock.url}/pwa/v3/projects/{other.project_id}", auth=("key", "secret"), trust_env=False)
        with mock._server.mock.transaction() as ctx:
            assert ctx.store.values_of_all_projects(Snapshot, "name") == []


def test_restore_that_fails_changes_nothing(monkeypatch):
    with MockStytch() as mock:
        client = mock.client()
        mock.snapshots.save("empty")
        client.organizations.create("Acme", organization_slug="acme")
        mock.configure(redirect_urls="registered")

        def fail(*_args, **_options):
            raise RuntimeError("planted")

        with monkeypatch.context() as patch:
            patch.setattr("mockstytch.store.store.Store.update", fail)  # after the rows were replaced
            assert refused(mock.snapshots.restore, "empty")[0] == "internal_server_error"
        assert client.organizations.get("acme").organization
        assert mock.call("GET", "/project")["redirect_urls"] == "registered"


@pytest.fixture
def in_slices(monkeypatch):
    """Save and restore every snapshot as a large one, two rows at a time."""
    monkeypatch.setattr(saved, "_FEW", 0)
    monkeypatch.setattr(saved, "_SLICE", 2)
    monkeypatch.setattr(runtime_database, "SLICE_SECONDS", 0)


def test_large_snapshot_is_restored_in_slices(in_slices, mock, client, given):
    acme = given.organization("Acme", organization_slug="acme")
    addresses = [f"user{number}@acme.test" for number in range(7)]
    for address in addresses:
        given.member(acme, address)
    mock.snapshots.save("start")
    client.organizations.update("acme", organization_name="Changed")
    given.member(acme, "later@acme.test")
    mock.snapshots.restore("start")
    assert mock.snapshots.diff("start").created == []
    assert client.organizations.get("acme").organization.organization_name == "Acme"
    found = client.organizations.members.search([acme.organization_id]).members
    assert sorted(member.email_address for member in found) == addresses


@pytest.fixture
def between_slices(monkeypatch):
    """``between_slices(mock, action)``: call a function before each slice of a copy, in the thread that copies."""

    def call(mock, action):
        database = mock._server.mock._database
        original = database.run_slice

        def run_slice(*args, **options):
            if threading.current_thread().name != "mockstytch-purge":
                action()
            return original(*args, **options)

        monkeypatch.setattr(database, "run_slice", run_slice)

    return call


def unused_data(mock):
    """Return the data keys whose rows aren't deleted yet, after the work in the background."""
    assert mock._server.mock.purge.wait(30)
    with mock._server.mock.transaction() as ctx:
        return ctx.store.values_of_all_projects(OldData, "data_key")


def test_large_snapshot_is_saved_in_slices_with_requests_between_them(in_slices, between_slices, tmp_path):
    """What they change is part of the snapshot."""
    with MockStytch(database=str(tmp_path / "data.sqlite")) as mock:
        client, done = mock.client(), []
        client.organizations.create("First", organization_slug="first")
        client.organizations.create("Deleted", organization_slug="deleted")

        def change():
            if not done:
                client.organizations.update("first", organization_name="Changed")
                client.organizations.delete("deleted")
                client.organizations.create("New", organization_slug="new")
            done.append(True)

        between_slices(mock, change)
        rows = mock.snapshots.save("start").rows
        assert len(done) > 1  # slices
        diff = mock.snapshots.diff("start")
        assert (diff.created, diff.changed, diff.deleted) == ([], [], [])
        assert mock.snapshots.save("unchanged meanwhile").rows == rows
        mock.reset()
        mock.snapshots.restore("start")
        found = {o.organization_slug: o.organization_name for o in client.organizations.search().organizations}
        assert found == {"first": "Changed", "new": "New"}
        assert unused_data(mock) == []


def test_copies_are_compared_only_if_the_saved_project_was_written_to(in_slices, between_slices, monkeypatch, tmp_path):
    with MockStytch(database=str(tmp_path / "data.sqlite")) as mock:
        client, other, updates, requests = mock.client(), mock.project(), [], []
        client.organizations.create("Acme", organization_slug="acme")
        other.client().organizations.create("Other", organization_slug="other")
        original = Copies.update
        monkeypatch.setattr(Copies, "update", lambda copies: updates.append(copies) or original(copies))

        def keep_busy():
            for request in requests:
                request()

        between_slices(mock, keep_busy)
        requests[:] = [
            lambda: client.organizations.get("acme"),
            lambda: other.client().organizations.update("other", organization_name="Changed"),
        ]
        mock.snapshots.save("start")
        assert updates == []
        requests[:] = [lambda: client.organizations.update("acme", organization_name="Changed")]
        mock.snapshots.save("start")
        assert len(updates) == 1


def test_reset_while_a_large_snapshot_is_saved(in_slices, between_slices, tmp_path):
    """The snapshot has the state at its end."""
    with MockStytch(database=str(tmp_path / "data.sqlite")) as mock:
        client = mock.client()
        client.organizations.create("Acme", organization_slug="acme")
        between_slices(mock, mock.reset)
        mock.snapshots.save("start")
        client.organizations.create("Other", organization_slug="other")
        mock.snapshots.restore("start")
        assert client.organizations.search().results_metadata.total == 0
        assert unused_data(mock) == []


def test_save_that_fails_leaves_nothing(in_slices, monkeypatch):
    with MockStytch() as mock:
        client = mock.client()
        client.organizations.create("Acme", organization_slug="acme")
        mock.snapshots.save("start")
        client.organizations.create("Other", organization_slug="other")

        def fail(*_args, **_options):
            raise RuntimeError("planted")

        with monkeypatch.context() as patch:
            patch.setattr("mockstytch.store.copying.copies.Slices.insert", fail)
            assert refused(mock.snapshots.save, "start")[0] == "internal_server_error"
        assert unused_data(mock) == []
        mock.snapshots.restore("start")
        assert client.organizations.search().results_metadata.total == 1


def test_project_that_is_deleted_while_it_is_saved_has_no_snapshot(in_slices, between_slices, tmp_path):
    with MockStytch(database=str(tmp_path / "data.sqlite")) as mock:
        other = mock.project()
        other.client().organizations.create("Acme", organization_slug="acme")
        deleted = []

        def delete_once():
            if not deleted:
                deleted.append(mock.projects.delete(other.project_id))

        between_slices(mock, delete_once)
        error_type, message = refused(other.snapshots.save, "start")
        assert error_type == "project_not_found"
        assert "was deleted at the same time" in message
        with mock._server.mock.transaction() as ctx:
            assert ctx.store.values_of_all_projects(Snapshot, "name") == []
        assert unused_data(mock) == []


def test_other_requests_are_answered_while_a_large_snapshot_is_restored(in_slices, between_slices):
    """They see the project as it was before, until the end."""
    with MockStytch() as mock:
        client = mock.client()
        client.organizations.create("Acme", organization_slug="acme")
        mock.snapshots.save("start")
        mock.reset()
        totals = []
        between_slices(mock, lambda: totals.append(client.organizations.search().results_metadata.total))
        mock.snapshots.restore("start")
        assert totals
        assert set(totals) == {0}
        assert client.organizations.search().results_metadata.total == 1


def test_snapshot_that_is_deleted_while_it_is_restored_is_not_found(in_slices, between_slices):
    with MockStytch() as mock:
        client = mock.client()
        client.organizations.create("Acme", organization_slug="acme")
        mock.snapshots.save("start")
        mock.reset()
        between_slices(mock, mock.snapshots.clear)
        with pytest.raises(MockError, match="deleted or saved again"):
            mock.snapshots.restore("start")
        assert client.organizations.search().results_metadata.total == 0
        assert unused_data(mock) == []


def test_waiting_call_sees_a_restored_message(mock, client):
    client.magic_links.email.discovery.send("ada@acme.test")
    mock.snapshots.save("sent")
    mock.inbox.clear()
    found = []
    waiting = threading.Thread(target=lambda: found.append(mock.inbox.latest(wait=30).to))
    waiting.start()
    mock.snapshots.restore("sent")
    waiting.join(30)
    assert found == ["ada@acme.test"]
