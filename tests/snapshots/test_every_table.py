"""Every table is part of snapshots, differences, exports and resets. The rows come from the records themselves."""

import pytest

from mockstytch import MockStytch
from mockstytch.redaction import REDACTED, is_secret
from mockstytch.snapshots import objects
from mockstytch.snapshots.objects import object_type
from mockstytch.store import record as records
from mockstytch.store.copying.copies import copied_records
from mockstytch.store.schema import metadata
from tests.support.sample_rows import sample_rows

RECORDS = copied_records()


@pytest.fixture(scope="module")
def server():
    with MockStytch() as mock:
        yield mock


@pytest.fixture
def project(server):
    """A handle of a project with a row in each table."""
    handle = server.project()
    handle.configure()
    mock = server._server.mock
    with mock.transaction(mock.projects.find(handle.project_id)) as ctx:
        for row in sample_rows().values():
            ctx.store.insert(row)
        ctx.update_project(counters={"keys_rotated": 1})
    yield handle
    handle.reset()  # the next test's project has the same ids


@pytest.fixture
def rows(server):
    """``rows(project)``: the rows of a project, as records, by the name of the table."""

    def read(handle):
        mock = server._server.mock
        with mock.transaction(mock.projects.find(handle.project_id)) as ctx:
            return {record.table.name: ctx.store.all(record) for record in RECORDS}

    return read


def test_every_table_is_copied_but_credentials_and_snapshots():
    copies = {record.table.copies_name for record in RECORDS}
    left_out = {"member_counts", "old_data", "projects", "public_tokens", "secrets", "snapshots"}
    left_out |= {name for name, declared in records.RECORDS.items() if declared.table.shared}
    assert {record.table.name for record in RECORDS} == set(metadata().tables) - left_out - copies


def test_restore_returns_every_row(project, rows):
    before = rows(project)
    assert {name for name, found in before.items() if not found} == set()
    project.snapshots.save("full")
    project.reset()
    assert not any(rows(project).values())
    project.snapshots.restore("full")
    assert rows(project) == before
    assert project.snapshots.list()[0].rows == len(RECORDS)


@pytest.mark.parametrize("record", RECORDS, ids=object_type)
def test_restore_undoes_the_change_of_a_row(server, project, rows, record):
    before = rows(project)
    project.snapshots.save("full")
    mock = server._server.mock
    with mock.transaction(mock.projects.find(project.project_id)) as ctx:
        ctx.store.delete(before[record.table.name][0])
    assert rows(project) != before
    project.snapshots.restore("full")
    assert rows(project) == before


@pytest.mark.parametrize("record", RECORDS, ids=object_type)
def test_difference_lists_a_row_that_was_created_or_deleted(server, project, rows, record):
    row = rows(project)[record.table.name][0]
    project.snapshots.save("full")
    mock = server._server.mock
    with mock.transaction(mock.projects.find(project.project_id)) as ctx:
        ctx.store.delete(row)
    diff = project.snapshots.diff("full", [object_type(record)])
    assert [(o.object_type, o.id) for o in diff.deleted] == [(object_type(record), objects.object_id(row))]
    assert (diff.created, diff.changed) == ([], [])
    project.snapshots.save("without")
    project.snapshots.restore("full")
    diff = project.snapshots.diff("without", [object_type(record)])
    assert [o.object_type for o in diff.created] == [object_type(record)]


def test_export_has_every_row_and_import_writes_it(server, project, rows):
    before = rows(project)
    document = project.export()
    assert list(document["tables"]) == [record.table.name for record in RECORDS]
    project.reset()
    project.import_(document)
    assert project.export() == document
    assert rows(project) == before


SECRETS = [
    (record, name) for record in RECORDS for name in record.__struct_fields__ if objects.is_secret_field(record, name)
]
# Names that sound like a secret, and aren't one
HARMLESS = {
    *("access_token_custom_audience", "access_token_expires_at", "access_token_expiry_minutes"),
    *("access_token_template_content", "bearer_token_expires_at", "client_secret_last_four"),
    *("id_token_template_content", "issued_refresh_token", "member_password_id", "next_bearer_token_expires_at"),
    *("next_client_secret_last_four", "pkce_code_challenge", "code_challenge", "recovery_code_id", "secret_in_body"),
    *("token_expires_at", "token_type", "token_url", "totp_registration_id", "encryption_private_keys"),
}


def test_every_field_that_sounds_like_a_secret_is_replaced_or_listed():
    words = ("code", "hash", "jwt", "key", "password", "secret", "token")
    sounding = {
        name
        for record in RECORDS
        for name in record.__struct_fields__
        if any(word in name for word in words) and (record, name) not in SECRETS
    }
    keys = {name for name in sounding if name.endswith("_key")} | {"jwk"}
    assert sounding - HARMLESS - keys == set()


def test_difference_has_no_secret(project):
    project.snapshots.save("full")
    project.reset()
    for deleted in project.snapshots.diff("full").deleted:
        record = next(record for record in RECORDS if object_type(record) == deleted.object_type)
        for name, value in deleted.object.items():
            if (record, name) in SECRETS and value and isinstance(value, str):
                assert value == REDACTED, (deleted.object_type, name)
        assert "PRIVATE KEY" not in str(deleted.object)


def test_secret_names():
    assert [
        name for name in ("token", "session_token", "Password", "codes", "client_secret") if not is_secret(name)
    ] == []
    assert [name for name in ("token_type", "sms_country_codes", "name", "status_codex") if is_secret(name)] == []
