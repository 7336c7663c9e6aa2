"""Environment variables have the same effect on the handle as on ``mockstytch serve``."""

import re
import ssl
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import pytest

from mockstytch import MockError, MockStytch, Settings, dev_tls
from mockstytch.cli.serve import serve
from mockstytch.settings import _VARIABLES, SettingError, options_from_environment
from mockstytch.store.engine import DatabaseInUse

MINE = "project-test-33333333-3333-4333-8333-333333333333"


def test_variables_set_the_options_of_a_started_server(monkeypatch, tmp_path):
    file = tmp_path / "mock.sqlite"
    monkeypatch.setenv("MOCKSTYTCH_DB", str(file))
    monkeypatch.setenv("MOCKSTYTCH_CLOSED", "yes")
    monkeypatch.setenv("MOCKSTYTCH_PUBLIC_URL", "http://mail.test:1234/")
    monkeypatch.setenv("MOCKSTYTCH_ALLOWED_HOST", "mock,stytch")
    monkeypatch.setenv("MOCKSTYTCH_RANDOM_SEED", "7")
    monkeypatch.setenv("MOCKSTYTCH_KEEP_ENDED", "5")
    monkeypatch.setenv("MOCKSTYTCH_PROJECT_ID", MINE)
    monkeypatch.setenv("MOCKSTYTCH_SECRET", "secret-test-mine")
    monkeypatch.setenv("MOCKSTYTCH_SEED", str(tmp_path / "seed.yaml"))
    (tmp_path / "seed.yaml").write_text("organizations:\n- organization_name: Acme\n")
    with MockStytch() as mock:
        settings = mock._server.mock.settings
        assert (settings.database, settings.closed) == (str(file), True)
        assert (settings.public_url, settings.allowed_hosts) == ("http://mail.test:1234", ("mock", "stytch"))
        assert (settings.random_seed, settings.keep_ended) == (7, 5)
        assert (mock.project_id, mock.secret) == (MINE, "secret-test-mine")
        assert mock.client().organizations.get("acme").organization
        with pytest.raises(DatabaseInUse, match="is in use by another server"):
            MockStytch()
        assert MockStytch(mock.url).project_id == MINE
    assert file.exists()


def test_argument_comes_before_its_variable(monkeypatch):
    monkeypatch.setenv("MOCKSTYTCH_KEEP_ENDED", "5")
    monkeypatch.setenv("MOCKSTYTCH_PROJECT_ID", MINE)
    with MockStytch(keep_ended=6, project_id="project-test-44444444-4444-4444-8444-444444444444") as mock:
        assert mock._server.mock.settings.keep_ended == 6
        assert mock.project_id.startswith("project-test-4444")


def test_port_is_free_without_its_variable(monkeypatch):
    with MockStytch() as mock:
        port = mock.url.rpartition(":")[2]
        monkeypatch.setenv("MOCKSTYTCH_PORT", port)
        with pytest.raises(OSError, match="in use"):
            MockStytch()
        assert MockStytch(port=0).url != mock.url


@pytest.mark.parametrize(
    ("variable", "value", "message"),
    [
        ("MOCKSTYTCH_PORT", "x", "MOCKSTYTCH_PORT: 'x' isn't a number"),
        ("MOCKSTYTCH_PORT", "70000", "MOCKSTYTCH_PORT: the port must be between"),
        ("MOCKSTYTCH_CLOSED", "perhaps", "MOCKSTYTCH_CLOSED: 'perhaps' isn't true or false"),
        ("MOCKSTYTCH_HOST", "a b", "MOCKSTYTCH_HOST: 'a b' isn't an address"),
        ("MOCKSTYTCH_RANDOM_SEED", "1.5", "MOCKSTYTCH_RANDOM_SEED: '1.5' isn't a number"),
        ("MOCKSTYTCH_SMTP", "x", "MOCKSTYTCH_SMTP: 'x' isn't a valid address"),
        ("MOCKSTYTCH_DB", "foo://x", "database: 'foo' isn't supported"),
        ("MOCKSTYTCH_SEED", "absent.toml", "absent.toml can't be read"),
        ("MOCKSTYTCH_PEOPLE", "many", "MOCKSTYTCH_PEOPLE: 'many' isn't a number"),
        ("MOCKSTYTCH_PEOPLE", "10001", "MOCKSTYTCH_PEOPLE: the number must be between 1 and 10000"),
        ("MOCKSTYTCH_TLS_PORT", "70000", "MOCKSTYTCH_TLS_PORT: the port must be between"),
    ],
)
def test_value_that_is_not_valid_is_one_sentence(monkeypatch, variable, value, message):
    monkeypatch.setenv(variable, value)
    with pytest.raises((SettingError, MockError), match=re.escape(message)):
        MockStytch()


def test_empty_variable_is_the_same_as_none():
    assert options_from_environment(dict.fromkeys(_VARIABLES.values(), "")) == {}


@pytest.mark.parametrize(("text", "value"), [("1", True), ("TRUE", True), ("on", True), ("0", False), ("off", False)])
def test_flag_is_read_as_by_the_command(text, value):
    assert options_from_environment({"MOCKSTYTCH_CLOSED": text}) == {"closed": value}


SEED = "organizations:\n- organization_name: Acme\n"
VALUES = {
    "MOCKSTYTCH_HOST": "localhost",
    "MOCKSTYTCH_PORT": "0",
    "MOCKSTYTCH_DB": "{tmp_path}/mock.sqlite",
    "MOCKSTYTCH_SEED": "{tmp_path}/seed.yaml",
    "MOCKSTYTCH_PEOPLE": "3",
    "MOCKSTYTCH_CLOSED": "on",
    "MOCKSTYTCH_TLS_PORT": "0",
    "MOCKSTYTCH_PUBLIC_URL": "https://mail.test/",
    "MOCKSTYTCH_ALLOWED_HOST": "Mock,stytch",
    "MOCKSTYTCH_SMTP": "127.0.0.1:9",
    "MOCKSTYTCH_RANDOM_SEED": "-7",
    "MOCKSTYTCH_KEEP_ENDED": "5",
    "MOCKSTYTCH_QUIET": "1",
    "MOCKSTYTCH_JSON": "1",
    "MOCKSTYTCH_STOP_WITH_STDIN": "1",
    "MOCKSTYTCH_WORKERS": "2",
}
OPTIONS = {parameter.envvar: parameter.name for parameter in serve.params}


@pytest.fixture
def value(tmp_path, monkeypatch):
    """``value(variable)`` sets a variable of ``serve`` to a valid value, which isn't its default."""
    (tmp_path / "seed.yaml").write_text(SEED)
    for folder in ("XDG_STATE_HOME", "LOCALAPPDATA", "HOME"):
        monkeypatch.setenv(folder, str(tmp_path))

    def call(variable):
        monkeypatch.setenv(variable, VALUES[variable].format(tmp_path=tmp_path))

    return call


def test_every_option_of_the_command_has_a_variable_of_this_test():
    assert set(VALUES) == set(OPTIONS)


@pytest.mark.parametrize("variable", sorted({*VALUES} & {*_VARIABLES.values()}))
def test_handle_has_the_same_setting_as_the_command(value, variable):
    value(variable)
    of_command = Settings(**{n: v for n, v in serve.make_context("serve", []).params.items() if n in _VARIABLES})
    with MockStytch() as mock:
        name = OPTIONS[variable]
        of_handle = mock._server.mock.settings
        assert getattr(of_handle, name) == getattr(of_command, name) or variable == "MOCKSTYTCH_PORT"
        if variable not in ("MOCKSTYTCH_PORT", "MOCKSTYTCH_TLS_PORT"):
            assert getattr(of_handle, name) != getattr(Settings(), name)


def test_seed_and_people_are_created_together(value):
    value("MOCKSTYTCH_SEED")
    value("MOCKSTYTCH_PEOPLE")
    with MockStytch() as mock:
        client = mock.client()
        for _ in range(2):
            found = client.organizations.search().organizations
            assert "acme" in {organization.organization_slug for organization in found}
            total = client.organizations.members.search([o.organization_id for o in found]).results_metadata.total
            assert total == 3
            client.organizations.delete("acme")
            mock.reset()


def test_https_is_served_with_a_certificate_of_the_local_ca(value):
    value("MOCKSTYTCH_TLS_PORT")
    with MockStytch() as mock:
        context = ssl.create_default_context(cafile=mock.ca_file)
        response = httpx.get(f"{mock.tls_url}/_mock/api/health", verify=context, trust_env=False)
        assert response.json()["status"] == "ok"
        assert MockStytch(mock.url).tls_url == ""


def test_servers_with_https_can_start_at_the_same_time(value):
    value("MOCKSTYTCH_TLS_PORT")
    dev_tls.create_server_certificate("localhost")  # creates the CA

    def start(_):
        with MockStytch() as mock:
            context = ssl.create_default_context(cafile=mock.ca_file)
            return httpx.get(f"{mock.tls_url}/_mock/api/health", verify=context, trust_env=False).status_code

    with ThreadPoolExecutor(4) as threads:
        assert set(threads.map(start, range(8))) == {200}


@pytest.mark.parametrize(
    "variable", ["MOCKSTYTCH_QUIET", "MOCKSTYTCH_JSON", "MOCKSTYTCH_STOP_WITH_STDIN", "MOCKSTYTCH_WORKERS"]
)
def test_handle_prints_nothing_in_any_case(value, capfd, variable):
    value(variable)
    with MockStytch() as mock:
        mock.client().magic_links.email.discovery.send("ada@acme.test")
    assert capfd.readouterr() == ("", "")


def test_documentation_lists_the_variables():
    page = (Path(__file__).parent.parent.parent / "docs" / "python.md").read_text(encoding="utf-8")
    assert [variable for variable in VALUES if f"`{variable}`" not in page] == []
