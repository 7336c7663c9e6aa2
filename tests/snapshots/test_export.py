"""Exports: what they contain, importing them here and elsewhere, and refusals, which change nothing."""

import copy
import json
import re
from http.client import HTTPConnection
from urllib.parse import urlsplit

import httpx
import pytest

from mockstytch import MockError, MockStytch
from mockstytch.snapshots import document as document_module
from mockstytch.snapshots import formats


@pytest.fixture
def acme(given):
    return given.organization("Acme", organization_slug="acme")


@pytest.fixture
def ada(given, acme):
    return given.member(acme, "ada@acme.test", name="Ada")


def refused(mock, document):
    """The reason of a refusal, after a check that it changed nothing."""
    before = mock.export()
    with pytest.raises(MockError) as refusal:
        mock.import_(document)
    assert refusal.value.error_type == "invalid_import"
    assert mock.export() == before
    message = str(refusal.value)
    assert message.startswith("The document can't be imported. (")
    assert "\n" not in message
    return message.removeprefix("The document can't be imported. (").removesuffix(")")


def test_export_is_readable_and_stable(mock, ada):
    document = mock.export()
    assert list(document) == ["format", "project_id", "project", "tables"]
    assert (document["format"], document["project_id"]) == ("mockstytch/1", mock.project_id)
    assert list(document["project"]) == ["name", "clock", "settings", "counters"]
    [member] = document["tables"]["members"]
    assert (member["email_address"], member["name"]) == ("ada@acme.test", "Ada")
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z", member["created_at"])
    assert json.dumps(mock.export()) == json.dumps(document)


def test_rows_are_in_the_order_of_their_creation(mock, given, acme):
    for name in ("zoe", "ann", "bob"):
        given.member(acme, f"{name}@acme.test")
    addresses = [member["email_address"] for member in mock.export()["tables"]["members"]]
    assert addresses == ["zoe@acme.test", "ann@acme.test", "bob@acme.test"]


def test_export_has_no_credentials_of_the_project(mock, ada):
    assert mock.secret not in json.dumps(mock.export())


def test_import_returns_a_project_to_its_export(mock, given, client, acme, ada):
    login = given.login(acme, ada)
    mock.call("POST", "/keys/rotate")
    document = mock.export()
    mock.reset()
    given.organization("Globex")
    mock.import_(document)
    assert mock.export() == document
    assert client.sessions.authenticate(session_token=login.session_token).member.name == "Ada"
    assert [o.organization_slug for o in client.organizations.search().organizations] == ["acme"]


@pytest.mark.parametrize("step", ["_encoded", "read"])
def test_requests_are_answered_while_a_document_is_encoded_and_checked(monkeypatch, step):
    """Both take seconds for a large project."""
    with MockStytch() as mock:
        mock.client().organizations.create("Acme", organization_slug="acme")
        statuses, original = [], getattr(document_module, step)

        def work(*args):
            auth = (mock.project_id, mock.secret)
            statuses.append(httpx.get(mock.url + "/v1/b2b/organizations/acme", auth=auth, timeout=20).status_code)
            return original(*args)

        monkeypatch.setattr(document_module, step, work)
        mock.import_(mock.export())
        assert set(statuses) == {200}


def test_import_into_another_project_rewrites_its_id_and_public_token(mock, given, client, acme, ada):
    given.link_token(acme, "ada@acme.test")
    mock.configure(idp_issuer=f"https://id.example/{mock.project_id}")
    other = mock.project()
    other.import_(mock.export())
    text = json.dumps(other.export())
    assert mock.project_id not in text
    assert mock.public_token not in text
    message = other.inbox.latest()
    assert other.public_token in message.link
    assert httpx.get(message.link, trust_env=False).headers["location"] == message.redirect_url
    assert other.client().magic_links.authenticate(message.token).member_id == ada.member_id
    assert other.call("GET", "/project")["idp_issuer"] == f"https://id.example/{other.project_id}"
    assert mock.inbox.latest().link != message.link


def test_import_on_another_server_keeps_connection_ids(mock, acme):
    connection = mock.identity_provider(acme.organization_id, "saml")
    document = mock.export()
    with MockStytch() as other:
        other.import_(document)
        [found] = other.client().sso.get_connections(acme.organization_id).saml_connections
        assert found.connection_id == connection.connection_id


@pytest.mark.parametrize("kind", ["saml", "oidc"])
def test_connection_that_another_project_has_gets_another_id(mock, given, acme, kind):
    """Identity providers name only the connection, so the server couldn't tell the projects apart."""
    connection = mock.identity_provider(acme.organization_id, kind)
    other = mock.project()
    other.import_(mock.export())
    found = other.client().sso.get_connections(acme.organization_id)
    [imported] = getattr(found, f"{kind}_connections")
    assert imported.connection_id.startswith(f"{kind}-connection-test-")
    assert imported.connection_id != connection.connection_id
    assert connection.connection_id not in json.dumps(other.export())
    first = other.export()
    other.import_(mock.export())
    assert other.export() == first

    other.next_identity(kind, "ada@acme.test")
    params = {"connection_id": imported.connection_id, "public_token": other.public_token}
    start = httpx.get(f"{mock.url}/v1/public/sso/start", params=params, trust_env=False)
    assert start.status_code == 302
    assert imported.connection_id in httpx.URL(start.headers["location"]).path + str(start.headers["location"])


def test_scim_directory_of_an_imported_project_works(mock, client, acme):
    connection = client.scim.connection.create(acme.organization_id).connection
    other = mock.project()
    other.import_(mock.export())
    imported = other.client().scim.connection.get(acme.organization_id).connection
    assert imported.connection_id != connection.connection_id
    [result] = other.scim_push(imported.connection_id, [{"op": "create_user", "email": "ada@acme.test"}])
    assert result.status == 201
    assert client.organizations.members.search([acme.organization_id]).members == []
    [member] = other.client().organizations.members.search([acme.organization_id]).members
    assert member.email_address == "ada@acme.test"


def test_large_document_can_be_imported(mock, acme):
    """Other requests have at most 1 MB."""
    document = mock.export()
    document["tables"]["organizations"][0]["trusted_metadata"] = {"text": "x" * 2_000_000}
    mock.import_(document)
    assert len(mock.export()["tables"]["organizations"][0]["trusted_metadata"]["text"]) == 2_000_000


def test_document_that_is_too_large_is_refused(mock):
    """The server doesn't wait for the body."""
    url = urlsplit(mock.url)
    connection = HTTPConnection(url.hostname, url.port, timeout=30)
    connection.putrequest("POST", "/_mock/api/import")
    connection.putheader("Content-Length", "64000001")
    connection.endheaders()
    response = connection.getresponse()
    error = json.loads(response.read())
    connection.close()
    assert (response.status, error["error_type"]) == (413, "bad_request")
    assert "larger than 64 MB" in error["error_message"]


def test_times_of_another_zone_are_converted(mock, ada):
    document = mock.export()
    document["tables"]["members"][0]["created_at"] = "2026-01-01T02:00:00+02:00"
    document["project"]["clock"] = {"offset_seconds": 0.0, "frozen_at": "2026-01-01T02:00:00+02:00"}
    mock.import_(document)
    assert mock.export()["tables"]["members"][0]["created_at"] == "2026-01-01T00:00:00Z"
    assert mock.clock.now().isoformat() == "2026-01-01T00:00:00+00:00"


def test_columns_with_a_default_can_be_left_out(mock, ada):
    document = mock.export()
    for name in ("name", "roles", "external_id", "failed_attempts"):
        del document["tables"]["members"][0][name]
    mock.import_(document)
    assert mock.export()["tables"]["members"][0]["name"] == ""


def changed(document, path, value):
    """The document with another value; ``...`` removes it."""
    document = copy.deepcopy(document)
    inner = document
    *parents, last = path
    for key in parents:
        inner = inner[key]
    if value is ...:
        del inner[last]
    elif isinstance(inner, list) and last == len(inner):
        inner.append(value)
    else:
        inner[last] = value
    return document


NOT_AN_EXPORT = 'this isn\'t an export: "format" must be "mockstytch/1"'
MEMBER = ("tables", "members", 0)
BROKEN = {
    "no format": (("format",), ..., NOT_AN_EXPORT),
    "other format": (("format",), "other/1", NOT_AN_EXPORT),
    "number as format": (("format",), 1, NOT_AN_EXPORT),
    "later format": (("format",), "mockstytch/99", "format mockstytch/99 is newer than this server"),
    "format 0": (("format",), "mockstytch/0", "this isn't an export"),
    "no project": (("project_id",), ..., "project_id isn't the id of a project"),
    "wrong project": (("project_id",), "acme", "project_id isn't the id of a project"),
    "unknown section": (("table",), {}, "unknown name table. Did you mean tables?"),
    "project as list": (("project",), [], "project must be an object"),
    "unknown part of the project": (("project", "clok"), {}, "project: unknown name clok. Did you mean clock?"),
    "setting of a wrong type": (
        ("project", "settings", "redirect_urls"),
        1,
        "project.settings.redirect_urls: Expected",
    ),
    "setting that isn't valid": (
        ("project", "settings", "idp_authorization_url"),
        "x",
        "project.settings: 'x' isn't a URL",
    ),
    "policy that isn't valid": (
        ("project", "settings", "rbac_policy", "roles"),
        [{"role_id": "a", "permissions": []}],
        "project.settings: ",
    ),
    "clock without a time zone": (
        ("project", "clock", "frozen_at"),
        "2026-01-01T00:00:00",
        "project: 2026-01-01T00:00:00",
    ),
    "clock out of range": (("project", "clock", "offset_seconds"), 1e15, "project.clock: the time must be"),
    "keys that are missing": (
        ("project", "counters"),
        {"keys_rotated": 1},
        "project.counters: keys_rotated needs a key",
    ),
    "tables as list": (("tables",), [], "tables must be an object"),
    "unknown table": (("tables", "member"), [], "tables: unknown name member. Did you mean members?"),
    "credentials": (("tables", "secrets"), [], "tables: unknown name secrets"),
    "table as object": (("tables", "members"), {}, "tables.members must be a list"),
    "row as text": (MEMBER, "ada", "tables.members[0] must be an object"),
    "unknown column": ((*MEMBER, "nme"), "Ada", "tables.members[0]: unknown name nme. Did you mean name?"),
    "missing column": ((*MEMBER, "email_id"), ..., "tables.members[0]: Object missing required field `email_id`"),
    "wrong type": ((*MEMBER, "name"), 1, "tables.members[0].name: Expected `str`, got `int`"),
    "wrong choice": ((*MEMBER, "status"), "gone", "tables.members[0].status: Invalid enum value 'gone'"),
    "no time": ((*MEMBER, "created_at"), "yesterday", "tables.members[0].created_at: Invalid RFC3339"),
    "time without a zone": (
        (*MEMBER, "created_at"),
        "2026-01-01T00:00:00",
        "tables.members[0]: 2026-01-01T00:00:00 isn't",
    ),
    "time out of range": ((*MEMBER, "created_at"), "9999-12-31T00:00:00Z", "tables.members[0]: 9999-12-31"),
    "large number": ((*MEMBER, "position"), 2**63, "tables.members[0]: position is too large"),
    "missing organization": (
        (*MEMBER, "organization_id"),
        "organization-test-x",
        "tables.members[0]: organization_id 'organization-test-x' isn't in tables.organizations",
    ),
    "same key twice": (
        ("tables", "events", 0, "event_id"),
        "webhook-event-test-twin",
        "tables.events[1]: another row has the same event_id",
    ),
    "value that can't be shown": (
        ("tables", "organizations", 0, "rbac_email_implicit_role_assignments"),
        [{"domain": "acme.test"}],
        "a value isn't valid: KeyError 'role_id'",
    ),
    "text instead of a key": (
        ("tables", "signing_keys"),
        [{"kid": "a", "private_key": "x", "jwk": {}, "created_at": "2026-01-01T00:00:00Z", "position": 1}],
        "tables.signing_keys[0]: private_key and jwk must be an RSA key",
    ),
    "text instead of a hash": (
        ("tables", "passwords"),
        [{"member_password_id": "p", "scope": "s", "hash": "{}", "created_at": "2026-01-01T00:00:00Z"}],
        "tables.passwords[0]: hash isn't the hash of a password",
    ),
}


@pytest.mark.parametrize("case", BROKEN)
def test_broken_document_is_refused_with_one_sentence_and_changes_nothing(mock, ada, case):
    path, value, reason = BROKEN[case]
    document = mock.export()
    if case == "same key twice":
        document["tables"]["events"][1]["event_id"] = value
    assert reason in refused(mock, changed(document, path, value))


def test_two_members_with_one_address_are_refused(mock, ada, acme):
    document = mock.export()
    twin = document["tables"]["members"][0] | {"member_id": "member-test-twin"}
    document["tables"]["members"].append(twin)
    message = "tables.members[1]: another row has the same email_address and organization_id"
    assert refused(mock, document) == message


def test_empty_document_empties_the_project(mock, ada):
    mock.import_({"format": "mockstytch/1", "project_id": mock.project_id})
    assert mock.export()["tables"] == {}


@pytest.mark.parametrize(
    "content", [b"", b"[]", b"null", b"{", b"\xff", b'"x"', b"{}", b'{"a":' * 300 + b"1" + b"}" * 300]
)
def test_body_without_a_document_is_refused(http, content):
    response = http.post("/_mock/api/import", content=content)
    assert response.status_code == 400
    assert response.json()["error_type"] in ("bad_request", "invalid_import")


def test_every_text_of_a_document_can_be_strange(mock, ada):
    """Nothing in a document makes the server fail: it is imported, or refused."""
    document = mock.export()
    for name in document["tables"]["members"][0]:
        for value in (None, "", "\x00", [], {}, -1, 10**30, True, "…" * 1000):
            error_type = ""
            try:
                mock.import_(changed(document, (*MEMBER, name), value))
            except MockError as e:
                error_type = e.error_type
            assert error_type in ("", "invalid_import")
            mock.client().organizations.members.search(["acme"])


def test_format_has_an_upgrade_from_each_earlier_one():
    assert sorted(formats.UPGRADES) == list(range(1, formats.CURRENT))


def test_earlier_format_is_upgraded_step_by_step(monkeypatch, mock, ada):
    """Today's format as if it were the third to last."""
    document = mock.export()
    document["tables"]["people"] = document["tables"].pop("members")

    def rename(content):
        tables = {{"people": "members"}.get(name, name): rows for name, rows in content["tables"].items()}
        return content | {"tables": tables}

    def give_names(content):
        for member in content["tables"]["members"]:
            member["name"] = "Upgraded"
        return content

    monkeypatch.setattr(formats, "CURRENT", 3)
    monkeypatch.setattr(formats, "UPGRADES", {1: rename, 2: give_names})
    upgraded = formats.upgrade(document)
    assert upgraded["tables"]["members"][0]["name"] == "Upgraded"
    assert "people" not in upgraded["tables"]
